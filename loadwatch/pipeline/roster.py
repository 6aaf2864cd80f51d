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
from loadwatch.ingest.sources import OWN_FILES
from loadwatch.pipeline.athlete import (
    Options,
    all_known,
    analyse,
    athlete_settings,
    rests_on,
    store_of,
)
from loadwatch.pipeline.cache_keys import stamp
from loadwatch.verdict import groups

if TYPE_CHECKING:
    from collections.abc import Callable

    from loadwatch.analysis import Analysis

HINT = "Give a folder that holds a folder or zip an athlete."
RECORDINGS = frozenset(
    (".fit", ".gpx", ".tcx", ".gz")
)  # of one run each: no athlete's whole export
STAMPS = ".loadwatch.json"  # in a folder of a roster's pages: page -> digest of all that it shows
PAGES = frozenset(
    (".html", ".htm", ".md", ".png", ".svg", ".pdf")
)  # what loadwatch writes


def roster(folder: str | Path, options: Options | None = None) -> Roster:
    """Return every athlete of a folder, placed in the four groups; one that fails is still listed."""
    options = options or Options()
    root = Path(folder)
    if not root.is_dir():
        raise NothingToRead(f"no folder of athletes at {root}", HINT)
    options = replace(options, files=(*options.files, root / settings.FILE))
    lines = [_line(path, options) for path in _runners(root)]
    days = [line.today for line in lines if line.today]
    told = settings.load([], options.overrides, {}).today
    today = told or max([*days, *([options.now] if options.now else [])], default=None)
    seen = tuple(groups.seen_on(line, today) if today else line for line in lines)
    return Roster(name=root.resolve().name, athletes=groups.ordered(seen), today=today)


def _runners(root: Path) -> list[Path]:
    """Return the folders and exports below `root`, one an athlete; pages of an earlier roster are none."""
    found = [
        path
        for path in sorted(root.iterdir())
        if not (
            path.name.startswith(".")
            or path.name in OWN_FILES
            or path.suffix.lower() in PAGES
        )
        and not (path / STAMPS).exists()
    ]
    if not found:
        raise NothingToRead(f"{root} is empty", HINT)
    recordings = sum(path.suffix.lower() in RECORDINGS for path in found)
    if 2 * recordings > len(found) > 1 and not any(
        p.is_dir() or p.suffix.lower() == ".zip" for p in found
    ):
        raise NothingToRead(
            f"{root} is the folder of one athlete: it holds {recordings} recordings and no folder or zip",
            f"For one athlete: loadwatch report {root}",
        )
    return found


def _line(path: Path, options: Options) -> Athlete:
    """Return an athlete's line as of the own last day: the one kept, if all that it rests on is the same.

    None is kept of an athlete of whom an input was lost on the way: it may be read the next time.
    """
    try:
        mark = f"line|{rests_on([path], options)}"
        with store_of(
            [path], athlete_settings([path], options), options.store
        ) as store:
            if kept := store.page(mark):
                return from_text(kept, cache(partial(analyse, path, options=options)))
        analysis = analyse(path, options=options)
        line = replace(groups.athlete(analysis), stamp=stamp(analysis))
        with store_of(
            [path], athlete_settings([path], options), options.store
        ) as store:
            if all_known([path], store):
                store.keep_page(mark, as_text(line))
    except LoadwatchError as error:
        return _unread(path, str(error).splitlines()[0])
    return line


def _unread(path: Path, why: str) -> Athlete:
    return Athlete(
        name=path.stem,
        group="unknown",
        level="unknown",
        says=why,
        last_activity=None,
        flags=0,
    )


def as_text(line: Athlete) -> str:
    """Return a line as text to be kept; what it was made of is not in it."""
    kept = {
        part.name: getattr(line, part.name)
        for part in fields(line)
        if part.name != "opened"
    }
    kept["trend"] = asdict(line.trend) if line.trend else None
    return json.dumps(kept, default=str)


def from_text(text: str, opened: Callable[[], Analysis]) -> Athlete:
    """Return the line that `as_text` kept; `opened` gives what it was made of."""
    kept: dict[str, Any] = json.loads(text)
    for day in ("last_activity", "today"):
        kept[day] = date.fromisoformat(kept[day]) if kept[day] else None
    if kept["trend"]:
        told = kept["trend"]
        kept["trend"] = Trend(
            **{**told, "loads": tuple(told["loads"]), "levels": tuple(told["levels"])}
        )
    return Athlete(**kept, opened=opened)
