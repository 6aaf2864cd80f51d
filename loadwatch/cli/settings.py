"""`settings`: what is in force, and where it came from."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from loadwatch.cli import options as opt
from loadwatch.cli import output
from loadwatch.cli.command_help import define_command
from loadwatch.cli.reading import build_options
from loadwatch.report.formats import ANSWERS

if TYPE_CHECKING:
    from loadwatch.pipeline import Options


@define_command(
    "settings",
    "What is in force, and where it came from.",
    ("", "me/"),
)
@click.argument("paths", nargs=-1, type=opt.PATH, metavar="[PATH...]")
@opt.add_format(ANSWERS)
@opt.units
@opt.settling
@click.pass_context
def show_settings(
    ctx: click.Context, /, paths: tuple[Path, ...], form: str, **_: Any
) -> int:
    """Show the effective settings, and where each came from."""
    from loadwatch.pipeline import load_athlete_settings
    from loadwatch.settings import list_effective

    options = build_options(ctx)
    rows = list_effective(load_athlete_settings(paths or (Path(),), options))
    rows += _list_folders(ctx, options)
    writer = ANSWERS[form](output.measure_screen())
    output.print_result(writer.format_settings(rows))
    return 0


def _list_folders(
    ctx: click.Context, options: Options
) -> list[tuple[str, object, str]]:
    """Return the rows of the store and of the user's own settings file."""
    from loadwatch import environment

    origin = "default"
    if ctx.params["no_store"]:
        origin = "--no-store"
    elif ctx.params["store"]:
        origin = "--store"
    own_path = environment.user_settings_path()
    state = "not there yet"
    if own_path.is_file():
        state = "read"
    return [
        ("store", str(options.store or "none"), origin),
        ("your own settings", str(own_path), state),
    ]
