"""The start of a session: what it states, held against its records, laps and file."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from loadwatch.activity import NAN, Note
from loadwatch.ingest.readers.fit.clean import LONGEST_S
from loadwatch.ingest.readers.fit.laps import sum_laps
from loadwatch.ingest.readers.fit.messages import read_number_fields
from loadwatch.ingest.readers.fit.session import convert_time, is_date

if TYPE_CHECKING:
    from collections.abc import Sequence

    from loadwatch.ingest.readers.fit.chained import FitFile
    from loadwatch.ingest.readers.fit.clean import FitSamples
    from loadwatch.ingest.readers.fit.session import SessionMessage
    from loadwatch.tables import Floats

HOLE_S = 3600.0  # a step between records this long may be a clock that was set
NEAR_S = 600.0  # starts this near are one start


@dataclass(frozen=True, slots=True)
class CheckedStart:
    """A session message whose start was checked, and whether it is another one now."""

    message: SessionMessage
    moved: bool = False


def check_start(
    message: SessionMessage, samples: FitSamples, fit_file: FitFile
) -> CheckedStart:
    """Return the session with the start that most of the file carries.

    The start of the largest part of the records is held against the stated one; the first
    lap, the creation of the file, and the end less the duration decide between the two.
    """
    stated_s = message.start_s
    if math.isnan(stated_s) or _is_plain(message, samples.time_s):
        return CheckedStart(message)
    found_s = _find_main_start(samples.time_s)
    if math.isnan(found_s):
        if len(samples.time_s):
            return CheckedStart(message)
        found_s = _find_lap_start(fit_file)
    if math.isnan(found_s) or abs(stated_s - found_s) <= NEAR_S:
        return CheckedStart(message)
    others = _list_starts(message, fit_file)
    if _count_near(others, found_s) <= _count_near(others, stated_s):
        return CheckedStart(message)
    stated, found = convert_time(stated_s), convert_time(found_s)
    note = Note(
        "clock",
        f"the summary starts {stated:%Y-%m-%d %H:%M}, its records {found:%Y-%m-%d %H:%M} (UTC), "
        "which the rest of the file carries",
    )
    elapsed_s = message["timestamp"] - found_s
    if not message["total_timer_time"] - NEAR_S <= elapsed_s <= LONGEST_S:
        elapsed_s = NAN
    fields = {**message.fields, "total_elapsed_time": elapsed_s}
    notes = (*message.notes, note)
    return CheckedStart(
        replace(message, fields=fields, start_s=found_s, notes=notes), moved=True
    )


def _is_plain(message: SessionMessage, time_s: Floats) -> bool:
    """Return whether the records begin with the session and leave no time for a hole."""
    if len(time_s) < 2:
        return False
    first_s, last_s = float(time_s[0]), float(time_s[-1])
    has_hole = last_s - first_s > message["total_timer_time"] + HOLE_S
    return abs(first_s - message.start_s) <= NEAR_S and not has_hole


def _find_main_start(time_s: Floats) -> float:
    """Return the first time of the largest part without a hole, NaN where it is no date."""
    known = time_s[~np.isnan(time_s)]
    if len(known) < 2:
        return NAN
    cuts = np.flatnonzero(np.abs(known[1:] - known[:-1]) > HOLE_S) + 1
    edges = np.concatenate([[0], cuts, [len(known)]])
    largest = int(np.argmax(np.diff(edges)))
    found_s = float(known[edges[largest]])
    if not is_date(found_s):
        return NAN
    return found_s


def _find_lap_start(fit_file: FitFile) -> float:
    """Return the start of the first lap in FIT time [s], NaN where there is none."""
    laps = sum_laps(fit_file)
    if laps is None:
        return NAN
    return laps.start_s


def _list_starts(message: SessionMessage, fit_file: FitFile) -> list[float]:
    """Return the starts that the file states elsewhere, in FIT time [s]."""
    elapsed_s, timer_s = message.elapsed_s, message["total_timer_time"]
    starts = [message["timestamp"] - elapsed_s, _find_lap_start(fit_file)]
    if not abs(elapsed_s - timer_s) <= NEAR_S:  # else the same witness twice
        starts.append(message["timestamp"] - timer_s)
    starts += _read_last_time(fit_file, "file_id", "time_created")
    starts += [
        end - timer_s for end in _read_last_time(fit_file, "activity", "timestamp")
    ]
    return starts


def _read_last_time(fit_file: FitFile, message: str, field: str) -> list[float]:
    """Return the last value of a time in a kind of message, nothing where there is none."""
    times = read_number_fields(fit_file, message, (field,)).get(field)
    if times is None:
        return []
    return [float(times[-1])]


def _count_near(starts: Sequence[float], start_s: float) -> int:
    """Return how many of the starts are one with `start_s`."""
    return sum(abs(one - start_s) <= NEAR_S for one in starts)


def check_leg_start(message: SessionMessage, time_s: Floats) -> SessionMessage:
    """Return one session of several, its start from its end where the records hold only that."""
    known = time_s[~np.isnan(time_s)]
    found_s = message["timestamp"] - message.elapsed_s
    if not len(known) or not is_date(found_s) or math.isnan(message.start_s):
        return message
    low, high = float(known.min()) - HOLE_S, float(known.max()) + HOLE_S
    if low <= message.start_s <= high or not low <= found_s <= high:
        return message
    note = Note(
        "clock",
        f"the summary starts {convert_time(message.start_s):%Y-%m-%d}, outside of its records; "
        "its end less its duration is taken",
    )
    return replace(message, start_s=found_s, notes=(*message.notes, note))
