"""Which unit the numbers of a list are in, where the list does not state it.

Each unit is decided once for a whole column, and the decision is a value: the unit and what it
rests on. Evidence is what the other columns make of the same quantity: distance = time x speed =
steps x stride, duration = distance x pace. Rows in another unit than their list: `row_units`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from loadwatch.activity import NAN, Note
from loadwatch.ingest.readers.csv.numbers import find_two_parts, parse_durations

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from loadwatch.ingest.readers.csv.numbers import ClockStyle
    from loadwatch.tables import Floats

KM, MILE, YARD, FOOT = 1000.0, 1609.344, 0.9144, 0.3048
DAY = 86400.0  # s; spreadsheets write durations as fractions of it
SLOWEST, FASTEST = 1.6, 5.2  # m/s; the median of a runner's runs is between them
_SHORTEST_M, _LONGEST_M = 400.0, 100_000.0  # likewise for the median distance
_SHORTEST_S, _LONGEST_S = 180.0, 6 * 3600.0  # and the median duration
_TOLERANCE = 1.08  # of a ratio that is to name a unit
_EXACT = 1.03  # where a list computed one column from the others
_LEAST_AGREED = 0.4  # share of rows
_LEAD = 4  # times the votes of the next unit
_SLOWEST_POSSIBLE, _FASTEST_POSSIBLE = 0.5, 7.0  # m/s, by median
_STANDING_MPS, _NOBODY_MPS = (
    0.3,
    20.0,
)  # slower and faster than anybody on foot or a bike
_LOOSE = 1.18  # the same where stride and cadence are rounded means

ASSUMED_KM = Note(
    "distance_unit",
    "the list says neither km nor miles, read as km; --distance-unit mi if it is miles",
)
ASSUMED_FT = Note(
    "elevation_unit",
    "climbs read as feet, as distances are in miles; --elevation-unit m if it is metres",
)
LEGS = 120.0  # 1/min; no runner takes fewer steps, so a smaller cadence counts strides

# What a decision rests on. "assumed": on nothing but custom; "unknown": there is none.
Basis = Literal[
    "stated",
    "setting",
    "other columns",
    "speeds",
    "decimal comma",
    "assumed",
    "unknown",
]


@dataclass(frozen=True, slots=True)
class UnitDecision:
    """What one number of a column is in SI, and what that rests on."""

    factor: float  # NaN where the unit is unknown
    basis: Basis
    note: Note | None = None  # for each row that is read by it


@dataclass(frozen=True, slots=True)
class DistanceEvidence:
    """What the rows of a list hold that bears on the unit of their distances."""

    texts: Sequence[str]  # the cells as written
    raw: Floats  # the numbers as written
    cell_units: Sequence[float | None]  # metres of a unit written into a cell
    sports: Sequence[str]
    time_s: Floats
    pace_s: Floats  # for one of the list's distances
    by_speed_m: Floats  # time x speed
    steps: Floats
    cadence: Floats  # as written, of those on foot
    stride_m: Floats
    has_decimal_comma: bool  # countries that write it do not count in miles


# --- ratios --------------------------------------------------------------------------


def is_near(value: float, target: float, tolerance: float = _TOLERANCE) -> bool:
    """Whether value and target differ by less than a factor of `tolerance`."""
    return target / tolerance < value < target * tolerance


def find_unit(
    value: float, factors: Iterable[float], tolerance: float = _TOLERANCE
) -> float | None:
    """Return the factor that a ratio is near to, if there is one."""
    for factor in factors:
        if is_near(value, factor, tolerance):
            return factor
    return None


def compute_ratios(many: Floats, few: Floats) -> Floats:
    """Return many / few of the rows where both are above zero."""
    known = (many > 0) & (few > 0)
    return many[known] / few[known]


def count_near(ratios: Floats, unit: float, tolerance: float = _TOLERANCE) -> int:
    """Return how many ratios name a unit."""
    return sum(is_near(ratio, unit, tolerance) for ratio in ratios)


# --- distance ------------------------------------------------------------------------


def infer_distance_unit(evidence: DistanceEvidence, setting: str) -> UnitDecision:
    """Return the unit of a list's distances, where its header states none.

    `setting` is the user's choice, "km", "mi" or "". It does not hold against evidence for
    metres, which the user cannot choose.
    """
    basis: Basis = "other columns"
    factor = _match_other_distance(evidence.by_speed_m, evidence.raw, _TOLERANCE)
    if factor is None and _multiply_cadence(evidence).size:
        factor = vote_cadence(evidence)[0]
    elif factor is None:
        by_steps_m = evidence.steps * evidence.stride_m
        factor = _match_other_distance(by_steps_m, evidence.raw, _LOOSE)
    if factor is None:
        basis = "speeds"
        factor = _find_only_possible(evidence)
    if setting and factor != 1.0:
        chosen = {"km": KM, "mi": MILE}[setting]
        return UnitDecision(chosen, "setting")
    if factor is not None:
        return UnitDecision(factor, basis)
    if evidence.has_decimal_comma:
        return UnitDecision(KM, "decimal comma", ASSUMED_KM)
    return UnitDecision(KM, "assumed", ASSUMED_KM)


def _match_other_distance(
    covered_m: Floats, raw: Floats, tolerance: float
) -> float | None:
    """Return the unit in which half of the rows or more agree with another way to it [m]."""
    ratios = compute_ratios(covered_m, raw)
    votes = {unit: count_near(ratios, unit, tolerance) for unit in (KM, MILE, 1.0)}
    unit = max(votes, key=votes.__getitem__)
    if ratios.size and votes[unit] * 2 >= len(ratios):
        return unit
    return None


def _multiply_cadence(evidence: DistanceEvidence) -> Floats:
    """Return cadence x time x stride length over the distance as written, where all are known."""
    by_cadence_m = evidence.cadence / 60 * evidence.time_s * evidence.stride_m
    return compute_ratios(by_cadence_m, evidence.raw)


def vote_cadence(evidence: DistanceEvidence) -> tuple[float | None, float | None]:
    """Return (unit of distance, steps of one count of cadence) that most rows agree on.

    A stride length is computed from distance, cadence and timer, so that the three give the
    distance to the rounding. A unit is taken where 40 % of the rows agree within 3 %, four times
    as many as with any other; else both are None.
    """
    ratios = _multiply_cadence(evidence)
    votes = {
        (unit, legs): count_near(ratios, unit / legs, _EXACT)
        for unit in (KM, MILE, 1.0)
        for legs in (1.0, 2.0)
    }
    (unit, legs), *others = sorted(votes, key=votes.__getitem__, reverse=True)
    most = votes[unit, legs]
    second = max(votes[other] for other in others if other[0] != unit)
    if not most or most < _LEAST_AGREED * ratios.size or most < _LEAD * second:
        return None, None
    return unit, legs


def _find_only_possible(evidence: DistanceEvidence) -> float | None:
    """Return the only unit in which a runner can have run the list's runs.

    This excludes what nobody can run; among possible units speed decides nothing.
    """
    is_run = np.array(evidence.sports) == "running"
    raw, time_s = evidence.raw[is_run], evidence.time_s[is_run]
    known = (raw > 0) & (time_s > 0)
    if not known.any():
        return None
    length, speed = np.median(raw[known]), np.median(raw[known] / time_s[known])
    units = [
        unit
        for unit in (1.0, KM, MILE)
        if _SHORTEST_M / 2 <= length * unit <= _LONGEST_M
        and _SLOWEST_POSSIBLE <= speed * unit <= _FASTEST_POSSIBLE
    ]
    if len(units) == 1:
        return units[0]
    return None


# --- climb and cadence ---------------------------------------------------------------


def infer_elevation_unit(distance_unit: float, setting: str) -> UnitDecision:
    """Return the unit of climbs that the header does not state: feet go with miles."""
    if setting:
        return UnitDecision({"m": 1.0, "ft": FOOT}[setting], "setting")
    if distance_unit == MILE:
        return UnitDecision(FOOT, "assumed", ASSUMED_FT)
    return UnitDecision(1.0, "assumed")


def infer_cadence_unit(evidence: DistanceEvidence) -> UnitDecision:
    """Return how many steps one of a list's cadence is: 2 where it counts strides of one leg."""
    _, legs = vote_cadence(evidence)
    if legs is not None:
        return UnitDecision(legs, "other columns")
    cadence = evidence.cadence
    of_runs = cadence[(np.array(evidence.sports) == "running") & (cadence > 0)]
    if of_runs.size and np.median(of_runs) < LEGS:
        return UnitDecision(2.0, "speeds")
    return UnitDecision(1.0, "assumed")


# --- duration ------------------------------------------------------------------------


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
    units = (1.0, 60.0, 3600.0, DAY)
    ratios = compute_ratios(expected_s, values)
    if ratios.size:
        unit = find_unit(float(np.median(ratios)), units)
        if unit is not None:
            return UnitDecision(unit, "other columns")
    fits = [unit for unit in units if _are_usual_runs(distance, values * unit)]
    if len(fits) == 1:
        return UnitDecision(fits[0], "speeds")
    return UnitDecision(NAN, "unknown")


def _are_usual_runs(raw: Floats, time_s: Floats) -> bool:
    """Whether distances, in whatever unit, and durations are those of somebody's usual runs."""
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
