"""File names made of athletes' names: safe on every disk, in a link, and one an athlete."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from loadwatch.analysis import Athlete

SLUG_LENGTH = 60
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
    """Return `name` as a file's name without suffix: ASCII letters and digits, hyphens between."""
    plain = (
        unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    )
    kept = "".join(char if char.isalnum() else " " for char in plain[: 4 * SLUG_LENGTH])
    found = "-".join(kept.split())[:SLUG_LENGTH].strip("-")
    return f"{found}-runner" if found in RESERVED else found or "runner"


def make_slugs(athletes: Sequence[Athlete]) -> list[str]:
    """Return a slug an athlete, in their order; the second of one name gets "-2"."""
    taken: set[str] = set()
    found: list[str] = []
    for athlete in athletes:
        base = make_slug(athlete.name)
        name, number = base, 1
        while name in taken:
            number += 1
            name = f"{base}-{number}"
        taken.add(name)
        found.append(name)
    return found
