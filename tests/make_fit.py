"""A small FIT encoder for tests and sample data: messages by fitparse's names, or byte by byte.

    fit = FitBuilder()
    fit.add("file_id", type="activity", manufacturer="garmin", product=3415, time_created=start)
    fit.add("record", timestamp=start, distance=0.0, heart_rate=120)
    data = fit.bytes()

`run(...)` writes a whole activity as a watch would. Values are physical (m, m/s, datetimes, enum words);
None writes the type's "invalid" sentinel. Deterministic: nothing here reads a clock or draws a number.
"""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from fitparse.profile import MESSAGE_TYPES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

EPOCH = datetime(1989, 12, 31, tzinfo=UTC)
SEMICIRCLES = 2**31 / 180
# base type -> struct letter, invalid value
BASE: dict[int, tuple[str, Any]] = {
    0x00: ("B", 0xFF),
    0x01: ("b", 0x7F),
    0x02: ("B", 0xFF),
    0x83: ("h", 0x7FFF),
    0x84: ("H", 0xFFFF),
    0x85: ("i", 0x7FFFFFFF),
    0x86: ("I", 0xFFFFFFFF),
    0x07: ("s", b"\0"),
    0x88: ("f", math.nan),
    0x89: ("d", math.nan),
    0x0A: ("B", 0),
    0x8B: ("H", 0),
    0x8C: ("I", 0),
    0x0D: ("B", 0xFF),
    0x8E: ("q", 0x7FFFFFFFFFFFFFFF),
    0x8F: ("Q", 0xFFFFFFFFFFFFFFFF),
    0x90: ("Q", 0),
}
_CRC = [0] * 256
for _byte in range(256):
    _value = _byte
    for _ in range(8):
        _value = (_value >> 1) ^ 0xA001 if _value & 1 else _value >> 1
    _CRC[_byte] = _value

MESSAGES = {kind.name: kind for kind in MESSAGE_TYPES.values()}


def compute_crc(data: bytes, value: int = 0) -> int:
    """CRC-16/ARC, byte by byte: the reference that the fast one is tested against."""
    for byte in data:
        value = (value >> 8) ^ _CRC[(value ^ byte) & 0xFF]
    return value


def fit_time(when: datetime) -> int:
    """Seconds since 1989-12-31 of an aware instant, or of a naive wall clock taken as it is."""
    return round(
        (when - (EPOCH if when.tzinfo else EPOCH.replace(tzinfo=None))).total_seconds()
    )


@dataclass(frozen=True)
class Field:
    """One field of a definition: number, size in bytes, base type."""

    number: int
    size: int
    base: int


def _pack_value(base: int, value: Any, order: str) -> bytes:
    letter, invalid = BASE[base]
    if base == 0x07:
        return (value.encode() if isinstance(value, str) else (value or b"")) + b"\0"
    values = value if isinstance(value, (list, tuple)) else [value]
    whole = [
        invalid if v is None else v if letter in "fd" else round(v) for v in values
    ]
    return struct.pack(f"{order}{len(whole)}{letter}", *whole)


def _convert_to_raw(kind: Any, value: Any) -> Any:
    """A physical value as the raw number that a file stores."""
    if value is None or isinstance(value, bytes):
        return value
    if isinstance(value, (list, tuple)):
        return [_convert_to_raw(kind, one) for one in value]
    if isinstance(value, datetime):
        return fit_time(value)
    if isinstance(value, str) and kind.type.values:
        return next(
            number for number, word in kind.type.values.items() if word == value
        )
    if isinstance(value, str):
        return value
    return (value + (kind.offset or 0)) * (kind.scale or 1)


