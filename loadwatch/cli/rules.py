"""`rules`: the checks with their limits and evidence."""

from __future__ import annotations

import click

from loadwatch.cli import options as opt
from loadwatch.cli import output
from loadwatch.cli.command_help import define_command
from loadwatch.report.formats import RULES


@define_command(
    "rules",
    "The checks: limits, evidence, references.",
    ("", "LW01 --format md"),
)
@click.argument("rule", required=False, metavar="[ID]")
@opt.add_format(RULES)
def explain_rules(rule: str | None, form: str) -> int:
    """Explain the checks: limits, evidence, references.

    ID is one of them (LW08 or hard_surface_shift), or a word of their titles: ground.
    """
    from loadwatch.assess.rules import find_rules

    chosen = find_rules(rule or "")
    if not chosen:
        raise click.UsageError(f"no rule {rule!r}; `loadwatch rules` lists them.")
    writer = RULES[form](output.measure_screen())
    output.print_result(writer.format_rules(chosen))
    return 0
