"""Files: what was read, what was left out, what counts once, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, render_template, request

from loadwatch.errors import LoadwatchError
from loadwatch.exposure import tags
from loadwatch.exposure.tag_writer import count_again
from loadwatch.formatting import clean_source, clean_text
from loadwatch.report import provenance
from loadwatch.report.display_tables import build_table
from loadwatch.user_files import read_file
from loadwatch.web.answers import finish_write, get_site, refuse_write

if TYPE_CHECKING:
    from pathlib import Path

    from werkzeug.wrappers import Response

pages = Blueprint("files", __name__)
SHOWN = 500
LONGEST_KEY = 100  # characters of a run's name that are shown


@pages.get("/files")
def show_files() -> str:
    """Show every input that is no activity of its own, with its reason."""
    site = get_site()
    analysis = site.analysis
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
        excluded=list_excluded(site.folder),
        more=max(len(analysis.skipped), len(analysis.duplicates)) > SHOWN,
    )


@pages.post("/files/count")
def count_run() -> Response:
    """Let a run count again that tags.csv leaves out."""
    site = get_site()
    key = request.form.get("run", "")
    path = site.folder / tags.FILE
    description = f"{clean_text(key, LONGEST_KEY)} counts again"
    try:
        site.write(path, lambda: count_again(path, key), description)
    except LoadwatchError as error:
        return refuse_write(str(error), "/files")
    return finish_write(f"Written to {tags.FILE}: {description}.", "/files")


def list_excluded(folder: Path) -> list[tuple[str, str]]:
    """Return each run that tags.csv leaves out: as it is named there, and as it is shown.

    None where the file cannot be read, which the page says anyway.
    """
    try:
        found = tags.read_tags(read_file(folder, tags.FILE) or b"").tags
    except (LoadwatchError, OSError):
        return []
    keys = dict.fromkeys(tag.key for tag in found if tag.exclude)
    return [(key, clean_text(key, LONGEST_KEY)) for key in keys][:SHOWN]
