"""GPX 1.0 and 1.1: tracks to activities; segments are stretches between pauses."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from loadwatch.activity import NAN, Activity, Note, Reading, Session, Skipped
from loadwatch.errors import NotActivity, OverLimit, Unreadable
from loadwatch.ingest.readers.frames import EMPTY_RECORDS
from loadwatch.ingest.readers.sports import StatedSport, read_sport
from loadwatch.ingest.readers.xml.iso_times import NAT, US, parse_datetime
from loadwatch.ingest.readers.xml.point_columns import parse_number
from loadwatch.ingest.readers.xml.positions import clean_path
from loadwatch.ingest.readers.xml.samples import (
    EPOCH,
    Samples,
    merge_cadence,
    select_samples,
)
from loadwatch.tables import UNKNOWN_SPORT

if TYPE_CHECKING:
    from datetime import datetime

    from numpy.typing import NDArray

    from loadwatch.ingest.readers.xml.tree import Document, Node
    from loadwatch.tables import Floats


ONE_RUN_S = 900.0  # tracks less apart belong together
PAUSE_S, PAUSE_STEPS = (
    10.0,
    5.0,
)  # a gap between segments that long, and so many median steps, is a pause
DISTANCE_RATIO = (
    0.5,
    2.0,
)  # a stated distance within so much of the path's is believed
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


def build_reading(document: Document) -> Reading:
    """Return one activity for each track, tracks that follow each other joined into one."""
    root = document.root
    tracks = [node for node in root.nodes if node.name == "trk"]
    if not tracks:
        raise NotActivity(_explain_no_track(root))
    times = document.points.as_batch().times.us
    spans = times[times != NAT]
    if spans.size > FEW and spans.max() - spans.min() < US:
        raise NotActivity(
            "a track whose points all carry the same time, not a recording"
        )
    timed = [
        track for track in tracks if (times[track.first : track.stop] != NAT).any()
    ]
    if not timed:
        return _read_totals(document, tracks)
    groups = _group_tracks(timed, times)
    if len(groups) > MAX_PARTS:
        raise OverLimit(
            f"more than {MAX_PARTS:,} recordings in one file; export them one by one"
        )
    activities = tuple(
        _build_activity(document, group, part, len(groups))
        for part, group in enumerate(groups, 1)
    )
    left = [
        track for track in tracks if track not in timed and track.stop > track.first
    ]
    skipped = tuple(
        Skipped(
            "",
            "ignored",
            f"track {_track_name(track) or 'without name'}: it has no times",
        )
        for track in left
    )
    return Reading(activities, skipped)


def _explain_no_track(root: Node) -> str:
    if root.find_child("rte"):
        return "a route to follow, not a recording: it has no times"
    return (
        "way-points only, no track"
        if root.find_child("wpt")
        else "a GPX file without a track"
    )


def _read_totals(document: Document, tracks: list[Node]) -> Reading:
    """Return what a file without any time still tells: its totals, if it states them."""
    points = document.points
    if points.count and points.as_batch().times.bad:
        raise Unreadable("none of its times is a date that exists")
    if points.count:
        raise NotActivity("a route or track without times, not a recording")
    if document.notes:
        raise Unreadable("a GPX file that breaks off before its first point")
    totals = _stated_totals(document.root, tracks)
    stated = _read_sport(tracks[:1])
    start = _stated_start(document.root)
    if start is None or not any(
        totals.get(name, 0.0) > 0 for name in ("distance_m", "elapsed_s", "timer_s")
    ):
        indoors = ""
        if stated.sport != UNKNOWN_SPORT:
            indoors = f" ({tracks[0].text_at('type')[:40]})"
        raise NotActivity(
            f"no points: nothing was recorded but a name{indoors}; export it as FIT or TCX instead"
        )
    session = Session(
        format="gpx",
        sport=stated.sport,
        sub_sport=stated.sub_sport,
        unknown_sport=stated.unknown_word,
        name=_track_name(tracks[0]),
        start_utc=start,
        device=_device_name(document.root),
        notes=stated.notes,
    )
    return Reading((Activity(EMPTY_RECORDS, replace(session, **totals)),))


def _group_tracks(tracks: list[Node], times: NDArray[np.int64]) -> list[list[Node]]:
    """Return tracks in order of time, in groups that make one activity."""
    timed = []
    for track in tracks:
        known = times[track.first : track.stop]
        known = known[known != NAT]
        timed.append((int(known.min()), int(known.max()), track))
    timed.sort(key=lambda span: span[:2])
    groups = [[timed[0][2]]]
    for (_, end, before), (start, _, track) in pairwise(timed):
        one = 0 <= start - end <= ONE_RUN_S * US and before.text_at(
            "type"
        ) == track.text_at("type")
        if one:
            groups[-1].append(track)
        else:
            groups.append([track])
    return groups


def _build_activity(
    document: Document, tracks: list[Node], part: int, parts: int
) -> Activity:
    found = select_samples(document.points, _segment_stretches(tracks))
    stated = _read_sport(tracks)
    totals = _stated_totals(document.root if parts == 1 else None, tracks)
    breaks = _find_pauses(found)
    columns, notes = _build_columns(found, breaks, stated.sport, totals)
    if found.us.size == 1:
        notes += (Note("one_point", "the file holds a single point"),)
    session = Session(
        format="gpx",
        sport=stated.sport,
        sub_sport=stated.sub_sport,
        unknown_sport=stated.unknown_word,
        name=_track_name(tracks[0])
        or document.root.text_at("metadata", "name")[:MAX_NAME],
        start_utc=found.start_utc,
        start_local=found.start_local,
        zone=found.zone,
        device=_device_name(document.root),
        part=part,
        notes=(*document.notes, *stated.notes, *found.notes, *notes),
        timer_s=_timer_s(found, breaks),
    )
    return Activity(found.to_records(columns), replace(session, **totals))


def _read_sport(tracks: list[Node]) -> StatedSport:
    """Return the sport of the first of `tracks` that states one."""
    types = (track.text_at("type") for track in tracks)
    return read_sport(next(filter(None, types), ""), "strava_numbers")


def _segment_stretches(tracks: list[Node]) -> list[tuple[int, int]]:
    """Return the stretches of points that the segments of `tracks` hold."""
    segments = [
        segment
        for track in tracks
        for segment in track.nodes
        if segment.name == "trkseg"
    ]
    return [
        (segment.first, segment.stop)
        for segment in segments
        if segment.stop > segment.first
    ]


def _find_pauses(found: Samples) -> NDArray[np.bool_]:
    """Return where a point begins a new segment after a pause."""
    breaks = np.zeros(found.us.size, np.bool_)
    if found.us.size > 1 and (found.group != found.group[0]).any():
        step = np.diff(found.us) / US
        pause = max(PAUSE_S, PAUSE_STEPS * float(np.median(step)))
        breaks[1:] = (np.diff(found.group) != 0) & (step > pause)
    return breaks


def _timer_s(found: Samples, breaks: NDArray[np.bool_]) -> float:
    """Return seconds between pauses; unknown where the file shows none."""
    if not breaks.any():
        return NAN
    step = np.diff(found.us) / US
    return float(step[~breaks[1:]].sum())


def _build_columns(
    found: Samples, breaks: NDArray[np.bool_], sport: str, totals: dict[str, Any]
) -> tuple[dict[str, Floats], tuple[Note, ...]]:
    """Return RECORDS columns; a distance the file states goes before the one along the path."""
    columns = merge_cadence(found.columns, sport)
    unknown = np.full(found.us.size, np.nan)
    where = clean_path(
        found.time_s,
        columns.get("latitude_deg", unknown),
        columns.get("longitude_deg", unknown),
        breaks,
        sport,
    )
    lost = int(
        np.isnan(
            columns.get("latitude_deg", unknown) + columns.get("longitude_deg", unknown)
        ).sum()
    )
    found_notes = where.notes
    if 0 < lost < found.us.size:
        found_notes = (
            Note("gps_gap", f"{lost:,} point(s) without a position"),
            *where.notes,
        )
    columns |= {
        "latitude_deg": where.latitude_deg,
        "longitude_deg": where.longitude_deg,
    }
    stated = _stated_distance(columns.get("distance_m", unknown), where.distance_m)
    if stated is None:
        notes = () if "distance_m" in totals else found_notes
        return {**columns, "distance_m": where.distance_m}, notes
    totals.setdefault("distance_m", float(np.nanmax(stated)))
    return {**columns, "distance_m": stated}, ()


def _stated_distance(distance: Floats, along: Floats) -> Floats | None:
    """Return the cumulative distance a file states, from 0; None where it states none to believe."""
    known = distance[np.isfinite(distance)]
    if known.size < 2 or (np.diff(known) < 0).any() or known[-1] <= known[0]:
        return None
    total, path_total = (
        known[-1] - known[0],
        float(np.nanmax(along)) if np.isfinite(along).any() else NAN,
    )
    low, high = DISTANCE_RATIO
    if math.isfinite(path_total) and not low * path_total <= total <= high * path_total:
        return None
    since: Floats = distance - known[0]
    return since


def _stated_totals(root: Node | None, tracks: list[Node]) -> dict[str, Any]:
    """Return what <extensions> of the file, or of its only track, state of the whole."""
    found: dict[str, Any] = {}
    for node in [*([root] if root else []), *(tracks if len(tracks) == 1 else [])]:
        extensions = node.find_child("extensions")
        for element in extensions.nodes if extensions else []:
            for inner in [element, *element.nodes]:
                value = parse_number(inner.text)
                if inner.name in TOTALS and math.isfinite(value) and value > 0:
                    found.setdefault(TOTALS[inner.name], value)
    return found


def _stated_start(root: Node) -> datetime | None:
    for text in (
        root.text_at("extensions", "start_time"),
        root.text_at("metadata", "time"),
        root.text_at("time"),
    ):
        moment = parse_datetime(text)
        if moment:
            return (
                moment.replace(tzinfo=EPOCH.tzinfo) if moment.tzinfo is None else moment
            ).astimezone(EPOCH.tzinfo)
    return None


def _track_name(track: Node) -> str:
    return track.text_at("name")[:MAX_NAME]


def _device_name(root: Node) -> str:
    creator = root.attributes.get("creator", "").split(" - ")[0].split(" http")[0]
    return "" if creator.startswith("http") else creator.strip()[:80]
