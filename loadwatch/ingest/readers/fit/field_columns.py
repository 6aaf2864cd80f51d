"""Decode the fields of all messages of one layout, a column at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from loadwatch.ingest.readers.fit.layout import BYTE, STRING, plan_blocks

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from loadwatch.ingest.readers.fit.layout import FieldBlock, FieldKey, MessageLayout
    from loadwatch.tables import Floats


@dataclass(frozen=True, slots=True, eq=False)
class MessageTable:
    """All data messages of one layout within a FIT file, in file order."""

    data: bytes  # the whole input
    layout: MessageLayout
    offsets: NDArray[np.int64]  # where the content of each message begins in `data`
    # of messages under a compressed timestamp header in FIT time [s], NaN for the others;
    # None where the table has no such message
    timestamps: Floats | None = None


class FieldColumn(NamedTuple):
    """One field of all messages of a table, as columns `start:stop` of its block's arrays.

    Both arrays have the shape (messages, values of the block). A string is its bytes in `raws`
    and NaN in `values`.
    """

    base_type: int
    raws: NDArray[Any]  # as stored
    values: Floats  # in the profile's units, NaN for unknown
    start: int
    stop: int

    @property
    def raw(self) -> NDArray[Any]:
        """The field as stored, shape (messages, values per message)."""
        return self.raws[:, self.start : self.stop]

    @property
    def value(self) -> Floats:
        """The field in the profile's units, NaN for unknown, shape as `raw`."""
        return self.values[:, self.start : self.stop]

    @property
    def first(self) -> Floats:
        """One value per message: of several in a message, the first that is known."""
        if self.stop - self.start == 1:
            return self.values[:, self.start]
        known = ~np.isnan(self.value)
        first: Floats = self.value[np.arange(len(known)), known.argmax(axis=1)]
        return first


def gather_bytes(table: MessageTable) -> NDArray[np.uint8]:
    """Return the content of all messages, shape (messages, bytes per message)."""
    size = table.layout.size
    if not size or not len(table.offsets):
        return np.empty((len(table.offsets), 0), np.uint8)
    whole = len(table.data) - size + 1
    windows = np.ndarray((whole,), np.dtype((np.void, size)), table.data, 0, (1,))
    return windows[table.offsets].view(np.uint8).reshape(-1, size)


def _select_bytes(
    matrix: NDArray[np.uint8], places: NDArray[np.intp] | slice
) -> NDArray[np.uint8]:
    """Return columns of a matrix as a matrix in one piece."""
    if isinstance(places, slice):
        return np.ascontiguousarray(matrix[:, places])
    return matrix.take(places, axis=1)  # quicker than an index


def _scale_values(block: FieldBlock, raw: NDArray[Any]) -> Floats:
    """Return the raw values of a block in the profile's units, NaN for unknown."""
    if block.base_type == STRING:
        return np.full(raw.shape, np.nan)
    # with each column in one piece, what follows is quicker
    with np.errstate(invalid="ignore"):  # a signalling NaN is unknown like any other
        value: Floats = raw.astype(np.float64, order="F")
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
    """Return the columns of a table by field key, only the `wanted` ones if given."""
    blocks = plan_blocks(table.layout, wanted)
    if not blocks:
        return {}
    matrix = gather_bytes(table)
    found: dict[FieldKey, FieldColumn] = {}
    for block in blocks:
        raw = _select_bytes(matrix, block.byte_places).view(block.dtype)
        value = _scale_values(block, raw)
        for key, first, count in block.fields:
            found[key] = FieldColumn(block.base_type, raw, value, first, first + count)
    return found


def decode_strings(column: FieldColumn) -> list[str]:
    """Return the text of a string field of each message, wrong UTF-8 replaced."""
    return [_decode_string(bytes(row)) for row in column.raw]


def read_strings(table: MessageTable, key: FieldKey) -> list[str]:
    """Return the text of a string field of each message, "" where the layout has none.

    This decodes no other field, as `decode_columns` would.
    """
    field = next((one for one in table.layout.fields if one.key == key), None)
    if field is None or field.base_type != STRING:
        return [""] * len(table.offsets)
    return [
        _decode_string(table.data[start : start + field.size])
        for start in (table.offsets + field.offset).tolist()
    ]


def _decode_string(field: bytes) -> str:
    """Return the text of a string field up to its first NUL."""
    return field.split(b"\0", 1)[0].decode("utf-8", "replace")
