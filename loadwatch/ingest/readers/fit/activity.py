"""Build activities from decoded messages: one per session, with its own samples, cleaned."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from loadwatch.activity import NAN, Activity, Note
from loadwatch.errors import NotActivity, Unreadable
from loadwatch.ingest.readers.fit import profile, session
from loadwatch.ingest.readers.fit.clean import (
    DAY_S,
    FOOT_SPORTS,
    FitSamples,
    align_clock,
    remove_impossible,
)
from loadwatch.ingest.readers.fit.laps import sum_laps
from loadwatch.ingest.readers.fit.messages import read_number_fields
from loadwatch.ingest.readers.fit.records import (
    NO_EVENTS,
    compute_timer_s,
    read_samples,
    read_timer_events,
)
from loadwatch.ingest.readers.fit.starts import HOLE_S, check_leg_start, check_start
from loadwatch.ingest.readers.fit.stray_records import find_stray_records
from loadwatch.ingest.readers.fit.totals import (
    check_totals,
    contradict,
    measure_counted,
)
from loadwatch.ingest.readers.frames import EMPTY_RECORDS, build_records

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd
    from numpy.typing import NDArray

    from loadwatch.ingest.readers.fit.chained import Decoded, FitFile
    from loadwatch.ingest.readers.fit.records import TimerEvents
    from loadwatch.ingest.readers.fit.session import FileInfo, SessionMessage

_ACTIVITY, _COURSE = 4, 6  # file types
_LAP_SLACK_S = 60.0  # between the ends of laps and records of one activity
_UNIX_S = 631_065_600  # FIT time 0 in seconds since 1970
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
    """Return the activities of all chained FIT files of an input.

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


def _build_from_file(fit_file: FitFile, problems: tuple[Note, ...]) -> list[Activity]:
    """Return the activities of one FIT file, oldest first, multisport parents last."""
    file_type = _read_file_type(fit_file)
    messages = session.read_sessions(fit_file)
    has_records = bool(fit_file.find_tables(profile.find_message_number("record")))
    has_sessions = bool(messages)
    _refuse_other_kinds(fit_file, file_type, has_sessions or has_records)
    samples, messages = _align_samples(fit_file, messages)
    info = session.read_file_info(fit_file, has_sessions=has_sessions)
    notes = (*problems, *find_stray_records(fit_file))
    if math.isnan(file_type):
        notes = (*notes, Note("no_file_id", "the file does not say what it is"))
    if not has_sessions:
        return [_rebuild_activity(samples, info, notes, fit_file)]
    legs, parents = _split_parents(messages)
    found: list[Activity] = []
    for leg in legs:
        own = _cut_leg(samples, legs, leg)
        if found:  # what was odd about the clock of the whole file is noted once
            own = replace(own, notes=())
        read_laps = partial(sum_laps, fit_file)
        if len(legs) > 1:
            stop_s = leg.start_s + leg.elapsed_s
            read_laps = partial(sum_laps, fit_file, leg.start_s - 1, stop_s)
        found.append(_build_leg(leg, own, info, notes, fit_file, read_laps))
    for parent in parents:
        stated = session.name_sport(parent["sport"], parent["sub_sport"])
        whole = session.build_session(
            parent, info, stated, parent=True, start_s=parent.start_s, notes=notes
        )
        found.append(Activity(EMPTY_RECORDS, whole))
    return found


def _align_samples(
    fit_file: FitFile, messages: list[SessionMessage]
) -> tuple[FitSamples, list[SessionMessage]]:
    """Return the samples by time, and the sessions with the starts that the file carries."""
    samples = read_samples(fit_file)
    slack_s = DAY_S
    if len(messages) == 1:
        checked = check_start(messages[0], samples, fit_file)
        messages = [checked.message]
        if checked.moved:
            slack_s = HOLE_S
    else:
        messages = [check_leg_start(one, samples.time_s) for one in messages]
    return align_clock(samples, _find_stated_period(messages), slack_s), messages


def _read_file_type(fit_file: FitFile) -> float:
    """Return the number of the file type, NaN where the file states none."""
    types = read_number_fields(fit_file, "file_id", ("type",)).get("type")
    if types is None:
        return NAN
    return float(types[0])


