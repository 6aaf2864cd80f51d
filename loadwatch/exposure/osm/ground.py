"""Ground: the ways and areas of a part of the map as arrays, with a spatial hash of 40 m cells."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Final

import numpy as np

from loadwatch.geodesy import DEGREE_M

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

    from loadwatch.tables import Floats, Ints


CELL_M: Final = 40.0  # also the farthest a way may be from a point
NEAR_CELLS: Final = 3  # around a place, for a way to be near
# of the coarse cells by which the part of the map that a runner needs is chosen
CELLS_PER_DEG: Final = 100
UNITS_PER_DEG: Final = 10_000_000  # the map's own unit of place
UNITS_PER_CELL: Final = UNITS_PER_DEG // CELLS_PER_DEG
Cells = frozenset[tuple[int, int]]


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """Ways and areas with their class and source; `osm.match_track` finds the way under a track.

    A line is a way, or a part of one; its vertices follow each other in `latitude` and
    `longitude`. Segment k runs from vertex k to vertex k + 1; those from one line to the next
    belong to no cell.
    """

    # of extract, classes and method: equal where every point gets the same answer
    fingerprint: str
    way_id: Ints  # by line
    way_class: NDArray[np.uint8]  # code of tables.SURFACES
    way_source: NDArray[np.uint8]  # code of classes.SOURCES
    way_guess: NDArray[np.uint8]  # class and source, if it did not state its surface
    guess_source: NDArray[np.uint8]
    way_covered: NDArray[np.bool_]  # in a tunnel, where a receiver has no signal
    latitude: Floats  # by vertex [deg]
    longitude: Floats
    line: NDArray[np.int32]  # line of each vertex
    along_m: Floats  # distance from the first vertex of the line
    length_m: Floats  # by line: the circumference of a ring, else infinite
    link: Ints  # pairs of lines that share a vertex (first * lines + second), sorted
    link_from_m: Floats  # where on the first
    link_to_m: Floats  # where on the second
    columns_per_deg: float  # of the hash: cells are no narrower than CELL_M anywhere
    cell: Ints  # keys of the cells that hold segments, sorted
    cell_start: Ints  # start of each cell in `cell_segment`, and the end
    cell_segment: NDArray[np.int32]
    area_class: NDArray[np.uint8]  # by area, the smallest first
    area_source: NDArray[np.uint8]
    area_start: Ints  # where the edges of each area begin, and the end
    edge: Floats  # by edge of an area: latitude, longitude, latitude, longitude [deg]
    covered: Ints  # coarse cells that hold a way, as keys, sorted
    complete: Ints  # coarse cells of which this holds every way, as keys, sorted

    def has_cells(self, cells: Cells) -> bool:
        """Return whether this holds every way of the extract near `cells`."""
        return bool(is_among(cell_keys(cells), self.complete).all())


def is_among(values: Ints, sorted_values: Ints) -> NDArray[np.bool_]:
    """Return which values are among the sorted ones."""
    if not sorted_values.size:
        return np.zeros(values.shape, dtype=bool)
    at = np.minimum(np.searchsorted(sorted_values, values), sorted_values.size - 1)
    found: NDArray[np.bool_] = sorted_values[at] == values
    return found


def cell_keys(cells: Iterable[tuple[int, int]]) -> Ints:
    """Return one number for each coarse cell, sorted."""
    pairs = np.array(sorted(cells), dtype=np.int64).reshape(-1, 2)
    return cell_key(pairs[:, 0], pairs[:, 1])


def cell_key(row: Ints, column: Ints) -> Ints:
    """Return the key of coarse cells by row (latitude) and column (longitude)."""
    from_south, from_west = row + 90 * CELLS_PER_DEG, column + 200 * CELLS_PER_DEG
    return from_south * (400 * CELLS_PER_DEG) + from_west


def widen_cells(cells: Iterable[tuple[int, int]], rings: int) -> Cells:
    """Return `cells` and those up to `rings` away from one of them."""
    steps = range(-rings, rings + 1)
    return frozenset(
        (row + i, column + j) for row, column in cells for i in steps for j in steps
    )


def hash_places(ground: Ground, latitude: Floats, longitude: Floats) -> Ints:
    """Return the key of the hash cell of each place."""
    row = np.floor(latitude * (DEGREE_M / CELL_M)).astype(np.int64)
    return _hash_key(row, np.floor(longitude * ground.columns_per_deg).astype(np.int64))


def has_way_near(
    ground: Ground, latitude: Floats, longitude: Floats
) -> NDArray[np.bool_]:
    """Return which places have a way of the map within about 150 m.

    All ways within 160 m are found, and none beyond 230 m: the cells of 40 m around a place
    hold the ways within 40 m of them.
    """
    key = hash_places(ground, latitude, longitude)
    around = np.arange(-NEAR_CELLS, NEAR_CELLS + 1)
    is_near = np.zeros(key.size, dtype=bool)
    for step in _hash_key(around[:, None], around).ravel():
        is_near |= is_among(key + step, ground.cell)
    return is_near


def _hash_key(row: Ints, column: Ints) -> Ints:
    return row * (1 << 22) + column


def to_arrays(ground: Ground) -> dict[str, NDArray[np.generic]]:
    """Return every field as an array, for a file."""
    return {
        field.name: np.asarray(getattr(ground, field.name)) for field in fields(ground)
    }


def from_arrays(stored: Mapping[str, NDArray[np.generic]]) -> Ground:
    """Return the Ground that `to_arrays` took apart; KeyError where an array is missing."""
    values = {field.name: stored[field.name] for field in fields(Ground)}
    scalars = {name: values[name].item() for name in ("fingerprint", "columns_per_deg")}
    return Ground(**{**values, **scalars})


def hash_segments(
    latitude: Floats, longitude: Floats, line: NDArray[np.int32]
) -> tuple[float, Ints, Ints, NDArray[np.int32]]:
    """Return columns per degree, cells, starts and segments of the hash of all segments.

    A segment is in every cell within CELL_M of it, so that the cell of a point holds all
    segments near the point.
    """
    widest = min(85.0, float(np.abs(latitude).max(initial=0.0)))
    per_deg = float(np.cos(np.radians(widest)) * DEGREE_M / CELL_M)
    y, x = latitude * (DEGREE_M / CELL_M), longitude * per_deg
    segments = np.flatnonzero(line[1:] == line[:-1])
    segment, low, high = _split_segments(segments, y, x)
    row, column = np.minimum(low, high)
    rows, columns = np.abs(low - high) + 3
    keys, members = [], []
    for i in range(4):
        for j in range(4):
            within = np.flatnonzero((i < rows) & (j < columns))
            keys.append(_hash_key(row[within] + i - 1, column[within] + j - 1))
            members.append(segment[within])
    return (per_deg, *_sorted_unique(np.concatenate(keys), np.concatenate(members)))


def _split_segments(segments: Ints, y: Floats, x: Floats) -> tuple[Ints, Ints, Ints]:
    """Return pieces of segments that are at most one cell long.

    The second and third array hold row and column of the cells in which a piece begins and
    ends; `y` and `x` are the vertices in cells.
    """
    step_y, step_x = np.diff(y), np.diff(x)
    longest = np.maximum(np.abs(step_y), np.abs(step_x))[segments]
    pieces = np.maximum(1, np.ceil(longest)).astype(np.int64)
    segment = np.repeat(segments, pieces)
    part = np.arange(segment.size) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    length = np.repeat(1 / pieces, pieces)

    def find_cells(share: Floats) -> Ints:
        places = np.stack(
            (
                y[segment] + step_y[segment] * share,
                x[segment] + step_x[segment] * share,
            )
        )
        return np.floor(places).astype(np.int64)

    return segment, find_cells(part * length), find_cells((part + 1) * length)


def _sorted_unique(key: Ints, segment: Ints) -> tuple[Ints, Ints, NDArray[np.int32]]:
    """Return cells, starts and segments of pairs, each pair once."""
    order = np.lexsort((segment, key))
    key, segment = key[order], segment[order]
    new = np.ones(key.size, dtype=bool)
    new[1:] = (key[1:] != key[:-1]) | (segment[1:] != segment[:-1])
    key, segment = key[new], segment[new]
    cell, start = np.unique(key, return_index=True)
    return cell, np.append(start, key.size), segment.astype(np.int32)
