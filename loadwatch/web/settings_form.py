"""The form over loadwatch.toml: a field for every setting, with its unit and its limits."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from loadwatch.assess import rules
from loadwatch.assess.rules import RULES
from loadwatch.errors import SettingsError
from loadwatch.settings import FILE, KEYS, TOP_KEYS
from loadwatch.settings.keys import Choice, NumberRange, parse_flag, parse_limit
from loadwatch.web.toml_edit import change_entries, find_entry, read_entries

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from loadwatch.assess.rules import Bound, Rule

MAX_TEXT = 200  # characters of a text
ON, OFF = "yes", "no"
FROM_LIST: Final = "as the list shows"
# table and key of the file -> label, unit or hint, and what holds where the field is empty
LABELS: Final = {
    ("athlete", "name"): ("Name on the page", "", "the folder's"),
    ("athlete", "birth_year"): ("Year of birth", "", ""),
    ("athlete", "sex"): ("Sex, for load by heart rate", "f or m", "not given"),
    ("athlete", "hr_rest"): ("Heart rate at rest", "beats a minute", ""),
    ("athlete", "hr_max"): ("Highest heart rate", "beats a minute", ""),
    ("weeks", "week_start"): ("First day of the week", "", "usual: mon"),
    ("weeks", "tz"): ("Time zone", "such as Europe/Zurich", "this computer's"),
    ("weeks", "load"): ("What counts as load", "", "usual: distance"),
    ("weeks", "sports"): ("Sports that are summed", "with commas", "running"),
    ("surface", "default_surface"): ("Ground where no file names it", "", "unknown"),
    ("surface", "osm"): ("Map extract in the folder", "such as region.osm.pbf", ""),
    ("surface", "classes"): (
        "Ground by the map's own word",
        "such as grass = soft, pebbles = firm",
        "",
    ),
    ("lists", "distance_unit"): ("Distances without a unit", "", FROM_LIST),
    ("lists", "elevation_unit"): ("Climbs without a unit", "", FROM_LIST),
    ("lists", "date_order"): (
        "Order of day (d) and month (m)",
        "of dates such as 3/4/2026",
        FROM_LIST,
    ),
    ("elevation", "virtual_altitude"): ("Count climbs of treadmill runs", "", "no"),
}
PARTS: Final = {
    "athlete": "You",
    "weeks": "Weeks",
    "surface": "Ground",
    "lists": "Lists kept by hand",
    "elevation": "Climbs",
}
UNITS: Final = {"ratio": "times", "share": "share, up to 1", "points": "% points"}


class FieldError(SettingsError):
    """What one field holds cannot be; `name` is the field's, `reason` is shown beside it."""

    def __init__(self, field: Field, reason: str) -> None:
        super().__init__(FILE, f"{field.label}: {reason}")
        self.name, self.reason = field.name, reason


@dataclass(frozen=True, slots=True)
class Field:
    """One setting of the form."""

    place: tuple[str, ...]  # tables and key in the file
    label: str
    parse: Callable[[Any], object]  # of the settings: ValueError with what it should be
    hint: str = ""  # unit and limits
    kind: str = "text"  # text, number, list, table or flag
    choices: Sequence[str] = ()
    usual: str = ""  # what holds where the field is empty

    @property
    def name(self) -> str:
        """The name of its input."""
        return f"{'.'.join(self.place[:-1])}.{self.place[-1]}"

    def convert(self, text: str) -> object:
        """Return the value of a text as the file has it, None of an empty one.

        Raises
        ------
        FieldError : the setting cannot have it.
        """
        if not text.strip():
            return None
        try:
            value = CONVERTERS[self.kind](text.strip())
            self.parse(value)
        except ValueError as error:
            raise FieldError(self, str(error)) from None
        return value


def _convert_text(text: str) -> str:
    if len(text) > MAX_TEXT or not text.isprintable():
        raise ValueError(f"should be at most {MAX_TEXT} printable characters")
    return text


def _convert_number(text: str) -> float:
    """Return a number, a whole one as such; NaN, which no setting takes, of all else."""
    try:
        number = float(text.replace(",", "."))
    except ValueError:
        return math.nan
    return int(number) if number.is_integer() else number


def _convert_list(text: str) -> list[str]:
    parts = [part.strip() for part in text.split(",")]
    return [_convert_text(part) for part in parts if part]


def _convert_table(text: str) -> dict[str, str]:
    table = {}
    for part in _convert_list(text):
        name, sign, value = part.rpartition("=")
        if not (name.strip() and sign):
            raise ValueError("should be like ground = firm, with commas")
        table[name.strip()] = value.strip()
    return table


def _convert_flag(text: str) -> bool:
    if text not in (ON, OFF):
        raise ValueError(f"should be {ON} or {OFF}")
    return text == ON


