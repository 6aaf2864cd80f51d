"""The sections below the picture: ground, hills, room, shoes, diary; a line each, a table behind it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from loadwatch import formatting
from loadwatch.assess import guidance
from loadwatch.assess.diary.sentences import format_latest
from loadwatch.formatting import bind_units
from loadwatch.report import display_tables, known_ground
from loadwatch.report.page_tiles import MIN_CLIMB, MIN_DOWNHILL, format_change
from loadwatch.report.pictures import tile_bar
from loadwatch.report.season import GROUNDS
from loadwatch.tables import SURFACES
from loadwatch.verdict import levels

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import date

    import pandas as pd
    from markupsafe import Markup

    from loadwatch.analysis import Analysis
    from loadwatch.assess.guidance import Advice
    from loadwatch.report.display_tables import DisplayTable, Row
    from loadwatch.report.season import Ground
    from loadwatch.verdict.levels import JudgedWeek

HILLS: Mapping[str, str] = {
    "ascent_m": "Climb",
    "descent_m": "Descent",
    "uphill_m": "Uphill, 5 % and steeper",
    "downhill_m": "Downhill, 5 % and steeper",
    "longest_ascent_m": "Largest climb of one run",
}
SHARE_WEEKS = 12
MIN_HILLS = {"ascent_m": MIN_CLIMB, "downhill_m": MIN_DOWNHILL}
PAIN_SINCE = timedelta(weeks=4)
# true whatever was raised: in one fold of the page
BACKGROUND = frozenset(("look", "cannot_see", "support", "warm_up"))
# exercises first, what reassures before the signs that need a doctor; the rest between
_PLACES = {guidance.EXERCISES: 0, "course": 2, "helps": 3, guidance.RED_FLAGS_ID: 4}
PRINTED = frozenset((guidance.RED_FLAGS_ID, guidance.EXERCISES))


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A section of the page: one line, and the table behind it."""

    line: str
    table: DisplayTable | None


@dataclass(frozen=True, slots=True)
class AdviceText:
    """One text beside the flags, and how the page shows it."""

    item: Advice
    is_open: bool
    is_printed: bool


@dataclass(frozen=True, slots=True)
class UrgentSign:
    """One red flag of the diary: whom to call, and the words to say."""

    call: str
    say: str


@dataclass(frozen=True, slots=True)
class ShareBar:
    """One bar of shares by ground, with its name and what it holds."""

    name: str
    text: str
    bar: Markup


def build_ground(analysis: Analysis, week: JudgedWeek) -> Section | None:
    """Return what the week was run on beside the usual; None where nothing was run at all."""
    distance = _sum_recent(analysis.weeks, "distance_m")
    if not distance > 0:
        return None
    known = known_ground.describe_known(analysis)
    parts = [known_ground.describe_silence(analysis)]
    if known is not None:
        parts = [known.format_text(), known.confidence, *parts]
    return Section(
        line=bind_units(" ".join(filter(None, parts))),
        table=_build_ground_table(analysis, week),
    )


def _sum_recent(weeks: pd.DataFrame, column: str) -> float:
    return float(weeks[column].iloc[-SHARE_WEEKS:].sum())


def _build_ground_table(analysis: Analysis, week: JudgedWeek) -> DisplayTable:
    units = analysis.settings.units
    total = _sum_recent(analysis.weeks, "distance_m")
    rows: list[Row] = []
    for surface in SURFACES.values():
        share = _sum_recent(analysis.weeks, surface.column) / total
        row = _build_amount_row(surface.label, surface.column, analysis, week)
        if share > 0:
            rows.append((*row, formatting.format_percent(share)))
    length = formatting.choose_unit("distance_m", units).symbol
    headers = {
        "Ground": True,
        f"{_name_week(week)}, {length}": False,
        f"Usual, {length}": False,
        "Change": False,
        f"Share of {SHARE_WEEKS} weeks": False,
    }
    return display_tables.build_table(headers, rows)


def _name_week(week: JudgedWeek) -> str:
    return f"Week of {formatting.format_day_month(week.start)}"


