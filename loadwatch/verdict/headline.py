"""The first sentence of a page: on the week of today and the last complete one.

A verdict is one of four states. "Steady" means only that nothing was raised among what could be
judged; where nothing could be judged the state is "unknown" and the sentence gives the reason.
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

VerdictState = Literal["high", "watch", "steady", "unknown"]
PROMISE = "A flag is a reason to look and to talk; it does not predict an injury."
NO_PROMISE = (
    "Nothing raised is no clearance: pain that worries you is reason enough to ask."
)
MOST_SPORTS = 3  # named where no run was found
NEAR = 0.1  # of the usual: watches and weeks differ by as much


@dataclass(frozen=True, slots=True)
class Verdict:
    """What comes first on the page: the state's word, then `sentence`, then `counts`."""

    state: VerdictState
    sentence: str
    counts: str
    weeks: tuple[JudgedWeek, ...]
    flags: tuple[Flag, ...]  # raised ones, the largest first
    notes: tuple[Flag, ...]  # of level info
    unjudged: tuple[Unknown, ...]  # one per rule, of the newest week


def build_verdict(analysis: Analysis) -> Verdict:
    """Return what the week of today and the last complete week amount to."""
    weeks = levels.judge_weeks(analysis, 2)
    flags = levels.sort_by_size(flag for week in weeks for flag in week.flags)
    raised = tuple(flag for flag in flags if is_raised(flag))
    unjudged = _list_unjudged(analysis, weeks)
    state: VerdictState = "high" if has_red_flag(analysis) else _find_state(weeks)
    if state == "unknown":
        sentence = _explain_unknown(analysis, weeks)
    elif state == "steady":
        sentence = _format_steady(analysis, weeks)
    else:
        sentence = _format_raised(analysis, weeks, raised)
    return Verdict(
        state=state,
        sentence=sentence,
        counts=_format_counts(state, raised, weeks, unjudged),
        weeks=weeks,
        flags=raised,
        notes=tuple(flag for flag in flags if not is_raised(flag)),
        unjudged=unjudged,
    )


def has_red_flag(analysis: Analysis) -> bool:
    """Return whether a red flag is ticked in the runner's diary."""
    return analysis.diary is not None and bool(analysis.diary.red_flags)


def _find_state(weeks: tuple[JudgedWeek, ...]) -> VerdictState:
    found = {week.level for week in weeks}
    for state in ("high", "watch", "steady"):
        if state in found:
            return state
    return "unknown"


def _format_counts(
    state: VerdictState,
    flags: tuple[Flag, ...],
    weeks: tuple[JudgedWeek, ...],
    unjudged: tuple[Unknown, ...],
) -> str:
    """Return how many checks were raised in which weeks, or could not be judged."""
    if not weeks:
        return NO_PROMISE
    if flags:
        checks = formatting.format_count(len({flag.rule for flag in flags}), "check")
        raised_in = _format_weeks(sorted({flag.week for flag in flags}))
        return f"{checks} raised {raised_in}. {PROMISE}"
    if state == "unknown":
        return _format_unjudged(weeks, unjudged)
    return f"No check raised {_format_weeks([w.start for w in weeks])}. {NO_PROMISE}"


def _format_unjudged(
    weeks: tuple[JudgedWeek, ...], unjudged: tuple[Unknown, ...]
) -> str:
    empty = [week.start for week in weeks if week.complete and not week.runs]
    if empty:
        return (
            f"Nothing could be judged {_format_weeks(empty)}, which held no run: "
            "that says nothing of how it went."
        )
    checks = "No check was judged"
    if unjudged:
        count = formatting.format_count(len(unjudged), "check")
        checks = f"{count} could not be judged"
    when = _format_weeks([week.start for week in weeks])
    return f"{checks} {when}: that nothing is raised says nothing."


def _format_weeks(days: Sequence[date]) -> str:
    listed = formatting.join_with_and([formatting.format_day_month(d) for d in days])
    return f"in the week{'s' if len(days) > 1 else ''} of {listed}"


def _format_raised(
    analysis: Analysis, weeks: tuple[JudgedWeek, ...], flags: tuple[Flag, ...]
) -> str:
    """Return the largest change and the largest of another topic; before both a red flag."""
    if analysis.diary is not None and analysis.diary.red_flags:
        return f"{lower_first(analysis.diary.says)}."
    single = [flag for flag in flags if not levels.is_compound(flag)]
    first = single[0] if single else flags[0]
    sentence = f"{_name_week(first, weeks)}, {format_phrase(first, analysis)}"
    for other in single:
        if flag_topic(other) != flag_topic(first):
            phrase = format_phrase(other, analysis)
            if other.week != first.week:
                phrase = f"{_name_week(other, weeks)}, {phrase}"
            return f"{sentence}, and {phrase}."
    return f"{sentence}."


def _name_week(flag: Flag, weeks: tuple[JudgedWeek, ...]) -> str:
    week = next(week for week in weeks if week.start == flag.week)
    if week.complete and len(weeks) > 1:
        return "last week"
    return "this week"


