"""Folder, file, zip, zip in zip, .gz -> members; bounded, opened lazily, never unpacked to disk."""

from __future__ import annotations

from loadwatch.ingest.sources.member import Content, Member
from loadwatch.ingest.sources.own_files import (
    LOADWATCH_FILE_REASON,
    LOADWATCH_FILES,
    find_own_name,
    read_loadwatch_files,
)
from loadwatch.ingest.sources.same_file import find_input
from loadwatch.ingest.sources.walk import find_members

__all__ = [
    "LOADWATCH_FILES",
    "LOADWATCH_FILE_REASON",
    "Content",
    "Member",
    "find_input",
    "find_members",
    "find_own_name",
    "read_loadwatch_files",
]
