"""What a runner states of a pair of shoes, written to loadwatch.toml."""

from __future__ import annotations

from loadwatch.formatting import clean_text
from loadwatch.settings.shoe_entries import SHOE_KEYS, parse_shoe_name
from loadwatch.web.toml_edit import change_entries


def check_name(text: str) -> str:
    """Return the name of a pair; ValueError where it cannot be one."""
    name = parse_shoe_name(text)
    if clean_text(name) != name:
        raise ValueError("the name of a pair is one line of text that can be shown")
    return name


def parse_start_km(text: str) -> float:
    """Return the kilometres of a text, 0 of an empty one; ValueError with the limits."""
    try:
        number = float(text.strip().replace(",", ".") or "0")
    except ValueError:
        number = -1.0
    start: float = SHOE_KEYS["start_km"](number)
    return int(start) if start.is_integer() else start


def state_shoe(data: bytes, name: str, start_km: float) -> bytes:
    """Return the file with what a pair had run before its first run."""
    return change_entries(data, {("shoes", name, "start_km"): start_km})


def retire_shoe(data: bytes, name: str, *, is_retired: bool) -> bytes:
    """Return the file with a pair out of use, or in use again."""
    value = True if is_retired else None
    return change_entries(data, {("shoes", name, "retired"): value})
