"""Values of FIT messages: units, sentinels, arrays, strings, developer fields, devices, old pods."""

import math
import struct
from datetime import datetime, timedelta

import numpy as np
import pytest

from loadwatch.ingest.readers import fit, read
from loadwatch.ingest.readers.fit import profile
from loadwatch.ingest.readers.fit.field_columns import decode_columns, decode_strings
from loadwatch.settings import Settings
from tests.make_fit import START, FitBuilder, fit_time, run


def session(**fields):
    made = FitBuilder()
    more = fields.pop("file_id", {})
    made.add(
        "file_id",
        {"type": "activity", "manufacturer": "garmin", "product": 4315} | more,
    )
    if "profile" in fields:
        made.add(
            "sport", name=fields.pop("profile"), sport="running", sub_sport="trail"
        )
    base = {
        "timestamp": START,
        "start_time": START,
        "sport": "running",
        "sub_sport": "trail",
    }
    dev = fields.pop("dev", None)
    made.add("session", base | fields, dev=dev)
    return read(made.bytes(), "x", Settings()).activities[0].session


def only(made: FitBuilder, number: int):
    """The columns of the only table of a message."""
    (table,) = fit.decode(made.bytes()).files[0].find_tables(number)
    return decode_columns(table)


def test_session_in_si():
    """Each field in the unit that Session states, by the scales of the profile."""
    one = session(
        total_timer_time=3600.5, total_elapsed_time=3700.25, total_moving_time=3500.0,
        total_distance=10123.45,
        total_ascent=120, total_fractional_ascent=0.5, total_descent=80, total_fractional_descent=0.25,
        total_cycles=4312, total_fractional_cycles=0.5, avg_cadence=83, avg_fractional_cadence=0.5,
        avg_heart_rate=150, workout_rpe=70, training_load_peak=6973091 / 65536, avg_stance_time_balance=49.8,
        avg_vertical_oscillation=85.3, sport_profile_name="Trail",
    )  # fmt: skip
    assert one.timer_s == 3600.5
    assert one.elapsed_s == 3700.25
    assert one.moving_s == 3500
    assert one.distance_m == 10123.45
    assert one.ascent_m == 120  # as the watch shows it, without its fraction
    assert one.descent_m == 80
    assert one.steps == 8625  # 2 x 4312.5 strides
    assert one.cadence_spm == 167
    assert one.heart_rate_bpm == 150
    assert one.rpe == 7  # stored as Borg's 0-10 times ten
    assert one.device_load == 6973091 / 65536  # 106.4
    assert one.stance_balance_pct == 49.8
    assert one.vertical_oscillation_mm == 85.3
    assert (one.sport, one.sub_sport, one.name) == ("running", "trail", "Trail")
    assert one.device == "garmin fr965"


def test_session_unknown():
    one = session(
        workout_rpe=None, total_ascent=None, avg_heart_rate=None, total_cycles=None
    )
    for value in (
        one.rpe,
        one.ascent_m,
        one.heart_rate_bpm,
        one.steps,
        one.timer_s,
        one.distance_m,
    ):
        assert math.isnan(value)
    assert one.name == ""


def test_steps_only_where_a_cycle_is_a_stride():
    assert session(sport="hiking", total_cycles=100).steps == 200
    assert math.isnan(session(sport="cycling", total_cycles=100).steps)


def test_words():
    assert session(sport="running", sub_sport="generic").sub_sport == "generic"
    assert session(sport="running", sub_sport=None).sub_sport == "generic"
    assert session(sub_sport="ultra").sub_sport == "ultra"
    assert session(profile="Carrera").name == "Carrera"


def test_developer_feeling_is_no_rpe_and_replaces_nothing():
    made = FitBuilder()
    made.add("developer_data_id", developer_data_index=0)
    made.add("field_description", developer_data_index=0, field_definition_number=3, fit_base_type_id="uint8",
             field_name="heart_rate", native_mesg_num="record", native_field_num=3)  # fmt: skip
    made.add(
        "record", {"timestamp": START, "heart_rate": 140}, dev={(0, 3): (0x02, 99)}
    )
    got = only(made, 20)
    assert got[3].first.tolist() == [140]
    assert got[0, 3].first.tolist() == [99]
    assert math.isnan(session(dev={(0, 0): (0x02, 4)}).rpe)


def test_developer_field_described_anew():
    """The same developer field as one byte, then as a float: each message by the description before it."""
    made = FitBuilder()
    for base, value, word in ((0x02, 7, "uint8"), (0x88, 2.5, "float32")):
        made.add(
            "field_description",
            developer_data_index=0,
            field_definition_number=0,
            fit_base_type_id=word,
        )
        made.add("record", {"timestamp": START}, dev={(0, 0): (base, value)})
    tables = fit.decode(made.bytes()).files[0].find_tables(20)
    assert [decode_columns(table)[0, 0].first.tolist() for table in tables] == [
        [7],
        [2.5],
    ]


