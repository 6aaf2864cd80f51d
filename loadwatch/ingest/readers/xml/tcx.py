"""TCX: each Activity, of a multisport session too, with its laps' totals and its track points."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from loadwatch.activity import NAN, Activity, Note, Reading, Session, Skipped
from loadwatch.errors import NotActivity, OverLimit, Unreadable
from loadwatch.ingest.readers.frames import EMPTY_RECORDS
from loadwatch.ingest.readers.sports import read_sport
from loadwatch.ingest.readers.xml.iso_times import parse_datetime
from loadwatch.ingest.readers.xml.point_columns import parse_number
from loadwatch.ingest.readers.xml.positions import clean_path
from loadwatch.ingest.readers.xml.samples import (
    EPOCH,
    Samples,
    merge_cadence,
    select_samples,
)

if TYPE_CHECKING:
    from datetime import datetime

    from loadwatch.ingest.readers.xml.tree import Document, Node
    from loadwatch.tables import Floats


MAX_PARTS = 1_000  # activities in one file
START_S = 60.0  # a lap's start so much before the first point is the activity's
AGREE, AGREE_M = (
    0.05,
    50.0,
)  # laps and points differ: more than either, and the points are believed
LONGEST_S = 172_800.0  # two days in laps; more is a broken clock
RESET_M = 50.0  # distance falls by more: it was counted anew


def build_reading(document: Document) -> Reading:
    """Return one activity for each Activity of the file; courses and empty ones are left out."""
    root = document.root
    found = list(root.find_all("Activity"))
    if not found:
        if next(root.find_all("Course"), None):
            raise NotActivity("a course to follow, not a recording")
        if document.notes:
            raise Unreadable("a TCX file that breaks off before its first activity")
        raise NotActivity(
            "a TCX file without an activity (workouts, goals or a course)"
        )
    if len(found) > MAX_PARTS:
        raise OverLimit(
            f"more than {MAX_PARTS:,} activities in one file; export them one by one"
        )
    activities, skipped = [], []
    for part, node in enumerate(found, 1):
        activity = _build_activity(document, node, part)
        if activity is None:
            skipped.append(
                Skipped("", "ignored", f"activity {part}: no points and no totals")
            )
        else:
            activities.append(activity)
    if not activities:
        raise NotActivity("no points and no totals: nothing was recorded")
    return Reading(tuple(activities), tuple(skipped))


def _build_activity(document: Document, node: Node, part: int) -> Activity | None:
    laps = [lap for lap in node.nodes if lap.name == "Lap"]
    found = select_samples(document.points, [(lap.first, lap.stop) for lap in laps])
    stated = read_sport(node.attributes.get("Sport", ""))
    timer = _timer_s(_sum_laps(laps, "TotalTimeSeconds"))
    lap_m = _sum_laps(laps, "DistanceMeters")
    start = _parse_start(
        next((lap.attributes.get("StartTime", "") for lap in laps), "")
    ) or _parse_start(node.text_at("Id"))
    if not found.us.size and not (start and (timer > 0 or lap_m > 0)):
        return None
    columns, distance, notes = _build_columns(
        found, stated.sport, lap_m, whole=not _elapsed_s(timer, found) > 0
    )
    session = Session(
        format="tcx",
        sport=stated.sport,
        sub_sport=stated.sub_sport,
        unknown_sport=stated.unknown_word,
        start_utc=_choose_start(found, start),
        start_local=found.start_local,
        zone=found.zone,
        timer_s=timer,
        elapsed_s=_elapsed_s(timer, found),
        distance_m=distance,
        heart_rate_bpm=NAN if found.us.size else _mean_heart_rate(laps),
        steps=_sum_steps(laps) if stated.sport != "cycling" else NAN,
        device=node.text_at("Creator", "Name")[:80],
        serial=_serial_number(node),
        part=part,
        notes=(*document.notes, *stated.notes, *found.notes, *notes),
    )
    return Activity(
        found.to_records(columns) if found.us.size else EMPTY_RECORDS, session
    )


def _sum_laps(laps: list[Node], name: str) -> float:
    """Return the sum over laps of a total; unknown where no lap states one."""
    values = [parse_number(lap.text_at(name)) for lap in laps]
    known = [value for value in values if math.isfinite(value) and 0 <= value < 1e7]
    return sum(known) if known else NAN


def _parse_start(text: str) -> datetime | None:
    moment = parse_datetime(text)
    if moment is None or not 1990 <= moment.year < 2100:
        return None
    return (
        moment.replace(tzinfo=EPOCH.tzinfo) if moment.tzinfo is None else moment
    ).astimezone(EPOCH.tzinfo)


def _choose_start(found: Samples, stated: datetime | None) -> datetime | None:
    """Return the start: the first lap's, unless the points disagree."""
    first = found.start_utc
    if first is None:
        return stated if not found.us.size or found.clock else None
    return (
        stated if stated and 0 <= (first - stated).total_seconds() <= START_S else first
    )


