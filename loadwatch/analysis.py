"""Analysis and Roster: what was read, judged and left out; the only thing reports see."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from datetime import date

    import pandas as pd

    from loadwatch.activity import Skipped
    from loadwatch.budget import Limit
    from loadwatch.dedupe import Duplicate
    from loadwatch.diary import Answer
    from loadwatch.guidance import Advice
    from loadwatch.rules import Flag, Unknown
    from loadwatch.settings import Settings
    from loadwatch.words import Units

Group = Literal["talk", "watch", "steady", "unknown"]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Analysis:
    """All that is known of one athlete.

    `activities` has the columns EXPOSURES and HIDDEN (one row an activity, oldest first, all
    sports); `weeks` has WEEKS, `<column>_usual`, `<column>_change` and CONTEXT, index first
    day of the week (`datetime64`, name "week"), from the first activity's week to today's.
    """

    name: str
    activities: pd.DataFrame
    weeks: pd.DataFrame
    flags: tuple[Flag, ...]
    unknown: tuple[Unknown, ...]
    skipped: tuple[Skipped, ...]
    duplicates: tuple[Duplicate, ...]
    settings: Settings
    today: date
    files: int  # inputs looked at
    limits: tuple[Limit, ...] = ()  # the budget
    diary: Answer | None = None
    advice: tuple[Advice, ...] = ()
    shoes: pd.DataFrame | None = None  # shoe, distance_m, <surface>_m, runs, last (date)
    remarks: tuple[str, ...] = ()  # unmatched tags, estimated heart rates ... one line each


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    """An athlete's last weeks: load in SI, by week the oldest first, and the week that is spoken of."""

    loads: tuple[float, ...]  # NaN where unknown
    levels: tuple[str, ...]
    week: float
    usual: float
    column: str  # of WEEKS, which tells the unit
    units: Units


@dataclass(frozen=True, slots=True, kw_only=True)
class Athlete:
    """One line of a roster."""

    name: str
    group: Group
    level: str  # high, watch, info, steady or unknown
    says: str
    last_activity: date | None
    flags: int
    analysis: Analysis | None  # None where nothing could be read
    change: float = 0.0  # how large, for the order of a list and nothing else
    silent: bool = False  # no file for two weeks or more
    trend: Trend | None = None  # None where there is none, or it is no longer news


@dataclass(frozen=True, slots=True, kw_only=True)
class Roster:
    """A folder of athletes, in groups."""

    name: str
    athletes: tuple[Athlete, ...]
    today: date | None
