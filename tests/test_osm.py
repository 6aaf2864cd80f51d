"""Maps: classes of tags, reading (.osm by hand, .osm.pbf by pyosmium's writer), matching, the cache."""

import gzip
import math
import os
import struct
import sys
import tempfile
import zlib
from operator import itemgetter
from pathlib import Path

import numpy as np
import osmium
import pytest

from loadwatch.exposure import osm
from loadwatch.exposure.osm import (
    SOURCES,
    MapError,
    NoOsmium,
    map_reader,
    match_track,
    open_extract,
    track_cells,
)
from loadwatch.exposure.osm.classes import (
    classify_area,
    classify_way,
    merge_classes,
)
from loadwatch.exposure.osm.cut import cut_extract
from loadwatch.exposure.osm.ground import UNITS_PER_CELL
from loadwatch.geodesy import DEGREE_M
from loadwatch.tables import SURFACE_NAMES
from tests import make_map, make_traces, parallel_ways

PLAIN = merge_classes({})


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    return make_map.write(tmp_path_factory.mktemp("map"))


@pytest.fixture(scope="module")
def here():
    return track_cells(*(np.array([side]) for side in make_map.place(0, 0)))


@pytest.fixture(scope="module")
def ground(town, here):
    return open_extract(town, here, None, {})


def line(*corners, step_m=3.0):
    """Latitude, longitude and time of a run from corner to corner (metres) at 3 m/s."""
    east, north = (np.array(side, dtype=float) for side in zip(*corners, strict=True))
    along = np.concatenate(([0], np.cumsum(np.hypot(np.diff(east), np.diff(north)))))
    at = np.arange(0, along[-1], step_m)
    latitude, longitude = make_map.place(
        np.interp(at, along, east), np.interp(at, along, north)
    )
    return latitude, longitude, np.arange(float(at.size))


def classes_of(matched):
    return {SURFACE_NAMES[code] for code in matched.surface}


def sources_of(matched):
    return {SOURCES[code] for code in matched.source}


@pytest.mark.parametrize(
    ("tags", "surface", "source"),
    [
        ("highway=residential surface=asphalt", "hard", "surface"),
        ("highway=residential", "hard", "highway"),
        ("highway=residential surface=gravel", "firm", "surface"),
        ("highway=path", "soft", "highway"),
        ("highway=path surface=ground;asphalt", "soft", "surface"),
        ("highway=footway surface=paving_stones:30", "hard", "surface"),
        ("highway=footway surface=concrete:plates", "hard", "surface"),
        ("highway=footway surface=tartan", "track", "surface"),
        ("highway=footway surface=ice", "hard", "highway"),
        ("highway=track", "firm", "highway"),
        ("highway=track tracktype=grade1", "hard", "tracktype"),
        ("highway=track tracktype=grade3", "firm", "tracktype"),
        ("highway=track tracktype=grade5", "soft", "tracktype"),
        ("highway=track tracktype=grade5 surface=asphalt", "hard", "surface"),
        ("highway=footway sac_scale=hiking", "soft", "hint"),
        ("highway=footway footway=sidewalk", "hard", "hint"),
        ("highway=path lit=yes", "hard", "hint"),
        ("highway=path informal=yes lit=yes", "soft", "hint"),
        ("highway=track smoothness=horrible", "soft", "hint"),
        (
            "highway=residential surface=asphalt sidewalk:both:surface=compacted",
            "firm",
            "surface",
        ),
        (
            "highway=residential surface=asphalt sidewalk:left:surface=grass",
            "hard",
            "surface",
        ),
        (
            "highway=residential surface=asphalt sidewalk:left:surface=grass sidewalk:right:surface=grass",
            "soft",
            "surface",
        ),
        (
            "highway=path surface=asphalt segregated=yes footway:surface=gravel",
            "firm",
            "surface",
        ),
        ("leisure=track", "track", "surface"),
        # a stated soft surface wins: a round of bark chips or grass is one
        ("leisure=track surface=grass sport=running", "soft", "surface"),
        ("leisure=track surface=woodchips", "soft", "surface"),
        ("leisure=track surface=tartan sport=athletics", "track", "surface"),
        ("leisure=track surface=asphalt sport=running", "track", "surface"),
        ("leisure=track sport=running;cycling", "track", "surface"),
        (
            "leisure=track sport=cycling highway=cycleway surface=asphalt",
            "hard",
            "surface",
        ),
    ],
)
def test_a_way_has_the_class_of_its_tags(tags, surface, source):
    answer = classify_way(dict(pair.split("=") for pair in tags.split()), PLAIN)
    assert answer == (SURFACE_NAMES.index(surface), SOURCES.index(source))


