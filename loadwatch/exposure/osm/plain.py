"""The nodes, ways and relations of a .osm.pbf near a runner, looked through whole blocks at a time."""

from __future__ import annotations

import functools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np

from loadwatch.exposure.osm.ground import UNITS_PER_CELL, cell_key, cell_keys, is_among
from loadwatch.exposure.osm.pbf import (
    Unusual,
    blocks,
    few,
    fields,
    numbers,
    numbers_at,
    packed,
    signed,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from loadwatch.exposure.osm.ground import Cells
    from loadwatch.tables import Ints

    Bytes = NDArray[np.uint8]
    Flags = NDArray[np.bool_]
    Tags = Sequence[tuple[str, str]]

NANO: Final = 100  # nanodegrees in a unit of place
DENSE, WAY, RELATION = 2, 3, 4  # kinds of things in a group
WAY_TAG, REFS_TAG = 0x1A, 0x42  # a way in its group; the nodes in a way
A_WAY: Final = 1  # kind of a relation's member
SIEVE_BITS: Final = 22
MOST_FIELDS: Final = 64  # of a way


@dataclass(slots=True)
class Near:
    """What of a map is near: nodes, ways as (id, tags, nodes), relations as (tags, ways)."""

    nodes: tuple[
        Ints, Ints, Ints
    ]  # ids, latitudes and longitudes in the map's units, by id
    ways: list[tuple[int, dict[str, str], list[int]]] = field(default_factory=list)
    relations: list[tuple[dict[str, str], list[int]]] = field(default_factory=list)


@dataclass(frozen=True, slots=True, eq=False)
class _Block:
    table: bytes  # of strings, not yet taken apart
    groups: list[tuple[int, bytes]]  # kind, content
    granularity: int
    north: int
    east: int


def near(path: Path, cells: Cells, wider: Cells, areas: Tags) -> Near:
    """Return the ways with a node in `cells`, the multipolygons with one of the tags, the nodes in `wider`.

    Reads the file once, from front to back. Raises Unusual where the nodes do not come first or the
    file is of another format, OSError where it cannot be read.
    """
    inside, parts = _window(wider), []
    result: Near | None = None
    sieve: Callable[[Ints], Flags] | None = None
    with path.open("rb") as file:
        for block in map(_block, blocks(file)):
            strings = functools.cache(functools.partial(_strings, block.table))
            for kind, group in block.groups:
                if kind == DENSE and result is None:
                    parts.append(inside(*_dense(group, block)))
                    continue
                if kind not in {WAY, RELATION}:
                    raise Unusual  # nodes one by one, or after the ways
                if result is None or sieve is None:
                    result = Near(_joined(parts))
                    sieve = _sieve(result.nodes, cells)
                if kind == WAY:
                    result.ways.extend(_ways(group, strings, sieve))
                else:
                    result.relations.extend(_relations(group, strings(), areas))
    return result or Near(_joined(parts))


def _block(data: bytes) -> _Block:
    """Return a block taken apart, but for its strings and the content of its groups."""
    table, groups, numbers_of = b"", [], {17: NANO, 19: 0, 20: 0}
    for number, value in fields(data):
        if number == 1 and isinstance(value, bytes):
            table = value
        elif number == 2 and isinstance(value, bytes):
            if value:
                groups.append((value[0] >> 3, value))
        elif isinstance(value, int):
            numbers_of[number] = value - (1 << 64) if value >> 63 else value
    return _Block(table, groups, numbers_of[17], numbers_of[19], numbers_of[20])


def _strings(table: bytes) -> list[str]:
    return [
        value.decode("utf-8", "replace")
        for _, value in fields(table)
        if isinstance(value, bytes)
    ]


def _dense(group: bytes, block: _Block) -> tuple[Ints, Ints, Ints]:
    """Return ids and places of the dense nodes of a group."""
    value = dict(fields(group)).get(DENSE)
    part = dict(fields(value)) if isinstance(value, bytes) else {}
    ident, lat, lon = (
        np.cumsum(signed(packed(part.get(number)))) for number in (1, 8, 9)
    )
    if not ident.size == lat.size == lon.size:
        raise Unusual
    y, x = (
        (start + block.granularity * side) // NANO
        for start, side in ((block.north, lat), (block.east, lon))
    )
    return ident, y, x


def _window(cells: Cells) -> Callable[[Ints, Ints, Ints], tuple[Ints, Ints, Ints]]:
    """Return a function that keeps of some nodes those in the cells."""
    wanted = cell_keys(cells)
    south, north = _span([row for row, _ in cells])
    west, east = _span([column for _, column in cells])

    def inside(ident: Ints, y: Ints, x: Ints) -> tuple[Ints, Ints, Ints]:
        keep = np.flatnonzero((y >= south) & (y < north) & (x >= west) & (x < east))
        keep = keep[
            is_among(
                cell_key(y[keep] // UNITS_PER_CELL, x[keep] // UNITS_PER_CELL), wanted
            )
        ]
        return ident[keep], y[keep], x[keep]

    return inside


def _span(rows: list[int]) -> tuple[int, int]:
    return (
        (min(rows) * UNITS_PER_CELL, (max(rows) + 1) * UNITS_PER_CELL)
        if rows
        else (0, 0)
    )


def _joined(parts: list[tuple[Ints, Ints, Ints]]) -> tuple[Ints, Ints, Ints]:
    empty = np.empty(0, np.int64)
    ident, y, x = (
        np.concatenate([empty, *(part[side] for part in parts)]) for side in range(3)
    )
    order = np.argsort(ident, kind="stable")
    return ident[order], y[order], x[order]


def _sieve(nodes: tuple[Ints, Ints, Ints], cells: Cells) -> Callable[[Ints], Flags]:
    """Return a function that says which node numbers lie in the cells.

    Most do not: a table of 4 MB by the number's last bits sorts those out at once.
    """
    inside = is_among(
        cell_key(nodes[1] // UNITS_PER_CELL, nodes[2] // UNITS_PER_CELL),
        cell_keys(cells),
    )
    wanted = nodes[0][inside]
    last_bits = (1 << SIEVE_BITS) - 1
    table = np.zeros(1 << SIEVE_BITS, dtype=bool)
    table[wanted & last_bits] = True

    def has(refs: Ints) -> Flags:
        hit: Flags = table[refs & last_bits]
        maybe = np.flatnonzero(hit)
        hit[maybe] = is_among(refs[maybe], wanted)
        return hit

    return has


def _ways(
    group: bytes, strings: Callable[[], list[str]], has: Callable[[Ints], Flags]
) -> Iterator[tuple[int, dict[str, str], list[int]]]:
    """Yield id, tags and nodes of the ways of a group that have one of the wanted nodes."""
    spans = _messages(group)
    raw = np.frombuffer(
        group + bytes(16), np.uint8
    )  # room to read on behind the last number
    start, end = _refs(raw, np.array(spans, dtype=np.int64).reshape(-1, 2))
    filled = np.flatnonzero(end > start)
    if not filled.size:
        return
    start, end = start[filled], end[filled]
    edge = np.zeros(raw.size, np.int8)
    edge[start] = 1
    edge[end] = -1
    deltas = raw[np.cumsum(edge, dtype=np.int8).view(bool)]
    ahead = np.cumsum(end - start) - (end - start)
    first = np.concatenate(([0], np.cumsum(deltas < 0x80)))[ahead]
    total = np.cumsum(signed(numbers(deltas)))
    if total.size <= first[-1]:
        raise Unusual
    count = np.diff(np.append(first, total.size))
    before = np.where(first > 0, total[first - 1], 0)
    refs = total - np.repeat(before, count)
    for way in np.flatnonzero(np.logical_or.reduceat(has(refs), first)).tolist():
        low, high = spans[filled[way]]
        part = dict(fields(group[low:high]))
        ident = part.get(1)
        if isinstance(ident, int):
            yield (
                ident,
                _tags(part, strings()),
                refs[first[way] : first[way] + count[way]].tolist(),
            )


def _messages(group: bytes) -> list[tuple[int, int]]:
    """Return where each way of a group begins and ends."""
    spans, at, end = [], 0, len(group)
    while at < end:
        if group[at] != WAY_TAG or at + 1 >= end:
            raise Unusual
        length = group[at + 1]
        at += 2
        shift = 7
        if length >= 0x80:
            length &= 0x7F
            while at < end and shift < 35:
                length |= (group[at] & 0x7F) << shift
                at += 1
                shift += 7
                if group[at - 1] < 0x80:
                    break
        spans.append((at, at + length))
        at += length
    if at != end:
        raise Unusual
    return spans


def _refs(raw: Bytes, spans: Ints) -> tuple[Ints, Ints]:
    """Return where the nodes of each way begin and end: all ways go from field to field together."""
    at, end = spans[:, 0].copy(), spans[:, 1]
    found = np.zeros_like(spans)
    active = np.flatnonzero(at < end)
    for _ in range(MOST_FIELDS):
        if not active.size:
            return found[:, 0], found[:, 1]
        tag = raw[at[active]]
        value, after = numbers_at(raw, at[active] + 1)
        after_value = after + np.where(tag & 7 == 2, value, 0)
        if (tag & 5).any() or (after_value > end[active]).any() or (value < 0).any():
            raise Unusual
        refs = np.flatnonzero(tag == REFS_TAG)
        found[active[refs], 0], found[active[refs], 1] = after[refs], after_value[refs]
        at[active] = after_value
        active = active[after_value < end[active]]
    raise Unusual


def _tags(part: dict[int, int | bytes], strings: list[str]) -> dict[str, str]:
    """Return the tags of a way or relation."""
    pairs = zip(few(part.get(2)), few(part.get(3)), strict=False)
    return {
        strings[key]: strings[value]
        for key, value in pairs
        if max(key, value) < len(strings)
    }


def _relations(
    group: bytes, strings: list[str], areas: Tags
) -> Iterator[tuple[dict[str, str], list[int]]]:
    """Yield tags and ways of the multipolygons of a group with one of the tags."""
    kind = _written("multipolygon", strings)
    marks = [mark for mark in (_written(value, strings) for _, value in areas) if mark]
    for number, value in fields(group):
        if number != RELATION or not isinstance(value, bytes):
            raise Unusual
        if not kind or kind not in value or not any(mark in value for mark in marks):
            continue  # the bytes of those words are nowhere in it: most are told apart here
        part = dict(fields(value))
        tags = _tags(part, strings)
        if tags.get("type") == "multipolygon" and any(
            tags.get(key) == word for key, word in areas
        ):
            ways = np.cumsum(signed(packed(part.get(9))))
            kinds = packed(part.get(10))
            yield tags, ways[kinds == A_WAY].tolist() if ways.size == kinds.size else []


def _written(word: str, strings: list[str]) -> bytes:
    """Return how a tag writes a word of the block's table, b"" if the table does not have it."""
    if word not in strings:
        return b""
    number, result = strings.index(word), bytearray()
    while number >= 0x80:
        result.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes((*result, number))
