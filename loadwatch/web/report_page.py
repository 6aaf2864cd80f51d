"""Report: the page that `loadwatch report` writes, with a way back."""

from __future__ import annotations

from flask import Blueprint, render_template

from loadwatch import environment
from loadwatch.report import html
from loadwatch.web.answers import get_home, get_site

pages = Blueprint("report", __name__)
BODY = "<body>"


@pages.get("/report")
def show_report() -> str:
    """Show the report as it would be written now."""
    site = get_site()
    now = environment.today_by_clock()
    link = f"{get_home()}/weeks/"
    page = site.remember(
        ("report", now, link),
        lambda analysis: html.format_report(analysis, now=now, week_link=link),
    )
    if page is None:
        return render_template("empty.html", title="Report")
    return page.replace(BODY, f"{BODY}{render_template('report_bar.html')}", 1)
