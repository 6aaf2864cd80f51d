"""Weeks as a reader sees them: each with its level, and what raised it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from loadwatch.assess.rules import BY_ID, RULES, is_enabled, is_raised
from loadwatch.tables import FLAG_LEVELS, LEVELS

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from loadwatch.analysis import Analysis
    from loadwatch.assess.rules import Flag
    from loadwatch.settings import Settings
    from loadwatch.tables import WeekLevel

ORDER = tuple(LEVELS)  # the largest change first


@dataclass(frozen=True, slots=True)
class JudgedWeek:
    """One calendar week as judged: its level and what raised it, the largest first."""

    start: date
    level: WeekLevel
    flags: tuple[Flag, ...]
    complete: bool
    runs: int


def sort_by_size(flags: Iterable[Flag]) -> tuple[Flag, ...]:
    """Return flags by level, then by how far over their limit they are, then by rule."""
    return tuple(sorted(flags, key=_size_key))


def _size_key(flag: Flag) -> tuple[int, float, str, date]:
    return ORDER.index(flag.level), -times_limit(flag), flag.rule, flag.week


def largest_per_rule(flags: Iterable[Flag]) -> tuple[Flag, ...]:
    """Return the largest flag of each rule and week by size, compound ones last."""
    largest: dict[tuple[str, date], Flag] = {}
    for flag in sort_by_size(flags):
        largest.setdefault((flag.rule, flag.week), flag)
    return tuple(sorted(largest.values(), key=is_compound))


def is_compound(flag: Flag) -> bool:
    """Return whether a flag only names others raised together, and so never comes first."""
    return BY_ID[flag.rule].is_compound


def times_limit(flag: Flag) -> float:
    """Return how many times its limit a flag's value is [1]; 1 where that is not defined."""
    if flag.limit > 0 and flag.value > 0:
        return flag.value / flag.limit
    return 1.0


def week_starts(weeks: pd.DataFrame) -> list[date]:
    """Return the first day of each week of the table."""
    return [start.date() for start in pd.DatetimeIndex(weeks.index)]


def read_cell(weeks: pd.DataFrame, start: date, column: str) -> float:
    """Return one number of the weekly table; NaN where it is unknown."""
    return float(weeks[column].to_numpy("float64")[week_starts(weeks).index(start)])


def judge_weeks(analysis: Analysis, last: int = 0) -> tuple[JudgedWeek, ...]:
    """Return the `last` weeks of `analysis` (0: all) with their level, in order.

    A week is steady only if it is over, has a run, three weeks with runs come before it, and one
    of the load rules could be judged in it: with less, nothing raised means nothing known.
    """
    table = analysis.weeks.iloc[-last:]
    starts = week_starts(table)
    flags: dict[date, list[Flag]] = {start: [] for start in starts}
    for flag in analysis.flags:
        if flag.week in flags:
            flags[flag.week].append(flag)
    judged = _find_judged_weeks(analysis, starts)
    has_usual = table["distance_m_usual"].notna() | table["load_usual"].notna()
    weeks = []
    for start, runs, complete, usual in zip(
        starts, table["runs"], table["complete"], has_usual, strict=True
    ):
        is_judged = bool(runs) and bool(usual) and start in judged
        weeks.append(
            JudgedWeek(
                start=start,
                level=_find_level(flags[start], is_judged, complete=bool(complete)),
                flags=sort_by_size(flags[start]),
                complete=bool(complete),
                runs=int(runs),
            )
        )
    return tuple(weeks)


def _find_judged_weeks(analysis: Analysis, starts: list[date]) -> set[date]:
    """Return the weeks in which at least one of the load rules could be judged."""
    asked = _list_load_rules(analysis.settings)
    unknown: dict[date, set[str]] = {}
    for gap in analysis.unknown:
        unknown.setdefault(gap.week, set()).add(gap.rule)
    return {start for start in starts if asked - unknown.get(start, set())}


def _list_load_rules(settings: Settings) -> set[str]:
    return {
        rule.id for rule in RULES if rule.judges_load and is_enabled(rule, settings)
    }


def _find_level(flags: list[Flag], is_judged: bool, *, complete: bool) -> WeekLevel:
    raised = {flag.level for flag in flags if is_raised(flag)}
    for level in reversed(FLAG_LEVELS):
        if level in raised:
            return level
    if not complete:
        return "open"
    return "steady" if is_judged else "unknown"
