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
    from loadwatch.activity import Reading
    from loadwatch.settings import Settings

_START = re.compile(
    rb'(?:\xef\xbb\xbf)?[ \t\r\n]*(?:\{[ \t\r\n]*["}]|\[[ \t\r\n]*[\[{"\]0-9-])'
)
_TABLE = re.compile(
    rb"(?:\xef\xbb\xbf)?[ \t\r\n]*\[\[[A-Za-z]"
)  # an Epson watch's table begins so
_HEAD = 4096


def sniff(head: bytes) -> bool:
    """Whether the first bytes are an object or an array."""
    return _START.match(head) is not None and _TABLE.match(head) is None


def read(data: bytes, name: str, settings: Settings) -> Reading:
    """Return the activities of a JSON file.

    Raises NotActivity for JSON of another kind, Unreadable for what is no JSON.
    """
    del name, settings  # a JSON file says all it knows itself
    if garmin.EXPORT.search(data, 0, _HEAD):
        return garmin.read_export(data)
    found = stream.parse_document(data)
    if isinstance(found, dict):
        return _read_object(found)
    many = as_objects(found)
    if many and all("activityId" in one for one in many):
        return garmin.read_service(many)
    if many and all(map(polar_sessions.is_service, many)):
        return polar_sessions.read_service(many)
    if many and all(map(suunto.is_move, many)):
        return suunto.read_moves(many)
    raise NotActivity(_describe_foreign(many[0] if many else {}))


def _read_object(found: dict[str, Any]) -> Reading:
    if "RIDE" in found:
        return goldencheetah.read_ride(as_mapping(found["RIDE"]))
    if polar_sessions.is_export(found):
        return polar_sessions.read_export(found)
    if polar_sessions.is_service(found):
        return polar_sessions.read_service([found])
    if suunto.is_move(found):
        return suunto.read_moves([found])
    lists = [as_objects(value) for value in found.values()]
    if moves := next(
        (many for many in lists if many and all(map(suunto.is_move, many))), None
    ):
        return suunto.read_moves(moves)
    raise NotActivity(_describe_foreign(found))


def _describe_foreign(found: Any) -> str:
    if parse_text(as_mapping(found).get("type")) in {
        "Feature",
        "FeatureCollection",
        "Topology",
    }:
        return "a map (GeoJSON) without times; export the activity as GPX or FIT"
    return "a JSON file of a kind that holds no activities loadwatch knows"
