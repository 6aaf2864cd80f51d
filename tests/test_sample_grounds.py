"""The ground under each sample of a run: its metres are those that the row has."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from loadwatch.exposure.surface import measure_surfaces
from loadwatch.pipeline import Options, analyse_athlete
from loadwatch.pipeline.run_records import read_run_records
from loadwatch.pipeline.sample_grounds import find_sample_grounds
from loadwatch.report.season import GROUNDS
from loadwatch.settings import Settings
from loadwatch.tables import SURFACE_COLUMNS, SURFACE_NAMES
from loadwatch.web.run_pictures import draw_course, draw_profile
from loadwatch.web.run_splits import build_splits
from tests import make_map
from tests.make_gpx import list_square, write_gpx, write_loop_runs
from tests.test_surface import PLAIN, RUN, along, ground

__all__ = ["ground"]  # a fixture


def measure_row(source, **metres):
    """A row of EXPOSURES with metres by ground."""
    row = dict.fromkeys(SURFACE_COLUMNS, 0.0)
    return (
        row
        | {f"{name}_m": value for name, value in metres.items()}
        | {"surface_source": source}
    )


def count_metres(records, places):
    """The metres of each ground that samples 2 m apart are on."""
    names = [SURFACE_NAMES[place] for place in places]
    return {name: 2.0 * names.count(name) for name in set(names)}


def test_a_map_gives_each_sample_its_ground(tmp_path, ground):
    records = along((0, 0), (400, 0), (400, 300))
    found = measure_surfaces(RUN, records, 700.0, PLAIN, ground)
    settings = Settings(osm=str(make_map.write(tmp_path)))
    analysis = SimpleNamespace(activities=no_activities(), settings=settings)
    places = find_sample_grounds(analysis, records, measure_row("map"))
    metres = count_metres(records, places)
    known = {name: value for name, value in found.metres.items() if value}
    assert metres.keys() == known.keys()
    for name, value in known.items():
        assert metres[name] == pytest.approx(value, abs=6.0)


def no_activities():
    analysis_columns = {
        "surface_source": str,
        "sub_sport": str,
        "signature": str,
        "distance_m": float,
        **dict.fromkeys(SURFACE_COLUMNS, float),
    }
    return pd.DataFrame(
        {name: pd.Series(dtype=kind) for name, kind in analysis_columns.items()}
    )


@pytest.fixture
def looped(tmp_path):
    """Six runs of one square, of which one is answered, and a run that leaves it."""
    write_loop_runs(tmp_path, runs=6)
    square = list_square()
    away = [(lat + 0.02, lon) for lat, lon in square[: len(square) // 2]]
    start = pd.Timestamp("2026-11-17 07:00", tz="UTC").to_pydatetime()
    write_gpx(tmp_path / "away.gpx", [*square[: len(square) // 2], *away], start)
    (tmp_path / "tags.csv").write_text("file,surface\n2026-11-16.gpx,soft\n")
    return tmp_path


def find_grounds(folder, source):
    analysis = analyse_athlete(folder, options=Options())
    rows = analysis.activities
    row = dict(rows[rows["source"] == source].iloc[0])
    records = read_run_records(analysis, folder, row["activity_id"])
    return row, records, find_sample_grounds(analysis, records, row)


def test_answers_hold_where_they_were_given(looped):
    row, records, places = find_grounds(looped, "2026-11-14.gpx")
    assert row["surface_source"] == "course"
    assert set(places.tolist()) == {SURFACE_NAMES.index("soft")}
    row, records, places = find_grounds(looped, "away.gpx")
    names = [SURFACE_NAMES[place] for place in places]
    assert set(names) == {"soft", "unknown"}
    assert names[0] == "soft"
    assert names[-1] == "unknown"
    share = names.count("soft") / len(names)
    assert share == pytest.approx(row["soft_m"] / (row["soft_m"] + 2000), abs=0.1)
    assert "s-loose" in draw_course(records, places)
    assert "s-blank" in draw_course(records, places)


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (measure_row("tag", hard=5000.0), "hard"),
        (measure_row("label", track=5000.0), "track"),
        (measure_row("tag", hard=3750.0, soft=1250.0), "unknown"),
        (measure_row("none", unknown=5000.0), "unknown"),
    ],
)
def test_what_holds_for_a_whole_run_holds_everywhere(row, expected):
    records = along((0, 0), (100, 0)).drop(columns=["latitude_deg", "longitude_deg"])
    places = find_sample_grounds(None, records, row)
    assert set(places.tolist()) == {SURFACE_NAMES.index(expected)}


def test_every_ground_has_a_colour():
    columns = [column for ground in GROUNDS for column in ground.columns]
    assert sorted(columns) == sorted(SURFACE_COLUMNS)


def test_pictures_and_lengths_follow_the_units():
    records = along((0, 0), (3300, 0))
    places = np.zeros(len(records), np.int64)
    assert "3.3 km" in draw_profile(records, "metric")
    assert "2.1 mi" in draw_profile(records, "imperial")
    metric, imperial = (
        build_splits(records, places, units) for units in ("metric", "imperial")
    )
    assert metric.headers[0] == "Up to km"
    assert [row[0] for row in metric.rows] == ["1", "2", "3", "3.3"]
    assert imperial.headers[0] == "Up to mi"
    assert [row[0] for row in imperial.rows] == ["1", "2", "2.051"]
    assert {row[-1] for row in metric.rows} == {"hard"}
    # 2 m a second
    assert metric.rows[0][1] == "8:20"
