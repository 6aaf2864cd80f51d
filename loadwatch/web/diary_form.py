"""The form of the diary: a day's pain, when and where, a note, and the red flags that were ticked."""

from __future__ import annotations

import hashlib
import math
from datetime import date
from typing import TYPE_CHECKING, Final

from loadwatch import environment
from loadwatch.assess import diary
from loadwatch.assess.diary.entries import MAX_PAIN
from loadwatch.errors import LoadwatchError

if TYPE_CHECKING:
    from werkzeug.datastructures import MultiDict

    from loadwatch.assess.diary import Entry

WHEN_LABELS: Final = {
    "": "not given",
    "before": "before a run",
    "during": "during a run",
    "after": "after a run",
}
LONGEST_SITE, LONGEST_NOTE = 200, 1000
NO_PAIN = "say how much, from 0 to 10, and the day."
IMPOSSIBLE = "pain is 0 to 10, of a day that has been."


def read_entry(form: MultiDict[str, str], *, needs_pain: bool = True) -> Entry:
    """Return the entry that a form holds.

    Raises
    ------
    LoadwatchError : it has no day that has been, or no pain from 0 to 10 where that is needed.
    """
    pain = math.nan
    text = form.get("pain", "").strip().replace(",", ".")
    try:
        day = date.fromisoformat(form.get("day", ""))
        if needs_pain or text:
            pain = float(text)
            is_possible = 0 <= pain <= MAX_PAIN
        else:
            is_possible = True
    except ValueError:
        raise LoadwatchError(NO_PAIN) from None
    if not is_possible or day > environment.today_by_clock():
        raise LoadwatchError(IMPOSSIBLE)
    when = form.get("when", "")
    return diary.build_entry(
        day,
        pain,
        when=next((one for one in diary.WHEN_CHOICES if one == when), ""),
        site=form.get("site", "")[:LONGEST_SITE],
        note=form.get("note", "")[:LONGEST_NOTE],
        red_flags=form.getlist("red_flag"),
    )


def digest_entry(entry: Entry) -> str:
    """Return a digest by which a changed line of the diary is noticed."""
    return hashlib.sha256(repr(entry).encode()).hexdigest()[:16]
