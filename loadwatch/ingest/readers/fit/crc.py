"""FIT's checksum (CRC-16/ARC) of many bytes at once, instead of byte by byte.

The checksum is the remainder of the bits, read as a polynomial over GF(2), after division by
x^16 + x^15 + x^2 + 1 = (x + 1) (x^15 + x + 1). The remainder of the first factor is the parity of
the bits. For the second, x^15 = x + 1, and by squaring x^(15 n) = x^n + 1 for each power of two
`n`: so the front of the data folds onto the rest by two XORs, 14 n bytes at once, until a few bytes
are left for the usual table.
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
_SHORT = 60  # bytes that are not worth folding


@cache
def _build_table() -> tuple[int, ...]:
    """Return the remainder of each 16-bit word followed by 16 zero bits."""
    table = np.arange(65536)
    for _ in range(16):
        table = (table >> 1) ^ (table & 1) * _POLYNOMIAL
    return tuple(table.tolist())


def compute_crc(data: bytes) -> int:
    """Return the checksum of `data`; 0 for a FIT file that ends with its own right checksum."""
    rest = data
    if len(data) > _SHORT:
        rest = _fold_front(data)
    if len(rest) % 2:
        rest = b"\0" + rest  # zeros in front change nothing
    table, remainder = _build_table(), 0
    for word in struct.unpack(f"<{len(rest) // 2}H", rest):
        remainder = table[remainder ^ word]
    return remainder


def _fold_front(data: bytes) -> bytes:
    """Return at most _SHORT bytes, an even number, that have the same checksum as `data`."""
    rest = np.frombuffer(data, np.uint8).copy()
    is_odd = _has_odd_parity(rest)
    n = 1 << (len(data) // 15).bit_length()  # in bytes
    while len(rest) > _SHORT:
        while 15 * n >= len(rest):
            n //= 2
        size = min(14 * n, len(rest) - 15 * n)
        front = rest[:size]
        rest[14 * n : 14 * n + size] ^= front
        rest[15 * n : 15 * n + size] ^= front
        rest = rest[size:]
    folded = bytes(len(rest) % 2) + rest.tobytes()
    if is_odd == _has_odd_parity(rest):
        return folded
    # the second factor itself: it changes the parity and no remainder of the second factor
    last = int.from_bytes(folded[-2:], "little") ^ _FACTOR
    return folded[:-2] + last.to_bytes(2, "little")


def _has_odd_parity(data: NDArray[np.uint8]) -> bool:
    """Return whether the number of bits set is odd."""
    whole = len(data) // 8 * 8
    parity = int(np.bitwise_xor.reduce(data[:whole].view(np.uint64)))
    parity ^= int.from_bytes(data[whole:].tobytes(), "little")
    return parity.bit_count() % 2 == 1
