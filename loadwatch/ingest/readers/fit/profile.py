"""Names, scales and words of FIT's profile, as python-fitparse carries it; nothing else knows of it."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from fitparse.profile import FIELD_TYPES, MESSAGE_TYPES

if TYPE_CHECKING:
    from collections.abc import Mapping

_MESSAGES: dict[str, int] = {
    kind.name: number for number, kind in MESSAGE_TYPES.items()
}


@cache
def find_message_number(message: str) -> int:
    """Return the number of a message by its name."""
    return _MESSAGES[message]


def name_message(number: int) -> str:
    """Return the name of a message, or `unknown_233`."""
    kind = MESSAGE_TYPES.get(number)
    return str(kind.name) if kind else f"unknown_{number}"


@cache
def find_field_number(message: str, name: str) -> int:
    """Return the number of a field by its message's and its own name."""
    fields = MESSAGE_TYPES[_MESSAGES[message]].fields
    return int(next(key for key, one in fields.items() if one.name == name))


@cache
def find_scaling(number: int) -> Mapping[int | tuple[int, int], tuple[float, float]]:
    """Return (scale, offset) of each field of a message that has one: value = raw / scale - offset."""
    kind = MESSAGE_TYPES.get(number)
    fields = kind.fields if kind else {}
    return {
        key: (_to_number(one.scale) or 1.0, _to_number(one.offset))
        for key, one in fields.items()
        if _to_number(one.scale) not in {0.0, 1.0} or _to_number(one.offset)
    }


def _to_number(factor: object) -> float:
    """A scale or offset as a number; a field of several components has none of its own."""
    return float(factor) if isinstance(factor, (int, float)) else 0.0


def name_enum_value(kind: str, raw: float) -> str:
    """Return the profile's word for a value of an enumerated type, or "" if it has none."""
    if raw != raw:  # noqa: PLR0124 - NaN, the unknown
        return ""
    return str(FIELD_TYPES[kind].values.get(int(raw), ""))


def list_enum_names(number: int, key: int) -> Mapping[int, str]:
    """Return the words of an enumerated field by its raw value; empty where it is a plain number."""
    kind = MESSAGE_TYPES.get(number)
    one = kind.fields.get(key) if kind else None
    return dict(one.type.values) if one and one.type.values else {}


def describe_field(number: int, key: int | tuple[int, int]) -> tuple[str, str]:
    """Return name and unit of a field, `unknown_90` or `developer_0_7` where the profile has none."""
    if isinstance(key, tuple):
        return f"developer_{key[0]}_{key[1]}", ""
    kind = MESSAGE_TYPES.get(number)
    one = kind.fields.get(key) if kind else None
    return (str(one.name), one.units or "") if one else (f"unknown_{key}", "")


def name_field_type(number: int, key: int | tuple[int, int]) -> str:
    """Return the profile's type of a field, as `date_time` or `uint16`; "" where the profile has none."""
    message_ = MESSAGE_TYPES.get(number)
    one = message_.fields.get(key) if message_ else None
    return str(one.type.name) if one else ""
