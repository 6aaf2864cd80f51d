"""Files that are dropped onto a page: copied into the folder under new names, never over others."""

from __future__ import annotations

import os
import re
import shutil
import unicodedata
from typing import IO, TYPE_CHECKING, Final

from loadwatch.errors import LoadwatchError
from loadwatch.ingest.sources import LOADWATCH_FILES

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

SUFFIXES: Final = (
    *(".fit", ".gpx", ".tcx", ".csv", ".json", ".xml", ".zip", ".gz"),
    *(".xlsx", ".ods", ".pwx", ".sml", ".hrm"),
)
MAX_NAME = 100  # characters
SPARE_BYTES = 200_000_000  # of the disk, left free
MAX_BODY_BYTES = 4 * 1024**3
_CHUNK = 1 << 20


def choose_name(given: str) -> str:
    """Return the name under which a file is kept: no folder, nothing hidden, nothing of ours.

    Raises
    ------
    LoadwatchError : the name says that it is no recording, list or export.
    """
    bare = unicodedata.normalize("NFC", given).replace("\\", "/").rsplit("/", 1)[-1]
    name = re.sub(r'[\x00-\x1f\x7f-\x9f<>:"|?*\u202a-\u202e\u2066-\u2069]', "_", bare)
    name = name.strip(" .")
    stem, dot, suffix = name.rpartition(".")
    if not dot or f".{suffix.lower()}" not in SUFFIXES:
        known = " ".join(SUFFIXES)
        raise LoadwatchError(f"{name or 'a file'} was not copied: none of {known}")
    name = f"{stem[: MAX_NAME - len(suffix) - 1]}.{suffix}"
    if name.lower() in LOADWATCH_FILES:
        raise LoadwatchError(
            f"{name} was not copied: it is loadwatch's own; put it into the folder by hand"
        )
    return name


def copy_upload(folder: Path, given: str, stream: IO[bytes]) -> Path:
    """Copy a dropped file into `folder`; return its path.

    The copy is whole or not there: it is written beside its place and moved.

    Raises
    ------
    LoadwatchError : by its name it is nothing to read, or the disk refuses.
    """
    name = choose_name(given)
    part = folder / f".{os.getpid()}-{os.urandom(4).hex()}.part"
    try:
        with part.open("xb") as out:
            shutil.copyfileobj(stream, out, _CHUNK)
            out.flush()
            os.fsync(out.fileno())
        return _move_to_new_name(part, folder, name)
    except OSError as error:
        why = error.strerror or "unknown reason"
        raise LoadwatchError(f"{name} was not copied: {why}") from error
    finally:
        part.unlink(missing_ok=True)


def _move_to_new_name(part: Path, folder: Path, name: str) -> Path:
    """Give the file its name, with a number where a file has that already."""
    stem, _, suffix = name.rpartition(".")
    number = 1
    while True:
        wanted = name if number == 1 else f"{stem}-{number}.{suffix}"
        target = folder / wanted
        try:
            os.link(part, target)
        except FileExistsError:
            number += 1
            continue
        except OSError:  # a file system without links
            if target.exists():
                number += 1
                continue
            part.replace(target)
        return target


def explain_no_space(folder: Path, size: int) -> str:
    """Return why an upload of `size` bytes is refused, "" where there is room for it.

    It takes its size twice for a moment: as it comes in, and as the copy.
    """
    if size > MAX_BODY_BYTES:
        return "Files of more than 4 GB: put them into the folder by hand."
    free = shutil.disk_usage(folder).free
    if free < 2 * size + SPARE_BYTES:
        return f"The disk has {free // 1_000_000} MB free, which is too little."
    return ""


def describe_copies(copied: Sequence[Path]) -> str:
    """Return what was copied, in a sentence."""
    names = ", ".join(path.name for path in copied[:3])
    more = len(copied) - 3
    if more > 0:
        names += f" and {more} more"
    return f"Copied {names}."
