"""Tunnels under the holes of a track: a receiver loses its satellites at one portal.

Where the fixes before and after a hole lie near both portals of a tunnel, and the way through it
is about as long as the hole, the hole was run in the tunnel; also where one of the fixes is in
the tunnel, since some receivers go on for a while.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from loadwatch.geodesy import DEGREE_M, rough_step_m

if TYPE_CHECKING:
    from collections.abc import Iterator

    from loadwatch.exposure.osm.ground import Ground
    from loadwatch.tables import Floats, Ints

MIN_HOLE_M: Final = 30.0  # between two fixes
# from a fix to its portal: a receiver needs some seconds outside
PORTAL_M: Final = 80.0
# the way through a tunnel is at most so much longer than the straight line over the hole
MAX_DETOUR, MAX_MORE_M = 1.3, 30.0
MIN_SHARE: Final = 0.4  # of the hole that is in the tunnel
MAX_MPS: Final = 12.0  # faster, and it was no run
JOINS: Final = 3  # a tunnel is mapped as up to 2 ** JOINS ways

Portal = tuple[float, float]  # latitude and longitude


@dataclass(frozen=True, slots=True)
class TunnelHole:
    """A hole between two fixes that was run in a tunnel: fixes after `before`, up to `after`."""

    before: int
    after: int
    line: int  # of the Ground: its longest way


@dataclass(frozen=True, slots=True)
class _Passage:
    """One way or several in a row from portal to portal."""

    length_m: float
    line: int  # the longest
    line_m: float


@dataclass(frozen=True, slots=True, eq=False)
class _Passages:
    """All passages near a track; arrays of one length."""

    portals: Floats  # of each, latitude and longitude of both [deg]
    length_m: Floats
    line: Ints


def find_tunnel_holes(
    ground: Ground,
    track: tuple[Floats, Floats, Floats],
    lines: Ints,
) -> Iterator[TunnelHole]:
    """Yield the holes of a track that a tunnel explains.

    Parameters
    ----------
    track : latitude [deg], longitude [deg] and time [s] of the fixes.
    lines : of the Ground under the fixes, -1 for none.
    """
    latitude, longitude, time_s = track
    if not ground.way_covered.any() or latitude.size < 2:
        return
    step_m = rough_step_m(latitude, longitude)
    is_run = step_m <= MAX_MPS * np.diff(time_s)
    holes = np.flatnonzero((step_m >= MIN_HOLE_M) & is_run)
    ends = np.concatenate((holes, holes + 1))
    passages = _list_passages(_join_tunnels(ground, latitude[ends], longitude[ends]))
    for hole in holes.tolist():
        both = slice(hole, hole + 2)
        is_inside = (lines[both] >= 0) & ground.way_covered[lines[both]]
        reach_m = np.where(is_inside, np.inf, PORTAL_M)
        line = _find_passage(passages, latitude[both], longitude[both], reach_m)
        if line < 0:
            line = _find_begun(ground, latitude[both], longitude[both], lines[both])
        if line >= 0:
            # some receivers repeat their last place instead of none
            moved = np.flatnonzero(step_m[:hole] > 0)
            before = int(moved[-1]) + 1 if moved.size else 0
            yield TunnelHole(before, hole + 1, line)


def _list_passages(passages: dict[tuple[Portal, Portal], _Passage]) -> _Passages:
    """Return passages as arrays."""
    return _Passages(
        np.array(list(passages), np.float64).reshape(-1, 2, 2),
        np.array([passage.length_m for passage in passages.values()], np.float64),
        np.array([passage.line for passage in passages.values()], np.int64),
    )


def _find_passage(
    passages: _Passages, latitude: Floats, longitude: Floats, reach_m: Floats
) -> int:
    """Return the line of the tunnel that explains a hole with the least detour, -1 for none.

    `reach_m` is how far from its portal each fix may be.
    """
    length_m = passages.length_m
    away_m = _measure_away(passages.portals, latitude, longitude)
    straight_m = float(rough_step_m(latitude, longitude)[0])
    route_m = length_m + away_m.sum(axis=1)
    fits = (away_m <= reach_m).all(axis=1) & (length_m >= MIN_SHARE * straight_m)
    fits &= route_m <= MAX_DETOUR * straight_m + MAX_MORE_M
    if not fits.any():
        return -1
    return int(passages.line[np.where(fits, route_m, np.inf).argmin()])


def _find_begun(
    ground: Ground, latitude: Floats, longitude: Floats, lines: Ints
) -> int:
    """Return the tunnel that one fix of a hole is in and the other near, -1 for none."""
    for inside, outside in ((0, 1), (1, 0)):
        line = int(lines[inside])
        if line < 0 or not ground.way_covered[line]:
            continue
        if lines[outside] == line:
            return line
        one, other = _find_portals(ground, line)
        both_ways = np.array([(one, other), (other, one)])
        away_m = _measure_away(both_ways, latitude, longitude)[:, outside]
        if (away_m <= PORTAL_M).any():
            return line
    return -1


def _measure_away(portals: Floats, latitude: Floats, longitude: Floats) -> Floats:
    """Return the distances from a hole's first fix to first portals, and last to last [m]."""
    north = (portals[:, :, 0] - latitude) * DEGREE_M
    east = (portals[:, :, 1] - longitude) * np.cos(np.radians(latitude)) * DEGREE_M
    away: Floats = np.hypot(north, east)
    return away


