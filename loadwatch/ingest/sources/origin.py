"""Where bytes are: a file, or an entry of an archive; plain values, which a worker can open too."""

from __future__ import annotations

import io
import os
import stat
import zlib
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.util import find_spec
from typing import TYPE_CHECKING

from loadwatch.activity import Note
from loadwatch.errors import OverLimit, Unreadable
from loadwatch.ingest.health_export import condense, slice_bytes
from loadwatch.ingest.limits import (
    HEAD_BYTES,
    HEALTH_EXPORT_BYTES,
    MEMBER_BYTES,
    MIB,
    STREAM_BYTES,
)
from loadwatch.ingest.sources.gzip_stream import (
    inflate_entry,
    inflate_stream,
    peek_deflated,
    unpack_gzip,
)
from loadwatch.ingest.sources.labels import is_misleading
from loadwatch.ingest.sources.member import Content
from loadwatch.ingest.sources.zip_directory import LOCAL_HEADER, ZipEntry

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

NO_SHEETS = (
    "a spreadsheet: pip install 'loadwatch[sheets]' reads it, or save its table as CSV"
)
_MISLEADING = Note(
    "archive_name", "its name in the archive leads out of it; it is a label only"
)
_STORED, _DEFLATED = 0, 8
_OPEN_FLAGS = (
    os.O_RDONLY
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_BINARY", 0)
    | getattr(os, "O_CLOEXEC", 0)
)


@dataclass(frozen=True, slots=True)
class OnDisk:
    """A regular file."""

    path: str


@dataclass(frozen=True, slots=True)
class InMemory:
    """Bytes that came by stdin."""

    data: bytes


@dataclass(frozen=True, slots=True)
class InZip:
    """An entry of the zip at `archive`."""

    archive: Origin
    entry: ZipEntry


@dataclass(frozen=True, slots=True)
class Gzipped:
    """What the gzip file at `origin` holds: a zip."""

    origin: Origin


Origin = OnDisk | InMemory | InZip | Gzipped


def read_content(origin: Origin, label: str) -> Content:
    """Return the unpacked bytes at `origin`; raise Unreadable or OverLimit."""
    content = unpack_gzip(read_bytes(origin), label)
    return replace(content, notes=(*content.notes, *_check_archive_names(origin)))


def _check_archive_names(origin: Origin) -> tuple[Note, ...]:
    """Return a note where an entry, or an archive that it is in, has a misleading name."""
    while not isinstance(origin, OnDisk | InMemory):
        if isinstance(origin, Gzipped):
            origin = origin.origin
            continue
        if is_misleading(origin.entry.name):
            return (_MISLEADING,)
        origin = origin.archive
    return ()


def read_workbook(origin: Origin) -> Content:
    """Return the bytes of a spreadsheet; raise Unreadable where the extra is missing.

    Checked here and not by the reader, so that no store keeps an answer that `pip` changes.
    """
    if find_spec("python_calamine") is None:
        raise Unreadable(NO_SHEETS)
    return Content(read_bytes(origin))


def read_health_export(origin: Origin, _label: str) -> Content:
    """Return the workouts of Apple Health's export at `origin`, which is read as a stream."""
    return Content(condense(_stream_bytes(origin)))


def _stream_bytes(origin: Origin) -> Iterator[bytes]:
    """Yield the bytes at `origin` in parts, at most HEALTH_EXPORT_BYTES in all."""
    match origin:
        case OnDisk(path):
            with open_regular_file(path) as file:
                yield from _stream_file(file, HEALTH_EXPORT_BYTES)
        case InZip(archive, entry):
            yield from _stream_entry(archive, entry)
        case _:
            yield from slice_bytes(read_bytes(origin))


def _stream_file(file: BinaryIO, most: int) -> Iterator[bytes]:
    """Yield up to `most` bytes of a file in parts; raise OverLimit where it has more."""
    left = most
    while chunk := _read_up_to(file, STREAM_BYTES):
        left -= len(chunk)
        if left < 0:
            raise OverLimit(f"larger than {most // MIB:,} MiB")
        yield chunk


def _stream_entry(archive: Origin, entry: ZipEntry) -> Iterator[bytes]:
    """Yield the unpacked bytes of an entry of `archive` in parts, its checksum checked last."""
    if max(entry.packed, entry.size) > HEALTH_EXPORT_BYTES:
        raise OverLimit(f"larger than {HEALTH_EXPORT_BYTES // MIB:,} MiB")
    _check_method(entry)
    with open_archive(archive) as file:
        start = _find_data_start(file, entry)
        if start is None:
            raise Unreadable("damaged inside its archive")
        file.seek(start)
        packed = _stream_packed(file, entry.packed)
        crc = 0
        is_deflated = entry.method == _DEFLATED
        for chunk in inflate_stream(packed, entry.size) if is_deflated else packed:
            crc = zlib.crc32(chunk, crc)
            yield chunk
    if crc != entry.crc:
        raise Unreadable("damaged inside its archive (its checksum is wrong)")


