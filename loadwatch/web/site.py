"""What the pages show: a folder and what was read of it, read in the background when it changes."""

from __future__ import annotations

import hashlib
import os
import stat
import threading
import time
from abc import ABC, abstractmethod
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Generic, TypeVar, cast

from loadwatch import environment
from loadwatch.analysis import Analysis
from loadwatch.errors import LoadwatchError, NothingToRead
from loadwatch.pipeline import analyse_athlete, with_budget, with_question
from loadwatch.pipeline.map_needs import with_map_right
from loadwatch.pipeline.roster import add_roster_settings
from loadwatch.pipeline.routes import RunnerFiles
from loadwatch.user_files import put_back, read_file
from loadwatch.web.route_shelf import RouteShelf

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable
    from pathlib import Path

    from loadwatch.pipeline import Options

Result = TypeVar("Result")
Part = TypeVar("Part")
LOOK_AGAIN_S = 2.0  # a folder is looked at no more often
MAX_UNDO = 20
OTHER_CHANGE = (
    "another page has written or taken back something meanwhile; "
    "look at what Undo says now"
)


@dataclass(frozen=True, slots=True)
class Change:
    """One write that can be taken back: what a file held before and after."""

    path: Path
    before: bytes | None  # None: the file was not there
    after: bytes
    description: str
    number: int = 0  # of the writes since the start


@dataclass(frozen=True, slots=True)
class Progress:
    """How far reading is: `version` counts the analyses, `total` is 0 between readings."""

    version: int = 0
    done: int = 0
    total: int = 0


class WatchedFolder(ABC, Generic[Result]):
    """A folder, what was read of it, and what was written to it."""

    def __init__(self, folder: Path, options: Options) -> None:
        """Hold the folder; nothing is read before the first `refresh`."""
        self.folder = folder
        self.error = ""
        self._options = replace(options, progress=self._note_progress)
        self._result: Result | None = None
        self._fingerprint = ""
        self._looked_s = -LOOK_AGAIN_S
        self._progress = Progress()
        self._changes: list[Change] = []
        self._count_changes = 0
        self._lock = threading.Lock()
        self._reader: threading.Thread | None = None
        self._is_outdated = False  # changed while it was being read
        self._kept: dict[Hashable, tuple[Result | None, object]] = {}

    @abstractmethod
    def _analyse(self, options: Options) -> Result:
        """Return what the folder holds now."""

    @property
    def result(self) -> Result | None:
        """What was read last, None before the first reading and of an empty folder."""
        return self._result

    @property
    def is_writable(self) -> bool:
        """Whether there is a folder to write to: an export may be a file."""
        return self.folder.is_dir()

    @property
    def progress(self) -> Progress:
        """How far reading is."""
        return self._progress

    @property
    def is_reading(self) -> bool:
        """Whether a reading is under way."""
        reader = self._reader
        return reader is not None and reader.is_alive()

    def refresh(self, *, at_once: bool = False) -> None:
        """Begin a reading in the background where the folder is another than the one read."""
        with self._lock:
            now = time.monotonic()
            is_early = now - self._looked_s < LOOK_AGAIN_S and not at_once
            if self.is_reading:
                self._is_outdated |= at_once
                return
            if is_early:
                return
            self._looked_s = now
            fingerprint = self._describe_state()
            if fingerprint == self._fingerprint:
                return
            self._reader = threading.Thread(
                target=self._read, args=(fingerprint,), daemon=True
            )
            self._reader.start()

    def wait(self, seconds: float) -> None:
        """Wait for the reading under way, `seconds` at most."""
        reader = self._reader
        if reader is not None:
            reader.join(seconds)

    def remember(self, key: Hashable, build: Callable[[Result], Part]) -> Part | None:
        """Return `build` of what was read last, worked out once for each reading; None of None."""
        result = self._result
        if result is None:
            return None
        of, part = self._kept.get(key, (None, None))
        if of is not result:
            part = build(result)
            self._kept[key] = (result, part)
        return cast("Part", part)

    def _read(self, fingerprint: str) -> None:
        """Read the folder, and again where it was written to meanwhile."""
        while True:
            self._read_once(fingerprint)
            with self._lock:
                if not self._is_outdated:
                    self._reader = None
                    return
                self._is_outdated = False
            fingerprint = self._describe_state()

    def _describe_state(self) -> str:
        """Return what an analysis follows from: folder, settings files, the day by the clock."""
        today = environment.today_by_clock()
        places = (self.folder, *self._choose_options().files)
        return " ".join([str(today), *map(fingerprint_folder, places)])

    def _read_once(self, fingerprint: str) -> None:
        """Read the folder; keep what was read before where that fails, and why."""
        self._progress = replace(self._progress, done=0, total=1)
        try:
            self._result = self._analyse(self._choose_options())
            self._kept = {}  # what was worked out holds the result before
            self.error = ""
        except NothingToRead:
            if self._has_vanished():
                self.error = f"The folder {self.folder.name} is not there any more."
            else:
                self._result, self.error = None, ""
        except LoadwatchError as error:
            self.error = str(error)
        except Exception as error:  # noqa: BLE001 - a page says it, the server stays
            self.error = f"loadwatch itself failed ({type(error).__name__}: {error})"
        self._fingerprint = fingerprint
        self._progress = Progress(self._progress.version + 1)

    def _choose_options(self) -> Options:
        """Return the options with the day of now: a server may run for weeks."""
        if self._options.now is None:
            return self._options
        return replace(self._options, now=environment.today_by_clock())

    def _has_vanished(self) -> bool:
        return not self.folder.exists()

    def _note_progress(self, done: int, total: int) -> None:
        self._progress = replace(self._progress, done=done, total=max(total, 1))

    def write(self, path: Path, write: Callable[[], object], description: str) -> None:
        """Call `write`, which changes the file at `path`, so that it can be undone.

        LoadwatchError where there is no folder to write to, and as `write` raises it.
        """
        if not self.is_writable:
            raise LoadwatchError(f"{self.folder.name} is no folder; unpack it first")
        with self._lock:
            before = read_file(path.parent, path.name)
            write()
            after = read_file(path.parent, path.name)
            if after is not None and after != before:
                self._count_changes += 1
                number = self._count_changes
                self._changes.append(Change(path, before, after, description, number))
                del self._changes[:-MAX_UNDO]
        self.refresh(at_once=True)

    @property
    def last_change(self) -> Change | None:
        """The newest write that can be undone."""
        return self._changes[-1] if self._changes else None

    def undo(self, number: str = "") -> str:
        """Take the last write back; return what was done.

        `number` is that of the write which the reader's page shows, "" for the last. A file that
        has changed since is left as it is. LoadwatchError where the disk refuses, which can be
        tried again then, and where another tab has written or taken back something meanwhile.
        """
        with self._lock:
            if not self._changes:
                return "Nothing to undo."
            change = self._changes[-1]
            if number not in ("", str(change.number)):
                raise LoadwatchError(OTHER_CHANGE)
            is_back = put_back(change.path, change.after, change.before)
            self._changes.pop()
        if not is_back:
            return f"{change.path.name} has changed since, and stays as it is."
        self.refresh(at_once=True)
        return f"Undone: {change.description}"


