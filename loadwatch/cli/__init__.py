"""The command line: the only place that prints. Heavy imports are inside functions."""

from __future__ import annotations

import atexit
import contextlib
import gc
import io
import logging
import os
import sys
import warnings
from typing import NoReturn

import click

from loadwatch.cli import (
    budget,
    columns,
    course,
    demo,
    diary,
    encoding,
    help_topics,
    inspect,
    map_needs,
    output,
    parquet,
    plot,
    report,
    roster,
    rules,
    serve,
    settings,
    tables,
    tag,
)
from loadwatch.cli.exit_codes import COULD_NOT, DONE, INTERRUPTED, USAGE
from loadwatch.errors import LoadwatchError, SettingsError, describe_fault
from loadwatch.version import __version__

# a run is short and its tables have few cycles: to look for them often costs a tenth
CYCLES = 200_000  # more new objects than pandas and the page of eleven years make
TYPED = ("-", "LOADWATCH_")  # how the place of a setting begins that was typed
# on a terminal, where no command is given
FIRST_STEPS = """\
loadwatch serve me/        opens the folder me/ as pages: drop your files, tap, done
loadwatch report me.zip    writes a page from the zip that your watch's vendor sent you
loadwatch demo             shows a made-up runner; loadwatch --help lists everything"""
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
    invoke_without_command=True,
)
@click.version_option(__version__, message="loadwatch %(version)s")
@click.pass_context
def cli(ctx: click.Context) -> int:
    """What changed in a runner's training: load, surface, hills, week by week.

    Reads FIT, GPX, TCX and CSV exports, folders and whole vendor zips. Everything stays on
    this machine. A flag is a reason to look and to talk; it predicts nothing.
    """
    if ctx.invoked_subcommand is None:
        click.echo(FIRST_STEPS if sys.stdout.isatty() else ctx.get_help())
    return DONE


COMMANDS = (
    demo.write_demo,
    report.write_report,
    tables.print_weeks,
    tables.print_flags,
    tables.print_activities,
    plot.draw_plot,
    budget.print_budget,
    course.try_routes,
    diary.show_diary,
    tag.tag_runs,
    roster.review_roster,
    parquet.write_parquet,
    inspect.inspect_file,
    map_needs.find_map,
    rules.explain_rules,
    columns.explain_columns,
    settings.show_settings,
    help_topics.show_help,
    serve.serve_pages,
)
for command in COMMANDS:
    cli.add_command(command)


def main() -> NoReturn:
    """Run the command line and exit with its code; never with a traceback."""
    gc.set_threshold(CYCLES, 50, 50)
    atexit.register(gc.freeze)  # else Python looks for cycles twice before it ends
    _replace_closed_streams()
    _silence_libraries()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # a plain ASCII terminal shows !! for ▲ and keeps each minus
            stream.reconfigure(errors=encoding.ERRORS)
    sys.exit(_run_command())


def _replace_closed_streams() -> None:
    """Put /dev/null where stdin, stdout or stderr is closed.

    Else the next file that is opened would get its number, and messages would go into it.
    """
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is not None:
            continue
        with contextlib.suppress(OSError):
            os.open(os.devnull, os.O_RDWR)  # gets the lowest number that is free
            mode = "w" if number else "r"
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: PTH123, SIM115 - closed by the exit


def _silence_libraries() -> None:
    """Keep notices of libraries, which name folders of this machine, off stderr."""
    if os.environ.get("LOADWATCH_DEBUG"):
        return
    if not sys.warnoptions:
        warnings.simplefilter("ignore")
        os.environ.setdefault("PYTHONWARNINGS", "ignore")  # for the workers
    logging.getLogger("matplotlib").setLevel(logging.ERROR)


def _run_command() -> int:
    """Run the command that was typed; return its exit code."""
    try:
        return cli(prog_name="loadwatch", standalone_mode=False) or DONE
    except click.exceptions.Exit as error:
        return error.exit_code
    except (click.Abort, KeyboardInterrupt) as error:
        if not isinstance(error.__cause__, EOFError):
            return INTERRUPTED
        return _report_fault(error.__cause__)  # click takes it for the end of the input
    except BrokenPipeError:
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115 - closed by the exit
        return DONE
    except click.UsageError as error:
        output.print_message(_format_usage_error(error))
        return USAGE
    except Exception as error:  # noqa: BLE001 - the last guard: a fault of ours is one line too
        return _report_fault(error)


def _report_fault(error: Exception) -> int:
    """Print what went wrong in one line; return the exit code."""
    if os.environ.get("LOADWATCH_DEBUG"):
        raise error
    output.print_message(f"Error: {_describe_error(error)}")
    return _choose_exit_code(error)


def _format_usage_error(error: click.UsageError) -> str:
    """Return how the command is used and what is wrong, as click words it."""
    lines = []
    if error.ctx:
        hint = f"Try '{error.ctx.command_path} --help' for help."
        lines = [error.ctx.get_usage(), hint, ""]
    lines.append(f"Error: {error.format_message()}")
    return "\n".join(lines)


def _describe_error(error: Exception) -> str:
    """Return what went wrong, and what to do, in one line."""
    if isinstance(error, LoadwatchError):
        return str(error)
    if isinstance(error, click.ClickException):
        return error.format_message()
    if isinstance(error, OSError):
        return f"{error.filename or 'file'}: {error.strerror or error}"
    return (
        f"loadwatch itself failed ({describe_fault(error)}: {error}). Please report it; "
        "LOADWATCH_DEBUG=1 shows all."
    )


def _choose_exit_code(error: Exception) -> int:
    """Return the code of an error: a wrong setting is usage only where it was typed."""
    is_typed = isinstance(error, SettingsError) and error.where.startswith(TYPED)
    if is_typed:
        return USAGE
    return COULD_NOT
