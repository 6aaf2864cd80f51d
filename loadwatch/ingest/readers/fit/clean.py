"""Remove physically impossible samples and note each removal; stated totals are never corrected."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from loadwatch.activity import Note
from loadwatch.geodesy import rough_step_m
from loadwatch.ingest.readers.plausible import limit_columns
from loadwatch.ingest.readers.sports import MOVING_MPS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from loadwatch.tables import Bools, Floats


DAY_S = 86_400.0
EARLIEST_S = 284_083_200.0  # 1999-01-01 in FIT time: before any watch that writes FIT
LATEST_S = 1_451_692_800.0  # 2036-01-01: a date beyond it is a broken clock
LONGEST_S = 40 * DAY_S  # longer than any activity; fields go to 49 days
# faster than any athlete of the kind
FOOT_MPS, WHEEL_MPS, OTHER_MPS = 12.0, 40.0, 120.0
FAR_JUMP_M = 5_000.0  # a longer one is worth a word whatever it changes
SLACK_M = 200.0  # jump that a poor position may make at any time
STRAY_SHARE = 0.05  # of the samples: a shorter part between two jumps is stray

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


@dataclass(frozen=True, slots=True, eq=False)
class FitSamples:
    """Samples of a FIT file, and what was wrong with them."""

    time_s: Floats  # FIT time, seconds since 1989-12-31
    columns: dict[str, Floats]  # by their names in RECORDS, one value per sample
    notes: tuple[Note, ...] = ()  # each "code: sentence"


def find_moving_speed(samples: FitSamples) -> float:
    """Return the median speed in motion [m/s], NaN where no speed is known."""
    speed = samples.columns.get("speed_mps")
    if speed is None:
        distance = samples.columns.get(
            "distance_m", np.full(len(samples.time_s), np.nan)
        )
        with np.errstate(invalid="ignore", divide="ignore"):
            speed = _diff_neighbours(distance) / _diff_neighbours(samples.time_s)
    moving = speed[speed > MOVING_MPS]
    if not len(moving):
        return np.nan
    return float(np.median(moving))


def choose_top_speed(sport: str) -> float:
    """Return a speed that nobody reaches in a sport [m/s]."""
    if sport in FOOT_SPORTS:
        return FOOT_MPS
    if sport in _WHEEL_SPORTS:
        return WHEEL_MPS
    return OTHER_MPS


def align_clock(
    samples: FitSamples, stated: tuple[float, float] | None, slack_s: float = DAY_S
) -> FitSamples:
    """Return the samples by time, one per instant, without the jumps of a broken clock.

    A part of the samples whose clock is days away follows the part before it, as it was recorded.

    Parameters
    ----------
    samples : as the file has them
    stated : first start and last end that the sessions state, in FIT time [s]; without it the
        largest part without a jump of a day counts as right
    slack_s : a jump longer than that is one of the clock [s]
    """
    is_known = ~np.isnan(samples.time_s)
    if not is_known.all():
        count = int((~is_known).sum())
        note = Note("clock", f"{count} samples without a time left out")
        samples = _take_samples(samples, is_known, note)
    if len(samples.time_s) < 2:
        return samples
    return _merge_instants(_sort_by_time(_align_parts(samples, stated, slack_s)))


def _take_samples(
    samples: FitSamples, places: Bools | NDArray[np.intp], note: Note
) -> FitSamples:
    """Return the samples at `places`, a mask or an index, with one more note."""
    columns = {name: column[places] for name, column in samples.columns.items()}
    return FitSamples(samples.time_s[places], columns, (*samples.notes, note))


def _diff_neighbours(values: Floats) -> Floats:
    """Return the differences of neighbours, as numpy's `diff` does but without its checks."""
    return np.asarray(values[1:] - values[:-1])


