"""How much of the runs a map covers; apart from the maps' own modules, which are slow to import."""

from __future__ import annotations

from typing import TYPE_CHECKING

from loadwatch.assess.weeks import select_runs

if TYPE_CHECKING:
    from loadwatch.analysis import Analysis

MAP_COLUMNS = ("tagged_m", "inferred_m", "unmatched_m", "outside_m")


def compute_covered_share(analysis: Analysis) -> float:
    """Return the share of the distance with positions inside the map [1]; NaN without a map."""
    runs = select_runs(analysis.activities, analysis.settings)
    asked = runs[list(MAP_COLUMNS)].sum()
    if not analysis.settings.osm or not asked.sum() > 0:
        return float("nan")
    return float(1.0 - asked["outside_m"] / asked.sum())
