"""The year at a glance: a calendar of days."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np

from loadwatch.report import shown_weeks
from loadwatch.report.charts import bars, canvas
from loadwatch.report.palette import LIGHT

if TYPE_CHECKING:
    from datetime import date

    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from loadwatch.report.palette import Palette
    from loadwatch.tables import Floats

SHADES = (0.3, 0.5, 0.75, 1.0)  # of the quarters of the days with a run
INNER_IN = canvas.WIDTH_IN - canvas.LEFT_IN - canvas.RIGHT_IN
DAY_IN = INNER_IN / shown_weeks.YEAR_WEEKS  # side of a day
SQUARE = 0.84  # side of its square, of the side of a day
MIN_COLUMNS = 8
NAMED_ROWS = (0, 2, 4, 6)


def draw_year(
    runs: pd.DataFrame, weeks: pd.DataFrame, today: date, palette: Palette = LIGHT
) -> Figure:
    """Return the last 53 weeks as a calendar: a column per week, a row per weekday.

    The darker a day, the farther. Squares are drawn as paths and not as an image, so that
    they follow the page's colours. A week without files has none: whether its
    days were days of rest is not known.
    """
    starts, distance, with_run = shown_weeks.sum_days(runs, weeks, today)
    recorded = np.append(weeks["recorded"].to_numpy(bool)[-len(starts) :], [True])
    week, weekday = np.divmod(np.arange(len(distance), dtype=np.float64), 7)
    is_recorded = recorded[np.minimum(week.astype(np.int64), len(recorded) - 1)]
    shade = shown_weeks.choose_shades(distance)
    columns = max(len(starts), MIN_COLUMNS)
    with canvas.use_style(palette):
        width_in = canvas.LEFT_IN + canvas.RIGHT_IN + DAY_IN * columns
        height_in = canvas.BARE_IN + 7.2 * DAY_IN + canvas.BOTTOM_IN
        figure = canvas.create_figure(palette, height_in, width_in)
        axes = figure.subplots()
        at = np.column_stack((week, weekday))
        rest = at[(shade == 0) & is_recorded]
        _draw_squares(axes, rest, palette.line, alpha=0.45)
        for number, alpha in enumerate(SHADES, 1):
            _draw_squares(axes, at[shade == number], palette.bar, alpha=alpha)
        unknown = at[with_run & (distance == 0)]
        _draw_squares(axes, unknown, "none", hatch=canvas.HATCH, edgecolor=palette.none)
        _label_calendar(axes, starts, columns, palette)
        canvas.set_margins(figure, canvas.BARE_IN)
    return figure


def _draw_squares(axes: Axes, days: Floats, color: str, **style: object) -> None:
    """Draw a square for each of `days`, its week and its weekday."""
    week, weekday = days[:, 0], days[:, 1]
    sides = np.full(len(days), SQUARE)
    bottom = weekday - SQUARE / 2
    bars.draw_bars(axes, week, sides, color, bottom=bottom, width=SQUARE, **style)


def _label_calendar(
    axes: Axes, starts: tuple[date, ...], columns: int, palette: Palette
) -> None:
    """Name the months below and some weekdays beside the calendar."""
    axes.set_xlim(-0.6, columns - 0.4)
    axes.set_ylim(6.6, -0.6)
    axes.set_aspect("equal", anchor="W")
    for side in ("bottom", "left"):
        axes.spines[side].set_visible(False)
    axes.tick_params(length=0)
    at = canvas.find_changes(starts, lambda day: day.month)
    if not at or at[0] > 2:
        at = [0, *at]
    axes.set_xticks(at, [canvas.format_month(starts[i]) for i in at])
    weekdays = [f"{starts[0] + timedelta(days=row):%a}" for row in NAMED_ROWS]
    axes.set_yticks(NAMED_ROWS, weekdays, color=palette.soft, fontsize=canvas.SMALL)
