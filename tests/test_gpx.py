"""GPX: every known flavour, receivers that slip, and real files."""

import gzip
import math
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loadwatch.errors import NotActivity, OverLimit, Unreadable
from loadwatch.ingest import readers
from loadwatch.ingest.readers.xml import positions, samples
from loadwatch.settings import Settings
from tests.make_xml import (
    HEAD,
    NORTH_M,
    START,
    codes,
    gpx,
    join_tracks,
    only,
    point,
    read,
    run,
)


def test_a_plain_gpx_run():
    activity = only(gpx(run()))
    session, records = activity.session, activity.records
    assert (session.format, session.sport, session.name) == (
        "gpx",
        "running",
        "Morning",
    )
    assert session.start_utc == START
    assert session.device == "test watch"
    assert session.notes == ()
    assert math.isnan(session.distance_m)  # the file states none
    assert math.isnan(session.timer_s)
    assert len(records) == 600
    assert records["distance_m"].iloc[-1] == pytest.approx(599 * 3, rel=1e-3)
    assert (records["altitude_m"] == 100.5).all()
    assert str(records.index.tz) == "UTC"


@pytest.mark.parametrize(
    "wrap",
    [
        lambda data: b"          \r\n" + data,
        lambda data: b"\xef\xbb\xbf" + data,
        lambda data: data.replace(b"UTF-8", b"UTF-16").decode().encode("utf-16"),
        lambda data: data.replace(b"UTF-8", b"ISO-8859-1").replace(
            b"Morning", b"Morg\xe9n"
        ),
        lambda data: data.replace(b"1/1", b"1/0").replace(b'"1.1"', b'"1.0"'),
        lambda data: data.replace(b"<ele>", b"<q:ele>").replace(
            b"</ele>", b"</q:ele>"
        ),  # prefix not declared
        lambda data: data.replace(b'"', b"'"),
        lambda data: data.replace(b"\n", b""),
    ],
)
def test_the_same_run_however_it_is_wrapped(wrap):
    activity, plain = only(wrap(gpx(run()))), only(gpx(run()))
    assert activity.records.equals(plain.records)
    assert activity.session.notes == ()


def test_extensions_of_garmin_strava_and_others():
    garmin = (
        "<extensions><g:TrackPointExtension><g:hr>150</g:hr><g:cad>85</g:cad><g:speed>3.1</g:speed>"
        "</g:TrackPointExtension><power>240</power></extensions>"
    )
    records = only(gpx(run(extra=garmin))).records
    assert records["heart_rate_bpm"].iloc[0] == 150
    assert records["cadence_spm"].iloc[0] == 170  # both feet
    assert records["speed_mps"].iloc[0] == 3.1
    assert records["power_w"].iloc[0] == 240
    cycling = only(gpx(run(extra=garmin), kind="cycling")).records
    assert cycling["cadence_spm"].iloc[0] == 85
    both_feet = only(
        gpx(run(extra="<extensions><cadence>172</cadence></extensions>"))
    ).records
    assert both_feet["cadence_spm"].iloc[0] == 172


def test_a_cumulative_distance_in_the_points_is_the_device_s():
    body = "".join(
        point(
            k,
            extra=f"<extensions><d:distance>{100 + k * 3.1:.1f}</d:distance></extensions>",
        )
        for k in range(600)
    )
    session = only(gpx(body)).session
    assert session.distance_m == pytest.approx(599 * 3.1)


def test_an_absurd_distance_in_the_points_is_not():
    body = "".join(
        point(k, extra=f"<extensions><distance>{k * 99}</distance></extensions>")
        for k in range(100)
    )
    activity = only(gpx(body))
    assert math.isnan(activity.session.distance_m)
    assert activity.records["distance_m"].iloc[-1] == pytest.approx(99 * 3, rel=1e-3)


