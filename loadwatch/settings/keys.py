"""Which keys a settings file may hold, and what each of them takes."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any, Literal, get_args
from zoneinfo import available_timezones

from loadwatch.tables import KNOWN_SURFACES, LOAD_METHODS, WEEKDAYS

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

Preset = Literal["default", "return", "novice"]
PRESETS: tuple[Preset, ...] = get_args(Preset)


def _parse_text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("should be text in quotes")
    return value


def parse_flag(value: object) -> bool:
    """Return a truth value as it stands; ValueError says what it should be."""
    if not isinstance(value, bool):
        raise ValueError("should be true or false")
    return value


def _make_number_parser(low: float, high: float) -> Callable[[object], float]:
    def parse(value: object) -> float:
        if (
            isinstance(value, bool)
            or not isinstance(value, (int, float))
            or not low <= value <= high
        ):
            raise ValueError(f"should be a number from {low:g} to {high:g}")
        return float(value)

    return parse


def _make_choice_parser(words: Collection[str]) -> Callable[[object], str]:
    def parse(value: object) -> str:
        if value not in words:
            raise ValueError(
                f"should be one of {', '.join(words)}.{suggest_key(str(value), words)}"
            )
        return str(value)

    return parse


def _parse_zone(value: object) -> str:
    name = _parse_text(value)
    if name not in available_timezones():
        known = {
            zone.rsplit("/")[-1].lower(): zone for zone in sorted(available_timezones())
        }
        near = suggest_key(name, available_timezones(), 0.8) or suggest_key(
            known.get(name.lower(), ""), known.values(), 1
        )
        raise ValueError(f"no such time zone.{near or ' Write it as Europe/Zurich.'}")
    return name


def _parse_list(value: object) -> tuple[str, ...]:
    if (
        not isinstance(value, (list, tuple))
        or not value
        or not all(isinstance(v, str) for v in value)
    ):
        raise ValueError('should be a list of words, as ["running"]')
    return tuple(value)


def _parse_classes(value: object) -> dict[str, str]:
    if not isinstance(value, dict):
        raise ValueError('should be a table, as { ground = "firm" }')
    return {
        key: _make_choice_parser(KNOWN_SURFACES)(word) for key, word in value.items()
    }


# file table -> key -> parser; the key is the field's name
KEYS: Mapping[str, Mapping[str, Callable[[Any], Any]]] = {
    "athlete": {
        "name": _parse_text,
        "sex": _make_choice_parser(("m", "f")),
        "hr_rest": _make_number_parser(25, 120),
        "hr_max": _make_number_parser(100, 250),
        "birth_year": lambda value: int(_make_number_parser(1900, 2100)(value)),
    },
    "weeks": {
        "week_start": _make_choice_parser(WEEKDAYS),
        "tz": _parse_zone,
        "load": _make_choice_parser(LOAD_METHODS),
        "sports": _parse_list,
    },
    "surface": {
        "default_surface": _make_choice_parser(KNOWN_SURFACES),
        "osm": _parse_text,
        "classes": _parse_classes,
    },
    "lists": {
        "distance_unit": _make_choice_parser(("km", "mi")),
        "elevation_unit": _make_choice_parser(("m", "ft")),
        "date_order": _make_choice_parser(("dmy", "mdy", "ymd")),
    },
    "elevation": {"virtual_altitude": parse_flag},
}
TOP_KEYS = {"preset": _make_choice_parser(PRESETS)}
PARSERS = {
    key: parse for table in (*KEYS.values(), TOP_KEYS) for key, parse in table.items()
}


def suggest_table(key: str) -> str:
    """Return under which table a key belongs, as the end of a message."""
    return next(
        (f" It belongs under [{table}]." for table in KEYS if key in KEYS[table]), ""
    )


def suggest_key(word: str, known: Iterable[str], cutoff: float = 0.5) -> str:
    """Return which of `known` was meant, as the end of a message; "" where none is near."""
    lower = {one.lower(): one for one in known}
    match = difflib.get_close_matches(word.lower(), lower, n=1, cutoff=cutoff)
    return f" Did you mean '{lower[match[0]]}'?" if match else ""
