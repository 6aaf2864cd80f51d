"""A route to follow as an activity: a recording as it is, else a line at an even pace.

    read_route(data, name, settings) -> Activity | Line
    draw_line(line, habits) -> Activity

A planner's GPX, a FIT course and a TCX course hold positions, mostly altitudes, and times that
are missing or made up. Such a line is drawn anew with a sample every 10 m at the pace of its
runner, so that distance, climb, grade and ground are measured as those of any run are.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from loadwatch.activity import Activity, Note, Session
from loadwatch.errors import NotActivity, Unreadable
from loadwatch.geodesy import outline_m, path_m
from loadwatch.ingest.readers import fit, read, xml
from loadwatch.ingest.readers.fit.records import read_samples
from loadwatch.ingest.readers.frames import build_records, read_column
from loadwatch.ingest.readers.xml.tree import parse
from loadwatch.tables import ON_FOOT_SPORTS

if TYPE_CHECKING:
    from loadwatch.settings import Settings
    from loadwatch.tables import Bools, Floats

SPACING_M: Final = 10.0  # between two samples of a drawn line
# a line is counted without bends that are narrower: they are errors of a receiver
ASIDE_M: Final = 2.0
LONGEST_M: Final = 1_000_000.0  # a longer line is no route for a run
MIN_LENGTH_M: Final = 1.0
FAR_M: Final = 20_000.0  # between two points: not one route
# of points without altitude, from the last one before to the next one after; longer: unknown
LONGEST_HOLE_M: Final = 200.0
# of a stated distance and that of the line; one as good as equal was summed from its points
MAX_APART: Final = 0.1
SUMMED_APART: Final = 0.001
# points of a GPX track and route and of TCX -> what holds those of one route
_POINTS: Final = {
    "trkpt": ("trk",),
    "rtept": ("rte",),
    "Trackpoint": ("Course", "Activity"),
}
# a step so long, and so much of the route, may be a hole of it
LONG_STEP_M: Final = 1_000.0
LONG_STEP_SHARE: Final = 0.1
# a hill between two points so far apart is lost; more than that share of a way is worth a note
THIN_M: Final = 400.0
THIN_SHARE: Final = 0.5
THIN_TEXT: Final = "its altitudes are {:.1f} km apart, so that hills between are lost"
GAP_TEXT: Final = "two of its points are {:.1f} km apart, which counts as straight"
_SECOND_NS: Final = 1_000_000_000
_PLAIN: Final = Session(format="gpx", sport="running")
_COLUMNS: Final = ("latitude_deg", "longitude_deg", "altitude_m", "distance_m")


class Line(NamedTuple):
    """Points of a route in their order; NaN is unknown."""

    latitude_deg: Floats
    longitude_deg: Floats
    altitude_m: Floats
    distance_m: Floats  # as the file states it, from the first point
    device: str = ""  # that measured the altitude, as far as the file names one
    notes: tuple[Note, ...] = ()  # what is wrong with the file


class Habits(NamedTuple):
    """How the runs of a runner compare with the lines that they are run on."""

    # of runs; a mean of the altitude over some seconds is one over so many metres
    pace_mps: float = 2.5
    # the distance that the runner's device counts on a line, over its length (`outline_m`)
    counted: float = 1.0
    # how far that ratio is from `counted` in the run that differs most, as a share of it
    spread: float = float("nan")


PLAIN_HABITS: Final = Habits()


def read_route(data: bytes, name: str, settings: Settings) -> Activity | Line:
    """Return the route that a GPX, TCX or FIT file holds.

    A single recording with positions is returned as it was recorded, all else as a line; so is
    a recording of which points lack their time, since it would lose their part of the way.

    Raises
    ------
    Unreadable, NotActivity, OverLimit : there is no route in `data`; `why` says what is.
    """
    if not fit.sniff(data) and not xml.sniff(data[:4096]):
        raise Unreadable("not a GPX, TCX or FIT file")
    try:
        recorded = read(data, name, settings).activities
    except (NotActivity, Unreadable):
        recorded = ()
    if len(recorded) == 1 and _is_whole(recorded[0]):
        return _put_on_foot(recorded[0])
    line = _read_line(data)
    measure_steps(line)
    return line


def _is_whole(activity: Activity) -> bool:
    """Return whether a recording has positions, and none was left out for want of a time."""
    codes = {note.code for note in activity.session.notes}
    return has_positions(activity) and "no_time" not in codes


def has_positions(activity: Activity) -> bool:
    """Return whether at least two samples of an activity have a position."""
    records = activity.records
    if not {"latitude_deg", "longitude_deg"} <= set(records.columns):
        return False
    places = records["latitude_deg"] + records["longitude_deg"]
    return int(places.notna().sum()) > 1


def trace_line(activity: Activity) -> Line:
    """Return the line of a recording whose times cannot be those of a runner."""
    columns = {name: read_column(activity.records, name) for name in _COLUMNS}
    return Line(**columns, device=activity.session.device, notes=activity.session.notes)


def _put_on_foot(activity: Activity) -> Activity:
    """Return a recording as one on foot: a route that was ridden is to be run."""
    if activity.session.sport in ON_FOOT_SPORTS:
        return activity
    session = replace(
        activity.session, sport="running", sub_sport="generic", unknown_sport=""
    )
    return replace(activity, session=session)


def draw_line(line: Line, habits: Habits = PLAIN_HABITS) -> Activity:
    """Return a line through positions as an activity at an even pace.

    Points without a position, or at 0/0, are left out. A distance that the file states is taken where it is
    near that of the line; else it is what the runner's device would count on the line.

    Raises
    ------
    NotActivity : there are fewer than two different positions, or they are far apart.
    """
    known, along = measure_steps(line)
    latitude, longitude = line.latitude_deg[known], line.longitude_deg[known]
    ticks = np.linspace(0.0, along[-1], int(np.ceil(along[-1] / SPACING_M)) + 1)
    at = np.union1d(ticks, along)
    scale = _compare_distance(line.distance_m[known], float(along[-1]))
    if scale is None:
        length_m = outline_m(latitude, longitude, ASIDE_M)
        scale = length_m / float(along[-1]) * habits.counted
    turned = np.interp(at, along, np.unwrap(longitude, period=360.0))
    columns = {
        "latitude_deg": np.interp(at, along, latitude),
        "longitude_deg": (turned + 180.0) % 360.0 - 180.0,
        "distance_m": at * scale,
    }
    height = line.altitude_m[known]
    if np.isfinite(height).any() and np.nan_to_num(height).any():
        columns["altitude_m"] = _interpolate_altitude(at, along, height)
    time_ns = (at / habits.pace_mps * _SECOND_NS).astype(np.int64)
    longest_m = float(np.diff(along).max())
    notes = line.notes + _note_thin_altitude(along, height)
    if longest_m > max(LONG_STEP_M, LONG_STEP_SHARE * float(along[-1])):
        notes += (Note("gps_gap", GAP_TEXT.format(longest_m / 1000.0)),)
    session = replace(
        _PLAIN, distance_m=float(along[-1] * scale), device=line.device, notes=notes
    )
    return Activity(build_records(time_ns, columns), session)


def states_distance(line: Line) -> bool:
    """Return whether a file states the distance of its line, and near what that is."""
    known, along = measure_steps(line)
    return _compare_distance(line.distance_m[known], float(along[-1])) is not None


def measure_steps(line: Line) -> tuple[Bools, Floats]:
    """Return which points of a line have a position, and how far each of these is along it [m].

    Raises
    ------
    NotActivity : there are fewer than two different positions, or they are far apart.
    """
    latitude_deg, longitude_deg = line.latitude_deg, line.longitude_deg
    known = np.isfinite(latitude_deg) & np.isfinite(longitude_deg)
    known &= (np.abs(latitude_deg) <= 90.0) & (np.abs(longitude_deg) <= 180.0)
    known &= (latitude_deg != 0.0) | (longitude_deg != 0.0)  # before the first fix
    along = path_m(latitude_deg[known], longitude_deg[known])
    if along.size < 2 or along[-1] < MIN_LENGTH_M:
        raise NotActivity("no route: it has fewer than two different positions")
    if np.diff(along).max() > FAR_M:
        raise NotActivity("no route for a run: its points are too far apart")
    if along[-1] > LONGEST_M:
        km = LONGEST_M / 1000.0
        raise NotActivity(f"no route for a run: it is longer than {km:,.0f} km")
    return known, along


def _note_thin_altitude(along_m: Floats, altitude_m: Floats) -> tuple[Note, ...]:
    """Return a note on a line whose altitudes are so far apart that hills lie between them."""
    steps_m = np.diff(along_m[np.isfinite(altitude_m)])
    long_m = steps_m[steps_m > THIN_M]
    if not long_m.size or long_m.sum() < THIN_SHARE * steps_m.sum():
        return ()
    return (Note("altitude_thin", THIN_TEXT.format(float(np.median(long_m)) / 1000.0)),)


def _interpolate_altitude(at_m: Floats, along_m: Floats, altitude_m: Floats) -> Floats:
    """Return the altitude at each distance, NaN within a long hole of the points' own [m].

    Two neighbouring points that both know theirs are no hole, however far apart they are.
    """
    known = np.flatnonzero(np.isfinite(altitude_m))
    places = along_m[known]
    before = np.searchsorted(places, at_m, side="right") - 1
    after = np.searchsorted(places, at_m, side="left")
    is_inside = (before >= 0) & (after < known.size)
    before, after = before.clip(min=0), after.clip(max=known.size - 1)
    hole_m = places[after] - places[before]
    hole_m[~is_inside] = np.abs(at_m - places[before])[~is_inside]
    is_hole = (known[after] - known[before] > 1) | ~is_inside
    altitude: Floats = np.interp(at_m, places, altitude_m[known])
    altitude[is_hole & (hole_m > LONGEST_HOLE_M)] = np.nan
    return altitude


def _compare_distance(stated_m: Floats, along_m: float) -> float | None:
    """Return the stated distance over that of the line; None where it cannot be right.

    Nor is one taken that the reader of the file summed from the points.
    """
    known = stated_m[np.isfinite(stated_m)]
    if known.size != stated_m.size or (np.diff(known) < 0).any():
        return None
    ratio = float(known[-1] - known[0]) / along_m
    if not SUMMED_APART < abs(ratio - 1.0) <= MAX_APART:
        return None
    return ratio


def _read_line(data: bytes) -> Line:
    """Return the positions and altitudes of a file that holds no recording."""
    if fit.sniff(data):
        return _read_fit_line(data)
    for point, holders in _POINTS.items():
        document = parse(data, point)
        if not document.points.count:
            continue
        tracks = [node for name in holders for node in document.root.find_all(name)]
        if sum(track.stop > track.first for track in tracks) > 1:
            raise NotActivity(
                "several tracks or routes in one file; a route is a file of its own"
            )
        batch = document.points.as_batch()
        device = document.root.attributes.get("creator", "")
        columns = {name: batch.get_column(name) for name in _COLUMNS}
        return Line(**columns, device=device, notes=document.notes)
    raise NotActivity("no route: it has no positions")


def _read_fit_line(data: bytes) -> Line:
    """Return the positions and altitudes of the first of chained FIT files that has some."""
    for fit_file in fit.decode(data).files:
        columns = read_samples(fit_file).columns
        if "latitude_deg" not in columns or "longitude_deg" not in columns:
            continue
        unknown = np.full(columns["latitude_deg"].size, np.nan)
        values = {name: columns.get(name, unknown) for name in _COLUMNS}
        return Line(**values, device="", notes=fit_file.problems)
    raise NotActivity("no route: it has no positions")
