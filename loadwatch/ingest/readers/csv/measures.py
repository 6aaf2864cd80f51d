"""Columns of a list to SI numbers.

A unit is decided once for a whole column: by the header, else by the vendor, else by
`unit_inference`. What could not be decided goes into the notes of the rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from loadwatch.activity import Note
from loadwatch.ingest.readers.csv import numbers, row_units
from loadwatch.ingest.readers.csv import unit_inference as inference
from loadwatch.ingest.readers.csv.names import load_units
from loadwatch.ingest.readers.csv.row_units import IMPOSSIBLE, LONG
from loadwatch.ingest.readers.csv.unit_inference import DistanceEvidence, UnitDecision
from loadwatch.tables import UNKNOWN_SPORT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from loadwatch.ingest.readers.csv.names import VendorTraits
    from loadwatch.ingest.readers.csv.numbers import ClockStyle, DecimalMark
    from loadwatch.settings import Settings
    from loadwatch.tables import Bools, Floats

    Notes = list[list[Note]]  # of each row

TIMES = ("timer", "moving", "elapsed")
_LENGTHS = ("distance", "ascent", "descent", "stride", "speed", "oscillation")
# columns that show the decimal mark of a file
_SHOW_MARK = (*_LENGTHS, "heart_rate", "rpe", "dirt")
_NUMBERS = (*_SHOW_MARK, "steps", "load", "cadence", "lowest", "highest")
_WHOLE = frozenset({"steps", "lowest", "highest"})  # columns of whole numbers
_WHOLE_AT_GARMIN = frozenset({"ascent", "descent", "heart_rate"})
_AFOOT = frozenset({"running", "walking", "hiking"})


@dataclass(frozen=True, slots=True)
class ListColumns:
    """The rows of a list that fit its header, as columns of text by role."""

    lines: Sequence[int]  # line of each row
    # every role there is -> the cells of its first column, blank where there is none
    texts: Mapping[str, Sequence[str]]
    # roles of the table -> all columns of the role's name; Strava has two of some
    columns: Mapping[str, Sequence[Sequence[str]]]
    units: Mapping[str, float]  # role -> SI factor that header or vendor state
    traits: VendorTraits
    has_semicolons: bool  # as written where the comma is the decimal mark


@dataclass(frozen=True, slots=True)
class Measures:
    """The numbers of a list by role, a value per row, in SI; NaN where unknown."""

    values: Mapping[str, Floats]
    notes: Sequence[Sequence[Note]]
    is_european: bool  # written where the comma is the decimal mark


def read_measures(
    columns: ListColumns, sports: Sequence[str], settings: Settings
) -> Measures:
    """Return the numbers of a list.

    `sports` are the rows' sports: swims are written in metres, and only runs have a runner's
    speed.
    """
    mark = _choose_decimal_mark(columns)
    is_european = mark == "," or columns.has_semicolons
    notes: Notes = [[] for _ in columns.lines]
    values = {role: _read_numbers(columns, role, mark) for role in _NUMBERS}
    is_afoot = np.isin(sports, list(_AFOOT)) & (values["cadence"] > 0)
    values["cadence"] = np.where(is_afoot, values["cadence"], np.nan)
    values["stride"] *= columns.units.get("stride", 1.0)
    for role in ("steps", "load"):
        values[role] = pick_positive(values[role])
    # an oscillation is in cm; any other number is no reading
    oscillation = values["oscillation"]
    is_read = (oscillation >= 3) & (oscillation <= 20)
    values["oscillation"] = np.where(is_read, oscillation * 10, np.nan)
    values["balance"] = _read_balance(columns, mark)
    pace = _read_pace(columns, mark)
    times = _read_times(columns, values["distance"], pace, notes)
    time_s = pick_positive(*(times[role] for role in TIMES))
    evidence = DistanceEvidence(
        texts=columns.texts["distance"],
        raw=values["distance"],
        cell_units=_read_cell_units(columns, "distance"),
        sports=sports,
        time_s=time_s,
        pace_s=pace.pace_s,
        by_speed_m=pace.speed_mps * time_s,
        steps=values["steps"],
        cadence=values["cadence"],
        stride_m=values["stride"],
        has_decimal_comma=is_european,
    )
    unit, metres = _convert_distances(columns, evidence, mark, settings, notes)
    values["cadence"] = _convert_cadence(columns, evidence)
    climbs = _convert_climbs(columns, values, unit.factor, settings, notes)
    values |= times | climbs | {"distance": metres}
    return Measures(values, notes, is_european)


def pick_positive(*columns: Floats) -> Floats:
    """Return for each row the first number above zero; NaN where there is none."""
    conditions = [column > 0 for column in columns]
    return np.select(conditions, columns, np.nan)


# --- plain columns -------------------------------------------------------------------


def _choose_decimal_mark(columns: ListColumns) -> DecimalMark:
    """Return the decimal mark of most columns, else the one that goes with the separator."""
    marks = [
        numbers.detect_decimal_mark(column)
        for role in _SHOW_MARK
        for column in columns.columns.get(role, ())
    ]
    points, commas = marks.count("."), marks.count(",")
    if commas > points or (commas == points and columns.has_semicolons):
        return ","
    return "."


def _read_numbers(columns: ListColumns, role: str, mark: DecimalMark) -> Floats:
    """Return a role's numbers, of its first column that has one above zero."""
    if role not in columns.columns:
        return np.full(len(columns.lines), np.nan)
    is_whole = role in _WHOLE
    if columns.traits.whole_climbs and role in _WHOLE_AT_GARMIN:
        is_whole = True
    read = [
        numbers.parse_column(c, mark, is_whole=is_whole) for c in columns.columns[role]
    ]
    if len(read) == 1:
        return read[0]
    best = pick_positive(*read)
    return np.where(np.isnan(best), read[0], best)


