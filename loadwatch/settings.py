"""Settings: one frozen value, and where each part of it came from.

Order: option > environment > the athlete's `loadwatch.toml` > the roster's > the user's > default.
The command line hands options and environment over as `overrides`; files are read here.
"""

from __future__ import annotations

import difflib
import math
import re
import tomllib
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any, Literal, get_args
from zoneinfo import available_timezones

from loadwatch.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
    from datetime import date
    from pathlib import Path

FILE = "loadwatch.toml"
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
LoadMethod = Literal["distance", "duration", "steps", "effort", "trimp", "srpe"]
Preset = Literal["default", "return", "novice"]
WEEKDAYS: tuple[Weekday, ...] = get_args(Weekday)
LOAD_METHODS: tuple[LoadMethod, ...] = get_args(LoadMethod)
PRESETS: tuple[Preset, ...] = get_args(Preset)
TAGGED = ("hard", "firm", "soft", "track", "treadmill")  # surfaces that a person can name


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that changes a result. Immutable; `load` builds it from files and options."""

    # table "athlete" of the file
    name: str = ""
    sex: Literal["", "m", "f"] = ""
    hr_rest: float = math.nan  # 1/min
    hr_max: float = math.nan  # 1/min
    birth_year: int = 0
    # table "weeks"
    week_start: Weekday = "mon"
    tz: str = ""  # IANA zone for files that do not tell
    load: LoadMethod = "distance"
    sports: tuple[str, ...] = ("running",)
    # table "surface"
    default_surface: str = ""  # one of TAGGED, or "" to stay unknown
    osm: str = ""  # path of a map extract
    classes: Mapping[str, str] = field(default_factory=dict)  # OSM value to class, over our table
    # table "lists": what a CSV list cannot tell by itself
    distance_unit: Literal["", "km", "mi"] = ""
    elevation_unit: Literal["", "m", "ft"] = ""
    date_order: Literal["", "dmy", "mdy", "ymd"] = ""
    # table "elevation"
    virtual_altitude: bool = False  # count climbs of treadmill and virtual runs
    # limits of the rules, over those of the preset
    preset: Preset = "default"
    rules: Mapping[str, Mapping[str, float | bool]] = field(default_factory=dict)
    # the command line's alone
    today: date | None = None  # None: the date of the last activity
    units: Literal["metric", "imperial"] = "metric"
    origins: Mapping[str, str] = field(default_factory=dict, compare=False)  # field -> where from


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("should be text in quotes")
    return value


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError("should be true or false")
    return value


def _number(low: float, high: float) -> Callable[[object], float]:
    def parse(value: object) -> float:
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not low <= value <= high:
            raise ValueError(f"should be a number from {low:g} to {high:g}")
        return float(value)

    return parse


def _choice(words: Collection[str]) -> Callable[[object], str]:
    def parse(value: object) -> str:
        if value not in words:
            raise ValueError(f"should be one of {', '.join(words)}.{_nearest(str(value), words)}")
        return str(value)

    return parse


def _zone(value: object) -> str:
    name = _text(value)
    if name not in available_timezones():
        raise ValueError(f"no such time zone.{_nearest(name, available_timezones())}")
    return name


def _words(value: object) -> tuple[str, ...]:
    if not isinstance(value, (list, tuple)) or not value or not all(isinstance(v, str) for v in value):
        raise ValueError('should be a list of words, as ["running"]')
    return tuple(value)


def _classes(value: object) -> dict[str, str]:
    if not isinstance(value, dict):
        raise ValueError('should be a table, as { ground = "firm" }')
    return {key: _choice(TAGGED)(word) for key, word in value.items()}


# file table -> key -> parser; the key is the field's name
KEYS: Mapping[str, Mapping[str, Callable[[Any], Any]]] = {
    "athlete": {
        "name": _text,
        "sex": _choice(("m", "f")),
        "hr_rest": _number(25, 120),
        "hr_max": _number(100, 250),
        "birth_year": lambda value: int(_number(1900, 2100)(value)),
    },
    "weeks": {
        "week_start": _choice(WEEKDAYS),
        "tz": _zone,
        "load": _choice(LOAD_METHODS),
        "sports": _words,
    },
    "surface": {"default_surface": _choice(TAGGED), "osm": _text, "classes": _classes},
    "lists": {
        "distance_unit": _choice(("km", "mi")),
        "elevation_unit": _choice(("m", "ft")),
        "date_order": _choice(("dmy", "mdy", "ymd")),
    },
    "elevation": {"virtual_altitude": _flag},
}
TOP = {"preset": _choice(PRESETS)}
PARSERS = {key: parse for table in (*KEYS.values(), TOP) for key, parse in table.items()}


def load(
    files: Sequence[Path],
    overrides: Mapping[str, tuple[object, str]],
    rules: Mapping[str, Collection[str]],
) -> Settings:
    """Return the settings of `files` (later ones win) under `overrides` (field -> value, origin).

    `rules` names each rule's keys, so that a misspelt limit is an error and not silence.
    """
    values: dict[str, Any] = {}
    origins: dict[str, str] = {}
    limits: dict[str, dict[str, float | bool]] = {}
    for path in files:
        if path.is_file():
            for where, key, value in _entries(path, rules):
                if isinstance(key, tuple):
                    limits.setdefault(key[0], {})[key[1]] = value
                else:
                    values[key] = str(path.parent / value) if key == "osm" else value
                origins[".".join(("rules", *key)) if isinstance(key, tuple) else key] = where
    for key, (value, origin) in overrides.items():
        values[key] = _parsed(key, value, origin)
        origins[key] = origin
    return Settings(**values, rules=limits, origins=origins)


def _parsed(key: str, value: object, origin: str) -> object:
    if key not in PARSERS:
        return value
    try:
        return PARSERS[key](value)
    except ValueError as error:
        raise SettingsError(origin, f"{key} = {value!r}: {error}") from None


def _entries(
    path: Path, rules: Mapping[str, Collection[str]]
) -> Iterable[tuple[str, str | tuple[str, str], Any]]:
    text = _read(path)
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        where, why = _toml_error(path.name, str(error))
        raise SettingsError(where, why) from None
    lines = _lines(text)
    for table, content in document.items():
        where = f"{path.name}:{lines.get((table,), 1)}"
        if table in TOP:
            yield where, table, _parsed(table, content, where)
            continue
        if table not in (*KEYS, "rules"):
            known = (*KEYS, "rules", *TOP)
            raise SettingsError(where, f"unknown key '{table}'.{_nearest(table, known)}")
        if not isinstance(content, dict):
            raise SettingsError(where, f"'{table}' should be a table, as [{table}]")
        for key, value in content.items():
            where = f"{path.name}:{lines.get((table, key), 1)}"
            if table == "rules":
                yield from _rule(path.name, lines, key, value, rules)
            elif key not in KEYS[table]:
                hint = _nearest(key, KEYS[table])
                raise SettingsError(where, f"unknown key '{key}' in [{table}].{hint}")
            else:
                yield where, key, _parsed(key, value, where)


def _rule(
    file: str,
    lines: Mapping[tuple[str, ...], int],
    name: str,
    content: object,
    rules: Mapping[str, Collection[str]],
) -> Iterable[tuple[str, tuple[str, str], float | bool]]:
    where = f"{file}:{lines.get(('rules', name), 1)}"
    if name not in rules:
        raise SettingsError(where, f"unknown rule '{name}'.{_nearest(name, rules)}")
    if not isinstance(content, dict):
        raise SettingsError(where, f"'rules.{name}' should be a table, as [rules.{name}]")
    for key, value in content.items():
        where = f"{file}:{lines.get(('rules', name, key), 1)}"
        if key not in rules[name]:
            hint = _nearest(key, rules[name])
            raise SettingsError(where, f"unknown key '{key}' in [rules.{name}].{hint}")
        wanted = bool if key == "enabled" else (int, float)
        if not isinstance(value, wanted) or (key != "enabled" and isinstance(value, bool)):
            kind = "true or false" if key == "enabled" else "a number"
            raise SettingsError(where, f"{key} = {value!r}: should be {kind}")
        yield where, (name, key), value


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        why = "is not UTF-8 text" if isinstance(error, UnicodeDecodeError) else str(error.strerror)
        raise SettingsError(path.name, why) from None


def _toml_error(file: str, message: str) -> tuple[str, str]:
    found = re.search(r" \(at line (\d{1,9}), column \d{1,9}\)$", message[:256])
    if found is None:
        return file, f"{message} (not valid TOML)"
    return f"{file}:{found[1]}", f"{message[: found.start()]} (not valid TOML)"


def _lines(text: str) -> dict[tuple[str, ...], int]:
    """Return the line on which each table and key stands; good for messages, not for parsing."""
    found: dict[tuple[str, ...], int] = {}
    table: tuple[str, ...] = ()
    for number, line in enumerate(text.splitlines(), 1):
        bare = line[:200].strip()
        if bare.startswith("["):
            table = tuple(
                part.strip(" \"'") for part in bare.strip("[]").split("#")[0].rstrip("] ").split(".")
            )
            for depth in range(1, len(table) + 1):
                found.setdefault(table[:depth], number)
        elif "=" in bare:
            key = tuple(part.strip(" \"'") for part in bare.split("=", 1)[0].split("."))
            found.setdefault((*table, *key), number)
    return found


def _nearest(word: str, known: Iterable[str]) -> str:
    match = difflib.get_close_matches(word.lower(), list(known), n=1, cutoff=0.5)
    return f" Did you mean '{match[0]}'?" if match else ""


def effective(settings: Settings) -> list[tuple[str, object, str]]:
    """Return (name, value, where from) of every setting in the order of the class, then of each set limit."""
    plain = [f.name for f in fields(settings) if f.name not in {"origins", "rules"}]
    rows = [(name, getattr(settings, name), settings.origins.get(name, "default")) for name in plain]
    for rule, limits in settings.rules.items():
        for key, value in limits.items():
            name = f"rules.{rule}.{key}"
            rows.append((name, value, settings.origins.get(name, "default")))
    return rows
