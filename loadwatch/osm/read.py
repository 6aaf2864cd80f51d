"""A map extract (.osm.pbf, .osm, .osm.gz) to the ways and areas near a runner's cells, in one stream."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from loadwatch.errors import LoadwatchError
from loadwatch.osm.classes import AREAS, HIGHWAYS, Answer, of_area, of_way
from loadwatch.osm.ground import CELLS_PER_DEG

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from loadwatch.osm.ground import Cells

UNITS_PER_DEG: Final = 10_000_000  # the map's own unit of place
UNITS_PER_CELL: Final = UNITS_PER_DEG // CELLS_PER_DEG
PROBE: Final = 50  # of a long way every so many vertices are looked at, not the two ends alone


class MapError(LoadwatchError):
    """The map extract cannot be used."""

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(f"{path.name}: {why}")


class NoOsmium(LoadwatchError):
    """The package that reads maps is not installed."""

    def __init__(self) -> None:
        super().__init__("reading a map needs the package osmium: pip install 'loadwatch[map]'")


@dataclass(slots=True)
class Found:
    """What a reading found, in lists that grow; places in the map's units."""

    way_id: list[int] = field(default_factory=list)
    answer: list[Answer] = field(default_factory=list)
    covered: list[bool] = field(default_factory=list)
    size: list[int] = field(default_factory=list)  # vertices of each way
    node: list[int] = field(default_factory=list)
    x: list[int] = field(default_factory=list)
    y: list[int] = field(default_factory=list)
    area: list[Answer] = field(default_factory=list)
    rings: list[list[list[tuple[int, int]]]] = field(default_factory=list)  # of each area: rings of (x, y)


def found(path: Path, near: Cells, classes: Mapping[str, str]) -> Found:
    """Return the ways and areas of the extract that touch the cells `near`.

    The file is read once from front to back (twice for its relations); memory holds the places of
    all its nodes, as pyosmium keeps them, and nothing of the ways that are not near.
    """
    result = Found()
    try:
        for item in _stream(path):
            if item.is_way():
                _take_way(item, near, classes, result)
            elif item.is_area():
                _take_area(item, near, classes, result)
    except (RuntimeError, ValueError) as error:  # pyosmium's, for a torn, foreign or missing file
        raise MapError(path, f"not readable as an OpenStreetMap extract ({error})") from None
    return result


def _stream(path: Path) -> Iterator[Any]:
    """Yield the ways and areas that could matter, picked by tag before Python sees them."""
    try:
        import osmium  # noqa: PLC0415 - an extra: only those with a map need it
    except ImportError:
        raise NoOsmium from None
    streets = [("highway", value) for value in sorted(HIGHWAYS)]
    return iter(
        osmium.FileProcessor(path)
        .with_areas(osmium.filter.TagFilter(*AREAS))
        .with_filter(osmium.filter.EntityFilter(osmium.osm.WAY | osmium.osm.AREA))
        .with_filter(osmium.filter.TagFilter(*streets, *AREAS))
    )


def _take_way(way: Any, near: Cells, classes: Mapping[str, str], result: Found) -> None:
    nodes = way.nodes
    if len(nodes) < 2 or not _touches(nodes, near):
        return
    tags = dict(way.tags)
    answer = of_way(tags, classes)
    if answer is None:
        return
    placed = [(node.ref, node.x, node.y) for node in nodes if node.location.valid()]
    if len(placed) < 2:
        return
    result.way_id.append(way.id)
    result.answer.append(answer)
    result.covered.append(tags.get("tunnel", "no") == "yes")
    result.size.append(len(placed))
    for ref, x, y in placed:
        result.node.append(ref)
        result.x.append(x)
        result.y.append(y)


def _take_area(area: Any, near: Cells, classes: Mapping[str, str], result: Found) -> None:
    tags = dict(area.tags)
    if area.from_way() and tags.get("leisure") == "track" and tags.get("area") != "yes":
        return  # a line around a pitch
    answer = of_area(tags, classes)
    if answer is None:
        return
    rings = []
    for outer in area.outer_rings():
        if _touches(outer, near):
            rings.append([(node.x, node.y) for node in outer])
            rings.extend([(node.x, node.y) for node in inner] for inner in area.inner_rings(outer))
    if rings:
        result.area.append(answer)
        result.rings.append(rings)


def _touches(nodes: Any, near: Cells) -> bool:
    """Return whether an end of the line, or a vertex here and there, lies in `near`."""
    last = len(nodes) - 1
    for index in (0, last, *range(PROBE, last, PROBE)):
        place = nodes[index].location
        if (place.y // UNITS_PER_CELL, place.x // UNITS_PER_CELL) in near:
            return True
    return False
