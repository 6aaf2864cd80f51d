"""LW11: the first run after two weeks or more without one."""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from loadwatch.activity import Note
from loadwatch.assess.rules.flag_text import MANY, format_distinct
from loadwatch.assess.rules.model import TOLERANCE, Bound, Exceeded, Limits, Rule
from loadwatch.assess.rules.remaining import find_largest_quiet
from loadwatch.assess.rules.rule_input import DAY_US, look_back, session_fields

if TYPE_CHECKING:
    from collections.abc import Iterator

    from loadwatch.assess.rules.model import Finding
    from loadwatch.assess.rules.rule_input import RuleInput
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
    """Whether a gap is long, and long for this runner: against the own gaps before it."""
    gap = gaps_us[number]
    if gap < limits["gap_days"] * DAY_US:
        return False
    own = gaps_us[max(number - int(limits["own_gaps"]), 0) : number]
    if not len(own):
        return True
    return bool(gap >= limits["own_times"] * np.quantile(own, 0.75))


def _check_runs(inputs: RuleInput, limits: Limits) -> Iterator[Finding]:
    sessions = inputs.sessions
    start, distance = sessions.start_us, sessions.distance_m
    gaps_us = np.diff(start)
    past = look_back(sessions, "distance_m", start)
    breaks = [i for i in range(len(gaps_us)) if _is_break(gaps_us, i, limits)]
    for i in [number + 1 for number in breaks]:
        longest = float(np.fmax(past.most[i - 1], distance[i - 1]))
        week, first = inputs.session_week(i), float(distance[i])
        if math.isnan(first) or not longest > 0:
            text = "the first run after a break, or those before it, lack a distance"
            yield RULE.unknown(week, Note("no_distance", text))
            continue
        few = i - 1 < limits["least_gaps"]
        judge = partial(judge_return, longest_m=longest, limits=limits, few=few)
        quiet = partial(judge_return, longest_m=longest, limits=limits)
        yield RULE.flag(
            week,
            judge(first),
            value=first / longest,
            amount=first,
            usual=longest,
            held_against=longest,
            quiet_up_to=find_largest_quiet(quiet),
            template_args={
                "gap": f"{gaps_us[i - 1] // DAY_US}",
                "share": _format_share(first / longest, limits["watch"]),
                "limit_share": f"{100.0 * limits['watch']:.0f}",
            },
            **session_fields(sessions, i),
        )


def _format_share(part: float, limit: float) -> str:
    """Return a part of the longest run: "80 % of", from double on "2.4 times"."""
    if part >= MANY:
        return f"{part:.1f} times"
    return f"{format_distinct(100.0 * part, 100.0 * limit)} % of"


_START = "{day}: {amount}, the first run after {gap} days without one"

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
            f"{_START}; what was usual before it ({{usual}} at most in one run) no "
            "longer is."
        ),
        "watch": (
            f"{_START}: {{share}} the longest before the break ({{usual}}); the "
            "limit is {limit_share} % of it. Up to {quiet_up_to} this check "
            "stays quiet."
        ),
    },
    topic="load",
    phrase="your first run after a break was {amount}, {percent} of the longest before it",
    brief="first run after a break {amount}, {percent} of the longest before it",
    event_family="distance",
    change_kind=None,
    charts=("load",),
    advice=("load",),
    advises_at_info=True,
    exposure=None,
    budget=None,
    grade="E",
    grade_why="our own limit; nobody has tested it",
    lbp="no",
    citation="none; a convention of loadwatch",
    article="Suddenly running more can bring on trouble.",
    caveat="A break in the files may be a watch left at home.",
    basis="12 LW11",
    check=_check_runs,
)
