"""Rows of a list in another unit than the list, and lists that give each distance twice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from loadwatch.activity import Note
from loadwatch.ingest.readers.csv.list_alarms import FASTEST_MPS
from loadwatch.ingest.readers.csv.unit_decision import KM, MILE, YARD
from loadwatch.ingest.readers.csv.unit_inference import (
    compute_ratios,
    count_near,
    find_unit,
    is_near,
)

if TYPE_CHECKING:
    from loadwatch.ingest.readers.csv.unit_decision import UnitDecision
    from loadwatch.ingest.readers.csv.unit_inference import DistanceEvidence
    from loadwatch.tables import Floats

LONG = 100.0  # of a km or mile list: a number above this may be metres
_NAUTICAL_MILE = 1852.0
_WIDE = 1.1  # how far a distance may be from time over pace


@dataclass(frozen=True, slots=True)
class RowUnit:
    """The unit of one row, and a note where it is not the list's or does not fit."""

    factor: float
    note: Note | None = None


# --- single rows ---------------------------------------------------------------------


def infer_row_units(
    evidence: DistanceEvidence, decision: UnitDecision
) -> dict[int, RowUnit]:
    """Return the rows that are in another unit than their list, or fit none, by index.

    A list in km or miles writes swims and track runs in metres or yards. In a list in metres,
    and where the cell states its unit, there is nothing to infer.
    """
    if decision.factor == 1.0:
        return {}
    found = {}
    for at, value in enumerate(evidence.raw):
        if value > 0 and evidence.cell_units[at] is None:
            row = _infer_row_unit(evidence, at, decision)
            if row is not None:
                found[at] = row
    return found


def _infer_row_unit(
    evidence: DistanceEvidence, at: int, decision: UnitDecision
) -> RowUnit | None:
    """Return the unit of one row, None for that of its list."""
    value, time, pace = evidence.raw[at], evidence.time_s[at], evidence.pace_s[at]
    shown = evidence.texts[at].strip()[:20]
    if evidence.sports[at] == "swimming":
        if decision.basis == "stated":
            return None
        return _infer_swim_unit(value, evidence.texts[at], decision.factor)
    if pace > 0 and time > 0:
        return _infer_unit_by_pace(value, time / pace, shown, decision.factor)
    if evidence.sports[at] != "running" or value < LONG or not time > 0:
        return None
    if value * decision.factor / time > FASTEST_MPS >= value / time:
        text = f"{shown} read as metres; nobody runs that far in that time"
        return RowUnit(1.0, Note("distance", text))
    return None


def _infer_swim_unit(value: float, text: str, unit: float) -> RowUnit | None:
    if value < LONG and _has_decimals(text):
        return None
    if unit == KM:
        return RowUnit(1.0)
    return RowUnit(YARD)


def _has_decimals(text: str) -> bool:
    _, mark, decimals = text.strip().replace(",", ".").rpartition(".")
    return bool(mark) and len(decimals) != 3


def _infer_unit_by_pace(
    value: float, by_pace: float, shown: str, unit: float
) -> RowUnit | None:
    """Compare a distance with time over pace, which is in the list's unit."""
    ratio = value / by_pace
    if is_near(ratio, 1.0, _WIDE):
        return None
    if is_near(unit / ratio, 1.0, 1.04):
        note = Note("distance", f"{shown} read as metres, by time and pace")
        return RowUnit(1.0, note)
    if is_near(unit / ratio, YARD, 1.04):
        note = Note("distance", f"{shown} read as yards, by time and pace")
        return RowUnit(YARD, note)
    if is_near(ratio, 1.0, 1.5):
        return None
    return RowUnit(unit, Note("distance", f"{shown} does not fit time and pace"))


# --- two distances -------------------------------------------------------------------


def match_two_distances(
    first: Floats, second: Floats, *, has_metres: bool
) -> tuple[Floats, list[int]] | None:
    """Return (metres, rows whose two disagree) of a list with two columns called distance.

    Strava writes one for the eye (km or mi, two decimals cut off) and one in metres; their
    ratio shows which is which. None if most rows have no such ratio: one odd row decides nothing.
    `has_metres`: the vendor writes metres into the second, so that swims are equal in both.
    """
    ratios = compute_ratios(second, first)
    votes = {unit: count_near(ratios, unit) for unit in (KM, MILE, 1 / KM, 1 / MILE)}
    factor = max(votes, key=votes.__getitem__)
    if votes[factor] * 2 < len(ratios) or not votes[factor]:
        if has_metres and len(ratios) and count_near(ratios, 1.0) == len(ratios):
            return second, []  # swims, in metres twice
        return None
    if factor < 1:
        return match_two_distances(second, first, has_metres=False)
    metres = np.where(np.isnan(second), first * factor, second)
    pairs = enumerate(zip(first, second, strict=True))
    return metres, [at for at, pair in pairs if _disagree(*pair, factor)]


def _disagree(shown: float, metres: float, factor: float) -> bool:
    """Swims show metres in both and sails nautical miles; they agree as well."""
    if not (shown > 0 and metres > 0) or min(shown * factor, metres) < 200:
        return False
    units = (factor, 1.0, YARD, _NAUTICAL_MILE)
    return find_unit(metres / shown, units, 1.03) is None
