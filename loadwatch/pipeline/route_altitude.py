"""Altitude of a route that has none of its own: from the runner's past runs over the same ground."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal

import numpy as np

from loadwatch.exposure.elevation import close_steps, measure_climb
from loadwatch.exposure.past_altitude import (
    Track,
    carry_altitude,
    choose_crossing,
)
from loadwatch.geodesy import path_m
from loadwatch.ingest.readers.frames import read_column
from loadwatch.ingest.readers.route import LONGEST_HOLE_M
from loadwatch.pipeline.run_records import read_activities

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from loadwatch.activity import Activity
    from loadwatch.analysis import Analysis
    from loadwatch.exposure.past_altitude import CarriedAltitude

AltitudeSource = Literal["own", "past runs", "missing"]
MIN_SHARE: Final = 0.5  # of the route with altitude, for its climb to be shown
JUDGED_SHARE: Final = 0.9  # for its climb to be judged
_SAME_SHARE: Final = 0.95  # of what the best group of runs knows


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteAltitude:
    """Where the altitude of a route comes from, and of how much of it."""

    source: AltitudeSource
    share: float  # of the route's length [1]
    runs: int = 0  # past ones that gave it

    @property
    def is_judged(self) -> bool:
        """Whether enough is known for the checks on hills."""
        return self.share >= JUDGED_SHARE


OWN: Final = RouteAltitude(source="own", share=1.0)
MISSING: Final = RouteAltitude(source="missing", share=0.0)


def measure_own_altitude(route: Activity) -> RouteAltitude:
    """Return of how much of its length a route knows its altitude itself."""
    if not {"latitude_deg", "longitude_deg", "altitude_m"} <= set(route.records):
        return MISSING
    line = _build_track(route)
    placed = np.isfinite(line.latitude_deg) & np.isfinite(line.longitude_deg)
    along_m = path_m(line.latitude_deg[placed], line.longitude_deg[placed])
    known = np.isfinite(close_steps(line.time_s, line.altitude_m)[placed])
    if not known.any() or not along_m[-1] > 0:
        return MISSING
    steps_m = np.diff(along_m[known])
    # neighbours that both know theirs are no hole, however far apart they are
    is_next = np.diff(np.flatnonzero(known)) == 1
    covered_m = float(steps_m[is_next | (steps_m <= LONGEST_HOLE_M)].sum())
    return RouteAltitude(source="own", share=round(covered_m / float(along_m[-1]), 3))


def drop_altitude(route: Activity) -> Activity:
    """Return a route without its altitude."""
    return replace(route, records=route.records.assign(altitude_m=np.nan))


def add_past_altitude(
    route: Activity, signature: str, analysis: Analysis, places: Sequence[Path]
) -> tuple[Activity, RouteAltitude]:
    """Return a route with the altitude of past runs, as it is where they know too little of it.

    Parameters
    ----------
    route : without altitude.
    signature : of the route.
    analysis : of the runner.
    places : where the runner's data are; the runs that cross the route are read again.
    """
    line = _build_track(route)
    carried = [
        carry_altitude(line.latitude_deg, line.longitude_deg, runs)
        for runs in _read_groups(signature, analysis, places)
    ]
    if not carried or carried[0].share < MIN_SHARE:
        return route, MISSING
    middle = _choose_middle(line, carried)
    records = route.records.assign(altitude_m=middle.altitude_m)
    # where a run passed at some metres from the route, its altitude errs as one by satellites
    session = replace(route.session, altimeter="satellites")
    altitude = RouteAltitude(source="past runs", share=middle.share, runs=middle.runs)
    return replace(route, records=records, session=session), altitude


def _read_groups(
    signature: str, analysis: Analysis, places: Sequence[Path]
) -> list[list[Track]]:
    """Return the runs that cross a route in groups, read again; see `choose_crossing`."""
    names = analysis.activities["activity_id"].tolist()
    groups = choose_crossing(signature, analysis.activities)
    chosen = [names[place] for group in groups for place in group]
    found = read_activities(analysis, places, chosen)
    tracks = {name: _build_track(activity) for name, activity in found.items()}
    return [
        [tracks[names[place]] for place in group if names[place] in tracks]
        for group in groups
    ]


def _choose_middle(line: Track, carried: Sequence[CarriedAltitude]) -> CarriedAltitude:
    """Return the altitude whose climb is the middle one of those that know as much of a route."""
    least = _SAME_SHARE * carried[0].share
    known = [one for one in carried if one.share >= least]
    distance_m = np.full(line.time_s.size, np.nan)
    climbs = [
        measure_climb(line.time_s, one.altitude_m, distance_m, "satellites").ascent_m
        for one in known
    ]
    order = np.argsort(climbs, kind="stable")
    return known[int(order[(len(known) - 1) // 2])]


def _build_track(activity: Activity) -> Track:
    """Return the positions and altitudes of an activity; a column that it lacks is unknown."""
    records = activity.records
    time_ns = records.index.to_numpy("datetime64[ns]").view(np.int64)
    columns = {
        name: read_column(records, name)
        for name in ("latitude_deg", "longitude_deg", "altitude_m")
    }
    return Track(time_s=(time_ns - time_ns[:1]) / 1e9, **columns)
