"""What a FIT file states about each activity, from its session messages."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from loadwatch.activity import NAN, Note, Session
from loadwatch.ingest.readers.fit import profile
from loadwatch.ingest.readers.fit.clean import (
    EARLIEST_S,
    FOOT_SPORTS,
    LATEST_S,
    LONGEST_S,
    choose_top_speed,
    find_moving_speed,
)
from loadwatch.ingest.readers.fit.messages import read_number_fields, read_string_field
from loadwatch.ingest.readers.fit.sensors import read_altimeter
from loadwatch.ingest.readers.fit.timestamps import MAX_TIMESTAMP
from loadwatch.ingest.readers.sports import WALKING_MPS, StatedSport
from loadwatch.tables import ON_FOOT_SPORTS, PLAIN_SUB_SPORT, UNKNOWN_SPORT

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from loadwatch.activity import Altimeter
    from loadwatch.ingest.readers.fit.chained import FitFile
    from loadwatch.ingest.readers.fit.clean import FitSamples
    from loadwatch.tables import Floats


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
_DEVICE_FIELDS = ("manufacturer", "product", "serial_number")
# sports that a run may stand under, by its sub sport
_BROAD_SPORTS = frozenset({"generic", "training", "fitness_equipment"})
_RUNNING_SUB_SPORTS = frozenset(
    {"treadmill", "indoor_running", "trail", "ultra", "track", "street"}
)
_GARMIN = frozenset({"garmin", "dynastream", "dynastream_oem", "tacx"})
_NO_SYSTEM_TIME = 0x10000000  # smaller times count from when the watch was switched on


@dataclass(frozen=True, slots=True)
class FileInfo:
    """What a FIT file states beside its sessions."""

    offset_s: float  # local clock minus UTC at the end, NaN if not stated
    device: str
    serial: str
    altimeter: Altimeter
    name: str  # of the sport profile
    stated: StatedSport  # for a file without sessions


@dataclass(frozen=True, slots=True)
class SessionMessage:
    """One session message, scaled; NaN for unknown."""

    fields: Mapping[str, float]  # empty: made up for a file without a session
    start_s: float  # FIT time, NaN if it is no date
    name: str
    notes: tuple[Note, ...]

    def __getitem__(self, name: str) -> float:
        """Return a field of the session, NaN if it is unknown."""
        return self.fields.get(name, NAN)

    @property
    def elapsed_s(self) -> float:
        """Time from start to end, NaN if it is unknown or longer than any activity."""
        return _keep_between(self["total_elapsed_time"], 0, LONGEST_S)


def convert_time(fit_s: float) -> datetime:
    """Return a FIT time as an aware datetime in UTC."""
    return EPOCH + timedelta(seconds=fit_s)


def is_date(fit_s: float) -> bool:
    """Return whether a FIT time can be a date.

    It is none if it counts from when the watch was switched on, or if its clock was never set.
    """
    return EARLIEST_S <= fit_s < LATEST_S


def describe_clock(fit_s: float) -> Note:
    """Return the note on a start that is no date."""
    if math.isnan(fit_s) or fit_s > MAX_TIMESTAMP:
        return Note("clock", "the file does not say when it starts")
    if fit_s < _NO_SYSTEM_TIME:
        return Note("clock", "the watch did not know the time, its date is left out")
    year = convert_time(fit_s).year
    return Note("clock", f"the start in {year} cannot be, it is left out")


def read_sessions(fit_file: FitFile) -> list[SessionMessage]:
    """Return the session messages of a FIT file by their start, those without a date last."""
    columns = read_number_fields(fit_file, "session", _SESSION_FIELDS)
    names = read_string_field(fit_file, "session", "sport_profile_name")
    found = []
    for index, name in enumerate(names):
        fields = {key: float(column[index]) for key, column in columns.items()}
        found.append(_build_message(fields, name))
    return sorted(found, key=_sort_key)


def _build_message(fields: Mapping[str, float], name: str) -> SessionMessage:
    """Return a session message with its notes on dates and durations that cannot be."""
    start_s, notes = fields.get("start_time", NAN), []
    if not is_date(start_s):
        notes.append(describe_clock(start_s))
        start_s = NAN
    names = ("total_elapsed_time", "total_timer_time")
    if any(fields.get(duration, NAN) > LONGEST_S for duration in names):
        notes.append(Note("clock", "a duration of months cannot be, it is left out"))
    return SessionMessage(fields, start_s, name, tuple(notes))


def _sort_key(message: SessionMessage) -> float:
    """Return the start of a session, infinity where it has no date."""
    if math.isnan(message.start_s):
        return math.inf
    return message.start_s


def read_file_info(fit_file: FitFile, *, has_sessions: bool) -> FileInfo:
    """Return what a FIT file states of device and clock, and without sessions of its sport."""
    names = read_string_field(fit_file, "sport", "name")
    stated = StatedSport()
    if not has_sessions:
        stated = _read_sport(fit_file)
    device, serial = _read_device(fit_file)
    return FileInfo(
        offset_s=_read_offset(fit_file),
        device=device,
        serial=serial,
        altimeter=read_altimeter(fit_file),
        name=_choose_first(names),
        stated=stated,
    )


def _choose_first(texts: Iterable[str]) -> str:
    """Return the first text that is not empty, "" if there is none."""
    return next((text for text in texts if text), "")


def _read_offset(fit_file: FitFile) -> float:
    """Return the local clock minus UTC [s] of the last activity message, NaN if it states none."""
    names = ("timestamp", "local_timestamp")
    fields = read_number_fields(fit_file, "activity", names)
    if not fields.keys() >= set(names):
        return NAN
    utc, local = (float(fields[name][-1]) for name in names)
    if not is_date(utc) or not is_date(local):
        return NAN
    return local - utc


def _read_sport(fit_file: FitFile) -> StatedSport:
    """Return the sport that the sport message or the first lap states."""
    for message in ("sport", "lap"):
        fields = read_number_fields(fit_file, message, ("sport", "sub_sport"))
        if "sport" in fields:
            sport = _get_value(fields, "sport", 0)
            return name_sport(sport, _get_value(fields, "sub_sport", 0))
    return StatedSport()


def _get_value(fields: Mapping[str, Floats], name: str, index: int) -> float:
    """Return a field of the message at `index`, NaN where no message has it."""
    if name not in fields:
        return NAN
    return float(fields[name][index])


def name_sport(sport: float, sub_sport: float) -> StatedSport:
    """Return the sport of two raw values, NaN where they are not stated.

    A sport that the profile does not name is stated, yet unknown; such a sub sport counts as none.
    """
    sub_sport_name = profile.name_enum_value("sub_sport", sub_sport) or PLAIN_SUB_SPORT
    sport_name = profile.name_enum_value("sport", sport)
    if sport_name in _BROAD_SPORTS and sub_sport_name in _RUNNING_SUB_SPORTS:
        sport_name = "running"
    if sport_name:
        return StatedSport(sport_name, sub_sport_name)
    unknown_word = ""
    if not math.isnan(sport):
        unknown_word = f"FIT sport {int(sport)}"
    return StatedSport(UNKNOWN_SPORT, sub_sport_name, unknown_word)


def confirm_trail(
    stated: StatedSport, sport: float, samples: FitSamples
) -> StatedSport:
    """Return the sport of a session; of a broad sport on a trail at a walk it is no run.

    `sport` is the raw value that the session states.
    """
    sport_name = profile.name_enum_value("sport", sport)
    if sport_name not in _BROAD_SPORTS or stated.sub_sport != "trail":
        return stated
    if find_moving_speed(samples) < WALKING_MPS:
        return StatedSport(sport_name, stated.sub_sport)
    return stated


def _read_device(fit_file: FitFile) -> tuple[str, str]:
    """Return maker and product, and the serial number, each "" where it is not stated."""
    for message in ("file_id", "device_info"):
        fields = read_number_fields(fit_file, message, _DEVICE_FIELDS)
        for index, maker in enumerate(fields.get("manufacturer", ())):
            if math.isnan(maker):
                continue
            name = read_string_field(fit_file, message, "product_name")[index]
            product = _get_value(fields, "product", index)
            serial = _get_value(fields, "serial_number", index)
            device = _format_device(float(maker), product, name)
            return device, _format_integer(serial)
    return _choose_first(read_string_field(fit_file, "file_id", "product_name")), ""


def _format_device(maker: float, product: float, name: str) -> str:
    """Return maker and product by the profile, else by the product's own name or number."""
    maker_name = profile.name_enum_value("manufacturer", maker)
    if maker_name in _GARMIN:
        product_name = profile.name_enum_value("garmin_product", product)
        if product_name:
            return f"{maker_name} {product_name}"
    if name and maker_name in {"", "development"}:
        return name
    maker_name = maker_name or f"maker {int(maker)}"
    return f"{maker_name} {name or _format_integer(product)}".strip()


