"""LW02: a week's distance against the week before."""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING

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
)
from loadwatch.assess.rules.remaining import (
    Remaining,
    find_largest_quiet,
    find_sum_remaining,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from loadwatch.assess.rules.model import Finding
    from loadwatch.assess.rules.rule_input import RuleInput


def judge_week(
    distance_m: float, before_m: float, usual_m: float, limits: Limits
) -> Exceeded | None:
    """Return the level of a week of `distance_m` after one of `before_m`, `usual_m` being usual."""
    usual_m = max(usual_m, limits["floor_m"])
    jumped = before_m > 0 and distance_m / before_m > limits["watch"] + TOLERANCE
    more = distance_m - before_m >= limits["more_m"] - TOLERANCE_M
    unusual = distance_m / usual_m > limits["usual"] + TOLERANCE
    if jumped and more and unusual:
        return Exceeded("watch", limits["watch"])
    return None


def explain_unknown(inputs: RuleInput, week: int) -> Note | None:
    """Return why a week has nothing to be compared with; None if it has."""
    if not week or not inputs.runs[week - 1]:
        return Note("no_week_before", "the week before holds no run")
    if not inputs.columns["distance_m"][week - 1] > 0:
        text = "the distance of the week before is not known"
        return Note("no_distance", text)
    if math.isnan(inputs.columns["distance_m_usual"][week]):
        text = "fewer than three of the four weeks before hold a run of known distance"
        return Note("too_few_weeks", text)
    return None


def _check_weeks(inputs: RuleInput, limits: Limits) -> Iterator[Finding]:
    for i in inputs.run_weeks():
        week, is_complete = inputs.week_starts[i], inputs.complete[i]
        why = explain_unknown(inputs, i)
        if why:
            if is_complete:
                yield RULE.unknown(week, why)
            continue
        distance, is_whole = inputs.week_amount("distance_m", i)
        before = inputs.columns["distance_m"][i - 1]
        usual = inputs.columns["distance_m_usual"][i]
        judge = partial(judge_week, before_m=before, usual_m=usual, limits=limits)
        if exceeded := judge(distance):
            yield RULE.flag(
                week,
                exceeded,
                value=distance / before,
                amount=distance,
                usual=before,
                extent=inputs.week_extent(i, is_whole=is_whole),
                quiet_up_to=find_largest_quiet(judge),
                own_usual=usual,
            )
        elif is_complete and not is_whole:
            why = Note("no_distance", "runs of this week have no distance")
            yield RULE.unknown(week, why)


def _find_remaining(inputs: RuleInput, limits: Limits) -> Remaining:
    used, is_whole = inputs.week_amount("distance_m", -1)
    if not is_whole:
        used = NAN
    why = explain_unknown(inputs, len(inputs.week_starts) - 1)
    if why:
        return Remaining(used=used, why=why.text)
    if not is_whole:
        return Remaining(used=used, why="a run of this week has no distance")
    judge = partial(
        judge_week,
        before_m=inputs.columns["distance_m"][-2],
        usual_m=inputs.columns["distance_m_usual"][-1],
        limits=limits,
    )
    return find_sum_remaining(used, judge)


RULE = Rule(
    id="LW02",
    name="week_jump",
    title="A week much longer than the one before",
    kind="week",
    measure="distance of the week over that of the week before",
    unit="m",
    asks=(
        "Did a week hold much more running than the week before, and more than is "
        "usual?"
    ),
    limits=(
        Bound(
            key="watch",
            value=1.30,
            unit="ratio",
            text="noticed above {value} the week before",
            presets={"return": 1.20},
        ),
        Bound(
            key="more_m",
            value=5000.0,
            unit="m",
            text="at least {value} more",
            presets={"novice": 3000.0, "return": 3000.0},
        ),
        Bound(
            key="usual",
            value=1.10,
            unit="ratio",
            text=(
                "only if also above {value} the usual week: coming back from an easy "
                "week is no jump"
            ),
        ),
        Bound(
            key="floor_m",
            value=5000.0,
            unit="m",
            text="a smaller usual week counts as {value}",
        ),
    ),
    templates={
        "watch": (
            "{extent}{amount} in the week of {week}, {more} the week before ({usual}) "
            "and more than the usual {own_usual}; the limit is {limit_percent} % "
            "more. Up to {quiet_up_to} this check stays quiet."
        ),
    },
    topic="load",
    phrase=(
        "you ran {amount}, {over} over your usual {own_usual} and {more} the week "
        "before"
    ),
    brief="{amount} in a week, {over} over the usual {own_usual}",
    event_family="distance",
    change_kind="distance",
    judges_load=True,
    charts=("load",),
    advice=("look", "load", "support", "course"),
    exposure=DiaryExposure(column="distance_m", text="a week with a jump in distance"),
    budget=Budget(
        measure="distance_m", label="distance", find_remaining=_find_remaining
    ),
    grade="C",
    grade_why=(
        "studies disagree: the one trial of slower progression found no difference, "
        "the largest cohort no relation, smaller ones some"
    ),
    lbp="no",
    citation=(
        "Nielsen RO et al., Excessive progression in weekly running distance and risk "
        "of running-related injuries. J Orthop Sports Phys Ther 2014;44:739-747; "
        "against it Buist I et al., Am J Sports Med 2008;36:33-39, and Schuster "
        "Brandt Frandsen J et al., Br J Sports Med 2025;59:1203-1210"
    ),
    doi=(
        "10.2519/jospt.2014.5164",
        "10.1177/0363546507307505",
        "10.1136/bjsports-2024-109380",
    ),
    article="Suddenly running more can bring on trouble.",
    caveat=(
        "In ordinary runners a weekly limit of 30 % is passed around every third "
        "session; the least distance and the usual week keep this check quieter, and "
        "it never says more than watch."
    ),
    basis="2; 12 LW02",
    check=_check_weeks,
)
