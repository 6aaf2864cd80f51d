"""Ascent, descent and metres by grade of one activity, from its altitude samples.

The method: remove wrong values, cut at gaps and steps, join the pieces without their offsets,
resample to 1 Hz, take a centred mean, and add up the swings between turning points. The grade is
the slope of a least-squares line through the same profile over distance. How wide the windows are
depends on what measured the altitude and on its noise (altimeter.py).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from loadwatch.activity import NAN, Note
from loadwatch.exposure.altimeter import choose_grade_window, choose_smoothing
from loadwatch.exposure.turning_points import find_swings
from loadwatch.ingest.limits import CELLS
from loadwatch.tables import GRADE_COLUMNS, GRADE_EDGES, PLAUSIBLE

if TYPE_CHECKING:
    from loadwatch.activity import Altimeter
    from loadwatch.tables import Bools, Floats, Ints


FAR_FROM_ZERO_M = 10.0  # a 0.0 between altitudes beyond this is a missing value
# smart recording leaves up to 53 s between samples: a longer gap is a pause
GAP_S = 60.0
# a larger and faster change is no runner's: a recalibration, a lift, a spike
STEP_M, STEP_MPS = 6.0, 3.0
STEP_NOISE = 6.0  # times the median change: noise alone makes changes of that size
# a smaller jump changes no climb that a runner would look at; where the device counted the
# climb, only one beyond any slope is worth a word
SPIKE_M, FAR_SPIKE_M = 30.0, 200.0
FEWEST = 5  # samples; a shorter piece between two cuts is a spike
FEWEST_CONSTANT = 60  # samples; a longer stream that never changes was not measured
NOISE_WINDOW_S = 31
SPARSE_S = 20.0  # thinner than this, ascent is off by up to 18 %

NOISY_M = 1.2  # of noise; single climbs are not to be trusted
KNOWN_SHARE = 0.9  # of the distance with altitude; with less, the climb is of a part
SPACING_M = 5.0  # of the cells of distance that get a grade
SHORTEST_M = 25.0  # a grade needs this much distance
# between two distances that differ: some watches write one every 10 m only
COARSE_S = 2.0
STANDING_MPS = 0.2  # a change of altitude below this speed is drift of the sensor

# a larger difference is more than two methods of counting explain
DIFFERS_M, DIFFERS_SHARE = 30.0, 0.25


CONSTANT = Note(
    "altitude_constant", "the altitude never changes, so it was not measured"
)
NOISY = Note("altitude_noisy", "the altitude is too noisy to trust single climbs")
SPIKE = Note("altitude_spike", "altitude jumps that no runner makes were left out")


@dataclass(frozen=True, slots=True)
class Climb:
    """Ascent, descent and grades of one activity; NaN = unknown."""

    ascent_m: float = NAN
    descent_m: float = NAN
    longest_climb_m: float = NAN  # largest rise without a dip of a turning point's size
    # metres, in the order of GRADE_COLUMNS
    grade_m: tuple[float, ...] = (NAN,) * len(GRADE_COLUMNS)
    noise_m: float = NAN
    spike_m: float = 0.0  # largest jump that was left out, 0 for none
    cut_m: float = 0.0  # rise and fall over all pauses and jumps, which count nothing
    # of the distance that has altitude [1]; 1 where the distance is not known
    known_share: float = 1.0
    confidence: str = "none"  # high, low or none
    notes: tuple[Note, ...] = ()


def measure_climb(
    time_s: Floats, altitude_m: Floats, distance_m: Floats, altimeter: Altimeter = ""
) -> Climb:
    """Return ascent, descent, longest climb and metres by grade of one activity.

    Parameters
    ----------
    time_s : time of each sample; those not later than an earlier one are left out. [s]
    altitude_m : altitude, gaps as NaN. [m]
    distance_m : cumulative distance, gaps as NaN. [m]
    altimeter : what measured the altitude, "" where that is not known.
    """
    profile = _clean_profile(time_s, altitude_m, distance_m)
    time, altitude, distance = profile.time_s, profile.altitude_m, profile.distance_m
    if altitude.size < FEWEST:
        return Climb()
    if altitude.size >= FEWEST_CONSTANT and not np.ptp(altitude):
        return Climb(notes=(CONSTANT,))
    seconds = np.arange(0, math.floor(time[-1]) + 1.0, math.ceil(time[-1] / CELLS))
    raw_altitude = np.interp(seconds, time, altitude)
    metres = np.interp(seconds, time, distance)
    noise = estimate_noise(raw_altitude)
    smoothing = choose_smoothing(altimeter, noise)
    smooth = centred_mean(raw_altitude, smoothing.window_s)
    swings = find_swings(smooth, smoothing.reversal_m)
    notes: tuple[Note, ...] = ()
    if noise >= NOISY_M:
        notes = (NOISY,)
    if profile.known_share < KNOWN_SHARE:
        notes += (describe_part(profile.known_share),)
    confidence = "high"
    if notes or time[-1] / (time.size - 1) > SPARSE_S:
        confidence = "low"
    return Climb(
        ascent_m=float(swings[swings > 0].sum()),
        descent_m=float(-swings[swings < 0].sum()),
        longest_climb_m=float(swings.max(initial=0.0)),
        grade_m=_bin_grades(
            smooth, _interpolate_ticks(metres), choose_grade_window(altimeter, noise)
        ),
        noise_m=noise,
        spike_m=profile.spike_m,
        cut_m=profile.cut_m,
        known_share=profile.known_share,
        confidence=confidence,
        notes=notes,
    )


def describe_part(known_share: float) -> Note:
    """Return the note of a recording that has altitude for a part of its distance alone."""
    text = f"altitude for {100 * known_share:.0f} % of the distance only; climb and grade are of that part"
    return Note("altitude_missing", text)


def totals_differ(device_m: float, climb: Climb) -> bool:
    """Return whether a device's total and the one from its samples are far apart.

    What the samples rose and fell over pauses and jumps explains as much of a difference.
    """
    least_m = max(DIFFERS_M, DIFFERS_SHARE * device_m) + climb.cut_m
    return abs(device_m - climb.ascent_m) > least_m


def describe_spike(climb: Climb, device_m: float) -> list[Note]:
    """Return a note where a jump was left out that changes a number, else nothing.

    `device_m` is the device's own climb, NaN where it counted none [m].
    """
    least_m = FAR_SPIKE_M
    if math.isnan(device_m):
        least_m = SPIKE_M
    if climb.spike_m <= least_m:
        return []
    return [SPIKE]


def centred_mean(values: Floats, window: int) -> Floats:
    """Return the centred mean over `window` samples (odd), over fewer near the ends."""
    half = window // 2
    total = np.concatenate(([0.0], np.cumsum(values)))
    at = np.arange(values.size)
    low, high = np.maximum(at - half, 0), np.minimum(at + half + 1, values.size)
    result: Floats = (total[high] - total[low]) / (high - low)
    return result


def estimate_noise(altitude_m: Floats) -> float:
    """Return the noise of an altitude at 1 Hz [m].

    It is a robust standard deviation (1.4826 times the median deviation) about the 31 s mean.
    """
    deviation = np.abs(altitude_m - centred_mean(altitude_m, NOISE_WINDOW_S))
    return float(1.4826 * np.median(deviation))


class _Profile(NamedTuple):
    """The usable samples with gaps and steps closed, and what these were."""

    time_s: Floats
    altitude_m: Floats
    distance_m: Floats
    spike_m: float = 0.0
    cut_m: float = 0.0
    known_share: float = 1.0  # of the distance that has altitude


def _find_usable(time_s: Floats, altitude_m: Floats) -> Ints:
    """Return the places of the samples with an altitude and a time later than all before."""
    lowest_m, highest_m = PLAUSIBLE["altitude_m"].low, PLAUSIBLE["altitude_m"].high
    # a FIT file holds the lowest where nothing was measured
    keep = np.isfinite(time_s) & (altitude_m > lowest_m) & (altitude_m <= highest_m)
    places = np.flatnonzero(keep)
    time, altitude = time_s[places], altitude_m[places]
    return places[_is_later(time) & ~_is_false_zero(altitude)]


def close_steps(time_s: Floats, altitude_m: Floats) -> Floats:
    """Return the altitude of each sample without jumps, NaN where it cannot be used [m].

    What was climbed in a pause stays.
    """
    result = np.full(altitude_m.shape, NAN)
    places = _find_usable(time_s, altitude_m)
    if places.size < FEWEST:
        return result
    places = places[_is_in_long_piece(_is_step(time_s[places], altitude_m[places]))]
    if not places.size:
        return result
    altitude = altitude_m[places]
    step = _is_step(time_s[places], altitude)
    rise = np.where(step, 0.0, np.diff(altitude))
    result[places] = altitude[0] + _cumulate_steps(rise)
    return result


def _clean_profile(time_s: Floats, altitude_m: Floats, distance_m: Floats) -> _Profile:
    """Return the usable samples of an activity with gaps and steps closed."""
    distance_m = _fill_distance(time_s, distance_m)
    places = _find_usable(time_s, altitude_m)
    time, altitude, distance = time_s[places], altitude_m[places], distance_m[places]
    if time.size < FEWEST:
        return _Profile(time, altitude, distance)
    cut = _is_cut(time, altitude)
    keep = _is_in_long_piece(cut)
    spike_m = _measure_spike(time, altitude, cut)
    time, altitude, distance = time[keep], altitude[keep], distance[keep]
    cut, gap = _is_cut(time, altitude), np.diff(time) > GAP_S
    first = altitude[0] if altitude.size else 0.0
    rise = np.diff(altitude)
    covered_m = _cumulate_steps(np.where(gap, 0.0, np.diff(distance)))
    return _Profile(
        _cumulate_steps(np.where(gap, 1.0, np.diff(time))),
        _cumulate_steps(np.where(cut, 0.0, rise)) + first,
        covered_m,
        spike_m,
        float(np.abs(rise[cut]).sum()),
        _measure_share(covered_m, distance_m),
    )


def _measure_share(covered_m: Floats, distance_m: Floats) -> float:
    """Return the share of a distance that is covered; 1 where the distance is not known."""
    total_m = float(distance_m[-1] - distance_m[0])
    if not total_m > 0:
        return 1.0
    return float(covered_m[-1]) / total_m


def _cumulate_steps(steps: Floats) -> Floats:
    """Return the sum of the steps up to each sample, from 0 at the first."""
    return np.concatenate(([0.0], np.cumsum(steps)))


def _fill_distance(time_s: Floats, distance_m: Floats) -> Floats:
    """Return a distance that never falls, its gaps filled along time; all NaN without any."""
    known = np.isfinite(distance_m) & np.isfinite(time_s)
    if not known.any():
        return np.full(distance_m.shape, NAN)
    result: Floats = np.interp(
        time_s, time_s[known], np.maximum.accumulate(distance_m[known])
    )
    return result


def _is_later(time_s: Floats) -> Bools:
    """Return which samples are later than every one before them."""
    before = np.concatenate(([-math.inf], np.maximum.accumulate(time_s)[:-1]))
    return time_s > before


def _is_false_zero(altitude_m: Floats) -> Bools:
    """Return which samples are missing values: exactly 0 between altitudes far from 0."""
    zero = altitude_m == 0
    if not zero.any() or zero.all():
        return np.zeros(altitude_m.shape, dtype=bool)
    others = np.flatnonzero(~zero)
    after = np.searchsorted(others, np.arange(altitude_m.size))
    right = np.abs(altitude_m[others[np.minimum(after, others.size - 1)]])
    left = np.abs(altitude_m[others[np.maximum(after - 1, 0)]])
    far = (left > FAR_FROM_ZERO_M) & (right > FAR_FROM_ZERO_M)
    return np.asarray(zero & far)


def _is_cut(time_s: Floats, altitude_m: Floats) -> Bools:
    """Return for each step between samples whether the profile is cut there."""
    return (np.diff(time_s) > GAP_S) | _is_step(time_s, altitude_m)


def _is_step(time_s: Floats, altitude_m: Floats) -> Bools:
    """Return for each step between samples whether no runner changes altitude so fast."""
    seconds, rise = np.diff(time_s), np.abs(np.diff(altitude_m))
    usual = 0.0
    if rise.size:
        usual = float(np.median(rise))
    least_m = max(STEP_M, STEP_NOISE * usual)
    step: Bools = rise > np.maximum(least_m, STEP_MPS * seconds)
    return step


def _measure_spike(time_s: Floats, altitude_m: Floats, cut: Bools) -> float:
    """Return the largest jump between samples without a pause, 0 for none [m].

    Pieces cut off by pauses, as a receiver's first samples, are no spikes.
    """
    rise, seconds = np.abs(np.diff(altitude_m)), np.diff(time_s)
    return float(rise[cut & (seconds <= GAP_S)].max(initial=0.0))


def _is_in_long_piece(cut: Bools) -> Bools:
    """Return which samples belong to a piece of at least `FEWEST` samples between two cuts."""
    piece = np.concatenate(([0], np.cumsum(cut)))
    return np.asarray(np.bincount(piece)[piece] >= FEWEST)


def _bin_grades(
    altitude_m: Floats, distance_m: Floats, window_m: float
) -> tuple[float, ...]:
    """Return the metres run in each grade bin; their sum is the distance of the profile [m]."""
    total = float(distance_m[-1])
    if not total >= SHORTEST_M:
        return Climb().grade_m
    cells = max(1, round(min(total / SPACING_M, CELLS)))
    width = total / cells
    height = _resample_by_distance(altitude_m, distance_m, cells, width)
    grade = _fit_slopes(height, width, window_m)
    edges = np.array([edge for edge in GRADE_EDGES if edge > 0])
    # an edge belongs to the steeper bin
    up = np.searchsorted(edges, grade, side="right")
    down = np.searchsorted(edges, -grade, side="right")
    counts = np.bincount(edges.size + up - down, minlength=len(GRADE_COLUMNS))
    return tuple((counts * width).tolist())


def _interpolate_ticks(distance_m: Floats) -> Floats:
    """Return a distance at 1 Hz, interpolated where the watch wrote a new value rarely.

    Such a watch repeats its last value for seconds; taken as they are, these would be seconds at
    rest, and the climb in them would be left out.
    """
    ticks = np.append(0, np.flatnonzero(np.diff(distance_m) > 0) + 1)
    if ticks.size < FEWEST or np.median(np.diff(ticks)) < COARSE_S:
        return distance_m
    result: Floats = np.interp(np.arange(distance_m.size), ticks, distance_m[ticks])
    return result


def _resample_by_distance(
    altitude_m: Floats, distance_m: Floats, cells: int, width: float
) -> Floats:
    """Return the altitude at the middle of each cell of distance, without drift at rest."""
    metres = np.diff(distance_m)
    moving = metres > STANDING_MPS
    along = _cumulate_steps(metres)
    height = _cumulate_steps(np.where(moving, np.diff(altitude_m), 0.0))
    middle = (np.arange(cells) + 0.5) * width
    result: Floats = np.interp(middle, along, height)
    return result


def _fit_slopes(height: Floats, width: float, window_m: float) -> Floats:
    """Return the slope of the least-squares line in a window centred on each cell.

    Near the ends the window is shorter.
    """
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
    # rounded so that a run and its reverse fall into mirrored bins
    return np.round(slope, 9)
