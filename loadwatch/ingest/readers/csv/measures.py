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
from loadwatch.ingest.readers.csv.climbs import (
    convert_climbs,
    decide_climb_unit,
    detect_climb_unit,
)
from loadwatch.ingest.readers.csv.list_columns import TIMES
from loadwatch.ingest.readers.csv.list_times import (
    drop_zeros,
    pick_positive,
    read_pace,
    read_times,
)
from loadwatch.ingest.readers.csv.names import load_units
from loadwatch.ingest.readers.csv.row_units import LONG
from loadwatch.ingest.readers.csv.unit_decision import UnitDecision
from loadwatch.ingest.readers.csv.unit_inference import DistanceEvidence
from loadwatch.tables import UNKNOWN_SPORT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from loadwatch.activity import ColumnUnit
    from loadwatch.ingest.readers.csv.list_columns import ListColumns, Notes
    from loadwatch.ingest.readers.csv.numbers import DecimalMark
    from loadwatch.settings import Settings
    from loadwatch.tables import Floats

_LENGTHS = ("distance", "ascent", "descent", "stride", "speed", "oscillation")
# columns that show the decimal mark of a file
_SHOW_MARK = (*_LENGTHS, "heart_rate", "rpe", "dirt")
_NUMBERS = (*_SHOW_MARK, "steps", "load", "cadence", "lowest", "highest")
_WHOLE = frozenset({"steps", "lowest", "highest"})  # columns of whole numbers
_WHOLE_AT_GARMIN = frozenset({"ascent", "descent", "heart_rate"})
_SHORTEST_M, _LONGEST_M = 200.0, 300_000.0  # the median distance is between them
_AFOOT = frozenset({"running", "walking", "hiking"})


@dataclass(frozen=True, slots=True)
class Measures:
    """The numbers of a list by role, a value per row, in SI; NaN where unknown."""

    values: dict[str, Floats]
    notes: Notes
    is_european: bool  # written where the comma is the decimal mark
    units: Sequence[ColumnUnit] = ()  # how its columns were read


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
    values = _read_plain_columns(columns, sports, mark)
    pace = read_pace(columns, mark)
    times = read_times(columns, values["distance"], pace, mark, notes)
    units = times.units
    time_s = pick_positive(*(times.values[role] for role in TIMES))
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
        climb_unit=detect_climb_unit(columns, values),
        column=columns.headings.get("distance", "Distance"),
    )
    unit, metres = _convert_distances(columns, evidence, mark, settings, notes)
    if "distance" in columns.columns:
        units.append(unit.describe(evidence.column))
    values["cadence"] = _convert_cadence(columns, evidence, units)
    if "ascent" in columns.columns or "descent" in columns.columns:
        climb_unit = decide_climb_unit(columns, values, unit.factor, settings)
        heading = columns.headings.get("ascent") or columns.headings["descent"]
        units.append(climb_unit.describe(heading))
        values |= convert_climbs(columns, values, climb_unit, notes)
    values |= times.values | {"distance": metres}
    return Measures(values, notes, is_european, units)


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
    if role == "distance":
        unit = _find_stated_unit(columns)
        pairs = zip(columns.columns[role], read, strict=True)
        read = [_choose_thousands(cells, values, unit) for cells, values in pairs]
    if len(read) == 1:
        return read[0]
    best = pick_positive(*read)
    return np.where(np.isnan(best), read[0], best)


def _find_stated_unit(columns: ListColumns) -> float:
    """Return what one of a list's distances is by its header or all of its cells [m], else NaN."""
    stated = columns.units.get("distance")
    if stated is not None:
        return stated
    own = set(numbers.parse_cell_units(list(filter(None, columns.texts["distance"]))))
    unit = own.pop() if len(own) == 1 else None
    return np.nan if unit is None else unit


def _choose_thousands(cells: Sequence[str], values: Floats, unit: float) -> Floats:
    """Return distances as a person can run them: 8.200 km is no 8,200 km, nor is 8,200 m 8.2 m."""
    decimals = numbers.parse_as_decimals(cells)
    known = decimals[decimals > 0] * unit
    if not known.size:
        return values
    length = float(np.median(known))
    if length < _SHORTEST_M:
        return numbers.parse_column(cells, ".", is_whole=True)
    if length * 1000 > _LONGEST_M:
        return decimals
    return values


def _read_plain_columns(
    columns: ListColumns, sports: Sequence[str], mark: DecimalMark
) -> dict[str, Floats]:
    """Return the columns of numbers by role, distances and climbs as they are written."""
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
    return values


def _read_balance(columns: ListColumns, mark: DecimalMark) -> Floats:
    """Return the left foot's share, of cells like "49.7% L / 50.3% R" [%]."""
    if "balance" not in columns.columns:
        return np.full(len(columns.lines), np.nan)
    cells = columns.texts["balance"]
    left = [cell.partition("%")[0].partition(" ")[0] for cell in cells]
    return np.array([numbers.parse_number(cell, mark) for cell in left])


def _convert_cadence(
    columns: ListColumns, evidence: DistanceEvidence, units: list[ColumnUnit]
) -> Floats:
    """Return steps of both feet per minute, of those who go on foot."""
    cadence = evidence.cadence
    if "cadence" not in columns.columns:
        return cadence
    if columns.traits.cadence_per_leg:
        unit = UnitDecision(2.0, "vendor", "the vendor counts one leg")
    else:
        unit = inference.infer_cadence_unit(evidence)
    if (cadence > 0).any():
        name = {1.0: "steps/min", 2.0: "strides/min"}[unit.factor]
        units.append(unit.describe(columns.headings["cadence"], name))
    return np.where(cadence < inference.LEGS, cadence * unit.factor, cadence)


# --- distances -----------------------------------------------------------------------


def _convert_distances(
    columns: ListColumns,
    evidence: DistanceEvidence,
    mark: DecimalMark,
    settings: Settings,
    notes: Notes,
) -> tuple[UnitDecision, Floats]:
    """Return (the unit of a list's distances, the distances in metres)."""
    decision = UnitDecision(1.0, "other columns", "two columns of distance, by ratio")
    metres = _read_two_distances(columns, mark, notes)
    if metres is None:
        decision = _decide_distance_unit(columns, evidence, settings)
        metres = _apply_unit(evidence, decision, notes)
    return decision, drop_zeros(metres)


def _decide_distance_unit(
    columns: ListColumns, evidence: DistanceEvidence, settings: Settings
) -> UnitDecision:
    """Return the unit that the header or each cell states, else the one that is inferred."""
    stated = columns.units.get("distance")
    if stated is not None:
        decision = UnitDecision(stated, "stated", "by header or vendor")
        return inference.check_stated_unit(evidence, decision)
    own = [
        unit
        for unit, metres in zip(evidence.cell_units, evidence.raw, strict=True)
        if metres > 0
    ]
    if own and all(unit is not None for unit in own):
        return UnitDecision(own[0] or 1.0, "stated", "in each row")
    return inference.infer_distance_unit(evidence, settings)


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
    """Return whether single rows may be in another unit: swims, long ones, and where a pace checks."""
    has_pace = bool((evidence.pace_s > 0).any())
    has_long = bool((evidence.raw >= LONG).any())
    return has_pace or has_long or "swimming" in evidence.sports
