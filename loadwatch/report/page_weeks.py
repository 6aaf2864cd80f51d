"""The weeks of the page one by one: their runs, what was raised in them, and why."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pandas as pd

from loadwatch import formatting
from loadwatch.assess import rules
from loadwatch.assess.rules.model import FIRED_WEEKS
from loadwatch.assess.weeks import select_runs
from loadwatch.formatting import bind_units
from loadwatch.report import display_tables
from loadwatch.report.rulebook import describe_back_pain
from loadwatch.report.season import GROUNDS
from loadwatch.tables import LEVELS
from loadwatch.verdict import event_lines, levels
from loadwatch.verdict.phrases import format_brief_phrase, lower_first, upper_first

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from loadwatch.analysis import Analysis
    from loadwatch.assess.rules import Flag
    from loadwatch.report.display_tables import DisplayTable, Row
    from loadwatch.report.season import Season, SeasonWeek
    from loadwatch.verdict.event_lines import Event

LONG_SENTENCE = 25  # words; a longer one is split at its last semicolon
LINE_WORDS = 25  # of a reason, before its evidence
RAISED_WEEKS = 8
PRINTED_PANELS = 3  # of the raised weeks: paper has three sheets
PLAIN_SHARE = 0.98  # of a run on one ground: it is named alone
MIN_SHARE = 0.005  # a smaller one is not named
SHOE_LENGTH = 24
RUN_COLUMNS = (
    "start_local",
    "distance_m",
    "duration_s",
    "ascent_m",
    "shoe",
    "planned",
    *(column for ground in GROUNDS for column in ground.columns),
)

CLIMB, SHOE = RUN_COLUMNS.index("ascent_m"), RUN_COLUMNS.index("shoe")
FIRST_GROUND = RUN_COLUMNS.index("planned") + 1
ALWAYS_SHOWN = frozenset(("day", "distance", "time"))
RunRow = tuple[Any, ...]  # the cells of RUN_COLUMNS


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One thing raised: a line, and the sentences and the evidence behind it."""

    level: str
    line: str
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One week opened: its runs and what was raised."""

    anchor: str
    title: str
    state: str
    word: str
    runs: DisplayTable | None
    note: str
    reasons: tuple[Reason, ...]
    is_open: bool
    is_printed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RaisedLine:
    """One week in which something was raised, in one line."""

    anchor: str  # "" where the week has no panel
    day: str
    level: str
    text: str


def list_raised(season: Season, analysis: Analysis) -> list[RaisedLine]:
    """Return the raised weeks of the last RAISED_WEEKS, the newest first, one line each."""
    return [
        RaisedLine(
            anchor=week.anchor if week.has_panel else "",
            day=formatting.format_day_month(week.start),
            level=week.level,
            text=_join_events(week.raised, analysis),
        )
        for week in reversed(season.weeks[-RAISED_WEEKS:])
        if week.raised
    ]


def count_raised(season: Season) -> str:
    """Return in how many of the weeks shown anything was raised."""
    weeks = [week for week in season.weeks if week.recorded]
    raised = sum(bool(week.raised) for week in weeks)
    count = formatting.format_count(len(weeks), "week")
    if not raised and not any(week.usual_m > 0 for week in weeks):
        return f"{upper_first(count)} so far: too few to compare yet."
    if not raised:
        return f"Nothing was raised in {count}. That does not mean that all is well."
    return (
        f"Something was raised in {formatting.spell_number(raised)} of your last "
        f"{count}: compare this one with those."
    )


def _join_events(events: Sequence[Event], analysis: Analysis) -> str:
    """Return the events of a week in one line of LINE_WORDS, what is left out counted."""
    lines = []
    for event in events:
        parts = [
            lower_first(format_brief_phrase(part, analysis.settings.units))
            for part in event.parts
        ]
        lines += [_format_lead(event, analysis), *parts]
    return _join_within(lines)


def _format_lead(event: Event, analysis: Analysis) -> str:
    text = lower_first(format_brief_phrase(event.lead, analysis.settings.units))
    if event.lead.day is not None:
        return f"{event.lead.day:%A}: {text}"
    return text


def _join_within(parts: Sequence[str], words: int = LINE_WORDS) -> str:
    """Return the first of `parts` that `words` have place for, and how many others."""
    line = upper_first(parts[0])
    for at in range(1, len(parts)):
        longer = upper_first(event_lines.join_parts(parts[: at + 1]))
        if len(longer.split()) > words - 3:
            more = formatting.spell_number(len(parts) - at)
            return bind_units(f"{line}; and {more} more")
        line = longer
    return bind_units(line)


def build_reason(event: Event, analysis: Analysis, words: int = LINE_WORDS) -> Reason:
    """Return an event as a line of `words` at most, with its evidence apart."""
    parts = [
        lower_first(format_brief_phrase(flag, analysis.settings.units))
        for flag in event.parts
    ]
    lead = event_lines.mark_planned(_format_lead(event, analysis), event.lead)
    level = event.level
    if not event.is_raised:
        level = "info"
    return Reason(
        level=level,
        line=f"{_join_within([lead, *parts], words)}.",
        why=tuple(bind_units(text) for text in _list_sentences(event, analysis)),
    )


def _list_sentences(event: Event, analysis: Analysis) -> list[str]:
    """Return the sentence of each flag, and on what evidence the first of them rests."""
    units = analysis.settings.units
    sentences = [
        _split_long(formatting.clean_text(display_tables.format_sentence(flag, units)))
        for flag in event.flags
    ]
    return [*sentences, describe_evidence(event.lead, analysis)]


def _split_long(text: str) -> str:
    """Return a text with the last part of a long sentence as one of its own."""
    head, semicolon, tail = text.rpartition("; ")
    if not semicolon or len(text.split()) <= LONG_SENTENCE:
        return text
    return f"{head}. {upper_first(tail)}"


def describe_evidence(flag: Flag, analysis: Analysis) -> str:
    """Return the grade of a flag's rule, what is known of backs, and how often it was raised."""
    rule = rules.BY_ID[flag.rule]
    text = f"Evidence {flag.evidence}: {rule.grade_why}. {describe_back_pain(rule)}"
    if flag.fired_26w and not rules.format_often(flag):
        start_of = levels.week_starts(analysis.weeks).index
        weeks = min(start_of(flag.week) + 1, FIRED_WEEKS)
        text += f" Raised in {flag.fired_26w} of the {weeks} weeks up to then."
    return text


