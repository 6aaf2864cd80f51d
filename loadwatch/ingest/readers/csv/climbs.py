"""Climbs of a list in metres, and which unit they are in where the list does not state it."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from loadwatch.activity import Note
from loadwatch.ingest.readers.csv import numbers
from loadwatch.ingest.readers.csv.unit_decision import FOOT, MILE, UnitDecision

if TYPE_CHECKING:
    from collections.abc import Mapping

    from loadwatch.ingest.readers.csv.list_columns import ListColumns, Notes
    from loadwatch.settings import Settings
    from loadwatch.tables import Bools, Floats

_HIGHEST_M = 9000.0  # nobody runs above: the number is in feet
_SMALLEST = 10  # smaller numbers are in metres and in feet alike
_FEWEST = 8  # different numbers that show whether they were metres
_MOST_FEET, _FEWEST_FEET = 0.95, 0.6  # share of numbers that are whole metres in feet
_HEIGHTS = ("ascent", "descent", "highest", "lowest")


@cache
def _list_whole_feet() -> frozenset[int]:
    """Return every whole number of feet that a whole number of metres can become."""
    return frozenset(round(metres / FOOT) for metres in range(20_000))


def detect_climb_unit(
    columns: ListColumns, values: Mapping[str, Floats]
) -> float | None:
    """Return metres or feet where climbs show by themselves what they are; else None.

    A watch counts whole metres, so that an account in feet holds only every third whole number:
    3, 7, 10, 13 ... At a vendor of whole climbs other numbers are metres.
    """
    climbs = np.concatenate([values["ascent"], values["descent"]])
    found = set(climbs[(climbs > _SMALLEST) & (climbs % 1 == 0)].tolist())
    if len(found) < _FEWEST:
        return None
    share = len(found & _list_whole_feet()) / len(found)
    if share >= _MOST_FEET:
        return FOOT
    if share < _FEWEST_FEET and columns.traits.whole_climbs:
        return 1.0
    return None


def decide_climb_unit(
    columns: ListColumns,
    values: Mapping[str, Floats],
    distance_unit: float,
    settings: Settings,
) -> UnitDecision:
    """Return the unit of climbs; a header, the user and the numbers themselves go before custom."""
    for role in _HEIGHTS:
        if role in columns.units:
            return UnitDecision(columns.units[role], "stated", "by header or vendor")
    if settings.elevation_unit:
        factor = {"m": 1.0, "ft": FOOT}[settings.elevation_unit]
        return UnitDecision(factor, "setting", "chosen by the user")
    if _is_beyond_earth(values):
        return UnitDecision(FOOT, "possible heights", "no place on earth in metres")
    shown = detect_climb_unit(columns, values)
    if shown == FOOT:
        return UnitDecision(FOOT, "whole feet", "feet made of whole metres")
    if shown == 1.0:
        return UnitDecision(1.0, "whole feet", "no feet made of whole metres")
    return _assume_climb_unit(columns, distance_unit)


def _assume_climb_unit(columns: ListColumns, distance_unit: float) -> UnitDecision:
    """Return the unit that goes with that of distance: feet with miles, which is noted."""
    if distance_unit != MILE:
        return UnitDecision(1.0, "assumed", "goes with the unit of distance")
    why = "as distances are in miles"
    heading = columns.headings.get("ascent") or columns.headings.get("descent", "")
    text = (
        f"column {heading} is read as feet, {why}; --elevation-unit m if it is metres"
    )
    note = Note("elevation_unit", text)
    return UnitDecision(FOOT, "assumed", why, note)


def _is_beyond_earth(values: Mapping[str, Floats]) -> bool:
    """Return whether most heights are on no mountain in metres; single ones are a sensor's errors."""
    heights = values["highest"][np.isfinite(values["highest"])]
    return bool(heights.size) and bool(np.median(heights) > _HIGHEST_M)


def convert_climbs(
    columns: ListColumns,
    values: Mapping[str, Floats],
    decision: UnitDecision,
    notes: Notes,
) -> dict[str, Floats]:
    """Return ascent and descent in metres, of a list that has either."""
    unit_down = columns.units.get("descent", decision.factor)
    unit_up = columns.units.get("ascent", decision.factor)
    ascent = _apply_climb_unit(columns, "ascent", values, unit_up)
    descent = _apply_climb_unit(columns, "descent", values, unit_down)
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
    """Return whether a climb of 0 means "not measured": older lists write 0 where they know nothing."""
    has_climb = (values["ascent"] > 0) | (values["descent"] > 0)
    return ~has_climb & ~(values["highest"] > values["lowest"])
