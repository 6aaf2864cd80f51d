"""Weekly table: sums, the usual week and the change, for each calendar week."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from loadwatch.assess.context import build_context
from loadwatch.tables import (
    CONTEXT,
    LOAD_METHODS,
    MEASURED,
    MEASURES,
    PLAIN_SUB_SPORT,
    UNKNOWN_SPORT,
    WEEKDAYS,
    WEEKS,
    column_names,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from numpy.typing import NDArray

    from loadwatch.settings import Settings
    from loadwatch.tables import Bools, Floats, Ints, WeekdayName


LONGEST = {"longest_m": "distance_m", "longest_ascent_m": "ascent_m"}
SUPPORT = ("strength_training", "pilates", "yoga")
# sports that a strength session is often recorded as, where the watch names no kind
UNNAMED = (UNKNOWN_SPORT, "training", "fitness_equipment")
KNOWN_SHARE = 0.9  # of a week's distance, for its sum to be known
# a run of unknown distance: by its time at 10 km/h, else 5 km
GUESS_MPS, GUESS_M = 10.0 / 3.6, 5000.0
USUAL_WEEKS = 4  # looked back on
MIN_USUAL_WEEKS = 3  # of them with a run and the column known
NOTHING = 1e-9  # of any unit: less is the remainder of a sum, and no divisor
_WEEKDAY_NUMBER = {name: number for number, name in enumerate(WEEKDAYS)}
_EPOCH_WEEKDAY = _WEEKDAY_NUMBER["thu"]  # of 1970-01-01


@dataclass(frozen=True, slots=True)
class Calendar:
    """The weeks from the first activity's to today's; week number i starts on `days[i]`."""

    days: NDArray[np.datetime64]  # datetime64[D]
    today: np.datetime64

    def number_weeks(self, local: NDArray[np.datetime64]) -> Ints:
        """Return the number of the week that holds each local time, -1 for none or after today."""
        day = local.astype("datetime64[D]")
        if not len(self.days):
            return np.full(len(day), -1)
        number = (day - self.days[0]).astype(np.int64) // 7
        return np.where(np.isnat(day) | (day > self.today), -1, number)


def find_first_day(day: np.datetime64, week_start: WeekdayName) -> np.datetime64:
    """Return the first day of the week that holds `day`."""
    past = (day.astype(np.int64) + _EPOCH_WEEKDAY - _WEEKDAY_NUMBER[week_start]) % 7
    return np.datetime64(int(day.astype(np.int64)) - int(past), "D")


def build_calendar(
    activities: pd.DataFrame, settings: Settings, today: date
) -> Calendar:
    """Return the weeks of `activities` until `today`, empty ones too, by local days."""
    until = np.datetime64(today, "D")
    local = activities["start_local"].to_numpy("datetime64[D]")
    local = local[~np.isnat(local) & (local <= until)]
    if not len(local):
        return Calendar(np.empty(0, "datetime64[D]"), until)
    first, last = (
        find_first_day(day, settings.week_start) for day in (local.min(), until)
    )
    return Calendar(
        np.arange(first, last + np.timedelta64(1, "D"), 7, dtype="datetime64[D]"), until
    )


def mark_runs(activities: pd.DataFrame, settings: Settings) -> Bools:
    """Return which rows count as runs: a sport of `settings.sports`, no multisport parent."""
    sports = set(settings.sports)
    is_run = [sport in sports for sport in activities["sport"].tolist()]
    counts: Bools = np.array(is_run, bool) & ~activities["parent"].to_numpy(bool)
    return counts


def select_runs(
    activities: pd.DataFrame, settings: Settings, columns: Sequence[str] | None = None
) -> pd.DataFrame:
    """Return the rows that count as runs (`mark_runs`), of all columns or of some."""
    table = activities if columns is None else activities[list(columns)]
    return table.take(np.flatnonzero(mark_runs(activities, settings)))


def _weigh_runs(table: pd.DataFrame) -> Floats:
    """Return the weight of each run in its week: its distance, else one guessed from its time [m].

    The guess is the same for all runners: one from their own pace would let later runs change
    earlier weeks.
    """
    distance, duration = (
        table[c].to_numpy(np.float64) for c in ("distance_m", "duration_s")
    )
    guess = np.where(np.isnan(duration), GUESS_M, duration * GUESS_MPS)
    return np.where(np.isnan(distance), guess, distance)


def _sum_by_week(number: Ints, values: Floats, count: int) -> Floats:
    return np.asarray(np.bincount(number, values, count), np.float64)


def _sum_weeks(
    table: pd.DataFrame, week: Ints, count: int
) -> tuple[dict[str, Floats], dict[str, Bools]]:
    """Return by measured column its known weekly sum or maximum, and whether that suffices."""
    weight = _weigh_runs(table)
    total = np.bincount(week, weight, count)
    some = np.bincount(week, minlength=count)
    sums: dict[str, Floats] = {}
    known: dict[str, Bools] = {}
    for name in MEASURES:
        values = table[name].to_numpy(np.float64)
        has = ~np.isnan(values)
        sums[name] = _sum_by_week(week, np.where(has, values, 0.0), count)
        lacking = np.bincount(week, np.where(has, 0.0, weight), count)
        enough = lacking <= (1.0 - KNOWN_SHARE) * total + 1e-9
        known[name] = enough & ((some == 0) | (np.bincount(week, has, count) > 0))
    for name, column in LONGEST.items():
        sums[name], known[name] = np.zeros(count), known[column]
        np.maximum.at(
            sums[name], week, np.nan_to_num(table[column].to_numpy(np.float64))
        )
    return sums, known


def sum_known(
    activities: pd.DataFrame, settings: Settings, today: date
) -> dict[str, Floats]:
    """Return by column of MEASURED the known part of each week's sum, never more than the sum.

    A sum that passes a limit with part of its runs unknown passes it all the same.
    """
    cal, table, week = _place_runs(activities, settings, today)
    sums, _ = _sum_weeks(table, week, len(cal.days))
    return sums | {"load": sums[LOAD_METHODS[settings.load].column]}


def _place_runs(
    activities: pd.DataFrame, settings: Settings, today: date
) -> tuple[Calendar, pd.DataFrame, Ints]:
    cal = build_calendar(activities, settings, today)
    table = select_runs(activities, settings, ("start_local", *MEASURES))
    week = cal.number_weeks(table["start_local"].to_numpy("datetime64[us]"))
    return cal, table[week >= 0], week[week >= 0]


def compute_usual(values: Floats, counted: Bools) -> Floats:
    """Return the median of the counted weeks of the four before [unit of values].

    NaN where fewer than three count. Weeks without a run are not counted: a plain mean of four
    would raise every ordinary week after a rest. `values` may have columns; weeks go down the
    first axis.
    """
    kept = np.where(counted, values, np.nan)
    start = np.full((USUAL_WEEKS, *kept.shape[1:]), np.nan)
    before = np.concatenate((start, kept))
    window = np.sort(
        np.lib.stride_tricks.sliding_window_view(before, USUAL_WEEKS, axis=0)[:-1],
        axis=-1,
    )
    count = (~np.isnan(window)).sum(axis=-1)
    middle = np.where(
        count == USUAL_WEEKS, (window[..., 1] + window[..., 2]) / 2, window[..., 1]
    )
    return np.asarray(np.where(count >= MIN_USUAL_WEEKS, middle, np.nan), np.float64)


def _sum_daily_km(table: pd.DataFrame, cal: Calendar) -> Floats:
    """Return the distance per day from the first week on [km].

    NaN on a day with a run of unknown distance.
    """
    day = (table["start_local"].to_numpy("datetime64[D]") - cal.days[0]).astype(
        np.int64
    )
    day_count = int((cal.today - cal.days[0]).astype(np.int64)) + 1
    return _sum_by_week(
        day, table["distance_m"].to_numpy(np.float64) / 1000.0, day_count
    )


def _build_context(table: pd.DataFrame, cal: Calendar) -> dict[str, Floats]:
    """Return CONTEXT as of each week's last day, of the week in progress as of today."""
    if not len(cal.days):
        return {name: np.empty(0) for name in column_names(CONTEXT)}
    daily = _sum_daily_km(table, cal)
    last = np.minimum(np.arange(len(cal.days)) * 7 + 6, len(daily) - 1)
    return {name: values[last] for name, values in build_context(daily).items()}


