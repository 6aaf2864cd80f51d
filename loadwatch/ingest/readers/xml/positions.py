"""Positions that a receiver cannot have meant: off the globe, 0/0, and jumps no body makes."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from loadwatch.activity import Note
from loadwatch.geodesy import DEGREE_M, path_m

if TYPE_CHECKING:
    from loadwatch.tables import Bools, Floats, Ints

    Stretch = tuple[int, int]  # first fix, and the one behind the last

# fastest a body goes between two fixes; noise of single fixes included [m/s]
GATE_MPS = {
    "running": 15.0,
    "walking": 12.0,
    "hiking": 12.0,
    "swimming": 10.0,
    "cycling": 35.0,
}
# any other sport: six times the median speed, within these
LOW_GATE_MPS, HIGH_GATE_MPS = 15.0, 60.0
MEDIANS = 6.0
SHORTEST_S = 1.0  # two fixes in one second count as one second apart
# a remedy that leaves out more of the fixes, or cuts the way at more of them, is none
LOST_SHARE, CUT_SHARE = 0.5, 0.2
# a way of longer steps, or longer as a whole, is none; faster on average is no ride either
LONGEST_STEP_M, LONGEST_WAY_M = 1_000.0, 200_000.0
FASTEST_MPS = 40.0
# a remedy that changes the way by less, and by less than this share, is not worth a word
MIN_LOST_M, MIN_LOST_SHARE = 20.0, 0.01
KEPT_FIXES = 10  # a stretch this long after a jump is where the runner is, not a slip


@dataclass(frozen=True, slots=True)
class CleanPath:
    """Cleaned positions and the distance along them."""

    latitude_deg: Floats
    longitude_deg: Floats
    distance_m: Floats  # since the first fix
    notes: tuple[Note, ...]
    has_times: bool = True  # false: too short for the way, so they say nothing


@dataclass(frozen=True, slots=True)
class _Fixes:
    """The samples that have a position."""

    time_s: Floats
    latitude_deg: Floats
    longitude_deg: Floats
    segment: Ints  # counts the pauses before each fix

    def select(self, where: Bools | Ints) -> _Fixes:
        """Return some of the fixes."""
        return _Fixes(
            self.time_s[where],
            self.latitude_deg[where],
            self.longitude_deg[where],
            self.segment[where],
        )

    def measure_steps(self) -> tuple[Floats, Floats]:
        """Return metres and speed [m/s] from fix to fix; over a pause nothing was run."""
        metres = np.diff(path_m(self.latitude_deg, self.longitude_deg))
        metres = np.where(np.diff(self.segment) > 0, 0.0, metres)
        return metres, metres / np.maximum(np.diff(self.time_s), SHORTEST_S)

    def can_reach(self, a: int, b: int, gate_mps: float) -> bool:
        """Return whether a body gets from one fix to the other at `gate_mps`."""
        north = self.latitude_deg[b] - self.latitude_deg[a]
        turn = self.longitude_deg[b] - self.longitude_deg[a]
        east = (turn + 180) % 360 - 180
        east *= math.cos(math.radians(self.latitude_deg[a]))
        metres = DEGREE_M * math.hypot(north, east)
        seconds = abs(float(self.time_s[b] - self.time_s[a]))
        return metres <= gate_mps * max(SHORTEST_S, seconds)


def clean_path(
    time_s: Floats,
    latitude_deg: Floats,
    longitude_deg: Floats,
    breaks: Bools,
    sport: str,
) -> CleanPath:
    """Return positions without slips and the metres run along them.

    A slip is a short stretch of fixes that cannot be reached at `GATE_MPS` from the longest
    believable stretch; a longer one is kept, yet the jump to it is no distance.

    Parameters
    ----------
    time_s, latitude_deg, longitude_deg : one value per sample, NaN where it has no position.
    breaks : true at each sample that begins anew after a pause; the way there does not count.
    sport : decides how fast a body can go.
    """
    notes: tuple[Note, ...] = ()
    off = _is_off_globe(latitude_deg, longitude_deg)
    if off.any():
        notes = (
            Note(
                "gps_invalid",
                f"{off.sum():,} position(s) off the globe or at 0/0 left out",
            ),
        )
        latitude_deg = np.where(off, np.nan, latitude_deg)
        longitude_deg = np.where(off, np.nan, longitude_deg)
    known = np.flatnonzero(np.isfinite(latitude_deg) & np.isfinite(longitude_deg))
    if known.size < 2:
        unknown = np.full(len(latitude_deg), np.nan)
        return CleanPath(latitude_deg, longitude_deg, unknown, notes)
    segment = np.cumsum(breaks, dtype=np.int64)
    fixes = _Fixes(time_s, latitude_deg, longitude_deg, segment).select(known)
    steps, kept, gate_mps, whole_m = _keep_steps(fixes, sport)
    slips = known[~kept]
    if _loses_most(kept, steps):
        return _doubt_remedy(latitude_deg, longitude_deg, known, fixes, gate_mps, notes)
    if slips.size:
        latitude_deg, longitude_deg = latitude_deg.copy(), longitude_deg.copy()
        latitude_deg[slips] = longitude_deg[slips] = np.nan
    jumps = int(np.isnan(steps).sum())
    if (slips.size or jumps) and _changes_way(whole_m, steps):
        notes = (*notes, _jump_note(slips.size, jumps))
    ran = np.zeros(len(latitude_deg))
    ran[known[kept]] = np.nan_to_num(steps)
    return CleanPath(latitude_deg, longitude_deg, np.cumsum(ran), notes)


def _is_off_globe(latitude_deg: Floats, longitude_deg: Floats) -> Bools:
    with np.errstate(invalid="ignore"):
        outside = (np.abs(latitude_deg) > 90) | (np.abs(longitude_deg) > 180)
    off: Bools = outside | ((latitude_deg == 0) & (longitude_deg == 0))
    return off


def _changes_way(whole_m: float, steps: Floats) -> bool:
    """Return whether the metres kept are so much fewer than those along all fixes."""
    kept = float(np.nansum(steps))
    return whole_m - kept > max(MIN_LOST_M, MIN_LOST_SHARE * kept)


def _jump_note(slips: int, jumps: int) -> Note:
    parts = []
    if slips:
        parts.append(f"{slips:,} position(s) nobody could have reached left out")
    if jumps:
        parts.append(f"{jumps} jump(s) between stretches not counted as distance")
    return Note("gps_jump", "; ".join(parts))


def _loses_most(kept: Bools, steps: Floats) -> bool:
    """Return whether a remedy leaves out most fixes, or cuts the way at many of them."""
    return bool(kept.mean() < 1 - LOST_SHARE or np.isnan(steps).mean() > CUT_SHARE)


def _doubt_remedy(
    latitude_deg: Floats,
    longitude_deg: Floats,
    known: Ints,
    fixes: _Fixes,
    gate_mps: float,
    notes: tuple[Note, ...],
) -> CleanPath:
    """Return the whole path where it can be one and only the times do not fit, else none.

    `known` are the places of `fixes` among the samples.
    """
    metres, _ = fixes.measure_steps()
    total = float(metres.sum())
    seconds = max(float(fixes.time_s[-1] - fixes.time_s[0]), SHORTEST_S)
    is_way = metres.max() <= LONGEST_STEP_M and total <= LONGEST_WAY_M
    if not is_way or total <= gate_mps * seconds:
        unknown = np.full(len(latitude_deg), np.nan)
        text = "most positions cannot be right and are left out, so the distance is unknown"
        note = Note("gps_jump", text)
        return CleanPath(unknown, unknown, unknown, (*notes, note))
    ran = np.zeros(len(latitude_deg))
    ran[known[1:]] = metres
    way = f"{total / 1000:.1f} km at {3.6 * total / seconds:,.0f} km/h on average"
    has_times = total <= FASTEST_MPS * seconds
    if has_times:
        note = Note("gps_jump", f"{way} cannot be of this sport")
    else:
        note = Note("clock", f"{way} cannot be, so how long it took is unknown")
    return CleanPath(
        latitude_deg, longitude_deg, np.cumsum(ran), (*notes, note), has_times
    )


def _keep_steps(fixes: _Fixes, sport: str) -> tuple[Floats, Bools, float, float]:
    """Return what to keep of the fixes.

    Returns
    -------
    Metres from the fix kept before to each fix kept (NaN over a jump), which are kept, the
    fastest a body goes [m/s], and the metres along all fixes.
    """
    metres, speed = fixes.measure_steps()
    whole_m = float(metres.sum())
    gate_mps = _speed_gate(speed, sport)
    cuts = np.flatnonzero(speed > gate_mps) + 1
    kept = np.ones(len(fixes.time_s), np.bool_)
    if cuts.size:
        edges = [0, *cuts.tolist(), len(fixes.time_s)]
        kept = _keep_reachable(fixes, list(pairwise(edges)), gate_mps)
        metres, speed = fixes.select(kept).measure_steps()
        metres = np.where(speed > gate_mps, np.nan, metres)
    return np.concatenate([[0.0], metres]), kept, gate_mps, whole_m


def _speed_gate(speed: Floats, sport: str) -> float:
    """Return the speed that no body of this sport exceeds from fix to fix [m/s]."""
    if sport in GATE_MPS:
        return GATE_MPS[sport]
    moving = speed[speed > 0]
    if not moving.size:
        return LOW_GATE_MPS
    gate_mps = MEDIANS * float(np.median(moving))
    return min(HIGH_GATE_MPS, max(LOW_GATE_MPS, gate_mps))


def _keep_reachable(fixes: _Fixes, stretches: list[Stretch], gate_mps: float) -> Bools:
    """Return which fixes to keep: the longest stretch, and what it or what follows can reach."""
    lengths = [stop - start for start, stop in stretches]
    longest = lengths.index(max(lengths))
    kept = np.zeros(len(fixes.time_s), np.bool_)
    kept[slice(*stretches[longest])] = True
    at = stretches[longest][1] - 1
    for start, stop in stretches[longest + 1 :]:
        if stop - start >= KEPT_FIXES or fixes.can_reach(at, start, gate_mps):
            kept[start:stop] = True
            at = stop - 1
    at = stretches[longest][0]
    for start, stop in reversed(stretches[:longest]):
        if stop - start >= KEPT_FIXES or fixes.can_reach(at, stop - 1, gate_mps):
            kept[start:stop] = True
            at = start
    return kept
