"""Names, scales and enumerations of FIT's profile, taken from python-fitparse and nowhere else."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from fitparse.profile import FIELD_TYPES, MESSAGE_TYPES

if TYPE_CHECKING:
    from collections.abc import Mapping

_MESSAGES: dict[str, int] = {
    message.name: number for number, message in MESSAGE_TYPES.items()
}


def _get_fields(message_number: int) -> Mapping[Any, Any]:
    """Return fitparse's fields of a message by number; empty where the profile lacks it."""
    message = MESSAGE_TYPES.get(message_number)
    if message is None:
        return {}
    fields: Mapping[Any, Any] = message.fields
    return fields


@cache
def find_message_number(message: str) -> int:
    """Return the global message number of a message by its name."""
    return _MESSAGES[message]


def name_message(number: int) -> str:
    """Return the name of a message, `unknown_233` where the profile lacks it."""
    message = MESSAGE_TYPES.get(number)
    if message is None:
        return f"unknown_{number}"
    return str(message.name)


@cache
def find_field_number(message: str, name: str) -> int:
    """Return the number of a field by its message's and its own name."""
    fields = _get_fields(_MESSAGES[message])
    return int(next(key for key, field in fields.items() if field.name == name))


@cache
def find_scaling(number: int) -> Mapping[int | tuple[int, int], tuple[float, float]]:
    """Return (scale, offset) of each field that has any: value = raw / scale - offset."""
    found: dict[int | tuple[int, int], tuple[float, float]] = {}
    for key, field in _get_fields(number).items():
        scale, offset = _to_number(field.scale) or 1.0, _to_number(field.offset)
        if (scale, offset) != (1.0, 0.0):
            found[key] = scale, offset
    return found


def _to_number(factor: object) -> float:
    """Return a scale or offset; 0 where there is none, as in a field of several components."""
    if isinstance(factor, (int, float)):
        return float(factor)
    return 0.0


def name_enum_value(enum: str, raw: float) -> str:
    """Return the name of a value of an enumerated type, "" for NaN and where it has none."""
    if raw != raw:  # noqa: PLR0124 - NaN, the unknown
        return ""
    return str(FIELD_TYPES[enum].values.get(int(raw), ""))


def list_enum_names(number: int, key: int) -> Mapping[int, str]:
    """Return the names of an enumerated field by raw value; empty where it is a plain number."""
    field = _get_fields(number).get(key)
    if field is None or not field.type.values:
        return {}
    return dict(field.type.values)


def describe_field(number: int, key: int | tuple[int, int]) -> tuple[str, str]:
    """Return name and unit of a field, `unknown_90` or `developer_0_7` outside the profile."""
    if isinstance(key, tuple):
        return f"developer_{key[0]}_{key[1]}", ""
    field = _get_fields(number).get(key)
    if field is None:
        return f"unknown_{key}", ""
    return str(field.name), field.units or ""


def name_field_type(number: int, key: int | tuple[int, int]) -> str:
    """Return the profile's type of a field, as `date_time` or `uint16`; "" where it has none."""
    field = _get_fields(number).get(key)
    if field is None:
        return ""
    return str(field.type.name)
