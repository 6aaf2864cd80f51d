"""Made-up maps of many kinds of ways, and runs over them, through the command line."""

import itertools
import json

import pytest

from loadwatch.tables import SURFACE_NAMES
from tests.tiny_map import TinyMap, draw_ring, write_run

pytest.importorskip("osmium")
STREET = [(-500, 0), (0, 0), (500, 0)]
ALONG = [(-480, 0), (480, 0)]
SQUARE = [(-150, -150), (150, -150), (150, 150), (-150, 150), (-150, -150)]
ACROSS = [(-140, -140), (140, 140)]
LAPS = draw_ring(58, laps=4)


@pytest.fixture
def measure(call, tmp_path):
    """Return the metres by surface and by answer of the map of one run, without zeros."""

    def run(tiny, corners, **more):
        place = tmp_path / "runner"
        place.mkdir(exist_ok=True)
        write_run(place / "a.gpx", corners, **more)
        osm = tiny.write(tmp_path / "tiny.osm")
        command = ("activities", place, "--osm", osm, "--no-store", "--format", "json")
        row = json.loads(call(*command)[1])["activities"][0]
        shares = {
            name: row[f"{name}_m"] / row["distance_m"]
            for name in (*SURFACE_NAMES, "tagged", "inferred", "unmatched", "outside")
        }
        return {
            name: round(share, 2) for name, share in shares.items() if share > 0.005
        }

    return run


@pytest.mark.parametrize(
    ("tags", "surface", "answer"),
    [
        ("highway=track tracktype=grade1", "hard", "inferred"),
        ("highway=track tracktype=grade4;grade5", "soft", "inferred"),
        ("highway=unclassified surface=gravel;asphalt", "firm", "tagged"),
        ("highway=unclassified surface=unknown;gravel", "firm", "tagged"),
        ("highway=track surface=Asphalt", "hard", "tagged"),
        ("highway=residential surface:forward=gravel surface:backward=fine_gravel", "firm", "tagged"),
        ("highway=residential surface:forward=gravel surface:backward=asphalt", "hard", "inferred"),
        ("highway=residential surface:lanes=gravel|compacted", "firm", "tagged"),
        ("highway=residential surface:lanes=gravel|asphalt", "hard", "inferred"),
        ("highway=residential surface=asphalt surface:forward=gravel", "hard", "tagged"),
        ("highway=residential surface=asphalt sidewalk:surface=gravel", "firm", "tagged"),
        ("highway=residential surface=asphalt access=private", "hard", "tagged"),
        ("highway=footway covered=yes surface=compacted", "firm", "tagged"),
        ("highway=footway level=2 surface=tiles", "hard", "tagged"),
        ("highway=track leisure=track sport=horse_racing", "firm", "inferred"),
        ("highway=track piste:type=nordic surface=grass", "soft", "tagged"),
    ],
)  # fmt: skip
def test_a_run_on_one_way_has_its_surface(measure, tags, surface, answer):
    tiny = TinyMap()
    tiny.add_way(STREET, tags)
    assert measure(tiny, ALONG) == {surface: 1.0, answer: 1.0}


@pytest.mark.parametrize(
    "tags",
    [
        "highway=construction construction=cycleway surface=asphalt",
        "highway=proposed proposed=path surface=asphalt",
        "highway=motorway surface=asphalt",
        "highway=footway indoor=yes surface=tiles",
        "highway=corridor level=1 surface=tiles",
        "disused:highway=path surface=asphalt",
        "piste:type=nordic surface=snow",
        "leisure=track piste:type=nordic surface=snow",
        "leisure=track sport=cycling surface=asphalt",
    ],
)
def test_what_nobody_runs_on_gives_no_ground(measure, tags):
    tiny = TinyMap()
    tiny.add_way(STREET, tags)
    tiny.add_way([(-500, 10), (500, 10)], "highway=path surface=ground")
    assert measure(tiny, [(-480, 3), (480, 3)]) == {"soft": 1.0, "tagged": 1.0}
    alone = TinyMap()
    alone.add_way(STREET, tags)
    assert measure(alone, ALONG) == {"unknown": 1.0, "outside": 1.0}


@pytest.mark.parametrize(
    ("radius_m", "tags", "surface"),
    [
        (58, "leisure=track", "track"),
        (58, "leisure=track sport=athletics surface=tartan", "track"),
        (66, "leisure=track area=yes sport=running", "track"),
        (58, "leisure=track sport=running surface=woodchips", "soft"),
        (66, "leisure=track area=yes surface=grass", "soft"),
    ],
)
def test_laps_on_a_ring_have_its_surface(measure, radius_m, tags, surface):
    tiny = TinyMap()
    tiny.add_way(draw_ring(radius_m), tags)
    assert measure(tiny, LAPS) == {surface: 1.0, "tagged": 1.0}


def test_a_ring_between_two_outlines_is_a_track_and_its_hole_is_none(measure):
    tiny = TinyMap()
    outer, inner = (tiny.add_way(draw_ring(metres), "source=x") for metres in (70, 50))
    tags = "type=multipolygon leisure=track sport=athletics"
    tiny.add_relation({outer: "outer", inner: "inner"}, tags)
    assert measure(tiny, LAPS) == {"track": 1.0, "tagged": 1.0}
    assert measure(tiny, [(-5, 0), (5, 0)] * 9) == {"unknown": 1.0, "unmatched": 1.0}


