"""The elements of a JSON array one after another, so that a large export needs little memory."""

from __future__ import annotations

import codecs
import re
from json import JSONDecodeError, JSONDecoder
from typing import TYPE_CHECKING, Any

from loadwatch.errors import OverLimit, Unreadable
from loadwatch.ingest.limits import (
    JSON_BYTES,
    JSON_CONTAINERS,
    JSON_ELEMENT_CHARS,
    JSON_VALUES,
    MIB,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

_WINDOW = 1 << 18  # bytes decoded at a time
_BLANK = re.compile(r"[ \t\r\n]*")
_DECODER = JSONDecoder(strict=False)  # control characters within names do no harm


def parse_document(data: bytes) -> Any:
    """Return the one value of a JSON file. It may hold NaN for unknown: Polar writes it so."""
    _check_size(data)
    return parse_text_document(decode_document(data))


def _check_size(data: bytes) -> None:
    """Raise OverLimit where a file's values would take a multiple of its bytes in memory.

    Commas and brackets within texts count, too: that is an upper bound.
    """
    if len(data) > JSON_BYTES:
        raise OverLimit(f"a JSON file of more than {JSON_BYTES // MIB} MiB")
    if data.count(b"{") + data.count(b"[") > JSON_CONTAINERS:
        raise OverLimit(f"a JSON file of more than {JSON_CONTAINERS:,} parts")
    if data.count(b",") > JSON_VALUES:
        raise OverLimit(f"a JSON file of more than {JSON_VALUES:,} values")


def decode_document(data: bytes) -> str:
    """Return a JSON file as text; raise Unreadable where it is no UTF-8."""
    try:
        return data.decode("utf-8-sig")
    except ValueError:
        raise Unreadable("broken JSON: it is no UTF-8") from None


def parse_text_document(text: str) -> Any:
    """Return the one value of a JSON text."""
    try:
        return _DECODER.decode(text)
    except JSONDecodeError as error:
        raise Unreadable(
            f"broken JSON at line {error.lineno}: {error.msg.casefold()}"
        ) from None
    except (ValueError, RecursionError):
        raise Unreadable(
            "broken JSON: a number or a nesting beyond all measure, or no UTF-8"
        ) from None


def iterate_elements(data: bytes, start: int) -> Iterator[Any]:
    """Yield the elements of the array whose "[" is at byte `start`.

    Raises Unreadable where the array breaks off; what was whole has been yielded before.
    """
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    at, window = start + 1, _WINDOW  # the next byte to decode, and how many
    text, place = "", 0  # what is decoded, and how much of it is done
    while True:
        place = _skip_blanks(text, place)
        if text[place : place + 1] == ",":
            place = _skip_blanks(text, place + 1)
        if text[place : place + 1] == "]":
            return
        try:
            value, end = _DECODER.raw_decode(text, place)
        except (ValueError, RecursionError):
            end = len(text)
        if end < len(text):
            yield value
            place, window = end, _WINDOW
            continue
        # the element is not whole yet, or a number goes on behind the end
        if at >= len(data) or len(text) - place > JSON_ELEMENT_CHARS:
            raise Unreadable("the JSON breaks off or is broken in the middle")
        stop = at + window
        more = decoder.decode(data[at:stop], final=stop >= len(data))
        text, place = text[place:] + more, 0
        at, window = stop, window * 2


def _skip_blanks(text: str, place: int) -> int:
    """Return the place of the next character that is no blank."""
    return _BLANK.match(text, place).end()  # type: ignore[union-attr]  # it matches everywhere
