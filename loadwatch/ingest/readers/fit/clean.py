"""What a watch writes and a body cannot do: left out, and said; totals are never corrected."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Mask = NDArray[np.bool_]

DAY_S = 86_400.0
EARLIEST_S = 284_083_200.0  # 1999-01-01 in FIT time: before any watch that writes FIT
LATEST_S = 1_451_692_800.0  # 2036-01-01 in FIT time: a date beyond it is a broken clock
LONGEST_S = 40 * DAY_S  # longer than any activity that is one; fields go to 49 days
FOOT_MPS, WHEEL_MPS, OTHER_MPS = (
    12.0,
    40.0,
    120.0,
)  # faster than any athlete of the kind
SLACK_M = 200.0  # jump that a poor fix may make at any time
ALTITUDE_M = (-500.0, 9_000.0)
CLIMB_MPS, STEP_M = (
    10.0,
    30.0,
)  # a step in altitude faster and larger than this is no climb
_DEGREE_M = 111_195.0  # of a great circle
STRAY = 0.05  # share of the samples below which a stretch beyond a jump is stray

_WHEEL_SPORTS = frozenset(
    {
        "cycling",
        "e_biking",
        "inline_skating",
        "alpine_skiing",
        "snowboarding",
        "motorcycling",
    }
)
FOOT_SPORTS = frozenset(
    {
        "running",
        "walking",
        "hiking",
        "unknown",
        "generic",
        "training",
        "fitness_equipment",
    }
)


def choose_top_speed(sport: str) -> float:
    """Return a speed that nobody reaches in this sport, in m/s."""
    if sport in FOOT_SPORTS:
        return FOOT_MPS
    return WHEEL_MPS if sport in _WHEEL_SPORTS else OTHER_MPS


@dataclass(frozen=True, slots=True, eq=False)
class FitSamples:
    """Samples in FIT time (s since 1989-12-31) and what was wrong with them."""

    time_s: Floats
    columns: dict[str, Floats]
    notes: tuple[str, ...] = ()


def _take_samples(
    samples: FitSamples, where: Mask | NDArray[np.intp], *notes: str
) -> FitSamples:
    columns = {name: column[where] for name, column in samples.columns.items()}
    return FitSamples(samples.time_s[where], columns, (*samples.notes, *notes))


def _diff_neighbours(values: Floats) -> Floats:
    """Return the differences of neighbours, as numpy's `diff` does but without its checks."""
    return np.asarray(values[1:] - values[:-1])


def align_clock(samples: FitSamples, stated: tuple[float, float] | None) -> FitSamples:
    """Return the samples in order of time, one an instant, those of a clock that jumped moved back in line.

    `span` is the start and the end that the sessions state; else the largest stretch without a jump of a
    day counts as the activity. A stretch of another day follows on the one before it, as it was recorded.
    """
    known = ~np.isnan(samples.time_s)
    if not known.all():
        samples = _take_samples(
            samples,
            known,
            f"clock: {int((~known).sum())} samples without a time left out",
        )
    if len(samples.time_s) < 2:
        return samples
    return _merge_instants(_sort_by_time(_align_stretches(samples, stated)))


def _align_stretches(
    samples: FitSamples, stated: tuple[float, float] | None
) -> FitSamples:
    time = samples.time_s
    cuts = np.flatnonzero(np.abs(_diff_neighbours(time)) > DAY_S) + 1
    edges = [0, *cuts.tolist(), len(time)]
    stretches = list(itertools.pairwise(edges))
    low, high = stated or (np.nan, np.nan)
    good = [low - DAY_S <= time[first] <= high + DAY_S for first, _ in stretches]
    notes: tuple[str, ...] = ()
    if not any(good):
        largest = max(
            range(len(stretches)), key=lambda i: stretches[i][1] - stretches[i][0]
        )
        good[largest] = True
        notes = (
            ("clock: the records are of another day than the summary",)
            if stated
            else ()
        )
    if all(good):
        return FitSamples(time, samples.columns, (*samples.notes, *notes))
    moved = _move_stretches(time, stretches, good)
    count = sum(
        last - first
        for (first, last), fine in zip(stretches, good, strict=True)
        if not fine
    )
    note = f"clock: the clock jumps by days, {count} samples moved back in line"
    return FitSamples(moved, samples.columns, (*samples.notes, *notes, note))


