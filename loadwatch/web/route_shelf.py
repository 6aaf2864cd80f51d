"""Routes that were uploaded: kept until the server ends, in a folder apart from the runs."""

from __future__ import annotations

import os
import shutil
import tempfile
import threading
import weakref
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final

from loadwatch.errors import LoadwatchError
from loadwatch.web.uploads import choose_name, copy_upload

if TYPE_CHECKING:
    from loadwatch.analysis import Analysis

SUFFIXES: Final = (".gpx", ".tcx", ".fit")
MAX_ROUTES: Final = 40
MAX_ROUTE_BYTES: Final = 30_000_000
_COURSE_WORDS: Final = ("route", "course", "no times")


class RouteShelf:
    """The routes of one folder's pages; nothing of them is beside the runs."""

    def __init__(self) -> None:
        """Keep nothing; the folder is made with the first route."""
        self._folder: Path | None = None
        self._paths: dict[str, Path] = {}
        self._lock = threading.Lock()

    @property
    def names(self) -> list[str]:
        """The names of the routes, the oldest first."""
        return list(self._paths)

    def add_route(self, given: str, stream: IO[bytes]) -> str:
        """Keep an uploaded file; return its name here.

        Raises
        ------
        LoadwatchError : by its name it is no route, it is too large, or there are too many.
        """
        name = choose_name(given)
        if not is_route_name(name):
            raise LoadwatchError(f"{name} is no route: none of {' '.join(SUFFIXES)}")
        if stream.seek(0, os.SEEK_END) > MAX_ROUTE_BYTES:
            limit = MAX_ROUTE_BYTES // 1_000_000
            raise LoadwatchError(f"{name} is larger than {limit} MB: no route")
        stream.seek(0)
        with self._lock:
            if len(self._paths) >= MAX_ROUTES:
                raise LoadwatchError(
                    f"more than {MAX_ROUTES} routes; forget some first"
                )
            if self._folder is None:
                self._folder = Path(tempfile.mkdtemp(prefix="loadwatch-routes-"))
                weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)
            path = copy_upload(self._folder, name, stream)
            self._paths[path.name] = path
        return path.name

    def find_route(self, name: str) -> Path | None:
        """Return the file of the route called `name`, None where there is none."""
        return self._paths.get(name)

    def forget_route(self, name: str) -> None:
        """Remove a route, if there is one of that name."""
        with self._lock:
            path = self._paths.pop(name, None)
            if path is not None:
                path.unlink(missing_ok=True)


def is_route_name(name: str) -> bool:
    """Return whether a file is named as a route is; whether it is one shows when it is read."""
    return Path(name.lower().removesuffix(".gz")).suffix in SUFFIXES


def list_own_routes(analysis: Analysis, folder: Path) -> dict[str, Path]:
    """Return the routes among the runner's own files, by their names within the folder.

    They were read, and left out since they are no recordings.
    """
    routes = {}
    for item in analysis.skipped:
        is_course = any(word in item.why for word in _COURSE_WORDS)
        if item.kind != "ignored" or not is_course or not is_route_name(item.source):
            continue
        path = folder / item.source
        if path.is_file() and folder.resolve() in path.resolve().parents:
            routes[item.source] = path
    return routes
