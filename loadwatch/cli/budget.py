"""`budget`: what this week and the next can hold, and what a plan would raise."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from loadwatch.cli import options as opt
from loadwatch.cli import output
from loadwatch.cli.command_help import define_command
from loadwatch.cli.reading import finish_reading, read_analysis
from loadwatch.report.formats import TABLES


@define_command(
    "budget",
    "What this week and the next can hold.",
    ("me/", "me/ --plan plan.csv"),
)
@opt.paths
@click.option(
    "--plan",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="A planned week as CSV: date, distance_km, ascent_m, course ...",
)
@opt.add_format(TABLES)
@opt.units
@opt.reading
@click.pass_context
def print_budget(ctx: click.Context, /, form: str, plan: Path | None, **_: Any) -> int:
    """Print how much this week and the next can hold before a check is raised."""
    from loadwatch.pipeline import with_budget
    from loadwatch.pipeline.routes import RunnerFiles, judge_plan

    analysis = with_budget(read_analysis(ctx))
    writer = TABLES[form](output.measure_screen())
    if plan is None:
        output.print_result(writer.format_budget(analysis))
    else:
        files = RunnerFiles(places=tuple(ctx.params["paths"]))
        tried = judge_plan(analysis, plan, files)
        units = analysis.settings.units
        output.print_result(writer.format_plan(tried, units))
    return finish_reading(ctx, analysis)
