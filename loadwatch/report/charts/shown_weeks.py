"""The weeks of a picture: what to draw of each, and which of them a check marked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from loadwatch import formatting
from loadwatch.assess.rules import RULES, is_raised
from loadwatch.assess.weeks import USUAL_LEAST, USUAL_WEEKS
from loadwatch.date_filter import ALL_DAYS
from loadwatch.report.charts.markers import WeekMark

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from loadwatch.assess.rules import Flag
    from loadwatch.assess.rules.model import Chart
    from loadwatch.date_filter import Period
    from loadwatch.settings import Settings
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


@dataclass(frozen=True, slots=True, eq=False)
class ShownWeeks:
    """Weeks in order, cut to those shown; ranges look back beyond the cut."""

    starts: tuple[date, ...]
    table: pd.DataFrame  # of the weeks shown
    low: pd.DataFrame  # lowest and highest of the weeks behind each usual, same columns
    high: pd.DataFrame

    def column_values(self, column: str) -> Floats:
        """Return one column of the weeks shown, unknown as NaN."""
        return self.table[column].to_numpy("float64")

    @property
    def in_progress(self) -> Bools:
        """Say of each week whether it is still in progress."""
        return ~self.table["complete"].to_numpy(bool)

    @property
    def without_files(self) -> Bools:
        """Say of each finished week whether nothing at all was recorded in it."""
        return ~self.table["recorded"].to_numpy(bool) & ~self.in_progress

    @property
    def without_runs(self) -> Bools:
        """Say of each finished week whether what was recorded in it holds no run."""
        runs = self.table["runs"].to_numpy(np.int64)
        return np.asarray(
            (runs == 0) & self.table["recorded"].to_numpy(bool) & ~self.in_progress
        )

    def format_amount(
        self, at: int, column: str, measure: str, settings: Settings
    ) -> str:
        """Return one week's amount in words; "no files" where nothing was recorded."""
        if not self.table["recorded"].to_numpy(bool)[at]:
            return f"no{NO_BREAK}files"
        value = float(self.column_values(column)[at])
        return (
            format_amount(value, measure, settings) if np.isfinite(value) else "unknown"
        )


def select_weeks(
    weeks: pd.DataFrame,
    columns: Sequence[str],
    period: Period = ALL_DAYS,
    last: int = 0,
) -> ShownWeeks:
    """Return the weeks of `period`, of those the `last` ones (0: all).

    The ranges of `columns` are computed over all weeks first.
    """
    low, high = compute_usual_range(weeks, columns)
    first = pd.DatetimeIndex(weeks.index)
    shown = np.ones(len(weeks), bool)
    if period.start is not None:
        shown &= np.asarray(first > pd.Timestamp(period.start) - pd.Timedelta(days=7))
    if period.end is not None:
        shown &= np.asarray(first <= pd.Timestamp(period.end))
    at = np.flatnonzero(shown)[-last:] if last else np.flatnonzero(shown)
    table = weeks.iloc[at]
    starts = tuple(stamp.date() for stamp in pd.DatetimeIndex(table.index))
    return ShownWeeks(starts, table, low.iloc[at], high.iloc[at])


def format_amount(value: float, measure: str, settings: Settings) -> str:
    """Return a value with its unit, which no line break parts."""
    return formatting.format_quantity(value, measure, settings.units).replace(
        " ", NO_BREAK
    )


def sum_days(
    runs: pd.DataFrame, weeks: pd.DataFrame, today: date
) -> tuple[tuple[date, ...], Floats, Bools]:
    """Return the first days of the last 53 weeks; of each of their days until `today` metres and if run.

    Weeks before the first file of those 53 are left out: an old file would make nearly all of them empty.
    """
    year = select_weeks(weeks, [], last=YEAR_WEEKS)
    starts = (
        year.starts[int(year.table["recorded"].to_numpy(bool).argmax()) :]
        if year.starts
        else ()
    )
    begin = starts[0] if starts else today
    days = (today - begin).days + 1
    day = (
        runs["start_local"].to_numpy("datetime64[D]") - np.datetime64(begin, "D")
    ).astype(np.float64)
    metres, inside = runs["distance_m"].to_numpy("float64"), (day >= 0) & (day < days)
    at = day[inside].astype(np.int64)
    total = np.bincount(at, np.nan_to_num(metres[inside]), days)
    return (
        starts or (begin,),
        total.astype(np.float64),
        np.bincount(at, minlength=days) > 0,
    )


def compute_usual_range(
    weeks: pd.DataFrame, columns: Sequence[str]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the lowest and highest of the weeks that stand behind `usual`, NaN where it is unknown."""
    if not columns:
        return weeks[[]], weeks[[]]
    kept = weeks[list(dict.fromkeys(columns))].astype("float64")
    kept = kept.where(kept.notna() & (weeks["runs"] > 0).to_numpy()[:, None]).shift(1)
    window = kept.rolling(USUAL_WEEKS, min_periods=USUAL_LEAST)
    return window.min(), window.max()


def find_marks(
    flags: Iterable[Flag], rules: Sequence[str], starts: Sequence[date]
) -> list[WeekMark]:
    """Return one mark a week that a check of `rules` raised, at the highest of its levels."""
    at = {start: i for i, start in enumerate(starts)}
    found: dict[int, str] = {}
    for flag in flags:
        if (
            flag.rule in rules
            and is_raised(flag)
            and flag.week in at
            and found.get(at[flag.week]) != "high"
        ):
            found[at[flag.week]] = flag.level
    return [WeekMark(i, level) for i, level in sorted(found.items())]
