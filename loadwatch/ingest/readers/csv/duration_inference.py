"""How the durations of a list are written: m:ss or h:mm, seconds or minutes or hours.

Decided once for a whole column, by the other durations of its rows and by distance and pace.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from loadwatch.activity import NAN
from loadwatch.ingest.readers.csv.numbers import find_two_parts, parse_durations
from loadwatch.ingest.readers.csv.unit_decision import KM, MILE, UnitDecision
from loadwatch.ingest.readers.csv.unit_inference import (
    compute_ratios,
    find_unit,
    is_near,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from loadwatch.ingest.readers.csv.numbers import ClockStyle
    from loadwatch.tables import Floats

DAY = 86400.0  # s; spreadsheets write durations as fractions of it
SLOWEST, FASTEST = 1.6, 5.2  # m/s; the median of a runner's runs is between them
_SHORTEST_M, _LONGEST_M = 400.0, 100_000.0  # likewise for the median distance
_SHORTEST_S, _LONGEST_S = 180.0, 6 * 3600.0  # and the median duration
_SLOWEST_POSSIBLE, _FASTEST_POSSIBLE = 0.5, 7.0  # m/s, by median
# slower and faster than anybody on foot or a bike
_STANDING_MPS, _NOBODY_MPS = 0.3, 20.0


def infer_clock_style(
    texts: Sequence[str], expected_s: Floats, distance: Floats
) -> ClockStyle:
    """Return whether 0:47 in a column is minutes and seconds or hours and minutes.

    "" if nothing decides. `expected_s` is what other columns make of the same duration; else
    minutes over 23 or a neighbour of three parts mean m:ss; else the speed over `distance`, in
    km or miles, must be a runner's.
    """
    rows = find_two_parts(texts)
    if not rows:
        return "m:ss"
    two_parts = [texts[at] for at in rows]
    as_minutes = parse_durations(two_parts, "m:ss")
    as_hours = parse_durations(two_parts, "h:mm")
    if style := _vote_clock_style(as_minutes, as_hours, expected_s[rows]):
        return style
    if as_minutes.max() >= 24 * 60 or any(text.count(":") == 2 for text in texts):
        return "m:ss"
    distances = distance[rows]
    fits_minutes = _are_usual_runs(distances, as_minutes)
    fits_hours = _are_usual_runs(distances, as_hours)
    if fits_minutes == fits_hours:
        return ""
    if fits_minutes:
        return "m:ss"
    return "h:mm"


def _vote_clock_style(
    as_minutes: Floats, as_hours: Floats, expected_s: Floats
) -> ClockStyle:
    """Return the style that comes nearer to what other columns say in most rows."""
    is_judged = (expected_s > 0) & (as_minutes > 0) & (as_hours != as_minutes)
    if not is_judged.any():
        return ""
    expected = expected_s[is_judged]
    off_by_minutes = np.abs(np.log(as_minutes[is_judged] / expected))
    off_by_hours = np.abs(np.log(as_hours[is_judged] / expected))
    if np.count_nonzero(off_by_minutes < off_by_hours) * 2 > len(expected):
        return "m:ss"
    return "h:mm"


def find_minutes_as_hours(
    texts: Sequence[str], durations: Floats, expected_s: Floats
) -> list[int]:
    """Return the rows in which a spreadsheet made 47:08:00 of the 47:08 that was typed."""
    return [
        at
        for at, (duration, expected) in enumerate(
            zip(durations, expected_s, strict=True)
        )
        if texts[at].count(":") == 2 and is_near(duration, expected * 60, 1.02)
    ]


def correct_durations(
    texts: Sequence[str], durations: Floats, distance: Floats
) -> list[int]:
    """Correct `durations` of rows that nobody can have run; return these rows.

    1:32 among 47:30 and 58:10 is hours and minutes, and 47:30:00 is what a spreadsheet made of
    47:30: where the speed is possible in the other reading alone, that is the right one.
    """
    corrected = []
    for at in np.flatnonzero((distance > 0) & (durations > 0)).tolist():
        metres = float(distance[at])
        if metres < _SHORTEST_M:
            metres *= KM  # miles are near enough
        speed = metres / durations[at]
        colons = texts[at].count(":")
        if colons == 1 and speed > _NOBODY_MPS > speed / 60 > _SLOWEST_POSSIBLE:
            durations[at] *= 60
        elif (
            texts[at].strip().endswith(":00")
            and colons == 2
            and (speed < _STANDING_MPS and 1 < speed * 60 < _FASTEST_POSSIBLE)
        ):
            durations[at] /= 60
        else:
            continue
        corrected.append(at)
    return corrected


def drop_whole_minutes(texts: Sequence[str], timer: Floats, seconds: Floats) -> Floats:
    """Return a timer of whole minutes without the rows whose seconds another column knows."""
    unknown = np.full(len(texts), np.nan)
    if infer_clock_style(texts, seconds, unknown) != "h:mm":
        return timer
    has_two_parts = np.zeros(len(texts), bool)
    has_two_parts[find_two_parts(texts)] = True
    return np.where(has_two_parts & (seconds > 0), np.nan, timer)


def infer_time_unit(
    values: Floats, expected_s: Floats, distance: Floats
) -> UnitDecision:
    """Return the unit of a column of plain numbers that are durations."""
    units = (1.0, 60.0, 3600.0, DAY, 0.001)
    ratios = compute_ratios(expected_s, values)
    if ratios.size:
        unit = find_unit(float(np.median(ratios)), units)
        if unit is not None:
            return UnitDecision(unit, "other columns", "by other columns of the row")
    fits = [unit for unit in units if _are_usual_runs(distance, values * unit)]
    if len(fits) == 1:
        return UnitDecision(fits[0], "possible speeds", "no other unit can be run")
    return UnitDecision(NAN, "unknown", "several units can be run")


def _are_usual_runs(raw: Floats, time_s: Floats) -> bool:
    """Return whether distances, in whatever unit, and durations are those of somebody's usual runs."""
    known = (raw > 0) & (time_s > 0)
    if not known.any():
        return False
    if not _SHORTEST_S <= np.median(time_s[known]) <= _LONGEST_S:
        return False
    length, speed = np.median(raw[known]), np.median(raw[known] / time_s[known])
    for unit in (KM, MILE, 1.0):
        is_usual_length = _SHORTEST_M <= length * unit <= _LONGEST_M
        if is_usual_length and SLOWEST <= speed * unit <= FASTEST:
            return True
    return False
