"""The made-up town as a map, its ground, and runs through it."""

from operator import itemgetter
from pathlib import Path

import numpy as np
import osmium
import pytest

from loadwatch.exposure import osm
from loadwatch.exposure.osm import SOURCES, map_reader, open_extract, track_cells
from loadwatch.exposure.osm.ground import UNITS_PER_CELL
from tests import make_map


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    return make_map.write(tmp_path_factory.mktemp("map"))


@pytest.fixture(scope="module")
def here():
    return track_cells(*(np.array([side]) for side in make_map.place(0, 0)))


@pytest.fixture(scope="module")
def ground(town, here):
    return open_extract(town, here, None, {})


def sources_of(matched):
    return {SOURCES[code] for code in matched.source}


def as_pbf(town: Path, target: Path) -> Path:
    with osmium.SimpleWriter(str(target), overwrite=True) as writer:
        for item in osmium.FileProcessor(town):
            writer.add(item)
    return target


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
