"""A zip as members, zips within it included; members are unpacked only when they are opened."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from loadwatch.activity import Skipped
from loadwatch.errors import OverLimit, Unreadable
from loadwatch.ingest.health_export import is_health_export
from loadwatch.ingest.limits import (
    ARCHIVE_BYTES,
    ARCHIVE_DEPTH,
    ARCHIVE_ENTRIES,
    HEALTH_EXPORT_BYTES,
    MEMBER_BYTES,
    MIB,
)
from loadwatch.ingest.sources.gzip_stream import GZIP_MAGIC, peek_gzip
from loadwatch.ingest.sources.labels import clean_label, is_hidden
from loadwatch.ingest.sources.member import Member
from loadwatch.ingest.sources.origin import (
    Gzipped,
    InZip,
    OnDisk,
    Origin,
    open_archive,
    read_content,
    read_entry_head,
    read_health_export,
    read_workbook,
)
from loadwatch.ingest.sources.own_files import LOADWATCH_FILE_REASON, LOADWATCH_FILES
from loadwatch.ingest.sources.zip_directory import ZIP_MAGICS, ZipEntry, read_entries

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import BinaryIO

    from loadwatch.activity import Kind

LOCKED_REASON = (
    "locked with a password; unpack the archive with it (7-Zip, Keka or "
    "`7z x FILE.zip`) and give loadwatch the folder"
)
HIDDEN_REASON = "hidden, or left there by the computer"
# by these a docx, xlsx, odt or ods is recognized, which are zips too
_OFFICE_MEMBERS = frozenset({"[Content_Types].xml", "mimetype"})
_EXCEL_WORKBOOKS = frozenset({"xl/workbook.xml", "xl/workbook.bin"})
_ODS_TYPE = b"application/vnd.oasis.opendocument.spreadsheet"
# an entry and its first bytes, b"" where it is not to be opened
ListedEntry = tuple[ZipEntry, bytes]


@dataclass(slots=True)
class _ArchiveCost:
    """What an archive has cost so far, the archives within it included."""

    total_bytes: int = 0
    entries: int = 0


@dataclass(frozen=True, slots=True)
class Archive:
    """An archive on the way through its members."""

    origin: Origin  # where its bytes are
    key: str  # its identity, which its members' keys begin with
    label: str
    prefix: str  # what the labels of its members begin with
    depth: int = 1  # 2 for an archive within an archive


def find_zip(origin: Origin, first: bytes) -> Origin | None:
    """Return where the zip is, if what begins with `first` is one (gzipped or not), else None."""
    if first.startswith(ZIP_MAGICS):
        return origin
    is_gzip = first.startswith(GZIP_MAGIC)
    if is_gzip and peek_gzip(first).startswith(ZIP_MAGICS):
        return Gzipped(origin)
    return None


def walk_archive(
    archive: Archive, unique_label: Callable[[str], str]
) -> Iterator[Member | Skipped]:
    """Yield the members of a zip and of the zips within it, sorted by name."""
    yield from _walk_archive(archive, unique_label, _ArchiveCost())


def _walk_archive(
    archive: Archive, unique_label: Callable[[str], str], cost: _ArchiveCost
) -> Iterator[Member | Skipped]:
    found = _list_entries(archive, cost)
    if isinstance(found, Skipped):
        yield Skipped(unique_label(found.source), found.kind, found.why)
        return
    if _is_workbook(found):
        label = unique_label(archive.label)
        size = sum(entry.packed for entry, _ in found)
        yield Member(label, archive.key, size, partial(read_workbook, archive.origin))
        return
    for entry, first in found:
        yield from _visit_entry(archive, entry, first, unique_label, cost)


def _list_entries(archive: Archive, cost: _ArchiveCost) -> list[ListedEntry] | Skipped:
    """Return the entries of an archive with their first bytes, or why it has none to read."""
    if archive.depth > ARCHIVE_DEPTH:
        why = f"archives within archives, more than {ARCHIVE_DEPTH} deep"
        return Skipped(archive.label, "limited", why)
    try:
        with open_archive(archive.origin) as file:
            found = _read_listed_entries(file, cost)
    except Unreadable as error:
        return Skipped(archive.label, "rejected", error.why)
    except OverLimit as error:
        return Skipped(archive.label, "limited", error.why)
    return found or Skipped(archive.label, "ignored", "an empty archive")


def _read_listed_entries(file: BinaryIO, cost: _ArchiveCost) -> list[ListedEntry]:
    """Return the files of a zip by name; raise Unreadable for an office document."""
    entries = [entry for entry in read_entries(file) if not entry.is_folder]
    entries.sort(key=lambda entry: (entry.name, entry.offset))
    _add_cost(cost, entries)
    found = []
    for entry in entries:
        is_refused = _refuse_entry(clean_label(entry.name), entry)
        first = b"" if is_refused else read_entry_head(file, entry)
        found.append((entry, first))
    is_office = any(entry.name in _OFFICE_MEMBERS for entry in entries)
    if is_office and not _is_workbook(found):
        raise Unreadable("an office document; save its table as CSV instead")
    return found


def _is_workbook(found: list[ListedEntry]) -> bool:
    """Return whether the entries are those of a spreadsheet: of Excel's kind, or an ods."""
    for entry, first in found:
        if entry.name in _EXCEL_WORKBOOKS:
            return True
        if entry.name == "mimetype" and first.startswith(_ODS_TYPE):
            return True
    return False


