"""Numbers of a map's objects cost no memory: libosmium keeps a table as long as the largest."""

import resource
from pathlib import Path

import osmium
import pytest
from osmium.osm import mutable

from loadwatch.exposure.osm import MapError
from loadwatch.exposure.osm.cut import cut_extract
from loadwatch.exposure.osm.map_reader import MAX_ID, read_excerpt

CELLS = frozenset([(1000, 2000)])
FAR = 1 << 56
MAX_BYTES = 1 << 30


@pytest.fixture(autouse=True)
def _limit_memory():
    """Turn a large table into an error, before the machine runs out of memory."""
    before = resource.getrlimit(resource.RLIMIT_AS)
    text = Path("/proc/self/statm").read_text("ascii")
    held = int(text.split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (held + MAX_BYTES, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_AS, before)


@pytest.fixture
def write(tmp_path):
    def make(nodes=(1, 2, 3), refs=(1, 2, 3), way=1, members=()):
        path = tmp_path / "a.osm.pbf"
        with osmium.SimpleWriter(path, overwrite=True) as writer:
            for number, node in enumerate(nodes):
                place = (20.001 + number / 1000, 10.001)
                writer.add_node(mutable.Node(id=node, location=place))
            tags = {"highway": "path"}
            writer.add_way(mutable.Way(id=way, nodes=refs, tags=tags))
            tags = {"type": "multipolygon", "leisure": "park"}
            outer = [("w", way, "outer"), *members]
            writer.add_relation(mutable.Relation(id=1, members=outer, tags=tags))
        return path

    return make


def test_numbers_up_to_the_bound_are_read(write):
    numbers = (1, 1 << 36, MAX_ID)
    path = write(numbers, numbers)
    assert read_excerpt(path, CELLS, {}).refs == [list(numbers)]
    path.write_bytes(cut_extract(path, CELLS))
    assert read_excerpt(path, CELLS, {}).refs == [list(numbers)]


@pytest.mark.parametrize("read", [read_excerpt, lambda *given: cut_extract(*given[:2])])
def test_a_node_nearby_with_a_number_beyond_the_bound_is_refused(write, read):
    with pytest.raises(MapError, match=f"the number {FAR} in it is none"):
        read(write((1, 2, FAR), (1, 2, FAR)), CELLS, {})


@pytest.mark.parametrize(
    ("changed", "number"),
    [
        ({"refs": (1, 2, FAR)}, FAR),
        ({"refs": (1, 2, -7)}, -7),
        ({"way": FAR}, FAR),
        ({"members": [("n", FAR, "")]}, FAR),
        ({"members": [("r", -FAR, "")]}, -FAR),
    ],
)
def test_a_small_map_is_not_cut_by_numbers_beyond_the_bound(write, changed, number):
    path = write(**changed)
    assert read_excerpt(path, CELLS, {}).way_id  # nothing is kept by these numbers
    with pytest.raises(MapError, match=f"the number {number} in it is none"):
        cut_extract(path, CELLS)
