"""The words of exports for kinds of activity, in FIT's words."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files

SKIP = "skip"  # a sport that marks a row as no activity; its sub sport says why


def normalize_word(text: str) -> str:
    """Return `text` without case, blanks and punctuation: how words of exports are compared."""
    return "".join(letter for letter in text.casefold() if letter.isalnum())


@cache
def _load_words() -> dict[str, tuple[str, str]]:
    table = tomllib.loads(
        files("loadwatch.ingest.readers").joinpath("sports.toml").read_text("utf-8")
    )
    found: dict[str, tuple[str, str]] = {}
    for target, words in table["words"].items():
        sport, _, sub_sport = target.partition("/")
        found |= dict.fromkeys(
            map(normalize_word, words), (sport, sub_sport or "unknown")
        )
    return found


def find_sport(word: str) -> tuple[str, str] | None:
    """Return (sport, sub sport) for the word of any vendor and language; None if no table knows it."""
    return _load_words().get(normalize_word(word[:64]))
