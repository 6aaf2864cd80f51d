"""Where a runner ran, and how far up and down."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from loadwatch import formatting
from loadwatch.date_filter import ALL_DAYS
from loadwatch.report.charts import canvas, markers, shown_weeks
from loadwatch.report.charts.svg import BOLD_END
from loadwatch.report.charts.weekly_load import format_newest
from loadwatch.report.palette import SENTINEL
from loadwatch.tables import RAISED_LEVELS, SURFACES

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from loadwatch.assess.rules import Flag
    from loadwatch.date_filter import Period
    from loadwatch.report.charts.shown_weeks import ShownWeeks
    from loadwatch.report.palette import Palette
    from loadwatch.settings import Settings
    from loadwatch.tables import Bools, Floats, Surface

GAP_PT, LABEL_PT, BAR_PT = (
    6.0,
    14.0,
    25.0,
)  # of a row, from above: none, its name and amounts, the longest bar
CLIMB_IN = 2.3


def draw_surfaces(
    weeks: pd.DataFrame,
    flags: Iterable[Flag],
    settings: Settings,
    period: Period = ALL_DAYS,
    *,
    last: int = 0,
    palette: Palette = SENTINEL,
) -> Figure:
    """Return one labelled row a surface that was run on, all on one scale; unknown is a row too."""
    shown = shown_weeks.select_weeks(weeks, [], period, last)
    ran_on = [
        s for s in SURFACES.values() if np.nansum(shown.column_values(s.column)) > 0
    ]
    there = ran_on or [SURFACES["unknown"]]
    top = max(
        float(np.nanmax(np.append(shown.column_values(s.column), 1.0))) for s in there
    )
    found = {"hard": shown_weeks.find_marks(flags, shown_weeks.SURFACE, shown.starts)}
    above = {
        "hard": _measure_above_pt(
            shown, found["hard"], shown.column_values("hard_m") / top
        )
    }
    heights = [GAP_PT + LABEL_PT + above.get(s.name, 0.0) + BAR_PT for s in there]
    with canvas.use_style(palette):
        inches = sum(heights) / 72.0 + canvas.BARE_IN + canvas.BOTTOM_IN
        figure = canvas.create_figure(
            palette, inches, canvas.compute_width_in(len(shown.starts))
        )
        grid = {"hspace": 0.0, "height_ratios": heights}
        rows = figure.subplots(
            len(there), 1, sharex=True, squeeze=False, gridspec_kw=grid
        )[:, 0]
        for surface, axes, height in zip(there, rows, heights, strict=True):
            _draw_surface(
                axes,
                shown,
                surface,
                found.get(surface.name, []),
                (top, height),
                settings,
                palette,
            )
        canvas.label_week_axis(rows[-1], shown.starts)
        rows[-1].tick_params(labelbottom=True)
        canvas.set_margins(figure, canvas.BARE_IN)
    return figure


def _measure_above_pt(
    shown: ShownWeeks, found: list[markers.WeekMark], shares: Floats
) -> float:
    """Return the room above the longest bar for shapes, and for an amount not in the row's label [pt].

    `shares` are the bars, of the longest of all rows [1].
    """
    told = markers.pick_labelled_mark(
        [mark for mark in found if not _is_in_label(shown, mark)], shares
    )
    bars = np.nan_to_num(shares) * BAR_PT
    ends = [
        bars[mark.at] + markers.MARK_PT + (mark == told) * markers.AMOUNT_PT
        for mark in found
    ]
    return max(0.0, max(ends, default=0.0) - BAR_PT)


def _is_in_label(shown: ShownWeeks, mark: markers.WeekMark) -> bool:
    """Say whether a row's label holds the amount of a marked week: last week's, while this one is open."""
    return bool(shown.in_progress[-1]) and mark.at == len(shown.starts) - 2


def _draw_surface(
    axes: Axes,
    shown: ShownWeeks,
    surface: Surface,
    found: list[markers.WeekMark],
    reach: tuple[float, float],
    settings: Settings,
    palette: Palette,
) -> None:
    """Draw a row; `reach` is its longest possible bar and its height [m, pt]."""
    top, height_pt = reach
    axes.set_ylim(0.0, top * height_pt / BAR_PT)
    column = surface.column
    values = shown.column_values(column)
    axes.set_yticks([])
    axes.tick_params(labelbottom=False, length=0)
    _draw_row(axes, shown, values, found, palette, hatched=surface.hatched)
    markers.hatch_missing_weeks(axes, shown.without_files, palette, top)
    markers.draw_marks(axes, found, values, palette)
    others = [mark for mark in found if not _is_in_label(shown, mark)]
    markers.write_amount(
        axes,
        others,
        values,
        lambda at: shown.format_amount(at, column, column, settings),
        palette,
    )
    label = (
        f"{surface.label}{BOLD_END} {_format_amounts(shown, column, settings)}".rstrip()
    )
    place: dict[str, Any] = {"transform": axes.transAxes, "ha": "right", "va": "top"}
    below = 1.0 - GAP_PT / height_pt
    axes.text(1.0, below, label, fontsize=canvas.SMALL, color=palette.ink, **place)


def _format_amounts(shown: ShownWeeks, column: str, settings: Settings) -> str:
    """Return a row's newest amounts in words; a week in progress says little without the last."""
    if not shown.starts:
        return ""
    newest = shown.format_amount(-1, column, column, settings)
    told = [
        f"so far {newest}"
        if shown.in_progress[-1]
        else f"{formatting.format_day_month(shown.starts[-1])} {newest}"
    ]
    last = len(shown.starts) - 1
    if shown.in_progress[-1] and last:
        last -= 1
        told.insert(
            0, f"last week {shown.format_amount(last, column, column, settings)}"
        )
    usual = float(shown.column_values(f"{column}_usual")[last])
    if np.isfinite(
        usual
    ):  # of the week told first: the next one's may hold that week already
        told.insert(1, f"usual {shown_weeks.format_amount(usual, column, settings)}")
    return ", ".join(told)


