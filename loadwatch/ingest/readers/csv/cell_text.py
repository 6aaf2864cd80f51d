"""Text of tables as keyboards of the world write it: digits, marks, and what is around a value."""

from __future__ import annotations

import re

# the digit 0 of Arabic, Persian, Indian scripts from Devanagari to Malayalam, Thai, Lao,
# Burmese, Khmer and of the wide fonts of the east of Asia
_ZEROS = (
    *(0x660, 0x6F0, 0x966, 0x9E6, 0xA66, 0xAE6, 0xB66, 0xBE6, 0xC66, 0xCE6, 0xD66),
    *(0xE50, 0xED0, 0x1040, 0x17E0, 0xFF10),
)
_ASCII = {
    **{chr(zero + digit): str(digit) for zero in _ZEROS for digit in range(10)},
    "\uff0e": ".",
    "\uff1a": ":",
    "\uff0f": "/",
    "\uff0b": "+",
    "\uff0d": "-",
    "\u2010": "-",  # hyphens that break no line, and minus
    "\u2011": "-",
    "\u2212": "-",
    "\u066b": ".",  # Arabic decimal mark, and that of thousands
    "\u066c": "'",
    # marks of the direction of writing
    **dict.fromkeys("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e", ""),
    **dict.fromkeys("\u2066\u2067\u2068\u2069", ""),
}
_OTHERS = re.compile(f"[{''.join(_ASCII)}]")
# ="2026-03-02": text that a spreadsheet is kept from converting; quoted again or not
_KEPT_TEXT = re.compile(
    r'(?:(?<=[,;\t|\n])|^)(?:"=""([^"\n]*)"""|="([^"\n]*)")(?=[,;\t|\r\n]|\Z)'
)
_ABOUT = re.compile(
    r"\(?(?:(?:ca|circa|cirka|approx|about|around|etwa|rund|env|environ|aprox|ung|noin)\b"
    r"[.)]{0,2})? {0,2}[~\u2248]? ?",
    re.IGNORECASE,
)
_LONGEST = 120  # characters of a value with all that is around it
_REMARK = re.compile(r" ?(?:\([^()]{0,60}\)|[*\u2020\u2021]{1,3})$")


def fold_text(text: str) -> str:
    """Return the text of a table with ASCII digits and marks, and without ="..." around cells."""
    if '="' in text:
        text = _KEPT_TEXT.sub(r'"\1\2"', text)
    if text.isascii():
        return text
    return _OTHERS.sub(_convert_to_ascii, text)


def _convert_to_ascii(found: re.Match[str]) -> str:
    return _ASCII[found[0]]


def trim_value(cell: str) -> str:
    """Return a value without what is around it: "ca. 8.2 km (hilly)", "'47:30", "~10*"."""
    text = cell.strip().lstrip("' ")
    if len(text) > _LONGEST:
        return text
    about = _ABOUT.match(text)
    if about:
        text = text[about.end() :]
    return _REMARK.sub("", text)
