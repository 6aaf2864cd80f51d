"""A small extract out of a large one: the ways and areas near the cells that runs visit."""

from __future__ import annotations

import itertools
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from loadwatch.exposure.osm.classes import AREAS, HIGHWAYS
from loadwatch.exposure.osm.extract import SPARE_CELLS
from loadwatch.exposure.osm.ground import widen_cells
from loadwatch.exposure.osm.map_reader import (
    MapError,
    check_ids,
    check_map,
    copy_ways,
    filter_ways,
    import_osmium,
    open_writer,
    raise_map_errors,
    read_nodes,
    select_ids,
    split_ids,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from loadwatch.exposure.osm.ground import Cells
    from loadwatch.tables import Ints

# keys that neither say what a way is nor what it is made of
DROPPED_KEYS = (
    *("addr", "alt_name", "contact", "created_by", "description", "fixme", "image"),
    *("loc_name", "maxspeed", "name", "note", "official_name", "old_name", "operator"),
    *(
        "ref",
        "source",
        "start_date",
        "tiger",
        "url",
        "website",
        "wikidata",
        "wikipedia",
    ),
)


def cut_extract(path: Path, cells: Cells) -> bytes:
    """Return the part of an extract that runs in `cells` need, as a small .osm.pbf.

    The exposures from it are those from the whole: it holds every way with a node in a visited
    cell or near one, with all its nodes, and the areas that such ways bound.

    Parameters
    ----------
    path : an extract as .osm.pbf, .osm or .osm.gz.
    cells : the cells of 0.01 degree of all runs.

    Raises
    ------
    MapError : the extract cannot be read.
    """
    osmium = import_osmium()
    check_map(path)
    near = widen_cells(cells, SPARE_CELLS + 1)
    with (
        raise_map_errors(osmium, path),
        tempfile.TemporaryDirectory(prefix="loadwatch-") as folder,
    ):
        nodes = read_nodes(osmium, path, near)
        check_ids(path, nodes[0][-1:].tolist())
        ways, small = Path(folder) / "ways.osm.pbf", Path(folder) / "cut.osm.pbf"
        copy_ways(osmium, path, ways)
        kept = _choose_ways(osmium, ways, select_ids(nodes, near))
        if kept:
            _write_cut(osmium, path, ways, kept, small)
            return small.read_bytes()
    raise MapError(path, "holds no way near these runs: it is of another region")


def _choose_ways(osmium: Any, ways: Path, node_ids: Ints) -> dict[int, list[int]]:
    """Return the nodes of each way that has one of `node_ids` and is needed, by the way's id."""
    outlines = _list_outlines(osmium, ways)
    kept: dict[int, list[int]] = {}
    for batch in split_ids(node_ids):
        for way in filter_ways(osmium, ways, batch):
            if way.id in outlines or _is_on_foot_or_area(way.tags):
                kept[way.id] = [node.ref for node in way.nodes]
    return kept


def _write_cut(
    osmium: Any, path: Path, ways: Path, kept: dict[int, list[int]], target: Path
) -> None:
    """Write the nodes of the ways `kept`, the ways and their areas, in the order of their ids."""
    node_ids = np.unique(
        np.fromiter(itertools.chain.from_iterable(kept.values()), np.int64)
    )
    compressed = osmium.io.File(target, "pbf,add_metadata=none")
    check_ids(path, kept)
    check_ids(path, node_ids[[0, -1]].tolist())
    with open_writer(osmium, compressed) as writer:
        for batch in split_ids(node_ids):
            tracker = osmium.IdTracker()
            for node_id in batch.tolist():
                tracker.add_node(node_id)
            nodes = osmium.FileProcessor(path, osmium.osm.NODE)
            for node in nodes.with_filter(tracker.id_filter()):
                writer.add_node(node.replace(tags={}))
        for way in _filter_by_id(osmium, ways, kept):
            writer.add_way(way.replace(tags=_keep_tags(way.tags)))
        for item in _find_areas(osmium, ways):
            if kept.keys() >= set(_list_members(item)):
                check_ids(path, [member.ref for member in item.members])
                writer.add_relation(item.replace(tags=_keep_tags(item.tags)))


def _filter_by_id(osmium: Any, ways: Path, kept: Iterable[int]) -> Any:
    """Return the ways with one of these ids."""
    tracker = osmium.IdTracker()
    for way_id in kept:
        tracker.add_way(way_id)
    return osmium.FileProcessor(ways, osmium.osm.WAY).with_filter(tracker.id_filter())


def _find_areas(osmium: Any, ways: Path) -> Any:
    """Return the relations that may be areas."""
    relations = osmium.FileProcessor(ways, osmium.osm.RELATION)
    return relations.with_filter(osmium.filter.TagFilter(*AREAS))


def _list_members(relation: Any) -> list[int]:
    return [member.ref for member in relation.members if member.type == "w"]


def _list_outlines(osmium: Any, ways: Path) -> set[int]:
    """Return the ways that bound an area by a relation, which need no tags of their own."""
    areas = _find_areas(osmium, ways)
    return {way for relation in areas for way in _list_members(relation)}


def _is_on_foot_or_area(tags: Any) -> bool:
    """Return whether people run on a way with these tags, or it may bound an area."""
    stated = dict(tags)
    if stated.get("highway") in HIGHWAYS:
        return True
    return any(stated.get(key) == value for key, value in AREAS)


def _keep_tags(tags: Any) -> dict[str, str]:
    """Return the tags but for names, references and notes."""
    kept = {}
    for tag in tags:
        if tag.k.split(":")[0] not in DROPPED_KEYS:
            kept[tag.k] = tag.v
    return kept