def _read_balance(columns: ListColumns, mark: DecimalMark) -> Floats:
    """Return the left foot's share, of cells like "49.7% L / 50.3% R" [%]."""
    if "balance" not in columns.columns:
        return np.full(len(columns.lines), np.nan)
    cells = columns.texts["balance"]
    left = [cell.partition("%")[0].partition(" ")[0] for cell in cells]
    return np.array([numbers.parse_number(cell, mark) for cell in left])


def _convert_cadence(columns: ListColumns, evidence: DistanceEvidence) -> Floats:
    """Return steps of both feet per minute, of those who go on foot."""
    cadence = evidence.cadence
    if "cadence" not in columns.columns:
        return cadence
    if columns.traits.cadence_per_leg:
        unit = UnitDecision(2.0, "stated")
    else:
        unit = inference.infer_cadence_unit(evidence)
    return np.where(cadence < inference.LEGS, cadence * unit.factor, cadence)


@dataclass(frozen=True, slots=True)
class _Pace:
    """How fast each row was, as the list states it."""

    pace_s: Floats  # for one of the list's distances
    speed: Floats  # as written
    speed_mps: Floats  # NaN where nothing states the unit


def _read_pace(columns: ListColumns, mark: DecimalMark) -> _Pace:
    """Return the paces; a list of all activities writes a runner's pace into its speed column."""
    written = zip(columns.texts["pace"], columns.texts["speed"], strict=True)
    cells = [pace or speed for pace, speed in written]
    has_colon = [":" in cell for cell in cells]
    unknown = np.full(len(cells), np.nan)
    pace_s = speed = speed_mps = unknown
    if any(has_colon):
        pace_s = np.where(has_colon, numbers.parse_durations(cells), np.nan)
    if "speed" in columns.columns:
        speed = numbers.parse_column(columns.texts["speed"], mark)
        speed_mps = speed * columns.units.get("speed", np.nan)
    metres = columns.units.get("pace")  # that a pace is for
    if metres in {inference.KM, inference.MILE}:
        speed_mps = np.where(pace_s > 0, metres / _drop_zeros(pace_s), speed_mps)
    return _Pace(pace_s, speed, speed_mps)


def _drop_zeros(values: Floats) -> Floats:
    return np.where(values == 0, np.nan, values)


# --- durations -----------------------------------------------------------------------


