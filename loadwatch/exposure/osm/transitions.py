"""What it costs to go from a way under one point of a track to a way under the next.

Cheap is to stay on a way, or to change where two ways meet, as far along them as the track went.
An error of a receiver lasts for many points. So a track on one way keeps its distance from it,
and where it moves aside by as much as two parallel ways are apart, it has changed between them:
the step of the distance costs by what is left of it after a first-order autoregression.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from loadwatch.exposure.osm.candidates import KEPT, MAX_REACH_M, MIN_REACH_M

if TYPE_CHECKING:
    from loadwatch.exposure.osm.candidates import Candidates
    from loadwatch.exposure.osm.ground import Ground
    from loadwatch.tables import Floats, Ints

LEAVE: Final = 10.0  # cost of going from a way to off, or back
ROUTE_M: Final = 8.0  # scale of route distance against straight distance
MAX_SAME: Final = 4.0  # what a detour on one way costs at most
CHANGE: Final = 2.0  # cost of changing at a crossing
JUMP: Final = 8.0  # cost of changing where two ways do not meet
MEETINGS: Final = 4  # places looked at where two ways meet more than once
# after so many metres an error of a receiver has fallen to 1/e
ERROR_M: Final = 75.0
MIN_STEP_M: Final = 10.0  # a shorter one says nothing of errors
# of what the errors say, since receivers differ, and what a step costs at most by it. Beyond
# SURE_REACH_M the nearest way is often another one, so that the reach says less
ERROR_WEIGHT: Final = 0.5
SURE_REACH_M: Final = 5.0
MAX_ERROR_COST: Final = 10.0


def find_transition_costs(
    ground: Ground, near: Candidates, straight_m: Floats
) -> Floats:
    """Return the cost of going from each state of a point to each of the next.

    The states are the candidates and, last, off all ways.
    """
    result = np.full((straight_m.size, KEPT + 1, KEPT + 1), JUMP)
    result[:, KEPT, :] = result[:, :, KEPT] = LEAVE
    result[:, KEPT, KEPT] = 0.0
    valid = near.line >= 0
    step, one, two = np.nonzero(valid[:-1, :, None] & valid[1:, None, :])
    line_1, line_2 = near.line[step, one], near.line[step + 1, two]
    along_1, along_2 = near.along_m[step, one], near.along_m[step + 1, two]
    gone = straight_m[step]
    same = line_1 == line_2
    route = _distance_on_line(ground, line_1, along_1 - along_2)
    cost = np.minimum(np.abs(route - gone) / ROUTE_M, MAX_SAME)
    other = np.flatnonzero(~same)
    met = _distance_over_meeting(
        ground, line_1[other], line_2[other], along_1[other], along_2[other]
    )
    cost[other] = np.minimum(np.abs(met - gone[other]) / ROUTE_M + CHANGE, JUMP)
    result[step, one, two] = cost
    result[:, :KEPT, :KEPT] += _find_error_costs(near, straight_m)
    return result


def _find_error_costs(near: Candidates, straight_m: Floats) -> Floats:
    """Return the cost of the change in the distance of a track from its ways at each step.

    The error of a receiver is taken for a first-order autoregressive (Gauss-Markov) process
    along the track, whose standard deviation is the reach of the track. A step costs less
    where the steps of the track are wider, as those of white noise are.
    """
    kept = np.exp(-np.maximum(straight_m, MIN_STEP_M) / ERROR_M)[:, None, None]
    sigma_m = min(max(near.reach_m, MIN_REACH_M), MAX_REACH_M)
    weight = ERROR_WEIGHT * min(1.0, SURE_REACH_M / max(near.reach_m, MIN_REACH_M))
    square_m2 = np.zeros((straight_m.size, KEPT, KEPT))
    for aside in (near.aside_east_m, near.aside_north_m):
        square_m2 += (aside[1:, None, :] - kept * aside[:-1, :, None]) ** 2
    step_m2 = np.maximum(sigma_m**2 * (1.0 - kept * kept), near.change_m**2)
    cost: Floats = np.minimum(square_m2 * (weight / 2.0 / step_m2), MAX_ERROR_COST)
    return cost


def _distance_on_line(ground: Ground, line: Ints, apart_m: Floats) -> Floats:
    """Return the distance between two places of a line; on a ring the shorter way round."""
    apart = np.abs(apart_m)
    return np.minimum(apart, np.abs(ground.length_m[line] - apart))


def _distance_over_meeting(
    ground: Ground, one: Ints, two: Ints, along_1: Floats, along_2: Floats
) -> Floats:
    """Return the distance between places of two lines over the best place where they meet."""
    best = np.full(one.size, np.inf)
    if not ground.link.size:
        return best
    key = one * ground.way_id.size + two
    first = np.searchsorted(ground.link, key)
    for more in range(MEETINGS):
        at = np.minimum(first + more, ground.link.size - 1)
        hit = np.flatnonzero(ground.link[at] == key)
        if not hit.size:
            break
        link = at[hit]
        route = _distance_on_line(
            ground, one[hit], along_1[hit] - ground.link_from_m[link]
        )
        route += _distance_on_line(
            ground, two[hit], along_2[hit] - ground.link_to_m[link]
        )
        best[hit] = np.minimum(best[hit], route)
    return best
