"""The runner's own pain diary, compared with earlier changes in training.

The answer itself is in `answer` and is imported from there: it needs the statistics, and most
athletes keep no diary.
"""

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
    change_entry,
    list_urgent_calls,
)
from loadwatch.assess.diary.red_flags import RED_FLAGS, RedFlag, TickedRedFlag

__all__ = [
    "DIARY_FILE",
    "HEADER",
    "RED_FLAGS",
    "WHEN_CHOICES",
    "Diary",
    "Entry",
    "RedFlag",
    "TickedRedFlag",
    "append_entry",
    "build_entry",
    "change_entry",
    "list_urgent_calls",
    "read_diary",
]
