"""Ascent by a barometer and by satellites: hills of known climb, and what tells the two apart."""

import math
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from loadwatch.activity import Session
from loadwatch.exposure.altimeter import (
    choose_grade_window,
    choose_smoothing,
    guess_altimeter,
    name_altimeter,
)
from loadwatch.exposure.elevation import measure_climb
from loadwatch.exposure.row import build_row
from loadwatch.geodesy import DEGREE_M
from loadwatch.ingest.readers import read
from loadwatch.settings import Settings
from tests.make_fit import FitBuilder

START = datetime(2026, 3, 1, 8, tzinfo=UTC)
SECONDS = np.arange(5400.0)
SPEED_MPS = 2.8
LOCAL = 5  # source_type of a sensor that is built in
SENSORS = {"gps": 0, "accelerometer": 3, "barometer": 4, "hub": 12}


def hills(height_m=30.0, wave_m=900.0):
    """Altitude each second over waves of `height_m` per `wave_m`, and its climb [m]."""
    metres = SECONDS * SPEED_MPS
    altitude = 300.0 - height_m / 2 * np.cos(2 * math.pi * metres / wave_m)
    return altitude, float(np.maximum(np.diff(altitude), 0.0).sum())


def drift(spread_m, tau_s, seed):
    """Errors each second that are correlated over `tau_s` [m]."""
    pushes = np.random.default_rng(seed).normal(0, spread_m, SECONDS.size)
    keep = math.exp(-1 / tau_s)
    errors, state = np.empty(SECONDS.size), pushes[0]
    for second, push in enumerate(pushes):
        state = state * keep + push * math.sqrt(1 - keep * keep)
        errors[second] = state
    return errors


def white(spread_m, seed):
    return np.random.default_rng(seed).normal(0, spread_m, SECONDS.size)


def by_barometer(seed):
    """Some decimetres from second to second, and a drift of weather."""
    return white(0.2, seed) + drift(2.0, 1800.0, seed + 100)


def by_satellites(seed):
    """Metres over 20 to 100 s, which the watch smooths."""
    errors = drift(1.5, 30.0, seed) + drift(2.5, 90.0, seed + 100)
    return np.convolve(errors, np.ones(5) / 5, mode="same")


def every_second(count):
    return np.arange(count)


def every_5_seconds(count):
    return np.arange(0, count, 5)


def smart(count):
    """Samples 1 to 9 s apart, as smart recording leaves them."""
    steps = np.random.default_rng(5).integers(1, 10, count)
    places = np.cumsum(steps)
    return places[places < count]


RECORDINGS = [every_second, every_5_seconds, smart]


def median_error(errors, altimeter, recording, height_m=30.0):
    altitude, climb_m = hills(height_m)
    kept = recording(SECONDS.size)
    found = [
        measure_climb(
            SECONDS[kept],
            (altitude + errors(seed))[kept],
            SECONDS[kept] * SPEED_MPS,
            altimeter,
        ).ascent_m
        for seed in range(9)
    ]
    return float(np.median(np.abs(np.array(found) / climb_m - 1.0)))


@pytest.mark.parametrize("recording", RECORDINGS)
@pytest.mark.parametrize("altimeter", ["barometer", ""])
def test_a_barometers_hills_are_their_height(altimeter, recording):
    assert median_error(by_barometer, altimeter, recording) <= 0.03


@pytest.mark.parametrize("recording", RECORDINGS)
@pytest.mark.parametrize(("height_m", "most"), [(15.0, 0.15), (30.0, 0.04)])
def test_hills_by_satellites_are_nearer_where_that_is_known(recording, height_m, most):
    known, unknown, as_barometer = (
        median_error(by_satellites, altimeter, recording, height_m)
        for altimeter in ("satellites", "", "barometer")
    )
    assert known <= most
    assert known < 0.9 * unknown
    assert known <= 0.65 * as_barometer


def test_calm_hills_are_their_height_whatever_measured_them():
    for altimeter in ("barometer", "satellites", ""):
        error = median_error(lambda _: np.zeros(SECONDS.size), altimeter, every_second)
        assert error <= 0.02


@pytest.mark.parametrize("altimeter", ["barometer", "satellites", ""])
def test_more_noise_never_means_less_smoothing_nor_much_more_at_once(altimeter):
    noises = np.arange(0.0, 2.5, 0.01)
    chosen = [choose_smoothing(altimeter, noise) for noise in noises]
    windows = np.array([smoothing.window_s for smoothing in chosen])
    reversals = np.array([smoothing.reversal_m for smoothing in chosen])
    assert (windows % 2 == 1).all()
    assert set(np.diff(windows)) <= {0, 2}
    assert (np.diff(reversals) >= 0).all()
    assert np.diff(reversals).max() < 0.1
    assert choose_smoothing(altimeter, 9.0) == (61, 8.0)


def test_a_grade_by_satellites_is_taken_over_100_m():
    assert choose_grade_window("satellites", 0.1) == 100.0
    assert choose_grade_window("barometer", 0.1) == choose_grade_window("", 0.1) == 50.0
    assert choose_grade_window("barometer", 0.5) == 100.0
    assert choose_grade_window("satellites", 2.0) == 200.0


