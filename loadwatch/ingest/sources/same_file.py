"""Whether a file that is about to be written is an input: no output ever goes over one."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_HEAD_BYTES = 1024
# what no input begins with, and our outputs do
_OUTPUT_STARTS = (b"<!doctype html", b"\x89png", b"%pdf", b'{\n "schema":', b"# ")


def find_input(target: Path, places: Sequence[Path]) -> str:
    """Return the label of the input at `places` that the file `target` is, "" if it is none.

    Files are compared by device and inode, so that neither a link nor another spelling of the
    name hides one. A hidden file in a folder is no input, nor is a page or picture that
    loadwatch wrote there.
    """
    try:
        about = target.stat()
    except OSError:
        return ""
    identity = (about.st_dev, about.st_ino)
    for place in places:
        for path in _list_files(place):
            if _identify_entry(path) == identity and not _is_own_output(target):
                return path.name
    return ""


def _list_files(place: Path) -> Iterator[Path]:
    """Yield a place that is a file, or the files below one that is a folder."""
    if not place.is_dir():
        yield place
        return
    for folder, _, names in os.walk(place):
        for name in names:
            if not name.startswith("."):
                yield Path(folder, name)


def _identify_entry(path: Path) -> tuple[int, int] | None:
    try:
        about = path.stat()
    except OSError:
        return None
    return about.st_dev, about.st_ino


def _is_own_output(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD_BYTES).lower()
    except OSError:
        return False
    return head.startswith(_OUTPUT_STARTS) or b"<svg" in head
