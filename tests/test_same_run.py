"""One run, four files: one exposure, whatever the export.

Tolerances: distance 0.5 % (GPX sums great circles over winding ground, here 0.1 %), duration 2 s,
ascent 30 m or 10 % (the watch's total against ours from its altitude), steps 1 %.
"""

import pytest

from loadwatch.exposure.row import build_row
from loadwatch.ingest import readers
from loadwatch.settings import Settings
from tests import make_formats
from tests.make_formats import FORMATS, RUN


@pytest.fixture(scope="module")
def rows():
    settings = Settings(tz="Europe/Zurich")
    return {
        name: build_row(
            readers.read(data(), name, settings).activities[0], name, settings
        )
        for name, data in FORMATS.items()
    }


@pytest.fixture(params=FORMATS)
def row(rows, request):
    return rows[request.param]


def test_distance_and_duration(row):
    assert row["distance_m"] == pytest.approx(12_480, rel=0.005)  # as planned
    # 12.48 km at 6:30 = 4,867 s
    assert row["duration_s"] == pytest.approx(RUN.seconds, abs=2)
    assert row["elapsed_s"] == pytest.approx(RUN.seconds, abs=2)


def test_start(row):
    assert row["start_utc"] == "2026-10-04T07:00:00+00:00"
    assert row["start_local"] == "2026-10-04T09:00:00"


def test_hills(row, rows):
    assert row["ascent_m"] == pytest.approx(RUN.climb_m, abs=max(30, 0.1 * RUN.climb_m))
    assert row["descent_m"] == pytest.approx(
        RUN.climb_m, abs=max(30, 0.1 * RUN.climb_m)
    )
    for grade in ("uphill_m", "downhill_m"):
        # 60 m on 750 m of a half cosine: at least 5 % where sin(x) >= 0.05 * 1500 / (60 pi), 74 % of the way
        assert row[grade] == pytest.approx(0.74 * 6_240, rel=0.08)
        assert row[grade] == pytest.approx(rows["run.fit"][grade], rel=0.02)


def test_steps_and_heart(row):
    assert row["steps"] == pytest.approx(170 * RUN.seconds / 60, rel=0.01)
    assert row["heart_rate_bpm"] == pytest.approx(140.5, abs=2.5)
    assert row["sport"] == "running"


def test_the_zone_is_the_files_own_only_where_it_tells(rows):
    assert (
        {name: row["zone_source"] for name, row in rows.items()}
        == {
            "run.fit": "local_timestamp",  # the course lies at sea, where position has no answer
            "run.gpx": "setting",
            "run.tcx": "setting",
            "run.csv": "setting",
        }
    )


def test_samples_are_those_of_the_encoder():
    """Five seconds apart, from the first to the last."""
    at = [sample["second"] for sample in make_formats.samples()]
    assert at[:3] == [0, 5, 10]
    assert at[-1] == RUN.seconds
