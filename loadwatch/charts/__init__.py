"""Tables -> matplotlib Figure; Figure -> inline SVG in the page's own colours, or a file.

Figures are built without pyplot: nothing is global, nothing opens a window.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from loadwatch.charts import canvas
from loadwatch.charts.exposures import climb, surfaces, year
from loadwatch.charts.palette import LIGHT
from loadwatch.charts.season import Period
from loadwatch.charts.svg import inline
from loadwatch.charts.weekly import load, plot

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["LIGHT", "Period", "climb", "inline", "load", "picture", "plot", "surfaces", "year"]

DPI = 160
_METADATA = {
    "png": {"Software": None},
    "svg": {"Creator": None, "Date": None, "Format": None, "Type": None},
    "pdf": {"Creator": None, "Producer": None, "CreationDate": None},
}


def picture(figure: Figure, form: str) -> bytes:
    """Return `figure` as the bytes of a file, without date or program, the same each time."""
    out = io.BytesIO()
    with canvas.rc(LIGHT):
        figure.savefig(out, format=form, dpi=DPI, metadata=_METADATA[form])
    return out.getvalue()
