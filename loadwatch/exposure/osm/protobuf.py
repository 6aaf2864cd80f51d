"""The few parts of Protocol Buffers that a look at a .osm.pbf needs before it is read."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

VARINT, BYTES = 0, 2  # wire types
DATA_SIZE = 3  # field of a BlobHeader: length of its Blob
_VARINT_BYTES = 10  # of one number at most
_HEADER_BYTES = 64 * 1024  # of a block's header at most, by the format


def list_block_sizes(file: BinaryIO) -> Iterator[int]:
    """Yield the length of each block of a .osm.pbf [bytes]; nothing for other files.

    The file is then at the start of the block; where the reader leaves it does not matter.
    """
    place = file.tell()
    while len(length := file.read(4)) == 4:
        (header_size,) = struct.unpack(">I", length)
        if header_size > _HEADER_BYTES:
            return
        block_size = find_number(file.read(header_size), DATA_SIZE)
        if block_size is None:
            return
        yield block_size
        place += 4 + header_size + block_size
        file.seek(place)


def find_number(message: bytes, wanted: int) -> int | None:
    """Return a whole number of a message by its field, None where it states none."""
    place = 0
    while place < len(message):
        key, place = read_varint(message, place)
        value, place = read_varint(message, place)
        if key & 7 == VARINT and key >> 3 == wanted:
            return value
        if key & 7 == BYTES:
            place += value
        elif key & 7 != VARINT:
            return None
    return None


def list_pieces(message: bytes, wanted: int) -> Iterator[tuple[int, int]]:
    """Yield start and stop of each piece of bytes of a message that is in the field `wanted`.

    The stop may lie beyond the message, where only its beginning is given.
    """
    place = 0
    while place < len(message):
        key, place = read_varint(message, place)
        value, place = read_varint(message, place)
        if key & 7 == BYTES:
            if key >> 3 == wanted:
                yield place, place + value
            place += value
        elif key & 7 != VARINT:
            return


def read_varint(message: bytes, place: int) -> tuple[int, int]:
    """Return the number that begins at `place`, and where the next value begins."""
    value = 0
    for number, byte in enumerate(message[place : place + _VARINT_BYTES]):
        value |= (byte & 0x7F) << 7 * number
        if byte < 0x80:
            return value, place + number + 1
    return value, len(message)
