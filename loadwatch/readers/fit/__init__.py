"""FIT: the binary format of nearly every watch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from loadwatch.errors import Unreadable

if TYPE_CHECKING:
    from loadwatch.activity import Reading
    from loadwatch.settings import Settings


def sniff(head: bytes) -> bool:
    """Tell whether `head` starts a FIT file: a header of 12 bytes or more that holds `.FIT`."""
    return head[8:12] == b".FIT"


def read(data: bytes, name: str, settings: Settings) -> Reading:
    """Return the activities of a FIT file."""
    raise Unreadable("not yet")
