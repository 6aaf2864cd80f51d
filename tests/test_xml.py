"""GPX and TCX: every known flavour, every way to break one, and the fast path against the slow."""

import gzip
import math
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loadwatch.errors import LoadwatchError, NotActivity, OverLimit, Unreadable
from loadwatch.ingest import readers
from loadwatch.ingest.readers.xml import (
    iso_times,
    point_pattern,
    positions,
    samples,
    tree,
)
from loadwatch.settings import Settings

START = datetime(2026, 3, 1, 7, 0, tzinfo=UTC)
LATITUDE, LONGITUDE = 10.0, 20.0  # nowhere anyone runs: the Sahara
NORTH_M = 110_611.0  # metres in a degree of latitude at 10 deg, WGS 84: 111132.954 - 559.822 cos 20 deg + ...
HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'


def point(
    k: int,
    step_m: float = 3.0,
    *,
    extra: str = "",
    at: str = "",
    lat: str = "",
    lon: str = "",
) -> str:
    lat = lat or f"{LATITUDE + k * step_m / NORTH_M:.9f}"
    lon = lon or f"{LONGITUDE}"
    at = at or f"{(START + timedelta(seconds=k)).isoformat().replace('+00:00', 'Z')}"
    time = "" if at == "none" else f"<time>{at}</time>"
    return f'<trkpt lat="{lat}" lon="{lon}">\n <ele>100.5</ele>\n {time}{extra}\n</trkpt>\n'


def gpx(
    *segments: str,
    kind: str = "running",
    head: str = HEAD,
    rest: str = "",
    root: str = "",
) -> bytes:
    body = "".join(f"<trkseg>\n{segment}</trkseg>\n" for segment in segments)
    kind = f"<type>{kind}</type>" if kind else ""
    text = (
        f'{head}<gpx version="1.1" creator="test watch - http://example.org" '
        f'xmlns="http://www.topografix.com/GPX/1/1">{root}<trk><name>Morning</name>{kind}{rest}\n{body}</trk></gpx>'
    )
    return text.encode()


def run(count: int = 600, **odd: str) -> str:
    return "".join(point(k, **odd) for k in range(count))


def read(data: bytes):
    return readers.read(data, "x", Settings())


def only(data: bytes):
    (activity,) = read(data).activities
    return activity


def codes(activity) -> set[str]:
    return {note.code for note in activity.session.notes}


# ---- GPX


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
    close = only(
        gpx(early, "".join(point(k + 100) for k in range(100)))
    )  # a new segment, yet no pause
    assert math.isnan(close.session.timer_s)
    assert close.records["distance_m"].iloc[-1] == pytest.approx(199 * 3, rel=1e-3)


def _tracks(gap_s: int, second: str = "running") -> bytes:
    one = f"<trk><type>running</type><trkseg>{run(60)}</trkseg></trk>"
    later = "".join(point(k + 60 + gap_s) for k in range(60))
    two = f"<trk><type>{second}</type><trkseg>{later}</trkseg></trk>"
    return f"{HEAD}<gpx>{two}{one}</gpx>".encode()


def test_tracks_that_follow_each_other_are_one_run():
    assert [len(a.records) for a in read(_tracks(600)).activities] == [120]
    apart = read(_tracks(3600)).activities
    assert [(len(a.records), a.session.part) for a in apart] == [(60, 1), (60, 2)]
    assert apart[0].session.start_utc == START
    assert len(read(_tracks(600, "cycling")).activities) == 2


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


# ---- hostile XML


LAUGHS = '<!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;&lol;">]>'


@pytest.mark.parametrize(
    "head",
    [
        HEAD + LAUGHS,
        HEAD + '<!DOCTYPE gpx SYSTEM "http://example.org/x.dtd">',
        HEAD + '<!DOCTYPE gpx [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        HEAD + '<!DOCTYPE gpx [<!ENTITY % p SYSTEM "file:///etc/passwd"> %p;]>',
        HEAD + "<!DOCTYPE gpx>",
    ],
)
def test_any_doctype_is_refused(head):
    with pytest.raises(Unreadable, match="DOCTYPE"):
        read(gpx(run(3), head=head))


