"""What the table `[rules.<name>]` of a settings file may hold."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from loadwatch.errors import SettingsError
from loadwatch.settings.keys import parse_flag

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleKeys:
    """What the table `[rules.<name>]` of one rule may hold: its limits as each preset has them."""

    id: str
    limits: Mapping[
        str, Mapping[str, float]
    ]  # preset -> key -> value; each preset has all keys
    levels: tuple[
        str, ...
    ] = ()  # keys of the levels, the lowest first: a later one may not begin below it
    shares: frozenset[str] = frozenset()  # keys that are a part of a whole, up to 1

    @property
    def keys(self) -> tuple[str, ...]:
        """All keys, `enabled` before the limits."""
        return ("enabled", *self.limits["default"])


def parse_limit(key: str, value: object, *, share: bool) -> float | bool:
    """Return the value of a rule's key; ValueError says what it should be."""
    if key == "enabled":
        return parse_flag(value)
    most = 1.0 if share else math.inf
    if (
        isinstance(value, bool)
        or not isinstance(value, (int, float))
        or not 0 < value <= most
    ):
        kind = (
            "share above 0 and up to 1, as 0.9 for 90 %" if share else "number above 0"
        )
        raise ValueError(f"should be a {kind}; enabled = false silences the rule")
    if math.isinf(value):
        raise ValueError("should be a number; enabled = false silences the rule")
    return value


def check_level_order(
    rule: str,
    own: Mapping[str, float | bool],
    keys: RuleKeys,
    preset: str,
    origins: Mapping[str, str],
) -> None:
    """Refuse a level of a rule that begins above a higher one."""
    told = {**keys.limits[preset], **own}
    for low, high in pairwise(keys.levels):
        if told[low] > told[high]:
            key, verb, other = (
                (low, "at most", high) if low in own else (high, "at least", low)
            )
            why = f"should be {verb} {other}, which is {told[other]:g}; change one of them in [rules.{rule}]"
            raise SettingsError(
                origins[f"rules.{rule}.{key}"], f"{key} = {told[key]:g}: {why}"
            )
