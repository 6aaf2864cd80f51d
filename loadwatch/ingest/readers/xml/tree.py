"""XML to a small tree and a table of its track points, by expat alone; nothing in it is believed.

Expat runs without namespaces, so that a prefix nobody declared costs nothing. Within a track point only
ends of elements reach Python: the point's row is a dict from element name to text.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING
from xml.parsers import expat

from loadwatch.activity import Note
from loadwatch.errors import OverLimit, Unreadable
from loadwatch.ingest.readers.xml import point_pattern
from loadwatch.ingest.readers.xml.point_columns import Batch, Points, build_batch

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_DEPTH = 64
MAX_ATTRIBUTES = 64
MAX_TEXT = 65_536  # characters of one element; the rest is cut
MAX_NODES = 400_000  # elements outside of track points
MAX_POINT = 1 << 20  # bytes of one track point
CHUNK = 1 << 18
BLANKS = b" \t\r\n"
UTF8_BOM = b"\xef\xbb\xbf"
DOCTYPE = "an XML file with a DOCTYPE, which no watch writes; refused, since such files can be made to explode"


@dataclass(slots=True)
class Node:
    """One element outside of the track points, by its name without prefix."""

    name: str
    attributes: dict[str, str]
    text: str = ""
    nodes: list[Node] = field(default_factory=list)
    first: int = 0  # track points within: from this one ...
    stop: int = 0  # ... up to, not including, this one

    def find_all(self, name: str) -> Iterator[Node]:
        """Yield the elements below this one that are called `name`, in document order."""
        for node in self.nodes:
            if node.name == name:
                yield node
            yield from node.find_all(name)

    def find_child(self, name: str) -> Node | None:
        """Return the first child called `name`."""
        return next((node for node in self.nodes if node.name == name), None)

    def text_at(self, *path: str) -> str:
        """Return the text of the first element at `path` below this one, "" where there is none."""
        node: Node | None = self
        for name in path:
            node = node.find_child(name) if node else None
        return node.text.strip() if node else ""


@dataclass(frozen=True, slots=True)
class Document:
    """What an XML file holds: its tree, its track points, and what is wrong with it."""

    root: Node
    points: Points
    notes: tuple[Note, ...] = ()


def strip_prefix(name: str) -> str:
    """Return an element's name without its prefix."""
    return name.rpartition(":")[2]


def strip_preamble(data: bytes) -> bytes:
    """Return `data` without what some exporters put before the XML declaration: blanks, a UTF-8 mark."""
    return data.lstrip(BLANKS).removeprefix(UTF8_BOM).lstrip(BLANKS)


def parse(data: bytes, point: str) -> Document:
    """Return the tree of `data`, elements called `point` as its track points.

    A file that breaks off keeps what came before, with a note; raises Unreadable or OverLimit.
    """
    text = strip_preamble(data)
    try:
        return _parse_encoded(text, point, "")
    except _WrongEncodingError:
        again = text.decode("utf-8", "replace").encode()
        found = _parse_encoded(again, point, "utf-8")
        note = Note(
            "encoding",
            "the text is not in the encoding it declares; unreadable letters are replaced",
        )
        return Document(found.root, found.points, (note, *found.notes))


class _WrongEncodingError(Exception):
    """The bytes are not UTF-8 though they should be."""


def _parse_encoded(data: bytes, point: str, encoding: str) -> Document:
    remains, runs = _extract_points(data, point)
    document = _parse_markup(remains, point, encoding, runs)
    if (
        runs and not document.notes
    ):  # a marker was no element: the points stood in a comment
        return _parse_markup(data, point, encoding, [])
    return document


def _extract_points(data: bytes, point: str) -> tuple[bytes, list[Batch]]:
    """Return `data` with markers for the points written alike, and these, last first."""
    pattern = point_pattern.learn_pattern(data, point)
    if pattern is None:
        return data, []
    remains, runs = [], []
    for piece in point_pattern.split_points(data, point, pattern):
        remains.append(piece.remains)
        whole = build_batch(piece.names, piece.columns, sum(piece.streaks))
        start = 0
        for length in piece.streaks:
            run = whole.slice_points(start, start + length)
            runs.append(
                run if start else replace(run, bad=whole.bad, commas=whole.commas)
            )
            start += length
    return b"".join(remains), runs[::-1]


