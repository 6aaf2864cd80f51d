"""What the readers make of a file: its activities by kind, and their notes, fit to be posted."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

from loadwatch.errors import NotActivity
from loadwatch.formatting import clean_text, format_count, format_number
from loadwatch.ingest.readers import read
from loadwatch.inspect.field_summary import format_day_range, format_extent
from loadwatch.inspect.shareable_fields import HIDDEN_NOTES, Field, choose_disclosure

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date

    import pandas as pd

    from loadwatch.activity import Activity, Reading
    from loadwatch.settings import Settings

MAX_WIDTH = 200  # characters of a line
_NAMED_PART = re.compile(r"^(track) .*?(: it has no times)$", re.DOTALL)
_FILE_NOTE = re.compile(r"^(file: the list names no file but) .*", re.DOTALL)
_NUMBER = re.compile(r"\d[\d.,:]*")
_CLOCK = re.compile(r"(\d{1,4}[-./]\d{1,2}[-./]\d{1,4})[T, ]{1,2}\d{1,2}:\d{2}\S{0,30}")
# what a note may quote of a person, and what is left of it
_ANONYMIZED = (
    (_NAMED_PART, r"\1\2"),
    (_FILE_NOTE, r"\1 one"),
    (_CLOCK, r"\1"),
)


def summarize_reading(data: bytes, name: str, settings: Settings) -> str:
    """Return what a file holds in one line: what kind of activity, of which days, how far."""
    try:
        activities = read(data, name, settings).activities
    except NotActivity as error:
        return clean_text(error.why, MAX_WIDTH)
    kinds = list(_summarize_kinds(activities))
    if not kinds:
        return "nothing recorded"
    if len(kinds) == 1:
        return clean_text(kinds[0], MAX_WIDTH)
    summary = f"{format_number(len(activities))} activities of {len(kinds)} kinds"
    days = _list_days(activities)
    if days:
        summary += f", {format_day_range(days)}"
    return summary


def describe_reading(data: bytes, name: str, settings: Settings) -> Iterable[str]:
    """Return lines on a file that is not FIT: what the readers make of it."""
    size = format_count(len(data), "byte")
    try:
        reading = read(data, name, settings)
    except NotActivity as error:
        return [f"{size}: {error.why}"]
    activities = reading.activities
    lines = [f"{size}, {format_count(len(activities), 'activity', 'activities')}"]
    lines += [f"  {kind}" for kind in _summarize_kinds(activities)]
    if len(activities) == 1:
        lines += _summarize_samples(activities[0].records)
    return [*lines, *_format_notes(reading)]


def _summarize_kinds(activities: Sequence[Activity]) -> Iterator[str]:
    """Yield a line for each kind of activity: how many, which days, distance, samples."""
    kinds: dict[str, list[Activity]] = {}
    for activity in activities:
        session = activity.session
        kind = f"{session.format} {session.sport}/{session.sub_sport}"
        kinds.setdefault(kind, []).append(activity)
    for kind, members in kinds.items():
        label = kind
        if len(activities) > 1:
            label += f": {format_number(len(members))}"
        samples = sum(len(activity.records) for activity in members)
        yield (
            f"{label}, {_format_activity_days(members)}, {_format_distance(members)}, "
            f"{format_count(samples, 'sample')}"
        )


def _format_activity_days(activities: Sequence[Activity]) -> str:
    days = _list_days(activities)
    if not days:
        return "no date"
    return format_day_range(days)


def _format_distance(activities: Sequence[Activity]) -> str:
    distances = [activity.session.distance_m for activity in activities]
    known = [metres for metres in distances if not math.isnan(metres)]
    if not known:
        return "no distance stated"
    return f"{sum(known) / 1000:,.2f} km by the file"


def _list_days(activities: Sequence[Activity]) -> list[date]:
    starts = (one.session.start_local or one.session.start_utc for one in activities)
    return [start.date() for start in starts if start]


def _summarize_samples(records: pd.DataFrame) -> Iterator[str]:
    """Yield a line for each column of samples: how many are known, and of what size they are."""
    if not len(records):
        return
    for name in records.columns:
        known = records[name].dropna().tolist()
        yield f"    {name:<26}{len(known):>8}  {_format_column(name, known)}"


def _format_column(name: str, known: Sequence[float]) -> str:
    if choose_disclosure(Field(message="record", name=name)) == "place":
        return HIDDEN_NOTES["place"]
    if not known:
        return "unknown"
    return format_extent(known)


def _format_notes(reading: Reading) -> Iterator[str]:
    """Yield notes and the reasons of parts left out, each once.

    Notes that differ only in their numbers are one line, with how many there are.
    """
    notes = [str(note) for one in reading.activities for note in one.session.notes]
    yield from _format_similar("note", notes)
    yield from _format_similar("left out", [part.why for part in reading.skipped])


def _format_similar(head: str, texts: Sequence[str]) -> Iterator[str]:
    groups: dict[str, list[str]] = {}
    for text in map(_anonymize_note, texts):
        groups.setdefault(_NUMBER.sub("0", text), []).append(text)
    for group in groups.values():
        line = f"  {head}: {group[0]}"
        if len(group) > 1:
            same = "times" if len(set(group)) == 1 else "like this"
            line += f" ({len(group)} {same})"
        yield line


def _anonymize_note(note: str) -> str:
    """Return a reader's note without the names and the time of day that it may quote."""
    for pattern, rest in _ANONYMIZED:
        note = pattern.sub(rest, note)
    return note
