"""An athlete's line of a roster: group, one sentence of why, and the last weeks."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from loadwatch import formatting
from loadwatch.analysis import Athlete, Trend
from loadwatch.tables import FLAG_LEVELS, LOAD_METHODS, RAISED_LEVELS
from loadwatch.verdict import headline, levels, raised_before, unknown_reasons
from loadwatch.verdict.event_lines import format_event
from loadwatch.verdict.phrases import (
    format_load,
    upper_first,
)

if TYPE_CHECKING:
    from loadwatch.analysis import Analysis, Group
    from loadwatch.verdict.event_lines import Event
    from loadwatch.verdict.headline import Verdict
    from loadwatch.verdict.levels import JudgedWeek

    NaturalKey = tuple[tuple[int, int, str], ...]

GROUPS: dict[Group, str] = {
    "call": "Call today",
    "talk": "Talk to first",
    "watch": "Keep an eye on",
    "low": "Running little",
    "fine": "Nothing new",
    "unknown": "Not enough data",
}
SPARK_WEEKS = 12
SILENT_DAYS = 14  # without any file: what is known is no longer news
BRIEF_EVENTS = 3  # named in a line
CALL_PAIN = 5.0  # of 10, in the last seven days
COLLAPSE, COLLAPSE_WEEKS = 0.5, 3  # of the usual week; weeks before it
LOW = 0.6  # of the usual week
KNOWN_GROUND = 0.7  # of a week's distance, for its hard share to be named
SUPPORT_WEEKS = 4
# from the first day of a raised week on: the week and the four after it
RAISED_DAYS = 35
_NUMBERS = re.compile(r"(\d+)")


def summarize_athlete(analysis: Analysis, today: date | None = None) -> Athlete:
    """Return an athlete's line of a roster, as of `today` (default: the analysis' own).

    What changed is as of the athlete's own last day; `today` decides whether that is still news.
    """
    verdict = headline.build_verdict(analysis)
    trend = None
    if verdict.weeks:
        trend = build_trend(analysis, _find_reported_week(verdict))
    weeks = levels.judge_weeks(analysis)
    brief = format_brief(analysis, verdict)
    line = Athlete(
        name=analysis.name,
        group="unknown",
        level=_find_level(verdict),
        says=brief,
        last_activity=headline.last_activity_day(analysis),
        flags=len(verdict.flags),
        state=verdict.state,
        events=_count_events(verdict),
        load=lambda: analysis,
        today=analysis.today if len(analysis.activities) else None,
        urgent=headline.has_red_flag(analysis),
        excess_km=_measure_excess(verdict),
        trend=trend,
        brief=brief,
        raised_week=_find_raised_week(weeks),
        last_run=unknown_reasons.last_run_day(analysis),
        collapsed=has_collapsed(analysis, weeks),
        is_low=_is_low(analysis, weeks),
        pains=_list_pains(analysis),
    )
    return as_of(line, max(today or analysis.today, analysis.today))


def as_of(line: Athlete, day: date) -> Athlete:
    """Return a line as of `day`: after two weeks without a file what is known is no longer news.

    What was raised until then is still named, for it has not been settled since.
    """
    last = line.last_activity
    silent = last is not None and day - last >= timedelta(days=SILENT_DAYS)
    scores = [
        score
        for when, score in line.pains
        if timedelta(0) <= day - when < timedelta(days=7)
    ]
    line = replace(line, pain_7d=max(scores, default=math.nan), silent=silent)
    line = replace(line, group=_choose_group(line, day))
    if last is None or not silent or line.urgent:
        return replace(line, says=_add_pain(line, line.brief or line.says))
    says = f"No files since {formatting.format_day(last)}."
    if line.flags:
        says = f"{says[:-1]}; until then: {line.brief}"
    elif line.group == "talk":
        says = line.brief  # it names the last run, and what was raised before it
    return replace(
        line, level="none", state="unknown", says=_add_pain(line, says), trend=None
    )


def _add_pain(line: Athlete, says: str) -> str:
    """Return the sentence with the pain of the last seven days: first where there is much."""
    if line.urgent or not line.pain_7d > 0:
        return says
    pain = f"Pain {line.pain_7d:g} of 10 in the last seven days."
    if line.pain_7d >= CALL_PAIN:
        return f"{pain} {says}"
    return f"{says} {pain}".strip()


def _choose_group(line: Athlete, day: date) -> Group:
    """Return the first group of `GROUPS` that a line belongs to."""
    if line.urgent or line.pain_7d >= CALL_PAIN:
        return "call"
    if line.collapsed or _has_stopped(line, day):
        return "talk"
    if line.silent:
        return "low"
    if line.state in _GROUP_OF_STATE:
        return _GROUP_OF_STATE[line.state]
    if line.is_low:
        return "low"
    if line.state == "unknown":
        return "unknown"
    return "fine"


_GROUP_OF_STATE: dict[str, Group] = {"high": "talk", "watch": "watch"}


def _has_stopped(line: Athlete, day: date) -> bool:
    """Return whether nothing was run for two weeks after a week raised lately."""
    if line.raised_week is None or line.last_run is None:
        return False
    is_recent = day - line.raised_week < timedelta(days=RAISED_DAYS)
    return is_recent and day - line.last_run >= timedelta(days=SILENT_DAYS)


def _find_level(verdict: Verdict) -> str:
    """Return the highest level among the flags of the verdict, notes too; "none" without any."""
    found = {flag.level for flag in (*verdict.flags, *verdict.notes)}
    for level in reversed(FLAG_LEVELS):
        if level in found:
            return level
    return "none"


def _count_events(verdict: Verdict) -> int:
    return sum(
        event.is_raised and not levels.is_compound(event.lead)
        for event in verdict.events
    )


def _find_raised_week(weeks: tuple[JudgedWeek, ...]) -> date | None:
    raised = [week.start for week in weeks if week.state in RAISED_LEVELS]
    return max(raised, default=None)


def _find_last_complete(weeks: tuple[JudgedWeek, ...]) -> int:
    """Return the place of the last complete week, -1 where there is none."""
    places = [at for at, week in enumerate(weeks) if week.complete]
    return max(places, default=-1)


def _compare_last(analysis: Analysis, weeks: tuple[JudgedWeek, ...]) -> float:
    """Return the last complete week's load over the usual one; NaN where unknown."""
    at = _find_last_complete(weeks)
    if at < 0:
        return math.nan
    usual = levels.read_cell(analysis.weeks, weeks[at].start, "load_usual")
    if not usual > 0:
        return math.nan
    if not weeks[at].runs:
        return 0.0
    return levels.read_cell(analysis.weeks, weeks[at].start, "load") / usual