class Site(WatchedFolder[Analysis]):
    """One athlete's folder or export."""

    def __init__(
        self, folder: Path, options: Options, *, club: Path | None = None
    ) -> None:
        """Hold the folder, and that of the club it is in; the first `refresh` reads it."""
        super().__init__(folder, options)
        self._club = club
        self.routes = RouteShelf()
        self.cache = options.store  # of what is read of a map
        self.files = RunnerFiles(places=(folder,), cache=options.store)

    @property
    def analysis(self) -> Analysis | None:
        """The newest analysis, None before the first and of an empty folder."""
        return self.result

    def _choose_options(self) -> Options:
        """Return the options of now, with the club's settings as they are now."""
        options = super()._choose_options()
        if self._club is None:
            return options
        return add_roster_settings(self._club, options)

    def _analyse(self, options: Options) -> Analysis:
        """Return the analysis with its headroom and its question."""
        analysis = analyse_athlete(self.folder, options=options)
        analysis = with_question(with_budget(analysis))
        return with_map_right(analysis, options.store)


def fingerprint_folder(folder: Path) -> str:
    """Return a digest of the names, sizes and times of all files below `folder`.

    Of a file at `folder` it is that of the file alone.
    """
    digest = hashlib.sha256()
    with suppress(OSError):  # it may vanish at any moment
        about = folder.stat()
        if stat.S_ISREG(about.st_mode):
            digest.update(f"{about.st_size}|{about.st_mtime_ns}".encode())
    for place, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            if name.startswith("."):
                continue
            try:
                about = os.lstat(os.path.join(place, name))  # noqa: PTH118 - quick
            except OSError:
                continue
            entry = f"{place}/{name}|{about.st_size}|{about.st_mtime_ns}\n"
            digest.update(entry.encode("utf-8", "surrogateescape"))
    return digest.hexdigest()
