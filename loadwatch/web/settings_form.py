"""The form over loadwatch.toml: comments and foreign keys stay, a wrong value changes nothing."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import tomlkit
from tomlkit.exceptions import TOMLKitError

from loadwatch.assess import rules
from loadwatch.errors import SettingsError
from loadwatch.settings import FILE, PRESETS
from loadwatch.settings import load as load_settings
from loadwatch.tables import KNOWN_SURFACES, LOAD_METHODS, WEEKDAYS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True, slots=True)
class Field:
    """One setting of the form."""

    table: str  # of the file, "" for the top
    key: str
    label: str
    kind: str = "text"  # text, number or list
    choices: Sequence[str] = ()

    @property
    def name(self) -> str:
        """The name of its input."""
        return f"{self.table}.{self.key}"


FIELDS: Final = (
    Field("athlete", "name", "Name on the page"),
    Field("athlete", "birth_year", "Year of birth", "number"),
    Field("athlete", "sex", "Sex, for load by heart rate", choices=("f", "m")),
    Field("athlete", "hr_rest", "Heart rate at rest", "number"),
    Field("athlete", "hr_max", "Highest heart rate", "number"),
    Field("weeks", "week_start", "First day of the week", choices=tuple(WEEKDAYS)),
    Field("weeks", "tz", "Time zone, as Europe/Zurich"),
    Field("weeks", "load", "What counts as load", choices=tuple(LOAD_METHODS)),
    Field("weeks", "sports", "Sports that are summed, with commas", "list"),
    Field(
        "surface",
        "default_surface",
        "Ground where nothing else says",
        choices=KNOWN_SURFACES,
    ),
    Field("", "preset", "Limits", choices=tuple(PRESETS)),
)


def read_values(data: bytes) -> dict[str, str]:
    """Return what the file states, as text by the name of the field; "" where it does not.

    Raises
    ------
    SettingsError : the file is no TOML.
    """
    document = _parse_document(data)
    values = {}
    for field in FIELDS:
        table = document.get(field.table, {}) if field.table else document
        value = table.get(field.key, "") if hasattr(table, "get") else ""
        if isinstance(value, list):
            value = ", ".join(map(str, value))
        values[field.name] = str(value)
    return values


def change_values(data: bytes, changed: Mapping[str, str]) -> bytes:
    """Return the file with some settings changed, all else as it was.

    Parameters
    ----------
    data : what the file holds now.
    changed : text by the name of the field; "" removes a setting.

    Raises
    ------
    SettingsError : a value cannot be; nothing is to be written then.
    """
    document = _parse_document(data)
    by_name = {field.name: field for field in FIELDS}
    for name, text in changed.items():
        _set_value(document, by_name[name], text.strip())
    new = tomlkit.dumps(document).encode()
    _check_file(new)
    return new


def _parse_document(data: bytes) -> Any:
    try:
        return tomlkit.parse(data.decode("utf-8-sig"))
    except (TOMLKitError, UnicodeDecodeError, RecursionError) as error:
        raise SettingsError(FILE, f"{error} (not valid TOML)") from None


def _set_value(document: Any, field: Field, text: str) -> None:
    table = document
    if field.table:
        if field.table not in document:
            document[field.table] = tomlkit.table()
        table = document[field.table]
    if not text:
        if field.key in table:
            del table[field.key]
        return
    table[field.key] = _convert_text(field, text)


def _convert_text(field: Field, text: str) -> Any:
    """Return the value of a text as the file has it."""
    if field.kind == "list":
        return [word.strip() for word in text.split(",") if word.strip()]
    if field.kind != "number":
        return text
    try:
        number = float(text.replace(",", "."))
    except ValueError:
        raise SettingsError(FILE, f"{field.label}: {text!r} is no number") from None
    if number.is_integer():
        return int(number)
    return number


def _check_file(data: bytes) -> None:
    """Raise SettingsError where loadwatch would not take the file."""
    with tempfile.TemporaryDirectory(prefix="loadwatch-") as folder:
        path = Path(folder) / FILE
        path.write_bytes(data)
        load_settings([path], {}, rules.list_setting_keys())
