"""Odd, broken and hostile FIT files, each made by our encoder.

The cases follow known failures of other readers. "ok" is read without a note, "note" is read and its note states what
was wrong, the others are refused with the error named."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from loadwatch.activity import Reading
from loadwatch.errors import NotActivity, Unreadable
from loadwatch.ingest.readers import read
from loadwatch.settings import Settings
from tests.make_fit import START, FitBuilder, fit_time, run

RECORD = ((253, 4, 0x86), (5, 4, 0x86), (3, 1, 0x02))  # timestamp, distance, heart rate


def activity(data: bytes) -> Reading:
    return read(data, "x.fit", Settings())


def body(data: bytes) -> bytes:
    return data[data[0] : -2]


def cut(data: bytes, size: int) -> bytes:
    """A file that stops after `size` bytes."""
    return data[:size]


def crashed(data: bytes, tail: bytes = b"", torn: int = 0) -> bytes:
    """As a watch leaves it that died: no length in the header, no checksum, perhaps a torn end."""
    content = body(data)
    return (
        data[:4]
        + bytes(4)
        + data[8:12]
        + bytes(2)
        + content[: len(content) - torn]
        + tail
    )


def no_ends(**more) -> bytes:
    return run(with_session=False, **more)


def compressed(*, reference: bool = True, local: int = 0) -> bytes:
    """Records under compressed headers, a second apart, so that the five bits roll over every 32."""
    made = FitBuilder()
    made.add("file_id", type="activity", manufacturer="garmin", product=1)
    if reference:
        made.add("event", timestamp=START, event="timer", event_type="start")
    made.define(local, 20, [(5, 4, 0x86), (3, 1, 0x02)])
    first = fit_time(START)
    for second in range(100):
        made.data(
            local, (300 * second).to_bytes(4, "little") + b"\x80", offset=first + second
        )
    return close(made, 100)


def close(made: FitBuilder, seconds: int, distance: float = 0.0, **more) -> bytes:
    end = START + timedelta(seconds=seconds)
    values = {
        "timestamp": end,
        "start_time": START,
        "total_elapsed_time": seconds,
        "total_timer_time": seconds,
    }
    made.add(
        "session",
        values
        | {"sport": "running", "sub_sport": "generic", "total_distance": distance}
        | more,
    )
    return made.bytes()


def with_records(
    fields, payload: Callable[[int], bytes], dev=(), before=None, seconds=60
) -> bytes:
    """An activity whose records are laid out by hand after the three fields of RECORD."""
    made = FitBuilder()
    made.add("file_id", type="activity", manufacturer="garmin", product=1)
    if before:
        before(made)
    made.define(5, 20, [*RECORD, *fields], dev)
    for second in range(seconds):
        head = (fit_time(START) + second).to_bytes(4, "little") + (
            300 * second
        ).to_bytes(4, "little")
        made.data(5, head + bytes([140]) + payload(second))
    return close(made, seconds)


def shifted(change: Callable[[int], int], **more) -> bytes:
    """A run whose record at second s carries the time of second change(s)."""
    return run(
        record=lambda s: {"timestamp": START + timedelta(seconds=change(s))}, **more
    )


def kind(word: str, *, records: bool = False) -> bytes:
    made = FitBuilder()
    made.add("file_id", type=word, manufacturer="garmin", product=1)
    if records:
        made.add("record", timestamp=START, distance=1)
    return made.bytes()


def definitions_only() -> bytes:
    made = FitBuilder()
    for number in range(20_000):
        made.define(0, number % 999, [(253, 4, 0x86)])
    return made.bytes()


def definitions_behind_a_file_id() -> bytes:
    made = FitBuilder()
    made.add("file_id", type="activity", manufacturer="garmin", product=1)
    for number in range(20_000):
        made.define(1, number % 999, [(253, 4, 0x86)])
    return made.bytes()


def wide() -> bytes:
    made = FitBuilder()
    made.add("file_id", type="activity", manufacturer="garmin", product=1)
    made.define(1, 20, [(number, 255, 0x0D) for number in range(255)])
    for _ in range(20):
        made.data(1, bytes(65025))
    return close(made, 60)


def multisport() -> bytes:
    made = FitBuilder()
    made.add("file_id", type="activity", manufacturer="garmin", product=1)
    for second in range(1200):
        made.add(
            "record", timestamp=START + timedelta(seconds=second), distance=3.0 * second
        )
    legs = []
    for index, sport in enumerate(("swimming", "transition", "cycling", "running")):
        start = START + timedelta(seconds=300 * index)
        legs.append(
            {
                "timestamp": start,
                "start_time": start,
                "total_elapsed_time": 300,
                "total_timer_time": 300,
                "sport": sport,
                "total_distance": 900,
            }
        )
    for leg in reversed(legs):  # the order of sessions is not guaranteed
        made.add("session", leg)
    return made.bytes()


def sentinels() -> bytes:
    nothing = {"heart_rate": None, "enhanced_speed": None, "distance": None, "enhanced_altitude": None,
               "position_lat": None, "position_long": None, "cadence": None, "power": None}  # fmt: skip
    return run(record=lambda s: nothing if s % 10 == 5 else {})


def named(name: bytes) -> bytes:
    made = FitBuilder()
    return run(seconds=30, fit=made, session={"sport_profile_name": name})


def jump(second: int) -> dict:
    return {"position_lat": 15.0 * 2**31 / 180} if second == 300 else {}


def first_zero(second: int) -> dict:
    return {"position_lat": 0, "position_long": 0} if second < 5 else {}


def reset(second: int) -> dict:
    return {"distance": 3.0 * (second - 300)} if second >= 300 else {}


def with_local_missing() -> bytes:
    made = FitBuilder()
    made.add("file_id", type="activity")
    for second in range(60):
        made.add(
            "record", timestamp=START + timedelta(seconds=second), distance=3.0 * second
        )
    made.data(13, b"what is this")
    return close(made, 60)


def with_arch() -> bytes:
    made = FitBuilder()
    made.add("file_id", type="activity")
    for second in range(60):
        made.add(
            "record", timestamp=START + timedelta(seconds=second), distance=3.0 * second
        )
    made.define(9, 20, RECORD, arch=7)
    return made.bytes()


def redefined() -> bytes:
    """One local type is a record, then an event, then a record of other fields."""
    made = FitBuilder()
    made.add("file_id", type="activity")
    for second in range(60):
        if second in {0, 30}:
            made.define(7, 20, RECORD if second else RECORD[:2])
        when = (fit_time(START) + second).to_bytes(4, "little") + (
            300 * second
        ).to_bytes(4, "little")
        made.data(7, when + (b"\x80" if second >= 30 else b""))
        if second == 29:
            made.define(7, 21, [(253, 4, 0x86)])
            made.data(7, when[:4])
    return close(made, 60)


def sleep() -> bytes:
    made = FitBuilder()
    made.raw(0, {0: (0, 49)})
    made.raw(273, {253: (0x86, fit_time(START))})
    return made.bytes()


def without_file_id() -> bytes:
    made = FitBuilder()
    for second in range(60):
        made.add(
            "record", timestamp=START + timedelta(seconds=second), distance=3.0 * second
        )
    return close(made, 60)


GOOD = run()
CASES: dict[str, tuple[str, Callable[[], bytes]]] = {
    "good": ("ok", lambda: GOOD),
    "hdr12": ("ok", lambda: run(header=12)),
    "hdr_longer": ("ok", lambda: run(header=20)),
    "hdr_crc_zero": ("ok", lambda: run(fit=FitBuilder(header_crc=0))),
    "hdr_crc_bad": ("header_crc", lambda: run(fit=FitBuilder(header_crc=77))),
    "file_crc_bad": ("file_crc", lambda: run(fit=FitBuilder(file_crc=77))),
    "file_crc_missing": ("file_crc", lambda: run(fit=FitBuilder(file_crc=-1))),
    "tail_garbage": ("trailing_bytes", lambda: GOOD + b"garbage" * 9),
    "truncated": ("truncated", lambda: cut(GOOD, len(GOOD) // 2)),
    **{f"short{n}": (Unreadable, lambda n=n: cut(GOOD, n)) for n in (0, 1, 11, 12, 13, 14, 15)},
    "header_alone": (Unreadable, FitBuilder().bytes),
    "watch_crash": ("recovered", lambda: crashed(no_ends())),
    "watch_crash_torn": ("recovered", lambda: crashed(no_ends(), torn=7)),
    "watch_crash_zeros": ("recovered", lambda: crashed(no_ends(), tail=bytes(4096))),
    "no_session": ("recovered", no_ends),
    "no_start_event": ("ok", lambda: run(with_events=False)),
    "chain_two_runs": ("ok", lambda: GOOD + run(START + timedelta(days=1))),
    "chain_bad_second": ("truncated", lambda: GOOD + cut(run(START + timedelta(days=1)), 5000)),
    "compressed_ts": ("ok", compressed),
    "compressed_ts_no_ref": ("clock", lambda: compressed(reference=False)),
    "big_endian": ("ok", lambda: run(big_endian=True)),
    "dev_undefined": ("ok", lambda: with_records([], lambda _: b"\1\2", dev=[(0, 2, 3)])),
    "dev_desc_incomplete": ("ok", lambda: with_records([], lambda _: b"\1\2", dev=[(0, 2, 0)],
        before=lambda made: made.raw(206, {0: (2, 0), 2: (2, 0x84)}))),
    "dev_uint64": ("ok", lambda: with_records([], lambda _: bytes(8), dev=[(0, 8, 0)],
        before=lambda made: made.raw(206, {0: (2, 0), 1: (2, 0), 2: (2, 0x8F)}))),
    "dev_bad_basetype": ("ok", lambda: with_records([], lambda _: bytes(8), dev=[(0, 8, 0)],
        before=lambda made: made.raw(206, {0: (2, 0), 1: (2, 0), 2: (2, 0x77)}))),
    "size_not_multiple": ("ok", lambda: with_records([(7, 3, 0x84)], lambda _: b"abc")),
    "size_zero": ("ok", lambda: with_records([(7, 0, 0x84)], lambda _: b"")),
    "basetype_unknown": ("ok", lambda: with_records([(7, 2, 0x33)], lambda _: b"ab")),
    "undefined_local": ("truncated", with_local_missing),
    "redefine_local": ("ok", redefined),
    "defs_only": (Unreadable, definitions_only),
    "defs_behind_file_id": (Unreadable, definitions_behind_a_file_id),
    "wide_messages": ("clock", wide),
    "datasize_4g": ("truncated", lambda: run(fit=FitBuilder(data_size=2**32 - 1))),
    "arch_7": ("truncated", with_arch),
    "sentinels": ("ok", sentinels),
    "system_time": ("clock", lambda: run(datetime(1990, 1, 1, tzinfo=UTC))),
    "future_2089": ("clock", lambda: run(datetime(2089, 1, 1, tzinfo=UTC))),
    "epoch_1998": ("clock", lambda: run(datetime(1998, 6, 1, tzinfo=UTC))),
    "gap_10y": ("clock", lambda: shifted(lambda s: s if s < 600 else 315_000_000)),
    "ts_backwards": ("clock", lambda: shifted(lambda s: s if s < 300 else s - 60)),
    "ts_duplicate": ("clock", lambda: shifted(lambda s: s // 2)),
    "ts_unsorted": ("clock", lambda: shifted(lambda s: s ^ 1)),
    "pause": ("ok", lambda: run(pauses=((300, 600),))),
    "pause_stop_not_stop_all": ("ok", lambda: run(pauses=((300, 600),), stop="stop")),
    "pause_no_session": ("recovered", lambda: no_ends(pauses=((300, 600),))),
    "smart_recording": ("ok", lambda: run(every_s=9)),
    "gps_jump": ("gps_jump", lambda: run(record=jump)),
    "gps_first_zero": ("gps_jump", lambda: run(record=first_zero)),
    "alt_impossible": ("altitude_spike", lambda: run(altitude_m=lambda d: 9500.0 if d > 900 else 50.0)),
    "dist_reset": ("distance_reset", lambda: run(record=reset)),
    "treadmill_zero": ("ok", lambda: run(speed_mps=0.0, position=None, sub_sport="treadmill")),
    "treadmill_footpod": ("ok", lambda: run(position=None, altitude_m=None, sub_sport="treadmill")),
    "multisport": ("ok", multisport),
    "ten_seconds": ("ok", lambda: run(seconds=10)),
    "name_nonutf8": ("ok", lambda: named(b"caf\xe9")),
    "name_unterminated": ("ok", lambda: run(seconds=9, session={"sport_profile_name": b"x" * 20})),
    "name_nul": ("ok", lambda: named(b"a\0b")),
    **{f"type_{word}": (NotActivity, lambda word=word: kind(word)) for word in (
        "settings", "workout", "course", "monitoring_a", "monitoring_b", "device", "weight", "totals")},
    "type_sleep": (NotActivity, sleep),
    "type_course_records": (NotActivity, lambda: kind("course", records=True)),
    "activity_of_nothing": (NotActivity, lambda: kind("activity")),
    "no_file_id": ("no_file_id", without_file_id),
    "html_error_page": (Unreadable, lambda: b"<!DOCTYPE html><html><body>404</body></html>"),
    "random": (Unreadable, lambda: bytes((i * 7919 >> 3) & 255 for i in range(5000))),
    "zeros": (Unreadable, lambda: bytes(4096)),
    "zip": (Unreadable, lambda: b"PK\3\4" + bytes(99)),
}  # fmt: skip