def test_segments_are_stretches_between_pauses():
    early = "".join(point(k) for k in range(100))
    late = "".join(point(k + 400) for k in range(100))  # 300 s and 900 m further on
    activity = only(gpx(early, late))
    assert activity.session.timer_s == 198
    assert activity.records["distance_m"].iloc[-1] == pytest.approx(198 * 3, rel=1e-3)
    # a new segment, yet no pause
    close = only(gpx(early, "".join(point(k + 100) for k in range(100))))
    assert math.isnan(close.session.timer_s)
    assert close.records["distance_m"].iloc[-1] == pytest.approx(199 * 3, rel=1e-3)


def test_tracks_that_follow_each_other_are_one_run():
    assert [len(a.records) for a in read(join_tracks(600)).activities] == [120]
    apart = read(join_tracks(3600)).activities
    assert [(len(a.records), a.session.part) for a in apart] == [(60, 1), (60, 2)]
    assert apart[0].session.start_utc == START
    assert len(read(join_tracks(600, "cycling")).activities) == 2


def test_a_second_track_without_times_is_listed():
    plan = f"<trk><name>plan</name><trkseg>{run(9, at='none')}</trkseg></trk>"
    data = f"<gpx><trk><trkseg>{run(9)}</trkseg></trk>{plan}</gpx>"
    (left,) = read(data.encode()).skipped
    assert (left.kind, left.why) == ("ignored", "track plan: it has no times")


NOT_ACTIVITIES = {
    "without times": gpx(run(at="none")),
    "a route to follow": b'<gpx><rte><rtept lat="1" lon="2"/></rte></gpx>',
    "way-points only": b'<gpx><wpt lat="1" lon="2"/></gpx>',
    "without a track": b"<gpx></gpx>",
    "no points: nothing was recorded but a name (treadmill_running)": gpx(
        kind="treadmill_running"
    ).replace(b"</trk>", b"<trkseg/></trk>"),
    "all carry the same time": gpx(run(at="2026-03-01T07:00:00Z")),
}


@pytest.mark.parametrize(("why", "data"), NOT_ACTIVITIES.items())
def test_what_is_no_recording_is_ignored_with_its_reason(why, data):
    with pytest.raises(NotActivity) as error:
        read(data)
    assert why in error.value.why


TOTALS = (
    "<extensions><distance>5931.13</distance><average_hr>164.0</average_hr>"
    "<start_time>2026-03-01T08:00:00+01:00</start_time><moving_time>1791.9</moving_time>"
    "<elapsed_time>1800.8</elapsed_time></extensions>"
)


def test_a_treadmill_gpx_without_points_but_with_totals():
    session = only(gpx(kind="indoor_running", root=TOTALS)).session
    assert (session.distance_m, session.moving_s, session.elapsed_s) == (
        5931.13,
        1791.9,
        1800.8,
    )
    assert (session.sport, session.sub_sport, session.heart_rate_bpm) == (
        "running",
        "indoor_running",
        164,
    )
    assert session.start_utc == START


def test_totals_of_the_file_go_before_the_sum_of_positions():
    session = only(gpx(run(1800), root=TOTALS)).session
    assert (session.distance_m, session.elapsed_s) == (5931.13, 1800.8)


def test_totals_that_the_points_contradict_are_left_out():
    session = only(gpx(run(600), root=TOTALS)).session
    assert math.isnan(session.distance_m)
    assert math.isnan(session.elapsed_s)
    assert codes(only(gpx(run(600), root=TOTALS))) == {"distance"}


