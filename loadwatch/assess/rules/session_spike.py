"""LW01: one run against the longest of the 30 days before it."""

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
from loadwatch.assess.rules.rule_input import LOOKBACK_DAYS, look_back, session_fields

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from loadwatch.assess.rules.rule_input import RuleInput


def judge_distance(
    distance_m: float, longest_m: float, limits: Limits, *, early: bool = False
) -> Exceeded:
    """Return the level of a run of `distance_m` after a longest of `longest_m`; `early`: info at most."""
    if not longest_m > 0 or distance_m - longest_m < limits["more_m"] - TOLERANCE_M:
        return None
    ratio = distance_m / longest_m
    if ratio <= limits["watch"] + TOLERANCE:
        return None
    if early or ratio <= limits["guard"] + TOLERANCE:
        return "info", limits["watch"]
    return (
        ("high", limits["high"])
        if ratio > limits["high"] + TOLERANCE
        else ("watch", limits["watch"])
    )


HISTORY = (
    Bound(
        key="history_days",
        value=30.0,
        unit="days",
        meaning="info at most until so much lies behind",
    ),
    Bound(
        key="history_runs",
        value=4.0,
        unit="runs",
        meaning="info at most until so many lie behind",
    ),
)


def format_missing_history(runs: int, days: float, limits: Limits) -> str:
    """Return what has to lie behind a run and does not yet, in words."""
    lacking = [
        f"{least:.0f} {what}"
        for what, least, behind in (
            ("days", limits["history_days"], days),
            ("runs", limits["history_runs"], runs),
        )
        if behind < least
    ]
    return " and ".join(lacking)


def format_reach(days: float) -> str:
    """Return how far the files reach back from a run, in words."""
    whole = min(int(days), LOOKBACK_DAYS)
    return (
        "the day before"
        if whole <= 1
        else f"the {whole} days that the files reach back"
    )


def is_early(runs: int, days: float, limits: Limits) -> bool:
    """Say whether too little lies behind a run to raise more than info."""
    return runs < limits["history_runs"] or days < limits["history_days"]


def explain_unknown(longest_m: float, unknown: int, runs: int) -> str:
    """Return why a run cannot be held against the 30 days before it."""
    if not runs:
        return f"no_baseline: no run in the {LOOKBACK_DAYS} days before"
    if unknown or math.isnan(longest_m):
        return f"no_distance: a run of the {LOOKBACK_DAYS} days before has no distance"
    return f"no_baseline: the runs of the {LOOKBACK_DAYS} days before have no length"


def _check_runs(
    inputs: RuleInput, limits: Limits, _found: Sequence[Flag | Unknown]
) -> Iterator[Flag | Unknown]:
    sessions = inputs.sessions
    past = look_back(sessions, sessions.distance_m, sessions.start_us)
    for i, distance in enumerate(sessions.distance_m.tolist()):
        longest, early = (
            past.most[i],
            is_early(past.runs_before[i], past.days_before[i], limits),
        )
        level = judge_distance(distance, longest, limits, early=early)
        if math.isnan(distance):
            yield Unknown(
                inputs.week_starts[sessions.week[i]],
                RULE.id,
                "no_distance: a run of this week has no distance",
            )
        elif not longest > 0 or (level and past.unknown[i]):
            why = explain_unknown(longest, past.unknown[i], past.runs[i])
            yield Unknown(inputs.week_starts[sessions.week[i]], RULE.id, why)
        elif level:
            state = "early" if early else "guard" if level[0] == "info" else level[0]
            below = find_largest_quiet(
                partial(judge_distance, longest_m=longest, limits=limits)
            )
            yield Flag(
                week=inputs.week_starts[sessions.week[i]],
                rule=RULE.id,
                name=RULE.name,
                level=level[0],
                value=distance / longest,
                limit=level[1],
                amount=distance,
                usual=longest,
                unit=RULE.unit,
                evidence=RULE.grade,
                template_args={
                    "words": state,
                    "day": sessions.day[i],
                    "below": below,
                    "guard": f"{(limits['guard'] - 1) * 100:.0f}",
                    "needs": format_missing_history(
                        past.runs_before[i], past.days_before[i], limits
                    ),
                    "behind": format_reach(past.days_before[i]),
                },
                **session_fields(sessions, i),
            )


_RUN = "{day}: {amount} in one run, {more} the longest of"
_COMPARED = f"{_RUN} the 30 days before ({{usual}})"

RULE = Rule(
    id="LW01",
    name="session_spike",
    title="One run much longer than those before",
    kind="run",
    measure="distance of the run over the longest of the 30 x 24 hours before it",
    unit="m",
    display_unit="km",
    asks="Was one run much longer than the longest of the 30 days before it?",
    limits=(
        Bound(
            key="watch", value=1.10, unit="ratio", meaning="noticed above this ratio"
        ),
        Bound(
            key="guard",
            value=1.13,
            unit="ratio",
            meaning="up to here only said to be at the threshold",
        ),
        Bound(
            key="high",
            value=2.00,
            unit="ratio",
            meaning="a large change above this ratio",
        ),
        Bound(
            key="more_m",
            value=1000.0,
            unit="m",
            meaning="least distance more",
            presets={"novice": 500.0, "return": 500.0},
        ),
        *HISTORY,
    ),
    templates={
        "watch": f"{_COMPARED}; the limit is {{limit_percent}} %, {{guard}} % with the watch's error. "
        "Up to {below} this check stays quiet.",
        "high": "{day}: {amount} in one run, {times} times the longest of the 30 days before ({usual}), "
        "a large change (above {limit_times} times). Up to {below} this check stays quiet.",
        "guard": f"{_COMPARED}: at the threshold, within the watch's error.",
        "early": f"{_RUN} {{behind}} ({{usual}}); it says little until {{needs}} lie behind.",
    },
    grade="B",
    grade_why="one large cohort of runners with measured distance; observed, not tried out; "
    "small and moderate steps did not differ, only more than double stands apart",
    lbp="no",
    citation="Schuster Brandt Frandsen J et al., How much running is too much? Identifying high-risk running "
    "sessions in a 5200-person cohort study. Br J Sports Med 2025;59:1203-1210",
    doi=("10.1136/bjsports-2024-109380",),
    article="Suddenly running more can bring on trouble; tired muscles tighten and support less.",
    caveat="Watches miss distance by 3 to 6 %, more among buildings and trees. By a crude count about 2 in "
    "1,000 "
    "runs were followed by an overuse complaint, about 4 in 1,000 after a small step: nearly all runs go "
    "well.",
    basis="1; 12 LW01",
    check=_check_runs,
)
