"""FIT, the binary format of nearly every watch: `decode` all messages, `read` the activities."""

from __future__ import annotations

from typing import TYPE_CHECKING

from loadwatch.activity import Reading
from loadwatch.errors import Unreadable
from loadwatch.ingest.readers.fit.activity import build_activities
from loadwatch.ingest.readers.fit.chained import Decoded, decode, is_fit

if TYPE_CHECKING:
    from loadwatch.settings import Settings

__all__ = ["Decoded", "decode", "read", "sniff"]


def sniff(head: bytes) -> bool:
    """Return whether `head` starts a FIT file: a header of 12 bytes or more with `.FIT`."""
    return is_fit(head)


def read(data: bytes, name: str, settings: Settings) -> Reading:  # noqa: ARG001 - every reader has this shape
    """Return the activities of chained FIT files.

    Raises Unreadable, NotActivity or OverLimit, nothing else.
    """
    if not is_fit(data):
        raise Unreadable("no FIT header")
    return Reading(build_activities(decode(data)))