def test_totals_of_garmin_s_track_stats():
    stats = (
        "<extensions><gpxtrkx:TrackStatsExtension><gpxtrkx:Distance>1900</gpxtrkx:Distance>"
        "<gpxtrkx:TimerTime>590</gpxtrkx:TimerTime></gpxtrkx:TrackStatsExtension></extensions>"
    )
    session = only(gpx(run(), rest=stats)).session
    assert (session.distance_m, session.timer_s) == (1900, 590)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (gpx(run() + point(700, lat="10,02")), "decimal_comma"),
        (gpx(run() + point(700, lat="95")), "gps_invalid"),
        (gpx(run() + point(700, lat="0", lon="0")), "gps_invalid"),
        (gpx(run() + point(700, lat="nan")), "bad_values"),
        (gpx(run() + point(700).replace("100.5", "1e400")), "bad_values"),
        (gpx(run() + point(700, at="none")), "no_time"),
        (gpx(run() + point(700, at="2026-13-45T00:00:00Z")), "no_time"),
        (gpx(run() + point(700, at="1989-12-31T00:00:00Z")), "clock"),
        (
            gpx(run() + '<trkpt lon="20"><time>2026-03-01T07:20:00Z</time></trkpt>'),
            "gps_gap",
        ),
        (gpx(point(0)), "one_point"),
        (gpx(run(), head=HEAD).replace(b"Morning", b"Morg\xe9n"), "encoding"),
        (gpx(run()).replace(b"Z</time>", b"</time>"), "zone"),
        (gpx(run())[:-400], "truncated"),
        (gpx(run()).replace(b"</trkseg>", b"</trksge>"), "truncated"),
    ],
)
def test_what_is_odd_is_noted_and_the_run_kept(data, code):
    activity = only(data)
    assert code in codes(activity)
    assert len(activity.records) >= 1
    assert activity.session.start_utc == START
    lat = activity.records["latitude_deg"].dropna()
    assert lat.between(9, 12).all()


def test_dates_of_year_one_keep_the_run_without_its_day():
    activity = only(gpx(run()).replace(b">2026-", b">0001-"))
    assert activity.session.start_utc is None
    assert codes(activity) == {"clock"}
    assert len(activity.records) == 600


def test_impossible_dates_are_unreadable():
    with pytest.raises(Unreadable, match="none of its times"):
        read(gpx(run(at="2026-13-45T25:61:00Z")))


def test_an_offset_tells_the_wall_clock():
    data = gpx(
        "".join(point(k, at=f"2026-03-01T09:00:{k:02d}.250+02:00") for k in range(60))
    )
    session = only(data).session
    assert session.start_utc == START + timedelta(milliseconds=250)
    assert str(session.start_local) == "2026-03-01 09:00:00.250000"
    assert session.zone == "+02:00"
    assert session.notes == ()


def test_a_leap_second_and_points_out_of_order():
    body = (
        point(1, at="2016-12-31T23:59:60Z")
        + point(0, at="2016-12-31T23:59:59Z")
        + point(2, at="2017-01-01T00:00:01Z")
    )
    records = only(gpx(body)).records
    assert records.index.is_monotonic_increasing
    assert records.index[1] == datetime(2017, 1, 1, tzinfo=UTC)


def test_cdata_and_a_huge_name():
    long = "<![CDATA[" + "<script>" * 200_000 + "]]>"
    session = only(gpx(run()).replace(b"Morning", long.encode())).session
    assert session.name == "<script>" * 25
    assert len(session.name) == 200


# ---- GPS that slips


def test_points_without_a_segment_are_read():
    whole = gpx(run())
    bare = whole.replace(b"<trkseg>", b"").replace(b"</trkseg>", b"")
    assert len(only(bare).records) == len(only(whole).records) > 0


def test_a_slip_of_the_receiver_is_no_distance():
    body = "".join(point(k, lat="10.05" if k in {200, 201} else "") for k in range(600))
    activity = only(gpx(body))
    assert codes(activity) == {"gps_jump"}
    assert activity.records["distance_m"].iloc[-1] == pytest.approx(599 * 3, rel=2e-3)
    assert activity.records["latitude_deg"].isna().sum() == 2


def test_a_first_fix_far_away_does_not_cost_the_run():
    body = point(0, lat="48.1", lon="11.5") + "".join(point(k) for k in range(1, 600))
    activity = only(gpx(body))
    assert activity.records["distance_m"].iloc[-1] == pytest.approx(598 * 3, rel=2e-3)
    assert activity.records["latitude_deg"].isna().sum() == 1


def test_two_points_in_one_second():
    body = "".join(
        point(k) + point(k, at=f"{(START + timedelta(seconds=k)).isoformat()}")
        for k in range(200)
    )
    assert only(gpx(body)).records["distance_m"].iloc[-1] == pytest.approx(
        199 * 3, rel=2e-3
    )


