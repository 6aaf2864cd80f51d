"""Tables -> matplotlib Figure; Figure -> inline SVG in the page's own colours, or a file.

Figures are built without pyplot: nothing is global, nothing opens a window.
"""

from __future__ import annotations

import io
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from loadwatch.report.charts.annual import year
    from loadwatch.report.charts.exposures import climb, surfaces
    from loadwatch.report.charts.palette import LIGHT
    from loadwatch.report.charts.season import Period
    from loadwatch.report.charts.svg import inline
    from loadwatch.report.charts.weekly import load, plot

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
_ROOMS = {
    "annual": ("year",),
    "exposures": ("climb", "surfaces"),
    "palette": ("LIGHT",),
    "season": ("Period",),
    "svg": ("inline",),
    "weekly": ("load", "plot"),
}
_HOME = {name: room for room, names in _ROOMS.items() for name in names}


def __getattr__(name: str) -> Any:
    """Bring in a room, and matplotlib with it, when it is asked for: a page needs its colours anyway."""
    if name in _HOME:
        return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def picture(figure: Figure, form: str) -> bytes:
    """Return `figure` as the bytes of a file, without date or program, the same each time."""
    from loadwatch.report.charts import canvas, palette  # noqa: PLC0415 - matplotlib, as above

    out = io.BytesIO()
    with canvas.rc(palette.LIGHT):
        figure.savefig(out, format=form, dpi=DPI, metadata=_METADATA[form])
    return out.getvalue()
