"""Ascent, descent and metres by grade of one activity, from its altitude samples.

The method: clean, cut at gaps and steps, join the pieces without their offsets, resample to
1 Hz, take a centred mean, and add up the swings between turning points. Grade is the slope of
a least-squares line through the same profile over distance. How wide the windows are depends
on how noisy the altitude is: a barometer needs little smoothing, a phone's GPS much.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from loadwatch.activity import NAN, Note
from loadwatch.tables import GRADE_COLUMNS, GRADE_EDGES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from loadwatch.tables import Floats


LOWEST_M, HIGHEST_M = -450.0, 8900.0  # the Dead Sea and Everest, with a margin
FAR_FROM_ZERO_M = 10.0  # a 0.0 between altitudes beyond this is a missing value
GAP_S = (
    60.0  # smart recording leaves up to 53 s between samples: a longer gap is a pause
)
STEP_M, STEP_MPS = (
    6.0,
    3.0,
)  # a change no runner makes: a recalibration, a lift, a spike
STEP_NOISE = 6.0  # times the median change: what noise alone makes
FEWEST = 5  # samples; a shorter piece between two cuts is a spike
FEWEST_CONSTANT = 60  # samples; a longer stream that never changes was not measured
NOISE_WINDOW_S = 31
SPARSE_S = 20.0  # thinner than this, ascent is off by up to 18 %

# noise below [m], mean over [s], smallest reversal [m]; the first two agree best with the totals of
# 211 runs, walks and hikes with a barometer (`python -m tests.ascent_table`)
SMOOTHING = ((0.5, 7, 2.5), (0.8, 9, 2.5), (1.6, 31, 5.0), (math.inf, 61, 8.0))
# noise below [m], width of the line that gives a grade [m]
GRADE_WINDOWS = ((0.5, 50.0), (1.2, 100.0), (math.inf, 200.0))
NOISY_M = GRADE_WINDOWS[-2][0]
SPACING_M = 5.0
SHORTEST_M = 25.0  # a grade needs this much distance
COARSE_S = (
    2.0  # between two distances that differ: some watches write one every 10 m only
)
STANDING_MPS = 0.2  # what altitude does below this speed is drift of the sensor

DIFFERS_M, DIFFERS_SHARE = 30.0, 0.25


@dataclass(frozen=True, slots=True)
class Climb:
    """What the altitude of one activity says. NaN = unknown."""

    ascent_m: float = NAN
    descent_m: float = NAN
    longest_climb_m: float = NAN  # largest rise without a dip of a turning point's size
    grade_m: tuple[float, ...] = (NAN,) * len(
        GRADE_COLUMNS
    )  # metres, in the order of GRADE_COLUMNS
    noise_m: float = NAN
    confidence: str = "none"  # high, low or none
    notes: tuple[Note, ...] = ()


def measure_climb(time_s: Floats, altitude_m: Floats, distance_m: Floats) -> Climb:
    """Return ascent, descent, longest climb and metres by grade of one activity.

    Parameters
    ----------
    time_s : time of each sample; those not later than an earlier one are left out. [s]
    altitude_m : altitude, gaps as NaN. [m]
    distance_m : cumulative distance, gaps as NaN. [m]
    """
    time, altitude, distance, notes = _clean_profile(time_s, altitude_m, distance_m)
    if altitude.size < FEWEST:
        return Climb()
    if altitude.size >= FEWEST_CONSTANT and not np.ptp(altitude):
        return Climb(
            notes=(
                Note(
                    "altitude_constant",
                    "the altitude never changes, so it was not measured",
                ),
            )
        )
    seconds = np.arange(math.floor(time[-1]) + 1.0)
    raw_altitude, metres = (
        np.interp(seconds, time, altitude),
        np.interp(seconds, time, distance),
    )
    noise = estimate_noise(raw_altitude)
    window_s, reversal_m = next((w, r) for limit, w, r in SMOOTHING if noise < limit)
    smooth = centred_mean(raw_altitude, window_s)
    up_down = find_swings(smooth, reversal_m)
    sparse = time[-1] / (time.size - 1) > SPARSE_S
    if noise >= NOISY_M:
        notes += (
            Note("altitude_noisy", "the altitude is too noisy to trust single climbs"),
        )
    return Climb(
        ascent_m=float(up_down[up_down > 0].sum()),
        descent_m=float(-up_down[up_down < 0].sum()),
        longest_climb_m=float(up_down.max(initial=0.0)),
        grade_m=_bin_grades(
            smooth,
            _interpolate_ticks(metres),
            next(w for limit, w in GRADE_WINDOWS if noise < limit),
        ),
        noise_m=noise,
        confidence="low" if noise >= NOISY_M or sparse else "high",
        notes=notes,
    )


def totals_differ(device_m: float, ours_m: float) -> bool:
    """Return whether a device's total and ours are further apart than the two methods explain."""
    return abs(device_m - ours_m) > max(DIFFERS_M, DIFFERS_SHARE * device_m)


