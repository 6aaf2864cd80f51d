"""Which map extracts an athlete's runs need: boxes around the cells that they visit."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from loadwatch.exposure.osm.ground import CELLS_PER_DEG

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Cell = tuple[int, int]  # row and column of 0.01 degree
# a box ends on these, so that it does not show where a home is
STEPS_PER_DEG: Final = 20
# runs whose blocks of this size touch belong to one area
BLOCK_CELLS: Final = 25


@dataclass(frozen=True, slots=True)
class Box:
    """A box of the map [degrees], rounded outward to 0.05, within the globe."""

    west: float
    south: float
    east: float
    north: float


@dataclass(frozen=True, slots=True)
class NeededArea:
    """One area that runs visit: its box, the runs in it and their distance."""

    box: Box
    runs: int
    distance_m: float
    cells: frozenset[Cell]


@dataclass(slots=True)
class _AreaSum:
    """What is known of one area while runs are added to it."""

    cells: set[Cell] = field(default_factory=set)
    distances: list[float] = field(default_factory=list)  # of its runs [m]


def find_needed_areas(runs: Iterable[tuple[Sequence[Cell], float]]) -> list[NeededArea]:
    """Return the areas that `runs` visit, that of the longest distance first.

    Parameters
    ----------
    runs : of each run its cells of 0.01 degree, as `track_cells` has them, and its distance [m].
        A run of unknown distance counts with none, one without cells not at all.
    """
    known = [
        ([(row, column) for row, column in cells], distance)
        for cells, distance in runs
        if cells
    ]
    area_of = _join_blocks(cell for cells, _ in known for cell in cells)
    found: dict[Cell, _AreaSum] = defaultdict(_AreaSum)
    for cells, distance in known:
        _add_run(found, area_of, cells, distance)
    return sorted(map(_close_area, found.values()), key=_find_rank)


def _add_run(
    found: dict[Cell, _AreaSum],
    area_of: dict[Cell, Cell],
    cells: Sequence[Cell],
    distance_m: float,
) -> None:
    """Add a run to each area that it visits."""
    visited = [area_of[_find_block(cell)] for cell in cells]
    for area, cell in zip(visited, cells, strict=True):
        found[area].cells.add(cell)
    for area in set(visited):
        found[area].distances.append(0.0 if math.isnan(distance_m) else distance_m)


def _find_rank(area: NeededArea) -> tuple[float, int, float, float]:
    """Return what sorts areas: the longest distance first, then by runs and place."""
    return -area.distance_m, -area.runs, area.box.west, area.box.south


def _close_area(found: _AreaSum) -> NeededArea:
    return NeededArea(
        box=_enclose_cells(found.cells),
        runs=len(found.distances),
        distance_m=sum(found.distances),
        cells=frozenset(found.cells),
    )


def _find_block(cell: Cell) -> Cell:
    row, column = cell
    return row // BLOCK_CELLS, column // BLOCK_CELLS


def _join_blocks(cells: Iterable[Cell]) -> dict[Cell, Cell]:
    """Return for each block of the cells the first block of those it touches, also over others."""
    left = {_find_block(cell) for cell in cells}
    area_of: dict[Cell, Cell] = {}
    for first in sorted(left):
        open_blocks = [first] if first in left else []
        while open_blocks:
            block = open_blocks.pop()
            if block not in left:
                continue
            left.remove(block)
            area_of[block] = first
            open_blocks += _list_neighbours(block)
    return area_of


def _list_neighbours(block: Cell) -> list[Cell]:
    row, column = block
    return [(row + up, column + right) for up in (-1, 0, 1) for right in (-1, 0, 1)]


def _enclose_cells(cells: Iterable[Cell]) -> Box:
    """Return the box around cells, with a cell to spare, rounded outward."""
    rows, columns = zip(*cells, strict=True)
    return Box(
        west=max(_round_down(min(columns) - 1), -180.0),
        south=max(_round_down(min(rows) - 1), -90.0),
        east=min(_round_up(max(columns) + 2), 180.0),
        north=min(_round_up(max(rows) + 2), 90.0),
    )


def _round_down(cell: int) -> float:
    return math.floor(cell * STEPS_PER_DEG / CELLS_PER_DEG) / STEPS_PER_DEG


def _round_up(cell: int) -> float:
    return math.ceil(cell * STEPS_PER_DEG / CELLS_PER_DEG) / STEPS_PER_DEG
