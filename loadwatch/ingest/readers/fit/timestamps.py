"""Timestamps of messages under compressed timestamp headers.

Such a header holds the lowest five bits of the time, counted on from the last full timestamp.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from loadwatch.ingest.readers.fit.field_columns import decode_columns

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from loadwatch.ingest.readers.fit.field_columns import MessageTable

TIMESTAMP = 253  # the field number in every message
_COMPRESSED = 0x80
MAX_TIMESTAMP = 0xFFFF_FFFE  # 0xFFFFFFFF is the unknown one


def fill_timestamps(
    tables: tuple[MessageTable, ...],
    starts: NDArray[np.int64],
    headers: NDArray[np.uint8],
) -> tuple[MessageTable, ...]:
    """Return the tables with the timestamps of messages under compressed timestamp headers.

    The five bits roll over every 32 s; any full timestamp, in any message, sets them anew.

    Parameters
    ----------
    tables : all tables of one FIT file
    starts : positions of the headers of all its data messages, ascending
    headers : the header byte at each of `starts`
    """
    is_compressed = headers >= _COMPRESSED
    if not is_compressed.any():
        return tables
    full = np.full(len(starts), np.nan)
    places = [np.searchsorted(starts, table.offsets - 1) for table in tables]
    for table, place in zip(tables, places, strict=True):
        columns = decode_columns(table, frozenset({TIMESTAMP}))
        if TIMESTAMP in columns:
            full[place] = columns[TIMESTAMP].first
    timestamps = _unroll_counter(full, headers, is_compressed)
    filled = []
    for table, place in zip(tables, places, strict=True):
        if is_compressed[place].any():
            filled.append(replace(table, timestamps=timestamps[place]))
        else:
            filled.append(table)
    return tuple(filled)


def _unroll_counter(
    full: NDArray[np.float64],
    headers: NDArray[np.uint8],
    is_compressed: NDArray[np.bool_],
) -> NDArray[np.float64]:
    """Return the time of each message under a compressed timestamp header, NaN for the others.

    All arrays hold one value per message in file order; `full` holds the full timestamps in FIT
    time, NaN where a message has none; what 32 bits cannot hold is none. Before the first full
    timestamp the time starts at zero.
    """
    is_full = (full >= 0) & (full <= MAX_TIMESTAMP)
    base = np.where(is_full, full, 0)
    timed = np.flatnonzero(is_full | is_compressed)
    counter = np.where(
        is_compressed[timed], headers[timed] & 31, base[timed].astype(np.int64) & 31
    )
    step = np.diff(counter, prepend=0) & 31
    is_anchor = is_full[timed] & ~is_compressed[timed]
    step[is_anchor] = 0
    elapsed = np.cumsum(step)
    # index of the last full timestamp at or before each message, -1 before the first
    anchor = np.maximum.accumulate(np.where(is_anchor, np.arange(len(timed)), -1))
    has_anchor = anchor >= 0
    start = np.where(has_anchor, base[timed][anchor], 0)
    result = np.full(len(full), np.nan)
    result[timed] = start + elapsed - np.where(has_anchor, elapsed[anchor], 0)
    result[~is_compressed] = np.nan
    return result
