"""XML to a small tree and a table of its track points, by expat alone; hostile files are expected.

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
from loadwatch.ingest.readers.xml.bad_characters import (
    INVALID_TOKEN,
    is_bad_character,
    replace_bad_characters,
)
from loadwatch.ingest.readers.xml.point_columns import Batch, Points, build_batch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    StartHandler = Callable[[str, dict[str, str]], None]
    EndHandler = Callable[[str], None]

MAX_DEPTH = 64
MAX_ATTRIBUTES = 64
MAX_TEXT = 65_536  # characters of one element; the rest is cut
MAX_NODES = 400_000  # elements outside of track points
MAX_POINT = 1 << 20  # bytes of one track point
CHUNK = 1 << 18
BLANKS = b" \t\r\n"
UTF8_BOM = b"\xef\xbb\xbf"
DOCTYPE = (
    "an XML file with a DOCTYPE, which no watch writes; "
    "refused, since such files can be made to explode"
)


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
        node = self
        for name in path:
            child = node.find_child(name)
            if child is None:
                return ""
            node = child
        return node.text.strip()


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
    text, encoding, is_repaired = strip_preamble(data), "", False
    notes: tuple[Note, ...] = ()
    while True:  # each fault of the whole text is mended once
        try:
            document = _parse_encoded(text, point, encoding, is_repaired=is_repaired)
        except _BadCharacterError:
            text, is_repaired = replace_bad_characters(text), True
            notes += (Note("text", "characters that XML does not allow are left out"),)
        except _WrongEncodingError:
            text, encoding = text.decode("utf-8", "replace").encode(), "utf-8"
            why = "the text is not in the encoding it declares; unreadable letters are replaced"
            notes += (Note("encoding", why),)
        else:
            return replace(document, notes=(*notes, *document.notes))


class _WrongEncodingError(Exception):
    """The bytes are not UTF-8 though they should be."""


class _BadCharacterError(Exception):
    """A character is not allowed in XML, and can be replaced."""


def _parse_encoded(
    data: bytes, point: str, encoding: str, *, is_repaired: bool = False
) -> Document:
    """Return the tree of `data`, its points by the pattern of one of them where they have one."""
    remains, batches = _extract_points(data, point)
    document = _parse_markup(remains, point, encoding, batches, is_repaired=is_repaired)
    if batches and not document.notes:
        # a marker was no element: the points were in a comment
        return _parse_markup(data, point, encoding, [], is_repaired=is_repaired)
    return document


def _extract_points(data: bytes, point: str) -> tuple[bytes, list[Batch]]:
    """Return `data` with markers for the points of one layout, and these points, last first."""
    pattern = point_pattern.learn_pattern(data, point)
    if pattern is None:
        return data, []
    remains: list[bytes] = []
    batches: list[Batch] = []
    for window in point_pattern.split_points(data, point, pattern):
        remains.append(window.remains)
        batches += _split_streaks(window)
    batches.reverse()
    return b"".join(remains), batches


def _split_streaks(window: point_pattern.PointWindow) -> Iterator[Batch]:
    """Yield the points of a window, those between two markers together."""
    whole = build_batch(window.names, window.columns, sum(window.streaks))
    start = 0
    for length in window.streaks:
        streak = whole.slice_points(start, start + length)
        if start == 0:  # what is wrong with the window is counted once
            streak = replace(streak, bad=whole.bad, commas=whole.commas)
        yield streak
        start += length


def _parse_markup(
    data: bytes, point: str, encoding: str, batches: list[Batch], *, is_repaired: bool
) -> Document:
    """Return the tree of `data`; each marker takes the last of `batches` as its points."""
    points = Points()
    parser = expat.ParserCreate(encoding or None)
    parser.buffer_text = True
    parser.buffer_size = MAX_TEXT
    parser.StartDoctypeDeclHandler = _refuse_doctype
    builder = _TreeBuilder(parser, point, points, batches)
    notes: tuple[Note, ...] = ()
    try:
        _feed_chunks(parser, data, points)
    except (expat.ExpatError, ValueError, LookupError) as error:
        _raise_repairable(error, data, encoding, is_repaired=is_repaired)
        reason = _describe_error(error)
        if not builder.root.nodes:
            raise Unreadable(f"an XML file that cannot be parsed ({reason})") from error
        notes = (
            Note(
                "truncated",
                f"the file breaks off or is damaged ({reason}); what came before is kept",
            ),
        )
    if builder.nested:
        text = f"{builder.nested} track point(s) begin within another one"
        notes = (*notes, Note("truncated", text))
    if builder.long_texts:
        notes = (*notes, _make_cut_note(builder.long_texts))
    _close_nodes(builder.root, points.count)
    if not builder.root.nodes:
        raise Unreadable("an XML file without content")
    points.flush_rows()
    return Document(builder.root.nodes[0], points, notes)


def _raise_repairable(
    error: Exception, data: bytes, encoding: str, *, is_repaired: bool
) -> None:
    """Raise what is wrong with the bytes where `parse` can mend it."""
    if not encoding and _is_wrong_encoding(error, data):
        raise _WrongEncodingError from error
    if not is_repaired and is_bad_character(error, data):
        raise _BadCharacterError from error


def _make_cut_note(count: int) -> Note:
    return Note("text", f"{count} text(s) of more than {MAX_TEXT:,} characters cut")


def _describe_error(error: Exception) -> str:
    """Return what is wrong, without the line: the parser sees only what is left of the file."""
    if isinstance(error, expat.ExpatError):
        return expat.ErrorString(error.code)
    return "unknown encoding"


def _is_wrong_encoding(error: Exception, data: bytes) -> bool:
    """Return whether the parser gave up because the bytes are not the UTF-8 that it expected."""
    if not isinstance(error, expat.ExpatError) or error.code != INVALID_TOKEN:
        return False
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return True
    return False


def _refuse_doctype(*_: object) -> None:
    raise Unreadable(DOCTYPE)


def _feed_chunks(parser: expat.XMLParserType, data: bytes, points: Points) -> None:
    """Parse `data` piece by piece; raise OverLimit where a track point does not end."""
    count, last_at = 0, 0
    for at in range(0, len(data), CHUNK):
        parser.Parse(data[at : at + CHUNK], False)
        if points.count != count:
            count, last_at = points.count, at
        elif points.inside and at - last_at > MAX_POINT:
            raise OverLimit("an XML file with an endless track point")
    parser.Parse(b"", True)


def _close_nodes(node: Node, count: int) -> None:
    """Give the elements left open by a broken file their end."""
    while node.nodes:
        node = node.nodes[-1]
        if node.stop < 0:
            node.stop = count


class _TreeBuilder:
    """The parser's handlers outside of track points: they build the tree."""

    __slots__ = (
        "batches",
        "begin_point",
        "chars",
        "long_texts",
        "nested",
        "node_budget",
        "point",
        "points",
        "root",
        "stack",
    )

    def __init__(
        self,
        parser: expat.XMLParserType,
        point: str,
        points: Points,
        batches: list[Batch],
    ) -> None:
        self.point = point  # name of a track point's element
        self.points = points
        self.batches = batches  # points for the markers, last first
        self.root = Node("", {})
        self.stack = [self.root]
        self.chars: list[str] = []  # text since the last tag
        self.node_budget = MAX_NODES
        self.long_texts = 0  # cut at MAX_TEXT
        self.nested = 0  # points that begin within another one
        outside = self.start_element, self.end_element
        self.begin_point = _make_point_handler(parser, points, self.chars, outside)
        parser.CharacterDataHandler = self.chars.append
        parser.StartElementHandler, parser.EndElementHandler = outside

    def start_element(self, name: str, attributes: dict[str, str]) -> None:
        """Begin an element outside of track points, or a track point."""
        if len(attributes) > MAX_ATTRIBUTES:
            attributes = _drop_namespaces(attributes)
        if strip_prefix(name) == self.point:
            self.begin_point(name, attributes)
            return
        if name == point_pattern.MARK and self.batches:
            self.points.add_batch(self.batches.pop())
        parent = self.stack[-1]
        parent.text += self._take_text()
        node = self._open_node(name, attributes)
        parent.nodes.append(node)
        self.stack.append(node)

    def end_element(self, name: str) -> None:
        """End an element outside of track points."""
        if strip_prefix(name) == self.point:
            self.nested += 1  # the end of the point within it was taken for its own
            return
        node = self.stack.pop()
        node.text += self._take_text()
        node.stop = self.points.count

    def _open_node(self, name: str, attributes: dict[str, str]) -> Node:
        if len(self.stack) > MAX_DEPTH:
            raise OverLimit(f"an XML file nested more than {MAX_DEPTH} deep")
        self.node_budget -= 1
        if self.node_budget < 0:
            raise OverLimit(
                f"an XML file with more than {MAX_NODES:,} elements beside its track points"
            )
        return Node(strip_prefix(name), attributes, first=self.points.count, stop=-1)

    def _take_text(self) -> str:
        """Return the text since the last tag, "" where it is blank."""
        text = "".join(self.chars)
        self.chars.clear()
        if len(text) > MAX_TEXT:
            self.long_texts += 1
            text = text[:MAX_TEXT]
        if text.isspace():
            return ""
        return text


