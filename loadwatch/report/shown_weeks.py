"""The weeks of a picture: what is drawn of each, and which of them a check marked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from loadwatch import formatting
from loadwatch.assess.rules import RULES, is_raised
from loadwatch.assess.weeks import MIN_USUAL_WEEKS, USUAL_WEEKS
from loadwatch.date_filter import ALL_DAYS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from loadwatch.assess.rules import Flag
    from loadwatch.assess.rules.model import Chart
    from loadwatch.date_filter import Period
    from loadwatch.formatting import Units
    from loadwatch.tables import Bools, Floats

NO_BREAK = "\N{NO-BREAK SPACE}"
YEAR_WEEKS = 53


def list_marking_rules(chart: Chart) -> tuple[str, ...]:
    """Return the ids of the rules whose flags mark the weeks of `chart`."""
    return tuple(rule.id for rule in RULES if chart in rule.charts)


LOAD = list_marking_rules("load")
LONGEST = list_marking_rules("longest")
SURFACE = list_marking_rules("surface")
CLIMB = list_marking_rules("climb")
DESCENT = list_marking_rules("descent")


@dataclass(frozen=True, slots=True)
class WeekMark:
    """A shape above the bar of week `at`."""

    at: int
    level: str


@dataclass(frozen=True, slots=True, eq=False)
class ShownWeeks:
    """The weeks of a picture in order; their ranges look back beyond the first."""

    starts: tuple[date, ...]
    table: pd.DataFrame  # of the weeks shown
    low: pd.DataFrame  # lowest and highest of the weeks behind each usual, same columns
    high: pd.DataFrame
    units: Units = "metric"

    def column_values(self, column: str) -> Floats:
        """Return one column of the weeks shown, unknown as NaN."""
        return self.table[column].to_numpy("float64")

    @property
    def recorded(self) -> Bools:
        """For each week whether it has any file."""
        return self.table["recorded"].to_numpy(bool)

    @property
    def in_progress(self) -> Bools:
        """For each week whether it still goes on."""
        return ~self.table["complete"].to_numpy(bool)

    @property
    def with_runs(self) -> Bools:
        """For each week whether it has a run."""
        return self.table["runs"].to_numpy(np.int64) > 0

    @property
    def without_files(self) -> Bools:
        """For each week whether it is over and has no file."""
        return ~self.recorded & ~self.in_progress

    @property
    def without_runs(self) -> Bools:
        """For each week whether it is over and has files, none of them a run."""
        return ~self.with_runs & self.recorded & ~self.in_progress

    def format_amount(self, at: int, column: str, measure: str = "") -> str:
        """Return the amount of one week with its unit, or that nothing is known.

        `measure` is the column of WEEKS that has the unit, where `column` is "load".
        """
        if not self.recorded[at]:
            return f"no{NO_BREAK}files"
        value = float(self.column_values(column)[at])
        if not np.isfinite(value):
            return "unknown"
        return format_amount(value, measure or column, self.units)


def select_weeks(
    weeks: pd.DataFrame,
    columns: Sequence[str],
    period: Period = ALL_DAYS,
    last: int = 0,
    units: Units = "metric",
) -> ShownWeeks:
    """Return the weeks of `period`, of those the `last` ones (0: all).

    The ranges of `columns` are computed over all weeks first.
    """
    low, high = compute_usual_range(weeks, columns)
    first_days = pd.DatetimeIndex(weeks.index)
    is_shown = np.ones(len(weeks), bool)
    if period.start is not None:
        least = pd.Timestamp(period.start) - pd.Timedelta(days=7)
        is_shown &= np.asarray(first_days > least)
    if period.end is not None:
        is_shown &= np.asarray(first_days <= pd.Timestamp(period.end))
    at = np.flatnonzero(is_shown)[-last:]
    table = weeks.iloc[at]
    starts = tuple(first_day.date() for first_day in pd.DatetimeIndex(table.index))
    return ShownWeeks(starts, table, low.iloc[at], high.iloc[at], units)


def format_amount(value: float, measure: str, units: Units) -> str:
    """Return a value with its unit, which no line break parts."""
    text = formatting.format_quantity(value, measure, units)
    return text.replace(" ", NO_BREAK)


def sum_days(
    runs: pd.DataFrame, weeks: pd.DataFrame, today: date
) -> tuple[tuple[date, ...], Floats, Bools]:
    """Return the weeks of the last year, and what was run on each of their days.

    Weeks before the first file of that year are left out: an old file before it would
    make nearly all of them empty.

    Returns
    -------
    starts : first day of each of the last 53 weeks.
    distance : of each of their days until `today`. [m]
    with_run : whether there was a run on that day, its distance known or not.
    """
    year = select_weeks(weeks, [], last=YEAR_WEEKS)
    starts: tuple[date, ...] = (today,)
    if year.starts:
        starts = year.starts[int(year.recorded.argmax()) :]
    count = (today - starts[0]).days + 1
    first_day = np.datetime64(starts[0], "D")
    days = runs["start_local"].to_numpy("datetime64[D]") - first_day
    day = days.astype(np.float64)
    is_within = (day >= 0) & (day < count)
    at = day[is_within].astype(np.int64)
    metres = np.nan_to_num(runs["distance_m"].to_numpy("float64")[is_within])
    distance = np.bincount(at, metres, count).astype(np.float64)
    return starts, distance, np.bincount(at, minlength=count) > 0


def choose_shades(distance: Floats) -> Floats:
    """Return for each amount its quarter among the known ones above 0, from 1 on; 0 for none.

    Quarters by rank and not of the largest: one race would leave all other days pale.
    """
    known = distance[distance > 0]
    if not len(known):
        return np.zeros(len(distance))
    edges = np.quantile(known, [0.25, 0.5, 0.75])
    quarters = 1.0 + np.searchsorted(edges, np.nan_to_num(distance), side="left")
    return np.where(distance > 0, quarters, 0.0)


def compute_usual_range(
    weeks: pd.DataFrame, columns: Sequence[str]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return lowest and highest of the weeks that `usual` is the median of.

    NaN where `usual` is unknown.
    """
    if not columns:
        return weeks[[]], weeks[[]]
    values = weeks[list(dict.fromkeys(columns))].astype("float64")
    with_runs = (weeks["runs"] > 0).to_numpy()[:, None]
    before = values.where(values.notna() & with_runs).shift(1)
    window = before.rolling(USUAL_WEEKS, min_periods=MIN_USUAL_WEEKS)
    return window.min(), window.max()


def find_marks(
    flags: Iterable[Flag], rules: Sequence[str], starts: Sequence[date]
) -> list[WeekMark]:
    """Return one mark per week that a rule of `rules` raised, at its highest level."""
    places = {start: at for at, start in enumerate(starts)}
    found: dict[int, str] = {}
    for flag in flags:
        if flag.rule not in rules or not is_raised(flag) or flag.week not in places:
            continue
        at = places[flag.week]
        if found.get(at) != "high":
            found[at] = flag.level
    return [WeekMark(at, level) for at, level in sorted(found.items())]