def test_limits_of_depth_attributes_elements_and_points(monkeypatch):
    deep = "<a>" * 200_000
    with pytest.raises(OverLimit, match="64 deep"):
        read(gpx(run(3), rest=deep))
    with pytest.raises(OverLimit, match="64 attributes"):
        read(
            gpx(run(3), rest="<a " + " ".join(f'a{k}="1"' for k in range(1000)) + "/>")
        )
    spaces = "<a " + " ".join(f'xmlns:a{k}="u"' for k in range(1000)) + "/>"
    assert only(gpx(run(3), rest=spaces)).session.sport == "running"
    with pytest.raises(OverLimit, match="endless track point"):
        read(gpx(point(0) + '<trkpt lat="1" lon="2">' + "<a>" * 700_000))
    monkeypatch.setattr(tree, "MAX_NODES", 50)
    with pytest.raises(OverLimit, match="more than 50 elements"):
        read(gpx(run(3), rest="<a/>" * 60))
    monkeypatch.setattr("loadwatch.ingest.readers.xml.gpx.MAX_PARTS", 1)
    monkeypatch.setattr("loadwatch.ingest.readers.xml.tcx.MAX_PARTS", 1)
    monkeypatch.setattr(tree, "MAX_NODES", 500)
    with pytest.raises(OverLimit, match="more than 1 recordings"):
        read(_tracks(3600))
    with pytest.raises(OverLimit, match="more than 1 activities"):
        read(
            tcx(
                body=f"<Activities>{activity_of(lap(3))}{activity_of(lap(3))}</Activities>"
            )
        )
    monkeypatch.setattr("loadwatch.ingest.readers.xml.MAX_BYTES", 100)
    with pytest.raises(OverLimit, match="more than 0 MiB"):
        read(gpx(run(3)))


@pytest.mark.parametrize(
    "data",
    [
        gpx(run(3)).replace(b"UTF-8", b"x-unknown"),
        gpx(run(3)).replace(b"UTF-8", b"UTF-7"),
        b"<gpx",
        b"<?xml version='1.0'?><!-- <gpx -->",
        b"<gpx><trk>",
        HEAD.encode() + b"<gpx><metadata>&#27;</metadata>",
    ],
)
def test_what_cannot_be_parsed_has_a_reason(data):
    with pytest.raises((Unreadable, NotActivity)) as error:
        read(data)
    assert error.value.why


def test_xml_of_another_kind():
    with pytest.raises(Unreadable, match="KML map"):
        read(b"<kml><!-- a <gpx once --></kml>")
    with pytest.raises(Unreadable, match="neither GPX nor TCX"):
        read(b"<plan><!-- a <gpx once --></plan>")


# ---- the fast way is the slow way


def _slowly(data: bytes, monkeypatch) -> object:
    monkeypatch.setattr(point_pattern, "learn_pattern", lambda *_: None)
    found = read(data)
    monkeypatch.undo()
    return found


@pytest.mark.parametrize(
    "data",
    [gpx(run(50), run(50)), _tracks(3600), gpx(run(30, extra="<x><y>1</y></x><z/>"))],
)
def test_points_taken_out_by_pattern_are_those_of_the_parser(data, monkeypatch):
    _same(read(data), _slowly(data, monkeypatch))


def _same(one, two):
    # NaN differs from itself, its text does not
    assert [repr(a.session) for a in one.activities] == [
        repr(a.session) for a in two.activities
    ]
    for a, b in zip(one.activities, two.activities, strict=True):
        assert a.records.equals(b.records)


def test_points_in_a_comment_do_not_count():
    hidden = gpx(
        run(50)
        + "<!--"
        + "".join(point(k) for k in range(100, 200))
        + "-->"
        + point(60)
    )
    assert len(only(hidden).records) == 51


def test_a_file_that_holds_our_marker_is_read_the_slow_way():
    assert len(only(gpx(run(50) + f"<{point_pattern.MARK}/>" * 3)).records) == 50


def test_large_files_are_taken_in_windows(monkeypatch):
    whole = only(gpx(run(900)))
    monkeypatch.setattr(point_pattern, "WINDOW", 5_000)
    assert only(gpx(run(900))).records.equals(whole.records)
    monkeypatch.setattr("loadwatch.ingest.readers.xml.point_columns.BATCH", 7)
    monkeypatch.setattr(point_pattern, "learn_pattern", lambda *_: None)
    assert only(gpx(run(900))).records.equals(whole.records)


EXTRAS = st.sampled_from(
    [
        "",
        "<extensions><g:hr>120</g:hr></extensions>",
        "<extensions/>",
        "<g:hr>9e9</g:hr>",
        "<!-- x -->",
        "<ele/>",
        "&amp;",
    ]
)


