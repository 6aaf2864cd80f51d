"""The command line: the only place that prints. Heavy imports are inside functions."""

from __future__ import annotations

import gc
import os
import sys
from typing import NoReturn

import click

from loadwatch.cli import (
    budget,
    columns,
    demo,
    diary,
    help_topics,
    inspect,
    plot,
    report,
    roster,
    rules,
    settings,
    tables,
)
from loadwatch.cli.exit_codes import COULD_NOT, DONE, INTERRUPTED, USAGE
from loadwatch.errors import LoadwatchError, SettingsError
from loadwatch.version import __version__

# a run is short and its tables have few cycles: to look for them often costs a tenth
CYCLES = 100_000
TYPED = ("-", "LOADWATCH_")  # how the place of a setting begins that was typed
EPILOG = """\b
Examples:
  loadwatch demo
  loadwatch report export.zip -o me.html
  loadwatch flags me/ --fail-on high

Exit codes: 0 done, 1 could not, 2 usage, 3 flags at or over --fail-on,
4 files could not be read under --strict, 130 interrupted.
Every option can come from the environment: --tz from LOADWATCH_TZ."""


@click.group(
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=EPILOG,
)
@click.version_option(__version__, message="loadwatch %(version)s")
def cli() -> None:
    """What changed in a runner's training: load, surface, hills, week by week.

    Reads FIT, GPX, TCX and CSV exports, folders and whole vendor zips. Everything stays on
    this machine. A flag is a reason to look and to talk; it predicts nothing.
    """


COMMANDS = (
    demo.write_demo,
    report.write_report,
    tables.print_weeks,
    tables.print_flags,
    tables.print_activities,
    plot.draw_plot,
    budget.print_budget,
    diary.show_diary,
    roster.review_roster,
    inspect.inspect_file,
    rules.explain_rules,
    columns.explain_columns,
    settings.show_settings,
    help_topics.show_help,
)
for command in COMMANDS:
    cli.add_command(command)


def main() -> NoReturn:
    """Run the command line and exit with its code; never with a traceback."""
    gc.set_threshold(CYCLES, 50, 50)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            # a plain ASCII terminal shows ? for ▲, it does not fail
            stream.reconfigure(errors="replace")
    sys.exit(_run_command())


def _run_command() -> int:
    """Run the command that was typed; return its exit code."""
    try:
        return cli(prog_name="loadwatch", standalone_mode=False) or DONE
    except click.exceptions.Exit as error:
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except BrokenPipeError:
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115 - closed by the exit
        return DONE
    except click.UsageError as error:
        error.show()
        return USAGE
    except Exception as error:  # the last guard: a fault of ours is one line too
        if os.environ.get("LOADWATCH_DEBUG"):
            raise
        click.echo(f"Error: {_describe_error(error)}", err=True)
        return _choose_exit_code(error)


def _describe_error(error: Exception) -> str:
    """Return what went wrong, and what to do, in one line."""
    if isinstance(error, LoadwatchError):
        return str(error)
    if isinstance(error, click.ClickException):
        return error.format_message()
    if isinstance(error, OSError):
        return f"{error.filename or 'file'}: {error.strerror or error}"
    return (
        f"loadwatch itself failed ({type(error).__name__}: {error}). Please report it; "
        "LOADWATCH_DEBUG=1 shows where."
    )


def _choose_exit_code(error: Exception) -> int:
    """Return the code of an error: a wrong setting is usage only where it was typed."""
    is_typed = isinstance(error, SettingsError) and error.where.startswith(TYPED)
    if is_typed:
        return USAGE
    return COULD_NOT
