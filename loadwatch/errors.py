"""What can go wrong, as a small tree; each error builds its own message.

LoadwatchError
├── Unreadable     the bytes are not something we can read     -> skipped as "rejected"
├── NotActivity    readable, but no activity (a course, sleep) -> skipped as "ignored"
├── OverLimit      larger than a resource limit allows         -> skipped as "limited"
├── SettingsError  a settings file or option says something wrong
├── NothingToRead  a path holds nothing for us; the command cannot go on
└── WorkersGone    no worker can go on; the command cannot either
"""

from __future__ import annotations

import traceback
from pathlib import Path

_PACKAGE = Path(__file__).parent


def describe_fault(error: BaseException) -> str:
    """Return what kind of error this is and where in this package it arose, in a few words.

    The message of the error is left out, since it may quote what a stranger wrote.
    """
    place = ""
    for frame in traceback.extract_tb(error.__traceback__):
        path = Path(frame.filename)
        if path.is_relative_to(_PACKAGE):
            place = f" in {path.relative_to(_PACKAGE).as_posix()}:{frame.lineno}"
    return f"{type(error).__name__}{place}"


class LoadwatchError(Exception):
    """Any error that a user may see as one line."""


class _FileError(LoadwatchError):
    """Something is wrong with one input; `why` ends without a full stop."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Unreadable(_FileError):
    """The bytes are not an activity we can read."""


class NotActivity(_FileError):
    """The bytes are fine, yet hold no activity (monitoring, settings, a course, a route)."""


class OverLimit(_FileError):
    """Reading on would cost more than one input may cost."""


class SettingsError(LoadwatchError):
    """A setting is wrong; `where` is `file:line`, an environment variable or an option."""

    def __init__(self, where: str, why: str) -> None:
        super().__init__(f"{where}: {why}")
        self.where, self.why = where, why


class NothingToRead(LoadwatchError):
    """The paths given hold nothing that loadwatch can use."""

    def __init__(self, what: str, hint: str) -> None:
        super().__init__(f"{what}\n  {hint}")
        self.what, self.hint = what, hint


class WorkersGone(LoadwatchError):
    """No worker can go on: what was done is kept, the rest is for the next run."""