def mark_support(activities: pd.DataFrame) -> Bools:
    """Return for each activity whether it is strength, Pilates or yoga."""
    sports = (
        activities[column].to_numpy(object).astype(str)
        for column in ("sport", "sub_sport")
    )
    sessions = np.logical_or(*(np.isin(sport, SUPPORT) for sport in sports))
    return np.asarray(sessions & ~activities["parent"].to_numpy(bool), bool)


def mark_unnamed(activities: pd.DataFrame) -> Bools:
    """Return for each activity whether it is a workout of no known kind, which may be strength."""
    sport = activities["sport"].to_numpy(object).astype(str)
    plain = activities["sub_sport"].to_numpy(object) == PLAIN_SUB_SPORT
    moved = activities["distance_m"].to_numpy(np.float64) > 0
    workouts = np.isin(sport, UNNAMED) & plain & ~moved
    return np.asarray(workouts & ~activities["parent"].to_numpy(bool), bool)


def count_unnamed(activities: pd.DataFrame, cal: Calendar) -> Ints:
    """Return by week how many workouts are of no known kind."""
    week = cal.number_weeks(activities["start_local"].to_numpy("datetime64[us]"))
    counted = week[mark_unnamed(activities) & (week >= 0)]
    return np.bincount(counted, minlength=len(cal.days))