def _read_times(
    columns: ListColumns, distance: Floats, pace: _Pace, notes: Notes
) -> dict[str, Floats]:
    """Return the durations of a list [s].

    What 0:47 means, and what a plain number counts, is held against the other durations of the
    row and against distance times pace, or over speed; both are neutral to the unit of distance.
    """
    by_speed = distance / _drop_zeros(pace.speed) * 3600
    by_pace = np.where(pace.pace_s > 0, distance * pace.pace_s, by_speed)
    unknown = np.full(len(columns.lines), np.nan)
    times = dict.fromkeys(TIMES, unknown)
    present = [role for role in TIMES if role in columns.columns]
    clear = dict(times)  # as far as the cells are clear by themselves
    for role in present:
        clear[role] = numbers.parse_durations(columns.texts[role], "")
    for role in present:
        others = [clear[other] for other in reversed(TIMES) if other != role]
        expected = pick_positive(*others, by_pace)
        times[role] = _read_durations(columns, role, expected, distance, notes)
    seconds = pick_positive(times["moving"], times["elapsed"])
    rows = numbers.find_two_parts(columns.texts["timer"])
    if rows and (seconds > 0).any():
        texts, timer = columns.texts["timer"], times["timer"]
        times["timer"] = inference.drop_whole_minutes(texts, timer, seconds)
    return times


def _choose_time_units(
    columns: ListColumns, role: str, plain: Floats, expected: Floats, distance: Floats
) -> Floats:
    """Return the unit of each row's plain number of time [s]."""
    unit = columns.units.get(role, np.nan)
    if np.isnan(unit) and (plain > 0).any():
        unit = inference.infer_time_unit(plain, expected, distance).factor
    units = np.full(len(plain), unit)
    for at, word in enumerate(columns.texts["time_unit"]):
        units[at] = load_units().get(word.strip().casefold(), unit)
    return units


def _read_durations(
    columns: ListColumns, role: str, expected: Floats, distance: Floats, notes: Notes
) -> Floats:
    """Return the durations of one role [s]; `expected` is what other columns make of them."""
    cells = zip(*columns.columns[role], strict=True)
    texts = [_pick_known(row) for row in cells]
    style: ClockStyle = "m:ss"
    if numbers.find_two_parts(texts):
        style = inference.infer_clock_style(texts, expected, distance)
    durations = numbers.parse_durations(texts, style)
    if (expected > 0).any():
        for at in inference.find_minutes_as_hours(texts, durations, expected):
            durations[at] /= 60
            text = f"{texts[at][:20]} read as minutes and seconds, by distance and pace"
            notes[at].append(Note("duration", text))
    plain = numbers.parse_column(texts, ".")
    units = _choose_time_units(columns, role, plain, expected, distance)
    durations = np.where(np.isnan(durations), plain * units, durations)
    for at in inference.correct_durations(texts, durations, distance):
        text = f"{texts[at][:20]} read as {durations[at] / 60:.0f} min, by its distance"
        notes[at].append(Note("duration", text))
    for at in np.flatnonzero(np.isnan(durations)).tolist():
        if not numbers.is_unknown(texts[at]):
            text = f"{texts[at][:20]} may be read in more than one way; write h:mm:ss"
            notes[at].append(Note("duration", text))
    return np.where(durations > 0, durations, np.nan)


def _pick_known(cells: Sequence[str]) -> str:
    """Return the first cell that holds something: Strava leaves one of two blank in old rows."""
    for cell in cells:
        if not numbers.is_unknown(cell):
            return cell.strip()
    return ""


# --- distances -----------------------------------------------------------------------


def _convert_distances(
    columns: ListColumns,
    evidence: DistanceEvidence,
    mark: DecimalMark,
    settings: Settings,
    notes: Notes,
) -> tuple[UnitDecision, Floats]:
    """Return (the unit of a list's distances, the distances in metres)."""
    decision = UnitDecision(1.0, "other columns")
    metres = _read_two_distances(columns, mark, notes)
    if metres is None:
        stated = columns.units.get("distance")
        if stated is not None:
            decision = UnitDecision(stated, "stated")
        else:
            decision = inference.infer_distance_unit(evidence, settings.distance_unit)
        metres = _apply_unit(evidence, decision, notes)
    _note_impossible(metres, evidence, notes)
    return decision, _drop_zeros(metres)


def _read_two_distances(
    columns: ListColumns, mark: DecimalMark, notes: Notes
) -> Floats | None:
    """Return the metres of two columns of the name of distance, as Strava writes them."""
    pair = columns.columns.get("distance", ())
    if len(pair) != 2 or columns.traits.vendor == "garmin":
        return None
    first, second = (numbers.parse_column(column, mark) for column in pair)
    is_strava = columns.traits.vendor == "strava"
    matched = row_units.match_two_distances(first, second, has_metres=is_strava)
    if matched is None:
        return None
    metres, disagree = matched
    for at in disagree:
        text = f"its two distances disagree, {first[at]:g} and {second[at]:g}"
        notes[at].append(Note("distance", text))
    return metres


