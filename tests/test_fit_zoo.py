"""Odd, broken and hostile FIT files, each made by our encoder: what becomes of them.

The cases follow known failures of other readers. "ok" is read without a note, "note" is read and its note states what
was wrong, the others are refused with the error named.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from loadwatch.activity import Reading
from loadwatch.errors import NotActivity, Unreadable
from loadwatch.ingest.readers import fit, read
from loadwatch.settings import Settings
from tests.make_fit import START, FitBuilder, compute_crc, fit_time, run, straight

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


@pytest.mark.parametrize("name", CASES)
def test_verdict(name):
    expected, make = CASES[name]
    if not isinstance(expected, str):
        with pytest.raises(expected) as error:
            activity(make())
        assert error.value.why and not error.value.why.endswith(".")
        return
    notes = [
        str(note) for one in activity(make()).activities for note in one.session.notes
    ]
    if expected == "ok":
        assert notes == []
    else:
        assert expected in {note.split(":")[0] for note in notes}
    assert all(": " in note for note in notes)


def test_crash_keeps_all_whole_records():
    """601 records, the last torn: 600 are left, and the run lasts 599 s."""
    for tail in (b"", bytes(4096)):
        torn = activity(
            crashed(no_ends(with_events=False), torn=0 if tail else 3, tail=tail)
        ).activities[0]
        assert len(torn.records) == (601 if tail else 600)
        assert torn.session.elapsed_s == (600 if tail else 599)
        assert torn.session.start_utc == START


def test_pause_by_session_by_events_by_gap():
    """600 s of running and 600 s of pause, known by session, by timer events or by the gap alone."""
    for data in (
        run(pauses=((300, 600),)),
        no_ends(pauses=((300, 600),)),
        no_ends(pauses=((300, 600),), stop="stop"),
    ):
        one = activity(data).activities[0].session
        assert one.timer_s == 600
        assert one.elapsed_s == 1200
    gap = (
        activity(no_ends(pauses=((300, 600),), with_events=False)).activities[0].session
    )
    assert gap.timer_s == 599  # the second of the gap itself is part of it
    smart = activity(no_ends(every_s=9, with_events=False)).activities[0].session
    assert smart.timer_s == smart.elapsed_s == 600


def test_compressed_time_under_each_local_type():
    """100 records a second apart, whose five bits roll over three times."""
    for local in range(4):
        records = activity(compressed(local=local)).activities[0].records
        assert len(records) == 100
        assert (
            records.index
            == [START + timedelta(seconds=second) for second in range(100)]
        ).all()
        assert records.distance_m.iloc[-1] == 297


def test_multisport_is_cut_into_legs():
    legs = activity(multisport()).activities
    assert [leg.session.sport for leg in legs] == [
        "swimming",
        "transition",
        "cycling",
        "running",
    ]
    assert [leg.session.part for leg in legs] == [1, 2, 3, 4]
    assert [len(leg.records) for leg in legs] == [300] * 4
    assert (
        legs[3].records.distance_m.iloc[-1] == 900
    )  # 3 m/s for 300 s, from its own start


def test_multisport_parent():
    made = FitBuilder()
    made.add("file_id", type="activity")
    for index, sport in enumerate(("multisport", "cycling", "running")):
        start = START + timedelta(seconds=600 * max(0, index - 1))
        made.add(
            "session",
            start_time=start,
            sport=sport,
            total_elapsed_time=1200 if index == 0 else 600,
        )
    read_ = activity(made.bytes()).activities
    assert [(one.session.sport, one.session.parent) for one in read_] == [
        ("cycling", False),
        ("running", False),
        ("multisport", True),
    ]


def test_clock_that_jumps_by_days_keeps_its_samples():
    """A watch whose clock is set 20 days ahead after 100 s: the rest follows on."""
    one = activity(shifted(lambda s: s if s < 100 else s + 1_728_000)).activities[0]
    assert len(one.records) == 601
    assert (one.records.index[-1] - one.records.index[0]).total_seconds() == 600
    before = activity(
        shifted(lambda s: s if s >= 100 else s - 1_728_000, session={})
    ).activities[0]
    assert len(before.records) == 601


def test_dates_that_cannot_be_are_left_out():
    for year in (1990, 1998, 2089):
        one = activity(run(datetime(year, 1, 1, tzinfo=UTC))).activities[0].session
        assert one.start_utc is None
        assert one.start_local is None
        assert one.distance_m == 1800


def test_start_from_records_where_the_session_has_none():
    one = (
        activity(run(session={"start_time": datetime(1990, 1, 1, tzinfo=UTC)}))
        .activities[0]
        .session
    )
    assert one.start_utc == START


def test_local_clock():
    """23:30 in a zone one hour ahead of UTC; no local clock without a local timestamp."""
    assert activity(GOOD).activities[0].session.start_local == datetime(2026, 3, 2, 8)  # noqa: DTZ001
    assert activity(run(utc_offset_s=None)).activities[0].session.start_local is None


def test_stray_position_is_left_out_and_the_total_stands():
    one = activity(run(record=jump)).activities[0]
    assert np.isnan(one.records.latitude_deg.iloc[300])
    assert one.records.latitude_deg.isna().sum() == 1
    assert one.session.distance_m == 1800
    zero = activity(run(record=first_zero)).activities[0].records
    assert zero.latitude_deg.isna().sum() == 5


def test_far_track_halves_are_kept():
    """A jump in the middle of a track makes neither half stray."""
    here, there = straight(10, -30), straight(20, -30)
    one = activity(run(position=lambda d: here(d) if d < 900 else there(d))).activities[
        0
    ]
    assert not one.records.latitude_deg.isna().any()
    assert str(one.session.notes[0]).startswith(
        "gps_jump: the position jumps 1 times, by up to 1112"
    )


def test_distance_counter_that_restarts_runs_on():
    records = activity(run(record=reset)).activities[0].records
    assert (
        records.distance_m.iloc[-1] == 900 + 897
    )  # 300 s, then 299 s before the counter restarted
    assert (records.distance_m.diff().dropna() >= 0).all()


def test_heart_rate_zero_and_sentinels_are_unknown():
    zero = (
        activity(run(heart_rate_bpm=lambda s: 0 if s < 10 else 140))
        .activities[0]
        .records
    )
    assert zero.heart_rate_bpm.isna().sum() == 10
    gone = activity(sentinels()).activities[0].records
    for column in (
        "heart_rate_bpm",
        "speed_mps",
        "distance_m",
        "altitude_m",
        "latitude_deg",
        "cadence_spm",
    ):
        assert gone[column].isna().sum() == 60  # every tenth of 600 samples


def test_widened_sentinel_is_unknown():
    """A 16-bit 0xFFFF written into the 32-bit fields: 65.535 m/s, 12,607 m."""
    wide_ = {"enhanced_speed": 65.535, "enhanced_altitude": 12607.0}
    records = (
        activity(run(record=lambda s: wide_ if s == 7 else {})).activities[0].records
    )
    assert np.isnan(records.speed_mps.iloc[7])
    assert np.isnan(records.altitude_m.iloc[7])


def test_totals_that_contradict_themselves_are_said_and_kept_where_nothing_else_is_known():
    made = FitBuilder()
    made.add("file_id", type="activity")
    made.add(
        "session",
        start_time=START,
        total_elapsed_time=600,
        total_timer_time=600,
        total_distance=900_000.0,
        sport="running",
    )
    one = activity(made.bytes()).activities[0].session
    assert one.distance_m == 900_000
    assert [str(note) for note in one.notes] == [
        "no_records: 600 of 600 s that the timer ran have no records",
        "gps_jump: 900.0 km at 5400 km/h on average cannot be",
    ]
    months = activity(run(session={"total_timer_time": 4e6})).activities[0].session
    assert months.timer_s == 600  # from the records
    assert str(months.notes[0]).startswith("clock: a duration of months")


def test_long_run_is_read_whole():
    """200,000 seconds at 3 m/s, laid out by numpy."""
    made = FitBuilder()
    made.add("file_id", type="activity")
    made.define(3, 20, [(253, 4, 0x86), (5, 4, 0x86)])
    rows = np.zeros(
        200_000, np.dtype([("head", "u1"), ("time", "<u4"), ("distance", "<u4")])
    )
    rows["head"] = 3
    rows["time"] = fit_time(START) + np.arange(200_000)
    rows["distance"] = 300 * np.arange(200_000)
    made.body += rows.tobytes()
    made.file_crc = -1
    one = activity(close(made, 200_000)).activities[0]
    assert len(one.records) == 200_000
    assert one.records.distance_m.iloc[-1] == 3 * 199_999


def test_crc_is_the_reference():
    data = bytes((i * 31 + (i >> 3)) & 255 for i in range(1025))
    for size in [*range(40), 255, 256, 257, 1024, 1025]:
        assert fit.crc.compute_crc(data[:size]) == compute_crc(data[:size])


def hide_records(number: int, *, every: int, position: bool = True) -> bytes:
    """A run of 200 s of which each so-many-th record has another number."""
    made = FitBuilder()
    made.add("file_id", type="activity", manufacturer="garmin", time_created=START)
    place = {0: (0x85, 100_000_000), 1: (0x85, 100_000_000)} if position else {}
    for second in range(200):
        hidden = second % every == 0
        fields = {253: (0x86, fit_time(START) + second), **place, 5: (0x86, 300 * second),
                  6: (0x84, 3000), 3: (0x02, 120), 2: (0x84, 3000)}  # fmt: skip
        made.raw(number if hidden else 20, fields)
    return close(made, 200, 600.0)


@pytest.mark.parametrize("number", [5120, 21, 532, 28_180, 0xFF14])
@pytest.mark.parametrize("position", [True, False])
def test_records_under_another_number_are_not_lost_in_silence(number, position):
    (one,) = activity(hide_records(number, every=3, position=position)).activities
    assert len(one.records) == 133
    (note,) = [note for note in one.session.notes if note.code == "left_out"]
    assert note.text.startswith("67 messages (") and "fields of records" in note.text


def test_records_of_a_treadmill_under_another_number_are_not_lost_in_silence():
    made = FitBuilder()
    made.add("file_id", type="activity", manufacturer="garmin", time_created=START)
    for second in range(200):
        fields = {253: (0x86, fit_time(START) + second), 3: (0x02, 120), 5: (0x86, second),
                  13: (0x01, 20)}  # fmt: skip
        made.raw(20 if second % 3 else 5120, fields)
    (one,) = activity(close(made, 200, 2.0)).activities
    assert "left_out" in {note.code for note in one.session.notes}


@pytest.mark.parametrize(
    "hidden", [hide_records(20, every=3), hide_records(0xFF10, every=3),
               hide_records(5120, every=40)]
)  # fmt: skip
def test_what_a_maker_adds_and_a_few_strays_are_no_loss(hidden):
    (one,) = activity(hidden).activities
    assert "left_out" not in {note.code for note in one.session.notes}


def test_a_file_that_says_twice_what_it_is_has_foreign_bytes_in_it():
    made = FitBuilder()
    for second in (None, *range(60)):
        if second in {None, 30}:
            made.add("file_id", type="activity", manufacturer="garmin")
        if second is not None:
            made.add(
                "record", timestamp=START + timedelta(seconds=second), heart_rate=120
            )
    (one,) = activity(close(made, 60)).activities
    assert "2 messages say what the file is" in " ".join(map(str, one.session.notes))


def test_a_clock_that_jumps_by_years_at_every_second_sample():
    """Half of the steps are jumps: the other half says how far samples are apart."""
    made = shifted(lambda s: s + s % 2 * 500_000_000, session={})
    one = activity(made).activities[0]
    assert (one.records.index[-1] - one.records.index[0]).total_seconds() <= 1300
    assert one.session.elapsed_s is None or 0 < one.session.elapsed_s <= 1300