def _refuse_other_kinds(
    fit_file: FitFile, file_type: float, has_activity: bool
) -> None:
    """Raise where a FIT file is no activity: by its file type, or because it holds none.

    `has_activity` is true where the file has a session or a record message.
    """
    if file_type == _ACTIVITY or math.isnan(file_type):
        if not has_activity and sum_laps(fit_file) is None:
            raise _explain_no_activity(fit_file, file_type)
    elif file_type == _COURSE or not has_activity:
        raise NotActivity(_describe_file_type(file_type))


def _describe_file_type(file_type: float) -> str:
    """Return what a file of a type other than activity is."""
    name = profile.name_enum_value("file", file_type)
    if name in _MONITORING:
        return f"daily monitoring ({name}), not an activity"
    unknown = f"FIT file type {name or int(file_type)}, not an activity"
    return _OTHER_KINDS.get(name, unknown)


def _explain_no_activity(
    fit_file: FitFile, file_type: float
) -> NotActivity | Unreadable:
    """Return the error for a FIT file without a session or record message."""
    if not fit_file.tables:
        problem = "there is nothing after the header"
        if fit_file.problems:
            problem = fit_file.problems[0].text
        return Unreadable(f"it starts like a FIT file, but {problem}")
    if fit_file.defined > len(fit_file.tables):
        return Unreadable("it defines messages of an activity, but holds none of them")
    if file_type == _ACTIVITY:
        return NotActivity("an activity file without a single record or session")
    names = {profile.name_message(table.layout.number) for table in fit_file.tables}
    held = ", ".join(sorted(names)[:3])
    return NotActivity(f"a FIT file without an activity; it holds {held}")


def _find_stated_period(
    messages: list[SessionMessage],
) -> tuple[float, float] | None:
    """Return the first start and the last end that the sessions state, in FIT time [s].

    None where no session states a date. A session of unknown length ends at its start.
    """
    dated = [one for one in messages if session.is_date(one.start_s)]
    if not dated:
        return None
    ends = []
    for one in dated:
        elapsed_s = one.elapsed_s
        if math.isnan(elapsed_s):
            elapsed_s = 0.0
        ends.append(one.start_s + elapsed_s)
    return min(one.start_s for one in dated), max(ends)


def _split_parents(
    messages: list[SessionMessage],
) -> tuple[list[SessionMessage], list[SessionMessage]]:
    """Return the sessions without their multisport parents, and those parents.

    A multisport parent sums up the legs that the file holds beside it.
    """
    legs, parents = [], []
    for one in messages:
        if session.name_sport(one["sport"], NAN).sport == "multisport":
            parents.append(one)
        else:
            legs.append(one)
    if len(messages) < 3 or not legs:
        return messages, []
    return legs, parents


def _cut_leg(
    samples: FitSamples, legs: list[SessionMessage], leg: SessionMessage
) -> FitSamples:
    """Return the samples of one leg of several: from its start to the start of the next leg.

    The distance of such a file runs on from leg to leg; the distance of a leg starts at zero.
    """
    if len(legs) == 1:
        return samples
    if not session.is_date(leg.start_s):
        return _select_samples(samples, np.zeros(len(samples.time_s), np.bool_))
    starts = np.array([one.start_s for one in legs if session.is_date(one.start_s)])
    leg_of = np.maximum(np.searchsorted(starts, samples.time_s, side="right") - 1, 0)
    number = int(np.searchsorted(starts, leg.start_s))
    own = _select_samples(samples, leg_of == number)
    distance = samples.columns.get("distance_m")
    if distance is None or number == 0:
        return own
    own_distance = own.columns["distance_m"]
    before = _select_known(distance[leg_of < number])[-1:]
    first = _select_known(own_distance)[:1]
    if len(before) and len(first) and first[0] >= before[0] > 0:
        own_distance = own_distance - before[0]
    columns = {**own.columns, "distance_m": own_distance}
    return FitSamples(own.time_s, columns, own.notes)


def _select_samples(samples: FitSamples, mask: NDArray[np.bool_]) -> FitSamples:
    """Return the samples where `mask` is true."""
    columns = {name: column[mask] for name, column in samples.columns.items()}
    return FitSamples(samples.time_s[mask], columns, samples.notes)


