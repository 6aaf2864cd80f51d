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
LATE_WORDS = "a block of it does not begin with its words"
_RAW, _PACKED = 1, 3  # fields of a Blob: its content, or its content packed by zlib
_WORDS = 1  # field of a block: its words, each a piece of bytes in the field 1 again
_BLOCK_BYTES = 32 * MIB  # of a block at most, by the format
_MOST_WORDS = 200_000  # of a block; maps have some thousand
_PEEK_BYTES = 1024  # of a block, in which it states how long its words are


def describe_bad_words(path: Path) -> str:
    """Return what is wrong with the words of a map extract, "" if nothing is.

    A file that is no map, or torn, is left to the reader of maps. Raises OSError.
    """
    with path.open("rb") as file:
        for number, size in enumerate(list_block_sizes(file)):
            if size > _BLOCK_BYTES:
                break
            if number == 0:
                continue  # the header of the file has no words
            if problem := _check_block(file.read(size)):
                return problem
    return ""


def _check_block(blob: bytes) -> str:
    """Return what is wrong with the words of a block, unpacked no further than they reach."""
    for start, stop in list_pieces(blob, _RAW):
        return _check_words(blob[start:stop])
    for start, stop in list_pieces(blob, _PACKED):
        packed = memoryview(blob)[start:stop]
        for _, end in list_pieces(_unpack(packed, _PEEK_BYTES), _WORDS):
            return _check_words(_unpack(packed, min(end, _BLOCK_BYTES)))
        return _check_words(_unpack(packed, _PEEK_BYTES + 1))
    return ""


def _unpack(packed: memoryview, most: int) -> bytes:
    """Return at most so many bytes of what is packed; none where it is damaged."""
    try:
        return zlib.decompressobj().decompress(packed, most)
    except zlib.error:
        return b""


def _check_words(block: bytes) -> str:
    """Return what is wrong with the words of an unpacked block."""
    beginning = block[:_PEEK_BYTES]
    for start, stop in list_pieces(beginning, _WORDS):
        if _holds_nul(block[start:stop]):
            return NUL_WORD
        return ""
    if len(block) > _PEEK_BYTES:
        return LATE_WORDS
    return ""


def _holds_nul(words: bytes) -> bool:
    """Return whether a word holds a NUL; the length of the empty one, mostly the first, is one.

    More words than a map has in a block are not looked through: then each NUL counts.
    """
    if words.count(0) == words.startswith(b"\n\0"):
        return False
    for number, (start, stop) in enumerate(list_pieces(words, 1)):
        if number >= _MOST_WORDS or 0 in words[start:stop]:
            return True
    return False