@pytest.mark.parametrize(
    ("tags", "surface", "answer"),
    [
        ("highway=pedestrian area=yes", "hard", "inferred"),
        ("highway=pedestrian area=yes surface=gravel", "firm", "tagged"),
        ("highway=footway area=yes surface=compacted", "firm", "tagged"),
        ("highway=service area=yes", "hard", "inferred"),
        ("leisure=park", "soft", "inferred"),
        ("leisure=pitch surface=tartan", "track", "tagged"),
        ("natural=beach surface=sand", "soft", "tagged"),
    ],
)
def test_a_run_across_a_square_has_its_surface(measure, tags, surface, answer):
    tiny = TinyMap()
    tiny.add_way(SQUARE, tags)
    assert measure(tiny, ACROSS) == {surface: 1.0, answer: 1.0}
    halves = TinyMap()
    parts = [halves.add_way(part, "source=x") for part in (SQUARE[:3], SQUARE[2:])]
    halves.add_relation(dict.fromkeys(parts, "outer"), f"type=multipolygon {tags}")
    assert measure(halves, ACROSS) == {surface: 1.0, answer: 1.0}


def test_a_street_that_closes_on_itself_is_no_square(measure):
    tiny = TinyMap()
    tiny.add_way(SQUARE, "highway=pedestrian surface=sett")
    found = measure(tiny, [(-100, -100), (100, 100)])
    assert found == {"unknown": 1.0, "unmatched": 1.0}


def test_a_path_on_a_bridge_and_the_street_below_keep_their_ground(measure):
    tiny = TinyMap()
    tiny.add_way(STREET, "highway=primary surface=asphalt")
    bridge = [(-30, -500), (-30, 500)]
    tiny.add_way(bridge, "highway=path surface=dirt bridge=yes layer=1")
    assert measure(tiny, ALONG)["hard"] == 1.0
    assert measure(tiny, [(-30, -480), (-30, 480)])["soft"] == 1.0


def test_out_on_a_street_and_back_on_the_cycleway_beside_it(measure):
    tiny = TinyMap()
    tiny.add_way(STREET, "highway=secondary surface=asphalt sidewalk=separate")
    tiny.add_way([(-500, 6), (500, 6)], "highway=cycleway surface=compacted")
    found = measure(tiny, [(-480, 0), (480, 0), (480, 6), (-480, 6)])
    assert found["hard"] == pytest.approx(0.5, abs=0.02)
    assert found["firm"] == pytest.approx(0.5, abs=0.02)


def build_tunnel(*corners, kind="highway=footway tunnel=yes layer=-1"):
    """A path of 1,800 m whose middle 400 m are in a tunnel, of one way or more."""
    tiny = TinyMap()
    tiny.add_way([(-900, 0), (-200, 0)], "highway=path surface=dirt")
    tiny.add_way([(200, 0), (900, 0)], "highway=path surface=dirt")
    spots = [(-200, 0), *corners, (200, 0)]
    for one, other in itertools.pairwise(spots):
        tiny.add_way([one, other], f"{kind} surface=concrete")
    return tiny


THROUGH = [(-880, 0), (880, 0)]


@pytest.mark.parametrize("lost_m", [(680, 1080), (650, 1120), (780, 1090), (600, 1000)])
@pytest.mark.parametrize("corners", [(), ((0, 0),), ((-100, 0), (0, 0), (100, 0))])
def test_a_hole_between_the_portals_of_a_tunnel_has_its_ground(
    measure, lost_m, corners
):
    """Also where the receiver goes on for a while, and where it needs a while to come back."""
    found = measure(build_tunnel(*corners), THROUGH, lost_m=lost_m)
    share = (max(1080, lost_m[1]) - min(680, lost_m[0])) / 1760
    assert found["hard"] == pytest.approx(share, abs=0.03)
    assert found["soft"] == pytest.approx(1 - share, abs=0.03)


@pytest.mark.parametrize("kind", ["highway=footway", "waterway=drain tunnel=culvert"])
def test_a_hole_without_a_tunnel_has_the_ground_around(measure, kind):
    found = measure(build_tunnel(kind=kind), THROUGH, lost_m=(680, 1080))
    assert found["soft"] == pytest.approx(1.0)


def test_a_run_over_the_hill_is_not_in_the_tunnel(measure):
    tiny = build_tunnel()
    over = [(-200, 0), (-150, 150), (150, 150), (200, 0)]
    tiny.add_way(over, "highway=track surface=gravel")
    found = measure(tiny, [(-880, 0), *over, (880, 0)])
    assert found["firm"] == pytest.approx(0.32, abs=0.02)
    assert "hard" not in found


def test_a_bent_tunnel_is_followed_and_a_distant_one_is_not(measure):
    tiny = TinyMap()
    bent = [(-200, 0), (-100, 80), (100, 80), (200, 0)]
    tiny.add_way([(-900, 0), bent[0]], "highway=path surface=dirt")
    tiny.add_way([bent[-1], (900, 0)], "highway=path surface=dirt")
    tiny.add_way(bent, "highway=residential tunnel=yes")
    assert measure(tiny, [(-880, 0), *bent, (880, 0)], lost_m=(680, 1136))["hard"] > 0.2
    aside = TinyMap()
    aside.add_way([(-900, 0), (900, 0)], "highway=path surface=dirt")
    aside.add_way([(-200, 100), (200, 100)], "highway=residential tunnel=yes")
    found = measure(aside, THROUGH, lost_m=(680, 1080))
    assert found == {"soft": 1.0, "tagged": 1.0}


def test_who_leaves_the_map_is_outside_from_its_last_way_on(measure):
    """Also in the first 150 m, where a way of the map is still near."""
    tiny = TinyMap()
    tiny.add_way(STREET, "highway=residential surface=asphalt")
    found = measure(tiny, [(-480, 0), (1500, 0)])
    assert found["outside"] == pytest.approx(1000 / 1980, abs=0.03)
    assert found["hard"] == pytest.approx(980 / 1980, abs=0.03)
