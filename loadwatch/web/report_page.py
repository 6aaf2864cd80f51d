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
    analysis = get_site().analysis
    if analysis is None:
        return render_template("empty.html", title="Report")
    home = get_home()
    page = html.format_report(
        analysis, now=environment.today_by_clock(), week_link=f"{home}/weeks/"
    )
    return page.replace(BODY, f"{BODY}{render_template('report_bar.html')}", 1)