def _read_cell_units(columns: ListColumns, role: str) -> list[float | None]:
    """Return the unit that each cell states, else a column of units beside it."""
    own = numbers.parse_cell_units(columns.texts[role])
    beside = columns.texts.get(f"{role}_unit", ())
    known = load_units()
    for at, word in enumerate(beside):
        if own[at] is None:
            own[at] = known.get(word.strip().casefold())
    return own


def _apply_unit(
    evidence: DistanceEvidence, decision: UnitDecision, notes: Notes
) -> Floats:
    """Return metres; a row in another unit than its list gets a note, so does an assumed unit."""
    units = np.full(len(evidence.raw), decision.factor)
    for at, own in enumerate(evidence.cell_units):
        if own is not None:
            units[at] = own
    if _may_differ_by_row(evidence):
        odd_rows = row_units.infer_row_units(evidence, decision)
        for at, row in odd_rows.items():
            units[at] = row.factor
            if row.note:
                notes[at].append(row.note)
    metres: Floats = evidence.raw * units
    if decision.note:
        for at in np.flatnonzero(metres > 0).tolist():
            is_afoot = evidence.sports[at] in {*_AFOOT, UNKNOWN_SPORT}
            if is_afoot and evidence.cell_units[at] is None:
                notes[at].append(decision.note)
    return metres


def _may_differ_by_row(evidence: DistanceEvidence) -> bool:
    """Whether single rows may be in another unit: swims, long ones, and where a pace checks."""
    has_pace = bool((evidence.pace_s > 0).any())
    has_long = bool((evidence.raw >= LONG).any())
    return has_pace or has_long or "swimming" in evidence.sports


def _note_impossible(metres: Floats, evidence: DistanceEvidence, notes: Notes) -> None:
    is_impossible = (metres > 400) & (metres / evidence.time_s > IMPOSSIBLE)
    for at in np.flatnonzero(is_impossible).tolist():
        if evidence.sports[at] == "running":
            km, minutes = metres[at] / 1000, evidence.time_s[at] / 60
            text = f"{km:.2f} km in {minutes:.0f} min is faster than anybody runs"
            notes[at].append(Note("distance", text))


# --- climbs --------------------------------------------------------------------------


def _convert_climbs(
    columns: ListColumns,
    values: Mapping[str, Floats],
    distance_unit: float,
    settings: Settings,
    notes: Notes,
) -> dict[str, Floats]:
    """Return ascent and descent in metres; feet go with miles, and then get a note."""
    if "ascent" not in columns.columns and "descent" not in columns.columns:
        return {}
    vendor_units = columns.traits.units
    stated = columns.units.get("ascent", vendor_units.get("descent"))
    if stated is not None:
        decision = UnitDecision(stated, "stated")
    else:
        decision = inference.infer_elevation_unit(
            distance_unit, settings.elevation_unit
        )
    unit_down = columns.units.get("descent", vendor_units.get("ascent"))
    ascent = _apply_climb_unit(columns, "ascent", values, decision.factor)
    descent = _apply_climb_unit(
        columns, "descent", values, unit_down or decision.factor
    )
    if decision.note:
        for at in np.flatnonzero((ascent > 0) | (descent > 0)).tolist():
            notes[at].append(decision.note)
    return {"ascent": ascent, "descent": descent}


def _apply_climb_unit(
    columns: ListColumns, role: str, values: Mapping[str, Floats], unit: float
) -> Floats:
    """Return climbs in metres; a climb below zero is none, and some zeros are no reading."""
    units = [own or unit for own in numbers.parse_cell_units(columns.texts[role])]
    is_read = values[role] >= 0
    if columns.traits.vendor:  # whoever writes 0 by hand means it
        is_read &= ~_is_not_measured(values)
    return np.where(is_read, values[role] * units, np.nan)


def _is_not_measured(values: Mapping[str, Floats]) -> Bools:
    """Whether a climb of 0 means "not measured": older lists write 0 where they know nothing."""
    has_climb = (values["ascent"] > 0) | (values["descent"] > 0)
    return ~has_climb & ~(values["highest"] > values["lowest"])
