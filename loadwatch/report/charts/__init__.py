"""Tables -> matplotlib Figure; Figure -> inline SVG in the page's own colours, or a file.

Figures are built without pyplot: nothing is global, nothing opens a window.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from loadwatch.report.charts.canvas import rc
from loadwatch.report.charts.shown_weeks import Period
from loadwatch.report.charts.surface_chart import climb, surfaces
from loadwatch.report.charts.svg import inline
from loadwatch.report.charts.weekly_load import load, plot
from loadwatch.report.charts.year_calendar import year
from loadwatch.report.palette import LIGHT

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = [
    "LIGHT",
    "Period",
    "climb",
    "inline",
    "load",
    "picture",
    "plot",
    "surfaces",
    "year",
]

DPI = 160
_METADATA = {
    "png": {"Software": None},
    "svg": {"Creator": None, "Date": None, "Format": None, "Type": None},
    "pdf": {"Creator": None, "Producer": None, "CreationDate": None},
}


def picture(figure: Figure, form: str) -> bytes:
    """Return `figure` as the bytes of a file, without date or program, the same each time."""
    out = io.BytesIO()
    with rc(LIGHT):
        figure.savefig(out, format=form, dpi=DPI, metadata=_METADATA[form])
    return out.getvalue()
