"""CSV: lists of activities of all vendors and languages, and tables with a row for each moment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from loadwatch.errors import NotActivity, Unreadable
from loadwatch.ingest.readers.csv import lists, polar, splits, time_series
from loadwatch.ingest.readers.csv import parsed_csv as grids
from loadwatch.user_csv import decode_text

if TYPE_CHECKING:
    from loadwatch.activity import Reading
    from loadwatch.settings import Settings

_CONTROL = frozenset(range(32)) - frozenset(b"\t\n\v\f\r\x1b\0")


def sniff(head: bytes) -> bool:
    """Whether the first bytes are text that is neither XML nor JSON; asked after all other readers."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        head = head.decode("utf-16", errors="replace").encode("utf-8", errors="replace")
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n\0")
    if (
        not start
        or start[:1] in {b"<", b"{"}
        or start.startswith((b"%PDF", b"[{", b"PK\3\4"))
    ):
        return False
    return _CONTROL.isdisjoint(head) and head.count(0) <= len(head) * 6 // 10


def read(data: bytes, name: str, settings: Settings) -> Reading:
    """Return the activities of a table.

    Raises NotActivity for a table of something else, Unreadable where its dates need an answer from
    the user, OverLimit for a table larger than ours.
    """
    if not data.strip(b"\xef\xbb\xbf \t\r\n\0"):
        raise Unreadable("the file is empty")
    text = decode_text(data)
    if (session := polar.rows_of(text)) is not None:
        return polar.read(session)
    grid = grids.grid(text)
    if not grid.body and not grid.broken:
        raise NotActivity("a list of activities without a single row")
    listed = grids.is_list(grid.roles)
    if grids.is_series(grid.series) and (
        time_series.flows(grid) or not (listed or "split" in grid.roles)
    ):
        return time_series.read(grid, name)
    return lists.read(grid, settings) if listed else splits.read(grid, name, settings)
