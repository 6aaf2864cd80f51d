"""What the pages' templates lay out: words and rows, no markup."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from loadwatch import formatting
from loadwatch.assess import guidance, rules
from loadwatch.assess.rules.model import FIRED_WEEKS
from loadwatch.formatting import bind_units
from loadwatch.report import (
    budget_table,
    data_problems,
    display_tables,
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
    from loadwatch.assess.rules import Flag
    from loadwatch.report.display_tables import DisplayTable
    from loadwatch.verdict.headline import Verdict

LONGEST_LIST = 60  # lines of one list on the page; the command line has them all
LONGEST_PRINTED = 12
OPEN = guidance.RED_FLAGS_ID
# true whatever was raised: on the screen, where a click folds it away, and not on paper
GENERAL = frozenset(("support", "warm_up", "course", "cannot_see", guidance.EXERCISES))


@dataclass(frozen=True, slots=True)
class Card:
    """One raised check."""

    level: str
    title: str
    says: str
    small: str


@dataclass(frozen=True, slots=True)
class FoldedList:
    """One folded list of what the page rests on."""

    title: str
    lines: list[str]
    count: int  # of what the lines tell, which may say several in one
    more: str = ""
    noun: str = ""  # what the count counts
    printed: bool = False


def build_page(analysis: Analysis, found: Verdict) -> dict[str, Any]:
    """Return everything of the athlete's page but its pictures and numbers."""
    lists, texts = build_lists(analysis), build_advice(analysis)
    raised_ones = levels.largest_per_rule(found.flags)
    joining = tuple(
        flag for flag in raised_ones if levels.is_compound(flag)
    )  # a line below the others
    return {
        "cards": [
            build_card(flag, analysis) for flag in raised_ones if flag not in joining
        ],
        "notes": [
            build_card(flag, analysis)
            for flag in (*joining, *levels.largest_per_rule(found.notes))
        ],
        "gaps": provenance.list_gaps(found.unjudged),
        "urgent": list_urgent(analysis),
        "remedies": provenance.list_remedies(analysis),
        "unknown_line": provenance.describe_unknown(analysis),
        "context": load_figures.list_load_figures(analysis),
        "context_why": load_figures.explain_figures(analysis),
        "context_day": formatting.format_day(analysis.today),
        "budget": budget_table.build_table(analysis)
        if budget_table.has_limits(analysis)
        else None,
        "budget_note": budget_table.describe_table(analysis),
        "budget_why": budget_table.list_reasons(analysis),
        "diary": build_diary(analysis),
        "shoes": build_shoes(analysis),
        "advice": texts,
        "credit": analysis.advice[0].credit if analysis.advice else "",
        "read_line": provenance.describe_reading(analysis),
        "remarks": [formatting.clean_text(remark) for remark in analysis.remarks],
        "shares": provenance.list_shares(analysis),
        "parts": lists,
        "not_printed": list_not_printed(
            lists, texts, figures=bool(len(analysis.weeks))
        ),
        "checks": list_checks(analysis),
        "references": list_references(),
        "map_used": bool(provenance.compute_map_shares(analysis)),
    }


def build_card(flag: Flag, analysis: Analysis) -> Card:
    """Return a raised check: what, against what, by which limit, on what evidence, how often."""
    rule = rules.BY_ID[flag.rule]
    small = bind_units(
        f"{flag.rule}. Evidence {flag.evidence}: {rule.grade_why}. {describe_back_pain(rule)}"
    )
    weeks = min(levels.week_starts(analysis.weeks).index(flag.week) + 1, FIRED_WEEKS)
    fired = (
        f" Raised in {flag.fired_26w} of the {weeks} weeks up to then."
        if flag.fired_26w
        else ""
    )
    says = formatting.clean_text(
        display_tables.format_sentence(flag, analysis.settings.units)
    )
    return Card(
        flag.level,
        rule.title,
        bind_units(says),
        small if rules.format_often(flag) else small + fired,
    )


def list_urgent(analysis: Analysis) -> list[str]:
    """Return the diary's red flags: they stand above everything else."""
    signs = analysis.diary.red_flags if analysis.diary else ()
    return [f"{sign.says[:1].upper()}{sign.says[1:]}. {sign.call}" for sign in signs]


def build_diary(analysis: Analysis) -> dict[str, Any] | None:
    """Return the diary's answer in lines."""
    answer = analysis.diary
    if answer is None:
        return None
    links = [" ".join((link.says, *link.also)) for link in answer.links]
    return {
        "says": formatting.clean_text(answer.says),
        "links": [formatting.clean_text(line) for line in links],
        "notes": [
            formatting.clean_text(note) for note in (*answer.notes, *answer.problems)
        ],
    }


def build_advice(analysis: Analysis) -> list[dict[str, Any]]:
    """Return the texts beside the flags; when to get help stands open."""
    return [
        {
            "title": item.title,
            "paragraphs": item.paragraphs,
            "source": item.source,
            "printed": item.id not in GENERAL,
            "open": item.id == OPEN
            or bool(item.for_rules and item is analysis.advice[0]),
        }
        for item in analysis.advice
    ]


