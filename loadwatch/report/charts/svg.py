"""Figure -> inline SVG in the page's own colours, the same bytes each time."""

from __future__ import annotations

import io
import re
from html import escape
from typing import TYPE_CHECKING

from loadwatch.formatting import clean_text
from loadwatch.report.charts import canvas
from loadwatch.report.palette import ROLES, SENTINEL

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_METADATA = re.compile(r"<metadata>.*?</metadata>", re.DOTALL)
_ROOT = re.compile(r'<svg [^>]*viewBox="([^"]+)"[^>]*>')
_ID = re.compile(r'\bid="([^"]+)"')
_USED = re.compile(r'(url\(#|href="#)([^")]+)')
_DECIMALS = re.compile(r"(\d\.\d{2})\d+")
_FONT = re.compile(r"font: (?:(\d+) )?([\d.]+)px [^;\"]*")
_FAMILY = re.compile(r" font-family: [^;\"]*;")
_STYLE = re.compile(
    r"<defs>\s*<style.*?</style>\s*</defs>", re.DOTALL
)  # it would speak to the whole page
_BARE = re.compile(r"<g +>")
_UPRIGHT = re.compile(r' transform="rotate\(-?0 [^"]*"')
BOLD_END = "\N{WORD JOINER}"  # within a text of a figure, without width: what stands before it is bold on a page
_BOLD = re.compile(rf"(<text[^>]*>)([^<{BOLD_END}]*){BOLD_END}")
_SPACE = re.compile(r"\n\s*")
_DATA = {"Creator": None, "Date": None, "Format": None, "Type": None}


def render_inline_svg(figure: Figure, key: str, title: str, description: str) -> str:
    """Return `figure`, drawn in SENTINEL colours, as an `<svg>` element for a page.

    Every id begins with `key`, so that several figures can share a page; each stand-in colour becomes
    the page's CSS variable, so that dark mode and print follow; text stays text in the page's font.
    """
    with canvas.use_style(SENTINEL):
        buffer = io.StringIO()
        figure.savefig(buffer, format="svg", metadata=_DATA)
    text = buffer.getvalue()
    text = _STYLE.sub(
        "", _METADATA.sub("", _COMMENT.sub("", text[text.index("<svg") :]))
    )
    kept = {name for _, name in _USED.findall(text)}
    text = _ID.sub(lambda m: f'id="{key}-{m[1]}"' if m[1] in kept else "", text)
    text = _USED.sub(rf"\g<1>{key}-\2", text)
    for role in ROLES:
        text = text.replace(getattr(SENTINEL, role), f"var(--{role})")
    text = _FONT.sub(
        lambda m: f"font-size: {m[2]}px" + (f"; font-weight: {m[1]}" if m[1] else ""),
        text,
    )
    text = _BARE.sub("<g>", _UPRIGHT.sub("", _FAMILY.sub("", text)))
    text = _BOLD.sub(r'\1<tspan font-weight="700">\2</tspan>', text)
    wide = f"--in:{figure.get_size_inches()[0]:.2f}"  # inches, for the page to set how wide it may become
    head = (
        rf'<svg viewBox="\1" style="{wide}" role="img" aria-labelledby="{key}-title {key}-desc">'
        f'<title id="{key}-title">{_clean_text(title)}</title><desc id="{key}-desc">{_clean_text(description)}</desc>'
    )
    return _SPACE.sub(
        "\n", _DECIMALS.sub(r"\1", _ROOT.sub(head, text, count=1))
    ).strip()


def _clean_text(words: str) -> str:
    return escape(clean_text(words, 600)).replace("\\", "&#92;")
