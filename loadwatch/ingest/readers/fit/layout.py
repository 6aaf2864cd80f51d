"""The layout that a definition message describes, and the plan to take out its fields."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from loadwatch.ingest.readers.fit.profile import find_scaling

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

# base type -> numpy type code, and the value that means "invalid" (None: not by the value alone)
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
BYTE_ORDERS = ("<", ">")  # by the architecture byte
FieldKey = int | tuple[int, int]  # field number, or (developer data index, number)
DeveloperTypes = tuple[tuple[tuple[int, int], int], ...]  # base type by developer field


@dataclass(frozen=True, slots=True)
class FieldDefinition:
    """One field of a layout."""

    key: FieldKey
    base_type: int  # as it is read: bytes where the size does not fit the stated type
    offset: int  # within the message, in bytes
    size: int  # in bytes

    @property
    def count(self) -> int:
        """Number of values of the base type that the field holds."""
        return self.size // _size_of(self.base_type)


@dataclass(frozen=True, slots=True, eq=False)
class MessageLayout:
    """What a definition message defines. Equal only to itself, so that its hash costs nothing."""

    number: int  # global message number
    byte_order: str  # "<" or ">", as numpy writes it
    size: int  # in bytes
    fields: tuple[FieldDefinition, ...]


def _size_of(base_type: int) -> int:
    """Return the size of one value of a base type in bytes."""
    return np.dtype(BASE_TYPES[base_type][0]).itemsize


def _define_field(
    key: FieldKey, base_type: int, offset: int, size: int
) -> FieldDefinition:
    """Return a field, as bytes where its type is unknown or its size does not fit."""
    if base_type not in BASE_TYPES or size % _size_of(base_type):
        base_type = BYTE
    return FieldDefinition(key, base_type, offset, size)


@lru_cache(maxsize=512)
def parse_layout(content: bytes, developer_types: DeveloperTypes = ()) -> MessageLayout:
    """Return the layout that a definition message describes.

    The same definitions come up in file after file, so the layouts are cached.

    Parameters
    ----------
    content : the definition message from its architecture byte on
    developer_types : base types of developer fields; a developer field without a description
        is read as bytes

    Returns
    -------
    The layout without the fields of size 0.
    """
    byte_order = BYTE_ORDERS[content[0]]
    (number,) = struct.unpack_from(f"{byte_order}H", content, 1)
    stop = 4 + 3 * content[3]
    fields, offset = [], 0
    triples = zip(content[4:stop:3], content[5:stop:3], content[6:stop:3], strict=True)
    for key, size, base_type in triples:
        fields.append(_define_field(key, base_type, offset, size))
        offset += size
    types = dict(developer_types)
    developer = content[stop + 1 :]  # after the byte that counts its fields
    triples = zip(developer[::3], developer[1::3], developer[2::3], strict=True)
    for key, size, index in triples:
        base_type = types.get((index, key), BYTE)
        fields.append(_define_field((index, key), base_type, offset, size))
        offset += size
    return MessageLayout(
        number, byte_order, offset, tuple(one for one in fields if one.size)
    )


@dataclass(frozen=True, slots=True)
class FieldBlock:
    """Fields of one base type, taken out and scaled together."""

    dtype: np.dtype[np.generic]
    base_type: int
    byte_places: NDArray[np.intp] | slice  # within the message, of all values
    invalid: int | None
    scale: NDArray[np.float64] | None  # by value; None: 1 for all
    offset: NDArray[np.float64] | None  # by value; None: 0 for all
    fields: tuple[tuple[FieldKey, int, int], ...]  # key, first value, count of values


def _build_block(
    byte_order: str,
    base_type: int,
    fields: list[FieldDefinition],
    scaling: Mapping[FieldKey, tuple[float, float]],
) -> FieldBlock:
    """Return the plan for fields of one base type; `scaling` is (scale, offset) by field."""
    letter, invalid = BASE_TYPES[base_type]
    places: list[tuple[FieldKey, int, int]] = []
    scale: list[float] = []
    offset: list[float] = []
    for one in fields:
        places.append((one.key, len(scale), one.count))
        divisor, subtracted = scaling.get(one.key, (1.0, 0.0))
        scale += [divisor] * one.count
        offset += [subtracted] * one.count
    return FieldBlock(
        np.dtype(byte_order + letter),
        base_type,
        _place_bytes(fields),
        invalid,
        _to_array(scale, neutral=1.0),
        _to_array(offset, neutral=0.0),
        tuple(places),
    )


def _place_bytes(fields: list[FieldDefinition]) -> NDArray[np.intp] | slice:
    """Return where the bytes of `fields` are in the message; a slice where they are one piece."""
    places: list[int] = []
    for one in fields:
        places += range(one.offset, one.offset + one.size)
    first, stop = places[0], places[0] + len(places)
    if places == list(range(first, stop)):
        return slice(first, stop)
    return np.array(places, np.intp)


def _to_array(numbers: list[float], neutral: float) -> NDArray[np.float64] | None:
    """Return the numbers as an array, None where all of them are `neutral`."""
    if set(numbers) == {neutral}:
        return None
    return np.array(numbers)


@lru_cache(maxsize=512)
def plan_blocks(
    layout: MessageLayout, wanted: frozenset[FieldKey] | None
) -> tuple[FieldBlock, ...]:
    """Return how to take the `wanted` fields (None: all) out of messages of a layout.

    Where a definition message has a field number twice, the first field counts.
    """
    by_type: dict[int, list[FieldDefinition]] = {}
    taken: set[FieldKey] = set()
    for one in layout.fields:
        if one.key not in taken and (wanted is None or one.key in wanted):
            by_type.setdefault(one.base_type, []).append(one)
            taken.add(one.key)
    scaling = find_scaling(layout.number)
    return tuple(
        _build_block(layout.byte_order, base_type, fields, scaling)
        for base_type, fields in by_type.items()
    )
