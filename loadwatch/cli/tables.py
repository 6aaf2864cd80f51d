"""`weeks`, `flags`, `activities`: the tables of one athlete."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import click

from loadwatch.cli import options as opt
from loadwatch.cli import output
from loadwatch.cli.command_help import define_command
from loadwatch.cli.exit_codes import FLAGGED
from loadwatch.cli.reading import (
    explain_nothing,
    finish_reading,
    read_analysis,
    read_period,
)
from loadwatch.errors import NothingToRead
from loadwatch.report.formats import TABLES
from loadwatch.tables import FLAG_LEVELS, RAISED_LEVELS

if TYPE_CHECKING:
    from loadwatch.analysis import Analysis
    from loadwatch.date_filter import Period

TERMINAL = "table"  # the format that a person reads, and that shows the last weeks only
LAST_WEEKS, LAST_FLAGGED_WEEKS = 12, 26


@define_command(
    "weeks",
    "The weekly table.",
    ("me/", "me/ --from -12w --format csv"),
)
@opt.paths
@opt.add_format(TABLES)
@opt.units
@opt.period
@opt.every_week
@opt.reading
@click.pass_context
def print_weeks(ctx: click.Context, /, form: str, **_: Any) -> int:
    """Print the weekly table: load, change, surface, climb and descent."""
    analysis = read_analysis(ctx)
    period, hint = _choose_period(ctx, analysis, LAST_WEEKS)
    writer = TABLES[form](output.measure_screen())
    output.print_pages(writer.format_weeks(analysis, period))
    output.print_message(hint, quiet=ctx.params["quiet"])
    return finish_reading(ctx, analysis)


def _choose_period(
    ctx: click.Context, analysis: Analysis, most: int
) -> tuple[Period, str]:
    """Return the days to show, and a hint where they are not all.

    A table that a person reads shows the last `most` weeks unless days or `--all` are asked for.
    """
    period = read_period(ctx)
    if period.is_limited:
        return period, _explain_no_week(analysis, period)
    weeks = len(analysis.weeks)
    if ctx.params["show_all"] or ctx.params["form"] != TERMINAL or weeks <= most:
        return period, ""
    from loadwatch.date_filter import Period

    first = analysis.weeks.index[-1].date() - timedelta(weeks=most - 1)
    return Period(first), f"The last {most} of {weeks} weeks; --all shows every one."


def _explain_no_week(analysis: Analysis, period: Period) -> str:
    """Return that `period` holds no week, and which weeks there are; "" where it holds one."""
    from loadwatch.date_filter import filter_dates
    from loadwatch.formatting import format_day

    days = analysis.weeks.index
    if not len(days) or len(filter_dates(analysis, period).weeks):
        return ""
    first, last = format_day(days[0]), format_day(days[-1])
    return (
        "No week between --from and --to; "
        f"the weeks reach from that of {first} to that of {last}."
    )


@define_command(
    "flags",
    "What was raised, against what, and why.",
    ("me/ --all", "club/ana --fail-on high"),
)
@opt.paths
@click.option(
    "--fail-on",
    type=click.Choice(RAISED_LEVELS),
    help="Exit 3 if a flag of this week or the last complete one is at or over it.",
)
@opt.add_format(TABLES)
@opt.units
@opt.period
@opt.every_week
@opt.reading
@click.pass_context
def print_flags(ctx: click.Context, /, form: str, fail_on: str | None, **_: Any) -> int:
    """Print the raised flags, each with what changed, against what, and why it is raised."""
    analysis = read_analysis(ctx)
    period, hint = _choose_period(ctx, analysis, LAST_FLAGGED_WEEKS)
    writer = TABLES[form](output.measure_screen())
    output.print_pages(writer.format_flags(analysis, period))
    output.print_message(hint, quiet=ctx.params["quiet"])
    code = finish_reading(ctx, analysis)
    if fail_on is None:
        return code
    found = _list_flags_over(analysis, fail_on)
    if not found:
        return code
    output.print_message(
        f"At or over {fail_on}: {', '.join(found)}.", quiet=ctx.params["quiet"]
    )
    return FLAGGED


def _list_flags_over(analysis: Analysis, least: str) -> list[str]:
    """Return rule and week of each current flag whose level is `least` or higher."""
    from loadwatch.verdict.headline import list_current_flags

    found = set()
    for flag in list_current_flags(analysis):
        if FLAG_LEVELS.index(flag.level) >= FLAG_LEVELS.index(least):
            found.add(f"{flag.rule} in the week of {flag.week}")
    return sorted(found)


@define_command(
    "activities",
    "What was read, and what was left out and why.",
    ("me/ --from -4w", "export.zip --format json"),
)
@opt.paths
@opt.add_format(TABLES)
@opt.units
@opt.period
@opt.reading
@click.pass_context
def print_activities(ctx: click.Context, /, form: str, **_: Any) -> int:
    """Print what was read, from where, and what was skipped or counted only once, and why."""
    period = read_period(ctx)
    analysis = read_analysis(ctx, empty_is_fine=True)
    writer = TABLES[form](output.measure_screen())
    output.print_pages(writer.format_activities(analysis, period))
    if analysis.activities.empty:
        from loadwatch.pipeline import EXPORT_HINT

        raise NothingToRead(explain_nothing(analysis, ctx.params["paths"]), EXPORT_HINT)
    return finish_reading(ctx, analysis)
