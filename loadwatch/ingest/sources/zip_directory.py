"""The table of contents of a zip, read by ourselves: no name is trusted, no size believed."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

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
_SYMLINK_MODE = 0o120000
BROKEN_ZIP = "a broken zip: its table of contents is missing or damaged (cut short while it was copied?)"


@dataclass(frozen=True, slots=True)
class ZipEntry:
    """One line of a zip's table of contents."""

    name: str
    offset: int  # of the local header, from the start of the file
    packed: int
    size: int  # as declared
    crc: int
    method: int
    is_encrypted: bool
    is_link: bool

    @property
    def is_folder(self) -> bool:
        """Tell whether the entry is a folder."""
        return self.name.endswith("/")


def read_entries(file: BinaryIO) -> list[ZipEntry]:
    """Return the entries of a zip in the order of its table; raise Unreadable or OverLimit.

    A zip may begin with other bytes (a self-unpacking one does): offsets are shifted by them.
    """
    count, size, shift, start = _find_directory(file)
    if count > ARCHIVE_ENTRIES:
        raise OverLimit(f"an archive of more than {ARCHIVE_ENTRIES:,} files")
    if size > DIRECTORY_BYTES:
        raise OverLimit("an archive with an endless table of contents")
    file.seek(start)
    found = list(_parse_entries(file.read(size), shift))
    _check_no_overlap(found)
    return found


def _find_directory(file: BinaryIO) -> tuple[int, int, int, int]:
    """Return number of entries, bytes, shift of all offsets, and start of the table of contents."""
    length = file.seek(0, 2)
    base = max(0, length - _TAIL_BYTES)
    file.seek(base)
    tail = file.read(_TAIL_BYTES)
    at = tail.rfind(END_MAGIC, 0, len(tail) - END_RECORD.size + 4)
    if at < 0:
        raise Unreadable(BROKEN_ZIP)
    count, size, offset = END_RECORD.unpack_from(tail, at)[4:7]
    end = base + at
    if count == _FULL16 or _FULL32 in {size, offset}:
        count, size, offset, end = _read_zip64_end(
            file, end, (count, size, offset, end)
        )
    shift = end - size - offset
    if shift < 0:
        raise Unreadable(BROKEN_ZIP)
    return count, size, shift, end - size


def _read_zip64_end(
    file: BinaryIO, end: int, plain: tuple[int, int, int, int]
) -> tuple[int, int, int, int]:
    at = (
        end - _ZIP64_LOCATOR.size - _ZIP64_END.size
    )  # no extra fields are written between the two by anyone
    if at < 0:
        return plain
    file.seek(at)
    record = file.read(_ZIP64_END.size)
    if not record.startswith(b"PK\x06\x06"):
        return plain
    count, size, offset = _ZIP64_END.unpack(record)[7:10]
    return count, size, offset, at


def _parse_entries(table: bytes, shift: int) -> Iterator[ZipEntry]:
    at, number = 0, 0
    while at < len(table):
        if number == ARCHIVE_ENTRIES:
            raise OverLimit(f"an archive of more than {ARCHIVE_ENTRIES:,} files")
        if len(table) - at < _CENTRAL_HEADER.size or not table.startswith(
            b"PK\x01\x02", at
        ):
            raise Unreadable(BROKEN_ZIP)
        row = _CENTRAL_HEADER.unpack_from(table, at)
        made, flags, method, crc, packed, size = row[1] >> 8, *row[3:5], *row[7:10]
        name_size, extra_size, comment_size = row[10:13]
        at += _CENTRAL_HEADER.size
        name = table[at : at + name_size].decode(
            "utf-8" if flags & 0x800 else "cp437", "replace"
        )
        extra = table[at + name_size : at + name_size + extra_size]
        size, packed, offset = _apply_zip64_sizes(extra, size, packed, row[16])
        mode = row[15] >> 16 if made == 3 else 0  # written on Unix
        yield ZipEntry(
            name,
            offset + shift,
            packed,
            size,
            crc,
            method,
            is_encrypted=bool(flags & 1),
            is_link=mode & 0o170000 == _SYMLINK_MODE,
        )
        at += name_size + extra_size + comment_size
        number += 1


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


def _check_no_overlap(found: list[ZipEntry]) -> None:
    """Raise OverLimit where entries share bytes: that is how a small zip holds gigabytes."""
    end = 0
    for entry in sorted(found, key=lambda e: e.offset):
        if entry.offset < end:
            raise OverLimit(
                "an archive whose files overlap each other, made to explode"
            )
        end = entry.offset + LOCAL_HEADER.size + entry.packed
