"""Decoded messages to activities: one a session, its records cut out of the file's and cleaned."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from loadwatch.activity import NAN, Activity
from loadwatch.errors import NotActivity, Unreadable
from loadwatch.ingest.readers.fit import profile, session
from loadwatch.ingest.readers.fit.clean import (
    FOOT_SPORTS,
    FitSamples,
    align_clock,
    remove_impossible,
)
from loadwatch.ingest.readers.fit.messages import read_number_fields
from loadwatch.ingest.readers.fit.records import (
    compute_timer_s,
    read_samples,
    read_timer_events,
)
from loadwatch.ingest.readers.frames import EMPTY_RECORDS, build_records

if TYPE_CHECKING:
    import pandas as pd

    from loadwatch.activity import Session
    from loadwatch.ingest.readers.fit.chained import Decoded, FitFile
    from loadwatch.ingest.readers.fit.session import FileInfo, SessionMessage

_ACTIVITY, _COURSE = 4, 6  # file types
_UNIX = 631_065_600  # FIT time 0 in seconds since 1970
_OTHER_KINDS = {
    "course": "a planned course, not an activity",
    "workout": "a planned workout, not an activity",
    "settings": "watch settings, not an activity",
    "device": "a list of what the watch can do, not an activity",
    "sport": "sport settings, not an activity",
    "weight": "weight readings, not an activity",
    "totals": "lifetime totals, not an activity",
    "goals": "goals, not an activity",
    "blood_pressure": "blood pressure readings, not an activity",
    "segment": "a segment, not an activity",
    "segment_list": "a list of segments, not an activity",
    "schedules": "a training schedule, not an activity",
    "locations": "saved places, not an activity",
}
_MONITORING = frozenset({"monitoring_a", "monitoring_daily", "monitoring_b"})


def build_activities(decoded: Decoded) -> tuple[Activity, ...]:
    """Return the activities of a file, of all the links of its chain.

    Raises NotActivity where it holds something else, Unreadable where it holds nothing.
    """
    found: list[Activity] = []
    refused: list[NotActivity | Unreadable] = []
    for fit_file in decoded.files:
        try:
            found += _build_from_file(fit_file, decoded.problems)
        except (NotActivity, Unreadable) as error:
            refused.append(error)
    if found:
        return tuple(
            Activity(one.records, replace(one.session, part=part))
            for part, one in enumerate(found, start=1)
        )
    raise next((one for one in refused if isinstance(one, NotActivity)), refused[0])


def _build_from_file(fit_file: FitFile, problems: tuple[str, ...]) -> list[Activity]:
    """Return the activities of one FIT file, oldest first."""
    kind = _read_file_type(fit_file)
    rows = session.read_sessions(fit_file)
    sampled = bool(fit_file.find_tables(profile.find_message_number("record")))
    _refuse_other_kinds(fit_file, kind, bool(rows), sampled)
    samples = align_clock(read_samples(fit_file), _find_stated_period(rows))
    about = session.read_file_info(fit_file, has_sessions=bool(rows))
    notes = (
        problems
        if not math.isnan(kind)
        else (*problems, "no_file_id: the file does not say what it is")
    )
    if not rows:
        return _rebuild_activity(samples, about, notes, read_timer_events(fit_file))
    parents = _find_parents(rows)
    legs = [row for row in rows if row not in parents]
    made = [_build_leg(row, _cut_leg(samples, legs, row), about, notes) for row in legs]
    wholes = [
        session.build_session(row, about, parent=True, start_s=row.start_s, notes=notes)
        for row in parents
    ]
    return made + [Activity(EMPTY_RECORDS, one) for one in wholes]


def _find_stated_period(rows: list[SessionMessage]) -> tuple[float, float] | None:
    """Return the first start and the last end that the sessions state, None if they state no date."""
    dated = [row for row in rows if session.is_date(row.start_s)]
    ends = [
        row.start_s + (0 if math.isnan(row.elapsed_s) else row.elapsed_s)
        for row in dated
    ]
    return (min(row.start_s for row in dated), max(ends)) if dated else None


def _read_file_type(fit_file: FitFile) -> float:
    kinds = read_number_fields(fit_file, "file_id", ("type",)).get("type")
    return NAN if kinds is None else float(kinds[0])


def _refuse_other_kinds(
    fit_file: FitFile, kind: float, has_sessions: bool, sampled: bool
) -> None:
    """Raise where a FIT file is no activity: by its file type, or because it holds none."""
    name = profile.name_enum_value("file", kind)
    if (
        kind != _ACTIVITY
        and not math.isnan(kind)
        and (kind == _COURSE or not (has_sessions or sampled))
    ):
        if name in _MONITORING:
            raise NotActivity(f"daily monitoring ({name}), not an activity")
        raise NotActivity(
            _OTHER_KINDS.get(
                name, f"FIT file type {name or int(kind)}, not an activity"
            )
        )
    if has_sessions or sampled:
        return
    if not fit_file.tables:
        broken = (
            fit_file.problems[0].split(": ", 1)[1]
            if fit_file.problems
            else "there is nothing after the header"
        )
        raise Unreadable(f"it starts like a FIT file, but {broken}")
    if kind == _ACTIVITY:
        raise NotActivity("an activity file without a single record or session")
    held = sorted(
        {profile.name_message(table.layout.number) for table in fit_file.tables}
    )
    raise NotActivity(f"a FIT file without an activity; it holds {', '.join(held[:3])}")


def _find_parents(rows: list[SessionMessage]) -> list[SessionMessage]:
    """Return the sessions that are a whole whose legs stand beside them."""
    if len(rows) < 3:
        return []
    multi = [
        row
        for row in rows
        if profile.name_enum_value("sport", row["sport"]) == "multisport"
    ]
    return multi if len(multi) < len(rows) else []


def _cut_leg(
    samples: FitSamples, legs: list[SessionMessage], row: SessionMessage
) -> FitSamples:
    """Return the samples of one leg: from its start to the next one's, as several share one file.

    The distance of such a file runs on from leg to leg; each leg's starts at zero.
    """
    if len(legs) == 1:
        return samples
    starts = np.array([leg.start_s for leg in legs if session.is_date(leg.start_s)])
    if not session.is_date(row.start_s):
        return _select_samples(samples, np.zeros(len(samples.time_s), np.bool_))
    mine = np.maximum(np.searchsorted(starts, samples.time_s, side="right") - 1, 0)
    first = int(np.searchsorted(starts, row.start_s))
    leg = _select_samples(samples, mine == first)
    distance, before = (
        leg.columns.get("distance_m"),
        samples.columns.get("distance_m", np.empty(0)),
    )
    if distance is None or not first:
        return leg
    run_up = before[(mine < first) & ~np.isnan(before)][-1:]
    known = distance[~np.isnan(distance)][:1]
    if len(run_up) and len(known) and known[0] >= run_up[0] > 0:
        distance = distance - run_up[0]
    return FitSamples(leg.time_s, {**leg.columns, "distance_m": distance}, leg.notes)


def _select_samples(
    samples: FitSamples, mask: np.ndarray[tuple[int], np.dtype[np.bool_]]
) -> FitSamples:
    columns = {name: column[mask] for name, column in samples.columns.items()}
    return FitSamples(samples.time_s[mask], columns, samples.notes)


def _build_leg(
    row: SessionMessage, samples: FitSamples, about: FileInfo, notes: tuple[str, ...]
) -> Activity:
    """Return the activity of one session and its samples."""
    sport = session.name_sport("sport", row["sport"])
    cleaned = _clean_samples(samples, sport)
    start = row.start_s
    if (
        not session.is_date(start)
        and len(cleaned.time_s)
        and session.is_date(float(cleaned.time_s[0]))
    ):
        start = float(cleaned.time_s[0])
    made = session.build_session(
        row, about, parent=False, start_s=start, notes=(*cleaned.notes, *notes)
    )
    if math.isnan(made.timer_s) and len(cleaned.time_s) > 1:
        made = replace(
            made, timer_s=compute_timer_s(cleaned.time_s, (np.empty(0), np.empty(0)))
        )
    return Activity(_build_frame(cleaned), made)


def _clean_samples(samples: FitSamples, sport: str) -> FitSamples:
    """Return samples without the impossible; a cadence that counts no steps is none of ours."""
    if sport not in FOOT_SPORTS:
        columns = {
            name: column
            for name, column in samples.columns.items()
            if name != "cadence_spm"
        }
        samples = FitSamples(samples.time_s, columns, samples.notes)
    return remove_impossible(samples, sport)


def _rebuild_activity(
    samples: FitSamples,
    about: FileInfo,
    notes: tuple[str, ...],
    events: tuple[np.ndarray, np.ndarray],
) -> list[Activity]:
    """Return the activity of a FIT file that has no session, as its samples tell it."""
    cleaned = _clean_samples(samples, about.sport)
    if not len(cleaned.time_s):
        raise Unreadable("its records have no times")
    first, last = float(cleaned.time_s[0]), float(cleaned.time_s[-1])
    clock = () if session.is_date(first) else (session.describe_clock(first),)
    notes = (
        "recovered: no summary in the file, totals are worked out from its records",
        *clock,
        *cleaned.notes,
        *notes,
    )
    row = session.SessionMessage({}, first, "", ())
    made: Session = session.build_session(
        row, about, parent=False, start_s=first, notes=notes
    )
    made = replace(
        made, elapsed_s=last - first, timer_s=compute_timer_s(cleaned.time_s, events)
    )
    return [Activity(_build_frame(cleaned), made)]


def _build_frame(samples: FitSamples) -> pd.DataFrame:
    if not len(samples.time_s):
        return EMPTY_RECORDS
    return build_records(
        (samples.time_s.astype(np.int64) + _UNIX) * 1_000_000_000, samples.columns
    )
