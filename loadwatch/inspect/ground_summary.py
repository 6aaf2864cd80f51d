"""One activity's ground as lines of text: metres by surface and source, metres by grade; no position."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np

from loadwatch.exposure import elevation, osm, surface
from loadwatch.tables import GRADE_COLUMNS, SURFACE_NAMES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from loadwatch.activity import Activity
    from loadwatch.exposure.elevation import Climb
    from loadwatch.exposure.osm import Ground

SOURCE_LABELS: Final = {  # a source of the map in words
    "surface": "surface tag",
    "tracktype": "tracktype",
    "hint": "other tags",
    "highway": "kind of way",
    "area": "area",
}
UNKNOWN_LABELS: Final = {
    "unmatched": "off the ways of the map",
    "outside": "outside the map",
    "nowhere": "without a position",
}
GRADE_LABELS: Final = dict(
    zip(
        GRADE_COLUMNS,
        ("-15 % or steeper", "-15 to -10 %", "-10 to -5 %", "-5 to +5 %", "+5 to +10 %", "+10 to +15 %",
         "+15 % or steeper"),
        strict=True,
    )
)  # fmt: skip


def describe_ground(
    activity: Activity, distance_m: float, ground: Ground | None
) -> str:
    """Return metres by surface and source (with a map) and by grade of one activity.

    Parameters
    ----------
    activity : with its samples; a row of a list has none and gives one line.
    distance_m : what the metres by surface sum up to. [m]
    ground : the map around it, if there is one.
    """
    if not len(activity.records):
        return "No samples: neither surface nor grade can be told metre by metre."
    parts = [*_format_grades(_measure_climb(activity))]
    if ground is not None:
        parts = [*_format_surfaces(activity, distance_m, ground), "", *parts]
    return "\n".join(parts)


def _format_surfaces(
    activity: Activity, distance_m: float, ground: Ground
) -> Iterable[str]:
    if not {"latitude_deg", "longitude_deg"} <= set(activity.records.columns):
        return ["No positions: the map cannot say what lies under this run."]
    share, matched = surface.match_samples(activity.records, ground)
    metres = share * (0.0 if math.isnan(distance_m) else distance_m)
    cells = np.zeros((len(SURFACE_NAMES), len(osm.SOURCES)))
    np.add.at(cells, (matched.surface, matched.source), metres)
    columns = [osm.SOURCES.index(source) for source in SOURCE_LABELS]
    lines = [
        f"{'Metres by surface, as told by':30}"
        + "".join(f"{word:>13}" for word in SOURCE_LABELS.values())
    ]
    for row, name in enumerate(SURFACE_NAMES):
        told = cells[row, columns]
        if told.any():
            lines.append(f"  {name:28}" + "".join(f"{value:13,.0f}" for value in told))
    missing = cells.sum(axis=0)
    lines += [
        f"  {words:28}{missing[osm.SOURCES.index(source)]:13,.0f}"
        for source, words in UNKNOWN_LABELS.items()
    ]
    return [*lines, osm.CREDIT]


def _measure_climb(activity: Activity) -> Climb:
    records = activity.records
    time_ns = records.index.to_numpy("datetime64[ns]").view(np.int64)
    nothing = np.full(len(records), np.nan)
    altitude, distance = (
        records[name].to_numpy(np.float64) if name in records else nothing
        for name in ("altitude_m", "distance_m")
    )
    return elevation.measure_climb((time_ns - time_ns[:1]) / 1e9, altitude, distance)


def _format_grades(climb: Climb) -> Iterable[str]:
    if climb.confidence == "none":
        return ["No altitude: neither climb nor grade can be told."]
    sums = f"Climb {climb.ascent_m:,.0f} m, descent {climb.descent_m:,.0f} m"
    lines = [
        f"{sums}, longest climb {climb.longest_climb_m:,.0f} m",
        f"Noise of the altitude {climb.noise_m:.2f} m (confidence: {climb.confidence})",
    ]
    if math.isnan(climb.grade_m[0]):
        return [*lines, "No distance: the grade cannot be told."]
    rows = zip(GRADE_LABELS.values(), climb.grade_m, strict=True)
    return [
        *lines,
        "Metres by grade",
        *(f"  {words:28}{metres:13,.0f}" for words, metres in rows),
    ]
