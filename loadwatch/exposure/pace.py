"""What follows from speed: the sport of a file that states none, and runs that are impossible."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from loadwatch.activity import Note
from loadwatch.ingest.limits import CELLS
from loadwatch.ingest.readers.sports import MOVING_MPS, RUNNING_MPS, WALKING_MPS
from loadwatch.tables import ON_FOOT_SPORTS, UNKNOWN_SPORT

if TYPE_CHECKING:
    from loadwatch.activity import Session
    from loadwatch.tables import Floats

WINDOW_S = 10.0  # of a speed: a receiver may repeat a position for a few seconds
LONGEST_STEP_S = 60.0  # the mean speed over a longer step is no speed run
# world records on foot: distance [km], mean speed [m/s]
RECORD_KM = (0.4, 1.0, 5.0, 10.0, 21.1, 42.2, 100.0, 320.0)
RECORD_MPS = (9.3, 7.6, 6.62, 6.37, 6.13, 5.84, 4.6, 3.7)
IMPOSSIBLE_MPS = 12.0  # faster than any sprint
IMPOSSIBLE_RIDE_MPS = 40.0  # faster than any ride, on average
MIN_M = 400.0  # a shorter way may be a jump of the receiver


def infer_sport(
    session: Session, time_s: Floats, distance_m: Floats, mean: tuple[float, float]
) -> tuple[str, str, list[Note]]:
    """Return sport and sub sport; where the file names none, the median moving speed decides.

    An activity whose mean speed no runner reaches is cycling.

    Parameters
    ----------
    session : its sport, if the file states one.
    time_s : time of each sample. [s]
    distance_m : distance since the start, NaN where unknown. [m]
    mean : distance and duration of the whole. [m, s]
    """
    is_stated = session.sport != UNKNOWN_SPORT or session.unknown_sport
    if is_stated:
        return session.sport, session.sub_sport, []
    speed = _measure_speeds(time_s, distance_m)
    moving = speed[speed > MOVING_MPS]
    if not moving.size:
        return session.sport, session.sub_sport, []
    median = float(np.median(moving))
    sport = "cycling"
    if median < WALKING_MPS:
        sport = "walking"
    elif median <= RUNNING_MPS and not check_pace("running", *mean):
        sport = "running"
    note = Note(
        "sport_inferred",
        f"the file names no sport; {median:.1f} m/s in motion reads as {sport}",
    )
    return sport, session.sub_sport, [note]


def _measure_speeds(time_s: Floats, distance_m: Floats) -> Floats:
    """Return the speeds over windows of ten seconds, or over the steps that are longer [m/s]."""
    is_known = np.isfinite(distance_m)
    time, distance = time_s[is_known], distance_m[is_known]
    if time.size < 2:
        return np.empty(0)
    window_s = max(WINDOW_S, (time[-1] - time[0]) / CELLS)
    edges = np.arange(time[0], time[-1] + window_s, window_s)
    places = np.unique(np.searchsorted(time, edges).clip(max=time.size - 1))
    step_s = np.diff(time[places])
    is_short = (step_s > 0) & (step_s <= LONGEST_STEP_S)
    speeds: Floats = np.diff(distance[places])[is_short] / step_s[is_short]
    return speeds


def is_impossible(sport: str, distance_m: float, duration_s: float) -> bool:
    """Return whether nobody covers a distance in so much time by the sport; unknown never is."""
    if sport not in ON_FOOT_SPORTS and sport != "cycling":
        return False
    top_mps = IMPOSSIBLE_MPS
    if sport == "cycling":
        top_mps = IMPOSSIBLE_RIDE_MPS
    return distance_m > MIN_M and top_mps * duration_s < distance_m


def check_pace(sport: str, distance_m: float, duration_s: float) -> list[Note]:
    """Return a note on a mean speed that cannot be, or on a run above the world record."""
    if not (distance_m > 0 and duration_s > 0):
        return []
    speed, km = distance_m / duration_s, distance_m / 1000
    if speed <= RECORD_MPS[-1]:  # over any distance, and without numpy
        return []
    what = f"{km:,.1f} km at {3.6 * speed:,.0f} km/h on average"
    if is_impossible(sport, distance_m, duration_s):
        text = f"{what} cannot be, so the distance is unknown"
        return [Note("gps_jump", text)]
    if sport != "running":
        return []
    record = float(np.interp(math.log(km), np.log(RECORD_KM), RECORD_MPS))
    if km < RECORD_KM[0] or speed <= record:
        return []
    return [Note("pace", f"{what} is faster than any runner; perhaps it was a ride")]
