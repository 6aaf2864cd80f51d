"""The layout of one kind of message: which field lies where, and the plan to take it out."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from loadwatch.ingest.readers.fit.profile import find_scaling

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

# base type -> numpy's letter, and the value that means "invalid" (None: not a number by itself)
BASE_TYPES: dict[int, tuple[str, int | None]] = {
    0x00: ("u1", 0xFF),
    0x01: ("i1", 0x7F),
    0x02: ("u1", 0xFF),
    0x83: ("i2", 0x7FFF),
    0x84: ("u2", 0xFFFF),
    0x85: ("i4", 0x7FFFFFFF),
    0x86: ("u4", 0xFFFFFFFF),
    0x88: ("f4", None),
    0x89: ("f8", None),
    0x0A: ("u1", 0),
    0x8B: ("u2", 0),
    0x8C: ("u4", 0),
    0x8E: ("i8", 0x7FFFFFFFFFFFFFFF),
    0x8F: ("u8", 0xFFFFFFFFFFFFFFFF),
    0x90: ("u8", 0),
    0x07: ("u1", None),  # string
    0x0D: ("u1", None),  # bytes
}
STRING, BYTE = 0x07, 0x0D
FieldKey = int | tuple[int, int]  # field number, or (developer index, field number)
DeveloperTypes = tuple[tuple[tuple[int, int], int], ...]  # base type by developer field


@dataclass(frozen=True, slots=True)
class FieldDefinition:
    """One field of a layout; `base` is the type it is read as, bytes where the size does not fit."""

    key: FieldKey
    base_type: int
    offset: int  # within the message
    size: int  # in bytes

    @property
    def count(self) -> int:
        """How many values of the base type it holds."""
        return self.size // np.dtype(BASE_TYPES[self.base_type][0]).itemsize


@dataclass(frozen=True, slots=True, eq=False)
class MessageLayout:
    """A definition, read. `number` is the message's. Equal only to itself, so that it hashes at once."""

    number: int
    byte_order: str  # "<" or ">"
    size: int
    fields: tuple[FieldDefinition, ...]


def _define_field(key: FieldKey, base: int, offset: int, size: int) -> FieldDefinition:
    known = base if base in BASE_TYPES else BYTE
    if size % np.dtype(BASE_TYPES[known][0]).itemsize:
        known = BYTE
    return FieldDefinition(key, known, offset, size)


@lru_cache(maxsize=512)
def parse_layout(content: bytes, developer: DeveloperTypes = ()) -> MessageLayout:
    """Return the layout that a definition's bytes (from the architecture byte on) describe.

    `developer` gives the base types of developer fields by (index, number); one that nobody
    described is read as bytes. Fields without a size are left out. The same bytes come up in
    file after file, so what they mean is remembered.
    """
    order = ">" if content[0] else "<"
    number = int.from_bytes(content[1:3], "big" if content[0] else "little")
    stop = 4 + 3 * content[3]
    fields, offset = [], 0
    for key, size, base in zip(
        content[4:stop:3], content[5:stop:3], content[6:stop:3], strict=True
    ):
        fields.append(_define_field(key, base, offset, size))
        offset += size
    types = dict(developer)
    for key, size, index in zip(
        content[stop + 1 :: 3],
        content[stop + 2 :: 3],
        content[stop + 3 :: 3],
        strict=True,
    ):
        fields.append(
            _define_field((index, key), types.get((index, key), BYTE), offset, size)
        )
        offset += size
    return MessageLayout(
        number, order, offset, tuple(one for one in fields if one.size)
    )


@dataclass(frozen=True, slots=True)
class FieldBlock:
    """Fields of one base type, taken out and scaled together.

    `places` are the bytes of all their values within the message, `spans` where each field's
    values stand among those of the block.
    """

    dtype: np.dtype[np.generic]
    base_type: int
    byte_places: NDArray[np.intp] | slice
    invalid: int | None
    scale: NDArray[np.float64] | None
    offset: NDArray[np.float64] | None
    fields: tuple[
        tuple[FieldKey, int, int], ...
    ]  # field, first value, number of values


def _build_block(
    order: str,
    base: int,
    fields: list[FieldDefinition],
    scaling: Mapping[FieldKey, tuple[float, float]],
) -> FieldBlock:
    letter, invalid = BASE_TYPES[base]
    bytes_ = [
        place for one in fields for place in range(one.offset, one.offset + one.size)
    ]
    places: NDArray[np.intp] | slice = np.array(bytes_, np.intp)
    if bytes_ == list(range(bytes_[0], bytes_[0] + len(bytes_))):
        places = slice(bytes_[0], bytes_[0] + len(bytes_))
    positions, first = [], 0
    scale, offset = [], []
    for one in fields:
        positions.append((one.key, first, one.count))
        first += one.count
        by, less = scaling.get(one.key, (1.0, 0.0))
        scale += [by] * one.count
        offset += [less] * one.count
    return FieldBlock(
        np.dtype(order + letter),
        base,
        places,
        invalid,
        np.array(scale) if set(scale) != {1.0} else None,
        np.array(offset) if any(offset) else None,
        tuple(positions),
    )


@lru_cache(maxsize=512)
def plan_blocks(
    layout: MessageLayout, wanted: frozenset[FieldKey] | None
) -> tuple[FieldBlock, ...]:
    """Return how to take the `wanted` fields (None: all) out of messages of a layout.

    Where a definition names a number twice, the first field stands.
    """
    scaling = find_scaling(layout.number)
    by_base: dict[int, list[FieldDefinition]] = {}
    taken: set[FieldKey] = set()
    for one in layout.fields:
        if one.key not in taken and (wanted is None or one.key in wanted):
            by_base.setdefault(one.base_type, []).append(one)
            taken.add(one.key)
    return tuple(
        _build_block(layout.byte_order, base, fields, scaling)
        for base, fields in by_base.items()
    )