@pytest.mark.parametrize(
    ("file_id", "device"),
    [
        ({"manufacturer": "garmin", "product": 4315}, "garmin fr965"),
        ({"manufacturer": "garmin", "product": 65000}, "garmin 65000"),
        ({"manufacturer": "coros", "product": 841}, "coros 841"),
        (
            {"manufacturer": "suunto", "product": 34, "product_name": "Suunto 9"},
            "suunto Suunto 9",
        ),
        (
            {"manufacturer": "development", "product": 0, "product_name": "Own Watch"},
            "Own Watch",
        ),
        ({"manufacturer": 64999, "product": None, "product_name": "X1"}, "X1"),
        ({"manufacturer": 64999, "product": 5}, "maker 64999 5"),
        ({"manufacturer": None, "product": None, "product_name": "Y"}, "Y"),
        ({"manufacturer": None, "product": None}, ""),
    ],
)
def test_device(file_id, device):
    assert session(file_id=file_id).device == device


def test_serial():
    assert session(file_id={"serial_number": 3_141_592}).serial == "3141592"
    assert session(file_id={"serial_number": None}).serial == ""


@pytest.mark.parametrize("big_endian", [False, True])
def test_every_base_type(big_endian):
    """A number and the invalid of each type: raw as stored, value NaN where invalid."""
    small = {0x00: 5, 0x01: -5, 0x02: 5, 0x83: -500, 0x84: 500, 0x0A: 5, 0x8B: 500}
    large = {0x85: -70_000, 0x86: 70_000, 0x88: 1.5, 0x89: -2.25, 0x8C: 70_000}
    cases = small | large | {0x8E: -(2**40), 0x8F: 2**40, 0x90: 2**40}
    made = FitBuilder(big_endian=big_endian)
    for given_ in (cases, dict.fromkeys(cases)):
        made.raw(999, {key: (base, given_[base]) for key, base in enumerate(cases)})
    got = only(made, 999)
    for key, value in enumerate(cases.values()):
        assert got[key].raw[0, 0] == value
        assert got[key].value[0, 0] == value
        assert math.isnan(got[key].value[1, 0])


def test_arrays_bytes_and_misfits():
    made = FitBuilder()
    made.define(
        0,
        999,
        [
            (1, 6, 0x84),
            (2, 3, 0x84),
            (3, 2, 0x0D),
            (4, 0, 0x84),
            (5, 1, 0x44),
            (1, 2, 0x84),
        ],
    )
    made.data(0, struct.pack("<3H3s2sBH", 0xFFFF, 8, 9, b"abc", b"\xff\xff", 6, 1))
    got = only(made, 999)
    # of a number defined twice the first counts
    assert got[1].raw.tolist() == [[0xFFFF, 8, 9]]
    assert got[1].first.tolist() == [8]  # the first that is known
    assert bytes(got[2].raw[0]) == b"abc"  # a size that does not fit: bytes
    assert np.isnan(got[3].value).all()  # bytes that are all invalid
    assert 4 not in got  # no size, no field
    assert got[5].raw.tolist() == [[6]]  # unknown type: bytes


def test_strings():
    made = FitBuilder()
    made.define(0, 999, [(0, 6, 0x07)])
    for stored in (b"caf\xe9\0x", b"abcdef", b"\0\0\0\0\0\0", "añoño".encode()[:6]):
        made.data(0, stored)
    assert decode_strings(only(made, 999)[0]) == ["caf�", "abcdef", "", "añoñ"]


def test_scale_and_offset():
    """Altitude is stored as (metres + 500) x 5, distance in centimetres."""
    made = FitBuilder()
    made.raw(20, {2: (0x84, 2750), 5: (0x86, 12345), 253: (0x86, 1_000_000_000)})
    got = only(made, 20)
    assert got[2].first.tolist() == [50]
    assert got[5].first.tolist() == [123.45]
    assert profile.list_enum_names(18, 5)[1] == "running"
    assert profile.list_enum_names(20, 5) == {}
    assert profile.name_message(233) == "unknown_233"


def test_wanted_fields_only():
    made = FitBuilder()
    made.raw(20, {2: (0x84, 2750), 5: (0x86, 12345)})
    (table,) = fit.decode(made.bytes()).files[0].find_tables(20)
    assert set(decode_columns(table, frozenset({5}))) == {5}
    assert decode_columns(table, frozenset({77})) == {}


def test_records_of_two_layouts_in_time_order():
    """Heart rate comes and goes: two layouts, one frame."""
    made = FitBuilder()
    for second in range(20):
        values = {
            "timestamp": START + timedelta(seconds=second),
            "distance": 3.0 * second,
        }
        made.add(
            "record", values | ({"heart_rate": 100 + second} if second % 3 else {})
        )
    frame = read(made.bytes(), "x", Settings()).activities[0].records
    assert frame.distance_m.tolist() == [3.0 * second for second in range(20)]
    assert frame.heart_rate_bpm.isna().tolist() == [
        second % 3 == 0 for second in range(20)
    ]


