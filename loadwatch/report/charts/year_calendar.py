"""The year at a glance: a calendar of days."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from loadwatch import formatting
from loadwatch.report.charts import canvas, shown_weeks
from loadwatch.report.palette import SENTINEL

if TYPE_CHECKING:
    from datetime import date

    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from loadwatch.report.palette import Palette
    from loadwatch.tables import Bools, Floats

SHADES = (0.3, 0.5, 0.75, 1.0)  # quarters of the longest day
DAY_IN = (
    canvas.WIDTH_IN - canvas.LEFT_IN - canvas.RIGHT_IN
) / shown_weeks.YEAR_WEEKS  # side of a day
LEAST_COLUMNS = 8


def draw_year(
    runs: pd.DataFrame, weeks: pd.DataFrame, today: date, palette: Palette = SENTINEL
) -> Figure:
    """Return the last 53 weeks as a calendar: a column a week, a row a weekday, darker for more distance.

    Squares are drawn as paths and not as an image, so that they follow the page's colours. A week without
    files has none: nobody knows whether its days were days of rest.
    """
    starts, total, ran = shown_weeks.sum_days(runs, weeks, today)
    recorded = np.append(weeks["recorded"].to_numpy(bool)[-len(starts) :], [True])
    top = float(total.max()) or 1.0
    shade = np.where(
        total > 0, np.ceil(total / top * len(SHADES)).clip(1, len(SHADES)), 0
    )
    columns = max(len(starts), LEAST_COLUMNS)
    with canvas.use_style(palette):
        width = canvas.LEFT_IN + canvas.RIGHT_IN + DAY_IN * columns
        figure = canvas.create_figure(
            palette, canvas.BARE_IN + 7.2 * DAY_IN + canvas.BOTTOM_IN, width
        )
        axes = figure.subplots()
        x, y = np.divmod(np.arange(len(total), dtype=np.float64), 7)
        known = recorded[np.minimum(x.astype(np.int64), len(recorded) - 1)]
        _draw_squares(axes, x, y, (shade == 0) & known, palette.line, {"alpha": 0.45})
        for number, alpha in enumerate(SHADES, 1):
            _draw_squares(axes, x, y, shade == number, palette.bar, {"alpha": alpha})
        unknown = ran & (total == 0)
        _draw_squares(
            axes,
            x,
            y,
            unknown,
            "none",
            {"hatch": canvas.HATCH, "edgecolor": palette.none},
        )
        _label_calendar(axes, starts, columns, palette)
        canvas.set_margins(figure, canvas.BARE_IN)
    return figure


def _draw_squares(
    axes: Axes,
    x: Floats,
    y: Floats,
    chosen: Bools,
    colour: str,
    more: dict[str, Any],
) -> None:
    side = np.full(int(chosen.sum()), 0.84)
    canvas.draw_bars(
        axes, x[chosen], side, colour, bottom=y[chosen] - 0.42, width=0.84, **more
    )


def _label_calendar(
    axes: Axes, starts: tuple[date, ...], columns: int, palette: Palette
) -> None:
    axes.set_xlim(-0.6, columns - 0.4)
    axes.set_ylim(6.6, -0.6)
    axes.set_aspect("equal", anchor="W")
    for side in ("bottom", "left"):
        axes.spines[side].set_visible(False)
    axes.tick_params(length=0)
    begins = [
        i for i in range(1, len(starts)) if starts[i].month != starts[i - 1].month
    ]
    if not begins or begins[0] > 2:
        begins = [0, *begins]
    axes.set_xticks(
        begins, [formatting.MONTHS[starts[i].month - 1][:3] for i in begins]
    )
    rows = (0, 2, 4, 6)
    names = [f"{starts[0] + timedelta(days=i):%a}" for i in rows]
    axes.set_yticks(rows, names, color=palette.soft, fontsize=canvas.SMALL)
