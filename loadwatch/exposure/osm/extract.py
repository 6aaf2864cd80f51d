"""From a map extract to a Ground, with a cache, so that the extract is read once."""

from __future__ import annotations

import contextlib
import hashlib
import itertools
import os
import zipfile
from typing import TYPE_CHECKING, Final

import numpy as np

from loadwatch.exposure.osm.classes import SOURCES, merge_classes
from loadwatch.exposure.osm.ground import (
    CELLS_PER_DEG,
    UNITS_PER_DEG,
    Cells,
    Ground,
    cell_key,
    cell_keys,
    from_arrays,
    hash_segments,
    to_arrays,
    widen_cells,
)
from loadwatch.exposure.osm.map_reader import MapError, read_excerpt
from loadwatch.geodesy import DEGREE_M
from loadwatch.tables import SURFACE_NAMES

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from loadwatch.exposure.osm.classes import Answer
    from loadwatch.exposure.osm.map_reader import MapExcerpt
    from loadwatch.tables import Floats, Ints


METHOD: Final = "6"  # to be raised when the same map gives other answers
SPARE_CELLS: Final = 1  # around the visited ones, read for the runs to come


def track_cells(latitude: Floats, longitude: Floats) -> Cells:
    """Return the cells of 0.01 degree that a track visits."""
    if not latitude.size:
        return frozenset()
    known = np.isfinite(latitude) & np.isfinite(longitude)
    row = np.floor(latitude[known] * CELLS_PER_DEG).astype(np.int64)
    column = np.floor(longitude[known] * CELLS_PER_DEG).astype(np.int64)
    new = np.ones(row.size, dtype=bool)
    new[1:] = (np.diff(row) != 0) | (np.diff(column) != 0)
    return frozenset(zip(row[new].tolist(), column[new].tolist(), strict=True))


def open_extract(
    path: Path, visited: Cells, cache_folder: Path | None, classes: Mapping[str, str]
) -> Ground:
    """Return the ways and areas of a map extract around the visited cells.

    Parameters
    ----------
    path : an extract as .osm.pbf, .osm or .osm.gz.
    visited : the cells of all tracks to come.
    cache_folder : where to keep what was read; without one the extract is read each time.
    classes : a user's classes by OSM value, which replace those of `classes.CLASSES`.

    Where the cache lacks a cell, the extract is read again for the cells of both.
    """
    fingerprint = _make_fingerprint(path, classes)
    complete = widen_cells(visited, SPARE_CELLS)
    file = None
    if cache_folder:
        file = cache_folder / f"map-{fingerprint}.npz"
        if stored := _load_cache(file, fingerprint):
            if stored.has_cells(visited):
                return stored
            complete |= _split_keys(stored.complete)
    excerpt = read_excerpt(path, widen_cells(complete, 1), merge_classes(classes))
    ground = _build_ground(excerpt, complete, fingerprint)
    if file:
        _save_cache(file, ground)
    return ground


def _make_fingerprint(path: Path, classes: Mapping[str, str]) -> str:
    """Return a name for the answers of this extract with these classes."""
    try:
        stat = path.stat()
    except OSError as error:
        raise MapError(path, f"no such map extract ({error.strerror})") from None
    source = f"{path.resolve()}|{stat.st_size}|{stat.st_mtime_ns}"
    # the cache holds surfaces and sources by their place in these tables
    codes = ",".join((*SURFACE_NAMES, *SOURCES))
    key = f"{METHOD}|{source}|{sorted(classes.items())}|{codes}"
    return hashlib.sha256(key.encode()).hexdigest()[:16]


def _split_keys(complete: Ints) -> Cells:
    """Return the cells whose keys these are; the inverse of `ground.cell_keys`."""
    row, column = np.divmod(complete, 400 * CELLS_PER_DEG)
    rows = (row - 90 * CELLS_PER_DEG).tolist()
    columns = (column - 200 * CELLS_PER_DEG).tolist()
    return frozenset(zip(rows, columns, strict=True))


