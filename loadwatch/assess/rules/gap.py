"""LW11: the first run after two weeks or more without one."""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from loadwatch.activity import Note
from loadwatch.assess.rules.flag_text import MANY, format_distinct
from loadwatch.assess.rules.model import (
    TOLERANCE,
    Bound,
    Exceeded,
    Limits,
    Rule,
    Suggestion,
    is_raising,
)
from loadwatch.assess.rules.remaining import find_largest_quiet
from loadwatch.assess.rules.rule_input import DAY_US, look_back, session_fields

if TYPE_CHECKING:
    from collections.abc import Iterator

    from loadwatch.assess.rules.model import Finding, Flag
    from loadwatch.assess.rules.rule_input import Lookback, RuleInput
    from loadwatch.tables import Ints


def judge_return(
    distance_m: float, longest_m: float, limits: Limits, *, few: bool = False
) -> Exceeded:
    """Return the level of a first run of `distance_m`, the longest before the gap being `longest_m`.

    `few`: info at most, since few gaps show the runner's own rhythm.
    """
    over = distance_m / longest_m > limits["watch"] + TOLERANCE and not few
    return Exceeded("watch" if over else "info", limits["watch"])


def _is_break(gaps_us: Ints, number: int, limits: Limits) -> bool:
    """Return whether a long gap is long for this runner: against the own gaps before it."""
    gap = gaps_us[number]
    own = gaps_us[max(number - int(limits["own_gaps"]), 0) : number]
    if not len(own):
        return True
    return bool(gap >= limits["own_times"] * np.quantile(own, 0.75))


def _check_runs(inputs: RuleInput, limits: Limits) -> Iterator[Finding]:
    gaps_us = np.diff(inputs.sessions.start_us)
    past = look_back(inputs.sessions, "distance_m", inputs.sessions.start_us)
    is_long = gaps_us >= limits["gap_days"] * DAY_US
    for number in np.flatnonzero(is_long).tolist():
        if not _is_break(gaps_us, number, limits):
            continue
        finding = _judge_first(inputs, past, number + 1, int(gaps_us[number]), limits)
        if finding:
            yield finding


def _judge_first(
    inputs: RuleInput, past: Lookback, number: int, gap_us: int, limits: Limits
) -> Finding | None:
    """Return what the first run after a break raises or leaves unknown.

    Runs of unknown distance count as in LW01: before the break as the most they can have been, the
    first run as lying between its known part and its most.
    """
    sessions, last = inputs.sessions, number - 1
    least = float(sessions.known["distance_m"][number])
    most = float(sessions.bound["distance_m"][number])
    longest = float(np.fmax(past.most[last], sessions.distance_m[last]))
    bound = past.bound[last]
    if math.isnan(sessions.distance_m[last]):
        bound = max(bound, float(sessions.bound["distance_m"][last]))
    yardstick = max(bound, 0.0 if math.isnan(longest) else longest)
    if yardstick > 0 and is_raising(judge_return(least, yardstick, limits)):
        return _make_flag(inputs, number, gap_us, longest, yardstick, limits)
    if not longest > 0 or is_raising(judge_return(most, longest, limits)):
        text = "the first run after a break, or those before it, lack a distance"
        return RULE.unknown(inputs.session_week(number), Note("no_distance", text))
    if most > least:
        return None
    return _make_flag(inputs, number, gap_us, longest, longest, limits)


def _make_flag(
    inputs: RuleInput,
    number: int,
    gap_us: int,
    longest: float,
    yardstick: float,
    limits: Limits,
) -> Flag:
    sessions = inputs.sessions
    first = float(sessions.known["distance_m"][number])
    few = number - 1 < limits["least_gaps"]
    is_bound = not longest >= yardstick
    return RULE.flag(
        inputs.session_week(number),
        judge_return(first, yardstick, limits, few=few),
        value=first / yardstick,
        amount=first,
        usual=longest,
        held_against=yardstick,
        extent="at_least" if math.isnan(sessions.distance_m[number]) else "",
        quiet_up_to=find_largest_quiet(
            partial(judge_return, longest_m=yardstick, limits=limits)
        ),
        template_args={
            "gap": f"{gap_us // DAY_US}",
            "share": _format_share(first / yardstick, limits["watch"]),
            "limit_share": f"{100.0 * limits['watch']:.0f}",
            "least": "at least " if is_bound else "",
            "at_most": "at most " if is_bound else "",
        },
        **session_fields(sessions, number),
    )


def _format_share(part: float, limit: float) -> str:
    """Return a part of the longest run: "80 % of", from double on "2.4 times"."""
    if part >= MANY:
        return f"{part:.1f} times"
    return f"{format_distinct(100.0 * part, 100.0 * limit)} % of"


_START = "{day}: {extent}{amount}, the first run after {gap} days without one"

RULE = Rule(
    id="LW11",
    name="return_after_gap",
    title="Back after a break",
    kind="run",
    measure=(
        "distance of the first run over the longest of the 30 days before the break"
    ),
    unit="m",
    asks=(
        "Was the first run after a break long, held against what came before the break?"
    ),
    limits=(
        Bound(
            key="gap_days",
            value=14.0,
            unit="days",
            text="{value} from start to start make a break",
        ),
        Bound(
            key="own_times",
            value=3.0,
            unit="ratio",
            text="and only from {value} the upper quartile of the runner's own gaps on",
        ),
        Bound(
            key="own_gaps",
            value=10.0,
            unit="gaps",
            text="those are the last {value} at most",
        ),
        Bound(
            key="least_gaps",
            value=4.0,
            unit="gaps",
            text="a note at most after fewer than {value}",
        ),
        Bound(
            key="watch",
            value=0.5,
            unit="ratio",
            text="noticed above {value} the longest run before the break",
            presets={"return": 0.4},
        ),
    ),
    templates={
        "info": (
            f"{_START}; what was usual before it ({{held_against}} at most in one run) no "
            "longer is."
        ),
        "watch": (
            f"{_START}: {{least}}{{share}} the longest before the break "
            "({at_most}{held_against}); the "
            "limit is {limit_share} % of it. Up to {quiet_up_to} this check "
            "stays quiet."
        ),
    },
    topic="load",
    phrase="{amount} after a break, {share} your longest[ before it]",
    brief="first run after a break {amount}, {share} the longest before it",
    mention="{a} {amount} comeback",
    event_family="distance",
    change_kind=None,
    charts=("load",),
    advice=("load",),
    suggestion=Suggestion(
        verbs=(
            "begin with shorter runs than before the break",
            "build up from there, not from what was",
        ),
        by="ours",
    ),
    advises_at_info=True,
    exposure=None,
    budget=None,
    grade="E",
    grade_why="our own limit; we found no test of it",
    lbp="no",
    not_known=("How long a break has to be, and how long the first run may be."),
    references=("ours",),
    article="Suddenly running more can bring on trouble.",
    caveat="A break in the files may be a watch left at home.",
    check=_check_runs,
)
