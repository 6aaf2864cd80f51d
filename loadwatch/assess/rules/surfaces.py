"""LW08: more hard ground than before; and the ground of weeks, pooled."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from loadwatch.activity import Note
from loadwatch.assess.rules.inherited_ground import find_unsure_weeks
from loadwatch.assess.rules.model import (
    TOLERANCE,
    TOLERANCE_M,
    Bound,
    DiaryExposure,
    Exceeded,
    Limits,
    Rule,
    Suggestion,
)
from loadwatch.assess.rules.remaining import find_largest_quiet
from loadwatch.tables import KNOWN_SURFACES, SURFACES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from loadwatch.assess.rules.model import Finding, Flag
    from loadwatch.assess.rules.rule_input import RuleInput
    from loadwatch.tables import FlagLevel

    PooledGround = tuple[dict[str, float], float]
    JudgeShift = Callable[[float, float, float, float, Limits], Exceeded | None]

# whether LW08 counts a surface as hard ground; a test asks for every surface by name
IS_HARD: Mapping[str, bool] = {
    "hard": True,
    "firm": False,
    "soft": False,
    "track": False,
    "treadmill": False,
}
HARD = tuple(name for name in KNOWN_SURFACES if IS_HARD.get(name, False))
_BEFORE_WEEKS = 4  # of LW08
_LEVELS: tuple[FlagLevel, ...] = ("high", "watch")


def judge_shift(
    hard_m: float, other_m: float, share_before: float, usual_m: float, limits: Limits
) -> Exceeded | None:
    """Return the level of a week with `hard_m` on hard and `other_m` on other known ground."""
    known = hard_m + other_m
    share = hard_m / known if known else 0.0
    points = 100.0 * (share - share_before)
    for level in _LEVELS:
        more = hard_m - usual_m >= limits[f"{level}_more_m"] - TOLERANCE_M
        if points >= limits[level] - TOLERANCE and more:
            return Exceeded(level, limits[level])
    return None


def judge_unsure_shift(
    hard_m: float, other_m: float, share_before: float, usual_m: float, limits: Limits
) -> Exceeded | None:
    """Return the level of a week whose ground rests on unsure answers: `watch` at most."""
    exceeded = judge_shift(hard_m, other_m, share_before, usual_m, limits)
    if exceeded and exceeded.level == "high":
        return Exceeded("watch", limits["watch"])
    return exceeded


def pool_surfaces(
    columns: Mapping[str, Sequence[float]], start: int, end: int
) -> PooledGround:
    """Return metres by known class over the weeks [start, end), and their share of the distance."""
    metres = {
        surface: sum(columns[SURFACES[surface].column][start:end])
        for surface in KNOWN_SURFACES
    }
    distance = sum(columns["distance_m"][start:end])
    if not distance:
        return metres, 0.0
    return metres, sum(metres.values()) / distance


def pool_weeks(inputs: RuleInput) -> list[PooledGround]:
    """Return `pool_surfaces` of each week by itself."""
    grounds = [inputs.partial[SURFACES[surface].column] for surface in KNOWN_SURFACES]
    pooled: list[PooledGround] = []
    for distance, *metres in zip(inputs.partial["distance_m"], *grounds, strict=True):
        share = sum(metres) / distance if distance else 0.0
        pooled.append((dict(zip(KNOWN_SURFACES, metres, strict=True)), share))
    return pooled


def _sum_hard(metres: Mapping[str, float]) -> float:
    """Return the metres on all hard surfaces, of metres by class."""
    return sum(metres[surface] for surface in HARD)


def _usual_hard(inputs: RuleInput, week: int) -> float:
    """Return the usual metres on all hard surfaces; NaN where one is unknown."""
    return sum(
        inputs.columns[f"{SURFACES[surface].column}_usual"][week] for surface in HARD
    )


def explain_unknown_share(share: float, when: str, limits: Limits) -> Note | None:
    """Return that too little of the distance is known; None where enough is."""
    if share >= limits["known"] - TOLERANCE:
        return None
    return Note(
        "no_surface",
        f"the ground is known for {100 * share:.0f} % of the distance {when}, "
        f"{100 * limits['known']:.0f} % are needed",
    )


def _check_shift(inputs: RuleInput, limits: Limits) -> Iterator[Finding]:
    weeks = len(inputs.week_starts)
    unsure = find_unsure_weeks(inputs.table, inputs.week_numbers, weeks)
    pooled = pool_weeks(inputs)
    for i in inputs.run_weeks():
        week = inputs.week_starts[i]
        if not inputs.complete[i]:
            yield SHIFT.unknown(week, Note("not_over", "the week is not over"))
            continue
        now, known_now = pooled[i]
        first = max(i - _BEFORE_WEEKS, 0)
        before = [pooled[j] for j in range(first, i) if inputs.runs[j]]
        share_before = _find_largest_share(before, limits)
        why = (
            _explain_no_shift(inputs, i)
            or explain_unknown_share(known_now, "of this week", limits)
            or _explain_no_share(share_before, limits)
        )
        if why:
            yield SHIFT.unknown(week, why)
        else:
            judge = judge_unsure_shift if unsure[i] else judge_shift
            yield from _find_shift(inputs, limits, i, now, share_before, judge)


def _find_largest_share(pooled: Sequence[PooledGround], limits: Limits) -> float:
    """Return the largest hard share among those of the weeks before that can be compared.

    Such a week knows the ground of 70 % of its metres and holds at least half of the mean known
    distance of them all. NaN without one.
    """
    if not pooled:
        return math.nan
    known = [sum(metres.values()) for metres, _ in pooled]
    least = limits["least_part"] * sum(known) / len(known)
    shares = [
        _sum_hard(metres) / metres_known
        for (metres, share), metres_known in zip(pooled, known, strict=True)
        if share >= limits["known"] - TOLERANCE
        and metres_known > 0
        and metres_known >= least - TOLERANCE_M
    ]
    return max(shares, default=math.nan)


def _explain_no_share(share_before: float, limits: Limits) -> Note | None:
    if not math.isnan(share_before):
        return None
    return Note(
        "no_surface",
        f"in none of the four weeks before the ground of {100 * limits['known']:.0f} % of the distance "
        "is known",
    )


def _explain_no_shift(inputs: RuleInput, week: int) -> Note | None:
    if math.isnan(_usual_hard(inputs, week)):
        text = "fewer than three of the four weeks before hold a run"
        return Note("too_few_weeks", text)
    if math.isnan(inputs.columns["distance_m"][week]):
        return Note("no_distance", "runs of this week have no distance")
    return None


def _find_shift(
    inputs: RuleInput,
    limits: Limits,
    week: int,
    now: Mapping[str, float],
    share_before: float,
    judge_week: JudgeShift,
) -> Iterator[Flag]:
    """Yield the flag of a week, `now` being its metres by known class."""
    usual = _usual_hard(inputs, week)
    hard, known = _sum_hard(now), sum(now.values())

    def judge(hard_m: float) -> Exceeded | None:
        return judge_week(hard_m, known - hard, share_before, usual, limits)

    if exceeded := judge(hard):
        yield SHIFT.flag(
            inputs.week_starts[week],
            exceeded,
            value=100.0 * (hard / known - share_before),
            amount=hard,
            usual=usual,
            held_against=usual,
            quiet_up_to=find_largest_quiet(judge),
            template_args={
                "now": f"{100 * hard / known:.0f}",
                "before": f"{100 * share_before:.0f}",
            },
        )


_MORE = "hard ground made up {now} % of the known distance, at most {before} % in the four weeks before"
ARTICLE = "A sudden move to harder ground such as road can bring on trouble."

SHIFT = Rule(
    id="LW08",
    name="hard_surface_shift",
    title="A week with much more hard ground",
    kind="week",
    measure="hard share of the known distance, in percentage points over the largest of "
    "the four weeks before",
    unit="m",
    asks="Was much more of a week's running on hard ground than in any of the four weeks before?",
    limits=(
        Bound(
            key="watch",
            value=25.0,
            unit="points",
            text="noticed from {value} more on",
        ),
        Bound(
            key="watch_more_m",
            value=5000.0,
            unit="m",
            text="at least {value} more on hard ground to be noticed",
        ),
        Bound(
            key="high",
            value=50.0,
            unit="points",
            text="a large change from {value} more on",
        ),
        Bound(
            key="high_more_m",
            value=10_000.0,
            unit="m",
            text="at least {value} more on hard ground for a large change",
        ),
        Bound(
            key="least_part",
            value=0.5,
            unit="share",
            text="a week before counts from {value} of the mean distance of the four on",
        ),
        Bound(
            key="known",
            value=0.70,
            unit="share",
            text="the ground of {value} of the distance must be known, now and before",
        ),
    ),
    templates={
        "watch": (
            f"In the week of {{week}} {_MORE}. That is {{amount}}, usually {{usual}}; "
            "the limit is {limit} points. With the other ground as it was, up to "
            "{quiet_up_to} this check stays quiet."
        ),
        "high": (
            f"In the week of {{week}} {_MORE}. That is {{amount}}, usually {{usual}}: "
            "a large change (from {limit} points on). With the other ground as it "
            "was, up to {quiet_up_to} this check stays quiet."
        ),
    },
    topic="surface",
    phrase="hard ground {amount} {week}, usually {usual}",
    brief="hard ground {amount}, usually {usual}",
    mention="hard ground, {amount}",
    event_family="ground",
    change_kind="hard ground",
    charts=("surface",),
    advice=("look", "surface", "support", "course"),
    suggestion=Suggestion(
        verbs=(
            "move to harder ground in smaller steps",
            "do not add distance at the same time",
            "train the muscles of trunk and hips",
        ),
    ),
    exposure=DiaryExposure(
        column="hard_m", text="a week with a shift to harder ground"
    ),
    budget=None,
    grade="E",
    grade_why=(
        "the article's view. Measured at the back, grounds differ by a few per cent"
    ),
    lbp="no",
    not_known=(
        "Whether a sudden change of ground brings any injury: we found no study "
        "(November 2026)."
    ),
    references=("article", "mitchell2025", "ferro2023", "ferris1999"),
    article=ARTICLE,
    caveat=(
        "Only ground that a label, a tag (also of another run there) or a map names "
        "is counted; no ground weighs more than another."
    ),
    check=_check_shift,
)
