"""Folder, file, zip, zip in zip, .gz -> members with their bytes; lazily, bounded, never unpacked to disk."""

from __future__ import annotations

from loadwatch.ingest.sources.archives import OWN_FILE, OWN_FILES
from loadwatch.ingest.sources.member import Content, Member
from loadwatch.ingest.sources.walk import members

__all__ = ["OWN_FILE", "OWN_FILES", "Content", "Member", "members"]