@given(st.lists(EXTRAS, min_size=1, max_size=12), st.integers(0, 300))
@settings(deadline=None, max_examples=50)
def test_mixed_layouts_and_cuts_give_the_same_both_ways(extras, cut):
    data = gpx("".join(point(k, extra=extra) for k, extra in enumerate(extras)))
    data = data[: len(data) - cut]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(point_pattern, "learn_pattern", lambda *_: None)
        slow = _outcome(data)
    assert _outcome(data) == slow


def _outcome(data: bytes) -> object:
    try:
        return [
            (a.session, a.records.to_csv()) for a in read(data).activities
        ].__repr__()
    except (NotActivity, Unreadable, OverLimit) as error:
        return type(error).__name__, error.why


@given(st.data())
@settings(deadline=None, max_examples=60)
def test_any_damage_gives_an_activity_or_a_reason(data):
    whole = bytearray(data.draw(st.sampled_from([gpx(run(5)), tcx(lap())])))
    for _ in range(data.draw(st.integers(1, 5))):
        at = data.draw(st.integers(0, len(whole) - 1))
        whole[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=4))
    try:
        readers.read(bytes(whole), "x", Settings())
    except LoadwatchError as error:
        assert str(error)


# ---- TCX


def trackpoint(
    k: int,
    distance: float | None,
    *,
    heart: int = 140,
    position: bool = True,
    extra: str = "",
) -> str:
    where = (
        f"<Position><LatitudeDegrees>{LATITUDE + k * 3 / NORTH_M:.9f}</LatitudeDegrees>"
        f"<LongitudeDegrees>{LONGITUDE}</LongitudeDegrees></Position>"
    )
    metres = "" if distance is None else f"<DistanceMeters>{distance}</DistanceMeters>"
    return (
        f"<Trackpoint><Time>{(START + timedelta(seconds=k)).isoformat().replace('+00:00', 'Z')}</Time>"
        f"{where if position else ''}<AltitudeMeters>50</AltitudeMeters>{metres}"
        f"<HeartRateBpm><Value>{heart}</Value></HeartRateBpm>{extra}</Trackpoint>\n"
    )


TPX = "<ns3:TPX><ns3:Speed>3.0</ns3:Speed><ns3:RunCadence>84</ns3:RunCadence></ns3:TPX>"
TPX = f"<Extensions>{TPX}</Extensions>"


def lap(
    count: int = 600,
    first: int = 0,
    at_m: float | None = 0.0,
    total_m: str = "",
    seconds: str = "",
    **odd: object,
) -> str:
    points = "".join(
        trackpoint(first + k, None if at_m is None else at_m + k * 3, **odd)
        for k in range(count)  # type: ignore[arg-type]
    )
    total_m = total_m or f"{max(0, count - 1) * 3}"
    return (
        f'<Lap StartTime="{(START + timedelta(seconds=first)).isoformat().replace("+00:00", "Z")} ">'
        f"<TotalTimeSeconds>{seconds or count}</TotalTimeSeconds><DistanceMeters>{total_m}</DistanceMeters>"
        f"<AverageHeartRateBpm><Value>141</Value></AverageHeartRateBpm><Track>{points}</Track></Lap>"
    )


def activity_of(*laps: str, sport: str = "Running", rest: str = "") -> str:
    return f'<Activity Sport="{sport}"><Id>2026-03-01T07:00:00Z</Id>{"".join(laps)}{rest}</Activity>'


def tcx(*laps: str, body: str = "", rest: str = "") -> bytes:
    inner = body or f"<Activities>{activity_of(*laps, rest=rest)}</Activities>"
    return f"{HEAD}<TrainingCenterDatabase xmlns='x'>{inner}</TrainingCenterDatabase>".encode()


def test_a_plain_tcx_run():
    creator = "<Creator><Name>test watch</Name><UnitId>12345</UnitId></Creator>"
    activity = only(tcx(lap(extra=TPX), rest=creator))
    session, records = activity.session, activity.records
    assert (session.format, session.sport, session.device, session.serial) == (
        "tcx",
        "running",
        "test watch",
        "12345",
    )
    assert (session.distance_m, session.timer_s, session.start_utc) == (
        1797,
        600,
        START,
    )
    assert session.notes == ()
    assert records["cadence_spm"].iloc[0] == 168
    assert records["heart_rate_bpm"].iloc[0] == 140
    assert records["speed_mps"].iloc[0] == 3


def test_leading_blanks_and_laps():
    session = only(b"   \n" + tcx(lap(300), lap(300, 300, 900))).session
    assert session.timer_s == 600
    assert session.distance_m == 2 * 299 * 3


