"""The picture of the `plot` command: one panel per measure, with a name and a key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from loadwatch.date_filter import ALL_DAYS
from loadwatch.report import shown_weeks
from loadwatch.report.charts import bars, canvas
from loadwatch.report.charts.panels import PANEL_IN, draw_panel
from loadwatch.report.palette import LIGHT
from loadwatch.tables import LEVELS, LOAD_METHODS, RAISED_LEVELS

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from matplotlib.figure import Figure

    from loadwatch.analysis import Analysis
    from loadwatch.date_filter import Period
    from loadwatch.report.palette import Palette
    from loadwatch.report.shown_weeks import ShownWeeks, WeekMark

NAME_IN = 0.34  # of height for the name
KEY_IN = 0.22  # of height for what the shapes mean
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
TITLES = {
    **{method.column: method.heading for method in LOAD_METHODS.values()},
    "ascent_m": "Climb",
    "descent_m": "Descent",
    "uphill_m": "Distance uphill, 5 % and steeper",
    "downhill_m": "Distance downhill, 5 % and steeper",
    "longest_m": "Longest run",
    "longest_ascent_m": "Largest climb of one run",
    "unknown_m": "On an unknown surface",
    "edwards": "Edwards' zone score",
}


def draw_measures(
    analysis: Analysis,
    measures: Sequence[str] = (),
    period: Period = ALL_DAYS,
    palette: Palette = LIGHT,
) -> Figure:
    """Return one or several columns of WEEKS by week, one panel each; by default load.

    Raises
    ------
    ValueError : WEEKS has no such measure; the text names those it has.
    """
    weeks, settings = analysis.weeks, analysis.settings
    columns = [find_column(weeks, measure) for measure in measures or ("load",)]
    shown = shown_weeks.select_weeks(weeks, columns, period, units=settings.units)
    load_column = LOAD_METHODS[settings.load].column
    all_marks: list[WeekMark] = []
    with canvas.use_style(palette):
        height_in = PANEL_IN * len(columns) + NAME_IN + KEY_IN
        figure = canvas.create_figure(palette, height_in)
        panels = figure.subplots(len(columns), 1, squeeze=False).flat
        for column, axes in zip(columns, panels, strict=True):
            measure = column
            if column == "load":
                measure = load_column
            rules = MARKED_BY.get(measure, ())
            if measure == load_column:
                rules = shown_weeks.LOAD
            marks = shown_weeks.find_marks(analysis.flags, rules, shown.starts)
            all_marks += marks
            draw_panel(axes, shown, column, measure, marks, palette)
            canvas.label_week_axis(axes, shown.starts)
            title = format_title(measure)
            axes.set_title(title, loc="left", fontsize=canvas.NORMAL, color=palette.ink)
        key = describe_key(shown, columns, all_marks)
        _write_head(figure, canvas.clean_label(analysis.name), key, palette)
    return figure


def _write_head(figure: Figure, name: str, key: str, palette: Palette) -> None:
    """Write the name over the picture, and below it what its shapes mean."""
    height = figure.get_size_inches()[1]
    taken = NAME_IN
    if key:
        taken += KEY_IN
    figure.set_layout_engine("constrained", rect=(0.0, 0.0, 1.0, 1.0 - taken / height))
    corner: dict[str, Any] = {"x": 0.01, "ha": "left", "va": "top"}
    figure.text(
        y=1.0 - 0.08 / height,
        s=name,
        fontweight="bold",
        fontsize=canvas.NORMAL + 2,
        color=palette.ink,
        **corner,
    )
    figure.text(
        y=1.0 - NAME_IN / height,
        s=key,
        fontsize=canvas.SMALL,
        color=palette.soft,
        **corner,
    )


def describe_key(
    shown: ShownWeeks, columns: Sequence[str], marks: Sequence[WeekMark]
) -> str:
    """Return what the shapes and backgrounds mean, of those that the picture has."""
    parts = []
    if shown.high[list(columns)].notna().to_numpy().any():
        parts.append("pale band: range of the four weeks before")
    levels = {mark.level for mark in marks}
    shapes = [
        f"{LEVELS[level].shape} {LEVELS[level].word.lower()}"
        for level in reversed(RAISED_LEVELS)
        if level in levels
    ]
    if shapes:
        parts.append(f"{', '.join(shapes)}: raised a check")
    gaps = _list_gaps(shown, columns)
    if gaps:
        background = "hatched"
        if len(shown.starts) > bars.DENSE:
            background = "grey"
        parts.append(f"{background}: {' or '.join(gaps)}")
    key = " \N{MIDDLE DOT} ".join(parts)
    return key[:1].upper() + key[1:]


def _list_gaps(shown: ShownWeeks, columns: Sequence[str]) -> list[str]:
    """Return which kinds of gap the picture has."""
    gaps = []
    if shown.without_files.any():
        gaps.append("no files")
    is_missing = shown.table[list(columns)].isna().to_numpy()
    if (is_missing & shown.with_runs[:, None]).any():
        gaps.append("unknown")
    return gaps


def find_column(weeks: pd.DataFrame, measure: str) -> str:
    """Return the column that `measure` names, with or without its unit."""
    known = [column for column in weeks.columns if f"{column}_usual" in weeks.columns]
    for column in known:
        if measure in (column, column.rpartition("_")[0]):
            return column
    raise ValueError(f"no measure {measure!r}; there is {', '.join(known)}")


def format_title(column: str) -> str:
    """Return what a column is, as the title of a panel."""
    if column in TITLES:
        return f"{TITLES[column]} by week"
    return f"On {column.removesuffix('_m')} ground by week"
