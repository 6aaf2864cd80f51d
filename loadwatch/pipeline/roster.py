"""A folder of athletes: a line for each, from the store where nothing behind it has changed."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from dataclasses import asdict, fields, replace
from datetime import date
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from loadwatch.analysis import Athlete, Roster, Trend
from loadwatch.errors import (
    LoadwatchError,
    NothingToRead,
    WorkersGone,
    describe_fault,
)
from loadwatch.formatting import strip_folders
from loadwatch.ingest.sources import LOADWATCH_FILES
from loadwatch.ingest.stray_dates import has_strays
from loadwatch.pipeline.athlete import (
    Options,
    analyse_athlete,
    has_every_input,
    load_athlete_settings,
    open_athlete_store,
)
from loadwatch.pipeline.cache_keys import compute_page_digest, digest_inputs
from loadwatch.settings import FILE as SETTINGS_FILE
from loadwatch.settings import load as load_settings
from loadwatch.user_files import find_file
from loadwatch.verdict import roster_groups

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from loadwatch.analysis import Analysis

ROSTER_HINT = "Give a folder that holds a folder or zip an athlete."
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
    own = find_file(root, SETTINGS_FILE)
    if own:
        options = replace(options, files=(*options.files, own))
    athletes = [
        _summarise_path(path, options) for path in _list_athlete_paths(root, options)
    ]
    today = _choose_today(athletes, options)
    if today:
        athletes = [roster_groups.as_of(athlete, today) for athlete in athletes]
    return Roster(
        name=root.resolve().name,
        athletes=roster_groups.sort_athletes(tuple(athletes)),
        today=today,
    )


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
    listed = [path for path in sorted(root.iterdir()) if _may_be_athlete(path)]
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


def _may_be_athlete(path: Path) -> bool:
    """Tell whether a path is neither hidden nor loadwatch's own, nor pages of an earlier roster."""
    if path.name.startswith(".") or path.name in LOADWATCH_FILES:
        return False
    if path.suffix.lower() in PAGE_SUFFIXES:
        return False
    return not _holds_pages_alone(path)


def _holds_pages_alone(path: Path) -> bool:
    """Tell whether a folder holds pages and nothing else, as a roster's does.

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


def _summarise_path(path: Path, options: Options) -> Athlete:
    """Return the line of the athlete at `path` as of the own last day; also if reading fails."""
    try:
        return _load_or_build_line(path, options)
    except WorkersGone:
        raise  # no athlete's fault
    except Exception as error:  # noqa: BLE001 - one athlete never costs the others theirs
        return build_unread_athlete(path.stem, error)


def build_unread_athlete(name: str, error: Exception) -> Athlete:
    """Return the line of an athlete who cannot be read; it names no folder of this machine."""
    why = f"loadwatch itself failed ({describe_fault(error)}); please report it"
    if isinstance(error, LoadwatchError):
        why = str(error).partition("\n")[0]
    elif isinstance(error, OSError):
        why = f"cannot be read ({error.strerror or 'unknown reason'})"
    return Athlete(
        name=name,
        group="unknown",
        level="none",
        says=strip_folders(why),
        last_activity=None,
        flags=0,
    )


def _load_or_build_line(path: Path, options: Options) -> Athlete:
    """Return an athlete's line: the one kept, if all that it follows from is the same.

    No line is kept of an athlete of whom an input was lost with its process: that input is tried
    again the next time.
    """
    settings = load_athlete_settings([path], options)
    key = f"line|{digest_inputs([path], settings, options.system_zone)}"
    with open_athlete_store([path], settings, options) as store:
        kept = store.find_page(key)
    if kept:
        # a line that is none of ours is built anew
        with suppress(ValueError, TypeError, KeyError):
            return athlete_from_json(
                kept, cache(partial(analyse_athlete, path, options=options))
            )
    analysis = analyse_athlete(path, options=options)
    athlete = roster_groups.summarize_athlete(analysis)
    athlete = replace(athlete, page_digest=compute_page_digest(analysis))
    with open_athlete_store([path], settings, options) as store:
        if has_every_input([path], store) and not has_strays(analysis.skipped):
            store.keep_page(key, athlete_to_json(athlete))
    return athlete


def athlete_to_json(athlete: Athlete) -> str:
    """Return a line as text for the store; the analysis behind it is not in it."""
    names = [part.name for part in fields(athlete) if part.name != "load"]
    kept = {name: getattr(athlete, name) for name in names}
    if athlete.trend:
        kept["trend"] = asdict(athlete.trend)
    return json.dumps(kept, default=str)


def athlete_from_json(text: str, load: Callable[[], Analysis]) -> Athlete:
    """Return the line that `athlete_to_json` wrote; `load` gives the analysis behind it."""
    kept: dict[str, Any] = json.loads(text)
    for name in ("last_activity", "today", "raised_week", "last_run"):
        if kept[name]:
            kept[name] = date.fromisoformat(kept[name])
    kept["pains"] = tuple(
        (date.fromisoformat(day), score) for day, score in kept["pains"]
    )
    if kept["trend"]:
        trend = kept["trend"]
        trend["loads"], trend["levels"] = tuple(trend["loads"]), tuple(trend["levels"])
        kept["trend"] = Trend(**trend)
    return Athlete(**kept, load=load)