def test_a_stretch_elsewhere_is_kept_but_the_way_there_is_not():
    here, there = (
        run(100),
        "".join(point(k, lat=f"{11 + k * 3 / NORTH_M:.9f}") for k in range(100, 160)),
    )
    activity = only(gpx(here + there))
    assert codes(activity) == {"gps_jump"}
    assert activity.records["latitude_deg"].notna().all()
    assert activity.records["distance_m"].iloc[-1] == pytest.approx(
        (99 + 59) * 3, rel=2e-3
    )


def test_the_gate_follows_the_sport():
    fast = "".join(point(k, 20.0) for k in range(300))  # 72 km/h
    assert only(gpx(fast, kind="cycling")).session.notes == ()
    assert only(gpx(fast, kind="")).session.notes == ()  # unknown: six times the median
    assert codes(only(gpx(fast))) == {"gps_jump"}


@given(st.integers(2, 40), st.data())
@settings(deadline=None, max_examples=40)
def test_positions_in_any_disorder_give_a_path_that_never_falls(count, data):
    numbers = st.floats(-200, 200) | st.just(math.nan) | st.just(0.0)
    lat, lon = (
        np.array(data.draw(st.lists(numbers, min_size=count, max_size=count)))
        for _ in "ab"
    )
    breaks = np.array(
        data.draw(st.lists(st.booleans(), min_size=count, max_size=count))
    )
    found = positions.clean_path(
        np.arange(count, dtype=float), lat, lon, breaks, "running"
    )
    steps = np.diff(found.distance_m[np.isfinite(found.distance_m)])
    assert (steps >= 0).all()
    assert (steps <= max(15.0 * count, positions.LONGEST_STEP_M) + 1e-6).all()
    assert np.isnan(found.latitude_deg).sum() >= np.isnan(lat).sum()


# ---- real files


@pytest.mark.slow
@pytest.mark.corpus
def test_real_files_against_their_manifest(corpus):
    """Distance within 2 % and time within 2 s of the manifest's naive sums, but where a note says why not."""
    rows = [
        line.split("\t")
        for line in (corpus / "MANIFEST.tsv").read_text(encoding="utf-8").splitlines()
    ]
    at = {name: k for k, name in enumerate(rows[0])}
    checked = 0
    for row in rows[1:]:
        if (
            row[at["kind"]] not in {"gpx", "tcx"}
            or not float(row[at["distance_m"]] or 0)
            or "no times" in row[-1]
        ):
            continue
        path = corpus / row[at["path"]]
        data = path.read_bytes()
        data = gzip.decompress(data) if path.suffix == ".gz" else data
        try:
            reading = read(data)
        except NotActivity:
            continue
        found = reading.activities
        checked += 1
        stated = sum(a.session.distance_m for a in found)
        along = [
            a.records["distance_m"].max() for a in found if "distance_m" in a.records
        ]
        best = sum(along) if math.isnan(stated) else stated
        noted = any(
            codes(a) & {"gps_jump", "gps_gap", "no_time", "no_distance"} for a in found
        )
        if (
            not noted
            and not reading.skipped
            and math.isnan(stated)
            and len(found[0].records) > 30
        ):
            assert best == pytest.approx(float(row[at["distance_m"]]), rel=0.02), path
        if "tcx" in row[at["kind"]] and math.isfinite(stated):
            assert stated == pytest.approx(float(row[at["distance_m"]]), rel=0.01), path
    assert checked > 200


def test_a_recording_of_too_many_points_is_limited(monkeypatch):
    monkeypatch.setattr(samples, "POINTS", 150)
    track = "<trk><trkseg>%s</trkseg></trk>"
    near = track % "".join(point(k) for k in range(100))
    later = (track % "".join(point(k) for k in range(100))).replace(
        "2026-03", "2026-04"
    )
    one = track % "".join(point(k) for k in range(151))
    with pytest.raises(OverLimit, match="a recording of more than 150 points"):
        readers.read(f"{HEAD}<gpx>{one}</gpx>".encode(), "a.gpx", Settings())
    two = readers.read(f"{HEAD}<gpx>{near}{later}</gpx>".encode(), "a.gpx", Settings())
    assert [len(each.records) for each in two.activities] == [100, 100]
