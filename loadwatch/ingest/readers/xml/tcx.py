"""TCX: each Activity, of a multisport session too, with its laps' totals and its track points."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from loadwatch.activity import NAN, Activity, Note, Reading, Session, Skipped
from loadwatch.errors import NotActivity, OverLimit, Unreadable
from loadwatch.ingest.readers.frames import EMPTY_RECORDS
from loadwatch.ingest.readers.sports import read_sport
from loadwatch.ingest.readers.xml.iso_times import parse_utc
from loadwatch.ingest.readers.xml.point_columns import parse_number
from loadwatch.ingest.readers.xml.positions import clean_path
from loadwatch.ingest.readers.xml.samples import merge_cadence, select_samples

if TYPE_CHECKING:
    from datetime import datetime

    from loadwatch.ingest.readers.xml.samples import Samples
    from loadwatch.ingest.readers.xml.tree import Document, Node
    from loadwatch.tables import Floats

    Notes = tuple[Note, ...]

MAX_PARTS = 1_000  # activities in one file
START_S = 60.0  # a lap's start so much before the first point is the activity's
# laps and points differ by more than either of these: the points count
AGREE, AGREE_M = 0.05, 50.0
LONGEST_S = 172_800.0  # two days in laps; more is a broken clock
RESET_M = 50.0  # distance falls by more: it was counted anew
MAX_TOTAL = 1e7  # of one lap, in s or m


def build_reading(document: Document) -> Reading:
    """Return one activity for each Activity of the file; courses and empty ones are left out."""
    nodes = list(document.root.find_all("Activity"))
    if not nodes:
        raise _explain_no_activity(document)
    if len(nodes) > MAX_PARTS:
        raise OverLimit(
            f"more than {MAX_PARTS:,} activities in one file; export them one by one"
        )
    activities, skipped = [], []
    for part, node in enumerate(nodes, 1):
        activity = _build_activity(document, node, part)
        if activity is None:
            why = f"activity {part}: no points and no totals"
            skipped.append(Skipped("", "ignored", why))
        else:
            activities.append(activity)
    if not activities:
        raise NotActivity("no points and no totals: nothing was recorded")
    return Reading(tuple(activities), tuple(skipped))


def _explain_no_activity(document: Document) -> NotActivity | Unreadable:
    if next(document.root.find_all("Course"), None):
        return NotActivity("a course to follow, not a recording")
    if document.notes:
        return Unreadable("a TCX file that breaks off before its first activity")
    return NotActivity("a TCX file without an activity (workouts, goals or a course)")


def _build_activity(document: Document, node: Node, part: int) -> Activity | None:
    """Return one Activity of the file; None where it has neither points nor totals."""
    laps = [lap for lap in node.nodes if lap.name == "Lap"]
    samples = select_samples(document.points, [(lap.first, lap.stop) for lap in laps])
    stated = read_sport(node.attributes.get("Sport", ""))
    timer_s = _lap_timer_s(laps)
    lap_m = _sum_laps(laps, "DistanceMeters")
    start = _stated_start(node, laps)
    has_points = samples.us.size > 0
    if not has_points and not (start and (timer_s > 0 or lap_m > 0)):
        return None
    elapsed_s = _choose_elapsed_s(timer_s, samples)
    columns, distance_m, notes = _build_columns(
        samples, stated.sport, lap_m, is_whole=math.isnan(elapsed_s)
    )
    session = Session(
        format="tcx",
        sport=stated.sport,
        sub_sport=stated.sub_sport,
        unknown_sport=stated.unknown_word,
        start_utc=_choose_start(samples, start),
        start_local=samples.start_local,
        zone=samples.zone,
        timer_s=timer_s,
        elapsed_s=elapsed_s,
        distance_m=distance_m,
        heart_rate_bpm=NAN if has_points else _mean_heart_rate(laps),
        steps=_sum_steps(laps, stated.sport),
        device=node.text_at("Creator", "Name")[:80],
        serial=_serial_number(node),
        part=part,
        notes=(*document.notes, *stated.notes, *samples.notes, *notes),
    )
    records = samples.to_records(columns) if has_points else EMPTY_RECORDS
    return Activity(records, session)


def _sum_laps(laps: list[Node], name: str) -> float:
    """Return the sum over laps of a total; unknown where no lap states one."""
    values = [parse_number(lap.text_at(name)) for lap in laps]
    known = [value for value in values if 0 <= value < MAX_TOTAL]
    if not known:
        return NAN
    return sum(known)


def _stated_start(node: Node, laps: list[Node]) -> datetime | None:
    """Return the start of the first lap, else the activity's id."""
    start = None
    if laps:
        start = _parse_start(laps[0].attributes.get("StartTime", ""))
    return start or _parse_start(node.text_at("Id"))


def _parse_start(text: str) -> datetime | None:
    start = parse_utc(text)
    if start is None or not 1990 <= start.year < 2100:
        return None
    return start


