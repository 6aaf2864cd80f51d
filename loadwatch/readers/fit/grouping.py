"""Messages to tables: which layout each message has, and all messages of a layout together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from loadwatch.readers.fit.columns import Table
from loadwatch.readers.fit.layout import layout

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from loadwatch.readers.fit.layout import Types

    Meaning = tuple[bytes, Types]  # a definition's content and the types of its developer fields
    Definitions = Sequence[tuple[int, int, Meaning]]  # start, local type, meaning

_LOCAL = np.array([head >> 5 & 3 if head & 0x80 else head & 15 for head in range(256)], np.uint8)


def grouped(
    data: bytes, starts: NDArray[np.int64], heads: NDArray[np.uint8], definitions: Definitions
) -> tuple[Table, ...]:
    """Return the tables of a link, ordered by their first messages.

    Definitions that mean the same are one layout, under whatever local type and however often.
    """
    known: dict[Meaning, int] = {}
    for _, _, meaning in definitions:
        known.setdefault(meaning, len(known))
    which = _layouts(starts, heads, [(start, local, known[meaning]) for start, local, meaning in definitions])
    order = np.argsort(which, kind="stable")
    ends = np.cumsum(np.bincount(which, minlength=len(known))).tolist()
    tables, first = [], 0
    for meaning, end in zip(known, ends, strict=True):
        if end > first:
            tables.append(Table(data, layout(*meaning), starts[order[first:end]] + 1))
        first = end
    return tuple(sorted(tables, key=lambda table: int(table.offsets[0])))


def _layouts(
    starts: NDArray[np.int64], heads: NDArray[np.uint8], definitions: Sequence[tuple[int, int, int]]
) -> NDArray[np.signedinteger]:
    """Return the number of the layout of each message: that of its local type's last definition."""
    by_local: dict[int, list[tuple[int, int]]] = {}
    for start, local, number in definitions:
        by_local.setdefault(local, []).append((start, number))
    small = max((number for _, _, number in definitions), default=0) < 2**15  # sorted by counting
    first = np.zeros(16, np.int16 if small else np.int32)
    for local, places in by_local.items():
        first[local] = places[0][1]
    locals_ = _LOCAL[heads]
    which = first[locals_]
    for local, places in by_local.items():
        if len({number for _, number in places}) > 1:
            mine = np.flatnonzero(locals_ == local)
            at, numbers = np.array(places, np.int64).T
            which[mine] = numbers[np.searchsorted(at, starts[mine]) - 1]
    return which