CONVERTERS: Final[Mapping[str, Callable[[str], Any]]] = {
    "text": _convert_text,
    "number": _convert_number,
    "list": _convert_list,
    "table": _convert_table,
    "flag": _convert_flag,
}


@cache
def list_parts() -> Mapping[str, tuple[Field, ...]]:
    """Return heading -> fields, the checks' limits last, each under the check's title."""
    parts = {}
    for table, heading in PARTS.items():
        parts[heading] = tuple(
            _build_field((table, key), parse) for key, parse in KEYS[table].items()
        )
    presets = TOP_KEYS["preset"]
    parts["Limits"] = (
        _build_choice(("preset",), "Set of limits", presets, "usual: default"),
    )
    stated = rules.list_setting_keys()
    for rule in RULES:
        if rule.name in stated:
            parts[f"{rule.id} {rule.title}"] = tuple(_list_rule_fields(rule))
    return parts


@cache
def map_fields() -> Mapping[str, Field]:
    """Return name -> field."""
    return {field.name: field for part in list_parts().values() for field in part}


def _build_field(place: tuple[str, str], parse: Callable[[Any], object]) -> Field:
    label, hint, usual = LABELS[place]
    if isinstance(parse, Choice):
        return _build_choice(place, label, parse, usual, hint)
    if isinstance(parse, NumberRange):
        limits = f"{parse.low:g} to {parse.high:g}"
        hint = ", ".join(filter(None, (hint, limits)))
        return Field(place, label, parse, hint, "number")
    if parse is parse_flag:
        return Field(place, label, parse, hint, "flag", (ON, OFF), usual)
    kinds = {"sports": "list", "classes": "table"}
    kind = kinds.get(place[1], "text")
    return Field(place, label, parse, hint, kind, usual=usual)


def _build_choice(
    place: tuple[str, ...],
    label: str,
    parse: Callable[[Any], object],
    usual: str,
    hint: str = "",
) -> Field:
    choices: Sequence[str] = ()
    if isinstance(parse, Choice):
        choices = parse.choices
    return Field(place, label, parse, hint, choices=choices, usual=usual)


def _list_rule_fields(rule: Rule) -> list[Field]:
    """Return whether a check is made, and each of its limits."""
    place = ("rules", rule.name)
    made = Field(
        (*place, "enabled"),
        "Make this check",
        parse_flag,
        "",
        "flag",
        (ON, OFF),
        f"usual: {ON}",
    )
    return [made, *(_build_limit(place, bound) for bound in rule.limits)]


def _build_limit(place: tuple[str, str], bound: Bound) -> Field:
    is_share = bound.si_unit == "share"
    label = bound.text.format(value="…")
    return Field(
        (*place, bound.key),
        label[0].upper() + label[1:],
        lambda value: parse_limit(bound.key, value, is_share=is_share),
        UNITS.get(bound.si_unit, bound.si_unit),
        "number",
        usual=f"{bound.value:g}",
    )


def read_values(data: bytes) -> dict[str, str]:
    """Return what the file states, as text by the name of the field; "" where it does not.

    Raises
    ------
    SettingsError : the file is no TOML.
    """
    document = read_entries(data)
    return {
        name: _format_value(find_entry(document, field.place))
        for name, field in map_fields().items()
    }


def _format_value(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return ON if value else OFF
    if isinstance(value, float):
        return f"{value:.15g}"
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if isinstance(value, dict):
        return ", ".join(f"{name} = {text}" for name, text in value.items())
    return str(value)


def find_errors(changed: Mapping[str, str]) -> dict[str, str]:
    """Return name of a field -> why it cannot have the text that `changed` gives it."""
    errors = {}
    for name, text in changed.items():
        try:
            map_fields()[name].convert(text)
        except FieldError as error:
            errors[name] = error.reason
    return errors


def change_values(
    data: bytes, changed: Mapping[str, str], was: Mapping[str, str] | None = None
) -> bytes:
    """Return the file with some settings changed, all else as it was.

    Parameters
    ----------
    data : what the file holds now.
    changed : text by the name of the field; "" removes a setting.
    was : what the form began with, by the name of the field.

    Raises
    ------
    SettingsError : a value cannot be; nothing is to be written then. FieldError where the file
        holds by now another value than the form began with.
    """
    fields = map_fields()
    held = read_values(data)
    for name in changed:
        now = held[name]
        if was and name in was and now not in (was[name], changed[name].strip()):
            there = f"it is {now} there" if now else "it is not there any more"
            raise FieldError(fields[name], f"the file was changed meanwhile: {there}")
    entries = {
        fields[name].place: fields[name].convert(text) for name, text in changed.items()
    }
    return change_entries(data, entries)
