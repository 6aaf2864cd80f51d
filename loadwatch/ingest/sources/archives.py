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
from loadwatch.ingest.sources import gunzip
from loadwatch.ingest.sources.labels import clean, hidden
from loadwatch.ingest.sources.member import Member
from loadwatch.ingest.sources.origin import (
    Gzipped,
    Origin,
    Packed,
    content,
    head,
    opened,
)
from loadwatch.ingest.sources.zips import MAGICS, Entry, entries

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from loadwatch.activity import Kind

OWN_FILES = frozenset(
    {"loadwatch.toml", "diary.csv", "tags.csv", "plan.csv"}
)  # at the root of an input
OWN_FILE = "loadwatch's own file"
CLUTTER = "hidden, or left there by the computer"
_OFFICE = frozenset(
    {"[Content_Types].xml", "mimetype"}
)  # docx, xlsx and odt, ods are zips too
Found = tuple[
    Entry, bytes
]  # an entry and its first bytes, b"" where it is not to be opened


@dataclass(slots=True)
class _Spent:
    """What an archive has cost so far, the archives within it included."""

    size: int = 0
    entries: int = 0


@dataclass(frozen=True, slots=True)
class Place:
    """An archive: where its bytes are, its key, its own label, and what its members' labels begin with."""

    origin: Origin
    key: str
    label: str
    prefix: str
    depth: int = 1


def archive(origin: Origin, first: bytes) -> Origin | None:
    """Return where the zip is, if what begins with `first` is one (gzipped or not), else None."""
    if first.startswith(MAGICS):
        return origin
    if first.startswith(gunzip.MAGIC) and gunzip.peek(first).startswith(MAGICS):
        return Gzipped(origin)
    return None


def unzipped(place: Place, once: Callable[[str], str]) -> Iterator[Member | Skipped]:
    """Yield the members of the zip at `place`, sorted by name; `once` makes labels unique."""
    yield from _archive(place, once, _Spent())


def _archive(
    place: Place, once: Callable[[str], str], spent: _Spent
) -> Iterator[Member | Skipped]:
    found = _listed(place, spent)
    if isinstance(found, Skipped):
        yield Skipped(once(found.source), found.kind, found.why)
        return
    for entry, first in found:
        yield from _member(place, entry, first, once, spent)


def _listed(place: Place, spent: _Spent) -> list[Found] | Skipped:
    if place.depth > ARCHIVE_DEPTH:
        return Skipped(
            place.label,
            "limited",
            f"archives within archives, more than {ARCHIVE_DEPTH} deep",
        )
    try:
        with opened(place.origin) as file:
            files = sorted(
                (e for e in entries(file) if not e.folder),
                key=lambda e: (e.name, e.offset),
            )
            _spend(spent, files)
            if any(entry.name in _OFFICE for entry in files):
                return Skipped(
                    place.label,
                    "rejected",
                    "an office document; save its table as CSV instead",
                )
            found = [
                (e, b"" if _refusal(clean(e.name), e) else head(file, e)) for e in files
            ]
    except Unreadable as error:
        return Skipped(place.label, "rejected", error.why)
    except OverLimit as error:
        return Skipped(place.label, "limited", error.why)
    return found or Skipped(place.label, "ignored", "an empty archive")


def _spend(spent: _Spent, files: list[Entry]) -> None:
    spent.entries += len(files)
    spent.size += sum(entry.size for entry in files)
    if spent.entries > ARCHIVE_ENTRIES:
        raise OverLimit(f"an archive of more than {ARCHIVE_ENTRIES:,} files")
    if spent.size > ARCHIVE_BYTES:
        raise OverLimit(f"an archive of more than {ARCHIVE_BYTES // MIB:,} MiB")


def _member(
    place: Place, entry: Entry, first: bytes, once: Callable[[str], str], spent: _Spent
) -> Iterator[Member | Skipped]:
    label = place.prefix + clean(entry.name)
    refusal = _refusal(clean(entry.name), entry)
    if place.depth == 1 and entry.name in OWN_FILES:
        refusal = ("ignored", OWN_FILE)
    if refusal:
        yield Skipped(once(label), *refusal)
        return
    origin = Packed(place.origin, entry)
    key = f"{place.key}|{entry.offset}|{entry.crc:08x}"
    inner = archive(origin, first)
    if inner:
        yield from _archive(
            Place(inner, key, label, f"{label}/", place.depth + 1), once, spent
        )
        return
    label = once(label)
    yield Member(label, key, entry.size, partial(content, origin, label))


def _refusal(label: str, entry: Entry) -> tuple[Kind, str] | None:
    if hidden(label):
        return "ignored", CLUTTER
    if entry.link:
        return "rejected", "a link, not a file; links in archives are never followed"
    if entry.encrypted:
        return "rejected", "locked with a password; unlock the archive and try again"
    if entry.size > MEMBER_BYTES:
        return "limited", f"larger than {MEMBER_BYTES // MIB} MiB"
    return None
