"""The vocabulary of sports: what any export writes for a sport, in FIT's terms (`sports.toml`)."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Literal

from loadwatch.activity import Note
from loadwatch.tables import PLAIN_SUB_SPORT, UNKNOWN_SPORT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    Numbering = Literal[
        "strava_numbers",
        "polar_numbers",
        "samsung_numbers",
        "zepp_numbers",
        "huawei_numbers",
        "runtastic_numbers",
    ]
    Vocabulary = Mapping[str, tuple[str, str]]

# no sport stated: a median speed in motion below is walking, up to the second running
WALKING_MPS, RUNNING_MPS = 1.7, 5.5
MOVING_MPS = 0.5  # slower is standing
INDOORS = {
    "running": "indoor_running",
    "walking": "indoor_walking",
    "cycling": "indoor_cycling",
}
_APPLE_PREFIX = "hkworkoutactivitytype"
SKIP = "skip"  # a sport that marks a row as no activity; its sub sport gives the reason
MAX_WORD = 64  # characters of a word that are compared
_WORDS = re.compile(r"[^\W\d_]+")
# what is done beside a run: a cell that names both is a run
BESIDE_RUNS = frozenset({"training", "fitness_equipment", "generic", "walking"})
# "6x800", "10 x 400 m", "10k"
_REPEATS = re.compile(
    r"\d ?[x\u00d7] ?\d|\b\d{1,3}(?:[.,]\d)? ?(?:k|km|mi|miles?)\b", re.IGNORECASE
)
SHOWN_WORD = 40  # characters of an unknown word that its note shows


@dataclass(frozen=True, slots=True)
class StatedSport:
    """The sport that a file states for one activity; without arguments: it states none."""

    sport: str = UNKNOWN_SPORT
    sub_sport: str = PLAIN_SUB_SPORT
    unknown_word: str = ""  # what the file writes, where no table knows it

    @property
    def notes(self) -> tuple[Note, ...]:
        """The note of a word that no table knows; empty for all others."""
        if not self.unknown_word:
            return ()
        return (format_unknown(self.unknown_word),)


def list_known_sports() -> frozenset[str]:
    """Return every sport that an activity may have."""
    vocabularies = _load_vocabularies().values()
    return frozenset(sport for words in vocabularies for sport, _ in words.values())


def format_unknown(word: str) -> Note:
    """Return the note of a sport whose word no table knows."""
    return Note("type", f"no kind of activity is known as {_shorten_word(word)}")


def _shorten_word(word: str) -> str:
    return " ".join(word.split())[:SHOWN_WORD]


def normalize_word(text: str) -> str:
    """Return `text` without case, blanks and punctuation, so that words can be compared."""
    return "".join(letter for letter in text.casefold() if letter.isalnum())


@cache
def _load_vocabularies() -> Mapping[str, Vocabulary]:
    """Return the tables of sports.toml as {table: {normalized word: (sport, sub sport)}}."""
    text = files("loadwatch.ingest.readers").joinpath("sports.toml").read_text("utf-8")
    return {name: _index_words(table) for name, table in tomllib.loads(text).items()}


def _index_words(table: Mapping[str, list[str]]) -> Vocabulary:
    index: dict[str, tuple[str, str]] = {}
    for target, words in table.items():
        sport, _, sub_sport = target.partition("/")
        for word in words:
            index[normalize_word(word)] = (sport, sub_sport or PLAIN_SUB_SPORT)
    return index


def find_sport(word: str) -> tuple[str, str] | None:
    """Return (sport, sub sport) for a word of any vendor and language, else None."""
    normalized = normalize_word(word[:MAX_WORD]).removeprefix(_APPLE_PREFIX)
    return _load_vocabularies()["words"].get(normalized)


def find_run_kind(text: str, *, with_repeats: bool = True) -> tuple[str, str] | None:
    """Return (sport, sub sport) of what somebody calls a run: "Easy", "Long run 18 km".

    Only for lists kept by hand, where find_sport knows no such word. A word of another
    sport among the others wins: "easy ride" is none. `with_repeats`: "6x800" is one, too.
    """
    words = [normalize_word(word) for word in _WORDS.findall(text[:MAX_WORD])]
    if len(text.strip()) == 1:
        return _load_vocabularies()["letters"].get(normalize_word(text))
    found = _choose_sport([sport for sport in map(find_sport, words) if sport])
    repeats = with_repeats and _REPEATS.search(text[:MAX_WORD])
    if found is None and (repeats or _is_run_kind(text, words)):
        return "running", PLAIN_SUB_SPORT
    return found


def _choose_sport(found: Sequence[tuple[str, str]]) -> tuple[str, str] | None:
    """Return the sport of a text that names these: "run + core" is a run, "easy ride" is none."""
    runs = [sport for sport in found if sport[0] == "running"]
    beside: frozenset[str] = BESIDE_RUNS if runs else frozenset()
    for sport in found:
        if sport[0] != "running" and sport[0] not in beside:
            return sport
    return max(runs, key=lambda run: run[1] != PLAIN_SUB_SPORT, default=None)


def _is_run_kind(text: str, words: Sequence[str]) -> bool:
    """Return whether a text or one of its words is a kind of run."""
    kinds = _load_vocabularies()["run_kinds"]
    return normalize_word(text) in kinds or any(word in kinds for word in words)


def move_indoors(stated: StatedSport) -> StatedSport:
    """Return the sport as done indoors, where it has an indoor form of its own."""
    return replace(stated, sub_sport=INDOORS.get(stated.sport, stated.sub_sport))


def read_sport(text: str, numbering: Numbering | None = None) -> StatedSport:
    """Return the sport that a recording states by `text`.

    Parameters
    ----------
    text : what the file writes, in any language; blank where it states no sport.
    numbering : the table of sports.toml for a vendor that writes numbers instead of words.
    """
    word = text.strip()
    if not word or normalize_word(word[:MAX_WORD]) in _load_vocabularies()["unstated"]:
        return StatedSport()
    found = find_sport(word)
    if numbering is not None:
        found = _load_vocabularies()[numbering].get(word, found)
    if found is None or found[0] == SKIP:
        return StatedSport(unknown_word=_shorten_word(word))
    return StatedSport(*found)