def build_panels(
    season: Season,
    analysis: Analysis,
    *,
    with_all: bool = False,
    words: int = LINE_WORDS,
) -> list[Panel]:
    """Return the panel of each week that has one, or `with_all` of each, the newest first.

    A reason has `words` at most.
    """
    weeks = [week for week in season.weeks if with_all or week.has_panel]
    by_week = _group_runs(analysis, weeks)
    scores = dict(season.scores)
    columns = _find_columns(by_week, has_scores=bool(scores))
    support = _count_support(analysis, weeks)
    raised = [week.start for week in weeks[-RAISED_WEEKS:] if week.raised]
    printed = raised[-PRINTED_PANELS:]
    return [
        Panel(
            anchor=week.anchor,
            title=f"Week of {formatting.format_day(week.start)}",
            state=week.judged.state,
            word=_name_state(week),
            runs=_build_runs(by_week.get(week.start), analysis, scores, columns),
            note=_describe_rest(week, support.get(week.start, 0)),
            reasons=tuple(
                build_reason(event, analysis, words) for event in _order(week)
            ),
            is_open=week is weeks[-1],
            is_printed=week.start in printed,
        )
        for week in reversed(weeks)
    ]


def _order(week: SeasonWeek) -> list[Event]:
    """Return the events of a week, those that only join others left out."""
    return [event for event in week.events if not levels.is_compound(event.lead)]


def _name_state(week: SeasonWeek) -> str:
    if week.level and not week.training_level:
        return "See someone"
    if week.judged.reason:
        return upper_first(week.judged.reason)
    return LEVELS[week.judged.state].word


