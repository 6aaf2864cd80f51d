"""Track points written alike, taken out of an XML file by one pattern learned from the file itself.

A recording repeats one layout thousands of times. The pattern is strict: it matches whole points whose
tags are those of a sample (any of them may be absent) and whose texts hold neither tag nor entity. What it
does not match, and everything around, is left for the XML parser, with a marker where points stood; the
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
WINDOW = 1 << 22  # bytes looked at in one go
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
    """Points of one window: their columns as texts (None where absent) and how many stand in each run."""

    names: tuple[str, ...]
    columns: tuple[list[bytes | None], ...]
    streaks: tuple[int, ...]
    remains: bytes


def learn_pattern(data: bytes, point: str) -> PointPattern | None:
    """Return the richest layout among samples of the points of `data`; None where there is none."""
    if MARK.encode() in data:
        return None
    opening, closing = f"<{point}".encode(), f"</{point}>".encode()
    best: tuple[int, bytes] = (0, b"")
    for k in range(SAMPLES):
        first = data.find(opening, k * len(data) // SAMPLES)
        last = data.find(closing, first, first + MAX_SAMPLE) if first >= 0 else -1
        if last >= 0:
            sample = data[first : last + len(closing)]
            best = max(
                best, (sample.count(b"<") if sample.count(opening) == 1 else 0, sample)
            )
    return _build_pattern(best[1]) if best[0] else None


def split_points(data: bytes, point: str, pattern: PointPattern) -> list[PointWindow]:
    """Return the points of `data` that are laid out so, window by window, and what remains of it."""
    closing = f"</{point}>".encode()
    found, at = [], 0
    while at < len(data):
        stop = at + WINDOW
        if stop < len(data):
            cut = data.rfind(closing, at, stop)
            stop = cut + len(closing) if cut >= 0 else stop
        found.append(_split_window(data[at:stop], pattern))
        at = stop
    return found


def _split_window(data: bytes, pattern: PointPattern) -> PointWindow:
    parts = pattern.pattern.split(data)
    step = len(pattern.names) + 1
    gaps = parts[::step]
    remains, streaks, length = [gaps[0]], [], 0
    for gap in gaps[1:]:
        length += 1
        if not gap.isspace() and gap:
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
    tokens = [token for token in _TOKEN.finditer(sample) if token["name"]]
    if len(tokens) > 2 * MAX_LEAVES:
        return None
    names: list[str] = []
    rest = iter(tokens[1:])
    body = _body_pattern(rest, tokens[0]["name"], names)
    if body is None or next(rest, None) or not _has_only_tags(sample):
        return None
    attributes: list[str] = []
    head = _opening_pattern(tokens[0], attributes)
    return PointPattern(
        re.compile(head + body + b"</" + re.escape(tokens[0]["name"]) + b">"),
        (*attributes, *names),
    )


def _has_only_tags(sample: bytes) -> bool:
    return sum(len(token[0]) for token in _TOKEN.finditer(sample)) == len(sample)


def _body_pattern(
    tokens: Iterator[re.Match[bytes]], name: bytes, names: list[str]
) -> bytes | None:
    """Return the pattern of what stands between the tags called `name`; None where they do not pair."""
    pattern, children, here = b"", 0, len(names)
    names.append(name.decode())
    for tag in tokens:
        if tag["end"]:
            if tag["name"] != name:
                return None
            if children:
                del names[here]
            return pattern if children else _TEXT
        children += 1
        short = b"<" + re.escape(tag["name"]) + rb"\s*/>"
        if tag["empty"]:
            pattern += rb"(?:" + short + rb"\s*)?+"
            continue
        body = _body_pattern(tokens, tag["name"], names)
        if body is None:
            return None
        whole = re.escape(tag[0]) + (body if body == _TEXT else rb"\s*+" + body)
        pattern += (
            rb"(?:(?:"
            + whole
            + b"</"
            + re.escape(tag["name"])
            + b">|"
            + short
            + rb")\s*+)?+"
        )
    return None


def _opening_pattern(tag: re.Match[bytes], names: list[str]) -> bytes:
    """Return the pattern of a point's own opening tag; its attributes become groups."""
    pattern = b"<" + re.escape(tag["name"])
    for attribute in _ATTRIBUTE.finditer(tag["attributes"]):
        names.append(attribute[1].decode())
        quote = attribute[2]
        pattern += (
            rb"\s+"
            + re.escape(attribute[1])
            + b"="
            + quote
            + b"([^"
            + quote
            + b"<&]*+)"
            + quote
        )
    return pattern + rb"\s*>\s*+"
