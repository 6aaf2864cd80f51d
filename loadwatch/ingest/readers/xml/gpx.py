"""GPX 1.0 and 1.1: tracks to activities; segments are stretches between pauses."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from loadwatch.activity import NAN, Activity, Note, Reading, Session, Skipped
from loadwatch.errors import NotActivity, OverLimit, Unreadable
from loadwatch.ingest.readers.frames import EMPTY_RECORDS
from loadwatch.ingest.readers.point_times import US
from loadwatch.ingest.readers.sports import StatedSport, read_sport
from loadwatch.ingest.readers.xml.holes import Holes, judge_holes, measure_timer_s
from loadwatch.ingest.readers.xml.iso_times import NAT, parse_utc
from loadwatch.ingest.readers.xml.point_columns import parse_number
from loadwatch.ingest.readers.xml.positions import clean_path
from loadwatch.ingest.readers.xml.samples import (
    NO_POINTS,
    merge_cadence,
    read_position_error,
    select_samples,
)
from loadwatch.tables import UNKNOWN_SPORT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from loadwatch.ingest.readers.xml.samples import Samples
    from loadwatch.ingest.readers.xml.tree import Document, Node
    from loadwatch.tables import Floats, Ints


ONE_RUN_S = 900.0  # tracks less apart belong together
# a gap between segments that long, and so many median steps, is a pause
PAUSE_S, PAUSE_STEPS = 10.0, 5.0
DISTANCE_RATIO = (0.5, 2.0)  # a stated distance within so much of the path's is right
TIME_RATIO = (0.5, 2.0)  # the same for times, over those of the points
FEW = 2  # points that may share a second
MAX_NAME = 200
MAX_PARTS = 1_000  # activities in one file
TOTALS = {  # elements of <extensions>, of the file or of a track -> what they state
    "distance": "distance_m",
    "Distance": "distance_m",
    "moving_time": "moving_s",
    "MovingTime": "moving_s",
    "elapsed_time": "elapsed_s",
    "TimerTime": "timer_s",
    "average_hr": "heart_rate_bpm",
}


class _TimedTrack(NamedTuple):
    """A track, and the first and last of its times."""

    first_us: int
    last_us: int
    track: Node


def build_reading(document: Document) -> Reading:
    """Return one activity for each track, tracks that follow each other joined into one."""
    tracks = [node for node in document.root.nodes if node.name == "trk"]
    if not tracks:
        raise NotActivity(_explain_no_track(document.root))
    us = document.points.as_batch().times.us
    known = us[us != NAT]
    if known.size > FEW and known.max() - known.min() < US:
        raise NotActivity(
            "a track whose points all carry the same time, not a recording"
        )
    timed = _time_tracks(tracks, us)
    if not timed:
        return _read_totals(document, tracks)
    groups = _group_tracks(timed)
    if len(groups) > MAX_PARTS:
        raise OverLimit(
            f"more than {MAX_PARTS:,} recordings in one file; export them one by one"
        )
    activities = tuple(
        _build_activity(document, group, part, len(groups))
        for part, group in enumerate(groups, 1)
    )
    return Reading(activities, tuple(_skip_untimed(tracks, timed)))


def _explain_no_track(root: Node) -> str:
    route = root.find_child("rte")
    if route is not None:
        if any(point.find_child("time") for point in route.find_all("rtept")):
            return "a route, not a track; if it was recorded, export it as a track"
        return "a route to follow, not a recording: it has no times"
    if root.find_child("wpt"):
        return "way-points only, no track"
    return "a GPX file without a track"


def _time_tracks(tracks: list[Node], us: Ints) -> list[_TimedTrack]:
    """Return the tracks that have times, in the order of the file."""
    timed = []
    for track in tracks:
        known = us[track.first : track.stop]
        known = known[known != NAT]
        if known.size:
            timed.append(_TimedTrack(int(known.min()), int(known.max()), track))
    return timed


def _skip_untimed(tracks: list[Node], timed: list[_TimedTrack]) -> Iterator[Skipped]:
    """Yield the tracks that have points but no times."""
    recorded = [id(one.track) for one in timed]
    for track in tracks:
        if id(track) not in recorded and track.stop > track.first:
            name = _track_name(track) or "without name"
            yield Skipped("", "ignored", f"track {name}: it has no times")


def _read_totals(document: Document, tracks: list[Node]) -> Reading:
    """Return the activity of a file without any time by its totals, if it states them."""
    points = document.points
    if points.count and points.as_batch().times.bad:
        raise Unreadable("none of its times is a date that exists")
    if points.count:
        raise NotActivity("a route or track without times, not a recording")
    if document.notes:
        raise Unreadable("a GPX file that breaks off before its first point")
    totals = _stated_totals(document.root, tracks)
    start = _stated_start(document.root)
    stated = _read_sport(tracks[:1])
    measured = totals.keys() & {"distance_m", "elapsed_s", "timer_s"}
    if start is None or not measured:
        kind = ""
        if stated.sport != UNKNOWN_SPORT:
            kind = f" ({tracks[0].text_at('type')[:40]})"
        raise NotActivity(
            f"no points: nothing was recorded but a name{kind}; export it as FIT or TCX instead"
        )
    session = Session(
        format="gpx",
        sport=stated.sport,
        sub_sport=stated.sub_sport,
        unknown_sport=stated.unknown_word,
        name=_track_name(tracks[0]),
        start_utc=start,
        device=_device_name(document.root),
        notes=(*stated.notes, NO_POINTS),
    )
    return Reading((Activity(EMPTY_RECORDS, replace(session, **totals)),))


def _group_tracks(timed: list[_TimedTrack]) -> list[list[Node]]:
    """Return tracks in order of time, in groups that make one activity."""
    ordered = sorted(timed, key=lambda one: (one.first_us, one.last_us))
    groups = [[ordered[0].track]]
    for before, one in pairwise(ordered):
        gap_us = one.first_us - before.last_us
        kinds = before.track.text_at("type"), one.track.text_at("type")
        if 0 <= gap_us <= ONE_RUN_S * US and kinds[0] == kinds[1]:
            groups[-1].append(one.track)
        else:
            groups.append([one.track])
    return groups


def _build_activity(
    document: Document, tracks: list[Node], part: int, parts: int
) -> Activity:
    """Return the activity of tracks that belong together, the `part`th of `parts` in the file."""
    root = document.root
    samples = select_samples(document.points, _segment_stretches(tracks))
    stated = _read_sport(tracks)
    totals = _stated_totals(root if parts == 1 else None, tracks)
    holes = _find_pauses(samples)
    totals = _keep_possible(totals, samples)
    columns, notes, has_times = _build_columns(samples, holes, stated.sport, totals)
    columns = read_position_error(columns, root.attributes.get("creator", ""))
    if samples.us.size == 1:
        notes += (Note("one_point", "the file holds a single point"),)
    session = Session(
        format="gpx",
        sport=stated.sport,
        sub_sport=stated.sub_sport,
        unknown_sport=stated.unknown_word,
        name=_track_name(tracks[0]) or root.text_at("metadata", "name")[:MAX_NAME],
        start_utc=samples.start_utc,
        start_local=samples.start_local,
        zone=samples.zone,
        device=_device_name(root),
        part=part,
        notes=(
            *document.notes,
            *stated.notes,
            *samples.notes,
            *holes.notes,
            *notes,
        ),
        timer_s=measure_timer_s(samples, holes.is_pause),
    )
    if not has_times:
        metres = float(columns["distance_m"][-1])
        session = replace(session, timer_s=NAN, distance_m=metres)
        return Activity(EMPTY_RECORDS, session)
    return Activity(samples.to_records(columns), replace(session, **totals))


def _keep_possible(totals: dict[str, Any], samples: Samples) -> dict[str, Any]:
    """Return the totals without times that the points contradict."""
    seconds = float(samples.time_s.max(initial=0.0))
    low, high = TIME_RATIO
    times = {"moving_s": 0.0, "elapsed_s": low, "timer_s": low}
    if not seconds > 0:
        return totals
    return {
        name: value
        for name, value in totals.items()
        if name not in times or times[name] * seconds <= value <= high * seconds
    }


def _read_sport(tracks: list[Node]) -> StatedSport:
    """Return the sport of the first of `tracks` that states one."""
    types = (track.text_at("type") for track in tracks)
    return read_sport(next(filter(None, types), ""), "strava_numbers")


def _segment_stretches(tracks: list[Node]) -> list[tuple[int, int]]:
    """Return the stretches of points that the segments of `tracks` hold.

    Points of a track without segments, or beside them, are one stretch.
    """
    nodes = [node for track in tracks for node in track.nodes]
    stretches = [
        (node.first, node.stop)
        for node in nodes
        if node.name == "trkseg" and node.stop > node.first
    ]
    whole = [(track.first, track.stop) for track in tracks]
    return stretches or whole


def _find_pauses(samples: Samples) -> Holes:
    """Return where a point begins a new segment after a pause, or follows a hole of hours."""
    holes = judge_holes(samples)
    is_new_segment = np.diff(samples.group) != 0
    step_s = np.diff(samples.us) / US
    if is_new_segment.any():
        pause_s = max(PAUSE_S, PAUSE_STEPS * float(np.median(step_s)))
        holes.is_pause[1:] |= is_new_segment & (step_s > pause_s)
    return holes


def _build_columns(
    samples: Samples, holes: Holes, sport: str, totals: dict[str, Any]
) -> tuple[dict[str, Floats], tuple[Note, ...], bool]:
    """Return RECORDS columns, notes, and whether the times say how long it took.

    A distance that the file states comes before that of the path. The distance that the points
    state is added to `totals`, if the file states none as a whole; one that the path contradicts
    is taken out of them.
    """
    columns = merge_cadence(samples.columns, sport)
    latitude_deg = samples.get_column("latitude_deg")
    longitude_deg = samples.get_column("longitude_deg")
    is_pause = holes.is_pause
    path = clean_path(samples.time_s, latitude_deg, longitude_deg, is_pause, sport)
    columns["latitude_deg"] = path.latitude_deg
    columns["longitude_deg"] = path.longitude_deg
    has_times = path.has_times and samples.has_duration
    stated = _stated_distance(samples.get_column("distance_m"), path.distance_m)
    notes = _check_total(totals, stated, path.distance_m)
    if stated is not None:
        totals.setdefault("distance_m", float(np.nanmax(stated)))
        return {**columns, "distance_m": stated}, notes, has_times
    columns["distance_m"] = path.distance_m
    if "distance_m" in totals:
        return columns, notes, has_times
    notes += path.notes + holes.way_notes
    lost = int(np.isnan(latitude_deg + longitude_deg).sum())
    if 0 < lost < samples.us.size:
        notes = (Note("gps_gap", f"{lost:,} point(s) without a position"), *notes)
    return columns, notes, has_times


def _check_total(
    totals: dict[str, Any], stated_m: Floats | None, along_m: Floats
) -> tuple[Note, ...]:
    """Take a total distance out of `totals` that points and path contradict; return notes."""
    total = totals.get("distance_m", NAN)
    known = along_m[np.isfinite(along_m)]
    if stated_m is not None:
        known = stated_m[np.isfinite(stated_m)]
    if math.isnan(total) or known.size < 2:
        return ()
    low, high = DISTANCE_RATIO
    along = float(known[-1])
    if low * along <= total <= high * along:
        return ()
    del totals["distance_m"]
    text = f"the file states {total:,.0f} m, its points {along:,.0f} m, which is taken"
    return (Note("distance", text),)


def _stated_distance(distance_m: Floats, along_m: Floats) -> Floats | None:
    """Return the cumulative distance a file states, from 0; None where it states none that can be right.

    `along_m` is the distance along the path.
    """
    known = distance_m[np.isfinite(distance_m)]
    if known.size < 2 or (np.diff(known) < 0).any() or known[-1] <= known[0]:
        return None
    if np.isfinite(along_m).any():
        total, along = known[-1] - known[0], float(np.nanmax(along_m))
        low, high = DISTANCE_RATIO
        if not low * along <= total <= high * along:
            return None
    since_start: Floats = distance_m - known[0]
    return since_start


def _stated_totals(root: Node | None, tracks: list[Node]) -> dict[str, Any]:
    """Return what <extensions> of the file, or of its only track, state of the whole."""
    nodes = []
    if root:
        nodes.append(root)
    if len(tracks) == 1:
        nodes += tracks
    found: dict[str, set[float]] = {}
    for element in _list_extensions(nodes):
        value = parse_number(element.text)
        if element.name in TOTALS and math.isfinite(value) and value > 0:
            found.setdefault(TOTALS[element.name], set()).add(value)
    # several of one name are the parts of something
    return {name: values.pop() for name, values in found.items() if len(values) == 1}


def _list_extensions(nodes: list[Node]) -> Iterator[Node]:
    """Yield the elements of the <extensions> of some nodes, and those directly within them.

    A lap's own are left out: they state nothing of the whole.
    """
    for node in nodes:
        extensions = node.find_child("extensions")
        if extensions is None:
            continue
        for element in extensions.nodes:
            yield element
            if "lap" not in element.name.lower():
                yield from element.nodes


def _stated_start(root: Node) -> datetime | None:
    """Return the start that a file without points states."""
    for path in (("extensions", "start_time"), ("metadata", "time"), ("time",)):
        start = parse_utc(root.text_at(*path))
        if start is not None:
            return start
    return None


def _track_name(track: Node) -> str:
    return track.text_at("name")[:MAX_NAME]


def _device_name(root: Node) -> str:
    creator = root.attributes.get("creator", "").split(" - ")[0].split(" http")[0]
    if creator.startswith("http"):
        return ""
    return creator.strip()[:80]
