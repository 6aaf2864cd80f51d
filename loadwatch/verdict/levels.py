"""Levels as a reader sees them: word and shape before colour; unknown is a level of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from loadwatch.assess.rules import BY_ID, RULES, is_enabled, is_raised
from loadwatch.tables import LEVELS

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from loadwatch.analysis import Analysis
    from loadwatch.assess.rules import Flag
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
    return tuple(
        sorted(
            flags, key=lambda f: (ORDER.index(f.level), -times_limit(f), f.rule, f.week)
        )
    )


def largest_per_rule(flags: Iterable[Flag]) -> tuple[Flag, ...]:
    """Return the largest flag of each rule and week, in the order of `by_size`; what joins others last."""
    largest: dict[tuple[str, date], Flag] = {}
    for flag in sort_by_size(flags):
        largest.setdefault((flag.rule, flag.week), flag)
    return tuple(sorted(largest.values(), key=is_compound))


def is_compound(flag: Flag) -> bool:
    """Return whether a flag only names others raised together, and so never comes first."""
    return BY_ID[flag.rule].is_compound


def times_limit(flag: Flag) -> float:
    """Return how many times its limit a flag's value is [1]; 1 where that cannot be said."""
    return flag.value / flag.limit if flag.limit > 0 and flag.value > 0 else 1.0


def week_starts(weeks: pd.DataFrame) -> list[date]:
    """Return the first day of each week of the table."""
    return [stamp.date() for stamp in pd.DatetimeIndex(weeks.index)]


def read_cell(weeks: pd.DataFrame, start: date, column: str) -> float:
    """Return one number of the weekly table; NaN where it is unknown."""
    return float(weeks[column].to_numpy("float64")[week_starts(weeks).index(start)])


def judge_weeks(analysis: Analysis, last: int = 0) -> tuple[JudgedWeek, ...]:
    """Return the `last` weeks of `analysis` (0: all) with their level, in order.

    A week counts as steady only if it is over, has a run, three weeks with runs lie behind it, and one
    of the load rules could be judged in it: with less, nothing raised means nothing known.
    """
    table = analysis.weeks.iloc[-last:] if last else analysis.weeks
    first = week_starts(table[:1])
    flags: dict[date, list[Flag]] = {}
    for flag in analysis.flags:
        if first and flag.week >= first[0]:
            flags.setdefault(flag.week, []).append(flag)
    open_rules: dict[date, set[str]] = {}
    for gap in analysis.unknown:
        open_rules.setdefault(gap.week, set()).add(gap.rule)
    asked = {
        rule.id
        for rule in RULES
        if rule.judges_load and is_enabled(rule, analysis.settings)
    }
    behind = table["distance_m_usual"].notna() | table["load_usual"].notna()
    rows = zip(
        week_starts(table), table["runs"], table["complete"], behind, strict=True
    )
    return tuple(
        JudgedWeek(
            start,
            _find_level(
                flags.get(start, []),
                bool(runs)
                and bool(usual)
                and bool(asked - open_rules.get(start, set())),
                complete=bool(complete),
            ),
            sort_by_size(flags.get(start, [])),
            bool(complete),
            int(runs),
        )
        for start, runs, complete, usual in rows
    )


def _find_level(flags: list[Flag], judged: bool, *, complete: bool) -> WeekLevel:
    top = min(
        (ORDER.index(flag.level) for flag in flags if is_raised(flag)), default=None
    )
    if top is not None:
        return "high" if top == 0 else "watch"
    return "open" if not complete else "steady" if judged else "unknown"
