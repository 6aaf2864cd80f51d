"""Characters that XML does not allow, as some exporters write them into names and notes.

A title with an escape, a vertical tab or an emoji as two references of UTF-16
(`&#55357;&#56832;`) would cost all that follows it. Any other reference to a character that
XML does not allow stays an error, as the standard has it.
"""

from __future__ import annotations

import re
from typing import Final
from xml.parsers import expat

INVALID_TOKEN: Final = 4  # expat's code for bytes that are no character ...
BAD_REFERENCE: Final = 14  # ... and for a reference to one that is none
# a NUL is none of them: it is what a crash leaves behind
_CONTROL: Final = re.compile(rb"[\x01-\x08\x0b\x0c\x0e-\x1f]")
# the two halves of a character in UTF-16: U+D800 to U+DBFF, then U+DC00 to U+DFFF
_HIGH: Final = rb"(xd[89ab][0-9a-f]{2}|5529[6-9]|55[3-9]\d\d|56[0-2]\d\d|563[01]\d)"
_LOW: Final = (
    rb"(xd[c-f][0-9a-f]{2}|563[2-9]\d|56[4-9]\d\d|57[0-2]\d\d|573[0-3]\d|5734[0-3])"
)
_HALVES: Final = re.compile(rb"&#%b;&#%b;" % (_HIGH, _LOW), re.IGNORECASE)
_FIRST_HIGH, _FIRST_LOW, _FIRST_JOINED = 0xD800, 0xDC00, 0x10000


def is_bad_character(error: Exception, data: bytes) -> bool:
    """Return whether expat gave up on `data` because of a character that can be replaced."""
    if not isinstance(error, expat.ExpatError):
        return False
    if error.code == BAD_REFERENCE:
        return _HALVES.search(data) is not None
    return error.code == INVALID_TOKEN and _CONTROL.search(data) is not None


def replace_bad_characters(data: bytes) -> bytes:
    """Return `data` without control characters, and with halves of characters joined."""
    return _HALVES.sub(_join_halves, _CONTROL.sub(b"", data))


def _join_halves(found: re.Match[bytes]) -> bytes:
    """Return two references as one to the character whose halves they are."""
    high, low = map(_read_code, found.groups())
    joined = _FIRST_JOINED + ((high - _FIRST_HIGH) << 10) + low - _FIRST_LOW
    return b"&#%d;" % joined


def _read_code(text: bytes) -> int:
    if text[:1] in b"xX":
        return int(text[1:], 16)
    return int(text)
