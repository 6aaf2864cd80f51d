"""A folder of athletes: each one's line from the store where nothing it rests on has changed."""

from __future__ import annotations

import json
from dataclasses import asdict, fields, replace
from datetime import date
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from loadwatch import settings
from loadwatch.analysis import Athlete, Roster, Trend
from loadwatch.errors import LoadwatchError, NothingToRead
from loadwatch.ingest.sources import LOADWATCH_FILES
from loadwatch.pipeline.athlete import (
    Options,
    analyse_athlete,
    digest_inputs,
    has_every_input,
    load_athlete_settings,
    open_athlete_store,
)
from loadwatch.pipeline.cache_keys import compute_page_digest
from loadwatch.verdict import roster_groups

if TYPE_CHECKING:
    from collections.abc import Callable

    from loadwatch.analysis import Analysis

ROSTER_HINT = "Give a folder that holds a folder or zip an athlete."
RECORDING_SUFFIXES = frozenset(
    (".fit", ".gpx", ".tcx", ".gz")
)  # of one run each: no athlete's whole export
PAGE_DIGESTS_FILE = ".loadwatch.json"  # in a folder of a roster's pages: page -> digest of all that it shows
PAGE_SUFFIXES = frozenset(
    (".html", ".htm", ".md", ".png", ".svg", ".pdf")
)  # what loadwatch writes


def analyse_roster(folder: str | Path, options: Options | None = None) -> Roster:
    """Return every athlete of a folder, placed in the four groups; one that fails is still listed."""
    options = options or Options()
    root = Path(folder)
    if not root.is_dir():
        raise NothingToRead(f"no folder of athletes at {root}", ROSTER_HINT)
    options = replace(options, files=(*options.files, root / settings.FILE))
    lines = [_summarise_athlete(path, options) for path in _list_athlete_paths(root)]
    days = [line.today for line in lines if line.today]
    told = settings.load([], options.overrides, {}).today
    today = told or max([*days, *([options.now] if options.now else [])], default=None)
    seen = tuple(roster_groups.as_of(line, today) if today else line for line in lines)
    return Roster(
        name=root.resolve().name,
        athletes=roster_groups.sort_athletes(seen),
        today=today,
    )


def _list_athlete_paths(root: Path) -> list[Path]:
    """Return the folders and exports below `root`, one an athlete; pages of an earlier roster are none."""
    found = [
        path
        for path in sorted(root.iterdir())
        if not (
            path.name.startswith(".")
            or path.name in LOADWATCH_FILES
            or path.suffix.lower() in PAGE_SUFFIXES
        )
        and not (path / PAGE_DIGESTS_FILE).exists()
    ]
    if not found:
        raise NothingToRead(f"{root} is empty", ROSTER_HINT)
    recordings = sum(path.suffix.lower() in RECORDING_SUFFIXES for path in found)
    if 2 * recordings > len(found) > 1 and not any(
        p.is_dir() or p.suffix.lower() == ".zip" for p in found
    ):
        raise NothingToRead(
            f"{root} is the folder of one athlete: it holds {recordings} recordings and no folder or zip",
            f"For one athlete: loadwatch report {root}",
        )
    return found


def _summarise_athlete(path: Path, options: Options) -> Athlete:
    """Return an athlete's line as of the own last day: the one kept, if all that it rests on is the same.

    None is kept of an athlete of whom an input was lost on the way: it may be read the next time.
    """
    try:
        mark = f"line|{digest_inputs([path], options)}"
        with open_athlete_store(
            [path], load_athlete_settings([path], options), options.store
        ) as store:
            if kept := store.find_page(mark):
                return athlete_from_json(
                    kept, cache(partial(analyse_athlete, path, options=options))
                )
        analysis = analyse_athlete(path, options=options)
        line = replace(
            roster_groups.summarize_athlete(analysis),
            page_digest=compute_page_digest(analysis),
        )
        with open_athlete_store(
            [path], load_athlete_settings([path], options), options.store
        ) as store:
            if has_every_input([path], store):
                store.keep_page(mark, athlete_to_json(line))
    except LoadwatchError as error:
        return _describe_unreadable(path, str(error).splitlines()[0])
    return line


def _describe_unreadable(path: Path, why: str) -> Athlete:
    return Athlete(
        name=path.stem,
        group="unknown",
        level="unknown",
        says=why,
        last_activity=None,
        flags=0,
    )


def athlete_to_json(line: Athlete) -> str:
    """Return a line as text to be kept; what it was made of is not in it."""
    kept = {
        part.name: getattr(line, part.name)
        for part in fields(line)
        if part.name != "load"
    }
    kept["trend"] = asdict(line.trend) if line.trend else None
    return json.dumps(kept, default=str)


def athlete_from_json(text: str, opened: Callable[[], Analysis]) -> Athlete:
    """Return the line that `as_text` kept; `opened` gives what it was made of."""
    kept: dict[str, Any] = json.loads(text)
    for day in ("last_activity", "today"):
        kept[day] = date.fromisoformat(kept[day]) if kept[day] else None
    if kept["trend"]:
        told = kept["trend"]
        kept["trend"] = Trend(
            **{**told, "loads": tuple(told["loads"]), "levels": tuple(told["levels"])}
        )
    return Athlete(**kept, load=opened)
