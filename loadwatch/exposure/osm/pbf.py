"""The container and the numbers of a .osm.pbf: blocks of bytes, protobuf fields, packed integers.

Ours and not pyosmium's because a runner needs a few square kilometres of a map that may be a
country: pyosmium keeps the place of every node in memory and shows every street to Python, while
here whole blocks are looked through in numpy. What is unusual is left to pyosmium.
https://wiki.openstreetmap.org/wiki/PBF_Format
"""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

    from numpy.typing import NDArray

    from loadwatch.tables import Ints

    Bytes = NDArray[np.uint8]

LARGEST: Final = 32 * 1024 * 1024  # bytes of a block, by the format's own rule
LARGEST_HEADER: Final = 64 * 1024
HEADER, DATA = b"OSMHeader", b"OSMData"
LONGEST: Final = 10  # bytes of a number
CONTINUES: Final = 0x80  # set in every byte of a number but its last


class Unusual(Exception):
    """The file is not laid out as this module expects."""


def blocks(file: BinaryIO) -> Iterator[bytes]:
    """Yield the content of each data block; raise Unusual where the file is no such pbf."""
    while size := file.read(4):
        length = struct.unpack(">I", size)[0] if len(size) == 4 else LARGEST_HEADER + 1
        if length > LARGEST_HEADER:
            raise Unusual
        header = dict(fields(_exactly(file, length)))
        length = header.get(3)
        if (
            not isinstance(length, int)
            or length > LARGEST
            or header.get(1) not in {HEADER, DATA}
        ):
            raise Unusual
        data = _inflated(_exactly(file, length))
        if header[1] == DATA:
            yield data


def _exactly(file: BinaryIO, size: int) -> bytes:
    data = file.read(size)
    if len(data) < size:
        raise Unusual
    return data


def _inflated(blob: bytes) -> bytes:
    """Return the content of a block: raw, or deflated up to the size the format allows."""
    parts = dict(fields(blob))
    raw, deflated = parts.get(1), parts.get(3)
    if isinstance(raw, bytes):
        return raw
    if not isinstance(deflated, bytes):
        raise Unusual
    inflate = zlib.decompressobj()
    try:
        data = inflate.decompress(deflated, LARGEST)
    except zlib.error:
        raise Unusual from None
    if not inflate.eof:
        raise Unusual
    return data


def fields(data: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Yield number and value of each field of a protobuf message."""
    at = 0
    while at < len(data):
        tag, at = _number(data, at)
        value, at = _number(data, at)
        if tag & 7 == 0:
            yield tag >> 3, value
        elif tag & 7 == 2 and at + value <= len(data):
            yield tag >> 3, data[at : at + value]
            at += value
        else:
            raise Unusual


def _number(data: bytes, at: int) -> tuple[int, int]:
    """Return the number that begins at `at`, and where it ends."""
    result = 0
    for shift in range(0, 7 * LONGEST, 7):
        if at >= len(data):
            break
        byte = data[at]
        result |= (byte & 0x7F) << shift
        at += 1
        if byte < CONTINUES:
            return result, at
    raise Unusual


def packed(value: int | bytes | None) -> Ints:
    """Return the whole numbers of a packed field."""
    if isinstance(value, bytes):
        return numbers(np.frombuffer(value, np.uint8))
    if value is None:
        return np.empty(0, np.int64)
    raise Unusual


def few(value: int | bytes | None) -> list[int]:
    """Return the whole numbers of a short packed field."""
    data = value if isinstance(value, bytes) else b""
    if data.isascii():  # each number in one byte
        return list(data)
    result, at = [], 0
    while at < len(data):
        number, at = _number(data, at)
        result.append(number)
    return result


def numbers(raw: Bytes) -> Ints:
    """Return the numbers written one after the other, their seven bits a byte put together."""
    end = np.flatnonzero(raw < CONTINUES)
    if not end.size:
        return np.empty(0, np.int64)
    start = np.concatenate(([0], end[:-1] + 1))
    length = end - start + 1
    value = (raw[start] & 0x7F).astype(np.int64)
    for byte in range(1, min(LONGEST, int(length.max()))):
        longer = np.flatnonzero(length > byte)
        value[longer] |= (raw[start[longer] + byte] & 0x7F).astype(np.int64) << (
            7 * byte
        )
    return value


def numbers_at(raw: Bytes, at: Ints) -> tuple[Ints, Ints]:
    """Return the number that begins at each of several places, and where each ends."""
    byte = raw[at].astype(np.int64)
    value, at = byte & 0x7F, at + 1
    going = np.flatnonzero(byte >= CONTINUES)
    for shift in range(7, 7 * LONGEST, 7):
        if not going.size:
            break
        byte = raw[at[going]].astype(np.int64)
        value[going] |= (byte & 0x7F) << shift
        at[going] += 1
        going = going[byte >= CONTINUES]
    return value, at


def signed(value: Ints) -> Ints:
    """Return numbers written with their sign in the last bit (zigzag)."""
    result: Ints = ((value >> 1) & np.int64(0x7FFF_FFFF_FFFF_FFFF)) ^ -(value & 1)
    return result
