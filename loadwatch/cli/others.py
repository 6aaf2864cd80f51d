"""Commands beside the main line: demo, diary, roster, inspect, rules, settings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from loadwatch.cli import options as opt
from loadwatch.cli import output
from loadwatch.errors import LoadwatchError, NothingToRead

PAIN_WHEN = ("before", "during", "after")


@click.command("demo", short_help="A made-up runner; needs no file of yours.")
@click.option(
    "-o",
    "--output",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(),
    metavar="DIR",
    help="Where the page goes. [this folder]",
)
@opt.units
@opt.quiet
@click.pass_context
def write_demo(ctx: click.Context, /, folder: Path, **_: Any) -> int:
    """Show what loadwatch does, on a made-up runner; needs no file of yours."""
    from loadwatch.pipeline import Options, analyse_athlete, with_budget
    from loadwatch.report import html, terminal

    analysis = with_budget(
        analyse_athlete(
            _find_sample(), options=Options(overrides=opt.collect_overrides(ctx))
        )
    )
    target = folder / "loadwatch-demo.html"
    folder.mkdir(parents=True, exist_ok=True)
    output.write_file(target, html.render_athlete(analysis))
    if not ctx.params["quiet"]:
        output.print_result(
            terminal.format_verdict(
                analysis, width=output.measure_width(), color=output.has_colour()
            )
        )
    output.print_message(
        f"Wrote {target} (a made-up runner).", quiet=ctx.params["quiet"]
    )
    output.print_message(
        "Next, with your own export: loadwatch report export.zip -o me.html",
        quiet=ctx.params["quiet"],
    )
    return 0


def _find_sample() -> Path:
    """Return the folder of the sample athlete: in the checkout, else where pip put it."""
    from importlib import metadata

    beside = Path(__file__).parents[2] / "sample_data" / "ana"
    if beside.is_dir():
        return beside
    for file in metadata.files("loadwatch") or ():
        if file.parts[-4:-1] == ("loadwatch", "sample_data", "ana"):
            return Path(file.locate()).resolve().parent
    raise NothingToRead("the sample athlete is missing", "Install loadwatch again.")


@click.command("diary", short_help="Pain held against earlier load.")
@click.argument("path", type=click.Path(path_type=Path))
@click.argument("action", required=False, type=click.Choice(("log",)), metavar="[log]")
@click.option("--pain", type=click.IntRange(0, 10), help="log: 0 none to 10 worst.")
@click.option(
    "--date",
    "day",
    type=opt.Day(clock=True),
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
    help="log: a warning sign; `rules LW18` names them.",
)
@opt.add_format("table", "json")
@opt.reading
@click.pass_context
def show_diary(
    ctx: click.Context, /, path: Path, action: str | None, **told: Any
) -> int:
    """Hold a pain diary against earlier load; `log` adds a line.

    The diary is diary.csv in the folder PATH: date and pain (0-10) on each line.
    """
    if action == "log":
        return _log_pain(path, told)
    if told["pain"] is not None:
        raise click.UsageError(
            f"--pain writes a line: loadwatch diary {path} log --pain {told['pain']}"
        )
    from loadwatch.cli.analyses import read_analysis
    from loadwatch.report import as_json, terminal

    ctx.params["paths"] = (path,)
    analysis = read_analysis(ctx)
    if analysis.diary is None:
        raise NothingToRead(
            f"no diary.csv in {path}", f"Begin one: loadwatch diary {path} log --pain 0"
        )
    if ctx.params["form"] == "json":
        output.print_result(as_json.format_diary(analysis))
    else:
        output.print_result(
            terminal.format_diary(
                analysis, width=output.measure_width(), color=output.has_colour()
            )
        )
    return 0


def _log_pain(folder: Path, told: dict[str, Any]) -> int:
    """Add one line to the diary in `folder`."""
    from loadwatch import environment
    from loadwatch.assess import diary as book

    if told["pain"] is None:
        raise click.UsageError("log needs --pain, 0 to 10")
    if not folder.is_dir():
        raise LoadwatchError(f"cannot write a diary into {folder}: it is no folder")
    today = environment.today_by_clock()
    day = told["day"] or today
    if day > today:
        raise click.UsageError(
            f"--date {day} lies after today, {today}: a diary holds days that have been."
        )
    entry = book.build_entry(
        day,
        told["pain"],
        when=told["when"] or "",
        site=told["site"],
        note=told["note"],
        red_flags=told["red_flags"],
    )
    book.append_entry(folder / book.DIARY_FILE, entry)
    output.print_message(
        f"Added {day}, pain {told['pain']} to {folder / book.DIARY_FILE}"
    )
    for line in book.list_urgent_calls([entry]):
        output.print_message(line)
    return 0


@click.command("roster", short_help="A folder of athletes: whom to talk to first.")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    "target",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Where the pages go.",
)
@click.option("--anonymise", is_flag=True, help="Replace every name.")
@opt.add_format("table", "json")
@opt.units
@opt.reading
@click.pass_context
def review_roster(
    ctx: click.Context, /, folder: Path, target: Path | None, anonymise: bool, **_: Any
) -> int:
    """Review a folder of athletes: whom to talk to first, and a page for each."""
    from loadwatch import pipeline
    from loadwatch.anonymize import anonymise_roster
    from loadwatch.cli.pages import write_pages
    from loadwatch.cli.progress import show_progress
    from loadwatch.report import as_json, terminal

    with show_progress(quiet=ctx.params["quiet"]) as tick:
        found = pipeline.analyse_roster(folder, opt.build_options(ctx, tick))
    if anonymise:
        found = anonymise_roster(found)
    if target is not None:
        drawn = write_pages(found, target)
        whole = sum(bool(athlete.load) for athlete in found.athletes)
        kept = f", {whole - drawn} unchanged" if drawn < whole else ""
        without = (
            f", {len(found.athletes) - whole} could not be read"
            if whole < len(found.athletes)
            else ""
        )
        pages = f"{drawn} of {len(found.athletes)} athlete pages{kept}{without}"
        output.print_message(
            f"Wrote {target / 'index.html'} and {pages}.", quiet=ctx.params["quiet"]
        )
    if ctx.params["form"] == "json":
        output.print_result(as_json.format_roster(found))
    else:
        output.print_result(
            terminal.format_roster(
                found, width=output.measure_width(), color=output.has_colour()
            )
        )
    return 0


@click.command("inspect", short_help="What one file holds.")
@click.argument("file", type=opt.PATH)
@opt.looking
@click.pass_context
def inspect_file(ctx: click.Context, /, file: Path, **_: Any) -> int:
    """Show what one file holds: messages, fields, what was read of it.

    The output is made to be posted: it leaves out positions, names, serial numbers and the time of day.
    Of a folder or archive it is a line a file.
    """
    from loadwatch.inspect import inspect_path
    from loadwatch.pipeline import load_athlete_settings

    if str(file) != "-" and not file.exists():
        raise NothingToRead(f"no file or folder at {file}", "Check the spelling.")
    options = opt.build_options(ctx)
    found = inspect_path(
        file, load_athlete_settings([file], options), options.store, options.stdin
    )
    if found.text:
        output.print_result(found.text)
    if found.why:
        raise LoadwatchError(found.why)
    return 0


@click.command("rules", short_help="The checks: limits, evidence, references.")
@click.argument("rule", required=False, metavar="[ID]")
@opt.add_format("table", "json", "md")
def explain_rules(rule: str | None, form: str) -> int:
    """Explain the checks: limits, evidence, references."""
    from loadwatch.assess import rules as book
    from loadwatch.report import as_json, rulebook, terminal
    from loadwatch.settings import Settings

    chosen = [
        r for r in book.RULES if rule is None or rule.lower() in {r.id.lower(), r.name}
    ]
    if not chosen:
        raise click.UsageError(f"no rule {rule!r}; `loadwatch rules` lists them.")
    if form == "json":
        output.print_result(as_json.format_rules(chosen))
    elif form == "md":
        output.print_result(
            rulebook.format_markdown(chosen, Settings(), full=rule is not None)
        )
    else:
        output.print_result(
            terminal.format_rules(
                chosen,
                full=rule is not None,
                width=output.measure_width(),
                color=output.has_colour(),
            )
        )
    return 0


@click.command("settings", short_help="What is in force, and where it came from.")
@click.argument("paths", nargs=-1, type=opt.PATH, metavar="[PATH...]")
@opt.add_format("table", "json")
@opt.units
@opt.settling
@click.pass_context
def show_settings(
    ctx: click.Context, /, paths: tuple[Path, ...], form: str, **_: Any
) -> int:
    """Show the effective settings, and where each came from."""
    from loadwatch import environment
    from loadwatch.pipeline import load_athlete_settings
    from loadwatch.report import as_json, terminal
    from loadwatch.settings import list_effective

    options = opt.build_options(ctx)
    rows = list_effective(load_athlete_settings(paths or (Path(),), options))
    told = (
        "--no-store"
        if ctx.params["no_store"]
        else "--store"
        if ctx.params["store"]
        else "default"
    )
    rows += [("store", str(options.store) if options.store else "none", told)]
    own = environment.user_settings_path()
    rows += [
        ("your own settings", str(own), "read" if own.is_file() else "not there yet")
    ]
    if form == "json":
        output.print_result(as_json.format_settings(rows))
    else:
        output.print_result(
            terminal.format_settings(
                rows, width=output.measure_width(), color=output.has_colour()
            )
        )
    return 0


COMMANDS = (
    write_demo,
    show_diary,
    review_roster,
    inspect_file,
    explain_rules,
    show_settings,
)
