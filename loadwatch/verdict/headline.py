"""The one sentence seen first: on the week of today and the last complete one.

A verdict is one of four states. "Steady" says only that nothing was raised among what could be
judged; where nothing could be judged the state is "unknown" and says why.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import pandas as pd

from loadwatch import formatting
from loadwatch.assess.rules import BY_ID, is_raised
from loadwatch.assess.weeks import USUAL_LEAST, USUAL_WEEKS, select_runs
from loadwatch.verdict import levels
from loadwatch.verdict.phrases import (
    flag_topic,
    format_load,
    format_phrase,
    lower_first,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from loadwatch.analysis import Analysis
    from loadwatch.assess.rules import Flag, Unknown
    from loadwatch.verdict.levels import JudgedWeek

State = Literal["high", "watch", "steady", "unknown"]
PROMISE = "A flag is a reason to look and to talk; it does not predict an injury."
NO_PROMISE = (
    "Nothing raised is no clearance: pain that worries you is reason enough to ask."
)
MOST_SPORTS = 3  # named where no run was found
NEAR = 0.1  # of the usual: watches and weeks differ by as much


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the page says first: `sentence` goes on from the state's word, `below` stands under it."""

    state: State
    sentence: str
    counts: str
    weeks: tuple[JudgedWeek, ...]
    flags: tuple[Flag, ...]  # raised ones, the largest first
    notes: tuple[Flag, ...]  # of level info
    unjudged: tuple[Unknown, ...]  # one a rule, of the newest week


def build_verdict(analysis: Analysis) -> Verdict:
    """Return what the week of today and the last complete week amount to."""
    weeks = levels.judge_weeks(analysis, 2)
    flags = levels.sort_by_size(flag for week in weeks for flag in week.flags)
    up = tuple(flag for flag in flags if is_raised(flag))
    ticked = analysis.diary is not None and bool(analysis.diary.red_flags)
    state: State = "high" if ticked else _find_state(weeks)
    sentence = {
        "high": _format_raised,
        "watch": _format_raised,
        "steady": _format_steady,
        "unknown": _explain_unknown,
    }[state](analysis, weeks, up)
    unjudged = _list_unjudged(analysis, weeks)
    return Verdict(
        state,
        sentence,
        _format_counts(state, up, weeks, unjudged),
        weeks,
        up,
        tuple(flag for flag in flags if not is_raised(flag)),
        unjudged,
    )


def _find_state(weeks: tuple[JudgedWeek, ...]) -> State:
    found = {week.level for week in weeks}
    for state in ("high", "watch", "steady"):
        if state in found:
            return state
    return "unknown"


def _format_counts(
    state: State,
    flags: tuple[Flag, ...],
    weeks: tuple[JudgedWeek, ...],
    open_rules: tuple[Unknown, ...],
) -> str:
    """Return how many checks were raised in which weeks, or how many could be, and what that does not say."""
    if not weeks:
        return NO_PROMISE
    if flags:
        checks = len({flag.rule for flag in flags})
        return f"{formatting.format_count(checks, 'check')} raised {_format_weeks(sorted({f.week for f in flags}))}. {PROMISE}"
    if state == "unknown":
        empty = [week.start for week in weeks if week.complete and not week.runs]
        if empty:
            return f"Nothing could be judged {_format_weeks(empty)}, which held no run: that says nothing of how it went."
        several = (
            f"{formatting.format_count(len(open_rules), 'check')} could not be judged"
        )
        told = several if open_rules else "No check was judged"
        return f"{told} {_format_weeks([week.start for week in weeks])}: that nothing is raised says nothing."
    return (
        f"No check raised {_format_weeks([week.start for week in weeks])}. {NO_PROMISE}"
    )


def _format_weeks(days: Sequence[date]) -> str:
    listed = formatting.join_with_and(
        [formatting.format_day_month(day) for day in days]
    )
    return f"in the week{'s' if len(days) > 1 else ''} of {listed}"


def _format_raised(
    analysis: Analysis, weeks: tuple[JudgedWeek, ...], flags: tuple[Flag, ...]
) -> str:
    """Return the largest change and the largest of another kind; a red flag of the diary before both."""
    if analysis.diary is not None and analysis.diary.red_flags:
        return f"{lower_first(analysis.diary.says)}."
    first = next((flag for flag in flags if not levels.is_compound(flag)), flags[0])
    other = next(
        (
            f
            for f in flags
            if flag_topic(f) != flag_topic(first) and not levels.is_compound(f)
        ),
        None,
    )
    told = [
        format_phrase(flag, analysis) for flag in (first, other) if flag is not None
    ]
    lead = _name_week(first, weeks)
    if other is not None and other.week != first.week:
        told[1] = f"{_name_week(other, weeks)}, {told[1]}"
    return f"{lead}, {', and '.join(told)}."


def _name_week(flag: Flag, weeks: tuple[JudgedWeek, ...]) -> str:
    week = next(week for week in weeks if week.start == flag.week)
    return "last week" if week.complete and len(weeks) > 1 else "this week"