def _add_cost(cost: _ArchiveCost, entries: list[ZipEntry]) -> None:
    """Add the entries to what the archive has cost; raise OverLimit if that is too much."""
    cost.entries += len(entries)
    cost.total_bytes += sum(entry.size for entry in entries)
    if cost.entries > ARCHIVE_ENTRIES:
        raise OverLimit(f"an archive of more than {ARCHIVE_ENTRIES:,} files")
    if cost.total_bytes > ARCHIVE_BYTES:
        raise OverLimit(f"an archive of more than {ARCHIVE_BYTES // MIB:,} MiB")


def _visit_entry(
    archive: Archive,
    entry: ZipEntry,
    first: bytes,
    unique_label: Callable[[str], str],
    cost: _ArchiveCost,
) -> Iterator[Member | Skipped]:
    """Yield an entry as a member, or the members of an archive within the archive."""
    name = clean_label(entry.name)
    label = archive.prefix + name
    is_export = is_health_export(first)
    refusal = _refuse_entry(name, entry) or _refuse_size(entry, is_export=is_export)
    if archive.depth == 1 and entry.name in LOADWATCH_FILES:
        refusal = ("ignored", LOADWATCH_FILE_REASON)
    if refusal:
        yield Skipped(unique_label(label), *refusal)
        return
    origin = InZip(archive.origin, entry)
    key = f"{archive.key}|{entry.offset}|{entry.crc:08x}"
    inner = find_zip(origin, first)
    if inner:
        within = Archive(inner, key, label, f"{label}/", archive.depth + 1)
        yield from _walk_archive(within, unique_label, cost)
        return
    label = unique_label(label)
    opener = partial(read_health_export if is_export else read_content, origin, label)
    is_on_disk = isinstance(archive.origin, OnDisk)
    yield Member(label, key, entry.size, opener, is_on_disk)


def _refuse_entry(label: str, entry: ZipEntry) -> tuple[Kind, str] | None:
    """Return kind and reason if an entry is not to be opened."""
    if is_hidden(label):
        return "ignored", HIDDEN_REASON
    if entry.is_link:
        return "rejected", "a link, not a file; links in archives are never followed"
    if entry.is_encrypted:
        return "rejected", LOCKED_REASON
    return None


def _refuse_size(entry: ZipEntry, *, is_export: bool) -> tuple[Kind, str] | None:
    """Return kind and reason if an entry is larger than its kind may be."""
    largest = HEALTH_EXPORT_BYTES if is_export else MEMBER_BYTES
    if entry.size > largest:
        return "limited", f"larger than {largest // MIB:,} MiB"
    return None
