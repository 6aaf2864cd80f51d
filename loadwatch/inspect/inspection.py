"""What one file holds, in words: messages and fields, and with a map the ground under it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from loadwatch import formatting
from loadwatch.activity import Skipped
from loadwatch.errors import (
    LoadwatchError,
    NotActivity,
    NothingToRead,
    OverLimit,
    Unreadable,
)
from loadwatch.exposure import osm
from loadwatch.exposure.row import build_row
from loadwatch.ingest import readers
from loadwatch.ingest.sources import find_members
from loadwatch.inspect import contents, ground_summary, reading_summary

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from loadwatch.activity import Activity
    from loadwatch.ingest.sources import Member
    from loadwatch.settings import Settings

MAX_WHOLE_FILES = (
    3  # files of an archive or folder that are shown whole; of more, a line each
)
MAX_FILES = 100  # lines
MAX_ACTIVITIES = 20  # of one file, with their ground
HINT = (
    "One line a file. To see one whole, give it alone: loadwatch inspect FILE (of a zip: unpack it first).\n"
    "File names may tell who and when; one file shown whole does not say its name."
)


@dataclass(frozen=True, slots=True)
class Inspection:
    """What was found, as text, and why nothing could be read, "" where something could."""

    text: str
    why: str


def inspect_path(
    path: Path, settings: Settings, cache: Path | None, stdin: bytes | None = None
) -> Inspection:
    """Return what each file at `path` holds, in words that may be posted; of many files a line each.

    `cache` is where a map extract that was read is kept.
    """
    found = find_members([path], stdin=stdin)
    first = list(islice(found, MAX_FILES))
    more = sum(1 for _ in found)
    if not first:
        raise NothingToRead(f"nothing to inspect in {path}", "It is empty.")
    if len(first) > MAX_WHOLE_FILES:
        return _list_members(first, more, settings)
    titles = [f"file {n}" if len(first) > 1 else "" for n in range(1, len(first) + 1)]
    parts = [
        _describe_member(one, title, settings, cache)
        for one, title in zip(first, titles, strict=True)
    ]
    text = "\n\n".join(part.text for part in parts if part.text)
    failed = "; ".join(part.why for part in parts if part.why)
    if all(part.why for part in parts):
        return Inspection(text, failed)
    return Inspection("\n\n".join(filter(None, (text, failed))), "")


def _list_members(
    found: Sequence[Member | Skipped], more: int, settings: Settings
) -> Inspection:
    """Return a line a file, for more files than can be shown whole."""
    told = [_summarize_member(one, settings) for one in found]
    lines = [
        f"{formatting.clean_source(label)}: {formatting.clean_text(said)}"
        for label, said, _ in told
    ]
    rest = (
        [
            f"... and {formatting.format_count(more, 'more file')}; loadwatch activities PATH tells of all."
        ]
        if more
        else []
    )
    read = any(fine for _, _, fine in told)
    return Inspection(
        "\n".join((*lines, *rest, "", HINT)),
        "" if read else "none of these files can be read",
    )


def _summarize_member(
    one: Member | Skipped, settings: Settings
) -> tuple[str, str, bool]:
    """Return label, what is in it, and whether it can be read."""
    if isinstance(one, Skipped):
        return one.source, one.why, one.kind == "ignored"
    try:
        return (
            one.label,
            reading_summary.summarize_reading(one.read(), one.label, settings),
            True,
        )
    except (Unreadable, OverLimit) as error:
        return one.label, f"cannot be read: {error.why}", False


def _describe_member(
    one: Member | Skipped, title: str, settings: Settings, cache: Path | None
) -> Inspection:
    """Return all that one file holds; text and reason both where our reader refuses a FIT file laid open."""
    if isinstance(one, Skipped):
        said = f"{formatting.clean_source(one.source)}: {one.why}"
        return Inspection(said, "") if one.kind == "ignored" else Inspection("", said)
    text = ""
    try:
        data = one.read()
        text = contents.describe_contents(data, one.label, title, settings)
        return Inspection(
            "\n\n".join((text, *_describe_ground(data, one.label, settings, cache))), ""
        )
    except (Unreadable, OverLimit) as error:
        return Inspection(
            text, f"{formatting.clean_source(one.label)} cannot be read: {error.why}"
        )


def _describe_ground(
    data: bytes, name: str, settings: Settings, cache: Path | None
) -> Iterator[str]:
    """Yield metres by surface and by grade of each activity with samples."""
    try:
        activities = readers.read(data, name, settings).activities
    except NotActivity as error:
        if readers.fit.sniff(data[:4096]):
            yield f"No activity: {error.why}."  # of other files this is said above
        return
    for activity in islice((a for a in activities if len(a.records)), MAX_ACTIVITIES):
        row = build_row(activity, "", settings)
        yield ground_summary.describe_ground(
            activity, row["distance_m"], _open_map(activity, settings, cache)
        )


def _open_map(
    activity: Activity, settings: Settings, cache: Path | None
) -> osm.Ground | None:
    if not settings.osm or "latitude_deg" not in activity.records.columns:
        return None
    if not Path(settings.osm).is_file():
        raise LoadwatchError(
            f"no map extract at {settings.osm}; README says where one comes from"
        )
    columns = (
        activity.records[name].to_numpy() for name in ("latitude_deg", "longitude_deg")
    )
    return osm.open_extract(
        Path(settings.osm), osm.track_cells(*columns), cache, settings.classes
    )
