"""Totals of the laps of a TCX activity, each lap counted once, and held against points and path."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from loadwatch.activity import NAN, Note
from loadwatch.ingest.readers.xml.iso_times import parse_utc
from loadwatch.ingest.readers.xml.point_columns import parse_number

if TYPE_CHECKING:
    from collections.abc import Iterable

    from loadwatch.ingest.readers.xml.tree import Node

    Notes = tuple[Note, ...]

MAX_TOTAL = 1e7  # of one lap, in s or m
LONGEST_S = 172_800.0  # two days in laps; more is a broken clock
# laps and points differ by more than either of these: they contradict each other
AGREE, AGREE_M = 0.05, 50.0
PATH_SHARE = 0.1  # a distance within so much of the path is carried by it
CALIBRATED = (0.5, 2.0)  # laps over points, of a treadmill that was corrected
SLOWEST_MPS = 0.05  # a mean below is no recording of a way
TOO_LONG, SLACK_S = 1.05, 60.0  # laps longer than the points by both overlap
NEAR_S = 10.0  # two times within so much, or a tenth, are the same
WHOLE = 0.02  # a lap within so much of the sum of all others is that sum
MIN_LAPS = 3  # to recognise totals that run on


class LapTotals(NamedTuple):
    """Time and distance of all laps, NaN where no lap states them."""

    timer_s: float
    distance_m: float
    notes: Notes = ()


def drop_repeated(laps: list[Node]) -> tuple[list[Node], Notes]:
    """Return the laps, each once: one of the same start, time and distance is a copy."""
    kept: dict[tuple[str, str, str], Node] = {}
    for number, lap in enumerate(laps):
        start = lap.attributes.get("StartTime", "")
        key = start, lap.text_at("TotalTimeSeconds"), lap.text_at("DistanceMeters")
        if not all(key) or not parse_number(key[1]) > 0:
            key = (str(number), "", "")
        kept.setdefault(key, lap)
    found = _drop_whole(list(kept.values()))
    copies = len(laps) - len(found)
    if not copies:
        return laps, ()
    text = f"{copies} lap(s) are in the file twice and counted once"
    return found, (Note("lap_totals", text),)


def _drop_whole(laps: list[Node]) -> list[Node]:
    """Return laps without one that sums up all others from their first start on."""
    if len(laps) < MIN_LAPS:
        return laps
    times, _ = _read_totals(laps, "TotalTimeSeconds")
    metres, _ = _read_totals(laps, "DistanceMeters")
    starts = [lap.attributes.get("StartTime", "") for lap in laps]
    for number in (len(laps) - 1, 0):
        others_s, others_m = sum(times) - times[number], sum(metres) - metres[number]
        is_whole = math.isclose(times[number], others_s, rel_tol=WHOLE)
        is_whole &= math.isclose(metres[number], others_m, rel_tol=WHOLE)
        if is_whole and starts.count(starts[number]) > 1:
            return laps[:number] + laps[number + 1 :]
    return laps


def sum_totals(laps: list[Node], extent_s: float) -> LapTotals:
    """Return the totals of laps.

    Parameters
    ----------
    laps : each once
    extent_s : from the first to the last point [s], 0 without points
    """
    times, bad_times = _read_totals(laps, "TotalTimeSeconds")
    metres, bad_metres = _read_totals(laps, "DistanceMeters")
    starts = [_read_start_s(lap) for lap in laps]
    notes: Notes = ()
    if bad_times + bad_metres:
        text = f"{bad_times + bad_metres} total(s) of laps that cannot be left out"
        notes = (Note("bad_values", text),)
    if _runs_on(starts, times):
        starts, times, metres = starts[-1:], times[-1:], metres[-1:]
        text = "the laps state running totals; those of the last are taken"
        notes += (Note("lap_totals", text),)
    timer_s = _sum_known(times)
    trimmed_s = timer_s
    if timer_s > TOO_LONG * extent_s + SLACK_S:
        trimmed_s = _trim_overlaps(starts, times)
    if 0.5 * extent_s < trimmed_s < timer_s / TOO_LONG:
        trimmed_s = min(trimmed_s, extent_s)
        text = f"the laps add up to {timer_s:,.0f} s within {extent_s:,.0f} s; {trimmed_s:,.0f} s are taken"
        notes += (Note("lap_totals", text),)
        timer_s = trimmed_s
    if timer_s >= LONGEST_S:
        text = f"laps of {timer_s:,.0f} s in all are beyond a person, left out"
        notes += (Note("duration", text),)
    if not 0 < timer_s < LONGEST_S:
        timer_s = NAN
    return LapTotals(timer_s, _sum_known(metres), notes)


def _read_totals(laps: list[Node], name: str) -> tuple[list[float], int]:
    """Return a total of each lap, NaN where it cannot be, and how many are written like that."""
    totals, bad = [], 0
    for lap in laps:
        text = lap.text_at(name).strip()
        total = parse_number(text)
        if not 0 <= total < MAX_TOTAL:
            total = NAN
            bad += bool(text)
        totals.append(total)
    return totals, bad


def _read_start_s(lap: Node) -> float:
    start = parse_utc(lap.attributes.get("StartTime", ""))
    if start is None:
        return NAN
    return start.timestamp()


def _sum_known(values: Iterable[float]) -> float:
    """Return the sum of the known totals, NaN where there is none."""
    known = [value for value in values if not math.isnan(value)]
    if not known:
        return NAN
    return sum(known)


def _runs_on(starts: list[float], times: list[float]) -> bool:
    """Return whether each lap states the time since the first lap's start."""
    if len(starts) < MIN_LAPS:
        return False
    for start, time in zip(starts[1:], times[:-1], strict=True):
        since = start - starts[0]
        if not abs(since - time) <= max(NEAR_S, 0.1 * since):
            return False
    return True