@dataclass
class FitBuilder:
    """A FIT file that grows message by message; `bytes()` closes it with header and CRC."""

    big_endian: bool = False
    header: int = 14  # 12 or 14 (more is padded)
    header_crc: int | None = None  # None: right; 0: left out; any number: as given
    file_crc: int | None = None  # None: right; any number: as given; -1: no CRC at all
    data_size: int | None = None  # None: right
    profile: int = 21218
    body: bytearray = field(default_factory=bytearray)
    _layouts: dict[Any, int] = field(default_factory=dict)
    _next: int = 0

    @property
    def order(self) -> str:
        return ">" if self.big_endian else "<"

    def define(
        self,
        local: int,
        number: int,
        fields: Iterable[Field | tuple[int, int, int]],
        dev: Sequence[tuple[int, int, int]] = (),
        arch: int | None = None,
    ) -> None:
        """Write a definition; `fields` are (number, size, base), `dev` (number, size, developer index)."""
        whole = [one if isinstance(one, Field) else Field(*one) for one in fields]
        byte = int(self.big_endian) if arch is None else arch
        self.body += struct.pack("BBB", 0x40 | (0x20 if dev else 0) | local, 0, byte)
        self.body += struct.pack(f"{'>' if byte else '<'}HB", number, len(whole))
        for one in whole:
            self.body += struct.pack("BBB", one.number, one.size, one.base)
        if dev:
            self.body += bytes([len(dev)]) + b"".join(
                struct.pack("BBB", *one) for one in dev
            )

    def data(self, local: int, payload: bytes, offset: int | None = None) -> None:
        """Write a data message; with `offset` (0-31) under a compressed timestamp header."""
        head = local if offset is None else 0x80 | (local & 3) << 5 | (offset & 31)
        self.body.append(head)
        self.body += payload

    def add(
        self,
        message: str,
        values: Mapping[str, Any] | None = None,
        *,
        dev: Mapping[tuple[int, int], tuple[int, Any]] | None = None,
        offset: int | None = None,
        **more: Any,
    ) -> None:
        """Write one message by names, and its definition where it is new.

        `dev` is {(developer index, field number): (base type, value)}; `offset` makes a compressed timestamp.
        """
        kind = MESSAGES[message]
        numbers = {one.name: one for one in kind.fields.values()}
        fields, payload = [], b""
        for name, value in {**(values or {}), **more}.items():
            one = numbers[name]
            base = (
                one.type if hasattr(one.type, "identifier") else one.type.base_type
            ).identifier
            packed = _pack_value(base, _convert_to_raw(one, value), self.order)
            fields.append(Field(one.def_num, len(packed), base))
            payload += packed
        extra = []
        for (index, number), (base, value) in (dev or {}).items():
            packed = _pack_value(base, value, self.order)
            extra.append((number, len(packed), index))
            payload += packed
        self.data(
            self._find_local_type(kind.mesg_num, fields, extra, offset is not None),
            payload,
            offset,
        )

    def raw(self, number: int, fields: Mapping[int, tuple[int, Any]]) -> None:
        """Write one message by numbers: {field: (base type, raw value, bytes as they are)}."""
        packed = {
            key: value
            if isinstance(value, bytes)
            else _pack_value(base, value, self.order)
            for key, (base, value) in fields.items()
        }
        layout = [
            Field(key, len(packed[key]), base) for key, (base, _) in fields.items()
        ]
        self.data(
            self._find_local_type(number, layout, [], False), b"".join(packed.values())
        )

    def _find_local_type(
        self, number: int, fields: list[Field], dev: list[Any], low: bool
    ) -> int:
        key = (number, tuple(fields), tuple(dev), self.big_endian)
        local = self._layouts.get(key)
        if local is None or (low and local > 3):
            local = self._next % (4 if low else 16)
            self._next += 1
            self._layouts = {k: v for k, v in self._layouts.items() if v != local}
            self._layouts[key] = local
            self.define(local, number, fields, dev)
        return local

    def bytes(self) -> bytes:
        """The file: header, messages, CRC."""
        size = len(self.body) if self.data_size is None else self.data_size
        head = struct.pack("<BBHI4s", self.header, 0x20, self.profile, size, b".FIT")
        if self.header > 12:
            head += struct.pack(
                "<H", compute_crc(head) if self.header_crc is None else self.header_crc
            )
            head += bytes(self.header - 14)
        whole = head + bytes(self.body)
        if self.file_crc == -1:
            return whole
        return whole + struct.pack(
            "<H", compute_crc(whole) if self.file_crc is None else self.file_crc
        )


def straight(
    latitude_deg: float = 10.0, longitude_deg: float = -30.0
) -> Callable[[float], tuple[float, float]]:
    """A made-up way due north from a spot in the Atlantic, as metres -> (latitude, longitude)."""
    return lambda metres: (latitude_deg + metres / 111_195, longitude_deg)


NORTH = straight()
START = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)


