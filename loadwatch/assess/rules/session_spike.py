"""LW01: one run against the longest of the 30 days before it."""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING

from loadwatch.activity import Note
from loadwatch.assess.rules import history
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
from loadwatch.assess.rules.remaining import find_largest_quiet, find_run_remaining
from loadwatch.assess.rules.rule_input import (
    LOOKBACK_DAYS,
    look_back,
    look_back_from_end,
    session_fields,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from loadwatch.assess.rules.model import Finding
    from loadwatch.assess.rules.remaining import Remaining
    from loadwatch.assess.rules.rule_input import Lookback, RuleInput


def judge_distance(
    distance_m: float, longest_m: float, limits: Limits, *, early: bool = False
) -> Exceeded | None:
    """Return the level of a run of `distance_m` after one of `longest_m`; `early`: info at most."""
    if not longest_m > 0 or distance_m - longest_m < limits["more_m"] - TOLERANCE_M:
        return None
    ratio = distance_m / longest_m
    if ratio <= limits["watch"] + TOLERANCE:
        return None
    if early or ratio <= limits["guard"] + TOLERANCE:
        return Exceeded("info", limits["watch"])
    if ratio > limits["high"] + TOLERANCE:
        return Exceeded("high", limits["high"])
    return Exceeded("watch", limits["watch"])


def explain_unknown(past: Lookback, number: int) -> Note:
    """Return why a run cannot be compared with the 30 days before it."""
    if not past.runs[number]:
        return Note("no_baseline", f"no run in the {LOOKBACK_DAYS} days before")
    before = f"of the {LOOKBACK_DAYS} days before"
    if past.unknown[number] or math.isnan(past.most[number]):
        return Note("no_distance", f"a run {before} has no distance")
    return Note("no_baseline", f"the runs {before} have no length")


def _check_runs(inputs: RuleInput, limits: Limits) -> Iterator[Finding]:
    sessions = inputs.sessions
    past = look_back(sessions, sessions.distance_m, sessions.start_us)
    for i, distance in enumerate(sessions.distance_m.tolist()):
        week, longest = inputs.session_week(i), past.most[i]
        early = history.is_early(past, i, limits)
        exceeded = judge_distance(distance, longest, limits, early=early)
        if math.isnan(distance):
            why = Note("no_distance", "a run of this week has no distance")
            yield RULE.unknown(week, why)
        elif not longest > 0 or (exceeded and past.unknown[i]):
            yield RULE.unknown(week, explain_unknown(past, i))
        elif exceeded:
            judge = partial(judge_distance, longest_m=longest, limits=limits)
            yield RULE.flag(
                week,
                exceeded,
                value=distance / longest,
                amount=distance,
                usual=longest,
                template=_name_template(exceeded, early=early),
                quiet_up_to=find_largest_quiet(judge),
                template_args={
                    "guard": f"{(limits['guard'] - 1) * 100:.0f}",
                    "needs": history.format_missing(past, i, limits),
                    "behind": history.format_reach(past, i),
                },
                **session_fields(sessions, i),
            )


def _name_template(exceeded: Exceeded, *, early: bool) -> str:
    if early:
        return "early"
    return "guard" if exceeded.level == "info" else exceeded.level


def _find_remaining(inputs: RuleInput, limits: Limits) -> Remaining:
    past = look_back_from_end(inputs, inputs.sessions.distance_m)
    longest, why = past.most[0], ""
    if not longest > 0 or past.unknown[0]:
        why = explain_unknown(past, 0).text
    early = history.is_early(past, 0, limits)
    judge = partial(judge_distance, longest_m=longest, limits=limits, early=early)
    return find_run_remaining(inputs, "longest_m", judge, why)


_RUN = "{day}: {amount} in one run, {more} the longest of"
_COMPARED = f"{_RUN} the 30 days before ({{usual}})"

RULE = Rule(
    id="LW01",
    name="session_spike",
    title="One run much longer than those before",
    kind="run",
    measure="distance of the run over the longest of the 30 x 24 hours before it",
    unit="m",
    asks="Was one run much longer than the longest of the 30 days before it?",
    limits=(
        Bound(
            key="watch",
            value=1.10,
            unit="ratio",
            text="noticed above {value} the longest before",
        ),
        Bound(
            key="guard",
            value=1.13,
            unit="ratio",
            text="up to {value} only called at the threshold",
        ),
        Bound(
            key="high",
            value=2.00,
            unit="ratio",
            text="a large change above {value} the longest before",
        ),
        Bound(
            key="more_m",
            value=1000.0,
            unit="m",
            text="at least {value} more",
            presets={"novice": 500.0, "return": 500.0},
        ),
        *history.BOUNDS,
    ),
    templates={
        "watch": (
            f"{_COMPARED}; the limit is {{limit_percent}} %, {{guard}} % with the "
            "watch's error. Up to {quiet_up_to} this check stays quiet."
        ),
        "high": (
            "{day}: {amount} in one run, {times} times the longest of the 30 days "
            "before ({usual}), a large change (above {limit_times} times). Up to "
            "{quiet_up_to} this check stays quiet."
        ),
        "guard": f"{_COMPARED}: at the threshold, within the watch's error.",
        "early": (
            f"{_RUN} {{behind}} ({{usual}}); it says little until {{needs}} lie behind."
        ),
    },
    topic="load",
    phrase="one run of {amount} was {longer} any in the 30 days before",
    brief="longest run {amount}, {longer} any in the 30 days before",
    event_family="distance",
    change_kind="distance",
    judges_load=True,
    charts=("load", "longest"),
    advice=("look", "load", "support", "warm_up", "course"),
    exposure=DiaryExposure(
        column="distance_m", text="a run much longer than those of the month before"
    ),
    budget=Budget(
        measure="longest_m", label="longest single run", find_remaining=_find_remaining
    ),
    grade="B",
    grade_why=(
        "one large cohort of runners with measured distance; observed, not tried out; "
        "small and moderate steps did not differ, only more than double stands apart"
    ),
    lbp="no",
    citation=(
        "Schuster Brandt Frandsen J et al., How much running is too much? Identifying "
        "high-risk running sessions in a 5200-person cohort study. Br J Sports Med "
        "2025;59:1203-1210"
    ),
    doi=("10.1136/bjsports-2024-109380",),
    article=(
        "Suddenly running more can bring on trouble; tired muscles tighten and "
        "support less."
    ),
    caveat=(
        "Watches miss distance by 3 to 6 %, more among buildings and trees. By a "
        "crude count about 2 in 1,000 runs were followed by an overuse complaint, "
        "about 4 in 1,000 after a small step: nearly all runs go well."
    ),
    basis="1; 12 LW01",
    check=_check_runs,
)
