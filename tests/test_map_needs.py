"""Which map the runs need: boxes, what a given one covers, a small one cut out of it."""

import json
import math
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadwatch.exposure.osm.needed_area import find_needed_areas
from loadwatch.report import map_guide
from tests import make_map
from tests.make_gpx import write_gpx
from tests.tiny_map import TinyMap
from tests.town_map import as_pbf

osmium = pytest.importorskip("osmium")
CELLS = st.lists(
    st.tuples(st.integers(-8000, 8000), st.integers(-17_000, 17_000)),
    min_size=1,
    max_size=8,
)


@pytest.fixture
def runner(tmp_path):
    """Two runs along the made-up street, there and back."""
    place = tmp_path / "runner"
    place.mkdir()
    east = [make_map.place(metres, 0) for metres in range(-390, 390, 12)]
    line = (east + east[::-1]) * 4
    for day in (0, 2):
        start = datetime(2026, 3, 2 + day, 7, tzinfo=UTC)
        write_gpx(place / f"{day}.gpx", line, start)
    return place


@pytest.fixture
def extract(tmp_path):
    return as_pbf(make_map.write(tmp_path), tmp_path / "whole.osm.pbf")


def test_two_places_are_two_areas_and_the_one_run_more_comes_first():
    home, away = [(4940, 868), (4941, 869)], [(-3390, 15_120)]
    found = find_needed_areas([(home, 8000.0), (away, 9000.0), (home[:1], 5000.0)])
    assert [(area.runs, area.distance_m) for area in found] == [(2, 13_000), (1, 9000)]
    box = found[0].box
    # cells 8.68..8.70 E and 49.40..49.42 N with one to spare, outward to 0.05
    assert (box.west, box.south, box.east, box.north) == (8.65, 49.35, 8.75, 49.45)


def test_runs_without_positions_need_no_map():
    assert find_needed_areas([([], 8000.0), ([], math.nan)]) == []


@given(CELLS)
def test_every_cell_is_in_a_box_and_no_box_ends_between_steps(cells):
    found = find_needed_areas([(cells, 1000.0)])
    assert {cell for area in found for cell in area.cells} == set(cells)
    for area in found:
        box = area.box
        for row, column in area.cells:
            assert box.south <= row / 100 < (row + 1) / 100 <= box.north
            assert box.west <= column / 100 < (column + 1) / 100 <= box.east
        for side in (box.west, box.south, box.east, box.north):
            assert abs(side * 20 - round(side * 20)) < 1e-9


@given(CELLS, CELLS)
def test_the_order_of_runs_changes_nothing(first, second):
    runs = [(first, 3000.0), (second, 5000.0)]
    assert find_needed_areas(runs) == find_needed_areas(runs[::-1])


def test_the_command_names_box_region_and_links(call, runner):
    code, out, _ = call("map", runner, "--no-store")
    assert code == 0
    assert "Box 19.95,9.95,20.05,10.05 (Africa/Ndjamena): 2 runs" in out
    assert "sw_lng=19.95&sw_lat=9.95&ne_lng=20.05&ne_lat=10.05" in out
    assert "loadwatch downloads nothing" in out


def test_json_has_the_boxes_and_what_is_covered(call, runner, extract):
    plain = json.loads(call("map", runner, "--no-store", "--format", "json")[1])
    assert plain["schema"] == 1
    assert (plain["runs"], plain["located"], plain["covered"]) == (2, 2, None)
    assert plain["areas"][0]["region"] == "Africa/Ndjamena"
    with_map = ("--osm", extract, "--format", "json")
    found = json.loads(call("map", runner, "--no-store", *with_map)[1])
    assert found["covered"] == 1
    ways = found["ways"]
    assert plain["ways"] is None
    assert 0 < ways["agreed_m"] <= ways["guessed_m"] <= ways["stated_m"]
    assert ways["stated_m"] < ways["length_m"]


def test_the_map_says_how_much_it_states_and_how_sure_the_rest_is(
    call, runner, tmp_path
):
    """Four roads of 6 km: two state what roads mostly are, one another surface, one nothing."""
    tiny = TinyMap()
    for north, tags in (
        (0, "surface=asphalt"),
        (200, "surface=paved"),
        (400, "surface=gravel"),
        (600, "surface:forward=gravel surface:backward=gravel sidewalk=no"),
    ):
        tiny.add_way(
            [(-3000, north), (0, north), (3000, north)], f"highway=unclassified {tags}"
        )
    osm = tiny.write(tmp_path / "tiny.osm")
    _, out, _ = call("map", runner, "--no-store", "--osm", osm)
    assert "Of 30 km of ways around them 80 % state their surface." in out
    assert "that is right for 50 % of their length." in out
    few = TinyMap()
    few.add_way([(-3000, 0), (0, 0), (3000, 0)], "highway=unclassified surface=asphalt")
    _, out, _ = call(
        "map", runner, "--no-store", "--osm", few.write(tmp_path / "few.osm")
    )
    assert "Of 12 km of ways around them 50 % state their surface." in out
    assert "is right for" not in out


