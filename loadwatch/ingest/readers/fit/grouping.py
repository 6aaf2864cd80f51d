"""Group the data messages of a FIT file by layout: one table for each layout."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from loadwatch.ingest.readers.fit.field_columns import MessageTable
from loadwatch.ingest.readers.fit.layout import parse_layout

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from loadwatch.ingest.readers.fit.layout import DeveloperTypes

    # content of a definition message, base types of its developer fields
    LayoutKey = tuple[bytes, DeveloperTypes]
    # start, local message type, and what the definition message defines
    Definitions = Sequence[tuple[int, int, LayoutKey]]
    # the same with the layout's number instead
    NumberedDefinitions = Sequence[tuple[int, int, int]]


def _find_local_type(header: int) -> int:
    """Return the local message type in a header byte."""
    if header & 0x80:  # compressed timestamp header
        return header >> 5 & 3
    return header & 15


_LOCAL_TYPES = np.array([_find_local_type(header) for header in range(256)], np.uint8)
# header bytes by local message type
_HEADERS = tuple(
    tuple(np.flatnonzero(local_type == _LOCAL_TYPES).tolist())
    for local_type in range(16)
)


def group_messages(
    data: bytes,
    starts: NDArray[np.int64],
    headers: NDArray[np.uint8],
    definitions: Definitions,
) -> tuple[MessageTable, ...]:
    """Return one table for each layout, in the order of their first messages.

    Definition messages of the same content give one layout, whatever their local message types.

    Parameters
    ----------
    data : the whole input
    starts : positions of the headers of data messages, ascending
    headers : the header byte at each of `starts`
    definitions : in file order
    """
    known: dict[LayoutKey, int] = {}
    for _, _, layout_key in definitions:
        known.setdefault(layout_key, len(known))
    numbered = [
        (start, local_type, known[layout_key])
        for start, local_type, layout_key in definitions
    ]
    number_layouts = _number_many_layouts
    if len(known) < 256:
        number_layouts = _number_few_layouts
    numbers = number_layouts(starts, headers, numbered)
    order = np.argsort(numbers, kind="stable")
    contents = starts.take(order) + 1
    stops = np.cumsum(np.bincount(numbers, minlength=len(known))).tolist()
    tables, first = [], 0
    for layout_key, stop in zip(known, stops, strict=True):
        if stop > first:
            layout = parse_layout(*layout_key)
            tables.append(MessageTable(data, layout, contents[first:stop]))
        first = stop
    return tuple(sorted(tables, key=lambda table: int(table.offsets[0])))


def _number_few_layouts(
    starts: NDArray[np.int64],
    headers: NDArray[np.uint8],
    definitions: NumberedDefinitions,
) -> NDArray[np.integer]:
    """Return the layout number of each message, for at most 255 layouts.

    The header bytes between two definition messages are translated to layout numbers at once.
    """
    table, parts = bytearray(256), []
    header_bytes = headers.tobytes()
    later = [start for start, _, _ in definitions][1:]
    stops = [*np.searchsorted(starts, later).tolist(), len(header_bytes)]
    first = 0
    for (_, local_type, number), stop in zip(definitions, stops, strict=True):
        for header in _HEADERS[local_type]:
            table[header] = number
        if stop > first:
            parts.append(header_bytes[first:stop].translate(table))
            first = stop
    return np.frombuffer(b"".join(parts), np.uint8)


def _number_many_layouts(
    starts: NDArray[np.int64],
    headers: NDArray[np.uint8],
    definitions: NumberedDefinitions,
) -> NDArray[np.integer]:
    """Return the layout number of each message: that of the last definition of its local type."""
    local_types = _LOCAL_TYPES[headers]
    result = np.zeros(len(headers), np.int32)
    for local_type in range(16):
        places = np.flatnonzero(local_types == local_type)
        if not len(places):
            continue
        own = [
            (start, number) for start, one, number in definitions if one == local_type
        ]
        defined, numbers = np.array(own, np.int64).T
        result[places] = numbers[np.searchsorted(defined, starts[places]) - 1]
    return result
