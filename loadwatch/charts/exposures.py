"""Where a runner ran, up and down, and the year at a glance."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from loadwatch import words
from loadwatch.charts import canvas
from loadwatch.charts import season as seasons
from loadwatch.charts.palette import SENTINEL
from loadwatch.charts.weekly import newest
from loadwatch.tables import SURFACES

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from loadwatch.charts.palette import Palette
    from loadwatch.charts.season import Period, Season
    from loadwatch.rules import Flag
    from loadwatch.settings import Settings

ROW_IN = 0.46
SIDE_IN = 2.15  # room left of the rows for their names and amounts
SURFACE_WORDS = {
    "hard": "Hard",
    "firm": "Firm",
    "soft": "Soft",
    "track": "Track",
    "treadmill": "Treadmill",
    "unknown": "Unknown",
}
YEAR_WEEKS = 53
SHADES = (0.3, 0.5, 0.75, 1.0)  # quarters of the longest day


def surfaces(
    weeks: pd.DataFrame,
    flags: Iterable[Flag],
    settings: Settings,
    period: Period,
    palette: Palette = SENTINEL,
) -> Figure:
    """Return one labelled row a surface that was run on, all on one scale; unknown is a row too."""
    shown = seasons.season(weeks, [f"{s}_m" for s in SURFACES], period)
    there = [s for s in SURFACES if np.nansum(shown.values(f"{s}_m")) > 0] or ["unknown"]
    top = max(float(np.nanmax(np.append(shown.values(f"{s}_m"), 1.0))) for s in there)
    with canvas.rc(palette):
        figure = canvas.empty(palette, ROW_IN * len(there) + 0.45)
        rows = figure.subplots(len(there), 1, sharex=True, squeeze=False)[:, 0]
        for surface, axes in zip(there, rows, strict=True):
            found = seasons.marks(flags, seasons.SURFACE, shown.starts) if surface == "hard" else []
            _surface(axes, shown, surface, found, top, settings, palette)
        canvas.week_axis(rows[-1], shown.starts)
        rows[-1].tick_params(labelbottom=True)
        canvas.framed(figure, SIDE_IN, 0.04)
    return figure


def _surface(
    axes: Axes,
    shown: Season,
    surface: str,
    found: list[canvas.Mark],
    top: float,
    settings: Settings,
    palette: Palette,
) -> None:
    values = shown.values(f"{surface}_m")
    axes.set_ylim(0.0, top * 1.3)
    axes.set_yticks([])
    axes.tick_params(labelbottom=False, length=0)
    levels = {mark.at: mark.level for mark in found}
    x, width = np.arange(len(values), dtype=np.float64), canvas.bar_width(len(values))
    for level in ("bar", "watch", "high"):
        mine = np.array([levels.get(i, "bar") == level for i in range(len(values))], bool)
        _row_bars(axes, x, values, mine, shown.open, getattr(palette, level), width, palette, surface)
    canvas.marks(axes, found, values, palette)
    newest = float(values[-1]) if len(values) else float("nan")
    usual = float(shown.values(f"{surface}_m_usual")[-1]) if len(values) else float("nan")
    _side(axes, SURFACE_WORDS[surface], f"{_km(newest, settings)} now, {_km(usual, settings)} usual", palette)


def _row_bars(
    axes: Axes,
    x: canvas.Floats,
    values: canvas.Floats,
    mine: canvas.Bools,
    unfinished: canvas.Bools,
    colour: str,
    width: float,
    palette: Palette,
    surface: str,
) -> None:
    """Draw one row's bars: unknown ground hatched, the week in progress pale with an outline."""
    done, begun = mine & ~unfinished, mine & unfinished
    if surface == "unknown":
        hatched: dict[str, Any] = {
            "edgecolor": palette.none,
            "linewidth": 0.8,
            "hatch": canvas.HATCH,
            "zorder": 2,
        }
        canvas.bars(axes, x[mine], values[mine], "none", width=width, **hatched)
        return
    canvas.bars(axes, x[done], values[done], colour, width=width, zorder=2)
    outlined: dict[str, Any] = {"edgecolor": colour, "linewidth": 1.2, "zorder": 2}
    canvas.bars(axes, x[begun], values[begun], palette.band, width=width * 0.94, **outlined)


def _km(metres: float, settings: Settings) -> str:
    return words.quantity(metres, "distance_m", settings.units)


def _side(axes: Axes, head: str, below: str, palette: Palette) -> None:
    """Write a row's name and numbers left of it, in place of an axis."""
    place: dict[str, Any] = {
        "xy": (0.0, 0.45),
        "xycoords": "axes fraction",
        "textcoords": "offset points",
        "ha": "left",
        "va": "center",
        "annotation_clip": False,
    }
    axes.annotate(
        head, xytext=(-72 * SIDE_IN, 6), color=palette.ink, fontweight="bold", fontsize=canvas.SMALL, **place
    )
    axes.annotate(below, xytext=(-72 * SIDE_IN, -6), color=palette.soft, fontsize=canvas.SMALL - 0.5, **place)


