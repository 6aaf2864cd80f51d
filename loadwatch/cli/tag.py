"""`tag`: what the runner knows of runs and no watch does, written to tags.csv."""

from __future__ import annotations

import json
import math
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from loadwatch.cli import options as opt
from loadwatch.cli import output
from loadwatch.cli.command_help import define_command
from loadwatch.cli.exit_codes import DONE
from loadwatch.cli.reading import read_analysis, warn_of_map
from loadwatch.errors import LoadwatchError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from loadwatch.analysis import Analysis
    from loadwatch.assess.ground_questions import GroundQuestion

MAX_LISTED = 10  # courses without an answer
MAX_ASKED = 20  # at one sitting
UNKNOWN = "unknown"  # "I do not know": asked again after 26 weeks


class Answer(click.ParamType[str]):
    """The ground of a run as tags.csv holds it: `hard`, or `hard 75 soft 25`."""

    name = "ground"

    def convert(
        self, value: str, param: click.Parameter | None, ctx: click.Context | None
    ) -> str:
        """Return the answer in the form of tags.csv."""
        from loadwatch.exposure.ground_answers import format_answer, parse_answer

        try:
            shares = parse_answer(value)
        except ValueError as error:
            self.fail(f"{error}.", param, ctx)
        if not shares:
            self.fail("name a ground, as hard or soft.", param, ctx)
        return format_answer(shares)


