"""Single entries of loadwatch.toml changed: comments, order and all other lines stay."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Any

import tomlkit
from tomlkit.exceptions import TOMLKitError

from loadwatch.assess import rules
from loadwatch.errors import SettingsError
from loadwatch.settings import FILE, check_content

if TYPE_CHECKING:
    from collections.abc import Mapping

    # tables and key, as ("rules", "shoe_km", "enabled")
    Place = tuple[str, ...]

NOT_BY_FORM = "cannot be changed by a form as it is written; change it by hand"


def read_entries(data: bytes) -> dict[str, Any]:
    """Return what the file holds; SettingsError where it is no TOML."""
    return tomlkit.parse(_decode(data)).unwrap()


def find_entry(document: Mapping[str, Any], place: Place) -> object:
    """Return the value at a place, None where there is none."""
    found: object = document
    for name in place:
        if not isinstance(found, dict) or name not in found:
            return None
        found = found[name]
    return found


def change_entries(data: bytes, entries: Mapping[Place, object]) -> bytes:
    """Return the file with the values of `entries` at their places, all else as it was.

    None removes an entry. Empty tables are kept.

    Raises
    ------
    SettingsError : the file is no TOML, loadwatch would not take the new one, or another entry
        than these would change.
    """
    text = _decode(data)
    document = tomlkit.parse(text)
    plain = tomllib.loads(text)
    try:
        for place, value in entries.items():
            _set_entry(document, place, value)
            _set_plain(plain, place, value)
        new = tomlkit.dumps(document)
        is_same = tomllib.loads(new) == plain
    except (TOMLKitError, ValueError, TypeError, AttributeError, KeyError):
        is_same = False
    if not is_same:
        raise SettingsError(FILE, NOT_BY_FORM)
    check_content(new.encode(), rules.list_setting_keys())
    return new.encode()


def _decode(data: bytes) -> str:
    """Return the text of the file, which is TOML of a bearable size."""
    try:
        check_content(data, rules.list_setting_keys())
        text = data.decode("utf-8-sig")
        tomlkit.parse(text)
    except (TOMLKitError, RecursionError) as error:
        raise SettingsError(FILE, f"{error} (not valid TOML)") from None
    return text


def _set_entry(document: Any, place: Place, value: object) -> None:
    table = document
    *tables, key = place
    for depth, name in enumerate(tables):
        if name not in table:
            if value is None:
                return
            is_outer = depth < len(tables) - 1
            table[name] = tomlkit.table(is_super_table=is_outer)
        table = table[name]
    if value is not None:
        table[key] = value
    elif key in table:
        del table[key]


def _set_plain(document: dict[str, Any], place: Place, value: object) -> None:
    """Do the same to plain dictionaries."""
    *tables, key = place
    table = document
    for name in tables:
        if name not in table and value is None:
            return
        table = table.setdefault(name, {})
    if value is not None:
        table[key] = value
    else:
        table.pop(key, None)
