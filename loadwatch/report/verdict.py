"""The one sentence seen first, and a roster's groups: the week of today and the last complete one.

A verdict is one of four states. "Steady" says only that nothing was raised among what could be
judged; where nothing could be judged the state is "unknown" and says why.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Literal

import pandas as pd

from loadwatch import rules, words
from loadwatch.analysis import Athlete
from loadwatch.report import levels
from loadwatch.report.phrases import BRIEF, BRIEF_TOPICS, lower, phrase, told_of, topic
from loadwatch.rules import raised, reason
from loadwatch.weeks import USUAL_LEAST, USUAL_WEEKS

if TYPE_CHECKING:
    from datetime import date

    from loadwatch.analysis import Analysis
    from loadwatch.report.levels import Week
    from loadwatch.rules import Flag, Unknown

State = Literal["high", "watch", "steady", "unknown"]
Group = Literal["talk", "watch", "steady", "unknown"]

GROUPS: dict[Group, str] = {
    "talk": "Talk to first",
    "watch": "Keep an eye on",
    "steady": "Nothing new",
    "unknown": "Not enough data",
}
GROUP_OF: dict[State, Group] = {"high": "talk", "watch": "watch", "steady": "steady", "unknown": "unknown"}
PROMISE = "A flag is a reason to look and to talk; it does not predict an injury."
NO_PROMISE = "Nothing raised is no clearance: pain that worries you is reason enough to ask."
SILENT_DAYS = 14  # without any file: what is known is no longer news


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the page says first: `sentence` goes on from the state's word, `below` stands under it."""

    state: State
    sentence: str
    below: str
    weeks: tuple[Week, ...]
    flags: tuple[Flag, ...]  # raised ones, the largest first
    notes: tuple[Flag, ...]  # of level info
    unjudged: tuple[Unknown, ...]  # one a rule, of the newest week


def verdict(analysis: Analysis, today: date | None = None) -> Verdict:
    """Return what the week of today and the last complete week amount to.

    `today` may lie after the analysis' own: a roster looks at all its athletes on one day.
    """
    day = max(today or analysis.today, analysis.today)
    weeks = tuple(week for week in levels.weekly(analysis, 2) if (day - week.start).days < SILENT_DAYS)
    flags = levels.by_size(flag for week in weeks for flag in week.flags)
    up = tuple(flag for flag in flags if raised(flag))
    ticked = analysis.diary is not None and bool(analysis.diary.red_flags)
    state: State = "high" if ticked else _state(weeks)
    sentence = {
        "high": _raised,
        "watch": _raised,
        "steady": _steady,
        "unknown": _unknown,
    }[state](analysis, weeks, up)
    return Verdict(
        state,
        sentence,
        _below(up, weeks),
        weeks,
        up,
        tuple(flag for flag in flags if not raised(flag)),
        _unjudged(analysis, weeks),
    )


def _state(weeks: tuple[Week, ...]) -> State:
    found = {week.level for week in weeks}
    for state in ("high", "watch", "steady"):
        if state in found:
            return state
    return "unknown"


def _below(flags: tuple[Flag, ...], weeks: tuple[Week, ...]) -> str:
    if not weeks:
        return NO_PROMISE
    days = words.listed([words.short_day(week.start) for week in weeks])
    span = f"in the week{'s' if len(weeks) > 1 else ''} of {days}"
    if flags:
        checks = len({flag.rule for flag in flags})
        return f"{words.count(checks, 'check')} raised {span}. {PROMISE}"
    return f"No check raised {span}. {NO_PROMISE}"


def _raised(analysis: Analysis, weeks: tuple[Week, ...], flags: tuple[Flag, ...]) -> str:
    """Return the largest change and the largest of another kind; a red flag of the diary before both."""
    if analysis.diary is not None and analysis.diary.red_flags:
        return f"{lower(analysis.diary.says)}."
    first = next((flag for flag in flags if flag.rule != "LW10"), flags[0])
    other = next((f for f in flags if topic(f) != topic(first) and f.rule != "LW10"), None)
    told = [phrase(flag, analysis) for flag in (first, other) if flag is not None]
    lead = _when(first, weeks)
    if other is not None and other.week != first.week:
        told[1] = f"{_when(other, weeks)}, {told[1]}"
    return f"{lead}, {', and '.join(told)}."


def _when(flag: Flag, weeks: tuple[Week, ...]) -> str:
    week = next(week for week in weeks if week.start == flag.week)
    return "last week" if week.complete and len(weeks) > 1 else "this week"


def _steady(analysis: Analysis, weeks: tuple[Week, ...], _flags: tuple[Flag, ...]) -> str:
    """Return the distance of both weeks beside the usual one; no word of safety."""
    table, units = analysis.weeks, analysis.settings.units
    told = []
    for week in reversed(weeks):
        metres = levels.cell(table, week.start, "distance_m")
        amount = words.quantity(metres, "distance_m", units)
        told.append(f"{amount} last week" if week.complete else f"{amount} this week so far")
    usual = levels.cell(table, weeks[-1].start, "distance_m_usual")
    known = f"; {words.quantity(usual, 'distance_m', units)} is your usual week" if usual > 0 else ""
    return f"nothing rose enough to raise a check: {words.listed(told)}{known}."