def test_a_map_of_another_region_is_named_at_once(call, runner, tmp_path):
    other = tmp_path / "other.osm"
    other.write_text(
        '<osm version="0.6"><node id="1" lat="50.0" lon="8.0"/>'
        '<node id="2" lat="50.01" lon="8.01"/>'
        '<way id="5"><nd ref="1"/><nd ref="2"/><tag k="highway" v="path"/></way></osm>'
    )
    route = next(runner.glob("*.gpx"))
    for command in (
        *(["weeks"], ["flags"], ["map"], ["activities"], ["budget"]),
        *(["report", "-o", tmp_path / "r.html"], ["plot", "-o", tmp_path / "p.svg"]),
        *(["tag", "--list-unknown"], ["course", route]),
    ):
        code, _, err = call(*command, runner, "--no-store", "--osm", other)
        assert code == 0
        assert "The map covers 0 % of the runs: it is of another region." in err
    for command in (["roster"], ["roster", "-o", tmp_path / "pages"]):
        code, _, err = call(*command, runner.parent, "--no-store", "--osm", other)
        assert code == 0
        assert "next to nothing of the runs of 1 athlete (runner): it is of" in err
    _, _, err = call("roster", runner.parent, "--anonymise", "--osm", other)
    assert "1 athlete (Athlete" in err
    code, _, err = call(
        "map", runner, "--no-store", "--osm", other, "--cut", tmp_path / "x.osm.pbf"
    )
    assert code == 1
    assert "holds no way near these runs" in err
    assert not (tmp_path / "x.osm.pbf").exists()


def test_a_map_that_covers_all_says_nothing(call, runner, extract):
    _, _, err = call("weeks", runner, "--no-store", "--osm", extract)
    assert "map covers" not in err


def read_surfaces(call, runner, extract):
    command = ("activities", runner, "--no-store", "--osm", extract, "--format", "json")
    rows = json.loads(call(*command)[1])["activities"]
    assert all(row["surface_source"] == "map" for row in rows)
    kept = ("hard_m", "firm_m", "soft_m", "unknown_m", "tagged_m", "outside_m")
    return [[row[key] for key in kept] for row in rows]


def test_a_cut_map_gives_the_same_exposures(call, runner, extract, tmp_path):
    small = tmp_path / "small.osm.pbf"
    code, _, err = call("map", runner, "--no-store", "--osm", extract, "--cut", small)
    assert code == 0
    assert "Wrote" in err
    assert read_surfaces(call, runner, small) == read_surfaces(call, runner, extract)
    # the far street and the power line are left out
    ways = {way.id for way in osmium.FileProcessor(small) if way.is_way()}
    assert {100, 101, 106} <= ways
    assert not ways & {109, 110, 111}


def test_a_cut_never_goes_over_the_map_and_needs_one(call, runner, extract):
    before = extract.read_bytes()
    code, _, err = call("map", runner, "--no-store", "--osm", extract, "--cut", extract)
    assert code == 1
    assert "never changed" in err
    assert extract.read_bytes() == before
    assert call("map", runner, "--no-store", "--cut", "x.osm.pbf")[0] == 2
    asked = ("--osm", extract, "--cut", "x.zip")
    assert call("map", runner, "--no-store", *asked)[0] == 2


@pytest.mark.parametrize(
    ("covered", "words"),
    [(math.nan, ""), (0.99, ""), (0.6, "covers 60 %"), (0.01, "another region")],
)
def test_a_warning_grows_with_what_is_missing(covered, words):
    text = map_guide.warn_of_coverage(covered)
    assert words in text
    assert bool(text) == bool(words)


@pytest.mark.parametrize(
    "cell", [(8999, 100), (-9000, 100), (1000, 17999), (1, -18000)]
)
def test_no_box_leaves_the_globe(cell):
    (area,) = find_needed_areas([([cell], 1000.0)])
    assert -180.0 <= area.box.west < area.box.east <= 180.0
    assert -90.0 <= area.box.south < area.box.north <= 90.0
