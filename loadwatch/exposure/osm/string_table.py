"""Whether the strings of a .osm.pbf can be read: libosmium dies of one that holds a NUL.

Its strings end at a NUL, so that one within a tag makes it read on beyond the tag.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from loadwatch.exposure.osm.protobuf import list_block_sizes, list_pieces
from loadwatch.ingest.limits import MIB

if TYPE_CHECKING:
    from pathlib import Path

NUL_STRING = "a word in it holds a NUL byte"
LATE_STRINGS = "a block of it does not begin with its words"
_RAW, _PACKED = 1, 3  # fields of a Blob: its content, or its content packed by zlib
# field of a block: its strings, each a piece of bytes in the field 1 again
_STRINGS = 1
_BLOCK_BYTES = 32 * MIB  # of a block at most, by the format
_MAX_STRINGS = 200_000  # of a block; maps have some thousand
_PEEK_BYTES = 1024  # of a block, in which it states how long its table of strings is


def describe_bad_strings(path: Path) -> str:
    """Return what is wrong with the strings of a map extract, "" if nothing is.

    A file that is no map, or torn, is left to the reader of maps. Raises OSError.
    """
    with path.open("rb") as file:
        for number, size in enumerate(list_block_sizes(file)):
            if size > _BLOCK_BYTES:
                break
            if number == 0:
                continue  # the header of the file has no strings
            if problem := _check_block(file.read(size)):
                return problem
    return ""


def _check_block(blob: bytes) -> str:
    """Return what is wrong with the strings of a block, unpacked no further than they reach."""
    for start, stop in list_pieces(blob, _RAW):
        return _check_table(blob[start:stop])
    for start, stop in list_pieces(blob, _PACKED):
        packed = memoryview(blob)[start:stop]
        for _, end in list_pieces(_unpack(packed, _PEEK_BYTES), _STRINGS):
            return _check_table(_unpack(packed, min(end, _BLOCK_BYTES)))
        return _check_table(_unpack(packed, _PEEK_BYTES + 1))
    return ""


def _unpack(packed: memoryview, most: int) -> bytes:
    """Return at most so many bytes of what is packed; none where it is damaged."""
    try:
        return zlib.decompressobj().decompress(packed, most)
    except zlib.error:
        return b""


def _check_table(block: bytes) -> str:
    """Return what is wrong with the strings of an unpacked block."""
    beginning = block[:_PEEK_BYTES]
    for start, stop in list_pieces(beginning, _STRINGS):
        if _holds_nul(block[start:stop]):
            return NUL_STRING
        return ""
    if len(block) > _PEEK_BYTES:
        return LATE_STRINGS
    return ""


def _holds_nul(table: bytes) -> bool:
    """Return whether a string holds a NUL; the length of the empty one, mostly the first, is one.

    More strings than a map has in a block are not looked through: then each NUL counts.
    """
    if table.count(0) == table.startswith(b"\n\0"):
        return False
    for number, (start, stop) in enumerate(list_pieces(table, 1)):
        if number >= _MAX_STRINGS or 0 in table[start:stop]:
            return True
    return False
