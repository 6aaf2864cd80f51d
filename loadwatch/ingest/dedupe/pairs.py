"""Which two rows tell of the same run, by clock, length and distance; whole columns at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from loadwatch.tables import Bools, Floats

    Places = NDArray[np.int64]

START_S = 120.0  # starts this near are one start: two watches, two thumbs
LENGTH_TOLERANCE = 0.03  # duration and distance of one run by two devices
SHIFTED_TOLERANCE = 0.01  # the same where even the hour is unknown
OVERLAP_SHARE = 0.8  # of the shorter
QUARTER_S = 900.0  # clocks of the world differ by whole quarters of an hour
MAX_SHIFT_S = 14 * 3600.0
MAX_EXTENT_S = (
    48 * 3600.0
)  # a watch left running for longer tells nothing of the runs below it
PAUSED_RATIO = 2.0  # elapsed over timer: above it the end of the recording is not the end of the run
PAIRS_PER_CHUNK = 1_000_000  # pairs compared at once
ON_FOOT = ("running", "walking", "hiking")


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """Two rows (by place) that may be one run; the smaller `apart_s`, the likelier."""

    left: int
    right: int
    apart_s: float
    why: str


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class RunArrays:
    """What of each row decides, as arrays; times in seconds, NaN where unknown or only a day."""

    utc_s: Floats
    local_s: Floats
    extent_s: Floats  # from start to the end of the run
    lengths_s: tuple[Floats, ...]  # duration, elapsed, moving: compared like with like
    distance_m: Floats
    day: Places  # local date, days since 1970; -1 unknown
    zone_sure: Bools
    date_only: Bools
    member: Places  # input, numbered
    recorder: Places  # who recorded: format and device, a list by its name
    sport: Places  # on foot 0, unknown -1, each other sport its own number


def build_run_arrays(rows: pd.DataFrame) -> RunArrays:
    """Return what of `rows` decides whether two are one run."""
    date_only = rows["date_only"].to_numpy(dtype=bool)
    duration, elapsed, moving = (
        rows[name].to_numpy(np.float64)
        for name in ("duration_s", "elapsed_s", "moving_s")
    )
    left_on = elapsed > PAUSED_RATIO * duration
    span = np.where(np.isnan(elapsed) | left_on, duration, elapsed)
    by = rows["member"].where(rows["format"].eq("list"), rows["device"])
    sport = rows["sport"].where(~rows["sport"].isin(ON_FOOT), "running")
    words = pd.factorize(sport.where(~sport.isin(["unknown", "generic", ""])))[0]
    return RunArrays(
        utc_s=np.where(date_only, np.nan, to_seconds(rows["start_utc"])),
        local_s=np.where(date_only, np.nan, to_seconds(rows["start_local"])),
        extent_s=np.where(span <= MAX_EXTENT_S, span, 0.0),
        lengths_s=(duration, elapsed, moving),
        distance_m=rows["distance_m"].to_numpy(np.float64),
        day=np.nan_to_num(to_seconds(rows["start_local"]) // 86400, nan=-1.0).astype(
            np.int64
        ),
        zone_sure=rows["zone_sure"].to_numpy(dtype=bool),
        date_only=date_only,
        member=pd.factorize(rows["member"])[0].astype(np.int64),
        recorder=pd.factorize(rows["format"] + "\0" + by)[0].astype(np.int64),
        sport=words.astype(np.int64),
    )


def find_certain_pairs(known: RunArrays) -> Iterator[Pair]:
    """Return the pairs that start together and are equally long, or that lie over each other."""
    for clock_s, unsure in ((known.utc_s, False), (known.local_s, True)):
        reach = np.maximum(known.extent_s, START_S)
        for left, right in _pair_within_reach(clock_s, reach):
            both = known.member[left] != known.member[right]
            if unsure:
                both &= ~(known.zone_sure[left] & known.zone_sure[right])
            yield from _check_certain(known, clock_s, left[both], right[both])


def _check_certain(
    known: RunArrays, clock_s: Floats, left: Places, right: Places
) -> Iterator[Pair]:
    apart = np.abs(clock_s[right] - clock_s[left])
    shorter = np.minimum(known.extent_s[left], known.extent_s[right])
    ends = np.minimum(
        clock_s[left] + known.extent_s[left], clock_s[right] + known.extent_s[right]
    )
    shared = ends - np.maximum(clock_s[left], clock_s[right])
    after = (shorter > 0) & (shared <= 0)  # one after the other
    alike = (
        (apart <= START_S)
        & _lengths_agree(known, left, right, LENGTH_TOLERANCE, both=False)
        & ~after
    )
    over = (
        (shorter > 0)
        & (shared >= OVERLAP_SHARE * shorter)
        & _is_same_sport(known, left, right)
    )
    for hit, why in (
        (alike, "same start, duration and distance"),
        (over & ~alike, "recorded at the same time"),
    ):
        yield from _build_pairs(left[hit], right[hit], apart[hit], why)


def find_shifted_pairs(known: RunArrays) -> Iterator[Pair]:
    """Return the pairs alike but for whole quarters of an hour, where a zone is not sure."""
    reach = np.full(len(known.utc_s), MAX_SHIFT_S + START_S)
    for left, right in _pair_within_reach(known.utc_s, reach):
        other = (known.member[left] != known.member[right]) & (
            known.recorder[left] != known.recorder[right]
        )
        open_ = other & ~(known.zone_sure[left] & known.zone_sure[right])
        left, right = left[open_], right[open_]  # noqa: PLW2901  the few that are left
        apart = np.abs(known.utc_s[right] - known.utc_s[left])
        rest = np.abs(apart - np.round(apart / QUARTER_S) * QUARTER_S)
        hit = (rest <= START_S) & _lengths_agree(
            known, left, right, SHIFTED_TOLERANCE, both=True
        )
        hit &= _is_same_sport(known, left, right)
        yield from _build_pairs(
            left[hit],
            right[hit],
            apart[hit],
            "same duration and distance, on a clock of another zone",
        )


def find_same_day_pairs(known: RunArrays) -> Iterator[Pair]:
    """Return the pairs of equal date and distance of which one knows no hour."""
    day = np.where(known.day >= 0, known.day, np.nan).astype(np.float64)
    for left, right in _pair_within_reach(day, np.full(len(day), 0.5)):
        other = (known.member[left] != known.member[right]) & _is_same_sport(
            known, left, right
        )
        other &= known.date_only[left] | known.date_only[right]
        hit = other & _is_near(
            known.distance_m[left], known.distance_m[right], LENGTH_TOLERANCE
        )
        apart = np.abs(known.distance_m[left[hit]] - known.distance_m[right[hit]])
        yield from _build_pairs(
            left[hit], right[hit], MAX_SHIFT_S + apart, "same day and distance"
        )


def _pair_within_reach(clock: Floats, reach: Floats) -> Iterator[tuple[Places, Places]]:
    """Return, a chunk at a time, all pairs whose later start lies within the earlier one's reach."""
    order = np.argsort(clock, kind="stable")
    order = order[~np.isnan(clock[order])]
    starts = clock[order]
    first = np.arange(len(order)) + 1
    count = np.searchsorted(starts, starts + reach[order], side="right") - first
    chunk = np.cumsum(count) // PAIRS_PER_CHUNK
    for number in np.unique(chunk[count > 0]):
        at = np.flatnonzero((chunk == number) & (count > 0))
        left = np.repeat(at, count[at])
        step = np.arange(len(left)) - np.repeat(
            np.cumsum(count[at]) - count[at], count[at]
        )
        yield order[left], order[left + 1 + step]


