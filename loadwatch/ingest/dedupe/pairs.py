"""Pairs of rows that may be the same run, by clock, length and distance; over whole columns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from loadwatch.tables import ON_FOOT_SPORTS, UNKNOWN_SPORT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from loadwatch.tables import Bools, Floats, Ints

START_S = 120.0  # starts this near are one start: two watches are started by hand
LENGTH_TOLERANCE = 0.03  # duration and distance of one run by two devices
SHIFTED_TOLERANCE = 0.01  # the same where even the hour is unknown
OVERLAP_SHARE = 0.8  # of the shorter
QUARTER_S = 900.0  # clocks of the world differ by whole quarters of an hour
MAX_SHIFT_S = 14 * 3600.0
MAX_EXTENT_S = 48 * 3600.0  # a watch left running for longer overlaps everything
# elapsed over timer: above it, the end of the recording is not the end of the run
PAUSED_RATIO = 2.0
PAIRS_PER_CHUNK = 1_000_000
MAX_ROWS_PER_DAY = 300  # rows of one day, of all inputs; more are no person's
# rows that start while one lasts; the nearest of more are compared
MAX_ROWS_AT_ONCE = 40
PART_RATIO = 1.1  # metres of a part over those of the whole, by two devices
# a longer recording on foot that is slower on average has a broken clock or was left on
LONG_S, SLOWEST_MPS = 6 * 3600.0, 0.3
UNSTATED_SPORTS = (UNKNOWN_SPORT, "generic", "")


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """Two rows (by place) that may be one run; the smaller `apart_s`, the likelier."""

    left: int
    right: int
    apart_s: float
    why: str


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class RunArrays:
    """What decides whether two rows are one run: one array per column, one element per row.

    Times are in seconds since 1970, NaN where unknown or where only the day is known.
    """

    utc_s: Floats
    local_s: Floats
    extent_s: Floats  # from start to the end of the run
    lengths_s: tuple[Floats, ...]  # duration, elapsed, moving: compared like with like
    distance_m: Floats
    day: Ints  # local date, days since 1970; -1 unknown
    zone_sure: Bools
    date_only: Bools
    member: Ints  # input, numbered
    recorder: Ints  # format and device, of a list its name, numbered
    sport: Ints  # on foot 0, unknown -1, each other sport its own number


def build_run_arrays(rows: pd.DataFrame) -> RunArrays:
    """Return what decides whether two of `rows` are one run."""
    date_only = rows["date_only"].to_numpy(dtype=bool)
    duration = rows["duration_s"].to_numpy(np.float64)
    elapsed = rows["elapsed_s"].to_numpy(np.float64)
    moving = rows["moving_s"].to_numpy(np.float64)
    is_left_on = elapsed > PAUSED_RATIO * duration
    extent = np.where(np.isnan(elapsed) | is_left_on, duration, elapsed)
    extent = _limit_slow_extents(extent, rows)
    local_s = to_seconds(rows["start_local"])
    device = rows["member"].where(rows["format"].eq("list"), rows["device"])
    return RunArrays(
        utc_s=np.where(date_only, np.nan, to_seconds(rows["start_utc"])),
        local_s=np.where(date_only, np.nan, local_s),
        extent_s=np.where(extent <= MAX_EXTENT_S, extent, 0.0),
        lengths_s=(duration, elapsed, moving),
        distance_m=rows["distance_m"].to_numpy(np.float64),
        day=np.nan_to_num(local_s // 86400, nan=-1.0).astype(np.int64),
        zone_sure=rows["zone_sure"].to_numpy(dtype=bool),
        date_only=date_only,
        member=_number_values(rows["member"]),
        recorder=_number_values(rows["format"] + "\0" + device),
        sport=_number_sports(rows["sport"]),
    )


def _limit_slow_extents(extent_s: Floats, rows: pd.DataFrame) -> Floats:
    """Return extents that no run of their distance on foot outlasts [s]."""
    distance = rows["distance_m"].to_numpy(np.float64)
    is_slow = rows["sport"].isin(ON_FOOT_SPORTS).to_numpy() & (distance > 0)
    is_slow &= extent_s > LONG_S
    return np.where(is_slow, np.fmin(extent_s, distance / SLOWEST_MPS), extent_s)


def _number_values(column: pd.Series[str]) -> Ints:
    """Return a number for each cell, equal for equal cells."""
    return pd.factorize(column)[0].astype(np.int64)


def _number_sports(sport: pd.Series[str]) -> Ints:
    """Return a number for each sport: 0 for all on foot, -1 for one that is not stated."""
    grouped = sport.where(~sport.isin(ON_FOOT_SPORTS), "running")
    stated = grouped.where(~grouped.isin(UNSTATED_SPORTS))
    return pd.factorize(stated)[0].astype(np.int64)


def find_crowded_rows(arrays: RunArrays) -> Bools:
    """Return which rows share their start with more than MAX_ROWS_AT_ONCE others, as nobody's do."""
    _, place, count = np.unique(arrays.utc_s, return_inverse=True, return_counts=True)
    return np.asarray((count > MAX_ROWS_AT_ONCE)[place] & ~np.isnan(arrays.utc_s))


