"""All years at a glance: a row per year, this year beside the last, and the days of one year."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np

from loadwatch import formatting
from loadwatch.report import shown_weeks
from loadwatch.report.pictures import svg
from loadwatch.verdict import levels

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from loadwatch.analysis import Analysis
    from loadwatch.tables import Floats

YEAR_CELLS = 53
MAX_YEARS = 20
CELL, INNER = 14.0, 11.5  # pitch and side of a week's cell
YEAR_LEFT, TOTAL = 44.0, 84.0
DAY, DAY_INNER = 15.0, 12.5
DAY_LEFT, DAY_BOTTOM = 36.0, 18.0
LINE_HEIGHT, LINE_BOTTOM, LINE_RIGHT = 110.0, 18.0, 150.0
MIN_DAY_COLUMNS = 12
NAMED_ROWS = (0, 2, 4, 6)
MIN_MONTH = 3  # columns between the names of two months


@dataclass(frozen=True, slots=True)
class YearRow:
    """One year: its number and the distance of each of its weeks [m], NaN where there is none."""

    year: int
    weeks: tuple[float, ...]
    first_days: tuple[date, ...]

    @property
    def total_m(self) -> float:
        """The distance of the whole year."""
        return sum(metres for metres in self.weeks if metres > 0)


def list_years(weeks: pd.DataFrame) -> list[YearRow]:
    """Return the years from the first week with a run on, the newest first.

    A week belongs to the year of its first day.
    """
    starts = levels.week_starts(weeks)
    amounts = weeks["distance_m"].where(weeks["recorded"]).tolist()
    by_year: dict[int, list[tuple[float, date]]] = {}
    first = next((at for at, metres in enumerate(amounts) if metres > 0), 0)
    for start, metres in zip(starts[first:], amounts[first:], strict=True):
        by_year.setdefault(start.year, []).append((metres, start))
    return [
        YearRow(year, *map(tuple, zip(*by_year[year], strict=True)))
        for year in sorted(by_year, reverse=True)[:MAX_YEARS]
    ]


def draw_years(rows: Sequence[YearRow], analysis: Analysis) -> svg.Picture:
    """Return a row of cells per year: the darker, the more of a week; quarters of all weeks."""
    units = analysis.settings.units
    amounts = np.array([metres for row in rows for metres in row.weeks])
    shades = iter(shown_weeks.choose_shades(amounts).tolist())
    parts = []
    right = YEAR_LEFT + CELL * YEAR_CELLS
    for number, row in enumerate(rows):
        y = CELL * number
        parts.append(
            svg.draw_text((YEAR_LEFT - 6, y + 10), str(row.year), "label", "end")
        )
        for start, metres in zip(row.first_days, row.weeks, strict=True):
            shade = int(next(shades))
            if metres >= 0:
                x = YEAR_LEFT + CELL * ((start.timetuple().tm_yday - 1) // 7)
                amount = formatting.format_quantity(metres, "distance_m", units)
                title = f"Week of {formatting.format_short_day(start)}: {amount}"
                parts.append(svg.draw_rect((x, y, INNER, INNER), f"d{shade}", title))
        total = formatting.format_quantity(row.total_m, "distance_m", units)
        parts.append(svg.draw_text((right + 6, y + 10), total, "label"))
    return svg.Picture(
        width=right + TOTAL,
        height=CELL * len(rows),
        name="All years, a row each",
        description="Each cell is a week; the darker, the more was run.",
        parts=tuple(parts),
        role="years",
    )


def draw_years_compared(
    rows: Sequence[YearRow], analysis: Analysis
) -> svg.Picture | None:
    """Return this year's kilometres summed up beside last year's; None without a last year."""
    if len(rows) < 2 or rows[1].year != rows[0].year - 1:
        return None
    this, last = rows[0], rows[1]
    top = max(this.total_m, last.total_m)
    if not top > 0:
        return None
    units = analysis.settings.units
    width = CELL * YEAR_CELLS
    parts = [
        svg.draw_line(
            (YEAR_LEFT, LINE_HEIGHT), (YEAR_LEFT + width, LINE_HEIGHT), "rule"
        )
    ]
    for row, role in ((last, "line-before"), (this, "line-now")):
        points = _sum_up(row, top, width)
        total = formatting.format_quantity(row.total_m, "distance_m", units)
        label = f"{row.year}: {total}"
        parts.append(svg.draw_polyline(points, role, label))
        x, y = points[-1]
        parts.append(svg.draw_text((x + 6, max(y + 4, 10.0)), label, "label"))
    for month in range(0, 12, 3):
        x = YEAR_LEFT + width * month / 12
        name = formatting.MONTHS[month][:3]
        parts.append(svg.draw_text((x, LINE_HEIGHT + 14), name, "label"))
    return svg.Picture(
        width=YEAR_LEFT + width + LINE_RIGHT,
        height=LINE_HEIGHT + LINE_BOTTOM,
        name=f"{this.year} beside {last.year}",
        description=describe_years(rows, analysis),
        parts=tuple(parts),
        role="years",
    )


def _sum_up(row: YearRow, top: float, width: float) -> list[svg.Point]:
    """Return the points of a line that grows with each week's distance."""
    points = []
    total = 0.0
    for start, metres in zip(row.first_days, row.weeks, strict=True):
        if metres > 0:
            total += metres
        day = min(start.timetuple().tm_yday + 6, 366)
        y = LINE_HEIGHT - (LINE_HEIGHT - 6) * total / top
        points.append((YEAR_LEFT + width * day / 366, y))
    return points