def _build_pairs(
    left: Places, right: Places, apart: Floats, why: str
) -> Iterator[Pair]:
    for one, other, far in zip(
        left.tolist(), right.tolist(), apart.tolist(), strict=True
    ):
        yield Pair(one, other, far, why)


def _lengths_agree(
    known: RunArrays, left: Places, right: Places, share: float, *, both: bool
) -> Bools:
    """Return which pairs agree in duration and distance; `both` must be known, else one of the two."""
    far_known, far = _compare_values(known.distance_m, left, right, share)
    long_known, long = np.zeros(len(left), bool), np.zeros(len(left), bool)
    for length in known.lengths_s:
        is_known, is_near = _compare_values(length, left, right, share)
        long_known, long = long_known | is_known, long | is_near
    enough = far_known & long_known if both else far_known | long_known
    return enough & (far | ~far_known) & (long | ~long_known)


def _compare_values(
    values: Floats, left: Places, right: Places, share: float
) -> tuple[Bools, Bools]:
    one, other = values[left], values[right]
    return ~(np.isnan(one) | np.isnan(other)), _is_near(one, other, share)


def _is_near(one: Floats, other: Floats, share: float) -> Bools:
    return np.asarray(np.abs(one - other) <= share * np.maximum(one, other))


def _is_same_sport(known: RunArrays, left: Places, right: Places) -> Bools:
    one, other = known.sport[left], known.sport[right]
    return np.asarray((one == other) | (one < 0) | (other < 0))


def to_seconds(times: pd.Series[pd.Timestamp]) -> Floats:
    """Return times as seconds since 1970, NaN where there is none."""
    values = times.to_numpy(dtype="M8[us]")
    return np.where(np.isnat(values), np.nan, values.view(np.int64) / 1e6)
