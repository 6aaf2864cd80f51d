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
    CLUTTER,
    OWN_FILE,
    OWN_FILES,
    Place,
    archive,
    unzipped,
)
from loadwatch.ingest.sources.labels import clean, hidden, unique
from loadwatch.ingest.sources.member import Member
from loadwatch.ingest.sources.origin import InMemory, OnDisk, content, regular
from loadwatch.ingest.sources.zips import END, ENDING, MAGICS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import BinaryIO

STDIN = "stdin"


@dataclass(frozen=True, slots=True)
class _Walk:
    """What is shared by all paths of one call: labels given out and files seen."""

    once: Callable[[str], str] = field(default_factory=unique)
    seen: dict[tuple[int, int], str] = field(
        default_factory=dict
    )  # (device, inode) -> label


def members(
    paths: Sequence[Path], *, stdin: bytes | None = None
) -> Iterator[Member | Skipped]:
    """Yield every input below `paths` once, in an order that depends on names alone.

    What cannot be read is a Skipped; a path that is not there raises NothingToRead. The path `-`
    stands for `stdin`, the bytes that came by it.
    """
    walk, names = _Walk(), unique()
    for path in paths:
        if str(path) == "-":
            yield from _piped(stdin or b"", walk)
            continue
        found = _root(path)
        name = clean(Path(found).name or found)
        prefix = f"{names(name)}/" if len(paths) > 1 else ""
        if os.path.isdir(found):  # noqa: PTH112  a Path cannot hold every name that os.scandir gives
            yield from _folder(found, prefix, walk)
        else:
            yield from _file(found, os.lstat(found), name, prefix, walk)


def _root(path: Path) -> str:
    """Return the real path of one the user named; a link that the user names is meant."""
    real = os.path.realpath(path)
    if not os.path.exists(real):  # noqa: PTH110  same
        raise NothingToRead(
            f"{path}: no such file or folder",
            "check the spelling, or drag the file here",
        )
    return real


def _piped(data: bytes, walk: _Walk) -> Iterator[Member | Skipped]:
    key = f"{STDIN}|{blake2b(data, digest_size=16).hexdigest()}"
    zipped = archive(InMemory(data), data[:HEAD_BYTES])
    if zipped:
        yield from unzipped(Place(zipped, key, STDIN, ""), walk.once)
        return
    label = walk.once(STDIN)
    yield Member(label, key, len(data), partial(content, InMemory(data), label))


def _folder(root: str, prefix: str, walk: _Walk) -> Iterator[Member | Skipped]:
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
                walk.once(f"{prefix}{clean(inside)}/"), "rejected", _why(error)
            )
            continue
        for entry in reversed(entries):
            below = f"{inside}/{entry.name}" if inside else entry.name
            if not entry.is_dir(follow_symlinks=False):
                yield from _listed(entry, root, below, prefix, walk)
            elif depth == FOLDER_DEPTH:
                why = f"folders more than {FOLDER_DEPTH} deep"
                yield Skipped(walk.once(f"{prefix}{clean(below)}/"), "limited", why)
        folders = [e for e in entries if e.is_dir(follow_symlinks=False)]
        if depth < FOLDER_DEPTH:
            waiting += [
                (e.path, f"{inside}/{e.name}" if inside else e.name, depth + 1)
                for e in folders
            ]


def _listed(
    entry: os.DirEntry[str], root: str, below: str, prefix: str, walk: _Walk
) -> Iterator[Member | Skipped]:
    label = clean(below)
    if hidden(label):
        yield Skipped(walk.once(prefix + label), "ignored", CLUTTER)
    elif below in OWN_FILES:
        yield Skipped(walk.once(prefix + label), "ignored", OWN_FILE)
    elif entry.is_symlink():
        yield _link(entry.path, root, walk.once(prefix + label))
    else:
        try:
            about = entry.stat(follow_symlinks=False)
        except OSError as error:
            yield Skipped(walk.once(prefix + label), "rejected", _why(error))
            return
        yield from _file(entry.path, about, prefix + label, f"{prefix}{label}/", walk)


def _link(path: str, root: str, label: str) -> Skipped:
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


def _file(
    path: str, about: os.stat_result, label: str, prefix: str, walk: _Walk
) -> Iterator[Member | Skipped]:
    """Yield a file as one member, or as an archive's; `prefix` is what an archive's labels begin with."""
    refusal = _refusal(about, label, walk)
    if refusal:
        yield Skipped(walk.once(refusal.source), refusal.kind, refusal.why)
        return
    try:
        with regular(path) as file:
            first = _first(file, label)
    except (Unreadable, OSError) as error:
        why = error.why if isinstance(error, Unreadable) else _why(error)
        yield Skipped(walk.once(label), "rejected", why)
        return
    name = os.fsencode(path).decode("utf-8", "backslashreplace")
    key = f"{name}|{about.st_size}|{about.st_mtime_ns}"
    zipped = archive(OnDisk(path), first)
    if zipped:
        yield from unzipped(Place(zipped, key, label, prefix), walk.once)
    elif about.st_size > MEMBER_BYTES:
        yield Skipped(
            walk.once(label), "limited", f"larger than {MEMBER_BYTES // MIB} MiB"
        )
    else:
        label = walk.once(label)
        yield Member(label, key, about.st_size, partial(content, OnDisk(path), label))


def _first(file: BinaryIO, label: str) -> bytes:
    """Return the first bytes; of a zip that begins with other bytes (a self-unpacking one) those of a zip."""
    first = file.read(HEAD_BYTES)
    if label.lower().endswith((".zip", ".exe")) and file.seek(0, 2) > END.size:
        file.seek(-END.size, 2)
        if file.read(4) == ENDING:
            return MAGICS[0]
    return first


def _refusal(about: os.stat_result, label: str, walk: _Walk) -> Skipped | None:
    if not stat.S_ISREG(about.st_mode):
        return Skipped(label, "rejected", "a pipe, socket or device, not a file")
    here = (about.st_dev, about.st_ino)
    if about.st_ino and here in walk.seen:
        return Skipped(label, "ignored", f"the very same file as {walk.seen[here]}")
    walk.seen[here] = label
    return None


def _why(error: OSError) -> str:
    return f"cannot be read ({error.strerror or 'unknown reason'})"
