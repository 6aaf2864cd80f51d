"""What came before: raised in the eight weeks before, slow growth, why more was no jump."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np

from loadwatch import formatting
from loadwatch.assess.rules import BY_ID, is_raised
from loadwatch.assess.weeks import USUAL_WEEKS
from loadwatch.verdict import levels
from loadwatch.verdict.phrases import (
    format_load,
    format_mention,
    lower_first,
    upper_first,
)

if TYPE_CHECKING:
    from datetime import date

    from loadwatch.analysis import Analysis
    from loadwatch.assess.rules import Flag
    from loadwatch.verdict.levels import JudgedWeek

EARLIER_WEEKS = 8
GROWTH_WEEKS = 12
GROWTH = 1.5  # times the usual week of twelve weeks ago
WEEK_JUMP = "LW02"
ONE_WEEK = timedelta(weeks=1)


def describe_earlier(analysis: Analysis, weeks: tuple[JudgedWeek, ...]) -> str:
    """Return what was raised in the eight weeks before `weeks` as a sentence; "" for nothing.

    Of several weeks the one of the highest level is named, of those the newest.
    """
    if not weeks:
        return ""
    first, newest = weeks[0].start, weeks[-1].start
    since = first - EARLIER_WEEKS * ONE_WEEK
    flags = [
        flag
        for flag in analysis.flags
        if since <= flag.week < first and is_raised(flag)
    ]
    largest = sorted(_list_largest(flags), key=_order_key)
    if not largest:
        return ""
    ago = formatting.spell_number((newest - largest[0].week).days // 7)
    mention = format_mention(largest[0], analysis.settings.units)
    return upper_first(f"{ago} weeks ago: {mention}.")


def _order_key(flag: Flag) -> tuple[int, int]:
    return levels.ORDER.index(flag.level), -flag.week.toordinal()


def _list_largest(flags: list[Flag]) -> list[Flag]:
    """Return the largest flag of each week, by size; one that only joins others is left out."""
    largest: dict[date, Flag] = {}
    for flag in levels.sort_by_size(flags):
        if not levels.is_compound(flag):
            largest.setdefault(flag.week, flag)
    return list(largest.values())


def list_growth(analysis: Analysis) -> tuple[str, ...]:
    """Return how the usual week grew slowly in twelve weeks, the longest wording first.

    Growth is named where the usual week is 1.5 times that of twelve weeks ago and no single week
    in between was raised as a jump. Nothing where it did not grow.
    """
    usual = analysis.weeks["load_usual"].to_numpy("float64")
    if len(usual) <= GROWTH_WEEKS:
        return ()
    now, before = usual[-1], usual[-1 - GROWTH_WEEKS]
    if not (before > 0 and now >= GROWTH * before):
        return ()
    since = levels.week_starts(analysis.weeks)[-1 - GROWTH_WEEKS]
    if any(
        flag.rule == WEEK_JUMP and flag.week > since and is_raised(flag)
        for flag in analysis.flags
    ):
        return ()
    then = f"Twelve weeks ago your usual was {format_load(analysis, float(before))}"
    return f"{then}, now {format_load(analysis, float(now))}.", f"{then}."


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
            return f"for the distance could not be judged: {lower_first(gap.why.text)}"
    return _compare_with_most(analysis, start)


def _compare_with_most(analysis: Analysis, start: date) -> str:
    """Return how a week lies to the most of the four before it, as the end of a sentence."""
    table = analysis.weeks
    at = levels.week_starts(table).index(start)
    before = table.iloc[max(at - USUAL_WEEKS, 0) : at]
    most = float(np.nanmax(before["load"].where(before["runs"] > 0), initial=0.0))
    if not most > 0:
        return f"for {lower_first(BY_ID[WEEK_JUMP].title)} needs more than that"
    load = float(table["load"].iloc[at])
    held_against = f"the most of the four weeks before ({format_load(analysis, most)})"
    amount = format_load(analysis, load)
    if not load > most:
        return f"for {amount} is within {held_against}"
    more = format_load(analysis, load - most)
    return f"for {amount} is only {more} over {held_against}"
