"""Pages drawn anew only where something changed: one in the store, or a roster's on disk."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from loadwatch.cli import output
from loadwatch.pipeline.cache_keys import compute_page_digest
from loadwatch.pipeline.roster import PAGE_DIGESTS_FILE
from loadwatch.report.slugs import make_slugs

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from loadwatch.analysis import Analysis, Roster
    from loadwatch.date_filter import Period


def write_pages(roster: Roster, target: Path) -> int:
    """Write the roster's page and its athletes'; return how many athletes' pages were drawn."""
    from loadwatch.pipeline import with_budget
    from loadwatch.report import html
    from loadwatch.verdict import roster_groups

    folder = target / "athletes"
    folder.mkdir(parents=True, exist_ok=True)
    before, now = _read_stamps(target), {}
    drawn = 0
    ordered = roster_groups.sort_athletes(roster.athletes)
    for athlete, link in zip(ordered, make_slugs(ordered), strict=True):
        if not athlete.load:
            continue
        page = folder / f"{link}.html"
        now[link] = athlete.page_digest
        if (before.get(link) != athlete.page_digest or not page.exists()) and (
            known := athlete.analysis
        ):
            output.write_file(page, html.format_report(with_budget(known)))
            drawn += 1
    for gone in before.keys() - now.keys():
        (folder / f"{gone}.html").unlink(missing_ok=True)
    output.write_file(target / "index.html", html.format_roster(roster))
    output.write_file(
        target / PAGE_DIGESTS_FILE, json.dumps(now, indent=1, sort_keys=True) + "\n"
    )
    return drawn


def load_or_draw_page(
    analysis: Analysis,
    places: Sequence[Path],
    store: Path | None,
    period: Period,
) -> str:
    """Return the athlete's page: as it was drawn the last time, if all that it shows is the same."""
    from loadwatch.pipeline import Options, open_athlete_store, with_budget

    shown = f"{compute_page_digest(analysis)}|{period.start}|{period.end}"
    with open_athlete_store(places, analysis.settings, Options(store=store)) as known:
        page = known.find_page(shown)
        if not page:
            from loadwatch.report import html

            page = html.format_report(with_budget(analysis), period)
            known.keep_page(shown, page)
    return page


def _read_stamps(target: Path) -> dict[str, str]:
    """Return the stamps of the last time; a file that is not ours counts as none."""
    try:
        found = json.loads((target / PAGE_DIGESTS_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    known = found.items() if isinstance(found, dict) else ()
    return {
        page: mark
        for page, mark in known
        if isinstance(mark, str) and "/" not in page and "\\" not in page
    }