@pytest.mark.parametrize(
    "tags",
    [
        {"highway": "motorway"},
        {"highway": "construction"},
        {"highway": "corridor", "indoor": "yes"},
        {"highway": "footway", "indoor": "yes"},
        {"highway": "pedestrian", "area": "yes"},
        {"building": "yes"},
        {"leisure": "track", "sport": "horse_racing"},
        {"leisure": "track", "sport": "skiing", "piste:type": "nordic"},
        {"leisure": "track", "piste:type": "nordic"},
        {"leisure": "track", "sport": "running", "piste:type": "nordic"},
        {"leisure": "track", "sport": "model_aerodrome"},
    ],
)
def test_nobody_runs_there(tags):
    assert classify_way(tags, PLAIN) is None


@pytest.mark.parametrize(
    ("tags", "surface", "source"),
    [
        ({"leisure": "park"}, "soft", "area"),
        ({"leisure": "pitch", "surface": "grass"}, "soft", "surface"),
        ({"natural": "beach"}, "soft", "area"),
        ({"natural": "beach", "surface": "gravel"}, "firm", "surface"),
        ({"highway": "pedestrian", "area": "yes"}, "hard", "area"),
        ({"leisure": "track", "area": "yes"}, "track", "surface"),
    ],
)
def test_an_area_has_the_class_of_its_tags(tags, surface, source):
    assert classify_area(tags, PLAIN) == (
        SURFACE_NAMES.index(surface),
        SOURCES.index(source),
    )


def test_areas_that_do_not_tell():
    assert classify_area({"leisure": "pitch"}, PLAIN) is None
    assert classify_area({"highway": "pedestrian"}, PLAIN) is None  # a street in a ring


def test_a_users_own_classes_stand_over_ours():
    own = merge_classes(
        {
            "ground": "firm",
            "highway=unclassified": "unknown",
            "tracktype=grade1": "firm",
        }
    )
    assert classify_way({"highway": "path", "surface": "ground"}, own) == (1, 0)
    assert classify_way({"highway": "unclassified"}, own)[0] == SURFACE_NAMES.index(
        "unknown"
    )
    assert classify_way({"highway": "track", "tracktype": "grade1"}, own)[0] == 1


def test_cells_are_hundredths_of_a_degree():
    found = track_cells(
        np.array([10.005, np.nan, 10.0151, -0.001]),
        np.array([20.0, 3.0, 19.999, -0.001]),
    )
    assert found == {(1000, 2000), (1001, 1999), (-1, -1)}


def test_a_run_along_the_street_is_hard(ground):
    matched = match_track(ground, *line((-350, 2), (350, -2)))
    assert classes_of(matched) == {"hard"}
    assert sources_of(matched) == {"surface"}
    assert set(matched.way_id.tolist()) == {100}


def test_turning_off_at_the_crossing(ground):
    latitude, longitude, time = line((-300, 0), (0, 0), (0, 300))
    matched = match_track(ground, latitude, longitude, time)
    truth = np.where(
        latitude > make_map.place(0, 3)[0],
        SURFACE_NAMES.index("soft"),
        SURFACE_NAMES.index("hard"),
    )
    assert (matched.surface == truth).mean() > 0.96


def test_the_nearer_of_two_parallel_ways(ground):
    assert classes_of(match_track(ground, *line((-350, 27), (350, 28)))) == {"firm"}


def test_a_bridge_is_no_crossing(ground):
    matched = match_track(ground, *line((-350, 0), (-100, 0), (350, 0)))
    assert set(matched.way_id.tolist()) == {100}


