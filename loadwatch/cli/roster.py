"""`roster`: a folder of athletes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from loadwatch.cli import options as opt
from loadwatch.cli import output
from loadwatch.cli.command_help import define_command
from loadwatch.cli.reading import build_options, warn_of_roster_map
from loadwatch.errors import NothingToRead
from loadwatch.report.formats import TABLES

if TYPE_CHECKING:
    from datetime import date

    from loadwatch.analysis import Roster
    from loadwatch.cli.pages import RosterPages


@define_command(
    "roster",
    "A folder of athletes: whom to talk to first.",
    ("club/ -o pages", "club/ --today yesterday --format json"),
)
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    "target",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Where the pages go.",
)
@click.option("--anonymise", is_flag=True, help="Replace every name.")
@click.option(
    "--since",
    type=opt.Day(),
    metavar="DATE",
    help="Only athletes with an activity on this day or later.",
)
@opt.add_format(TABLES)
@opt.units
@opt.reading
@click.pass_context
def review_roster(
    ctx: click.Context,
    /,
    folder: Path,
    target: Path | None,
    anonymise: bool,
    since: date | None,
    form: str,
    **_: Any,
) -> int:
    """Review a folder of athletes: whom to talk to first, and a page for each."""
    from loadwatch import pipeline
    from loadwatch.anonymize import anonymise_roster
    from loadwatch.cli.pages import RosterPages
    from loadwatch.cli.progress import show_progress
    from loadwatch.pipeline.athlete_lines import choose_athlete_map

    quiet = ctx.params["quiet"]
    with show_progress(quiet=quiet) as progress:
        options = build_options(ctx, progress)
        roster = pipeline.analyse_roster(folder, options)
    is_readable = any(athlete.load for athlete in roster.athletes)
    if since:
        roster = _select_since(roster, since, quiet=quiet)
    if anonymise:
        roster = anonymise_roster(roster)
    if target is not None:
        map_athletes = choose_athlete_map(folder, options)
        pages = RosterPages(target, [folder], map_athletes, is_whole=not since)
        roster, written = _write_pages(roster, pages)
        output.print_message(f"Wrote {written}.", quiet=quiet)
    writer = TABLES[form](output.measure_screen())
    output.print_result(writer.format_roster(roster))
    warn_of_roster_map(roster, quiet=quiet)
    if not is_readable:
        raise NothingToRead(
            f"nothing to read of any athlete in {folder}", pipeline.EXPORT_HINT
        )
    return 0


def _select_since(roster: Roster, since: date, *, quiet: bool) -> Roster:
    """Return the roster of those with an activity since a day, and of those not readable."""
    chosen = [
        athlete
        for athlete in roster.athletes
        if athlete.last_activity is None or athlete.last_activity >= since
    ]
    left_out = len(roster.athletes) - len(chosen)
    if left_out:
        output.print_message(
            f"{left_out} of {len(roster.athletes)} athletes have no activity since "
            f"{since} and are left out.",
            quiet=quiet,
        )
    return replace(roster, athletes=tuple(chosen))


def _write_pages(roster: Roster, pages: RosterPages) -> tuple[Roster, str]:
    """Write the pages; return the roster as they show it, and which were written."""
    from loadwatch.cli.pages import write_pages

    roster, drawn = write_pages(roster, pages)
    athletes = len(roster.athletes)
    readable = sum(bool(athlete.load) for athlete in roster.athletes)
    written = f"{pages.target / 'index.html'} and {drawn} of {athletes} athlete pages"
    if drawn < readable:
        written += f", {readable - drawn} unchanged"
    if readable < athletes:
        written += f", {athletes - readable} could not be read"
    return roster, written