def test_a_leg_that_begins_at_forty_kilometres():
    session = only(tcx(lap(at_m=40_000.0, total_m="40132"))).session
    assert session.distance_m == 1797
    assert session.notes[0].code == "lap_totals"
    assert only(tcx(lap(at_m=40_000.0, total_m="1797"))).session.distance_m == 1797


def test_counters_that_begin_anew_are_joined():
    activity = only(tcx(lap(300), lap(300, 300, 0.0)))
    assert codes(activity) == {"distance_reset"}
    assert activity.records["distance_m"].iloc[-1] == 2 * 299 * 3
    assert activity.records["distance_m"].is_monotonic_increasing


def test_no_distance_no_position_no_points():
    from_gps = only(tcx(lap(at_m=None, total_m="nan")))
    assert codes(from_gps) == {"no_distance", "bad_values"}
    assert from_gps.records["distance_m"].iloc[-1] == pytest.approx(1797, rel=1e-3)
    treadmill = only(tcx(lap(position=False)))
    assert treadmill.session.distance_m == 1797
    assert "latitude_deg" not in treadmill.records
    alone = only(tcx(lap(0, total_m="5000", seconds="1800")))
    assert codes(alone) == {"no_records"}
    totals = alone.session
    assert (totals.distance_m, totals.timer_s, totals.start_utc) == (5000, 1800, START)
    assert totals.heart_rate_bpm == 141
    with pytest.raises(NotActivity, match="no points and no totals"):
        read(tcx(lap(0, total_m="0", seconds="0")))


def test_totals_that_cannot_be_without_a_point_are_refused_and_no_nothing():
    with pytest.raises(Unreadable, match="totals that cannot be"):
        read(tcx(lap(0, total_m="1e15", seconds="1e15")))


@pytest.mark.parametrize("word", ["NaN", "abc", "1e400", "-5"])
def test_a_total_of_a_lap_that_cannot_be_is_noted(word):
    assert codes(only(tcx(lap(total_m=word)))) == {"bad_values"}
    assert "bad_values" in codes(only(tcx(lap(seconds=word))))


def test_zero_distance_keeps_the_time():
    session = only(tcx(lap(position=False, at_m=None, total_m="0"))).session
    assert (session.distance_m, session.timer_s) == (0, 600)


def test_laps_longer_than_their_points_are_believed():
    session = only(tcx(lap(30, total_m="3000", seconds="900"))).session
    assert (session.distance_m, session.timer_s, session.elapsed_s) == (3000, 900, 900)


def test_lap_totals_of_weeks_are_a_broken_clock():
    read_once = only(tcx(lap(seconds="1e6")))
    assert math.isnan(read_once.session.timer_s)
    assert "duration" in codes(read_once)


def test_a_text_beyond_measure_is_cut_and_noted():
    data = gpx(run(5)).replace(b"<trk>", b"<trk><desc>" + b"x" * 100_000 + b"</desc>")
    found = only(data)
    assert found.session.name == "Morning"
    assert "text" in codes(found)


def test_multisport_gives_its_legs():
    legs = [
        activity_of(lap(60, k * 100), sport=sport)
        for k, sport in enumerate(["Other", "Biking", "Running"])
    ]
    body = f"<Activities><MultiSportSession><FirstSport>{legs[0]}</FirstSport><NextSport>{legs[1]}</NextSport>"
    body += f"<NextSport>{legs[2]}</NextSport></MultiSportSession></Activities>"
    found = read(tcx(body=body)).activities
    assert [(a.session.sport, a.session.part, len(a.records)) for a in found] == [
        ("generic", 1, 60),
        ("cycling", 2, 60),
        ("running", 3, 60),
    ]


def test_an_empty_activity_beside_another_is_listed():
    body = f"<Activities>{activity_of(lap())}{activity_of()}</Activities>"
    reading = read(tcx(body=body))
    assert len(reading.activities) == 1
    assert reading.skipped[0].why == "activity 2: no points and no totals"


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("<Courses><Course><Name>c</Name></Course></Courses>", "a course"),
        ("<Workouts/>", "without an activity"),
    ],
)
def test_tcx_without_an_activity(body, why):
    with pytest.raises(NotActivity, match=why):
        read(tcx(body=body))


def test_a_tcx_cut_before_its_activity():
    with pytest.raises(Unreadable, match="breaks off"):
        read(b"<TrainingCenterDatabase><Activities>")


def test_steps_of_laps():
    steps = "<Extensions><LX><Steps>800</Steps></LX></Extensions></Lap>"
    assert only(tcx(lap().replace("</Lap>", steps))).session.steps == 800
    assert math.isnan(only(tcx(lap())).session.steps)


