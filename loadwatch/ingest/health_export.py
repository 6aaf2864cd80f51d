"""Apple Health's `export.xml` as a stream: its workouts are kept, its records are read past.

The file holds every heartbeat and step of years, a gigabyte or more, and a few hundred workouts.
`condense` makes a small file of the same form that holds the workouts alone, so that no process
ever holds the whole.
"""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from xml.parsers import expat

from loadwatch.errors import OverLimit, Unreadable
from loadwatch.ingest.limits import HEALTH_WORKOUTS, MIB

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

ROOT = "HealthData"
TRUNCATED = "loadwatch-truncated"  # attribute of a condensed root
WORKOUT_BYTES = 16 * MIB  # of one workout with all that is within it
MAX_DEPTH = 16  # of elements within a workout
_SLICE_BYTES = MIB
_HEAD = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]{0,200}\?>)?\s*(?:<!--.{0,1000}?-->\s*)?"
    rb"(?:<!DOCTYPE\s+HealthData\b|<HealthData[\s>])",
    re.DOTALL,
)


@dataclass(slots=True)
class Element:
    """An element of a workout: its name, attributes and children; text has no meaning there."""

    name: str
    attributes: dict[str, str]
    children: list[Element] = field(default_factory=list)


@dataclass(slots=True)
class HealthExport:
    """The workouts of an export, and whether the file breaks off after the last one."""

    workouts: list[Element] = field(default_factory=list)
    is_truncated: bool = False


def is_health_export(head: bytes) -> bool:
    """Return whether a file that begins with `head` is Apple Health's export."""
    return _HEAD.match(head) is not None


def slice_bytes(data: bytes) -> Iterator[bytes]:
    """Yield `data` in parts, as a stream would."""
    for start in range(0, len(data), _SLICE_BYTES):
        yield data[start : start + _SLICE_BYTES]


def condense(chunks: Iterable[bytes]) -> bytes:
    """Return the export that `chunks` make up with its workouts alone, as XML.

    Raises Unreadable, as `parse_export` does.
    """
    export = parse_export(chunks)
    mark = f' {TRUNCATED}="1"' if export.is_truncated else ""
    lines = [f"<{ROOT}{mark}>", *map(_format_element, export.workouts), f"</{ROOT}>"]
    return "\n".join(lines).encode()


def parse_export(chunks: Iterable[bytes]) -> HealthExport:
    """Return the workouts of the export that `chunks` make up.

    A file that breaks off gives the workouts that are whole. The document type that Apple writes
    is read past; one that declares an entity or names another file is refused, as is a root other
    than HealthData: nothing an export needs, and how XML is made to explode.
    """
    parser = _ExportParser()
    rest = iter(chunks)
    for chunk in rest:
        if not parser.feed(chunk):
            deque(rest, maxlen=0)  # the end of an archive's member checks all of it
            return parser.export
    parser.finish()
    return parser.export


def _format_element(element: Element) -> str:
    # it imports urllib, http and ssl, which no other reading needs
    from xml.sax.saxutils import quoteattr  # noqa: PLC0415 - costs as much as a page

    attributes = "".join(
        f" {name}={quoteattr(value)}" for name, value in element.attributes.items()
    )
    children = "".join(map(_format_element, element.children))
    return f"<{element.name}{attributes}>{children}</{element.name}>"


class _ExportParser:
    """Expat's handlers and the element that is open; outside a workout nothing is kept."""

    def __init__(self) -> None:
        self.export = HealthExport()
        self._path: list[Element] = []  # the open workout and the elements within it
        self._has_root = False
        self._fed = 0  # bytes
        self._workout_start = 0  # byte
        self._parser = expat.ParserCreate()
        self._parser.StartDoctypeDeclHandler = self._check_doctype
        self._parser.EntityDeclHandler = _refuse_entity
        self._parser.StartElementHandler = self._open
        self._parser.EndElementHandler = self._close

    def feed(self, chunk: bytes) -> bool:
        """Read on; return False where the file is broken and reading ends."""
        return self._parse(chunk, is_final=False)

    def finish(self) -> None:
        """Read the end."""
        self._parse(b"", is_final=True)

    def _parse(self, chunk: bytes, *, is_final: bool) -> bool:
        self._fed += len(chunk)
        try:
            self._parser.Parse(chunk, is_final)
        except (LookupError, ValueError) as error:  # an encoding that nobody has
            raise Unreadable(f"broken XML: {error}") from None
        except expat.ExpatError as error:
            if not self._has_root:
                line = error.lineno
                raise Unreadable(
                    f"broken XML at line {line}, before any data"
                ) from None
            self.export.is_truncated = True
            return False
        start = self._parser.CurrentByteIndex
        if self._path:
            start = self._workout_start
        if self._fed - start > WORKOUT_BYTES:
            raise OverLimit(f"a piece of XML of more than {WORKOUT_BYTES // MIB} MiB")
        return True

    @staticmethod
    def _check_doctype(
        name: str, system_id: str | None, public_id: str | None, _has_subset: bool
    ) -> None:
        if name != ROOT or system_id is not None or public_id is not None:
            raise Unreadable(
                "an XML file whose document type names another file; loadwatch opens none"
            )

    def _open(self, name: str, attributes: dict[str, str]) -> None:
        if name == "Record" and not self._path:  # nearly all of the file
            return
        if not self._has_root:
            if name != ROOT:
                raise Unreadable(
                    f"an XML file that begins like Apple Health's, not {ROOT}"
                )
            self._has_root = True
            self.export.is_truncated = TRUNCATED in attributes
            return
        if len(self._path) > MAX_DEPTH:
            raise Unreadable("a workout with elements nested beyond all measure")
        if self._path:
            element = Element(name, attributes)
            self._path[-1].children.append(element)
            self._path.append(element)
        elif name == "Workout":
            self._workout_start = self._parser.CurrentByteIndex
            self._path.append(Element(name, attributes))

    def _close(self, _name: str) -> None:
        if not self._path:
            return
        element = self._path.pop()
        if self._path:
            return
        if len(self.export.workouts) == HEALTH_WORKOUTS:
            raise OverLimit(f"an export of more than {HEALTH_WORKOUTS:,} workouts")
        self.export.workouts.append(element)


def _refuse_entity(*_declaration: object) -> None:
    raise Unreadable("an XML file that declares entities, which no export needs")
