"""Which clock a run was run by. Offsets are those of the tz database, worked out by hand."""

# ruff: noqa: DTZ001 - wall clocks without a zone are what these tests are about

from datetime import UTC, datetime
from math import nan

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st

from loadwatch.activity import Session
from loadwatch.errors import SettingsError
from loadwatch.ingest import zones
from loadwatch.ingest.zones import ZonedStart, settle_zones, tzinfo_of, zone_at
from loadwatch.settings import Settings

PLAIN = Settings()
HOME = Settings(tz="Europe/Oslo")
SUMMER = datetime(2026, 7, 1, 10, 6, 38, tzinfo=UTC)
WINTER = datetime(2026, 1, 14, 10, 0, tzinfo=UTC)
QUITO = (-0.2, -78.5)  # UTC-5 all year
OSLO = (59.91, 10.75)  # UTC+1, in summer +2
NOWHERE = (nan, nan)


def fit(utc, local=None, **more):
    return Session(format="fit", start_utc=utc, start_local=local, **more)


def locate(session, latitude, longitude, settings):
    """Two samples without a fix (a gap, and what a watch writes before it has one), then the place."""
    return zones.locate_start(
        session, np.array([nan, 0, latitude]), np.array([nan, 0, longitude]), settings
    )


def iso(zone):
    return zones._format_start(zone, date_only=False)


def frame(*placed, **more):
    """Rows from (Zone, format) pairs, with the dtypes of the table."""
    return pd.DataFrame(
        {
            "start_utc": pd.Series(
                [zone.start_utc for zone, _ in placed], dtype="datetime64[us, UTC]"
            ),
            "start_local": pd.Series(
                [zone.start_local for zone, _ in placed], dtype="datetime64[us]"
            ),
            "zone": [zone.zone for zone, _ in placed],
            "zone_source": [zone.source for zone, _ in placed],
            "zone_sure": [zone.sure for zone, _ in placed],
            "format": [form for _, form in placed],
            "date_only": more.get("date_only", False),
        }
    )


def wall(text):
    return locate(
        Session(format="list", start_local=datetime.fromisoformat(text)),
        *NOWHERE,
        PLAIN,
    ), "list"


def test_local_timestamp_of_a_watch_is_believed():
    zone = locate(fit(SUMMER, datetime(2026, 7, 1, 5, 6, 38)), *NOWHERE, HOME)
    assert iso(zone) == "2026-07-01T05:06:38-05:00"
    assert (zone.zone, zone.source, zone.sure) == ("-05:00", "local_timestamp", True)


def test_local_timestamp_gets_the_name_of_the_place_that_agrees_with_it():
    zone = locate(fit(SUMMER, datetime(2026, 7, 1, 12, 6, 38)), *OSLO, PLAIN)
    assert zone.zone in {
        "Europe/Oslo",
        "Europe/Berlin",
    }  # one clock; border simplification may name either
    assert iso(zone) == "2026-07-01T12:06:38+02:00"


def test_local_timestamp_stands_where_the_place_disagrees():
    zone = locate(fit(SUMMER, datetime(2026, 7, 1, 5, 6, 38)), *OSLO, PLAIN)
    assert (iso(zone), zone.zone) == ("2026-07-01T05:06:38-05:00", "-05:00")


def test_local_clock_equal_to_utc_is_a_trap_where_the_place_says_otherwise():
    zone = locate(fit(SUMMER, SUMMER.replace(tzinfo=None)), *QUITO, PLAIN)
    assert iso(zone) == "2026-07-01T05:06:38-05:00"
    assert (zone.zone, zone.source, zone.sure) == (
        "America/Guayaquil",
        "position",
        True,
    )


def test_local_clock_equal_to_utc_is_right_in_a_london_winter():
    zone = locate(fit(WINTER, WINTER.replace(tzinfo=None)), 51.5, -0.1, PLAIN)
    assert (iso(zone), zone.source) == ("2026-01-14T10:00:00+00:00", "local_timestamp")


def test_local_clock_equal_to_utc_without_a_place_yields_to_setting_and_own_files_but_not_to_the_machine():
    trap = fit(SUMMER, SUMMER.replace(tzinfo=None))
    assert locate(trap, *NOWHERE, HOME).source == "setting"
    unsure = locate(trap, *NOWHERE, PLAIN)
    alone = settle_zones(frame((unsure, "fit")), PLAIN, "Asia/Tokyo").iloc[0]
    assert (alone["start"], alone["zone_source"]) == (
        "2026-07-01T10:06:38+00:00",
        "local_timestamp",
    )
    beside = settle_zones(
        frame((unsure, "fit"), (locate(fit(SUMMER), *QUITO, PLAIN), "fit")),
        PLAIN,
        "Asia/Tokyo",
    )
    assert beside["start"].iloc[0] == "2026-07-01T05:06:38-05:00"
    assert beside["zone_source"].iloc[0] == "athlete"


@pytest.mark.parametrize(
    "local", [datetime(2026, 7, 1, 10, 12), datetime(2026, 7, 2, 1, 6, 38)]
)
def test_an_offset_that_no_clock_has_is_no_answer(local):
    assert locate(fit(SUMMER, local), *QUITO, PLAIN).source == "position"


