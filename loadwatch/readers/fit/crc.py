"""FIT's checksum (CRC-16/ARC), folded instead of walked.

The checksum is linear over GF(2): appending `n` words of zeros to a word is one table look-up, the
same for every word. So the front part of a message can be folded onto its back part all at once,
until one word is left. That costs one look-up a word in numpy, not two a byte in Python.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Words = NDArray[np.uint16]

_POLYNOMIAL = 0xA001  # x^16 + x^15 + x^2 + 1, bits reversed
_SHORT = 32  # words that are walked rather than folded


@cache
def _advance(level: int) -> Words:
    """Return the table that moves a word past 2**level words of zeros."""
    if level:
        half = _advance(level - 1)
        return half[half]
    table = np.arange(65536)
    for _ in range(16):
        table = (table >> 1) ^ (table & 1) * _POLYNOMIAL
    return table.astype(np.uint16)


def crc16(data: bytes) -> int:
    """Return the checksum of `data`; 0 for a FIT file whose last two bytes are its right checksum."""
    even = b"\0" + data if len(data) % 2 else data  # zeros in front change nothing
    words = np.frombuffer(even, "<u2")
    if len(words) <= _SHORT:
        table, state = _advance(0), 0
        for word in words.tolist():
            state = int(table[state ^ word])
        return state
    while len(words) > 1:
        level = (len(words) - 1).bit_length() - 1
        behind = 1 << level
        front = len(words) - behind
        folded = words[front:].copy()
        folded[behind - front :] ^= _advance(level).take(words[:front])
        words = folded
    return int(_advance(0)[words[0]])
