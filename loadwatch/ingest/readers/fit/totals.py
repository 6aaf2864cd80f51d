"""Hold the distance and the times that a session states against its records and laps.

A stated value stays unless two other witnesses carry another one, or it cannot be at all.
Every value that is replaced gets a note.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from loadwatch.activity import NAN, Note
from loadwatch.geodesy import path_m
from loadwatch.ingest.readers.fit.clean import choose_top_speed
from loadwatch.ingest.readers.fit.records import compute_timer_s, read_timer_events

if TYPE_CHECKING:
    from collections.abc import Callable

    from loadwatch.ingest.readers.fit.chained import FitFile
    from loadwatch.ingest.readers.fit.clean import FitSamples
    from loadwatch.ingest.readers.fit.session import SessionMessage
    from loadwatch.tables import Floats

RATIO, MIN_M = 1.5, 300.0  # two distances contradict each other beyond both
AGREE = 0.1  # two witnesses of a distance that differ by less carry each other
SLOWEST_MPS = 0.05  # a mean below is no recording of a way
MIN_S = 60.0  # a timer of 0 s beside that much is no total
LOST_S, LOST_SHARE = 20.0, 0.05  # of the timer without records: more is worth a note
HOLE_S, HOLE_STEPS = 10.0, 10.0  # a step between records beyond both counts as so much
COVERED = 0.8  # of the timer: records of less are no witness of the whole


def check_totals(
    message: SessionMessage,
    sport: str,
    samples: FitSamples,
    read_laps: Callable[[], SessionMessage | None],
    fit_file: FitFile,
) -> SessionMessage:
    """Return the session with the distance and the times that its records and laps carry.

    Parameters
    ----------
    message : the session, its start checked
    sport : of the session, which says how fast it can have been
    samples : of this session alone, cleaned
    read_laps : gives the sum of the session's laps; called only where something is in doubt
    fit_file : for the starts and stops of its timer
    """
    message = _check_distance(message, sport, samples, read_laps)
    message = _check_timer(message, sport, samples, read_laps, fit_file)
    return _check_coverage(_check_elapsed(message, samples), sport, samples)


def _check_distance(
    message: SessionMessage,
    sport: str,
    samples: FitSamples,
    read_laps: Callable[[], SessionMessage | None],
) -> SessionMessage:
    """Return the session with the distance that most witnesses carry."""
    stated = message["total_distance"]
    longest_s = _find_longest(message, samples)
    counted = measure_counted(samples)
    is_possible = _is_possible(stated, longest_s, sport)
    if not _is_in_doubt(stated, counted, is_possible):
        return message
    witnesses = _list_distances(samples, read_laps)
    if _measure_extent(samples) < COVERED * message["total_timer_time"]:
        witnesses = {"laps": witnesses["laps"]}  # the records broke off
        counted = NAN
    chosen, source = _choose_distance(witnesses, counted)
    support = -1
    if is_possible:
        support = _count_support(witnesses, stated)
    if math.isnan(chosen) or not _is_possible(chosen, longest_s, sport):
        return message
    if _count_support(witnesses, chosen) - 1 <= support:
        return message
    if not math.isnan(stated) and not contradict(stated, chosen):
        return message
    note = Note(
        "distance",
        f"the summary states {_format_m(stated)}, its {source} {_format_m(chosen)}, which is taken",
    )
    return _replace_fields(message, note, total_distance=chosen)


def _is_in_doubt(stated: float, counted: float, is_possible: bool) -> bool:
    """Return whether a stated distance has to be held against other witnesses."""
    if math.isnan(stated):
        return math.isnan(counted)
    if counted > 0 and contradict(stated, counted):
        return True
    return not is_possible and (stated > 0 or math.isnan(counted))


def _format_m(metres: float) -> str:
    """Return metres as text."""
    if math.isnan(metres):
        return "no distance"
    return f"{metres:,.0f} m"


def _find_longest(message: SessionMessage, samples: FitSamples) -> float:
    """Return the longest time that session or records know of [s], NaN for none."""
    known = (
        message["total_timer_time"],
        message.elapsed_s,
        _measure_extent(samples),
    )
    return max((one for one in known if one > 0), default=NAN)


def _measure_extent(samples: FitSamples) -> float:
    """Return the time from the first to the last sample [s], 0 for fewer than two."""
    if len(samples.time_s) < 2:
        return 0.0
    return float(samples.time_s[-1] - samples.time_s[0])


def measure_counted(samples: FitSamples) -> float:
    """Return the distance that the records count [m], NaN where they count none."""
    distance = samples.columns.get("distance_m")
    if distance is None or len(distance) < 2:
        return NAN
    counted = float(distance[-1] - distance[0])
    if not math.isnan(counted):
        return counted
    known = distance[~np.isnan(distance)]
    if len(known) < 2:
        return NAN
    return float(known[-1] - known[0])


def _is_possible(metres: float, longest_s: float, sport: str) -> bool:
    """Return whether a distance can have been covered in a time; 0 is no distance.

    Of a time that nobody knows nothing is said.
    """
    if not metres > 0:
        return False
    if math.isnan(longest_s):
        return True
    speed = metres / longest_s
    return speed >= SLOWEST_MPS and metres <= choose_top_speed(sport) * longest_s + 1000


def contradict(one: float, other: float) -> bool:
    """Return whether two distances [m] cannot be of one activity; unknown ones never do."""
    least, most = min(one, other), max(one, other)
    return most - least > MIN_M and most > RATIO * least


def _list_distances(
    samples: FitSamples, read_laps: Callable[[], SessionMessage | None]
) -> dict[str, float]:
    """Return the distances that records, positions, laps and speeds give [m], by witness."""
    laps, columns = read_laps(), samples.columns
    found = {"records": measure_counted(samples), "laps": NAN}
    if laps is not None:
        found["laps"] = laps["total_distance"]
    found["positions"] = _measure_path(columns)
    speed = columns.get("speed_mps")
    if speed is not None and len(speed) > 1:
        step = np.minimum(np.diff(samples.time_s), MIN_S)
        found["speeds"] = float(np.nansum(speed[1:] * step))
    return found


def _measure_path(columns: dict[str, Floats]) -> float:
    """Return the length of the line through the positions [m], NaN for fewer than two."""
    if "latitude_deg" not in columns:
        return NAN
    latitude, longitude = columns["latitude_deg"], columns["longitude_deg"]
    is_known = ~np.isnan(latitude) & ~np.isnan(longitude)
    if is_known.sum() < 2:
        return NAN
    return float(path_m(latitude[is_known], longitude[is_known])[-1])


def _choose_distance(witnesses: dict[str, float], counted: float) -> tuple[float, str]:
    """Return the distance that most others carry, and its witness; at least one must.

    Records that count a distance need nobody beside them where the session states none.
    """
    best, source, support = counted, "records", 1
    for name in ("records", "laps", "positions"):
        metres = witnesses.get(name, NAN)
        found = _count_support(witnesses, metres)
        if found > support or (math.isnan(best) and found > 1):
            best, source, support = metres, name, found
    if math.isnan(best) and witnesses.get("laps", NAN) > 0:
        return witnesses["laps"], "laps"
    return best, source


def _count_support(witnesses: dict[str, float], metres: float) -> int:
    """Return how many witnesses give a distance, within a tenth."""
    return sum(
        abs(one - metres) <= AGREE * max(one, metres)
        for one in witnesses.values()
        if one > 0
    )


def _check_timer(
    message: SessionMessage,
    sport: str,
    samples: FitSamples,
    read_laps: Callable[[], SessionMessage | None],
    fit_file: FitFile,
) -> SessionMessage:
    """Return the session with a timer that its distance, records and laps allow."""
    timer_s, elapsed_s = message["total_timer_time"], message.elapsed_s
    extent_s = _measure_extent(samples)
    longest_s = max((one for one in (elapsed_s, extent_s) if one > 0), default=NAN)
    if not _is_timer_wrong(timer_s, longest_s, extent_s, message, sport):
        return message
    laps = read_laps()
    candidates = []
    if laps is not None:
        candidates.append(("laps", laps["total_timer_time"]))
    if extent_s > 0:
        events = read_timer_events(fit_file)
        candidates.append(("records", compute_timer_s(samples.time_s, events)))
    candidates.append(("elapsed time", elapsed_s))
    for source, found_s in candidates:
        if found_s > 0 and not found_s > 1.05 * longest_s + MIN_S:
            stated = "no timer"
            if not math.isnan(timer_s):
                stated = f"a timer of {timer_s:,.0f} s"
            note = Note(
                "clock",
                f"the summary states {stated}; {found_s:,.0f} s by its {source} are taken",
            )
            return _replace_fields(message, note, total_timer_time=found_s)
    return message


def _is_timer_wrong(
    timer_s: float,
    longest_s: float,
    extent_s: float,
    message: SessionMessage,
    sport: str,
) -> bool:
    """Return whether a timer cannot be right.

    It is zero, longer than the activity by its records, or too short for its distance.
    """
    if math.isnan(timer_s):
        return extent_s == 0 and longest_s > 0
    if timer_s < 1:
        return longest_s > MIN_S
    if extent_s > 0 and timer_s > 1.5 * longest_s + MIN_S:
        return extent_s > 0.5 * longest_s
    distance = message["total_distance"]
    top = choose_top_speed(sport)
    too_short = distance > top * timer_s + 1000
    return bool(too_short and distance <= top * longest_s + 1000)


def _check_elapsed(message: SessionMessage, samples: FitSamples) -> SessionMessage:
    """Return the session without an elapsed time that its timer and records contradict."""
    timer_s, elapsed_s = message["total_timer_time"], message["total_elapsed_time"]
    is_short = elapsed_s < timer_s / 1.05 - MIN_S
    if not is_short or _measure_extent(samples) < 0.95 * timer_s:
        return message
    text = f"the elapsed time of {elapsed_s:,.0f} s is shorter than the timer, left out"
    return _replace_fields(message, Note("clock", text), total_elapsed_time=NAN)


def _check_coverage(
    message: SessionMessage, sport: str, samples: FitSamples
) -> SessionMessage:
    """Return the session with a note where its records do not reach over its timer.

    Swimmers' watches record by the length of a pool.
    """
    timer_s = message["total_timer_time"]
    lost_s = timer_s - _measure_covered(samples.time_s)
    if sport == "swimming" or not lost_s > max(LOST_S, LOST_SHARE * timer_s):
        return message
    text = f"{lost_s:,.0f} of {timer_s:,.0f} s that the timer ran have no records"
    return _replace_fields(message, Note("no_records", text))


def _measure_covered(time_s: Floats) -> float:
    """Return the time between samples without what is missing between them [s]."""
    if len(time_s) < 2:
        return 0.0
    step_s = time_s[1:] - time_s[:-1]
    if step_s.max() > HOLE_S:
        hole_s = max(HOLE_S, HOLE_STEPS * float(np.median(step_s)))
        step_s = np.minimum(step_s, hole_s)
    return float(step_s.sum())


def _replace_fields(
    message: SessionMessage, note: Note, **fields: float
) -> SessionMessage:
    """Return the session with other values of some fields and one more note."""
    return replace(
        message,
        fields={**message.fields, **fields},
        notes=(*message.notes, note),
    )
