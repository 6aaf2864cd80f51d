"""The runner's own pain diary, held against earlier changes in training."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from loadwatch.assess.diary.append import append, entry, urgent
from loadwatch.assess.diary.entries import FILE, HEADER, WHEN, Diary, Entry, read_diary
from loadwatch.assess.diary.redflags import SIGNS, RedFlag, Sign

if TYPE_CHECKING:
    from loadwatch.assess.diary.answer import Answer, Link, analyse, flags

__all__ = [
    "FILE",
    "HEADER",
    "SIGNS",
    "WHEN",
    "Answer",
    "Diary",
    "Entry",
    "Link",
    "RedFlag",
    "Sign",
    "analyse",
    "append",
    "entry",
    "flags",
    "read_diary",
    "urgent",
]

_ANSWER = ("Answer", "Link", "analyse", "flags")


def __getattr__(name: str) -> Any:
    """Bring in the room of the answer when it is asked for: most athletes keep no diary."""
    if name in _ANSWER:
        return getattr(import_module(f"{__name__}.answer"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