def test_parks_pitches_and_the_pond(ground):
    # square to every way and far from them: the park is crossed off the ways
    latitude, longitude = make_map.place(
        np.array([120, 175, 240, 290]), np.array([280, 175, 240, 290])
    )
    matched = match_track(ground, latitude, longitude, np.arange(4) * 100.0)
    assert [SURFACE_NAMES[k] for k in matched.surface] == [
        "soft",
        "soft",
        "unknown",
        "soft",
    ]
    assert [SOURCES[k] for k in matched.source] == [
        "area",
        "surface",
        "unmatched",
        "area",
    ]


def test_laps_of_the_oval_are_track(ground):
    lap = [(-300, -300), (-200, -300), (-200, -250), (-300, -250)]
    assert classes_of(match_track(ground, *line(*lap, *lap, lap[0]))) == {"track"}


def write_two_ways(folder: Path, gap_m: float) -> Path:
    """Write a map of a street and a path beside it, 800 m long and not joined."""
    xml = make_map.xml()
    xml = xml[: xml.index("<way")]
    ends = [
        (901, (-400, 0)),
        (902, (400, 0)),
        (903, (-400, gap_m)),
        (904, (400, gap_m)),
    ]
    for number, spot in ends:
        lat, lon = make_map.place(*spot)
        xml += f'<node id="{number}" lat="{lat:.7f}" lon="{lon:.7f}" version="1"/>'
    for number, first, kind in ((910, 901, "asphalt"), (911, 903, "dirt")):
        xml += (
            f'<way id="{number}" version="1"><nd ref="{first}"/><nd ref="{first + 1}"/>'
            f'<tag k="highway" v="path"/><tag k="surface" v="{kind}"/></way>'
        )
    file = folder / "beside.osm"
    file.write_text(xml + "</osm>")
    return file


def run_out_and_back(gap_m: float) -> tuple:
    """Places each 3 m, out on the street and back on the path, and the number of the way."""
    east = np.arange(-290.0, 290.0, 3.0)
    places = make_map.place(
        np.append(east, east[::-1]), np.repeat([0.0, gap_m], east.size)
    )
    return *places, np.repeat([910, 911], east.size)


def test_a_run_on_one_of_two_ways_side_by_side_stays_on_it(tmp_path):
    """Out on the street and back on the path 6 m beside it, with a receiver's noise of 1 m."""
    latitude, longitude, expected = run_out_and_back(6.0)
    noise = np.random.default_rng(1).normal(0, 1.0, (2, expected.size))
    latitude += noise[0] / DEGREE_M
    longitude += noise[1] / DEGREE_M / make_map.SHRINK
    ground = osm.open_extract(
        write_two_ways(tmp_path, 6.0), track_cells(latitude, longitude), None, {}
    )
    matched = match_track(ground, latitude, longitude, np.arange(expected.size * 1.0))
    assert (matched.way_id == expected).mean() >= 0.97


def test_an_error_that_lasts_is_no_change_between_ways_side_by_side(tmp_path):
    """A receiver's error of 2 m drifts over half a minute; the ways are 4.5 m apart."""
    latitude, longitude, expected = run_out_and_back(4.5)
    file = write_two_ways(tmp_path, 4.5)
    ground = osm.open_extract(file, track_cells(latitude, longitude), None, {})
    right = []
    for seed in range(20):
        places = make_traces.noisy(latitude, longitude, 2.0, seed)
        matched = match_track(ground, *places, np.arange(expected.size * 1.0))
        right.append((matched.way_id == expected).mean())
    assert np.mean(right) >= 0.95


