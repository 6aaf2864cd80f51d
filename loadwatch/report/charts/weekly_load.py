"""Bars by week over the band of the usual range: the load picture, and one panel a measure for `plot`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from matplotlib.ticker import FuncFormatter, MaxNLocator

from loadwatch import formatting
from loadwatch.date_filter import ALL_DAYS
from loadwatch.report.charts import canvas, markers, shown_weeks
from loadwatch.report.palette import LIGHT, SENTINEL
from loadwatch.tables import LEVELS, LOAD_METHODS, RAISED_LEVELS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from loadwatch.assess.rules import Flag
    from loadwatch.date_filter import Period
    from loadwatch.report.charts.markers import WeekMark
    from loadwatch.report.charts.shown_weeks import ShownWeeks
    from loadwatch.report.palette import Palette
    from loadwatch.settings import Settings
    from loadwatch.tables import Bools, Floats

PANEL_IN = 2.6
THIN = 0.012  # least thickness of a band, of the axis' height
HEADROOM = 1.2  # over the longest bar, for its shape and its amount
NAME_IN, KEY_IN = (
    0.34,
    0.22,
)  # of a picture on its own: its name, and what its shapes mean
MARKED_BY = {
    "distance_m": shown_weeks.LONGEST,
    "longest_m": shown_weeks.LONGEST,
    "ascent_m": shown_weeks.CLIMB,
    "uphill_m": shown_weeks.CLIMB,
    "longest_ascent_m": shown_weeks.CLIMB,
    "descent_m": shown_weeks.DESCENT,
    "downhill_m": shown_weeks.DESCENT,
    "hard_m": shown_weeks.SURFACE,
}


class PlottedAnalysis(Protocol):
    """What a picture needs of an Analysis."""

    @property
    def name(self) -> str: ...  # noqa: D102 - the fields of Analysis say what they are
    @property
    def weeks(self) -> pd.DataFrame: ...  # noqa: D102 - the same
    @property
    def flags(self) -> tuple[Flag, ...]: ...  # noqa: D102 - the same
    @property
    def settings(self) -> Settings: ...  # noqa: D102 - the same


def draw_weekly_load(
    weeks: pd.DataFrame,
    flags: Iterable[Flag],
    settings: Settings,
    period: Period = ALL_DAYS,
    *,
    last: int = 0,
    palette: Palette = SENTINEL,
) -> Figure:
    """Return load by week over the range behind `usual`, marked where a load check was raised."""
    shown = shown_weeks.select_weeks(weeks, ["load"], period, last)
    with canvas.use_style(palette):
        figure = canvas.create_figure(
            palette, PANEL_IN, canvas.compute_width_in(len(shown.starts))
        )
        axes = figure.subplots()
        marks = shown_weeks.find_marks(flags, shown_weeks.LOAD, shown.starts)
        draw_panel(
            axes,
            shown,
            "load",
            LOAD_METHODS[settings.load].column,
            marks,
            settings,
            palette,
        )
        canvas.label_week_axis(axes, shown.starts)
        canvas.set_margins(figure)
    return figure


def draw_panel(
    axes: Axes,
    shown: ShownWeeks,
    column: str,
    measure: str,
    marks: Sequence[WeekMark],
    settings: Settings,
    palette: Palette,
) -> None:
    """Draw one measure: band, bars, marks, gaps, and the newest week's amount in words."""
    scale = formatting.choose_unit(measure, settings.units)
    values = shown.column_values(column) / scale.size
    high = shown.high[column].to_numpy("float64") / scale.size
    top = float(np.nanmax(np.concatenate((values, high, [0.0])))) or 1.0
    axes.set_ylim(0.0, top * HEADROOM)
    runs = shown.table["runs"].to_numpy()
    ran = (runs > 0) | shown.in_progress
    low = shown.low[column].to_numpy("float64") / scale.size
    _draw_band(
        axes,
        (np.where(ran, low, np.nan), np.where(ran, high, np.nan)),
        values,
        top,
        palette,
    )
    _draw_bars(axes, values, shown.in_progress, marks, palette)
    markers.hatch_missing_weeks(axes, shown.without_files, palette)
    markers.write_gap_label(axes, shown.without_files, "no files", palette)
    if len(values) <= canvas.LONG:
        markers.write_gap_label(axes, shown.without_runs, "no runs", palette)
    markers.hatch_unknown_weeks(axes, (runs > 0) & np.isnan(values), palette)
    markers.draw_marks(axes, marks, values, palette)
    markers.write_amount(
        axes,
        marks,
        values,
        lambda at: shown.format_amount(at, column, measure, settings),
        palette,
    )
    _label_amounts(axes, scale.symbol)
    canvas.write_headline(
        axes, format_newest(shown, column, measure, settings), palette
    )


