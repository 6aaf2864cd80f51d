"""Signature of a run: the cells of 25 m that its line crosses, and the metres in each.

    draw_signature(latitude, longitude, travelled, open_share) -> text for the store
    unpack_signatures(texts) -> Signatures

The cells are the same for every run anywhere, so that runs of one athlete can be compared
although each was drawn by another process. Rows are 25 m of latitude from the equator. The circle
of latitude is divided into a whole number of columns of about 25 m, counted from Greenwich; their
number is constant within a belt of 2,048 rows (51 km), in which their width varies by 1 % at 50
degrees of latitude. `shift_cells` finds the neighbour across the edge of two belts and across
180 degrees.

A signature shows where somebody runs: it is kept in the store alone and enters no output.
"""

from __future__ import annotations

import binascii
import math
import struct
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from loadwatch.geodesy import DEGREE_M, rough_step_m

if TYPE_CHECKING:
    from collections.abc import Sequence

    from loadwatch.tables import Bools, Floats, Ints

CELL_M: Final = 25.0
HOLE_M: Final = 150.0  # a longer step between two fixes is not drawn
PIECE_M: Final = CELL_M / 4  # of a step, each of which lies in one cell
# a device's distance may be so much longer than the line through its fixes
MAX_STRETCH: Final = 1.5
NEIGHBOURS: Final = tuple(
    (row, column) for row in (-1, 0, 1) for column in (-1, 0, 1) if row or column
)

_COLUMN_BITS: Final = 21  # 1.6 million columns at the equator
CELL_BITS: Final = 20 + _COLUMN_BITS  # of a whole cell number
_ROW_ZERO: Final = 1 << 19  # number of the first row north of the equator
_BELT_ROWS: Final = 2048
_ROWS_PER_DEG: Final = DEGREE_M / CELL_M
_FAR: Final = 9  # code of a move to a cell that is no neighbour
_UNIT_M: Final = 2.0  # of the metres that are kept
_MAX_UNITS: Final = 0xFFFF  # units in one cell
_RAW: Final = -15  # deflate without head and checksum: the store has its own
_HEAD: Final = struct.Struct("<BIIii")  # shape, cells, far moves, first row and column
SHAPES: Final = ("run", "loop", "out and back")
_SHAPE_POINTS: Final = 64
SAME_COURSE_SHARE: Final = 0.8  # of the cells of each of two runs on one course
_BLOCK_BITS: Final = 2  # a block is four cells wide and high
_CLOSED_M, _CLOSED_SHARE = 150.0, 0.05  # from start to end, also of the length
_SAME_M, _SAME_SHARE = 60.0, 0.7  # way out and way back


def _count_columns() -> Ints:
    """Return the number of columns around the globe for each belt, from the south."""
    belts = 2 * _ROW_ZERO // _BELT_ROWS
    middle = (np.arange(belts) + 0.5) * _BELT_ROWS - _ROW_ZERO
    latitude = np.radians(np.clip(middle / _ROWS_PER_DEG, -89.9, 89.9))
    around = 360 * _ROWS_PER_DEG * np.cos(latitude)
    return np.asarray(np.rint(around).astype(np.int64))


_COLUMNS: Final = _count_columns()


@dataclass(frozen=True, slots=True, eq=False)
class Signatures:
    """Signatures of several runs, one after the other; each cell once a run."""

    cells: Ints  # numbers of cells, in the order of the first visit
    # in each that the run may inherit: all, or those that no map knows [m]
    metres: Floats
    first: Ints  # where each run begins in `cells`, and the end
    shapes: tuple[str, ...]  # by run, one of SHAPES

    def cells_of(self, run: int) -> Ints:
        """Return the cells of one run."""
        return self.cells[self.first[run] : self.first[run + 1]]

    @property
    def counts(self) -> Ints:
        """How many cells each run has."""
        return np.diff(self.first)

    @property
    def runs(self) -> Ints:
        """The number of the run of each cell."""
        return np.repeat(np.arange(self.counts.size), self.counts)


