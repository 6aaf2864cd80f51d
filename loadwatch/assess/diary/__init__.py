"""The runner's own pain diary, held against earlier changes in training."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from loadwatch.assess.diary.entries import (
    DIARY_FILE,
    HEADER,
    WHEN_CHOICES,
    Diary,
    Entry,
    read_diary,
)
from loadwatch.assess.diary.entry_writer import (
    append_entry,
    build_entry,
    list_urgent_calls,
)
from loadwatch.assess.diary.red_flags import RED_FLAGS, RedFlag, TickedRedFlag

if TYPE_CHECKING:
    from loadwatch.assess.diary.answer import Answer, Link, analyse_diary, build_flags

__all__ = [
    "DIARY_FILE",
    "HEADER",
    "RED_FLAGS",
    "WHEN_CHOICES",
    "Answer",
    "Diary",
    "Entry",
    "Link",
    "RedFlag",
    "TickedRedFlag",
    "analyse_diary",
    "append_entry",
    "build_entry",
    "build_flags",
    "list_urgent_calls",
    "read_diary",
]

_ANSWER = ("Answer", "Link", "analyse_diary", "build_flags")


def __getattr__(name: str) -> Any:
    """Bring in the room of the answer when it is asked for: most athletes keep no diary."""
    if name in _ANSWER:
        return getattr(import_module(f"{__name__}.answer"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
