"""Pairs of shoes that a settings file names: `[shoes."Blue pair"]` with start_km and retired."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from loadwatch.settings.keys import NumberRange, suggest_key

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

MAX_START_KM = 20_000  # no pair has run that far
MAX_NAME = 100  # characters


@dataclass(frozen=True, slots=True)
class Shoe:
    """What the runner states of one pair.

    `start_km` is what it had run before the first run that names it; `retired` is true, or the
    first day on which it is no longer worn.
    """

    start_km: float = 0.0
    retired: bool | date = False

    def is_retired(self, today: date) -> bool:
        """Return whether the pair is out of use on `today`."""
        if isinstance(self.retired, bool):
            return self.retired
        return self.retired <= today


def _parse_retired(value: object) -> bool | date:
    if isinstance(value, datetime):
        return value.date()
    if not isinstance(value, (bool, date)):
        raise ValueError("should be true or false, or the day as 2026-11-30")
    return value


# key below [shoes."NAME"] -> parser
SHOE_KEYS: Mapping[str, Callable[[Any], Any]] = {
    "start_km": NumberRange(0, MAX_START_KM),
    "retired": _parse_retired,
}


def parse_shoe_name(name: str) -> str:
    """Return the name of a pair without blanks around it; ValueError where it is none."""
    bare = name.strip()
    if not bare:
        raise ValueError("a pair of shoes needs a name")
    if len(bare) > MAX_NAME:
        raise ValueError(f"the name of a pair has at most {MAX_NAME} characters")
    return bare


def parse_shoe_value(key: str, value: object) -> object:
    """Return the value of one key of a pair; ValueError with what it should be."""
    if key not in SHOE_KEYS:
        hint = suggest_key(key, SHOE_KEYS)
        raise ValueError(f"unknown key '{key}'.{hint}")
    try:
        return SHOE_KEYS[key](value)
    except ValueError as error:
        raise ValueError(f"{key} = {value!r}: {error}") from None
