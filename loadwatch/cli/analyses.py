"""Commands that read one athlete: report, weeks, flags, activities, plot, budget."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from loadwatch.cli import options as opt
from loadwatch.cli import output
from loadwatch.errors import NothingToRead
from loadwatch.tables import FLAG_LEVELS, RAISED_LEVELS

if TYPE_CHECKING:
    from loadwatch.analysis import Analysis
    from loadwatch.date_filter import Period

FLAGGED, SKIPPED = 3, 4
ROOMS = {"table": "terminal", "json": "as_json", "csv": "as_csv", "md": "markdown"}
PICTURES = (".png", ".svg", ".pdf")


def read_analysis(ctx: click.Context, *, empty_is_fine: bool = False) -> Analysis:
    """Return the analysis of the running command's paths, with progress while it reads."""
    from loadwatch import pipeline
    from loadwatch.cli.progress import show_progress

    quiet = bool(ctx.params.get("quiet"))
    with show_progress(quiet=quiet) as tick:
        analysis = pipeline.analyse_athlete(
            *ctx.params["paths"], options=opt.build_options(ctx, tick)
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


@click.command(
    "report", short_help="Read everything, say what changed, write the page."
)
@opt.paths
@click.option(
    "-o",
    "--output",
    "target",
    type=opt.PATH,
    metavar="FILE",
    help="Page to write: .html, .md or .json; - for stdout.",
)
@opt.units
@opt.period
@opt.reading
@click.pass_context
def write_report(
    ctx: click.Context,
    /,
    target: Path | None,
    **_: Any,
) -> int:
    """Read everything, say what changed, and write the page.

    PATH is a file, a folder or a vendor zip; several are one athlete. Without -o the page is
    loadwatch-NAME.html in this folder.
    """
    from loadwatch.report import terminal

    period = opt.read_period(ctx)
    analysis = read_analysis(ctx)
    target = target or Path(f"loadwatch-{terminal.make_slug(analysis.name)}.html")
    page = _render_page(ctx, target, analysis, period)
    summary = terminal.format_verdict(
        analysis, width=output.measure_width(), color=output.has_colour()
    )
    if str(target) == "-":
        output.print_result(page)
        output.print_message(summary, quiet=ctx.params["quiet"])
    else:
        output.write_file(target, page)
        if not ctx.params["quiet"]:
            output.print_result(summary)
        output.print_message(f"Wrote {target}", quiet=ctx.params["quiet"])
    return finish_reading(ctx, analysis)


def _render_page(
    ctx: click.Context, target: Path, analysis: Analysis, period: Period
) -> str:
    """Return the page in the form that the target's name asks for."""
    suffix = target.suffix.lower() if str(target) != "-" else ".html"
    if suffix in (".html", ".htm"):
        from loadwatch.cli.pages import load_or_draw_page

        return load_or_draw_page(
            analysis, ctx.params["paths"], opt.find_store(ctx), period
        )
    if suffix not in (".md", ".json"):
        raise click.UsageError(f"cannot write {target}: a page is .html, .md or .json")
    from loadwatch.pipeline import with_budget
    from loadwatch.report import as_json, markdown

    write = as_json.format_report if suffix == ".json" else markdown.format_report
    return write(with_budget(analysis), period)


def _print_table(ctx: click.Context, analysis: Analysis, period: Period) -> None:
    """Print the running command's table in the form asked for; only that form's room is brought in."""
    name, form = str(ctx.info_name), ctx.params["form"]
    write = getattr(import_module(f"loadwatch.report.{ROOMS[form]}"), f"format_{name}")
    more = (
        {"width": output.measure_width(), "color": output.has_colour()}
        if form == "table"
        else {}
    )
    output.print_result(write(analysis, period, **more))


@click.command("weeks", short_help="The weekly table.")
@opt.paths
@opt.add_format("table", "json", "csv", "md")
@opt.units
@opt.period
@opt.reading
@click.pass_context
def print_weeks(ctx: click.Context, /, **_: Any) -> int:
    """Print the weekly table: load, change, surface, climb and descent."""
    period = opt.read_period(ctx)
    analysis = read_analysis(ctx)
    _print_table(ctx, analysis, period)
    return finish_reading(ctx, analysis)


@click.command("flags", short_help="What was raised, against what, and why.")
@opt.paths
@click.option(
    "--fail-on",
    type=click.Choice(RAISED_LEVELS),
    help="Exit 3 if a flag of this week or the last complete one is at or over it.",
)
@opt.add_format("table", "json", "csv", "md")
@opt.units
@opt.period
@opt.reading
@click.pass_context
def print_flags(
    ctx: click.Context,
    /,
    fail_on: str | None,
    **_: Any,
) -> int:
    """Print the raised flags, each with what changed, against what, and why it is raised."""
    from loadwatch.verdict.headline import list_current_flags

    period = opt.read_period(ctx)
    analysis = read_analysis(ctx)
    _print_table(ctx, analysis, period)
    code = finish_reading(ctx, analysis)
    now = [
        flag
        for flag in list_current_flags(analysis)
        if fail_on and FLAG_LEVELS.index(flag.level) >= FLAG_LEVELS.index(fail_on)
    ]
    if not now:
        return code
    told = ", ".join(
        sorted({f"{flag.rule} in the week of {flag.week}" for flag in now})
    )
    output.print_message(f"At or over {fail_on}: {told}.", quiet=ctx.params["quiet"])
    return FLAGGED


@click.command("activities", short_help="What was read, and what was left out and why.")
@opt.paths
@opt.add_format("table", "json", "csv", "md")
@opt.units
@opt.period
@opt.reading
@click.pass_context
def print_activities(ctx: click.Context, /, **_: Any) -> int:
    """Print what was read, from where, and what was skipped or counted only once, and why."""
    period = opt.read_period(ctx)
    analysis = read_analysis(ctx, empty_is_fine=True)
    _print_table(ctx, analysis, period)
    if analysis.activities.empty:
        from loadwatch.pipeline import EXPORT_HINT

        raise NothingToRead(explain_nothing(analysis, ctx.params["paths"]), EXPORT_HINT)
    return finish_reading(ctx, analysis)


@click.command("plot", short_help="The weekly picture.")
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
    ctx: click.Context,
    /,
    target: Path,
    measures: tuple[str, ...],
    **_: Any,
) -> int:
    """Draw the weekly picture."""
    if target.suffix.lower() not in PICTURES:
        raise click.UsageError(
            f"cannot write {target}: a picture is .png, .svg or .pdf"
        )
    from loadwatch.report import charts

    period = opt.read_period(ctx)
    analysis = read_analysis(ctx)
    figure = charts.draw_measures(analysis, measures, period)
    output.write_file(target, charts.render_picture(figure, target.suffix.lower()[1:]))
    output.print_message(f"Wrote {target}", quiet=ctx.params["quiet"])
    return finish_reading(ctx, analysis)