def _move_stretches(
    time_s: Floats, stretches: list[tuple[int, int]], good: list[bool]
) -> Floats:
    """Return times where each stretch that is not good follows the one before, or leads up to the next."""
    step = float(np.median(np.abs(_diff_neighbours(time_s))))
    moved = time_s.copy()
    anchor = good.index(True)
    for index in range(anchor + 1, len(stretches)):
        first, last = stretches[index]
        if not good[index]:
            moved[first:last] += moved[first - 1] + step - time_s[first]
    for index in range(anchor - 1, -1, -1):
        first, last = stretches[index]
        moved[first:last] += moved[last] - step - time_s[last - 1]
    return moved


def _sort_by_time(samples: FitSamples) -> FitSamples:
    back = _diff_neighbours(samples.time_s) < 0
    if not back.any():
        return samples
    note = f"clock: the time goes back {int(back.sum())} times"
    order = np.argsort(samples.time_s, kind="stable")
    distance = samples.columns.get("distance_m")
    if distance is None or not (_diff_neighbours(distance[order]) < -1).any():
        return _take_samples(samples, order, note)
    kept = samples.time_s >= np.maximum.accumulate(
        samples.time_s
    )  # a second pass over the same minutes
    if kept.mean() < 1 - 2 * STRAY:
        return _take_samples(samples, order, note)
    return _take_samples(
        samples, kept, f"{note}, {int((~kept).sum())} samples left out"
    )


def _merge_instants(samples: FitSamples) -> FitSamples:
    later = _diff_neighbours(samples.time_s) != 0
    if later.all():
        return samples
    fresh = np.concatenate([[True], later])
    group = np.cumsum(fresh) - 1
    columns = {}
    for name, column in samples.columns.items():
        known = ~np.isnan(column)
        columns[name] = np.full(int(group[-1]) + 1, np.nan)
        columns[name][group[known]] = column[known]  # the last that is known stands
    distance = samples.columns.get("distance_m", np.empty(0))
    twice = (
        int((~fresh[1:] & (_diff_neighbours(distance) > 0)).sum())
        if len(distance)
        else 0
    )
    note = (
        (f"clock: {twice} samples share their second with another",)
        if twice > len(fresh) * STRAY
        else ()
    )
    return FitSamples(samples.time_s[fresh], columns, (*samples.notes, *note))


def _mark_stray(jumps: Mask) -> Mask:
    """Mark the samples of short stretches between jumps; `jumps[i]` lies between samples i and i + 1."""
    stretch = np.concatenate([[0], np.cumsum(jumps)])
    size = np.bincount(stretch)
    short = size < max(2.0, STRAY * len(stretch))
    short[np.argmax(size)] = False
    return np.asarray(short[stretch])


def remove_impossible(samples: FitSamples, sport: str) -> FitSamples:
    """Return the samples with what cannot be as NaN, each kind of it noted."""
    columns = dict(samples.columns)
    for name, low, high in (
        ("heart_rate_bpm", 20, 250),
        ("cadence_spm", 0, 500),
        ("power_w", 0, 5000),
    ):
        _limit_column(columns, name, low, high)
    _limit_column(columns, "speed_mps", 0, 1.25 * choose_top_speed(sport))
    notes = [
        *_clean_positions(samples.time_s, columns, sport),
        *_clean_altitudes(samples.time_s, columns),
    ]
    notes += _clean_distances(samples.time_s, columns, sport)
    return FitSamples(samples.time_s, columns, (*samples.notes, *notes))


def _limit_column(
    columns: dict[str, Floats], name: str, low: float, high: float
) -> int:
    """Replace a column by one without the values outside the limits; return how many these were."""
    column = columns.get(name)
    if column is None:
        return 0
    wrong = (column < low) | (column > high)
    if wrong.any():
        columns[name] = np.where(wrong, np.nan, column)
    return int(wrong.sum())


