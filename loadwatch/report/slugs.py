"""File names made of athletes' names: safe on every disk and in a link, one per athlete."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from loadwatch.analysis import Athlete

SLUG_LENGTH = 60
DIGEST_LENGTH = 8  # hexadecimal digits
_NO_LETTERS = re.compile(r"[^0-9a-z]+")
# names that Windows keeps for devices
RESERVED = frozenset(
    (
        "con",
        "prn",
        "aux",
        "nul",
        *(f"{p}{n}" for p in ("com", "lpt") for n in range(1, 10)),
    )
)


def make_slug(name: str) -> str:
    """Return `name` as the name of a file: ASCII letters and digits, hyphens between.

    A name of other letters alone gets a digest, which stays the same whoever comes or goes.
    """
    decomposed = unicodedata.normalize("NFKD", name)
    plain = decomposed.encode("ascii", "ignore").decode().lower()
    parts = _NO_LETTERS.sub(" ", plain[: 4 * SLUG_LENGTH]).split()
    slug = "-".join(parts)[:SLUG_LENGTH].strip("-")
    if slug in RESERVED:
        return f"{slug}-runner"
    if not slug and any(map(str.isalnum, name)):
        data = unicodedata.normalize("NFC", name).encode("utf-8", "backslashreplace")
        return f"runner-{hashlib.sha256(data).hexdigest()[:DIGEST_LENGTH]}"
    return slug or "runner"


def make_slugs(athletes: Sequence[Athlete]) -> list[str]:
    """Return a slug per athlete, in their order; the second of one name gets "-2"."""
    return number_slugs([make_slug(athlete.name) for athlete in athletes])


def number_slugs(bases: Sequence[str]) -> list[str]:
    """Return `bases`, each once: the second of one name gets "-2"."""
    slugs: list[str] = []
    taken: set[str] = set()
    counts: dict[str, int] = {}
    for base in bases:
        slug, number = base, counts.get(base, 1)
        while slug in taken:
            number += 1
            slug = f"{base}-{number}"
        counts[base] = number
        taken.add(slug)
        slugs.append(slug)
    return slugs