def sum_by_run(signatures: Signatures, values: Floats) -> Floats:
    """Return the sum of `values`, one per cell, for each run."""
    sums = np.zeros(signatures.counts.size)
    full = np.flatnonzero(signatures.counts)
    if full.size:
        sums[full] = np.add.reduceat(values, signatures.first[full])
    return sums


def draw_signature(
    latitude_deg: Floats,
    longitude_deg: Floats,
    travelled_m: Floats,
    distance_m: float,
    open_share: Floats | None = None,
) -> str:
    """Return the signature of one activity as text, "" where no line can be drawn.

    Parameters
    ----------
    latitude_deg, longitude_deg : of each sample, NaN without a fix.
    travelled_m : distance since the start at each sample; a part of it that lies before the
        first fix or in a hole belongs to no cell. [m]
    distance_m : the activity's distance, which `travelled_m` is scaled to. [m]
    open_share : of each sample, the share of its metres that other runs may answer for;
        None means all.
    """
    fixes = np.flatnonzero(np.isfinite(latitude_deg) & np.isfinite(longitude_deg))
    if fixes.size < 2 or not distance_m > 0:
        return ""
    latitude = latitude_deg[fixes]
    longitude = longitude_deg[fixes]
    if float(np.ptp(longitude)) > 180.0:
        longitude = np.unwrap(longitude, period=360.0)
    kept = _thin_fixes(latitude, longitude)
    fixes, latitude, longitude = fixes[kept], latitude[kept], longitude[kept]
    line = rough_step_m(latitude, longitude)
    drawn = np.flatnonzero(line <= HOLE_M)
    stretch = _measure_stretch(travelled_m, fixes, line, drawn, distance_m)
    if not stretch > 0:
        return ""
    metres = line[drawn] * stretch
    if open_share is not None:
        metres = metres * open_share[fixes][drawn + 1]
    passed, metres = _split_steps(latitude, longitude, line, drawn, metres)
    cells, metres = _gather_metres(passed, metres)
    return _pack(cells, metres, _name_shape(latitude, longitude, line))


def _thin_fixes(latitude: Floats, longitude: Floats) -> Ints:
    """Return the places of the fixes that are a piece apart along the line, and of both ends.

    A fix a second is more than cells of 25 m need.
    """
    north = np.diff(latitude) * DEGREE_M
    east = np.diff(longitude) * (DEGREE_M * math.cos(math.radians(latitude[0])))
    line = np.sqrt(north * north + east * east)
    number = np.floor(np.append(0.0, np.cumsum(line)) / PIECE_M)
    is_kept = np.append(True, number[1:] != number[:-1])
    is_kept[-1] = True
    # a step over a hole begins at the last fix before it
    is_kept[:-1] |= line > PIECE_M
    return np.flatnonzero(is_kept)


def _measure_stretch(
    travelled_m: Floats, fixes: Ints, line: Floats, drawn: Ints, distance_m: float
) -> float:
    """Return the metres of the activity per metre of the line that is drawn, 0 without any."""
    on_line = float(line[drawn].sum())
    known = np.flatnonzero(np.isfinite(travelled_m))
    if not on_line > 0 or known.size < 2:
        return 0.0
    whole = float(np.maximum(np.diff(travelled_m[known]), 0.0).sum())
    at_fixes = np.interp(fixes, known, travelled_m[known])
    placed = float(np.maximum(np.diff(at_fixes), 0.0)[drawn].sum())
    if not whole > 0:
        return 0.0
    return min(distance_m * placed / whole / on_line, MAX_STRETCH)


def _split_steps(
    latitude: Floats, longitude: Floats, line: Floats, drawn: Ints, metres: Floats
) -> tuple[Ints, Floats]:
    """Return cell and metres of each piece of the drawn steps."""
    pieces = np.maximum(1, np.ceil(line[drawn] / PIECE_M)).astype(np.int64)
    step = np.repeat(drawn, pieces)
    part = np.arange(step.size) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    share = (part + 0.5) / np.repeat(pieces, pieces)
    middle_latitude = latitude[step] + share * np.diff(latitude)[step]
    middle_longitude = longitude[step] + share * np.diff(longitude)[step]
    cells = number_cells(middle_latitude, middle_longitude)
    return cells, np.repeat(metres / pieces, pieces)