def _load_cache(file: Path, fingerprint: str) -> Ground | None:
    """Return the cached Ground, None where none can be used."""
    try:
        with file.open("rb") as handle, np.load(handle, allow_pickle=False) as stored:
            ground = from_arrays(stored)
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None  # missing, torn or of another version: the map is read again
    return ground if ground.fingerprint == fingerprint else None


def _save_cache(file: Path, ground: Ground) -> None:
    """Write the cache whole or not at all; if it cannot be written, the map is read next time."""
    part = file.with_suffix(f".{os.getpid()}.part")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with part.open("wb") as handle:
            np.savez(handle, allow_pickle=False, **to_arrays(ground))
        part.replace(file)
    except OSError:
        with contextlib.suppress(OSError):
            part.unlink()


def _build_ground(ways: MapExcerpt, complete: Cells, fingerprint: str) -> Ground:
    """Return the ways and areas of an excerpt as a Ground."""
    way, node, latitude, longitude, line = _split_lines(ways)
    along = _measure_along(latitude, longitude, line)
    answers = np.array(ways.answer, dtype=np.uint8).reshape(-1, 2)[way]
    guesses = np.array(ways.guess, dtype=np.uint8).reshape(-1, 2)[way]
    per_deg, cell, start, segment = hash_segments(latitude, longitude, line)
    link, link_from, link_to = _find_links(node, line, along, way.size)
    area_class, area_source, area_start, edge = _collect_areas(ways)
    last = np.searchsorted(line, np.arange(way.size), side="right") - 1
    ring = node[last] == node[np.searchsorted(line, np.arange(way.size))]
    return Ground(
        fingerprint=fingerprint,
        way_id=np.array(ways.way_id, dtype=np.int64)[way],
        way_class=answers[:, 0],
        way_source=answers[:, 1],
        way_guess=guesses[:, 0],
        guess_source=guesses[:, 1],
        way_covered=np.array(ways.covered, dtype=bool)[way],
        latitude=latitude,
        longitude=longitude,
        line=line,
        along_m=along,
        length_m=np.where(ring, along[last], np.inf),
        link=link,
        link_from_m=link_from,
        link_to_m=link_to,
        columns_per_deg=per_deg,
        cell=cell,
        cell_start=start,
        cell_segment=segment,
        area_class=area_class,
        area_source=area_source,
        area_start=area_start,
        edge=edge,
        covered=_covered_cells(latitude, longitude, line),
        complete=cell_keys(complete),
    )


def _split_lines(
    ways: MapExcerpt,
) -> tuple[Ints, Ints, Floats, Floats, NDArray[np.int32]]:
    """Return the way of each line, and node, latitude, longitude and line of each vertex.

    A way is a line; where it leaves the part of the map that was read, it becomes several.
    """
    size = np.array([len(refs) for refs in ways.refs], dtype=np.int64)
    way = np.repeat(np.arange(size.size), size)
    node = np.fromiter(itertools.chain.from_iterable(ways.refs), np.int64, way.size)
    at, known = _locate_nodes(ways, node)
    hole = np.cumsum(~known)[known]
    way, node, at = way[known], node[known], at[known]
    new = np.ones(way.size, dtype=bool)
    new[1:] = (np.diff(way) != 0) | (np.diff(hole) != 0)
    latitude, longitude = (side[at] / UNITS_PER_DEG for side in ways.nodes[1:])
    return way[new], node, latitude, longitude, (np.cumsum(new) - 1).astype(np.int32)


def _locate_nodes(ways: MapExcerpt, node: Ints) -> tuple[Ints, NDArray[np.bool_]]:
    """Return for each node its index among the places, and whether its place is known."""
    ident = ways.nodes[0]
    if not ident.size:
        return np.zeros(node.size, np.int64), np.zeros(node.size, dtype=bool)
    at = np.minimum(np.searchsorted(ident, node), ident.size - 1)
    return at, ident[at] == node