def _draw_row(
    axes: Axes,
    shown: ShownWeeks,
    values: Floats,
    found: list[markers.WeekMark],
    palette: Palette,
    *,
    hatched: bool = False,
) -> None:
    """Draw one row of bars, those that a check marked in its colour."""
    levels = {mark.at: mark.level for mark in found}
    x, width = (
        np.arange(len(values), dtype=np.float64),
        canvas.choose_bar_width(len(values)),
    )
    for level in ("bar", *RAISED_LEVELS):
        mine = np.array(
            [levels.get(i, "bar") == level for i in range(len(values))], bool
        )
        _draw_row_bars(
            axes,
            x,
            values,
            mine,
            shown.in_progress,
            getattr(palette, level),
            width,
            palette,
            hatched=hatched,
        )


def _draw_row_bars(
    axes: Axes,
    x: Floats,
    values: Floats,
    mine: Bools,
    unfinished: Bools,
    colour: str,
    width: float,
    palette: Palette,
    *,
    hatched: bool,
) -> None:
    """Draw one row's bars: unknown ground hatched, the week in progress pale with an outline."""
    done, begun = mine & ~unfinished, mine & unfinished
    if hatched:
        look: dict[str, Any] = {
            "edgecolor": palette.none,
            "linewidth": 0.8,
            "hatch": canvas.HATCH,
            "zorder": 2,
        }
        canvas.draw_bars(axes, x[mine], values[mine], "none", width=width, **look)
        return
    canvas.draw_bars(axes, x[done], values[done], colour, width=width, zorder=2)
    outlined: dict[str, Any] = {"edgecolor": colour, "linewidth": 1.2, "zorder": 2}
    canvas.draw_bars(
        axes, x[begun], values[begun], palette.band, width=width * 0.94, **outlined
    )


