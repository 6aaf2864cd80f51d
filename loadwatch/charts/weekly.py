"""Bars by week over the band of the usual range: the load picture, and one panel a measure for `plot`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np
from matplotlib.ticker import FuncFormatter, MaxNLocator

from loadwatch import words
from loadwatch.charts import canvas
from loadwatch.charts import season as seasons
from loadwatch.charts.palette import LIGHT, SENTINEL
from loadwatch.weeks import LOAD_COLUMN

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from loadwatch.charts.canvas import Mark
    from loadwatch.charts.palette import Palette
    from loadwatch.charts.season import Period, Season
    from loadwatch.rules import Flag
    from loadwatch.settings import Settings

PANEL_IN = 2.6
THIN = 0.012  # least thickness of a band, of the axis' height
MARKED_BY = {
    "ascent_m": seasons.CLIMB,
    "uphill_m": seasons.CLIMB,
    "longest_ascent_m": seasons.CLIMB,
    "descent_m": seasons.DESCENT,
    "downhill_m": seasons.DESCENT,
    "hard_m": seasons.SURFACE,
}


class Drawn(Protocol):
    """What a picture needs of an Analysis."""

    @property
    def name(self) -> str: ...  # noqa: D102 - the fields of Analysis say what they are
    @property
    def weeks(self) -> pd.DataFrame: ...  # noqa: D102 - the same
    @property
    def flags(self) -> tuple[Flag, ...]: ...  # noqa: D102 - the same
    @property
    def settings(self) -> Settings: ...  # noqa: D102 - the same


def load(
    weeks: pd.DataFrame,
    flags: Iterable[Flag],
    settings: Settings,
    period: Period,
    palette: Palette = SENTINEL,
) -> Figure:
    """Return load by week over the range behind `usual`, marked where a load check was raised."""
    shown = seasons.season(weeks, ["load"], period)
    with canvas.rc(palette):
        figure = canvas.empty(palette, PANEL_IN)
        axes = figure.subplots()
        marks = seasons.marks(flags, seasons.LOAD, shown.starts)
        panel(axes, shown, "load", LOAD_COLUMN[settings.load], marks, settings, palette)
        canvas.week_axis(axes, shown.starts)
        canvas.framed(figure)
    return figure


def panel(
    axes: Axes,
    shown: Season,
    column: str,
    measure: str,
    marks: Sequence[Mark],
    settings: Settings,
    palette: Palette,
) -> None:
    """Draw one measure: band, bars, marks, gaps, and the newest week's amount in words."""
    scale = words.unit(measure, settings.units)
    values = shown.values(column) / scale.size
    high = shown.high[column].to_numpy("float64") / scale.size
    top = float(np.nanmax(np.concatenate((values, high, [0.0])))) or 1.0
    axes.set_ylim(0.0, top * 1.17)
    runs = shown.table["runs"].to_numpy()
    ran = (runs > 0) | shown.open
    low = shown.low[column].to_numpy("float64") / scale.size
    _band(axes, np.where(ran, low, np.nan), high, top, palette)
    _bars(axes, values, shown.open, marks, palette)
    canvas.gaps(axes, (runs > 0) & np.isnan(values), "unknown", palette)
    recorded = shown.table["recorded"].to_numpy(bool)
    canvas.gaps(axes, (runs == 0) & recorded & ~shown.open, "no runs", palette)
    canvas.gaps(axes, (runs == 0) & ~recorded & ~shown.open, "no files", palette)
    canvas.marks(axes, marks, values, palette)
    _amounts(axes, scale.word)
    canvas.headed(axes, newest(shown, column, measure, settings), palette)


def _band(axes: Axes, low: canvas.Floats, high: canvas.Floats, top: float, palette: Palette) -> None:
    x = np.arange(len(low), dtype=np.float64)
    thick = np.maximum(high - low, THIN * top)
    canvas.bars(axes, x, thick, palette.band, bottom=(low + high - thick) / 2, width=1.0, zorder=0.6)