def _group_runs(
    analysis: Analysis, weeks: Sequence[SeasonWeek]
) -> dict[date, list[RunRow]]:
    """Return the runs of each week, by its first day: the cells of RUN_COLUMNS of each run."""
    if not weeks:
        return {}
    runs = select_runs(analysis.activities, analysis.settings, RUN_COLUMNS)
    columns = [runs[name].tolist() for name in RUN_COLUMNS]
    first = weeks[0].start
    grouped: dict[date, list[RunRow]] = {}
    for row in zip(*columns, strict=True):
        start = row[0]
        if pd.isna(start) or not first <= start.date() <= analysis.today:
            continue
        week = first + timedelta(weeks=(start.date() - first).days // 7)
        grouped.setdefault(week, []).append(row)
    return grouped


def _count_support(
    analysis: Analysis, weeks: Sequence[SeasonWeek]
) -> Mapping[date, int]:
    counts = analysis.weeks["support_sessions"].tolist()[-len(weeks) :]
    starts = levels.week_starts(analysis.weeks)[-len(weeks) :]
    return dict(zip(starts, map(int, counts), strict=True))


def _describe_rest(week: SeasonWeek, support: int) -> str:
    """Return what else a week holds: no run, no file, sessions of strength."""
    parts = []
    if not week.recorded:
        parts.append("No file of this week.")
    elif not week.judged.runs:
        parts.append("No run.")
    if support:
        count = formatting.format_count(support, "session")
        parts.append(f"Also {count} of strength, Pilates or yoga.")
    if week.judged.runs and not week.raised and week.judged.complete:
        parts.append("Nothing raised.")
    return " ".join(parts)


def _find_columns(
    by_week: Mapping[date, list[RunRow]], *, has_scores: bool
) -> frozenset[str]:
    """Return which columns of runs are known anywhere: an empty one is left out."""
    runs = [row for week in by_week.values() for row in week]
    known = {
        "climb": any(math.isfinite(row[CLIMB]) for row in runs),
        "ground": any(map(_knows_ground, runs)),
        "shoe": any(row[SHOE] for row in runs),
        "pain": has_scores,
    }
    return frozenset(column for column, is_known in known.items() if is_known)


def _knows_ground(run: RunRow) -> bool:
    """Return whether the ground of any metre of a run is known; its last cell is the unknown."""
    return any(metres > 0 for metres in run[FIRST_GROUND:-1])


def _build_runs(
    runs: list[RunRow] | None,
    analysis: Analysis,
    scores: Mapping[date, float],
    columns: frozenset[str],
) -> DisplayTable | None:
    """Return the runs of a week in their order; None without any."""
    if runs is None:
        return None
    units = analysis.settings.units
    length = formatting.choose_unit("distance_m", units).symbol
    height = formatting.choose_unit("ascent_m", units).symbol
    heads = {  # each column's head, and whether it is left-aligned
        "day": ("Day", True),
        "distance": (length, False),
        "time": ("Time", False),
        "climb": (f"Up {height}", False),
        "ground": ("Ground", True),
        "shoe": ("Shoe", True),
        "pain": ("Pain", False),
    }
    shown = [key for key in heads if key in ALWAYS_SHOWN or key in columns]
    rows: list[Row] = []
    for run in runs:
        cells = _format_run(run, analysis, scores)
        rows.append(tuple(cells[key] for key in shown))
    return display_tables.build_table(dict(heads[key] for key in shown), rows)


def _format_run(
    run: RunRow, analysis: Analysis, scores: Mapping[date, float]
) -> dict[str, str]:
    """Return the cells of one run, by column."""
    units = analysis.settings.units
    start, metres, seconds, climb, shoe, planned, *grounds = run
    day = f"{start:%a} {formatting.format_day_month(start)}"
    if planned:
        day = f"{day}, planned"
    return {
        "day": day,
        "distance": formatting.format_cell(metres, "distance_m", units),
        "time": _format_clock(seconds),
        "climb": formatting.format_cell(climb, "ascent_m", units),
        "ground": _name_ground(grounds),
        "shoe": formatting.clean_text(shoe, SHOE_LENGTH),
        "pain": _format_score(scores.get(start.date())),
    }


def _format_clock(seconds: float) -> str:
    """Return a duration as "1:52", hours and minutes."""
    return formatting.format_duration(seconds).removesuffix(" h")


def _format_score(score: float | None) -> str:
    if score is None:
        return ""
    return f"{score:g}"


def _name_ground(grounds: Sequence[float]) -> str:
    """Return the ground of a run: "hard", or "hard 75 %, soft 25 %"."""
    metres = iter(grounds)
    amounts = {
        ground.name: math.fsum(
            amount
            for amount in itertools.islice(metres, len(ground.columns))
            if amount > 0
        )
        for ground in GROUNDS
    }
    total = math.fsum(amounts.values())
    if not total > 0:
        return formatting.NO_VALUE
    ordered = sorted(amounts, key=lambda name: -amounts[name])
    if amounts[ordered[0]] >= PLAIN_SHARE * total:
        return ordered[0]
    shares = [(name, amounts[name] / total) for name in ordered]
    return ", ".join(
        f"{name}\N{NO-BREAK SPACE}{bind_units(formatting.format_percent(share))}"
        for name, share in shares
        if share >= MIN_SHARE
    )
