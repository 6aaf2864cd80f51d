"""loadwatch's own files beside the exports: settings, diary, tags and plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

LOADWATCH_FILES = frozenset({"loadwatch.toml", "diary.csv", "tags.csv", "plan.csv"})
LOADWATCH_FILE_REASON = "loadwatch's own file"  # why such a file is no input


def read_loadwatch_files(places: Sequence[Path], name: str) -> Iterator[bytes]:
    """Yield the bytes of each file called `name` directly in the folders among `places`."""
    for place in places:
        path = place / name
        if place.is_dir() and path.is_file():
            yield path.read_bytes()
