"""Which unit a column of a list is in, as a value: the unit, the evidence, and how sure that is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from loadwatch.activity import ColumnUnit, Note

if TYPE_CHECKING:
    from collections.abc import Mapping

    from loadwatch.activity import Certainty

KM, MILE, YARD, FOOT = 1000.0, 1609.344, 0.9144, 0.3048
UNIT_NAMES: Mapping[float, str] = {
    KM: "km",
    MILE: "mi",
    1.0: "m",
    YARD: "yd",
    FOOT: "ft",
}

# What a decision rests on. "assumed": on nothing but custom; "unknown": there is none.
Basis = Literal[
    "stated",
    "setting",
    "other files",
    "other columns",
    "whole feet",
    "possible speeds",
    "possible heights",
    "decimal comma",
    "vendor",
    "assumed",
    "contradicted",
    "unknown",
]
CERTAINTIES: Mapping[Basis, Certainty] = {
    "stated": "stated",
    "setting": "stated",
    "decimal comma": "assumed",
    "assumed": "assumed",
    "contradicted": "contradicted",
    "unknown": "undecided",
}


@dataclass(frozen=True, slots=True)
class UnitDecision:
    """What one number of a column is in SI, and what that rests on."""

    factor: float  # NaN where the unit is unknown
    basis: Basis
    evidence: str = ""  # in words, with counts
    note: Note | None = None  # for each row that is read by it

    def describe(self, column: str, unit: str = "") -> ColumnUnit:
        """Return the decision on a column; `unit` names it where it is no length."""
        named = unit or UNIT_NAMES.get(self.factor, f"{self.factor:g}")
        certainty = CERTAINTIES.get(self.basis, "sure")
        return ColumnUnit(column, named, self.evidence or self.basis, certainty)
