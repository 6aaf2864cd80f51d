"""A progress bar on stderr: only on a terminal, only after a second, gone when done."""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from loadwatch.pipeline.intake import ProgressCallback

PATIENCE_S = 1.0


@contextmanager
def show_progress(*, quiet: bool) -> Iterator[ProgressCallback | None]:
    """Yield a function of (done, total) that draws, or None where there is no terminal."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("Reading"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    bar = Progress(*columns, console=Console(stderr=True), transient=True)
    task = bar.add_task("Reading", total=None)
    start_s = time.monotonic()

    def draw_bar(done: int, total: int) -> None:
        if not bar.live.is_started and time.monotonic() - start_s > PATIENCE_S:
            bar.start()
        bar.update(task, completed=done, total=total)

    try:
        yield draw_bar
    finally:
        bar.stop()
