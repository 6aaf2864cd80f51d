"""The runner's own pain diary, held against earlier changes in training."""

from __future__ import annotations

from loadwatch.diary.answer import Answer, Link, analyse
from loadwatch.diary.append import append
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
    "read_diary",
]
