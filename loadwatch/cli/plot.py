"""`plot`: the weekly picture."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from loadwatch.cli import options as opt
from loadwatch.cli import output
from loadwatch.cli.command_help import define_command
from loadwatch.cli.reading import finish_reading, read_analysis, read_period

PICTURES = (".png", ".svg", ".pdf")


@define_command(
    "plot",
    "The weekly picture.",
    ("me/ -o weeks.png", "me/ --measure distance --measure hard -o weeks.svg"),
)
@opt.paths
@click.option(
    "-o",
    "--output",
    "target",
    required=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Picture to write: .png, .svg or .pdf.",
)
@click.option(
    "--measure",
    "measures",
    multiple=True,
    type=opt.Measure(),
    metavar="COLUMN",
    help=f"What to draw, one panel each: {', '.join(opt.MEASURE_NAMES)}. [load]",
)
@opt.units
@opt.period
@opt.reading
@click.pass_context
def draw_plot(
    ctx: click.Context, /, target: Path, measures: tuple[str, ...], **_: Any
) -> int:
    """Draw the weekly picture."""
    if target.suffix.lower() not in PICTURES:
        raise click.UsageError(
            f"cannot write {target}: a picture is .png, .svg or .pdf"
        )
    from loadwatch.report import charts

    period = read_period(ctx)
    analysis = read_analysis(ctx)
    figure = charts.draw_measures(analysis, measures, period)
    picture = charts.render_picture(figure, target.suffix.lower()[1:])
    output.write_file(target, picture, ctx.params["paths"])
    output.print_message(f"Wrote {target}", quiet=ctx.params["quiet"])
    return finish_reading(ctx, analysis)
