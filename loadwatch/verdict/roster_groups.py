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
)

if TYPE_CHECKING:
    from loadwatch.analysis import Analysis, Group
    from loadwatch.assess.rules import Flag
    from loadwatch.verdict.headline import State, Verdict
    from loadwatch.verdict.levels import JudgedWeek

GROUPS: dict[Group, str] = {
    "talk": "Talk to first",
    "watch": "Keep an eye on",
    "steady": "Nothing new",
    "unknown": "Not enough data",
}
GROUP_OF: dict[State, Group] = {
    "high": "talk",
    "watch": "watch",
    "steady": "steady",
    "unknown": "unknown",
}
SPARK_WEEKS = 12
SILENT_DAYS = 14  # without any file: what is known is no longer news
_NUMBERS = re.compile(r"(\d+)")


def summarize_athlete(analysis: Analysis, today: date | None = None) -> Athlete:
    """Return an athlete's line of a roster, as seen on `today` (default: the analysis' own).

    What changed is told as of the athlete's own last day; `today` tells whether that is still news.
    """
    found = headline.build_verdict(analysis)
    line = Athlete(
        name=analysis.name,
        group=GROUP_OF[found.state],
        level=found.state,
        says=format_brief(analysis, found),
        last_activity=headline.last_activity_day(analysis),
        flags=len(found.flags),
        load=lambda: analysis,
        today=analysis.today if len(analysis.activities) else None,
        urgent=analysis.diary is not None and bool(analysis.diary.red_flags),
        change=_measure_change(analysis, found),
        trend=build_trend(analysis, _find_reported_week(found))
        if found.weeks
        else None,
    )
    return as_of(line, max(today or analysis.today, analysis.today))


def as_of(line: Athlete, day: date) -> Athlete:
    """Return a line as it stands on `day`: after two weeks without a file what is known is no longer news.

    What was raised until then is still told, for it has not been settled since.
    """
    last = line.last_activity
    if (
        last is None
        or line.silent
        or line.urgent
        or day - last < timedelta(days=SILENT_DAYS)
    ):
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


def _find_reported_week(found: Verdict) -> JudgedWeek:
    """Return the week that the sentence is about: the largest flag's, else the last complete one."""
    days = {week.start: week for week in found.weeks}
    if found.flags:
        return days[found.flags[0].week]
    return next(
        (week for week in reversed(found.weeks) if week.complete), found.weeks[-1]
    )


def build_trend(analysis: Analysis, week: JudgedWeek) -> Trend:
    """Return the load of the last weeks, and of `week` beside its usual."""
    shown = levels.judge_weeks(analysis, SPARK_WEEKS)
    return Trend(
        loads=tuple(
            float(load) for load in analysis.weeks["load"].tolist()[-len(shown) :]
        ),
        levels=tuple(one.level for one in shown),
        week=levels.read_cell(analysis.weeks, week.start, "load"),
        usual=levels.read_cell(analysis.weeks, week.start, "load_usual"),
        column=LOAD_METHODS[analysis.settings.load].column,
        units=analysis.settings.units,
    )


def format_brief(analysis: Analysis, found: Verdict) -> str:
    """Return the verdict as a coach reads it: the largest change of each topic, or why there is none."""
    if found.state == "steady":
        return _format_steady(analysis, found)
    topics: dict[str, Flag] = {}
    single = tuple(
        flag for flag in found.flags if not levels.is_compound(flag)
    )  # that one joins others
    for flag in levels.sort_by_size(single or found.flags):
        topics.setdefault(flag_topic(flag), flag)
    urgent = analysis.diary is not None and bool(analysis.diary.red_flags)
    if not topics or urgent:
        return _capitalize(found.sentence)
    told = [format_brief_phrase(flag, analysis) for flag in topics.values()]
    return f"{_capitalize('; '.join(told[:BRIEF_TOPICS]))}."


def _format_steady(analysis: Analysis, found: Verdict) -> str:
    week = _find_reported_week(found)
    now, usual = (
        format_load(analysis, levels.read_cell(analysis.weeks, week.start, column))
        for column in ("load", "load_usual")
    )
    return f"Nothing raised: {now} in the week of {formatting.format_day_month(week.start)}, usually {usual}."


def _capitalize(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]


def _measure_change(analysis: Analysis, found: Verdict) -> float:
    """Return how large a change is, for the order of a list and nothing else."""
    if found.state == "unknown":
        return 0.0
    if found.flags:
        return max(levels.times_limit(flag) for flag in found.flags)
    change = analysis.weeks["load_change"].iloc[-2:].abs().max()
    return 0.0 if pd.isna(change) else float(change)


def sort_athletes(athletes: tuple[Athlete, ...]) -> tuple[Athlete, ...]:
    """Return athletes by group, inside a group by size of change, then by name.

    Whoever has sent no file for two weeks comes after those who have, the last heard of first.
    """
    groups = tuple(GROUPS)
    return tuple(
        sorted(
            athletes,
            key=lambda a: (
                groups.index(a.group),
                -a.last_activity.toordinal()
                if a.silent and a.last_activity
                else -(10**9),
                -a.change,
                _natural_key(a.name),
            ),
        )
    )


def _natural_key(name: str) -> tuple[tuple[int, int, str], ...]:
    """Return what sorts "Athlete 2" before "Athlete 10", and the same name in one way only."""
    parts = _NUMBERS.split(name)
    plain = tuple(
        (int(p.isdecimal()), int(p) if p.isdecimal() else 0, p.casefold())
        for p in parts
    )
    return (*plain, (0, 0, name))