def _make_point_handler(
    parser: expat.XMLParserType,
    points: Points,
    chars: list[str],
    outside: tuple[StartHandler, EndHandler],
) -> StartHandler:
    """Return the function that begins a track point: until its end, only ends of elements reach Python.

    These run for every value of every point, so they are closures, a tenth faster than methods.
    """
    point_tag = ""
    row: dict[str, str] = {}
    begin_point, add_point = points.begin_point, points.add_point

    def start_point(name: str, attributes: dict[str, str]) -> None:
        nonlocal point_tag, row
        point_tag, row = name, attributes
        begin_point()
        chars.clear()
        parser.StartElementHandler = None
        parser.EndElementHandler = end_within_point

    def end_within_point(name: str) -> None:
        if chars:
            row[name] = chars.pop()
        if name == point_tag:
            add_point(row)
            parser.StartElementHandler, parser.EndElementHandler = outside

    return start_point


def _drop_namespaces(attributes: dict[str, str]) -> dict[str, str]:
    """Return the attributes that declare no namespace; raise OverLimit where too many are left."""
    kept = {
        name: value
        for name, value in attributes.items()
        if not name.startswith("xmlns")
    }
    if len(kept) > MAX_ATTRIBUTES:
        raise OverLimit(f"an XML element with more than {MAX_ATTRIBUTES} attributes")
    return kept
