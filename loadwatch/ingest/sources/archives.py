"""A zip as members, zips within it included; nothing is unpacked here but inner tables of contents."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from loadwatch.activity import Skipped
from loadwatch.errors import OverLimit, Unreadable
from loadwatch.ingest.limits import (
    ARCHIVE_BYTES,
    ARCHIVE_DEPTH,
    ARCHIVE_ENTRIES,
    MEMBER_BYTES,
    MIB,
)
from loadwatch.ingest.sources import gzip_stream
from loadwatch.ingest.sources.labels import clean_label, is_hidden
from loadwatch.ingest.sources.member import Member
from loadwatch.ingest.sources.origin import (
    Gzipped,
    InZip,
    Origin,
    open_archive,
    read_content,
    read_entry_head,
)
from loadwatch.ingest.sources.own_files import LOADWATCH_FILE_REASON, LOADWATCH_FILES
from loadwatch.ingest.sources.zip_directory import ZIP_MAGICS, ZipEntry, read_entries

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from loadwatch.activity import Kind

HIDDEN_REASON = "hidden, or left there by the computer"
_OFFICE_MEMBERS = frozenset(
    {"[Content_Types].xml", "mimetype"}
)  # docx, xlsx and odt, ods are zips too
ListedEntry = tuple[
    ZipEntry, bytes
]  # an entry and its first bytes, b"" where it is not to be opened


@dataclass(slots=True)
class _ArchiveCost:
    """What an archive has cost so far, the archives within it included."""

    total_bytes: int = 0
    entries: int = 0


@dataclass(frozen=True, slots=True)
class Archive:
    """An archive: where its bytes are, its key, its own label, and what its members' labels begin with."""

    origin: Origin
    key: str
    label: str
    prefix: str
    depth: int = 1


def find_zip(origin: Origin, first: bytes) -> Origin | None:
    """Return where the zip is, if what begins with `first` is one (gzipped or not), else None."""
    if first.startswith(ZIP_MAGICS):
        return origin
    if first.startswith(gzip_stream.GZIP_MAGIC) and gzip_stream.peek_gzip(
        first
    ).startswith(ZIP_MAGICS):
        return Gzipped(origin)
    return None


def walk_archive(
    place: Archive, unique_label: Callable[[str], str]
) -> Iterator[Member | Skipped]:
    """Yield the members of the zip at `place`, sorted by name; `once` makes labels unique."""
    yield from _walk_archive(place, unique_label, _ArchiveCost())


def _walk_archive(
    place: Archive, unique_label: Callable[[str], str], cost: _ArchiveCost
) -> Iterator[Member | Skipped]:
    found = _list_entries(place, cost)
    if isinstance(found, Skipped):
        yield Skipped(unique_label(found.source), found.kind, found.why)
        return
    for entry, first in found:
        yield from _visit_entry(place, entry, first, unique_label, cost)


def _list_entries(place: Archive, cost: _ArchiveCost) -> list[ListedEntry] | Skipped:
    if place.depth > ARCHIVE_DEPTH:
        return Skipped(
            place.label,
            "limited",
            f"archives within archives, more than {ARCHIVE_DEPTH} deep",
        )
    try:
        with open_archive(place.origin) as file:
            files = sorted(
                (e for e in read_entries(file) if not e.is_folder),
                key=lambda e: (e.name, e.offset),
            )
            _add_cost(cost, files)
            if any(entry.name in _OFFICE_MEMBERS for entry in files):
                return Skipped(
                    place.label,
                    "rejected",
                    "an office document; save its table as CSV instead",
                )
            found = [
                (
                    e,
                    b""
                    if _refuse_entry(clean_label(e.name), e)
                    else read_entry_head(file, e),
                )
                for e in files
            ]
    except Unreadable as error:
        return Skipped(place.label, "rejected", error.why)
    except OverLimit as error:
        return Skipped(place.label, "limited", error.why)
    return found or Skipped(place.label, "ignored", "an empty archive")


def _add_cost(cost: _ArchiveCost, files: list[ZipEntry]) -> None:
    cost.entries += len(files)
    cost.total_bytes += sum(entry.size for entry in files)
    if cost.entries > ARCHIVE_ENTRIES:
        raise OverLimit(f"an archive of more than {ARCHIVE_ENTRIES:,} files")
    if cost.total_bytes > ARCHIVE_BYTES:
        raise OverLimit(f"an archive of more than {ARCHIVE_BYTES // MIB:,} MiB")


def _visit_entry(
    place: Archive,
    entry: ZipEntry,
    first: bytes,
    unique_label: Callable[[str], str],
    cost: _ArchiveCost,
) -> Iterator[Member | Skipped]:
    label = place.prefix + clean_label(entry.name)
    refusal = _refuse_entry(clean_label(entry.name), entry)
    if place.depth == 1 and entry.name in LOADWATCH_FILES:
        refusal = ("ignored", LOADWATCH_FILE_REASON)
    if refusal:
        yield Skipped(unique_label(label), *refusal)
        return
    origin = InZip(place.origin, entry)
    key = f"{place.key}|{entry.offset}|{entry.crc:08x}"
    inner = find_zip(origin, first)
    if inner:
        yield from _walk_archive(
            Archive(inner, key, label, f"{label}/", place.depth + 1), unique_label, cost
        )
        return
    label = unique_label(label)
    yield Member(label, key, entry.size, partial(read_content, origin, label))


def _refuse_entry(label: str, entry: ZipEntry) -> tuple[Kind, str] | None:
    if is_hidden(label):
        return "ignored", HIDDEN_REASON
    if entry.is_link:
        return "rejected", "a link, not a file; links in archives are never followed"
    if entry.is_encrypted:
        return "rejected", "locked with a password; unlock the archive and try again"
    if entry.size > MEMBER_BYTES:
        return "limited", f"larger than {MEMBER_BYTES // MIB} MiB"
    return None