def find_swings(altitude_m: Floats, threshold_m: float) -> Floats:
    """Return the signed height of each swing between turning points, in order [m].

    A point is a turning point if altitude moves away from it by `threshold_m` on both sides
    before passing it again; each swing then counts in full, so nothing is lost at a reversal.
    Swings of the reversed profile are the same ones, reversed and negated.

    Parameters
    ----------
    altitude_m : altitude without gaps. [m]
    threshold_m : smallest reversal that makes a turning point. [m]
    """
    turns: list[float] = []
    low = high = math.inf
    rising = 0
    for here in _local_extremes(altitude_m).tolist():
        if not rising:
            low, high = (
                (here, here) if low == math.inf else (min(low, here), max(high, here))
            )
            if here - low >= threshold_m:
                rising, high = 1, here
                turns.append(low)
            elif high - here >= threshold_m:
                rising, low = -1, here
                turns.append(high)
        elif rising > 0:
            high = max(high, here)
            if high - here >= threshold_m:
                rising, low = -1, here
                turns.append(high)
        else:
            low = min(low, here)
            if here - low >= threshold_m:
                rising, high = 1, here
                turns.append(low)
    if rising:
        turns.append(high if rising > 0 else low)
    return np.diff(np.array(turns, dtype=np.float64))


def _local_extremes(altitude_m: Floats) -> Floats:
    """Return the local highs and lows of a profile and its two ends: all that swings can turn at."""
    moved = altitude_m[np.flatnonzero(np.diff(altitude_m, prepend=NAN) != 0)]
    if moved.size < 3:
        return moved
    rising = np.diff(moved) > 0
    keep = np.ones(moved.size, dtype=bool)
    keep[1:-1] = rising[1:] != rising[:-1]
    return moved[keep]


def centred_mean(values: Floats, window: int) -> Floats:
    """Return the centred mean over `window` samples (odd); near the ends over those that are there."""
    half = window // 2
    total = np.concatenate(([0.0], np.cumsum(values)))
    at = np.arange(values.size)
    low, high = np.maximum(at - half, 0), np.minimum(at + half + 1, values.size)
    result: Floats = (total[high] - total[low]) / (high - low)
    return result


def estimate_noise(altitude_m: Floats) -> float:
    """Return the noise of an altitude at 1 Hz: a robust standard deviation about its 31 s mean [m]."""
    return float(
        1.4826
        * np.median(np.abs(altitude_m - centred_mean(altitude_m, NOISE_WINDOW_S)))
    )


def _clean_profile(
    time_s: Floats, altitude_m: Floats, distance_m: Floats
) -> tuple[Floats, Floats, Floats, tuple[Note, ...]]:
    """Return time, altitude and distance of the usable samples, as if gaps and steps were not there."""
    keep = np.isfinite(time_s) & (altitude_m > LOWEST_M) & (altitude_m < HIGHEST_M)
    time, altitude, distance = (
        time_s[keep],
        altitude_m[keep],
        _fill_distance(time_s, distance_m)[keep],
    )
    keep = _is_later(time) & ~_is_false_zero(altitude)
    time, altitude, distance = time[keep], altitude[keep], distance[keep]
    if time.size < FEWEST:
        return time, altitude, distance, ()
    keep = _is_in_long_piece(_is_cut(time, altitude))
    notes: tuple[Note, ...] = ()
    if not keep.all():
        spikes = "altitude jumps that no runner makes were left out"
        notes = (Note("altitude_spike", spikes),)
    time, altitude, distance = time[keep], altitude[keep], distance[keep]
    cut, gap = _is_cut(time, altitude), np.diff(time) > GAP_S
    return (
        _cumulate_steps(np.where(gap, 1.0, np.diff(time))),
        _cumulate_steps(np.where(cut, 0.0, np.diff(altitude)))
        + (altitude[0] if altitude.size else 0.0),
        _cumulate_steps(np.where(gap, 0.0, np.diff(distance))),
        notes,
    )


def _cumulate_steps(steps: Floats) -> Floats:
    return np.concatenate(([0.0], np.cumsum(steps)))


def _fill_distance(time_s: Floats, distance_m: Floats) -> Floats:
    """Return a distance that never falls, its gaps filled along time; all NaN if there is none."""
    known = np.isfinite(distance_m) & np.isfinite(time_s)
    if not known.any():
        return np.full(distance_m.shape, NAN)
    result: Floats = np.interp(
        time_s, time_s[known], np.maximum.accumulate(distance_m[known])
    )
    return result


