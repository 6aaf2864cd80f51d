"""JSON: what each vendor's export holds, known by its keys, never by its file's name."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from loadwatch.errors import NotActivity, Unreadable
from loadwatch.ingest.readers.json import (
    closed_apps,
    fitbit,
    garmin,
    goldencheetah,
    huawei,
    polar_sessions,
    runtastic,
    strava,
    stream,
    suunto,
)
from loadwatch.ingest.readers.json.values import (
    are_mostly,
    as_mapping,
    as_objects,
    parse_text,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from loadwatch.activity import Reading
    from loadwatch.settings import Settings

_START = re.compile(
    rb'(?:\xef\xbb\xbf)?[ \t\r\n]*(?:\{[ \t\r\n]*["}]|\[[ \t\r\n]*[\[{"\]0-9-])'
)
# an Epson watch's table begins so
_TABLE = re.compile(rb"(?:\xef\xbb\xbf)?[ \t\r\n]*\[\[[A-Za-z]")
_HEAD = 4096
_MAP_TYPES = frozenset({"Feature", "FeatureCollection", "Topology"})


def sniff(head: bytes) -> bool:
    """Return whether the first bytes are an object or an array."""
    return _START.match(head) is not None and _TABLE.match(head) is None


def read(data: bytes, name: str, settings: Settings) -> Reading:  # noqa: ARG001  one signature for all readers
    """Return the activities of a JSON file.

    Raises NotActivity for JSON of another kind, Unreadable for what is no JSON.
    """
    if garmin.EXPORT.search(data, 0, _HEAD):
        return garmin.read_export(data)
    document = _parse_document(data)
    if motions := huawei.list_motions(document):
        return huawei.read_motions(motions)
    if isinstance(document, dict):
        reading = _read_object(document, name)
    else:
        reading = _read_list(as_objects(document))
    if reading is None:
        raise NotActivity(_describe_foreign(document))
    return reading


def _parse_document(data: bytes) -> Any:
    """Return the value of a file; Huawei's is mended, which is no JSON as it is."""
    try:
        return stream.parse_document(data)
    except Unreadable:
        if not huawei.find_keys(data):
            raise
        text = huawei.mend_names(stream.decode_document(data))
        return stream.parse_text_document(text)


def _read_object(found: dict[str, Any], name: str) -> Reading | None:
    """Return the activities of one object, None where it is of no known kind."""
    if runtastic.is_session(found):
        return runtastic.read_session(found, name)
    if fitbit.is_fit_session(found):
        return fitbit.read_fit_session(found)
    if closed_apps.is_nike(found):
        return closed_apps.read_nike(found)
    return _read_older_object(found)


def _read_older_object(found: dict[str, Any]) -> Reading | None:
    """Return the activities of an object by Polar, Suunto or GoldenCheetah, else None."""
    if "RIDE" in found:
        return goldencheetah.read_ride(as_mapping(found["RIDE"]))
    if polar_sessions.is_export(found):
        return polar_sessions.read_export(found)
    if polar_sessions.is_service(found):
        return polar_sessions.read_service([found])
    candidates: list[list[Mapping[str, Any]]] = [[found]]
    candidates += map(as_objects, found.values())
    for objects in candidates:
        reading = _read_flat_objects(objects)
        if reading is not None:
            return reading
    return None


def _read_flat_objects(objects: list[Mapping[str, Any]]) -> Reading | None:
    """Return the activities of objects that are each a move of Suunto or a line of Strava's list."""
    if are_mostly(objects, suunto.is_move):
        return suunto.read_moves(objects)
    if are_mostly(objects, strava.is_activity):
        return strava.read_activities(objects)
    return None


def _read_list(objects: list[Mapping[str, Any]]) -> Reading | None:
    """Return the activities of the objects of an array, None where they are of no known kind."""
    if are_mostly(objects, garmin.is_service):
        return garmin.read_service(objects)
    if are_mostly(objects, fitbit.is_exercise):
        return fitbit.read_exercises(objects)
    if closed_apps.is_endomondo(objects):
        return closed_apps.read_endomondo(objects)
    if are_mostly(objects, polar_sessions.is_service):
        return polar_sessions.read_service(objects)
    return _read_flat_objects(objects)


def _describe_foreign(document: Any) -> str:
    """Return what a JSON file is that holds no activities."""
    first = as_mapping(document)
    objects = as_objects(document)
    if objects:
        first = objects[0]
    if parse_text(first.get("type")) in _MAP_TYPES:
        return "a map (GeoJSON) without times; export the activity as GPX or FIT"
    return "a JSON file of a kind that holds no activities loadwatch knows"