def _stream_packed(file: BinaryIO, size: int) -> Iterator[bytes]:
    """Yield the next `size` bytes of a file in parts; raise Unreadable where it ends before."""
    while size:
        chunk = _read_up_to(file, min(size, STREAM_BYTES))
        if not chunk:
            raise Unreadable("cut short inside its archive")
        size -= len(chunk)
        yield chunk


def read_bytes(origin: Origin) -> bytes:
    """Return the bytes at `origin`, taken out of its archive but not gunzipped."""
    match origin:
        case OnDisk(path):
            return _read_file(path)
        case InMemory(held):
            return held
        case Gzipped(inner):
            return unpack_gzip(read_bytes(inner), "").data
        case InZip(archive, entry):
            return _read_entry(archive, entry)


def open_archive(origin: Origin) -> BinaryIO:
    """Return an archive at `origin` as a seekable file."""
    match origin:
        case OnDisk(path):
            return open_regular_file(path)
        case InMemory(held):
            return io.BytesIO(held)
        case _:
            return io.BytesIO(_read_inner_archive(origin))


@lru_cache(maxsize=1)
def _read_inner_archive(origin: Origin) -> bytes:
    """Return an archive within an archive; the last one is cached, since members come in order."""
    return read_bytes(origin)


def open_regular_file(path: str) -> BinaryIO:
    """Return the regular file at `path`, opened; a pipe that took its place does not block."""
    try:
        number = os.open(path, _OPEN_FLAGS)
        if not stat.S_ISREG(os.fstat(number).st_mode):
            os.close(number)
            raise Unreadable("not a regular file")
        return open(number, "rb", buffering=0)  # noqa: PTH123  the caller closes what it gets
    except FileNotFoundError:
        raise Unreadable("gone before it could be read") from None
    except PermissionError:
        raise Unreadable("no permission to read it") from None
    except OSError as error:
        raise Unreadable(f"cannot be opened ({error.strerror})") from error


def _read_file(path: str) -> bytes:
    """Return the bytes of a file, at most MEMBER_BYTES."""
    with open_regular_file(path) as file:
        data = _read_up_to(file, MEMBER_BYTES + 1)
    if len(data) > MEMBER_BYTES:
        raise OverLimit(f"larger than {MEMBER_BYTES // MIB} MiB")
    return data


def _read_up_to(file: BinaryIO, size: int) -> bytes:
    """Return up to `size` bytes; an unbuffered read may give fewer at a time.

    What one read gave is returned as it is: to join it with nothing would copy it.
    """
    chunks: list[bytes] = []
    missing = size
    try:
        while missing and (chunk := file.read(missing)):
            chunks.append(chunk)
            missing -= len(chunk)
    except OSError as error:
        raise Unreadable(f"cannot be read ({error.strerror})") from error
    return b"".join(chunks)


def _read_entry(archive: Origin, entry: ZipEntry) -> bytes:
    """Return the unpacked bytes of an entry of `archive`."""
    if entry.packed > MEMBER_BYTES or entry.size > MEMBER_BYTES:
        raise OverLimit(f"larger than {MEMBER_BYTES // MIB} MiB")
    with open_archive(archive) as file:
        start = _find_data_start(file, entry)
        if start is None:
            raise Unreadable("damaged inside its archive")
        file.seek(start)
        packed = _read_up_to(file, entry.packed)
    return _unpack_entry(packed, entry)


def _find_data_start(file: BinaryIO, entry: ZipEntry) -> int | None:
    """Return where the packed bytes of `entry` begin, None where there is no such entry."""
    if entry.offset > file.seek(0, 2):
        return None
    file.seek(entry.offset)
    header = _read_up_to(file, LOCAL_HEADER.size)
    if len(header) < LOCAL_HEADER.size or not header.startswith(b"PK\x03\x04"):
        return None
    name_size, extra_size = LOCAL_HEADER.unpack(header)[9:11]
    return entry.offset + LOCAL_HEADER.size + int(name_size) + int(extra_size)


def read_entry_head(file: BinaryIO, entry: ZipEntry) -> bytes:
    """Return the first unpacked bytes of an entry of the zip in `file`, b"" if missing."""
    start = _find_data_start(file, entry)
    if start is None:
        return b""
    file.seek(start)
    packed = _read_up_to(file, min(HEAD_BYTES, entry.packed))
    return peek_deflated(packed) if entry.method == _DEFLATED else packed


def _unpack_entry(packed: bytes, entry: ZipEntry) -> bytes:
    if len(packed) < entry.packed:
        raise Unreadable("cut short inside its archive")
    _check_method(entry)
    out = inflate_entry(packed, entry.size) if entry.method == _DEFLATED else packed
    if zlib.crc32(out) != entry.crc:
        raise Unreadable("damaged inside its archive (its checksum is wrong)")
    return out


def _check_method(entry: ZipEntry) -> None:
    if entry.method not in {_STORED, _DEFLATED}:
        raise Unreadable(
            f"packed in a way loadwatch does not know (zip method {entry.method})"
        )
