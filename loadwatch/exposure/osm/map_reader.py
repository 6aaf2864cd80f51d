"""A map extract (.osm.pbf, .osm, .osm.gz) to the ways and areas near a runner's cells, by pyosmium.

Only what is near is shown to Python: to visit every node and way of a map of 90 MB takes it 24 s.
pyosmium writes the places of all nodes into a file that numpy looks through, and a filter of its
own lets through the ways that have a node near the runner. That takes 4.5 s and 0.49 GB
(`python -m tests.make_big_pbf`), and temporary files of two to three times the map.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from loadwatch.errors import LoadwatchError
from loadwatch.exposure.osm.classes import (
    AREAS,
    Answer,
    classify_area,
    classify_way,
    guess_way,
)
from loadwatch.exposure.osm.ground import (
    UNITS_PER_CELL,
    cell_key,
    cell_keys,
    is_among,
    widen_cells,
)
from loadwatch.exposure.osm.map_size import describe_excess
from loadwatch.exposure.osm.string_table import describe_bad_strings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from numpy.typing import NDArray

    from loadwatch.exposure.osm.ground import Cells
    from loadwatch.tables import Ints

# places are known so far around the ways that are read, for parks that reach out
WIDER_CELLS: Final = 3
# an entry of libosmium's `sparse_file_array`; number 0 is where nothing is written
PLACE: Final = np.dtype([("id", "<u8"), ("x", "<i4"), ("y", "<i4")])
# where a receiver has no signal; the others are arches, arcades and drains
TUNNELS: Final = ("yes", "avalanche_protector")
PLACES_AT_ONCE: Final = 1_000_000
# libosmium's set of ids takes 4 MB for each block of 2**25 ids of which it holds one
ID_BLOCK_BITS: Final = 25
MAX_ID_BLOCKS: Final = 80  # at a time; the ids of today's nodes spread over 400
# the set has a table as long as its largest id: 256 KB for this one, and today's reach 2**34
MAX_ID: Final = 1 << 40

# of libosmium's errors -> what to do
_DAMAGED: Final = "it is cut short or damaged, so fetch it again"
_ADVICE: Final = {
    "unexpected EOF": _DAMAGED,
    "failed to uncompress": _DAMAGED,
    "blob contains no data": _DAMAGED,
    "XML parsing error": _DAMAGED,
    "invalid BlobHeader": "it is of another kind than its name says, or damaged",
    "detect file format": "its name has to end in .osm.pbf, .osm or .osm.gz",
}

Nodes = tuple["Ints", "Ints", "Ints"]  # ids, latitudes, longitudes in the map's units
Way = tuple[int, dict[str, str], list[int]]  # id, tags, nodes
Relation = tuple[dict[str, str], list[int]]  # tags, ways


class MapError(LoadwatchError):
    """The map extract cannot be used."""

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(f"{path.name}: {why}")


class NoOsmium(LoadwatchError):
    """The package that reads maps is not installed."""

    def __init__(self) -> None:
        super().__init__("reading a map needs the package osmium: pip install '.[map]'")


@dataclass(slots=True)
class MapExcerpt:
    """Ways and areas of a part of a map as ids of their nodes, and the places of the nodes."""

    nodes: Nodes  # by id
    way_id: list[int] = field(default_factory=list)
    answer: list[Answer] = field(default_factory=list)
    guess: list[Answer] = field(default_factory=list)  # without what a way states
    covered: list[bool] = field(default_factory=list)  # in a tunnel
    refs: list[list[int]] = field(default_factory=list)  # of each way
    area: list[Answer] = field(default_factory=list)
    # of each area, one list of nodes per way
    outlines: list[list[list[int]]] = field(default_factory=list)


def read_excerpt(path: Path, cells: Cells, classes: Mapping[str, str]) -> MapExcerpt:
    """Return the ways and areas of the extract that have a node in `cells`."""
    osmium = import_osmium()
    check_map(path)
    with raise_map_errors(osmium, path):
        nodes = read_nodes(osmium, path, widen_cells(cells, WIDER_CELLS))
        check_ids(path, nodes[0][-1:].tolist())
        ways, relations = _read_ways(osmium, path, select_ids(nodes, cells))
    result = MapExcerpt(nodes)
    for ident, tags, refs in ways:
        _add_way(ident, tags, refs, classes, result)
    outlines = {ident: refs for ident, _, refs in ways}
    for tags, members in relations:
        if members and all(member in outlines for member in members):
            _add_area(tags, [outlines[member] for member in members], classes, result)
    return result


def check_map(path: Path) -> None:
    """Raise MapError where a map unpacks beyond bounds, or libosmium would die of it."""
    try:
        problem = describe_excess(path) or describe_bad_strings(path)
    except OSError as error:
        raise MapError(path, f"not readable ({error.strerror})") from None
    if problem:
        raise MapError(path, problem)


def check_ids(path: Path, ids: Iterable[int]) -> None:
    """Raise MapError where libosmium's set of ids cannot hold one of these, or not in bounds."""
    for ident in ids:
        if not 0 < ident <= MAX_ID:
            raise MapError(path, f"the number {ident} in it is none of OpenStreetMap's")


