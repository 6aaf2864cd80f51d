"""Dates as people and programs write them, in one shape: the date, then the time, then the zone."""

from __future__ import annotations

import re

from loadwatch.ingest.readers.csv.names import load_offsets, load_weekdays

LONGEST = 64  # characters of a date that are looked at
_USUAL = re.compile(r"\d{1,4}[-/.]\d\d?[-/.]\d{2,4}(?:[ T][\d:.]{4,18}Z?)?")
_PLAIN = re.compile(r"[\d:./+ TZ-]*")  # nothing but numbers and the marks of ISO dates
_HYPHENS = str.maketrans("\u2010\u2011\u2012\u2013\u2014", "-----")
_MARKS = re.compile(r"(?<=\s)[@|\u00b7\u2022](?=\s)")  # between date and time
_HALF = re.compile(r"(?<=[\d ])([ap])\.? ?m\.?(?=\W|$)", re.IGNORECASE)
_BRACKETS = re.compile(r" ?[(\[\uff08]([^()\[\]\uff08\uff09]{1,40})[)\]\uff09] ?")
_OFFSET = re.compile(r"[+-]\d{2}(?::?\d{2})?")
_ZONE_NAME = re.compile(r"[A-Z][A-Za-z]+/[A-Za-z_/+-]{2,40}")
_HAS_OFFSET = re.compile(r"\d(?:Z| ?[+-]\d{2}:?\d{2})$")
# GMT+0100, UTC+1
_UTC_OFFSET = re.compile(r" ?(?:GMT|UTC)([+-])(\d{1,2})(?::?(\d{2}))?$")
_SHORT_OFFSET = re.compile(r"(?<=\d) ([+-]\d{2})$")
_SHORT_YEAR = re.compile(r"(?<=[ .])['\u2019](\d{2})(?=\D|$)")
_TIME_FIRST = re.compile(
    r"(\d{1,2}[:h]\d{2}(?::\d{2})?(?: ?[ap]m)?),? (\D{0,16}\d.{0,24}\d\.?)",
    re.IGNORECASE,
)
_LAST_WORD = re.compile(r",? ([^\W\d]{1,12}(?:-[^\W\d]{2,8})?)\.?$")
_FIRST_WORD = re.compile(r"([^\W\d]{1,12}(?:-[^\W\d]{2,8})?)[.,]{0,2} ")


def clean_date(cell: str) -> str:
    """Return the text of a date with single blanks, its time behind it and without remarks."""
    if _USUAL.fullmatch(cell):  # at once
        return cell
    text = " ".join(cell.split())[:LONGEST]
    if _PLAIN.fullmatch(text):
        return _move_time(text)
    text = _MARKS.sub(" ", text.strip("'\"\u2019 ").translate(_HYPHENS))
    text = _HALF.sub(r"\1m", text)
    text = " ".join(_BRACKETS.sub(_read_bracket, text).split())
    text = _UTC_OFFSET.sub(_format_offset, text)
    text = _SHORT_OFFSET.sub(r"\g<1>:00", text)
    text = _SHORT_YEAR.sub(r"20\1", text)
    return _move_time(_drop_second_zone(_drop_weekdays(text)))


def _move_time(text: str) -> str:
    """Return a date whose time stands before it with the time behind."""
    if found := _TIME_FIRST.fullmatch(text):
        return f"{found[2]} {found[1]}"
    return text


def _read_bracket(found: re.Match[str]) -> str:
    """Return what a bracket holds where it is a zone; blank for a weekday or a remark."""
    inside = found[1]
    is_zone = (
        _OFFSET.fullmatch(inside)
        or _ZONE_NAME.fullmatch(inside)
        or inside.casefold() in load_offsets()
    )
    if is_zone:
        return f" {inside} "
    return " "


def _format_offset(found: re.Match[str]) -> str:
    sign, hours, minutes = found.groups()
    return f" {sign}{hours:0>2}:{minutes or '00'}"


def _drop_second_zone(text: str) -> str:
    """Return a date without the name of its zone where it also has the offset."""
    before, _, last = text.rpartition(" ")
    if not before:
        return text
    is_name = _ZONE_NAME.fullmatch(last) or last.casefold() in load_offsets()
    offset = _UTC_OFFSET.sub(_format_offset, before)
    if is_name and _HAS_OFFSET.search(offset):
        return offset
    return text


def _drop_weekdays(text: str) -> str:
    """Return a date without a weekday at its beginning or end."""
    found = _LAST_WORD.search(text)
    if found and _is_weekday(found[1]):
        text = text[: found.start()]
    found = _FIRST_WORD.match(text)
    if found and "-" in found[1] and _is_weekday(found[1]):
        text = text[found.end() :]
    return text


def _is_weekday(word: str) -> bool:
    return word.casefold().partition("-")[0] in load_weekdays()
