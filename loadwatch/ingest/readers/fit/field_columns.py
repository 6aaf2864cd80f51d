"""Columns of a table: all messages of one layout, decoded field by field at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from loadwatch.ingest.readers.fit.layout import BYTE, STRING, plan_blocks

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from loadwatch.ingest.readers.fit.layout import FieldBlock, FieldKey, MessageLayout

    Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class MessageTable:
    """All messages of one layout within a link, in file order; `offsets` are where each begins."""

    data: bytes
    layout: MessageLayout
    offsets: NDArray[np.int64]
    timestamps: Floats | None = (
        None  # raw timestamps of messages under compressed headers, else NaN
    )


class FieldColumn(NamedTuple):
    """One field of all messages of a table: as stored, and scaled with NaN for unknown.

    Both are (messages, values a field holds), cut out of those of its block when they are asked for. A
    string's `raw` is its bytes and its `value` NaN.
    """

    base_type: int
    raws: NDArray[Any]
    values: Floats
    start: int
    stop: int

    @property
    def raw(self) -> NDArray[Any]:
        """The field as stored."""
        return self.raws[:, self.start : self.stop]

    @property
    def value(self) -> Floats:
        """The field in the profile's units."""
        return self.values[:, self.start : self.stop]

    @property
    def first(self) -> Floats:
        """The value of each message; where a field holds several, the first that is known."""
        if self.stop - self.start == 1:
            return self.values[:, self.start]
        known = ~np.isnan(self.value)
        first: Floats = self.value[np.arange(len(known)), known.argmax(axis=1)]
        return first


def gather_bytes(table: MessageTable) -> NDArray[np.uint8]:
    """Return the messages as a matrix of bytes, one row each."""
    size = table.layout.size
    if not size or not len(table.offsets):
        return np.empty((len(table.offsets), 0), np.uint8)
    whole = len(table.data) - size + 1
    windows = np.ndarray((whole,), np.dtype((np.void, size)), table.data, 0, (1,))
    return windows[table.offsets].view(np.uint8).reshape(-1, size)


def _scale_values(block: FieldBlock, raw: NDArray[Any]) -> Floats:
    """Return raw values as floats, unknown as NaN, scaled by the profile."""
    if block.base_type == STRING:
        return np.full(raw.shape, np.nan)
    value: Floats = raw.astype(
        np.float64, order="F"
    )  # each column in one piece: what follows is quicker
    if block.scale is not None:
        value /= block.scale
    if block.offset is not None:
        value -= block.offset
    if block.invalid is not None:
        np.copyto(value, np.nan, where=raw == block.invalid)
    elif block.base_type == BYTE:
        for _, first, count in block.fields:
            part = raw[:, first : first + count]
            value[(part == 0xFF).all(axis=1), first : first + count] = np.nan
    return value


def decode_columns(
    table: MessageTable, wanted: frozenset[FieldKey] | None = None
) -> dict[FieldKey, FieldColumn]:
    """Return the columns of a table by field number, only the `wanted` ones if given."""
    blocks = plan_blocks(table.layout, wanted)
    if not blocks:
        return {}
    matrix = gather_bytes(table)
    found: dict[FieldKey, FieldColumn] = {}
    for block in blocks:
        places = (
            block.byte_places
        )  # a slice cuts, `take` gathers, either is the quickest for its case
        part = (
            matrix[:, places]
            if isinstance(places, slice)
            else matrix.take(places, axis=1)
        )
        raw = np.ascontiguousarray(part).view(block.dtype)
        value = _scale_values(block, raw)
        for key, first, count in block.fields:
            found[key] = FieldColumn(block.base_type, raw, value, first, first + count)
    return found


def decode_strings(column: FieldColumn) -> list[str]:
    """Return a string field's text of each message, cut at its first NUL, never failing on bad UTF-8."""
    return [_decode_string(bytes(row)) for row in column.raw]


def read_strings(table: MessageTable, key: FieldKey) -> list[str]:
    """Return the same by the field's number, without a column; "" where the table has no such text."""
    one = next((field for field in table.layout.fields if field.key == key), None)
    if one is None or one.base_type != STRING:
        return [""] * len(table.offsets)
    return [
        _decode_string(table.data[at : at + one.size])
        for at in (table.offsets + one.offset).tolist()
    ]


def _decode_string(field: bytes) -> str:
    return field.split(b"\0", 1)[0].decode("utf-8", "replace")
