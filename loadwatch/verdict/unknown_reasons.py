"""Why nothing can be concluded of the last weeks, in one clause of a few words."""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING

import pandas as pd

from loadwatch import formatting
from loadwatch.assess.weeks import MIN_USUAL_WEEKS, USUAL_WEEKS, mark_runs
from loadwatch.tables import LOAD_METHODS, ON_FOOT_SPORTS
from loadwatch.verdict import levels
from loadwatch.verdict.phrases import format_load

if TYPE_CHECKING:
    from datetime import date

    from loadwatch.analysis import Analysis
    from loadwatch.verdict.levels import JudgedWeek

MAX_SPORTS = 2  # named where no run was found
SAME_YEAR_DAYS = 270  # a day nearer than that needs no year


def count_running_weeks(analysis: Analysis) -> int:
    """Return how many weeks up to today hold a run."""
    if not len(analysis.weeks):
        return 0
    return int((analysis.weeks["runs"] > 0).sum())


def is_beginner(analysis: Analysis, weeks: tuple[JudgedWeek, ...]) -> bool:
    """Return whether so few weeks hold a run, the last ones among them, that none is usual yet."""
    running = count_running_weeks(analysis)
    return 0 < running <= MIN_USUAL_WEEKS and any(week.runs for week in weeks)


def list_unknown_reasons(
    analysis: Analysis, weeks: tuple[JudgedWeek, ...]
) -> tuple[str, ...]:
    """Return why nothing can be concluded, the longest wording first.

    No run at all, none lately, or too little history to compare with.
    """
    if not count_running_weeks(analysis):
        return _explain_no_run(analysis)
    if not any(week.runs for week in weeks):
        since = _format_day(_run_days(analysis).max().date(), analysis.today)
        reason = f"no runs since {since}"
        return _add_last_usual(analysis, reason, f"{reason}, usually")
    return _explain_last_weeks(analysis, weeks)


def welcome_beginner(
    analysis: Analysis, weeks: tuple[JudgedWeek, ...]
) -> tuple[str, ...]:
    """Return one kind line for the first weeks: what was run, and when comparing begins."""
    loads = analysis.weeks["load"][analysis.weeks["runs"] > 0].tolist()
    noun = "weeks" if len(loads) > 1 else "week"
    so_far = f"{formatting.spell_number(len(loads))} {noun} so far"
    begins = _find_first_compared(analysis, weeks)
    listed = f"{so_far}: {_list_loads(analysis, loads)}."
    if any(map(math.isnan, loads)):
        listed = f"{so_far}."
    return (
        f"{listed} From {begins} loadwatch can compare.",
        f"{listed} loadwatch compares from {begins}.",
        f"{so_far}. From {begins} loadwatch can compare.",
        f"{so_far}.",
    )


def _list_loads(analysis: Analysis, loads: list[float]) -> str:
    """Return loads with their unit once: "3, 8, 9 km"."""
    *others, last = (format_load(analysis, load) for load in loads)
    unit = last.partition(" ")[2]
    return ", ".join([*(text.removesuffix(f" {unit}") for text in others), last])


def _find_first_compared(analysis: Analysis, weeks: tuple[JudgedWeek, ...]) -> str:
    """Return the first week that has a usual one, if each week from now on holds a run."""
    newest = weeks[-1]
    held = (analysis.weeks["runs"] > 0).tolist()
    number = len(held) - 1
    if newest.complete:
        number += 1
    held += [True] * USUAL_WEEKS * 2
    while sum(held[max(number - USUAL_WEEKS, 0) : number]) < MIN_USUAL_WEEKS:
        number += 1
    ahead = number - (len(analysis.weeks) - 1)
    if not ahead:
        return "this week"
    first = newest.start + pd.Timedelta(weeks=ahead)
    return f"the week of {formatting.format_day_month(first)}"


def _format_day(day: date, today: date) -> str:
    """Return a day, with its year where it is long ago."""
    if (today - day).days < SAME_YEAR_DAYS:
        return formatting.format_day_month(day)
    return formatting.format_short_day(day)


def _add_last_usual(analysis: Analysis, reason: str, short: str) -> tuple[str, ...]:
    """Return a reason with the last usual week that is known, the longest wording first.

    `short` is how the reason goes on with a usual week.
    """
    known = analysis.weeks["load_usual"].dropna()
    if known.empty:
        return (f"{reason}.",)
    usual = format_load(analysis, float(known.iloc[-1]))
    return f"{reason}; your last usual was {usual}.", f"{short} {usual}."


def _explain_last_weeks(
    analysis: Analysis, weeks: tuple[JudgedWeek, ...]
) -> tuple[str, ...]:
    """Return what was run in the newest week with a run, and that nothing is usual yet."""
    newest = [week for week in weeks if week.runs][-1]
    run = levels.format_week_load(analysis, newest, weeks)
    if not levels.read_cell(analysis.weeks, newest.start, "load") >= 0:
        method = LOAD_METHODS[analysis.settings.load]
        return (f"too little is known of the {method.title} of these weeks.",)
    if newest is weeks[-1] and weeks[0].complete and not weeks[0].runs:
        nothing = "no run last week"
        if weeks[0].reason == levels.NO_FILE:
            nothing = "no file last week"
        return _add_last_usual(analysis, f"{nothing}, {run}", f"{nothing}, usually")
    return _add_last_usual(analysis, f"{run}, no usual week yet", f"{run}, last usual")


def _run_days(analysis: Analysis) -> pd.Series[pd.Timestamp]:
    """Return the local days of the runs up to today, those that are summed."""
    is_run = mark_runs(analysis.activities, analysis.settings)
    days = analysis.activities["start_local"][is_run]
    return days[days < pd.Timestamp(analysis.today) + pd.Timedelta(days=1)]


def last_run_day(analysis: Analysis) -> date | None:
    """Return the local day of the last run up to today, None without one."""
    last = _run_days(analysis).max()
    return None if pd.isna(last) else pd.Timestamp(last).date()


def _explain_unread(analysis: Analysis) -> str:
    """Return why no activity was read: the reason of the first file that could not be."""
    unread = [item for item in analysis.skipped if item.kind != "ignored"]
    if not unread:
        return "no run was found in what was read."
    reason = formatting.clean_text(unread[0].why, 120)
    if len(unread) == 1:
        return f"nothing could be read: {reason}."
    count = formatting.format_number(len(unread))
    return f"none of {count} files could be read; the first: {reason}."


def _explain_no_run(analysis: Analysis) -> tuple[str, ...]:
    """Return why there is no run: none up to today, or none of the sports in the settings."""
    is_run = mark_runs(analysis.activities, analysis.settings)
    first = analysis.activities["start_local"][is_run].min()
    if not pd.isna(first):
        today = formatting.format_day(analysis.today)
        begins = formatting.format_day(first)
        return f"no run up to {today}; the first is of {begins}.", "no run yet."
    sports = Counter(analysis.activities["sport"].tolist()).most_common()
    if not sports:
        return (_explain_unread(analysis),)
    names = [formatting.clean_text(sport, 40) for sport in analysis.settings.sports]
    wanted = formatting.join_with_and(names)
    found = formatting.join_with_and(
        [
            f"{formatting.format_number(count)} of {sport.replace('_', ' ')}"
            for sport, count in sports[:MAX_SPORTS]
        ]
    )
    reason = f"no {wanted} found, but {found}"
    option = ",".join(
        sport for sport, _ in sports if sport in ON_FOOT_SPORTS or len(sports) == 1
    )
    if option:
        reason = f"{reason}; --sports {option} sums those"
    return f"{reason}.", f"no {wanted} found."
