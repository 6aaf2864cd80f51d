"""What a map only infers is named, and how often that is right around the runs."""

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

import loadwatch
from loadwatch.exposure.osm import statements
from loadwatch.exposure.osm.statements import MapStatements
from loadwatch.pipeline.map_needs import with_map_right
from loadwatch.report.known_ground import describe_known
from tests import make_map
from tests.make_gpx import write_gpx
from tests.town_map import as_pbf

START = datetime(2026, 3, 2, 10, tzinfo=UTC)


@pytest.fixture
def analysis(tmp_path):
    """Runs on the steps, whose surface follows from their kind alone, and on the street."""
    pytest.importorskip("osmium")
    me = tmp_path / "me"
    me.mkdir()
    street = [make_map.place(east, 0) for east in range(-390, 390, 10)]
    bridge = [make_map.place(-100, north) for north in range(-390, 390, 10)]
    for number, way in enumerate((street, bridge, bridge[::-1])):
        path = me / f"{number}.gpx"
        write_gpx(path, way, START + timedelta(days=number))
    extract = as_pbf(make_map.write(tmp_path), tmp_path / "whole.osm.pbf")
    return loadwatch.analyse(me, osm=extract).data


def test_inferred_ground_is_named_with_how_often_that_is_right(analysis, monkeypatch):
    assert "infers" in describe_known(analysis).confidence
    assert "right" not in describe_known(analysis).confidence
    assert math.isnan(with_map_right(analysis).map_right)  # too few ways
    monkeypatch.setattr(statements, "FEWEST_M", 100.0)
    sure = with_map_right(analysis)
    assert 0.0 <= sure.map_right <= 1.0
    assert "that is right for" in describe_known(sure).confidence


def test_without_a_map_nothing_is_inferred(tmp_path):
    path = tmp_path / "0.gpx"
    write_gpx(path, [make_map.place(east, 0) for east in range(-390, 390, 10)], START)
    analysis = loadwatch.analyse(path).data
    assert with_map_right(analysis) is analysis
    assert describe_known(analysis).confidence == ""
    assert describe_known(replace(analysis, map_right=0.9)).confidence == ""


def test_of_few_ways_no_share_is_given():
    assert math.isnan(MapStatements(9e4, 3e4, 1.9e4, 1.5e4).right_share)
    assert MapStatements(9e4, 3e4, 2e4, 1.5e4).right_share == 0.75