def _unknown(analysis: Analysis, weeks: tuple[Week, ...], _flags: tuple[Flag, ...]) -> str:
    """Return why nothing can be said: no run at all, none lately, or too little history."""
    runs = analysis.weeks["runs"] if len(analysis.weeks) else pd.Series(dtype="int64")
    if not int(runs.sum()):
        return "no run was found in what was read."
    if not any(week.runs for week in weeks):
        last = last_activity(analysis)
        return f"no runs since {words.day(last)}." if last else "no runs lately."
    gaps = _unjudged(analysis, weeks)
    count = int((runs > 0).sum())
    history = f"{words.count(count, 'week')} with runs so far"
    if count <= USUAL_LEAST:
        return f"{history}; a week is held against three weeks with runs before it."
    if (lately := _lately(analysis, weeks)) < USUAL_LEAST:
        some = f"only {words.spelled(lately)}" if lately else "none"
        return f"{history}, but {some} of the four before this one; a week is held against three of them."
    why = next((reason(gap) for gap in gaps if gap.rule in levels.LOAD_RULES.values()), "")
    return f"{history}; {lower(why)}." if why else f"{history}; too little is known of them to compare with."


def _lately(analysis: Analysis, weeks: tuple[Week, ...]) -> int:
    """Return how many of the four weeks before the newest one have a run."""
    newest = levels.starts(analysis.weeks).index(weeks[-1].start)
    return int((analysis.weeks["runs"].iloc[max(newest - USUAL_WEEKS, 0) : newest] > 0).sum())


def _unjudged(analysis: Analysis, weeks: tuple[Week, ...]) -> tuple[Unknown, ...]:
    days = [week.start for week in weeks]
    gaps = sorted((gap for gap in analysis.unknown if gap.week in days), key=lambda gap: (gap.rule, gap.week))
    return tuple({gap.rule: gap for gap in gaps}.values())


def current(analysis: Analysis) -> tuple[Flag, ...]:
    """Return the flags of the week of today and the last complete one, info too: for `--fail-on`."""
    found = verdict(analysis)
    return (*found.flags, *found.notes)


def last_activity(analysis: Analysis) -> date | None:
    """Return the local day of the last activity whose day is known, of any sport."""
    local = analysis.activities["start_local"]
    last = local[local < pd.Timestamp(analysis.today) + pd.Timedelta(days=1)].max()
    return None if pd.isna(last) else pd.Timestamp(last).date()


def athlete(analysis: Analysis, today: date | None = None) -> Athlete:
    """Return an athlete's line of a roster, as seen on `today` (default: the analysis' own)."""
    found = verdict(analysis, today)
    last = last_activity(analysis)
    day = max(today or analysis.today, analysis.today)
    urgent = analysis.diary is not None and bool(analysis.diary.red_flags)
    silent = last is not None and day - last >= timedelta(days=SILENT_DAYS) and not urgent
    return Athlete(
        name=analysis.name,
        group=GROUP_OF["unknown" if silent else found.state],
        level="unknown" if silent else found.state,
        says=f"No files since {words.day(last)}." if silent and last else brief(analysis, found),
        last_activity=last,
        flags=0 if silent else len(found.flags),
        analysis=analysis,
    )


def brief(analysis: Analysis, found: Verdict) -> str:
    """Return the verdict as a coach reads it: the largest change of each topic, or why there is none."""
    if found.state == "steady":
        return _brief_steady(analysis, found)
    topics: dict[str, Flag] = {}
    single = tuple(flag for flag in found.flags if flag.rule != "LW10")  # that one only joins others
    for flag in levels.by_size(single or found.flags):
        topics.setdefault(topic(flag), flag)
    urgent = analysis.diary is not None and bool(analysis.diary.red_flags)
    if not topics or urgent:
        return _upper(found.sentence)
    told = [told_of(flag, analysis, BRIEF) or rules.BY_ID[flag.rule].title for flag in topics.values()]
    return f"{_upper('; '.join(told[:BRIEF_TOPICS]))}."


def _brief_steady(analysis: Analysis, found: Verdict) -> str:
    units, table = analysis.settings.units, analysis.weeks
    week = next((week for week in reversed(found.weeks) if week.complete), found.weeks[-1])
    now, usual = (
        words.quantity(levels.cell(table, week.start, column), "distance_m", units)
        for column in ("distance_m", "distance_m_usual")
    )
    return f"Nothing raised: {now} in the week of {words.short_day(week.start)}, usually {usual}."


def _upper(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]


def ordered(athletes: tuple[Athlete, ...]) -> tuple[Athlete, ...]:
    """Return athletes by group, inside a group by size of change, then by name."""
    groups = tuple(GROUPS)
    return tuple(
        sorted(athletes, key=lambda a: (groups.index(a.group), -_change(a), a.name.casefold(), a.name))
    )


def _change(athlete: Athlete) -> float:
    """Return how large a change is, for the order of a list and nothing else."""
    if athlete.analysis is None or athlete.group == "unknown" or not len(athlete.analysis.weeks):
        return 0.0
    found = verdict(athlete.analysis)
    if found.flags:
        return max(levels.excess(flag) for flag in found.flags)
    change = athlete.analysis.weeks["load_change"].iloc[-2:].abs().max()
    return 0.0 if pd.isna(change) else float(change)
