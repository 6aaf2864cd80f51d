"""Files that are dropped onto a page: copied into the folder under new names, never over others."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import tempfile
import time
import unicodedata
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any, Final, cast

from flask import Request

from loadwatch.errors import LoadwatchError
from loadwatch.formatting import clean_source, clean_text
from loadwatch.ingest.sources import LOADWATCH_FILES
from loadwatch.user_files import sync_folder

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from loadwatch.analysis import Analysis

SUFFIXES: Final = (
    *(".fit", ".gpx", ".tcx", ".csv", ".json", ".xml", ".zip", ".gz"),
    *(".xlsx", ".ods", ".pwx", ".sml", ".hrm"),
)
MAX_NAME = 100  # characters
SPARE_BYTES = 200_000_000  # of the disk, left free
MAX_BODY_BYTES = 4 * 1024**3
MAX_FORM_BYTES = 64_000_000  # of every other form; a route to try is the largest
MAX_FILES = 5000  # in one drop
DROP = "/drop"  # the end of the address that takes files
MAX_TEXT_BYTES = 200_000  # of a form's fields without files
FEW_FILES = 20  # that are brought to the disk one by one
LEFTOVER_S = 600  # nothing is written for that long to a part of an upload under way
_CHUNK = 1 << 20
_PART_SUFFIX = ".loadwatch-part"


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


class Upload:
    """One file of a drop, written as it comes to a hidden file in the folder.

    It is open only while it is written, so that a drop of thousands needs one handle, and its
    bytes are in memory never. `keep` gives it its name; `close` removes what was not kept.
    """

    def __init__(self, folder: Path, given: str) -> None:
        """Begin the copy of a file that the browser calls `given`."""
        self.given = given
        self.problem = ""
        self._folder = folder
        self._name = ""
        self._out: IO[bytes] | None = None
        self._part = folder / f".{os.getpid()}-{os.urandom(4).hex()}{_PART_SUFFIX}"
        if not given:  # of a form without a file
            return
        try:
            self._name = choose_name(given)
            self._out = self._part.open("xb")
        except (LoadwatchError, OSError) as error:
            self._note_problem(error)

    def write(self, data: bytes) -> int:
        """Write a piece; after a problem, which `keep` raises, pieces are passed over."""
        if self._out is not None:
            try:
                self._out.write(data)
            except OSError as error:
                self._note_problem(error)
        return len(data)

    def seek(self, *_: int) -> int:
        """End the writing: the parser of forms goes back to the start when all has come."""
        if self._out is not None:
            try:
                self._out.close()
            except OSError as error:
                self._note_problem(error)
            self._out = None
        return 0

    def sync(self) -> None:
        """Bring its bytes to the disk."""
        self.seek()
        if not self.problem:
            try:
                _sync_file(self._part)
            except OSError as error:
                self._note_problem(error)

    def keep(self) -> Path:
        """Give the copy its name; return its path.

        Raises
        ------
        LoadwatchError : by its name it is nothing to read, or the disk refuses.
        """
        self.seek()
        if not self.problem:
            try:
                return _move_to_new_name(self._part, self._folder, self._name)
            except OSError as error:
                self._note_problem(error)
        raise LoadwatchError(self.problem)

    def close(self) -> None:
        """Remove what was not kept."""
        self.seek()
        with contextlib.suppress(OSError):
            self._part.unlink(missing_ok=True)

    def _note_problem(self, error: LoadwatchError | OSError) -> None:
        self.problem = self.problem or str(error)
        if isinstance(error, OSError):
            why = error.strerror or "unknown reason"
            self.problem = f"{self._name} was not copied: {why}"
        if self._out is not None:
            with contextlib.suppress(OSError):
                self._out.close()
            self._out = None


def _sync_file(path: Path) -> None:
    handle = os.open(path, os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


class UploadRequest(Request):
    """A request whose files go to `upload_folder` as they come, once a page has set that."""

    upload_folder: Path | None = None

    def __init__(self, *args: Any, **more: Any) -> None:
        """Begin without files."""
        super().__init__(*args, **more)
        self._uploads: list[Upload] = []

    def keep_uploads(self) -> tuple[list[Path], list[str]]:
        """Give all files their names; return their paths, and why others were not copied."""
        _ = self.files  # reads the body: each file goes to an Upload as it comes
        uploads = [upload for upload in self._uploads if upload.given]
        if len(uploads) > FEW_FILES and hasattr(os, "sync"):
            os.sync()  # at once: file by file it takes ten times as long
        else:
            for upload in uploads:
                upload.sync()
        kept, problems = [], []
        for upload in uploads:
            try:
                kept.append(upload.keep())
            except LoadwatchError as error:
                problems.append(str(error))
        if kept and self.upload_folder is not None:
            sync_folder(self.upload_folder)
        return kept, problems

    def remove_unkept(self) -> None:
        """Remove what came and was not kept: a body that was torn or refused, say."""
        for upload in self._uploads:
            upload.close()

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        if self.upload_folder is None:
            return super()._get_file_stream(
                total_content_length, content_type, filename, content_length
            )
        upload = Upload(self.upload_folder, filename or "")
        self._uploads.append(upload)
        return cast("IO[bytes]", upload)


def copy_upload(folder: Path, given: str, stream: IO[bytes]) -> Path:
    """Copy a dropped file into `folder`; return its path.

    The copy is whole or not there: it is written beside its place and moved.

    Raises
    ------
    LoadwatchError : by its name it is nothing to read, or the disk refuses.
    """
    upload = Upload(folder, given)
    try:
        shutil.copyfileobj(stream, upload, _CHUNK)
        upload.sync()
        return upload.keep()
    except OSError as error:
        why = error.strerror or "unknown reason"
        raise LoadwatchError(f"{given} was not copied: {why}") from error
    finally:
        upload.close()


def remove_leftovers(folder: Path) -> None:
    """Remove the hidden parts of uploads that a server left which was killed."""
    with contextlib.suppress(OSError):
        for path in folder.glob(f".*-*{_PART_SUFFIX}"):
            if time.time() - path.lstat().st_mtime > LEFTOVER_S:
                path.unlink()


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


@dataclass(frozen=True, slots=True)
class BodyLimit:
    """The most bytes of a form, and what to do with more."""

    most_bytes: int
    why: str


def choose_limit(path: str, content_type: str) -> BodyLimit:
    """Return the limit of a form by its address and its header Content-Type."""
    if path.endswith(DROP):
        return BodyLimit(
            MAX_BODY_BYTES,
            f"That is more than loadwatch takes from a browser (4 GB, or {MAX_FILES} "
            "files, at once). Put the files into the folder by hand.\n",
        )
    if "multipart" in content_type:
        return BodyLimit(
            MAX_FORM_BYTES,
            f"Route files of more than {MAX_FORM_BYTES // 1_000_000} MB at once are not "
            "taken. Try fewer of them.\n",
        )
    return BodyLimit(
        MAX_TEXT_BYTES,
        f"A form with more than {MAX_TEXT_BYTES // 1000} kB of text is not taken, and "
        "nothing was written. Go back and write less.\n",
    )


def explain_no_space(folder: Path, size: int) -> str:
    """Return why an upload of `size` bytes is refused, "" where there is room for it.

    It takes its size twice for a moment: as it comes in, and as the copy.
    """
    if size > MAX_BODY_BYTES:
        return "Files of more than 4 GB: put them into the folder by hand."
    try:
        free = shutil.disk_usage(folder).free
        on_the_way = shutil.disk_usage(tempfile.gettempdir()).free
    except OSError as error:
        return f"The folder cannot be looked at: {error.strerror}."
    if free < 2 * size + SPARE_BYTES or on_the_way < size + SPARE_BYTES:
        least = min(free, on_the_way) // 1_000_000
        return f"The disk has {least} MB free, which is too little."
    return ""


def describe_copies(copied: Sequence[Path]) -> str:
    """Return what was copied, in a sentence."""
    names = ", ".join(path.name for path in copied[:3])
    more = len(copied) - 3
    if more > 0:
        names += f" and {more} more"
    return f"Copied {names}."


def join_problems(problems: Sequence[str]) -> str:
    """Return the first problems, and how many more there are."""
    shown = [f"{problem.rstrip('.')}." for problem in problems[:3]]
    more = len(problems) - len(shown)
    if more > 0:
        shown.append(f"And {more} more of this kind.")
    return " ".join(shown)


def list_unread(copied: Sequence[Path], analysis: Analysis | None) -> list[str]:
    """Return what the newest analysis left out of the files just copied, and why."""
    if analysis is None:
        return []
    names = {path.name for path in copied}
    return [
        f"{clean_source(item.source)} was not read: {clean_text(item.why)}"
        for item in analysis.skipped
        if item.source.split("/")[0] in names
    ]
