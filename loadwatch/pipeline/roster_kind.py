"""Whether a folder is one of several athletes, or one athlete's with folders inside."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Final

from loadwatch.assess.roster_notes import NOTES_FILE
from loadwatch.ingest.sources import LOADWATCH_FILES
from loadwatch.pipeline.roster import RECORDING_SUFFIXES, may_be_athlete
from loadwatch.user_csv import parse_table
from loadwatch.user_files import find_file, read_file

EXPORT_SUFFIX: Final = ".zip"
INPUT_SUFFIXES: Final = RECORDING_SUFFIXES | {
    *(".csv", EXPORT_SUFFIX, ".json", ".xml", ".xlsx", ".ods")
}
MIN_ATHLETES: Final = 2
# kept beside the runs of one runner
OWN_FILES: Final = tuple(sorted(set(LOADWATCH_FILES) - {NOTES_FILE}))
# names of parts of one runner's files: years, months, vendors and what they call their folders
_PART_NAME: Final = re.compile(
    r"\d{4}|^\d{1,2}$|garmin|strava|suunto|polar|coros|apple|samsung|huawei|fitbit|google|"
    r"zepp|runalyze|runkeeper|komoot|nike|adidas|endomondo|export|activit|backup|archive|"
    r"download|sample|sdk|_out$|^(data|raw|misc|tests?|examples?|watch|phone)$|^(fit|gpx|tcx|csv|runs?|races?|routes?|courses?|treadmill|trails?|old|new)$|^di.",
    re.IGNORECASE,
)


def is_roster(root: Path) -> bool:
    """Return whether the folder `root` looks like one of several athletes.

    It holds nothing of one runner directly, and at least two folders or zips that do, of which
    one has files of its own (loadwatch.toml, tags.csv, diary.csv) or none is called by a year or
    a vendor: one runner's recordings are kept by year, too.
    """
    if not root.is_dir():
        return False
    notes = read_file(root, NOTES_FILE) or b""
    if "athlete" in parse_table(notes).columns:
        return True
    if _is_of_one(root):
        return False
    athletes = _list_athletes(root)
    if len(athletes) < MIN_ATHLETES:
        return False
    if any(_has_own_files(path) for path in athletes):
        return True
    return not any(_PART_NAME.search(path.stem) for path in athletes)


def _is_of_one(root: Path) -> bool:
    """Return whether a folder directly holds recordings, lists, tags or a diary."""
    files = [path for path in root.iterdir() if path.is_file() and may_be_athlete(path)]
    if any(path.suffix.lower() != EXPORT_SUFFIX for path in files):
        return True
    return any(find_file(root, name) for name in ("tags.csv", "diary.csv"))


def _list_athletes(root: Path) -> list[Path]:
    """Return the zips, and the folders with anything to read."""
    entries = [path for path in sorted(root.iterdir()) if may_be_athlete(path)]
    return [path for path in entries if path.is_file() or _holds_input(path)]


def _has_own_files(path: Path) -> bool:
    return any(find_file(path, name) for name in OWN_FILES)


def _holds_input(folder: Path) -> bool:
    """Return whether a folder holds a recording, a list or an export, at any depth."""
    return any(
        Path(name).suffix.lower() in INPUT_SUFFIXES
        for _, _, files in os.walk(folder)
        for name in files
        if not name.startswith(".")
    )
