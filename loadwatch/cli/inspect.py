"""`inspect`: what one file holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from loadwatch.cli import options as opt
from loadwatch.cli import output
from loadwatch.cli.command_help import define_command
from loadwatch.cli.reading import build_options
from loadwatch.errors import LoadwatchError, NothingToRead

if TYPE_CHECKING:
    from pathlib import Path


@define_command(
    "inspect",
    "What one file holds.",
    ("run.fit", "me/"),
)
@click.argument("file", type=opt.PATH)
@opt.looking
@click.pass_context
def inspect_file(ctx: click.Context, /, file: Path, **_: Any) -> int:
    """Show what one file holds: messages, fields, what was read of it.

    The output is made to be posted: it leaves out positions, names, serial numbers and the time
    of day. Of a folder or archive it is a line per file.
    """
    from loadwatch.inspect import inspect_path
    from loadwatch.pipeline import load_athlete_settings

    if str(file) != "-" and not file.exists():
        raise NothingToRead(f"no file or folder at {file}", "Check the spelling.")
    options = build_options(ctx)
    found = inspect_path(
        file, load_athlete_settings([file], options), options.store, options.stdin
    )
    if found.text:
        output.print_result(found.text)
    if found.why:
        raise LoadwatchError(found.why)
    return 0
