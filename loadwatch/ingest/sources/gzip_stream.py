"""Gzip, bounded in the bytes that come out; a torn file keeps what came before the tear."""

from __future__ import annotations

import zlib
from contextlib import suppress

from loadwatch.activity import Note
from loadwatch.errors import OverLimit, Unreadable
from loadwatch.ingest.limits import (
    GZIP_DEPTH,
    GZIP_MEMBERS,
    HEAD_BYTES,
    MEMBER_BYTES,
    MIB,
    UNPACK_FREE_BYTES,
    UNPACK_RATIO,
)
from loadwatch.ingest.sources.member import Content

GZIP_MAGIC = b"\x1f\x8b"
_SALVAGE_BYTES = 4096  # bytes of a damaged file tried together
_SLICE_BYTES = 1 << 16  # packed bytes looked at in one go
_GZIP_WINDOW = 31  # zlib: gzip header and trailer expected
_RAW_WINDOW = -15  # zlib: neither


def unpack_gzip(data: bytes, label: str) -> Content:
    """Return `data` gunzipped, as often as it was packed; plain data as it is."""
    notes: tuple[Note, ...] = ()
    if label.lower().endswith(".gz") and not data.startswith(GZIP_MAGIC):
        notes = (Note("gzip_plain", "named .gz, yet not packed"),)
    depth = 0
    while data.startswith(GZIP_MAGIC):
        if depth == GZIP_DEPTH:
            raise OverLimit(f"packed by gzip more than {GZIP_DEPTH} times over")
        data, found = _gunzip_once(data)
        notes, depth = (*notes, *found), depth + 1
    return Content(
        data,
        (*notes, Note("gzip_twice", "packed by gzip twice")) if depth > 1 else notes,
    )


def peek_gzip(head: bytes) -> bytes:
    """Return the first bytes that a gzip holds, b"" where they cannot be told."""
    return _decompress_head(head, _GZIP_WINDOW)


def peek_deflated(head: bytes) -> bytes:
    """Return the first bytes of a zip member that begins with `head`, b"" where they cannot be told."""
    return _decompress_head(head, _RAW_WINDOW)


def _decompress_head(head: bytes, window: int) -> bytes:
    try:
        return zlib.decompressobj(window).decompress(head, HEAD_BYTES)
    except zlib.error:
        return b""


def _gunzip_once(data: bytes) -> tuple[bytes, tuple[Note, ...]]:
    chunks: list[bytes] = []
    at, out, members = 0, 0, 0
    note: Note | None = None
    while not note and data.startswith(GZIP_MAGIC, at):
        if members == GZIP_MEMBERS:
            raise OverLimit(f"a chain of more than {GZIP_MEMBERS:,} gzip files")
        at, out, note = _gunzip_member(memoryview(data), at, out, chunks)
        members += 1
    if note and not any(chunks):
        raise Unreadable("a broken gzip file that holds nothing readable")
    return b"".join(chunks), (note,) if note else ()


def _gunzip_member(
    data: memoryview, at: int, out: int, chunks: list[bytes]
) -> tuple[int, int, Note | None]:
    """Append to `chunks` what one gzip file in a chain holds, `out` bytes came before.

    Returns where the next begins, the bytes that are out now, and a note on damage.
    """
    stream = zlib.decompressobj(_GZIP_WINDOW)
    start, before = at, out
    while not stream.eof:
        packed = stream.unconsumed_tail or data[at : at + _SLICE_BYTES]
        if not len(packed):
            return at, out, Note("gzip_torn", "the packed file is cut short")
        fresh = not stream.unconsumed_tail
        try:
            chunk = stream.decompress(packed, UNPACK_FREE_BYTES)
        except zlib.error:
            chunks.append(_salvage_damaged(data[start:])[out - before :])
            return at, out, Note("gzip_damaged", "the packed file is damaged")
        at += len(packed) if fresh else 0
        chunks.append(chunk)
        out += len(chunk)
        check_size(out, at)
    return at - len(stream.unused_data), out, None


def _salvage_damaged(data: memoryview) -> bytes:
    """Return what a damaged gzip file gives up to its damage, to the byte."""
    stream = zlib.decompressobj(_GZIP_WINDOW)
    kept = bytearray()
    for at in range(0, len(data), _SALVAGE_BYTES):
        before = stream.copy()
        try:
            kept += stream.decompress(data[at : at + _SALVAGE_BYTES])
        except zlib.error:
            with suppress(zlib.error):
                for k in range(at, len(data)):
                    kept += before.decompress(data[k : k + 1])
            break
        check_size(len(kept), at + _SALVAGE_BYTES)
    return bytes(kept)


def check_size(out: int, taken: int) -> None:
    """Raise OverLimit if `out` bytes from `taken` packed ones are more than a member may hold."""
    if out > MEMBER_BYTES:
        raise OverLimit(f"holds more than {MEMBER_BYTES // MIB} MiB once unpacked")
    if out > UNPACK_FREE_BYTES and out > UNPACK_RATIO * taken:
        raise OverLimit(
            f"grows more than {UNPACK_RATIO}-fold when unpacked, which no activity does"
        )


def inflate_entry(data: bytes, size: int) -> bytes:
    """Return a zip member's deflated `data`; more than its declared `size` is over the limit."""
    stream = zlib.decompressobj(_RAW_WINDOW)
    chunks: list[bytes] = []
    rest, out = data, 0
    try:
        while not stream.eof and out <= size:
            chunk = stream.decompress(rest, min(size + 1 - out, UNPACK_FREE_BYTES))
            if not chunk and not stream.eof:
                raise Unreadable("cut short inside its archive")
            chunks.append(chunk)
            out, rest = out + len(chunk), stream.unconsumed_tail
            check_size(out, len(data) - len(rest))
    except zlib.error as error:
        raise Unreadable("damaged inside its archive") from error
    if out > size:
        raise OverLimit("holds more than its archive declares")
    return b"".join(chunks)
