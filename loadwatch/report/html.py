"""One page, one file: no script, no network, no font; Jinja2 escapes all text of others."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

import jinja2
from markupsafe import Markup, escape

from loadwatch import anonymize, formatting
from loadwatch.date_filter import ALL_DAYS
from loadwatch.formatting import bind_units
from loadwatch.report import page_content, palette, roster_rows
from loadwatch.report.slugs import make_slugs
from loadwatch.report.template_cache import TemplateCache
from loadwatch.tables import LEVELS
from loadwatch.verdict import headline, roster_groups
from loadwatch.verdict.phrases import upper_first
from loadwatch.verdict.roster_groups import GROUPS
from loadwatch.version import __version__

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from loadwatch.analysis import Analysis, Athlete, Group, Roster
    from loadwatch.date_filter import Period

_DOI = re.compile(r"doi:(10\.[0-9]{4,9}/[^\s;,]*[^\s;,.])")
# name in the templates -> file
STYLES = {
    "style": "style",
    "print": "print",
    "handout": "handout",
    "roster_style": "roster",
}
# what compiled templates depend on beside their source
COMPILED_BY: dict[str, Any] = {
    "trim_blocks": True,
    "lstrip_blocks": True,
    "keep_trailing_newline": True,
    "optimized": False,  # it takes longer than it saves in a page
}
# id of each part of an athlete's page, its name in the bar at the top, and what has to be there
JUMPS = (
    ("weeks", "Weeks", "picture"),
    ("raised", "Raised", "picture"),
    ("ground", "Ground", "ground"),
    ("hills", "Hills", "hills"),
    ("years", "Years", "picture"),
    ("diary", "Pain", "diary"),
    ("shoes", "Shoes", "shoes"),
    ("room", "Room", "room_line"),
    ("do", "What to do", "advice"),
    ("basis", "Sources", "read_line"),
)
NOBODY = "Nobody to call or to talk to first."
# of a roster's first sentence, and of the line below it
FIRST_GROUPS: dict[Group, str] = {
    "call": "to call today",
    "talk": "to talk to first",
    "watch": "to keep an eye on",
}
OTHER_GROUPS: dict[Group, str] = {
    "low": "running little",
    "fine": "with nothing new",
    "unknown": "without enough data",
}


@cache
def _load_templates() -> jinja2.Environment:
    env = jinja2.Environment(
        loader=jinja2.PackageLoader("loadwatch.report", "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        auto_reload=False,
        bytecode_cache=TemplateCache(COMPILED_BY),
        **COMPILED_BY,
    )
    env.filters["bind_units"] = bind_units
    env.filters["link_dois"] = link_dois
    return env


def _render_page(template: str, title: str, **values: Any) -> str:
    """Return a page; `Markup` is only ever our own CSS and our own SVG."""
    env = _load_templates()
    folder = resources.files("loadwatch.report") / "templates"
    source = {
        name: (folder / f"{file}.css").read_text("utf-8")
        for name, file in STYLES.items()
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


def format_stylesheet(*, is_roster: bool = False) -> str:
    """Return the style of the pages by itself, for pages that are served.

    What a roster's page has beside it is apart: `is_roster` gives that alone.
    """
    if is_roster:
        return _load_templates().get_template("roster.css").render()
    light, dark = map(palette.format_css_variables, (palette.LIGHT, palette.DARK))
    style = _load_templates().get_template("style.css").render()
    return (
        f":root{{color-scheme:light dark;{light}}}\n"
        f"@media(prefers-color-scheme:dark){{:root{{{dark}}}}}\n{style}"
    )


def link_dois(text: str) -> Markup:
    """Return a text with each "doi:10..." as a link that names no referrer; the rest escaped."""
    parts = []
    end = 0
    for match in _DOI.finditer(text):
        doi = escape(match[1])
        parts.append(escape(text[end : match.start()]))
        link = f'<a href="https://doi.org/{doi}" rel="noreferrer">doi:{doi}</a>'
        parts.append(Markup(link))  # noqa: S704 - escaped above
        end = match.end()
    return Markup("").join((*parts, escape(text[end:])))


def format_report(
    analysis: Analysis,
    period: Period = ALL_DAYS,
    *,
    now: date | None = None,
    roster_link: str = "",
    week_link: str = "",
) -> str:
    """Return the athlete's page.

    Parameters
    ----------
    analysis : with its budget (`pipeline.with_budget`).
    period : limits pictures and numbers, never the verdict.
    now : the day by the clock, for how long ago the last run is; None leaves that out.
    roster_link : relative address of the roster's page, "" where there is none.
    week_link : what the address of a week's own page begins with, before its first day; "" where
        weeks have none.
    """
    verdict = headline.build_verdict(analysis)
    name = formatting.clean_text(analysis.name, formatting.NAME_LENGTH)
    content = page_content.build_page(analysis, verdict, period, now)
    jumps = [(id_, title) for id_, title, needs in JUMPS if content.get(needs)]
    return _render_page(
        "athlete.html",
        name,
        name=name,
        found=verdict,
        jumps=jumps,
        roster_link=roster_link,
        week_link=week_link,
        **content,
    )


def format_handout(
    analysis: Analysis, period: Period = ALL_DAYS, *, now: date | None = None
) -> str:
    """Return the two A4 sides for an appointment; arguments as for `format_report`."""
    from loadwatch.report.handout import build_handout  # noqa: PLC0415 - few ask for it

    name = formatting.clean_text(analysis.name, formatting.NAME_LENGTH)
    content = build_handout(analysis, period, now)
    return _render_page("handout.html", name, name=name, **content)


def format_roster(roster: Roster) -> str:
    """Return the roster's page: six groups, a sentence each, links to the athletes' pages."""
    slugs = make_slugs(roster_groups.sort_athletes(roster.athletes))
    content = build_roster(roster, [f"athletes/{slug}.html" for slug in slugs])
    return _render_page("roster.html", content["name"], **content)


def build_roster(roster: Roster, links: Sequence[str]) -> dict[str, Any]:
    """Return everything that the roster's page lays out; `links` as `sort_athletes` has them."""
    athletes = roster_groups.sort_athletes(roster.athletes)
    rows: dict[str, list[dict[str, Any]]] = {group: [] for group in GROUPS}
    for athlete, link in zip(athletes, links, strict=True):
        row = roster_rows.build_roster_row(athlete, link, roster.today)
        rows[athlete.group].append(row)
    groups = [
        {"key": group, "title": title, "athletes": rows[group]}
        for group, title in GROUPS.items()
    ]
    day = ""
    if roster.today:
        day = formatting.format_day(roster.today)
    others = _count_groups(athletes, OTHER_GROUPS)
    nobody = NOBODY
    if not athletes:
        nobody = "No athletes."
    return {
        "name": formatting.clean_text(roster.name, formatting.NAME_LENGTH),
        "day": day,
        "sentence": _count_groups(athletes, FIRST_GROUPS) or nobody,
        "others": f"{others} {_count_silent(athletes)}".strip(),
        "promise": headline.PROMISE,
        "groups": groups,
        "heads": roster_rows.list_heads(athletes),
        "legend": roster_rows.LEGEND,
        "named": not anonymize.is_anonymous(roster),
    }


def _count_groups(athletes: Sequence[Athlete], texts: dict[Group, str]) -> str:
    """Return how many athletes are in each of some groups, as a sentence; "" for none."""
    counts = Counter(athlete.group for athlete in athletes)
    parts = [
        f"{formatting.spell_number(counts[group])} {text}"
        for group, text in texts.items()
        if counts[group]
    ]
    if not parts:
        return ""
    return f"{upper_first(formatting.join_with_and(parts))}."


def _count_silent(athletes: Sequence[Athlete]) -> str:
    """Return how many athletes have sent no file of late, as a sentence; "" for none."""
    silent = sum(athlete.silent for athlete in athletes)
    if not silent:
        return ""
    return f"No file for two weeks or more: {formatting.spell_number(silent)}."
