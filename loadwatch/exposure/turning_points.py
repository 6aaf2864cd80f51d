"""The turning points of an altitude profile, and the swings between them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from loadwatch.activity import NAN

if TYPE_CHECKING:
    from loadwatch.tables import Floats


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
    low, high = math.inf, -math.inf  # since the last turning point
    direction = 0  # 1 up, -1 down, 0 not yet known
    for height in _local_extremes(altitude_m).tolist():
        low = min(low, height)
        high = max(high, height)
        if direction <= 0 and height - low >= threshold_m:
            turns.append(low)
            direction, high = 1, height
        elif direction >= 0 and high - height >= threshold_m:
            turns.append(high)
            direction, low = -1, height
    if direction:
        turns.append(high if direction > 0 else low)
    return np.diff(np.array(turns, dtype=np.float64))


def _local_extremes(altitude_m: Floats) -> Floats:
    """Return the local highs and lows of a profile and its two ends: where swings can turn."""
    moved = altitude_m[np.flatnonzero(np.diff(altitude_m, prepend=NAN) != 0)]
    if moved.size < 3:
        return moved
    rising = np.diff(moved) > 0
    keep = np.ones(moved.size, dtype=bool)
    keep[1:-1] = rising[1:] != rising[:-1]
    return moved[keep]
