"""Distances between positions and lengths of lines, on the WGS 84 ellipsoid and on a sphere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from loadwatch.tables import Floats, Ints

WGS84_A_M: Final = 6_378_137.0  # semi-major axis, NIMA TR8350.2
WGS84_E2: Final = 0.00669437999014  # eccentricity squared, ibid.
# a degree of a great circle on a sphere of the mean radius: within 0.6 % of the ellipsoid
DEGREE_M: Final = 111_195.0
MAX_LATITUDE_DEG: Final = 85.0  # nearer to a pole no plane holds a line by its degrees
BLOCK: Final = 1_000  # positions of a line whose bends are looked for at once
STEPS_AT_ONCE: Final = 100_000  # of a line that is measured


def step_m(latitude_deg: Floats, longitude_deg: Floats) -> Floats:
    """Return the distance from each position to the next, one value less than positions [m].

    Straight pieces on the WGS 84 ellipsoid by its two radii of curvature at their middle
    latitude: below 0.01 % off for pieces of up to 10 km. Long lines are measured in blocks,
    so that what is worked out on the way takes no memory beyond theirs.
    """
    count = len(latitude_deg)
    if count <= STEPS_AT_ONCE:
        return _measure_block(latitude_deg, longitude_deg)
    steps = np.empty(count - 1)
    for at in range(0, count - 1, STEPS_AT_ONCE):
        block = slice(at, at + STEPS_AT_ONCE + 1)
        steps[at : at + STEPS_AT_ONCE] = _measure_block(
            latitude_deg[block], longitude_deg[block]
        )
    return steps


def _measure_block(latitude_deg: Floats, longitude_deg: Floats) -> Floats:
    """Return what `step_m` does, for positions that are measured at once."""
    lat, lon = np.radians(latitude_deg), np.radians(longitude_deg)
    middle = (lat[1:] + lat[:-1]) / 2
    root = 1 - WGS84_E2 * np.sin(middle) ** 2
    north = np.diff(lat) * WGS84_A_M * (1 - WGS84_E2) / root**1.5
    # the short way over the date line
    turn = (np.diff(lon) + np.pi) % (2 * np.pi) - np.pi
    east = turn * WGS84_A_M / np.sqrt(root) * np.cos(middle)
    steps: Floats = np.hypot(north, east)
    return steps


def rough_step_m(latitude_deg: Floats, longitude_deg: Floats) -> Floats:
    """Return what `step_m` does, within 0.6 %, in a plane on a sphere: for finding jumps [m]."""
    east = np.abs(longitude_deg[1:] - longitude_deg[:-1])
    east = np.minimum(east, 360 - east) * np.cos(np.radians(latitude_deg[1:]))
    steps: Floats = DEGREE_M * np.hypot(latitude_deg[1:] - latitude_deg[:-1], east)
    return steps


def path_m(latitude_deg: Floats, longitude_deg: Floats) -> Floats:
    """Return the distance run along a line of positions, from 0 at the first fix [m].

    A missing fix (NaN) repeats the last sum, so that the line goes straight over a hole; before
    the first fix the sum is 0.
    """
    known = np.flatnonzero(np.isfinite(latitude_deg) & np.isfinite(longitude_deg))
    steps = np.zeros(len(latitude_deg))
    steps[known[1:]] = step_m(latitude_deg[known], longitude_deg[known])
    return np.cumsum(steps)


def outline_m(latitude_deg: Floats, longitude_deg: Floats, aside_m: float) -> float:
    """Return the length of a line without its bends of at most `aside_m` [m].

    The errors of a receiver make a line longer, the more so the closer its fixes are
    (doi:10.1080/13658816.2015.1086924). Such bends are taken out as
    Douglas and Peucker do (doi:10.3138/FM57-6770-U75U-7727): corners stay, and a line of few
    points, as planners draw it, keeps its length. So does one near a pole.

    Parameters
    ----------
    latitude_deg, longitude_deg : positions in order, none unknown.
    aside_m : how far a position is from the line through its neighbours, to count. [m]
    """
    if np.abs(latitude_deg).max(initial=0.0) > MAX_LATITUDE_DEG:
        return float(step_m(latitude_deg, longitude_deg).sum())
    kept = _find_bends(latitude_deg, longitude_deg, aside_m)
    return float(step_m(latitude_deg[kept], longitude_deg[kept]).sum())


def _find_bends(latitude_deg: Floats, longitude_deg: Floats, aside_m: float) -> Ints:
    """Return the places of the positions that bend a line by more than `aside_m`, and its ends."""
    east = np.unwrap(longitude_deg, period=360.0) * DEGREE_M
    north = latitude_deg * DEGREE_M
    keep = np.zeros(latitude_deg.size, dtype=bool)
    last = latitude_deg.size - 1
    for first in range(0, last, BLOCK):
        stop = min(first + BLOCK, last)
        middle = np.cos(np.radians(latitude_deg[(first + stop) // 2]))
        plane = np.stack((east[first : stop + 1] * middle, north[first : stop + 1]))
        keep[first + _simplify_plane(plane, aside_m)] = True
    return np.flatnonzero(keep)


def _simplify_plane(places: Floats, aside_m: float) -> Ints:
    """Return which of some places (east and north of each) Douglas and Peucker keep."""
    kept = [0, places.shape[1] - 1]
    stretches = [(0, places.shape[1] - 1)]
    while stretches:
        first, last = stretches.pop()
        if last - first < 2:
            continue
        apart_m = _measure_aside(places[:, first : last + 1])
        farthest = int(apart_m.argmax())
        if apart_m[farthest] > aside_m:
            middle = first + 1 + farthest
            kept.append(middle)
            stretches += [(first, middle), (middle, last)]
    return np.unique(np.array(kept, dtype=np.int64))


def _measure_aside(places: Floats) -> Floats:
    """Return how far the inner ones of some places are from the piece between first and last."""
    chord = places[:, -1] - places[:, 0]
    inner = places[:, 1:-1] - places[:, :1]
    square = float(chord @ chord)
    along = np.zeros(inner.shape[1])
    if square > 0:
        along = np.clip(chord @ inner / square, 0.0, 1.0)
    aside: Floats = np.hypot(*(inner - chord[:, None] * along))
    return aside
