"""Tables -> matplotlib Figure; Figure -> a file: the pictures of `plot` and of notebooks.

Those of the pages are drawn without matplotlib, in `loadwatch.report.pictures`.

Figures are built without pyplot: nothing is global, nothing opens a window.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from loadwatch.report.charts.canvas import use_style
from loadwatch.report.charts.climb_chart import draw_climb
from loadwatch.report.charts.measure_plot import draw_measures
from loadwatch.report.charts.surface_chart import draw_surfaces
from loadwatch.report.charts.weekly_load import draw_weekly_load
from loadwatch.report.charts.year_calendar import draw_year
from loadwatch.report.palette import LIGHT

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = [
    "LIGHT",
    "draw_climb",
    "draw_measures",
    "draw_surfaces",
    "draw_weekly_load",
    "draw_year",
    "render_picture",
]

DPI = 160
_METADATA = {
    "png": {"Software": None},
    "svg": {"Creator": None, "Date": None, "Format": None, "Type": None},
    "pdf": {"Creator": None, "Producer": None, "CreationDate": None},
}


def render_picture(figure: Figure, form: str) -> bytes:
    """Return `figure` as the bytes of a file, without date or program, the same each time."""
    out = io.BytesIO()
    with use_style(LIGHT):
        figure.savefig(out, format=form, dpi=DPI, metadata=_METADATA[form])
    return out.getvalue()
