"""Processes of this machine: what they are forked from, and Ctrl-C while they start."""

from __future__ import annotations

import multiprocessing
import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from multiprocessing.context import BaseContext

FORKSERVER = "forkserver"


def make_context(preload: Sequence[str]) -> BaseContext:
    """Return how processes start that share no open store and no held lock with this one.

    The modules `preload` are imported once for all of them, where the system has fork.
    """
    if FORKSERVER not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context(FORKSERVER)
    context.set_forkserver_preload(list(preload))
    return context


def start_early(preload: Sequence[str]) -> None:
    """Begin to import `preload` in the process that others are forked from, and go on.

    It takes half a second or more, in which this process has its own imports to do.
    """
    context = make_context(preload)
    if context.get_start_method() == FORKSERVER:
        from multiprocessing import forkserver, resource_tracker  # noqa: PLC0415 - no Windows

        resource_tracker.ensure_running()  # once it starts, it lets Ctrl-C through again
        with defer_sigint():
            forkserver.ensure_running()


@contextmanager
def defer_sigint() -> Iterator[None]:
    """Hold back Ctrl-C while processes start, and raise it afterwards.

    A process that is interrupted while it starts prints a traceback of its own; one that inherits
    the blocked signal does not get it at all.
    """
    is_main = threading.current_thread() is threading.main_thread()
    if not is_main or not hasattr(signal, "pthread_sigmask"):
        yield
        return
    received: list[int] = []
    handler = signal.signal(
        signal.SIGINT, lambda number, _frame: received.append(number)
    )
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        signal.signal(signal.SIGINT, handler)
    if received:
        signal.raise_signal(signal.SIGINT)


def ignore_sigint() -> None:
    """Leave Ctrl-C to the parent process, which ends the work in order."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
