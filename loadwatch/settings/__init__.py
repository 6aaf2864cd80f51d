"""Settings: one frozen value, and where each part of it came from.

Order: option > environment > the athlete's `loadwatch.toml` > the roster's > the user's > default.
The command line hands options and environment over as `overrides`; files are read here.
"""

from __future__ import annotations

import math
import re
import tomllib
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any, Literal

from loadwatch.errors import SettingsError
from loadwatch.settings.keys import (
    KEYS,
    PARSERS,
    PRESETS,
    TOP_KEYS,
    Preset,
    suggest_key,
    suggest_table,
)
from loadwatch.settings.limits import RuleKeys, check_level_order, parse_limit

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from loadwatch.tables import LoadName, WeekdayName

__all__ = [
    "FILE",
    "KEYS",
    "PRESETS",
    "TOP_KEYS",
    "Preset",
    "RuleKeys",
    "Settings",
    "list_effective",
    "load",
]
FILE = "loadwatch.toml"


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
    week_start: WeekdayName = "mon"
    tz: str = ""  # IANA zone for files that do not tell
    load: LoadName = "distance"
    sports: tuple[str, ...] = ("running",)
    # table "surface"
    default_surface: str = ""  # one of tables.KNOWN_SURFACES, or "" to stay unknown
    osm: str = ""  # path of a map extract
    classes: Mapping[str, str] = field(
        default_factory=dict
    )  # OSM value to class, over our table
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
    origins: Mapping[str, str] = field(
        default_factory=dict, compare=False
    )  # field -> where from


def load(
    files: Sequence[Path],
    overrides: Mapping[str, tuple[object, str]],
    rules: Mapping[str, RuleKeys],
) -> Settings:
    """Return the settings of `files` (later ones win) under `overrides` (field -> value, origin).

    `rules` names each rule's keys, so that a misspelt limit is an error and not silence; and their values,
    so that no level begins above a higher one.
    """
    values: dict[str, Any] = {}
    origins: dict[str, str] = {}
    limits: dict[str, dict[str, float | bool]] = {}
    for path in files:
        if path.is_file():
            for where, key, value in _read_entries(path, rules):
                if isinstance(key, tuple):
                    limits.setdefault(key[0], {})[key[1]] = value
                else:
                    values[key] = str(path.parent / value) if key == "osm" else value
                origins[
                    ".".join(("rules", *key)) if isinstance(key, tuple) else key
                ] = where
    for key, (value, origin) in overrides.items():
        values[key] = _parse_value(key, value, origin)
        origins[key] = origin
    for rule, own in limits.items():
        check_level_order(
            rule, own, rules[rule], values.get("preset", "default"), origins
        )
    return Settings(**values, rules=limits, origins=origins)


def _parse_value(key: str, value: object, origin: str) -> object:
    if key not in PARSERS:
        return value
    try:
        return PARSERS[key](value)
    except ValueError as error:
        raise SettingsError(origin, f"{key} = {value!r}: {error}") from None


def _read_entries(
    path: Path, rules: Mapping[str, RuleKeys]
) -> Iterable[tuple[str, str | tuple[str, str], Any]]:
    text = _read_text(path)
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        where, why = _locate_toml_error(path.name, str(error))
        raise SettingsError(where, why) from None
    lines = _find_lines(text)
    for table, content in document.items():
        where = f"{path.name}:{lines.get((table,), 1)}"
        if table in TOP_KEYS:
            yield where, table, _parse_value(table, content, where)
            continue
        if table not in (*KEYS, "rules"):
            hint = suggest_table(table) or suggest_key(
                table, (*KEYS, "rules", *TOP_KEYS)
            )
            raise SettingsError(where, f"unknown key '{table}'.{hint}")
        if not isinstance(content, dict):
            raise SettingsError(where, f"'{table}' should be a table, as [{table}]")
        for key, value in content.items():
            where = f"{path.name}:{lines.get((table, key), 1)}"
            if table == "rules":
                yield from _read_rule(path.name, lines, key, value, rules)
            elif key not in KEYS[table]:
                hint = suggest_table(key) or suggest_key(key, KEYS[table])
                raise SettingsError(where, f"unknown key '{key}' in [{table}].{hint}")
            else:
                yield where, key, _parse_value(key, value, where)


def _read_rule(
    file: str,
    lines: Mapping[tuple[str, ...], int],
    name: str,
    content: object,
    rules: Mapping[str, RuleKeys],
) -> Iterable[tuple[str, tuple[str, str], float | bool]]:
    where = f"{file}:{lines.get(('rules', name), 1)}"
    if name not in rules:
        named = next(
            (
                f" Its name here is '{one}'."
                for one in rules
                if rules[one].id == name.upper()
            ),
            "",
        )
        raise SettingsError(
            where, f"unknown rule '{name}'.{named or suggest_key(name, rules)}"
        )
    if not isinstance(content, dict):
        raise SettingsError(
            where, f"'rules.{name}' should be a table, as [rules.{name}]"
        )
    for key, value in content.items():
        where = f"{file}:{lines.get(('rules', name, key), 1)}"
        if key not in rules[name].keys:
            hint = suggest_key(key, rules[name].keys)
            raise SettingsError(where, f"unknown key '{key}' in [rules.{name}].{hint}")
        try:
            yield (
                where,
                (name, key),
                parse_limit(key, value, share=key in rules[name].shares),
            )
        except ValueError as error:
            raise SettingsError(where, f"{key} = {value!r}: {error}") from None


def _read_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        why = (
            "is not UTF-8 text"
            if isinstance(error, UnicodeDecodeError)
            else str(error.strerror)
        )
        raise SettingsError(path.name, why) from None


def _locate_toml_error(file: str, message: str) -> tuple[str, str]:
    found = re.search(r" \(at line (\d{1,9}), column \d{1,9}\)$", message[:256])
    if found is None:
        return file, f"{message} (not valid TOML)"
    return f"{file}:{found[1]}", f"{message[: found.start()]} (not valid TOML)"


def _find_lines(text: str) -> dict[tuple[str, ...], int]:
    """Return the line on which each table and key stands; good for messages, not for parsing."""
    found: dict[tuple[str, ...], int] = {}
    table: tuple[str, ...] = ()
    for number, line in enumerate(text.splitlines(), 1):
        bare = line[:200].strip()
        if bare.startswith("["):
            table = tuple(
                part.strip(" \"'")
                for part in bare.strip("[]").split("#")[0].rstrip("] ").split(".")
            )
            for depth in range(1, len(table) + 1):
                found.setdefault(table[:depth], number)
        elif "=" in bare:
            key = tuple(part.strip(" \"'") for part in bare.split("=", 1)[0].split("."))
            found.setdefault((*table, *key), number)
    return found


def list_effective(settings: Settings) -> list[tuple[str, object, str]]:
    """Return (name, value, where from) of every setting in the order of the class, then of each set limit."""
    plain = [f.name for f in fields(settings) if f.name not in {"origins", "rules"}]
    rows = [
        (name, getattr(settings, name), settings.origins.get(name, "default"))
        for name in plain
    ]
    for rule, limits in settings.rules.items():
        for key, value in limits.items():
            name = f"rules.{rule}.{key}"
            rows.append((name, value, settings.origins.get(name, "default")))
    return rows
