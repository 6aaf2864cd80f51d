"""What a device states of the error of its positions is read, whatever the file calls it."""

from datetime import UTC, datetime

import numpy as np
import pytest

from loadwatch.ingest.readers import read
from loadwatch.settings import Settings
from tests import make_fit

HEAD = (
    '<gpx version="1.1" creator="{creator}" xmlns="http://www.topografix.com/GPX/1/1" '
    'xmlns:opentracks="http://opentracksapp.com/xmlschemas/v1"><trk><type>running</type><trkseg>'
)


def read_errors(data, name):
    if isinstance(data, str):
        data = data.encode()
    (activity,) = read(data, name, Settings()).activities
    records = activity.records
    if "position_error_m" not in records:
        return None
    return records["position_error_m"].tolist()


def write_points(mark, creator="made up", values=(4, 6, 8, 5, 7)):
    points = "".join(
        f'<trkpt lat="{50 + at / 9000:.6f}" lon="8.0"><time>2026-03-02T07:00:{at * 4:02d}Z</time>'
        f"{mark.format(value)}</trkpt>"
        for at, value in enumerate(values)
    )
    return HEAD.format(creator=creator) + points + "</trkseg></trk></gpx>"


@pytest.mark.parametrize(
    "mark",
    [
        "<extensions><hAcc>{}</hAcc><vAcc>3</vAcc></extensions>",
        "<extensions><opentracks:accuracy_horizontal>{}</opentracks:accuracy_horizontal></extensions>",
    ],
    ids=["Apple", "OpenTracks"],
)
def test_gpx_states_it_in_an_extension(mark):
    assert read_errors(write_points(mark), "run.gpx") == [4, 6, 8, 5, 7]


@pytest.mark.parametrize(
    ("creator", "expected"),
    [("OsmAnd 4.7.2", [4, 6, 8, 5, 7]), ("Locus Map, Android", [4, 6, 8, 5, 7])],
)
def test_two_apps_write_metres_as_hdop(creator, expected):
    assert read_errors(write_points("<hdop>{}</hdop>", creator), "run.gpx") == expected


def test_a_dilution_is_no_error_in_metres():
    assert (
        read_errors(write_points("<hdop>{}</hdop>", "GPSLogger 126"), "run.gpx") is None
    )


def test_none_and_less_are_unknown():
    mark = "<extensions><hAcc>{}</hAcc></extensions>"
    errors = read_errors(write_points(mark, values=(0, -1, 8, 5, 7)), "run.gpx")
    np.testing.assert_array_equal(errors, [np.nan, np.nan, 8, 5, 7])


def test_fit_states_it_in_its_records():
    builder = make_fit.FitBuilder()
    start = make_fit.fit_time(datetime(2026, 3, 2, 7, tzinfo=UTC))
    builder.add("file_id", type="activity", time_created=start)
    for at in range(5):
        builder.add(
            "record",
            timestamp=start + at,
            position_lat=round((50 + at / 30_000) * 2**31 / 180),
            position_long=round(8 * 2**31 / 180),
            gps_accuracy=3 + at,
        )
    assert read_errors(builder.bytes(), "run.fit") == [3, 4, 5, 6, 7]


def test_a_dilution_in_tcx_is_left_out():
    points = "".join(
        f"<Trackpoint><Time>2026-03-02T07:00:{at * 4:02d}Z</Time><Position>"
        f"<LatitudeDegrees>{50 + at / 9000:.6f}</LatitudeDegrees>"
        "<LongitudeDegrees>8.0</LongitudeDegrees></Position>"
        "<Extensions><hdop>0.9</hdop></Extensions></Trackpoint>"
        for at in range(5)
    )
    text = (
        '<TrainingCenterDatabase xmlns="http://www.garmin.com/xmlschemas/'
        'TrainingCenterDatabase/v2"><Activities><Activity Sport="Running">'
        "<Id>2026-03-02T07:00:00Z</Id><Lap StartTime='2026-03-02T07:00:00Z'>"
        f"<Track>{points}</Track></Lap></Activity></Activities></TrainingCenterDatabase>"
    )
    assert read_errors(text, "run.tcx") is None