def _format_steady(analysis: Analysis, weeks: tuple[JudgedWeek, ...]) -> str:
    """Return the load of both weeks beside the usual one; no word of safety."""
    loads = [_format_week_load(analysis, week) for week in weeks]
    return f"nothing rose enough to raise a check: {'; '.join(loads)}."


def _format_week_load(analysis: Analysis, week: JudgedWeek) -> str:
    load = levels.read_cell(analysis.weeks, week.start, "load")
    usual = levels.read_cell(analysis.weeks, week.start, "load_usual")
    amount = format_load(analysis, load)
    if not week.complete:
        return f"{amount} this week so far"
    if usual > 0 and load >= 0:
        return f"{amount} last week, {_compare_with_usual(analysis, load, usual)}"
    return f"{amount} last week"


def _compare_with_usual(analysis: Analysis, load: float, usual: float) -> str:
    """Return how a week's load compares with the usual: in per cent where it is far from it."""
    change = load / usual - 1
    place = "close to"
    if abs(change) > NEAR:
        side = "below" if change < 0 else "above"
        place = f"{formatting.format_percent(abs(change))} {side}"
    return f"{place} your usual {format_load(analysis, usual)}"


def _explain_unknown(analysis: Analysis, weeks: tuple[JudgedWeek, ...]) -> str:
    """Return why nothing can be concluded: no run at all, none lately, or too little history."""
    with_runs = 0
    if len(analysis.weeks):
        with_runs = int((analysis.weeks["runs"] > 0).sum())
    if not with_runs:
        return _explain_no_run(analysis)
    if not any(week.runs for week in weeks):
        return f"no runs since {formatting.format_day(_run_days(analysis).max())}."
    history = f"{formatting.format_count(with_runs, 'week')} with runs so far"
    if with_runs <= USUAL_LEAST:
        return f"{history}; a week is held against three weeks with runs before it."
    recent = _count_recent_weeks(analysis, weeks)
    if recent < USUAL_LEAST:
        some = f"only {formatting.spell_number(recent)}" if recent else "none"
        return (
            f"{history}, but {some} of the four before this one; a week is held "
            "against three of them."
        )
    return _explain_last_weeks(analysis, weeks, history)


def _explain_last_weeks(
    analysis: Analysis, weeks: tuple[JudgedWeek, ...], history: str
) -> str:
    """Return why the last weeks could not be judged although enough runs came before them."""
    if weeks[0].complete and not weeks[0].runs:
        day = formatting.format_day_month(weeks[0].start)
        return f"no run in the week of {day}, and this week is not over yet."
    for gap in _list_unjudged(analysis, weeks):
        if BY_ID[gap.rule].judges_load and gap.why.text:
            return f"{history}; {lower_first(gap.why.text)}."
    return f"{history}; too little is known of them to compare with."


def _run_days(analysis: Analysis) -> pd.Series[pd.Timestamp]:
    """Return the local days of the runs up to today, those that are summed."""
    days = select_runs(analysis.activities, analysis.settings)["start_local"]
    return days[days < pd.Timestamp(analysis.today) + pd.Timedelta(days=1)]


def _explain_no_run(analysis: Analysis) -> str:
    """Return why there is no run: none up to today, or none of the sports in the settings."""
    first = select_runs(analysis.activities, analysis.settings)["start_local"].min()
    if not pd.isna(first):
        today = formatting.format_day(analysis.today)
        return f"no run up to {today}; the first is of {formatting.format_day(first)}."
    counts = Counter(analysis.activities["sport"].tolist()).most_common(MOST_SPORTS)
    if not counts:
        return "no run was found in what was read."
    found = formatting.join_with_and(
        [
            f"{formatting.format_number(count)} of {sport.replace('_', ' ')}"
            for sport, count in counts
        ]
    )
    wanted = formatting.join_with_and(
        [formatting.clean_text(sport, 40) for sport in analysis.settings.sports]
    )
    return (
        f"no run was found in what was read; it holds {found}, and what is looked "
        f"for is {wanted}."
    )


def _count_recent_weeks(analysis: Analysis, weeks: tuple[JudgedWeek, ...]) -> int:
    """Return how many of the four weeks before the newest one have a run."""
    newest = levels.week_starts(analysis.weeks).index(weeks[-1].start)
    runs = analysis.weeks["runs"].iloc[max(newest - USUAL_WEEKS, 0) : newest]
    return int((runs > 0).sum())


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
    """Return the flags, notes too, of the week of today and the last complete one."""
    verdict = build_verdict(analysis)
    return (*verdict.flags, *verdict.notes)


def last_activity_day(analysis: Analysis) -> date | None:
    """Return the local day of the last activity whose day is known, of any sport."""
    local = analysis.activities["start_local"]
    last = local[local < pd.Timestamp(analysis.today) + pd.Timedelta(days=1)].max()
    return None if pd.isna(last) else pd.Timestamp(last).date()
