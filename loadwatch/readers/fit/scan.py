"""One pass over the message headers of a FIT link: where each message starts, and its layout.

Python walks from header to header; nothing is decoded here. A run of messages under one header byte
is taken in one step, since the bytes at its stride must then all be that header.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import repeat
from typing import TYPE_CHECKING

import numpy as np

from loadwatch.errors import OverLimit

if TYPE_CHECKING:
    from numpy.typing import NDArray

MAX_MESSAGES = 20_000_000  # 640 hours of everything a watch writes each second
MAX_DEFINITIONS = 500_000
MAX_DEFINED = 1 << 22  # bytes of definitions that differ, one million fields
MAX_IDLE_DEFINITIONS = 5_000  # definitions in a row that no message uses
_BURST = 48  # messages walked between two looks for a run
_RUN = 8  # messages under one header that make a run worth a jump
_STRETCH = 1 << 17  # messages handled at once, so that memory stays small
FAR = 1 << 48  # a step past the end of any file


@dataclass(frozen=True, slots=True)
class Definition:
    """A definition message: how the messages of one local type look from `start` on."""

    start: int  # position of its header byte in the file
    local: int
    content: bytes  # from the architecture byte on; the developer part, if any, belongs to it
    developer: bool
    size: int  # of the messages' content, without the header byte


@dataclass(frozen=True, slots=True)
class Scan:
    """What a pass over the headers found; `starts` are the header positions of data messages."""

    starts: NDArray[np.int64]
    definitions: tuple[Definition, ...]
    end: int  # where reading stopped
    problem: str  # "" if the pass came to its end


def define(data: bytes, start: int, end: int, idle: int) -> Definition | str:
    """Return the definition at `start`, or why there is none; `idle` definitions in a row went unused."""
    if data[start] & 0xC0 != 0x40:
        return f"truncated: message without a definition at byte {start}, the rest is left out"
    if idle > MAX_IDLE_DEFINITIONS:
        return "truncated: thousands of definitions without a message, the rest is left out"
    fields_at = start + 6
    if fields_at <= end and data[start + 2] > 1:
        return f"truncated: broken definition at byte {start}, the rest is left out"
    stop = fields_at + 3 * data[start + 5] if fields_at <= end else end + 1
    size = sum(data[fields_at + 1 : stop : 3])
    developer = bool(data[start] & 0x20)
    if developer:
        last = stop + 1 + 3 * data[stop] if stop < end else end + 1
        size += sum(data[stop + 2 : last : 3])
        stop = last
    if stop > end:
        return "truncated: the file ends within a definition"
    return Definition(start, data[start] & 15, data[start + 2 : stop], developer, size)


def _walk(data: bytes, pos: int, steps: list[int]) -> tuple[list[int], int]:
    """Return the starts of up to _STRETCH messages from `pos` on, and the position after them.

    Ends early at a run, and past the end of `data`: a header that is no defined data message has a
    step past every end, so its start comes last. This loop is most of what a file costs.
    """
    starts = [pos]
    first = pos
    try:
        while len(starts) < _STRETCH:
            starts += [pos := pos + steps[data[pos]] for _ in repeat(None, _BURST)]
            first = pos
            step = steps[data[pos]]
            if data[pos - step * _RUN : pos : step] == data[pos : pos + 1] * _RUN:
                break
    except IndexError:  # the end lies within the last burst
        pos = first
        while pos < len(data):
            pos += steps[data[pos]]
            starts.append(pos)
    return starts[:-1], starts[-1]


def _run(data: bytes, pos: int, end: int, step: int) -> int:
    """Return how many whole messages of the stride `step` follow under the header byte at `pos`."""
    head = data[pos : pos + 1]
    whole = min((end - pos) // step, _STRETCH)
    heads = data[pos : pos + whole * step : step]
    return whole - len(heads.lstrip(head))


def _messages(data: bytes, pos: int, end: int, steps: list[int]) -> tuple[list[NDArray[np.int64]], int]:
    """Return the starts of all messages up to the next definition, in pieces, and where they end.

    The end lies before `end` at a header that is no message, and past it if the last message is torn.
    """
    pieces: list[NDArray[np.int64]] = []
    while pos < end:
        step = steps[data[pos]]
        count = _run(data, pos, end, step) if step < FAR else 0
        if count >= _RUN:
            pieces.append(np.arange(pos, pos + count * step, step, dtype=np.int64))
            pos += count * step
            continue
        starts, pos = _walk(data, pos, steps)
        if pos >= FAR:  # the last one is no message
            pos = starts.pop()
            pieces.append(np.array(starts, np.int64))
            break
        pieces.append(np.array(starts, np.int64))
    return pieces, pos


def scan(data: bytes, start: int, end: int) -> Scan:
    """Return the messages of the link whose content lies between `start` and `end`."""
    data = data[:end]
    steps = [FAR] * 256
    pieces: list[NDArray[np.int64]] = [np.empty(0, np.int64)]
    definitions: list[Definition] = []
    pos, idle, count, problem = start, 0, 0, ""
    while pos < end:
        found, pos = _messages(data, pos, end, steps)
        fresh = sum(map(len, found))
        pieces += found
        count += fresh
        if count > MAX_MESSAGES:
            raise OverLimit(f"more than {MAX_MESSAGES:,} messages in one FIT file")
        if pos > end:
            problem = "truncated: the last message is torn and left out"
            break
        if pos == end:
            break
        idle = 1 if fresh else idle + 1
        definition = define(data, pos, end, idle)
        if isinstance(definition, str):
            problem = definition
            break
        definitions.append(definition)
        if len(definitions) > MAX_DEFINITIONS:
            raise OverLimit(f"more than {MAX_DEFINITIONS:,} definitions in one FIT file")
        pos += 2 + len(definition.content)
        _allow(steps, definition.local, definition.size + 1)
    if sum(map(len, {one.content for one in definitions})) > MAX_DEFINED:
        raise OverLimit("a million fields defined in one FIT file")
    starts = np.concatenate(pieces)
    return Scan(starts[:-1] if pos > end else starts, tuple(definitions), min(pos, end), problem)


def _allow(steps: list[int], local: int, step: int) -> None:
    """Note how far it is from a message of this local type to the next."""
    for spare in (0, 0x10, 0x20, 0x30):  # bits 4 and 5 of a data header mean nothing
        steps[local | spare] = step
    if local < 4:
        first = 0x80 + 32 * local
        steps[first : first + 32] = [step] * 32
