"""`course`: what a route would add and raise if it were run on a day."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from loadwatch.cli import options as opt
from loadwatch.cli import output
from loadwatch.cli.command_help import define_command
from loadwatch.cli.reading import finish_reading, read_analysis

if TYPE_CHECKING:
    from datetime import date

FORMS = ("table", "json")
SUFFIXES = frozenset((".gpx", ".tcx", ".fit"))


@define_command(
    "course",
    "What a route would raise before it is run.",
    ("route.gpx me/", "hills.gpx lake.gpx me/ --date 2026-12-06"),
)
@click.argument(
    "paths", nargs=-1, required=True, type=opt.PATH, metavar="ROUTE... PATH..."
)
@click.option(
    "--date",
    "day",
    type=opt.Day(),
    metavar="DATE",
    help="Day of the run. [the day after today]",
)
@opt.add_format(FORMS)
@opt.units
@opt.reading
@click.pass_context
def try_routes(ctx: click.Context, /, form: str, day: date | None, **_: Any) -> int:
    """Measure routes, and try each on a day against the runner's own weeks.

    The first files are routes (GPX, TCX or FIT), what follows is the runner's data: the last
    path, and all from the first folder or export on. The mildest route comes first.
    """
    from loadwatch.pipeline import routes
    from loadwatch.report import route_guide

    paths, places = split_paths(ctx.params["paths"])
    ctx.params["paths"] = places
    analysis = read_analysis(ctx)
    tried = routes.try_routes(analysis, paths, day, routes.RunnerFiles(places=places))
    if form == "json":
        output.print_result(route_guide.format_routes_json(tried))
    else:
        units = analysis.settings.units
        width = output.measure_screen().width
        output.print_result(route_guide.format_routes(tried, units, width))
    return finish_reading(ctx, analysis)


def split_paths(paths: tuple[Path, ...]) -> tuple[tuple[Path, ...], tuple[Path, ...]]:
    """Return the routes that come first, and the runner's data behind them."""
    count = 0
    while count < len(paths) - 1 and _is_route(paths[count]):
        count += 1
    if not count and len(paths) == 1 and _is_route(paths[0]):
        raise click.UsageError(
            "name the runner's data behind the route: "
            f"loadwatch course {paths[0].name} me/"
        )
    if not count:
        raise click.UsageError(
            "name a route (.gpx, .tcx or .fit) first, then the runner's data: "
            "loadwatch course route.gpx me/"
        )
    return paths[:count], paths[count:]


def _is_route(path: Path) -> bool:
    """Return whether a path is named as a route is; whether it is one, reading tells."""
    name = path.name.lower().removesuffix(".gz")
    return not path.is_dir() and Path(name).suffix in SUFFIXES
