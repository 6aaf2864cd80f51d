"""Activities read again from their files: for a page of this machine, and for a route's altitude."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from loadwatch.errors import LoadwatchError
from loadwatch.ingest import readers
from loadwatch.ingest.sources import Member, find_members

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import pandas as pd

    from loadwatch.activity import Activity
    from loadwatch.analysis import Analysis


def read_run_records(
    analysis: Analysis, folder: Path, activity_id: str
) -> pd.DataFrame | None:
    """Return the RECORDS of one activity, None where its file has none or is gone.

    The whole file is read again; nothing of it is kept.
    """
    activity = read_activities(analysis, [folder], [activity_id]).get(activity_id)
    if activity is None:
        return None
    return activity.records


def read_activities(
    analysis: Analysis, places: Sequence[Path], activity_ids: Sequence[str]
) -> dict[str, Activity]:
    """Return those of the activities that have records, by their id.

    Each file is read once; what is gone or cannot be read any more is left out.

    Parameters
    ----------
    places : where the data of `analysis` are.
    """
    rows = analysis.activities
    found = rows[rows["activity_id"].isin(activity_ids)]
    wanted: dict[str, list[str]] = {}
    for label, name in zip(found["member"], found["activity_id"], strict=True):
        wanted.setdefault(label, []).append(name)
    if not wanted:
        return {}
    return {
        name: activity
        for member in find_members(places)
        if isinstance(member, Member) and member.label in wanted
        for name, activity in _find_activities(member, analysis, wanted[member.label])
    }


def _find_activities(
    member: Member, analysis: Analysis, activity_ids: Sequence[str]
) -> Iterator[tuple[str, Activity]]:
    """Yield those activities of an input that are asked for, and have records."""
    try:
        reading = readers.read(
            member.read(), Path(member.label).name, analysis.settings
        )
    except LoadwatchError:
        return
    by_part: Mapping[str, Activity] = {
        str(activity.session.part): activity for activity in reading.activities
    }
    for name in activity_ids:
        activity = by_part.get(name.rpartition("-")[2])
        if len(reading.activities) == 1:
            activity = reading.activities[0]
        if activity is not None and len(activity.records):
            yield name, activity
