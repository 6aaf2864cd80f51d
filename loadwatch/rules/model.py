"""What a rule is, and what it says: Rule, Flag, Unknown."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

Level = Literal["info", "watch", "high"]
LEVELS: tuple[Level, ...] = ("info", "watch", "high")
Limits = dict[str, float]
Preset = Literal["default", "return", "novice"]
Unit = Literal["m", "s", "", "m/km", "km"]

TOLERANCE = 1e-9  # 11.0 / 10.0 - 1 is above 0.10 in binary fractions
FIRED_WEEKS = 26  # looked back on for how often a rule fires
OFTEN = 0.2  # of those weeks; above it a flag says so beside itself


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """One number of a rule that a runner may set: its key in `[rules.<name>]`, value and words."""

    key: str
    value: float
    unit: str
    meaning: str
    presets: Mapping[str, float] = field(default_factory=dict)  # preset -> value where it differs


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One check as data: what is measured, the limits, the evidence and all its standing words."""

    id: str
    name: str
    title: str
    measure: str  # what `value` and `limit` of its flags are
    unit: str  # of `amount` and `usual`, SI
    kind: Literal["run", "week", "context", "diary"]
    limits: tuple[Limit, ...] = ()
    asks: str  # the question it puts, in one sentence
    grade: str  # A-E, X: of the rule as applied, not of the paper
    grade_why: str
    lbp: str  # evidence with low back pain in runners as the outcome
    citation: str
    doi: tuple[str, ...] = ()
    article: str  # what the physiotherapist's article says of it, in our words
    caveat: str
    basis: str  # sections of the evidence file that carry it


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """One rule raised in one week: `value`, `limit` in the rule's measure, `amount`, `usual` in `unit`."""

    week: date
    rule: str
    name: str
    level: Level
    value: float
    limit: float
    amount: float
    usual: float
    unit: str
    activity_id: str = ""
    source: str = ""
    says: str
    evidence: str
    fired_26w: int = 0  # weeks of the 26 up to this one in which the rule was at watch or high
    facts: Mapping[str, Any] = field(
        default=MappingProxyType({}), repr=False, compare=False
    )  # for words() alone


@dataclass(frozen=True, slots=True)
class Unknown:
    """A rule that could not be judged in a week, and why: never the same as steady."""

    week: date
    rule: str
    why: str


FLAG_FIELDS = tuple(name for name in Flag.__slots__ if name != "facts")  # what is printed, in this order


def row(flag: Flag) -> dict[str, Any]:
    """Return the fields of `flag` that JSON and CSV print, in order."""
    return {name: getattr(flag, name) for name in FLAG_FIELDS}


def raised(flag: Flag) -> bool:
    """Say whether `flag` counts as raised: info never does."""
    return flag.level != "info"
