"""Pages drawn anew only where something changed: one in the store, or a roster's on disk."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import fields, is_dataclass
from functools import cache
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING

from loadwatch.cli import output
from loadwatch.report.names import STAMPS, slugs
from loadwatch.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    import pandas as pd

    from loadwatch.analysis import Analysis, Roster

PACKAGE = Path(__file__).parents[1]


def write_pages(roster: Roster, target: Path) -> int:
    """Write the roster's page and its athletes'; return how many athletes' pages were drawn."""
    from loadwatch.pipeline import with_budget
    from loadwatch.report import athletes, html

    folder = target / "athletes"
    folder.mkdir(parents=True, exist_ok=True)
    before, now = _stamps(target), {}
    drawn = 0
    ordered = athletes.ordered(roster.athletes)
    for athlete, link in zip(ordered, slugs(ordered), strict=True):
        if athlete.analysis is None:
            continue
        page = folder / f"{link}.html"
        now[link] = stamp(athlete.analysis)
        if before.get(link) != now[link] or not page.exists():
            output.write(page, html.athlete(with_budget(athlete.analysis)))
            drawn += 1
    for gone in before.keys() - now.keys():
        (folder / f"{gone}.html").unlink(missing_ok=True)
    output.write(target / "index.html", html.roster(roster))
    output.write(target / STAMPS, json.dumps(now, indent=1, sort_keys=True) + "\n")
    return drawn


def kept_or_drawn(
    analysis: Analysis, places: Sequence[Path], store: Path | None, start: date | None, end: date | None
) -> str:
    """Return the athlete's page: as it was drawn the last time, if all that it shows is the same."""
    from loadwatch.pipeline import store_of, with_budget

    shown = f"{stamp(analysis)}|{start}|{end}"
    with store_of(places, analysis.settings, store) as known:
        page = known.page(shown)
        if not page:
            from loadwatch.report import html

            page = html.athlete(with_budget(analysis), start, end)
            known.keep_page(shown, page)
    return page


def stamp(analysis: Analysis) -> str:
    """Return a digest of this code and of all that an athlete's page shows."""
    digest = hashlib.sha256(_code())
    for part in fields(analysis):
        value = getattr(analysis, part.name)
        digest.update(f"\0{part.name}\0".encode())
        for cells in _cells(value) if hasattr(value, "columns") else (_told(value),):
            digest.update(cells if isinstance(cells, bytes) else cells.encode("utf-8", "backslashreplace"))
    return digest.hexdigest()[:32]


@cache
def _code() -> bytes:
    """Return what tells the code that draws from any other: its version, and its files as they lie here."""
    files = [
        f"{folder}/{entry.name}|{entry.stat().st_size}|{entry.stat().st_mtime_ns}"
        for folder, _, _ in os.walk(PACKAGE)
        for entry in os.scandir(folder)
        if entry.is_file() and not entry.name.endswith(".pyc")
    ]
    return "\n".join([__version__, *sorted(files)]).encode("utf-8", "backslashreplace")


def _told(value: object) -> str:
    """Return what tells a value from any other; of a row of dataclasses the fields, written much sooner."""
    if isinstance(value, tuple) and value and is_dataclass(value[0]):
        return repr(list(map(attrgetter(*(part.name for part in fields(value[0]))), value)))
    return repr(value)


def _cells(table: pd.DataFrame) -> Iterator[bytes | str]:
    """Return a table as what tells it from any other: numbers as they lie in memory, words a column."""
    yield repr((table.dtypes.to_dict(), len(table)))
    yield table.select_dtypes("float").to_numpy().tobytes()
    for _, column in (("", table.index.to_series()), *table.select_dtypes(exclude="float").items()):
        if column.dtype.kind == "M":
            yield column.to_numpy("M8[us]").tobytes()
        else:
            yield repr(column.tolist())


def _stamps(target: Path) -> dict[str, str]:
    """Return the stamps of the last time; a file that is not ours counts as none."""
    try:
        found = json.loads((target / STAMPS).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    known = found.items() if isinstance(found, dict) else ()
    return {
        page: mark for page, mark in known if isinstance(mark, str) and "/" not in page and "\\" not in page
    }
