"""Timestamps of messages under compressed headers: five bits that count on from the last full one."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from loadwatch.ingest.readers.fit.field_columns import decode_columns

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from loadwatch.ingest.readers.fit.field_columns import MessageTable

TIMESTAMP = 253
_COMPRESSED = 0x80


def fill_timestamps(
    tables: tuple[MessageTable, ...],
    starts: NDArray[np.int64],
    heads: NDArray[np.uint8],
) -> tuple[MessageTable, ...]:
    """Return the tables with the timestamps of their messages under compressed headers filled in.

    The counter rolls over every 32 s and is set anew by any full timestamp, in any message.
    """
    compressed = heads >= _COMPRESSED
    if not compressed.any():
        return tables
    full = np.full(len(starts), np.nan)
    for table in tables:
        got = decode_columns(table, frozenset({TIMESTAMP}))
        if TIMESTAMP in got:
            full[np.searchsorted(starts, table.offsets - 1)] = got[TIMESTAMP].first
    filled = _unroll_counter(full, heads, compressed)
    return tuple(
        replace(table, timestamps=filled[where]) if compressed[where].any() else table
        for table in tables
        for where in [np.searchsorted(starts, table.offsets - 1)]
    )


def _unroll_counter(
    full: NDArray[np.float64], heads: NDArray[np.uint8], compressed: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Return the timestamp of each message under a compressed header, NaN for the others."""
    known = ~np.isnan(full)
    base = np.where(known, full, 0)
    events = np.flatnonzero(known | compressed)
    counter = np.where(
        compressed[events], heads[events] & 31, base[events].astype(np.int64) & 31
    )
    step = np.diff(counter, prepend=0) & 31
    anchored = known[events] & ~compressed[events]
    step[anchored] = 0
    gone = np.cumsum(step)
    last = np.maximum.accumulate(np.where(anchored, np.arange(len(events)), -1))
    has = last >= 0
    start = np.where(has, base[events][last], 0)
    result = np.full(len(full), np.nan)
    result[events] = start + gone - np.where(has, gone[last], 0)
    result[~compressed] = np.nan
    return result
