"""Commands whose help groups its options, and ends with examples."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

OWN_SECTION = "Options"
SECTIONS = {
    "Output": (
        *("--output", "--format", "--units", "--name", "--all", "--open"),
        *("--anonymise", "--fail-on", "--strict", "--quiet", "--verbose"),
    ),
    "Period": ("--from", "--to", "--today", "--week-start", "--since"),
    "Reading": (
        *("--tz", "--sports", "--load", "--preset", "--osm", "--default-surface"),
        *("--distance-unit", "--elevation-unit", "--date-order"),
    ),
    "This computer": ("--store", "--no-store", "--jobs", "--cluster"),
}


class GroupedCommand(click.Command):
    """A command that shows its own options first, the shared ones in sections after."""

    def format_options(
        self, ctx: click.Context, formatter: click.HelpFormatter
    ) -> None:
        """Write the options of each section that has any."""
        sections: dict[str, list[tuple[str, str]]] = {OWN_SECTION: []}
        sections |= {title: [] for title in SECTIONS}
        for parameter in self.get_params(ctx):
            record = parameter.get_help_record(ctx)
            if record is not None and isinstance(parameter, click.Option):
                sections[_find_section(parameter)].append(record)
        for title, records in sections.items():
            if records:
                with formatter.section(title):
                    formatter.write_dl(records)


def _find_section(parameter: click.Parameter) -> str:
    """Return the title of the section that an option belongs to."""
    for title, names in SECTIONS.items():
        if set(names) & set(parameter.opts):
            return title
    return OWN_SECTION


def define_command(
    name: str, short_help: str, examples: Sequence[str] = ()
) -> Callable[[Callable[..., Any]], click.Command]:
    """Return the decorator of a command, with examples of its use below its help."""
    epilog = None
    if examples:
        lines = "\n".join(
            f"  loadwatch {name} {example}".rstrip() for example in examples
        )
        epilog = f"\b\nExamples:\n{lines}"
    return click.command(name, cls=GroupedCommand, short_help=short_help, epilog=epilog)
