"""Track points of one activity: sorted, unknown where a value is impossible, with what was odd about them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from loadwatch.activity import Note
from loadwatch.errors import OverLimit
from loadwatch.ingest.limits import POINTS
from loadwatch.ingest.readers.frames import build_records
from loadwatch.ingest.readers.plausible import limit_columns
from loadwatch.ingest.readers.point_times import US, Evidence, repair_times
from loadwatch.ingest.readers.xml.iso_times import EPOCH, NAT
from loadwatch.tables import ON_FOOT_SPORTS, UNKNOWN_SPORT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    import pandas as pd

    from loadwatch.ingest.readers.xml.iso_times import Instants
    from loadwatch.ingest.readers.xml.point_columns import Batch, Points
    from loadwatch.tables import Floats, Ints


FIRST_US = 631_152_000 * US  # 1990: no watch wrote files before
LAST_US = 2_082_758_400 * US  # 2036: a date beyond it is a broken clock
IMPOSSIBLE_DATES = "the dates are impossible, so the day is unknown"
NO_POINTS = Note("no_records", "the file holds totals alone, without a point")
ERROR_AS_HDOP = ("OsmAnd", "Locus")  # creators of GPX files
LEG_SPM = 120.0  # a median cadence below counts one leg only
STEPPING_SPORTS = ON_FOOT_SPORTS | {UNKNOWN_SPORT}  # whose cadence counts steps


@dataclass(frozen=True, slots=True)
class Samples:
    """The points of one activity that have a time, oldest first."""

    us: Ints  # since 1970 UTC, or since an unknown start where `clock` is false
    columns: Mapping[str, Floats]
    group: Ints  # number of the stretch (segment, lap) that a point belongs to
    clock: bool  # the times are instants
    zone: str = ""  # "+02:00" where the file states one
    offset_s: int = 0
    notes: tuple[Note, ...] = ()
    has_duration: bool = True  # false: the times say nothing of how long it took

    @property
    def time_s(self) -> Floats:
        """Seconds since the first point."""
        if not self.us.size:
            return np.empty(0)
        seconds: Floats = (self.us - self.us[0]) / US
        return seconds

    @property
    def start_utc(self) -> datetime | None:
        """First instant, None where there is none."""
        if not self.us.size or not self.clock:
            return None
        return EPOCH + timedelta(microseconds=int(self.us[0]))

    @property
    def start_local(self) -> datetime | None:
        """First time on the wall clock, where the file states its offset."""
        start = self.start_utc
        if start is None or not self.zone:
            return None
        return (start + timedelta(seconds=self.offset_s)).replace(tzinfo=None)

    def get_column(self, name: str) -> Floats:
        """Return a column, NaN where the file does not have it."""
        if name in self.columns:
            return self.columns[name]
        return np.full(self.us.size, np.nan)

    def to_records(self, columns: Mapping[str, Floats]) -> pd.DataFrame:
        """Return `columns` as a RECORDS frame; those without any value are left out."""
        known = {
            name: values
            for name, values in columns.items()
            if np.isfinite(values).any()
        }
        return build_records(self.us * 1_000, known)


class _Timed(NamedTuple):
    """Points that have a time, oldest first."""

    at: Ints  # their places among the activity's points
    us: Ints
    clock: bool
    notes: tuple[Note, ...]
    has_duration: bool = True


def select_samples(points: Points, stretches: Sequence[tuple[int, int]]) -> Samples:
    """Return the points of some stretches of a file (each from its first up to, not including, its last)."""
    count = sum(stop - first for first, stop in stretches)
    if count > POINTS:
        raise OverLimit(f"a recording of more than {POINTS:,} points")
    places = [np.empty(0, np.int64)]
    places += [np.arange(first, stop) for first, stop in stretches]
    ours = np.concatenate(places)
    lengths = [stop - first for first, stop in stretches]
    group = np.repeat(np.arange(len(stretches)), lengths)
    times = points.as_batch().times
    timed = _order_points(points, ours)
    notes = timed.notes
    if times.naive and timed.at.size:
        notes += (
            Note("zone", "the times name no zone; read as UTC, as GPX and TCX have it"),
        )
    whole = ours[timed.at]
    columns, column_notes = _clean_columns(points, whole)
    zone, offset_s, zone_notes = _read_zone(times, whole)
    return Samples(
        timed.us,
        columns,
        group[timed.at],
        timed.clock,
        zone,
        offset_s,
        (*notes, *column_notes, *zone_notes),
        has_duration=timed.has_duration,
    )


def _order_points(points: Points, ours: Ints) -> _Timed:
    """Return which of the points `ours` have a believable time, in their order.

    Where no date is believable, all times count from the first.
    """
    batch = points.as_batch()
    us = batch.times.us[ours]
    is_known = us != NAT
    notes = _untimed_notes(int((~is_known).sum()), batch.times.bad)
    is_believable = is_known & (us >= FIRST_US) & (us < LAST_US)
    clock = bool(is_believable.any()) or not is_known.any()
    if clock:
        at = np.flatnonzero(is_believable)
        impossible = int(is_known.sum()) - at.size
        if impossible:
            text = f"{impossible:,} point(s) with an impossible date left out"
            notes += (Note("clock", text),)
    else:
        notes += (Note("clock", IMPOSSIBLE_DATES),)
        at = np.flatnonzero(is_known)
    timed = repair_times(us[at], partial(_read_evidence, batch, ours[at]))
    kept, since = at[timed.at], timed.us
    if not clock:
        since = since - since[0]
        kept, since = kept[since < LAST_US], since[since < LAST_US]
    return _Timed(kept, since, clock, (*notes, *timed.notes), timed.has_duration)


def _read_evidence(batch: Batch, at: Ints) -> Evidence:
    """Return what shows the order of some points, NaN where the file does not have it."""
    unknown = np.full(at.size, np.nan)
    columns = []
    for name in Evidence._fields:
        column = unknown
        if name in batch.numbers:
            column = batch.numbers[name][at]
        columns.append(column)
    return Evidence(*columns)


def _untimed_notes(untimed: int, bad: int) -> tuple[Note, ...]:
    if not untimed:
        return ()
    text = f"{untimed:,} point(s) without a time left out"
    if bad:
        text += f", {bad:,} with none that exists"
    return (Note("no_time", text),)


def _read_zone(times: Instants, at: Ints) -> tuple[str, int, tuple[Note, ...]]:
    """Return the zone as "+02:00", its offset in seconds, and notes; "" where the file states none."""
    if not times.stated or not at.size:
        return "", 0, ()
    offset_s = int(times.offset_s[at[0]])
    notes: tuple[Note, ...] = ()
    if np.unique(times.offset_s[at]).size > 1:
        notes = (
            Note("zone", "the offset changes on the way; that of the start is taken"),
        )
    return _format_offset(offset_s), offset_s, notes


def _format_offset(offset_s: int) -> str:
    hours, minutes = divmod(abs(offset_s) // 60, 60)
    sign = "-" if offset_s < 0 else "+"
    return f"{sign}{hours:02d}:{minutes:02d}"


def _clean_columns(
    points: Points, at: Ints
) -> tuple[dict[str, Floats], tuple[Note, ...]]:
    """Return the columns of some points without impossible values, and notes on the whole file."""
    batch = points.as_batch()
    numbers = {name: values[at] for name, values in sorted(batch.numbers.items())}
    columns, notes = limit_columns(numbers)
    if batch.bad:
        text = f"{batch.bad:,} value(s) that are no numbers left out"
        notes = (Note("bad_values", text), *notes)
    if batch.commas:
        notes += (
            Note("decimal_comma", f"{batch.commas:,} number(s) written with a comma"),
        )
    return columns, notes


def read_position_error(columns: dict[str, Floats], creator: str) -> dict[str, Floats]:
    """Return `columns` with the error of the positions that the device states, if it states one.

    `hdop` is by its name a number without unit, from which no error follows without the receiver.
    OsmAnd and Locus write Android's radius in metres there (github.com/osmandapp/OsmAnd/issues/3445).
    """
    read = dict(columns)
    dilution = read.pop("hdop", None)
    if dilution is not None and creator.startswith(ERROR_AS_HDOP):
        read.setdefault("position_error_m", dilution)
    if "position_error_m" in read:
        error_m = read["position_error_m"]
        read["position_error_m"] = np.where(error_m > 0, error_m, np.nan)
    return read


def merge_cadence(columns: Mapping[str, Floats], sport: str) -> dict[str, Floats]:
    """Return `columns` with one cadence, in steps of both feet per minute where the sport is on foot."""
    merged = dict(columns)
    running = merged.pop("run_cadence", None)
    values = merged.pop("cadence", None)
    if running is not None and values is not None:
        values = np.where(np.isfinite(running), running, values)
    elif running is not None:
        values = running
    if values is None:
        return merged
    moving = values[values > 0]
    if sport in STEPPING_SPORTS and moving.size and float(np.median(moving)) < LEG_SPM:
        values = values * 2
    merged["cadence_spm"] = values
    return merged
