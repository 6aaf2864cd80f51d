"""GPX and TCX to activities: one expat pass, whatever prefix, encoding or blanks a file has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from loadwatch.errors import NotActivity, OverLimit, Unreadable
from loadwatch.ingest.readers.xml import gpx, tcx
from loadwatch.ingest.readers.xml.tree import parse, strip_preamble

if TYPE_CHECKING:
    from loadwatch.activity import Reading
    from loadwatch.settings import Settings

MAX_BYTES = 256 << 20
_GPX, _TCX = b"<gpx", b"trainingcenterdatabase"


def sniff(head: bytes) -> bool:
    """Tell whether `head` begins a GPX or TCX file."""
    return _detect_format(head) != ""


def read(data: bytes, name: str, settings: Settings) -> Reading:  # noqa: ARG001  one signature for all readers
    """Return the activities of a GPX or TCX file; raise Unreadable, NotActivity or OverLimit."""
    if len(data) > MAX_BYTES:
        raise OverLimit(f"an XML file of more than {MAX_BYTES >> 20} MiB")
    kind = _detect_format(data[:4096])
    document = parse(data, "Trackpoint" if kind == "tcx" else "trkpt")
    if document.root.name == "gpx":
        return gpx.build_reading(document)
    if document.root.name == "TrainingCenterDatabase":
        return tcx.build_reading(document)
    if document.notes:
        raise Unreadable("an XML file that breaks off before anything is in it")
    raise NotActivity("an XML file, but neither GPX nor TCX")


def _detect_format(head: bytes) -> str:
    plain = (
        strip_preamble(head).replace(b"\0", b"").lower()
    )  # UTF-16 has a zero beside each letter
    plain = plain.lstrip(b"\xff\xfe")
    if not plain.startswith(b"<"):
        return ""
    if _TCX in plain:
        return "tcx"
    return "gpx" if _GPX in plain or b":gpx" in plain else ""
