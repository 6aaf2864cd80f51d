"""The first sentence of a page: on the week of today and the last complete one.

A verdict has the state of a week: what was raised, else the load against the usual one. Where
neither is known it is "unknown" and the sentence gives the reason. A second clause names what was
raised in the eight weeks before. All of it has 18 words at most, for it is read at a glance; the
events below it have the rest.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Literal

import pandas as pd

from loadwatch import formatting
from loadwatch.assess.diary.sentences import format_latest
from loadwatch.assess.rules import is_raised
from loadwatch.tables import LEVELS, RAISED_LEVELS
from loadwatch.verdict import levels, raised_before, unknown_reasons
from loadwatch.verdict.event_lines import list_events
from loadwatch.verdict.phrases import (
    MAX_WORDS,
    Timing,
    count_words,
    fit_clauses,
    format_load,
    format_mention,
    list_phrases,
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
    "Nothing raised does not mean that all is well: pain that worries you is reason "
    "enough to ask."
)
BEGINNING = (
    "Until then nothing is compared: pain that worries you is reason enough to ask."
)
# the word of a state where something else comes first
RED_FLAG_WORDS = {"today": "Get help today", "soon": "See someone soon"}
WELCOME = "Welcome"


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
    if has_red_flag(analysis):
        state = "high"
    is_beginner = unknown_reasons.is_beginner(analysis, weeks)
    word = _find_word(analysis, state, is_beginner=is_beginner)
    most = MAX_WORDS - count_words(word)
    sentence = _build_sentence(analysis, state, weeks, events, most)
    counts = _format_counts(analysis, state, raised, weeks, unjudged)
    return Verdict(
        state=state,
        sentence=sentence,
        counts=_add_growth(counts, sentence, analysis, weeks),
        weeks=weeks,
        flags=raised,
        notes=tuple(flag for flag in flags if not is_raised(flag)),
        unjudged=() if is_beginner else unjudged,
        events=events,
        word=word,
    )


def _find_word(analysis: Analysis, state: VerdictState, *, is_beginner: bool) -> str:
    """Return the word before the sentence: that of the state, or of what comes before it."""
    if analysis.diary is not None and analysis.diary.red_flags:
        return RED_FLAG_WORDS[analysis.diary.red_flags[0].urgency]
    if is_beginner and state == "unknown":
        return WELCOME
    return LEVELS[state].word


def _build_sentence(
    analysis: Analysis,
    state: VerdictState,
    weeks: tuple[JudgedWeek, ...],
    events: tuple[Event, ...],
    most: int,
) -> str:
    """Return the first sentence in `most` words: what changed, then what was raised before."""
    if analysis.diary is not None and analysis.diary.red_flags:
        sign = analysis.diary.red_flags[0].says
        short = sign.partition(",")[0]  # the whole of it is above the page
        wordings = (f"you ticked {sign}.", f"{sign}.", f"{short}.")
        return fit_clauses([wordings], [0], most)
    if state == "unknown" and unknown_reasons.is_beginner(analysis, weeks):
        welcome = unknown_reasons.welcome_beginner(analysis, weeks)
        return fit_clauses([welcome, _word_pain(analysis)], [0], most)
    if state == "unknown":
        clauses = [unknown_reasons.list_unknown_reasons(analysis, weeks), ("",)]
    elif state in RAISED_LEVELS:
        clauses = _list_raised(analysis, weeks, events)
    else:
        clauses = _list_quiet(analysis, weeks)
    earlier = tuple(filter(None, [raised_before.describe_earlier(analysis, weeks)]))
    growth = raised_before.list_growth(analysis)
    clauses += [_as_second(earlier), _as_second(growth), _word_pain(analysis)]
    return fit_clauses(clauses, [2, 0, 3, 1], most)


def _word_pain(analysis: Analysis) -> tuple[str]:
    """Return the latest pain as a second sentence that is never left out; "" without any."""
    pain = ""
    if analysis.diary is not None:
        pain = format_latest(analysis.diary.latest)
    return (f" {pain}" if pain else "",)


def _as_second(wordings: tuple[str, ...]) -> tuple[str, ...]:
    """Return the wordings of a second sentence, which may be left out."""
    return (*(f" {wording}" for wording in wordings), "")


def _add_growth(
    counts: str, sentence: str, analysis: Analysis, weeks: tuple[JudgedWeek, ...]
) -> str:
    """Return `counts`, and slow growth where the sentence has not named it."""
    growth = raised_before.list_growth(analysis) if weeks else ()
    if not growth or any(wording in sentence for wording in growth):
        return counts
    return f"{growth[0]} {counts}"


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
    if unknown_reasons.is_beginner(analysis, weeks):
        return BEGINNING
    if state == "unknown":
        return _format_unjudged(weeks, unjudged)
    return _format_quiet_counts(analysis, weeks, unjudged)


def _format_quiet_counts(
    analysis: Analysis, weeks: tuple[JudgedWeek, ...], unjudged: tuple[Unknown, ...]
) -> str:
    """Return that no check was raised, and why a week with more than usual raised none."""
    days = [week.start for week in weeks]
    if not levels.find_judged_weeks(analysis, days):
        return _format_unjudged(weeks, unjudged)
    quiet = f"No check raised {_format_weeks(days)}"
    risen = [week.start for week in weeks if week.state == "more"]
    if risen:
        why = raised_before.explain_quiet_rise(analysis, risen[-1])
        quiet = f"{quiet}, {why}"
    return f"{quiet}. {NO_PROMISE}"


def _format_unjudged(
    weeks: tuple[JudgedWeek, ...], unjudged: tuple[Unknown, ...]
) -> str:
    empty = [week for week in weeks if week.complete and not week.runs]
    if empty:
        why = "which held no run"
        if all(week.reason == levels.NO_FILE for week in empty):
            why = "of which there is no file: a watch left at home is not a rest"
        days = [week.start for week in empty]
        return f"Nothing could be judged {_format_weeks(days)}, {why}."
    checks = "No check was judged"
    if unjudged:
        count = formatting.format_count(len(unjudged), "check")
        checks = f"{count} could not be judged"
    when = _format_weeks([week.start for week in weeks])
    return f"{checks} {when}: that nothing is raised says nothing."


def _format_weeks(days: Sequence[date]) -> str:
    listed = formatting.join_with_and([formatting.format_day_month(d) for d in days])
    return f"in the week{'s' if len(days) > 1 else ''} of {listed}"


def _list_raised(
    analysis: Analysis, weeks: tuple[JudgedWeek, ...], events: tuple[Event, ...]
) -> list[tuple[str, ...]]:
    """Return the largest event in its wordings, then what else was raised, if there is place."""
    raised = [event for event in events if event.is_raised]
    lead, *parts = (flag for flag in raised[0].flags if is_raised(flag))
    others = [event.lead for event in raised[1:] if not levels.is_compound(event.lead)]
    units = analysis.settings.units
    more = [f", with {format_mention(flag, units)}." for flag in parts]
    more += [
        f"; {format_mention(flag, units)}." for flag in others if flag.rule != lead.rule
    ]
    timing = _find_timing(lead, weeks, analysis.today)
    return [list_phrases(lead, units, timing), (*more[:1], ".")]


def _find_timing(flag: Flag, weeks: tuple[JudgedWeek, ...], today: date) -> Timing:
    """Return when a flag of the last two weeks was raised, in words."""
    week = "this week"
    if len(weeks) > 1 and flag.week != weeks[-1].start:
        week = "last week"
    whose = f"{week}'s"
    if flag.day is not None and today - flag.day < timedelta(days=7):
        whose = f"{flag.day:%A}'s"
    return Timing(week, whose)


def _list_quiet(
    analysis: Analysis, weeks: tuple[JudgedWeek, ...]
) -> list[tuple[str, ...]]:
    """Return the load of the last complete week beside the usual, and that of the other week."""
    at = max(at for at, week in enumerate(weeks) if week.complete)
    load = levels.format_week_load(analysis, weeks[at], weeks)
    usual = levels.read_cell(analysis.weeks, weeks[at].start, "load_usual")
    others = [week for week in weeks if week is not weeks[at] and week.runs]
    more = [f"; {levels.format_week_load(analysis, week, weeks)}." for week in others]
    return [(f"{load}, usually {format_load(analysis, usual)}",), (*more, ".")]


def _list_unjudged(
    analysis: Analysis, weeks: tuple[JudgedWeek, ...]
) -> tuple[Unknown, ...]:
    days = [week.start for week in weeks]
    gaps = sorted(
        (gap for gap in analysis.unknown if gap.week in days),
        key=lambda gap: (gap.rule, gap.why.code != "not_over", gap.week),
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