def _align_parts(
    samples: FitSamples, stated: tuple[float, float] | None, slack_s: float
) -> FitSamples:
    """Return the samples with the parts of another day moved to where they were recorded."""
    time_s = samples.time_s
    cuts = np.flatnonzero(np.abs(_diff_neighbours(time_s)) > slack_s) + 1
    parts = list(itertools.pairwise([0, *cuts.tolist(), len(time_s)]))
    low, high = stated or (np.nan, np.nan)
    is_right = [low - slack_s <= time_s[first] <= high + slack_s for first, _ in parts]
    notes = samples.notes
    if not any(is_right):
        sizes = [stop - first for first, stop in parts]
        is_right[sizes.index(max(sizes))] = True
        if stated:
            notes += (Note("clock", "the records are of another day than the summary"),)
    if not all(is_right):
        time_s = _move_parts(time_s, parts, is_right, slack_s)
        count = sum(
            stop - first
            for (first, stop), right in zip(parts, is_right, strict=True)
            if not right
        )
        far = "days"
        if slack_s < DAY_S:
            far = "hours"
        note = Note(
            "clock", f"the clock jumps by {far}, {count} samples moved back in line"
        )
        notes += (note,)
    return FitSamples(time_s, samples.columns, notes)


def _move_parts(
    time_s: Floats, parts: list[tuple[int, int]], is_right: list[bool], slack_s: float
) -> Floats:
    """Return times where a part with a wrong clock follows the part before it.

    The parts before the first right one lead up to it.
    """
    steps = np.abs(_diff_neighbours(time_s))
    steps = steps[steps <= slack_s]
    step = 1.0  # where each sample is of another day than the one before
    if steps.size:
        step = float(np.median(steps))
    moved = time_s.copy()
    anchor = is_right.index(True)
    for index in range(anchor + 1, len(parts)):
        first, stop = parts[index]
        if not is_right[index]:
            moved[first:stop] += moved[first - 1] + step - time_s[first]
    for index in range(anchor - 1, -1, -1):
        first, stop = parts[index]
        moved[first:stop] += moved[stop] - step - time_s[stop - 1]
    return moved


def _sort_by_time(samples: FitSamples) -> FitSamples:
    """Return the samples in the order of their times.

    Where the distance contradicts that order, the file holds the same minutes twice: the second
    pass is left out, unless it is a large share of the file.
    """
    time_s = samples.time_s
    goes_back = _diff_neighbours(time_s) < 0
    if not goes_back.any():
        return samples
    note = Note("clock", f"the time goes back {int(goes_back.sum())} times")
    order = np.argsort(time_s, kind="stable")
    distance = samples.columns.get("distance_m")
    if distance is None or not (_diff_neighbours(distance[order]) < -1).any():
        return _take_samples(samples, order, note)
    is_first_pass = time_s >= np.maximum.accumulate(time_s)
    if is_first_pass.mean() < 1 - 2 * STRAY_SHARE:
        return _take_samples(samples, order, note)
    left_out = int((~is_first_pass).sum())
    note = Note("clock", f"{note.text}, {left_out} samples left out")
    return _take_samples(samples, is_first_pass, note)


def _merge_instants(samples: FitSamples) -> FitSamples:
    """Return one sample per instant: of several the last known value of each column."""
    is_later = _diff_neighbours(samples.time_s) != 0
    if is_later.all():
        return samples
    is_new = np.concatenate([[True], is_later])
    instant = np.cumsum(is_new) - 1
    columns = {}
    for name, column in samples.columns.items():
        is_known = ~np.isnan(column)
        columns[name] = np.full(int(instant[-1]) + 1, np.nan)
        columns[name][instant[is_known]] = column[is_known]
    notes = samples.notes
    if "distance_m" in samples.columns:
        moves = _diff_neighbours(samples.columns["distance_m"]) > 0
        moved_within = int((~is_later & moves).sum())
        if moved_within > len(is_new) * STRAY_SHARE:
            note = Note(
                "clock", f"{moved_within} samples share their second with another"
            )
            notes += (note,)
    return FitSamples(samples.time_s[is_new], columns, notes)


