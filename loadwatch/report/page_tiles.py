"""The tiles below the headline: a number, the usual one beside it, a bar and one line."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np

from loadwatch import formatting
from loadwatch.assess.diary.entries import MAX_PAIN
from loadwatch.assess.rules import is_raised
from loadwatch.report import shown_weeks
from loadwatch.report.pictures import tile_bar
from loadwatch.tables import LOAD_METHODS
from loadwatch.verdict import levels

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from markupsafe import Markup

    from loadwatch.analysis import Analysis
    from loadwatch.assess.rules import Flag
    from loadwatch.verdict.headline import Verdict
    from loadwatch.verdict.levels import JudgedWeek

MAX_TILES = 4
KNOWN_SHARE = 0.7  # of a week's distance on known ground, for a tile of hard ground
TWICE = 2.0  # from here on a change is given in times
SAME = 0.005  # a smaller change reads as none
PAIN_DAYS = 7
PAIN_BEFORE = timedelta(weeks=12)


@dataclass(frozen=True, slots=True)
class TileKind:
    """What one tile shows: a column of WEEKS, and the rules that raise it."""

    key: str
    name: str
    column: str
    rules: tuple[str, ...]
    most: str = ""  # names what a single run is compared with
    run_name: str = ""  # names the amount of a single run; "" where `name` does


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """One tile as the page shows it."""

    key: str
    name: str
    level: str  # "", "watch" or "high"
    number: str
    unit: str
    bar: Markup
    line: str
    anchor: str  # of the panel with the reasons; "" where nothing was raised


_LONGEST_ONLY = shown_weeks.LONGEST
KINDS = (
    TileKind(
        "distance",
        "Distance",
        "distance_m",
        tuple(rule for rule in shown_weeks.LOAD if rule not in _LONGEST_ONLY),
    ),
    TileKind("hard", "Hard ground", "hard_m", shown_weeks.SURFACE),
    TileKind(
        "longest", "Longest run", "longest_m", _LONGEST_ONLY, "the longest in 30 days"
    ),
    TileKind(
        "climb",
        "Climb",
        "ascent_m",
        shown_weeks.CLIMB,
        "the most in 30 days",
        "Climb in one run",
    ),
    TileKind("downhill", "Steep downhill", "downhill_m", shown_weeks.DESCENT),
)

_TILE_RULES = frozenset(rule for kind in KINDS for rule in kind.rules)
MIN_CLIMB = 50.0  # metres, of the week or the usual one, for a tile of hills
MIN_DOWNHILL = 500.0


def find_reported_week(found: Verdict) -> JudgedWeek | None:
    """Return the week that the page is about: the raised one, else the last complete one."""
    if not found.weeks:
        return None
    raised = [
        week
        for week in found.weeks
        if any(is_raised(flag) and flag.rule in _TILE_RULES for flag in week.flags)
    ]
    complete = [week for week in found.weeks if week.complete]
    return (raised or complete or list(found.weeks))[-1]


def build_tiles(analysis: Analysis, found: Verdict) -> list[Tile]:
    """Return up to four tiles in their own order: what was raised, pain, then the rest."""
    week = find_reported_week(found)
    if week is None:
        return []
    tiles = [
        tile
        for kind in _list_kinds(analysis)
        if (tile := _build_tile(kind, analysis, found, week)) is not None
    ]
    if pain := build_pain_tile(analysis):
        tiles.append(pain)
    kept = sorted(tiles, key=_rank_tile)[:MAX_TILES]
    return [tile for tile in tiles if tile in kept]


def _list_kinds(analysis: Analysis) -> list[TileKind]:
    """Return KINDS, the first of them for the load that the runner chose."""
    first, *others = KINDS
    method = LOAD_METHODS[analysis.settings.load]
    return [TileKind(first.key, method.heading, method.column, first.rules), *others]


def _rank_tile(tile: Tile) -> tuple[int, int]:
    """Return the place of a tile: by what was raised, then pain, distance and the others."""
    order = ("pain", "distance", "longest", "hard", "climb", "downhill")
    raised = {"high": 0, "watch": 1, "": 2}
    if tile.key in ("pain", "distance"):
        return 0, order.index(tile.key)
    return raised[tile.level], order.index(tile.key)


def _build_tile(
    kind: TileKind, analysis: Analysis, found: Verdict, reported: JudgedWeek
) -> Tile | None:
    """Return the tile of one measure, None where nothing is known of it."""
    week, flag = _find_flag(kind, found, reported)
    amount = levels.read_cell(analysis.weeks, week.start, kind.column)
    usual = levels.read_cell(analysis.weeks, week.start, f"{kind.column}_usual")
    compared = ""
    if flag is not None and flag.day is not None and math.isfinite(flag.amount):
        amount, usual, compared = flag.amount, flag.held_against, kind.most
    if not math.isfinite(amount) or not _is_worth_showing(kind, analysis, week, usual):
        return None
    level = ""
    if flag is not None:
        level = flag.level
    line = _format_line(kind, amount, usual, compared, analysis)
    if kind.key == "hard":
        line = _format_shares(analysis, week, flag, line)
    if week is not reported:
        line = f"{_name_other_week(week)}: {line}"
    anchor = ""
    if level:
        anchor = f"w-{week.start.isoformat()}"
    number, unit = _split_amount(amount, kind.column, analysis)
    return Tile(
        key=kind.key,
        name=_name_tile(kind, compared),
        level=level,
        number=number,
        unit=unit,
        bar=tile_bar.draw_tile_bar(amount, usual, level),
        line=formatting.bind_units(line),
        anchor=anchor,
    )


def _name_tile(kind: TileKind, compared: str) -> str:
    """Return the name of a tile, of one run where that is what is compared."""
    if compared and kind.run_name:
        return kind.run_name
    return kind.name


def _name_other_week(week: JudgedWeek) -> str:
    """Return which week a tile is of, where it is not that of the others."""
    if not week.complete:
        return "this week so far"
    return f"week of {formatting.format_day_month(week.start)}"


def _find_flag(
    kind: TileKind, found: Verdict, reported: JudgedWeek
) -> tuple[JudgedWeek, Flag | None]:
    """Return the week of a tile and what raised it: the largest flag of the newest week."""
    for week in reversed(found.weeks):
        for flag in week.flags:
            if flag.rule in kind.rules and is_raised(flag):
                return week, flag
    return reported, None


def _is_worth_showing(
    kind: TileKind, analysis: Analysis, week: JudgedWeek, usual: float
) -> bool:
    """Return whether a tile has anything to say: ground that is known, hills that there are."""
    if kind.key in ("distance", "longest"):
        return True
    amount = levels.read_cell(analysis.weeks, week.start, kind.column)
    if kind.key == "climb":
        return amount >= MIN_CLIMB or usual >= MIN_CLIMB
    if kind.key == "downhill":
        return amount >= MIN_DOWNHILL or usual >= MIN_DOWNHILL
    if not (amount > 0 or usual > 0):
        return False
    distance = levels.read_cell(analysis.weeks, week.start, "distance_m")
    unknown = levels.read_cell(analysis.weeks, week.start, "unknown_m")
    return distance > 0 and unknown <= (1 - KNOWN_SHARE) * distance


def _split_amount(amount: float, column: str, analysis: Analysis) -> tuple[str, str]:
    """Return number and unit: ("45", "km"), ("4:05", "h")."""
    text = formatting.format_quantity(amount, column, analysis.settings.units)
    number, _, unit = text.partition(" ")
    return number, unit


def _format_line(
    kind: TileKind, amount: float, usual: float, compared: str, analysis: Analysis
) -> str:
    """Return what an amount is compared with, and by how much it differs."""
    if not math.isfinite(usual):
        return "no usual week yet"
    units = analysis.settings.units
    before = formatting.format_quantity(usual, kind.column, units)
    if kind.key == "hard":
        return f"usual {before}"
    change = _describe_change(amount, usual)
    if compared:
        return f"{change} {before}, {compared}"
    return f"{change} the usual {before}"


def _describe_change(amount: float, usual: float) -> str:
    """Return how an amount differs, for what follows it: "37 % over", "2.3 times", "about"."""
    ratio = math.inf
    if usual > 0:
        ratio = amount / usual
    if abs(amount - usual) <= SAME * usual:
        return "about"
    if TWICE <= ratio < math.inf:
        return f"{ratio:.1f} times"
    if ratio == math.inf:
        return "more than"
    side = "over"
    if ratio < 1:
        side = "under"
    return f"{formatting.format_percent(abs(ratio - 1))} {side}"


def format_change(amount: float, usual: float) -> str:
    """Return how an amount differs from the usual: "+37 %", "2.3 times", "the same"."""
    if not usual > 0:
        return "new" if amount > 0 else "the same"
    ratio = amount / usual
    if abs(ratio - 1) < SAME:
        return "the same"
    if ratio >= TWICE:
        return f"{ratio:.1f} times"
    return formatting.format_percent(ratio - 1, signed=True)


def _format_shares(
    analysis: Analysis, week: JudgedWeek, flag: Flag | None, line: str
) -> str:
    """Return how the share on hard ground moved, as the rule has it where it raised that."""
    if flag is not None and {"now", "before"} <= flag.template_args.keys():
        before, now = (flag.template_args[name] for name in ("before", "now"))
        return f"{line}; from {before} to {now} % of the week"
    distance = levels.read_cell(analysis.weeks, week.start, "distance_m")
    hard = levels.read_cell(analysis.weeks, week.start, "hard_m")
    share = formatting.format_percent(hard / distance)
    return f"{line}; {share} of the week"


def build_pain_tile(analysis: Analysis) -> Tile | None:
    """Return the tile of the diary's last seven days, None where they hold no score."""
    if analysis.diary is None or not analysis.diary.scores:
        return None
    scores = analysis.diary.scores
    last = max(analysis.today, *(day for day, _ in scores))
    since = last - timedelta(days=PAIN_DAYS)
    recent = _select_scores(scores, since, last)
    if not recent:
        return None
    worst, day = max(recent)
    before = [score for score, _ in _select_scores(scores, since - PAIN_BEFORE, since)]
    level = ""
    if worst >= MAX_PAIN / 2:
        level = "high"
    return Tile(
        key="pain",
        name="Pain",
        level=level,
        number=f"{worst:g}",
        unit="of 10",
        bar=tile_bar.draw_tile_bar(worst, _find_median(before), level, MAX_PAIN),
        line=_describe_pain(day, before),
        anchor="",
    )


def _select_scores(
    scores: Sequence[tuple[date, float]], after: date, until: date
) -> list[tuple[float, date]]:
    """Return the scores of the days after `after` up to `until`, each before its day."""
    return [(float(score), day) for day, score in scores if after < day <= until]


def _find_median(scores: Sequence[float]) -> float:
    if not scores:
        return math.nan
    return float(np.median(scores))


def _describe_pain(day: date, before: Sequence[float]) -> str:
    """Return when it hurt most, and what the twelve weeks before were like."""
    when = formatting.format_day_month(day)
    if not before:
        return f"on {when}; nothing logged before"
    return f"on {when}; usual {_find_median(before):g}, at most {max(before):g}"
