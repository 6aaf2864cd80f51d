"""The text of a settings file: read within bounds, parsed, and where each key is in it."""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING, Any

from loadwatch.errors import SettingsError

if TYPE_CHECKING:
    from pathlib import Path

MAX_BYTES = 100_000  # of a settings file; with all classes of all ways it has 5,000
MAX_DOTS = 100  # in one line of it


def read_text(path: Path) -> str:
    """Return the text of the settings file at `path`; SettingsError where it cannot be read."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise SettingsError(path.name, str(error.strerror)) from None
    return decode_text(path.name, data)


def decode_text(file: str, data: bytes) -> str:
    """Return the text of a settings file; SettingsError where it is none or too long."""
    if len(data) > MAX_BYTES:
        raise SettingsError(file, f"is larger than {MAX_BYTES // 1000} KB")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise SettingsError(file, "is not UTF-8 text") from None


def parse_toml(file: str, text: str) -> dict[str, Any]:
    """Return what a settings file holds; SettingsError with the line where it is no TOML.

    The parser of the standard library takes time and memory that grow with the square of a
    key's parts, and fails in its own ways on deep lists and on long numbers.
    """
    for number, line in enumerate(text.splitlines(), 1):
        if line.count(".") > MAX_DOTS:
            raise SettingsError(f"{file}:{number}", "has too many dots for a setting")
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        where, why = _locate_toml_error(file, str(error))
        raise SettingsError(where, why) from None
    except RecursionError:
        why = "holds lists or tables within each other, too deep to be read"
        raise SettingsError(f"{file}:1", why) from None
    except (ValueError, OverflowError):
        why = "holds a number of more digits than can be read"
        raise SettingsError(f"{file}:1", why) from None


def _locate_toml_error(file: str, message: str) -> tuple[str, str]:
    found = re.search(r" \(at line (\d{1,9}), column \d{1,9}\)$", message[:256])
    if found is None:
        return file, f"{message} (not valid TOML)"
    return f"{file}:{found[1]}", f"{message[: found.start()]} (not valid TOML)"


def find_lines(text: str) -> dict[tuple[str, ...], int]:
    """Return the line number of each table and key; good for messages, not for parsing."""
    found: dict[tuple[str, ...], int] = {}
    table: tuple[str, ...] = ()
    for number, line in enumerate(text.splitlines(), 1):
        bare = line[:200].strip()
        if bare.startswith("["):
            table = _split_name(bare.strip("[]").split("#")[0].rstrip("] "))
            for depth in range(1, len(table) + 1):
                found.setdefault(table[:depth], number)
        elif "=" in bare:
            key = _split_name(bare.split("=", 1)[0])
            found.setdefault((*table, *key), number)
    return found


def _split_name(dotted: str) -> tuple[str, ...]:
    return tuple(part.strip(" \"'") for part in dotted.split("."))
