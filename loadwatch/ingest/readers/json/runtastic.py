"""adidas Running (Runtastic): a session per file, its positions in a GPX file of the same name."""

from __future__ import annotations

import posixpath
from datetime import timedelta, timezone
from typing import TYPE_CHECKING, Any

from loadwatch.activity import Activity, Note, Reading, Session, Skipped
from loadwatch.ingest.readers import sports
from loadwatch.ingest.readers.frames import EMPTY_RECORDS
from loadwatch.ingest.readers.json.values import (
    MAX_OFFSET_MIN,
    NO_START,
    as_mapping,
    as_objects,
    is_known,
    parse_epoch_ms,
    parse_number,
    parse_positive,
    parse_text,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

_MS = 0.001
_MAX_OFFSET_MS = MAX_OFFSET_MIN * 60_000
# a surface of the app -> ours; "mixed" and "off_road" say nothing that could be counted
SURFACES = {
    "road": "hard",
    "street": "hard",
    "trail": "soft",
    "beach": "soft",
    "track": "track",
    "mixed": "",
    "off_road": "",
    "offroad": "",
}


def is_session(found: Mapping[str, Any]) -> bool:
    """Return whether an object is a session of the app, of either generation."""
    if not {"start_time", "end_time", "sport_type_id"} <= found.keys():
        return False
    return "features" in found or "duration" in found


def read_session(found: Mapping[str, Any], name: str) -> Reading:
    """Return the one activity of a file; `name` tells which GPX file is its own."""
    start = parse_epoch_ms(found.get("start_time"))
    if start is None:
        return Reading((), (Skipped("", "rejected", NO_START),))
    local, zone = _parse_local(start, found.get("start_time_timezone_offset"))
    number = parse_text(str(found.get("sport_type_id", "")))
    stated = sports.read_sport(number, "runtastic_numbers")
    track = {**found, **_find_track(found)}
    word = parse_text(track.get("surface")).casefold()
    session = Session(
        format="list",
        sport=stated.sport,
        sub_sport=stated.sub_sport,
        unknown_sport=stated.unknown_word,
        start_utc=start,
        start_local=local,
        zone=zone,
        timer_s=parse_positive(found.get("duration"), _MS),
        elapsed_s=_parse_elapsed(found),
        distance_m=parse_positive(track.get("distance")),
        ascent_m=parse_positive(track.get("elevation_gain")),
        descent_m=parse_positive(track.get("elevation_loss")),
        heart_rate_bpm=_find_heart_rate(found),
        surface=SURFACES.get(word, ""),
        device="adidas running",
        linked=_name_gpx(name),
        notes=(*stated.notes, *_note_surface(word)),
    )
    return Reading((Activity(EMPTY_RECORDS, session),))


def _note_surface(word: str) -> tuple[Note, ...]:
    if not word or word in SURFACES:
        return ()
    return (Note("surface", f"no surface is known as {word[:40]}"),)


def _parse_local(start: datetime, offset_ms: Any) -> tuple[datetime | None, str]:
    """Return wall clock and zone by an offset in milliseconds, (None, "") where it states none."""
    milliseconds = parse_number(offset_ms)
    if not abs(milliseconds) <= _MAX_OFFSET_MS:
        return None, ""
    offset = timezone(timedelta(milliseconds=round(milliseconds)))
    local = start.astimezone(offset).replace(tzinfo=None)
    return local, str(offset).removeprefix("UTC")


def _parse_elapsed(found: Mapping[str, Any]) -> float:
    """Return the time from start to end [s]."""
    start_ms = parse_number(found.get("start_time"))
    end_ms = parse_number(found.get("end_time"))
    return parse_positive(end_ms - start_ms, _MS)


def _find_feature(found: Mapping[str, Any], kind: str) -> Mapping[str, Any]:
    for feature in as_objects(found.get("features")):
        if feature.get("type") == kind:
            return as_mapping(feature.get("attributes"))
    return {}


def _find_track(found: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return distance, climb and surface of a session: in a feature, or beside the rest."""
    return _find_feature(found, "track_metrics")


def _find_heart_rate(found: Mapping[str, Any]) -> float:
    beats = _find_feature(found, "heart_rate")
    for value in (beats.get("average"), found.get("pulse_avg")):
        rate = parse_positive(value)
        if is_known(rate):
            return rate
    return parse_positive(None)


def _name_gpx(name: str) -> str:
    """Return the path of a session's GPX file from its own folder on."""
    stem, extension = posixpath.splitext(posixpath.basename(name))
    if extension.casefold() != ".json":
        return ""
    return f"GPS-data/{stem}.gpx"
