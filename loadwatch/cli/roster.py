"""`roster`: a folder of athletes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from loadwatch.cli import options as opt
from loadwatch.cli import output
from loadwatch.cli.command_help import define_command
from loadwatch.cli.reading import build_options
from loadwatch.errors import NothingToRead
from loadwatch.report.formats import TABLES

if TYPE_CHECKING:
    from loadwatch.analysis import Roster


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
    form: str,
    **_: Any,
) -> int:
    """Review a folder of athletes: whom to talk to first, and a page for each."""
    from loadwatch import pipeline
    from loadwatch.anonymize import anonymise_roster
    from loadwatch.cli.progress import show_progress
    from loadwatch.pipeline import EXPORT_HINT

    quiet = ctx.params["quiet"]
    with show_progress(quiet=quiet) as progress:
        roster = pipeline.analyse_roster(folder, build_options(ctx, progress))
    if anonymise:
        roster = anonymise_roster(roster)
    if target is not None:
        roster, written = _write_pages(roster, target, folder)
        output.print_message(f"Wrote {written}.", quiet=quiet)
    writer = TABLES[form](output.measure_screen())
    output.print_result(writer.format_roster(roster))
    if not any(athlete.load for athlete in roster.athletes):
        raise NothingToRead(f"nothing to read of any athlete in {folder}", EXPORT_HINT)
    return 0


def _write_pages(roster: Roster, target: Path, folder: Path) -> tuple[Roster, str]:
    """Write the pages into `target`; return the roster as they show it, and which were written."""
    from loadwatch.cli.pages import write_pages

    roster, drawn = write_pages(roster, target, [folder])
    athletes = len(roster.athletes)
    readable = sum(bool(athlete.load) for athlete in roster.athletes)
    written = f"{target / 'index.html'} and {drawn} of {athletes} athlete pages"
    if drawn < readable:
        written += f", {readable - drawn} unchanged"
    if readable < athletes:
        written += f", {athletes - readable} could not be read"
    return roster, written