def build_shoes(analysis: Analysis) -> DisplayTable | None:
    """Return distance and runs of each pair, None where no run names one."""
    table = analysis.shoes
    if table is None or table.empty:
        return None
    units = analysis.settings.units
    rows: list[tuple[display_tables.Cell, ...]] = [
        (
            formatting.clean_text(shoe, formatting.NAME_LENGTH),
            formatting.format_quantity(float(metres), "distance_m", units),
            str(runs),
            formatting.format_short_day(last),
        )
        for shoe, metres, runs, last in zip(
            table["shoe"],
            table["distance_m"],
            table["runs"],
            table["last"],
            strict=True,
        )
    ]
    return display_tables.build_table(
        {"Pair": True, "Distance": False, "Runs": False, "Last run": False}, rows
    )


def build_lists(analysis: Analysis) -> list[FoldedList]:
    """Return the folded lists: left out, twice there, data problems."""
    left = provenance.list_left_out(analysis)
    skipped, twins = left[: len(analysis.skipped)], left[len(analysis.skipped) :]
    return [
        _build_list(
            "Files skipped, and why",
            "skipped file",
            skipped,
            printed=len(skipped) <= LONGEST_PRINTED,
        ),
        _build_list("Runs that were there twice", "duplicate", twins),
        _build_list(
            "Data problems",
            "remark",
            data_problems.list_problems(analysis),
            data_problems.count_problems(analysis),
        ),
    ]


def _build_list(
    title: str, noun: str, lines: list[str], count: int = 0, *, printed: bool = False
) -> FoldedList:
    count = count or len(lines)
    more = ""
    if len(lines) > LONGEST_LIST:
        more = f", the first {LONGEST_LIST} lines; all: loadwatch activities PATH"
    return FoldedList(title, lines[:LONGEST_LIST], count, more, noun, printed)


def list_not_printed(
    lists: list[FoldedList], texts: list[dict[str, Any]], *, figures: bool
) -> str:
    """Return what stands on the screen only, for the printed page."""
    counts = [
        formatting.format_count(part.count, part.noun)
        for part in lists
        if part.lines and not part.printed
    ]
    general = (
        ["general advice and exercises"]
        if not all(text["printed"] for text in texts)
        else []
    )
    popular = ["popular load figures"] if figures else []
    left = [*counts, *popular, *general, "all checks with their limits and evidence"]
    return f"Not printed: {formatting.join_with_and(left)}; they are on the page on screen."


def caption_numbers(shown: Analysis, last: int) -> str:
    """Return what the table of numbers holds."""
    count = min(len(shown.weeks), last) if last else len(shown.weeks)
    which = f"The last {count} weeks, newest first." if last else "Newest first."
    which = "One week so far." if count == 1 else which
    return (
        f"{which} Change is against your usual week: the median of those of the four weeks before that hold "
        f"a run. Hard and unknown are shares of the distance. {formatting.NO_VALUE} is not known."
    )


def build_roster_row(athlete: Athlete, slug: str, today: date | None) -> dict[str, Any]:
    """Return one line of the roster's page."""
    last, trend = athlete.last_activity, athlete.trend
    age = (
        formatting.NO_VALUE
        if last is None or today is None
        else formatting.format_age((today - last).days)
    )
    return {
        "name": formatting.clean_text(athlete.name, formatting.NAME_LENGTH),
        "link": f"athletes/{slug}.html" if athlete.load else "",
        "level": athlete.level,
        "says": formatting.clean_text(athlete.says),
        "load": _format_load(trend) if trend else formatting.NO_VALUE,
        "bars": _build_bars(trend) if trend else [],
        "spark": _describe_spark(trend) if trend else "",
        "age": age,
    }


def _format_load(trend: Trend) -> str:
    """Return the usual load and that of the week spoken of: "33 \N{RIGHTWARDS ARROW} 45 km"."""
    unit = formatting.choose_unit(trend.column, trend.units)
    usual, week = (
        formatting.format_number(load / unit.size) for load in (trend.usual, trend.week)
    )
    return f"{usual} \N{RIGHTWARDS ARROW} {week} {unit.symbol}".rstrip()


def _describe_spark(trend: Trend) -> str:
    newest = trend.loads[-1] / formatting.choose_unit(trend.column, trend.units).size
    return f"load of the last {formatting.format_count(len(trend.loads), 'week')}, newest {formatting.format_number(newest)}"


def _build_bars(trend: Trend) -> list[dict[str, Any]]:
    """Return the sparkline's bars: raised weeks in their colour, unknown ones as a stub."""
    top = max((load for load in trend.loads if load > 0), default=0.0)
    if not top:
        return []
    bars = []
    first = SPARK_WEEKS - len(trend.loads)
    for place, (level, load) in enumerate(
        zip(trend.levels, trend.loads, strict=True), first
    ):
        height = round(20.0 * load / top, 1) if load > 0 else 1.0
        role = level if level in RAISED_LEVELS else "bar" if load > 0 else "none"
        bars.append(
            {
                "x": 9 * place,
                "height": height,
                "y": round(22.0 - height, 1),
                "role": role,
            }
        )
    return bars