def _format_integer(value: float) -> str:
    """Return a whole number as text, "" for NaN."""
    if math.isnan(value):
        return ""
    return str(int(value))


def _keep_between(value: float, low: float, high: float) -> float:
    """Return a value from `low` to `high`, NaN for any other."""
    if low <= value <= high:
        return value
    return NAN


def _unify_unknown(value: float) -> float:
    """Return a value, for NaN the one NaN that makes sessions comparable."""
    if math.isnan(value):
        return NAN
    return value


def _count_steps(message: SessionMessage, sport: str) -> float:
    """Return the steps of both feet, NaN for sports that count no strides."""
    if sport not in ON_FOOT_SPORTS:
        return NAN
    # a cycle is two steps
    return 2 * _add_fraction(message, "total_cycles", "total_fractional_cycles")


def _compute_cadence(message: SessionMessage, sport: str) -> float:
    """Return the steps of both feet per minute, NaN for sports that count none."""
    if sport not in FOOT_SPORTS:
        return NAN
    return 2 * _add_fraction(message, "avg_cadence", "avg_fractional_cadence")


def _add_fraction(message: SessionMessage, name: str, fraction: str) -> float:
    """Return a field with its fraction, where the file states one."""
    if math.isnan(message[fraction]):
        return message[name]
    return message[name] + message[fraction]


