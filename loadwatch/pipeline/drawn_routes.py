"""Routes as activities: read from their files, drawn where they are lines, and measured as a row."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from loadwatch.errors import (
    NotActivity,
    NothingToRead,
    OverLimit,
    Unreadable,
)
from loadwatch.exposure import osm
from loadwatch.exposure.row import build_row
from loadwatch.ingest.readers.route import (
    PLAIN_HABITS,
    Line,
    draw_line,
    has_positions,
    read_route,
    states_distance,
    trace_line,
)
from loadwatch.ingest.sources import Member, find_members
from loadwatch.settings import find_extract

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pandas as pd

    from loadwatch.activity import Activity
    from loadwatch.analysis import Analysis
    from loadwatch.ingest.readers.route import Habits
    from loadwatch.settings import Settings

HOW: Final = "A route is a GPX, TCX or FIT file with positions."
LONGEST_STEP_S: Final = 60.0  # usual one of a recording; with a longer one it is none


class DrawnRoute(NamedTuple):
    """A route as an activity, and what is measured of it."""

    activity: Activity
    row: dict[str, Any]  # of EXPOSURES and HIDDEN
    # of the distance: how far the runner's device may count otherwise; NaN where not known [1]
    distance_spread: float = math.nan


def read_route_records(analysis: Analysis, path: Path) -> pd.DataFrame:
    """Return the RECORDS of the route at `path`, for a picture of it.

    Their times are made up where it is no recording.
    """
    route = read_route_file(path, analysis.settings)
    if isinstance(route, Line):
        route = draw_line(route)
    return route.records


def draw_route(
    route: Activity | Line,
    settings: Settings,
    cache: Path | None = None,
    find_habits: Callable[[], Habits] = lambda: PLAIN_HABITS,
) -> DrawnRoute:
    """Return a route and its exposure row; drawn anew where its times are no runner's.

    `find_habits` is asked for a line alone. Raises NotActivity where there is no line to draw.
    """
    if not isinstance(route, Line):
        row = build_route_row(route, settings, cache)
        is_timed = not math.isnan(row["distance_m"]) and has_close_times(route)
        if is_timed or not has_positions(route):
            return DrawnRoute(route, row)
        route = trace_line(route)
    habits = find_habits()
    activity = draw_line(route, habits)
    row = build_route_row(activity, settings, cache)
    if states_distance(route):
        return DrawnRoute(activity, row)
    return DrawnRoute(activity, row, habits.spread)


def has_close_times(route: Activity) -> bool:
    """Return whether the samples of a recording are as close in time as a device has them."""
    time_ns = route.records.index.to_numpy("datetime64[ns]").view(np.int64)
    if time_ns.size < 2:
        return True
    return float(np.median(np.diff(time_ns))) <= LONGEST_STEP_S * 1e9


def build_route_row(
    activity: Activity, settings: Settings, cache: Path | None
) -> dict[str, Any]:
    """Return the exposure row of a route, measured on the map of `settings`, if there is one."""
    ground = None
    if has_positions(activity):
        ground = open_ground(activity.records, settings, cache)
    return build_row(activity, "", settings, ground)


def read_route_file(path: Path, settings: Settings) -> Activity | Line:
    """Return the one route in the file at `path`; NothingToRead says what is wrong."""
    if not path.is_file():
        raise NothingToRead(f"no route at {path}", HOW)
    members = [one for one in find_members([path]) if isinstance(one, Member)]
    if len(members) != 1:
        raise NothingToRead(f"{path.name} is not one route", HOW)
    try:
        return read_route(members[0].read(), path.name, settings)
    except (NotActivity, OverLimit, Unreadable) as error:
        raise NothingToRead(f"{path.name}: {error.why}", HOW) from None


def open_ground(
    records: pd.DataFrame, settings: Settings, cache: Path | None = None
) -> osm.Ground | None:
    """Return the part of the map around some RECORDS with positions, None without a map."""
    if not settings.osm:
        return None
    extract = find_extract(settings)
    cells = osm.track_cells(
        records["latitude_deg"].to_numpy(np.float64),
        records["longitude_deg"].to_numpy(np.float64),
    )
    return osm.open_extract(extract, cells, cache, settings.classes)
