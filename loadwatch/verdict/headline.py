"""The first sentence of a page: on the week of today and the last complete one.

A verdict has the state of a week: what was raised, else the load against the usual one. Where
neither is known it is "unknown" and the sentence gives the reason. A second clause names what was
raised in the eight weeks before.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import pandas as pd

from loadwatch import formatting
from loadwatch.assess.rules import BY_ID, is_raised
from loadwatch.assess.weeks import USUAL_LEAST, USUAL_WEEKS, select_runs
from loadwatch.tables import LEVELS, ON_FOOT_SPORTS, RAISED_LEVELS
from loadwatch.verdict import levels, raised_before
from loadwatch.verdict.event_lines import format_parts, list_events
from loadwatch.verdict.phrases import (
    format_load,
    format_phrase,
    lower_first,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from loadwatch.analysis import Analysis
    from loadwatch.assess.rules import Flag, Unknown
    from loadwatch.verdict.event_lines import Event
    from loadwatch.verdict.levels import JudgedWeek

VerdictState = Literal["high", "watch", "more", "usual", "less", "unknown"]
PROMISE = "A flag is a reason to look and to talk; it does not predict an injury."
NO_PROMISE = (
    "Nothing raised is no clearance: pain that worries you is reason enough to ask."
)
HEADLINE_PARTS = 2  # of an event, in the first sentence
MOST_SPORTS = 3  # named where no run was found
NEAR = 0.1  # of the usual: watches and weeks differ by as much


DIARY_FIRST = "Get help"  # the word where a red flag of the diary comes first


@dataclass(frozen=True, slots=True)
class Verdict:
    """What comes first on the page: the state's word, then `sentence`, then `counts`."""

    state: VerdictState
    sentence: str
    counts: str
    weeks: tuple[JudgedWeek, ...]
    flags: tuple[Flag, ...]  # raised ones, the largest first
    notes: tuple[Flag, ...]  # of level info, or planned
    events: tuple[Event, ...]  # of flags and notes, the largest first
    unjudged: tuple[Unknown, ...]  # one per rule, of the newest week
    word: str  # of the state; another where a red flag of the diary comes first


def build_verdict(analysis: Analysis) -> Verdict:
    """Return what the week of today and the last complete week amount to."""
    weeks = levels.judge_weeks(analysis, 2)
    flags = levels.sort_by_size(flag for week in weeks for flag in week.flags)
    raised = tuple(flag for flag in flags if is_raised(flag))
    events = list_events(flags)
    unjudged = _list_unjudged(analysis, weeks)
    state = _find_state(weeks)
    word = LEVELS[state].word
    if has_red_flag(analysis):
        state, word = "high", DIARY_FIRST
    return Verdict(
        state=state,
        sentence=_build_sentence(analysis, state, weeks, events),
        counts=_format_counts(analysis, state, raised, weeks, unjudged),
        weeks=weeks,
        flags=raised,
        notes=tuple(flag for flag in flags if not is_raised(flag)),
        unjudged=unjudged,
        events=events,
        word=word,
    )


def _build_sentence(
    analysis: Analysis,
    state: VerdictState,
    weeks: tuple[JudgedWeek, ...],
    events: tuple[Event, ...],
) -> str:
    """Return the first sentence, and what was raised before, which a red flag goes without."""
    if analysis.diary is not None and analysis.diary.red_flags:
        return f"{lower_first(analysis.diary.says)}."
    if state == "unknown":
        sentence = _explain_unknown(analysis, weeks)
    elif state in RAISED_LEVELS:
        sentence = _format_raised(analysis, weeks, events)
    else:
        sentence = _format_quiet(analysis, weeks)
    return _add_history(sentence, analysis, weeks)


def _add_history(
    sentence: str, analysis: Analysis, weeks: tuple[JudgedWeek, ...]
) -> str:
    """Return the sentence, what was raised in the weeks before, and slow growth."""
    earlier = raised_before.describe_earlier(analysis, weeks)
    growth = raised_before.describe_growth(analysis)
    return " ".join(part for part in (sentence, earlier, growth) if part)


def has_red_flag(analysis: Analysis) -> bool:
    """Return whether a red flag is ticked in the runner's diary."""
    return analysis.diary is not None and bool(analysis.diary.red_flags)


def _find_state(weeks: tuple[JudgedWeek, ...]) -> VerdictState:
    """Return the higher state of what was raised, else that of the last complete week."""
    found = {week.state for week in weeks}
    if "high" in found:
        return "high"
    if "watch" in found:
        return "watch"
    for week in reversed(weeks):
        if week.state != "so_far" and week.complete:
            return week.state
    return "unknown"


def _format_counts(
    analysis: Analysis,
    state: VerdictState,
    flags: tuple[Flag, ...],
    weeks: tuple[JudgedWeek, ...],
    unjudged: tuple[Unknown, ...],
) -> str:
    """Return how many checks were raised in which weeks, or how many could not be judged."""
    if not weeks:
        return NO_PROMISE
    if flags:
        checks = formatting.format_count(len({flag.rule for flag in flags}), "check")
        raised_in = _format_weeks(sorted({flag.week for flag in flags}))
        return f"{checks} raised {raised_in}. {PROMISE}"
    days = [week.start for week in weeks]
    if state == "unknown" or not levels.find_judged_weeks(analysis, days):
        return _format_unjudged(weeks, unjudged)
    return f"No check raised {_format_weeks(days)}. {NO_PROMISE}"


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
    analysis: Analysis, weeks: tuple[JudgedWeek, ...], events: tuple[Event, ...]
) -> str:
    """Return the largest event with its parts, and the next one."""
    raised = [event for event in events if event.is_raised]
    first, *others = raised
    phrase = format_phrase(first.lead, analysis)
    sentence = f"{_name_week(first.lead, weeks)}, {phrase}"
    if parts := format_parts(first, analysis, HEADLINE_PARTS):
        sentence = f"{sentence}; {parts}"
    for other in others:
        if levels.is_compound(other.lead) or other.lead.rule == first.lead.rule:
            continue
        phrase = format_phrase(other.lead, analysis)
        if other.week != first.week:
            phrase = f"{_name_week(other.lead, weeks)}, {phrase}"
        return f"{sentence}, and {phrase}."
    return f"{sentence}."