def _format_steady(
    analysis: Analysis, weeks: tuple[JudgedWeek, ...], _flags: tuple[Flag, ...]
) -> str:
    """Return the load of both weeks beside the usual one; no word of safety."""
    told = []
    for week in weeks:
        held, usual = (
            levels.read_cell(analysis.weeks, week.start, column)
            for column in ("load", "load_usual")
        )
        amount = format_load(analysis, held)
        beside = (
            f", {_compare_with_usual(analysis, held, usual)}"
            if week.complete and usual > 0 and held >= 0
            else ""
        )
        told.append(
            f"{amount} last week{beside}"
            if week.complete
            else f"{amount} this week so far"
        )
    return f"nothing rose enough to raise a check: {'; '.join(told)}."


def _compare_with_usual(analysis: Analysis, held: float, usual: float) -> str:
    """Return how a week's load stands to the usual one: a number only where it is far from it."""
    apart = held / usual - 1
    side = "below" if apart < 0 else "above"
    place = (
        "close to"
        if abs(apart) <= NEAR
        else f"{formatting.format_percent(abs(apart))} {side}"
    )
    return f"{place} your usual {format_load(analysis, usual)}"


def _explain_unknown(
    analysis: Analysis, weeks: tuple[JudgedWeek, ...], _flags: tuple[Flag, ...]
) -> str:
    """Return why nothing can be said: no run at all, none lately, or too little history."""
    held = analysis.weeks["runs"] if len(analysis.weeks) else pd.Series(dtype="int64")
    if not int(held.sum()):
        return _explain_no_run(analysis)
    if not any(week.runs for week in weeks):
        return f"no runs since {formatting.format_day(_run_days(analysis).max())}."
    gaps = _list_unjudged(analysis, weeks)
    count = int((held > 0).sum())
    history = f"{formatting.format_count(count, 'week')} with runs so far"
    if count <= USUAL_LEAST:
        return f"{history}; a week is held against three weeks with runs before it."
    if (lately := _count_recent_weeks(analysis, weeks)) < USUAL_LEAST:
        some = f"only {formatting.spell_number(lately)}" if lately else "none"
        return f"{history}, but {some} of the four before this one; a week is held against three of them."
    if weeks[0].complete and not weeks[0].runs:
        return f"no run in the week of {formatting.format_day_month(weeks[0].start)}, and this week is not over yet."
    why = next((gap.why.text for gap in gaps if BY_ID[gap.rule].judges_load), "")
    return (
        f"{history}; {lower_first(why)}."
        if why
        else f"{history}; too little is known of them to compare with."
    )


def _run_days(analysis: Analysis) -> pd.Series[pd.Timestamp]:
    """Return the local days of the runs up to today, those that are summed."""
    days = select_runs(analysis.activities, analysis.settings)["start_local"]
    return days[days < pd.Timestamp(analysis.today) + pd.Timedelta(days=1)]


def _explain_no_run(analysis: Analysis) -> str:
    """Return why there is no run: none up to today, or none of the sports set, which may be misspelt."""
    later = select_runs(analysis.activities, analysis.settings)["start_local"].min()
    if not pd.isna(later):
        return f"no run up to {formatting.format_day(analysis.today)}; the first is of {formatting.format_day(later)}."
    found = Counter(analysis.activities["sport"].tolist()).most_common(MOST_SPORTS)
    if not found:
        return "no run was found in what was read."
    told = formatting.join_with_and(
        [
            f"{formatting.format_number(n)} of {sport.replace('_', ' ')}"
            for sport, n in found
        ]
    )
    looked = formatting.join_with_and(
        [formatting.clean_text(sport, 40) for sport in analysis.settings.sports]
    )
    return f"no run was found in what was read; it holds {told}, and what is looked for is {looked}."


def _count_recent_weeks(analysis: Analysis, weeks: tuple[JudgedWeek, ...]) -> int:
    """Return how many of the four weeks before the newest one have a run."""
    newest = levels.week_starts(analysis.weeks).index(weeks[-1].start)
    return int(
        (analysis.weeks["runs"].iloc[max(newest - USUAL_WEEKS, 0) : newest] > 0).sum()
    )


def _list_unjudged(
    analysis: Analysis, weeks: tuple[JudgedWeek, ...]
) -> tuple[Unknown, ...]:
    days = [week.start for week in weeks]
    gaps = sorted(
        (gap for gap in analysis.unknown if gap.week in days),
        key=lambda gap: (gap.rule, gap.week),
    )
    return tuple({gap.rule: gap for gap in gaps}.values())


def list_current_flags(analysis: Analysis) -> tuple[Flag, ...]:
    """Return the flags of the week of today and the last complete one, info too: for `--fail-on`."""
    found = build_verdict(analysis)
    return (*found.flags, *found.notes)


def last_activity_day(analysis: Analysis) -> date | None:
    """Return the local day of the last activity whose day is known, of any sport."""
    local = analysis.activities["start_local"]
    last = local[local < pd.Timestamp(analysis.today) + pd.Timedelta(days=1)].max()
    return None if pd.isna(last) else pd.Timestamp(last).date()