def _measure_along(
    latitude: Floats, longitude: Floats, line: NDArray[np.int32]
) -> Floats:
    """Return the distance of each vertex from the first of its line [m]."""
    if not latitude.size:
        return np.empty(0)
    shrink = np.cos(np.radians(latitude[:-1]))
    step = np.hypot(np.diff(latitude), np.diff(longitude) * shrink) * DEGREE_M
    total = np.concatenate(([0.0], np.cumsum(step)))
    first = np.searchsorted(line, np.arange(line[-1] + 1))
    along: Floats = total - total[first[line]]
    return along


def _find_links(
    node: Ints, line: NDArray[np.int32], along: Floats, lines: int
) -> tuple[Ints, Floats, Floats]:
    """Return where lines meet: key and both places of each ordered pair with a common vertex."""
    order = np.argsort(node, kind="stable")
    key, first, second = [], [], []
    for step in range(1, 9):  # at most nine ways meet anywhere that matters
        left, right = order[:-step], order[step:]
        same = (node[left] == node[right]) & (line[left] != line[right])
        if not (node[left] == node[right]).any():
            break
        for a, b in ((left[same], right[same]), (right[same], left[same])):
            key.append(line[a].astype(np.int64) * lines + line[b])
            first.append(along[a])
            second.append(along[b])
    if not key:
        return np.empty(0, np.int64), np.empty(0), np.empty(0)
    keyed = np.concatenate(key)
    by_key = np.argsort(keyed, kind="stable")
    return keyed[by_key], np.concatenate(first)[by_key], np.concatenate(second)[by_key]


def _covered_cells(
    latitude: Floats, longitude: Floats, line: NDArray[np.int32]
) -> Ints:
    """Return the coarse cells that a way runs through, which are those inside the extract."""
    in_line = line[1:] == line[:-1]
    middle = [(side[1:] + side[:-1])[in_line] / 2 for side in (latitude, longitude)]
    y, x = np.concatenate((latitude, middle[0])), np.concatenate((longitude, middle[1]))
    row, column = np.floor(y * CELLS_PER_DEG), np.floor(x * CELLS_PER_DEG)
    return np.unique(cell_key(row.astype(np.int64), column.astype(np.int64)))


def _collect_areas(
    ways: MapExcerpt,
) -> tuple[NDArray[np.uint8], NDArray[np.uint8], Ints, Floats]:
    """Return class, source, start and edges of the areas.

    The smallest come first, since a park holds pitches. An area that reaches farther than the
    part of the map that was read is left out.
    """
    areas: list[tuple[Answer, Floats]] = []
    for answer, outlines in zip(ways.area, ways.outlines, strict=True):
        sides = [_area_edges(ways, np.array(refs, dtype=np.int64)) for refs in outlines]
        if all(side.size for side in sides):
            areas.append((answer, np.concatenate(sides)))
    areas.sort(key=lambda area: _box_size(area[1]))
    codes = np.array([answer for answer, _ in areas], dtype=np.uint8).reshape(-1, 2)
    edges = np.concatenate([np.empty((0, 4)), *(edge for _, edge in areas)])
    start = np.cumsum([0, *(len(edge) for _, edge in areas)])
    return codes[:, 0], codes[:, 1], start, edges / UNITS_PER_DEG


def _box_size(edges: Floats) -> float:
    """Return the size of the box around the edges of an area, in square units of the map."""
    return float(np.ptp(edges[:, 0]) * np.ptp(edges[:, 1]))


def _area_edges(ways: MapExcerpt, refs: Ints) -> Floats:
    """Return the edges along a way, as Ground.edge has them; none if a place is not known."""
    at, known = _locate_nodes(ways, refs)
    if not known.all():
        return np.empty((0, 4))
    place = np.stack([side[at].astype(np.float64) for side in ways.nodes[1:]], axis=1)
    return np.hstack((place[:-1], place[1:]))