def _is_later(time_s: Floats) -> NDArray[np.bool_]:
    """Return which samples are later than every one before them."""
    before = np.concatenate(([-math.inf], np.maximum.accumulate(time_s)[:-1]))
    return time_s > before


def _is_false_zero(altitude_m: Floats) -> NDArray[np.bool_]:
    """Return which samples are exactly 0 between altitudes far from 0: missing values written as 0."""
    zero = altitude_m == 0
    if not zero.any() or zero.all():
        return np.zeros(altitude_m.shape, dtype=bool)
    others = np.flatnonzero(~zero)
    after = np.searchsorted(others, np.arange(altitude_m.size))
    right = np.abs(altitude_m[others[np.minimum(after, others.size - 1)]])
    left = np.abs(altitude_m[others[np.maximum(after - 1, 0)]])
    false: NDArray[np.bool_] = (
        zero & (left > FAR_FROM_ZERO_M) & (right > FAR_FROM_ZERO_M)
    )
    return false


def _is_cut(time_s: Floats, altitude_m: Floats) -> NDArray[np.bool_]:
    """Return for each step between samples whether the profile is cut there."""
    seconds, rise = np.diff(time_s), np.abs(np.diff(altitude_m))
    usual = float(np.median(rise)) if rise.size else 0.0
    return (seconds > GAP_S) | (
        rise > np.maximum(max(STEP_M, STEP_NOISE * usual), STEP_MPS * seconds)
    )


def _is_in_long_piece(cut: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return which samples lie in a piece of some length between two cuts."""
    piece = np.concatenate(([0], np.cumsum(cut)))
    long_enough: NDArray[np.bool_] = np.bincount(piece)[piece] >= FEWEST
    return long_enough


def _bin_grades(
    altitude_m: Floats, distance_m: Floats, window_m: float
) -> tuple[float, ...]:
    """Return the metres run in each grade bin; the sum is the whole distance of the profile."""
    total = float(distance_m[-1])
    if not total >= SHORTEST_M:
        return Climb().grade_m
    cells = max(1, round(total / SPACING_M))
    width = total / cells
    grade = _fit_slopes(
        _resample_by_distance(altitude_m, distance_m, cells, width), width, window_m
    )
    edges = np.array([edge for edge in GRADE_EDGES if edge > 0])
    up = np.searchsorted(
        edges, grade, side="right"
    )  # an edge belongs to the steeper bin
    down = np.searchsorted(edges, -grade, side="right")
    counts = np.bincount(edges.size + up - down, minlength=len(GRADE_COLUMNS))
    return tuple((counts * width).tolist())


def _interpolate_ticks(distance_m: Floats) -> Floats:
    """Return a distance at 1 Hz that the watch held still between rare values as the way run meanwhile.

    Without it a runner would stand in all of the seconds between, and what altitude did there be left out.
    """
    ticks = np.append(0, np.flatnonzero(np.diff(distance_m) > 0) + 1)
    if ticks.size < FEWEST or np.median(np.diff(ticks)) < COARSE_S:
        return distance_m
    result: Floats = np.interp(np.arange(distance_m.size), ticks, distance_m[ticks])
    return result


def _resample_by_distance(
    altitude_m: Floats, distance_m: Floats, cells: int, width: float
) -> Floats:
    """Return the altitude at the middle of each cell of distance, what it drifts while standing left out."""
    metres = np.diff(distance_m)
    moving = metres > STANDING_MPS
    along, height = (
        _cumulate_steps(metres),
        _cumulate_steps(np.where(moving, np.diff(altitude_m), 0.0)),
    )
    middle = (np.arange(cells) + 0.5) * width
    result: Floats = np.interp(middle, along, height)
    return result


def _fit_slopes(height: Floats, width: float, window_m: float) -> Floats:
    """Return the slope of the least-squares line in a window centred on each cell, cut off at the ends."""
    half = max(2, round(window_m / 2 / width))
    at = np.arange(height.size)
    low, high = np.maximum(at - half, 0), np.minimum(at + half + 1, height.size)
    count = (high - low).astype(np.float64)
    sums = np.concatenate(([0.0], np.cumsum(height)))
    moments = np.concatenate(([0.0], np.cumsum(at * height)))
    middle = (low + high - 1) / 2
    covariance = moments[high] - moments[low] - middle * (sums[high] - sums[low])
    variance = count * (count * count - 1) / 12
    slope: Floats = covariance / variance / width
    return np.round(
        slope, 9
    )  # a run and its reverse fall into mirrored bins, to the last bit
