"""What the templates of the pages lay out: texts and rows, no markup."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from loadwatch import formatting
from loadwatch.assess import guidance, rules
from loadwatch.assess.diary.sentences import format_latest
from loadwatch.assess.rules.model import FIRED_WEEKS
from loadwatch.formatting import bind_units
from loadwatch.report import (
    budget_table,
    data_problems,
    display_tables,
    ground_question,
    known_ground,
    load_figures,
    provenance,
)
from loadwatch.report.rulebook import describe_back_pain, list_checks, list_references
from loadwatch.tables import RAISED_LEVELS
from loadwatch.verdict import levels
from loadwatch.verdict.roster_groups import SPARK_WEEKS

if TYPE_CHECKING:
    from datetime import date

    from loadwatch.analysis import Analysis, Athlete, Trend
    from loadwatch.report.display_tables import DisplayTable
    from loadwatch.verdict.event_lines import Event
    from loadwatch.verdict.headline import Verdict

LONGEST_LIST = 60  # lines of one list on the page; the command line has them all
LONGEST_PRINTED = 12
LONGEST_DOUBTS = 5  # lines at the top; all of them are among the data problems
OPEN = guidance.RED_FLAGS_ID
# true whatever was raised: on the screen, where a click folds it away, and not on paper
GENERAL = frozenset(
    ("support", "warm_up", "course", "helps", "cannot_see", guidance.EXERCISES)
)


BAR_STEP, BAR_TOP, BAR_BOTTOM = 9, 20.0, 22.0  # of a sparkline, in its own units


@dataclass(frozen=True, slots=True)
class Card:
    """One event: what was raised together."""

    level: str
    title: str
    sentence: str
    small: str
    box: str = ""  # what to do about exactly this change


@dataclass(frozen=True, slots=True)
class FoldedList:
    """One folded list of what the page rests on."""

    title: str
    lines: list[str]
    count: int  # of what the lines name; a line may name several
    more: str = ""
    noun: str = ""  # what the count counts
    printed: bool = False


def build_page(analysis: Analysis, found: Verdict) -> dict[str, Any]:
    """Return everything of the athlete's page but its pictures and numbers."""
    lists, texts = build_lists(analysis), build_advice(analysis)
    credit = ""
    if analysis.advice:
        credit = analysis.advice[0].credit
    return {
        **_build_checks(analysis, found),
        **_build_budget(analysis),
        "urgent": list_urgent(analysis),
        "doubts": data_problems.list_doubts(analysis)[:LONGEST_DOUBTS],
        "question": ground_question.format_question(analysis),
        "other_ways": ground_question.OTHER_WAYS,
        "remedies": provenance.list_remedies(analysis),
        "unknown_line": provenance.describe_unknown(analysis),
        "known_ground": known_ground.describe_known(analysis),
        "silence_line": known_ground.describe_silence(analysis),
        "context": load_figures.list_load_figures(analysis),
        "context_why": load_figures.explain_figures(analysis),
        "context_day": formatting.format_day(analysis.today),
        "diary": build_diary(analysis),
        "shoes": build_shoes(analysis),
        "advice": texts,
        "credit": credit,
        "read_line": provenance.describe_reading(analysis),
        "remarks": [formatting.clean_text(remark) for remark in analysis.remarks],
        "shares": provenance.list_shares(analysis),
        "parts": lists,
        "not_printed": list_not_printed(
            lists, texts, figures=bool(len(analysis.weeks))
        ),
        "map_used": bool(provenance.compute_map_shares(analysis)),
    }


def _build_checks(analysis: Analysis, found: Verdict) -> dict[str, Any]:
    """Return what was raised, noted and not judged, and all checks with their limits."""
    cards = []
    notes = []  # and what only joins others
    for event in found.events:
        card = build_card(event, analysis)
        if event.is_raised and not levels.is_compound(event.lead):
            cards.append(card)
        else:
            notes.append(card)
    return {
        "cards": cards,
        "notes": notes,
        "gaps": provenance.list_gaps(found.unjudged),
        "checks": list_checks(analysis),
        "references": list_references(),
    }


def _build_budget(analysis: Analysis) -> dict[str, Any]:
    table = None
    if budget_table.has_limits(analysis):
        table = budget_table.build_table(analysis)
    return {
        "budget": table,
        "budget_note": budget_table.NOTE,
        "budget_why": budget_table.list_reasons(analysis),
    }


def build_card(event: Event, analysis: Analysis) -> Card:
    """Return an event: its sentence, on what evidence, and how often its check fired."""
    flag = event.lead
    rule = rules.BY_ID[flag.rule]
    sentence = display_tables.format_event(event, analysis)
    back_pain = describe_back_pain(rule)
    small = f"{flag.rule}. Evidence {flag.evidence}: {rule.grade_why}. {back_pain}"
    if flag.fired_26w and not rules.format_often(flag):
        start_of = levels.week_starts(analysis.weeks).index
        weeks = min(start_of(flag.week) + 1, FIRED_WEEKS)
        small += f" Raised in {flag.fired_26w} of the {weeks} weeks up to then."
    box = guidance.build_suggestions(event.flags)
    return Card(
        event.level,
        rule.title,
        bind_units(sentence),
        bind_units(small),
        box.text if box else "",
    )


def list_urgent(analysis: Analysis) -> list[str]:
    """Return the diary's red flags: they are above everything else."""
    if analysis.diary is None:
        return []
    return [
        f"{sign.says[:1].upper()}{sign.says[1:]}. {sign.call}"
        for sign in analysis.diary.red_flags
    ]


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
    says = " ".join(part for part in (latest, answer.says) if part)
    return {
        "says": formatting.clean_text(says),
        "links": [formatting.clean_text(line) for line in links],
        "details": [formatting.clean_text(line) for line in unjudged],
        "notes": [formatting.clean_text(line) for line in notes],
    }


