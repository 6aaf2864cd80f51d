"""The vocabulary of exported tables: names.toml, loaded once and indexed for look-up."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from loadwatch.ingest.readers.sports import normalize_word
from loadwatch.tables import KNOWN_SURFACES

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class RoleName:
    """What a column of one name is: its role, the name's rank there, and its unit in SI."""

    role: str
    rank: int  # 0 is read before 1, where a table has both
    factor: float | None


@dataclass(frozen=True, slots=True)
class VendorTraits:
    """What is known of a vendor's tables beyond their header."""

    vendor: str = ""  # "" for a list kept by hand
    utc: bool = False  # dates are UTC, not the local clock
    cadence_per_leg: bool = False  # strides of one leg, not steps of both
    units: Mapping[str, float] = field(default_factory=dict)  # role -> SI factor
    # climbs are whole numbers, so that 1,079 and 1.079 are thousands
    whole_climbs: bool = False


@dataclass(frozen=True, slots=True)
class Vendor:
    """How a vendor's table is recognised: by names in its header and by roles it has."""

    names: frozenset[str]
    roles: frozenset[str]
    traits: VendorTraits


@cache
def load_table() -> dict[str, Any]:
    """Return names.toml as a dict of its tables."""
    path = files("loadwatch.ingest.readers.csv").joinpath("names.toml")
    return tomllib.loads(path.read_text("utf-8"))


@cache
def load_units() -> dict[str, float]:
    """Return unit in lower case -> what one of it is in SI."""
    return {unit: float(factor) for unit, factor in load_table()["units"].items()}


@cache
def load_time_words() -> dict[str, float]:
    """Return unit of a duration written out, in lower case -> seconds."""
    table = load_table()["time_words"].items()
    return {word: float(size) for size, words in table for word in words}


@cache
def load_roles(section: str) -> dict[str, list[RoleName]]:
    """Return normalised name -> the roles it may have, of `lists` or `series`."""
    roles: dict[str, list[RoleName]] = {}
    for role, names in load_table()[section].items():
        for rank, entry in enumerate(names):
            name, _, unit = entry.partition(" @")
            column = RoleName(role, rank, load_units().get(unit))
            roles.setdefault(normalize_word(name), []).append(column)
    return roles


@cache
def load_vendors() -> tuple[Vendor, ...]:
    """Return the vendors whose tables are known, the first that fits is the one."""
    return tuple(map(_read_vendor, load_table()["vendors"]))


def load_traits(vendor: str) -> VendorTraits:
    """Return what is known of a vendor's tables, as of the first entry of its name."""
    return next(one.traits for one in load_vendors() if one.traits.vendor == vendor)


def _read_vendor(entry: Mapping[str, Any]) -> Vendor:
    units = entry.get("units", {})
    traits = VendorTraits(
        vendor=entry["name"],
        utc=entry.get("clock") == "utc",
        cadence_per_leg=entry.get("cadence") == "legs",
        units={role: load_units()[unit] for role, unit in units.items()},
        whole_climbs=entry.get("climbs") == "whole",
    )
    names = frozenset(map(normalize_word, entry.get("names", ())))
    return Vendor(names, frozenset(entry.get("roles", ())), traits)


@cache
def load_foreign() -> tuple[tuple[re.Pattern[str], str], ...]:
    """Return (how a table of something else begins, why it is refused)."""
    return tuple(
        (re.compile(entry["begins"]), entry["why"]) for entry in load_table()["foreign"]
    )


@cache
def load_surfaces() -> dict[str, str]:
    """Return normalised word for a surface -> its class, which has its own name, too."""
    surfaces = {name: name for name in KNOWN_SURFACES}
    for name, synonyms in load_table()["surfaces"].items():
        for synonym in synonyms:
            surfaces[normalize_word(synonym)] = name
    return surfaces


@cache
def load_sum_words() -> tuple[frozenset[str], frozenset[str]]:
    """Return (words of rows that add up others, words that may be beside them)."""
    table = load_table()["sums"]
    return frozenset(table["words"]), frozenset(table["beside"])


@cache
def load_other_totals() -> frozenset[str]:
    """Return words of headings whose numbers or dates are not those of one run."""
    return frozenset(load_table()["sums"]["not_of_one_run"])


@cache
def load_status_words() -> tuple[frozenset[str], frozenset[str]]:
    """Return (words of what is still to come, words of what was not done)."""
    table = load_table()["status_words"]
    return frozenset(table["planned"]), frozenset(table["missed"])


@cache
def load_race_distances() -> dict[str, float]:
    """Return normalised name of a race's distance -> metres."""
    table = load_table()["race_distances"].items()
    return {
        normalize_word(name): float(metres) for metres, names in table for name in names
    }


@cache
def load_weekdays() -> frozenset[str]:
    """Return the days of the week, in lower case."""
    return frozenset(load_table()["weekdays"]["words"])


@cache
def load_months() -> dict[str, int]:
    """Return normalised name of a month -> its number."""
    months = load_table()["months"].items()
    return {
        normalize_word(name): int(number) for number, names in months for name in names
    }


@cache
def load_offsets() -> dict[str, float]:
    """Return abbreviation of a zone in lower case -> hours ahead of UTC."""
    return dict(load_table()["offsets"])
