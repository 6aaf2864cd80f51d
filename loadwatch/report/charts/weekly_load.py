"""The picture of load by week."""

from __future__ import annotations

from typing import TYPE_CHECKING

from loadwatch.date_filter import ALL_DAYS
from loadwatch.report import shown_weeks
from loadwatch.report.charts import canvas
from loadwatch.report.charts.panels import PANEL_IN, draw_panel
from loadwatch.report.palette import LIGHT
from loadwatch.tables import LOAD_METHODS

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd
    from matplotlib.figure import Figure

    from loadwatch.assess.rules import Flag
    from loadwatch.date_filter import Period
    from loadwatch.report.palette import Palette
    from loadwatch.settings import Settings


def draw_weekly_load(
    weeks: pd.DataFrame,
    flags: Iterable[Flag],
    settings: Settings,
    period: Period = ALL_DAYS,
    *,
    last: int = 0,
    palette: Palette = LIGHT,
) -> Figure:
    """Return load by week over the range behind `usual`, with the marks of load rules."""
    shown = shown_weeks.select_weeks(weeks, ["load"], period, last, settings.units)
    marks = shown_weeks.find_marks(flags, shown_weeks.LOAD, shown.starts)
    measure = LOAD_METHODS[settings.load].column
    with canvas.use_style(palette):
        width_in = canvas.compute_width_in(len(shown.starts))
        figure = canvas.create_figure(palette, PANEL_IN, width_in)
        axes = figure.subplots()
        draw_panel(axes, shown, "load", measure, marks, palette)
        canvas.label_week_axis(axes, shown.starts)
        canvas.set_margins(figure)
    return figure