def test_a_lap_that_starts_before_its_points_starts_the_run():
    early = lap(60, 5).replace(
        f'StartTime="{(START + timedelta(seconds=5)).isoformat().replace("+00:00", "Z")}',
        'StartTime="2026-03-01T07:00:00Z',
    )
    assert only(tcx(early)).session.start_utc == START
    far = early.replace("2026-03-01T07:00:00Z ", "2026-03-01T06:00:00Z")
    assert only(tcx(far)).session.start_utc == START + timedelta(seconds=5)


# ---- clocks


@given(st.datetimes(), st.sampled_from(["Z", "+05:45", "-03:00", ""]))
def test_the_fast_clock_is_python_s(moment, zone):
    for text in (
        moment.isoformat() + zone,
        moment.replace(microsecond=0).isoformat() + zone,
    ):
        found = iso_times.parse_instants([text.encode(), b"", text])
        aware = datetime.fromisoformat(text)
        shift = aware.utcoffset() or timedelta(0)
        want = (
            aware.replace(tzinfo=UTC) - datetime(1970, 1, 1, tzinfo=UTC) - shift
        ) // timedelta(microseconds=1)
        assert found.us.tolist() == [want, iso_times.NAT, want]
        assert found.naive == (zone == "")
        assert found.bad == 0


def test_clocks_that_are_none():
    found = iso_times.parse_instants(
        [
            "2026-02-30T00:00:00Z",
            "yesterday",
            "x" * 50,
            "2026-03-01T07:00:00,5Z",
            "٢٠٢٦-03-01T07:00:00Z",
        ]
    )
    assert found.bad == 4
    assert (found.us != iso_times.NAT).tolist() == [False, False, False, True, False]


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


@pytest.mark.parametrize("count", [12, 300])
def test_a_point_that_begins_within_another_one_ends_no_segment(count):
    points = [point(k) for k in range(count)]
    points[5] = points[5].replace("</trkpt>\n", "")  # which holds the sixth one then
    points[8] += "</trkpt>\n"
    (activity,) = readers.read(gpx("".join(points)), "a.gpx", Settings()).activities
    assert len(activity.records) == count - 1
    assert [
        note.text for note in activity.session.notes if note.code == "truncated"
    ] == ["1 track point(s) begin within another one"]


@pytest.mark.parametrize(
    ("written", "name"),
    [
        (
            "Run &#55357;&#56832;!",
            "Run \U0001f600!",
        ),  # an emoji in halves, by JavaScript
        ("Run &#xD83D;&#xDE00;!", "Run \U0001f600!"),
        ("&#65;&#55357;&#56832;&#x1F600;", "A\U0001f600\U0001f600"),
        ("&#xD800;&#xDC00;&#56319;&#57343;", "\U00010000\U0010ffff"),
        ("Run \x0b\x1b&#65;&#66;", "Run AB"),
    ],
)
def test_a_name_of_characters_that_xml_forbids_costs_no_point(written, name):
    text = HEAD + (
        f'<gpx version="1.1" creator="x"><trk><name>{written}</name><type>running</type>'
        f"<trkseg>{''.join(point(k) for k in range(100))}</trkseg></trk></gpx>"
    )
    (activity,) = readers.read(text.encode(), "a.gpx", Settings()).activities
    assert len(activity.records) == 100
    assert activity.session.name == name
    assert any(note.code == "text" for note in activity.session.notes)


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


def test_a_window_of_points_is_made_when_it_is_asked_for():
    """The texts of all windows at once take four times the file."""
    data = "".join(point(k) for k in range(20)).encode()
    pattern = point_pattern.learn_pattern(data, "trkpt")
    windows = point_pattern.split_points(data, "trkpt", pattern)
    assert iter(windows) is windows
    assert sum(sum(window.streaks) for window in windows) == 20


@pytest.mark.parametrize(
    "reference", ["&#27;", "&#xD83D;", "&#56832;&#55357;", "&#56320;&#56320;", "&#0;"]
)
def test_a_reference_to_no_character_ends_the_file(reference):
    """As XML 1.0 has it (section 4.1, "Legal Character")."""
    text = (
        HEAD
        + f'<gpx version="1.1" creator="x"><trk><name>{reference}</name></trk></gpx>'
    )
    with pytest.raises(LoadwatchError, match="breaks off before its first point"):
        readers.read(text.encode(), "a.gpx", Settings())
