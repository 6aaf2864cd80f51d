"""What a rule is and what it finds: Rule, Flag, Unknown."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypedDict, Unpack

from loadwatch.activity import NAN
from loadwatch.assess.references import OURS, load_references
from loadwatch.tables import FLAG_LEVELS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import date

    from loadwatch.activity import Note
    from loadwatch.assess.rules.remaining import Remaining
    from loadwatch.assess.rules.rule_input import RuleInput
    from loadwatch.tables import FlagLevel

    CheckFunction = Callable[[RuleInput, "Limits"], Iterable["Finding"]]
    FoundChanges = Mapping["ChangeKind", Sequence["Finding"]]

Limits = dict[str, float]
# of amounts and limits; "m_up" are metres of climb, "m" those of a way
RuleUnit = Literal[
    "", "m", "m_up", "m/km", "ratio", "share", "percentile", "points", "days",
    "weeks", "runs", "gaps", "sessions", "kinds",
]  # fmt: skip
SI_UNITS: Mapping[str, str] = {"m_up": "m", "percentile": "share"}  # where they differ
Topic = Literal["load", "up", "down", "surface", "shoes", "support", "pain"]
# "own": the rule is an event of its own; "none": it is no event and joins none
EventFamily = Literal["distance", "hills", "ground", "own", "none"]
ChangeKind = Literal["distance", "hills", "hard ground"]
Chart = Literal["load", "longest", "surface", "climb", "descent"]
Suggester = Literal["article", "ours"]  # whose advice it is
# how much of a week its amount covers: all, the days up to today, or what is known
Extent = Literal["", "so_far", "at_least"]

OWN_CONVENTION = "a convention of loadwatch"
TOLERANCE = 1e-9  # 11.0 / 10.0 - 1 is above 0.10 in binary fractions
TOLERANCE_M = 1e-6  # the same for sums of metres
FIRED_WEEKS = 26  # looked back on for how often a rule fires
OFTEN = 0.2  # of those weeks that hold a run; above it a flag is marked as frequent
MIN_FIRED_WEEKS = 3  # weeks fired, so that the second flag of a short log is no habit


class Exceeded(NamedTuple):
    """A level that was reached, and the limit that was passed for it."""

    level: FlagLevel
    limit: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """One number of a rule that a runner may set, as `key` of the table `[rules.<name>]`."""

    key: str
    value: float
    unit: RuleUnit
    text: str  # what it does, with a place for {value}
    # preset -> value where it differs
    presets: Mapping[str, float] = field(default_factory=dict)

    @property
    def si_unit(self) -> str:
        """The unit as JSON names it."""
        return SI_UNITS.get(self.unit, self.unit)


@dataclass(frozen=True, slots=True, kw_only=True)
class DiaryExposure:
    """The days of a rule's flags as what a diary of pain is compared with."""

    column: str  # of EXPOSURES, whose sum over the week raises the rule
    text: str  # follows "days after"


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """What can be worked out backwards: the most of a measure that does not raise the rule."""

    measure: str  # column of WEEKS
    label: str
    # the last: what all rules find in the same weeks and runs
    find_remaining: Callable[[RuleInput, Limits, Sequence[Finding]], Remaining]


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """What to do about exactly this change: two or three verbs, and whose they are."""

    verbs: tuple[str, ...]
    by: Suggester = "article"