def climb(
    weeks: pd.DataFrame,
    flags: Iterable[Flag],
    settings: Settings,
    period: Period,
    palette: Palette = SENTINEL,
) -> Figure:
    """Return climb above a line and descent below it: two exposures, never one sum."""
    flags = tuple(flags)
    shown = seasons.season(weeks, ["ascent_m", "descent_m"], period)
    scale = words.unit("ascent_m", settings.units)
    up, down = (shown.values(c) / scale.size for c in ("ascent_m", "descent_m"))
    ups, downs = (seasons.marks(flags, r, shown.starts) for r in (seasons.CLIMB, seasons.DESCENT))
    top, low = (float(np.nanmax(np.append(v, 0.0))) or 1.0 for v in (up, down))
    with canvas.rc(palette):
        figure = canvas.empty(palette, 2.3)
        axes = figure.subplots()
        axes.set_ylim(-low * 1.3 - 0.06 * top, top * 1.3 + 0.06 * low)
        _half(axes, shown, up, ups, palette)
        _half(axes, shown, -down, downs, palette)
        axes.axhline(0.0, color=palette.soft, linewidth=1.0, zorder=3)
        axes.spines["bottom"].set_visible(False)
        _heights(axes, top, low, scale.word)
        unknown = (shown.table["runs"].to_numpy() > 0) & np.isnan(up) & np.isnan(down)
        canvas.gaps(axes, unknown, "unknown", palette)
        so_far = newest(shown, "ascent_m", "ascent_m", settings)
        for amount in down[-1:] * scale.size:
            fall = words.quantity(float(amount), "descent_m", settings.units)
            canvas.headed(axes, f"{so_far} up, {fall} down", palette)
        canvas.week_axis(axes, shown.starts)
        canvas.framed(figure)
    return figure


def _heights(axes: Axes, top: float, low: float, unit: str) -> None:
    """Name one round amount up and one down, as far out as each goes; no amount where there is none."""
    if max(top, low) <= 1.0:
        axes.set_yticks([top / 2, -low / 2], ["up", "down"])
        return
    up, down = (_largest_round(reach) for reach in (top, low))
    axes.set_yticks([up, -down], [f"{words.number(up)} {unit}\nup", f"{words.number(down)} {unit}\ndown"])
    axes.yaxis.grid(visible=True)


def _largest_round(reach: float) -> float:
    """Return the largest of 1, 2 and 5 times a power of ten that is not over `reach`."""
    decade = 10.0 ** np.floor(np.log10(reach))
    return float(decade * max(step for step in (1.0, 2.0, 5.0) if step * decade <= reach))


def _half(
    axes: Axes, shown: Season, values: canvas.Floats, found: list[canvas.Mark], palette: Palette
) -> None:
    x, width = np.arange(len(values), dtype=np.float64), canvas.bar_width(len(values))
    levels = {mark.at: mark.level for mark in found}
    for level in ("bar", "watch", "high"):
        mine = np.array([levels.get(i, "bar") == level for i in range(len(values))], bool)
        _row_bars(axes, x, values, mine, shown.open, getattr(palette, level), width, palette, "")
    canvas.marks(axes, found, values, palette, below=bool(np.nansum(values) < 0))


def year(runs: pd.DataFrame, weeks: pd.DataFrame, today: date, palette: Palette = SENTINEL) -> Figure:
    """Return the last 53 weeks as a calendar: a column a week, a row a weekday, darker for more distance.

    Squares are drawn as paths and not as an image, so that they follow the page's colours.
    """
    starts = seasons.season(weeks, [], seasons.Period(YEAR_WEEKS)).starts
    begin = starts[0] if starts else today
    days = (today - begin).days + 1
    day = (runs["start_local"].to_numpy("datetime64[D]") - np.datetime64(begin, "D")).astype(np.float64)
    metres, inside = runs["distance_m"].to_numpy("float64"), (day >= 0) & (day < days)
    at = day[inside].astype(np.int64)
    total = np.bincount(at, np.nan_to_num(metres[inside]), days)
    some = np.bincount(at, minlength=days) > 0
    top = float(total.max()) or 1.0
    shade = np.where(total > 0, np.ceil(total / top * len(SHADES)).clip(1, len(SHADES)), 0)
    with canvas.rc(palette):
        figure = canvas.empty(palette, 1.55)
        axes = figure.subplots()
        x, y = np.divmod(np.arange(days, dtype=np.float64), 7)
        _squares(axes, x, y, shade == 0, palette.line, {"alpha": 0.45})
        for number, alpha in enumerate(SHADES, 1):
            _squares(axes, x, y, shade == number, palette.bar, {"alpha": alpha})
        unknown = some & (total == 0)
        _squares(axes, x, y, unknown, "none", {"hatch": canvas.HATCH, "edgecolor": palette.none})
        _calendar(axes, starts or (begin,), palette)
        canvas.framed(figure, top_in=0.04)
    return figure


def _squares(
    axes: Axes, x: canvas.Floats, y: canvas.Floats, chosen: canvas.Bools, colour: str, more: dict[str, Any]
) -> None:
    side = np.full(int(chosen.sum()), 0.84)
    canvas.bars(axes, x[chosen], side, colour, bottom=y[chosen] - 0.42, width=0.84, **more)


def _calendar(axes: Axes, starts: tuple[date, ...], palette: Palette) -> None:
    axes.set_xlim(-0.6, max(len(starts), YEAR_WEEKS) - 0.4)
    axes.set_ylim(6.6, -0.6)
    axes.set_aspect("equal")
    for side in ("bottom", "left"):
        axes.spines[side].set_visible(False)
    axes.tick_params(length=0)
    begins = [i for i in range(1, len(starts)) if starts[i].month != starts[i - 1].month]
    axes.set_xticks(begins, [words.MONTHS[starts[i].month - 1][:3] for i in begins])
    rows = (0, 2, 4, 6)
    names = [f"{starts[0] + timedelta(days=i):%a}" for i in rows]
    axes.set_yticks(rows, names, color=palette.soft, fontsize=canvas.SMALL)
