"""Where results go: stdout, stderr, or a file that is whole or not there."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path

import click

from loadwatch.errors import LoadwatchError
from loadwatch.report.formats import PLAIN_WIDTH, Screen


def print_message(text: str, *, quiet: bool = False) -> None:
    """Print a summary, hint or warning on stderr."""
    if text and not quiet:
        click.echo(text, err=True)


def print_result(text: str) -> None:
    """Print the result, and nothing else, on stdout."""
    click.echo(text, nl=not text.endswith("\n"))


def measure_screen() -> Screen:
    """Return how wide a table on stdout may be, and whether it may have colour."""
    width = PLAIN_WIDTH
    if sys.stdout.isatty() or "COLUMNS" in os.environ:
        width = shutil.get_terminal_size((PLAIN_WIDTH, 24)).columns
    return Screen(width, _shows_colour())


def _shows_colour() -> bool:
    """Return whether stdout is a terminal that may show colour."""
    is_refused = "NO_COLOR" in os.environ or os.environ.get("TERM") == "dumb"
    return sys.stdout.isatty() and not is_refused


def write_file(path: Path, content: str | bytes) -> None:
    """Write a file atomically: beside its place, synced, then moved there."""
    if isinstance(content, str):
        content = content.encode("utf-8")
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except FileNotFoundError:
        raise LoadwatchError(
            f"cannot write {path}: there is no folder {path.parent}"
        ) from None
    except OSError as error:
        raise LoadwatchError(f"cannot write {path}: {error.strerror}") from None
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(0o644 & ~_read_umask())
        Path(name).replace(path)
    except OSError as error:
        Path(name).unlink(missing_ok=True)
        raise LoadwatchError(f"cannot write {path}: {error.strerror}") from None


def _read_umask() -> int:
    mask = os.umask(0o022)
    os.umask(mask)
    return mask
