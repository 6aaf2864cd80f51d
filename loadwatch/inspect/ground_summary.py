"""The ground of one activity as text: metres by surface and source, and by grade; no position."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np

from loadwatch.exposure import elevation, osm, surface
from loadwatch.exposure.altimeter import name_altimeter
from loadwatch.tables import GRADE_COLUMNS, SURFACE_NAMES

if TYPE_CHECKING:
    from loadwatch.activity import Activity
    from loadwatch.exposure.elevation import Climb
    from loadwatch.exposure.osm import Ground

SOURCE_LABELS: Final = {  # where the map's answer comes from
    "surface": "surface tag",
    "tracktype": "tracktype",
    "hint": "other tags",
    "highway": "kind of way",
    "area": "area",
}
UNKNOWN_LABELS: Final = {  # why the map has no answer
    "unmatched": "off the ways of the map",
    "outside": "outside the map",
    "nowhere": "without a position",
}
_GRADES = (
    "-15 % or steeper",
    "-15 to -10 %",
    "-10 to -5 %",
    "-5 to +5 %",
    "+5 to +10 %",
    "+10 to +15 %",
    "+15 % or steeper",
)
GRADE_LABELS: Final = dict(zip(GRADE_COLUMNS, _GRADES, strict=True))


def describe_ground(
    activity: Activity, distance_m: float, ground: Ground | None
) -> str:
    """Return metres by surface and source (with a map) and by grade of one activity.

    Parameters
    ----------
    activity : with its samples; a row of a list has none and gives one line.
    distance_m : the sum of the metres by surface [m].
    ground : the map around it, if there is one.
    """
    if not len(activity.records):
        return "No samples: neither surface nor grade is known metre by metre."
    lines = _format_grades(_measure_climb(activity))
    if ground is not None:
        lines = [*_format_surfaces(activity, distance_m, ground), "", *lines]
    return "\n".join(lines)


def _format_surfaces(
    activity: Activity, distance_m: float, ground: Ground
) -> list[str]:
    """Return the matched metres, a line per surface, and those that the map does not answer."""
    if not {"latitude_deg", "longitude_deg"} <= set(activity.records.columns):
        return ["No positions: the map has no answer for this run."]
    share, matched = surface.match_samples(activity.records, ground)
    if math.isnan(distance_m):
        distance_m = 0.0
    metres = np.zeros((len(SURFACE_NAMES), len(osm.SOURCES)))
    np.add.at(metres, (matched.surface, matched.source), share * distance_m)
    columns = [osm.SOURCES.index(source) for source in SOURCE_LABELS]
    heads = "".join(f"{label:>13}" for label in SOURCE_LABELS.values())
    lines = [f"{'Metres by surface and source':30}{heads}"]
    for number, name in enumerate(SURFACE_NAMES):
        known = metres[number, columns]
        if known.any():
            cells = "".join(f"{value:13,.0f}" for value in known)
            lines.append(f"  {name:28}{cells}")
    sums = metres.sum(axis=0)
    for source, label in UNKNOWN_LABELS.items():
        lines.append(f"  {label:28}{sums[osm.SOURCES.index(source)]:13,.0f}")
    return [*lines, osm.CREDIT]


def _measure_climb(activity: Activity) -> Climb:
    """Return climb and grade of the samples; a column that they lack is NaN."""
    records = activity.records
    time_ns = records.index.to_numpy("datetime64[ns]").view(np.int64)
    unknown = np.full(len(records), np.nan)
    columns = {name: records[name].to_numpy(np.float64) for name in records.columns}
    altitude = columns.get("altitude_m", unknown)
    distance = columns.get("distance_m", unknown)
    time_s = (time_ns - time_ns[:1]) / 1e9
    altimeter = name_altimeter(activity.session)
    return elevation.measure_climb(time_s, altitude, distance, altimeter)


def _format_grades(climb: Climb) -> list[str]:
    if climb.confidence == "none":
        return ["No altitude: neither climb nor grade is known."]
    sums = f"Climb {climb.ascent_m:,.0f} m, descent {climb.descent_m:,.0f} m"
    lines = [
        f"{sums}, longest climb {climb.longest_climb_m:,.0f} m",
        f"Noise of the altitude {climb.noise_m:.2f} m (confidence: {climb.confidence})",
    ]
    if math.isnan(climb.grade_m[0]):
        return [*lines, "No distance: the grade is not known."]
    lines.append("Metres by grade")
    for label, metres in zip(GRADE_LABELS.values(), climb.grade_m, strict=True):
        lines.append(f"  {label:28}{metres:13,.0f}")
    return lines