def _clean_positions(
    time_s: Floats, columns: dict[str, Floats], sport: str
) -> list[str]:
    latitude, longitude = columns.get("latitude_deg"), columns.get("longitude_deg")
    if latitude is None or longitude is None:
        for name in ("latitude_deg", "longitude_deg"):
            columns.pop(name, None)
        return []
    nowhere = (
        (np.abs(latitude) > 90)
        | (np.abs(longitude) > 180)
        | ((latitude == 0) & (longitude == 0))
    )
    wrong = nowhere | np.isnan(latitude) | np.isnan(longitude)
    notes = (
        [f"gps_jump: {int(nowhere.sum())} impossible positions left out"]
        if nowhere.any()
        else []
    )
    fixes = np.flatnonzero(~wrong)
    if len(fixes) > 1:
        metres = _measure_steps(latitude[fixes], longitude[fixes])
        jumps = metres > SLACK_M + choose_top_speed(sport) * _diff_neighbours(
            time_s[fixes]
        )
        if jumps.any():
            stray = _mark_stray(jumps)
            wrong[fixes[stray]] = True
            notes.append(
                f"gps_jump: the position jumps {int(jumps.sum())} times, by up to "
                f"{metres[jumps].max() / 1000:.1f} km; {int(stray.sum())} stray points left out"
            )
    if wrong.any():
        columns["latitude_deg"] = np.where(wrong, np.nan, latitude)
        columns["longitude_deg"] = np.where(wrong, np.nan, longitude)
    return notes


def _measure_steps(latitude_deg: Floats, longitude_deg: Floats) -> Floats:
    """Return the length of each step in metres, good enough to tell a jump: on a sphere, a plane a step."""
    east = np.abs(longitude_deg[1:] - longitude_deg[:-1])
    east = np.minimum(east, 360 - east) * np.cos(np.radians(latitude_deg[1:]))
    return np.asarray(_DEGREE_M * np.hypot(latitude_deg[1:] - latitude_deg[:-1], east))


def _clean_altitudes(time_s: Floats, columns: dict[str, Floats]) -> list[str]:
    outside = _limit_column(columns, "altitude_m", *ALTITUDE_M)
    notes = (
        [f"altitude_spike: {outside} impossible altitudes left out"] if outside else []
    )
    altitude = columns.get("altitude_m")
    if altitude is None:
        return notes
    known = np.flatnonzero(~np.isnan(altitude))
    rise = np.abs(_diff_neighbours(altitude[known]))
    jumps = (rise > STEP_M) & (rise > CLIMB_MPS * _diff_neighbours(time_s[known]))
    if jumps.any():
        stray = _mark_stray(jumps)
        columns["altitude_m"] = altitude.copy()
        columns["altitude_m"][known[stray]] = np.nan
        notes.append(
            f"altitude_spike: the altitude jumps {int(jumps.sum())} times, by up to "
            f"{rise[jumps].max():.0f} m; {int(stray.sum())} stray samples left out"
        )
    return notes


def _clean_distances(
    time_s: Floats, columns: dict[str, Floats], sport: str
) -> list[str]:
    distance = columns.get("distance_m")
    if distance is None:
        return []
    known = np.flatnonzero(~np.isnan(distance))
    step, seconds = _diff_neighbours(distance[known]), _diff_neighbours(time_s[known])
    notes = []
    far = step > SLACK_M + choose_top_speed(sport) * seconds
    if far.any():
        notes.append(
            f"gps_jump: the distance jumps {int(far.sum())} times, by up to {step[far].max() / 1000:.1f} km"
        )
    back = step < -10
    if back.any():
        notes.append(f"distance_reset: the distance goes back {int(back.sum())} times")
        restart = back & (distance[known][1:] < 0.1 * distance[known][:-1])
        lost = np.concatenate(
            [[0.0], np.cumsum(np.where(restart, distance[known][:-1], 0.0))]
        )
        columns["distance_m"] = distance.copy()
        columns["distance_m"][known] = distance[known] + lost
    return notes
