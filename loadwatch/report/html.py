"""One page, one file: no script, no network, no font; Jinja2 escapes all text of others."""

from __future__ import annotations

from collections import Counter
from functools import cache
from typing import TYPE_CHECKING, Any

import jinja2
from markupsafe import Markup

from loadwatch import anonymize, formatting
from loadwatch.date_filter import ALL_DAYS, filter_dates
from loadwatch.formatting import bind_units
from loadwatch.report import display_tables, page_content, palette
from loadwatch.report.slugs import make_slugs
from loadwatch.tables import LEVELS
from loadwatch.verdict import headline, levels, roster_groups
from loadwatch.verdict.roster_groups import GROUPS
from loadwatch.version import __version__

if TYPE_CHECKING:
    from loadwatch.analysis import Analysis, Athlete, Group, Roster
    from loadwatch.date_filter import Period

NUMBERS_WEEKS = 8
GROUP_TEXTS: dict[Group, str] = {
    "call": "to call today",
    "talk": "to talk to first",
    "watch": "to keep an eye on",
    "low": "who run little",
    "fine": "with nothing new",
    "unknown": "without enough data",
}


@cache
def _load_templates() -> jinja2.Environment:
    env = jinja2.Environment(
        loader=jinja2.PackageLoader("loadwatch.report", "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    env.filters["bind_units"] = bind_units
    return env


def _render_page(template: str, title: str, **values: Any) -> str:
    """Return a page; `Markup` is only ever our own CSS and our own SVG."""
    env = _load_templates()
    source = {
        name: env.get_template(f"{name}.css").render() for name in ("style", "print")
    }
    return env.get_template(template).render(
        title=title,
        version=__version__,
        light=palette.format_css_variables(palette.LIGHT),
        dark=palette.format_css_variables(palette.DARK),
        levels=LEVELS,
        **{name: Markup(css) for name, css in source.items()},  # noqa: S704 - our own files
        **values,
    )


def format_report(analysis: Analysis, period: Period = ALL_DAYS) -> str:
    """Return the athlete's page; `period` limits pictures and numbers, never the verdict."""
    from loadwatch.report import page_figures  # noqa: PLC0415 - matplotlib, which a roster's page does without

    last = NUMBERS_WEEKS
    if period.is_limited:
        last = 0
    verdict = headline.build_verdict(analysis)
    shown = filter_dates(analysis, period)
    name = formatting.clean_text(analysis.name, formatting.NAME_LENGTH)
    week, surfaces = "", None
    if len(analysis.weeks):
        week = formatting.format_day(levels.week_starts(analysis.weeks)[-1])
    if len(shown.weeks):
        surfaces = display_tables.build_surfaces(shown)
    return _render_page(
        "athlete.html",
        name,
        name=name,
        week=week,
        found=verdict,
        figures=page_figures.draw_figures(analysis, period),
        numbers=display_tables.build_weeks(shown, last),
        numbers_caption=page_content.caption_numbers(shown, last),
        surfaces=surfaces,
        **page_content.build_page(analysis, verdict),
    )


def format_roster(roster: Roster) -> str:
    """Return the roster's page: six groups, a sentence each, links to the athletes' pages."""
    athletes = roster_groups.sort_athletes(roster.athletes)
    rows: dict[str, list[dict[str, Any]]] = {group: [] for group in GROUPS}
    for athlete, slug in zip(athletes, make_slugs(athletes), strict=True):
        row = page_content.build_roster_row(athlete, slug, roster.today)
        rows[athlete.group].append(row)
    groups = [
        {"title": title, "athletes": rows[group]} for group, title in GROUPS.items()
    ]
    name = formatting.clean_text(roster.name, formatting.NAME_LENGTH)
    day = ""
    if roster.today:
        day = formatting.format_day(roster.today)
    return _render_page(
        "roster.html",
        name,
        name=name,
        day=day,
        sentence=_count_groups(athletes),
        promise=headline.PROMISE,
        groups=groups,
        named=not anonymize.is_anonymous(roster),
    )


def _count_groups(athletes: tuple[Athlete, ...]) -> str:
    """Return how many athletes are in each group, as a sentence."""
    counts = Counter(athlete.group for athlete in athletes)
    parts = [
        f"{formatting.spell_number(counts[group])} {text}"
        for group, text in GROUP_TEXTS.items()
        if counts[group]
    ]
    sentence = formatting.join_with_and(parts) or "no athletes"
    sentence = f"{sentence[:1].upper()}{sentence[1:]}"
    silent = sum(athlete.silent for athlete in athletes)
    if not silent:
        return f"{sentence}."
    of_them = f"{formatting.spell_number(silent)} of them"
    return f"{sentence}, {of_them} without a file for two weeks or more."
