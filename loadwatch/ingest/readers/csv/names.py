"""What columns are called: headers to roles, by the table of names in names.toml."""

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
    from collections.abc import Mapping, Sequence

_TAG = re.compile(r"<[^<>]{0,400}>")
_UNIT = re.compile(r"[(\[]([^()\[\]]{1,16})[)\]]$")
_MISSING = (
    "translation missing:"  # how Strava's export wrote names it had not translated
)
_HEADER = 400  # characters of a header cell that are looked at


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a role: its place in the row, and what one of its numbers is in SI (None: not told)."""

    index: int
    factor: float | None
    header: str


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a vendor's tables beyond their header."""

    vendor: str = ""
    utc: bool = False
    cadence_legs: bool = False
    units: Mapping[str, float] = field(default_factory=dict)
    counts_metres: bool = (
        False  # climbs are whole numbers, so that 1,079 and 1.079 are thousands
    )


@cache
def table() -> dict[str, Any]:
    """Return names.toml as it stands."""
    return tomllib.loads(
        files("loadwatch.ingest.readers.csv").joinpath("names.toml").read_text("utf-8")
    )


@cache
def _names(section: str) -> dict[str, list[tuple[str, int, float | None]]]:
    """Return key of a name -> the roles it may have, each with its rank there and its factor."""
    found: dict[str, list[tuple[str, int, float | None]]] = {}
    for role, names in table()[section].items():
        for rank, name in enumerate(names):
            word, _, marked = name.rpartition(" @") if " @" in name else (name, "", "")
            found.setdefault(normalize_word(word), []).append(
                (role, rank, unit(marked))
            )
    return found


def unit(word: str) -> float | None:
    """Return what one of the unit is in SI; None for a word that is no unit."""
    factor = table()["units"].get(word.strip().casefold())
    return None if factor is None else float(factor)


def clean(header: str) -> str:
    """Return a header cell as words: without BOM, tags and Strava's marks of missing translations."""
    text = (
        _TAG.sub(" ", header[:_HEADER])
        .replace("\ufeff", "")
        .replace("\xa0", " ")
        .strip()
        .strip('"')
    )
    if text.casefold().startswith(_MISSING):
        text = text.rpartition(".")[2].replace("_", " ")
    return " ".join(text.split())


def _keys(header: str) -> list[tuple[str, float | None]]:
    """Return the ways to read a header: as it stands, without its "(unit)", without its "_unit"."""
    text = clean(header)
    ways: list[tuple[str, float | None]] = [(normalize_word(text), None)]
    if stated := _UNIT.search(text):
        ways.insert(0, (normalize_word(text[: stated.start()]), unit(stated[1])))
    base, mark, last = text.rpartition("_")
    if mark and (factor := unit(last)) is not None:
        ways.append((normalize_word(base), factor))
    return ways


def columns(header: Sequence[str], section: str = "lists") -> dict[str, list[Column]]:
    """Return role -> its columns: those that carry the first of the role's names that is there."""
    known = _names(section)
    best: dict[str, int] = {}
    found: dict[str, list[Column]] = {}
    for index, cell in enumerate(header):
        if not cell or cell.isdigit():
            continue
        for word, factor in _keys(cell):
            for role, rank, own in known.get(word, ()):
                column = Column(index, own if factor is None else factor, clean(cell))
                if rank < best.get(role, 1 << 20):
                    best[role], found[role] = rank, [column]
                elif rank == best[role] and found[role][-1].index != index:
                    found[role].append(column)
    return found


def facts(header: Sequence[str], roles: Mapping[str, Sequence[Column]]) -> Facts:
    """Return what is known of the vendor whose table this is."""
    keys = {word for cell in header for word, _ in _keys(cell)}
    for vendor in table()["vendors"]:
        if keys.issuperset(
            map(normalize_word, vendor.get("names", ()))
        ) and roles.keys() >= set(vendor.get("roles", ())):
            units = {
                role: unit(word) or 1.0
                for role, word in vendor.get("units", {}).items()
            }
            legs = vendor.get("cadence") == "legs"
            whole = vendor.get("climbs") == "whole"
            return Facts(
                vendor["name"], vendor.get("clock") == "utc", legs, units, whole
            )
    return Facts()


@cache
def surfaces() -> dict[str, str]:
    """Return the words a list may use for a surface, by class; each class also by its name."""
    return {name: name for name in KNOWN_SURFACES} | {
        normalize_word(word): name
        for name, words in table()["surfaces"].items()
        for word in words
    }


@cache
def months() -> dict[str, int]:
    """Return the names of months, by number."""
    return {
        normalize_word(word): int(number)
        for number, words in table()["months"].items()
        for word in words
    }
