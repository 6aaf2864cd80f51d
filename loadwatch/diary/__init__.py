"""The runner's own pain diary, held against earlier changes in training."""

from __future__ import annotations

from loadwatch.diary.answer import Answer, Link, analyse, flags
from loadwatch.diary.append import append, entry, urgent
from loadwatch.diary.entries import FILE, HEADER, WHEN, Diary, Entry, read_diary
from loadwatch.diary.redflags import SIGNS, RedFlag, Sign

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
