"""`diary`: pain compared with earlier training, and one more line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from loadwatch.cli import options as opt
from loadwatch.cli import output
from loadwatch.cli.command_help import define_command
from loadwatch.cli.reading import read_analysis
from loadwatch.errors import LoadwatchError, NothingToRead
from loadwatch.report.formats import ANSWERS

PAIN_WHEN = ("before", "during", "after")


@define_command(
    "diary",
    "Pain compared with earlier training.",
    ("me/", 'me/ log --pain 3 --when after --site "low back"'),
)
@click.argument("path", type=click.Path(path_type=Path))
@click.argument("action", required=False, type=click.Choice(("log",)), metavar="[log]")
@click.option("--pain", type=click.IntRange(0, 10), help="log: 0 none to 10 worst.")
@click.option(
    "--date",
    "day",
    type=opt.Day(),
    metavar="DATE",
    help="log: day of the pain. [today]",
)
@click.option(
    "--when", type=click.Choice(PAIN_WHEN), help="log: before, during or after a run."
)
@click.option("--site", default="", help="log: where it hurts, as 'low back, left'.")
@click.option("--note", default="", help="log: anything else.")
@click.option(
    "--red-flag",
    "red_flags",
    multiple=True,
    metavar="NAME",
    help="log: a warning sign; `rules red_flags` names them.",
)
@opt.add_format(ANSWERS)
@opt.reading
@click.pass_context
def show_diary(
    ctx: click.Context, /, path: Path, action: str | None, form: str, **given: Any
) -> int:
    """Compare a pain diary with earlier training; `log` adds a line.

    The diary is diary.csv in the folder PATH: date and pain (0-10) on each line.
    """
    if action == "log":
        return _log_pain(path, given)
    if given["pain"] is not None:
        raise click.UsageError(
            f"--pain writes a line: loadwatch diary {path} log --pain {given['pain']}"
        )
    ctx.params["paths"] = (path,)
    analysis = read_analysis(ctx)
    if analysis.diary is None:
        raise NothingToRead(
            f"no diary.csv in {path}", f"Begin one: loadwatch diary {path} log --pain 0"
        )
    writer = ANSWERS[form](output.measure_screen())
    output.print_result(writer.format_diary(analysis))
    return 0


def _log_pain(folder: Path, given: dict[str, Any]) -> int:
    """Add one line to the diary in `folder`."""
    from loadwatch import environment
    from loadwatch.assess import diary

    pain = given["pain"]
    if pain is None:
        raise click.UsageError("log needs --pain, 0 to 10")
    if not folder.is_dir():
        raise LoadwatchError(
            f"cannot write a diary into {folder}: {output.explain_no_folder(folder)}"
        )
    today = environment.today_by_clock()
    day = given["day"] or today
    if day > today:
        raise click.UsageError(
            f"--date {day} lies after today, {today}: a diary holds days that have been."
        )
    entry = diary.build_entry(
        day,
        pain,
        when=given["when"] or "",
        site=given["site"],
        note=given["note"],
        red_flags=given["red_flags"],
    )
    path = folder / diary.DIARY_FILE
    diary.append_entry(path, entry)
    output.print_message(f"Added {day}, pain {pain} to {path}")
    for line in diary.list_urgent_calls([entry]):
        output.print_message(line)
    return 0
