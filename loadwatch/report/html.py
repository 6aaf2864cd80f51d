"""One page, one file: no script, no network, no font; Jinja2 escapes every word that is not ours."""

from __future__ import annotations

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
from loadwatch.verdict import headline, levels
from loadwatch.verdict import roster_groups as lines
from loadwatch.version import __version__

if TYPE_CHECKING:
    from loadwatch.analysis import Analysis, Athlete, Roster
    from loadwatch.date_filter import Period

NUMBERS_WEEKS = 8


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

    last = 0 if period.is_limited else NUMBERS_WEEKS
    found = headline.build_verdict(analysis)
    shown = filter_dates(analysis, period)
    name = formatting.clean_text(analysis.name, formatting.NAME_LENGTH)
    drawn = page_figures.draw_figures(analysis, period)
    return _render_page(
        "athlete.html",
        name,
        name=name,
        week=formatting.format_day(levels.week_starts(analysis.weeks)[-1])
        if len(analysis.weeks)
        else "",
        found=found,
        figures=drawn,
        numbers=display_tables.build_weeks(shown, last),
        numbers_caption=page_content.caption_numbers(shown, last),
        surfaces=display_tables.build_surfaces(shown) if len(shown.weeks) else None,
        **page_content.build_page(analysis, found),
    )


def format_roster(roster: Roster) -> str:
    """Return the roster's page: four groups, a sentence each, links to `athletes/<slug>.html`."""
    ordered = lines.sort_athletes(roster.athletes)
    links = make_slugs(ordered)
    rows = [
        (athlete.group, page_content.build_roster_row(athlete, link, roster.today))
        for athlete, link in zip(ordered, links, strict=True)
    ]
    groups = [
        {"title": title, "athletes": [row for mine, row in rows if mine == group]}
        for group, title in lines.GROUPS.items()
    ]
    name = formatting.clean_text(roster.name, formatting.NAME_LENGTH)
    return _render_page(
        "roster.html",
        name,
        name=name,
        day=formatting.format_day(roster.today) if roster.today else "",
        sentence=_count_groups(ordered),
        promise=headline.PROMISE,
        groups=groups,
        named=not anonymize.is_anonymous(roster),
    )


_GROUP_WORDS = {
    "talk": "to talk to first",
    "watch": "to keep an eye on",
    "steady": "with nothing new",
    "unknown": "without enough data",
}


def _count_groups(athletes: tuple[Athlete, ...]) -> str:
    counts = {group: sum(a.group == group for a in athletes) for group in _GROUP_WORDS}
    told = [
        f"{formatting.spell_number(n)} {_GROUP_WORDS[group]}"
        for group, n in counts.items()
        if n
    ]
    whole = formatting.join_with_and(told) or "no athletes"
    silent = sum(a.silent for a in athletes)
    of_them = (
        "all of them"
        if silent == counts["unknown"]
        else f"{formatting.spell_number(silent)} of them"
    )
    aside = f", {of_them} without a file for two weeks or more" if silent else ""
    return f"{whole[:1].upper()}{whole[1:]}{aside}."