def _mark_stray(is_jump: Bools) -> Bools:
    """Return which samples belong to short parts between jumps; the largest part is never stray.

    `is_jump[i]` is true for a jump from sample i to sample i + 1.
    """
    part = np.concatenate([[0], np.cumsum(is_jump)])
    size = np.bincount(part)
    is_short = size < max(2.0, STRAY_SHARE * len(part))
    is_short[np.argmax(size)] = False
    return np.asarray(is_short[part])


def remove_impossible(samples: FitSamples, sport: str) -> FitSamples:
    """Return the samples with impossible values as NaN, and a note for each kind of them."""
    columns, outside = limit_columns(samples.columns)
    top_speed = choose_top_speed(sport)
    notes = (
        *samples.notes,
        *outside,
        *_clean_positions(samples.time_s, columns, top_speed),
        *_clean_distances(samples.time_s, columns, top_speed),
    )
    return FitSamples(samples.time_s, columns, notes)


def _describe_jumps(metres: Floats, is_stray: Bools) -> Note:
    """Return the note on jumps of the position [m] and on the points left out for them."""
    text = (
        f"the position jumps {len(metres)} times, by up to {metres.max() / 1000:.1f} km; "
        f"{int(is_stray.sum())} stray points left out"
    )
    return Note("gps_jump", text)


def _clean_positions(
    time_s: Floats, columns: dict[str, Floats], top_speed: float
) -> list[Note]:
    """Replace the positions by those that can be; return notes."""
    latitude, longitude = columns.get("latitude_deg"), columns.get("longitude_deg")
    if latitude is None or longitude is None:
        columns.pop("latitude_deg", None)
        columns.pop("longitude_deg", None)
        return []
    notes = []
    is_nowhere = (latitude == 0) & (longitude == 0)
    if is_nowhere.any():
        count = int(is_nowhere.sum())
        notes.append(Note("gps_jump", f"{count} positions at 0/0 left out"))
    is_wrong = is_nowhere | np.isnan(latitude) | np.isnan(longitude)
    known = np.flatnonzero(~is_wrong)
    metres = rough_step_m(latitude[known], longitude[known])
    is_jump = metres > SLACK_M + top_speed * _diff_neighbours(time_s[known])
    if is_jump.any():
        is_stray = _mark_stray(is_jump)
        is_wrong[known[is_stray]] = True
        # a short jump of a way that the device counted itself changes no number
        is_counted = "distance_m" in columns and metres.max() < FAR_JUMP_M
        if is_stray.any() or not is_counted:
            notes.append(_describe_jumps(metres[is_jump], is_stray))
    if is_wrong.any():
        columns["latitude_deg"] = np.where(is_wrong, np.nan, latitude)
        columns["longitude_deg"] = np.where(is_wrong, np.nan, longitude)
    return notes


def _clean_distances(
    time_s: Floats, columns: dict[str, Floats], top_speed: float
) -> list[Note]:
    """Replace a distance that starts anew by one that runs on; return notes."""
    distance = columns.get("distance_m")
    if distance is None:
        return []
    known = np.flatnonzero(~np.isnan(distance))
    metres = distance[known]
    step = _diff_neighbours(metres)
    notes = []
    is_jump = step > SLACK_M + top_speed * _diff_neighbours(time_s[known])
    if is_jump.any():
        notes.append(
            Note(
                "gps_jump",
                f"the distance jumps {int(is_jump.sum())} times, "
                f"by up to {step[is_jump].max() / 1000:.1f} km",
            )
        )
    goes_back = step < -10
    if goes_back.any():
        count = int(goes_back.sum())
        notes.append(Note("distance_reset", f"the distance goes back {count} times"))
        is_restart = goes_back & (metres[1:] < 0.1 * metres[:-1])
        lost = np.cumsum(np.where(is_restart, metres[:-1], 0.0))
        runs_on = distance.copy()
        runs_on[known] = metres + np.concatenate([[0.0], lost])
        limited, outside = limit_columns({"distance_m": runs_on})
        columns |= limited
        notes += outside
    return notes