def _draw_band(
    axes: Axes,
    ends: tuple[Floats, Floats],
    values: Floats,
    top: float,
    palette: Palette,
) -> None:
    """Draw the range as a pale ground with an edge, and the edge again, pale, where a bar hides it."""
    low, high = ends
    x = np.arange(len(low), dtype=np.float64)
    thick = np.maximum(high - low, THIN * top)
    bottom = (low + high - thick) / 2
    canvas.draw_bars(axes, x, thick, palette.band, bottom=bottom, width=1.0, zorder=0.6)
    if len(x) > canvas.LONG:
        return
    both, edges = np.tile(x, 2), np.concatenate((bottom, bottom + thick))
    canvas.draw_level_lines(
        axes, both, edges, 1.0, palette.bar, linewidth=0.7, alpha=0.6, zorder=0.7
    )
    if len(x) > canvas.DENSE:
        return
    over = np.where(edges < np.tile(np.nan_to_num(values), 2), edges, np.nan)
    canvas.draw_level_lines(
        axes,
        both,
        over,
        canvas.choose_bar_width(len(x)),
        palette.band,
        linewidth=1.1,
        zorder=2.5,
    )


def _draw_bars(
    axes: Axes,
    values: Floats,
    unfinished: Bools,
    marks: Sequence[WeekMark],
    palette: Palette,
) -> None:
    """Draw finished weeks full, the week in progress pale with an outline; marked ones in their colour."""
    x = np.arange(len(values), dtype=np.float64)
    width = canvas.choose_bar_width(len(values))
    levels = np.array(["bar"] * len(values), dtype=object)
    for mark in marks:
        levels[mark.at] = mark.level
    for level in ("bar", *RAISED_LEVELS):
        colour = getattr(palette, level)
        done, begun = (levels == level) & ~unfinished, (levels == level) & unfinished
        canvas.draw_bars(axes, x[done], values[done], colour, width=width, zorder=2)
        canvas.draw_bars(
            axes,
            x[begun],
            values[begun],
            palette.band,
            width=width * 0.94,
            edgecolor=colour,
            linewidth=1.3,
            zorder=2,
        )


def _label_amounts(axes: Axes, unit: str) -> None:
    axes.yaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 2.5, 5, 10]))
    digits = 0 if axes.get_ylim()[1] >= 4 else 1
    axes.yaxis.set_major_formatter(
        FuncFormatter(
            lambda y, _: f"{formatting.format_number(y, digits)} {unit}".rstrip()
        )
    )
    axes.yaxis.grid(visible=True)


def format_newest(
    shown: ShownWeeks, column: str, measure: str, settings: Settings
) -> str:
    """Return the newest week's amount in words: "This week so far 40.8 km"."""
    if not shown.starts:
        return ""
    when = (
        "This week so far"
        if shown.in_progress[-1]
        else formatting.format_day_month(shown.starts[-1])
    )
    return f"{when} {shown.format_amount(-1, column, measure, settings)}"