class Effort(click.ParamType[float]):
    """A perceived exertion as tags.csv takes it."""

    name = "effort"

    def convert(
        self, value: str, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Return the exertion, from 0 to 10."""
        from loadwatch.exposure.tags import parse_rpe

        try:
            return parse_rpe(value)
        except ValueError as error:
            self.fail(f"{error}.", param, ctx)


class ShoeName(click.ParamType[str]):
    """The name of a pair of shoes: no blank one, which would be read as none."""

    name = "name"

    def convert(
        self, value: str, param: click.Parameter | None, ctx: click.Context | None
    ) -> str:
        """Return the name without the blanks around it."""
        if not any(char.isprintable() and not char.isspace() for char in value):
            self.fail("name the pair of shoes.", param, ctx)
        return value.strip()


@define_command(
    "tag",
    "Say what you know of runs: ground, shoe, effort.",
    ("me/ --list-unknown", "me/ --date 2026-11-24 --surface soft --same-course"),
)
@click.argument("path", type=click.Path(path_type=Path))
@click.option(
    "--date",
    "day",
    metavar="DATE",
    help="The run of this day, or that starts then: 2026-11-24, or with 18:05.",
)
@click.option("--file", "file", metavar="NAME", help="The run of this file.")
@click.option(
    "--from", "start", type=opt.Day(), metavar="DATE", help="Runs from this day on."
)
@click.option(
    "--to", "end", type=opt.Day(), metavar="DATE", help="Runs up to this day."
)
@click.option("--match", metavar="TEXT", help="Runs with this in title or file name.")
@click.option(
    "--same-course", is_flag=True, help="And all runs of the same course as these."
)
@click.option(
    "--surface",
    type=Answer(),
    metavar="GROUND",
    help='hard, firm, soft, track, treadmill; two as "hard 75 soft 25"; unknown.',
)
@click.option("--shoe", type=ShoeName(), metavar="NAME", help="Pair of shoes.")
@click.option("--rpe", type=Effort(), metavar="NUMBER", help="Effort, 0 to 10.")
@click.option("--planned", is_flag=True, help="A race or a planned build.")
@click.option("--exclude", is_flag=True, help="Leave these runs out.")
@click.option(
    "--list-unknown",
    is_flag=True,
    help="List the courses whose ground is unknown, the most useful first.",
)
@opt.add_format(("table", "json"))
@opt.units
@opt.reading
@click.pass_context
def tag_runs(ctx: click.Context, /, path: Path, form: str, **given: Any) -> int:
    """Write what you know of runs to tags.csv in the folder PATH.

    The ground of one run holds for the same ground in all runs. Without options, a terminal is
    asked for the ground of the most useful runs, one by one.
    """
    ctx.params["paths"] = (path,)
    cells = _read_cells(given)
    has_selection = any(
        given[name] for name in ("day", "file", "start", "end", "match")
    )
    if given["list_unknown"]:
        if cells:
            raise click.UsageError(
                "--list-unknown writes nothing: "
                f"leave it out, or --{next(iter(cells))}."
            )
        return _list_unknown(ctx, form)
    if not (cells or has_selection):
        if _is_conversation():
            return _ask_questions(ctx, path)
        return _list_unknown(ctx, form)
    if not cells:
        raise click.UsageError(
            "say what to write: --surface, --shoe, --rpe, --planned or --exclude."
        )
    if not has_selection:
        raise click.UsageError(
            "say which runs: --date, --file, --from, --to or --match."
        )
    return _tag_selected(ctx, path, cells)


def _read_runs(ctx: click.Context) -> Analysis:
    """Return the analysis of the runs; warn where the map is of another region."""
    analysis = read_analysis(ctx)
    warn_of_map(ctx, analysis)
    return analysis


def _is_conversation() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty()


def _read_cells(given: Mapping[str, Any]) -> dict[str, str]:
    """Return what the options set, text by column of tags.csv."""
    cells = {}
    for name in ("surface", "shoe"):
        if given[name]:
            cells[name] = given[name]
    if given["rpe"] is not None:
        cells["rpe"] = f"{given['rpe']:g}"
    for name in ("planned", "exclude"):
        if given[name]:
            cells[name] = "yes"
    return cells


def _fill_answer(cells: Mapping[str, str], today: date) -> dict[str, str]:
    """Return the cells with the day of the answer in place of an unknown ground."""
    if "surface" not in cells:
        return dict(cells)
    if cells["surface"] == UNKNOWN:
        return {**cells, "surface": "", "asked": today.isoformat()}
    return {**cells, "asked": ""}


def _write_cells(
    path: Path, analysis: Analysis, positions: list[int], cells: Mapping[str, str]
) -> None:
    """Write cells of runs to the tags.csv in the folder `path`."""
    from loadwatch import environment
    from loadwatch.exposure import tags
    from loadwatch.exposure.tag_writer import write_tags

    if not path.is_dir():
        raise LoadwatchError(
            f"cannot write {tags.FILE} into {path}: {output.explain_no_folder(path)}"
        )
    today = analysis.settings.today or environment.today_by_clock()
    filled = _fill_answer(cells, today)
    write_tags(path / tags.FILE, analysis.activities, positions, filled)


def _tag_selected(ctx: click.Context, path: Path, cells: Mapping[str, str]) -> int:
    """Write `cells` of the runs that the options select; say of which."""
    from loadwatch import formatting
    from loadwatch.exposure import tags

    analysis = _read_runs(ctx)
    positions = _select_runs(ctx, analysis)
    _write_cells(path, analysis, positions, cells)
    runs = formatting.format_count(len(positions), "run", "runs")
    written = ", ".join(f"{name} {text}" for name, text in cells.items())
    done = f"Tagged {runs} in {path / tags.FILE}: {written}"
    output.print_result(formatting.clean_lines(done))
    if len(positions) == 1:
        name = _name_row(analysis, positions[0])
        output.print_message(name, quiet=ctx.params["quiet"])
    return DONE


def _select_runs(ctx: click.Context, analysis: Analysis) -> list[int]:
    """Return the positions of the runs that the options select; UsageError where it is none."""
    from loadwatch.exposure.run_selection import Selection, select_positions

    params = ctx.params
    selection = Selection(
        day=params["day"] or "",
        file=params["file"] or "",
        start=params["start"],
        end=params["end"],
        text=params["match"] or "",
        same_course=params["same_course"],
        sports=analysis.settings.sports,
    )
    try:
        return select_positions(analysis.activities, selection)
    except ValueError as error:
        raise click.UsageError(f"{error}.") from None


def _name_row(analysis: Analysis, position: int) -> str:
    """Return a run by its day, clock and distance."""
    from loadwatch import formatting

    row = analysis.activities.iloc[position]
    units = analysis.settings.units
    length = formatting.format_quantity(row["distance_m"], "distance_m", units)
    start = row["start_local"]
    when = formatting.format_day(start)
    if not row["date_only"]:
        when += f", {start:%H:%M}"
    return f"The run of {when}, {length}."


def _list_unknown(ctx: click.Context, form: str) -> int:
    """Print the courses without an answer, the most useful first."""
    from loadwatch.assess.ground_questions import find_questions
    from loadwatch.report import ground_question, known_ground

    analysis = _read_runs(ctx)
    found = find_questions(
        analysis.activities, analysis.settings, analysis.today, MAX_LISTED
    )
    if form == "json":
        records = ground_question.build_question_records(found)
        text: dict[str, object] = {"schema": 1, "known_share": None, "courses": records}
        if not math.isnan(found.known_share):
            text["known_share"] = found.known_share
        output.print_result(json.dumps(text, indent=1))
        return DONE
    known = known_ground.describe_known(analysis)
    if known:
        output.print_message(f"{known.head}.", quiet=ctx.params["quiet"])
    if not found.questions:
        output.print_result("Nothing to ask: no course with positions lacks an answer.")
        return DONE
    lines = ground_question.list_courses(
        found, analysis.settings.units, analysis.today, str(ctx.params["path"])
    )
    output.print_result("\n".join(lines))
    return DONE


def _ask_questions(ctx: click.Context, path: Path) -> int:
    """Ask for the ground of the most useful runs until enough is known or the runner stops."""
    from loadwatch.assess.ground_questions import find_one_question

    for number in range(MAX_ASKED):
        analysis = read_analysis(ctx)
        if not number:
            warn_of_map(ctx, analysis)
        question = find_one_question(
            analysis.activities, analysis.settings, analysis.today
        )
        if question is None:
            output.print_message("Enough of the ground is known: no question is open.")
            return DONE
        answer = _ask_ground(analysis, question)
        if not answer:
            return DONE
        ids = analysis.activities["activity_id"].tolist()
        position = ids.index(question.activity_id)
        _write_cells(path, analysis, [position], {"surface": answer})
    return DONE


def _ask_ground(analysis: Analysis, question: GroundQuestion) -> str:
    """Return the runner's answer as tags.csv has it, "" where they stop."""
    from dataclasses import replace

    from loadwatch.report import ground_question

    text = ground_question.format_question(replace(analysis, question=question))
    assert text is not None
    click.echo(f"\n{text.question}\n{text.gain}")
    answer = click.prompt(
        'hard, firm, soft, track; "hard mostly soft" or "hard half soft" for two; '
        "unknown; empty stops",
        default="",
        show_default=False,
        value_proc=_parse_reply,
    )
    return str(answer)


def _parse_reply(text: str) -> str:
    """Return a reply as tags.csv has it; "hard mostly soft" is 75 and 25 per cent."""
    parts = text.lower().replace(",", " ").split()
    shares = {"mostly": (75, 25), "half": (50, 50)}
    if len(parts) == 3 and parts[1] in shares:
        first, second = shares[parts[1]]
        text = f"{parts[0]} {first} {parts[2]} {second}"
    if not text.strip():
        return ""
    try:
        return Answer().convert(text, None, None)
    except click.BadParameter as error:
        raise click.UsageError(error.message) from None
