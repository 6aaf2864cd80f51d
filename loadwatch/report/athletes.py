"""An athlete's line of a roster: group, one sentence of why, and the last weeks."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pandas as pd

from loadwatch import rules, words
from loadwatch.analysis import Athlete, Trend
from loadwatch.report import levels, verdict
from loadwatch.report.phrases import BRIEF, BRIEF_TOPICS, told_of, topic
from loadwatch.weeks import LOAD_COLUMN

if TYPE_CHECKING:
    from datetime import date

    from loadwatch.analysis import Analysis, Group
    from loadwatch.report.levels import Week
    from loadwatch.report.verdict import State, Verdict
    from loadwatch.rules import Flag

GROUPS: dict[Group, str] = {
    "talk": "Talk to first",
    "watch": "Keep an eye on",
    "steady": "Nothing new",
    "unknown": "Not enough data",
}
GROUP_OF: dict[State, Group] = {"high": "talk", "watch": "watch", "steady": "steady", "unknown": "unknown"}
SPARK_WEEKS = 12
SILENT_DAYS = 14  # without any file: what is known is no longer news
_NUMBERS = re.compile(r"(\d+)")


def athlete(analysis: Analysis, today: date | None = None) -> Athlete:
    """Return an athlete's line of a roster, as seen on `today` (default: the analysis' own).

    What changed is told as of the athlete's own last day; `today` tells whether that is still news.
    """
    found = verdict.verdict(analysis)
    last = verdict.last_activity(analysis)
    day = max(today or analysis.today, analysis.today)
    urgent = analysis.diary is not None and bool(analysis.diary.red_flags)
    silent = last is not None and day - last >= timedelta(days=SILENT_DAYS) and not urgent
    return Athlete(
        name=analysis.name,
        group=GROUP_OF["unknown" if silent else found.state],
        level="unknown" if silent else found.state,
        says=_silent(analysis, found, last) if silent and last else brief(analysis, found),
        last_activity=last,
        flags=0 if silent else len(found.flags),
        analysis=analysis,
        change=0.0 if silent else _change(analysis, found),
        silent=silent,
        trend=None if silent or not found.weeks else trend(analysis, _told_of(found)),
    )


def _silent(analysis: Analysis, found: Verdict, last: date) -> str:
    """Return since when there is no file, and what was raised then: it has not been settled since."""
    what = f"; until then: {brief(analysis, found)}" if found.flags else "."
    return f"No files since {words.day(last)}{what}"


def _told_of(found: Verdict) -> Week:
    """Return the week that the sentence is about: the largest flag's, else the last complete one."""
    days = {week.start: week for week in found.weeks}
    if found.flags:
        return days[found.flags[0].week]
    return next((week for week in reversed(found.weeks) if week.complete), found.weeks[-1])


def trend(analysis: Analysis, week: Week) -> Trend:
    """Return the load of the last weeks, and of `week` beside its usual."""
    shown = levels.weekly(analysis, SPARK_WEEKS)
    return Trend(
        loads=tuple(float(load) for load in analysis.weeks["load"].tolist()[-len(shown) :]),
        levels=tuple(one.level for one in shown),
        week=levels.cell(analysis.weeks, week.start, "load"),
        usual=levels.cell(analysis.weeks, week.start, "load_usual"),
        column=LOAD_COLUMN[analysis.settings.load],
        units=analysis.settings.units,
    )


def brief(analysis: Analysis, found: Verdict) -> str:
    """Return the verdict as a coach reads it: the largest change of each topic, or why there is none."""
    if found.state == "steady":
        return _steady(analysis, found)
    topics: dict[str, Flag] = {}
    single = tuple(flag for flag in found.flags if flag.rule != levels.COMPOUND)  # that one joins others
    for flag in levels.by_size(single or found.flags):
        topics.setdefault(topic(flag), flag)
    urgent = analysis.diary is not None and bool(analysis.diary.red_flags)
    if not topics or urgent:
        return _upper(found.sentence)
    told = [told_of(flag, analysis, BRIEF) or rules.BY_ID[flag.rule].title for flag in topics.values()]
    return f"{_upper('; '.join(told[:BRIEF_TOPICS]))}."


def _steady(analysis: Analysis, found: Verdict) -> str:
    units, week = analysis.settings.units, _told_of(found)
    now, usual = (
        words.quantity(levels.cell(analysis.weeks, week.start, column), "distance_m", units)
        for column in ("distance_m", "distance_m_usual")
    )
    return f"Nothing raised: {now} in the week of {words.short_day(week.start)}, usually {usual}."


def _upper(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]


def _change(analysis: Analysis, found: Verdict) -> float:
    """Return how large a change is, for the order of a list and nothing else."""
    if found.state == "unknown":
        return 0.0
    if found.flags:
        return max(levels.excess(flag) for flag in found.flags)
    change = analysis.weeks["load_change"].iloc[-2:].abs().max()
    return 0.0 if pd.isna(change) else float(change)


def ordered(athletes: tuple[Athlete, ...]) -> tuple[Athlete, ...]:
    """Return athletes by group, inside a group by size of change, then by name.

    Whoever has sent no file for two weeks comes after those who have, the last heard of first.
    """
    groups = tuple(GROUPS)
    return tuple(
        sorted(
            athletes,
            key=lambda a: (
                groups.index(a.group),
                -a.last_activity.toordinal() if a.silent and a.last_activity else -(10**9),
                -a.change,
                _natural(a.name),
            ),
        )
    )


def _natural(name: str) -> tuple[tuple[int, int, str], ...]:
    """Return what sorts "Athlete 2" before "Athlete 10", and the same name in one way only."""
    parts = _NUMBERS.split(name)
    plain = tuple((int(p.isdecimal()), int(p) if p.isdecimal() else 0, p.casefold()) for p in parts)
    return (*plain, (0, 0, name))
