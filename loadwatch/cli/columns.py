"""`columns`: what each column of the tables means."""

from __future__ import annotations

import click

from loadwatch.cli import options as opt
from loadwatch.cli import output
from loadwatch.cli.command_help import define_command
from loadwatch.report.formats import TABLES


@define_command(
    "columns",
    "The glossary: columns, units, meanings.",
    ("", "climb"),
)
@click.argument("word", required=False, default="", metavar="[WORD]")
@opt.add_format(TABLES)
def explain_columns(word: str, form: str) -> int:
    """Explain the columns of activities, weeks and records; with a WORD, those that hold it."""
    from loadwatch.report.glossary import list_columns

    rows = list_columns(word)
    if not rows:
        raise click.UsageError(
            f"no column holds {word!r}; `loadwatch columns` lists all."
        )
    writer = TABLES[form](output.measure_screen())
    output.print_result(writer.format_columns(rows))
    return 0
