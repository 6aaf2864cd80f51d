"""`demo`: the report of the sample athlete."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from loadwatch.cli import options as opt
from loadwatch.cli import output
from loadwatch.cli.command_help import define_command
from loadwatch.cli.reading import collect_overrides
from loadwatch.errors import NothingToRead


@define_command(
    "demo",
    "A made-up runner; needs no file of yours.",
    ("", "-o demo --open"),
)
@click.option(
    "-o",
    "--output",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(),
    metavar="DIR",
    help="Where the page goes. [this folder]",
)
@opt.open_page
@opt.units
@opt.quiet
@click.pass_context
def write_demo(ctx: click.Context, /, folder: Path, opens: bool, **_: Any) -> int:
    """Show what loadwatch does, on a made-up runner; needs no file of yours."""
    from loadwatch.pipeline import Options, analyse_athlete, with_budget
    from loadwatch.report import html
    from loadwatch.report.terminal import Terminal

    quiet = ctx.params["quiet"]
    options = Options(overrides=collect_overrides(ctx))
    sample = _find_sample()
    analysis = with_budget(analyse_athlete(sample, options=options))
    target = folder / "loadwatch-demo.html"
    output.make_folder(folder)
    output.write_file(target, html.format_report(analysis), [sample])
    if not quiet:
        screen = output.measure_screen()
        terminal = Terminal(screen.width, screen.color)
        output.print_result(terminal.format_verdict(analysis))
    place = output.describe_place(target)
    output.print_message(f"Wrote {place} (a made-up runner).", quiet=quiet)
    if opens:
        output.open_page(target)
    output.print_message(
        "Next, with your own export: loadwatch report export.zip -o me.html",
        quiet=quiet,
    )
    return 0


def _find_sample() -> Path:
    """Return the folder of the sample athlete: in the checkout, else where pip put it."""
    from importlib import metadata

    beside = Path(__file__).parents[2] / "sample_data" / "ana"
    if beside.is_dir():
        return beside
    for file in metadata.files("loadwatch") or ():
        if file.parts[-4:-1] == ("loadwatch", "sample_data", "ana"):
            return Path(file.locate()).resolve().parent
    raise NothingToRead("the sample athlete is missing", "Install loadwatch again.")
