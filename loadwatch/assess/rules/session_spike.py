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
    Suggestion,
)
from loadwatch.assess.rules.remaining import (
    explain_lower,
    find_largest_quiet,
    find_run_remaining,
    find_unraised_most,
)
from loadwatch.assess.rules.rule_input import (
    LOOKBACK_DAYS,
    find_earliest_most,
    look_back_from_end,
    session_fields,
)
from loadwatch.assess.rules.run_judging import compare_run, judge_each_run

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from loadwatch.assess.rules.model import Finding, Flag
    from loadwatch.assess.rules.remaining import Remaining
    from loadwatch.assess.rules.rule_input import Lookback, RuleInput


def judge_distance(
    distance_m: float,
    longest_m: float,
    limits: Limits,
    *,
    early: bool = False,
    few: bool = False,
) -> Exceeded | None:
    """Return the level of a run of `distance_m` after a longest of `longest_m`.

    `early`: info at most; `few`: watch at most, since few runs are behind it.
    """
    if not longest_m > 0 or distance_m - longest_m < limits["more_m"] - TOLERANCE_M:
        return None
    ratio = distance_m / longest_m
    if ratio <= limits["watch"] + TOLERANCE:
        return None
    if early or ratio <= limits["guard"] + TOLERANCE:
        return Exceeded("info", limits["watch"])
    if ratio > limits["high"] + TOLERANCE and not few:
        return Exceeded("high", limits["high"])
    return Exceeded("watch", limits["watch"])


def explain_unknown(past: Lookback, number: int) -> Note:
    """Return why a run cannot be compared with the 30 days before it."""
    if not past.runs[number]:
        return Note("no_baseline", f"no run in the {LOOKBACK_DAYS} days before")
    before = f"of the {LOOKBACK_DAYS} days before"
    if past.unknown[number]:
        return Note("no_distance", f"a run {before} has no distance")
    return Note("no_baseline", f"the runs {before} have no length")


def _check_runs(inputs: RuleInput, limits: Limits) -> Iterator[Finding]:
    judge_run = partial(_judge_run, inputs, limits)
    return judge_each_run(inputs, "distance_m", judge_run)


def _judge_run(
    inputs: RuleInput, limits: Limits, past: Lookback, number: int
) -> Finding | None:
    """Return what a run raises or leaves unknown."""
    week = inputs.session_week(number)
    if not past.runs[number] or not (past.most[number] > 0 or past.bound[number] > 0):
        return RULE.unknown(week, explain_unknown(past, number))
    early = history.is_early(past, number, limits)
    few = past.runs[number] < limits["high_runs"]
    judge = partial(judge_distance, limits=limits, early=early, few=few)
    found = compare_run(inputs.sessions, past, number, "distance_m", judge)
    if found.exceeded:
        return _make_flag(inputs, past, number, found.exceeded, found.yardstick, limits)
    if found.missing == "run":
        return RULE.unknown(week, Note("no_distance", _NO_DISTANCE))
    if found.missing == "past":
        return RULE.unknown(week, explain_unknown(past, number))
    return None


def _make_flag(
    inputs: RuleInput,
    past: Lookback,
    number: int,
    exceeded: Exceeded,
    yardstick: float,
    limits: Limits,
) -> Flag:
    distance = float(inputs.sessions.known["distance_m"][number])
    longest = past.most[number]
    is_bound = not longest >= yardstick
    judge = partial(judge_distance, longest_m=yardstick, limits=limits)
    early = history.is_early(past, number, limits)
    return RULE.flag(
        inputs.session_week(number),
        exceeded,
        value=distance / yardstick,
        amount=distance,
        usual=longest,
        held_against=yardstick,
        template=_name_template(exceeded, early=early),
        extent="at_least" if math.isnan(inputs.sessions.distance_m[number]) else "",
        quiet_up_to=find_largest_quiet(judge),
        template_args={
            "least": "at least " if is_bound else "",
            "at_most": "at most " if is_bound else "",
            "guard": f"{(limits['guard'] - 1) * 100:.0f}",
            "needs": history.format_missing(past, number, limits),
            "behind": history.format_reach(past, number),
        },
        **session_fields(inputs.sessions, number),
    )


def _name_template(exceeded: Exceeded, *, early: bool) -> str:
    if early:
        return "early"
    return "guard" if exceeded.level == "info" else exceeded.level


def _find_remaining(
    inputs: RuleInput, limits: Limits, found: Sequence[Finding]
) -> Remaining:
    past = look_back_from_end(inputs, "distance_m")
    longest, why = past.most[0], ""
    if not longest > 0 or past.bound[0] > longest:
        why = explain_unknown(past, 0).text
    early = history.is_early(past, 0, limits)
    earliest = find_earliest_most(inputs, "distance_m", longest)
    judge = partial(judge_distance, longest_m=earliest, limits=limits, early=early)
    unraised = find_unraised_most(inputs, inputs.sessions.distance_m, found)
    offered = max(limits["watch"] * unraised, unraised + limits["more_m"] - 1.0)
    remaining = find_run_remaining(inputs, "longest_m", judge, why, offered)
    return explain_lower(remaining, is_lower=unraised < longest)


_NO_DISTANCE = "a run of this week has no distance"
_RUN = "{day}: {extent}{amount} in one run, {least}{more} the longest of"
_COMPARED = f"{_RUN} the 30 days before ({{at_most}}{{held_against}})"

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
            key="high_runs",
            value=4.0,
            unit="runs",
            text="a large change only after {value} or more in the 30 days",
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
        "watch": f"{_COMPARED}; the limit is {{limit_percent}} %, {{guard}} % with the watch's error. "
        "Up to {quiet_up_to} this check stays quiet.",
        "high": "{day}: {extent}{amount} in one run, {least}{times} times the longest of the 30 days before "
        "({at_most}{held_against}), a large change (above {limit_times} times). "
        "Up to {quiet_up_to} this check stays quiet.",
        "guard": f"{_COMPARED}: at the threshold, within the watch's error.",
        "early": f"{_RUN} {{behind}} ({{at_most}}{{held_against}}); "
        "it says little until {needs} lie behind.",
    },
    topic="load",
    phrase="{whose} {amount} was {over} your longest[ in 30 days]",
    brief="longest run {amount}, {longer} any in the 30 days before",
    mention="{a} {amount} run",
    event_family="distance",
    change_kind="distance",
    judges_load=True,
    charts=("load", "longest"),
    advice=("look", "load", "support", "warm_up", "course"),
    suggestion=Suggestion(
        verbs=(
            "build up in smaller steps",
            "train the muscles of trunk and hips",
            "warm up by moving before the next long run",
        ),
    ),
    exposure=DiaryExposure(
        column="distance_m", text="a run much longer than those of the month before"
    ),
    budget=Budget(
        measure="longest_m", label="longest single run", find_remaining=_find_remaining
    ),
    grade="B",
    grade_why=(
        "one cohort of 5,205 runners with measured distance, observed and not tried "
        "out. After steps of 10 to 100 % injuries were about 1.6 times as frequent, "
        "after more than double 2.3 times. The intervals overlap"
    ),
    lbp="no",
    not_known=("Whether a long run causes trouble, and whether backs are among it."),
    references=("frandsen2025", "gilgen2020"),
    article=(
        "Suddenly running more can bring on trouble; tired muscles tighten and "
        "support less."
    ),
    caveat=(
        "Watches miss distance by 3 to 6 %, more among buildings and trees. By a "
        "crude count about 2 in 1,000 runs were followed by an overuse injury, "
        "about 4 in 1,000 after a small step. Nearly all runs go well."
    ),
    check=_check_runs,
)