def _bars(
    axes: Axes, values: canvas.Floats, unfinished: canvas.Bools, marks: Sequence[Mark], palette: Palette
) -> None:
    """Draw finished weeks full, the week in progress pale with an outline; marked ones in their colour."""
    x = np.arange(len(values), dtype=np.float64)
    width = canvas.bar_width(len(values))
    levels = np.array(["bar"] * len(values), dtype=object)
    for mark in marks:
        levels[mark.at] = mark.level
    for level in ("bar", "watch", "high"):
        colour = getattr(palette, level)
        done, begun = (levels == level) & ~unfinished, (levels == level) & unfinished
        canvas.bars(axes, x[done], values[done], colour, width=width, zorder=2)
        canvas.bars(
            axes,
            x[begun],
            values[begun],
            palette.band,
            width=width * 0.94,
            edgecolor=colour,
            linewidth=1.3,
            zorder=2,
        )


def _amounts(axes: Axes, unit: str) -> None:
    axes.yaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 2.5, 5, 10]))
    digits = 0 if axes.get_ylim()[1] >= 4 else 1
    axes.yaxis.set_major_formatter(FuncFormatter(lambda y, _: f"{words.number(y, digits)} {unit}".rstrip()))
    axes.yaxis.grid(visible=True)


def newest(shown: Season, column: str, measure: str, settings: Settings) -> str:
    """Return the newest week's amount in words: "This week so far 40.8 km"."""
    values = shown.values(column)
    if not len(values):
        return ""
    told = words.quantity(float(values[-1]), measure, settings.units)
    return f"{'This week so far' if shown.open[-1] else words.short_day(shown.starts[-1])} {told}"


def plot(
    analysis: Drawn,
    measures: Sequence[str] = (),
    start: date | None = None,
    end: date | None = None,
    palette: Palette = LIGHT,
) -> Figure:
    """Return the weekly picture of one or several columns of WEEKS, one panel each."""
    columns = [resolved(analysis.weeks, measure) for measure in measures or ("load",)]
    shown = seasons.season(analysis.weeks, columns, seasons.Period(0, start, end))
    with canvas.rc(palette):
        figure = canvas.empty(palette, PANEL_IN * len(columns) + 0.4)
        figure.set_layout_engine("constrained")
        for column, axes in zip(columns, figure.subplots(len(columns), 1, squeeze=False).flat, strict=True):
            measure = LOAD_COLUMN[analysis.settings.load] if column == "load" else column
            rules = MARKED_BY.get(measure, seasons.LOAD)
            marks = seasons.marks(analysis.flags, rules, shown.starts)
            panel(axes, shown, column, measure, marks, analysis.settings, palette)
            canvas.week_axis(axes, shown.starts)
            axes.set_title(title(measure), loc="left", fontsize=canvas.NORMAL, color=palette.ink)
        figure.suptitle(
            canvas.safe(analysis.name), x=0.01, ha="left", fontweight="bold", fontsize=canvas.NORMAL + 2
        )
    return figure


def resolved(weeks: pd.DataFrame, measure: str) -> str:
    """Return the column that `measure` names, with or without its unit; ValueError names those there are."""
    known = [c for c in weeks.columns if f"{c}_usual" in weeks.columns]
    for column in known:
        if measure in (column, column.rpartition("_")[0]):
            return column
    raise ValueError(f"no measure {measure!r}; there is {', '.join(known)}")


_TITLES = {
    "distance_m": "Distance",
    "duration_s": "Running time",
    "ascent_m": "Climb",
    "descent_m": "Descent",
    "uphill_m": "Distance uphill, 5 % and steeper",
    "downhill_m": "Distance downhill, 5 % and steeper",
    "longest_m": "Longest run",
    "longest_ascent_m": "Largest climb of one run",
    "effort_km": "Distance plus a hundredth of the climb",
    "unknown_m": "On a surface nobody told",
    "trimp": "Training impulse (TRIMP)",
    "edwards": "Edwards' zone score",
    "srpe": "Session RPE",
    "steps": "Steps",
}


def title(column: str) -> str:
    """Return what a column is, as the title of a panel."""
    told = _TITLES.get(column)
    return f"{told} by week" if told else f"On {column.removesuffix('_m')} ground by week"
