"""loadwatch's own files beside the exports: settings, diary, tags and plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

from loadwatch import user_files

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

LOADWATCH_FILES = frozenset(
    {"loadwatch.toml", "diary.csv", "tags.csv", "plan.csv", "notes.csv"}
)
LOADWATCH_FILE_REASON = "loadwatch's own file"  # why such a file is no input
FOLDER_REASON = "a folder; loadwatch's own file of this name cannot be read"
LINK_REASON = "a link that leads out of the folder; put the file itself there"


def find_own_name(label: str) -> str:
    """Return the name of the own file that a file called `label` may be meant to be, else "".

    That is one in other letters (Tags.csv), with a second suffix (tags.csv.txt), or below the
    folder, where own files are not looked for.
    """
    name = label.rpartition("/")[2].casefold().removesuffix(".txt")
    return name if name in LOADWATCH_FILES else ""


def read_loadwatch_files(places: Sequence[Path], name: str) -> Iterator[bytes]:
    """Yield the bytes of each file called `name` directly in the folders among `places`.

    A link that leads out of its folder is not followed.
    """
    for place in places:
        if not place.is_dir():
            continue
        data = user_files.read_file(place, name)
        if data is not None:
            yield data
