"""Data problems as lines: equal ones once, with how many they are and the first of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from loadwatch import formatting
from loadwatch.activity import DOUBT_CODES
from loadwatch.anonymize import split_source

if TYPE_CHECKING:
    from loadwatch.analysis import Analysis


def count_problems(analysis: Analysis) -> int:
    """Return how many notes the activities carry."""
    return sum(map(len, analysis.activities["notes"].tolist()))


def list_problems(analysis: Analysis) -> list[str]:
    """Return the notes on the data, by code.

    A note that entries of one list share is one line, and so is one that files share.
    """
    sources_of: dict[tuple[str, str, str], list[str]] = {}
    columns = (analysis.activities[name].tolist() for name in ("source", "notes"))
    for source, notes in zip(*columns, strict=True):
        file, number = split_source(source)
        list_file = ""
        if number:
            list_file = file
        for note in notes:
            key = (note.code, note.text, list_file)
            sources_of.setdefault(key, []).append(source)
    by_code = sorted(sources_of.items(), key=lambda item: item[0][0])
    return [
        f"{_describe_sources(sources, list_file)}: {formatting.clean_text(text)}"
        for (_, text, list_file), sources in by_code
    ]


def list_doubts(analysis: Analysis) -> list[str]:
    """Return what may make a whole list wrong: one line per list and kind, the first text of it.

    It stands at the top of the page and on stderr, where nobody has to look for it.
    """
    texts_of: dict[tuple[str, str], list[str]] = {}
    columns = (analysis.activities[name].tolist() for name in ("source", "notes"))
    for source, notes in zip(*columns, strict=True):
        for note in notes:
            if note.code in DOUBT_CODES:
                key = split_source(source)[0], note.code
                texts_of.setdefault(key, []).append(note.text)
    lines = []
    for (file, _), texts in sorted(texts_of.items()):
        line = f"{formatting.clean_source(file)}: {formatting.clean_text(texts[0])}"
        if len(texts) > 1:
            line += f" ({formatting.format_number(len(texts))} entries)"
        lines.append(line)
    return lines


def _describe_sources(sources: list[str], list_file: str) -> str:
    """Return the source, or how many there are and the first of them.

    `list_file` is the list that they are entries of, "" where each is a file.
    """
    if len(sources) == 1:
        return formatting.clean_source(sources[0])
    if list_file:
        count = formatting.format_number(len(sources))
        first = min(split_source(source)[1] for source in sources)
        file = formatting.clean_source(list_file)
        return f"{count} entries of {file}, from #{first} on"
    files = formatting.format_count(len(sources), "file")
    return f"{files}, the first {formatting.clean_source(min(sources))}"