def has_collapsed(analysis: Analysis, weeks: tuple[JudgedWeek, ...]) -> bool:
    """Return whether the last complete week fell under half of usual after a raised one."""
    at = _find_last_complete(weeks)
    before = weeks[max(at - COLLAPSE_WEEKS, 0) : max(at, 0)]
    was_raised = any(week.state in RAISED_LEVELS for week in before)
    return was_raised and _compare_last(analysis, weeks) < COLLAPSE


def _is_low(analysis: Analysis, weeks: tuple[JudgedWeek, ...]) -> bool:
    return _compare_last(analysis, weeks) < LOW


def _list_pains(analysis: Analysis) -> tuple[tuple[date, float], ...]:
    """Return the pain scores of the diary's last seven days."""
    if analysis.diary is None:
        return ()
    return tuple((one.day, one.score) for one in analysis.diary.latest)


def _find_reported_week(verdict: Verdict) -> JudgedWeek:
    """Return the week of the sentence: the largest flag's, else the last complete one."""
    if verdict.flags:
        first = verdict.flags[0].week
        return next(week for week in verdict.weeks if week.start == first)
    complete = [week for week in verdict.weeks if week.complete]
    return complete[-1] if complete else verdict.weeks[-1]


def build_trend(analysis: Analysis, week: JudgedWeek) -> Trend:
    """Return the load of the last weeks, and of `week` beside its usual."""
    shown = levels.judge_weeks(analysis, SPARK_WEEKS)
    loads = analysis.weeks["load"].tolist()[-len(shown) :]
    return Trend(
        loads=tuple(map(float, loads)),
        levels=tuple(one.state for one in shown),
        week=levels.read_cell(analysis.weeks, week.start, "load"),
        usual=levels.read_cell(analysis.weeks, week.start, "load_usual"),
        column=LOAD_METHODS[analysis.settings.load].column,
        units=analysis.settings.units,
        hard_share=_compute_hard_share(analysis, week),
        ascent_m=levels.read_cell(analysis.weeks, week.start, "ascent_m"),
        longest_m=levels.read_cell(analysis.weeks, week.start, "longest_m"),
        support_4w=_count_support(analysis, week),
    )


