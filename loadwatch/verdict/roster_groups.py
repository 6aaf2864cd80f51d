"""An athlete's line of a roster: group, one sentence of why, and the last weeks."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pandas as pd

from loadwatch import formatting
from loadwatch.analysis import Athlete, Trend
from loadwatch.tables import LOAD_METHODS
from loadwatch.verdict import headline, levels
from loadwatch.verdict.phrases import (
    BRIEF_TOPICS,
    flag_topic,
    format_brief_phrase,
    format_load,
    upper_first,
)

if TYPE_CHECKING:
    from loadwatch.analysis import Analysis, Group
    from loadwatch.assess.rules import Flag
    from loadwatch.assess.rules.model import Topic
    from loadwatch.verdict.headline import Verdict, VerdictState
    from loadwatch.verdict.levels import JudgedWeek

    NaturalKey = tuple[tuple[int, int, str], ...]

GROUPS: dict[Group, str] = {
    "talk": "Talk to first",
    "watch": "Keep an eye on",
    "steady": "Nothing new",
    "unknown": "Not enough data",
}
GROUP_OF: dict[VerdictState, Group] = {
    "high": "talk",
    "watch": "watch",
    "steady": "steady",
    "unknown": "unknown",
}
SPARK_WEEKS = 12
SILENT_DAYS = 14  # without any file: what is known is no longer news
_NUMBERS = re.compile(r"(\d+)")


def summarize_athlete(analysis: Analysis, today: date | None = None) -> Athlete:
    """Return an athlete's line of a roster, as of `today` (default: the analysis' own).

    What changed is as of the athlete's own last day; `today` decides whether that is still news.
    """
    verdict = headline.build_verdict(analysis)
    trend = None
    if verdict.weeks:
        trend = build_trend(analysis, _find_reported_week(verdict))
    line = Athlete(
        name=analysis.name,
        group=GROUP_OF[verdict.state],
        level=verdict.state,
        says=format_brief(analysis, verdict),
        last_activity=headline.last_activity_day(analysis),
        flags=len(verdict.flags),
        load=lambda: analysis,
        today=analysis.today if len(analysis.activities) else None,
        urgent=headline.has_red_flag(analysis),
        change=_measure_change(analysis, verdict),
        trend=trend,
    )
    return as_of(line, max(today or analysis.today, analysis.today))


def as_of(line: Athlete, day: date) -> Athlete:
    """Return a line as of `day`: after two weeks without a file what is known is no longer news.

    What was raised until then is still named, for it has not been settled since.
    """
    last = line.last_activity
    if last is None or line.silent or line.urgent:
        return line
    if day - last < timedelta(days=SILENT_DAYS):
        return line
    until = f"; until then: {line.says}" if line.flags else "."
    return replace(
        line,
        group=GROUP_OF["unknown"],
        level="unknown",
        says=f"No files since {formatting.format_day(last)}{until}",
        flags=0,
        change=0.0,
        silent=True,
        trend=None,
    )


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
        levels=tuple(one.level for one in shown),
        week=levels.read_cell(analysis.weeks, week.start, "load"),
        usual=levels.read_cell(analysis.weeks, week.start, "load_usual"),
        column=LOAD_METHODS[analysis.settings.load].column,
        units=analysis.settings.units,
    )


def format_brief(analysis: Analysis, verdict: Verdict) -> str:
    """Return the verdict for a coach: the largest change of each topic, or why there is none."""
    if verdict.state == "steady":
        return _format_steady(analysis, verdict)
    single = [flag for flag in verdict.flags if not levels.is_compound(flag)]
    largest: dict[Topic, Flag] = {}
    for flag in levels.sort_by_size(single or verdict.flags):
        largest.setdefault(flag_topic(flag), flag)
    if not largest or headline.has_red_flag(analysis):
        return upper_first(verdict.sentence)
    phrases = [format_brief_phrase(flag, analysis) for flag in largest.values()]
    return f"{upper_first('; '.join(phrases[:BRIEF_TOPICS]))}."


def _format_steady(analysis: Analysis, verdict: Verdict) -> str:
    week = _find_reported_week(verdict).start
    load = format_load(analysis, levels.read_cell(analysis.weeks, week, "load"))
    usual = format_load(analysis, levels.read_cell(analysis.weeks, week, "load_usual"))
    day = formatting.format_day_month(week)
    return f"Nothing raised: {load} in the week of {day}, usually {usual}."


def _measure_change(analysis: Analysis, verdict: Verdict) -> float:
    """Return how large a change is, for the order of a list and nothing else."""
    if verdict.state == "unknown":
        return 0.0
    if verdict.flags:
        return max(levels.times_limit(flag) for flag in verdict.flags)
    change = analysis.weeks["load_change"].iloc[-2:].abs().max()
    return 0.0 if pd.isna(change) else float(change)


def sort_athletes(athletes: tuple[Athlete, ...]) -> tuple[Athlete, ...]:
    """Return athletes by group, inside a group by size of change, then by name.

    Whoever has sent no file for two weeks comes after those who have, the last heard of first.
    """
    return tuple(sorted(athletes, key=_order_key))


def _order_key(athlete: Athlete) -> tuple[int, int, float, NaturalKey]:
    silence = -(10**9)
    if athlete.silent and athlete.last_activity:
        silence = -athlete.last_activity.toordinal()
    group = tuple(GROUPS).index(athlete.group)
    return group, silence, -athlete.change, _natural_key(athlete.name)


def _natural_key(name: str) -> NaturalKey:
    """Return what sorts "Athlete 2" before "Athlete 10", and the same name in one way only."""
    key = []
    for part in _NUMBERS.split(name):
        is_number = part.isdecimal()
        key.append((int(is_number), int(part) if is_number else 0, part.casefold()))
    return (*key, (0, 0, name))