def _trim_overlaps(starts: list[float], times: list[float]) -> float:
    """Return the time of all laps, none beyond the start of the next; NaN if unknown [s]."""
    total = 0.0
    ends = [*starts[1:], math.inf]
    for start, end, time in zip(starts, ends, times, strict=True):
        total += min(time, max(end - start, 0.0))
    return total


class ChosenDistance(NamedTuple):
    """The distance of an activity, by whom, and notes."""

    metres: float
    by_laps: bool
    notes: Notes = ()


def choose_distance(
    laps: LapTotals, points_m: float, path_m: float, extent_s: float
) -> ChosenDistance:
    """Return the distance that laps, points and positions carry.

    Of laps and points that disagree the one that the path carries is taken; without a path the
    laps, which hold a treadmill's correction, unless that is none.

    Parameters
    ----------
    laps : their sum
    points_m : the distance that the points count [m], more than 0
    path_m : the way along their positions [m], NaN without
    extent_s : from the first to the last point [s]
    """
    lap_m = laps.distance_m
    if not lap_m > 0:
        return ChosenDistance(points_m, by_laps=False)
    if abs(lap_m - points_m) <= max(AGREE_M, AGREE * points_m):
        return ChosenDistance(lap_m, by_laps=True)
    both = f"the laps add up to {lap_m:,.0f} m", f"the points to {points_m:,.0f} m"
    by_laps = _laps_win(lap_m, points_m, path_m, extent_s)
    if by_laps:
        text = f"{both[0]}, which is taken, {both[1]}"
        return ChosenDistance(lap_m, by_laps, (Note("lap_totals", text),))
    text = f"{both[0]}, {both[1]}, which is taken"
    return ChosenDistance(points_m, by_laps, (Note("lap_totals", text),))


def _laps_win(lap_m: float, points_m: float, path_m: float, extent_s: float) -> bool:
    """Return whether laps that contradict the points are right."""
    if path_m > 0:
        is_lap_near = abs(lap_m - path_m) <= PATH_SHARE * path_m
        return is_lap_near and abs(points_m - path_m) > PATH_SHARE * path_m
    low, high = CALIBRATED
    if low * points_m <= lap_m <= high * points_m:
        return True
    return points_m < SLOWEST_MPS * extent_s < lap_m
