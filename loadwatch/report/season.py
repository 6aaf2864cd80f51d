"""The weeks of the page's picture as plain numbers: drawn, and listed week by week, from here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from loadwatch import formatting
from loadwatch.date_filter import ALL_DAYS
from loadwatch.report import shown_weeks
from loadwatch.tables import FLAG_LEVELS, LEVELS
from loadwatch.verdict import levels
from loadwatch.verdict.event_lines import list_events
from loadwatch.verdict.phrases import flag_topic

if TYPE_CHECKING:
    from collections.abc import Sequence

    from loadwatch.analysis import Analysis
    from loadwatch.date_filter import Period
    from loadwatch.formatting import Units
    from loadwatch.verdict.event_lines import Event
    from loadwatch.verdict.levels import JudgedWeek

SEASON_WEEKS = 26
LONGEST_SEASON = 104  # weeks of a picture, whatever the period
AMOUNTS = ("distance_m", "distance_m_usual", "ascent_m", "descent_m")


@dataclass(frozen=True, slots=True)
class Ground:
    """One kind of ground of a picture: its class, its name and the columns of WEEKS in it."""

    role: str
    name: str
    columns: tuple[str, ...]


# from the bottom of a bar upwards
GROUNDS = (
    Ground("hard", "hard", ("hard_m",)),
    Ground("firm", "firm", ("firm_m",)),
    Ground("loose", "soft", ("soft_m",)),
    Ground("other", "track or treadmill", ("track_m", "treadmill_m")),
    Ground("blank", "unknown", ("unknown_m",)),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SeasonWeek:
    """One week of the picture; metres, unknown as NaN."""

    judged: JudgedWeek
    recorded: bool
    distance_m: float
    usual_m: float
    ascent_m: float
    descent_m: float
    grounds: tuple[float, ...]  # in the order of GROUNDS
    climb_level: str  # of the checks of climb: "", "watch" or "high"
    descent_level: str
    events: tuple[Event, ...]
    has_panel: bool

    @property
    def start(self) -> date:
        """The first day."""
        return self.judged.start

    @property
    def anchor(self) -> str:
        """The id of the week's panel on the page."""
        return f"w-{self.start.isoformat()}"

    @property
    def raised(self) -> tuple[Event, ...]:
        """What was raised in the week, without what only joins others."""
        return tuple(
            event
            for event in self.events
            if event.is_raised and not levels.is_compound(event.lead)
        )

    @property
    def level(self) -> str:
        """The highest level raised in the week, "" for none."""
        if self.judged.state in ("high", "watch"):
            return self.judged.state
        return ""

    @property
    def training_level(self) -> str:
        """The highest level that the training raised: a sign in the diary is none of its marks."""
        found = [
            event.level for event in self.raised if flag_topic(event.lead) != "pain"
        ]
        return max(found, key=FLAG_LEVELS.index, default="")


@dataclass(frozen=True, slots=True, kw_only=True)
class Season:
    """All that the picture of weeks draws, the oldest week first."""

    weeks: tuple[SeasonWeek, ...]
    scores: tuple[tuple[date, float], ...]  # pain of single days, 0 to 10
    units: Units

    @property
    def last_day(self) -> date:
        """The last day of the last week."""
        return self.weeks[-1].start + timedelta(days=6)

    @property
    def grounds(self) -> tuple[Ground, ...]:
        """The kinds of ground that occur."""
        return tuple(
            ground
            for at, ground in enumerate(GROUNDS)
            if any(week.grounds[at] > 0 for week in self.weeks)
        )

    @property
    def knows_ground(self) -> bool:
        """Whether the ground of any kilometre is known."""
        return any(ground.role != "blank" for ground in self.grounds)

    @property
    def named_grounds(self) -> tuple[Ground, ...]:
        """The kinds of ground for the key; none where no ground is known."""
        if self.knows_ground:
            return self.grounds
        return ()

    @property
    def has_hills(self) -> bool:
        """Whether the climb or the descent of any week is known."""
        return any(week.ascent_m > 0 or week.descent_m > 0 for week in self.weeks)

    def format_distance(self, metres: float) -> str:
        """Return a distance with its unit."""
        return formatting.format_quantity(metres, "distance_m", self.units)

    def format_height(self, metres: float) -> str:
        """Return a climb or descent with its unit."""
        return formatting.format_quantity(metres, "ascent_m", self.units)


