"""Values beyond a person: left out of what any reader gives, each with a note.

The bounds are `tables.PLAUSIBLE`; a reader has none of its own.
"""

from __future__ import annotations

from dataclasses import fields, replace
from functools import cache
from operator import attrgetter
from typing import TYPE_CHECKING, Any

import numpy as np

from loadwatch.activity import NAN, Activity, Note, Session
from loadwatch.tables import PLAUSIBLE

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from loadwatch.activity import Reading
    from loadwatch.tables import Bools, Bounds, Floats


Texts = dict[str, list[str]]  # code of a note -> what was left out
# formats whose reader ends with `limit_columns` itself, for all columns
LIMITED = frozenset({"fit"})
POSITIONS = ("latitude_deg", "longitude_deg")
_LONG = 1e12  # a number beyond is written by its power of ten
_FIELDS = tuple(one.name for one in fields(Session) if one.name in PLAUSIBLE)
_GET_FIELDS = attrgetter(*_FIELDS)
_LIMITS = tuple((name, PLAUSIBLE[name]) for name in _FIELDS)


def leave_out_implausible(reading: Reading) -> Reading:
    """Return a reading without values beyond a person, and a note for each kind of them."""
    cleaned = tuple(map(_clean_activity, reading.activities))
    if cleaned == reading.activities:
        return reading
    return replace(reading, activities=cleaned)


def _clean_activity(activity: Activity) -> Activity:
    """Return an activity without values beyond a person; the same one where it has none."""
    texts: Texts = {}
    unknown = _find_fields(activity.session, texts)
    records = _clean_records(activity.records, activity.session.format, texts)
    if not texts and not unknown and records is activity.records:
        return activity
    notes = (*_build_notes(texts), *activity.session.notes)
    return Activity(records, replace(activity.session, notes=notes, **unknown))


def _build_notes(texts: Texts) -> tuple[Note, ...]:
    """Return one note of each code."""
    return tuple(Note(code, "; ".join(found)) for code, found in texts.items())


# --- totals --------------------------------------------------------------------------


def _find_fields(session: Session, texts: Texts) -> dict[str, Any]:
    """Return the fields of a session to replace, all by NaN; add what they were to `texts`."""
    unknown: dict[str, Any] = {}
    for value, (name, bounds) in zip(_GET_FIELDS(session), _LIMITS, strict=True):
        if value < bounds.low or value > bounds.high:
            unknown[name] = NAN
            if value:  # 0 of what cannot be 0 is how exports write "unknown"
                _add_text(texts, bounds, _describe_total(value, bounds))
    return unknown


def _describe_total(value: float, bounds: Bounds) -> str:
    shown = f"{_format_number(value)} {bounds.unit}".strip()
    return f"{bounds.noun} of {shown} is beyond a person, left out"


def _add_text(texts: Texts, bounds: Bounds, text: str) -> None:
    found = texts.setdefault(bounds.code, [])
    if text not in found:
        found.append(text)


def _format_number(value: float) -> str:
    if abs(value) >= _LONG:
        return f"{value:.0e}"
    return f"{value:,.5g}" if abs(value) < 1000 else f"{value:,.0f}"


# --- samples -------------------------------------------------------------------------


def limit_columns(
    columns: Mapping[str, Floats],
) -> tuple[dict[str, Floats], tuple[Note, ...]]:
    """Return columns of samples without values beyond a person, and a note for each kind of them.

    Parameters
    ----------
    columns : by their names in RECORDS, one value per sample, NaN for unknown; a column of
        another name stays as it is
    """
    limited, texts = dict(columns), Texts()
    for name, values in columns.items():
        bounds = PLAUSIBLE.get(name)
        if bounds is None:
            continue
        is_outside = (values < bounds.low) | (values > bounds.high)
        if is_outside.any():
            limited[name] = np.where(is_outside, np.nan, values)
            _note_samples(name, values[is_outside], texts)
    return limited, _build_notes(texts)


def _note_samples(name: str, outside: Floats, texts: Texts) -> None:
    """Add to `texts` what was left out of one column; 0 of what cannot be 0 is no value."""
    values = outside[outside != 0]
    if not values.size:
        return
    bounds = PLAUSIBLE[name]
    text = f"{bounds.noun} of {values.size:,} sample(s) is beyond what can be, left out"
    if name not in POSITIONS:
        worst = float(values[np.argmax(np.abs(values))])
        shown = f"{_format_number(worst)} {bounds.unit}".strip()
        text = f"{bounds.noun} of {shown} is beyond what can be; {values.size:,} sample(s) left out"
    _add_text(texts, bounds, text)


def _clean_records(
    records: pd.DataFrame, session_format: str, texts: Texts
) -> pd.DataFrame:
    """Return RECORDS without samples beyond what can be; the same frame where it has none."""
    if not len(records) or session_format in LIMITED:
        return records
    low, high = _stack_bounds(tuple(records.columns))
    values = records.to_numpy()
    is_outside: Bools = (values < low) | (values > high)
    if not is_outside.any():
        return records
    for number in np.flatnonzero(is_outside.any(axis=0)).tolist():
        outside = values[is_outside[:, number], number]
        _note_samples(str(records.columns[number]), outside, texts)
    names = list(records.columns)
    places = [names.index(name) for name in POSITIONS if name in names]
    is_outside[:, places] = is_outside[:, places].any(axis=1, keepdims=True)
    return records.mask(is_outside)


@cache
def _stack_bounds(names: tuple[str, ...]) -> tuple[Floats, Floats]:
    """Return the least and the most of some columns of RECORDS."""
    bounds = [PLAUSIBLE[name] for name in names]
    low = np.array([one.low for one in bounds], np.float64)
    high = np.array([one.high for one in bounds], np.float64)
    return low, high
