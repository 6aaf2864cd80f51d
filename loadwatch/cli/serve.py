"""`serve`: the same analysis as local pages with forms."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import click

from loadwatch.cli import options as opt
from loadwatch.cli import output
from loadwatch.cli.command_help import define_command
from loadwatch.cli.reading import build_options
from loadwatch.errors import LoadwatchError

OPENED_AS_CLUB = "Opened as a club, a runner per folder. One runner: --no-club."
NEEDS_WEB = "serve needs flask, waitress and tomlkit: pip install '.[web]'"


@define_command(
    "serve",
    "Local pages with forms: drop files, tag ground, log pain, plan.",
    ("me/", "club/", "me/ --no-browser --port 8420"),
)
@click.argument(
    "path", type=click.Path(path_type=Path, file_okay=False), default=Path()
)
@click.option(
    "--port",
    type=click.IntRange(0, 65_535),
    default=0,
    help="Port of the address. [any free]",
)
@click.option("--no-browser", is_flag=True, help="Print the address only.")
@click.option("--read-only", is_flag=True, help="Write nothing.")
@click.option(
    "--club/--no-club",
    "is_club",
    default=None,
    help="Whether PATH is a folder of athletes.  [by what it holds]",
)
@opt.units
@opt.reading
@click.pass_context
def serve_pages(
    ctx: click.Context,
    /,
    path: Path,
    port: int,
    no_browser: bool,
    is_club: bool | None,
    **given: Any,
) -> int:
    """Open the folder PATH as pages in your browser, on this machine only.

    Forms write tags.csv, diary.csv and loadwatch.toml in the folder; dropped files are copied
    into it. A folder of athletes opens as a club, with the pages of each runner and notes.csv.
    Ctrl-C ends it.
    """
    try:
        from loadwatch.web.server import run_server
        from loadwatch.web.site import Site
    except ImportError:
        raise LoadwatchError(NEEDS_WEB) from None
    from loadwatch import environment
    from loadwatch.pipeline.roster_kind import is_roster
    from loadwatch.web.club import Club

    if str(path) == "-":
        raise click.UsageError("serve shows a folder; it reads nothing from stdin")
    if given["read_only"] and not path.exists():
        raise LoadwatchError(f"{path} is not there, and --read-only makes no folder")
    quiet = given["quiet"]
    if not path.exists():
        output.make_folder(path)
        output.print_message(f"{path} was not there: made it, empty.", quiet=quiet)
    ctx.params["jobs"] = ctx.params.get("jobs") or 1
    if is_club is None:
        is_club = is_roster(path)
        if is_club:
            output.print_message(OPENED_AS_CLUB, quiet=quiet)
    kind = Club if is_club else Site
    run_server(
        kind(path, build_options(ctx)),
        port=port,
        read_only=given["read_only"],
        places=environment.default_store_folder(),
        announce=partial(_announce, quiet=quiet, opens_browser=not no_browser),
    )
    return 0


def _announce(address: str, *, quiet: bool, opens_browser: bool) -> None:
    """Print the address of the pages, and open them."""
    output.print_result(address)
    output.print_message("Ctrl-C ends it.", quiet=quiet)
    if opens_browser:
        click.launch(address)
