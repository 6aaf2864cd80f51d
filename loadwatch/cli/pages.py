"""Pages drawn again only where something changed: one in the store, a roster's on disk."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from loadwatch.cli import output
from loadwatch.errors import LoadwatchError
from loadwatch.pipeline.athlete import map_in_turn
from loadwatch.pipeline.athlete_lines import build_unread_athlete
from loadwatch.pipeline.cache_keys import compute_page_digest
from loadwatch.pipeline.roster import PAGE_DIGESTS_FILE
from loadwatch.report.slugs import make_slugs

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from loadwatch.analysis import Analysis, Athlete, Roster
    from loadwatch.date_filter import Period
    from loadwatch.pipeline.athlete import AthleteMap

ROSTER_LINK = "../index.html"  # from an athlete's page to the roster's


@dataclass(frozen=True, slots=True)
class PageJob:
    """An athlete whose page is to be drawn; a worker can have it."""

    athlete: Athlete
    at: int  # place among the athletes
    path: Path
    cost: int = 50  # as many files take as long to read

    def for_worker(self) -> PageJob:
        """Return the job as another process can have it."""
        return self


@dataclass(frozen=True, slots=True)
class RosterPages:
    """Where the pages of a roster go, and how they are drawn.

    Attributes
    ----------
    target : folder of the pages.
    inputs : what no page goes over.
    map_athletes : as `Options.map_athletes`.
    is_whole : whether the roster holds every athlete; pages of others are removed then.
    """

    target: Path
    inputs: Sequence[Path]
    map_athletes: AthleteMap = map_in_turn
    is_whole: bool = True

    @property
    def folder(self) -> Path:
        """The folder of the athletes' pages."""
        return self.target / "athletes"

    def write_file(self, path: Path, content: str) -> None:
        """Write one file of the pages."""
        output.write_file(path, content, self.inputs)


def write_pages(roster: Roster, pages: RosterPages) -> tuple[Roster, int]:
    """Write the page of a roster and those of its athletes.

    An athlete's page is drawn only where it shows something else than the one there.
    Returns the roster, an athlete whose page could not be drawn as one that cannot be read, and
    how many pages were drawn.
    """
    from loadwatch.report import html
    from loadwatch.verdict import roster_groups

    output.make_folder(pages.folder)
    before = _read_digests(pages.target)
    athletes = list(roster_groups.sort_athletes(roster.athletes))
    digests, jobs = _list_jobs(athletes, pages.folder, before)
    drawn = 0
    drawings = pages.map_athletes(draw_page, jobs, _explain_lost_page)
    for job, drawing in zip(jobs, drawings, strict=True):
        if isinstance(drawing, str):
            pages.write_file(job.path, drawing)
            drawn += 1
        else:
            athletes[job.at] = build_unread_athlete(job.athlete.name, drawing)
            del digests[job.path.stem]
    roster = replace(roster, athletes=tuple(athletes))
    digests |= _settle_others(pages, before, digests)
    pages.write_file(pages.target / "index.html", html.format_roster(roster))
    text = json.dumps(digests, indent=1, sort_keys=True) + "\n"
    pages.write_file(pages.target / PAGE_DIGESTS_FILE, text)
    return roster, drawn


def _list_jobs(
    athletes: Sequence[Athlete], folder: Path, before: Mapping[str, str]
) -> tuple[dict[str, str], list[PageJob]]:
    """Return the digest of each page by its name, and the pages that show something new."""
    digests = {}
    jobs = []
    for at, slug in enumerate(make_slugs(athletes)):
        athlete = athletes[at]
        if not athlete.load:
            continue
        digests[slug] = athlete.page_digest
        path = folder / f"{slug}.html"
        if not (before.get(slug) == athlete.page_digest and path.exists()):
            jobs.append(PageJob(athlete, at, path))
    return digests, jobs


def _settle_others(
    pages: RosterPages, before: Mapping[str, str], digests: Mapping[str, str]
) -> dict[str, str]:
    """Remove the pages of athletes who are no longer there; return the digests of those kept."""
    others = before.keys() - digests.keys()
    if not pages.is_whole:
        return {slug: before[slug] for slug in others}
    for slug in others:
        (pages.folder / f"{slug}.html").unlink(missing_ok=True)
    return {}


def draw_page(job: PageJob) -> str | Exception:
    """Return an athlete's page, or why there is none: one never costs the others theirs."""
    from loadwatch.pipeline import with_budget, with_question
    from loadwatch.report import html

    try:
        assert job.athlete.load is not None
        analysis = with_question(with_budget(job.athlete.load()))
        return html.format_report(analysis, roster_link=ROSTER_LINK)
    except Exception as error:  # noqa: BLE001 - as the docstring has it
        return error


def _explain_lost_page(_job: PageJob, _map_jobs: object) -> Exception:
    return LoadwatchError("the process that drew the page died")


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
            if analysis.settings.osm:
                # reading maps is much to import for the many who have none
                from loadwatch.pipeline.map_needs import with_map_right

                whole = with_map_right(whole, store)
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
