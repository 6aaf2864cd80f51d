"""Output on a stream that knows ASCII or a small code page only: a sign becomes its plain form."""

from __future__ import annotations

import codecs
import unicodedata
from typing import Final

ERRORS: Final = "loadwatch_plain"  # name of the error handler
# a lost minus would be a wrong number, a lost shape a wrong level
PLAIN: Final = {
    "\N{MINUS SIGN}": "-",
    "\N{NON-BREAKING HYPHEN}": "-",
    "\N{EN DASH}": "-",
    "\N{EM DASH}": "-",
    "\N{NO-BREAK SPACE}": " ",
    "\N{NARROW NO-BREAK SPACE}": " ",
    "\N{THIN SPACE}": " ",
    "\N{HORIZONTAL ELLIPSIS}": "...",
    "\N{MIDDLE DOT}": "-",
    "\N{MULTIPLICATION SIGN}": "x",
    "\N{RIGHTWARDS ARROW}": "->",
    "\N{RIGHT SINGLE QUOTATION MARK}": "'",
    "\N{LEFT DOUBLE QUOTATION MARK}": '"',
    "\N{RIGHT DOUBLE QUOTATION MARK}": '"',
    "\N{BLACK UP-POINTING TRIANGLE}": "!!",
    "\N{BLACK DOWN-POINTING TRIANGLE}": "!!",
    "\N{BLACK DIAMOND}": "!",
    "\N{WHITE DIAMOND}": "i",
    "\N{WHITE CIRCLE}": "?",
    "\N{BLACK CIRCLE}": "ok",
    "\N{BOX DRAWINGS LIGHT HORIZONTAL}": "-",
    "\N{BOX DRAWINGS HEAVY HORIZONTAL}": "-",
    # a sparkline: the lower half of its steps, and the upper
    **dict.fromkeys("▁▂", "_"),
    **dict.fromkeys("▃▄▅▆", "="),
    **dict.fromkeys("▇█", "#"),
}


def replace_unknown(error: UnicodeError) -> tuple[str | bytes, int]:
    """Return the plain form of the characters that a stream cannot encode; `?` without one."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    unknown = error.object[error.start : error.end]
    return "".join(map(_find_plain, unknown)), error.end


def _find_plain(sign: str) -> str:
    """Return the plain form of one character: a letter without its accent, else `?`."""
    if sign in PLAIN:
        return PLAIN[sign]
    letters = unicodedata.normalize("NFKD", sign).encode("ascii", "ignore")
    return letters.decode() or "?"


codecs.register_error(ERRORS, replace_unknown)
