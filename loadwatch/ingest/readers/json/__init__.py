"""JSON: Garmin's list of activities, Polar's sessions, Suunto's moves, GoldenCheetah's files."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from loadwatch.errors import NotActivity
from loadwatch.ingest.readers.json import (
    garmin,
    goldencheetah,
    polar_sessions,
    stream,
    suunto,
)
from loadwatch.ingest.readers.json.values import as_mapping, as_objects, parse_text

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
    document = stream.parse_document(data)
    if isinstance(document, dict):
        reading = _read_object(document)
    else:
        reading = _read_list(as_objects(document))
    if reading is None:
        raise NotActivity(_describe_foreign(document))
    return reading


def _read_object(found: dict[str, Any]) -> Reading | None:
    """Return the activities of one object, None where it is of no known kind."""
    if "RIDE" in found:
        return goldencheetah.read_ride(as_mapping(found["RIDE"]))
    if polar_sessions.is_export(found):
        return polar_sessions.read_export(found)
    if polar_sessions.is_service(found):
        return polar_sessions.read_service([found])
    if suunto.is_move(found):
        return suunto.read_moves([found])
    for value in found.values():
        objects = as_objects(value)
        if objects and all(map(suunto.is_move, objects)):
            return suunto.read_moves(objects)
    return None


def _read_list(objects: list[Mapping[str, Any]]) -> Reading | None:
    """Return the activities of the objects of an array, None where they are of no known kind."""
    if not objects:
        return None
    if all("activityId" in one for one in objects):
        return garmin.read_service(objects)
    if all(map(polar_sessions.is_service, objects)):
        return polar_sessions.read_service(objects)
    if all(map(suunto.is_move, objects)):
        return suunto.read_moves(objects)
    return None


def _describe_foreign(document: Any) -> str:
    """Return what a JSON file is that holds no activities."""
    first = as_mapping(document)
    objects = as_objects(document)
    if objects:
        first = objects[0]
    if parse_text(first.get("type")) in _MAP_TYPES:
        return "a map (GeoJSON) without times; export the activity as GPX or FIT"
    return "a JSON file of a kind that holds no activities loadwatch knows"
