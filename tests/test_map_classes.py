"""From the tags of a way or an area to its surface, and a user's own classes."""

import pytest

from loadwatch.exposure.osm import SOURCES
from loadwatch.exposure.osm.classes import classify_area, classify_way, merge_classes
from loadwatch.tables import SURFACE_NAMES

PLAIN = merge_classes({})


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
