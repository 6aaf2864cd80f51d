"""One input: its label, its identity, and a way to its bytes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from loadwatch.activity import Note


@dataclass(frozen=True, slots=True)
class Content:
    """Unpacked bytes, and notes on their packing."""

    data: bytes
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class Member:
    """One input that may hold activities; nothing of it is read until asked."""

    label: str  # path within the input, archive levels joined by "/"; never opened
    key: str  # identity known without reading; changes when the file does
    size: int  # bytes on disk, or unpacked in its archive
    open: Callable[[], Content]  # raises Unreadable or OverLimit; can be pickled
    # whether any process that sees the file opens it alone: it is not within what is in memory
    opens_anywhere: bool = False

    def read(self) -> bytes:
        """Return the unpacked bytes; raise Unreadable or OverLimit."""
        return self.open().data
