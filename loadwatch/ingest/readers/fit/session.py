"""Session messages to what the file states of each activity."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from loadwatch.activity import NAN, Session
from loadwatch.ingest.readers.fit import profile
from loadwatch.ingest.readers.fit.clean import (
    EARLIEST_S,
    FOOT_SPORTS,
    LATEST_S,
    LONGEST_S,
    choose_top_speed,
)
from loadwatch.ingest.readers.fit.messages import read_number_fields, read_string_field

if TYPE_CHECKING:
    from collections.abc import Mapping

    from loadwatch.ingest.readers.fit.chained import FitFile

EPOCH = datetime(1989, 12, 31, tzinfo=UTC)
_SESSION_FIELDS = (
    "start_time",
    "timestamp",
    "sport",
    "sub_sport",
    "total_timer_time",
    "total_elapsed_time",
    "total_moving_time",
    "total_distance",
    "total_ascent",
    "total_descent",
    "total_cycles",
    "total_fractional_cycles",
    "avg_cadence",
    "avg_fractional_cadence",
    "avg_heart_rate",
    "workout_rpe",
    "training_load_peak",
    "avg_stance_time_balance",
    "avg_vertical_oscillation",
)
_STRIDE_SPORTS = frozenset(
    {"running", "walking", "hiking"}
)  # sports that count strides, two steps each
_NO_SYSTEM_TIME = 0x10000000  # smaller stamps count from when the watch was switched on


@dataclass(frozen=True, slots=True)
class FileInfo:
    """What a link states of itself beside its sessions."""

    offset_s: float  # local clock minus UTC at the end, NaN if not stated
    device: str
    serial: str
    name: str  # of the sport profile
    sport: str
    sub_sport: str


@dataclass(frozen=True, slots=True)
class SessionMessage:
    """One session message, scaled; NaN for unknown. `start_s` is in FIT time, NaN if it is no date."""

    fields: Mapping[str, float]
    start_s: float
    name: str
    notes: tuple[str, ...]

    def __getitem__(self, name: str) -> float:
        """Return a field of the session, NaN if it is unknown."""
        return self.fields.get(name, NAN)

    @property
    def elapsed_s(self) -> float:
        """Time from start to end, NaN if it is unknown or longer than any activity."""
        elapsed = self["total_elapsed_time"]
        return elapsed if 0 <= elapsed <= LONGEST_S else NAN


def convert_time(fit_s: float) -> datetime:
    """Return a FIT time as an instant."""
    return EPOCH + timedelta(seconds=fit_s)


def is_date(fit_s: float) -> bool:
    """Tell whether a FIT time can be a date: not counted from power-on, not of a clock that was never set."""
    return EARLIEST_S <= fit_s < LATEST_S


def describe_clock(fit_s: float) -> str:
    """Say why a start is no date."""
    if math.isnan(fit_s):
        return "clock: the file does not say when it starts"
    if fit_s < _NO_SYSTEM_TIME:
        return "clock: the watch did not know the time, its date is left out"
    return f"clock: the start in {convert_time(fit_s).year} cannot be, it is left out"


def read_sessions(fit_file: FitFile) -> list[SessionMessage]:
    """Return the sessions of a link by their start."""
    fields = read_number_fields(fit_file, "session", _SESSION_FIELDS)
    count = len(fields.get("", ()))
    names = read_string_field(fit_file, "session", "sport_profile_name")
    found = []
    for index in range(count):
        one = {name: float(column[index]) for name, column in fields.items()}
        start = one.get("start_time", NAN)
        notes = () if is_date(start) else (describe_clock(start),)
        if (
            one.get("total_elapsed_time", 0) > LONGEST_S
            or one.get("total_timer_time", 0) > LONGEST_S
        ):
            notes = (*notes, "clock: a duration of months cannot be, it is left out")
        found.append(
            SessionMessage(
                one, start if not notes or is_date(start) else NAN, names[index], notes
            )
        )
    return sorted(
        found, key=lambda row: row.start_s if is_date(row.start_s) else math.inf
    )


def read_file_info(fit_file: FitFile, *, has_sessions: bool) -> FileInfo:
    """Return what a link states of device and clock, and of its sport where no session does (not `has_sessions`)."""
    last = read_number_fields(fit_file, "activity", ("timestamp", "local_timestamp"))
    offset = NAN
    if {"timestamp", "local_timestamp"} <= last.keys():
        utc, local = float(last["timestamp"][-1]), float(last["local_timestamp"][-1])
        offset = local - utc if is_date(utc) and is_date(local) else NAN
    named = read_string_field(fit_file, "sport", "name")
    sport, sub_sport = ("unknown", "unknown") if has_sessions else _read_sport(fit_file)
    device, serial = _read_device(fit_file)
    return FileInfo(
        offset,
        device,
        serial,
        next((name for name in named if name), ""),
        sport,
        sub_sport,
    )


def _read_sport(fit_file: FitFile) -> tuple[str, str]:
    """Return sport and sub sport as the sport message or the laps have them, for files without a session."""
    for kind in ("sport", "lap"):
        fields = read_number_fields(fit_file, kind, ("sport", "sub_sport"))
        if "sport" in fields:
            sub = fields["sub_sport"][0] if "sub_sport" in fields else NAN
            return name_sport("sport", float(fields["sport"][0])), name_sport(
                "sub_sport", float(sub)
            )
    return "unknown", "unknown"


def name_sport(kind: str, raw: float) -> str:
    """Return FIT's word for a sport or sub sport, "unknown" for none."""
    return profile.name_enum_value(kind, raw) or "unknown"