def _choose_start(samples: Samples, stated: datetime | None) -> datetime | None:
    """Return the start: the first lap's, unless the points disagree."""
    first = samples.start_utc
    if first is None:
        has_no_day = samples.us.size > 0 and not samples.clock
        return None if has_no_day else stated
    if stated and 0 <= (first - stated).total_seconds() <= START_S:
        return stated
    return first


def _lap_timer_s(laps: list[Node]) -> float:
    """Return the laps' seconds; unknown where there are none, or more than anyone runs."""
    lap_s = _sum_laps(laps, "TotalTimeSeconds")
    if not 0 < lap_s < LONGEST_S:
        return NAN
    return lap_s


def _choose_elapsed_s(timer_s: float, samples: Samples) -> float:
    """Return the laps' seconds where the points cover less; else unknown, as the points have it."""
    passed_s = 0.0
    if samples.us.size:
        passed_s = float(samples.time_s[-1])
    if timer_s > passed_s + START_S:
        return timer_s
    return NAN


def _build_columns(
    samples: Samples, sport: str, lap_m: float, *, is_whole: bool
) -> tuple[dict[str, Floats], float, Notes]:
    """Return RECORDS columns, the distance, and notes; without a distance by the device, its path's.

    `is_whole` is false where the points cover less time than the laps: then these count.
    """
    columns = merge_cadence(samples.columns, sport)
    path = clean_path(
        samples.time_s,
        samples.get_column("latitude_deg"),
        samples.get_column("longitude_deg"),
        np.zeros(samples.us.size, np.bool_),
        sport,
    )
    columns["latitude_deg"] = path.latitude_deg
    columns["longitude_deg"] = path.longitude_deg
    columns.pop("distance_m", None)
    metres, notes = _join_resets(samples.get_column("distance_m"))
    known = metres[np.isfinite(metres)]
    if known.size > 1 and known[-1] > 0:
        distance_m = lap_m
        if is_whole or not lap_m > 0:
            distance_m, more = _choose_distance(lap_m, float(known[-1]))
            notes += more
        return {**columns, "distance_m": metres}, distance_m, notes
    if lap_m > 0:
        return columns, lap_m, ()
    if np.isfinite(path.distance_m).any():
        note = Note(
            "no_distance",
            "the file states no distance; it is summed along its positions",
        )
        return columns, NAN, (*path.notes, note)
    return columns, lap_m, path.notes


def _join_resets(metres: Floats) -> tuple[Floats, Notes]:
    """Return cumulative distance from 0 at the first sample, counters that began anew joined."""
    known = np.flatnonzero(np.isfinite(metres))
    if not known.size:
        return metres, ()
    if known.size == 1:
        return metres - metres[known[0]], ()
    values = metres[known]
    step = np.diff(values)
    is_reset = step < -RESET_M
    step = np.where(is_reset, values[1:], step)
    joined = np.full(len(metres), np.nan)
    joined[known] = np.concatenate([[0.0], np.cumsum(np.maximum(step, 0.0))])
    resets = int(is_reset.sum())
    if not resets:
        return joined, ()
    note = Note(
        "distance_reset",
        f"the distance was counted anew {resets} time(s) on the way; joined",
    )
    return joined, (note,)


def _choose_distance(lap_m: float, points_m: float) -> tuple[float, Notes]:
    """Return the laps' distance where the points agree, else that of the points."""
    if not lap_m > 0:
        return points_m, ()
    if abs(lap_m - points_m) <= max(AGREE_M, AGREE * points_m):
        return lap_m, ()
    note = Note(
        "lap_totals",
        f"the laps add up to {lap_m:,.0f} m, the points to {points_m:,.0f} m, which is taken",
    )
    return points_m, (note,)


def _mean_heart_rate(laps: list[Node]) -> float:
    """Return the mean heart rate of the laps, weighted by their time."""
    beats = seconds = 0.0
    for lap in laps:
        rate_bpm = parse_number(lap.text_at("AverageHeartRateBpm", "Value"))
        lap_s = parse_number(lap.text_at("TotalTimeSeconds"))
        if rate_bpm > 0 and lap_s > 0:
            beats += rate_bpm * lap_s
            seconds += lap_s
    if not seconds:
        return NAN
    return beats / seconds


def _sum_steps(laps: list[Node], sport: str) -> float:
    """Return foot strikes of all laps; unknown unless each lap states them."""
    if sport == "cycling" or not laps:
        return NAN
    total = 0.0
    for lap in laps:
        element = next(lap.find_all("Steps"), None)
        steps = NAN
        if element is not None:
            steps = parse_number(element.text)
        if not steps > 0:
            return NAN
        total += steps
    return total


def _serial_number(node: Node) -> str:
    serial = node.text_at("Creator", "UnitId")
    if not serial.strip("0"):
        return ""
    return serial[:40]