def _name_week(flag: Flag, weeks: tuple[JudgedWeek, ...]) -> str:
    if len(weeks) > 1 and flag.week != weeks[-1].start:
        return "last week"
    return "this week"


def _format_quiet(analysis: Analysis, weeks: tuple[JudgedWeek, ...]) -> str:
    """Return the load of both weeks beside the usual one; no word of safety."""
    loads = [_format_week_load(analysis, week, weeks) for week in weeks]
    sentence = "; ".join(loads)
    complete = [week for week in weeks if week.complete]
    if complete and complete[-1].state == "more":
        why = raised_before.explain_quiet_rise(analysis, complete[-1].start)
        sentence = f"{sentence}; no check was raised, {why}"
    return f"{sentence}."


def _format_week_load(
    analysis: Analysis, week: JudgedWeek, weeks: tuple[JudgedWeek, ...]
) -> str:
    load = levels.read_cell(analysis.weeks, week.start, "load")
    usual = levels.read_cell(analysis.weeks, week.start, "load_usual")
    amount = format_load(analysis, load)
    if not week.runs:
        amount = "no run"
    if not week.complete:
        return f"{amount} this week so far"
    when = "this week" if week is weeks[-1] else "last week"
    if not week.runs and usual > 0:
        return f"{amount} {when}; your usual is {format_load(analysis, usual)}"
    if usual > 0 and load >= 0:
        return f"{amount} {when}, {_compare_with_usual(analysis, load, usual)}"
    return f"{amount} {when}"


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
        last = formatting.format_day(_run_days(analysis).max())
        return f"no runs since {last}{_format_last_usual(analysis)}."
    if with_runs <= USUAL_LEAST:
        return _welcome_beginner(analysis, with_runs)
    counted = f"{formatting.format_count(with_runs, 'week')} with runs so far"
    recent = _count_recent_weeks(analysis, weeks)
    if recent < USUAL_LEAST:
        some = "none"
        if recent:
            some = f"only {formatting.spell_number(recent)}"
        return (
            f"{counted}, but {some} of the four before this one; a week is held "
            f"against three of them{_format_last_usual(analysis)}."
        )
    return _explain_last_weeks(analysis, weeks, counted)


def _welcome_beginner(analysis: Analysis, with_runs: int) -> str:
    """Return one kind line for the first weeks: what was run, and when comparing begins."""
    total = format_load(analysis, float(analysis.weeks["load"].sum()))
    weeks = "first week"
    if with_runs > 1:
        weeks = f"first {formatting.spell_number(with_runs)} weeks"
    return (
        f"your {weeks} with runs, {total} in all. Each week is compared with your "
        "own usual one as soon as three weeks with runs come before it."
    )


def _format_last_usual(analysis: Analysis) -> str:
    """Return the last usual week that is known, as the end of a sentence; "" without one."""
    known = analysis.weeks["load_usual"].dropna()
    if known.empty:
        return ""
    return f"; your usual week was {format_load(analysis, float(known.iloc[-1]))}"


def _explain_last_weeks(
    analysis: Analysis, weeks: tuple[JudgedWeek, ...], counted: str
) -> str:
    """Return why the last weeks could not be judged although enough runs came before them."""
    if weeks[0].complete and not weeks[0].runs:
        day = formatting.format_day_month(weeks[0].start)
        return f"no run in the week of {day}, and this week is not over yet."
    for gap in _list_unjudged(analysis, weeks):
        if BY_ID[gap.rule].judges_load and gap.why.text:
            return f"{counted}; {lower_first(gap.why.text)}."
    return f"{counted}; too little is known of them to compare with."


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
    option = ",".join(
        sport for sport, _ in counts if sport in ON_FOOT_SPORTS or len(counts) == 1
    )
    hint = ""
    if option:
        hint = f"; with --sports {option} those are summed"
    return (
        f"no run was found in what was read; it holds {found}, and what is looked for "
        f"is {wanted}{hint}."
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
    """Return the flags of the verdict, notes too; what was planned is not among them."""
    verdict = build_verdict(analysis)
    notes = [flag for flag in verdict.notes if not flag.planned]
    return (*verdict.flags, *notes)


def last_activity_day(analysis: Analysis) -> date | None:
    """Return the local day of the last activity whose day is known, of any sport."""
    local = analysis.activities["start_local"]
    last = local[local < pd.Timestamp(analysis.today) + pd.Timedelta(days=1)].max()
    return None if pd.isna(last) else pd.Timestamp(last).date()


def last_run_day(analysis: Analysis) -> date | None:
    """Return the local day of the last run up to today, None without one."""
    last = _run_days(analysis).max()
    return None if pd.isna(last) else pd.Timestamp(last).date()