def build_advice(analysis: Analysis) -> list[dict[str, Any]]:
    """Return the texts beside the flags.

    When to get help is open, and so is the first text if it belongs to what was raised.
    """
    texts = []
    for at, item in enumerate(analysis.advice):
        is_first_for_flags = at == 0 and bool(item.for_rules)
        texts.append(
            {
                "title": item.title,
                "paragraphs": item.paragraphs,
                "lists": item.lists,
                "exercises": item.exercises,
                "source": item.source,
                "printed": item.id not in GENERAL,
                "open": item.id == OPEN or is_first_for_flags,
            }
        )
    return texts


def build_shoes(analysis: Analysis) -> DisplayTable | None:
    """Return distance and runs of each pair, None where no run names one."""
    table = analysis.shoes
    if table is None or table.empty:
        return None
    units = analysis.settings.units
    columns = [table[name] for name in ("shoe", "distance_m", "runs", "last")]
    rows: list[display_tables.Row] = [
        (
            formatting.clean_text(shoe, formatting.NAME_LENGTH),
            formatting.format_quantity(float(metres), "distance_m", units),
            str(runs),
            formatting.format_short_day(last),
        )
        for shoe, metres, runs, last in zip(*columns, strict=True)
    ]
    headers = {"Pair": True, "Distance": False, "Runs": False, "Last run": False}
    return display_tables.build_table(headers, rows)


def build_lists(analysis: Analysis) -> list[FoldedList]:
    """Return the folded lists: left out, twice there, data problems."""
    left_out = provenance.list_left_out(analysis)
    skipped = left_out[: len(analysis.skipped)]
    duplicates = left_out[len(analysis.skipped) :]
    problems = data_problems.list_problems(analysis)
    return [
        _build_list(
            "Files skipped, and why",
            "skipped file",
            skipped,
            len(skipped),
            printed=len(skipped) <= LONGEST_PRINTED,
        ),
        _build_list(
            "Runs that were there twice", "duplicate", duplicates, len(duplicates)
        ),
        _build_list(
            "Data problems", "remark", problems, data_problems.count_problems(analysis)
        ),
    ]


def _build_list(
    title: str, noun: str, lines: list[str], count: int, *, printed: bool = False
) -> FoldedList:
    more = ""
    if len(lines) > LONGEST_LIST:
        more = f", the first {LONGEST_LIST} lines; all: loadwatch activities PATH"
    return FoldedList(title, lines[:LONGEST_LIST], count, more, noun, printed)


def list_not_printed(
    lists: list[FoldedList], texts: list[dict[str, Any]], *, figures: bool
) -> str:
    """Return what is on the screen only, for the printed page."""
    left_out = [
        formatting.format_count(part.count, part.noun)
        for part in lists
        if part.lines and not part.printed
    ]
    if figures:
        left_out.append("popular load figures")
    if not all(text["printed"] for text in texts):
        left_out.append("general advice and exercises")
    left_out.append("all checks with their limits and evidence")
    parts = formatting.join_with_and(left_out)
    return f"Not printed: {parts}; they are on the page on screen."


def caption_numbers(shown: Analysis, last: int) -> str:
    """Return what the table of numbers holds; `last` as for `build_weeks`."""
    count = len(shown.weeks)
    weeks = "Newest first."
    if last:
        count = min(count, last)
        weeks = f"The last {count} weeks, newest first."
    if count == 1:
        weeks = "One week so far."
    return (
        f"{weeks} Change is against your usual week: the median of those of the four "
        "weeks before that hold a run. Hard and unknown are shares of the distance. "
        f"{formatting.NO_VALUE} is not known."
    )


def build_roster_row(athlete: Athlete, slug: str, today: date | None) -> dict[str, Any]:
    """Return one line of the roster's page."""
    link = ""
    if athlete.load:
        link = f"athletes/{slug}.html"
    return {
        "name": formatting.clean_text(athlete.name, formatting.NAME_LENGTH),
        "link": link,
        "state": athlete.state,
        "says": formatting.clean_text(athlete.says),
        "age": display_tables.format_age(athlete, today),
        **_build_trend(athlete.trend),
    }


def _build_trend(trend: Trend | None) -> dict[str, Any]:
    """Return an athlete's last weeks: usual and newest load, and the bars of a sparkline."""
    if trend is None:
        return {"load": formatting.NO_VALUE, "bars": [], "spark": ""}
    unit = formatting.choose_unit(trend.column, trend.units)
    usual = formatting.format_number(trend.usual / unit.size)
    week = formatting.format_number(trend.week / unit.size)
    weeks = formatting.format_count(len(trend.loads), "week")
    newest = formatting.format_number(trend.loads[-1] / unit.size)
    return {
        "load": f"{usual} \N{RIGHTWARDS ARROW} {week} {unit.symbol}".rstrip(),
        "bars": _build_bars(trend),
        "spark": f"load of the last {weeks}, newest {newest}",
    }


def _build_bars(trend: Trend) -> list[dict[str, Any]]:
    """Return the bars of a sparkline: raised weeks in their colour, unknown ones as a stub."""
    top = max((load for load in trend.loads if load > 0), default=0.0)
    if not top:
        return []
    first = SPARK_WEEKS - len(trend.loads)
    bars = []
    for at, load in enumerate(trend.loads):
        role, height = "none", 1.0
        if load > 0:
            role, height = "bar", round(BAR_TOP * load / top, 1)
        if trend.levels[at] in RAISED_LEVELS:
            role = trend.levels[at]
        bars.append(
            {
                "x": BAR_STEP * (first + at),
                "height": height,
                "y": round(BAR_BOTTOM - height, 1),
                "role": role,
            }
        )
    return bars
