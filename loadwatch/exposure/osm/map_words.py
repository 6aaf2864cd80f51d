"""Whether the words of a .osm.pbf can be read: libosmium dies of one that holds a NUL.

Its words end at a NUL, so that one within a tag makes it read on beyond the tag.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from loadwatch.exposure.osm.protobuf import list_block_sizes, list_pieces
from loadwatch.ingest.limits import MIB

if TYPE_CHECKING:
    from pathlib import Path

NUL_WORD = "a word in it holds a NUL byte"
_RAW, _PACKED = 1, 3  # fields of a Blob: its content, or its content packed by zlib
_WORDS = 1  # field of a block: its words, each a piece of bytes in the field 1 again
_BLOCK_BYTES = 32 * MIB  # of a block at most, by the format
_PEEK_BYTES = 1024  # of a block, in which the length of its words is stated


def describe_bad_words(path: Path) -> str:
    """Return what is wrong with the words of a map extract, "" if nothing is.

    A file that is no map, or torn, is left to the reader of maps. Raises OSError.
    """
    with path.open("rb") as file:
        for size in list_block_sizes(file):
            if size > _BLOCK_BYTES:
                break
            if _holds_nul(_read_words(file.read(size))):
                return NUL_WORD
    return ""


def _read_words(blob: bytes) -> bytes:
    """Return the words of a block, unpacked no further than them where they are first."""
    for start, stop in list_pieces(blob, _RAW):
        return _cut_words(blob[start:stop])
    for start, stop in list_pieces(blob, _PACKED):
        packed = memoryview(blob)[start:stop]
        beginning = _unpack(packed, _PEEK_BYTES)
        for _, end in list_pieces(beginning, _WORDS):
            return _cut_words(_unpack(packed, min(end, _BLOCK_BYTES)))
        return _cut_words(_unpack(packed, _BLOCK_BYTES))
    return b""


def _unpack(packed: memoryview, most: int) -> bytes:
    """Return at most so many bytes of what is packed; none where it is damaged."""
    try:
        return zlib.decompressobj().decompress(packed, most)
    except zlib.error:
        return b""


def _cut_words(block: bytes) -> bytes:
    """Return the words of a whole block."""
    for start, stop in list_pieces(block, _WORDS):
        return block[start:stop]
    return b""


def _holds_nul(words: bytes) -> bool:
    """Return whether a word holds a NUL; the length of the empty one, mostly the first, is one."""
    if words.count(0) == words.startswith(b"\n\0"):
        return False
    return any(0 in words[start:stop] for start, stop in list_pieces(words, 1))
