"""Which keys a settings file may hold, and what each of them takes."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal, get_args
from zoneinfo import available_timezones

from loadwatch.errors import SettingsError
from loadwatch.tables import KNOWN_SURFACES, LOAD_METHODS, WEEKDAYS
from loadwatch.user_csv import find_nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

Preset = Literal["default", "return", "novice"]
HUGE = 1e15  # no setting is near it; an integer may have any number of digits
# days that --today may name; weeks are made from the first run up to it
FIRST_DAY, LAST_DAY = date(1970, 1, 1), date(2100, 12, 31)
PRESETS: tuple[Preset, ...] = get_args(Preset)


def _parse_text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("should be text in quotes")
    return value


def parse_flag(value: object) -> bool:
    """Return true or false unchanged; ValueError for anything else."""
    if not isinstance(value, bool):
        raise ValueError("should be true or false")
    return value


def _get_number(value: object) -> float:
    """Return a number unchanged; NaN for all else, true and false and huge ones among it."""
    if isinstance(value, float):
        return value
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) > HUGE:
        return math.nan
    return value


@dataclass(frozen=True, slots=True)
class NumberRange:
    """What takes numbers from `low` to `high` and no other value."""

    low: float
    high: float

    def __call__(self, value: object) -> float:
        """Return a number that is in the range; ValueError with the range for all else."""
        number = _get_number(value)
        if not self.low <= number <= self.high:
            raise ValueError(f"should be a number from {self.low:g} to {self.high:g}")
        return float(number)


@dataclass(frozen=True, slots=True)
class YearRange(NumberRange):
    """The same for whole years."""

    def __call__(self, value: object) -> int:
        """Return a year that is in the range; ValueError with the range for all else."""
        return int(NumberRange.__call__(self, value))


@dataclass(frozen=True, slots=True)
class Choice:
    """What takes one of some texts."""

    choices: tuple[str, ...]

    def __call__(self, value: object) -> str:
        """Return one of the choices; ValueError with the nearest for all else."""
        if value not in self.choices:
            hint = suggest_key(str(value), self.choices)
            raise ValueError(f"should be one of {', '.join(self.choices)}.{hint}")
        return str(value)


def _parse_today(value: object) -> date:
    if not isinstance(value, date) or not FIRST_DAY <= value <= LAST_DAY:
        raise ValueError(f"should be a day from {FIRST_DAY} to {LAST_DAY}")
    return value


def _parse_zone(value: object) -> str:
    name = _parse_text(value)
    zones = sorted(available_timezones())
    if name not in zones:
        by_city = {zone.rsplit("/")[-1].lower(): zone for zone in zones}
        zone_of_city = by_city.get(name.lower(), "")
        hint = (
            suggest_key(name, zones, 0.8)
            or suggest_key(zone_of_city, zones, 1)
            or " Write it as Europe/Zurich."
        )
        raise ValueError(f"no such time zone.{hint}")
    return name


def _parse_list(value: object) -> tuple[str, ...]:
    items = tuple(value) if isinstance(value, (list, tuple)) else ()
    if not items or not all(isinstance(item, str) for item in items):
        raise ValueError('should be a list of words, as ["running"]')
    return items


def _parse_classes(value: object) -> dict[str, str]:
    if not isinstance(value, dict):
        raise ValueError('should be a table, as { ground = "firm" }')
    parse_class = Choice(KNOWN_SURFACES)
    return {tag: parse_class(name) for tag, name in value.items()}


# file table -> key -> parser; the key is the field's name
KEYS: Mapping[str, Mapping[str, Callable[[Any], Any]]] = {
    "athlete": {
        "name": _parse_text,
        "sex": Choice(("m", "f")),
        "hr_rest": NumberRange(25, 120),
        "hr_max": NumberRange(100, 250),
        "birth_year": YearRange(1900, 2100),
    },
    "weeks": {
        "week_start": Choice(tuple(WEEKDAYS)),
        "tz": _parse_zone,
        "load": Choice(tuple(LOAD_METHODS)),
        "sports": _parse_list,
    },
    "surface": {
        "default_surface": Choice(tuple(KNOWN_SURFACES)),
        "osm": _parse_text,
        "classes": _parse_classes,
    },
    "lists": {
        "distance_unit": Choice(("km", "mi")),
        "elevation_unit": Choice(("m", "ft")),
        "date_order": Choice(("dmy", "mdy", "ymd")),
    },
    "elevation": {"virtual_altitude": parse_flag},
}
TOP_KEYS: Mapping[str, Callable[[Any], Any]] = {"preset": Choice(tuple(PRESETS))}
# of the command line alone
OPTION_KEYS: Mapping[str, Callable[[Any], Any]] = {"today": _parse_today}
PARSERS: Mapping[str, Callable[[Any], Any]] = {
    key: parse
    for table in (*KEYS.values(), TOP_KEYS, OPTION_KEYS)
    for key, parse in table.items()
}


def suggest_table(key: str) -> str:
    """Return under which table a key belongs, as the end of a message; "" for no known key."""
    for table, parsers in KEYS.items():
        if key in parsers:
            return f" It belongs under [{table}]."
    return ""


def suggest_key(word: str, known: Iterable[str], cutoff: float = 0.5) -> str:
    """Return which of `known` was meant, as the end of a message; "" where none is near."""
    nearest = find_nearest(word, known, cutoff)
    if not nearest:
        return ""
    return f" Did you mean '{nearest}'?"


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleKeys:
    """What the table `[rules.<name>]` of one rule may hold: its limits in each preset."""

    id: str
    # preset -> key -> value; each preset has all keys
    limits: Mapping[str, Mapping[str, float]]
    # keys of the levels, the lowest first: a later one may not begin below it
    levels: tuple[str, ...] = ()
    # keys that are a part of a whole, up to 1
    shares: frozenset[str] = frozenset()

    @property
    def keys(self) -> tuple[str, ...]:
        """All keys, `enabled` before the limits."""
        return ("enabled", *self.limits["default"])


def parse_limit(key: str, value: object, *, is_share: bool) -> float | bool:
    """Return the value of a rule's key; ValueError with what it should be."""
    if key == "enabled":
        return parse_flag(value)
    kind, most = "number above 0", math.inf
    if is_share:
        kind, most = "share above 0 and up to 1, as 0.9 for 90 %", 1.0
    number = _get_number(value)
    if not 0 < number <= most:
        raise ValueError(f"should be a {kind}; enabled = false silences the rule")
    if math.isinf(number):
        raise ValueError("should be a number; enabled = false silences the rule")
    return number


def check_level_order(
    rule: str,
    own: Mapping[str, float | bool],
    keys: RuleKeys,
    preset: str,
    origins: Mapping[str, str],
) -> None:
    """Refuse a level of a rule that begins above a higher one.

    `own` are the limits that the user set, over those of the preset.
    """
    limits = {**keys.limits[preset], **own}
    for low, high in pairwise(keys.levels):
        if limits[low] <= limits[high]:
            continue
        key, verb, other = high, "at least", low
        if low in own:
            key, verb, other = low, "at most", high
        raise SettingsError(
            origins[f"rules.{rule}.{key}"],
            f"{key} = {limits[key]:g}: should be {verb} {other}, "
            f"which is {limits[other]:g}; change one of them in [rules.{rule}]",
        )
