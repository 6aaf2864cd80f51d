"""Map extracts: each format gives the same ground, the cache, and what is no map."""

import gzip
import os
import struct
import sys
import tempfile
import zlib
from pathlib import Path

import numpy as np
import osmium
import pytest

from loadwatch.exposure import osm
from loadwatch.exposure.osm import (
    MapError,
    NoOsmium,
    map_reader,
    match_track,
    open_extract,
    track_cells,
)
from loadwatch.exposure.osm.cut import cut_extract
from tests.town_map import (
    as_pbf,
    ground,
    here,
    read_filtered,
    read_plainly,
    sources_of,
    town,
)

__all__ = ["ground", "here", "town"]  # fixtures


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


@pytest.mark.parametrize(
    ("name", "cut", "advice"),
    [
        ("torn.osm.pbf", slice(0, -100), "cut short or damaged, so fetch it again"),
        ("empty.osm.pbf", slice(0, 0), "cut short or damaged, so fetch it again"),
        ("whole.zip", slice(None), "its name has to end in .osm.pbf, .osm or .osm.gz"),
    ],
)
def test_a_map_that_cannot_be_read_says_what_to_do(
    town, here, tmp_path, name, cut, advice
):
    whole = tmp_path / "whole.osm.pbf"
    whole.write_bytes(cut_extract(town, here))
    (tmp_path / name).write_bytes(whole.read_bytes()[cut])
    with pytest.raises(MapError, match=advice):
        open_extract(tmp_path / name, here, None, {})


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