def _select_known(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the values that are not NaN."""
    return values[~np.isnan(values)]


def _build_leg(
    message: SessionMessage,
    samples: FitSamples,
    info: FileInfo,
    notes: tuple[Note, ...],
    fit_file: FitFile,
    read_laps: Callable[[], SessionMessage | None],
) -> Activity:
    """Return the activity of one session and its samples.

    `read_laps` gives the sum of its laps.
    """
    stated = session.name_sport(message["sport"], message["sub_sport"])
    cleaned = _clean_samples(samples, stated.sport)
    stated = session.confirm_trail(stated, message["sport"], cleaned)
    start_s = message.start_s
    if not session.is_date(start_s) and len(cleaned.time_s):
        first = float(cleaned.time_s[0])
        if session.is_date(first):
            start_s = first
    message = check_totals(message, stated.sport, cleaned, read_laps, fit_file)
    made = session.build_session(
        message,
        info,
        stated,
        parent=False,
        start_s=start_s,
        notes=(*cleaned.notes, *notes),
    )
    if math.isnan(made.timer_s) and len(cleaned.time_s) > 1:
        made = replace(made, timer_s=compute_timer_s(cleaned.time_s, NO_EVENTS))
    return Activity(_build_frame(cleaned), made)


def _clean_samples(samples: FitSamples, sport: str) -> FitSamples:
    """Return the samples without impossible values, and without a cadence that counts no steps."""
    if sport not in FOOT_SPORTS and "cadence_spm" in samples.columns:
        columns = dict(samples.columns)
        del columns["cadence_spm"]
        samples = FitSamples(samples.time_s, columns, samples.notes)
    return remove_impossible(samples, sport)


def _rebuild_activity(
    samples: FitSamples, info: FileInfo, notes: tuple[Note, ...], fit_file: FitFile
) -> Activity:
    """Return the activity of a FIT file without a session, by its laps and its samples.

    The laps give the totals where they reach to the last sample, else the samples do.
    """
    cleaned = _clean_samples(samples, info.stated.sport)
    laps = sum_laps(fit_file)
    is_timed = len(cleaned.time_s) > 0
    if not is_timed and laps is None:
        raise Unreadable("its records have no times")
    if laps is not None and (not is_timed or _laps_cover(laps, cleaned)):
        message, source = laps, "laps"
    else:
        message, source = session.SessionMessage({}, NAN, "", ()), "records"
    start_s = message.start_s
    if is_timed:
        start_s = float(cleaned.time_s[0])
    text = f"no summary in the file, totals are worked out from its {source}"
    found = [Note("recovered", text)]
    if not session.is_date(start_s):
        found.append(session.describe_clock(start_s))
    if is_timed:
        message = _time_samples(message, cleaned, read_timer_events(fit_file))
    made = session.build_session(
        message,
        info,
        info.stated,
        parent=False,
        start_s=start_s,
        notes=(*found, *cleaned.notes, *notes),
    )
    return Activity(_build_frame(cleaned), made)


def _laps_cover(laps: SessionMessage, samples: FitSamples) -> bool:
    """Return whether the laps reach from the first to the last sample, in time and distance."""
    first_s, last_s = float(samples.time_s[0]), float(samples.time_s[-1])
    is_whole = abs(laps.start_s - first_s) <= _LAP_SLACK_S
    is_whole &= abs(laps["timestamp"] - last_s) <= _LAP_SLACK_S
    counted = measure_counted(samples)
    if math.isnan(counted):
        return is_whole
    return is_whole and not contradict(laps["total_distance"], counted)


def _time_samples(
    message: SessionMessage, samples: FitSamples, events: TimerEvents
) -> SessionMessage:
    """Return the session with elapsed time and timer of the samples, where it states none."""
    first_s, last_s = float(samples.time_s[0]), float(samples.time_s[-1])
    fields = {"total_elapsed_time": last_s - first_s, **message.fields}
    if math.isnan(fields.get("total_timer_time", NAN)):
        fields["total_timer_time"] = compute_timer_s(samples.time_s, events)
    return replace(message, fields=fields)


def _build_frame(samples: FitSamples) -> pd.DataFrame:
    """Return the RECORDS frame of the samples."""
    if not len(samples.time_s):
        return EMPTY_RECORDS
    time_ns = (samples.time_s.astype(np.int64) + _UNIX_S) * 1_000_000_000
    return build_records(time_ns, samples.columns)