class FlagDetails(TypedDict, total=False):
    """What a check adds to a flag: fields of `Flag` by their names."""

    value: float
    amount: float
    usual: float
    held_against: float
    activity_id: str
    source: str
    template: str
    template_args: Mapping[str, str]
    extent: Extent
    day: date
    quiet_up_to: float
    shoe: str
    remark: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One check as data: what is measured, the limits, the evidence, and how it appears everywhere.

    What has no default has to be decided for every rule; "", () and None are decisions.
    """

    id: str
    name: str
    title: str
    kind: Literal["run", "week", "context", "diary"]  # what is judged
    measure: str  # what `value` and `limit` of its flags are
    unit: RuleUnit = ""  # of `amount` and `usual` of its flags
    asks: str
    limits: tuple[Bound, ...] = ()
    # name -> sentence of a flag, with places for its numbers
    templates: Mapping[str, str] = field(default_factory=dict)

    topic: Topic  # of several flags the first sentence names one for each topic
    # a flag in the first sentence of a page, at most nine words but for those in [brackets],
    # which are left out where the sentence gets too long; "": the title
    phrase: str
    brief: str  # a flag in a coach's list; "": the title
    mention: str  # the shortest: what was raised, in about four words; "": the title
    event_family: EventFamily  # flags of a week that are one event
    # what it counts as where kinds of change are counted
    change_kind: ChangeKind | None
    judges_load: bool = False  # a week is steady only where one of these was judged
    charts: tuple[Chart, ...]  # those whose weeks its flags mark
    advice: tuple[str, ...]  # ids of the texts of guidance.toml that its flags bring up
    suggestion: Suggestion | None = None  # the box under a raised event that it leads
    advises_at_info: bool = False  # also where a flag is a note only
    exposure: DiaryExposure | None
    budget: Budget | None

    grade: str  # A to E, X: of the rule as applied, not of the paper
    grade_why: str
    lbp: str  # evidence with low back pain in runners as the outcome
    references: tuple[str, ...]  # ids of references.toml; () where `method` is all
    method: str = ""  # of a rule that rests on the runner's own records
    not_known: str  # what the evidence leaves open
    article: str  # what the physiotherapist's article says of it, in our words
    caveat: str
    check: CheckFunction | None = None
    # judged after all others, by what they found
    combine: Callable[[RuleInput, Limits, FoundChanges], Iterable[Finding]] | None = (
        None
    )

    @property
    def citation(self) -> str:
        """What it rests on, in one line."""
        known = load_references()
        texts = [known[id_].citation for id_ in self.references if id_ != OURS]
        if texts:
            return "; ".join(texts)
        return f"none; {self.method or OWN_CONVENTION}"

    @property
    def doi(self) -> tuple[str, ...]:
        """The DOIs of the references that have one."""
        known = load_references()
        return tuple(known[id_].doi for id_ in self.references if known[id_].doi)

    @property
    def si_unit(self) -> str:
        """The unit of `amount` and `usual` as JSON names it."""
        return SI_UNITS.get(self.unit, self.unit)

    @property
    def is_judged(self) -> bool:
        """Whether weeks or runs are judged by it: not for context, nor in the diary."""
        return self.kind in ("run", "week")

    @property
    def is_compound(self) -> bool:
        """Whether its flags only name that others were raised together, and so come last."""
        return self.combine is not None

    @property
    def levels(self) -> tuple[FlagLevel, ...]:
        """The levels that have a limit of their own, the smallest first."""
        named = {bound.key.removesuffix("_m") for bound in self.limits}
        return tuple(level for level in FLAG_LEVELS if level in named)

    def flag(
        self, week: date, exceeded: Exceeded, **details: Unpack[FlagDetails]
    ) -> Flag:
        """Return this rule raised in `week`; its sentence is the template named like the level."""
        details.setdefault("template", exceeded.level)
        details.setdefault("held_against", details.get("usual", NAN))
        return Flag(
            week=week,
            rule=self.id,
            name=self.name,
            level=exceeded.level,
            limit=exceeded.limit,
            unit=self.si_unit,
            evidence=self.grade,
            **details,
        )

    def unknown(self, week: date, why: Note) -> Unknown:
        """Return that this rule cannot be judged in `week`."""
        return Unknown(week, self.id, why)


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """One rule raised in one week.

    `value` and `limit` are in the rule's measure; `amount`, `usual` (the runner's own) and
    `held_against` (what the amount was compared with: after floors and the own largest) in `unit`.
    """

    week: date
    rule: str
    name: str
    level: FlagLevel
    value: float = NAN
    limit: float
    amount: float = NAN
    usual: float = NAN
    held_against: float = NAN
    unit: str
    activity_id: str = ""
    source: str = ""
    says: str = ""
    evidence: str
    fired_26w: int = 0  # weeks of the 26 up to this one in which the rule was raised
    event: str = ""  # flags of one cause share it; "" for a rule that only joins others
    # would not be raised without runs that tags.csv calls planned
    planned: bool = False
    # not printed, but for the sentence and for what is worked out from flags
    template: str = ""  # of the rule, for the sentence
    template_args: Mapping[str, str] = field(default_factory=dict, compare=False)
    extent: Extent = ""
    day: date | None = None  # of the run
    quiet_up_to: float = NAN  # the largest amount that raises nothing
    shoe: str = ""
    remark: str = ""  # a sentence behind the sentence
    run_weeks: int = FIRED_WEEKS  # weeks with runs behind `fired_26w`


@dataclass(frozen=True, slots=True)
class Unknown:
    """A rule that could not be judged in a week, and why: never the same as steady."""

    week: date
    rule: str
    why: Note


Finding = Flag | Unknown


# what is printed of a flag, in this order
FLAG_FIELDS = (
    "week", "rule", "name", "level", "value", "limit", "amount", "usual", "unit",
    "activity_id", "source", "says", "evidence", "fired_26w", "held_against", "event", "planned",
)  # fmt: skip


def flag_row(flag: Flag) -> dict[str, Any]:
    """Return the fields of `flag` that JSON and CSV print, in order."""
    return {name: getattr(flag, name) for name in FLAG_FIELDS}


def is_raised(flag: Flag) -> bool:
    """Return whether `flag` counts as raised: info never does, nor what was planned."""
    return flag.level != "info" and not flag.planned


def is_raising(exceeded: Exceeded | None) -> bool:
    """Return whether what was exceeded is at watch or above."""
    return exceeded is not None and exceeded.level != "info"