def _compute_hard_share(analysis: Analysis, week: JudgedWeek) -> float:
    """Return the share of a week on hard ground [1]; NaN where too little of it is known."""
    distance, unknown, hard = (
        levels.read_cell(analysis.weeks, week.start, column)
        for column in ("distance_m", "unknown_m", "hard_m")
    )
    if not distance > 0 or not unknown <= (1 - KNOWN_GROUND) * distance:
        return math.nan
    return hard / distance


def _count_support(analysis: Analysis, week: JudgedWeek) -> int:
    """Return the sessions of strength, Pilates and yoga of the four weeks up to `week`."""
    end = levels.week_starts(analysis.weeks).index(week.start) + 1
    counts = analysis.weeks["support_sessions"].iloc[max(end - SUPPORT_WEEKS, 0) : end]
    return int(counts.sum())


def format_brief(analysis: Analysis, verdict: Verdict) -> str:
    """Return the verdict as a coach reads it: one line per event, or why there is none."""
    if analysis.diary is not None and analysis.diary.red_flags:
        return upper_first(analysis.diary.says)
    if verdict.state == "unknown":
        return upper_first(verdict.sentence)
    raised = [event for event in verdict.events if event.is_raised]
    if not raised:
        return _format_quiet(analysis, verdict)
    largest: dict[str, Event] = {}  # by the rule that leads
    for event in raised:
        if not levels.is_compound(event.lead):
            largest.setdefault(event.lead.rule, event)
    units = analysis.settings.units
    lines = [format_event(event, units) for event in largest.values()]
    return f"{'. '.join(lines[:BRIEF_EVENTS])}."


def _format_quiet(analysis: Analysis, verdict: Verdict) -> str:
    week = _find_reported_week(verdict).start
    load = format_load(analysis, levels.read_cell(analysis.weeks, week, "load"))
    usual = format_load(analysis, levels.read_cell(analysis.weeks, week, "load_usual"))
    day = formatting.format_day_month(week)
    earlier = raised_before.describe_earlier(analysis, verdict.weeks)
    says = f"{load} in the week of {day}, usually {usual}."
    return f"{says} {earlier}".rstrip()


def _measure_excess(verdict: Verdict) -> float:
    """Return by how many kilometres the flags pass what they are held against, the most of them."""
    more = [
        flag.amount - flag.held_against
        for flag in verdict.flags
        if flag.unit == "m" and flag.amount > flag.held_against
    ]
    return max(more, default=0.0) / 1000.0


def sort_athletes(athletes: tuple[Athlete, ...]) -> tuple[Athlete, ...]:
    """Return athletes by group, within it by pain, events, kilometres beyond the limit, name.

    Whoever has sent no file for two weeks comes after those who have, the last heard of first.
    """
    return tuple(sorted(athletes, key=_order_key))


def _order_key(
    athlete: Athlete,
) -> tuple[int, int, float, int, float, NaturalKey]:
    silence = -(10**9)
    if athlete.silent and athlete.last_activity:
        silence = -athlete.last_activity.toordinal()
    pain = 0.0
    if athlete.pain_7d > 0:
        pain = athlete.pain_7d
    group = tuple(GROUPS).index(athlete.group)
    change = -pain, -athlete.events, -athlete.excess_km
    return group, silence, *change, _natural_key(athlete.name)


def _natural_key(name: str) -> NaturalKey:
    """Return what sorts "Athlete 2" before "Athlete 10", and the same name in one way only."""
    key = []
    for part in _NUMBERS.split(name):
        is_number = part.isdecimal()
        key.append((int(is_number), int(part) if is_number else 0, part.casefold()))
    return (*key, (0, 0, name))
