"""Holes of an hour or more between track points: which of them were run through.

A watch that was stopped leaves a hole, and so does a phone that fell asleep. The way over a hole
counts where it is short enough and as fast as the rest; else nothing was run there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from loadwatch.activity import NAN, Note
from loadwatch.geodesy import path_m
from loadwatch.ingest.readers.point_times import HOLE_S, US, find_hole, note_days
from loadwatch.ingest.readers.sports import MOVING_MPS

if TYPE_CHECKING:
    from loadwatch.ingest.readers.xml.samples import Samples
    from loadwatch.tables import Bools, Floats, Ints

LONGEST_S = 2 * 3600.0  # nobody's phone sleeps longer within a run
LIKE_REST = (0.5, 1.5)  # a speed over a hole within so much of the usual one
MIN_M = 200.0  # a shorter way over a hole is not worth a word


class Holes(NamedTuple):
    """Which points begin anew after a hole, and notes."""

    is_pause: Bools
    notes: tuple[Note, ...] = ()  # on times
    way_notes: tuple[Note, ...] = ()  # on the way, where it is the distance


def judge_holes(samples: Samples) -> Holes:
    """Return which points of an activity follow a hole that was not run through, and notes."""
    us = samples.us
    is_pause = np.zeros(us.size, np.bool_)
    if us.size < 2 or us[-1] - us[0] <= HOLE_S * US:
        return Holes(is_pause)
    step_us = np.diff(us)
    if step_us.max() <= HOLE_S * US:
        return Holes(is_pause)
    holes = np.flatnonzero(step_us > find_hole(us))
    if not holes.size:
        return Holes(is_pause)
    step_s, metres = step_us / US, _measure_steps(samples)
    is_run = _is_like_rest(step_s, metres, holes)
    is_pause[holes[~is_run] + 1] = True
    way_notes = _note_way(step_s[holes], metres[holes], is_run)
    return Holes(is_pause, note_days(us), way_notes)


def measure_timer_s(samples: Samples, is_pause: Bools) -> float:
    """Return seconds between pauses; unknown where the file shows none."""
    if not is_pause.any():
        return NAN
    step_s = np.diff(samples.us) / US
    return float(step_s[~is_pause[1:]].sum())


def _measure_steps(samples: Samples) -> Floats:
    """Return the way from point to point [m], by positions, else by stated distances."""
    latitude = samples.get_column("latitude_deg")
    along = path_m(latitude, samples.get_column("longitude_deg"))
    if not np.isfinite(latitude).any():
        along = samples.get_column("distance_m")
    return np.diff(along)


def _is_like_rest(step_s: Floats, metres: Floats, holes: Ints) -> Bools:
    """Return which holes are short, and were crossed as fast as the rest of the way."""
    with np.errstate(divide="ignore", invalid="ignore"):
        speed = metres / step_s
    rest = np.delete(speed, holes)
    moving = rest[rest > MOVING_MPS]
    if not moving.size:
        return np.zeros(holes.size, np.bool_)
    low, high = (share * float(np.median(moving)) for share in LIKE_REST)
    is_like = (speed[holes] >= low) & (speed[holes] <= high)
    return np.asarray(is_like & (step_s[holes] <= LONGEST_S))


def _note_way(seconds: Floats, metres: Floats, is_run: Bools) -> tuple[Note, ...]:
    """Return a note on the ways over holes that are long enough to be worth it."""
    parts = []
    for mask, outcome in ((is_run, "counts straight"), (~is_run, "does not count")):
        way_m = float(np.nansum(metres[mask]))
        if way_m > MIN_M:
            hours = float(seconds[mask].sum()) / 3600
            parts.append(
                f"nothing was recorded for {hours:.1f} h; the way of "
                f"{way_m / 1000:.1f} km over it {outcome}"
            )
    if not parts:
        return ()
    return (Note("gps_gap", "; ".join(parts)),)
