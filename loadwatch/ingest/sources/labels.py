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


def clean_label(name: str) -> str:
    """Return `name` as a relative label: no drive, no `..`, no control character, no mail address."""
    parts = [_clean_part(part) for part in name.replace("\\", "/").split("/")]
    kept = [part for part in parts if part not in {"", ".", ".."}]
    if kept and re.fullmatch("[A-Za-z]:", kept[0]):
        kept = kept[1:]
    return "/".join(kept) or "unnamed"


def _clean_part(part: str) -> str:
    if part.isascii() and part.isprintable() and len(part) <= NAME_CHARS:  # nearly all
        return _MAIL_ADDRESS.sub(_MASKED_ADDRESS, part) if "@" in part else part
    text = part.encode(
        "utf-8", "surrogateescape" if _is_byte_escaped(part) else "replace"
    ).decode("utf-8", "replace")
    shown = "".join(
        "\ufffd" if unicodedata.category(c) in {"Cc", "Cs"} else c for c in text
    )
    cut = (
        shown
        if len(shown) <= NAME_CHARS
        else f"{shown[: NAME_CHARS - 20]}…{shown[-19:]}"
    )
    return _MAIL_ADDRESS.sub(_MASKED_ADDRESS, cut) if "@" in cut else cut


def _is_byte_escaped(part: str) -> bool:
    return all(not "\ud800" <= c <= "\udfff" or "\udc80" <= c <= "\udcff" for c in part)


def is_hidden(label: str) -> bool:
    """Tell whether a member is hidden or left there by an operating system."""
    return any(
        part.startswith(".") or part.lower() in _SYSTEM_FILES
        for part in label.split("/")
    )


def make_unique() -> Callable[[str], str]:
    """Return a function that gives each label once: a second `a.fit` becomes `a.fit (2)`."""
    given: set[str] = set()

    def unique_label(label: str) -> str:
        fresh, number = label, 2
        while fresh in given:
            fresh, number = f"{label} ({number})", number + 1
        given.add(fresh)
        return fresh

    return unique_label
