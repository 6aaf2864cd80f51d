"""Change a map extract (.osm.pbf) by its structure: blocks, their packing, the numbers within.

A file is a row of blocks: four bytes of length, a BlobHeader (1: kind, 3: length) and a Blob
(1: content, 2: its length, 3: content packed by zlib), both in Protocol Buffers.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tests.fuzz.mutators import MAX_BYTES, mutate_bytes

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator

KINDS = (b"OSMHeader", b"OSMData", b"OSMDatum", b"")
# as varints: 0, 1, -1 in zigzag, 2**31, 2**32, 2**63, the most, and one that never ends
NUMBERS = (b"\x00", b"\x01", b"\x80\x80\x80\x80\x08", b"\x80\x80\x80\x80\x10",
           b"\x80" * 9 + b"\x01", b"\xff" * 9 + b"\x01", b"\xff" * 12)  # fmt: skip
MAX_CONTENT = 1 << 20


@dataclass(frozen=True)
class Block:
    """One block, unpacked; None is a length as it should be."""

    kind: bytes
    content: bytes
    packed: bool
    raw_size: int | None = None
    size: int | None = None


def mutate_pbf(data: bytes, other: bytes, draw: random.Random) -> bytes:
    """Change the blocks of a map extract and pack them again; or its bytes."""
    if draw.random() < 0.2:
        return mutate_bytes(data, other, draw)
    blocks = list(split_blocks(data))
    if not blocks:
        return mutate_bytes(data, other, draw)
    for _ in range(draw.choice((1, 1, 2, 4))):
        at = draw.randrange(len(blocks))
        kind = draw.randrange(12)
        if kind == 0:
            blocks.insert(draw.randrange(len(blocks) + 1), blocks[at])
        elif kind == 1 and len(blocks) > 1:
            del blocks[at]
        elif kind == 2:
            blocks += split_blocks(other)
        else:
            blocks[at] = mutate_block(blocks[at], kind, draw)
    return b"".join(map(join_block, blocks))[:MAX_BYTES]


def mutate_block(block: Block, kind: int, draw: random.Random) -> Block:
    """Return a block with another kind, length, packing or content."""
    if kind == 3:
        return replace(block, kind=draw.choice(KINDS))
    if kind == 4:
        return replace(block, packed=not block.packed)
    if kind == 5:
        return replace(block, raw_size=draw.choice((0, 1, 1 << 20, 1 << 25, 1 << 31)))
    if kind == 6:
        return replace(block, size=draw.choice((0, 1, 1 << 16, 1 << 25, 1 << 31)))
    if kind < 10 and block.content:
        return replace(block, content=change_number(block.content, draw))
    return replace(block, content=mutate_bytes(block.content, block.content, draw))


def change_number(content: bytes, draw: random.Random) -> bytes:
    """Return content in which a few varints are extreme; the lengths around stay as they were."""
    out = bytearray(content)
    for _ in range(draw.choice((1, 3, 20))):
        at = draw.randrange(len(out))
        number = draw.choice(NUMBERS)
        if draw.random() < 0.7:  # of the same length, so that the message stays whole
            stop = at
            while stop < len(out) - 1 and out[stop] & 0x80:
                stop += 1
            count = stop - at
            out[at : stop + 1] = b"\xff" * count + bytes([draw.choice((0, 1, 0x7F))])
        else:
            out[at : at + 1] = number
    return bytes(out)


def split_blocks(data: bytes) -> Iterator[Block]:
    """Yield the blocks of a good file, as far as they are good."""
    at = 0
    while at + 4 <= len(data):
        (length,) = struct.unpack_from(">I", data, at)
        header = dict(read_fields(data[at + 4 : at + 4 + length]))
        kind, size = header.get(1), header.get(3)
        if not isinstance(kind, bytes) or not isinstance(size, int):
            return
        start = at + 4 + length
        blob = dict(read_fields(data[start : start + size]))
        at = start + size
        raw, packed = blob.get(1), blob.get(3)
        if isinstance(raw, bytes):
            yield Block(kind, raw, packed=False)
        elif isinstance(packed, bytes):
            content = zlib.decompressobj().decompress(packed, MAX_CONTENT)
            yield Block(kind, content, packed=True)


def read_fields(message: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Yield number and value of the varints and pieces of bytes in a message."""
    at = 0
    while at < len(message):
        key, at = read_varint(message, at)
        value, at = read_varint(message, at)
        if key & 7 == 2:
            yield key >> 3, message[at : at + value]
            at += value
        elif key & 7 == 0:
            yield key >> 3, value
        else:
            return


def read_varint(message: bytes, at: int) -> tuple[int, int]:
    """Return the number that begins at `at`, and where it ends."""
    value = shift = 0
    while at < len(message):
        byte = message[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            break
    return value, at


def write_varint(value: int) -> bytes:
    """Return a number as a varint."""
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def write_piece(number: int, piece: bytes) -> bytes:
    """Return a field of bytes."""
    return write_varint(number << 3 | 2) + write_varint(len(piece)) + piece


def join_block(block: Block) -> bytes:
    """Return a block as a file holds it."""
    blob = write_piece(1, block.content)
    if block.packed:
        raw_size = block.raw_size
        if raw_size is None:
            raw_size = len(block.content)
        blob = b"\x10" + write_varint(raw_size)
        blob += write_piece(3, zlib.compress(block.content))
    size = block.size
    if size is None:
        size = len(blob)
    header = write_piece(1, block.kind) + b"\x18" + write_varint(size)
    return struct.pack(">I", len(header)) + header + blob