def find_certain_pairs(arrays: RunArrays, is_settled: Bools) -> Iterator[Pair]:
    """Yield pairs of the same start and length, and pairs that overlap.

    Local clocks are compared only where a zone is not sure. Rows that are settled have no pair.
    """
    reach = np.maximum(arrays.extent_s, START_S)
    for each_s, is_local in ((arrays.utc_s, False), (arrays.local_s, True)):
        clock_s = np.where(is_settled, np.nan, each_s)
        for left, right in pair_within_reach(clock_s, reach, MAX_ROWS_AT_ONCE):
            if is_local:
                is_open = ~_both_sure(arrays, left, right)
                is_open &= arrays.member[left] != arrays.member[right]
                left, right = left[is_open], right[is_open]  # noqa: PLW2901 - the few left
            yield from _check_certain(arrays, clock_s, left, right)


def _check_certain(
    arrays: RunArrays, clock_s: Floats, left: Ints, right: Ints
) -> Iterator[Pair]:
    """Yield those of the pairs that are one run by this clock."""
    apart = np.abs(clock_s[right] - clock_s[left])
    end = clock_s + arrays.extent_s
    shorter = np.minimum(arrays.extent_s[left], arrays.extent_s[right])
    last_start = np.maximum(clock_s[left], clock_s[right])
    shared = np.minimum(end[left], end[right]) - last_start
    is_after = (shorter > 0) & (shared <= 0)  # one after the other
    is_same = (apart <= START_S) & ~is_after
    is_same &= _lengths_agree(arrays, left, right, LENGTH_TOLERANCE, need_both=False)
    overlaps = (shorter > 0) & (shared >= OVERLAP_SHARE * shorter)
    overlaps &= _is_same_sport(arrays, left, right) & ~is_same
    overlaps &= ~_is_part_longer(arrays, left, right)
    # of one input, the legs of a triathlon and a warm-up beside it are no second record
    is_apart = arrays.member[left] == arrays.member[right]
    is_apart &= arrays.sport[left] != arrays.sport[right]
    is_same, overlaps = is_same & ~is_apart, overlaps & ~is_apart
    for found, why in (
        (is_same, "same start, duration and distance"),
        (overlaps, "recorded at the same time"),
    ):
        yield from _build_pairs(left[found], right[found], apart[found], why)


def _is_part_longer(arrays: RunArrays, left: Ints, right: Ints) -> Bools:
    """Return which pairs are no part and whole: less than half the time, yet more metres."""
    one_s, other_s = arrays.extent_s[left], arrays.extent_s[right]
    one_m, other_m = arrays.distance_m[left], arrays.distance_m[right]
    is_one = (2 * one_s < other_s) & (one_m > PART_RATIO * other_m)
    is_other = (2 * other_s < one_s) & (other_m > PART_RATIO * one_m)
    return np.asarray(is_one | is_other)


def find_shifted_pairs(arrays: RunArrays) -> Iterator[Pair]:
    """Yield pairs that agree but for whole quarters of an hour, where a zone is not sure."""
    why = "same duration and distance, on a clock of another zone"
    reach = np.full(len(arrays.utc_s), MAX_SHIFT_S + START_S)
    for left, right in pair_within_reach(arrays.utc_s, reach, MAX_ROWS_PER_DAY):
        is_open = arrays.member[left] != arrays.member[right]
        is_open &= arrays.recorder[left] != arrays.recorder[right]
        is_open &= ~_both_sure(arrays, left, right)
        one, other = left[is_open], right[is_open]
        apart = np.abs(arrays.utc_s[other] - arrays.utc_s[one])
        rest = np.abs(apart - np.round(apart / QUARTER_S) * QUARTER_S)
        is_same = rest <= START_S
        is_same &= _lengths_agree(arrays, one, other, SHIFTED_TOLERANCE, need_both=True)
        is_same &= _is_same_sport(arrays, one, other)
        yield from _build_pairs(one[is_same], other[is_same], apart[is_same], why)


def find_same_day_pairs(arrays: RunArrays) -> Iterator[Pair]:
    """Yield pairs of equal date and distance of which one knows no hour."""
    day = np.where(_is_day_to_compare(arrays), arrays.day, np.nan).astype(np.float64)
    for left, right in pair_within_reach(day, np.full(len(day), 0.5), MAX_ROWS_PER_DAY):
        one, other = arrays.distance_m[left], arrays.distance_m[right]
        is_same = arrays.member[left] != arrays.member[right]
        is_same &= _is_same_sport(arrays, left, right)
        is_same &= arrays.date_only[left] | arrays.date_only[right]
        is_same &= _is_near(one, other, LENGTH_TOLERANCE)
        apart = MAX_SHIFT_S + np.abs(one - other)[is_same]  # after all shifted pairs
        yield from _build_pairs(
            left[is_same], right[is_same], apart, "same day and distance"
        )


