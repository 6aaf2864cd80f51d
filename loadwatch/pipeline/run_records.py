"""The records of one run, read again from its file: for a page of this machine alone."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from loadwatch.errors import LoadwatchError
from loadwatch.ingest import readers
from loadwatch.ingest.sources import Member, find_members

if TYPE_CHECKING:
    import pandas as pd

    from loadwatch.analysis import Analysis


def read_run_records(
    analysis: Analysis, folder: Path, activity_id: str
) -> pd.DataFrame | None:
    """Return the RECORDS of one activity, None where its file has none or is gone.

    The whole file is read again; nothing of it is kept.
    """
    rows = analysis.activities
    found = rows[rows["activity_id"] == activity_id]
    if found.empty:
        return None
    label = found["member"].iloc[0]
    for member in find_members([folder]):
        if isinstance(member, Member) and member.label == label:
            return _read_records(member, analysis, activity_id)
    return None


def _read_records(
    member: Member, analysis: Analysis, activity_id: str
) -> pd.DataFrame | None:
    try:
        reading = readers.read(
            member.read(), Path(member.label).name, analysis.settings
        )
    except LoadwatchError:
        return None
    part = activity_id.rpartition("-")[2]
    for activity in reading.activities:
        is_meant = len(reading.activities) == 1 or str(activity.session.part) == part
        if is_meant and len(activity.records):
            return activity.records
    return None
