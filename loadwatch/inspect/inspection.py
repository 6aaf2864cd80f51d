"""What the files at a path hold, as text: messages and fields, and with a map the ground below."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from loadwatch.activity import Skipped
from loadwatch.errors import (
    NotActivity,
    NothingToRead,
    OverLimit,
    Unreadable,
)
from loadwatch.exposure import osm
from loadwatch.exposure.row import build_row
from loadwatch.formatting import clean_source, clean_text, format_count
from loadwatch.ingest import readers
from loadwatch.ingest.sources import find_members
from loadwatch.inspect.contents import describe_contents
from loadwatch.inspect.ground_summary import describe_ground
from loadwatch.inspect.reading_summary import summarize_reading
from loadwatch.settings import find_extract

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from loadwatch.activity import Activity
    from loadwatch.ingest.sources import Member
    from loadwatch.settings import Settings

MAX_WHOLE_FILES = 3  # of a folder or archive; of more files, a line per file is shown
MAX_FILES = 100  # lines
MAX_ACTIVITIES = 20  # of one file, with their ground
HINT = (
    "One line per file. To see one whole, give it alone: loadwatch inspect FILE "
    "(of a zip: unpack it first).\n"
    "File names may reveal who and when; one file shown whole does not show its name."
)


@dataclass(frozen=True, slots=True)
class Inspection:
    """What was found, as text, and why nothing could be read, "" where something could."""

    text: str
    why: str


def inspect_path(
    path: Path, settings: Settings, cache: Path | None, stdin: bytes | None = None
) -> Inspection:
    """Return what each file at `path` holds, as text that may be posted.

    Up to MAX_WHOLE_FILES files are shown whole; of more there is a line per file. `cache` is the
    folder where a map extract that was read is kept.
    """
    found = find_members([path], stdin=stdin)
    members = list(islice(found, MAX_FILES))
    more = sum(1 for _ in found)
    if not members:
        raise NothingToRead(f"nothing to inspect in {path}", "It is empty.")
    if len(members) > MAX_WHOLE_FILES:
        return _list_members(members, more, settings)
    return _describe_members(members, settings, cache)


def _describe_members(
    members: Sequence[Member | Skipped], settings: Settings, cache: Path | None
) -> Inspection:
    """Return all that a few files hold."""
    parts = []
    for number, member in enumerate(members, start=1):
        title = f"file {number}" if len(members) > 1 else ""
        parts.append(_describe_member(member, title, settings, cache))
    text = "\n\n".join(part.text for part in parts if part.text)
    failed = "; ".join(part.why for part in parts if part.why)
    if all(part.why for part in parts):
        return Inspection(text, failed)
    return Inspection("\n\n".join(filter(None, (text, failed))), "")


def _list_members(
    members: Sequence[Member | Skipped], more: int, settings: Settings
) -> Inspection:
    """Return a line per file, for more files than can be shown whole."""
    lines = []
    any_readable = False
    for member in members:
        label, summary, readable = _summarize_member(member, settings)
        lines.append(f"{clean_source(label)}: {clean_text(summary)}")
        any_readable = any_readable or readable
    if more:
        files = format_count(more, "more file")
        lines.append(f"... and {files}; loadwatch activities PATH lists all.")
    text = "\n".join((*lines, "", HINT))
    return Inspection(text, "" if any_readable else "none of these files can be read")


def _summarize_member(
    member: Member | Skipped, settings: Settings
) -> tuple[str, str, bool]:
    """Return the label of a file, what it holds, and whether it can be read."""
    if isinstance(member, Skipped):
        return member.source, member.why, member.kind == "ignored"
    label = member.label
    try:
        return label, summarize_reading(member.read(), label, settings), True
    except (Unreadable, OverLimit) as error:
        return label, f"cannot be read: {error.why}", False


def _describe_member(
    member: Member | Skipped, title: str, settings: Settings, cache: Path | None
) -> Inspection:
    """Return all that one file holds.

    Both a text and a reason where our reader refuses a FIT file whose messages can be shown.
    """
    if isinstance(member, Skipped):
        skipped = f"{clean_source(member.source)}: {member.why}"
        if member.kind == "ignored":
            return Inspection(skipped, "")
        return Inspection("", skipped)
    text = ""
    try:
        data = member.read()
        text = describe_contents(data, member.label, title, settings)
        grounds = _describe_grounds(data, member.label, settings, cache)
        return Inspection("\n\n".join((text, *grounds)), "")
    except (Unreadable, OverLimit) as error:
        why = f"{clean_source(member.label)} cannot be read: {error.why}"
        return Inspection(text, why)


def _describe_grounds(
    data: bytes, name: str, settings: Settings, cache: Path | None
) -> Iterator[str]:
    """Yield metres by surface and by grade of each activity with samples."""
    try:
        activities = readers.read(data, name, settings).activities
    except NotActivity as error:
        # the text on other files already gives this reason
        if readers.fit.sniff(data[:4096]):
            yield f"No activity: {error.why}."
        return
    sampled = (activity for activity in activities if len(activity.records))
    for activity in islice(sampled, MAX_ACTIVITIES):
        distance_m = build_row(activity, "", settings)["distance_m"]
        yield describe_ground(
            activity, distance_m, _open_map(activity, settings, cache)
        )


def _open_map(
    activity: Activity, settings: Settings, cache: Path | None
) -> osm.Ground | None:
    records = activity.records
    if not settings.osm or "latitude_deg" not in records.columns:
        return None
    extract = find_extract(settings)
    latitude, longitude = (
        records[name].to_numpy() for name in ("latitude_deg", "longitude_deg")
    )
    cells = osm.track_cells(latitude, longitude)
    return osm.open_extract(extract, cells, cache, settings.classes)
