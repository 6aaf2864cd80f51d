"""From the options of a command to its analysis, and what is reported of the reading."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from loadwatch.cli import output
from loadwatch.cli.worker_maps import choose_map
from loadwatch.errors import NothingToRead

if TYPE_CHECKING:
    from collections.abc import Callable

    from loadwatch.analysis import Analysis
    from loadwatch.date_filter import Period
    from loadwatch.pipeline import Options
    from loadwatch.pipeline.intake import ProgressCallback

SKIPPED = 4  # exit code under --strict
SETTINGS = (
    "tz",
    "week_start",
    "load",
    "sports",
    "osm",
    "default_surface",
    "preset",
    "today",
    "units",
)
LIST_SETTINGS = ("distance_unit", "elevation_unit", "date_order")


def collect_overrides(ctx: click.Context) -> dict[str, tuple[object, str]]:
    """Return the settings that options or the environment give, each with where it came from."""
    found: dict[str, tuple[object, str]] = {}
    for parameter in ctx.command.params:
        name = parameter.name or ""
        value = ctx.params.get(name)
        source = ctx.get_parameter_source(name)
        if (
            name not in (*SETTINGS, *LIST_SETTINGS)
            or value is None
            or source is ParameterSource.DEFAULT
        ):
            continue
        told = (
            parameter.envvar
            if source is ParameterSource.ENVIRONMENT
            else parameter.opts[-1]
        )
        if name == "sports":
            value = tuple(word.strip() for word in value.split(",") if word.strip())
        found[name] = (value, str(told))
    return found


def read_period(ctx: click.Context) -> Period:
    """Return the days of --from and --to; refuse a period that ends before it begins."""
    from loadwatch.date_filter import Period

    start, end = ctx.params["start"], ctx.params["end"]
    if start and end and start > end:
        raise click.UsageError(
            f"--from {start} lies after --to {end}: nothing can lie between."
        )
    return Period(start, end)


def find_store(ctx: click.Context) -> Path | None:
    """Return the folder where read files are kept, None for nowhere."""
    from loadwatch import environment

    return (
        None
        if ctx.params.get("no_store")
        else ctx.params.get("store") or environment.default_store_folder()
    )


def build_options(ctx: click.Context, tick: ProgressCallback | None = None) -> Options:
    """Return how to read, from the shared options of the running command."""
    from loadwatch import environment

    params = ctx.params
    wants_stdin = any(
        str(path) == "-" for path in (*params.get("paths", ()), params.get("file"))
    )
    return environment.local_options(
        overrides=collect_overrides(ctx),
        store=find_store(ctx),
        map_jobs=choose_map(params),
        progress=tick,
        warn=_warn_once(quiet=bool(params.get("quiet"))),
        stdin=sys.stdin.buffer.read() if wants_stdin else None,
    )


def _warn_once(*, quiet: bool) -> Callable[[str], None]:
    """Return a function that prints a warning on stderr, each text once."""
    printed: set[str] = set()

    def warn(message: str) -> None:
        if message not in printed:
            printed.add(message)
            output.print_message(message, quiet=quiet)

    return warn


def read_analysis(ctx: click.Context, *, empty_is_fine: bool = False) -> Analysis:
    """Return the analysis of the running command's paths, with progress while it reads."""
    from loadwatch import pipeline
    from loadwatch.cli.progress import show_progress

    quiet = bool(ctx.params.get("quiet"))
    with show_progress(quiet=quiet) as tick:
        analysis = pipeline.analyse_athlete(
            *ctx.params["paths"], options=build_options(ctx, tick)
        )
    if analysis.activities.empty and not empty_is_fine:
        raise NothingToRead(
            explain_nothing(analysis, ctx.params["paths"]), pipeline.EXPORT_HINT
        )
    return analysis


def explain_nothing(analysis: Analysis, paths: tuple[Path, ...]) -> str:
    """Return why there is nothing to show."""
    where = ", ".join(str(path) for path in paths)
    first = next(
        iter(sorted(analysis.skipped, key=lambda s: s.kind == "ignored")), None
    )
    if first is not None and len(analysis.skipped) == 1:
        inside = "" if Path(where).name == first.source else f"{first.source}: "
        return f"nothing to read in {where}: {inside}{first.why}."
    reason = f" The first: {first.source}: {first.why}." if first else ""
    looked = max(analysis.files, len(analysis.skipped))
    return f"nothing to read in {where}: 0 of {looked} files are FIT, GPX, TCX or CSV activities.{reason}"


def finish_reading(ctx: click.Context, analysis: Analysis) -> int:
    """Print the summary of what was read on stderr; return the exit code under --strict."""
    from loadwatch.report import provenance

    if not ctx.params.get("quiet"):
        output.print_message(
            provenance.format_summary(analysis, verbose=bool(ctx.params.get("verbose")))
        )
    lost = sum(skipped.kind != "ignored" for skipped in analysis.skipped)
    if not (ctx.params.get("strict") and lost):
        return 0
    output.print_message(
        f"Error: {lost} of {analysis.files} files could not be read (--strict)."
    )
    return SKIPPED