def build_season(
    analysis: Analysis,
    period: Period = ALL_DAYS,
    last: int = SEASON_WEEKS,
    *,
    with_panels: bool = True,
) -> Season:
    """Return the weeks of `period`; without a period the `last` ones.

    The newest SEASON_WEEKS of them have a panel with their runs, unless `with_panels` is false.
    """
    if period.is_limited:
        last = LONGEST_SEASON
    shown = shown_weeks.select_weeks(
        analysis.weeks, [], period, last, analysis.settings.units
    )
    judged = {week.start: week for week in levels.judge_weeks(analysis)}
    climb = _find_levels(analysis, shown, shown_weeks.CLIMB)
    descent = _find_levels(analysis, shown, shown_weeks.DESCENT)
    amounts = {column: shown.column_values(column).tolist() for column in AMOUNTS}
    grounds = _sum_grounds(shown)
    first_panel = len(shown.starts) - SEASON_WEEKS
    recorded = shown.recorded.tolist()
    weeks = [
        SeasonWeek(
            judged=judged[start],
            recorded=recorded[at],
            distance_m=amounts["distance_m"][at],
            usual_m=amounts["distance_m_usual"][at],
            ascent_m=amounts["ascent_m"][at],
            descent_m=amounts["descent_m"][at],
            grounds=grounds[at],
            climb_level=climb.get(at, ""),
            descent_level=descent.get(at, ""),
            events=list_events(judged[start].flags),
            has_panel=with_panels and at >= first_panel,
        )
        for at, start in enumerate(shown.starts)
    ]
    scores = _select_scores(analysis, weeks)
    return Season(weeks=tuple(weeks), scores=scores, units=analysis.settings.units)


def _find_levels(
    analysis: Analysis, shown: shown_weeks.ShownWeeks, rules: Sequence[str]
) -> dict[int, str]:
    """Return the level that `rules` raised, by the place of the week."""
    marks = shown_weeks.find_marks(analysis.flags, rules, shown.starts)
    return {mark.at: mark.level for mark in marks}


def _sum_grounds(shown: shown_weeks.ShownWeeks) -> list[tuple[float, ...]]:
    """Return for each week the metres on each of GROUNDS; unknown ones count as none."""
    sums = [
        shown.table[list(ground.columns)].fillna(0.0).sum(axis=1).tolist()
        for ground in GROUNDS
    ]
    return list(zip(*sums, strict=True))


def _select_scores(
    analysis: Analysis, weeks: list[SeasonWeek]
) -> tuple[tuple[date, float], ...]:
    """Return the diary's scores of the days of `weeks`, each day's once."""
    if analysis.diary is None or not weeks:
        return ()
    first, end = weeks[0].start, weeks[-1].start + timedelta(days=7)
    return tuple(
        (day, float(score))
        for day, score in analysis.diary.scores
        if first <= day < end
    )


def describe_week(week: SeasonWeek, season: Season) -> str:
    """Return a week in a line, for the pointer and for a reader who hears the page."""
    day = formatting.format_day_month(week.start)
    if not week.recorded and week.judged.complete:
        return f"Week of {day}: no files"
    amount = season.format_distance(week.distance_m)
    if not week.judged.complete:
        amount = f"so far {amount}"
    parts = [f"Week of {day}: {amount}"]
    if week.usual_m > 0:
        parts[0] = f"{parts[0]}, usually {season.format_distance(week.usual_m)}"
    parts += _describe_grounds(week, season)
    if week.ascent_m > 0 or week.descent_m > 0:
        up, down = map(season.format_height, (week.ascent_m, week.descent_m))
        parts.append(f"up {up}, down {down}")
    parts.append(formatting.format_count(week.judged.runs, "run"))
    if week.training_level:
        parts.append(LEVELS[week.training_level].word.lower())
    return "; ".join(parts)


def _describe_grounds(week: SeasonWeek, season: Season) -> list[str]:
    return [
        f"{ground.name} {season.format_distance(metres)}"
        for ground, metres in zip(GROUNDS, week.grounds, strict=True)
        if metres > 0
    ]
