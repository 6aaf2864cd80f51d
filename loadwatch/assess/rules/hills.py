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
    Flag,
    Grade,
    Limits,
    Rule,
    Unknown,
    largest,
)
from loadwatch.assess.weeks import USUAL_WEEKS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from loadwatch.assess.rules.rule_input import Facts


def grade(amount_m: float, usual_m: float, limits: Limits) -> Grade:
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


def why_unknown(facts: Facts, week: int, column: str) -> str:
    """Return why a week has no usual week, "" if it has."""
    if math.isnan(facts.columns[f"{column}_usual"][week]):
        return f"too_few_weeks: fewer than three of the four weeks before hold a run and know {_KNOWN[column]}"
    return ""


def _checked(
    rule: Rule, column: str, facts: Facts, limits: Limits
) -> Iterator[Flag | Unknown]:
    for i in facts.run_weeks():
        amount, whole = facts.amount(column, i)
        why = why_unknown(facts, i, column)
        level = (
            None if why else grade(amount, facts.columns[f"{column}_usual"][i], limits)
        )
        if level:
            yield _flag(
                rule,
                facts,
                i,
                (level, amount, facts.columns[f"{column}_usual"][i]),
                limits,
            )
        elif facts.complete[i] and (why or not whole):
            why = (
                why
                or f"not_known: runs with more than a tenth of the week's distance lack {_KNOWN[column]}"
            )
            yield Unknown(facts.days[i], rule.id, why)


def _flag(
    rule: Rule, facts: Facts, i: int, found: tuple[Grade, float, float], limits: Limits
) -> Flag:
    level, amount, usual = found
    held = max(usual, limits["floor_m"])
    whole = facts.amount(COLUMN[rule.id], i)[1]
    state = "so_far" if not facts.complete[i] else "" if whole else "at_least"
    assert level is not None
    return Flag(
        week=facts.days[i],
        rule=rule.id,
        name=rule.name,
        level=level[0],
        value=amount / held,
        limit=level[1],
        amount=amount,
        usual=held,
        unit=rule.unit,
        evidence=rule.grade,
        facts={
            "words": level[0] if usual >= limits["floor_m"] else "from_none",
            "state": state,
            "below": largest(partial(grade, usual_m=usual, limits=limits)),
            "lengths": {"median": usual},
            "also": device_change.week(facts, COLUMN[rule.id], i, USUAL_WEEKS),
        },
    )


def _uphill(
    facts: Facts, limits: Limits, _found: Sequence[Flag | Unknown]
) -> Iterator[Flag | Unknown]:
    return _checked(UPHILL, COLUMN[UPHILL.id], facts, limits)


def _downhill(
    facts: Facts, limits: Limits, _found: Sequence[Flag | Unknown]
) -> Iterator[Flag | Unknown]:
    return _checked(DOWNHILL, COLUMN[DOWNHILL.id], facts, limits)


COLUMN = {"LW04": "ascent_m", "LW05": "downhill_m"}
_KNOWN = {"ascent_m": "their ascent", "downhill_m": "how steep they were"}
_LIMIT = "the limit is {limit_times} times. Up to {below} this check stays quiet."


def _words(what: str) -> dict[str, str]:
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
    shown="m",
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
    words=_words("of ascent"),
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
    check=_uphill,
)

DOWNHILL = Rule(
    id="LW05",
    name="downhill_jump",
    title="A week with much more downhill running than usual",
    kind="week",
    measure="distance at a grade of -5 % or steeper over the usual one",
    unit="m",
    shown="km",
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
    words=_words("downhill at 5 % or steeper"),
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
    check=_downhill,
)