def _count_weeks(activities: pd.DataFrame, cal: Calendar) -> dict[str, Ints | Bools]:
    week = cal.number_weeks(activities["start_local"].to_numpy("datetime64[us]"))
    count = len(cal.days)
    return {
        "support_sessions": np.bincount(
            week[mark_support(activities) & (week >= 0)], minlength=count
        ),
        # the last day counts as over
        "complete": cal.days + np.timedelta64(6, "D") <= cal.today,
        "recorded": np.bincount(week[week >= 0], minlength=count) > 0,
    }


def _build_measured(
    sums: Mapping[str, Floats], known: Mapping[str, Bools], some: Ints, recorded: Bools
) -> dict[str, Floats]:
    """Return measured columns, then `<column>_usual` and `<column>_change`.

    A week of rest sums to 0, one without any file is unknown.
    """
    table = np.column_stack(
        [np.where(known[name] & recorded, sums[name], np.nan) for name in MEASURED]
    )
    middle = compute_usual(table, (some > 0)[:, None])
    change = (
        np.divide(
            table, middle, out=np.full(table.shape, np.nan), where=middle > NOTHING
        )
        - 1.0
    )
    columns = {name: table[:, i] for i, name in enumerate(MEASURED)}
    columns |= {f"{name}_usual": middle[:, i] for i, name in enumerate(MEASURED)}
    return columns | {f"{name}_change": change[:, i] for i, name in enumerate(MEASURED)}


def build_weeks(
    activities: pd.DataFrame, settings: Settings, today: date
) -> pd.DataFrame:
    """Return one row per calendar week, from the first activity's week to today's.

    Index "week" is the first day. A sum is known where runs with 90 % of the week's distance know
    the column; a week of rest sums to 0, one without any file is unknown, and neither enters a
    usual week. Activities after `today` are left out.
    """
    cal, table, week = _place_runs(activities, settings, today)
    some = np.bincount(week, minlength=len(cal.days))
    sums, known = _sum_weeks(table, week, len(cal.days))
    load = LOAD_METHODS[settings.load].column
    counts = _count_weeks(activities, cal)
    measured = _build_measured(
        sums | {"load": sums[load]},
        known | {"load": known[load]},
        some,
        np.asarray(counts["recorded"], bool),
    )
    columns = {"runs": some} | measured | counts
    order = column_names(WEEKS) + [
        f"{c}_{kind}" for c in MEASURED for kind in ("usual", "change")
    ]
    index = pd.DatetimeIndex(cal.days.astype("datetime64[us]"), name="week")
    return pd.DataFrame(
        {name: columns[name] for name in order} | _build_context(table, cal),
        index=index,
    )