def test_a_zone_that_the_file_states_stands_above_position():
    session = Session(format="json", start_utc=WINTER, zone="+05:45")
    assert iso(locate(session, *OSLO, PLAIN)) == "2026-01-14T15:45:00+05:45"
    session = Session(
        format="json", start_utc=WINTER, start_local=datetime(2026, 1, 14, 11)
    )
    assert locate(session, *NOWHERE, PLAIN).source == "file"


def test_a_zone_beside_two_clocks_keeps_its_name():
    session = Session(
        format="list",
        start_utc=SUMMER,
        start_local=datetime(2026, 7, 1, 12, 6, 38),
        zone="Europe/Oslo",
    )
    assert locate(session, *NOWHERE, PLAIN).zone == "Europe/Oslo"


def test_setting_speaks_for_files_that_do_not_tell():
    zone = locate(Session(format="gpx", start_utc=WINTER), *NOWHERE, HOME)
    assert (iso(zone), zone.source, zone.sure) == (
        "2026-01-14T11:00:00+01:00",
        "setting",
        False,
    )


def test_a_wall_clock_stays_as_stated_until_a_zone_is_known():
    zone, _ = wall("2026-05-01T07:00:00")
    assert zone == ZonedStart(start_local=datetime(2026, 5, 1, 7), source="list")


def test_a_wall_clock_with_position_or_zone_is_an_instant():
    session = Session(format="csv", start_local=datetime(2026, 5, 1, 7))
    assert locate(session, *QUITO, PLAIN).start_utc == datetime(
        2026, 5, 1, 12, tzinfo=UTC
    )
    session = Session(
        format="list", start_local=datetime(2026, 5, 1, 7), zone="Europe/Oslo"
    )
    assert iso(locate(session, *QUITO, PLAIN)) == "2026-05-01T07:00:00+02:00"


@pytest.mark.parametrize(
    ("place", "name"),
    [
        ((47.37, 8.54), "Europe/Zurich"),
        ((0.0, 0.0), ""),  # a watch without a fix
        ((-37.0, -30.0), ""),  # open sea: Etc/GMT+2 is a meridian, not a clock
        (NOWHERE, ""),
        ((180.0, 180.0), ""),  # FIT's word for nothing
        ((91.0, 0.0), ""),
    ],
)
def test_zone_at(place, name):
    assert zone_at(*place) == name


@pytest.mark.parametrize(
    ("name", "hours"),
    [
        ("Z", 0),
        ("UTC", 0),
        ("+02:00", 2),
        ("-0330", -3.5),
        ("UTC-3", -3),
        ("Asia/Kathmandu", 5.75),
    ],
)
def test_tzinfo_of(name, hours):
    assert (
        WINTER.astimezone(tzinfo_of(name)).utcoffset().total_seconds() == hours * 3600
    )


@pytest.mark.parametrize(
    "name", ["", "+16:00", "Middle/Earth", "../etc/passwd", "Europe", "02:00", "a\0b"]
)
def test_no_zone(name):
    assert tzinfo_of(name) is None


def test_list_takes_the_zone_of_the_nearest_file_with_the_summer_time_of_its_own_day():
    files = [
        (
            locate(fit(datetime(2026, 3, 20, 12, tzinfo=UTC)), 47.37, 8.54, PLAIN),
            "fit",
        ),  # winter, Zurich
        (locate(fit(datetime(2026, 9, 20, 12, tzinfo=UTC)), *QUITO, PLAIN), "fit"),
    ]
    rows = frame(wall("2026-04-02T07:00:00"), wall("2026-09-01T07:00:00"), *files)
    settled = settle_zones(rows, HOME, "Asia/Tokyo")
    assert settled["start"].tolist()[:2] == [
        "2026-04-02T07:00:00+02:00",
        "2026-09-01T07:00:00-05:00",
    ]
    assert settled["zone_source"].tolist() == [
        "athlete",
        "athlete",
        "position",
        "position",
    ]
    assert settled["zone_sure"].tolist() == [False, False, True, True]
    assert settled["start_utc"].iloc[0] == pd.Timestamp("2026-04-02T05:00Z")


def test_setting_stands_above_other_files_for_a_file_and_below_them_for_a_list():
    near = (locate(fit(SUMMER), *QUITO, PLAIN), "fit")
    strava = ZonedStart(start_utc=SUMMER)  # a list row that states UTC
    settled = settle_zones(frame((strava, "gpx"), (strava, "list"), near), HOME, "UTC")
    assert settled["zone_source"].tolist() == ["setting", "athlete", "position"]


