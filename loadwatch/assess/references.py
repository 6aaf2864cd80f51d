"""The studies that rules and guidance cite, each once: citation, DOI or why there is none, grade."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

ARTICLE = "article"  # the physiotherapist's
OURS = "ours"  # loadwatch's own words


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """One study; `no_doi` is the reason where it has no DOI."""

    id: str
    short: str  # as a text names it: "Frandsen 2025"
    citation: str
    grade: str  # A to E, X, or "guideline": of what it is used for
    doi: str = ""
    no_doi: str = ""

    @property
    def link(self) -> str:
        """The short name with its DOI, where it has one."""
        if self.doi:
            return f"{self.short}, doi:{self.doi}"
        return self.short


@cache
def load_references() -> Mapping[str, Reference]:
    """Return all references by id."""
    text = (files("loadwatch.assess") / "references.toml").read_text(encoding="utf-8")
    return {id_: Reference(id=id_, **row) for id_, row in tomllib.loads(text).items()}


def format_sources(ids: Iterable[str]) -> str:
    """Return references in one line, each once, in the order they come up."""
    references = load_references()
    return "; ".join(references[id_].link for id_ in dict.fromkeys(ids))
