"""SVG as text, from typed calls: texts are escaped, numbers are cut, colours come by class.

A class is a role of the palette or a kind of ground. The style sheet of the page gives it its
colour, so that a picture follows light, dark and print.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from markupsafe import Markup, escape

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Anchor = Literal["start", "middle", "end"]
Point = tuple[float, float]
Box = tuple[float, float, float, float]  # left, top, width and height


def format_coordinate(value: float) -> str:
    """Return a number with one decimal at most: "12.5", "7", "0"."""
    text = f"{value:.1f}".removesuffix(".0")
    if text == "-0":
        return "0"
    return text


def _format_title(title: str) -> str:
    if not title:
        return ""
    return f"<title>{escape(title)}</title>"


def draw_rect(box: Box, role: str, title: str = "") -> str:
    """Return a rectangle; `title` is shown where the pointer rests on it."""
    x, y, width, height = map(format_coordinate, box)
    start = f'<rect x="{x}" y="{y}" width="{width}" height="{height}" class="{role}"'
    if not title:
        return f"{start}/>"
    return f"{start}>{_format_title(title)}</rect>"


def draw_rects(boxes: Iterable[Box], role: str) -> str:
    """Return many rectangles of one colour as one path, "" for none."""
    parts = []
    for box in boxes:
        x, y, width, height = map(format_coordinate, box)
        parts.append(f"M{x} {y}h{width}v{height}h-{width}z")
    if not parts:
        return ""
    return f'<path d="{"".join(parts)}" class="{role}"/>'


def draw_line(start: Point, end: Point, role: str) -> str:
    """Return a straight line."""
    x1, y1, x2, y2 = map(format_coordinate, (*start, *end))
    return f'<line x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}" class="{role}"/>'


def draw_polyline(points: Sequence[Point], role: str, title: str = "") -> str:
    """Return one line through all `points`."""
    pairs = " ".join(
        f"{format_coordinate(x)},{format_coordinate(y)}" for x, y in points
    )
    start = f'<polyline points="{pairs}" class="{role}"'
    if not title:
        return f"{start}/>"
    return f"{start}>{_format_title(title)}</polyline>"


def draw_circle(center: Point, radius: float, role: str, title: str = "") -> str:
    """Return a dot."""
    x, y, r = map(format_coordinate, (*center, radius))
    start = f'<circle cx="{x}" cy="{y}" r="{r}" class="{role}"'
    if not title:
        return f"{start}/>"
    return f"{start}>{_format_title(title)}</circle>"


def draw_path(steps: str, role: str) -> str:
    """Return a path; `steps` are ours alone, never a stranger's text."""
    return f'<path d="{steps}" class="{role}"/>'


def draw_text(at: Point, text: str, role: str, anchor: Anchor = "start") -> str:
    """Return a text whose base line is at `at`."""
    x, y = map(format_coordinate, at)
    where = ""
    if anchor != "start":
        where = f' text-anchor="{anchor}"'
    return f'<text x="{x}" y="{y}"{where} class="{role}">{escape(text)}</text>'


def draw_link(target: str, title: str, parts: Iterable[str]) -> str:
    """Return `parts` as a link to the element `target` of the same page."""
    content = "".join(parts)
    return f'<a href="#{escape(target)}">{_format_title(title)}{content}</a>'


def draw_group(parts: Iterable[str], title: str) -> str:
    """Return `parts` with one title for all of them."""
    return f"<g>{_format_title(title)}{''.join(parts)}</g>"


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A whole picture: its size in its own units, its name, and what replaces it in words."""

    width: float
    height: float
    name: str
    description: str
    parts: tuple[str, ...]
    role: str = ""  # class
    has_links: bool = False

    def render(self) -> Markup:
        """Return the picture as one `svg` element.

        A picture with links is a group: what is within an image cannot be reached.
        """
        width, height = map(format_coordinate, (self.width, self.height))
        kind = "img"
        if self.has_links:
            kind = "group"
        label = escape(f"{self.name}. {self.description}".strip())
        head = (
            f'<svg viewBox="0 0 {width} {height}" class="{self.role}" role="{kind}" '
            f'aria-label="{label}" style="--w:{width}px">'
        )
        content = "".join(self.parts)
        return Markup(f"{head}{content}</svg>")  # noqa: S704 - every text is escaped above


def render_ornament(
    width: float, height: float, parts: Iterable[str], role: str
) -> Markup:
    """Return a picture that only repeats the words beside it, hidden from those who hear the page.

    It is stretched to the width of its place.
    """
    box = f"0 0 {format_coordinate(width)} {format_coordinate(height)}"
    head = (
        f'<svg viewBox="{box}" class="{role}" preserveAspectRatio="none" '
        'aria-hidden="true">'
    )
    return Markup(f"{head}{''.join(parts)}</svg>")  # noqa: S704 - shapes without any text