def _parse_markup(
    data: bytes, point: str, encoding: str, runs: list[Batch]
) -> Document:
    root = Node("", {})
    points = Points()
    parser = expat.ParserCreate(encoding or None)
    parser.buffer_text = True
    parser.buffer_size = MAX_TEXT
    parser.StartDoctypeDeclHandler = _refuse_doctype
    _set_handlers(parser, point, root, points, runs)
    notes: tuple[Note, ...] = ()
    try:
        _feed_chunks(parser, data, points)
    except (expat.ExpatError, ValueError, LookupError) as error:
        if (
            not encoding and getattr(error, "code", 0) == 4 and not _is_utf8(data)
        ):  # invalid token
            raise _WrongEncodingError from error
        if not root.nodes:
            raise Unreadable(
                f"an XML file that cannot be parsed ({_describe_error(error)})"
            ) from error
        notes = (
            Note(
                "truncated",
                f"the file breaks off or is damaged ({_describe_error(error)}); what came before is kept",
            ),
        )
    _close_nodes(root, points.count)
    if not root.nodes:
        raise Unreadable("an XML file without content")
    points.flush_rows()
    return Document(root.nodes[0], points, notes)


def _describe_error(error: Exception) -> str:
    """Return what is wrong, without the line: the parser sees only what is left of the file."""
    return (
        expat.ErrorString(error.code)
        if isinstance(error, expat.ExpatError)
        else "unknown encoding"
    )


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _refuse_doctype(*_: object) -> None:
    raise Unreadable(DOCTYPE)


def _feed_chunks(parser: expat.XMLParserType, data: bytes, points: Points) -> None:
    last, since = 0, 0
    for at in range(0, len(data), CHUNK):
        parser.Parse(data[at : at + CHUNK], False)
        if points.count != last:
            last, since = points.count, at
        elif points.inside and at - since > MAX_POINT:
            raise OverLimit("an XML file with an endless track point")
    parser.Parse(b"", True)


def _close_nodes(node: Node, count: int) -> None:
    """Give the elements left open by a broken file their end."""
    while node.nodes:
        node = node.nodes[-1]
        if node.stop < 0:
            node.stop = count


def _set_handlers(
    parser: expat.XMLParserType,
    point: str,
    root: Node,
    points: Points,
    runs: list[Batch],
) -> None:
    """Set the parser's handlers; between track points they build the tree, within one its row."""
    stack = [root]
    chars: list[str] = []
    node_budget = [MAX_NODES]
    opened = ""
    row: dict[str, str] = {}
    start_point, add = points.begin_point, points.add_point

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal opened, row
        if len(attributes) > MAX_ATTRIBUTES:
            attributes = _drop_namespaces(attributes)
        if strip_prefix(name) == point:
            opened, row = name, attributes
            start_point()
            chars.clear()
            parser.StartElementHandler = None
            parser.EndElementHandler = end_within
            return
        if name == point_pattern.MARK and runs:
            points.add_batch(runs.pop())
        node = _open_node(name, attributes, len(stack), node_budget, points.count)
        stack[-1].text += _take_text(chars)
        stack[-1].nodes.append(node)
        stack.append(node)

    def end(_: str) -> None:
        node = stack.pop()
        node.text += _take_text(chars)
        node.stop = points.count

    def end_within(name: str) -> None:
        if chars:
            row[name] = chars.pop()
        if name == opened:
            add(row)
            parser.StartElementHandler = start
            parser.EndElementHandler = end

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = chars.append


def _open_node(
    name: str,
    attributes: dict[str, str],
    depth: int,
    node_budget: list[int],
    count: int,
) -> Node:
    if depth > MAX_DEPTH:
        raise OverLimit(f"an XML file nested more than {MAX_DEPTH} deep")
    node_budget[0] -= 1
    if node_budget[0] < 0:
        raise OverLimit(
            f"an XML file with more than {MAX_NODES:,} elements beside its track points"
        )
    return Node(strip_prefix(name), attributes, first=count, stop=-1)


def _drop_namespaces(attributes: dict[str, str]) -> dict[str, str]:
    kept = {
        name: value
        for name, value in attributes.items()
        if not name.startswith("xmlns")
    }
    if len(kept) > MAX_ATTRIBUTES:
        raise OverLimit(f"an XML element with more than {MAX_ATTRIBUTES} attributes")
    return kept


def _take_text(chars: list[str]) -> str:
    text = "".join(chars)[:MAX_TEXT]
    chars.clear()
    return text if not text.isspace() else ""