def _join_tunnels(
    ground: Ground, latitude: Floats, longitude: Floats
) -> dict[tuple[Portal, Portal], _Passage]:
    """Return the passages near places, in both directions, single and joined."""
    if not latitude.size:
        return {}
    passages: dict[tuple[Portal, Portal], _Passage] = {}
    for line in _select_near(ground, latitude, longitude).tolist():
        one, other = _find_portals(ground, line)
        end = int(np.searchsorted(ground.line, line + 1))
        length_m = float(ground.along_m[end - 1])
        _keep_shorter(passages, (one, other), _Passage(length_m, line, length_m))
        _keep_shorter(passages, (other, one), _Passage(length_m, line, length_m))
    for _ in range(JOINS):
        _join_once(passages)
    return passages


def _find_portals(ground: Ground, line: int) -> tuple[Portal, Portal]:
    """Return the places where a line begins and ends."""
    first, end = np.searchsorted(ground.line, (line, line + 1)).tolist()
    latitude, longitude = ground.latitude, ground.longitude
    return (
        (float(latitude[first]), float(longitude[first])),
        (float(latitude[end - 1]), float(longitude[end - 1])),
    )


def _select_near(ground: Ground, latitude: Floats, longitude: Floats) -> Ints:
    """Return the covered lines that begin in the box around places, with PORTAL_M to spare."""
    lines = np.flatnonzero(ground.way_covered)
    first = np.searchsorted(ground.line, lines)
    north, east = ground.latitude[first], ground.longitude[first]
    spare = 2.0 * PORTAL_M / DEGREE_M
    wider = spare / np.cos(np.radians(np.abs(latitude).max()))
    is_near = (north >= latitude.min() - spare) & (north <= latitude.max() + spare)
    is_near &= (east >= longitude.min() - wider) & (east <= longitude.max() + wider)
    near: Ints = lines[is_near]
    return near


def _join_once(passages: dict[tuple[Portal, Portal], _Passage]) -> None:
    """Add the passages over two that share a portal."""
    onward: dict[Portal, list[tuple[Portal, _Passage]]] = {}
    for (one, other), passage in passages.items():
        onward.setdefault(one, []).append((other, passage))
    for (one, middle), passage in list(passages.items()):
        for other, after in onward.get(middle, ()):
            if other != one:
                longest = max(passage, after, key=lambda part: part.line_m)
                length_m = passage.length_m + after.length_m
                joined = _Passage(length_m, longest.line, longest.line_m)
                _keep_shorter(passages, (one, other), joined)


def _keep_shorter(
    passages: dict[tuple[Portal, Portal], _Passage],
    portals: tuple[Portal, Portal],
    passage: _Passage,
) -> None:
    """Keep a passage unless a shorter one between the same portals is known."""
    known = passages.get(portals)
    if known is None or passage.length_m < known.length_m:
        passages[portals] = passage
