"""Which map extract an athlete needs, and how much of the runs a given one covers."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from loadwatch.assess.weeks import select_runs
from loadwatch.exposure.osm.cut import cut_extract
from loadwatch.exposure.osm.extract import open_extract
from loadwatch.exposure.osm.needed_area import find_needed_areas
from loadwatch.exposure.osm.statements import MapStatements, measure_statements
from loadwatch.ingest.zones import zone_at
from loadwatch.pipeline.map_coverage import compute_covered_share

if TYPE_CHECKING:
    import pandas as pd

    from loadwatch.analysis import Analysis
    from loadwatch.exposure.osm.needed_area import Box, NeededArea


@dataclass(frozen=True, slots=True)
class MapNeed:
    """One area that runs visit, and the region that it is in."""

    box: Box
    region: str  # IANA time zone, "" where none is known
    runs: int
    distance_m: float


@dataclass(frozen=True, slots=True)
class MapNeeds:
    """What an athlete's runs need of a map, and what a given one covers."""

    areas: tuple[MapNeed, ...]  # that of the longest distance first
    runs: int
    located: int  # runs with positions
    # share of the located distance inside the map given [1], NaN without one
    covered: float
    statements: MapStatements | None = None  # of the map given, around the runs


def find_map_needs(analysis: Analysis, cache: Path | None = None) -> MapNeeds:
    """Return which areas of a map the runs of `analysis` need, and what a given one states.

    `cache` is the folder where what is read of the map is kept, None for nowhere.
    """
    runs = select_runs(analysis.activities, analysis.settings)
    areas = _find_areas(runs)
    return MapNeeds(
        areas=tuple(_place_area(area) for area in areas),
        runs=len(runs),
        located=int(runs["cells"].map(bool).sum()),
        covered=compute_covered_share(analysis),
        statements=_measure_map(analysis, areas, cache),
    )


def with_map_right(analysis: Analysis, cache: Path | None = None) -> Analysis:
    """Return `analysis` with how sure what the map implies is around its runs.

    `cache` is the folder where what is read of the map is kept, None for nowhere.
    """
    runs = select_runs(analysis.activities, analysis.settings)
    if not runs["inferred_m"].sum() > 0:
        return analysis
    statements = _measure_map(analysis, _find_areas(runs), cache)
    if statements is None:
        return analysis
    return replace(analysis, map_right=statements.right_share)


def _measure_map(
    analysis: Analysis, areas: list[NeededArea], cache: Path | None
) -> MapStatements | None:
    """Return how much the map given states around the runs, None without a map."""
    settings = analysis.settings
    cells = frozenset(cell for area in areas for cell in area.cells)
    if not settings.osm or not cells:
        return None
    ground = open_extract(Path(settings.osm), cells, cache, settings.classes)
    return measure_statements(ground)


def cut_map(analysis: Analysis, extract: Path) -> bytes:
    """Return what the runs need of an extract, as a small .osm.pbf."""
    runs = select_runs(analysis.activities, analysis.settings)
    cells = {cell for area in _find_areas(runs) for cell in area.cells}
    return cut_extract(extract, frozenset(cells))


def _find_areas(runs: pd.DataFrame) -> list[NeededArea]:
    pairs = zip(runs["cells"].tolist(), runs["distance_m"].tolist(), strict=True)
    return find_needed_areas(pairs)


def _place_area(area: NeededArea) -> MapNeed:
    """Return an area with its time zone, the most common among its cells."""
    zones = Counter(
        zone_at(row / 100 + 0.005, column / 100 + 0.005) for row, column in area.cells
    )
    region, _ = zones.most_common(1)[0]
    return MapNeed(area.box, region, area.runs, area.distance_m)
