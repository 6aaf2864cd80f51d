"""One pass over the message headers of a FIT link: where each message starts, and its layout.

Python walks from header to header; nothing is decoded here. A run of messages under one header byte
is taken in one step, since the bytes at its stride must then all be that header.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from itertools import repeat
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from loadwatch.errors import OverLimit

if TYPE_CHECKING:
    from numpy.typing import NDArray

MAX_MESSAGES = 20_000_000  # 640 hours of everything a watch writes each second
MAX_DEFINITIONS = 500_000
MAX_DEFINED_BYTES = 1 << 22  # bytes of definitions that differ, one million fields
MAX_UNUSED_DEFINITIONS = 5_000  # definitions in a row that no message uses
_CAREFUL = 40  # messages walked with care, after a definition and before the next
_BURST = 64  # messages walked blindly between two looks for a run
_STREAK_LIKELY = 8  # messages under one header that make a run likely
_STREAK_LENGTH = 64  # messages under one header that make a run worth a jump
_BATCH = 1 << 17  # messages handled at once, so that memory stays small
FAR = 1 << 48  # a step past the end of any file


class DefinitionMessage(NamedTuple):
    """A definition message: how the messages of one local type look from `start` on."""

    start: int  # position of its header byte in the file
    local_type: int
    content: bytes  # from the architecture byte on; the developer part, if any, belongs to it
    has_developer_fields: bool
    size: int  # of the messages' content, without the header byte


@dataclass(frozen=True, slots=True)
class HeaderScan:
    """What a pass over the headers found; `starts` are the header positions of data messages."""

    starts: NDArray[np.int64]
    definitions: tuple[DefinitionMessage, ...]
    problem: str  # "" if the pass came to its end


def read_definition(
    data: bytes, start: int, end: int, unused: int
) -> DefinitionMessage | str:
    """Return the definition at `start`, or why there is none; `idle` definitions in a row went unused."""
    if data[start] & 0xC0 != 0x40:
        return f"truncated: message without a definition at byte {start}, the rest is left out"
    if unused > MAX_UNUSED_DEFINITIONS:
        return "truncated: thousands of definitions without a message, the rest is left out"
    fields_start = start + 6
    if fields_start <= end and data[start + 2] > 1:
        return f"truncated: broken definition at byte {start}, the rest is left out"
    stop = fields_start + 3 * data[start + 5] if fields_start <= end else end + 1
    size = sum(data[fields_start + 1 : stop : 3])
    developer = bool(data[start] & 0x20)
    if developer:
        last = stop + 1 + 3 * data[stop] if stop < end else end + 1
        size += sum(data[stop + 2 : last : 3])
        stop = last
    if stop > end:
        return "truncated: the file ends within a definition"
    return DefinitionMessage(
        start, data[start] & 15, data[start + 2 : stop], developer, size
    )


def _walk_bursts(
    data: bytes, pos: int, steps: list[int], starts: list[int]
) -> tuple[int, bool]:
    """Append the starts of messages from `pos` on, burst by burst; return the position after the last one.

    Runs blindly, eight messages written out at a time, until it falls off the end (a header that is no
    message leads there, too); the second value is then False. Else it stops after _STRETCH messages, and
    where a run may begin. Most of what a file costs is this loop.
    """
    starts.append(pos)
    fell_off = False
    try:
        while len(starts) < _BATCH:
            for _ in repeat(None, _BURST // 8):
                a = pos + steps[data[pos]]
                b = a + steps[data[a]]
                c = b + steps[data[b]]
                d = c + steps[data[c]]
                e = d + steps[data[d]]
                f = e + steps[data[e]]
                g = f + steps[data[f]]
                pos = g + steps[data[g]]
                starts += (a, b, c, d, e, f, g, pos)
            step = steps[data[pos]]
            if data[pos] == data[pos - step] and _ends_streak(data, pos, step):
                break
    except IndexError:
        fell_off = True
    starts.pop()
    if pos >= FAR:  # the last of the eight was no message
        pos = starts.pop()
    return pos, not fell_off


def _ends_streak(data: bytes, pos: int, step: int) -> bool:
    """Tell whether the messages before `pos` had the header byte that stands there."""
    return (
        data[pos - step * _STREAK_LIKELY : pos : step]
        == data[pos : pos + 1] * _STREAK_LIKELY
    )


def _walk_carefully(
    data: bytes, pos: int, steps: list[int], starts: list[int]
) -> tuple[int, bool]:
    """Append the starts of up to _CAREFUL messages from `pos` on; return where they end, and if it was all."""
    append = starts.append
    try:
        for _ in repeat(None, _CAREFUL):
            step = steps[data[pos]]
            if step == FAR:
                return pos, False
            append(pos)
            pos += step
    except IndexError:
        return pos, False
    return pos, True


def _count_streak(data: bytes, pos: int, step: int) -> int:
    """Return how many whole messages of the stride `step` follow under the header byte at `pos`."""
    head = data[pos : pos + 1]
    whole = min((len(data) - pos) // step, _BATCH)
    heads = data[pos : pos + whole * step : step]
    return whole - len(heads.lstrip(head))


def scan_headers(data: bytes, start: int, end: int) -> HeaderScan:
    """Return the messages of the link whose content lies between `start` and `end`."""
    data = data[:end]
    steps = [FAR] * 256
    pieces: list[NDArray[np.int64]] = []
    starts: list[int] = []
    definitions: list[DefinitionMessage] = []
    pos, idle, kept, many, problem = start, 0, 0, False, ""
    while pos < end:
        step = steps[data[pos]]
        if step == FAR:
            definition = read_definition(data, pos, end, idle)
            if isinstance(definition, str):
                problem = definition
                break
            _add_definition(definitions, definition, steps)
            pos += 2 + len(definition.content)
            idle += 1
            continue
        idle, count = 0, _count_streak(data, pos, step) if many else 0
        if count >= _STREAK_LENGTH:
            pieces += [
                _to_array(starts),
                np.arange(pos, pos + count * step, step, dtype=np.int64),
            ]
            kept += len(starts) + count
            starts = []
            pos += count * step
        elif many:
            pos, many = _walk_bursts(data, pos, steps, starts)
        else:
            pos, many = _walk_carefully(data, pos, steps, starts)
        if len(starts) >= _BATCH:
            pieces.append(_to_array(starts))
            kept += len(starts)
            starts = []
        if kept > MAX_MESSAGES:
            raise OverLimit(f"more than {MAX_MESSAGES:,} messages in one FIT file")
    found = np.concatenate([*pieces, _to_array(starts)])
    if pos > end:
        problem = "truncated: the last message is torn and left out"
        found = found[:-1]
    if sum(map(len, {one.content for one in definitions})) > MAX_DEFINED_BYTES:
        raise OverLimit("a million fields defined in one FIT file")
    return HeaderScan(found, tuple(definitions), problem)


def _to_array(starts: list[int]) -> NDArray[np.int64]:
    """Return a list as an array, by struct: twice as fast as numpy's own way."""
    return np.frombuffer(struct.pack(f"={len(starts)}q", *starts), np.int64)


def _add_definition(
    definitions: list[DefinitionMessage], new: DefinitionMessage, steps: list[int]
) -> None:
    """Keep a definition, and note how far it is from a message of its local type to the next."""
    definitions.append(new)
    if len(definitions) > MAX_DEFINITIONS:
        raise OverLimit(f"more than {MAX_DEFINITIONS:,} definitions in one FIT file")
    local, step = new.local_type, new.size + 1
    steps[local] = steps[local | 0x10] = steps[local | 0x20] = steps[local | 0x30] = (
        step  # bits 4, 5: no meaning
    )
    if local < 4:
        first = 0x80 + 32 * local
        steps[first : first + 32] = [step] * 32
