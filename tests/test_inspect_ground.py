"""What `inspect` says of one run's ground: metres by class, source and grade, and never where."""

import numpy as np
import pytest

from loadwatch.activity import Activity, Session
from loadwatch.exposure.osm import CREDIT, open_extract, track_cells
from loadwatch.ingest.readers.frames import EMPTY_RECORDS, build_records
from loadwatch.inspect.ground_summary import describe_ground
from tests import make_map

RUN = Session(format="fit", sport="running")


@pytest.fixture(scope="module")
def ground(tmp_path_factory):
    here = track_cells(*(np.array([side]) for side in make_map.place(0, 0)))
    return open_extract(make_map.write(tmp_path_factory.mktemp("map")), here, None, {})


def street(**columns):
    at = np.arange(-300.0, 301.0, 3.0)
    latitude, longitude = make_map.place(at, np.zeros(at.size))
    every = {
        "latitude_deg": latitude,
        "longitude_deg": longitude,
        "distance_m": at + 300,
    } | columns
    return build_records(np.arange(at.size) * 1_000_000_000, every)


def test_surface_source_and_grade_and_no_position(ground):
    text = describe_ground(
        Activity(street(altitude_m=100 + np.arange(201) * 0.2), RUN), 600.0, ground
    )
    rows = {
        " ".join(line.split()[:-1]) or line: line.split()[-1]
        for line in text.splitlines()
        if line
    }
    assert next(
        line for line in text.splitlines() if line.startswith("  hard")
    ).split()[1:] == [
        "600",
        "0",
        "0",
        "0",
        "0",
    ]
    assert rows["off the ways of the map"] == "0"
    assert rows["+5 to +10 %"] == "600"
    assert CREDIT in text
    assert "10.00" not in text
    assert "20.00" not in text


def test_without_a_map_there_is_grade_alone():
    text = describe_ground(
        Activity(street(altitude_m=100 + np.arange(201) * 0.2), RUN), 600.0, None
    )
    assert "Metres by grade" in text
    assert "surface" not in text


@pytest.mark.parametrize(
    ("activity", "says"),
    [
        (Activity(EMPTY_RECORDS, RUN), "No samples"),
        (Activity(street(), RUN), "No altitude"),
        (Activity(street()[["distance_m"]], RUN), "No positions"),
        (
            Activity(
                street(altitude_m=100 + np.arange(201) * 0.2)[["altitude_m"]], RUN
            ),
            "No distance",
        ),
    ],
)
def test_what_is_missing_is_said(ground, activity, says):
    assert says in describe_ground(activity, 600.0, ground)