@pytest.mark.parametrize(
    ("stated_m", "least"), [(math.nan, 0.0), (1.5, 0.9), (3.0, 0.9), (6.0, 0.6)]
)
def test_a_short_run_has_the_errors_that_its_device_states(tmp_path, stated_m, least):
    """60 m out on the street and back on the path 10 m beside it, with errors of 2 m to a side."""
    east = np.arange(-90.0, -20.0, 3.0)
    latitude, longitude = make_map.place(
        np.append(east, east[::-1]), np.repeat([0.0, 10.0], east.size)
    )
    expected = np.repeat([910, 911], east.size)
    file = write_two_ways(tmp_path, 10.0)
    ground = osm.open_extract(file, track_cells(latitude, longitude), None, {})
    right = []
    for seed in range(20):
        places = make_traces.noisy(latitude, longitude, 2.0, seed)
        time_s = np.arange(expected.size * 1.0)
        matched = match_track(ground, *places, time_s, stated_m)
        right.append((matched.way_id == expected).mean())
    assert np.mean(right) >= least
    if math.isnan(stated_m):
        assert np.mean(right) < 0.85


def test_a_long_run_has_the_errors_that_it_shows(tmp_path):
    latitude, longitude, expected = run_out_and_back(6.0)
    file = write_two_ways(tmp_path, 6.0)
    ground = osm.open_extract(file, track_cells(latitude, longitude), None, {})
    places = make_traces.noisy(latitude, longitude, 2.0, 1)
    time_s = np.arange(expected.size * 1.0)
    plain = match_track(ground, *places, time_s)
    stated = match_track(ground, *places, time_s, 40.0)
    assert (plain.way_id == stated.way_id).all()


def test_far_from_every_way_is_outside_and_near_one_is_not(ground):
    """The map ends with its ways, not with a cell of a kilometre that holds one of them."""
    north = match_track(ground, *line((-390, 1000), (-300, 1100)))
    assert sources_of(north) == {"outside"}
    beside = match_track(ground, *line((-300, 120), (-340, 140)))
    assert sources_of(beside) == {"unmatched"}


def test_outside_the_map_is_not_off_the_ways(ground):
    away = match_track(ground, *line((30_000, 30_000), (30_500, 30_000)))
    assert sources_of(away) == {"outside"}
    assert classes_of(away) == {"unknown"}
    off = match_track(ground, *line((180, -180), (320, -120)))
    assert sources_of(off) == {"unmatched"}


def test_points_without_a_place(ground):
    latitude, longitude, time = line((-350, 0), (350, 0))
    latitude[50:80] = np.nan
    matched = match_track(ground, latitude, longitude, time)
    assert {SOURCES[k] for k in matched.source[50:80]} == {"nowhere"}
    assert {SURFACE_NAMES[k] for k in matched.surface[80:]} == {"hard"}
    nothing = match_track(
        ground, np.full(3, np.nan), np.full(3, np.nan), np.arange(3.0)
    )
    assert sources_of(nothing) == {"nowhere"}


def test_one_point_and_none(ground):
    one = match_track(
        ground, *(np.array([side]) for side in (*make_map.place(-200, 1), 0.0))
    )
    assert one.way_id.tolist() == [100]
    assert match_track(ground, np.empty(0), np.empty(0), np.empty(0)).surface.size == 0


def test_a_gap_starts_anew(ground):
    first, second = line((-350, 0), (-150, 0)), line((0, 380), (0, 150))
    latitude, longitude = (
        np.concatenate(pair) for pair in zip(first[:2], second[:2], strict=True)
    )
    time = np.concatenate((first[2], second[2] + 500))
    matched = match_track(ground, latitude, longitude, time)
    assert {SURFACE_NAMES[k] for k in matched.surface[: first[0].size]} == {"hard"}
    assert {SURFACE_NAMES[k] for k in matched.surface[first[0].size :]} == {"soft"}


def test_ways_far_away_are_not_kept(ground):
    assert 109 not in ground.way_id
    assert {110, 111}.isdisjoint(ground.way_id.tolist())


def as_pbf(town: Path, target: Path) -> Path:
    with osmium.SimpleWriter(str(target), overwrite=True) as writer:
        for item in osmium.FileProcessor(town):
            writer.add(item)
    return target


