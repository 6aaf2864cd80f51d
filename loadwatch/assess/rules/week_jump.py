"""LW02: a week's distance against the most of the four weeks before."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from loadwatch.activity import NAN, Note
from loadwatch.assess.rules.model import (
    TOLERANCE,
    TOLERANCE_M,
    Bound,
    Budget,
    DiaryExposure,
    Exceeded,
    Limits,
    Rule,
    Suggestion,
)
from loadwatch.assess.rules.remaining import (
    Remaining,
    find_largest_quiet,
    find_raised_weeks,
    find_sum_remaining,
)
from loadwatch.assess.rules.rule_input import find_own_largest
from loadwatch.assess.weeks import USUAL_WEEKS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from loadwatch.assess.rules.model import Finding
    from loadwatch.assess.rules.rule_input import RuleInput


class Baseline(NamedTuple):
    """What a week is compared with [m]."""

    base_m: float  # the most of the four weeks before, at least the usual week
    usual_m: float
    raised_m: float  # the week before where that was itself raised, else 0


def judge_week(
    distance_m: float, baseline: Baseline, limits: Limits
) -> Exceeded | None:
    """Return the level of a week of `distance_m`; coming down from a raised week is no jump."""
    is_over = distance_m / baseline.base_m > limits["watch"] + TOLERANCE
    least_more = _find_least_more(baseline.usual_m, limits)
    more = distance_m - baseline.base_m >= least_more - TOLERANCE_M
    holds = distance_m >= limits["hold"] * baseline.raised_m - TOLERANCE_M
    if is_over and more and holds:
        return Exceeded("watch", limits["watch"])
    return None


def _find_least_more(usual_m: float, limits: Limits) -> float:
    """Return by how much a week must pass its base: it follows the runner [m]."""
    share = limits["more_share"] * usual_m
    return min(limits["more_m"], max(limits["least_more_m"], share))


def explain_unknown(inputs: RuleInput, week: int) -> Note | None:
    """Return why a week has nothing to be compared with; None if it has."""
    if not week or not inputs.runs[week - 1]:
        return Note("no_week_before", "the week before holds no run")
    if not inputs.columns["distance_m"][week - 1] > 0:
        text = "the distance of the week before is not known"
        return Note("no_distance", text)
    if not inputs.columns["distance_m_usual"][week] > 0:
        text = "fewer than three of the four weeks before hold a run of known distance"
        return Note("too_few_weeks", text)
    return None


def _build_baseline(inputs: RuleInput, week: int, raised: set[int]) -> Baseline:
    """Return what a week is compared with; `raised` are the weeks that this rule raised."""
    skip = raised & {week - 1}
    largest = find_own_largest(inputs, "distance_m", week, USUAL_WEEKS, skip=skip)
    usual = inputs.columns["distance_m_usual"][week]
    raised_m = inputs.columns["distance_m"][week - 1] if skip else 0.0
    return Baseline(np.fmax(largest, usual), usual, raised_m)


def _check_weeks(inputs: RuleInput, limits: Limits) -> Iterator[Finding]:
    raised: set[int] = set()
    for i in inputs.run_weeks():
        week = inputs.week_starts[i]
        why = explain_unknown(inputs, i)
        if why:
            yield RULE.unknown(week, why)
            continue
        distance, is_whole = inputs.week_amount("distance_m", i)
        baseline = _build_baseline(inputs, i, raised)
        judge = partial(judge_week, baseline=baseline, limits=limits)
        if exceeded := judge(distance):
            raised.add(i)
            yield RULE.flag(
                week,
                exceeded,
                value=distance / baseline.base_m,
                amount=distance,
                usual=baseline.usual_m,
                held_against=baseline.base_m,
                template="again" if baseline.raised_m else exceeded.level,
                extent=inputs.week_extent(i, is_whole=is_whole),
                quiet_up_to=find_largest_quiet(judge),
            )
        elif not is_whole:
            why = Note("no_distance", "runs of this week have no distance")
            yield RULE.unknown(week, why)


def _find_remaining(
    inputs: RuleInput, limits: Limits, found: Sequence[Finding]
) -> Remaining:
    last = len(inputs.week_starts) - 1
    used, is_whole = inputs.week_amount("distance_m", last)
    if not is_whole:
        used = NAN
    why = explain_unknown(inputs, last)
    if why:
        return Remaining(used=used, why=why.text)
    if not is_whole:
        return Remaining(used=used, why="a run of this week has no distance")
    raised = find_raised_weeks(inputs, RULE, found)
    baseline = _build_baseline(inputs, last, raised)
    judge = partial(judge_week, baseline=baseline, limits=limits)
    unraised = find_own_largest(inputs, "distance_m", last, USUAL_WEEKS, skip=raised)
    usual = baseline.usual_m
    base = float(np.fmax(unraised, usual))
    more = base + _find_least_more(usual, limits)
    return find_sum_remaining(used, judge, max(limits["watch"] * base, more))


RULE = Rule(
    id="LW02",
    name="week_jump",
    title="A week much longer than those before",
    kind="week",
    measure="distance of the week over the most of the four weeks before",
    unit="m",
    asks="Did a week hold much more running than any of the four weeks before?",
    limits=(
        Bound(
            key="watch",
            value=1.30,
            unit="ratio",
            text="noticed above {value} the most of the four weeks before",
            presets={"return": 1.20},
        ),
        Bound(
            key="more_m",
            value=5000.0,
            unit="m",
            text="at least {value} more; less where the usual week is short",
            presets={"novice": 3000.0, "return": 3000.0},
        ),
        Bound(
            key="more_share",
            value=0.5,
            unit="share",
            text="there {value} of the usual week is enough",
        ),
        Bound(
            key="least_more_m",
            value=2000.0,
            unit="m",
            text="never less than {value} more",
        ),
        Bound(
            key="hold",
            value=0.8,
            unit="ratio",
            text="after a raised week only from {value} that week on: coming down is no jump",
        ),
    ),
    templates={
        "watch": "{extent}{amount} in the week of {week}, {more} the most of the four weeks before "
        "({held_against}); usual is {usual}. The limit is {limit_percent} % more. Up to {quiet_up_to} this "
        "check stays quiet.",
        "again": "{extent}{amount} in the week of {week}, {more} {held_against}, the most of the four weeks "
        "before but for the last, which was raised itself; usual is {usual}. The limit is {limit_percent} % "
        "more. Up to {quiet_up_to} this check stays quiet.",
    },
    topic="load",
    phrase="{amount} {week}, usually {usual}",
    brief="{amount} in a week, {more} the four weeks before",
    mention="{a} {amount} week",
    event_family="distance",
    change_kind="distance",
    judges_load=True,
    charts=("load",),
    advice=("look", "load", "support", "course"),
    suggestion=Suggestion(
        verbs=(
            "build up in smaller steps",
            "train the muscles of trunk and hips",
        ),
    ),
    exposure=DiaryExposure(column="distance_m", text="a week with a jump in distance"),
    budget=Budget(
        measure="distance_m", label="distance", find_remaining=_find_remaining
    ),
    grade="C",
    grade_why=(
        "studies disagree. The one trial of slower progression found no difference, "
        "the largest cohort no relation, smaller ones some"
    ),
    lbp="no",
    not_known=("Whether a longer week brings trouble apart from its longest run."),
    references=("nielsen2014", "buist2008", "frandsen2025", "cloosterman2024"),
    article="Suddenly running more can bring on trouble.",
    caveat=(
        "In ordinary runners a weekly limit of 30 % on the week before is passed "
        "around every third session. The most of four weeks and the least distance "
        "keep this check quieter; it is never a large change."
    ),
    check=_check_weeks,
)