def _check_totals(message: SessionMessage, sport: str) -> tuple[Note, ...]:
    """Return notes on totals that contradict each other; the totals stay as the watch has them."""
    timer, elapsed = message["total_timer_time"], message["total_elapsed_time"]
    distance = message["total_distance"]
    notes = []
    longest = max((value for value in (timer, elapsed) if value > 0), default=NAN)
    if distance > choose_top_speed(sport) * longest + 1000:
        speed = distance / longest * 3.6
        notes.append(
            Note(
                "gps_jump",
                f"{distance / 1000:.1f} km at {speed:.0f} km/h on average cannot be",
            )
        )
    if timer > 1.5 * elapsed + 60:
        notes.append(Note("clock", "the timer ran longer than the activity"))
    return tuple(notes)


def _convert_start(
    start_s: float, offset_s: float
) -> tuple[datetime | None, datetime | None]:
    """Return the start in UTC and as a naive local time, None where the file does not know it."""
    if not is_date(start_s):
        return None, None
    start_utc = convert_time(start_s)
    if math.isnan(offset_s):
        return start_utc, None
    return start_utc, convert_time(start_s + offset_s).replace(tzinfo=None)


def build_session(
    message: SessionMessage,
    info: FileInfo,
    stated: StatedSport,
    *,
    parent: bool,
    start_s: float,
    notes: tuple[Note, ...],
) -> Session:
    """Return the session of one message.

    Parameters
    ----------
    message : the session message
    info : what the file states beside it
    stated : the sport
    parent : the session is a multisport whole whose legs the file holds as well
    start_s : the start to use, in FIT time [s]; NaN for no date
    notes : on the samples and the file
    """
    sport = stated.sport
    start_utc, start_local = _convert_start(start_s, info.offset_s)
    all_notes = (*message.notes, *stated.notes, *_check_totals(message, sport), *notes)
    return Session(
        format="fit",
        sport=sport,
        sub_sport=stated.sub_sport,
        unknown_sport=stated.unknown_word,
        name=message.name or info.name,
        start_utc=start_utc,
        start_local=start_local,
        timer_s=_keep_between(message["total_timer_time"], 0, LONGEST_S),
        moving_s=_keep_between(message["total_moving_time"], 0, LONGEST_S),
        elapsed_s=message.elapsed_s,
        distance_m=message["total_distance"],
        # without its fraction: runners compare it with what their watch shows
        ascent_m=message["total_ascent"],
        descent_m=message["total_descent"],
        steps=_count_steps(message, sport),
        cadence_spm=_compute_cadence(message, sport),
        heart_rate_bpm=_unify_unknown(message["avg_heart_rate"]),
        rpe=_unify_unknown(message["workout_rpe"] / 10),
        device_load=message["training_load_peak"],
        stance_balance_pct=message["avg_stance_time_balance"],
        vertical_oscillation_mm=message["avg_vertical_oscillation"],
        device=info.device,
        serial=info.serial,
        altimeter=info.altimeter,
        parent=parent,
        notes=tuple(dict.fromkeys(all_notes)),
    )
