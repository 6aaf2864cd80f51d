"""The table of contents of a zip, parsed here so that names and sizes are checked first."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from loadwatch.errors import OverLimit, Unreadable
from loadwatch.ingest.limits import ARCHIVE_ENTRIES, DIRECTORY_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

END_MAGIC = b"PK\x05\x06"
ZIP_MAGICS = (b"PK\x03\x04", END_MAGIC)
LOCAL_HEADER = struct.Struct("<4s5H3L2H")
_CENTRAL_HEADER = struct.Struct("<4s6H3L5H2L")
END_RECORD = struct.Struct("<4s4H2LH")
_ZIP64_END = struct.Struct("<4sQ2H2L4Q")
_ZIP64_LOCATOR = struct.Struct("<4sLQL")
_TAIL_BYTES = 65_535 + END_RECORD.size
_FULL16, _FULL32 = 0xFFFF, 0xFFFF_FFFF
_FILE_TYPE, _SYMLINK = 0o170000, 0o120000  # of a Unix mode
_UNIX = 3  # system that wrote the entry
_ENCRYPTED, _UTF8_NAME = 0x1, 0x800  # flags of an entry
BROKEN_ZIP = (
    "a broken zip: its table of contents is missing or damaged "
    "(cut short while it was copied?)"
)


@dataclass(frozen=True, slots=True)
class ZipEntry:
    """One entry of a zip's table of contents."""

    name: str
    offset: int  # of the local header, from the start of the file
    packed: int  # bytes in the archive
    size: int  # bytes unpacked, as declared
    crc: int
    method: int
    is_encrypted: bool
    is_link: bool

    @property
    def is_folder(self) -> bool:
        """Return whether the entry is a folder."""
        return self.name.endswith("/")


@dataclass(frozen=True, slots=True)
class _Directory:
    """Where the table of contents of a zip is, as the end of the zip states it."""

    count: int  # of entries
    size: int  # bytes
    offset: int  # of its start, without what comes before the zip
    end: int  # position in the file

    @property
    def shift(self) -> int:
        """How many bytes come before the zip: all offsets count from there."""
        return self.end - self.size - self.offset


def read_entries(file: BinaryIO) -> list[ZipEntry]:
    """Return the entries of a zip in the order of its table; raise Unreadable or OverLimit.

    A zip may begin with other bytes (a self-extracting one does): offsets are shifted by them.
    """
    directory = _find_directory(file)
    if directory.shift < 0:
        raise Unreadable(BROKEN_ZIP)
    if directory.count > ARCHIVE_ENTRIES:
        raise OverLimit(f"an archive of more than {ARCHIVE_ENTRIES:,} files")
    if directory.size > DIRECTORY_BYTES:
        raise OverLimit("an archive with an endless table of contents")
    file.seek(directory.end - directory.size)
    entries = list(_parse_entries(file.read(directory.size), directory.shift))
    _check_no_overlap(entries)
    return entries


def _find_directory(file: BinaryIO) -> _Directory:
    """Return where the table of contents is; raise Unreadable if the file has no end record."""
    length = file.seek(0, 2)
    tail_start = max(0, length - _TAIL_BYTES)
    file.seek(tail_start)
    tail = file.read(_TAIL_BYTES)
    last = len(tail) - END_RECORD.size  # where a whole record can begin
    if last < 0 or (at := tail.rfind(END_MAGIC, 0, last + len(END_MAGIC))) < 0:
        raise Unreadable(BROKEN_ZIP)
    count, size, offset = END_RECORD.unpack_from(tail, at)[4:7]
    directory = _Directory(count, size, offset, tail_start + at)
    if count == _FULL16 or _FULL32 in {size, offset}:
        return _read_zip64_end(file, directory) or directory
    return directory


def _read_zip64_end(file: BinaryIO, plain: _Directory) -> _Directory | None:
    """Return what the 64-bit end record states, None if there is none."""
    # no known program writes extra fields between the two end records
    at = plain.end - _ZIP64_LOCATOR.size - _ZIP64_END.size
    if at < 0:
        return None
    file.seek(at)
    record = file.read(_ZIP64_END.size)
    if not record.startswith(b"PK\x06\x06"):
        return None
    count, size, offset = _ZIP64_END.unpack(record)[7:10]
    return _Directory(count, size, offset, at)


def _parse_entries(table: bytes, shift: int) -> Iterator[ZipEntry]:
    at, number = 0, 0
    while at < len(table):
        if number == ARCHIVE_ENTRIES:
            raise OverLimit(f"an archive of more than {ARCHIVE_ENTRIES:,} files")
        has_header = len(table) - at >= _CENTRAL_HEADER.size
        if not has_header or not table.startswith(b"PK\x01\x02", at):
            raise Unreadable(BROKEN_ZIP)
        header = _CENTRAL_HEADER.unpack_from(table, at)
        at += _CENTRAL_HEADER.size
        name_size, extra_size, comment_size = header[10:13]
        name = table[at : at + name_size]
        extra = table[at + name_size : at + name_size + extra_size]
        yield _build_entry(header, name, extra, shift)
        at += name_size + extra_size + comment_size
        number += 1


def _build_entry(
    header: tuple[Any, ...], name: bytes, extra: bytes, shift: int
) -> ZipEntry:
    """Return an entry by the fields of its central header (APPNOTE.TXT 4.3.12)."""
    made_by, flags, method = header[1] >> 8, header[3], header[4]
    crc, packed, size = header[7:10]
    size, packed, offset = _apply_zip64_sizes(extra, size, packed, header[16])
    mode = header[15] >> 16 if made_by == _UNIX else 0
    encoding = "utf-8" if flags & _UTF8_NAME else "cp437"
    return ZipEntry(
        name.decode(encoding, "replace"),
        offset + shift,
        packed,
        size,
        crc,
        method,
        is_encrypted=bool(flags & _ENCRYPTED),
        is_link=mode & _FILE_TYPE == _SYMLINK,
    )


def _apply_zip64_sizes(extra: bytes, *values: int) -> tuple[int, int, int]:
    """Return size, packed size and offset, where full from the 64-bit extra field."""
    wide: list[int] = []
    at = 0
    while at + 4 <= len(extra):
        tag, length = struct.unpack_from("<2H", extra, at)
        if tag == 1 and at + 4 + length <= len(extra):
            wide = list(struct.unpack_from(f"<{length // 8}Q", extra, at + 4))
        at += 4 + length
    size, packed, offset = (
        wide.pop(0) if value == _FULL32 and wide else value for value in values
    )
    return size, packed, offset


def _check_no_overlap(entries: list[ZipEntry]) -> None:
    """Raise OverLimit where entries share bytes: that is how a small zip holds gigabytes."""
    end = 0
    for entry in sorted(entries, key=lambda entry: entry.offset):
        if entry.offset < end:
            why = "an archive whose files overlap each other, made to explode"
            raise OverLimit(why)
        end = entry.offset + LOCAL_HEADER.size + entry.packed