@click.command("budget", short_help="What this week and the next can hold.")
@opt.paths
@click.option(
    "--plan",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="A planned week as CSV: date, distance_km, ascent_m ...",
)
@opt.add_format("table", "json")
@opt.units
@opt.reading
@click.pass_context
def print_budget(ctx: click.Context, /, plan: Path | None, **_: Any) -> int:
    """Print what is left this week, and next week's room, before a check is raised."""
    from loadwatch.date_filter import ALL_DAYS
    from loadwatch.pipeline import with_budget
    from loadwatch.report import terminal

    analysis = with_budget(read_analysis(ctx))
    if plan is None:
        _print_table(ctx, analysis, ALL_DAYS)
        return finish_reading(ctx, analysis)
    from loadwatch.pipeline import judge_plan
    from loadwatch.report import as_json

    tried = judge_plan(analysis, plan)
    if ctx.params["form"] == "json":
        output.print_result(as_json.format_plan(tried))
    else:
        units = analysis.settings.units
        output.print_result(
            terminal.format_plan(
                tried, units, width=output.measure_width(), color=output.has_colour()
            )
        )
    return finish_reading(ctx, analysis)


COMMANDS = (
    write_report,
    print_weeks,
    print_flags,
    print_activities,
    draw_plot,
    print_budget,
)
