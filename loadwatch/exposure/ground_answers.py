"""A runner's answer on the ground of one run, as tags.csv holds it: `hard`, `hard 75 soft 25`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from loadwatch.tables import SURFACE_NAMES
from loadwatch.user_csv import suggest_nearest

if TYPE_CHECKING:
    from collections.abc import Mapping

EXAMPLE: Final = "hard 75 soft 25"
_PART: Final = re.compile(r"([^\W\d_]+)|(\d+(?:[.,]\d+)?)\s*%?")
_BETWEEN: Final = re.compile(r"[\s,;/+&:=]*")
_WHOLE, _TOLERANCE = 100.0, 1.0  # per cent, and how far shares may add up beside it
_MIN_SHARE: Final = 1e-9  # a smaller share is none


def parse_answer(text: str) -> dict[str, float]:
    """Return the shares by surface of an answer, which sum to 1; an empty text gives none.

    One ground alone is all of the run; of several each has its share in per cent, before or
    behind it. ValueError says what is wrong and what is right.
    """
    parts = _split_parts(text.strip().lower())
    if not parts:
        return {}
    grounds = [part for part in parts if isinstance(part, str)]
    numbers = [part for part in parts if not isinstance(part, str)]
    _check_grounds(text, grounds)
    if len(grounds) == 1 and not numbers:
        return {grounds[0]: 1.0}
    _check_pairs(text, parts, numbers)
    shares = dict(zip(grounds, numbers, strict=True))
    return {word: share / sum(numbers) for word, share in shares.items() if share > 0}


def _split_parts(text: str) -> list[str | float]:
    """Return the grounds and shares of an answer in their order."""
    parts: list[str | float] = []
    at = 0
    while at < len(text):
        found = _PART.match(text, at)
        if found is None:
            raise ValueError(f'surface "{text[:40]}" is not "hard" or "{EXAMPLE}"')
        word, number = found.groups()
        if word is None:
            parts.append(float(number.replace(",", ".")))
        elif word != "and":
            parts.append(word)
        between = _BETWEEN.match(text, found.end())
        at = between.end() if between else found.end()
    return parts


def _check_grounds(text: str, grounds: list[str]) -> None:
    """Refuse an answer with a ground that is not known, or with one twice."""
    for word in grounds:
        if word not in SURFACE_NAMES:
            raise ValueError(
                f'surface "{word[:40]}" is not known: {_suggest_ground(word)}'
            )
    if len(set(grounds)) < len(grounds):
        raise ValueError(f'surface "{text[:40]}" names a ground twice')


def _suggest_ground(word: str) -> str:
    """Return which ground a word may mean, by the words of lists or by its letters."""
    # readers are not needed where each word is known
    from loadwatch.ingest.readers.csv.names import load_surfaces  # noqa: PLC0415
    from loadwatch.ingest.readers.sports import normalize_word  # noqa: PLC0415

    meant = load_surfaces().get(normalize_word(word))
    if meant is None:
        return suggest_nearest(word, SURFACE_NAMES)
    return f"write {meant} for it; it can be {', '.join(SURFACE_NAMES)}"


def _check_pairs(text: str, parts: list[str | float], numbers: list[float]) -> None:
    """Refuse an answer whose grounds and shares do not come in pairs, or are not a whole."""
    kinds = [isinstance(part, str) for part in parts]
    is_paired = kinds in ([True, False] * len(numbers), [False, True] * len(numbers))
    if not is_paired:
        raise ValueError(
            f'surface "{text[:40]}" needs a share for each ground, as "{EXAMPLE}"'
        )
    if abs(sum(numbers) - _WHOLE) > _TOLERANCE:
        raise ValueError(
            f'the shares of surface "{text[:40]}" add up to {sum(numbers):g}, not to 100'
        )


def format_answer(shares: Mapping[str, float]) -> str:
    """Return shares by surface as `parse_answer` reads them, the largest first."""
    named = sorted(
        (name for name, share in shares.items() if share > _MIN_SHARE),
        key=lambda name: -shares[name],
    )
    if len(named) == 1:
        return named[0]
    return " ".join(f"{name} {_WHOLE * shares[name]:.4g}" for name in named)
