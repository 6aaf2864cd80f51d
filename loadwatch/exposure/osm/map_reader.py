"""A map extract (.osm.pbf, .osm, .osm.gz) to the ways and areas near a runner's cells, in a stream.

The nodes near the runner come first, then the ways that have one of them, then the multipolygons
made of those ways. Only what is near is kept, so a map may be larger than memory.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from loadwatch.errors import LoadwatchError
from loadwatch.exposure.osm import plain
from loadwatch.exposure.osm.classes import AREAS, Answer, classify_area, classify_way
from loadwatch.exposure.osm.ground import UNITS_PER_CELL, widen_cells
from loadwatch.exposure.osm.pbf import Unusual
from loadwatch.exposure.osm.plain import Near

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from loadwatch.exposure.osm.ground import Cells
    from loadwatch.tables import Ints


WIDER_CELLS: Final = (
    3  # places are known so far around the ways that are read, for parks that reach out
)


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
    """What a reading found: ways and areas as the numbers of their nodes, and where the nodes are."""

    nodes: tuple[
        Ints, Ints, Ints
    ]  # ids, latitudes and longitudes in the map's units, by id
    way_id: list[int] = field(default_factory=list)
    answer: list[Answer] = field(default_factory=list)
    covered: list[bool] = field(default_factory=list)  # in a tunnel
    refs: list[list[int]] = field(default_factory=list)  # of each way
    area: list[Answer] = field(default_factory=list)
    outlines: list[list[list[int]]] = field(
        default_factory=list
    )  # of each area, one a way


def read_excerpt(path: Path, cells: Cells, classes: Mapping[str, str]) -> MapExcerpt:
    """Return the ways and areas of the extract that have a node in `cells`."""
    wider = widen_cells(cells, WIDER_CELLS)
    try:
        try:
            near = plain.near(path, cells, wider, AREAS)
        except Unusual:
            near = _read_by_osmium(path, cells, wider)
    except OSError as error:
        raise MapError(path, f"not readable ({error.strerror})") from None
    result = MapExcerpt(near.nodes)
    for ident, tags, refs in near.ways:
        _add_way(ident, tags, refs, classes, result)
    outlines = {ident: refs for ident, _, refs in near.ways}
    for tags, members in near.relations:
        if members and all(member in outlines for member in members):
            _add_area(tags, [outlines[member] for member in members], classes, result)
    return result


def _read_by_osmium(path: Path, cells: Cells, wider: Cells) -> Near:
    """Return what is near, from a file in one of the formats that pyosmium knows."""
    try:
        import osmium  # noqa: PLC0415 - an extra: only those with such a map need it
    except ImportError:
        raise NoOsmium from None
    try:
        near = Near(_read_nodes(osmium, path, wider))
        ident, y, x = near.nodes
        pairs = zip(
            (y // UNITS_PER_CELL).tolist(), (x // UNITS_PER_CELL).tolist(), strict=True
        )
        wanted = {
            node
            for node, cell in zip(ident.tolist(), pairs, strict=True)
            if cell in cells
        }
        item: Any
        for item in osmium.FileProcessor(path, osmium.osm.WAY | osmium.osm.RELATION):
            if item.is_way():
                refs = [node.ref for node in item.nodes]
                if not wanted.isdisjoint(refs):
                    near.ways.append((item.id, dict(item.tags), refs))
            elif item.tags.get("type") == "multipolygon" and _is_area(item.tags):
                ways = [member.ref for member in item.members if member.type == "w"]
                near.relations.append((dict(item.tags), ways))
    except (
        RuntimeError,
        ValueError,
    ) as error:  # pyosmium's, for a torn or foreign file
        raise MapError(
            path, f"not readable as an OpenStreetMap extract ({error})"
        ) from None
    return near


def _read_nodes(osmium: Any, path: Path, cells: Cells) -> tuple[Ints, Ints, Ints]:
    """Return the nodes in the cells, sorted by id."""
    rows = []
    for node in osmium.FileProcessor(path, osmium.osm.NODE):
        place = node.location
        if (
            place.valid()
            and (place.y // UNITS_PER_CELL, place.x // UNITS_PER_CELL) in cells
        ):
            rows.append((node.id, place.y, place.x))
    table = np.array(sorted(rows), dtype=np.int64).reshape(-1, 3)
    return table[:, 0], table[:, 1], table[:, 2]


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
        result.covered.append(tags.get("tunnel") == "yes")
        result.refs.append(refs)
    oval = (
        tags.get("leisure") == "track" and tags.get("area") != "yes"
    )  # a line around a pitch
    if refs[0] == refs[-1] and not oval and _is_area(tags):
        _add_area(tags, [refs], classes, result)


def _add_area(
    tags: Mapping[str, str],
    outlines: list[list[int]],
    classes: Mapping[str, str],
    result: MapExcerpt,
) -> None:
    if answer := classify_area(tags, classes):
        result.area.append(answer)
        result.outlines.append(outlines)


def _is_area(tags: Mapping[str, str]) -> bool:
    return any(tags.get(key) == value for key, value in AREAS)
