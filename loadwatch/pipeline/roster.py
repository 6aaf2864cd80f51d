"""A folder of athletes: a line for each, from the store where nothing behind it has changed."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from loadwatch.analysis import Roster
from loadwatch.assess.roster_notes import NOTES_FILE, fold_name, read_notes
from loadwatch.errors import NothingToRead
from loadwatch.formatting import clean_text
from loadwatch.ingest.sources import LOADWATCH_FILES
from loadwatch.pipeline.athlete import Options
from loadwatch.pipeline.athlete_lines import collect_lines
from loadwatch.settings import FILE as SETTINGS_FILE
from loadwatch.settings import load as load_settings
from loadwatch.user_csv import shorten_list
from loadwatch.user_files import find_file
from loadwatch.verdict import roster_groups

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import date

    from loadwatch.analysis import Athlete

ROSTER_HINT = "Give a folder that holds a folder, or a zip, per athlete."
LINKS_NAMED = 5  # of those that lead out of a roster's folder
# suffixes of recordings of one run each, which are no whole export
RECORDING_SUFFIXES = frozenset((".fit", ".gpx", ".tcx", ".gz"))
# suffixes of what loadwatch writes
PAGE_SUFFIXES = frozenset((".html", ".htm", ".md", ".png", ".svg", ".pdf"))
# in a folder of a roster's pages: page -> digest of all that it shows
PAGE_DIGESTS_FILE = ".loadwatch.json"


def analyse_roster(folder: str | Path, options: Options | None = None) -> Roster:
    """Return every athlete of a folder, placed in the groups; one that fails is still listed."""
    options = options or Options()
    root = Path(folder)
    if not root.is_dir():
        raise NothingToRead(f"no folder of athletes at {root}", ROSTER_HINT)
    options = add_roster_settings(root, options)
    paths = _list_athlete_paths(root, options)
    athletes = _add_notes(root, list(collect_lines(root, paths, options)), options)
    today = _choose_today(athletes, options)
    if today:
        athletes = [roster_groups.as_of(athlete, today) for athlete in athletes]
    return Roster(
        name=root.resolve().name,
        athletes=roster_groups.sort_athletes(tuple(athletes)),
        today=today,
    )


def add_roster_settings(root: Path, options: Options) -> Options:
    """Return `options` with the settings file of a roster, if it has one, before an athlete's."""
    own = find_file(root, SETTINGS_FILE)
    if own is None:
        return options
    return replace(options, files=(*options.files, own))


def _add_notes(
    root: Path, athletes: Sequence[Athlete], options: Options
) -> list[Athlete]:
    """Return the athletes with their newest note of the roster's notes.csv.

    A note is matched by the athlete's name, or by that of the folder or export.
    """
    notes = read_notes(root)
    unused = set(notes.by_name)
    noted = []
    for athlete in athletes:
        place = Path(athlete.place)
        names = [fold_name(name) for name in (athlete.name, place.name, place.stem)]
        found = [notes.by_name[name] for name in names if name in notes.by_name]
        unused.difference_update(names)
        for note in found[:1]:
            athlete = replace(athlete, note=note.text, note_day=note.day)  # noqa: PLW2901 - the same athlete
        noted.append(athlete)
    lost = [
        f"{NOTES_FILE}: no athlete is called {clean_text(notes.by_name[name].athlete, 40)}"
        for name in sorted(unused)
    ]
    for problem in (*notes.problems, *shorten_list(lost)):
        if options.warn:
            options.warn(problem)
    return noted


def _choose_today(athletes: Sequence[Athlete], options: Options) -> date | None:
    """Return the day of the roster: the one stated, else the latest of athletes and clock."""
    stated = load_settings([], options.overrides, {}).today
    if stated:
        return stated
    days = [athlete.today for athlete in athletes]
    return max((day for day in (*days, options.now) if day), default=None)


def _list_athlete_paths(root: Path, options: Options) -> list[Path]:
    """Return the folders and exports below `root`, one per athlete.

    A link is one only where it leads to something within `root` that is not listed itself.
    """
    listed = [path for path in sorted(root.iterdir()) if may_be_athlete(path)]
    found = _drop_links(root, listed, options)
    if not found:
        raise NothingToRead(f"{root} is empty", ROSTER_HINT)
    recordings = sum(path.suffix.lower() in RECORDING_SUFFIXES for path in found)
    has_export = any(path.is_dir() or path.suffix.lower() == ".zip" for path in found)
    if 2 * recordings > len(found) > 1 and not has_export:
        raise NothingToRead(
            f"{root} is the folder of one athlete: "
            f"it holds {recordings} recordings and no folder or zip",
            f"For one athlete: loadwatch report {root}",
        )
    return found


def _drop_links(root: Path, listed: Sequence[Path], options: Options) -> list[Path]:
    """Return `listed` without the links that lead out of `root` or to what is listed anyway."""
    home = root.resolve()
    known = {path.resolve() for path in listed if not path.is_symlink()}
    leading_out = [path.name for path in listed if home not in path.resolve().parents]
    if leading_out and options.warn:
        names = ", ".join(leading_out[:LINKS_NAMED])
        options.warn(
            f"Not followed, since they lead out of {root.name}: {len(leading_out)} "
            f"links ({names})."
        )
    return [
        path
        for path in listed
        if not path.is_symlink() or _is_athlete_link(path, home, known)
    ]


def _is_athlete_link(link: Path, home: Path, known: Collection[Path]) -> bool:
    real = link.resolve()
    return home in real.parents and real not in known


def may_be_athlete(path: Path) -> bool:
    """Return whether a path is neither hidden nor loadwatch's own, nor pages of an earlier roster."""
    if path.name.startswith(".") or path.name in LOADWATCH_FILES:
        return False
    if path.suffix.lower() in PAGE_SUFFIXES and not path.is_dir():
        return False
    return not _holds_pages_alone(path)


def _holds_pages_alone(path: Path) -> bool:
    """Return whether a folder holds pages and nothing else, as a roster's does.

    What it holds decides, not a file of ours in it: that would hide whatever lies beside.
    """
    if not path.is_dir():
        return False
    pages = 0
    for folder, _, files in os.walk(path):
        for name in files:
            if name.startswith("."):
                continue
            if Path(folder, name).suffix.lower() not in PAGE_SUFFIXES:
                return False
            pages += 1
    return pages > 0
