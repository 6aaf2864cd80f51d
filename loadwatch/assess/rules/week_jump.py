"""LW02: a week's distance against the week before."""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING

from loadwatch.assess.rules.model import (
    TOLERANCE,
    TOLERANCE_M,
    Bound,
    Exceeded,
    Flag,
    Limits,
    Rule,
    Unknown,
    find_largest_quiet,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from loadwatch.assess.rules.rule_input import RuleInput


def judge_week(
    distance_m: float, before_m: float, usual_m: float, limits: Limits
) -> Exceeded:
    """Return the level of a week of `distance_m` after one of `before_m`, `usual_m` being usual."""
    usual_m = max(usual_m, limits["floor_m"])
    jumped = before_m > 0 and distance_m / before_m > limits["watch"] + TOLERANCE
    more = distance_m - before_m >= limits["more_m"] - TOLERANCE_M
    unusual = distance_m / usual_m > limits["usual"] + TOLERANCE
    return ("watch", limits["watch"]) if jumped and more and unusual else None


def explain_unknown(inputs: RuleInput, week: int) -> str:
    """Return why a week has nothing to be held against, "" if it has."""
    if not week or not inputs.runs[week - 1]:
        return "no_week_before: the week before holds no run"
    if not inputs.columns["distance_m"][week - 1] > 0:
        return "no_distance: the distance of the week before is not known"
    if math.isnan(inputs.columns["distance_m_usual"][week]):
        return "too_few_weeks: fewer than three of the four weeks before hold a run of known distance"
    return ""


def _check_weeks(
    inputs: RuleInput, limits: Limits, _found: Sequence[Flag | Unknown]
) -> Iterator[Flag | Unknown]:
    for i in inputs.run_weeks():
        week = inputs.week_starts[i]
        distance, whole = inputs.week_amount("distance_m", i)
        why = explain_unknown(inputs, i)
        if why:
            if inputs.complete[i]:
                yield Unknown(week, RULE.id, why)
            continue
        before, usual = (
            inputs.columns["distance_m"][i - 1],
            inputs.columns["distance_m_usual"][i],
        )
        level = judge_week(distance, before, usual, limits)
        if level:
            state = "so_far" if not inputs.complete[i] else "" if whole else "at_least"
            below = find_largest_quiet(
                partial(judge_week, before_m=before, usual_m=usual, limits=limits)
            )
            yield Flag(
                week=week,
                rule=RULE.id,
                name=RULE.name,
                level=level[0],
                value=distance / before,
                limit=level[1],
                amount=distance,
                usual=before,
                unit=RULE.unit,
                evidence=RULE.grade,
                template_args={
                    "words": "watch",
                    "state": state,
                    "below": below,
                    "lengths": {"median": usual},
                },
            )
        elif not whole and inputs.complete[i]:
            yield Unknown(
                week, RULE.id, "no_distance: runs of this week have no distance"
            )


RULE = Rule(
    id="LW02",
    name="week_jump",
    title="A week much longer than the one before",
    kind="week",
    measure="distance of the week over that of the week before",
    unit="m",
    display_unit="km",
    asks="Did a week hold much more running than the week before, and more than is usual?",
    limits=(
        Bound(
            key="watch",
            value=1.30,
            unit="ratio",
            meaning="noticed above this ratio",
            presets={"return": 1.20},
        ),
        Bound(
            key="more_m",
            value=5000.0,
            unit="m",
            meaning="least distance more",
            presets={"novice": 3000.0, "return": 3000.0},
        ),
        Bound(
            key="usual",
            value=1.10,
            unit="ratio",
            meaning="only if also above this ratio to the usual week: coming back from an easy week is no "
            "jump",
        ),
        Bound(
            key="floor_m",
            value=5000.0,
            unit="m",
            meaning="a smaller usual week counts as this",
        ),
    ),
    templates={
        "watch": "{state}{amount} in the week of {week}, {more} the week before ({usual}) and more than the "
        "usual {median}; the limit is {limit_percent} % more. Up to {below} this check stays quiet.",
    },
    grade="C",
    grade_why="studies disagree: the one trial of slower progression found no difference, "
    "the largest cohort no relation, smaller ones some",
    lbp="no",
    citation="Nielsen RO et al., Excessive progression in weekly running distance and risk of "
    "running-related "
    "injuries. J Orthop Sports Phys Ther 2014;44:739-747; against it Buist I et al., Am J Sports Med "
    "2008;36:33-39, "
    "and Schuster Brandt Frandsen J et al., Br J Sports Med 2025;59:1203-1210",
    doi=(
        "10.2519/jospt.2014.5164",
        "10.1177/0363546507307505",
        "10.1136/bjsports-2024-109380",
    ),
    article="Suddenly running more can bring on trouble.",
    caveat="In ordinary runners a weekly limit of 30 % is passed around every third session; "
    "the least distance and the usual week keep this check quieter, and it never says more than watch.",
    basis="2; 12 LW02",
    check=_check_weeks,
)
