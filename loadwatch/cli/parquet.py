"""`parquet`: exposures, weeks and flags of a folder of athletes, for a warehouse."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from loadwatch.cli import options as opt
from loadwatch.cli import output
from loadwatch.cli.command_help import define_command
from loadwatch.cli.reading import build_options, warn_of_roster_map
from loadwatch.errors import LoadwatchError, NothingToRead
from loadwatch.formatting import format_count

if TYPE_CHECKING:
    from loadwatch.cli.datasets import Written


@define_command(
    "parquet",
    "All athletes as Parquet datasets, for a warehouse.",
    ("club/ -o data", "club/ -o data --anonymise"),
)
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    "target",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    required=True,
    help="Where the datasets go.",
)
@click.option("--anonymise", is_flag=True, help="Replace names by lasting pseudonyms.")
@opt.reading
@click.pass_context
def write_parquet(
    ctx: click.Context, /, folder: Path, target: Path, anonymise: bool, **_: Any
) -> int:
    """Write exposures, weeks and flags of a folder of athletes as Parquet datasets.

    One file per dataset and athlete, as DIR/weeks/athlete=ana/part-0.parquet. An athlete's
    files are written again only where something changed. Needs the extra `parquet`.
    """
    from loadwatch import pipeline
    from loadwatch.cli.datasets import write_datasets
    from loadwatch.cli.progress import show_progress
    from loadwatch.environment import load_pseudonym_key
    from loadwatch.pipeline.athlete_lines import choose_athlete_map

    if find_spec("pyarrow") is None:
        raise LoadwatchError("parquet needs pyarrow: pip install '.[parquet]'")
    if target.resolve().is_relative_to(folder.resolve()):
        raise click.UsageError(f"{target} lies in the folder that is read.")
    quiet = ctx.params["quiet"]
    with show_progress(quiet=quiet) as progress:
        options = build_options(ctx, progress)
        roster = pipeline.analyse_roster(folder, options)
    if not any(athlete.load for athlete in roster.athletes):
        raise NothingToRead(
            f"nothing to read of any athlete in {folder}", pipeline.EXPORT_HINT
        )
    key = b""
    if anonymise:
        key = load_pseudonym_key()
    map_athletes = choose_athlete_map(folder, options)
    written = write_datasets(roster, target, [folder], key, map_athletes)
    output.print_message(_describe_written(written, target), quiet=quiet)
    warn_of_roster_map(roster, quiet=quiet, named=not anonymise)
    return 0


def _describe_written(written: Written, target: Path) -> str:
    """Return what was written, in one sentence per kind, and who could not be read."""
    athletes = format_count(written.new, "athlete", "athletes")
    text = f"Wrote exposures, weeks and flags of {athletes} to {target}"
    if written.unchanged:
        text += f", {written.unchanged} unchanged"
    if written.dropped:
        text += f", {written.dropped} dropped who are no longer there"
    lines = [f"{text}."]
    lines += [f"Could not be read: {name}: {why}" for name, why in written.unread]
    return "\n".join(lines)
