"""Paths to members: files are recognized by content; links and pipes are listed, never opened."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass, field, replace
from functools import partial
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING

from loadwatch.activity import Skipped
from loadwatch.errors import NothingToRead, Unreadable
from loadwatch.ingest.health_export import is_health_export
from loadwatch.ingest.limits import (
    FOLDER_DEPTH,
    HEAD_BYTES,
    HEALTH_EXPORT_BYTES,
    MEMBER_BYTES,
    MIB,
)
from loadwatch.ingest.sources.archives import (
    HIDDEN_REASON,
    Archive,
    find_zip,
    walk_archive,
)
from loadwatch.ingest.sources.labels import clean_label, is_hidden, make_unique
from loadwatch.ingest.sources.member import Content, Member
from loadwatch.ingest.sources.origin import (
    InMemory,
    OnDisk,
    open_regular_file,
    read_content,
    read_health_export,
)
from loadwatch.ingest.sources.own_files import (
    FOLDER_REASON,
    LINK_REASON,
    LOADWATCH_FILE_REASON,
    LOADWATCH_FILES,
)
from loadwatch.ingest.sources.zip_directory import END_MAGIC, END_RECORD, ZIP_MAGICS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import BinaryIO

STDIN = "stdin"
_LINK_OUT = "a link that leads out of the folder; name that path itself to read it"


def _has_none(_key: str) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class _WalkState:
    """What all paths of one call share: labels given out, and files found."""

    unique_label: Callable[[str], str] = field(default_factory=make_unique)
    # (device, inode) -> label
    inodes: dict[tuple[int, int], str] = field(default_factory=dict)
    has_input: Callable[[str], bool] = _has_none


def find_members(
    paths: Sequence[Path],
    *,
    stdin: bytes | None = None,
    has_input: Callable[[str], bool] = _has_none,
) -> Iterator[Member | Skipped]:
    """Yield every input below `paths` once, in an order that depends on names alone.

    What cannot be read is a Skipped; a path that is not there raises NothingToRead.

    Parameters
    ----------
    stdin : the bytes that the path `-` means.
    has_input : returns by a member's key whether it was found before; such a file is not opened to
        see what it is.
    """
    walk, unique_name = _WalkState(has_input=has_input), make_unique()
    for path in paths:
        if str(path) == "-":
            yield from _find_stdin_members(stdin or b"", walk)
            continue
        root = _resolve_root(path)
        name = clean_label(Path(root).name or root)
        prefix = f"{unique_name(name)}/" if len(paths) > 1 else ""
        if os.path.isdir(root):  # noqa: PTH112 - a Path cannot hold every name that os.scandir gives
            yield from _walk_folder(root, prefix, walk)
        else:
            yield from _visit_file(root, os.lstat(root), name, prefix, walk)


def _resolve_root(path: Path) -> str:
    """Return the real path of one that the user named; a link named by the user is followed."""
    real = os.path.realpath(path)
    if not os.path.exists(real):  # noqa: PTH110 - as above
        hint = "check the spelling, or drag the file here"
        raise NothingToRead(f"{path}: no such file or folder", hint)
    return real


def _find_stdin_members(data: bytes, walk: _WalkState) -> Iterator[Member | Skipped]:
    origin = InMemory(data)
    key = f"{STDIN}|{blake2b(data, digest_size=16).hexdigest()}"
    zipped = find_zip(origin, data[:HEAD_BYTES])
    if zipped:
        yield from walk_archive(Archive(zipped, key, STDIN, ""), walk.unique_label)
        return
    label = walk.unique_label(STDIN)
    yield Member(label, key, len(data), partial(read_content, origin, label))


def _walk_folder(
    root: str, prefix: str, walk: _WalkState
) -> Iterator[Member | Skipped]:
    """Yield the inputs of a folder: of each folder first its files, then those of its folders."""
    pending = [(root, "", 0)]  # path, path below the root, depth
    while pending:
        folder, inside, depth = pending.pop()
        try:
            entries = _list_folder(folder)
        except OSError as error:
            label = walk.unique_label(f"{prefix}{clean_label(inside)}/")
            yield Skipped(label, "rejected", _format_os_error(error))
            continue
        folders = []
        for entry in entries:
            below = f"{inside}/{entry.name}" if inside else entry.name
            if not entry.is_dir(follow_symlinks=False):
                yield from _visit_entry(entry, root, below, prefix, walk)
                continue
            if below in LOADWATCH_FILES:
                label = walk.unique_label(f"{prefix}{below}/")
                yield Skipped(label, "rejected", FOLDER_REASON)
            if depth < FOLDER_DEPTH:
                folders.append((entry.path, below, depth + 1))
            else:
                label = walk.unique_label(f"{prefix}{clean_label(below)}/")
                why = f"folders more than {FOLDER_DEPTH} deep"
                yield Skipped(label, "limited", why)
        pending += reversed(folders)


def _list_folder(folder: str) -> list[os.DirEntry[str]]:
    """Return what a folder holds, by name."""
    with os.scandir(folder) as listing:
        return sorted(listing, key=lambda entry: os.fsencode(entry.name))


def _visit_entry(
    entry: os.DirEntry[str], root: str, below: str, prefix: str, walk: _WalkState
) -> Iterator[Member | Skipped]:
    """Yield what a folder's entry gives; `below` is its path from the root on."""
    name = clean_label(below)
    label = prefix + name
    if is_hidden(name):
        yield Skipped(walk.unique_label(label), "ignored", HIDDEN_REASON)
        return
    is_own = below in LOADWATCH_FILES
    if entry.is_symlink():
        link = _skip_link(entry.path, root, walk.unique_label(label))
        yield _explain_own_link(link) if is_own else link
        return
    try:
        about = entry.stat(follow_symlinks=False)
    except OSError as error:
        why = _format_os_error(error)
        yield Skipped(walk.unique_label(label), "rejected", why)
        return
    if is_own and stat.S_ISREG(about.st_mode):
        yield Skipped(walk.unique_label(label), "ignored", LOADWATCH_FILE_REASON)
        return
    yield from _visit_file(entry.path, about, label, f"{label}/", walk)


