"""Find where each message of a FIT file starts, in one pass over the message headers.

Python walks from header to header; no field is decoded here. A streak of data messages under one
header byte is taken in one step, since every byte at their stride must then be that header.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from itertools import repeat
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from loadwatch.activity import Note
from loadwatch.errors import OverLimit

if TYPE_CHECKING:
    from numpy.typing import NDArray

MAX_MESSAGES = 20_000_000  # 640 hours of everything a watch writes each second
MAX_DEFINITIONS = 500_000
MAX_DEFINED_BYTES = 1 << 22  # of definitions that differ, one million fields
MAX_UNUSED_DEFINITIONS = 5_000  # in a row, with no data message between them
FAR = 1 << 48  # a step past the end of any file

_CAREFUL = 40  # messages walked one by one after a definition message
_BURST = 64  # messages walked without a look for a streak
_LIKELY_STREAK = 8  # messages under one header byte that make a streak likely
_STREAK = 64  # messages under one header byte that are worth one step
_BATCH = 1 << 17  # messages handled at once, so that memory stays small
_ENDS_WITHIN = Note("truncated", "the file ends within a definition")


class DefinitionMessage(NamedTuple):
    """A definition message: the layout of its local message type from `start` on."""

    start: int  # position of its header byte in the file
    local_type: int
    content: bytes  # from the architecture byte on, developer fields included
    has_developer_fields: bool
    size: int  # of its data messages in bytes, without the header byte


@dataclass(frozen=True, slots=True)
class HeaderScan:
    """What a pass over the headers found."""

    starts: NDArray[np.int64]  # positions of the headers of data messages
    definitions: tuple[DefinitionMessage, ...]
    problem: Note | None  # None if the pass came to the end of the file


@dataclass(slots=True)
class _Starts:
    """Header positions found so far: full batches as arrays, the rest as a list."""

    batches: list[NDArray[np.int64]] = field(default_factory=list)
    pending: list[int] = field(default_factory=list)
    batched: int = 0  # number of positions in `batches`

    def close_batch(self) -> None:
        """Move the pending positions into an array."""
        # struct is twice as fast as numpy at making an array of a list
        packed = struct.pack(f"={len(self.pending)}q", *self.pending)
        self.batches.append(np.frombuffer(packed, np.int64))
        self.batched += len(self.pending)
        self.pending = []

    def add_streak(self, pos: int, count: int, step: int) -> None:
        """Add `count` positions from `pos` on, `step` bytes apart."""
        self.close_batch()
        stop = pos + count * step
        self.batches.append(np.arange(pos, stop, step, dtype=np.int64))
        self.batched += count

    def join_batches(self) -> NDArray[np.int64]:
        """Return all positions in file order."""
        self.close_batch()
        return np.concatenate(self.batches)


def scan_headers(data: bytes, start: int, end: int) -> HeaderScan:
    """Return the messages of the FIT file whose content is `data[start:end]`."""
    data = data[:end]
    steps = [FAR] * 256  # bytes from a header to the next, by header byte
    starts = _Starts()
    definitions: list[DefinitionMessage] = []
    pos, unused, is_steady = start, 0, False
    problem: Note | None = None
    while pos < end:
        if steps[data[pos]] == FAR:
            definition = read_definition(data, pos, end, unused)
            if isinstance(definition, Note):
                problem = definition
                break
            _add_definition(definitions, definition, steps)
            pos += 2 + len(definition.content)
            unused += 1
            continue
        unused = 0
        pos, is_steady = _walk_messages(data, pos, steps, starts, is_steady)
        if starts.batched > MAX_MESSAGES:
            raise OverLimit(f"more than {MAX_MESSAGES:,} messages in one FIT file")
    if sum(map(len, {one.content for one in definitions})) > MAX_DEFINED_BYTES:
        raise OverLimit("a million fields defined in one FIT file")
    found = starts.join_batches()
    if pos > end:
        problem = Note("truncated", "the last message is torn and left out")
        found = found[:-1]
    return HeaderScan(found, tuple(definitions), problem)


def read_definition(
    data: bytes, start: int, end: int, unused: int
) -> DefinitionMessage | Note:
    """Return the definition message at `start`, or the problem that ends the pass there.

    `unused` is the number of definition messages in a row before it.
    """
    if data[start] & 0xC0 != 0x40:
        return Note(
            "truncated",
            f"message without a definition at byte {start}, the rest is left out",
        )
    if unused > MAX_UNUSED_DEFINITIONS:
        return Note(
            "truncated",
            "thousands of definitions without a message, the rest is left out",
        )
    fields_start = start + 6
    if fields_start > end:
        return _ENDS_WITHIN
    if data[start + 2] > 1:  # architecture: 0 little endian, 1 big endian
        return Note(
            "truncated", f"broken definition at byte {start}, the rest is left out"
        )
    stop = fields_start + 3 * data[start + 5]
    size = sum(data[fields_start + 1 : stop : 3])
    has_developer_fields = bool(data[start] & 0x20)
    if has_developer_fields:
        if stop >= end:
            return _ENDS_WITHIN
        developer_start = stop + 1
        stop = developer_start + 3 * data[stop]
        size += sum(data[developer_start + 1 : stop : 3])
    if stop > end:
        return _ENDS_WITHIN
    content = data[start + 2 : stop]
    return DefinitionMessage(
        start, data[start] & 15, content, has_developer_fields, size
    )


def _add_definition(
    definitions: list[DefinitionMessage], new: DefinitionMessage, steps: list[int]
) -> None:
    """Add a definition message, and the step over a data message of its local type."""
    definitions.append(new)
    if len(definitions) > MAX_DEFINITIONS:
        raise OverLimit(f"more than {MAX_DEFINITIONS:,} definitions in one FIT file")
    local_type, step = new.local_type, new.size + 1
    for ignored_bits in (0x00, 0x10, 0x20, 0x30):
        steps[local_type | ignored_bits] = step
    if local_type < 4:  # compressed timestamp headers have two bits for it
        first = 0x80 + 32 * local_type
        steps[first : first + 32] = [step] * 32


def _walk_messages(
    data: bytes, pos: int, steps: list[int], starts: _Starts, is_steady: bool
) -> tuple[int, bool]:
    """Add data messages from `pos` on; return where they end and the next `is_steady`.

    `is_steady` is true where many data messages came before `pos` without a definition message:
    only there a streak or a burst is worth its preparation.
    """
    step = steps[data[pos]]
    if not is_steady:
        pos, is_steady = _walk_carefully(data, pos, steps, starts.pending)
    elif (count := _count_streak(data, pos, step)) >= _STREAK:
        starts.add_streak(pos, count, step)
        pos += count * step
    else:
        pos, is_steady = _walk_bursts(data, pos, steps, starts.pending)
    if len(starts.pending) >= _BATCH:
        starts.close_batch()
    return pos, is_steady


def _walk_carefully(
    data: bytes, pos: int, steps: list[int], starts: list[int]
) -> tuple[int, bool]:
    """Append the starts of up to _CAREFUL messages; return where they end, and if all exist."""
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


def _walk_bursts(
    data: bytes, pos: int, steps: list[int], starts: list[int]
) -> tuple[int, bool]:
    """Append the starts of messages from `pos` on, burst by burst; return where they end.

    A burst is walked without any check, eight messages written out at a time, until it falls off
    the end of `data` (a header of no data message leads there, too); the second value is then
    False. Otherwise it stops after _BATCH messages, and where a streak may begin. Most of the time
    that a file takes is spent in this loop.
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
    if pos >= FAR:  # the last of the eight was no data message
        pos = starts.pop()
    return pos, not fell_off


def _ends_streak(data: bytes, pos: int, step: int) -> bool:
    """Return whether the _LIKELY_STREAK messages before `pos` have the header byte at `pos`."""
    headers = data[pos - step * _LIKELY_STREAK : pos : step]
    return headers == data[pos : pos + 1] * _LIKELY_STREAK


def _count_streak(data: bytes, pos: int, step: int) -> int:
    """Return how many whole messages of `step` bytes follow under the header byte at `pos`."""
    header = data[pos : pos + 1]
    whole = min((len(data) - pos) // step, _BATCH)
    headers = data[pos : pos + whole * step : step]
    return whole - len(headers.lstrip(header))