def import_osmium() -> Any:
    """Return the package osmium; NoOsmium says how to install it."""
    try:
        import osmium  # noqa: PLC0415 - an extra: only those with a map need it
    except ImportError:
        raise NoOsmium from None
    return osmium


@contextlib.contextmanager
def raise_map_errors(osmium: Any, path: Path) -> Iterator[None]:
    """Turn what reading a map raises into a MapError.

    pyosmium raises RuntimeError, ValueError or its own error for a torn or foreign file, for
    places off the earth, and where a temporary file cannot be written.
    """
    try:
        yield
    except OSError as error:
        why = describe_full_disk(str(error)) or f"not readable ({error.strerror})"
        raise MapError(path, why) from None
    except (RuntimeError, ValueError, osmium.InvalidLocationError) as error:
        text = str(error).replace(str(path), path.name)
        why = describe_full_disk(text) or _describe_unreadable(text)
        raise MapError(path, why) from None


def _describe_unreadable(error: str) -> str:
    """Return that libosmium cannot read a map, and what to do where its error is known."""
    sentence = "not readable as an OpenStreetMap extract"
    for words, advice in _ADVICE.items():
        if words in error:
            return f"{sentence}: {advice} ({error})"
    return f"{sentence} ({error})"


def describe_full_disk(error: str) -> str:
    """Return what to do where an error says that a temporary file found no space, else ""."""
    if os.strerror(errno.ENOSPC) not in error:
        return ""
    return (
        "the disk for temporary files is full: reading takes two to three times the size of "
        "the map. Free some of it, or set TMPDIR to a folder on another disk"
    )


@contextlib.contextmanager
def open_writer(osmium: Any, file: Any) -> Iterator[Any]:
    """Yield a writer of map data, and close it afterwards.

    libosmium closes a writer once more where it is deleted, and ends the whole process where
    that fails, as on a full disk. So a writer that failed is never deleted.
    """
    writer = osmium.SimpleWriter(file)
    try:
        with writer:
            yield writer
    except BaseException:
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(writer))
        raise


def read_nodes(osmium: Any, path: Path, cells: Cells) -> Nodes:
    """Return the nodes in `cells`, sorted by id.

    The places of all nodes of the map go through a temporary file, 16 bytes per node.
    """
    with tempfile.TemporaryDirectory(prefix="loadwatch-") as folder:
        file = Path(folder) / "places"
        try:
            _write_places(osmium, path, file)
            parts = [_select_places(part, cells) for part in _read_places(file)]
        finally:
            _close_left_open(file)
    ident, y, x = (np.concatenate(side) for side in zip(*parts, strict=True))
    order = np.argsort(ident, kind="stable")
    return ident[order], y[order], x[order]


def _write_places(osmium: Any, path: Path, file: Path) -> None:
    """Write the places of all nodes of a map into a file, entries of PLACE."""
    index = osmium.index.create_map(f"sparse_file_array,{file}")
    store_place = osmium.NodeLocationsForWays(index)
    nodes = osmium.FileProcessor(path, osmium.osm.NODE).with_filter(store_place)
    for _ in nodes.with_filter(osmium.filter.EntityFilter(osmium.osm.WAY)):
        pass  # no node passes the second filter: none is shown to Python


def _close_left_open(file: Path) -> None:
    """Close a file of ours that libosmium's index has left open, which is none any more.

    Otherwise the disk would keep what is in it, gigabytes for a country, and the process one
    file number for each map, until it ends. Where a system has no `/dev/fd` both stay so.
    """
    with contextlib.suppress(OSError):
        place = file.stat()
        for entry in Path("/dev/fd").iterdir():
            number = int(entry.name)
            with contextlib.suppress(OSError):  # that of the listing is closed already
                if os.path.samestat(os.fstat(number), place):
                    os.close(number)


def _read_places(file: Path) -> Iterator[NDArray[np.void]]:
    """Yield the entries of a file of places, a million at a time; one empty part at least."""
    with file.open("rb") as handle:
        while True:
            part = np.fromfile(handle, PLACE, PLACES_AT_ONCE)
            yield part
            if part.size < PLACES_AT_ONCE:
                return


def _select_places(places: NDArray[np.void], cells: Cells) -> Nodes:
    """Return the ids and places of those entries that lie in `cells`."""
    y, x = places["y"], places["x"]
    south, north = _reach([row for row, _ in cells])
    west, east = _reach([column for _, column in cells])
    window = (y >= south) & (y < north) & (x >= west) & (x < east)
    near = np.flatnonzero(window & (places["id"] > 0))
    y, x = y[near].astype(np.int64), x[near].astype(np.int64)
    inside = _is_in_cells(y, x, cells)
    return places["id"][near][inside].astype(np.int64), y[inside], x[inside]


