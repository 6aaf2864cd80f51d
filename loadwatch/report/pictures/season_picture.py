"""The one picture of a page: kilometres by ground, hills and pain on one axis of weeks."""

from __future__ import annotations

import math
from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple

from loadwatch import formatting
from loadwatch.assess.diary.entries import MAX_PAIN
from loadwatch.report.pictures import svg
from loadwatch.report.season import GROUNDS, describe_week
from loadwatch.tables import LEVELS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from loadwatch.report.season import Season, SeasonWeek

# the axis is at the right: a phone shows the newest weeks first
LEFT, RIGHT, INNER = 6.0, 76.0, 824.0
WIDEST_SLOT = 56.0  # of a week in a short log
BAR_SHARE, HILL_SHARE = 0.8, 0.5  # of a slot
TOP = 30.0  # for a shape and its amount above the highest bar
BARS, DATES, GAP = 128.0, 18.0, 8.0  # heights
CLIMB, DESCENT, PAIN = 27.0, 27.0, 36.0
MIN_WIDTH = 240.0
LABELS = 7  # dates below the axis, about
TICKS = (1.0, 2.0, 2.5, 5.0, 10.0)
DOT = 2.4
AMOUNT_SLOT = 20.0  # a narrower slot has no place for an amount


class _Frame(NamedTuple):
    """Where weeks and heights are in the picture."""

    slot: float
    bars: float  # base line of the bars
    hills: float  # line between up and down
    pain: float  # base line of the scores
    width: float
    height: float


def draw_season(season: Season) -> svg.Picture:
    """Return the picture; each bar with a panel is a link to it."""
    frame = _measure_frame(season)
    top_m = _find_top(season)
    most_up = _find_most([week.ascent_m for week in season.weeks])
    most_down = _find_most([week.descent_m for week in season.weeks])
    most_m = max(most_up, most_down)
    parts = [
        *_draw_axis(season, frame, top_m),
        *_draw_dates(season, frame),
        *_draw_hill_labels(season, frame, most_up, most_down),
    ]
    for at, week in enumerate(season.weeks):
        shapes = _draw_week(week, season, frame, at, top_m, most_m)
        title = describe_week(week, season)
        if week.has_panel:
            parts.append(svg.draw_link(week.anchor, title, shapes))
        else:
            parts.append(svg.draw_group(shapes, title))
    parts += _draw_pain(season, frame)
    return svg.Picture(
        width=frame.width,
        height=frame.height,
        name=f"{formatting.format_count(len(season.weeks), 'week')} on one axis",
        description=_describe(season),
        parts=tuple(parts),
        role="season",
        has_links=any(week.has_panel for week in season.weeks),
    )


def _describe(season: Season) -> str:
    """Return what replaces the picture in words: how to open its weeks, else its newest week."""
    if any(week.has_panel for week in season.weeks):
        return "Each bar opens its week."
    if not season.weeks:
        return "No week."
    return f"The newest: {describe_week(season.weeks[-1], season)}."


def _measure_frame(season: Season) -> _Frame:
    slot = min(INNER / max(len(season.weeks), 1), WIDEST_SLOT)
    bars = TOP + BARS
    height = bars + DATES
    hills = height
    if season.has_hills:
        hills = height + CLIMB
        height = hills + DESCENT + GAP
    pain = height
    if season.scores:
        pain = height + PAIN
        height = pain + GAP
    width = max(LEFT + RIGHT + slot * len(season.weeks), MIN_WIDTH)
    return _Frame(slot, bars, hills, pain, width, height)


def _find_top(season: Season) -> float:
    """Return the largest amount that the axis has to hold [m]."""
    amounts = [week.distance_m for week in season.weeks]
    amounts += [week.usual_m for week in season.weeks]
    return _find_most(amounts) or 1000.0


def _find_most(amounts: Sequence[float]) -> float:
    """Return the largest of `amounts`, some of which may be NaN; 0 without any above it."""
    return max((amount for amount in amounts if amount > 0), default=0.0)


def choose_step(top: float, most: int = 4) -> float:
    """Return the distance of round numbers on an axis up to `top`, `most` of them at most."""
    size = 10.0 ** math.floor(math.log10(top / most))
    for tick in TICKS:
        if top / (tick * size) <= most:
            return tick * size
    return 10.0 * size


def _draw_axis(season: Season, frame: _Frame, top_m: float) -> list[str]:
    """Return the lines and numbers of the axis of distance."""
    unit = formatting.choose_unit("distance_m", season.units)
    step = choose_step(top_m / unit.size)
    parts = []
    for number in range(int(top_m / unit.size / step) + 1):
        amount = number * step
        y = frame.bars - BARS * amount * unit.size / top_m
        label = f"{amount:g}"
        if number == int(top_m / unit.size / step):
            label = f"{amount:g} {unit.symbol}"
        parts.append(svg.draw_line((LEFT, y), (frame.width - RIGHT, y), "rule"))
        parts.append(svg.draw_text((_find_axis(frame), y + 4), label, "label"))
    return parts


def _find_axis(frame: _Frame) -> float:
    """Return where the texts and numbers of an axis begin."""
    return frame.width - RIGHT + 12


