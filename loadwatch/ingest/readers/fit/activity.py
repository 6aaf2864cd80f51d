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
    FOOT,
    Track,
    on_the_clock,
    without_impossible,
)
from loadwatch.ingest.readers.fit.messages import values
from loadwatch.ingest.readers.fit.track import timer_events, timer_s, track
from loadwatch.ingest.readers.frames import EMPTY, records

if TYPE_CHECKING:
    import pandas as pd

    from loadwatch.activity import Session
    from loadwatch.ingest.readers.fit.chained import Decoded, Link
    from loadwatch.ingest.readers.fit.session import Row, Whole

_ACTIVITY, _COURSE = 4, 6  # file types
_UNIX = 631_065_600  # FIT time 0 in seconds since 1970
_KINDS = {
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


def activities(decoded: Decoded) -> tuple[Activity, ...]:
    """Return the activities of a file, of all the links of its chain.

    Raises NotActivity where it holds something else, Unreadable where it holds nothing.
    """
    found: list[Activity] = []
    refused: list[NotActivity | Unreadable] = []
    for link in decoded.links:
        try:
            found += _of_link(link, decoded.problems)
        except (NotActivity, Unreadable) as error:
            refused.append(error)
    if found:
        return tuple(
            Activity(one.records, replace(one.session, part=part))
            for part, one in enumerate(found, start=1)
        )
    raise next((one for one in refused if isinstance(one, NotActivity)), refused[0])


def _of_link(link: Link, problems: tuple[str, ...]) -> list[Activity]:
    """Return the activities of one link, oldest first."""
    kind = _file_type(link)
    rows = session.rows(link)
    sampled = bool(link.of(profile.number("record")))
    _refuse(link, kind, bool(rows), sampled)
    samples = on_the_clock(track(link), _span(rows))
    about = session.whole(link, summed=bool(rows))
    notes = (
        problems
        if not math.isnan(kind)
        else (*problems, "no_file_id: the file does not say what it is")
    )
    if not rows:
        return _rebuilt(samples, about, notes, timer_events(link))
    parents = _parents(rows)
    legs = [row for row in rows if row not in parents]
    made = [_leg(row, _cut(samples, legs, row), about, notes) for row in legs]
    wholes = [
        session.session(row, about, parent=True, start_s=row.start_s, notes=notes)
        for row in parents
    ]
    return made + [Activity(EMPTY, one) for one in wholes]


def _span(rows: list[Row]) -> tuple[float, float] | None:
    """Return the first start and the last end that the sessions state, None if they state no date."""
    dated = [row for row in rows if session.is_date(row.start_s)]
    ends = [
        row.start_s + (0 if math.isnan(row.elapsed_s) else row.elapsed_s)
        for row in dated
    ]
    return (min(row.start_s for row in dated), max(ends)) if dated else None


def _file_type(link: Link) -> float:
    kinds = values(link, "file_id", ("type",)).get("type")
    return NAN if kinds is None else float(kinds[0])


def _refuse(link: Link, kind: float, has_sessions: bool, sampled: bool) -> None:
    """Raise where a link is no activity: by its file type, or because it holds none."""
    name = profile.word("file", kind)
    if (
        kind != _ACTIVITY
        and not math.isnan(kind)
        and (kind == _COURSE or not (has_sessions or sampled))
    ):
        if name in _MONITORING:
            raise NotActivity(f"daily monitoring ({name}), not an activity")
        raise NotActivity(
            _KINDS.get(name, f"FIT file type {name or int(kind)}, not an activity")
        )
    if has_sessions or sampled:
        return
    if not link.tables:
        broken = (
            link.problems[0].split(": ", 1)[1]
            if link.problems
            else "there is nothing after the header"
        )
        raise Unreadable(f"it starts like a FIT file, but {broken}")
    if kind == _ACTIVITY:
        raise NotActivity("an activity file without a single record or session")
    held = sorted({profile.message(table.layout.number) for table in link.tables})
    raise NotActivity(f"a FIT file without an activity; it holds {', '.join(held[:3])}")


def _parents(rows: list[Row]) -> list[Row]:
    """Return the sessions that are a whole whose legs stand beside them."""
    if len(rows) < 3:
        return []
    multi = [row for row in rows if profile.word("sport", row["sport"]) == "multisport"]
    return multi if len(multi) < len(rows) else []


def _cut(samples: Track, legs: list[Row], row: Row) -> Track:
    """Return the samples of one leg: from its start to the next one's, as several share one file.

    The distance of such a file runs on from leg to leg; each leg's starts at zero.
    """
    if len(legs) == 1:
        return samples
    starts = np.array([leg.start_s for leg in legs if session.is_date(leg.start_s)])
    if not session.is_date(row.start_s):
        return _where(samples, np.zeros(len(samples.time_s), np.bool_))
    mine = np.maximum(np.searchsorted(starts, samples.time_s, side="right") - 1, 0)
    first = int(np.searchsorted(starts, row.start_s))
    leg = _where(samples, mine == first)
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
    return Track(leg.time_s, {**leg.columns, "distance_m": distance}, leg.notes)


def _where(samples: Track, mask: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Track:
    columns = {name: column[mask] for name, column in samples.columns.items()}
    return Track(samples.time_s[mask], columns, samples.notes)


def _leg(row: Row, samples: Track, about: Whole, notes: tuple[str, ...]) -> Activity:
    """Return the activity of one session and its samples."""
    sport = session.word("sport", row["sport"])
    cleaned = _clean(samples, sport)
    start = row.start_s
    if (
        not session.is_date(start)
        and len(cleaned.time_s)
        and session.is_date(float(cleaned.time_s[0]))
    ):
        start = float(cleaned.time_s[0])
    made = session.session(
        row, about, parent=False, start_s=start, notes=(*cleaned.notes, *notes)
    )
    if math.isnan(made.timer_s) and len(cleaned.time_s) > 1:
        made = replace(
            made, timer_s=timer_s(cleaned.time_s, (np.empty(0), np.empty(0)))
        )
    return Activity(_frame(cleaned), made)


def _clean(samples: Track, sport: str) -> Track:
    """Return samples without the impossible; a cadence that counts no steps is none of ours."""
    if sport not in FOOT:
        columns = {
            name: column
            for name, column in samples.columns.items()
            if name != "cadence_spm"
        }
        samples = Track(samples.time_s, columns, samples.notes)
    return without_impossible(samples, sport)


def _rebuilt(
    samples: Track,
    about: Whole,
    notes: tuple[str, ...],
    events: tuple[np.ndarray, np.ndarray],
) -> list[Activity]:
    """Return the activity of a link that has no session, as its samples tell it."""
    cleaned = _clean(samples, about.sport)
    if not len(cleaned.time_s):
        raise Unreadable("its records have no times")
    first, last = float(cleaned.time_s[0]), float(cleaned.time_s[-1])
    clock = () if session.is_date(first) else (session.clock_note(first),)
    notes = (
        "recovered: no summary in the file, totals are worked out from its records",
        *clock,
        *cleaned.notes,
        *notes,
    )
    row = session.Row({}, first, "", ())
    made: Session = session.session(
        row, about, parent=False, start_s=first, notes=notes
    )
    made = replace(
        made, elapsed_s=last - first, timer_s=timer_s(cleaned.time_s, events)
    )
    return [Activity(_frame(cleaned), made)]


def _frame(samples: Track) -> pd.DataFrame:
    if not len(samples.time_s):
        return EMPTY
    return records(
        (samples.time_s.astype(np.int64) + _UNIX) * 1_000_000_000, samples.columns
    )