def draw_measures(
    analysis: PlottedAnalysis,
    measures: Sequence[str] = (),
    period: Period = ALL_DAYS,
    palette: Palette = LIGHT,
) -> Figure:
    """Return the weekly picture of one or several columns of WEEKS, one panel each."""
    columns = [
        find_column(analysis.weeks, measure) for measure in measures or ("load",)
    ]
    shown = shown_weeks.select_weeks(analysis.weeks, columns, period)
    load_column = LOAD_METHODS[analysis.settings.load].column
    found: list[WeekMark] = []
    with canvas.use_style(palette):
        figure = canvas.create_figure(
            palette, PANEL_IN * len(columns) + NAME_IN + KEY_IN
        )
        for column, axes in zip(
            columns, figure.subplots(len(columns), 1, squeeze=False).flat, strict=True
        ):
            measure = load_column if column == "load" else column
            rules = (
                shown_weeks.LOAD
                if measure == load_column
                else MARKED_BY.get(measure, ())
            )
            marks = shown_weeks.find_marks(analysis.flags, rules, shown.starts)
            found += marks
            draw_panel(axes, shown, column, measure, marks, analysis.settings, palette)
            canvas.label_week_axis(axes, shown.starts)
            axes.set_title(
                format_title(measure),
                loc="left",
                fontsize=canvas.NORMAL,
                color=palette.ink,
            )
        _write_head(
            figure,
            canvas.clean_label(analysis.name),
            describe_key(shown, columns, found),
            palette,
        )
    return figure


def _write_head(figure: Figure, name: str, told: str, palette: Palette) -> None:
    """Write the name over a picture on its own, and below it what its shapes mean."""
    height = figure.get_size_inches()[1]
    taken = NAME_IN + (KEY_IN if told else 0.0)
    figure.set_layout_engine("constrained", rect=(0.0, 0.0, 1.0, 1.0 - taken / height))
    line: dict[str, Any] = {"x": 0.01, "ha": "left", "va": "top"}
    size = canvas.NORMAL + 2
    figure.text(
        y=1.0 - 0.08 / height,
        s=name,
        fontweight="bold",
        fontsize=size,
        color=palette.ink,
        **line,
    )
    figure.text(
        y=1.0 - NAME_IN / height,
        s=told,
        fontsize=canvas.SMALL,
        color=palette.soft,
        **line,
    )


def describe_key(
    shown: ShownWeeks, columns: Sequence[str], found: Sequence[WeekMark]
) -> str:
    """Return what the shapes and grounds of a picture mean, of those that it holds."""
    levels = {mark.level for mark in found}
    shapes = [
        f"{LEVELS[level].shape} {level}"
        for level in reversed(RAISED_LEVELS)
        if level in levels
    ]
    ground = "grey" if len(shown.starts) > canvas.DENSE else "hatched"
    untold = (
        shown.table[list(columns)].isna().to_numpy()
        & (shown.table["runs"] > 0).to_numpy()[:, None]
    )
    kinds = {"no files": shown.without_files.any(), "unknown": untold.any()}
    empty = [kind for kind, there in kinds.items() if there]
    parts = {
        "pale band: range of the four weeks before": shown.high[list(columns)]
        .notna()
        .to_numpy()
        .any(),
        f"{', '.join(shapes)}: raised a check": bool(shapes),
        f"{ground}: {' or '.join(empty)}": bool(empty),
    }
    told = " \N{MIDDLE DOT} ".join(part for part, there in parts.items() if there)
    return told[:1].upper() + told[1:]


def find_column(weeks: pd.DataFrame, measure: str) -> str:
    """Return the column that `measure` names, with or without its unit; ValueError names those there are."""
    known = [c for c in weeks.columns if f"{c}_usual" in weeks.columns]
    for column in known:
        if measure in (column, column.rpartition("_")[0]):
            return column
    raise ValueError(f"no measure {measure!r}; there is {', '.join(known)}")


_TITLES = {
    **{method.column: method.heading for method in LOAD_METHODS.values()},
    "ascent_m": "Climb",
    "descent_m": "Descent",
    "uphill_m": "Distance uphill, 5 % and steeper",
    "downhill_m": "Distance downhill, 5 % and steeper",
    "longest_m": "Longest run",
    "longest_ascent_m": "Largest climb of one run",
    "unknown_m": "On a surface nobody told",
    "edwards": "Edwards' zone score",
}


def format_title(column: str) -> str:
    """Return what a column is, as the title of a panel."""
    told = _TITLES.get(column)
    return (
        f"{told} by week" if told else f"On {column.removesuffix('_m')} ground by week"
    )
