"""What came before: raised in the eight weeks before, slow growth, why more was no jump."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np

from loadwatch import formatting
from loadwatch.assess.rules import BY_ID, is_raised
from loadwatch.assess.weeks import USUAL_WEEKS
from loadwatch.verdict import levels
from loadwatch.verdict.phrases import format_brief_phrase, format_load, lower_first

if TYPE_CHECKING:
    from datetime import date

    from loadwatch.analysis import Analysis
    from loadwatch.assess.rules import Flag
    from loadwatch.verdict.levels import JudgedWeek

EARLIER_WEEKS = 8
EARLIER_NAMED = 2  # changes named; the others are counted
GROWTH_WEEKS = 12
GROWTH = 1.5  # times the usual week of twelve weeks ago
WEEK_JUMP = "LW02"
ONE_WEEK = timedelta(weeks=1)


def describe_earlier(analysis: Analysis, weeks: tuple[JudgedWeek, ...]) -> str:
    """Return what was raised in the eight weeks before `weeks`, the newest first; "" for nothing."""
    if not weeks:
        return ""
    first, newest = weeks[0].start, weeks[-1].start
    since = first - EARLIER_WEEKS * ONE_WEEK
    flags = [
        flag
        for flag in analysis.flags
        if since <= flag.week < first and is_raised(flag)
    ]
    largest = _list_largest(flags)
    if not largest:
        return ""
    named = sorted(largest[:EARLIER_NAMED], key=lambda flag: flag.week, reverse=True)
    parts = [_format_earlier(flag, newest, analysis) for flag in named]
    more = len(largest) - len(named)
    if more:
        parts.append(f"and {formatting.format_count(more, 'more change')}")
    return f"Before that, {'; '.join(parts)}."


def _list_largest(flags: list[Flag]) -> list[Flag]:
    """Return the largest flag of each week, by size; one that only joins others is left out."""
    largest: dict[date, Flag] = {}
    for flag in levels.sort_by_size(flags):
        if not levels.is_compound(flag):
            largest.setdefault(flag.week, flag)
    return list(largest.values())


def _format_earlier(flag: Flag, newest: date, analysis: Analysis) -> str:
    ago = (newest - flag.week).days // 7
    weeks = f"{formatting.spell_number(ago)} weeks ago"
    return f"{weeks}: {lower_first(format_brief_phrase(flag, analysis))}"


def describe_growth(analysis: Analysis) -> str:
    """Return how the usual week grew slowly in twelve weeks; "" where it did not.

    Growth is named where the usual week is 1.5 times that of twelve weeks ago and no single week
    in between was raised as a jump.
    """
    usual = analysis.weeks["load_usual"].to_numpy("float64")
    if len(usual) <= GROWTH_WEEKS:
        return ""
    now, before = usual[-1], usual[-1 - GROWTH_WEEKS]
    if not (before > 0 and now >= GROWTH * before):
        return ""
    since = levels.week_starts(analysis.weeks)[-1 - GROWTH_WEEKS]
    if any(
        flag.rule == WEEK_JUMP and flag.week > since and is_raised(flag)
        for flag in analysis.flags
    ):
        return ""
    then = format_load(analysis, float(before))
    return f"Twelve weeks ago your usual week was {then}, now {format_load(analysis, float(now))}."


def explain_quiet_rise(analysis: Analysis, start: date) -> str:
    """Return why a week over 1.25 times the usual raised nothing, as the end of a sentence."""
    planned = [
        flag
        for flag in analysis.flags
        if flag.week == start and flag.level != "info" and not is_raised(flag)
    ]
    if planned:
        return "for what rose was planned"
    for gap in analysis.unknown:
        if gap.week == start and gap.rule == WEEK_JUMP:
            return f"for it could not be judged: {lower_first(gap.why.text)}"
    table = analysis.weeks
    at = levels.week_starts(table).index(start)
    before = table.iloc[max(at - USUAL_WEEKS, 0) : at]
    most = float(np.nanmax(before["load"].where(before["runs"] > 0), initial=0.0))
    if most > 0:
        return (
            f"for the most of the four weeks before was {format_load(analysis, most)}"
        )
    return f"for {lower_first(BY_ID[WEEK_JUMP].title)} needs more than that"
