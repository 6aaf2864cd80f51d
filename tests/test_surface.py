"""Surfaces: which answer comes first, and that the metres sum up to the distance."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadwatch.activity import Session
from loadwatch.exposure import surface
from loadwatch.exposure.osm import open_extract, track_cells
from loadwatch.exposure.signature import draw_signature, unpack_signatures
from loadwatch.ingest.readers.frames import EMPTY_RECORDS, build_records
from loadwatch.settings import Settings
from loadwatch.tables import SURFACE_NAMES
from tests import make_map

RUN = Session(format="fit", sport="running")
PLAIN = Settings()
GRAVEL = Settings(default_surface="firm")


def known(found):
    return {name: metres for name, metres in found.metres.items() if metres}


@pytest.fixture(scope="module")
def ground(tmp_path_factory):
    path = make_map.write(tmp_path_factory.mktemp("map"))
    here = track_cells(*(np.array([side]) for side in make_map.place(0, 0)))
    return open_extract(path, here, None, {})


def along(*corners, columns=("distance_m",)):
    east, north = (np.array(side, dtype=float) for side in zip(*corners, strict=True))
    far = np.concatenate(([0], np.cumsum(np.hypot(np.diff(east), np.diff(north)))))
    at = np.arange(0, far[-1] + 0.1, 2.0)
    latitude, longitude = make_map.place(
        np.interp(at, far, east), np.interp(at, far, north)
    )
    every = {"latitude_deg": latitude, "longitude_deg": longitude, "distance_m": at}
    time = np.arange(at.size) * 1_000_000_000
    return build_records(
        time,
        {name: every[name] for name in ("latitude_deg", "longitude_deg", *columns)},
    )


@pytest.mark.parametrize(
    ("sub_sport", "expected", "source"),
    [
        ("treadmill", "treadmill", "label"),
        ("indoor_running", "treadmill", "label"),
        ("virtual_activity", "treadmill", "label"),
        ("track", "track", "label"),
        ("street", "hard", "label"),
        ("trail", "soft", "label"),
        ("generic", "unknown", "none"),
        ("unknown", "unknown", "none"),
    ],
)
def test_labels(sub_sport, expected, source):
    found = surface.measure_surfaces(
        replace(RUN, sub_sport=sub_sport), EMPTY_RECORDS, 5000.0, PLAIN, None
    )
    assert known(found) == {expected: 5000.0}
    assert found.source == source
    assert math.isnan(found.tagged_m)


def test_a_run_without_places_is_unknown_and_no_treadmill():
    assert known(surface.measure_surfaces(RUN, EMPTY_RECORDS, 5000.0, PLAIN, None)) == {
        "unknown": 5000.0
    }


def test_a_virtual_ride_is_no_treadmill():
    ride = Session(format="fit", sport="cycling", sub_sport="virtual_activity")
    assert known(
        surface.measure_surfaces(ride, EMPTY_RECORDS, 9000.0, PLAIN, None)
    ) == {"unknown": 9000.0}


def test_a_lists_own_column_stands_over_labels():
    stated = replace(RUN, surface="soft", sub_sport="treadmill")
    found = surface.measure_surfaces(stated, EMPTY_RECORDS, 5000.0, PLAIN, None)
    assert known(found) == {"soft": 5000.0}
    assert found.source == "tag"


def test_dirt_distance():
    found = surface.measure_surfaces(
        replace(RUN, dirt_m=1500.0), EMPTY_RECORDS, 5000.0, GRAVEL, None
    )
    assert known(found) == {"soft": 1500.0, "hard": 3500.0}
    assert found.source == "list"


def test_more_dirt_than_distance_is_all_dirt():
    assert known(
        surface.measure_surfaces(
            replace(RUN, dirt_m=6000.0), EMPTY_RECORDS, 5000.0, PLAIN, None
        )
    ) == {"soft": 5000.0}


def test_a_dirt_distance_of_nothing_is_no_answer():
    assert known(
        surface.measure_surfaces(
            replace(RUN, dirt_m=0.0), EMPTY_RECORDS, 5000.0, GRAVEL, None
        )
    ) == {"firm": 5000.0}


def test_a_label_stands_over_dirt_distance():
    trail = replace(RUN, sub_sport="trail", dirt_m=100.0)
    assert known(
        surface.measure_surfaces(trail, EMPTY_RECORDS, 5000.0, PLAIN, None)
    ) == {"soft": 5000.0}


def test_the_default():
    found = surface.measure_surfaces(RUN, EMPTY_RECORDS, 5000.0, GRAVEL, None)
    assert known(found) == {"firm": 5000.0}
    assert found.source == "default"


def test_an_unknown_distance_has_unknown_metres():
    found = surface.measure_surfaces(RUN, EMPTY_RECORDS, math.nan, GRAVEL, None)
    assert all(math.isnan(metres) for metres in found.metres.values())
    assert found.source == "none"


@pytest.mark.parametrize("columns", [("distance_m",), ()])
def test_the_map_knows_metre_by_metre(ground, columns):
    found = surface.measure_surfaces(
        RUN, along((-300, 0), (0, 0), (0, 300), columns=columns), 600.0, PLAIN, ground
    )
    assert found.source == "map"
    assert found.metres["hard"] == pytest.approx(300, abs=12)
    assert found.metres["soft"] == pytest.approx(300, abs=12)
    assert found.tagged_m == pytest.approx(600)
    assert (found.inferred_m, found.unmatched_m, found.outside_m) == (0, 0, 0)


def test_the_map_stands_over_a_label_that_only_suggests(ground):
    trail = replace(RUN, sub_sport="trail")
    assert known(
        surface.measure_surfaces(
            trail, along((-300, 0), (300, 0)), 600.0, PLAIN, ground
        )
    ) == {"hard": 600.0}


def test_what_the_map_does_not_know_falls_to_the_label(ground):
    off = along((180, -180), (320, -120))
    found = surface.measure_surfaces(
        replace(RUN, sub_sport="trail"), off, 150.0, PLAIN, ground
    )
    assert known(found) == {"soft": 150.0}
    assert found.source == "label"
    assert found.unmatched_m == pytest.approx(150.0)


def test_a_track_moved_off_the_map_is_outside_and_no_class(ground):
    found = surface.measure_surfaces(
        RUN, along((40_000, 0), (40_600, 0)), 600.0, PLAIN, ground
    )
    assert known(found) == {"unknown": 600.0}
    assert found.outside_m == pytest.approx(600.0)
    assert (found.tagged_m, found.inferred_m, found.unmatched_m) == (0, 0, 0)


def test_a_treadmill_needs_no_map(ground):
    belt = replace(RUN, sub_sport="treadmill")
    found = surface.measure_surfaces(
        belt, along((-300, 0), (300, 0)), 600.0, PLAIN, ground
    )
    assert known(found) == {"treadmill": 600.0}


def test_a_map_without_places_leaves_the_ladder_below(ground):
    assert known(
        surface.measure_surfaces(RUN, EMPTY_RECORDS, 600.0, GRAVEL, ground)
    ) == {"firm": 600.0}


def test_samples_between_positions_take_the_nearest(ground):
    run = along((-300, 0), (0, 0), (0, 300))
    holed = run.copy()
    holed.loc[holed.index[1:-1:2], ["latitude_deg", "longitude_deg"]] = np.nan
    found, whole = (
        surface.measure_surfaces(RUN, samples, 600.0, PLAIN, ground)
        for samples in (holed, run)
    )
    assert found.metres["unknown"] == 0
    assert found.metres["hard"] == pytest.approx(whole.metres["hard"], abs=10)


def test_a_long_hole_stays_unknown(ground):
    run = along((-300, 0), (300, 0))
    run.loc[run.index[50:150], ["latitude_deg", "longitude_deg"]] = np.nan
    found = surface.measure_surfaces(RUN, run, 600.0, PLAIN, ground)
    assert found.metres["unknown"] == pytest.approx(200, abs=1)
    lost = run.assign(latitude_deg=np.nan)
    assert known(surface.measure_surfaces(RUN, lost, 600.0, PLAIN, ground)) == {
        "unknown": 600.0
    }


def test_standing_at_one_place(ground):
    still = along((-200, 0), (-199, 0))
    found = surface.measure_surfaces(
        RUN, still.assign(distance_m=0.0), 0.0, PLAIN, ground
    )
    assert sum(found.metres.values()) == 0


@given(
    st.floats(0, 300_000),
    st.floats(-10, 400_000),
    st.sampled_from(["", "hard", "soft"]),
    st.sampled_from(["unknown", "trail", "track", "treadmill"]),
)
def test_law_metres_sum_to_the_distance(distance, dirt, default, sub_sport):
    session = replace(RUN, sub_sport=sub_sport, dirt_m=dirt)
    found = surface.measure_surfaces(
        session, EMPTY_RECORDS, distance, Settings(default_surface=default), None
    )
    assert tuple(found.metres) == SURFACE_NAMES
    assert sum(found.metres.values()) == pytest.approx(distance, rel=1e-15, abs=1e-9)
    assert min(found.metres.values()) >= 0


def test_what_the_map_leaves_open_is_what_other_runs_may_answer(ground):
    """Along the street to its end and 1,000 m on through nothing: 400 of 1,400 m are known."""
    records = along((0, 0), (1400, 0))
    session = replace(RUN, sub_sport="trail")
    found = surface.measure_surfaces(session, records, 1400.0, PLAIN, ground)
    assert found.source == "map"
    fallback = dict(zip(SURFACE_NAMES, found.fallback_m, strict=True))
    assert fallback["soft"] == pytest.approx(found.metres["soft"])
    assert sum(found.fallback_m) == pytest.approx(1000.0, abs=45)
    text = draw_signature(
        *(records[name].to_numpy() for name in ("latitude_deg", "longitude_deg")),
        records["distance_m"].to_numpy(),
        1400.0,
        found.open_share,
    )
    signature = unpack_signatures([text])
    assert signature.metres.sum() == pytest.approx(sum(found.fallback_m), abs=10)
    assert signature.counts[0] == pytest.approx(1400 / 25, abs=2)  # all cells


@pytest.mark.parametrize(
    ("more", "fallback"),
    [
        ({}, {"unknown": 5000.0}),
        ({"sub_sport": "trail"}, {"soft": 5000.0}),
        ({"dirt_m": 1500.0}, {"soft": 1500.0, "hard": 3500.0}),
        ({"sub_sport": "treadmill"}, {}),
        ({"surface": "hard"}, {}),
    ],
)
def test_only_what_follows_the_map_gives_way_to_answers_for_other_runs(more, fallback):
    found = surface.measure_surfaces(
        replace(RUN, **more), EMPTY_RECORDS, 5000.0, PLAIN, None
    )
    pairs = zip(SURFACE_NAMES, found.fallback_m, strict=bool(found.fallback_m))
    assert {name: metres for name, metres in pairs if metres} == fallback