def _explain_own_link(link: Skipped) -> Skipped:
    """Return a link in the place of an own file with what follows from that."""
    if link.kind == "ignored":
        return replace(link, why=LOADWATCH_FILE_REASON)
    if link.why == _LINK_OUT:
        return replace(link, why=LINK_REASON)
    return link


def _skip_link(path: str, root: str, label: str) -> Skipped:
    """Return a link within a folder as skipped: links are never followed."""
    real = os.path.realpath(path)
    if not os.path.exists(real):  # noqa: PTH110 - as above
        return Skipped(label, "rejected", "a link that leads nowhere")
    if os.path.commonpath([root, real]) == root:
        return Skipped(label, "ignored", "a link to what is read anyway")
    return Skipped(label, "rejected", _LINK_OUT)


def _visit_file(
    path: str, about: os.stat_result, label: str, prefix: str, walk: _WalkState
) -> Iterator[Member | Skipped]:
    """Yield a file as one member, or its members if it is an archive.

    `prefix` is what the labels of an archive's members begin with.
    """
    refusal = _refuse_file(about, label, walk)
    if refusal:
        yield Skipped(walk.unique_label(refusal.source), refusal.kind, refusal.why)
        return
    name = os.fsencode(path).decode("utf-8", "backslashreplace")
    key = f"{name}|{about.st_size}|{about.st_mtime_ns}"
    if walk.has_input(key):
        label = walk.unique_label(label)
        opener = partial(_open_anew, path, label)
        yield Member(label, key, about.st_size, opener, opens_anywhere=True)
        return
    try:
        with open_regular_file(path) as file:
            first = _read_first_bytes(file, label)
    except Unreadable as error:
        yield Skipped(walk.unique_label(label), "rejected", error.why)
        return
    except OSError as error:
        why = _format_os_error(error)
        yield Skipped(walk.unique_label(label), "rejected", why)
        return
    origin = OnDisk(path)
    zipped = find_zip(origin, first)
    if zipped:
        yield from walk_archive(Archive(zipped, key, label, prefix), walk.unique_label)
        return
    label = walk.unique_label(label)
    is_export = is_health_export(first)
    largest = HEALTH_EXPORT_BYTES if is_export else MEMBER_BYTES
    if about.st_size > largest:
        yield Skipped(label, "limited", f"larger than {largest // MIB:,} MiB")
        return
    opener = partial(read_health_export if is_export else read_content, origin, label)
    yield Member(label, key, about.st_size, opener, opens_anywhere=True)


def _open_anew(path: str, label: str) -> Content:
    """Return the content of a file that was not looked at when it was listed."""
    try:
        about = os.lstat(path)
    except OSError as error:
        raise Unreadable(_format_os_error(error)) from None
    for found in _visit_file(path, about, label, "", _WalkState()):
        if isinstance(found, Member):
            return found.open()
        raise Unreadable(found.why)
    raise Unreadable("it holds no file any more")  # an archive took its place


def _read_first_bytes(file: BinaryIO, label: str) -> bytes:
    """Return the first bytes; of a zip behind other bytes (self-extracting) those of a zip."""
    first = file.read(HEAD_BYTES)
    if label.lower().endswith((".zip", ".exe")) and file.seek(0, 2) > END_RECORD.size:
        file.seek(-END_RECORD.size, 2)
        if file.read(4) == END_MAGIC:
            return ZIP_MAGICS[0]
    return first


def _refuse_file(about: os.stat_result, label: str, walk: _WalkState) -> Skipped | None:
    """Return why a file is not to be opened: it is none, or was found under another name."""
    if not stat.S_ISREG(about.st_mode):
        return Skipped(label, "rejected", "a pipe, socket or device, not a file")
    inode = (about.st_dev, about.st_ino)
    if about.st_ino and inode in walk.inodes:
        return Skipped(label, "ignored", f"the very same file as {walk.inodes[inode]}")
    walk.inodes[inode] = label
    return None


def _format_os_error(error: OSError) -> str:
    return f"cannot be read ({error.strerror or 'unknown reason'})"
