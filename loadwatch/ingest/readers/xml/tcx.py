"""TCX: each Activity, of a multisport session too, with its laps' totals and its track points."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from loadwatch.activity import NAN, Activity, Note, Reading, Session, Skipped
from loadwatch.errors import NotActivity, OverLimit, Unreadable
from loadwatch.ingest.readers.frames import EMPTY_RECORDS
from loadwatch.ingest.readers.sports import read_sport
from loadwatch.ingest.readers.xml.holes import judge_holes, measure_timer_s
from loadwatch.ingest.readers.xml.iso_times import parse_utc
from loadwatch.ingest.readers.xml.lap_totals import (
    choose_distance,
    drop_repeated,
    sum_totals,
)
from loadwatch.ingest.readers.xml.point_columns import parse_number
from loadwatch.ingest.readers.xml.positions import clean_path
from loadwatch.ingest.readers.xml.samples import (
    NO_POINTS,
    merge_cadence,
    read_position_error,
    select_samples,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    import pandas as pd

    from loadwatch.ingest.readers.xml.holes import Holes
    from loadwatch.ingest.readers.xml.lap_totals import LapTotals
    from loadwatch.ingest.readers.xml.positions import CleanPath
    from loadwatch.ingest.readers.xml.samples import Samples
    from loadwatch.ingest.readers.xml.tree import Document, Node
    from loadwatch.tables import Floats

    Notes = tuple[Note, ...]

MAX_PARTS = 1_000  # activities in one file
START_S = 60.0  # a lap's start so much before the first point is the activity's
# of the points must have a position, or these say nothing of the distance
POSITIONED = 0.5
RESET_M = 50.0  # distance falls by more: it was counted anew


def build_reading(document: Document) -> Reading:
    """Return one activity for each Activity of the file; courses and empty ones are left out."""
    nodes = list(document.root.find_all("Activity"))
    if not nodes:
        raise _explain_no_activity(document)
    if len(nodes) > MAX_PARTS:
        raise OverLimit(
            f"more than {MAX_PARTS:,} activities in one file; export them one by one"
        )
    parts = [
        _build_activity(document, node, part) for part, node in enumerate(nodes, 1)
    ]
    activities = tuple(part for part in parts if isinstance(part, Activity))
    skipped = tuple(part for part in parts if isinstance(part, Skipped))
    if not activities:
        raise _explain_empty(skipped)
    return Reading(activities, skipped)


def _explain_empty(skipped: Sequence[Skipped]) -> NotActivity | Unreadable:
    if all(part.kind == "ignored" for part in skipped):
        return NotActivity("no points and no totals: nothing was recorded")
    return Unreadable("no points, and totals that cannot be")


def _explain_no_activity(document: Document) -> NotActivity | Unreadable:
    if next(document.root.find_all("Course"), None):
        return NotActivity("a course to follow, not a recording")
    if document.notes:
        return Unreadable("a TCX file that breaks off before its first activity")
    return NotActivity("a TCX file without an activity (workouts, goals or a course)")


def _build_activity(document: Document, node: Node, part: int) -> Activity | Skipped:
    """Return one Activity of the file; skipped where it has neither points nor totals."""
    laps = [lap for lap in node.nodes if lap.name == "Lap"]
    laps, lap_notes = drop_repeated(laps)
    samples = select_samples(document.points, [(lap.first, lap.stop) for lap in laps])
    totals = sum_totals(laps, _measure_extent(samples))
    holes = judge_holes(samples)
    start = _stated_start(node, laps)
    has_totals = start and (totals.timer_s > 0 or totals.distance_m > 0)
    if not samples.us.size and not has_totals:
        return _skip_activity(part, totals)
    timer_s = totals.timer_s
    if math.isnan(timer_s):
        timer_s = measure_timer_s(samples, holes.is_pause)
    elapsed_s = _choose_elapsed_s(timer_s, samples)
    described = _describe_session(node, laps, part, samples)
    columns, distance_m, notes = _build_columns(
        samples, holes, described.sport, totals, is_whole=math.isnan(elapsed_s)
    )
    session = replace(
        described,
        start_utc=_choose_start(samples, start),
        timer_s=timer_s,
        elapsed_s=elapsed_s,
        distance_m=distance_m,
        notes=(
            *document.notes,
            *described.notes,
            *samples.notes,
            *holes.notes,
            *_note_totals_alone(samples),
            *lap_notes,
            *totals.notes,
            *notes,
        ),
    )
    return Activity(_build_records(samples, columns), session)


def _skip_activity(part: int, totals: LapTotals) -> Skipped:
    """Return why an activity gives nothing: it states nothing, or what cannot be."""
    if totals.notes:
        reasons = "; ".join(note.text for note in totals.notes)
        return Skipped("", "rejected", f"activity {part}: no points; {reasons}")
    return Skipped("", "ignored", f"activity {part}: no points and no totals")


def _describe_session(
    node: Node, laps: list[Node], part: int, samples: Samples
) -> Session:
    """Return what an activity states beside its totals: sport, device, zone, means of the laps."""
    stated = read_sport(node.attributes.get("Sport", ""))
    heart_rate_bpm = NAN
    if not samples.us.size:
        heart_rate_bpm = _mean_heart_rate(laps)
    return Session(
        format="tcx",
        sport=stated.sport,
        sub_sport=stated.sub_sport,
        unknown_sport=stated.unknown_word,
        start_local=samples.start_local,
        zone=samples.zone,
        heart_rate_bpm=heart_rate_bpm,
        steps=_sum_steps(laps, stated.sport),
        device=node.text_at("Creator", "Name")[:80],
        serial=_serial_number(node),
        part=part,
        notes=stated.notes,
    )


def _note_totals_alone(samples: Samples) -> Notes:
    if samples.us.size:
        return ()
    return (NO_POINTS,)


def _build_records(samples: Samples, columns: dict[str, Floats]) -> pd.DataFrame:
    """Return RECORDS, empty without points or where their times say nothing."""
    if not samples.us.size or not samples.has_duration:
        return EMPTY_RECORDS
    return samples.to_records(columns)


def _measure_extent(samples: Samples) -> float:
    """Return the time from the first to the last point [s], 0 without points."""
    if not samples.us.size:
        return 0.0
    return float(samples.time_s[-1])


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
    """Return the start: the first lap's, unless the points disagree; the id's where they know no day."""
    first = samples.start_utc
    if first is None or stated is None:
        return stated or first
    if 0 <= (first - stated).total_seconds() <= START_S:
        return stated
    return first


def _choose_elapsed_s(timer_s: float, samples: Samples) -> float:
    """Return the laps' seconds where the points cover less; else unknown, as the points have it."""
    if timer_s > _measure_extent(samples) + START_S:
        return timer_s
    return NAN