def number_cells(latitude_deg: Floats, longitude_deg: Floats) -> Ints:
    """Return the number of the cell of each place."""
    row = np.floor(latitude_deg * _ROWS_PER_DEG).astype(np.int64) + _ROW_ZERO
    columns = _COLUMNS[row // _BELT_ROWS]
    column = np.floor(longitude_deg * (columns / 360.0)).astype(np.int64)
    if column.min(initial=0) < 0 or (column >= columns).any():
        column %= columns
    cells: Ints = (row << _COLUMN_BITS) | column
    return cells


def shift_cells(cells: Ints, rows: int, columns: int) -> Ints:
    """Return the cells so many rows north and columns east of `cells`."""
    row = cells >> _COLUMN_BITS
    column = cells & ((1 << _COLUMN_BITS) - 1)
    count = _COLUMNS[row // _BELT_ROWS]
    if rows:
        row = row + rows
        there = _COLUMNS[row // _BELT_ROWS]
        if (there != count).any():
            column = ((column + 0.5) * there / count).astype(np.int64)
        count = there
    shifted: Ints = (row << _COLUMN_BITS) | ((column + columns) % count)
    return shifted


def widen_cells(cells: Ints) -> Ints:
    """Return `cells` and their neighbours, each once, sorted."""
    return sort_distinct(
        np.concatenate([cells, *(shift_cells(cells, *step) for step in NEIGHBOURS)])
    )


def sort_distinct(values: Ints) -> Ints:
    """Return the distinct values, sorted; faster than `np.unique` for whole numbers."""
    ordered = np.sort(values)
    if ordered.size:
        ordered = ordered[np.append(True, ordered[1:] != ordered[:-1])]
    return ordered


def _gather_metres(passed: Ints, metres: Floats) -> tuple[Ints, Floats]:
    """Return each cell once, in the order of the first visit, with the sum of its metres."""
    starts = np.flatnonzero(np.append(True, passed[1:] != passed[:-1]))
    visited, summed = passed[starts], np.add.reduceat(metres, starts)
    order = np.argsort(visited, kind="stable")
    ordered = visited[order]
    is_first = np.append(True, ordered[1:] != ordered[:-1])
    sums = np.add.reduceat(summed[order], np.flatnonzero(is_first))
    by_visit = np.argsort(order[is_first])
    return ordered[is_first][by_visit], sums[by_visit]


def _name_shape(latitude: Floats, longitude: Floats, line: Floats) -> int:
    """Return the place in SHAPES: whether a line ends where it began, and comes back its own way."""
    along = np.append(0.0, np.cumsum(line))
    length = along[-1]
    at = np.linspace(0.0, length, _SHAPE_POINTS)
    shrink = np.cos(np.radians(latitude[0]))
    north = np.interp(at, along, latitude) * DEGREE_M
    east = np.interp(at, along, longitude) * DEGREE_M * shrink
    apart = np.hypot(north - north[::-1], east - east[::-1])
    if apart[0] > max(_CLOSED_M, _CLOSED_SHARE * length):
        return SHAPES.index("run")
    if float((apart <= _SAME_M).mean()) >= _SAME_SHARE:
        return SHAPES.index("out and back")
    return SHAPES.index("loop")


def _pack(cells: Ints, metres: Floats, shape: int) -> str:
    """Return cells and metres as text: moves from cell to cell, then metres in whole units."""
    row, column = cells >> _COLUMN_BITS, cells & ((1 << _COLUMN_BITS) - 1)
    north, east = np.diff(row, prepend=row[:1]), np.diff(column, prepend=column[:1])
    is_far = (np.abs(north) > 1) | (np.abs(east) > 1)
    moves = np.where(is_far, _FAR, 3 * (north + 1) + east + 1).astype(np.uint8)
    far = np.column_stack((north[is_far], east[is_far])).astype("<i4")
    # rounded sums, so that no rounding adds up
    whole = np.diff(np.rint(np.cumsum(metres) / _UNIT_M), prepend=0.0)
    whole = np.minimum(whole, _MAX_UNITS).astype("<u2")
    head = _HEAD.pack(shape, cells.size, len(far), int(row[0]), int(column[0]))
    low, high = (whole & 0xFF).astype(np.uint8), (whole >> 8).astype(np.uint8)
    parts = (head, moves, far, low, high)
    data = b"".join(bytes(part) for part in parts)
    return binascii.b2a_base64(zlib.compress(data, 9, _RAW), newline=False).decode()


def unpack_signatures(texts: Sequence[str]) -> Signatures:
    """Return the signatures that `draw_signature` wrote; one of "" has no cells."""
    heads, moves, far, low, high = [], [], [], [], []
    for text in texts:
        if not text:
            heads.append((0, 0, 0, 0, 0))
            continue
        data = zlib.decompress(binascii.a2b_base64(text), _RAW)
        head = _HEAD.unpack_from(data)
        _, count, far_count, _, _ = head
        heads.append(head)
        at = _HEAD.size
        moves.append(data[at : at + count])
        at += count
        far.append(data[at : at + 8 * far_count])
        at += 8 * far_count
        low.append(data[at : at + count])
        high.append(data[at + count : at + 2 * count])
    shape, counts, _, row, column = np.array(heads, np.int64).reshape(-1, 5).T
    first = np.append(0, np.cumsum(counts))
    cells = _follow_moves(
        np.frombuffer(b"".join(moves), np.uint8),
        np.frombuffer(b"".join(far), "<i4").reshape(-1, 2),
        (first, row, column),
    )
    metres = np.frombuffer(b"".join(low), np.uint8).astype(np.float64)
    metres += 256.0 * np.frombuffer(b"".join(high), np.uint8)
    metres *= _UNIT_M
    names = tuple(SHAPES[number] for number in shape)
    return Signatures(cells, metres, first, names)


def _follow_moves(moves: Ints, far: Ints, starts: tuple[Ints, Ints, Ints]) -> Ints:
    """Return the cells that the moves of all runs lead to.

    `starts` holds where each run begins among the moves, and row and column of its first cell.
    """
    first, row, column = starts
    code = moves.astype(np.int64)
    north, east = code // 3 - 1, code % 3 - 1
    is_far = code == _FAR
    north[is_far], east[is_far] = far[:, 0], far[:, 1]
    counts = np.diff(first)
    begin = np.minimum(first[:-1], max(code.size - 1, 0))
    rows, columns = np.cumsum(north), np.cumsum(east)
    if code.size:
        rows += np.repeat(row - rows[begin], counts)
        columns += np.repeat(column - columns[begin], counts)
    cells: Ints = (rows << _COLUMN_BITS) | columns
    return cells


def are_among(cells: Ints, sorted_cells: Ints) -> Bools:
    """Return for each cell whether it is one of the sorted ones."""
    if not sorted_cells.size:
        return np.zeros(cells.shape, dtype=bool)
    at = np.minimum(np.searchsorted(sorted_cells, cells), sorted_cells.size - 1)
    found: Bools = sorted_cells[at] == cells
    return found


def are_same_course(one: Ints, other: Ints) -> bool:
    """Return whether two runs are of one course: 80 % of the cells of each lie on the other's.

    A neighbour of a cell counts as the cell.
    """
    if not one.size or not other.size:
        return False
    if are_among(one, widen_cells(other)).mean() < SAME_COURSE_SHARE:
        return False
    return bool(are_among(other, widen_cells(one)).mean() >= SAME_COURSE_SHARE)


def block_numbers(cells: Ints) -> Ints:
    """Return a number for the block of 100 m that each cell lies in."""
    row, column = cells >> _COLUMN_BITS, cells & ((1 << _COLUMN_BITS) - 1)
    blocks: Ints = (row >> _BLOCK_BITS << _COLUMN_BITS) | (column >> _BLOCK_BITS)
    return blocks
