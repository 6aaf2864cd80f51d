"""GPX and TCX to activities: one expat pass, whatever prefix, encoding or blanks a file has."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from loadwatch.errors import NotActivity, OverLimit, Unreadable
from loadwatch.ingest.readers.xml import gpx, tcx
from loadwatch.ingest.readers.xml.tree import parse, strip_preamble

if TYPE_CHECKING:
    from loadwatch.activity import Reading
    from loadwatch.settings import Settings

MAX_BYTES = 256 << 20
_HEAD = 4096
_LONG_HEAD = 1 << 18  # where a comment before the root element is long
_FORMATS = {b"gpx": "gpx", b"trainingcenterdatabase": "tcx"}
_POINTS = {"gpx": "trkpt", "tcx": "Trackpoint"}
_UNDECIDED = "undecided"
# what may be before the root element: how it starts, how it ends
_PROLOGUE = ((b"<?", b"?>"), (b"<!--", b"-->"), (b"<!", b">"))
_NAME = re.compile(rb"<(?:[\w.-]+:)?(?P<name>[\w.-]+)")


def sniff(head: bytes) -> bool:
    """Return whether `head` begins a GPX or TCX file."""
    return _detect_format(head) != ""


def read(data: bytes, name: str, settings: Settings) -> Reading:  # noqa: ARG001  one signature for all readers
    """Return the activities of a GPX or TCX file; raise Unreadable, NotActivity or OverLimit."""
    if len(data) > MAX_BYTES:
        raise OverLimit(f"an XML file of more than {MAX_BYTES >> 20} MiB")
    kind = _detect_format(data[:_HEAD])
    if kind == _UNDECIDED:
        kind = _detect_format(data[:_LONG_HEAD])
    document = parse(data, _POINTS.get(kind, "trkpt"))
    if document.root.name == "gpx":
        return gpx.build_reading(document)
    if document.root.name == "TrainingCenterDatabase":
        return tcx.build_reading(document)
    if document.notes:
        raise Unreadable("an XML file that breaks off before anything is in it")
    raise NotActivity("an XML file, but neither GPX nor TCX")


def _detect_format(head: bytes) -> str:
    """Return "gpx", "tcx" or "" by the root element among the first bytes of a file.

    "undecided" where a comment is longer than these.
    """
    # UTF-16 has a mark in front and a zero beside each letter
    text = strip_preamble(head).replace(b"\0", b"").lower().lstrip(b"\xff\xfe")
    if not text.startswith(b"<"):
        return ""
    root = _NAME.match(_skip_prologue(text))
    if root is not None:
        return _FORMATS.get(root["name"], "")
    return _UNDECIDED


def _skip_prologue(text: bytes) -> bytes:
    """Return `text` from its root element on, "" where that is not in it."""
    while text.startswith((b"<?", b"<!")):
        _, end = next(one for one in _PROLOGUE if text.startswith(one[0]))
        stop = text.find(end)
        if stop < 0:
            return b""
        text = text[stop + len(end) :].lstrip()
    return text
