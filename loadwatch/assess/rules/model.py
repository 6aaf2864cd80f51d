"""What a rule is, and what it says: Rule, Flag, Unknown."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from loadwatch.tables import FlagLevel

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import date

    from loadwatch.assess.rules.rule_input import RuleInput

Limits = dict[str, float]
Exceeded = tuple[FlagLevel, float] | None  # a level and the limit that was passed

TOLERANCE = 1e-9  # 11.0 / 10.0 - 1 is above 0.10 in binary fractions
TOLERANCE_M = 1e-6  # the same for sums of metres
FIRED_WEEKS = 26  # looked back on for how often a rule fires
OFTEN = 0.2  # of those weeks that hold a run; above it a flag says so beside itself
OFTEN_LEAST = (
    3  # weeks fired, so that a short log does not call its second flag a habit
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """One number of a rule that a runner may set, as `key` of the table `[rules.<name>]`."""

    key: str
    value: float
    unit: str
    meaning: str
    presets: Mapping[str, float] = field(
        default_factory=dict
    )  # preset -> value where it differs


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One check as data: what is measured, the limits, the evidence, all its words, the check itself."""

    id: str
    name: str
    title: str
    kind: Literal["run", "week", "context", "diary"]  # what is judged
    measure: str  # what `value` and `limit` of its flags are
    unit: str = ""  # of `amount` and `usual`, SI
    display_unit: Literal["km", "m", "m/km", ""] = ""  # how a reader sees them
    asks: str
    limits: tuple[Bound, ...] = ()
    templates: Mapping[str, str] = field(
        default_factory=dict
    )  # state -> sentence with places for numbers
    grade: str  # A to E, X: of the rule as applied, not of the paper
    grade_why: str
    lbp: str  # evidence with low back pain in runners as the outcome
    citation: str
    doi: tuple[str, ...] = ()
    article: str  # what the physiotherapist's article says of it, in our words
    caveat: str
    basis: str  # sections of SCIENCE.md that carry it
    check: (
        Callable[
            [RuleInput, Limits, Sequence[Flag | Unknown]], Iterable[Flag | Unknown]
        ]
        | None
    ) = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """One rule raised in one week: `value`, `limit` in the rule's measure, `amount`, `usual` in `unit`."""

    week: date
    rule: str
    name: str
    level: FlagLevel
    value: float
    limit: float
    amount: float
    usual: float
    unit: str
    activity_id: str = ""
    source: str = ""
    says: str = ""
    evidence: str
    fired_26w: int = (
        0  # weeks of the 26 up to this one in which the rule was at watch or high
    )
    # what words() needs beside the fields above; never printed
    template_args: Mapping[str, Any] = field(
        default_factory=dict, repr=False, compare=False
    )


@dataclass(frozen=True, slots=True)
class Unknown:
    """A rule that could not be judged in a week, and why as `code: words`: never the same as steady."""

    week: date
    rule: str
    why: str


FLAG_FIELDS = tuple(
    name for name in Flag.__slots__ if name != "template_args"
)  # what is printed, in this order


def flag_row(flag: Flag) -> dict[str, Any]:
    """Return the fields of `flag` that JSON and CSV print, in order."""
    return {name: getattr(flag, name) for name in FLAG_FIELDS}


def is_raised(flag: Flag) -> bool:
    """Say whether `flag` counts as raised: info never does."""
    return flag.level != "info"


def reason_text(unknown: Unknown) -> str:
    """Return why a rule could not be judged, in words alone."""
    return unknown.why.partition(": ")[2]


def is_raising(grade: Exceeded) -> bool:
    """Say whether a grade is at watch or above."""
    return grade is not None and grade[0] != "info"


def find_largest_quiet(
    grade: Callable[[float], Exceeded], most: int = 10_000_000
) -> float:
    """Return the largest whole metre that the rule does not raise; infinity where none is raised at all.

    It asks the rule itself, so that a limit stands once. A rule raised at 0 gives -1.
    """
    if not is_raising(grade(float(most))):
        return float("inf")
    low, high = -1, most  # low is quiet, high raised
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (
            (low, middle) if is_raising(grade(float(middle))) else (middle, high)
        )
    return float(low)