def _reach(rows: list[int]) -> tuple[int, int]:
    """Return where the first of some rows (or columns) of cells begins and the last ends."""
    if not rows:
        return 0, 0
    return min(rows) * UNITS_PER_CELL, (max(rows) + 1) * UNITS_PER_CELL


def _is_in_cells(y: Ints, x: Ints, cells: Cells) -> NDArray[np.bool_]:
    """Return which places lie in `cells`."""
    keys = cell_key(y // UNITS_PER_CELL, x // UNITS_PER_CELL)
    return is_among(keys, cell_keys(cells))


def select_ids(nodes: Nodes, cells: Cells) -> Ints:
    """Return the ids of the nodes in `cells`, sorted."""
    ident, y, x = nodes
    return ident[_is_in_cells(y, x, cells)]


def _read_ways(
    osmium: Any, path: Path, node_ids: Ints
) -> tuple[list[Way], list[Relation]]:
    """Return the ways that have one of the nodes, and the multipolygons that may be areas.

    Ways and relations go through a temporary file that is quick to read, since it is read once
    per batch of nodes.
    """
    ways: dict[int, Way] = {}
    with tempfile.TemporaryDirectory(prefix="loadwatch-") as folder:
        file = Path(folder) / "ways.osm.pbf"
        copy_ways(osmium, path, file)
        for batch in split_ids(node_ids):
            for way in filter_ways(osmium, file, batch):
                refs = [node.ref for node in way.nodes]
                ways[way.id] = (way.id, dict(way.tags), refs)
        relations = list(_filter_relations(osmium, file))
    return [ways[ident] for ident in sorted(ways)], relations


def copy_ways(osmium: Any, path: Path, file: Path) -> None:
    """Write the ways and relations of a map into a .osm.pbf that is not compressed."""
    kinds = osmium.osm.WAY | osmium.osm.RELATION
    plain = osmium.io.File(file, "pbf,pbf_compression=none,add_metadata=none")
    with open_writer(osmium, plain) as writer:
        items = osmium.FileProcessor(path, kinds).handler_for_filtered(writer)
        for _ in items.with_filter(osmium.filter.EntityFilter(osmium.osm.NODE)):
            pass  # what the filter holds back goes to the writer, and that is all


def filter_ways(osmium: Any, file: Path, node_ids: Ints) -> Iterator[Any]:
    """Yield the ways that have one of the nodes."""
    tracker = osmium.IdTracker()
    for node_id in node_ids.tolist():
        tracker.add_node(node_id)
    ways = osmium.FileProcessor(file, osmium.osm.WAY)
    yield from ways.with_filter(tracker.contains_filter())


def _filter_relations(osmium: Any, file: Path) -> Iterator[Relation]:
    """Yield tags and ways of the multipolygons that may be areas."""
    relations = osmium.FileProcessor(file, osmium.osm.RELATION)
    for item in relations.with_filter(osmium.filter.TagFilter(*AREAS)):
        if item.tags.get("type") == "multipolygon":
            members = [member.ref for member in item.members if member.type == "w"]
            yield dict(item.tags), members


def split_ids(node_ids: Ints) -> Iterator[Ints]:
    """Yield sorted ids in batches of which libosmium's set takes at most 0.32 GB."""
    block = node_ids >> ID_BLOCK_BITS
    number = np.cumsum(np.diff(block, prepend=block[:1]) > 0)
    for batch in range(0, int(number[-1]) + 1 if number.size else 0, MAX_ID_BLOCKS):
        yield node_ids[(number >= batch) & (number < batch + MAX_ID_BLOCKS)]


def _add_way(
    ident: int,
    tags: Mapping[str, str],
    refs: list[int],
    classes: Mapping[str, str],
    result: MapExcerpt,
) -> None:
    """Add a way to the lines if people run on it, and to the areas if it bounds one."""
    if answer := classify_way(tags, classes):
        result.way_id.append(ident)
        result.answer.append(answer)
        result.guess.append(guess_way(tags, classes) or answer)
        result.covered.append(tags.get("tunnel") in TUNNELS)
        result.refs.append(refs)
    # a running track that is a line is one around a pitch
    oval = tags.get("leisure") == "track" and tags.get("area") != "yes"
    if refs[0] == refs[-1] and not oval and _is_area(tags):
        _add_area(tags, [refs], classes, result)


def _add_area(
    tags: Mapping[str, str],
    outlines: list[list[int]],
    classes: Mapping[str, str],
    result: MapExcerpt,
) -> None:
    """Add an area that its outlines bound, if its tags give it a class."""
    if answer := classify_area(tags, classes):
        result.area.append(answer)
        result.outlines.append(outlines)


def _is_area(tags: Mapping[str, str]) -> bool:
    """Return whether a closed way with these tags bounds an area that people run across."""
    return any(tags.get(key) == value for key, value in AREAS)
