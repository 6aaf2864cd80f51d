"""The weeks of a picture: what to draw of each, and which of them a check marked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from loadwatch.charts.canvas import Mark
from loadwatch.rules import raised
from loadwatch.weeks import USUAL_LEAST, USUAL_WEEKS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from numpy.typing import NDArray

    from loadwatch.rules import Flag

    Floats = NDArray[np.float64]
    Bools = NDArray[np.bool_]

# which checks mark which picture
LOAD = ("LW01", "LW02", "LW10", "LW11")
SURFACE = ("LW08",)
CLIMB = ("LW04", "LW06", "LW07")
DESCENT = ("LW05",)


@dataclass(frozen=True, slots=True, eq=False)
class Season:
    """Weeks in order, cut to those shown; ranges look back beyond the cut."""

    starts: tuple[date, ...]
    table: pd.DataFrame  # of the weeks shown
    low: pd.DataFrame  # lowest and highest of the weeks behind each usual, same columns
    high: pd.DataFrame

    def values(self, column: str) -> Floats:
        """Return one column of the weeks shown, unknown as NaN."""
        return self.table[column].to_numpy("float64")

    @property
    def open(self) -> Bools:
        """Say of each week whether it is still in progress."""
        return ~self.table["complete"].to_numpy(bool)


@dataclass(frozen=True, slots=True)
class Period:
    """Which weeks are shown: from `start` to `end`, of those the `last` ones (0: all)."""

    last: int = 0
    start: date | None = None
    end: date | None = None


ALL = Period()


def season(weeks: pd.DataFrame, columns: Sequence[str], period: Period = ALL) -> Season:
    """Return the weeks of `period`; ranges are worked out over all weeks first."""
    last, start, end = period.last, period.start, period.end
    low, high = usual_range(weeks, columns)
    first = pd.DatetimeIndex(weeks.index)
    shown = np.ones(len(weeks), bool)
    if start is not None:
        shown &= np.asarray(first > pd.Timestamp(start) - pd.Timedelta(days=7))
    if end is not None:
        shown &= np.asarray(first <= pd.Timestamp(end))
    at = np.flatnonzero(shown)[-last:] if last else np.flatnonzero(shown)
    table = weeks.iloc[at]
    starts = tuple(stamp.date() for stamp in pd.DatetimeIndex(table.index))
    return Season(starts, table, low.iloc[at], high.iloc[at])


def usual_range(weeks: pd.DataFrame, columns: Sequence[str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the lowest and highest of the weeks that stand behind `usual`, NaN where it is unknown."""
    kept = weeks[list(dict.fromkeys(columns))].astype("float64")
    kept = kept.where(kept.notna() & (weeks["runs"] > 0).to_numpy()[:, None]).shift(1)
    window = kept.rolling(USUAL_WEEKS, min_periods=USUAL_LEAST)
    return window.min(), window.max()


def marks(flags: Iterable[Flag], rules: Sequence[str], starts: Sequence[date]) -> list[Mark]:
    """Return one mark a week that a check of `rules` raised, at the highest of its levels."""
    at = {start: i for i, start in enumerate(starts)}
    found: dict[int, str] = {}
    for flag in flags:
        if flag.rule in rules and raised(flag) and flag.week in at and found.get(at[flag.week]) != "high":
            found[at[flag.week]] = flag.level
    return [Mark(i, level) for i, level in sorted(found.items())]
