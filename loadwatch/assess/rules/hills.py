"""LW04 and LW05: a week's climb, and its running downhill, against the usual week."""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING

from loadwatch.activity import NAN, Note
from loadwatch.assess.rules import device_change
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
    Remaining,
    find_largest_quiet,
    find_raised_weeks,
    find_sum_remaining,
)
from loadwatch.assess.rules.rule_input import find_own_largest
from loadwatch.assess.weeks import USUAL_WEEKS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from loadwatch.assess.rules.model import Finding, Flag
    from loadwatch.assess.rules.remaining import Judge
    from loadwatch.assess.rules.rule_input import RuleInput
    from loadwatch.tables import FlagLevel

ASCENT_M, DOWNHILL_M = "ascent_m", "downhill_m"
OWN_WEEKS = 8  # looked back on for the own largest
_LEVELS: tuple[FlagLevel, ...] = ("high", "watch")
_LACKING = {ASCENT_M: "their ascent", DOWNHILL_M: "how steep they were"}


def judge_hills(
    amount_m: float, usual_m: float, largest_m: float, limits: Limits
) -> Exceeded | None:
    """Return the level of a week's `amount_m`; a usual below its floor counts as the floor.

    `largest_m` is the own largest of the eight weeks before: what comes again is a rhythm.
    """
    usual_m = max(usual_m, limits["floor_m"])
    ratio, more = amount_m / usual_m, amount_m - usual_m
    if amount_m <= limits["own_largest"] * largest_m + TOLERANCE_M:
        return None
    for level in _LEVELS:
        if level not in limits or ratio < limits[level] - TOLERANCE:
            continue
        if more >= limits[f"{level}_more_m"] - TOLERANCE_M:
            return Exceeded(level, limits[level])
    return None


def explain_unknown(inputs: RuleInput, week: int, column: str) -> Note | None:
    """Return why a week has no usual week; None if it has."""
    if not math.isnan(inputs.columns[f"{column}_usual"][week]):
        return None
    return Note(
        "too_few_weeks",
        "fewer than three of the four weeks before hold a run and know "
        f"{_LACKING[column]}",
    )


def _find_uphill_remaining(
    inputs: RuleInput, limits: Limits, found: Sequence[Finding]
) -> Remaining:
    raised = find_raised_weeks(inputs, UPHILL, found)
    return _find_remaining(ASCENT_M, inputs, limits, raised)


def _find_downhill_remaining(
    inputs: RuleInput, limits: Limits, found: Sequence[Finding]
) -> Remaining:
    raised = find_raised_weeks(inputs, DOWNHILL, found)
    return _find_remaining(DOWNHILL_M, inputs, limits, raised)


def _check_uphill(inputs: RuleInput, limits: Limits) -> Iterator[Finding]:
    return _check_column(UPHILL, ASCENT_M, inputs, limits)


def _check_downhill(inputs: RuleInput, limits: Limits) -> Iterator[Finding]:
    return _check_column(DOWNHILL, DOWNHILL_M, inputs, limits)


def _check_column(
    rule: Rule, column: str, inputs: RuleInput, limits: Limits
) -> Iterator[Finding]:
    raised: set[int] = set()
    for i in inputs.run_weeks():
        amount, is_whole = inputs.week_amount(column, i)
        if why := explain_unknown(inputs, i, column):
            yield rule.unknown(inputs.week_starts[i], why)
            continue
        judge = _build_judge(column, inputs, i, raised & {i - 1}, limits)
        if exceeded := judge(amount):
            raised.add(i)
            quiet = find_largest_quiet(judge)
            yield _make_flag(rule, column, inputs, i, exceeded, quiet, limits)
        elif not is_whole:
            text = f"runs with more than a tenth of the week's distance lack {_LACKING[column]}"
            yield rule.unknown(inputs.week_starts[i], Note("not_known", text))


def _build_judge(
    column: str, inputs: RuleInput, week: int, skip: set[int], limits: Limits
) -> Judge:
    """Return what judges an amount of a week; weeks of `skip` are no yardstick."""
    usual = inputs.columns[f"{column}_usual"][week]
    largest = find_own_largest(inputs, column, week, OWN_WEEKS, skip=skip)
    if math.isnan(largest):
        largest = 0.0
    return partial(judge_hills, usual_m=usual, largest_m=largest, limits=limits)


def _make_flag(
    rule: Rule,
    column: str,
    inputs: RuleInput,
    week: int,
    exceeded: Exceeded,
    quiet_up_to: float,
    limits: Limits,
) -> Flag:
    amount, is_whole = inputs.week_amount(column, week)
    usual = inputs.columns[f"{column}_usual"][week]
    held_against = max(usual, limits["floor_m"])
    return rule.flag(
        inputs.week_starts[week],
        exceeded,
        value=amount / held_against,
        amount=amount,
        usual=usual,
        held_against=held_against,
        template=exceeded.level if usual >= limits["floor_m"] else "from_none",
        extent=inputs.week_extent(week, is_whole=is_whole),
        quiet_up_to=quiet_up_to,
        remark=device_change.describe_week_change(inputs, column, week, USUAL_WEEKS),
    )


def _find_remaining(
    column: str, inputs: RuleInput, limits: Limits, raised: set[int]
) -> Remaining:
    last = len(inputs.week_starts) - 1
    used, is_whole = inputs.week_amount(column, last)
    if not is_whole:
        used = NAN
    why = explain_unknown(inputs, last, column)
    if why:
        return Remaining(used=used, why=why.text)
    if not is_whole:
        return Remaining(used=used, why="a run of this week has no altitude")
    judge = _build_judge(column, inputs, last, raised & {last - 1}, limits)
    unraised = _build_judge(column, inputs, last, raised, limits)
    return find_sum_remaining(used, judge, find_largest_quiet(unraised))


