"""What the readers make of a file: its activities by kind, and what they remark, fit to be posted."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

from loadwatch import formatting
from loadwatch.errors import NotActivity
from loadwatch.ingest.readers import read
from loadwatch.inspect import shareable_fields
from loadwatch.inspect.field_summary import clean, format_day_range, format_extent

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date

    import pandas as pd

    from loadwatch.activity import Activity, Reading, Session
    from loadwatch.settings import Settings

_NAMED_PART = re.compile(r"^(track) .*?(: it has no times)$", re.DOTALL)
_FILE_NOTE = re.compile(r"^(file: the list names no file but) .*", re.DOTALL)
_NUMBER = re.compile(r"\d[\d.,:]*")
_CLOCK = re.compile(r"(\d{1,4}[-./]\d{1,2}[-./]\d{1,4})[T, ]{1,2}\d{1,2}:\d{2}\S{0,30}")


def summarize_reading(data: bytes, name: str, settings: Settings) -> str:
    """Return what a file holds in one line: what kind of activity, of which days, how far."""
    try:
        reading = read(data, name, settings)
    except NotActivity as error:
        return clean(error.why, 200)
    told = list(_summarize_kinds(reading.activities))
    if len(told) > 1:
        days = [day for one in reading.activities if (day := _find_day(one.session))]
        when = f", {format_day_range(days)}" if days else ""
        told = [
            f"{formatting.format_number(len(reading.activities))} activities of {len(told)} kinds{when}"
        ]
    return clean("".join(told) or "nothing recorded", 200)


def describe_reading(data: bytes, name: str, settings: Settings) -> Iterable[str]:
    """Lines on a file that is no FIT: what the readers make of it."""
    try:
        reading = read(data, name, settings)
    except NotActivity as error:
        return [f"{formatting.format_count(len(data), 'byte')}: {error.why}"]
    told = formatting.format_count(len(reading.activities), "activity", "activities")
    heads = [f"{formatting.format_count(len(data), 'byte')}, {told}"]
    if len(reading.activities) == 1:
        (one,) = reading.activities
        return [
            *heads,
            *(f"  {kind}" for kind in _summarize_kinds([one])),
            *_summarize_samples(one.records),
            *_format_notes(reading),
        ]
    return [
        *heads,
        *(f"  {kind}" for kind in _summarize_kinds(reading.activities)),
        *_format_notes(reading),
    ]


def _summarize_kinds(activities: Sequence[Activity]) -> Iterator[str]:
    """Yield a line for each kind of activity: how many, when, how far by the file, how many samples."""
    kinds: dict[tuple[str, str, str], list[Activity]] = {}
    for one in activities:
        kinds.setdefault(
            (one.session.format, one.session.sport, one.session.sub_sport), []
        ).append(one)
    for (form, sport, sub_sport), those in kinds.items():
        days = [day for one in those if (day := _find_day(one.session))]
        metres = [
            one.session.distance_m
            for one in those
            if not math.isnan(one.session.distance_m)
        ]
        yield ", ".join(
            (
                f"{form} {sport}/{sub_sport}"
                + (
                    f": {formatting.format_number(len(those))}"
                    if len(activities) > 1
                    else ""
                ),
                format_day_range(days) if days else "no date",
                f"{sum(metres) / 1000:,.2f} km by the file"
                if metres
                else "no distance stated",
                formatting.format_count(
                    sum(len(one.records) for one in those), "sample"
                ),
            )
        )


def _find_day(about: Session) -> date | None:
    start = about.start_local or about.start_utc
    return start.date() if start else None


def _summarize_samples(records: pd.DataFrame) -> Iterator[str]:
    """Yield a line for each column of samples: how many are known, and of what size they are."""
    for name in records.columns if len(records) else ():
        known = records[name].dropna().tolist()
        placed = (
            shareable_fields.choose_disclosure(
                shareable_fields.Field(message="record", name=name)
            )
            == "place"
        )
        size = (
            shareable_fields.HIDDEN_NOTES["place"]
            if placed
            else format_extent(known)
            if known
            else "unknown"
        )
        yield f"    {name:<26}{len(known):>8}  {size}"


def _format_notes(reading: Reading) -> Iterator[str]:
    """Yield notes and parts left out; what differs in its numbers only stands once, with how often."""
    notes = [str(note) for one in reading.activities for note in one.session.notes]
    for head, said in (
        ("note", notes),
        ("left out", [part.why for part in reading.skipped]),
    ):
        alike: dict[str, list[str]] = {}
        for one in map(_anonymize_note, said):
            alike.setdefault(_NUMBER.sub("0", one), []).append(one)
        for first, *more in alike.values():
            same = "times" if {first} == {first, *more} else "like this"
            yield f"  {head}: {first}" + (f" ({len(more) + 1} {same})" if more else "")


def _anonymize_note(note: str) -> str:
    """Return a remark of a reader without the names and the time of day that it may quote."""
    for pattern, rest in (
        (_NAMED_PART, r"\1\2"),
        (_FILE_NOTE, r"\1 one"),
        (_CLOCK, r"\1"),
    ):
        note = pattern.sub(rest, note)
    return note