def draw_climb(
    weeks: pd.DataFrame,
    flags: Iterable[Flag],
    settings: Settings,
    period: Period = ALL_DAYS,
    *,
    last: int = 0,
    palette: Palette = SENTINEL,
) -> Figure:
    """Return climb above a line and descent below it: two exposures, never one sum."""
    flags = tuple(flags)
    shown = shown_weeks.select_weeks(weeks, [], period, last)
    scale = formatting.choose_unit("ascent_m", settings.units)
    up, down = (shown.column_values(c) / scale.size for c in ("ascent_m", "descent_m"))
    ups, downs = (
        shown_weeks.find_marks(flags, r, shown.starts)
        for r in (shown_weeks.CLIMB, shown_weeks.DESCENT)
    )
    with canvas.use_style(palette):
        figure = canvas.create_figure(
            palette, CLIMB_IN, canvas.compute_width_in(len(shown.starts))
        )
        axes = figure.subplots()
        top, low = (float(np.nanmax(np.append(v, 0.0))) or 1.0 for v in (up, down))
        axes.set_ylim(
            *_compute_reach(low, top, downs, ups, canvas.measure_inner_pt(figure)[1])
        )
        _draw_half(axes, shown, up, ups, settings, palette)
        _draw_half(axes, shown, -down, downs, settings, palette)
        axes.axhline(0.0, color=palette.soft, linewidth=1.0, zorder=3)
        axes.spines["bottom"].set_visible(False)
        _label_heights(axes, top, low, scale.symbol)
        unknown = (shown.table["runs"].to_numpy() > 0) & np.isnan(up) & np.isnan(down)
        markers.hatch_unknown_weeks(axes, unknown, palette)
        markers.hatch_missing_weeks(axes, shown.without_files, palette)
        markers.write_gap_label(axes, shown.without_files, "no files", palette, 0.75)
        if shown.starts:
            so_far = format_newest(shown, "ascent_m", "ascent_m", settings)
            canvas.write_headline(
                axes,
                f"{so_far} up, {shown.format_amount(-1, 'descent_m', 'descent_m', settings)} down",
                palette,
            )
        canvas.label_week_axis(axes, shown.starts)
        canvas.set_margins(figure)
    return figure


def _compute_reach(
    low: float,
    top: float,
    downs: list[markers.WeekMark],
    ups: list[markers.WeekMark],
    height_pt: float,
) -> tuple[float, float]:
    """Return the ends of an axis that leaves room for shapes and amounts beyond its bars."""
    beyond = [
        markers.MARK_PT + markers.AMOUNT_PT if found else markers.AMOUNT_PT / 2
        for found in (downs, ups)
    ]
    point = (low + top) / (height_pt - sum(beyond))
    return -low - beyond[0] * point, top + beyond[1] * point


def _label_heights(axes: Axes, top: float, low: float, unit: str) -> None:
    """Name one round amount up and one down, as far out as each goes; no amount where there is none."""
    if max(top, low) <= 1.0:
        axes.set_yticks([top / 2, -low / 2], ["up", "down"])
        return
    up, down = (_round_down(reach) for reach in (top, low))
    axes.set_yticks(
        [up, -down],
        [
            f"{formatting.format_number(up)} {unit}\nup",
            f"{formatting.format_number(down)} {unit}\ndown",
        ],
    )
    axes.yaxis.grid(visible=True)


def _round_down(reach: float) -> float:
    """Return the largest of 1, 2 and 5 times a power of ten that is not over `reach`."""
    decade = 10.0 ** np.floor(np.log10(reach))
    return float(
        decade * max(step for step in (1.0, 2.0, 5.0) if step * decade <= reach)
    )


def _draw_half(
    axes: Axes,
    shown: ShownWeeks,
    values: Floats,
    found: list[markers.WeekMark],
    settings: Settings,
    palette: Palette,
) -> None:
    below = bool(np.nansum(values) < 0)
    column, way = ("descent_m", "down") if below else ("ascent_m", "up")
    _draw_row(axes, shown, values, found, palette)
    markers.draw_marks(axes, found, values, palette, below=below)

    def format_amount(at: int) -> str:
        return f"{shown.format_amount(at, column, column, settings)} {way}"

    markers.write_amount(axes, found, values, format_amount, palette, below=below)
