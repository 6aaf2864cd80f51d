"""Where results go: stdout, stderr, or a file that is whole or not there."""

from __future__ import annotations

import os
import shutil
import stat
import sys
from typing import TYPE_CHECKING

import click

from loadwatch import user_files
from loadwatch.errors import LoadwatchError
from loadwatch.formatting import clean_lines
from loadwatch.report.formats import PLAIN_WIDTH, Screen

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

PLAIN_HEIGHT = 24  # lines of a terminal that does not say


def print_message(text: str, *, quiet: bool = False) -> None:
    """Print a summary, hint, warning or error on stderr.

    Whatever it quotes is made harmless here, for all messages: no control character of a name
    or a cell reaches a terminal.
    """
    if text and not quiet:
        click.echo(clean_lines(text), file=sys.stderr)


def print_result(text: str) -> None:
    """Print the result, and nothing else, on stdout.

    The stream is named since click writes UTF-8 where it finds a stream of plain ASCII.
    """
    click.echo(text, file=sys.stdout, nl=not text.endswith("\n"))


def print_pages(text: str) -> None:
    """Print a result on stdout, through a pager where it is longer than the terminal."""
    height = shutil.get_terminal_size((PLAIN_WIDTH, PLAIN_HEIGHT)).lines
    is_short = text.count("\n") < height
    if is_short or not sys.stdout.isatty() or not sys.stdin.isatty():
        print_result(text)
        return
    # colours stay; a text that fits after all does not wait for a key
    os.environ.setdefault("LESS", "-RFX")
    click.echo_via_pager(text, color=_shows_colour())


def describe_place(path: Path) -> str:
    """Return where a file is: as a link to click on a terminal, else as it was named.

    What is not for a terminal may be sent on, and names no folder of this machine.
    """
    if sys.stderr.isatty():
        return path.resolve().as_uri()
    return str(path)


def open_page(path: Path) -> None:
    """Open a page in the user's browser; where there is none, the printed path is enough."""
    click.launch(path.resolve().as_uri())


def measure_screen() -> Screen:
    """Return how wide a table on stdout may be, and whether it may have colour."""
    width = PLAIN_WIDTH
    if sys.stdout.isatty() or "COLUMNS" in os.environ:
        width = shutil.get_terminal_size((PLAIN_WIDTH, PLAIN_HEIGHT)).columns
    return Screen(width, _shows_colour())


def _shows_colour() -> bool:
    """Return whether stdout is a terminal that may show colour."""
    is_refused = "NO_COLOR" in os.environ or os.environ.get("TERM") == "dumb"
    return sys.stdout.isatty() and not is_refused


def write_file(path: Path, content: str | bytes, inputs: Sequence[Path]) -> None:
    """Write a file atomically: beside its place, synced, then moved there.

    Parameters
    ----------
    path : the file; a pipe or device there is written to as it is.
    content : all of it; text is written as UTF-8.
    inputs : what the command reads. LoadwatchError where `path` is one of these files or lies
        in one of these folders and is not an earlier output of ours.
    """
    from loadwatch.ingest.sources import find_input

    if isinstance(content, str):
        content = content.encode("utf-8", "replace")
    if find_input(path, inputs):
        raise LoadwatchError(
            f"cannot write {path}: it is an input, and those are never changed; "
            "name another file"
        )
    try:
        if _is_stream(path):
            path.write_bytes(content)
        else:
            user_files.write_file(path, content)
    except FileNotFoundError:
        raise LoadwatchError(
            f"cannot write {path}: there is no folder {path.parent}"
        ) from None
    except OSError as error:
        raise LoadwatchError(f"cannot write {path}: {error.strerror}") from None


def explain_no_folder(path: Path) -> str:
    """Return why nothing can be written into `path`, which is no folder, and what to do."""
    if path.exists():
        return "it is no folder; put the export into one and give that"
    return "it is not there; check the spelling, or make the folder first"


def make_folder(path: Path) -> None:
    """Make a folder and those above it, where they are missing."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise LoadwatchError(f"cannot make {path}: {error.strerror}") from None


def _is_stream(path: Path) -> bool:
    """Return whether a pipe, terminal or other device is at `path`."""
    try:
        mode = path.stat().st_mode
    except OSError:
        return False
    return stat.S_ISFIFO(mode) or stat.S_ISCHR(mode)
