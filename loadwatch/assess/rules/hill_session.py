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


def judge_climb(
    ascent_m: float, most_m: float, limits: Limits, *, early: bool = False
) -> Exceeded | None:
    """Return the level of a run with `ascent_m` after a most of `most_m`; `early`: info at most."""
    exceeded = _judge_by_limits(ascent_m, most_m, limits)
    if exceeded and early:
        return Exceeded("info", exceeded.limit)
    return exceeded


def _judge_by_limits(ascent_m: float, most_m: float, limits: Limits) -> Exceeded | None:
    most_m = max(most_m, limits["floor_m"])
    is_over = ascent_m / most_m > limits["watch"] + TOLERANCE
    if is_over and ascent_m - most_m >= limits["watch_more_m"] - TOLERANCE_M:
        return Exceeded("watch", limits["watch"])
    return None


def explain_unknown(past: Lookback, number: int) -> Note:
    """Return why a run has no climbs to be compared with."""
    if not past.runs[number]:
        return Note("no_baseline", f"no run in the {LOOKBACK_DAYS} days before")
    text = f"a run of the {LOOKBACK_DAYS} days before has no ascent"
    return Note("no_ascent", text)


def _check_runs(inputs: RuleInput, limits: Limits) -> Iterator[Finding]:
    judge_run = partial(_judge_run, inputs, limits)
    return judge_each_run(inputs, "ascent_m", judge_run)


def _judge_run(
    inputs: RuleInput, limits: Limits, past: Lookback, number: int
) -> Finding | None:
    """Return what a run raises or leaves unknown."""
    week = inputs.session_week(number)
    if not past.runs[number]:
        return RULE.unknown(week, explain_unknown(past, number))
    early = history.is_early(past, number, limits)
    judge = partial(judge_climb, limits=limits, early=early)
    found = compare_run(inputs.sessions, past, number, "ascent_m", judge)
    if found.exceeded:
        return _make_flag(inputs, past, number, found.exceeded, found.yardstick, limits)
    if found.missing == "run":
        return RULE.unknown(week, Note("no_ascent", _NO_ASCENT))
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
    ascent = float(inputs.sessions.known["ascent_m"][number])
    held_against = max(yardstick, limits["floor_m"])
    template: str = exceeded.level
    if history.is_early(past, number, limits):
        template = "early"
    elif yardstick < limits["floor_m"]:
        template = "from_none"
    is_bound = not past.most[number] >= yardstick
    judge = partial(judge_climb, most_m=yardstick, limits=limits)
    return RULE.flag(
        inputs.session_week(number),
        exceeded,
        value=ascent / held_against,
        amount=ascent,
        usual=past.most[number],
        held_against=held_against,
        template=template,
        extent="at_least" if math.isnan(inputs.sessions.ascent_m[number]) else "",
        quiet_up_to=find_largest_quiet(judge),
        template_args={
            "least": "at least " if is_bound else "",
            "at_most": "at most " if is_bound else "",
            "needs": history.format_missing(past, number, limits),
            "behind": history.format_reach(past, number),
        },
        remark=device_change.describe_run_change(inputs, "ascent_m", number),
        **session_fields(inputs.sessions, number),
    )


def _find_remaining(
    inputs: RuleInput, limits: Limits, found: Sequence[Finding]
) -> Remaining:
    past = look_back_from_end(inputs, "ascent_m")
    most, why = past.most[0], ""
    if math.isnan(most) or past.bound[0] > most:
        why = explain_unknown(past, 0).text
    early = history.is_early(past, 0, limits)
    earliest = find_earliest_most(inputs, "ascent_m", most)
    judge = partial(judge_climb, most_m=earliest, limits=limits, early=early)
    unraised = find_unraised_most(inputs, inputs.sessions.ascent_m, found)
    offered = math.nan
    if not math.isnan(unraised):
        offered = find_largest_quiet(
            partial(judge_climb, most_m=unraised, limits=limits)
        )
    remaining = find_run_remaining(inputs, "longest_ascent_m", judge, why, offered)
    return explain_lower(remaining, is_lower=unraised < most)


_NO_ASCENT = "a run of this week has no ascent"
_START = "{day}: {extent}{amount} of ascent in one run"
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
            key="floor_m",
            value=50.0,
            unit="m_up",
            text="less climb before counts as {value}",
        ),
        *history.BOUNDS,
    ),
    templates={
        "watch": f"{_START}, {{least}}{{times}} times the most of the 30 days before "
        f"({{at_most}}{{held_against}}); {_LIMIT}",
        "from_none": f"{_START}, up from almost none (at most {{usual}} in the 30 days "
        f"before, which counts as {{held_against}}); {_LIMIT}",
        "early": f"{_START}, after {{held_against}} at most in {{behind}}; it says little until {{needs}} "
        "lie behind.",
    },
    topic="up",
    phrase="{whose} run climbed {amount}, {over} your most[ in 30 days]",
    brief="one run climbed {amount}, {more} the 30 days before",
    mention="{a} {amount} climb",
    event_family="hills",
    change_kind=None,
    charts=("climb",),
    advice=("look", "uphill", "warm_up", "course"),
    suggestion=Suggestion(
        verbs=(
            "lean a little forward uphill, ribs over pelvis",
            "push with arms and glutes",
            "do not bend back from the low back",
        ),
    ),
    exposure=None,
    budget=Budget(
        measure="longest_ascent_m",
        label="climb in a single run",
        find_remaining=_find_remaining,
    ),
    grade="E",
    grade_why=(
        "our own transfer of the check for distance to climbing; we found no test of it"
    ),
    lbp="no",
    not_known=(
        "Whether hills have to do with back pain: we found no study (November 2026)."
    ),
    references=("article",),
    article=(
        "Hills can aggravate a sore back, above all if you run upright and bend back "
        "from the low back."
    ),
    caveat=(
        "Ascent differs more between devices than distance does: compare only within "
        "one device."
    ),
    check=_check_runs,
)
