"""Positions that a receiver cannot have meant: off the globe, 0/0, and jumps no body makes."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from loadwatch.activity import Note
from loadwatch.geodesy import path_m

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from loadwatch.tables import Bools, Floats


# fastest a body goes between two fixes; noise of single fixes included [m/s]
GATE_MPS = {
    "running": 15.0,
    "walking": 12.0,
    "hiking": 12.0,
    "swimming": 10.0,
    "cycling": 35.0,
}
ANY_GATE_MPS = (15.0, 60.0)  # sport unknown: six times the median speed, within these
MEDIANS = 6.0
SHORTEST_S = 1.0  # two fixes in one second count as one second apart
DEGREE_M = 111_320.0  # of latitude, good enough to tell a jump
KEPT_FIXES = 10  # a stretch this long after a jump is where the runner is, not a slip


@dataclass(frozen=True, slots=True)
class CleanPath:
    """Cleaned positions and the distance along them."""

    latitude_deg: Floats
    longitude_deg: Floats
    distance_m: Floats  # since the first fix
    notes: tuple[Note, ...]


def clean_path(
    time_s: Floats, latitude: Floats, longitude: Floats, breaks: Bools, sport: str
) -> CleanPath:
    """Return positions without slips and the metres run along them.

    `breaks` is true at each sample that begins anew after a pause: the way there does not count.
    A slip is a short stretch of fixes that cannot be reached at `GATE_MPS` from the longest
    believable stretch; a longer one is kept, yet the jump to it is no distance.
    """
    off = _is_off_globe(latitude, longitude)
    notes: tuple[Note, ...] = ()
    if off.any():
        notes = (
            Note(
                "gps_invalid",
                f"{off.sum():,} position(s) off the globe or at 0/0 left out",
            ),
        )
        latitude, longitude = (
            np.where(off, np.nan, latitude),
            np.where(off, np.nan, longitude),
        )
    known = np.flatnonzero(np.isfinite(latitude) & np.isfinite(longitude))
    if known.size < 2:
        return CleanPath(latitude, longitude, np.full(len(latitude), np.nan), notes)
    steps, kept = _keep_steps(
        time_s[known],
        latitude[known],
        longitude[known],
        np.cumsum(breaks, dtype=np.int64)[known],
        sport,
    )
    slips = known[~kept]
    if slips.size:
        latitude, longitude = latitude.copy(), longitude.copy()
        latitude[slips] = longitude[slips] = np.nan
    jumps = int(np.isnan(steps).sum())
    if slips.size or jumps:
        notes = (*notes, _jump_note(slips.size, jumps))
    sums = np.zeros(len(latitude))
    sums[known[kept]] = np.nan_to_num(steps)
    return CleanPath(latitude, longitude, np.cumsum(sums), notes)


def _is_off_globe(latitude: Floats, longitude: Floats) -> Bools:
    with np.errstate(invalid="ignore"):
        outside = (np.abs(latitude) > 90) | (np.abs(longitude) > 180)
    off: Bools = outside | ((latitude == 0) & (longitude == 0))
    return off


def _jump_note(slips: int, jumps: int) -> Note:
    lost = f"{slips:,} position(s) nobody could have reached left out" if slips else ""
    cut = f"{jumps} jump(s) between stretches not counted as distance" if jumps else ""
    return Note("gps_jump", "; ".join(filter(None, (lost, cut))))


def _keep_steps(
    time_s: Floats,
    latitude: Floats,
    longitude: Floats,
    since: NDArray[np.int64],
    sport: str,
) -> tuple[Floats, Bools]:
    """Return metres from the fix kept before to each fix kept (NaN over a jump), and which are kept."""
    metres, speed = _step_speeds(time_s, latitude, longitude, since)
    gate = _speed_gate(speed, sport)
    cuts = np.flatnonzero(speed > gate) + 1
    kept = np.ones(len(time_s), np.bool_)
    if cuts.size:
        kept = _keep_reachable(
            time_s, latitude, longitude, [0, *cuts.tolist(), len(time_s)], gate
        )
        metres, speed = _step_speeds(
            time_s[kept], latitude[kept], longitude[kept], since[kept]
        )
        metres = np.where(speed > gate, np.nan, metres)
    return np.concatenate([[0.0], metres]), kept


def _step_speeds(
    time_s: Floats, latitude: Floats, longitude: Floats, since: NDArray[np.int64]
) -> tuple[Floats, Floats]:
    """Return metres and speed from fix to fix; over a pause nothing was run."""
    metres = np.where(np.diff(since) > 0, 0.0, np.diff(path_m(latitude, longitude)))
    return metres, metres / np.maximum(np.diff(time_s), SHORTEST_S)


def _speed_gate(speed: Floats, sport: str) -> float:
    if sport in GATE_MPS:
        return GATE_MPS[sport]
    moving = speed[speed > 0]
    low, high = ANY_GATE_MPS
    return (
        min(high, max(low, MEDIANS * float(np.median(moving)))) if moving.size else low
    )


def _keep_reachable(
    time_s: Floats, latitude: Floats, longitude: Floats, edges: list[int], gate: float
) -> Bools:
    """Return which fixes to keep: the longest stretch, and what it or what follows can reach."""
    stretches = list(pairwise(edges))
    longest = max(
        range(len(stretches)), key=lambda k: stretches[k][1] - stretches[k][0]
    )
    kept = np.zeros(len(time_s), np.bool_)
    kept[slice(*stretches[longest])] = True

    def reached(a: int, b: int) -> bool:
        north, turn = (
            latitude[b] - latitude[a],
            (longitude[b] - longitude[a] + 180) % 360 - 180,
        )
        metres = DEGREE_M * math.hypot(
            north, turn * math.cos(math.radians(latitude[a]))
        )
        return metres <= gate * max(SHORTEST_S, abs(float(time_s[b] - time_s[a])))

    for order, far, near in (
        (range(longest + 1, len(stretches)), 1, 0),
        (range(longest - 1, -1, -1), 0, 1),
    ):
        at = stretches[longest][far] - far
        for k in order:
            start, stop = stretches[k]
            if stop - start >= KEPT_FIXES or reached(at, (start, stop - 1)[near]):
                kept[start:stop] = True
                at = (start, stop - 1)[1 - near]
    return kept