def _timer_s(lap_s: float) -> float:
    """Return the laps' seconds; unknown where there are none, or more than anyone runs."""
    return lap_s if 0 < lap_s < LONGEST_S else NAN


def _elapsed_s(timer_s: float, found: Samples) -> float:
    """Return the laps' seconds where the points cover less; else the points tell."""
    passed = float(found.time_s[-1]) if found.us.size else 0.0
    return timer_s if timer_s > passed + START_S else NAN


def _build_columns(
    found: Samples, sport: str, lap_m: float, *, whole: bool
) -> tuple[dict[str, Floats], float, tuple[Note, ...]]:
    """Return RECORDS columns, the distance, and notes; without a distance by the device, its path's.

    `whole` is false where the points cover less time than the laps: then these are believed.
    """
    columns = merge_cadence(found.columns, sport)
    unknown = np.full(found.us.size, np.nan)
    where = clean_path(
        found.time_s,
        columns.get("latitude_deg", unknown),
        columns.get("longitude_deg", unknown),
        np.zeros(found.us.size, np.bool_),
        sport,
    )
    columns |= {
        "latitude_deg": where.latitude_deg,
        "longitude_deg": where.longitude_deg,
    }
    metres, notes = _join_resets(columns.pop("distance_m", unknown))
    known = metres[np.isfinite(metres)]
    passed = float(known[-1]) if known.size > 1 else NAN
    if passed > 0:
        columns = {**columns, "distance_m": metres}
        if lap_m > 0 and not whole:
            return columns, lap_m, notes
        distance, odd = _choose_distance(lap_m, passed)
        return columns, distance, (*notes, *odd)
    if lap_m > 0:
        return columns, lap_m, ()
    if np.isfinite(where.distance_m).any():
        note = Note(
            "no_distance",
            "the file states no distance; it is summed along its positions",
        )
        return columns, NAN, (*where.notes, note)
    return columns, 0.0 if lap_m == 0 else NAN, where.notes


def _join_resets(metres: Floats) -> tuple[Floats, tuple[Note, ...]]:
    """Return cumulative distance from 0 at the first sample, counters that began anew joined."""
    known = np.flatnonzero(np.isfinite(metres))
    if known.size < 2:
        return metres - (metres[known[0]] if known.size else 0.0), ()
    step = np.diff(metres[known])
    resets = int((step < -RESET_M).sum())
    step = np.where(
        step < -RESET_M, np.maximum(metres[known][1:], 0.0), np.maximum(step, 0.0)
    )
    joined = np.full(len(metres), np.nan)
    joined[known] = np.concatenate([[0.0], np.cumsum(step)])
    note = Note(
        "distance_reset",
        f"the distance was counted anew {resets} time(s) on the way; joined",
    )
    return joined, (note,) if resets else ()


def _choose_distance(lap_m: float, passed: float) -> tuple[float, tuple[Note, ...]]:
    """Return the laps' distance where the points agree, else that of the points."""
    if not lap_m > 0:
        return passed, ()
    if abs(lap_m - passed) <= max(AGREE_M, AGREE * passed):
        return lap_m, ()
    return passed, (
        Note(
            "lap_totals",
            f"the laps add up to {lap_m:,.0f} m, the points to {passed:,.0f} m, which is taken",
        ),
    )


def _mean_heart_rate(laps: list[Node]) -> float:
    pairs = [
        (
            parse_number(lap.text_at("AverageHeartRateBpm", "Value")),
            parse_number(lap.text_at("TotalTimeSeconds")),
        )
        for lap in laps
    ]
    known = [(rate, time) for rate, time in pairs if rate > 0 and time > 0]
    time = sum(t for _, t in known)
    return sum(rate * t for rate, t in known) / time if time else NAN


def _sum_steps(laps: list[Node]) -> float:
    """Return foot strikes of all laps; unknown unless each lap with a distance states them."""
    steps = [
        next((parse_number(node.text) for node in lap.find_all("Steps")), NAN)
        for lap in laps
    ]
    return sum(steps) if steps and all(value > 0 for value in steps) else NAN


def _serial_number(node: Node) -> str:
    serial = node.text_at("Creator", "UnitId")
    return serial[:40] if serial.strip("0") else ""
