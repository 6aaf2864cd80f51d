"""Files: what was read, what was left out, what counts once, and why."""

from __future__ import annotations

from flask import Blueprint, render_template

from loadwatch.formatting import clean_source, clean_text
from loadwatch.report import provenance
from loadwatch.report.display_tables import build_table
from loadwatch.web.answers import get_site

pages = Blueprint("files", __name__)
SHOWN = 500


@pages.get("/files")
def show_files() -> str:
    """Show every input that is no activity of its own, with its reason."""
    analysis = get_site().analysis
    if analysis is None:
        return render_template("empty.html", title="Files")
    left_out = build_table(
        dict.fromkeys(("File", "Kind", "Why"), True),
        [
            (clean_source(item.source), item.kind, clean_text(item.why))
            for item in analysis.skipped[:SHOWN]
        ],
    )
    twice = build_table(
        dict.fromkeys(("File", "Counted as", "Why"), True),
        [
            (clean_source(item.source), clean_source(item.of), clean_text(item.why))
            for item in analysis.duplicates[:SHOWN]
        ],
    )
    return render_template(
        "files.html",
        title="Files",
        summary=provenance.describe_reading(analysis),
        left_out=left_out,
        twice=twice,
        more=max(len(analysis.skipped), len(analysis.duplicates)) > SHOWN,
    )
