"""What becomes of odd, broken and hostile FIT files."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from loadwatch.ingest.readers import fit
from tests.make_fit import START, FitBuilder, compute_crc, fit_time, run, straight
from tests.odd_fit import (
    CASES,
    GOOD,
    activity,
    close,
    compressed,
    crashed,
    first_zero,
    jump,
    multisport,
    no_ends,
    reset,
    sentinels,
    shifted,
)


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
    # 3 m/s for 300 s, from its own start
    assert legs[3].records.distance_m.iloc[-1] == 900


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
    # 300 s, then 299 s before the counter restarted
    assert records.distance_m.iloc[-1] == 900 + 897
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
