"""LW06: the climb of one run against the most of the 30 days before it."""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING

from loadwatch.assess.rules import device_change, session_spike
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

    from loadwatch.assess.rules.rule_input import Lookback, RuleInput


def judge_climb(
    ascent_m: float, most_m: float, limits: Limits, *, early: bool = False
) -> Exceeded:
    """Return the level of a run with `ascent_m` after a most of `most_m`; `early`: info at most."""
    found = _judge_by_limits(ascent_m, most_m, limits)
    return ("info", found[1]) if found and early else found


def _judge_by_limits(ascent_m: float, most_m: float, limits: Limits) -> Exceeded:
    ratio, more = ascent_m / max(most_m, limits["floor_m"]), ascent_m - most_m
    if (
        ratio > limits["high"] + TOLERANCE
        and more >= limits["high_more_m"] - TOLERANCE_M
    ):
        return "high", limits["high"]
    if (
        ratio > limits["watch"] + TOLERANCE
        and more >= limits["watch_more_m"] - TOLERANCE_M
    ):
        return "watch", limits["watch"]
    return None


def explain_unknown(past: Lookback, number: int) -> str:
    """Return why a run has no climbs to be held against, "" if it has."""
    if not past.runs[number]:
        return f"no_baseline: no run in the {LOOKBACK_DAYS} days before"
    if past.unknown[number]:
        return f"no_ascent: a run of the {LOOKBACK_DAYS} days before has no ascent"
    return ""


def _check_runs(
    inputs: RuleInput, limits: Limits, _found: Sequence[Flag | Unknown]
) -> Iterator[Flag | Unknown]:
    sessions = inputs.sessions
    past = look_back(sessions, sessions.ascent_m, sessions.start_us)
    for i, ascent in enumerate(sessions.ascent_m.tolist()):
        week, most = inputs.week_starts[sessions.week[i]], past.most[i]
        why = (
            "no_ascent: a run of this week has no ascent"
            if math.isnan(ascent)
            else explain_unknown(past, i)
        )
        early = session_spike.is_early(past.runs_before[i], past.days_before[i], limits)
        level = None if why else judge_climb(ascent, most, limits, early=early)
        if why:
            yield Unknown(week, RULE.id, why)
        elif level:
            held = max(most, limits["floor_m"])
            yield Flag(
                week=week,
                rule=RULE.id,
                name=RULE.name,
                level=level[0],
                value=ascent / held,
                limit=level[1],
                amount=ascent,
                usual=held,
                unit=RULE.unit,
                evidence=RULE.grade,
                template_args={
                    "words": "early"
                    if early
                    else level[0]
                    if most >= limits["floor_m"]
                    else "from_none",
                    "needs": session_spike.format_missing_history(
                        past.runs_before[i], past.days_before[i], limits
                    ),
                    "behind": session_spike.format_reach(past.days_before[i]),
                    "day": sessions.day[i],
                    "below": find_largest_quiet(
                        partial(judge_climb, most_m=most, limits=limits)
                    ),
                    "lengths": {"most": most},
                    "also": device_change.describe_run_change(inputs, "ascent_m", i),
                },
                **session_fields(sessions, i),
            )


_START = "{day}: {amount} of ascent in one run"
_LIMIT = "the limit is {limit_times} times. Up to {below} this check stays quiet."

RULE = Rule(
    id="LW06",
    name="hill_session",
    title="One run with much more climbing than those before",
    kind="run",
    measure="ascent of the run over the most of the 30 x 24 hours before it",
    unit="m",
    display_unit="m",
    asks="Did one run climb much more than any of the 30 days before it?",
    limits=(
        Bound(
            key="watch", value=1.30, unit="ratio", meaning="noticed above this ratio"
        ),
        Bound(
            key="watch_more_m",
            value=100.0,
            unit="m",
            meaning="least ascent more to be noticed",
        ),
        Bound(
            key="high",
            value=2.0,
            unit="ratio",
            meaning="a large change above this ratio",
        ),
        Bound(
            key="high_more_m",
            value=200.0,
            unit="m",
            meaning="least ascent more for a large change",
        ),
        Bound(
            key="floor_m",
            value=50.0,
            unit="m",
            meaning="a smaller ascent before counts as this",
        ),
        *session_spike.HISTORY,
    ),
    templates={
        "watch": f"{_START}, {{times}} times the most of the 30 days before ({{usual}}); {_LIMIT}",
        "high": f"{_START}, {{times}} times the most of the 30 days before ({{usual}}), a large change "
        "(above {limit_times} times). Up to {below} this check stays quiet.",
        "from_none": f"{_START}, up from almost none (at most {{most}} in the 30 days before, counted as "
        f"{{usual}}); "
        f"{_LIMIT}",
        "early": f"{_START}, after {{most}} at most in {{behind}}; it says little until {{needs}} "
        "lie behind.",
    },
    grade="E",
    grade_why="our own transfer of the rule for distance to climbing; nobody has tested it",
    lbp="no",
    citation="J. Perkins, Lower back pain in runners - causes and prevention, Run Mummy Run Community Run "
    "Club",
    article="Hills can aggravate a sore back, above all when one stands tall and bends back from the lower "
    "back.",
    caveat="Ascent differs more between devices than distance does: compare only within one device.",
    basis="6.3; 12 LW06",
    check=_check_runs,
)
