"""Settings: one frozen value, and where each part of it came from.

Order: option > environment > the athlete's `loadwatch.toml` > the roster's > the user's > default.
The command line hands options and environment over as `overrides`; files are read here.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, fields, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from loadwatch.errors import SettingsError
from loadwatch.settings.keys import (
    KEYS,
    PARSERS,
    PRESETS,
    TOP_KEYS,
    Preset,
    RuleKeys,
    check_level_order,
    parse_limit,
    suggest_key,
    suggest_table,
)
from loadwatch.settings.shoe_entries import Shoe, parse_shoe_name, parse_shoe_value
from loadwatch.settings.toml_text import (
    decode_text,
    find_lines,
    parse_toml,
    read_text,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from loadwatch.tables import LoadName, WeekdayName

__all__ = [
    "BY_OTHER_FILES",
    "FILE",
    "KEYS",
    "PRESETS",
    "TOP_KEYS",
    "Preset",
    "RuleKeys",
    "Settings",
    "Shoe",
    "check_content",
    "list_effective",
    "load",
]
FILE = "loadwatch.toml"
# the origin of a list's unit that nobody chose: recordings of the same runs show it
BY_OTHER_FILES = "recordings of the same runs"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Settings:
    """Everything that changes a result. Immutable; `load` builds it from files and options.

    Two are equal where all settings are, an unknown number (NaN) being equal to itself;
    where they came from does not count.
    """

    # table "athlete" of the file
    name: str = ""
    sex: Literal["", "m", "f"] = ""
    hr_rest: float = math.nan  # 1/min
    hr_max: float = math.nan  # 1/min
    birth_year: int = 0
    # table "weeks"
    week_start: WeekdayName = "mon"
    tz: str = ""  # IANA zone for files that name none
    load: LoadName = "distance"
    sports: tuple[str, ...] = ("running",)
    # table "surface"
    default_surface: str = ""  # one of tables.KNOWN_SURFACES, or "" to stay unknown
    osm: str = ""  # path of a map extract
    # OSM value to class, over our table
    classes: Mapping[str, str] = field(default_factory=dict)
    # table "lists": what a CSV list does not state
    # "m" is no choice of the user: only recordings of the same runs show it
    distance_unit: Literal["", "km", "mi", "m"] = ""
    elevation_unit: Literal["", "m", "ft"] = ""
    date_order: Literal["", "dmy", "mdy", "ymd"] = ""
    # table "elevation"
    virtual_altitude: bool = False  # count climbs of treadmill and virtual runs
    # limits of the rules, over those of the preset
    preset: Preset = "default"
    rules: Mapping[str, Mapping[str, float | bool]] = field(default_factory=dict)
    # table "shoes": name of a pair -> what is stated of it
    shoes: Mapping[str, Shoe] = field(default_factory=dict)
    # the command line's alone
    today: date | None = None  # None: the date of the last activity
    units: Literal["metric", "imperial"] = "metric"
    # field -> where from
    origins: Mapping[str, str] = field(default_factory=dict)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Settings):
            return NotImplemented
        return self._list_values() == other._list_values()

    __hash__ = None  # type: ignore[assignment]  # it holds tables

    def list_retired(self, today: date) -> frozenset[str]:
        """Return the names of the pairs of shoes that are out of use on `today`."""
        return frozenset(
            name for name, shoe in self.shoes.items() if shoe.is_retired(today)
        )

    def _list_values(self) -> list[object]:
        values = [
            getattr(self, part.name) for part in fields(self) if part.name != "origins"
        ]
        # NaN differs from itself
        return [None if value != value else value for value in values]  # noqa: PLR0124


def load(
    files: Sequence[Path],
    overrides: Mapping[str, tuple[object, str]],
    rules: Mapping[str, RuleKeys],
) -> Settings:
    """Return the settings of all files and options.

    Parameters
    ----------
    files : settings files, later ones win; a file that is not there is skipped.
    overrides : field, or `rules.<name>.<key>` -> (value, origin), over all files.
    rules : each rule's keys, so that a misspelt limit is an error and not silence, and
        their values, so that no level begins above a higher one.
    """
    return _build_settings(_list_entries(files, overrides, rules), rules)


def check_content(data: bytes, rules: Mapping[str, RuleKeys]) -> None:
    """Raise SettingsError where a settings file that holds `data` would not be taken."""
    _build_settings(_parse_entries(Path(FILE), decode_text(FILE, data), rules), rules)


def _build_settings(
    entries: Iterable[_Entry], rules: Mapping[str, RuleKeys]
) -> Settings:
    """Return the settings of `entries`, of which a later one wins."""
    values: dict[str, Any] = {}
    tables: dict[str, dict[str, dict[str, Any]]] = {"rules": {}, "shoes": {}}
    origins: dict[str, str] = {}
    for entry in entries:
        origins[".".join((*entry.table, entry.key))] = entry.where
        if entry.table:
            table, name = entry.table
            tables[table].setdefault(name, {})[entry.key] = entry.value
        else:
            values[entry.key] = entry.value
    preset = values.get("preset", "default")
    for rule, own in tables["rules"].items():
        check_level_order(rule, own, rules[rule], preset, origins)
    shoes = {name: Shoe(**stated) for name, stated in tables["shoes"].items()}
    return Settings(**values, rules=tables["rules"], shoes=shoes, origins=origins)


def _list_entries(
    files: Sequence[Path],
    overrides: Mapping[str, tuple[object, str]],
    rules: Mapping[str, RuleKeys],
) -> Iterator[_Entry]:
    """Yield what files and options set, in the order in which a later one wins."""
    present = [path for path in files if path.is_file()]
    for path in present:
        try:
            yield from _parse_entries(path, read_text(path), rules)
        except SettingsError as error:
            if path == present[-1]:  # the athlete's, whom the message is about
                raise
            where = f"{path.parent.name}/{error.where}"
            raise SettingsError(where, error.why) from None
    yield from _read_overrides(overrides, rules)


@dataclass(frozen=True, slots=True)
class _Entry:
    """One key of a settings file: a setting, or a key of one rule or of one pair of shoes."""

    where: str  # file:line
    key: str
    value: Any
    table: tuple[()] | tuple[str, str] = ()  # ("rules" or "shoes", its name)


def _parse_value(key: str, value: object, origin: str) -> object:
    if key not in PARSERS:
        return value
    try:
        return PARSERS[key](value)
    except ValueError as error:
        raise SettingsError(origin, f"{key} = {_quote_value(value)}: {error}") from None


def _quote_value(value: object) -> str:
    """Return a value as an error shows it: a day as people write it."""
    return str(value) if isinstance(value, date) else repr(value)


def _read_overrides(
    overrides: Mapping[str, tuple[object, str]], rules: Mapping[str, RuleKeys]
) -> Iterator[_Entry]:
    """Yield the settings that no file gives; refuse an unknown one."""
    known = {field.name for field in fields(Settings)} - {"origins", "rules", "shoes"}
    for name, (value, origin) in overrides.items():
        table, _, rest = name.partition(".")
        if rest and table == "rules":
            rule, _, key = rest.partition(".")
            for entry in _read_rule(origin, {}, rule, {key: value}, rules):
                yield replace(entry, where=origin)  # which has no lines
        elif name in known:
            yield _Entry(origin, name, _parse_value(name, value, origin))
        else:
            hint = suggest_key(name, known)
            raise SettingsError(origin, f"unknown setting '{name}'.{hint}")


def _parse_entries(
    path: Path, text: str, rules: Mapping[str, RuleKeys]
) -> Iterator[_Entry]:
    """Yield what the settings file at `path` states, whose text is `text`."""
    document = parse_toml(path.name, text)
    lines = find_lines(text)
    for table, content in document.items():
        where = f"{path.name}:{lines.get((table,), 1)}"
        if table in TOP_KEYS:
            yield _Entry(where, table, _parse_value(table, content, where))
            continue
        if table not in (*KEYS, "rules", "shoes"):
            known = (*KEYS, "rules", "shoes", *TOP_KEYS)
            hint = suggest_table(table) or suggest_key(table, known)
            raise SettingsError(where, f"unknown key '{table}'.{hint}")
        if not isinstance(content, dict):
            raise SettingsError(where, f"'{table}' should be a table, as [{table}]")
        if table == "rules":
            for name, limits in content.items():
                yield from _read_rule(path.name, lines, name, limits, rules)
        elif table == "shoes":
            for name, stated in content.items():
                yield from _read_shoe(path.name, lines, name, stated)
        else:
            yield from _read_section(path, lines, table, content)


def _read_section(
    path: Path,
    lines: Mapping[tuple[str, ...], int],
    table: str,
    content: Mapping[str, object],
) -> Iterator[_Entry]:
    for key, given in content.items():
        where = f"{path.name}:{lines.get((table, key), 1)}"
        if key not in KEYS[table]:
            hint = suggest_table(key) or suggest_key(key, KEYS[table])
            raise SettingsError(where, f"unknown key '{key}' in [{table}].{hint}")
        value = _parse_value(key, given, where)
        if key == "osm":  # a map is looked for beside the file that names it
            value = str(path.parent / str(value))
        yield _Entry(where, key, value)


def _read_rule(
    file: str,
    lines: Mapping[tuple[str, ...], int],
    name: str,
    content: object,
    rules: Mapping[str, RuleKeys],
) -> Iterator[_Entry]:
    where = f"{file}:{lines.get(('rules', name), 1)}"
    if name not in rules:
        hint = _suggest_rule(name, rules)
        raise SettingsError(where, f"unknown rule '{name}'.{hint}")
    if not isinstance(content, dict):
        why = f"'rules.{name}' should be a table, as [rules.{name}]"
        raise SettingsError(where, why)
    known = rules[name]
    for key, given in content.items():
        where = f"{file}:{lines.get(('rules', name, key), 1)}"
        if key not in known.keys:
            hint = suggest_key(key, known.keys)
            raise SettingsError(where, f"unknown key '{key}' in [rules.{name}].{hint}")
        try:
            value = parse_limit(key, given, is_share=key in known.shares)
        except ValueError as error:
            raise SettingsError(
                where, f"{key} = {_quote_value(given)}: {error}"
            ) from None
        yield _Entry(where, key, value, ("rules", name))


def _read_shoe(
    file: str, lines: Mapping[tuple[str, ...], int], name: str, content: object
) -> Iterator[_Entry]:
    """Yield what a file states of one pair; a pair of which it states nothing is there, too."""
    where = f"{file}:{lines.get(('shoes', name), 1)}"
    if not isinstance(content, dict):
        why = f"'shoes.{name}' should be a table, as [shoes.\"{name}\"]"
        raise SettingsError(where, why)
    try:
        pair = ("shoes", parse_shoe_name(name))
        if not content:
            yield _Entry(where, "retired", value=False, table=pair)
        for key, given in content.items():
            where = f"{file}:{lines.get(('shoes', name, key), 1)}"
            yield _Entry(where, key, parse_shoe_value(key, given), pair)
    except ValueError as error:
        raise SettingsError(where, str(error)) from None


def _suggest_rule(name: str, rules: Mapping[str, RuleKeys]) -> str:
    """Return the name of the rule that was meant, by its id or by its spelling."""
    for known, keys in rules.items():
        if keys.id == name.upper():
            return f" Its name here is '{known}'."
    return suggest_key(name, rules)


def list_effective(settings: Settings) -> list[tuple[str, object, str]]:
    """Return (name, value, where from) of every setting in effect.

    The fields come in the order of the class, then each limit that the user set, then the pairs
    of shoes.
    """
    values: dict[str, object] = {
        field.name: getattr(settings, field.name)
        for field in fields(settings)
        if field.name not in {"origins", "rules", "shoes"}
    }
    for rule, limits in settings.rules.items():
        for key, value in limits.items():
            values[f"rules.{rule}.{key}"] = value
    for name, shoe in settings.shoes.items():
        values[f"shoes.{name}.start_km"] = shoe.start_km
        values[f"shoes.{name}.retired"] = shoe.retired
    return [
        (name, value, settings.origins.get(name, "default"))
        for name, value in values.items()
    ]


def find_extract(settings: Settings) -> Path:
    """Return where the map extract of the settings is; SettingsError where there is none."""
    path = Path(settings.osm)
    if path.is_file():
        return path
    origin = settings.origins.get("osm", "osm")
    raise SettingsError(
        origin,
        f"no map extract at {settings.osm}: check the path, or ask `loadwatch map` "
        "which extract the runs need and where it is to be had",
    )
