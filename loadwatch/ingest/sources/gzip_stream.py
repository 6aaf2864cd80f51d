"""Gzip with a bound on the bytes that come out; a torn file keeps what came before the tear."""

from __future__ import annotations

import zlib
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from loadwatch.activity import Note
from loadwatch.errors import OverLimit, Unreadable
from loadwatch.ingest.limits import (
    GZIP_DEPTH,
    GZIP_MEMBERS,
    HEAD_BYTES,
    MEMBER_BYTES,
    MIB,
    STREAM_BYTES,
    UNPACK_FREE_BYTES,
    UNPACK_RATIO,
)
from loadwatch.ingest.sources.member import Content

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

GZIP_MAGIC = b"\x1f\x8b"
_SALVAGE_BYTES = 4096  # bytes of a damaged file tried together
_SLICE_BYTES = 1 << 16  # packed bytes taken at once
_GZIP_WINDOW = 31  # zlib: gzip header and trailer expected
_RAW_WINDOW = -15  # zlib: neither


def unpack_gzip(data: bytes, label: str) -> Content:
    """Return `data` gunzipped, as often as it was packed; plain data as it is."""
    notes: list[Note] = []
    if label.lower().endswith(".gz") and not data.startswith(GZIP_MAGIC):
        notes.append(Note("gzip_plain", "named .gz, yet not packed"))
    depth = 0
    while data.startswith(GZIP_MAGIC):
        if depth == GZIP_DEPTH:
            raise OverLimit(f"packed by gzip more than {GZIP_DEPTH} times over")
        data, note = _gunzip_once(data)
        depth += 1
        if note:
            notes.append(note)
    if depth > 1:
        notes.append(Note("gzip_twice", "packed by gzip twice"))
    return Content(data, tuple(notes))


def peek_gzip(head: bytes) -> bytes:
    """Return the first bytes that a gzip file holds, b"" where they cannot be decompressed."""
    return _decompress_head(head, _GZIP_WINDOW)


def peek_deflated(head: bytes) -> bytes:
    """Return the first bytes of a zip member from packed ones, b"" where they are broken."""
    return _decompress_head(head, _RAW_WINDOW)


def _decompress_head(head: bytes, window: int) -> bytes:
    try:
        return zlib.decompressobj(window).decompress(head, HEAD_BYTES)
    except zlib.error:
        return b""


@dataclass(slots=True)
class _Unpacking:
    """How far a file of gzip members is unpacked."""

    data: memoryview
    position: int = 0  # packed bytes done
    size: int = 0  # bytes out
    chunks: list[bytes] = field(default_factory=list)


def _gunzip_once(data: bytes) -> tuple[bytes, Note | None]:
    """Return what the members of a gzip file hold, and a note if it is damaged."""
    unpacking = _Unpacking(memoryview(data))
    note: Note | None = None
    members = 0
    while not note and data.startswith(GZIP_MAGIC, unpacking.position):
        if members == GZIP_MEMBERS:
            raise OverLimit(f"a chain of more than {GZIP_MEMBERS:,} gzip files")
        note = _gunzip_member(unpacking)
        members += 1
    if note and not any(unpacking.chunks):
        raise Unreadable("a broken gzip file that holds nothing readable")
    return b"".join(unpacking.chunks), note


def _gunzip_member(unpacking: _Unpacking) -> Note | None:
    """Unpack one gzip member; return a note if it is damaged."""
    stream = zlib.decompressobj(_GZIP_WINDOW)
    start, size_before = unpacking.position, unpacking.size
    while not stream.eof:
        packed: bytes | memoryview = stream.unconsumed_tail
        if not packed:
            position = unpacking.position
            packed = unpacking.data[position : position + _SLICE_BYTES]
            unpacking.position += len(packed)
        if not len(packed):
            return Note("gzip_torn", "the packed file is cut short")
        try:
            chunk = stream.decompress(packed, UNPACK_FREE_BYTES)
        except zlib.error:
            salvaged = _salvage_damaged(unpacking.data[start:])
            unpacking.chunks.append(salvaged[unpacking.size - size_before :])
            return Note("gzip_damaged", "the packed file is damaged")
        unpacking.chunks.append(chunk)
        unpacking.size += len(chunk)
        check_size(unpacking.size, unpacking.position)
    unpacking.position -= len(stream.unused_data)
    return None


def _salvage_damaged(data: memoryview) -> bytes:
    """Return what a damaged gzip member gives up to its damage, to the byte."""
    stream = zlib.decompressobj(_GZIP_WINDOW)
    salvaged = bytearray()
    for at in range(0, len(data), _SALVAGE_BYTES):
        before = stream.copy()
        try:
            salvaged += stream.decompress(data[at : at + _SALVAGE_BYTES])
        except zlib.error:
            with suppress(zlib.error):
                for byte in range(at, len(data)):
                    salvaged += before.decompress(data[byte : byte + 1])
            break
        check_size(len(salvaged), at + _SALVAGE_BYTES)
    return bytes(salvaged)


def check_size(unpacked: int, packed: int) -> None:
    """Raise OverLimit if so many bytes, from so many packed ones, are too many for a member."""
    if unpacked > MEMBER_BYTES:
        raise OverLimit(f"holds more than {MEMBER_BYTES // MIB} MiB once unpacked")
    _check_ratio(unpacked, packed)


def _check_ratio(unpacked: int, packed: int) -> None:
    if unpacked > UNPACK_FREE_BYTES and unpacked > UNPACK_RATIO * packed:
        raise OverLimit(
            f"grows more than {UNPACK_RATIO}-fold when unpacked, which no activity does"
        )


def inflate_entry(data: bytes, size: int) -> bytes:
    """Return a zip member's deflated `data`; more than its declared `size` is over the limit."""
    stream = zlib.decompressobj(_RAW_WINDOW)
    chunks: list[bytes] = []
    rest, unpacked = data, 0
    try:
        while not stream.eof and unpacked <= size:
            most = min(size + 1 - unpacked, UNPACK_FREE_BYTES)
            chunk = stream.decompress(rest, most)
            if not chunk and not stream.eof:
                raise Unreadable("cut short inside its archive")
            chunks.append(chunk)
            unpacked, rest = unpacked + len(chunk), stream.unconsumed_tail
            check_size(unpacked, len(data) - len(rest))
    except zlib.error as error:
        raise Unreadable("damaged inside its archive") from error
    if unpacked > size:
        raise OverLimit("holds more than its archive declares")
    return b"".join(chunks)


def inflate_stream(packed: Iterable[bytes], size: int) -> Iterator[bytes]:
    """Yield what a zip member of declared `size` holds, of its deflated bytes in parts.

    Bounded like `inflate_entry` but for the size, which the caller has checked.
    """
    stream = zlib.decompressobj(_RAW_WINDOW)
    unpacked = consumed = 0
    for part in packed:
        consumed += len(part)
        for chunk in _inflate_part(stream, part):
            unpacked += len(chunk)
            if unpacked > size:
                raise OverLimit("holds more than its archive declares")
            _check_ratio(unpacked, consumed)
            yield chunk
    if not stream.eof:
        raise Unreadable("cut short inside its archive")


def _inflate_part(stream: zlib._Decompress, part: bytes) -> Iterator[bytes]:
    """Yield what `part` holds, STREAM_BYTES at most at a time."""
    rest = part
    while not stream.eof:
        try:
            chunk = stream.decompress(rest, STREAM_BYTES)
        except zlib.error as error:
            raise Unreadable("damaged inside its archive") from error
        rest = stream.unconsumed_tail
        if chunk:
            yield chunk
        if not rest and len(chunk) < STREAM_BYTES:
            return
