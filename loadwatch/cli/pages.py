"""Pages drawn again only where something changed: one in the store, a roster's on disk."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from loadwatch.cli import output
from loadwatch.pipeline.cache_keys import compute_page_digest
from loadwatch.pipeline.roster import PAGE_DIGESTS_FILE, build_unread_athlete
from loadwatch.report.slugs import make_slugs

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from pathlib import Path

    from loadwatch.analysis import Analysis, Athlete, Roster
    from loadwatch.date_filter import Period

ROSTER_LINK = "../index.html"  # from an athlete's page to the roster's


def write_pages(
    roster: Roster, target: Path, inputs: Sequence[Path]
) -> tuple[Roster, int]:
    """Write the page of a roster and those of its athletes into the folder `target`.

    An athlete's page is drawn only where it shows something else than the one there. No page
    goes over a file of `inputs`. Returns the roster, an athlete whose page could not be drawn
    as one that cannot be read, and how many pages were drawn.
    """
    from loadwatch.report import html
    from loadwatch.verdict import roster_groups

    folder = target / "athletes"
    output.make_folder(folder)
    digests_before = _read_digests(target)
    digests: dict[str, str] = {}
    drawn = 0
    athletes = list(roster_groups.sort_athletes(roster.athletes))
    for at, slug in enumerate(make_slugs(athletes)):
        athlete = athletes[at]
        if not athlete.load:
            continue
        digests[slug] = athlete.page_digest
        path = folder / f"{slug}.html"
        is_same = digests_before.get(slug) == athlete.page_digest
        if is_same and path.exists():
            continue
        page = _draw_page(athlete)
        if isinstance(page, str):
            output.write_file(path, page, inputs)
            drawn += 1
        else:
            athletes[at] = build_unread_athlete(athlete.name, page)
            del digests[slug]
    roster = replace(roster, athletes=tuple(athletes))
    for slug in digests_before.keys() - digests.keys():
        (folder / f"{slug}.html").unlink(missing_ok=True)
    output.write_file(target / "index.html", html.format_roster(roster), inputs)
    text = json.dumps(digests, indent=1, sort_keys=True) + "\n"
    output.write_file(target / PAGE_DIGESTS_FILE, text, inputs)
    return roster, drawn


def _draw_page(athlete: Athlete) -> str | Exception:
    """Return an athlete's page, or why there is none: one never costs the others theirs."""
    from loadwatch.pipeline import with_budget, with_question
    from loadwatch.report import html

    try:
        assert athlete.load is not None
        analysis = with_question(with_budget(athlete.load()))
        return html.format_report(analysis, roster_link=ROSTER_LINK)
    except Exception as error:  # noqa: BLE001 - as the docstring has it
        return error


def load_or_draw_page(
    analysis: Analysis,
    places: Sequence[Path],
    store: Path | None,
    period: Period,
    now: date | None,
) -> str:
    """Return the athlete's page: the kept one, if all that it shows is the same.

    `now` is the day by the clock: the page says how long ago the last run is.
    """
    from loadwatch.pipeline import (
        Options,
        open_athlete_store,
        with_budget,
        with_question,
    )

    key = f"{compute_page_digest(analysis)}|{period.start}|{period.end}|{now}"
    with open_athlete_store(places, analysis.settings, Options(store=store)) as kept:
        page = kept.find_page(key)
        if not page:
            from loadwatch.report import html

            whole = with_question(with_budget(analysis))
            page = html.format_report(whole, period, now=now)
            kept.keep_page(key, page)
    return page


def draw_handout(analysis: Analysis, period: Period, now: date | None) -> str:
    """Return the two A4 sides for an appointment; `now` is the day by the clock."""
    from loadwatch.report import html

    return html.format_handout(analysis, period, now=now)


def _read_digests(target: Path) -> dict[str, str]:
    """Return the digest of each page that was written the last time.

    A file that is not ours counts as none.
    """
    try:
        digests = json.loads((target / PAGE_DIGESTS_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    if not isinstance(digests, dict):
        return {}
    return {
        slug: digest
        for slug, digest in digests.items()
        if isinstance(digest, str) and "/" not in slug and "\\" not in slug
    }
