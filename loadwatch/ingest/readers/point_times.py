"""The times of points and samples: which order is right, and which times a clock got wrong.

Points keep the order of the file where their positions carry it. A part whose clock jumps is
put where it was recorded; a few points hours before or after the rest are left out; points
that were written in batches are spread over the time since the batch before.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from loadwatch.activity import Note
from loadwatch.geodesy import path_m
from loadwatch.tables import PLAUSIBLE

if TYPE_CHECKING:
    from collections.abc import Callable

    from loadwatch.tables import Bools, Floats, Ints

US = 1_000_000  # in a second
DAY_S = 86_400.0
HOLE_S, HOLE_STEPS = 3600.0, 20.0  # a step beyond both is a hole
STRAY_SHARE, STRAY_POINTS = 0.05, 2  # a part of no more than the larger is stray
STRAY_S = 600.0  # and no longer than that
STRAY_GAP = 4.0  # and so many times further away than any hole of the rest is long
ORDER_GAIN = 0.9  # the way in the order of the file over that in order of time
MANY_BLOCKS = 10  # that many steps back, and one in 20 points: the order is lost
BATCH_STEP_S = 0.1  # points less apart came in one batch
BATCH_SHARE = 0.6  # of the points, so that the file is one of batches
BROKEN_S = 30 * 86_400.0  # a longer hole is one of the clock
LARGE_SHARE = 0.5  # a part of so much of the largest is large
LONGEST_S = 40 * 86_400.0  # longer than any recording


class PointTimes(NamedTuple):
    """Points with times that never step back."""

    at: Ints  # places of the points that are kept, in their order
    us: Ints  # microseconds since 1970
    notes: tuple[Note, ...]
    has_duration: bool  # false where the times say nothing of how long it took


class Evidence(NamedTuple):
    """What shows the order of points: one value per point, NaN where unknown."""

    latitude_deg: Floats
    longitude_deg: Floats
    distance_m: Floats

    def measure_way(self, order: Ints) -> float:
        """Return the length of the way through the points in an order [m], NaN if unknown."""
        latitude, longitude = self.latitude_deg[order], self.longitude_deg[order]
        is_known = _can_be("latitude_deg", latitude)
        is_known &= _can_be("longitude_deg", longitude)
        if is_known.sum() >= 2:
            return float(path_m(latitude[is_known], longitude[is_known])[-1])
        distance = self.distance_m[order]
        distance = distance[_can_be("distance_m", distance)]
        if distance.size >= 2:
            return float(np.abs(np.diff(distance)).sum())
        return np.nan


def _can_be(name: str, values: Floats) -> Bools:
    """Return which values of a column of RECORDS are within `tables.PLAUSIBLE`."""
    bounds = PLAUSIBLE[name]
    can_be: Bools = (values >= bounds.low) & (values <= bounds.high)
    return can_be


def note_days(us: Ints) -> tuple[Note, ...]:
    """Return a note where a day or more passes between two points; their times are ascending."""
    if us.size < 2 or us[-1] - us[0] <= DAY_S * US:
        return ()
    step_us = np.diff(us)
    longest_s = float(step_us.max()) / US
    if longest_s <= DAY_S or step_us.max() <= find_hole(us):
        return ()
    text = f"{longest_s / DAY_S:,.1f} days pass between two points"
    return (Note("clock", text),)


def repair_times(us: Ints, read_evidence: Callable[[], Evidence]) -> PointTimes:
    """Return points in their right order with times that never step back.

    Parameters
    ----------
    us : microseconds since 1970, one per point in the order of the file
    read_evidence : gives the evidence of the same points; called where times step back
    """
    at = np.arange(us.size)
    notes: tuple[Note, ...] = ()
    if us.size < 2:
        return PointTimes(at, us, notes, has_duration=True)
    if (us[1:] < us[:-1]).any():
        at, us, notes = _order_points(us, read_evidence())
    at, us, more = _cut_stray_ends(at, us)
    us, joined = _join_far_parts(us)
    us, spread = _spread_batches(us)
    notes = (*notes, *more, *joined, *spread)
    has_duration = float(us[-1] - us[0]) <= LONGEST_S * US or _has_holes(us)
    if not has_duration:
        text = "the points are days apart, so how long it took is unknown"
        notes += (Note("clock", text),)
    return PointTimes(at, us, notes, has_duration)


def _order_points(us: Ints, evidence: Evidence) -> tuple[Ints, Ints, tuple[Note, ...]]:
    """Return points whose times step back: their places, times and notes."""
    file_order = np.arange(us.size)
    time_order = np.argsort(us, kind="stable")
    way_m = evidence.measure_way(file_order)
    if not way_m < ORDER_GAIN * evidence.measure_way(time_order):
        kept = time_order[~_is_copy(us, evidence, time_order)]
        return kept, us[kept], ()
    steps_back = int((us[1:] < us[:-1]).sum())
    text = (
        f"the time goes back {steps_back} times; the points keep the order of the file"
    )
    if steps_back > max(MANY_BLOCKS, STRAY_SHARE * us.size):
        return file_order, us[time_order], (Note("clock", text),)
    at, moved = _align_blocks(us)
    return at, moved, (Note("clock", text),)


def _is_copy(us: Ints, evidence: Evidence, order: Ints) -> Bools:
    """Return which points, in an order of time, say the same as the one before."""
    is_copy = np.zeros(us.size, np.bool_)
    is_copy[1:] = np.diff(us[order]) == 0
    for column in evidence:
        values = column[order]
        is_unknown = np.isnan(values[1:]) | np.isnan(values[:-1])
        is_same = (values[1:] == values[:-1]) | is_unknown
        is_copy[1:] &= is_same
    return is_copy


def _align_blocks(us: Ints) -> tuple[Ints, Ints]:
    """Return places and times of points whose clock jumps between blocks.

    The first and the last time are right where all blocks fit between them; of two ends that
    contradict each other the larger block is right.
    """
    step = np.diff(us)
    is_cut = (step < 0) | (step > find_hole(us))
    edges = [0, *(np.flatnonzero(is_cut) + 1).tolist(), us.size]
    blocks = [np.arange(first, stop) for first, stop in pairwise(edges)]
    blocks = _drop_contradicting_ends(us, blocks)
    median = max(1, int(np.median(step[step >= 0])))
    moved = us.copy()
    low, high = us[blocks[0][0]], us[blocks[-1][-1]]
    is_right = [
        low <= us[block[0]] and us[block[-1]] <= max(low, high) for block in blocks
    ]
    if high < low:  # both ends are large: all follow the first
        is_right = [number == 0 for number in range(len(blocks))]
    _place_blocks(moved, blocks, is_right, median)
    at = np.concatenate(blocks)
    return at, np.maximum.accumulate(moved[at])


def _drop_contradicting_ends(us: Ints, blocks: list[Ints]) -> list[Ints]:
    """Return the blocks without a stray one at an end that the other end contradicts."""
    while len(blocks) > 1 and us[blocks[-1][-1]] < us[blocks[0][0]]:
        small = min(blocks[0], blocks[-1], key=len)
        if not _is_stray(us[small], us.size):
            return blocks
        blocks = blocks[1:] if small is blocks[0] else blocks[:-1]
    return blocks


def _place_blocks(
    moved: Ints, blocks: list[Ints], is_right: list[bool], median_us: int
) -> None:
    """Shift each block with a wrong clock in `moved`: before the next right one, else after the last."""
    for number in range(len(blocks) - 1, 0, -1):
        block = blocks[number]
        is_before_right = number + 1 < len(blocks) and is_right[number + 1]
        if is_right[number] or not is_before_right:
            continue
        shift = moved[blocks[number + 1][0]] - median_us - moved[block[-1]]
        if moved[block[0]] + shift > moved[blocks[0][0]]:
            moved[block] += shift
            is_right[number] = True
    for before, block, right in zip(blocks, blocks[1:], is_right[1:], strict=False):
        if not right or moved[block[0]] < moved[before[-1]]:
            moved[block] += moved[before[-1]] + median_us - moved[block[0]]


def find_hole(us: Ints) -> float:
    """Return how long a step between points is a hole [us]."""
    step = np.diff(us)
    forward = step[step >= 0]
    if not forward.size:
        return HOLE_S * US
    return max(HOLE_S * US, HOLE_STEPS * float(np.median(forward)))


def _is_stray(us: Ints, count: int) -> bool:
    """Return whether the points of a part are too few, of `count`, to be the recording."""
    is_few = us.size <= max(STRAY_POINTS, STRAY_SHARE * count)
    return bool(is_few and us[-1] - us[0] <= STRAY_S * US)


def _has_holes(us: Ints) -> bool:
    return bool((np.diff(us) > find_hole(us)).any())


def _cut_stray_ends(at: Ints, us: Ints) -> tuple[Ints, Ints, tuple[Note, ...]]:
    """Return points without those few that lie hours before or after all others."""
    count = us.size
    if count < 3 or us[-1] - us[0] <= HOLE_S * US:
        return at, us, ()
    cuts = np.flatnonzero(np.diff(us) > find_hole(us)) + 1
    first, stop = _find_stray_ends(us, cuts.tolist())
    left_out = count - (stop - first)
    if not left_out or stop - first <= left_out:
        return at, us, ()
    gap_us = max(us[first] - us[0], us[-1] - us[stop - 1])
    rest = us[first:stop]
    if gap_us <= STRAY_GAP * np.diff(rest).max(initial=0):
        return at, us, ()  # a recording with holes everywhere
    note = Note(
        "clock",
        f"{left_out} point(s) {gap_us / US / 3600:.1f} h away from the rest left out",
    )
    return at[first:stop], rest, (note,)


def _find_stray_ends(us: Ints, cuts: list[int]) -> tuple[int, int]:
    """Return the first point that is not stray, and the one behind the last.

    `cuts` are the first points behind holes.
    """
    first, stop = 0, us.size
    for cut in cuts:
        if not _is_stray(us[first:cut], us.size):
            break
        first = cut
    for cut in reversed(cuts):
        if cut <= first or not _is_stray(us[cut:stop], us.size):
            break
        stop = cut
    return first, stop


def _join_far_parts(us: Ints) -> tuple[Ints, tuple[Note, ...]]:
    """Return times whose parts lie months apart in line with the first large part."""
    if us[-1] - us[0] <= BROKEN_S * US:
        return us, ()
    step = np.diff(us)
    cuts = np.flatnonzero(step > max(BROKEN_S * US, find_hole(us)))
    if not cuts.size:
        return us, ()
    sizes = np.diff(np.concatenate([[-1], cuts, [us.size - 1]]))
    right = int(np.argmax(sizes >= LARGE_SHARE * sizes.max()))
    first = int(sizes[:right].sum())
    step[cuts] = max(1, int(np.median(step)))
    joined = np.concatenate([[0], np.cumsum(step)])
    note = Note(
        "clock",
        f"the clock jumps by months, {us.size - int(sizes[right]):,} points moved back in line",
    )
    return joined - joined[first] + us[first], (note,)


def _spread_batches(us: Ints) -> tuple[Ints, tuple[Note, ...]]:
    """Return times of points that were written in batches, each spread back to the one before."""
    step = np.diff(us)
    is_same = step < BATCH_STEP_S * US
    if is_same.mean() <= BATCH_SHARE:
        return us, ()
    starts = np.concatenate([[0], np.flatnonzero(~is_same) + 1])
    if starts.size < 2:
        return us, ()
    sizes = np.diff(np.concatenate([starts, [us.size]]))
    ends = us[starts]
    lengths = np.diff(ends).astype(np.float64)
    first = np.median(lengths / sizes[1:]) * sizes[0]
    share = np.concatenate([[first], lengths]) / sizes
    place = np.arange(us.size) - np.repeat(starts, sizes)
    behind = np.repeat(sizes, sizes) - 1 - place
    spread = np.repeat(ends, sizes) - np.repeat(share, sizes) * behind
    note = Note(
        "clock",
        f"{int(is_same.sum()):,} points share their time with another; spread over the time between",
    )
    return np.round(spread).astype(np.int64), (note,)