def _is_day_to_compare(arrays: RunArrays) -> Bools:
    """Return which rows are of a day that holds several inputs, and not more than anybody does."""
    days, place, count = np.unique(arrays.day, return_inverse=True, return_counts=True)
    first = np.full(len(days), len(arrays.day))
    np.minimum.at(first, place, np.arange(len(place)))
    is_other = arrays.member != arrays.member[first[place]]
    has_several = np.zeros(len(days), bool)
    has_several[place[is_other]] = True
    is_day = has_several & (count <= MAX_ROWS_PER_DAY) & (days >= 0)
    return np.asarray(is_day[place])


def pair_within_reach(
    clock: Floats, reach: Floats, most: int
) -> Iterator[tuple[Ints, Ints]]:
    """Yield all pairs whose later start is within the earlier one's reach, in chunks.

    Parameters
    ----------
    clock : start of each row, NaN where unknown.
    reach : how far after its start another row is compared with a row; in the unit of `clock`.
    most : rows that a row is compared with, the next ones; so that pairs grow with the rows.
    """
    order = np.argsort(clock, kind="stable")
    order = order[~np.isnan(clock[order])]
    starts = clock[order]
    first = np.arange(len(order)) + 1
    count = np.searchsorted(starts, starts + reach[order], side="right") - first
    count = np.minimum(count, most)
    chunk = np.cumsum(count) // PAIRS_PER_CHUNK
    for number in np.unique(chunk[count > 0]):
        at = np.flatnonzero((chunk == number) & (count > 0))
        left = np.repeat(at, count[at])
        begin = np.repeat(np.cumsum(count[at]) - count[at], count[at])
        step = np.arange(len(left)) - begin
        yield order[left], order[left + 1 + step]


def _build_pairs(left: Ints, right: Ints, apart_s: Floats, why: str) -> Iterator[Pair]:
    for one, other, apart in zip(
        left.tolist(), right.tolist(), apart_s.tolist(), strict=True
    ):
        yield Pair(one, other, apart, why)


def _both_sure(arrays: RunArrays, left: Ints, right: Ints) -> Bools:
    return arrays.zone_sure[left] & arrays.zone_sure[right]


def _lengths_agree(
    arrays: RunArrays, left: Ints, right: Ints, tolerance: float, *, need_both: bool
) -> Bools:
    """Return which pairs agree in duration and distance, as far as these are known.

    With `need_both` both must be known, else one of the two. Durations agree if timer, elapsed or
    moving time does.
    """
    far_known, far_near = _compare_values(arrays.distance_m, left, right, tolerance)
    long_known, long_near = np.zeros(len(left), bool), np.zeros(len(left), bool)
    for length in arrays.lengths_s:
        is_known, is_near = _compare_values(length, left, right, tolerance)
        long_known, long_near = long_known | is_known, long_near | is_near
    differs = (far_known & ~far_near) | (long_known & ~long_near)
    if need_both:
        return far_known & long_known & ~differs
    return (far_known | long_known) & ~differs


def durations_agree(arrays: RunArrays, left: Ints, right: Ints) -> Bools:
    """Return which pairs agree in timer, elapsed or moving time."""
    agree = np.zeros(len(left), bool)
    for length in arrays.lengths_s:
        agree |= _compare_values(length, left, right, LENGTH_TOLERANCE)[1]
    return agree


def _compare_values(
    values: Floats, left: Ints, right: Ints, tolerance: float
) -> tuple[Bools, Bools]:
    """Return of which pairs both values are known, and which of them are near."""
    one, other = values[left], values[right]
    return ~(np.isnan(one) | np.isnan(other)), _is_near(one, other, tolerance)


def _is_near(one: Floats, other: Floats, tolerance: float) -> Bools:
    return np.asarray(np.abs(one - other) <= tolerance * np.maximum(one, other))


def _is_same_sport(arrays: RunArrays, left: Ints, right: Ints) -> Bools:
    """Return which pairs are of one sport, or do not know one."""
    one, other = arrays.sport[left], arrays.sport[right]
    return np.asarray((one == other) | (one < 0) | (other < 0))


def to_seconds(times: pd.Series[pd.Timestamp]) -> Floats:
    """Return times as seconds since 1970, NaN where there is none."""
    values = times.to_numpy(dtype="M8[us]")
    return np.where(np.isnat(values), np.nan, values.view(np.int64) / 1e6)
