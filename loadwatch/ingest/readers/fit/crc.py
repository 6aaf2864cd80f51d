"""FIT's checksum (CRC-16/ARC), folded instead of walked.

The checksum is what is left of the bits, read as a polynomial over GF(2), after division by
x^16 + x^15 + x^2 + 1 = (x + 1) (x^15 + x + 1). What is left after division by the first factor is
the parity of the bits. By the second, x^15 = x + 1, and by squaring x^(15 n) = x^n + 1 for each
power of two `n`: so the front of a message folds onto its back by two XORs, for 15 n bits at once,
until a few bytes are left to be walked.
"""

from __future__ import annotations

import struct
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_POLYNOMIAL = 0xA001  # x^16 + x^15 + x^2 + 1, bits reversed
_FACTOR = 0xC001  # x^15 + x + 1, bits reversed
_SHORT = 60  # bytes that are walked rather than folded


@cache
def _build_table() -> tuple[int, ...]:
    """Return what each 16-bit word becomes when a word of zeros follows."""
    table = np.arange(65536)
    for _ in range(16):
        table = (table >> 1) ^ (table & 1) * _POLYNOMIAL
    return tuple(table.tolist())


def compute_crc(data: bytes) -> int:
    """Return the checksum of `data`; 0 for a FIT file whose last two bytes are its right checksum."""
    rest = _fold_front(data) if len(data) > _SHORT else data
    even = b"\0" + rest if len(rest) % 2 else rest  # zeros in front change nothing
    table, state = _build_table(), 0
    for word in struct.unpack(f"<{len(even) // 2}H", even):
        state = table[state ^ word]
    return state


def _fold_front(data: bytes) -> bytes:
    """Return up to _SHORT bytes, an even number, that have the same checksum as `data`."""
    bytes_ = np.frombuffer(data, np.uint8).copy()
    odd = _has_odd_parity(bytes_)
    n = 1 << (len(data) // 15).bit_length()  # in bytes
    while len(bytes_) > _SHORT:
        while 15 * n >= len(bytes_):
            n //= 2
        size = min(14 * n, len(bytes_) - 15 * n)
        front = bytes_[:size]
        bytes_[14 * n : 14 * n + size] ^= front
        bytes_[15 * n : 15 * n + size] ^= front
        bytes_ = bytes_[size:]
    rest = bytes(len(bytes_) % 2) + bytes_.tobytes()
    if odd == _has_odd_parity(bytes_):
        return rest
    last = (
        int.from_bytes(rest[-2:], "little") ^ _FACTOR
    )  # nothing to the second factor, one to the first
    return rest[:-2] + last.to_bytes(2, "little")


def _has_odd_parity(bytes_: NDArray[np.uint8]) -> bool:
    """Tell whether the number of bits set is odd."""
    whole = len(bytes_) // 8 * 8
    words = bytes_[:whole].view(np.uint64)
    both = int(np.bitwise_xor.reduce(words)) ^ int.from_bytes(
        bytes_[whole:].tobytes(), "little"
    )
    return both.bit_count() % 2 == 1
