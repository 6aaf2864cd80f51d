"""Track points of one activity: sorted, unknown where a value is impossible, with what was odd about them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np

from loadwatch.activity import Note
from loadwatch.ingest.readers.frames import build_records
from loadwatch.ingest.readers.xml.iso_times import NAT, US

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from loadwatch.ingest.readers.xml.point_columns import Points
    from loadwatch.tables import Floats


EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FIRST_US = 631_152_000 * US  # 1990: no watch wrote files before
LAST_US = 4_102_444_800 * US  # 2100
RANGES = {  # outside: unknown
    "altitude_m": (-500.0, 9_000.0),
    "heart_rate_bpm": (20.0, 250.0),
    "speed_mps": (0.0, 100.0),
    "power_w": (0.0, 4_000.0),
    "cadence": (0.0, 300.0),
    "run_cadence": (0.0, 300.0),
    "distance_m": (0.0, 2_000_000.0),
}
LEG_SPM = 120.0  # a median cadence below counts one leg only
ON_FOOT = frozenset({"running", "walking", "hiking", "unknown"})


@dataclass(frozen=True, slots=True)
class Samples:
    """The points of one activity that have a time, oldest first."""

    us: NDArray[
        np.int64
    ]  # since 1970 UTC, or since an unknown start where `clock` is false
    columns: Mapping[str, Floats]
    group: NDArray[np.int64]  # number of the stretch (segment, lap) a point stands in
    clock: bool  # the times are instants
    zone: str = ""  # "+02:00" where the file states one
    offset_s: int = 0
    notes: tuple[Note, ...] = ()

    @property
    def time_s(self) -> Floats:
        """Seconds since the first point."""
        return (self.us - self.us[0]) / US if self.us.size else np.empty(0)

    @property
    def start_utc(self) -> datetime | None:
        """First instant, None where there is none."""
        return (
            EPOCH + timedelta(microseconds=int(self.us[0]))
            if self.us.size and self.clock
            else None
        )

    @property
    def start_local(self) -> datetime | None:
        """First moment on the wall clock, where the file states its offset."""
        start = self.start_utc
        return (
            (start + timedelta(seconds=self.offset_s)).replace(tzinfo=None)
            if start and self.zone
            else None
        )

    def to_records(self, columns: Mapping[str, Floats]) -> pd.DataFrame:
        """Return `columns` as a RECORDS frame; those without any value are left out."""
        known = {
            name: values
            for name, values in columns.items()
            if np.isfinite(values).any()
        }
        return build_records(self.us * 1_000, known)


def select_samples(points: Points, stretches: Sequence[tuple[int, int]]) -> Samples:
    """Return the points of some stretches of a file (each from its first up to, not including, its last)."""
    ours = np.concatenate(
        [np.arange(*stretch) for stretch in stretches] or [np.empty(0, np.int64)]
    )
    group = np.repeat(
        np.arange(len(stretches)), [stop - first for first, stop in stretches]
    )
    times = points.as_batch().times
    us = times.us[ours]
    known = us != NAT
    notes = _untimed_note(int((~known).sum()), times.bad)
    believed = known & (us >= FIRST_US) & (us < LAST_US)
    clock = bool(believed.any()) or not known.any()
    at = np.flatnonzero(believed if clock else known)
    if clock and at.size < known.sum():
        notes += (
            Note(
                "clock",
                f"{known.sum() - at.size:,} point(s) with an impossible date left out",
            ),
        )
    at = at[np.argsort(us[at], kind="stable")]
    us = us[at]
    if not clock:
        notes += (Note("clock", "the dates are impossible, so the day is unknown"),)
        us = us - us[0]
        us = us[us < LAST_US]
        at = at[: us.size]
    if times.naive and at.size:
        notes += (
            Note("zone", "the times name no zone; read as UTC, as GPX and TCX have it"),
        )
    whole = ours[at]
    columns, odd = _clean_columns(points, whole)
    offsets = np.unique(times.offset_s[whole])
    zone, offset = (
        _format_offset(int(times.offset_s[whole[0]]))
        if times.stated and whole.size
        else ("", 0)
    )
    if offsets.size > 1 and zone:
        odd += (
            Note("zone", "the offset changes on the way; that of the start is taken"),
        )
    return Samples(us, columns, group[at], clock, zone, offset, (*notes, *odd))


def _untimed_note(untimed: int, bad: int) -> tuple[Note, ...]:
    if not untimed:
        return ()
    return (
        Note(
            "no_time",
            f"{untimed:,} point(s) without a time left out"
            + (f", {bad:,} with none that exists" if bad else ""),
        ),
    )


def _format_offset(offset_s: int) -> tuple[str, int]:
    sign, minutes = "-" if offset_s < 0 else "+", abs(offset_s) // 60
    return f"{sign}{minutes // 60:02d}:{minutes % 60:02d}", offset_s


def _clean_columns(
    points: Points, at: NDArray[np.int64]
) -> tuple[dict[str, Floats], tuple[Note, ...]]:
    batch = points.as_batch()
    found: dict[str, Floats] = {}
    for name, numbers in sorted(batch.numbers.items()):
        values = numbers[at]
        low, high = RANGES.get(name, (-np.inf, np.inf))
        found[name] = np.where((values >= low) & (values <= high), values, np.nan)
    notes: tuple[Note, ...] = ()
    if batch.bad:
        notes = (
            Note("bad_values", f"{batch.bad:,} value(s) that are no numbers left out"),
        )
    if batch.commas:
        notes += (
            Note("decimal_comma", f"{batch.commas:,} number(s) written with a comma"),
        )
    return found, notes


def merge_cadence(columns: Mapping[str, Floats], sport: str) -> dict[str, Floats]:
    """Return `columns` with one cadence, in steps of both feet a minute where the sport is on foot."""
    rest = {
        name: values
        for name, values in columns.items()
        if name not in {"cadence", "run_cadence"}
    }
    stated = [columns[name] for name in ("run_cadence", "cadence") if name in columns]
    if not stated:
        return rest
    values = (
        stated[0]
        if len(stated) == 1
        else np.where(np.isfinite(stated[0]), stated[0], stated[1])
    )
    moving = values[values > 0]
    one_leg = sport in ON_FOOT and moving.size and float(np.median(moving)) < LEG_SPM
    return {**rest, "cadence_spm": values * 2 if one_leg else values}
