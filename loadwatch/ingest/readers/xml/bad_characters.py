"""Characters that XML does not allow, as some exporters write them into names and notes.

A title with an escape, a vertical tab or an emoji as two references of UTF-16
(`&#55357;&#56832;`) would cost all that follows it.
"""

from __future__ import annotations

import re
from typing import Final
from xml.parsers import expat

INVALID_TOKEN: Final = 4  # expat's code for bytes that are no character ...
BAD_REFERENCE: Final = 14  # ... and for a reference to one that is none
# a NUL is none of them: it is what a crash leaves behind
_CONTROL: Final = re.compile(rb"[\x01-\x08\x0b\x0c\x0e-\x1f]")
_NUMBER: Final = rb"(x[0-9a-f]{1,16}|[0-9]{1,16})"
_REFERENCE: Final = re.compile(rb"&#%b;(?:&#%b;)?" % (_NUMBER, _NUMBER), re.IGNORECASE)
_ALLOWED: Final = ((0x9, 0xA), (0xD, 0xD), (0x20, 0xD7FF), (0xE000, 0xFFFD))
_HIGH, _LOW, _END = 0xD800, 0xDC00, 0xE000  # halves of a character in UTF-16
_ABOVE: Final = 0x10000
_LAST: Final = 0x10FFFF


def is_bad_character(error: Exception, data: bytes) -> bool:
    """Return whether expat gave up on `data` because of a character that XML does not allow."""
    if not isinstance(error, expat.ExpatError):
        return False
    if error.code == BAD_REFERENCE:
        return True
    return error.code == INVALID_TOKEN and _CONTROL.search(data) is not None


def replace_bad_characters(data: bytes) -> bytes:
    """Return `data` without control characters, and with references that XML allows alone."""
    return _REFERENCE.sub(_replace_references, _CONTROL.sub(b"", data))


def _replace_references(found: re.Match[bytes]) -> bytes:
    """Return one or two references as they are, joined to one, or as U+FFFD each."""
    codes = [_read_code(text) for text in found.groups() if text]
    if len(codes) > 1 and _HIGH <= codes[0] < _LOW <= codes[1] < _END:
        joined = _ABOVE + ((codes[0] - _HIGH) << 10) + codes[1] - _LOW
        return b"&#%d;" % joined
    return b"".join(b"&#%d;" % _keep_allowed(code) for code in codes)


def _read_code(text: bytes) -> int:
    if text[:1] in b"xX":
        return int(text[1:], 16)
    return int(text)


def _keep_allowed(code: int) -> int:
    """Return the number of a character, that of U+FFFD where XML does not allow it."""
    is_allowed = any(first <= code <= last for first, last in _ALLOWED)
    if is_allowed or _ABOVE <= code <= _LAST:
        return code
    return 0xFFFD