@pytest.mark.parametrize(
    ("device", "altimeter"),
    [
        ("garmin fr310xt", "satellites"),
        ("Forerunner 310XT", "satellites"),
        ("Garmin Forerunner 735XT", "satellites"),
        ("Forerunner305 (Geräte-ID 1234567890)", "satellites"),
        ("garmin fr245_music", "satellites"),
        ("garmin venusq_music", "satellites"),
        ("garmin fr25", "satellites"),
        ("garmin fr255_small", "barometer"),
        ("garmin fr255", "barometer"),
        ("garmin venu3s", "barometer"),
        ("vívoactive HR", "barometer"),
        ("garmin edge_530", "barometer"),
        ("garmin edge200", "satellites"),
        ("fenix 3 HR", "barometer"),
        ("fēnix 7X Pro", "barometer"),
        ("suunto Suunto Ambit3 Peak", "barometer"),
        ("suunto Suunto Ambit3 Run", "satellites"),
        ("Polar V800", "barometer"),
        ("coros COROS APEX Pro", "barometer"),
        ("StravaGPX Android", ""),
        ("Garmin Connect", ""),
        ("garmin fr9", ""),
        ("", ""),
    ],
)
def test_a_watch_is_known_by_its_name(device, altimeter):
    assert name_altimeter(Session(format="tcx", device=device)) == altimeter


def test_the_sensors_that_a_file_lists_come_before_the_name():
    session = Session(format="fit", device="garmin fenix6", altimeter="satellites")
    assert name_altimeter(session) == "satellites"


def test_where_nothing_tells_noise_does():
    assert guess_altimeter("", 0.2) == "barometer"
    assert guess_altimeter("", 0.6) == "satellites"
    assert guess_altimeter("satellites", 0.1) == "satellites"


def fit_run(altitude, sensors, *, ascent=None):
    """A FIT file of a run each second whose device_info messages list `sensors`."""
    builder = FitBuilder()
    builder.add("file_id", type="activity", manufacturer="development", product=1)
    for name in sensors:
        builder.add("device_info", device_type=SENSORS[name], source_type=LOCAL)
    for second, height in zip(SECONDS, altitude, strict=True):
        builder.add(
            "record",
            timestamp=START + timedelta(seconds=second),
            distance=second * SPEED_MPS,
            altitude=float(height),
        )
    builder.add(
        "session",
        timestamp=START + timedelta(seconds=SECONDS[-1]),
        start_time=START,
        sport="running",
        total_elapsed_time=SECONDS[-1],
        total_timer_time=SECONDS[-1],
        total_distance=SECONDS[-1] * SPEED_MPS,
        total_ascent=ascent,
    )
    return builder.bytes()


def gpx_run(altitude, creator):
    """The same run as GPX."""
    points = "".join(
        f'<trkpt lat="{10 + second * SPEED_MPS / DEGREE_M:.7f}" lon="20.0">'
        f"<ele>{height:.1f}</ele>"
        f"<time>{START + timedelta(seconds=second):%Y-%m-%dT%H:%M:%SZ}</time></trkpt>"
        for second, height in zip(SECONDS, altitude, strict=True)
    )
    return (
        f'<gpx version="1.1" creator="{creator}"><trk><type>running</type>'
        f"<trkseg>{points}</trkseg></trk></gpx>"
    ).encode()


def row_of(data, name):
    (activity,) = read(data, name, Settings()).activities
    return build_row(activity, "", Settings())


@pytest.mark.parametrize(
    ("sensors", "altimeter"),
    [
        (("gps", "accelerometer", "barometer"), "barometer"),
        (("barometer",), "barometer"),
        (("gps", "accelerometer", "hub"), "satellites"),
        (("accelerometer",), "satellites"),
        (("gps",), ""),
        ((), ""),
    ],
)
def test_a_fit_file_lists_its_sensors(sensors, altimeter):
    data = fit_run(hills()[0], sensors)
    (activity,) = read(data, "run.fit", Settings()).activities
    assert activity.session.altimeter == altimeter


def test_a_sensor_that_is_paired_is_not_built_in():
    builder = FitBuilder()
    builder.add("file_id", type="activity", manufacturer="development", product=1)
    builder.add("device_info", device_type=SENSORS["barometer"], source_type=1)
    for second in range(20):
        builder.add("record", timestamp=START + timedelta(seconds=second), distance=9.0)
    (activity,) = read(builder.bytes(), "run.fit", Settings()).activities
    assert activity.session.altimeter == ""


def test_gpx_of_a_watch_is_measured_as_its_fit_file():
    altitude, climb_m = hills(60.0)
    altitude = altitude + by_satellites(4)
    fit = row_of(fit_run(altitude, ("gps", "accelerometer")), "run.fit")
    gpx = row_of(gpx_run(altitude, "Garmin Forerunner 310XT"), "run.gpx")
    other = row_of(gpx_run(altitude, "some app"), "run.gpx")
    assert fit["ascent_source"] == gpx["ascent_source"] == "gps"
    assert gpx["ascent_m"] == pytest.approx(fit["ascent_m"], rel=0.01)
    assert gpx["ascent_m"] < other["ascent_m"]
    assert fit["ascent_m"] == pytest.approx(climb_m, rel=0.12)


def test_a_calm_altitude_by_satellites_is_not_called_barometric():
    calm = hills()[0]
    assert row_of(fit_run(calm, ("hub",)), "a.fit")["ascent_source"] == "gps"
    assert row_of(fit_run(calm, ()), "a.fit")["ascent_source"] == "barometer"
    stated = row_of(fit_run(calm, ("hub",), ascent=321), "a.fit")
    assert (stated["ascent_m"], stated["ascent_source"]) == (321, "device")
