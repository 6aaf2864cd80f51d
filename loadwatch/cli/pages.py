"""The pages of a roster on disk: drawn anew only where something changed."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from loadwatch.cli import output
from loadwatch.version import __version__

if TYPE_CHECKING:
    from pathlib import Path

    from loadwatch.analysis import Analysis, Roster

STAMPS = ".loadwatch.json"  # page -> digest of all that it shows


def write_pages(roster: Roster, target: Path) -> int:
    """Write the roster's page and its athletes'; return how many athletes' pages were drawn."""
    from loadwatch.pipeline import with_budget
    from loadwatch.report import html, verdict
    from loadwatch.report.names import slugs

    folder = target / "athletes"
    folder.mkdir(parents=True, exist_ok=True)
    before, now = _stamps(target), {}
    drawn = 0
    ordered = verdict.ordered(roster.athletes)
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


def stamp(analysis: Analysis) -> str:
    """Return a digest of this version and of all that an athlete's page shows."""
    from loadwatch.report import as_json

    shown = (__version__, as_json.activities(analysis), as_json.weeks(analysis), repr(analysis.diary))
    return hashlib.sha256("\0".join(shown).encode()).hexdigest()[:32]


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
