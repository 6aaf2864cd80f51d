"""Figure -> inline SVG in the page's own colours, the same bytes each time."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from loadwatch.formatting import clean_text
from loadwatch.report.charts import canvas
from loadwatch.report.palette import ROLES, SENTINEL

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# in the text of a figure, without width: what is before it is bold on a page
BOLD_END = "\N{WORD JOINER}"
TEXT_LENGTH = 600  # of a title or description
_NO_METADATA = {"Creator": None, "Date": None, "Format": None, "Type": None}
_LEFT_OUT = ("metadata", "style")  # a style would hold for the whole page
_GROUPS = ("g", "defs")
_UPRIGHT = ("rotate(-0 ", "rotate(0 ")
_REFERENCE = re.compile(r"url\(#([^)]+)\)")
_DECIMALS = re.compile(r"(\d\.\d{2})\d+")


def render_inline_svg(figure: Figure, key: str, title: str, description: str) -> str:
    """Return `figure`, drawn in SENTINEL colours, as an `<svg>` element for a page.

    Every id begins with `key`, so that several figures can share a page; each stand-in
    colour becomes the page's CSS variable, so that dark mode and print follow; text
    remains text, in the page's font.
    """
    drawn = _draw_svg(figure)
    width_in = figure.get_size_inches()[0]
    root = ET.Element(
        "svg",
        {
            "viewBox": _shorten_value(drawn.attrib["viewBox"], key),
            "style": f"--in:{width_in:.2f}",  # for the page to limit its width
            "role": "img",
            "aria-labelledby": f"{key}-title {key}-desc",
        },
    )
    for tag, text in (("title", title), ("desc", description)):
        element = ET.SubElement(root, tag, {"id": f"{key}-{tag}"})
        element.text = clean_text(text, TEXT_LENGTH)
    used_ids = _find_used_ids(drawn)
    for child in drawn:
        root.extend(_rewrite_element(child, key, used_ids))
    return ET.tostring(root, encoding="unicode").replace(" />", "/>")


def _draw_svg(figure: Figure) -> ET.Element:
    """Return the root of the SVG that matplotlib writes."""
    buffer = io.StringIO()
    with canvas.use_style(SENTINEL):
        figure.savefig(buffer, format="svg", metadata=_NO_METADATA)
    text = buffer.getvalue()
    return ET.fromstring(text[text.index("<svg") :])  # noqa: S314 - matplotlib's own, without its DOCTYPE


def _strip_namespace(name: str) -> str:
    return name.rpartition("}")[2]


def _find_used_ids(drawn: ET.Element) -> set[str]:
    """Return the ids that something in the SVG refers to."""
    used = set()
    for element in drawn.iter():
        for name, value in element.attrib.items():
            used.update(_REFERENCE.findall(value))
            if _strip_namespace(name) == "href":
                used.add(value.removeprefix("#"))
    return used


def _rewrite_element(
    element: ET.Element, key: str, used_ids: set[str]
) -> list[ET.Element]:
    """Return what a page needs of `element` and its children.

    An empty group gives nothing, a group without any attribute its children alone.
    """
    tag = _strip_namespace(element.tag)
    if tag in _LEFT_OUT:
        return []
    children: list[ET.Element] = []
    for child in element:
        children += _rewrite_element(child, key, used_ids)
    attributes = _rewrite_attributes(element.attrib, key, used_ids)
    if tag in _GROUPS and not children:
        return []
    if tag == "g" and not attributes:
        return children
    rewritten = ET.Element(tag, attributes)
    rewritten.extend(children)
    rewritten.tail = "\n"
    if tag == "text":
        _set_text(rewritten, element.text or "")
    return [rewritten]


def _set_text(element: ET.Element, text: str) -> None:
    """Give `element` a text, bold up to BOLD_END."""
    bold, mark, rest = text.partition(BOLD_END)
    if not mark:
        element.text = text
        return
    bold_part = ET.SubElement(element, "tspan", {"font-weight": "700"})
    bold_part.text, bold_part.tail = bold, rest


def _rewrite_attributes(
    attributes: dict[str, str], key: str, used_ids: set[str]
) -> dict[str, str]:
    """Return the attributes that a page needs, numbers cut to two decimals."""
    rewritten = {}
    for full_name, value in attributes.items():
        name = _strip_namespace(full_name)
        if name == "id":
            if value in used_ids:
                rewritten["id"] = f"{key}-{value}"
        elif name == "href":
            rewritten["href"] = f"#{key}-{value.removeprefix('#')}"
        elif name == "style":
            rewritten["style"] = _rewrite_style(value, key)
        elif not value.startswith(_UPRIGHT):
            rewritten[name] = _shorten_value(value, key)
    return rewritten


def _rewrite_style(style: str, key: str) -> str:
    """Return a style in the page's font and colours."""
    declarations = []
    for declaration in style.split(";"):
        name, _, value = declaration.partition(":")
        if name.strip() not in ("", "font-family"):
            declarations.append(f"{name.strip()}:{value.strip()}")
    text = ";".join(declarations)
    for role in ROLES:
        text = text.replace(getattr(SENTINEL, role), f"var(--{role})")
    return _shorten_value(text, key)


def _shorten_value(value: str, key: str) -> str:
    """Return a value with cut decimals, single spaces and the page's ids."""
    value = _REFERENCE.sub(rf"url(#{key}-\1)", value)
    return _DECIMALS.sub(r"\1", " ".join(value.split()))
