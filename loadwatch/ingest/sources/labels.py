"""Names of members as labels: safe to print and to compare, never used to open anything."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from loadwatch.ingest.limits import NAME_CHARS

if TYPE_CHECKING:
    from collections.abc import Callable

# Garmin's export puts the runner's mail address into each file name
_MAIL_ADDRESS = re.compile(r"[\w.%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*")
_MASKED_ADDRESS = "***@***"
_SYSTEM_FILES = frozenset({"thumbs.db", "desktop.ini", "__macosx", "icon\r"})
_FROM_A_ROOT = re.compile(r"/|[A-Za-z]:")


def clean_label(name: str) -> str:
    """Return `name` as a relative label: no drive, `..`, control character or mail address."""
    parts = [_clean_part(part) for part in name.replace("\\", "/").split("/")]
    kept = [part for part in parts if part not in {"", ".", ".."}]
    if kept and re.fullmatch("[A-Za-z]:", kept[0]):
        kept = kept[1:]
    return "/".join(kept) or "unnamed"


def _clean_part(part: str) -> str:
    if part.isascii() and part.isprintable() and len(part) <= NAME_CHARS:  # nearly all
        return _MAIL_ADDRESS.sub(_MASKED_ADDRESS, part) if "@" in part else part
    errors = "surrogateescape" if _is_byte_escaped(part) else "replace"
    text = part.encode("utf-8", errors).decode("utf-8", "replace")
    text = "".join(map(_replace_control, text))
    if len(text) > NAME_CHARS:
        text = f"{text[: NAME_CHARS - 20]}…{text[-19:]}"
    return _MAIL_ADDRESS.sub(_MASKED_ADDRESS, text)


def _replace_control(char: str) -> str:
    return "\ufffd" if unicodedata.category(char) in {"Cc", "Cs"} else char


def _is_byte_escaped(part: str) -> bool:
    """Return whether each surrogate in a name is a byte that the file system could not decode."""
    return all(not "\ud800" <= c <= "\udfff" or "\udc80" <= c <= "\udcff" for c in part)


def is_misleading(name: str) -> bool:
    """Return whether a name in an archive leads out of it, or is cut by a program at its NUL."""
    path = name.replace("\\", "/")
    leads_out = _FROM_A_ROOT.match(path) is not None or ".." in path.split("/")
    return leads_out or "\0" in path


def is_hidden(label: str) -> bool:
    """Return whether a member is hidden, or a file that an operating system leaves behind."""
    parts = label.split("/")
    return any(part.startswith(".") or part.lower() in _SYSTEM_FILES for part in parts)


def make_unique() -> Callable[[str], str]:
    """Return a function that gives each label once: a second `a.fit` becomes `a.fit (2)`."""
    # each label given out -> the number that its next namesake tries first
    given: dict[str, int] = {}

    def unique_label(label: str) -> str:
        number = given.get(label)
        if number is None:
            given[label] = 2
            return label
        while (unused := f"{label} ({number})") in given:
            number += 1
        given[label] = number + 1
        given[unused] = 2
        return unused

    return unique_label
