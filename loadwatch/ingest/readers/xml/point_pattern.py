"""Track points of one layout, taken out of an XML file by one pattern learned from the file itself.

A recording repeats one layout thousands of times. The pattern is strict: it matches whole points whose
tags are those of a sample (any of them may be absent) and whose texts hold neither tag nor entity. What it
does not match, and everything around, is left for the XML parser, with a marker in place of the points; the
parser must meet each marker as an element, else the points were in a comment and are read the slow way.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

SAMPLES = 16
MAX_SAMPLE = 8_192  # bytes of a point that may serve as sample
MAX_LEAVES = 64  # of one point
WINDOW = 1 << 22  # bytes searched in one go
MARK = "lw-points"
_TOKEN = re.compile(
    rb"<(?P<end>/?)(?P<name>[A-Za-z_][\w:.-]*)"
    rb"(?P<attributes>(?:\s+[\w:.-]+=(?:\"[^\"<&]*\"|'[^'<&]*'))*)\s*(?P<empty>/?)>|[^<]+"
)
_ATTRIBUTE = re.compile(rb"([\w:.-]+)=([\"'])")
_TEXT = rb"([^<&]*+)"
_MARKER = f"<{MARK}/>".encode()


@dataclass(frozen=True, slots=True)
class PointPattern:
    """How the points of one file are written."""

    pattern: re.Pattern[bytes]
    names: tuple[str, ...]  # of the attributes and elements that the groups hold


@dataclass(frozen=True, slots=True)
class PointWindow:
    """Points of one window: columns of texts (None where absent), and how many points each marker is for."""

    names: tuple[str, ...]
    columns: tuple[list[bytes | None], ...]
    streaks: tuple[int, ...]
    remains: bytes


def learn_pattern(data: bytes, point: str) -> PointPattern | None:
    """Return the pattern of the richest of some points of `data`; None where there is none."""
    if MARK.encode() in data:
        return None
    samples = list(_choose_samples(data, point))
    if not samples:
        return None
    return _build_pattern(max(samples, key=lambda sample: (sample.count(b"<"), sample)))


def _choose_samples(data: bytes, point: str) -> Iterator[bytes]:
    """Yield up to SAMPLES whole points, taken from all over the file."""
    opening, closing = f"<{point}".encode(), f"</{point}>".encode()
    for k in range(SAMPLES):
        first = data.find(opening, k * len(data) // SAMPLES)
        if first < 0:
            return
        last = data.find(closing, first, first + MAX_SAMPLE)
        sample = data[first : last + len(closing)]
        if last >= 0 and sample.count(opening) == 1:
            yield sample


def split_points(
    data: bytes, point: str, pattern: PointPattern
) -> Iterator[PointWindow]:
    """Yield the points of `data` that have this layout, window by window, and what remains of it.

    The texts of a window take several times its bytes: one is held at a time.
    """
    closing = f"</{point}>".encode()
    at = 0
    while at < len(data):
        stop = at + WINDOW
        if stop < len(data):
            cut = data.rfind(closing, at, stop)
            if cut >= 0:
                stop = cut + len(closing)
        yield _split_window(data[at:stop], pattern)
        at = stop


def _split_window(data: bytes, pattern: PointPattern) -> PointWindow:
    """Return the points of one window; those with nothing but blanks between them share a marker."""
    parts = pattern.pattern.split(data)
    step = len(pattern.names) + 1
    gaps = parts[::step]
    remains, streaks, length = [gaps[0]], [], 0
    for gap in gaps[1:]:
        length += 1
        if gap and not gap.isspace():
            remains += [_MARKER, gap]
            streaks.append(length)
            length = 0
    if length:
        remains.append(_MARKER)
        streaks.append(length)
    columns = tuple(parts[k::step] for k in range(1, step))
    return PointWindow(pattern.names, columns, tuple(streaks), b"".join(remains))


def _build_pattern(sample: bytes) -> PointPattern | None:
    """Return the pattern of points written like `sample`, None where it is too odd."""
    tokens = list(_TOKEN.finditer(sample))
    if sum(len(token[0]) for token in tokens) != len(sample):
        return None  # something in it is neither tag nor text
    tags = [token for token in tokens if token["name"]]
    if len(tags) > 2 * MAX_LEAVES:
        return None
    names: list[str] = []
    rest = iter(tags[1:])
    body = _body_pattern(rest, tags[0]["name"], names)
    if body is None or next(rest, None):
        return None
    attributes: list[str] = []
    head = _opening_pattern(tags[0], attributes)
    closing = b"</" + re.escape(tags[0]["name"]) + b">"
    return PointPattern(re.compile(head + body + closing), (*attributes, *names))


def _body_pattern(
    tags: Iterator[re.Match[bytes]], name: bytes, names: list[str]
) -> bytes | None:
    """Return the pattern of what is between the tags called `name`; None where they do not pair.

    `tags` begins behind the opening tag. Leaves become groups; their names are added to `names`.
    """
    pattern, here = b"", len(names)
    names.append(name.decode())
    for tag in tags:
        if tag["end"]:
            if tag["name"] != name:
                return None
            if not pattern:
                return _TEXT
            del names[here]  # it has children, so it is no leaf
            return pattern
        child = _child_pattern(tag, tags, names)
        if child is None:
            return None
        pattern += rb"(?:" + child + rb"\s*+)?+"
    return None


def _child_pattern(
    tag: re.Match[bytes], tags: Iterator[re.Match[bytes]], names: list[str]
) -> bytes | None:
    """Return the pattern of the element that `tag` opens, also where it is empty."""
    name = re.escape(tag["name"])
    empty = b"<" + name + rb"\s*/>"
    if tag["empty"]:
        return empty
    body = _body_pattern(tags, tag["name"], names)
    if body is None:
        return None
    if body != _TEXT:
        body = rb"\s*+" + body
    return b"(?:" + re.escape(tag[0]) + body + b"</" + name + b">|" + empty + b")"


def _opening_pattern(tag: re.Match[bytes], names: list[str]) -> bytes:
    """Return the pattern of a point's own opening tag; its attributes become groups."""
    pattern = b"<" + re.escape(tag["name"])
    for attribute in _ATTRIBUTE.finditer(tag["attributes"]):
        names.append(attribute[1].decode())
        quote = attribute[2]
        value = quote + b"([^" + quote + b"<&]*+)" + quote
        pattern += rb"\s+" + re.escape(attribute[1]) + b"=" + value
    return pattern + rb"\s*>\s*+"