def run(
    start_utc: datetime = START,
    seconds: int = 600,
    *,
    speed_mps: float | Callable[[float], float] = 3.0,
    altitude_m: Callable[[float], float | None] | None = lambda _: 50.0,
    position: Callable[[float], tuple[float, float]] | None = NORTH,
    heart_rate_bpm: float | Callable[[float], float | None] | None = 140,
    cadence_spm: float | None = 170,
    every_s: int = 1,
    pauses: Sequence[tuple[int, int]] = (),
    stop: str = "stop_all",
    sport: str = "running",
    sub_sport: str = "generic",
    utc_offset_s: int | None = 3600,
    maker: str = "garmin",
    product: int = 4315,
    serial: int = 3_141_592,
    profile_name: str = "",
    ascent_m: float | None = None,
    descent_m: float | None = None,
    session: Mapping[str, Any] | None = None,
    record: Callable[[int], Mapping[str, Any]] | None = None,
    with_session: bool = True,
    with_events: bool = True,
    big_endian: bool = False,
    header: int = 14,
    fit: FitBuilder | None = None,
) -> bytes:
    """A whole activity: file_id, device_info, timer events, records, lap, session, activity, sport.

    Functions of distance: `altitude_m`, `position`; of seconds since the start: `speed_mps`,
    `heart_rate_bpm`, `record` (further record fields, which win). `pauses` are (second, length):
    the clock runs on, the timer and the runner do not. `session` overrides or adds session fields by
    fitparse's names. Without
    `ascent_m`/`descent_m` the session states none.
    """
    fit = fit or FitBuilder(big_endian=big_endian, header=header)
    fit.add(
        "file_id",
        type="activity",
        manufacturer=maker,
        product=product,
        serial_number=serial,
        time_created=start_utc,
    )
    fit.add(
        "device_info",
        timestamp=start_utc,
        manufacturer=maker,
        product=product,
        device_index=0,
        serial_number=serial,
    )
    if profile_name:
        fit.add("sport", sport=sport, sub_sport=sub_sport, name=profile_name)
    if with_events:
        fit.add("event", timestamp=start_utc, event="timer", event_type="start")
    distance, clock, paused = 0.0, 0, 0
    gaps = dict(pauses)
    for second in range(seconds + 1):
        if second in gaps:
            at = start_utc + timedelta(seconds=second + paused)
            paused += gaps[second]
            if with_events:
                fit.add("event", timestamp=at, event="timer", event_type=stop)
                back = start_utc + timedelta(seconds=second + paused)
                fit.add("event", timestamp=back, event="timer", event_type="start")
        clock = second + paused
        pace = speed_mps(second) if callable(speed_mps) else speed_mps
        if second % every_s == 0 or second == seconds:
            fit.add(
                "record",
                _build_record(
                    start_utc + timedelta(seconds=clock),
                    distance,
                    pace,
                    altitude_m,
                    position,
                    heart_rate_bpm,
                    cadence_spm,
                    second,
                    record,
                ),
            )
        if second < seconds:
            distance += pace
    end = start_utc + timedelta(seconds=clock)
    if with_events:
        fit.add("event", timestamp=end, event="timer", event_type="stop_all")
    if with_session:
        _add_summary(
            fit,
            start_utc,
            end,
            seconds,
            distance,
            sport,
            sub_sport,
            cadence_spm,
            heart_rate_bpm,
            (ascent_m, descent_m),
            profile_name,
            utc_offset_s,
            session or {},
        )
    return fit.bytes()


def _build_record(
    when, distance, pace, altitude_m, position, heart, cadence_spm, second, more
) -> dict[str, Any]:
    values: dict[str, Any] = {"timestamp": when}
    if position is not None:
        latitude, longitude = position(distance)
        values |= {
            "position_lat": latitude * SEMICIRCLES,
            "position_long": longitude * SEMICIRCLES,
        }
    values |= {"distance": distance, "enhanced_speed": pace}
    if altitude_m is not None:
        values["enhanced_altitude"] = altitude_m(distance)
    if heart is not None:
        values["heart_rate"] = heart(second) if callable(heart) else heart
    if cadence_spm is not None:
        values |= {
            "cadence": cadence_spm // 2,
            "fractional_cadence": (cadence_spm / 2) % 1,
        }
    return values | dict(more(second) if more else {})


def _add_summary(
    fit,
    start,
    end,
    seconds,
    distance,
    sport,
    sub_sport,
    cadence_spm,
    heart,
    climb,
    name,
    offset,
    more,
) -> None:
    elapsed = (end - start).total_seconds()
    common = {
        "timestamp": end,
        "start_time": start,
        "total_elapsed_time": elapsed,
        "total_timer_time": seconds,
        "total_distance": distance,
        "sport": sport,
        "sub_sport": sub_sport,
    }
    fit.add("lap", common)
    values = dict(common)
    if cadence_spm is not None:
        strides = cadence_spm / 2 * seconds / 60
        values |= {
            "total_cycles": math.floor(strides),
            "total_fractional_cycles": strides % 1,
        }
        values |= {
            "avg_cadence": cadence_spm // 2,
            "avg_fractional_cadence": (cadence_spm / 2) % 1,
        }
    if heart is not None and not callable(heart):
        values["avg_heart_rate"] = heart
    values |= {
        k: v
        for k, v in zip(("total_ascent", "total_descent"), climb, strict=True)
        if v is not None
    }
    if name:
        values["sport_profile_name"] = name
    fit.add("session", values | dict(more))
    last: dict[str, Any] = {
        "timestamp": end,
        "total_timer_time": seconds,
        "num_sessions": 1,
    }
    if offset is not None:
        last["local_timestamp"] = fit_time(end) + offset
    fit.add("activity", last)