def _build_columns(
    samples: Samples, holes: Holes, sport: str, totals: LapTotals, *, is_whole: bool
) -> tuple[dict[str, Floats], float, Notes]:
    """Return RECORDS columns, the distance, and notes; without a distance by the device, its path's.

    `is_whole` is false where the points cover less time than the laps: then these count.
    """
    columns = read_position_error(merge_cadence(samples.columns, sport), "")
    path = clean_path(
        samples.time_s,
        samples.get_column("latitude_deg"),
        samples.get_column("longitude_deg"),
        holes.is_pause,
        sport,
    )
    columns["latitude_deg"] = path.latitude_deg
    columns["longitude_deg"] = path.longitude_deg
    columns.pop("distance_m", None)
    metres, notes = _join_resets(samples.get_column("distance_m"))
    known = metres[np.isfinite(metres)]
    lap_m = totals.distance_m
    if known.size > 1 and known[-1] > 0:
        points_m, along_m = float(known[-1]), _find_path_m(path, samples)
        extent_s = _measure_extent(samples)
        if lap_m > 0 and not is_whole and not totals.notes:
            return {**columns, "distance_m": metres}, lap_m, notes
        chosen = choose_distance(totals, points_m, along_m, extent_s)
        if chosen.by_laps and not 0.5 <= lap_m / points_m <= 2:
            metres = metres * (lap_m / points_m)
        return (
            {**columns, "distance_m": metres},
            chosen.metres,
            (*notes, *chosen.notes),
        )
    if lap_m > 0:
        return columns, lap_m, ()
    if np.isfinite(path.distance_m).any():
        note = Note(
            "no_distance",
            "the file states no distance; it is summed along its positions",
        )
        notes = (*path.notes, *holes.way_notes, note)
        return {**columns, "distance_m": path.distance_m}, NAN, notes
    return columns, lap_m, path.notes


def _find_path_m(path: CleanPath, samples: Samples) -> float:
    """Return the way along the positions [m], NaN where few points have one."""
    is_known = np.isfinite(path.latitude_deg)
    if not is_known.any() or is_known.sum() < POSITIONED * samples.us.size:
        return NAN
    return float(path.distance_m[-1])


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
