"""Data problems as lines: what says the same stands once, with how many and the first of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from loadwatch import formatting
from loadwatch.anonymize import split_source

if TYPE_CHECKING:
    from loadwatch.analysis import Analysis


def count_problems(analysis: Analysis) -> int:
    """Return how many remarks the activities carry."""
    return sum(map(len, analysis.activities["notes"].tolist()))


def list_problems(analysis: Analysis) -> list[str]:
    """Return the data problems, by code; those that say the same of one list, or of files, in one line."""
    found: dict[tuple[str, str, str], list[str]] = {}
    columns = (analysis.activities[c].tolist() for c in ("source", "notes"))
    for source, notes in zip(*columns, strict=True):
        file, number = split_source(source)
        for note in notes:
            key = (note.code, note.text, file if number else "")
            found.setdefault(key, []).append(source)
    ordered = sorted(found.items(), key=lambda item: item[0][0])
    return [
        f"{_describe_sources(sources, of)}: {formatting.clean_text(told)}"
        for (_, told, of), sources in ordered
    ]


def _describe_sources(sources: list[str], of: str) -> str:
    """Return the source, or how many they are and the first of them."""
    if len(sources) == 1:
        return formatting.clean_source(sources[0])
    if of:
        first = min(split_source(source)[1] for source in sources)
        return f"{formatting.format_number(len(sources))} entries of {formatting.clean_source(of)}, from #{first} on"
    return f"{formatting.format_count(len(sources), 'file')}, the first {formatting.clean_source(min(sources))}"
