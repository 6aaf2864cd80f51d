"""LW06: the climb of one run against the most of the 30 days before it."""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING

from loadwatch.activity import Note
from loadwatch.assess.rules import device_change, history
from loadwatch.assess.rules.model import (
    TOLERANCE,
    TOLERANCE_M,
    Bound,
    Budget,
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

    from loadwatch.assess.rules.model import Finding, Flag
    from loadwatch.assess.rules.remaining import Remaining
    from loadwatch.assess.rules.rule_input import Lookback, RuleInput


def judge_climb(
    ascent_m: float, most_m: float, limits: Limits, *, early: bool = False
) -> Exceeded | None:
    """Return the level of a run with `ascent_m` after a most of `most_m`; `early`: info at most."""
    exceeded = _judge_by_limits(ascent_m, most_m, limits)
    if exceeded and early:
        return Exceeded("info", exceeded.limit)
    return exceeded


def _judge_by_limits(ascent_m: float, most_m: float, limits: Limits) -> Exceeded | None:
    ratio, more = ascent_m / max(most_m, limits["floor_m"]), ascent_m - most_m
    if (
        ratio > limits["high"] + TOLERANCE
        and more >= limits["high_more_m"] - TOLERANCE_M
    ):
        return Exceeded("high", limits["high"])
    if (
        ratio > limits["watch"] + TOLERANCE
        and more >= limits["watch_more_m"] - TOLERANCE_M
    ):
        return Exceeded("watch", limits["watch"])
    return None


def explain_unknown(past: Lookback, number: int) -> Note | None:
    """Return why a run has no climbs to be compared with; None if it has."""
    if not past.runs[number]:
        return Note("no_baseline", f"no run in the {LOOKBACK_DAYS} days before")
    if past.unknown[number]:
        text = f"a run of the {LOOKBACK_DAYS} days before has no ascent"
        return Note("no_ascent", text)
    return None


def _check_runs(inputs: RuleInput, limits: Limits) -> Iterator[Finding]:
    sessions = inputs.sessions
    past = look_back(sessions, sessions.ascent_m, sessions.start_us)
    for i, ascent in enumerate(sessions.ascent_m.tolist()):
        week, why = inputs.session_week(i), explain_unknown(past, i)
        if math.isnan(ascent):
            why = Note("no_ascent", "a run of this week has no ascent")
        if why:
            yield RULE.unknown(week, why)
            continue
        early = history.is_early(past, i, limits)
        exceeded = judge_climb(ascent, past.most[i], limits, early=early)
        if exceeded:
            yield _make_flag(inputs, past, i, exceeded, limits)


def _make_flag(
    inputs: RuleInput, past: Lookback, number: int, exceeded: Exceeded, limits: Limits
) -> Flag:
    ascent, most = float(inputs.sessions.ascent_m[number]), past.most[number]
    held_against = max(most, limits["floor_m"])
    template: str = exceeded.level
    if history.is_early(past, number, limits):
        template = "early"
    elif most < limits["floor_m"]:
        template = "from_none"
    judge = partial(judge_climb, most_m=most, limits=limits)
    return RULE.flag(
        inputs.session_week(number),
        exceeded,
        value=ascent / held_against,
        amount=ascent,
        usual=held_against,
        template=template,
        quiet_up_to=find_largest_quiet(judge),
        own_usual=most,
        template_args={
            "needs": history.format_missing(past, number, limits),
            "behind": history.format_reach(past, number),
        },
        remark=device_change.describe_run_change(inputs, "ascent_m", number),
        **session_fields(inputs.sessions, number),
    )


def _find_remaining(inputs: RuleInput, limits: Limits) -> Remaining:
    past = look_back_from_end(inputs, inputs.sessions.ascent_m)
    why = explain_unknown(past, 0)
    early = history.is_early(past, 0, limits)
    judge = partial(judge_climb, most_m=past.most[0], limits=limits, early=early)
    text = why.text if why else ""
    return find_run_remaining(inputs, "longest_ascent_m", judge, text)


_START = "{day}: {amount} of ascent in one run"
_LIMIT = "the limit is {limit_times} times. Up to {quiet_up_to} this check stays quiet."

RULE = Rule(
    id="LW06",
    name="hill_session",
    title="One run with much more climbing than those before",
    kind="run",
    measure="ascent of the run over the most of the 30 x 24 hours before it",
    unit="m_up",
    asks="Did one run climb much more than any of the 30 days before it?",
    limits=(
        Bound(
            key="watch",
            value=1.30,
            unit="ratio",
            text="noticed above {value} the most before",
        ),
        Bound(
            key="watch_more_m",
            value=100.0,
            unit="m_up",
            text="at least {value} more to be noticed",
        ),
        Bound(
            key="high",
            value=2.0,
            unit="ratio",
            text="a large change above {value} the most before",
        ),
        Bound(
            key="high_more_m",
            value=200.0,
            unit="m_up",
            text="at least {value} more for a large change",
        ),
        Bound(
            key="floor_m",
            value=50.0,
            unit="m_up",
            text="less climb before counts as {value}",
        ),
        *history.BOUNDS,
    ),
    templates={
        "watch": (
            f"{_START}, {{times}} times the most of the 30 days before ({{usual}}); "
            f"{_LIMIT}"
        ),
        "high": (
            f"{_START}, {{times}} times the most of the 30 days before ({{usual}}), "
            "a large change (above {limit_times} times). Up to {quiet_up_to} "
            "this check stays quiet."
        ),
        "from_none": (
            f"{_START}, up from almost none (at most {{own_usual}} in the 30 days "
            f"before, counted as {{usual}}); {_LIMIT}"
        ),
        "early": (
            f"{_START}, after {{own_usual}} at most in {{behind}}; it says little "
            "until {needs} lie behind."
        ),
    },
    topic="up",
    phrase="one run climbed {amount}, {times} the most in the 30 days before",
    brief="one run climbed {amount}, {times} the 30 days before",
    event_family="hills",
    change_kind=None,
    charts=("climb",),
    advice=("look", "uphill", "warm_up", "course"),
    exposure=None,
    budget=Budget(
        measure="longest_ascent_m",
        label="ascent in a single run",
        find_remaining=_find_remaining,
    ),
    grade="E",
    grade_why=(
        "our own transfer of the rule for distance to climbing; nobody has tested it"
    ),
    lbp="no",
    citation=(
        "J. Perkins, Lower back pain in runners - causes and prevention, Run Mummy "
        "Run Community Run Club"
    ),
    article=(
        "Hills can aggravate a sore back, above all when one stands tall and bends "
        "back from the lower back."
    ),
    caveat=(
        "Ascent differs more between devices than distance does: compare only within "
        "one device."
    ),
    basis="6.3; 12 LW06",
    check=_check_runs,
)
