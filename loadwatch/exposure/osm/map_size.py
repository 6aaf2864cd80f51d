"""What a packed map extract unpacks to, added up before anything is unpacked for good.

Reading a map costs time, memory and a temporary file by its nodes, and a few kilobytes can hold
a hundred million of them.
"""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING

from loadwatch.ingest.limits import MAP_FREE_BYTES, MAP_UNPACK_RATIO, MIB

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import BinaryIO

GZIP_MAGIC = b"\x1f\x8b"
_HEADER_BYTES = 64 * 1024  # of a block's header at most, by the format
_PEEK_BYTES = 64  # of a block, in which its unpacked size is stated
_GZIP_WINDOW = 31  # zlib: gzip header and trailer expected
_DATA_SIZE, _RAW_SIZE = 3, 2  # fields of BlobHeader and of Blob
_VARINT, _BYTES = 0, 2  # wire types
_VARINT_BYTES = 10  # of one number at most


def describe_excess(path: Path) -> str:
    """Return how far beyond bounds a map extract unpacks, "" where it does not.

    A file that is no map, or torn, is left to the reader of maps. Raises OSError.
    """
    size = path.stat().st_size
    most = max(MAP_FREE_BYTES, MAP_UNPACK_RATIO * size)
    total = 0
    with path.open("rb") as file:
        sizes = _list_block_sizes(file)
        if file.read(2) == GZIP_MAGIC:
            sizes = _list_gzip_sizes(file)
        file.seek(0)
        for part in sizes:
            total += part
            if total > most:
                return f"it unpacks to more than {most // MIB} MiB, {most / size:,.0f} times its size"
    return ""


def _list_gzip_sizes(file: BinaryIO) -> Iterator[int]:
    """Yield how many bytes come out of each part of a gzip file."""
    stream = zlib.decompressobj(_GZIP_WINDOW)
    packed = file.read(MIB)
    while packed:
        try:
            chunk = stream.decompress(packed, MIB)
        except zlib.error:
            return
        yield len(chunk)
        packed = stream.unconsumed_tail or stream.unused_data or file.read(MIB)
        if stream.eof:  # another member may follow
            stream = zlib.decompressobj(_GZIP_WINDOW)


def _list_block_sizes(file: BinaryIO) -> Iterator[int]:
    """Yield what each block of a .osm.pbf states to unpack to [bytes]; nothing for other files."""
    while len(length := file.read(4)) == 4:
        (header_size,) = struct.unpack(">I", length)
        if header_size > _HEADER_BYTES:
            return
        block_size = _find_number(file.read(header_size), _DATA_SIZE)
        if block_size is None:
            return
        yield _find_number(file.read(min(block_size, _PEEK_BYTES)), _RAW_SIZE) or 0
        file.seek(max(0, block_size - _PEEK_BYTES), 1)


def _find_number(message: bytes, wanted: int) -> int | None:
    """Return a whole number of a protocol buffer's message, None where it states none."""
    place = 0
    while place < len(message):
        key, place = _read_varint(message, place)
        value, place = _read_varint(message, place)
        if key & 7 == _VARINT and key >> 3 == wanted:
            return value
        if key & 7 == _BYTES:
            place += value
        elif key & 7 != _VARINT:
            return None
    return None


def _read_varint(message: bytes, place: int) -> tuple[int, int]:
    """Return the number that begins at `place`, and where the next value begins."""
    value = 0
    for number, byte in enumerate(message[place : place + _VARINT_BYTES]):
        value |= (byte & 0x7F) << 7 * number
        if byte < 0x80:
            return value, place + number + 1
    return value, len(message)
