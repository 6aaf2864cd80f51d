"""The cells of a header: each cleaned, and the ways in which it may be read as a name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from loadwatch.ingest.readers.csv.names import load_units
from loadwatch.ingest.readers.sports import find_sport, normalize_word

if TYPE_CHECKING:
    from collections.abc import Sequence

_HEADER_CELL = 400  # characters of a header cell that are looked at
_TAG = re.compile(r"<[^<>]{0,400}>")
_UNIT = re.compile(r"[(\[]([^()\[\]]{1,16})[)\]]$")
# how Strava's export wrote names it had not translated
_UNTRANSLATED = "translation missing:"
# what brackets may hold beside a unit without changing what a column is: how it is
# written, that it is of runs, or that it was measured
FORMAT = re.compile(r"[hmsdytj]{1,4}(?:[:./ -]{1,2}[hmsdytj]{1,4}){1,3}", re.IGNORECASE)
_PLAIN_QUALIFIERS = frozenset({"actual", "total", "local", "gps", "watch", "optional"})
# brackets and colons as the east of Asia writes them
_WIDE_MARKS = str.maketrans("\uff08\uff09\uff3b\uff3d\uff1a", "()[]:")
_CLIMB_SIGN = re.compile(r"^D ?([+-])(?= |$|\()")
# a unit beside the word for a run alone, "Run (km)", tells what of it a column holds
_OF_RUNS = {
    1000.0: "distance",
    1609.344: "distance",
    60.0: "duration",
    3600.0: "duration",
}
_TOTALS = frozenset(
    (
        *("total", "totals", "gesamt", "totaal", "totale", "suma", "insgesamt"),
        *("actual", "done", "ist", "gelaufen", "real", "realizado", "réalisé", "fait"),
    )
)
_PLANS = frozenset(
    (
        *("goal", "plan", "planned", "target", "soll", "ziel", "geplant"),
        *("objetivo", "objectif", "prévu", "obiettivo", "doel", "mål"),
    )
)
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z][a-z]*$)")


def clean_header(cell: str) -> str:
    """Return a header cell without BOM, tags and marks of missing translations."""
    text = _TAG.sub(" ", cell[:_HEADER_CELL])
    text = text.replace("\ufeff", "").replace("\xa0", " ").strip().strip('"')
    if text.casefold().startswith(_UNTRANSLATED):
        text = text.rpartition(".")[2].replace("_", " ")
    text = text.translate(_WIDE_MARKS)
    return " ".join(_CLIMB_SIGN.sub(_expand_climb_sign, text).split())


def _expand_climb_sign(found: re.Match[str]) -> str:
    """Return what D+ and D- are in French, as signs are not compared."""
    if found[1] == "+":
        return "Dénivelé positif"
    return "Dénivelé négatif"


@dataclass(frozen=True, slots=True)
class Spelling:
    """One way to read a header cell: the name, and the unit written into the cell."""

    index: int
    name: str  # normalised
    factor: float | None


def list_spellings(cells: Sequence[str]) -> list[Spelling]:
    """Return the ways to read header cells; a cell without a letter is no name."""
    return [
        spelling
        for index, cell in enumerate(cells)
        if any(map(str.isalpha, cell))
        for spelling in _spell(index, clean_header(cell))
    ]


def _spell(index: int, text: str) -> list[Spelling]:
    """Return a name as it is, and without the unit at its end: "(km)", "_km", " km", "Km".

    Brackets that hold no unit belong to the name: "(bike)" and "(planned)" are other columns.
    """
    units = load_units()
    ways = [Spelling(index, normalize_word(text), None)]
    if stated := _UNIT.search(text):
        unit = stated[1].strip().casefold().removeprefix("in ")
        base = text[: stated.start()].strip()
        if unit in units or _is_plain_qualifier(unit):
            ways.insert(0, Spelling(index, normalize_word(base), units.get(unit)))
        return [*ways, *_spell_runs(ways)]
    for separator in ("_", " "):
        base, _, unit = text.rpartition(separator)
        factor = units.get(unit.strip().casefold())
        if base and (factor is not None or FORMAT.fullmatch(unit)):
            base = base.removesuffix(" in").strip(" ,_")
            ways.append(Spelling(index, normalize_word(base), factor))
    base, *last = _CAMEL.split(text)
    if last and (factor := units.get(last[0].casefold())) is not None:
        base = base.removesuffix("In")
        ways.append(Spelling(index, normalize_word(base), factor))
    return [*ways, *_spell_runs(ways)]


def _spell_runs(ways: Sequence[Spelling]) -> list[Spelling]:
    """Return what a column holds that is called by no more than a run, a total or a goal, and a unit."""
    return [
        Spelling(way.index, f"{_qualify(way.name)}{_OF_RUNS[way.factor]}", way.factor)
        for way in ways
        if way.factor in _OF_RUNS
        and (way.name in _TOTALS | _PLANS or _is_run_word(way.name))
    ]


def _qualify(name: str) -> str:
    if name in _PLANS:
        return "planned"
    return ""


def _is_run_word(text: str) -> bool:
    """Return whether a word means a run, of whatever surface."""
    sport = find_sport(text)
    return sport is not None and sport[0] == "running"


def _is_plain_qualifier(text: str) -> bool:
    """Return whether what brackets hold leaves the meaning of a column as it is."""
    if text in _PLAIN_QUALIFIERS or FORMAT.fullmatch(text):
        return True
    return _is_run_word(text)