_LIMIT = "the limit is {limit_times} times. Up to {quiet_up_to} this check stays quiet."


def _build_templates(what: str) -> dict[str, str]:
    start = f"{{extent}}{{amount}} {what} in the week of {{week}}"
    return {
        "watch": f"{start}, {{times}} times the usual {{usual}}; {_LIMIT}",
        "high": f"{start}, {{times}} times the usual {{usual}}, a large change (from {{limit_times}} times "
        "on). Up to {quiet_up_to} this check stays quiet.",
        "from_none": f"{start}; usual is {{usual}}, which counts as {{held_against}}, and "
        f"{_LIMIT}",
    }


UPHILL = Rule(
    id="LW04",
    name="uphill_jump",
    title="A week with much more climbing than usual",
    kind="week",
    measure="ascent of the week over the usual ascent",
    unit="m_up",
    asks="Did a week climb much more than the usual week?",
    limits=(
        Bound(
            key="watch",
            value=1.5,
            unit="ratio",
            text="noticed from {value} the usual on",
        ),
        Bound(
            key="watch_more_m",
            value=100.0,
            unit="m_up",
            text="at least {value} more to be noticed",
        ),
        Bound(
            key="own_largest",
            value=1.10,
            unit="ratio",
            text="only above {value} the most of the eight weeks before: what comes again is a rhythm",
        ),
        Bound(
            key="floor_m",
            value=50.0,
            unit="m_up",
            text="a smaller usual counts as {value}",
        ),
    ),
    templates=_build_templates("of ascent"),
    topic="up",
    phrase="climb {amount} {week}, {times}",
    brief="climb {amount}, {times}",
    mention="{amount} of climb",
    event_family="hills",
    change_kind="hills",
    charts=("climb",),
    advice=("look", "uphill", "warm_up", "course"),
    suggestion=Suggestion(
        verbs=(
            "lean a little forward uphill, ribs over pelvis",
            "push with arms and glutes",
            "do not bend back from the low back",
        ),
    ),
    exposure=DiaryExposure(column="ascent_m", text="a week with a jump in climb"),
    budget=Budget(
        measure="ascent_m",
        label="climb",
        find_remaining=_find_uphill_remaining,
    ),
    grade="E",
    grade_why=(
        "the article's view and our limits. In one laboratory study of 20 women the "
        "lumbar arch was smallest uphill; hips work more"
    ),
    lbp="no",
    not_known=(
        "Whether hills have to do with back pain: we found no study (November 2026)."
    ),
    references=("article", "levine2007", "vernillo2017"),
    article=(
        "Hills can aggravate a sore back, above all if you run upright and bend back "
        "from the low back."
    ),
    caveat=(
        "Ascent differs more between devices than distance does: compare only within "
        "one device."
    ),
    check=_check_uphill,
)

DOWNHILL = Rule(
    id="LW05",
    name="downhill_jump",
    title="A week with much more downhill running than usual",
    kind="week",
    measure="distance at a grade of -5 % or steeper over the usual one",
    unit="m",
    asks="Did a week hold much more running downhill than the usual week?",
    limits=(
        Bound(
            key="watch",
            value=1.5,
            unit="ratio",
            text="noticed from {value} the usual on",
        ),
        Bound(
            key="watch_more_m",
            value=1500.0,
            unit="m",
            text="at least {value} more to be noticed",
        ),
        Bound(
            key="high",
            value=2.0,
            unit="ratio",
            text="a large change from {value} the usual on",
        ),
        Bound(
            key="high_more_m",
            value=3000.0,
            unit="m",
            text="at least {value} more for a large change",
        ),
        Bound(
            key="own_largest",
            value=1.10,
            unit="ratio",
            text="only above {value} the most of the eight weeks before: what comes again is a rhythm",
        ),
        Bound(
            key="floor_m",
            value=500.0,
            unit="m",
            text="a smaller usual counts as {value}",
        ),
    ),
    templates=_build_templates("downhill at 5 % or steeper"),
    topic="down",
    phrase="{amount} downhill[ at 5 % or steeper] {week}, {times}",
    brief="steep downhill {amount}, {times}",
    mention="{amount} steep downhill",
    event_family="hills",
    change_kind="hills",
    charts=("descent",),
    advice=("look", "downhill", "warm_up", "course"),
    suggestion=Suggestion(
        verbs=(
            "let downhill running grow in smaller steps",
            "note in the diary how hilly days feel",
        ),
        by="ours",
    ),
    exposure=DiaryExposure(
        column="downhill_m", text="a week with a jump in downhill running"
    ),
    budget=Budget(
        measure="downhill_m",
        label="downhill at 5 % or steeper",
        find_remaining=_find_downhill_remaining,
    ),
    grade="D",
    grade_why=(
        "laboratory only. Downhill brings more impact and braking, and in one study "
        "of 20 women the lumbar arch was larger. Muscles least used to it ache most"
    ),
    lbp="no",
    not_known=(
        "Whether hills have to do with back pain: we found no study (November 2026)."
    ),
    references=("gottschall2005", "levine2007", "bontemps2020"),
    article=(
        "Hills can aggravate a sore back; each step lands with a multiple of the "
        "body's weight."
    ),
    caveat=(
        "Grade comes from altitude over 50 m of running; a device without a "
        "barometer notices only long slopes."
    ),
    check=_check_downhill,
)