@pytest.mark.parametrize("kind", ["osm.gz", "osm.pbf"])
def test_every_format_gives_the_same_ground(town, here, ground, tmp_path, kind):
    path = tmp_path / f"town.{kind}"
    if kind == "osm.gz":
        path.write_bytes(gzip.compress(town.read_bytes()))
    else:
        as_pbf(town, path)
    other = open_extract(path, here, None, {})
    assert other.way_id.tolist() == ground.way_id.tolist()
    assert other.latitude.tolist() == pytest.approx(ground.latitude.tolist(), abs=1e-9)
    assert other.link.tolist() == ground.link.tolist()
    assert other.area_class.tolist() == ground.area_class.tolist()
    assert np.allclose(other.edge, ground.edge, rtol=0, atol=1e-9)


@pytest.mark.parametrize("kind", ["osm", "osm.pbf"])
def test_a_map_needs_osmium_and_says_how_to_install_it(
    town, here, tmp_path, monkeypatch, kind
):
    path = town if kind == "osm" else as_pbf(town, tmp_path / "town.osm.pbf")
    monkeypatch.setitem(sys.modules, "osmium", None)
    with pytest.raises(NoOsmium, match=r"pip install '\.\[map\]'"):
        open_extract(path, here, None, {})


def read_plainly(path, cells):
    """Return the nodes, ways and multipolygons that `map_reader` should find, by visiting everything."""
    wider = osm.ground.widen_cells(cells, map_reader.WIDER_CELLS)
    places, ways, relations = {}, [], []
    for item in osmium.FileProcessor(path):
        if item.is_node():
            places[item.id] = (item.location.y, item.location.x)
        elif item.is_way():
            ways.append((item.id, dict(item.tags), [node.ref for node in item.nodes]))
        elif item.tags.get("type") == "multipolygon" and map_reader._is_area(item.tags):
            ids = [member.ref for member in item.members if member.type == "w"]
            relations.append((dict(item.tags), ids))
    cell_of = {
        node: (y // UNITS_PER_CELL, x // UNITS_PER_CELL)
        for node, (y, x) in places.items()
    }
    near = {node for node, cell in cell_of.items() if cell in cells}
    nodes = [(n, *places[n]) for n in sorted(places) if cell_of[n] in wider]
    return (
        nodes,
        [way for way in sorted(ways, key=itemgetter(0)) if near & set(way[2])],
        relations,
    )


def read_filtered(path, cells):
    wider = osm.ground.widen_cells(cells, map_reader.WIDER_CELLS)
    nodes = map_reader.read_nodes(osmium, path, wider)
    ids = map_reader.select_ids(nodes, cells)
    rows = list(zip(*(side.tolist() for side in nodes), strict=True))
    return rows, *map_reader._read_ways(osmium, path, ids)


@pytest.mark.parametrize("kind", ["osm", "osm.pbf"])
def test_the_filters_let_through_all_that_is_near(town, here, tmp_path, kind):
    path = town if kind == "osm" else as_pbf(town, tmp_path / "town.osm.pbf")
    found = read_filtered(path, here)
    assert found == read_plainly(path, here)
    assert len(found[1]) > 10


def spread_ids(town: Path, target: Path, step: int) -> Path:
    """Write the town with the numbers of its nodes so far apart."""
    with osmium.SimpleWriter(str(target), overwrite=True) as writer:
        for item in osmium.FileProcessor(town):
            if item.is_node():
                writer.add(item.replace(id=item.id * step))
            elif item.is_way():
                refs = [node.ref * step for node in item.nodes]
                writer.add(item.replace(nodes=refs))
            else:
                writer.add(item)
    return target


def test_nodes_of_distant_numbers_are_looked_up_in_batches(
    town, here, tmp_path, monkeypatch
):
    path = spread_ids(town, tmp_path / "spread.osm.pbf", 1 << 23)
    monkeypatch.setattr(map_reader, "MAX_ID_BLOCKS", 2)
    batches = list(map_reader.split_ids(np.array([1, 2, 1 << 25, 1 << 26, 1 << 27])))
    assert [batch.tolist() for batch in batches] == [
        [1, 2, 1 << 25],
        [1 << 26, 1 << 27],
    ]
    assert list(map_reader.split_ids(np.empty(0, np.int64))) == []
    assert read_filtered(path, here) == read_plainly(path, here)


def test_nodes_that_were_never_uploaded_are_left_out(town, here, ground, tmp_path):
    path = spread_ids(town, tmp_path / "josm.osm", -1)
    assert open_extract(path, here, None, {}).way_id.size == 0


def test_reading_leaves_no_temporary_file(town, here, tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    assert open_extract(town, here, None, {}).way_id.size
    assert list(tmp_path.iterdir()) == []


def test_the_cache_is_used_and_grows(town, here, tmp_path, monkeypatch):
    folder = tmp_path / "cache"
    first = open_extract(town, here, folder, {})
    reads = []
    real = osm.extract.read_excerpt
    monkeypatch.setattr(
        osm.extract, "read_excerpt", lambda *given: reads.append(1) or real(*given)
    )
    again = open_extract(town, here, folder, {})
    assert not reads
    assert again.fingerprint == first.fingerprint
    assert np.array_equal(again.cell_segment, first.cell_segment)
    far = frozenset({(1000, 2030)})
    both = open_extract(town, far, folder, {})
    assert reads == [1]
    assert both.has_cells(here)
    assert both.has_cells(far)
    assert open_extract(town, here | far, folder, {}).has_cells(far)
    assert reads == [1]


def test_a_new_map_or_new_classes_are_another_ground(town, here, tmp_path):
    copy = tmp_path / "town.osm"
    copy.write_bytes(town.read_bytes())
    before = open_extract(copy, here, tmp_path, {}).fingerprint
    assert open_extract(copy, here, tmp_path, {"dirt": "firm"}).fingerprint != before
    os.utime(copy, (1, 1))
    assert open_extract(copy, here, tmp_path, {}).fingerprint != before


@pytest.mark.parametrize("damage", [b"", b"PK\x03\x04 torn", "half"])
def test_a_torn_cache_is_read_anew(town, here, tmp_path, damage):
    open_extract(town, here, tmp_path, {})
    (file,) = tmp_path.glob("map-*.npz")
    data = file.read_bytes()
    file.write_bytes(data[: len(data) // 2] if damage == "half" else damage)
    assert open_extract(town, here, tmp_path, {}).way_id.size


def test_a_cache_that_cannot_be_written_costs_only_time(town, here, tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("no folder")
    assert open_extract(town, here, blocked, {}).way_id.size


def test_a_missing_map_is_one_line(tmp_path, here):
    with pytest.raises(
        MapError, match=r"^nowhere\.osm.pbf: no such map extract"
    ) as error:
        open_extract(tmp_path / "nowhere.osm.pbf", here, None, {})
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    "data",
    [b"", b"hello", b"\x00\x00\x00\x0d\x0a\x09OSMHeader", b"\xff" * 500, b"<osm"],
)
def test_what_is_no_map_is_one_line(tmp_path, here, data):
    path = tmp_path / "x.osm.pbf"
    path.write_bytes(data)
    with pytest.raises(MapError, match=r"^x\.osm.pbf: not readable"):
        open_extract(path, here, None, {})


def test_a_map_without_the_runners_cells_is_outside(town):
    elsewhere = frozenset({(5000, 800)})
    ground = open_extract(town, elsewhere, None, {})
    matched = match_track(ground, np.array([50.0]), np.array([8.0]), np.array([0.0]))
    assert sources_of(matched) == {"outside"}


def test_a_torn_pbf_is_one_line(town, here, tmp_path):
    path = as_pbf(town, tmp_path / "town.osm.pbf")
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    with pytest.raises(MapError, match="not readable"):
        open_extract(path, here, None, {})


@pytest.mark.parametrize("latitude", ["947.05", "nan", "", "north"])
def test_a_map_with_a_place_off_the_earth_is_refused(tmp_path, latitude):
    path = tmp_path / "x.osm"
    path.write_text(
        '<osm version="0.6"><node id="1" version="1" lat="47" lon="8"/>'
        f'<node id="2" version="1" lat="{latitude}" lon="8"/><way id="1" version="1">'
        '<nd ref="1"/><nd ref="2"/><tag k="highway" v="path"/></way></osm>'
    )
    cells = track_cells(np.array([47.0]), np.array([8.0]))
    with pytest.raises(MapError, match="not readable as an OpenStreetMap extract"):
        open_extract(path, cells, None, {})
    with pytest.raises(MapError, match="not readable as an OpenStreetMap extract"):
        cut_extract(path, cells)


def test_a_damaged_pbf_is_read_or_one_line(town, here, tmp_path):
    whole = tmp_path / "whole.osm.pbf"
    with osmium.SimpleWriter(
        osmium.io.File(str(whole), "pbf,pbf_compression=none")
    ) as writer:
        for item in osmium.FileProcessor(town):
            writer.add(item)
    data = whole.read_bytes()
    dice = np.random.default_rng(11)
    path = tmp_path / "x.osm.pbf"
    outcomes = set()
    for _ in range(120):
        torn = bytearray(data)
        for at in dice.integers(0, len(data), 3):
            torn[at] = dice.integers(0, 256)
        path.write_bytes(torn)
        try:
            open_extract(path, here, None, {})
            outcomes.add("read")
        except MapError as error:
            assert "\n" not in str(error)
            outcomes.add("refused")
    assert outcomes == {"read", "refused"}


def test_a_block_that_unfolds_beyond_the_rule_is_refused(tmp_path, here):
    bomb = zlib.compress(bytes(40 << 20))
    blob = (
        b"\x1a"
        + bytes(
            [len(bomb) & 0x7F | 0x80, len(bomb) >> 7 & 0x7F | 0x80, len(bomb) >> 14]
        )
        + bomb
    )
    size = bytes(
        [len(blob) & 0x7F | 0x80, len(blob) >> 7 & 0x7F | 0x80, len(blob) >> 14]
    )
    header = b"\x0a\x07OSMData\x18" + size
    path = tmp_path / "bomb.osm.pbf"
    path.write_bytes(struct.pack(">I", len(header)) + header + blob)
    with pytest.raises(MapError):
        open_extract(path, here, None, {})


@pytest.fixture(scope="module")
def dreieich():
    folder = make_traces.folder()
    path = folder / "dreieich.osm.pbf" if folder else None
    if path is None or not path.exists():
        pytest.skip("LOADWATCH_OSM names no folder with the extracts")
    return make_traces.whole(path)


@pytest.mark.corpus
def test_tracks_along_real_ways_find_their_surface(dreieich):
    ground, ways = dreieich
    rows = make_traces.accuracy(
        ground, make_traces.routes("dreieich", ground, ways)[:8]
    )
    right, count = (
        sum(row[k] for runs in rows.values() for row in runs) for k in (0, 1)
    )
    assert right / count >= 0.988


@pytest.mark.corpus
def test_the_filters_let_through_all_that_is_near_on_a_real_map(dreieich):
    path = make_traces.folder() / "dreieich.osm.pbf"
    near = osm.ground.widen_cells(track_cells(np.array([50.0]), np.array([8.71])), 1)
    found = read_filtered(path, near)
    assert found == read_plainly(path, near)
    assert len(found[1]) > 100


@pytest.mark.corpus
def test_beelines_far_from_ways_are_off(dreieich):
    ground, _ = dreieich
    points, by_way, _ = make_traces.off_network(
        ground, make_traces.beelines("dreieich", ground)
    )
    assert by_way / points <= 0.06


@pytest.mark.corpus
@pytest.mark.slow
def test_of_two_real_ways_side_by_side_the_one_that_was_run_is_found():
    folder = make_traces.folder()
    path = folder / "heidelberg.osm.pbf" if folder else None
    if path is None or not path.exists():
        pytest.skip("LOADWATCH_OSM names no folder with the extracts")
    ground, _ = make_traces.whole(path)
    for gap in parallel_ways.GAPS_M:
        routes = parallel_ways.find_parallel_routes(ground, gap)
        rows = make_traces.accuracy(ground, [r for r in routes if r.held_out])[2.0]
        right, count = (sum(row[k] for row in rows) for k in (0, 1))
        assert right / count >= 0.95
    points, by_way, _ = make_traces.off_network(
        ground, parallel_ways.find_verge_routes(ground)
    )
    assert by_way / points <= 0.06