def _build_amount_row(
    label: str, column: str, analysis: Analysis, week: JudgedWeek
) -> tuple[str, str, str, str]:
    """Return one measure of a week beside its usual, and how it changed."""
    units = analysis.settings.units
    amount = levels.read_cell(analysis.weeks, week.start, column)
    usual = levels.read_cell(analysis.weeks, week.start, f"{column}_usual")
    change = formatting.NO_VALUE
    if math.isfinite(amount) and math.isfinite(usual) and week.complete:
        change = format_change(amount, usual)
    return (
        label,
        formatting.format_cell(amount, column, units),
        formatting.format_cell(usual, column, units),
        change,
    )


def list_share_bars(analysis: Analysis, week: JudgedWeek) -> list[ShareBar]:
    """Return the week's grounds and the usual ones as bars; none where all ground is unknown."""
    bars = []
    for name, suffix in ((_name_week(week), ""), ("Usual", "_usual")):
        shares = _compute_shares(analysis.weeks, week.start, suffix)
        if any(ground.role != "blank" for ground, _ in shares):
            bars.append(_build_share_bar(name, shares))
    return bars


def _compute_shares(
    weeks: pd.DataFrame, start: date, suffix: str
) -> list[tuple[Ground, float]]:
    """Return the share of each ground that a week has any of [1]; `suffix` of the columns."""
    amounts = [
        sum(_read_known(weeks, start, f"{column}{suffix}") for column in ground.columns)
        for ground in GROUNDS
    ]
    total = sum(amounts)
    return [
        (ground, amount / total)
        for ground, amount in zip(GROUNDS, amounts, strict=True)
        if amount > 0
    ]


def _build_share_bar(name: str, shares: list[tuple[Ground, float]]) -> ShareBar:
    texts = [
        f"{ground.name} {formatting.format_percent(share)}" for ground, share in shares
    ]
    drawn = tile_bar.draw_shares(
        [(f"g-{ground.role}", share) for ground, share in shares]
    )
    return ShareBar(name, bind_units(", ".join(texts)), drawn)


def _read_known(weeks: pd.DataFrame, start: date, column: str) -> float:
    value = levels.read_cell(weeks, start, column)
    if math.isfinite(value):
        return value
    return 0.0


def build_hills(analysis: Analysis, week: JudgedWeek) -> Section | None:
    """Return climb and descent of the week beside the usual; None where nothing is known."""
    units = analysis.settings.units
    rows: list[Row] = []
    for column, label in HILLS.items():
        row = _build_amount_row(label, column, analysis, week)
        if row[1] != formatting.NO_VALUE or row[2] != formatting.NO_VALUE:
            unit = formatting.choose_unit(column, units).symbol
            rows.append((f"{label}, {unit}", *row[1:]))
    up = _format_beside_usual("ascent_m", analysis, week)
    down = _format_beside_usual("downhill_m", analysis, week)
    if not rows or not (up or down):
        return None
    parts = []
    if up:
        parts.append(f"climb {up}")
    if down:
        parts.append(f"downhill at 5 % or steeper {down}")
    line = f"{_name_week(week)}: {'; '.join(parts)}."
    headers = {
        "Hills": True,
        _name_week(week): False,
        "Usual": False,
        "Change": False,
    }
    return Section(
        line=bind_units(line), table=display_tables.build_table(headers, rows)
    )


def _format_beside_usual(column: str, analysis: Analysis, week: JudgedWeek) -> str:
    """Return an amount and the usual one, "" where it is unknown or both are next to nothing."""
    units = analysis.settings.units
    amount = levels.read_cell(analysis.weeks, week.start, column)
    usual = levels.read_cell(analysis.weeks, week.start, f"{column}_usual")
    least = MIN_HILLS[column]
    if not math.isfinite(amount) or not (amount >= least or usual >= least):
        return ""
    text = formatting.format_quantity(amount, column, units)
    if math.isfinite(usual):
        text += f" (usual {formatting.format_quantity(usual, column, units)})"
    return text


