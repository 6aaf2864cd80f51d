"""From the options of a command to its analysis, and what is reported of the reading."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from loadwatch.cli import output
from loadwatch.cli.exit_codes import DONE, SKIPPED
from loadwatch.cli.worker_maps import open_maps
from loadwatch.errors import NothingToRead

if TYPE_CHECKING:
    from collections.abc import Callable

    from loadwatch.analysis import Analysis, Roster
    from loadwatch.date_filter import Period
    from loadwatch.pipeline import Options
    from loadwatch.pipeline.intake import ProgressCallback

SETTINGS = (
    "name",
    "tz",
    "week_start",
    "load",
    "sports",
    "osm",
    "default_surface",
    "preset",
    "today",
    "units",
    "distance_unit",
    "elevation_unit",
    "date_order",
)


def collect_overrides(ctx: click.Context) -> dict[str, tuple[object, str]]:
    """Return the settings that options or the environment give, each with its origin."""
    overrides: dict[str, tuple[object, str]] = {}
    for parameter in ctx.command.params:
        name = parameter.name or ""
        value = ctx.params.get(name)
        origin = _find_origin(ctx, parameter)
        if name not in SETTINGS or value is None or not origin:
            continue
        if name == "sports":
            value = tuple(word.strip() for word in value.split(",") if word.strip())
        overrides[name] = (value, origin)
    return overrides


def _find_origin(ctx: click.Context, parameter: click.Parameter) -> str:
    """Return the option or variable that gave a value, "" for a default."""
    source = ctx.get_parameter_source(parameter.name or "")
    if source is ParameterSource.DEFAULT:
        return ""
    if source is ParameterSource.ENVIRONMENT:
        return str(parameter.envvar)
    return parameter.opts[-1]


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

    if ctx.params.get("no_store"):
        return None
    folder: Path | None = ctx.params.get("store")
    return (folder or environment.default_store_folder()).absolute()


def build_options(
    ctx: click.Context, progress: ProgressCallback | None = None
) -> Options:
    """Return how to read, from the shared options of the running command."""
    from loadwatch import environment

    params = ctx.params
    store = find_store(ctx)
    maps = ctx.with_resource(open_maps(params, store))
    stdin = None
    if any(str(path) == "-" for path in (*params.get("paths", ()), params.get("file"))):
        stdin = sys.stdin.buffer.read()
    return environment.local_options(
        overrides=collect_overrides(ctx),
        store=store,
        progress=progress,
        warn=_warn_once(quiet=bool(params.get("quiet"))),
        stdin=stdin,
        **maps,
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
    """Return the analysis of the running command's paths, with progress meanwhile.

    Raises
    ------
    NothingToRead : there is no activity, unless `empty_is_fine`.
    """
    from loadwatch.cli.progress import show_progress

    paths = ctx.params["paths"]
    with show_progress(quiet=bool(ctx.params.get("quiet"))) as progress:
        options = build_options(ctx, progress)
        from loadwatch import pipeline  # after the workers, which start meanwhile

        analysis = pipeline.analyse_athlete(*paths, options=options)
    if analysis.activities.empty and not empty_is_fine:
        raise NothingToRead(explain_nothing(analysis, paths), pipeline.EXPORT_HINT)
    if ctx.params.get("sports") is not None:
        _check_sports(analysis)
    return analysis


def _check_sports(analysis: Analysis) -> None:
    """Refuse a sport of `--sports` that neither the files nor any vendor's list of sports hold."""
    from loadwatch.formatting import clean_text
    from loadwatch.ingest.readers.sports import list_known_sports

    counts = analysis.activities["sport"].value_counts()
    for sport in analysis.settings.sports:
        if sport in counts.index or sport in list_known_sports():
            continue
        found = ", ".join(f"{name} ({number})" for name, number in counts.items())
        raise click.UsageError(
            f"--sports: no sport is called {clean_text(sport, 40)!r}; found: {clean_text(found)}"
        )


def explain_nothing(analysis: Analysis, paths: tuple[Path, ...]) -> str:
    """Return why there is nothing to show."""
    where = ", ".join(str(path) for path in paths)
    # what could not be read comes before what was fine, yet no activity
    skipped = sorted(analysis.skipped, key=lambda item: item.kind == "ignored")
    if len(skipped) == 1:
        reason = f"{skipped[0].why}."
        if Path(where).name != skipped[0].source:
            reason = f"{skipped[0].source}: {reason}"
        return f"nothing to read in {where}: {reason}"
    files = max(analysis.files, len(skipped))
    reason = f"0 of {files} files are FIT, GPX, TCX or CSV activities."
    if skipped:
        reason += f" The first: {skipped[0].source}: {skipped[0].why}."
    return f"nothing to read in {where}: {reason}"


def finish_reading(ctx: click.Context, analysis: Analysis) -> int:
    """Print the summary of what was read on stderr; return the exit code."""
    from loadwatch.report import data_problems, provenance

    if not ctx.params.get("quiet"):
        verbose = bool(ctx.params.get("verbose"))
        output.print_message(provenance.format_summary(analysis, verbose=verbose))
        for line in data_problems.list_doubts(analysis):
            output.print_message(line)
    warn_of_map(ctx, analysis)
    unread = sum(item.kind != "ignored" for item in analysis.skipped)
    if not unread or not ctx.params.get("strict"):
        return DONE
    output.print_message(
        f"Error: {unread} of {analysis.files} files could not be read (--strict)."
    )
    return SKIPPED


def warn_of_map(ctx: click.Context, analysis: Analysis) -> None:
    """Print a warning on stderr where the map leaves out some of the runs."""
    if not analysis.settings.osm:
        return
    from loadwatch.pipeline.map_coverage import compute_covered_share
    from loadwatch.report.map_guide import warn_of_coverage

    warning = warn_of_coverage(compute_covered_share(analysis))
    output.print_message(warning, quiet=bool(ctx.params.get("quiet")))


def warn_of_roster_map(roster: Roster, *, quiet: bool, named: bool = True) -> None:
    """Print a warning on stderr of the athletes whose runs the map leaves out."""
    from loadwatch.report.map_guide import warn_of_strangers

    covered = [(athlete.name, athlete.map_covered) for athlete in roster.athletes]
    output.print_message(warn_of_strangers(covered, named=named), quiet=quiet)