def describe_years(rows: Sequence[YearRow], analysis: Analysis) -> str:
    """Return this year's distance beside that of the last up to the same day, as a sentence."""
    units = analysis.settings.units
    this = rows[0]
    total = formatting.format_quantity(this.total_m, "distance_m", units)
    if len(rows) < 2 or rows[1].year != this.year - 1:
        return f"{total} in {this.year}."
    last_day = this.first_days[-1].timetuple().tm_yday
    by_then = sum(
        metres
        for start, metres in zip(rows[1].first_days, rows[1].weeks, strict=True)
        if metres > 0 and start.timetuple().tm_yday <= last_day
    )
    if not by_then > 0:
        return f"{total} in {this.year} so far."
    before = formatting.format_quantity(by_then, "distance_m", units)
    return f"{total} in {this.year} so far; {before} in {rows[1].year} by then."


def draw_days(
    runs: pd.DataFrame, weeks: pd.DataFrame, analysis: Analysis, raised: set[date]
) -> svg.Picture:
    """Return the days of the last 53 weeks: a column per week, a row per weekday.

    The darker, the farther, in quarters of the days with a run; days of flags have a ring.
    """
    last_week = levels.week_starts(weeks)[-1]
    today = min(analysis.today, last_week + timedelta(days=6))
    starts, distance, with_run = shown_weeks.sum_days(runs, weeks, today)
    columns = max(len(starts), MIN_DAY_COLUMNS)
    parts = _label_days(starts)
    parts += _draw_day_cells(starts[0], distance, with_run, analysis, raised)
    return svg.Picture(
        width=DAY_LEFT + DAY * columns,
        height=7 * DAY + DAY_BOTTOM,
        name="Day by day",
        description="A column is a week, a row a weekday; the darker, the farther.",
        parts=tuple(parts),
        role="years",
    )


def _label_days(starts: Sequence[date]) -> list[str]:
    parts = []
    for row in NAMED_ROWS:
        day = starts[0] + timedelta(days=row)
        place = DAY_LEFT - 6, DAY * row + 10
        parts.append(svg.draw_text(place, f"{day:%a}", "label", "end"))
    named = -MIN_MONTH
    for at, start in enumerate(starts):
        is_new = at == 0 or start.month != starts[at - 1].month
        if is_new and at - named >= MIN_MONTH:
            place = DAY_LEFT + DAY * at, 7 * DAY + 12
            name = formatting.MONTHS[start.month - 1][:3]
            parts.append(svg.draw_text(place, name, "label"))
            named = at
    return parts


def _draw_day_cells(
    first: date,
    distance: Floats,
    with_run: np.ndarray,
    analysis: Analysis,
    raised: set[date],
) -> list[str]:
    """Return a cell per day: days without a run as one path, the others with their distance."""
    units = analysis.settings.units
    shades = shown_weeks.choose_shades(distance).tolist()
    rest: list[svg.Box] = []
    parts = []
    for at, (metres, is_run) in enumerate(
        zip(distance.tolist(), with_run.tolist(), strict=True)
    ):
        week, weekday = divmod(at, 7)
        box = DAY_LEFT + DAY * week, DAY * weekday, DAY_INNER, DAY_INNER
        if not is_run:
            rest.append(box)
            continue
        day = first + timedelta(days=at)
        amount = "distance unknown"
        if metres > 0:
            amount = formatting.format_quantity(metres, "distance_m", units)
        role = f"d{int(shades[at])}"
        if day in raised:
            role += " ring"
        title = f"{formatting.format_short_day(day)}: {amount}"
        parts.append(svg.draw_rect(box, role, title))
    return [svg.draw_rects(rest, "d0"), *parts]