def build_shoes(analysis: Analysis) -> Section | None:
    """Return distance and runs of each pair, None where no run names one."""
    table = analysis.shoes
    if table is None or table.empty:
        return None
    units = analysis.settings.units
    retired = analysis.settings.list_retired(analysis.today)
    columns = [table[name] for name in ("shoe", "distance_m", "runs", "last")]
    rows: list[Row] = [
        (
            _name_pair(shoe, retired),
            formatting.format_quantity(float(metres), "distance_m", units),
            str(runs),
            formatting.format_short_day(last),
        )
        for shoe, metres, runs, last in zip(*columns, strict=True)
    ]
    headers = {"Pair": True, "Distance": False, "Runs": False, "Last run": False}
    worn = [
        row[1]
        for shoe, row in zip(table["shoe"], rows, strict=True)
        if shoe not in retired
    ]
    line = f"{formatting.format_count(len(rows), 'pair')} named, all retired."
    if worn:
        pairs = formatting.format_count(len(worn), "pair")
        line = f"{pairs} named; the most worn has run {worn[0]}."
    return Section(
        line=bind_units(line), table=display_tables.build_table(headers, rows)
    )


def _name_pair(shoe: str, retired: Collection[str]) -> str:
    name = formatting.clean_text(shoe, formatting.NAME_LENGTH)
    if shoe in retired:
        return f"{name} (retired)"
    return name


def list_urgent(analysis: Analysis) -> list[UrgentSign]:
    """Return the diary's red flags: whom to call, and what to say to them."""
    if analysis.diary is None:
        return []
    return [
        UrgentSign(sign.call, _quote_sign(sign.says, sign.day))
        for sign in analysis.diary.red_flags
    ]


def _quote_sign(text: str, day: date | None) -> str:
    if day is None:
        return text
    return f"{text}, since {formatting.format_day(day)}"


def build_diary(analysis: Analysis) -> dict[str, Any] | None:
    """Return the diary's answer in lines, None without a diary.

    While there is too little, `says` is all, and what each exposure lacks is in `details`.
    """
    answer = analysis.diary
    if answer is None:
        return None
    judged = [link for link in answer.links if link.state != "not_enough"]
    unjudged = [link.says for link in answer.links if link.state == "not_enough"]
    links = [" ".join((link.says, *link.also)) for link in judged]
    notes = [*answer.notes, *answer.problems]
    if judged and unjudged:
        count = formatting.format_count(len(unjudged), "kind")
        notes.insert(0, f"{count} of change with too few weeks in the diary yet.")
    latest = format_latest(answer.latest)
    says = " ".join(filter(None, (latest, answer.says)))
    return {
        "latest": formatting.clean_text(latest),
        "says": formatting.clean_text(says),
        "links": list(map(formatting.clean_text, links)),
        "details": list(map(formatting.clean_text, unjudged)),
        "notes": list(map(formatting.clean_text, notes)),
    }


def is_in_pain(analysis: Analysis) -> bool:
    """Return whether the diary holds pain of the last four weeks."""
    answer = analysis.diary
    if answer is None:
        return False
    since = analysis.today - PAIN_SINCE
    return any(score > 0 and day > since for day, score in answer.scores)


def _list_advice(analysis: Analysis) -> list[Advice]:
    """Return the texts of the analysis; exercises and when to get help are never missing."""
    items = list(analysis.advice)
    found = {item.id for item in items}
    if guidance.EXERCISES not in found:
        items.append(guidance.build_exercises())
    if guidance.RED_FLAGS_ID not in found:
        items.append(guidance.build_red_flags(analysis.diary))
    return items


def build_advice(analysis: Analysis) -> tuple[list[AdviceText], list[AdviceText]]:
    """Return the texts for what was raised, exercises and help; and the background.

    When to get help is open where there is pain, unless the box at the top says it already: then
    it is all there is, for exercises are not for somebody with a sign to act on.
    """
    if list_urgent(analysis):
        help_text = guidance.build_red_flags(analysis.diary)
        return [AdviceText(help_text, is_open=False, is_printed=True)], []
    opens_help = is_in_pain(analysis)
    texts = [
        AdviceText(
            item,
            is_open=opens_help and item.id == guidance.RED_FLAGS_ID,
            is_printed=item.id in PRINTED,
        )
        for item in _list_advice(analysis)
    ]
    near = [text for text in texts if text.item.id not in BACKGROUND]
    near.sort(key=lambda text: _PLACES.get(text.item.id, 1))
    return near, [text for text in texts if text.item.id in BACKGROUND]
