"""LW04 and LW05: a week's climb, and its running downhill, against the usual week."""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING

from loadwatch.assess.rules import device_change
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
from loadwatch.assess.weeks import USUAL_WEEKS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from loadwatch.assess.rules.rule_input import RuleInput


def judge_hills(amount_m: float, usual_m: float, limits: Limits) -> Exceeded:
    """Return the level of a week's `amount_m`; a usual below its floor counts as the floor."""
    usual_m = max(usual_m, limits["floor_m"])
    ratio, more = amount_m / usual_m, amount_m - usual_m
    if (
        ratio >= limits["high"] - TOLERANCE
        and more >= limits["high_more_m"] - TOLERANCE_M
    ):
        return "high", limits["high"]
    if (
        ratio >= limits["watch"] - TOLERANCE
        and more >= limits["watch_more_m"] - TOLERANCE_M
    ):
        return "watch", limits["watch"]
    return None


def explain_unknown(inputs: RuleInput, week: int, column: str) -> str:
    """Return why a week has no usual week, "" if it has."""
    if math.isnan(inputs.columns[f"{column}_usual"][week]):
        return f"too_few_weeks: fewer than three of the four weeks before hold a run and know {_KNOWN[column]}"
    return ""


def _check_column(
    rule: Rule, column: str, inputs: RuleInput, limits: Limits
) -> Iterator[Flag | Unknown]:
    for i in inputs.run_weeks():
        amount, whole = inputs.week_amount(column, i)
        why = explain_unknown(inputs, i, column)
        level = (
            None
            if why
            else judge_hills(amount, inputs.columns[f"{column}_usual"][i], limits)
        )
        if level:
            yield _make_flag(
                rule,
                inputs,
                i,
                (level, amount, inputs.columns[f"{column}_usual"][i]),
                limits,
            )
        elif inputs.complete[i] and (why or not whole):
            why = (
                why
                or f"not_known: runs with more than a tenth of the week's distance lack {_KNOWN[column]}"
            )
            yield Unknown(inputs.week_starts[i], rule.id, why)


def _make_flag(
    rule: Rule,
    inputs: RuleInput,
    i: int,
    found: tuple[Exceeded, float, float],
    limits: Limits,
) -> Flag:
    level, amount, usual = found
    held = max(usual, limits["floor_m"])
    whole = inputs.week_amount(COLUMN[rule.id], i)[1]
    state = "so_far" if not inputs.complete[i] else "" if whole else "at_least"
    assert level is not None
    return Flag(
        week=inputs.week_starts[i],
        rule=rule.id,
        name=rule.name,
        level=level[0],
        value=amount / held,
        limit=level[1],
        amount=amount,
        usual=held,
        unit=rule.unit,
        evidence=rule.grade,
        template_args={
            "words": level[0] if usual >= limits["floor_m"] else "from_none",
            "state": state,
            "below": find_largest_quiet(
                partial(judge_hills, usual_m=usual, limits=limits)
            ),
            "lengths": {"median": usual},
            "also": device_change.describe_week_change(
                inputs, COLUMN[rule.id], i, USUAL_WEEKS
            ),
        },
    )


def _check_uphill(
    inputs: RuleInput, limits: Limits, _found: Sequence[Flag | Unknown]
) -> Iterator[Flag | Unknown]:
    return _check_column(UPHILL, COLUMN[UPHILL.id], inputs, limits)


def _check_downhill(
    inputs: RuleInput, limits: Limits, _found: Sequence[Flag | Unknown]
) -> Iterator[Flag | Unknown]:
    return _check_column(DOWNHILL, COLUMN[DOWNHILL.id], inputs, limits)


COLUMN = {"LW04": "ascent_m", "LW05": "downhill_m"}
_KNOWN = {"ascent_m": "their ascent", "downhill_m": "how steep they were"}
_LIMIT = "the limit is {limit_times} times. Up to {below} this check stays quiet."


def _build_templates(what: str) -> dict[str, str]:
    start = f"{{state}}{{amount}} {what} in the week of {{week}}"
    return {
        "watch": f"{start}, {{times}} times the usual {{usual}}; {_LIMIT}",
        "high": f"{start}, {{times}} times the usual {{usual}}, a large change (from {{limit_times}} times "
        "on). Up to {below} this check stays quiet.",
        "from_none": f"{start}, up from almost none (usually {{median}}, counted as {{usual}}): "
        f"{{times}} times as much; {_LIMIT}",
    }


UPHILL = Rule(
    id="LW04",
    name="uphill_jump",
    title="A week with much more climbing than usual",
    kind="week",
    measure="ascent of the week over the usual ascent",
    unit="m",
    display_unit="m",
    asks="Did a week climb much more than the usual week?",
    limits=(
        Bound(
            key="watch", value=1.5, unit="ratio", meaning="noticed from this ratio on"
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
            meaning="a large change from this ratio on",
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
            meaning="a smaller usual ascent counts as this",
        ),
    ),
    templates=_build_templates("of ascent"),
    grade="E",
    grade_why="the article's view and our limits; in the laboratory the lumbar arch was smallest uphill, "
    "while hip and trunk work more",
    lbp="no",
    citation="Levine D et al., J Athl Train 2007;42:29-34; Vernillo G et al., Biomechanics and physiology "
    "of uphill "
    "and downhill running. Sports Med 2017;47:615-629",
    doi=("10.1007/s40279-016-0605-y",),
    article="Hills can aggravate a sore back, above all when one stands tall and bends back from the lower "
    "back.",
    caveat="Ascent differs more between devices than distance does: compare only within one device.",
    basis="6.2, 6.3; 12 LW04",
    check=_check_uphill,
)

DOWNHILL = Rule(
    id="LW05",
    name="downhill_jump",
    title="A week with much more downhill running than usual",
    kind="week",
    measure="distance at a grade of -5 % or steeper over the usual one",
    unit="m",
    display_unit="km",
    asks="Did a week hold much more running downhill than the usual week?",
    limits=(
        Bound(
            key="watch", value=1.5, unit="ratio", meaning="noticed from this ratio on"
        ),
        Bound(
            key="watch_more_m",
            value=1500.0,
            unit="m",
            meaning="least distance more to be noticed",
        ),
        Bound(
            key="high",
            value=2.0,
            unit="ratio",
            meaning="a large change from this ratio on",
        ),
        Bound(
            key="high_more_m",
            value=3000.0,
            unit="m",
            meaning="least distance more for a large change",
        ),
        Bound(
            key="floor_m",
            value=500.0,
            unit="m",
            meaning="a smaller usual distance counts as this",
        ),
    ),
    templates=_build_templates("downhill at 5 % or steeper"),
    grade="D",
    grade_why="laboratory only: downhill brings more impact and braking and a larger lumbar arch, "
    "and muscles least used to it ache most",
    lbp="no",
    citation="Gottschall JS, Kram R, Ground reaction forces during downhill and uphill running. J Biomech "
    "2005;38:445-452; Levine D et al., J Athl Train 2007;42:29-34; Bontemps B et al., Sports Med "
    "2020;50:2083-2110",
    doi=("10.1016/j.jbiomech.2004.04.023", "10.1007/s40279-020-01355-z"),
    article="Hills can aggravate a sore back; each step lands with a multiple of the body's weight.",
    caveat="Grade comes from altitude over 50 m of running; a device without a barometer sees only long "
    "slopes.",
    basis="6.2, 6.3; 12 LW05",
    check=_check_downhill,
)
