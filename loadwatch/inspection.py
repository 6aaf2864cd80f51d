"""What one file holds, in words: messages and fields, and with a map the ground under it."""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from loadwatch import exposure, osm, readers
from loadwatch.activity import Skipped
from loadwatch.errors import LoadwatchError, NotActivity, OverLimit, Unreadable
from loadwatch.report import ground, inspect
from loadwatch.sources import members

if TYPE_CHECKING:
    from collections.abc import Iterator

    from loadwatch.activity import Activity
    from loadwatch.settings import Settings

MOST = 20  # files of an archive or folder


def inspected(path: Path, settings: Settings, cache: Path | None, stdin: bytes | None = None) -> str:
    """Return what each file at `path` holds; no position, and no more than `MOST` files.

    `cache` is where a map extract that was read is kept.
    """
    found = members([path], stdin=stdin)
    parts: list[str] = []
    for member in islice(found, MOST):
        if isinstance(member, Skipped):
            parts.append(f"{member.source}: {member.kind}: {member.why}")
            continue
        try:
            data = member.read()
            parts.append(inspect.describe(data, member.label))
            parts.extend(_below(data, member.label, settings, cache))
        except (Unreadable, OverLimit) as error:
            parts.append(f"{member.label}: {error.why}")
    more = sum(1 for _ in found)
    if more:
        parts.append(f"... and {more} more; give one of them.")
    return "\n\n".join(parts)


def _below(data: bytes, name: str, settings: Settings, cache: Path | None) -> Iterator[str]:
    """Yield metres by surface and by grade of each activity with samples."""
    try:
        activities = readers.read(data, name, settings).activities
    except (Unreadable, NotActivity, OverLimit):
        return  # described above, with the reason
    for activity in islice((a for a in activities if len(a.records)), MOST):
        row = exposure.row(activity, "", settings)
        yield ground.describe(activity, row["distance_m"], _map(activity, settings, cache))


def _map(activity: Activity, settings: Settings, cache: Path | None) -> osm.Ground | None:
    if not settings.osm or "latitude_deg" not in activity.records.columns:
        return None
    if not Path(settings.osm).is_file():
        raise LoadwatchError(f"no map extract at {settings.osm}; README says where one comes from")
    columns = (activity.records[name].to_numpy() for name in ("latitude_deg", "longitude_deg"))
    return osm.open_extract(Path(settings.osm), osm.cells(*columns), cache, settings.classes)
