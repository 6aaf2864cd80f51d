"""Messages to tables: which layout each message has, and all messages of a layout together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from loadwatch.ingest.readers.fit.field_columns import MessageTable
from loadwatch.ingest.readers.fit.layout import parse_layout

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from loadwatch.ingest.readers.fit.layout import DeveloperTypes

    LayoutKey = tuple[
        bytes, DeveloperTypes
    ]  # a definition's content and the types of its developer fields
    Definitions = Sequence[tuple[int, int, LayoutKey]]  # start, local type, meaning

_LOCAL = np.array(
    [head >> 5 & 3 if head & 0x80 else head & 15 for head in range(256)], np.uint8
)
_HEADS = tuple(tuple(np.flatnonzero(local == _LOCAL).tolist()) for local in range(16))


def group_messages(
    data: bytes,
    starts: NDArray[np.int64],
    heads: NDArray[np.uint8],
    definitions: Definitions,
) -> tuple[MessageTable, ...]:
    """Return the tables of a link, ordered by their first messages.

    Definitions that mean the same are one layout, under whatever local type and however often.
    """
    known: dict[LayoutKey, int] = {}
    for _, _, meaning in definitions:
        known.setdefault(meaning, len(known))
    numbered = [(start, local, known[meaning]) for start, local, meaning in definitions]
    numbers = (_number_few_layouts if len(known) < 256 else _number_many_layouts)(
        starts, heads, numbered
    )
    order = np.argsort(numbers, kind="stable")
    ends = np.cumsum(np.bincount(numbers, minlength=len(known))).tolist()
    tables, first, starts = [], 0, starts.take(order) + 1
    for meaning, end in zip(known, ends, strict=True):
        if end > first:
            tables.append(MessageTable(data, parse_layout(*meaning), starts[first:end]))
        first = end
    return tuple(sorted(tables, key=lambda table: int(table.offsets[0])))


def _number_few_layouts(
    starts: NDArray[np.int64],
    heads: NDArray[np.uint8],
    definitions: Sequence[tuple[int, int, int]],
) -> NDArray[np.uint8]:
    """Return the number of the layout of each message: headers translated, definition by definition."""
    table, parts = bytearray(256), []
    heads_ = heads.tobytes()
    ends = np.searchsorted(starts, [start for start, _, _ in definitions][1:]).tolist()
    first = 0
    for (_, local, number), end in zip(definitions, [*ends, len(heads_)], strict=True):
        for head in _HEADS[local]:
            table[head] = number
        if end > first:
            parts.append(heads_[first:end].translate(table))
            first = end
    return np.frombuffer(b"".join(parts), np.uint8)


def _number_many_layouts(
    starts: NDArray[np.int64],
    heads: NDArray[np.uint8],
    definitions: Sequence[tuple[int, int, int]],
) -> NDArray[np.int32]:
    """Return the same for more layouts than a byte can tell: by each local type's last definition."""
    locals_ = _LOCAL[heads]
    which = np.zeros(len(heads), np.int32)
    for local in range(16):
        places = [(start, number) for start, one, number in definitions if one == local]
        mine = np.flatnonzero(locals_ == local)
        if len(mine):
            at, numbers = np.array(places, np.int64).T
            which[mine] = numbers[np.searchsorted(at, starts[mine]) - 1]
    return which
