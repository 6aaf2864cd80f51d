"""Runs: a list, and one run with what the runner knows of it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from flask import Blueprint, abort, render_template, request

from loadwatch.errors import LoadwatchError
from loadwatch.exposure.ground_answers import parse_answer
from loadwatch.exposure.tags import MAX_RPE
from loadwatch.pipeline.run_records import read_run_records
from loadwatch.pipeline.sample_grounds import find_sample_grounds
from loadwatch.web.answers import get_site, refuse_write
from loadwatch.web.ground_colours import list_grounds
from loadwatch.web.run_pictures import draw_course, draw_profile
from loadwatch.web.run_rows import find_run, list_recent_runs
from loadwatch.web.run_splits import build_splits
from loadwatch.web.shoe_rows import list_pairs_in_use
from loadwatch.web.today import write_cells

if TYPE_CHECKING:
    from collections.abc import Mapping

    from werkzeug.wrappers import Response

    from loadwatch.analysis import Analysis
    from loadwatch.web.site import Site

pages = Blueprint("runs", __name__)
SHOWN_RUNS = 200
COUNTED_AGAIN = "The run counts no longer; the page Files can let it count again"
YES_CELLS = {"yes": "yes", "no": ""}  # anything else leaves a cell as it is


@pages.get("/runs")
def show_runs() -> str:
    """Show the last runs."""
    analysis = get_site().analysis
    if analysis is None:
        return render_template("empty.html", title="Runs")
    most = 0 if "all" in request.args else SHOWN_RUNS
    runs = list_recent_runs(analysis, most)
    return render_template("runs.html", title="Runs", runs=runs, most=most)


@pages.get("/runs/<activity_id>")
def show_run(activity_id: str) -> str:
    """Show one run with its form."""
    site = get_site()
    analysis = site.analysis
    run = find_run(analysis, activity_id) if analysis else None
    if analysis is None or run is None:
        abort(404)
    pairs = list_pairs_in_use(analysis)
    return render_template(
        "run.html",
        title="Run",
        run=run,
        pairs=pairs,
        **_show_records(site, analysis, activity_id),
    )


def _show_records(site: Site, analysis: Analysis, activity_id: str) -> dict[str, Any]:
    """Return profile, course by ground and kilometres of a run, nothing where it has no samples."""
    records = read_run_records(analysis, site.folder, activity_id)
    if records is None:
        return {"course": None, "profile": None, "splits": None, "grounds": []}
    rows = analysis.activities
    row = dict(rows[rows["activity_id"] == activity_id].iloc[0])
    grounds = find_sample_grounds(analysis, records, row, site.cache)
    units = analysis.settings.units
    return {
        "course": draw_course(records, grounds),
        "profile": draw_profile(records, units),
        "splits": build_splits(records, grounds, units),
        "grounds": list_grounds(set(grounds.tolist())),
    }


@pages.post("/runs/<activity_id>")
def change_run(activity_id: str) -> Response:
    """Write what the runner knows of a run into tags.csv; an empty field says nothing."""
    form = request.form
    analysis = get_site().analysis
    if analysis is None or find_run(analysis, activity_id) is None:
        abort(404)
    target = f"/runs/{activity_id}"
    if form.get("back") == "/":
        target = "/"
    try:
        cells = _read_cells(form)
    except (ValueError, LoadwatchError) as error:
        return refuse_write(str(error), target)
    if not cells:
        return refuse_write("nothing was filled in.", target)
    description = ", ".join(f"{name} {text}" for name, text in cells.items() if text)
    if cells.get("exclude") == "yes":
        description += f". {COUNTED_AGAIN}"
        if target != "/":
            target = "/runs"
    return write_cells(get_site(), activity_id, cells, description, target)


def _read_cells(form: Mapping[str, str]) -> dict[str, str]:
    """Return what the form says, text by column of tags.csv; ValueError where it cannot be."""
    cells: dict[str, str] = {}
    surface = form.get("surface", "").strip()
    if surface:
        parse_answer(surface)
        cells |= {"surface": surface, "asked": ""}
    rpe = form.get("rpe", "").strip().replace(",", ".")
    if rpe:
        cells["rpe"] = f"{_parse_effort(rpe):g}"
    shoe = form.get("shoe", "").strip()[:100]
    if shoe:
        cells["shoe"] = shoe
    for name in ("planned", "exclude"):
        if form.get(name) in YES_CELLS:
            cells[name] = YES_CELLS[form[name]]
    return cells


def _parse_effort(text: str) -> float:
    try:
        effort = float(text)
    except ValueError:
        effort = math.nan
    if not 0 <= effort <= MAX_RPE:
        raise ValueError(f"effort is 0 to {MAX_RPE:g}.")
    return effort