def test_plain_fields_where_enhanced_are_missing():
    made = FitBuilder()
    made.add("record", timestamp=START, altitude=50.0, speed=3.0)
    made.add(
        "record",
        timestamp=START + timedelta(seconds=1),
        altitude=50.0,
        enhanced_altitude=60.0,
    )
    frame = read(made.bytes(), "x", Settings()).activities[0].records
    assert frame.altitude_m.tolist() == [50, 60]
    assert frame.speed_mps.iloc[0] == 3


def test_compressed_speed_and_distance():
    """Twelve bits of 0.01 m/s and of 1/16 m, which roll over at 256 m: 300 m in steps of 100."""
    made = FitBuilder()
    for second, metres in enumerate((0, 100, 200, 300)):
        packed = 300 | (metres * 16 & 0xFFF) << 12
        made.raw(
            20,
            {
                253: (0x86, fit_time(START) + second),
                8: (0x0D, packed.to_bytes(3, "little")),
            },
        )
    made.raw(20, {253: (0x86, fit_time(START) + 4), 8: (0x0D, b"\xff\xff\xff")})
    frame = read(made.bytes(), "x", Settings()).activities[0].records
    assert frame.distance_m.tolist()[:4] == [0, 100, 200, 300]
    assert frame.speed_mps.tolist()[:4] == [3.0] * 4
    assert np.isnan(frame.distance_m.iloc[4])


def test_a_signalling_nan_is_unknown():
    """0x7FA00000 as float32; a warning of numpy's would fail this test."""
    made = FitBuilder()
    made.raw(20, {253: (0x86, fit_time(START)), 6: (0x88, b"\x00\x00\xa0\x7f")})
    columns = only(made, 20)
    assert np.isnan(columns[6].first).all()


def test_a_full_timestamp_beyond_32_bits_is_none():
    """A float of 1e300 in its place: the next compressed one counts on from the one before."""
    made = FitBuilder()
    made.raw(20, {253: (0x86, fit_time(START))})
    made.raw(20, {253: (0x89, 1e300)})
    made.add("record", heart_rate=100, offset=(fit_time(START) + 5) & 31)
    tables = fit.decode(made.bytes()).files[0].find_tables(20)
    assert tables[-1].timestamps.tolist() == [fit_time(START) + 5]


def test_a_start_beyond_32_bits_is_unknown():
    """A float of 1e300 as the start of a session: no date, and no error."""
    made = FitBuilder()
    made.add("file_id", type="activity")
    made.raw(18, {253: (0x86, fit_time(START)), 2: (0x89, 1e300), 9: (0x86, 500_000)})
    (one,) = read(made.bytes(), "x", Settings()).activities
    assert one.session.start_utc is None
    assert "the file does not say when it starts" in [x.text for x in one.session.notes]


def test_running_dynamics():
    more = {
        "stance_time": 250.5,
        "stance_time_balance": 49.5,
        "vertical_oscillation": 85.2,
        "power": 280,
    }
    frame = (
        read(run(seconds=5, record=lambda _: more), "x", Settings())
        .activities[0]
        .records
    )
    last = frame.iloc[-1]
    assert last.stance_time_ms == 250.5
    assert last.stance_balance_pct == 49.5
    assert last.vertical_oscillation_mm == 85.2
    assert last.power_w == 280
    assert last.cadence_spm == 170


def test_cadence_of_a_bike_is_no_steps():
    frame = read(run(seconds=5, sport="cycling"), "x", Settings()).activities[0].records
    assert "cadence_spm" not in frame


def test_sport_of_a_file_without_session():
    one = read(
        run(seconds=9, with_session=False, profile_name="T", sub_sport="trail"),
        "x",
        Settings(),
    )
    about = one.activities[0].session
    assert (about.sport, about.sub_sport, about.name) == ("running", "trail", "T")
    made = FitBuilder()
    made.add("record", timestamp=START, distance=0)
    made.add("lap", sport="hiking")
    assert read(made.bytes(), "x", Settings()).activities[0].session.sport == "hiking"


def test_local_clock_of_the_start():
    """The local timestamp is that of the end; its offset holds for the start."""
    one = read(run(utc_offset_s=-5 * 3600), "x", Settings()).activities[0].session
    assert one.start_local == datetime(2026, 3, 2, 2)  # noqa: DTZ001


def test_chain_of_activity_and_settings():
    made = FitBuilder()
    made.add("file_id", type="settings")
    whole = read(run(seconds=9) + made.bytes(), "x", Settings())
    assert len(whole.activities) == 1
    assert whole.activities[0].session.part == 1