def test_an_offset_gets_the_name_of_a_zone_that_the_athlete_was_in():
    treadmill = (
        locate(fit(SUMMER, datetime(2026, 7, 1, 12, 6, 38)), *NOWHERE, PLAIN),
        "fit",
    )  # "+02:00"
    outside = (locate(fit(datetime(2024, 7, 1, tzinfo=UTC)), 47.37, 8.54, PLAIN), "fit")
    settled = settle_zones(
        frame(treadmill, outside, wall("2026-12-01T07:00:00")), PLAIN, "UTC"
    )
    # winter time by its name
    assert settled["start"].iloc[2] == "2026-12-01T07:00:00+01:00"
    assert settled["zone"].tolist() == ["Europe/Zurich"] * 3
    alone = settle_zones(frame(treadmill, wall("2026-12-01T07:00:00")), PLAIN, "UTC")
    assert alone["start"].iloc[1] == "2026-12-01T07:00:00+02:00"  # nobody named a zone


def test_a_list_alone_keeps_its_clock_whatever_the_machine_says():
    rows = frame(wall("2026-05-01T07:00:00"))
    for machine in ("UTC", "Asia/Tokyo", "nonsense"):
        row = settle_zones(rows, PLAIN, machine).iloc[0]
        assert (row["start"], row["zone_source"], row["zone"]) == (
            "2026-05-01T07:00:00",
            "list",
            "",
        )
        assert row["start_local"] == pd.Timestamp("2026-05-01T07:00")
    assert (
        settle_zones(rows, HOME, "UTC")["start"].iloc[0] == "2026-05-01T07:00:00+02:00"
    )


def test_a_file_that_tells_nothing_takes_the_machine_zone():
    row = settle_zones(
        frame(
            (locate(Session(format="gpx", start_utc=WINTER), *NOWHERE, PLAIN), "gpx")
        ),
        PLAIN,
        "Asia/Tokyo",
    )
    assert row["start"].iloc[0] == "2026-01-14T19:00:00+09:00"
    assert row["zone_source"].iloc[0] == "system"


def test_a_day_without_hour_stays_a_day():
    row = settle_zones(
        frame(wall("2026-05-01T00:00:00"), date_only=True), HOME, "UTC"
    ).iloc[0]
    assert row["start"] == "2026-05-01"
    assert row["start_local"] == pd.Timestamp("2026-05-01")


@pytest.mark.parametrize(
    ("clock", "start", "utc"),
    [  # Oslo 2026: clocks jump 02:00 -> 03:00 on 29 March, 03:00 -> 02:00 on 25 October
        ("2026-03-29T02:30:00", "2026-03-29T02:30:00+01:00", "2026-03-29T01:30Z"),
        ("2026-10-25T02:30:00", "2026-10-25T02:30:00+02:00", "2026-10-25T00:30Z"),
    ],
)
def test_hours_that_the_clock_leaves_out_or_shows_twice(clock, start, utc):
    row = settle_zones(frame(wall(clock)), HOME, "UTC").iloc[0]
    assert (row["start"], row["start_utc"]) == (start, pd.Timestamp(utc))
    assert row["start_local"] == pd.Timestamp(clock)


def test_no_date_and_wild_dates_stay_unknown():
    wild = locate(
        fit(datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31)), *OSLO, HOME
    )
    row = settle_zones(frame((wild, "fit")), PLAIN, "UTC").iloc[0]
    assert row["start"] == ""
    assert pd.isna(row["start_utc"])
    assert pd.isna(row["start_local"])


def test_a_wrong_setting_is_said():
    with pytest.raises(SettingsError, match="no time zone is called 'Oslo'"):
        settle_zones(
            frame(wall("2026-05-01T07:00:00")),
            Settings(tz="Oslo", origins={"tz": "--tz"}),
            "UTC",
        )


def test_no_rows():
    rows = frame(wall("2026-05-01T07:00:00")).iloc[:0]
    assert settle_zones(rows, PLAIN, "UTC").empty


STARTS = st.datetimes(datetime(2020, 1, 1), datetime(2026, 12, 31)).map(
    lambda at: at.replace(microsecond=0)
)


@hypothesis(deadline=None, max_examples=30)
@given(
    st.lists(
        st.tuples(STARTS, st.sampled_from(["quito", "oslo", "wall", "utc"])),
        min_size=1,
        max_size=8,
    )
)
def test_settled_rows_agree_with_themselves_and_settle_once(runs):
    made = {
        "quito": lambda at: (locate(fit(at.replace(tzinfo=UTC)), *QUITO, PLAIN), "fit"),
        "oslo": lambda at: (locate(fit(at.replace(tzinfo=UTC)), *OSLO, PLAIN), "fit"),
        "wall": lambda at: wall(at.isoformat()),
        "utc": lambda at: (ZonedStart(start_utc=at.replace(tzinfo=UTC)), "gpx"),
    }
    rows = frame(*(made[kind](at) for at, kind in runs))
    before = rows.copy()
    settled = settle_zones(rows, PLAIN, "Asia/Tokyo")
    pd.testing.assert_frame_equal(rows, before)  # the argument is left alone
    for row in settled.itertuples():
        start = datetime.fromisoformat(row.start)
        assert start.replace(tzinfo=None) == row.start_local
        assert (start if start.tzinfo else start.replace(tzinfo=UTC)) == row.start_utc
    again = settle_zones(settled, PLAIN, "Asia/Tokyo")
    assert again["start_utc"].tolist() == settled["start_utc"].tolist()
