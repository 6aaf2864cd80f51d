"""`report`: read everything, say what changed, write the page."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from loadwatch.cli import options as opt
from loadwatch.cli import output
from loadwatch.cli.command_help import define_command
from loadwatch.cli.reading import find_store, finish_reading, read_analysis, read_period
from loadwatch.report.formats import PAGES

if TYPE_CHECKING:
    from loadwatch.analysis import Analysis
    from loadwatch.date_filter import Period

HTML_SUFFIXES = (".html", ".htm")  # pages that are kept until something changes


@define_command(
    "report",
    "Read everything, say what changed, write the page.",
    ("export.zip -o me.html", "me/ --today yesterday -o me.html"),
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
@click.option(
    "--handout", is_flag=True, help="Two A4 sides for an appointment, as .html."
)
@opt.open_page
@opt.name
@opt.units
@opt.period
@opt.reading
@click.pass_context
def write_report(
    ctx: click.Context,
    /,
    target: Path | None,
    handout: bool,
    opens: bool,
    **_: Any,
) -> int:
    """Read everything, say what changed, and write the page.

    PATH is a file, a folder or a vendor zip; several are one athlete. Without -o the page is
    loadwatch-NAME.html in this folder.
    """
    from loadwatch.report.slugs import make_slug

    quiet = ctx.params["quiet"]
    period = read_period(ctx)
    analysis = read_analysis(ctx)
    kind = "-handout" if handout else ""
    target = target or Path(f"loadwatch-{make_slug(analysis.name)}{kind}.html")
    page = _format_page(ctx, target, analysis, period)
    summary = ""
    if not quiet:
        summary = _format_summary(analysis)
    if str(target) == "-":
        output.print_result(page)
        output.print_message(summary, quiet=quiet)
    else:
        output.write_file(target, page, ctx.params["paths"])
        if not quiet:
            output.print_result(summary)
        output.print_message(f"Wrote {output.describe_place(target)}", quiet=quiet)
        if opens:
            output.open_page(target)
    return finish_reading(ctx, analysis)


def _format_summary(analysis: Analysis) -> str:
    """Return the verdict as a terminal shows it."""
    from loadwatch.report.terminal import Terminal

    screen = output.measure_screen()
    return Terminal(screen.width, screen.color).format_verdict(analysis)


def _format_page(
    ctx: click.Context, target: Path, analysis: Analysis, period: Period
) -> str:
    """Return the page in the format that the suffix of `target` asks for."""
    suffix = target.suffix.lower()
    if str(target) == "-":
        suffix = ".html"
    if suffix not in PAGES:
        raise click.UsageError(f"cannot write {target}: a page is .html, .md or .json")
    if suffix in HTML_SUFFIXES:
        from loadwatch.cli.pages import draw_handout, load_or_draw_page
        from loadwatch.environment import today_by_clock

        paths, now = ctx.params["paths"], today_by_clock()
        if ctx.params["handout"]:
            return draw_handout(analysis, period, now)
        return load_or_draw_page(analysis, paths, find_store(ctx), period, now)
    if ctx.params["handout"]:
        raise click.UsageError(f"cannot write {target}: a handout is .html")
    from loadwatch.pipeline import with_budget

    writer = PAGES[suffix](output.measure_screen())
    return writer.format_report(with_budget(analysis), period)
