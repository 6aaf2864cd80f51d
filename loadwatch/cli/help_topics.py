"""`help`: how to get one's files from each vendor, or the help of a command."""

from __future__ import annotations

import click

from loadwatch.cli import output
from loadwatch.cli.command_help import define_command


@define_command(
    "help",
    "How to get your files; help on a command.",
    ("export", "report"),
)
@click.argument("topic", required=False, default="", metavar="[export|COMMAND]")
@click.pass_context
def show_help(ctx: click.Context, topic: str) -> int:
    """Show how to get your files from each vendor (export), or the help of a command."""
    group = ctx.find_root()
    if topic == "export":
        output.print_result(_format_export_guide())
        return 0
    if not topic:
        output.print_result(group.get_help())
        return 0
    assert isinstance(group.command, click.Group)
    command = group.command.get_command(group, topic)
    if command is None:
        raise click.UsageError(
            f"no topic or command {topic!r}; `loadwatch help` lists the commands, "
            "`loadwatch help export` says how to get your files."
        )
    with click.Context(command, parent=group, info_name=topic) as context:
        output.print_result(command.get_help(context))
    return 0


def _format_export_guide() -> str:
    """Return the vendors as text for the terminal, a paragraph each."""
    from loadwatch.report.terminal import Terminal

    screen = output.measure_screen()
    return Terminal(screen.width, screen.color).format_export_guide()