def _draw_dates(season: Season, frame: _Frame) -> list[str]:
    """Return dates below the axis, counted back from the newest week."""
    count = len(season.weeks)
    if not count:
        return []
    step = max(1, -(-count // LABELS), math.ceil(44.0 / frame.slot))
    parts = []
    for at in range(count - 1, -1, -step):
        day = formatting.format_day_month(season.weeks[at].start)
        x = _find_middle(frame, at)
        parts.append(svg.draw_text((x, frame.bars + 13), day, "label", "middle"))
    return parts


def _draw_hill_labels(
    season: Season, frame: _Frame, most_up: float, most_down: float
) -> list[str]:
    """Return the line between up and down, and the largest of each at its side."""
    if not season.has_hills:
        return []
    ends = (LEFT, frame.hills), (frame.width - RIGHT, frame.hills)
    x = _find_axis(frame)
    parts = [svg.draw_line(*ends, "rule")]
    if most_up > 0:
        up = f"\N{UPWARDS ARROW} {season.format_height(most_up)}"
        parts.append(svg.draw_text((x, frame.hills - 9), up, "label"))
    if most_down > 0:
        down = f"\N{DOWNWARDS ARROW} {season.format_height(most_down)}"
        parts.append(svg.draw_text((x, frame.hills + 17), down, "label"))
    return parts


def _find_middle(frame: _Frame, at: int) -> float:
    return LEFT + frame.slot * (at + 0.5)


def _draw_week(
    week: SeasonWeek,
    season: Season,
    frame: _Frame,
    at: int,
    top_m: float,
    most_m: float,
) -> list[str]:
    """Return the shapes of one week: its place to click, bar, usual, hills and mark."""
    left = LEFT + frame.slot * at
    parts = [svg.draw_rect((left, 0.0, frame.slot, frame.height), "hit")]
    if not week.recorded and week.judged.complete:
        ends = (left, TOP), (left + frame.slot, TOP)
        parts.append(svg.draw_rect((left, TOP, frame.slot, BARS), "gap"))
        parts.append(svg.draw_line(*ends, "gap-edge"))
        return parts
    is_plain = not season.knows_ground
    parts += _draw_bar(week, frame, left, top_m, is_plain=is_plain)
    if week.usual_m > 0:
        y = frame.bars - BARS * week.usual_m / top_m
        parts.append(svg.draw_line((left, y), (left + frame.slot, y), "tick"))
    if week.training_level:
        parts += _draw_mark(week, season, frame, at, top_m)
    if most_m > 0:
        parts += _draw_hills(week, frame, at, most_m)
    return parts


def _draw_bar(
    week: SeasonWeek, frame: _Frame, left: float, top_m: float, *, is_plain: bool
) -> list[str]:
    """Return the bar, ground upon ground, in one colour if plain; a week in progress is pale."""
    width = frame.slot * BAR_SHARE
    x = left + (frame.slot - width) / 2
    if week.judged.runs and math.isnan(week.distance_m):
        middle = left + frame.slot / 2, frame.bars - 4
        return [svg.draw_text(middle, "?", "label", "middle")]
    begun = ""
    if not week.judged.complete:
        begun = " begun"
    parts = []
    y = frame.bars
    for ground, metres in zip(GROUNDS, week.grounds, strict=True):
        height = BARS * metres / top_m
        if height > 0:
            y -= height
            box = x, y, width, height
            role = f"g-{ground.role}"
            if is_plain:
                role = "now"
            parts.append(svg.draw_rect(box, f"{role}{begun}"))
    return parts


def _draw_mark(
    week: SeasonWeek, season: Season, frame: _Frame, at: int, top_m: float
) -> list[str]:
    """Return the shape of the week's level above its bar, and its amount above that."""
    tops = [metres for metres in (week.distance_m, week.usual_m) if metres > 0]
    y = frame.bars - BARS * max(tops, default=0.0) / top_m - 5
    x = _find_middle(frame, at)
    level = week.training_level
    shape = LEVELS[level].shape
    parts = [svg.draw_text((x, y), shape, f"mark {level}", "middle")]
    if week.distance_m > 0 and frame.slot >= AMOUNT_SLOT:
        unit = formatting.choose_unit("distance_m", season.units)
        amount = formatting.format_number(week.distance_m / unit.size)
        parts.append(svg.draw_text((x, y - 12), amount, "amount", "middle"))
    return parts


def _draw_hills(week: SeasonWeek, frame: _Frame, at: int, most_m: float) -> list[str]:
    """Return climb above the line and descent below it, in the colour of what was raised."""
    width = frame.slot * HILL_SHARE
    x = _find_middle(frame, at) - width / 2
    parts = []
    if week.ascent_m > 0:
        height = (CLIMB - 2) * week.ascent_m / most_m
        box = x, frame.hills - height, width, height
        parts.append(svg.draw_rect(box, week.climb_level or "hill"))
    if week.descent_m > 0:
        height = (DESCENT - 2) * week.descent_m / most_m
        box = x, frame.hills, width, height
        parts.append(svg.draw_rect(box, week.descent_level or "hill"))
    return parts


def _draw_pain(season: Season, frame: _Frame) -> list[str]:
    """Return a dot per day with a score, the higher the worse."""
    if not season.scores:
        return []
    top = frame.pain - PAIN + 8
    parts = [
        svg.draw_text((_find_axis(frame), top + 4), "pain 10", "label"),
        svg.draw_text((_find_axis(frame), frame.pain + 4), "0", "label"),
        svg.draw_line((LEFT, frame.pain), (frame.width - RIGHT, frame.pain), "rule"),
    ]
    for day, score in season.scores:
        x = _find_day(season, frame, day)
        y = frame.pain - (frame.pain - top) * score / MAX_PAIN
        role = "pain"
        if not score > 0:
            role = "painless"
        title = f"{formatting.format_day_month(day)}: pain {score:g} of 10"
        parts.append(svg.draw_circle((x, y), DOT, role, title))
    return parts


def _find_day(season: Season, frame: _Frame, day: date) -> float:
    days = (day - season.weeks[0].start) / timedelta(days=1)
    return LEFT + frame.slot * (days + 0.5) / 7.0
