"""Paths to members: folders in depth, files by content, links and pipes accounted for, never opened."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass, field
from functools import partial
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING

from loadwatch.activity import Skipped
from loadwatch.errors import NothingToRead, Unreadable
from loadwatch.ingest.limits import FOLDER_DEPTH, HEAD_BYTES, MEMBER_BYTES, MIB
from loadwatch.ingest.sources.archives import (
    HIDDEN_REASON,
    Archive,
    find_zip,
    walk_archive,
)
from loadwatch.ingest.sources.labels import clean_label, is_hidden, make_unique
from loadwatch.ingest.sources.member import Member
from loadwatch.ingest.sources.origin import (
    InMemory,
    OnDisk,
    open_regular_file,
    read_content,
)
from loadwatch.ingest.sources.own_files import LOADWATCH_FILE_REASON, LOADWATCH_FILES
from loadwatch.ingest.sources.zip_directory import END_MAGIC, END_RECORD, ZIP_MAGICS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import BinaryIO

STDIN = "stdin"


@dataclass(frozen=True, slots=True)
class _WalkState:
    """What is shared by all paths of one call: labels given out and files seen."""

    unique_label: Callable[[str], str] = field(default_factory=make_unique)
    inodes: dict[tuple[int, int], str] = field(
        default_factory=dict
    )  # (device, inode) -> label


def find_members(
    paths: Sequence[Path], *, stdin: bytes | None = None
) -> Iterator[Member | Skipped]:
    """Yield every input below `paths` once, in an order that depends on names alone.

    What cannot be read is a Skipped; a path that is not there raises NothingToRead. The path `-`
    stands for `stdin`, the bytes that came by it.
    """
    walk, names = _WalkState(), make_unique()
    for path in paths:
        if str(path) == "-":
            yield from _find_stdin_members(stdin or b"", walk)
            continue
        found = _resolve_root(path)
        name = clean_label(Path(found).name or found)
        prefix = f"{names(name)}/" if len(paths) > 1 else ""
        if os.path.isdir(found):  # noqa: PTH112  a Path cannot hold every name that os.scandir gives
            yield from _walk_folder(found, prefix, walk)
        else:
            yield from _visit_file(found, os.lstat(found), name, prefix, walk)


def _resolve_root(path: Path) -> str:
    """Return the real path of one the user named; a link that the user names is meant."""
    real = os.path.realpath(path)
    if not os.path.exists(real):  # noqa: PTH110  same
        raise NothingToRead(
            f"{path}: no such file or folder",
            "check the spelling, or drag the file here",
        )
    return real


def _find_stdin_members(data: bytes, walk: _WalkState) -> Iterator[Member | Skipped]:
    key = f"{STDIN}|{blake2b(data, digest_size=16).hexdigest()}"
    zipped = find_zip(InMemory(data), data[:HEAD_BYTES])
    if zipped:
        yield from walk_archive(Archive(zipped, key, STDIN, ""), walk.unique_label)
        return
    label = walk.unique_label(STDIN)
    yield Member(label, key, len(data), partial(read_content, InMemory(data), label))


def _walk_folder(
    root: str, prefix: str, walk: _WalkState
) -> Iterator[Member | Skipped]:
    waiting = [(root, "", 0)]
    while waiting:
        folder, inside, depth = waiting.pop()
        try:
            with os.scandir(folder) as listing:
                entries = sorted(
                    listing, key=lambda e: os.fsencode(e.name), reverse=True
                )
        except OSError as error:
            yield Skipped(
                walk.unique_label(f"{prefix}{clean_label(inside)}/"),
                "rejected",
                _format_os_error(error),
            )
            continue
        for entry in reversed(entries):
            below = f"{inside}/{entry.name}" if inside else entry.name
            if not entry.is_dir(follow_symlinks=False):
                yield from _visit_entry(entry, root, below, prefix, walk)
            elif depth == FOLDER_DEPTH:
                why = f"folders more than {FOLDER_DEPTH} deep"
                yield Skipped(
                    walk.unique_label(f"{prefix}{clean_label(below)}/"), "limited", why
                )
        folders = [e for e in entries if e.is_dir(follow_symlinks=False)]
        if depth < FOLDER_DEPTH:
            waiting += [
                (e.path, f"{inside}/{e.name}" if inside else e.name, depth + 1)
                for e in folders
            ]


def _visit_entry(
    entry: os.DirEntry[str], root: str, below: str, prefix: str, walk: _WalkState
) -> Iterator[Member | Skipped]:
    label = clean_label(below)
    if is_hidden(label):
        yield Skipped(walk.unique_label(prefix + label), "ignored", HIDDEN_REASON)
    elif below in LOADWATCH_FILES:
        yield Skipped(
            walk.unique_label(prefix + label), "ignored", LOADWATCH_FILE_REASON
        )
    elif entry.is_symlink():
        yield _skip_link(entry.path, root, walk.unique_label(prefix + label))
    else:
        try:
            about = entry.stat(follow_symlinks=False)
        except OSError as error:
            yield Skipped(
                walk.unique_label(prefix + label), "rejected", _format_os_error(error)
            )
            return
        yield from _visit_file(
            entry.path, about, prefix + label, f"{prefix}{label}/", walk
        )


def _skip_link(path: str, root: str, label: str) -> Skipped:
    real = os.path.realpath(path)
    if not os.path.exists(real):  # noqa: PTH110  same
        return Skipped(label, "rejected", "a link that leads nowhere")
    if os.path.commonpath([root, real]) == root:
        return Skipped(label, "ignored", "a link to what is read anyway")
    return Skipped(
        label,
        "rejected",
        "a link that leads out of the folder; name that path itself to read it",
    )


def _visit_file(
    path: str, about: os.stat_result, label: str, prefix: str, walk: _WalkState
) -> Iterator[Member | Skipped]:
    """Yield a file as one member, or as an archive's; `prefix` is what an archive's labels begin with."""
    refusal = _refuse_file(about, label, walk)
    if refusal:
        yield Skipped(walk.unique_label(refusal.source), refusal.kind, refusal.why)
        return
    try:
        with open_regular_file(path) as file:
            first = _read_first_bytes(file, label)
    except (Unreadable, OSError) as error:
        why = error.why if isinstance(error, Unreadable) else _format_os_error(error)
        yield Skipped(walk.unique_label(label), "rejected", why)
        return
    name = os.fsencode(path).decode("utf-8", "backslashreplace")
    key = f"{name}|{about.st_size}|{about.st_mtime_ns}"
    zipped = find_zip(OnDisk(path), first)
    if zipped:
        yield from walk_archive(Archive(zipped, key, label, prefix), walk.unique_label)
    elif about.st_size > MEMBER_BYTES:
        yield Skipped(
            walk.unique_label(label),
            "limited",
            f"larger than {MEMBER_BYTES // MIB} MiB",
        )
    else:
        label = walk.unique_label(label)
        yield Member(
            label, key, about.st_size, partial(read_content, OnDisk(path), label)
        )


def _read_first_bytes(file: BinaryIO, label: str) -> bytes:
    """Return the first bytes; of a zip that begins with other bytes (a self-unpacking one) those of a zip."""
    first = file.read(HEAD_BYTES)
    if label.lower().endswith((".zip", ".exe")) and file.seek(0, 2) > END_RECORD.size:
        file.seek(-END_RECORD.size, 2)
        if file.read(4) == END_MAGIC:
            return ZIP_MAGICS[0]
    return first


def _refuse_file(about: os.stat_result, label: str, walk: _WalkState) -> Skipped | None:
    if not stat.S_ISREG(about.st_mode):
        return Skipped(label, "rejected", "a pipe, socket or device, not a file")
    here = (about.st_dev, about.st_ino)
    if about.st_ino and here in walk.inodes:
        return Skipped(label, "ignored", f"the very same file as {walk.inodes[here]}")
    walk.inodes[here] = label
    return None


def _format_os_error(error: OSError) -> str:
    return f"cannot be read ({error.strerror or 'unknown reason'})"
