"""Weeks as a reader sees them: each with its state, and what was raised in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from loadwatch.assess.rules import BY_ID, RULES, is_enabled, is_raised
from loadwatch.assess.rules.model import TOLERANCE
from loadwatch.tables import LEVELS
from loadwatch.verdict.phrases import format_load

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from loadwatch.analysis import Analysis
    from loadwatch.assess.rules import Flag
    from loadwatch.tables import WeekState

ORDER = tuple(LEVELS)  # the largest change first
# of the usual week: the state is "more" above, "less" below
MORE, LESS = 1.25, 0.8
NO_FILE = "no file this week"
NO_USUAL = "no usual week yet"
NO_LOAD = "load not known"


class WeekLoad(NamedTuple):
    """What a week's state is found by, from the weekly table."""

    runs: int
    complete: bool
    recorded: bool
    load: float
    usual: float


@dataclass(frozen=True, slots=True)
class JudgedWeek:
    """One calendar week as judged: its state and its flags, the largest first."""

    start: date
    state: WeekState
    flags: tuple[Flag, ...]
    complete: bool
    runs: int
    reason: str = ""  # why the state is unknown


def sort_by_size(flags: Iterable[Flag]) -> tuple[Flag, ...]:
    """Return flags by level, then by how far over their limit they are, then by rule."""
    return tuple(sorted(flags, key=_size_key))


def _size_key(flag: Flag) -> tuple[int, float, str, date]:
    return ORDER.index(flag.level), -times_limit(flag), flag.rule, flag.week


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
    starts: list[date] = weeks.index.to_numpy("datetime64[D]").tolist()
    return starts


def read_cell(weeks: pd.DataFrame, start: date, column: str) -> float:
    """Return one number of the weekly table; NaN where it is unknown."""
    at = weeks.index.get_loc(pd.Timestamp(start))
    return float(weeks[column].to_numpy("float64")[at])


def judge_weeks(analysis: Analysis, last: int = 0) -> tuple[JudgedWeek, ...]:
    """Return the `last` weeks of `analysis` (0: all) with their state, in order."""
    table = analysis.weeks.iloc[-last:]
    starts = week_starts(table)
    flags: dict[date, list[Flag]] = {start: [] for start in starts}
    for flag in analysis.flags:
        if flag.week in flags:
            flags[flag.week].append(flag)
    columns = ("runs", "complete", "recorded", "load", "load_usual")
    weeks = []
    for start, *cells in zip(
        starts, *(table[name].tolist() for name in columns), strict=True
    ):
        week = WeekLoad(*cells)
        state, reason = _find_state(flags[start], week)
        weeks.append(
            JudgedWeek(
                start=start,
                state=state,
                flags=sort_by_size(flags[start]),
                complete=bool(week.complete),
                runs=int(week.runs),
                reason=reason,
            )
        )
    return tuple(weeks)


def _find_state(flags: list[Flag], week: WeekLoad) -> tuple[WeekState, str]:
    """Return a week's state: raised, else its load against the usual; of unknown which unknown."""
    raised = {flag.level for flag in flags if is_raised(flag)}
    for level in ("high", "watch"):
        if level in raised:
            return level, ""
    if not week.complete:
        return "so_far", ""
    if not week.recorded:
        return "unknown", NO_FILE
    if not week.usual > 0:
        return "unknown", NO_USUAL
    if not week.load >= 0:
        return "unknown", NO_LOAD
    return _compare_load(week.load / week.usual), ""


def _compare_load(ratio: float) -> WeekState:
    """Return the state of a week by its load over the usual one [1]."""
    if ratio > MORE + TOLERANCE:
        return "more"
    if ratio < LESS - TOLERANCE:
        return "less"
    return "usual"


def find_judged_weeks(analysis: Analysis, starts: Iterable[date]) -> set[date]:
    """Return the weeks in which at least one of the load rules could be judged."""
    settings = analysis.settings
    asked = {
        rule.id for rule in RULES if rule.judges_load and is_enabled(rule, settings)
    }
    unknown: dict[date, set[str]] = {}
    for gap in analysis.unknown:
        unknown.setdefault(gap.week, set()).add(gap.rule)
    return {start for start in starts if asked - unknown.get(start, set())}


def format_week_load(
    analysis: Analysis, week: JudgedWeek, weeks: tuple[JudgedWeek, ...]
) -> str:
    """Return what was run in one of the last `weeks`: "45 km last week", "6 km so far this week"."""
    amount = "no run"
    if week.runs:
        amount = format_load(analysis, read_cell(analysis.weeks, week.start, "load"))
    if not week.complete:
        return f"{amount} so far this week"
    when = "this week" if week is weeks[-1] else "last week"
    return f"{amount} {when}"
