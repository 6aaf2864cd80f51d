"""`map`: which map extract the runs need, and whether the one given covers them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from loadwatch.cli import options as opt
from loadwatch.cli import output
from loadwatch.cli.command_help import define_command
from loadwatch.cli.reading import find_store, finish_reading, read_analysis

FORMS = ("table", "json")
BYTES_PER_MB = 1_000_000


@define_command(
    "map",
    "Which map extract the runs need.",
    ("me/", "me/ --osm country.osm.pbf --cut region.osm.pbf"),
)
@opt.paths
@click.option(
    "--cut",
    "target",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="OUT",
    help="Write what the runs need of the map given by --osm as a small .osm.pbf.",
)
@opt.add_format(FORMS)
@opt.units
@opt.reading
@click.pass_context
def find_map(ctx: click.Context, /, form: str, target: Path | None, **_: Any) -> int:
    """Find which map extract the runs need, and how much of them a given one covers.

    The box is rounded outward to 0.05 degrees, so that it does not show a home. Nothing is
    downloaded: the links are for you to open.
    """
    from loadwatch.pipeline.map_needs import find_map_needs
    from loadwatch.report import map_guide

    analysis = read_analysis(ctx)
    needs = find_map_needs(analysis, find_store(ctx))
    if target is not None:
        _cut_map(ctx, analysis, target)
    if form == "json":
        output.print_result(map_guide.format_map_needs_json(needs))
    else:
        units = analysis.settings.units
        output.print_result(map_guide.format_map_needs(needs, units))
    return finish_reading(ctx, analysis)


def _cut_map(ctx: click.Context, analysis: Any, target: Path) -> None:
    """Write the small extract; it never goes over an input or over the map itself."""
    from loadwatch.pipeline.map_needs import cut_map

    if not analysis.settings.osm:
        raise click.UsageError("--cut needs the map to cut from: --osm FILE")
    if not target.name.endswith(".osm.pbf"):
        raise click.UsageError(f"--cut {target.name}: name a file ending in .osm.pbf")
    extract = Path(analysis.settings.osm)
    content = cut_map(analysis, extract)
    output.write_file(target, content, (*ctx.params["paths"], extract))
    megabytes = f"{len(content) / BYTES_PER_MB:.1f} MB"
    output.print_message(f"Wrote {target} ({megabytes}).", quiet=ctx.params["quiet"])