def _read_device(fit_file: FitFile) -> tuple[str, str]:
    """Return maker and product, and the serial number."""
    for kind in ("file_id", "device_info"):
        fields = read_number_fields(
            fit_file, kind, ("manufacturer", "product", "serial_number")
        )
        makers = fields.get("manufacturer", ())
        for index, maker in enumerate(makers):
            if maker == maker:  # noqa: PLR0124 - not NaN
                product = (
                    float(fields["product"][index]) if "product" in fields else NAN
                )
                name = read_string_field(fit_file, kind, "product_name")[index]
                serial = (
                    float(fields["serial_number"][index])
                    if "serial_number" in fields
                    else NAN
                )
                return _format_product(float(maker), product, name), "" if math.isnan(
                    serial
                ) else str(int(serial))
    return next(
        (
            name
            for name in read_string_field(fit_file, "file_id", "product_name")
            if name
        ),
        "",
    ), ""


def _format_product(maker: float, product: float, name: str) -> str:
    made = profile.name_enum_value("manufacturer", maker)
    kind = (
        "garmin_product"
        if made in {"garmin", "dynastream", "dynastream_oem", "tacx"}
        else ""
    )
    known = profile.name_enum_value(kind, product) if kind else ""
    if known:
        return f"{made} {known}"
    if name and (not made or made == "development"):
        return name
    number = "" if math.isnan(product) else str(int(product))
    return f"{made or f'maker {int(maker)}'} {name or number}".strip()


def _add_fraction(whole_part: float, part: float) -> float:
    """Return a total with its fraction, where the file has one."""
    return whole_part if math.isnan(part) else whole_part + part


def _check_totals(row: SessionMessage, sport: str) -> tuple[str, ...]:
    """Say where totals contradict themselves; they stay as the watch has them."""
    timer, elapsed, distance = (
        row["total_timer_time"],
        row["total_elapsed_time"],
        row["total_distance"],
    )
    notes = []
    longest = max((value for value in (timer, elapsed) if value > 0), default=NAN)
    if distance > choose_top_speed(sport) * longest + 1000:
        speed = distance / longest * 3.6
        notes.append(
            f"gps_jump: {distance / 1000:.1f} km at {speed:.0f} km/h on average cannot be"
        )
    if timer > 1.5 * elapsed + 60:
        notes.append("clock: the timer ran longer than the activity")
    return tuple(notes)


def build_session(
    row: SessionMessage,
    about: FileInfo,
    *,
    parent: bool,
    start_s: float,
    notes: tuple[str, ...],
) -> Session:
    """Return the session of one row; `start_s` is the start to use (NaN: no date)."""
    sport = name_sport("sport", row["sport"]) if row.fields else about.sport
    sub_sport = (
        name_sport("sub_sport", row["sub_sport"]) if row.fields else about.sub_sport
    )
    strides = sport in _STRIDE_SPORTS
    timer = row["total_timer_time"]
    dated = is_date(start_s)
    local = dated and not math.isnan(about.offset_s)
    rpe = row["workout_rpe"] / 10
    return Session(
        format="fit",
        sport=sport,
        sub_sport=sub_sport,
        name=row.name or about.name,
        start_utc=convert_time(start_s) if dated else None,
        start_local=convert_time(start_s + about.offset_s).replace(tzinfo=None)
        if local
        else None,
        timer_s=timer if 0 <= timer <= LONGEST_S else NAN,
        moving_s=row["total_moving_time"]
        if row["total_moving_time"] <= LONGEST_S
        else NAN,
        elapsed_s=row.elapsed_s,
        distance_m=row["total_distance"],
        ascent_m=row[
            "total_ascent"
        ],  # without its fraction: runners hold it against their watch
        descent_m=row["total_descent"],
        steps=2 * _add_fraction(row["total_cycles"], row["total_fractional_cycles"])
        if strides
        else NAN,
        cadence_spm=2 * _add_fraction(row["avg_cadence"], row["avg_fractional_cadence"])
        if sport in FOOT_SPORTS
        else NAN,
        heart_rate_bpm=row["avg_heart_rate"]
        if 20 <= row["avg_heart_rate"] <= 250
        else NAN,
        rpe=rpe if 0 <= rpe <= 10 else NAN,
        device_load=row["training_load_peak"],
        stance_balance_pct=row["avg_stance_time_balance"],
        vertical_oscillation_mm=row["avg_vertical_oscillation"],
        device=about.device,
        serial=about.serial,
        parent=parent,
        notes=tuple(dict.fromkeys((*row.notes, *_check_totals(row, sport), *notes))),
    )
