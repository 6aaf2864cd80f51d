"""Which fields of a file may be shown to everybody: what a bug report needs, and no person or place.

What is shown is chosen, not what is hidden: a field that no line here speaks for stays hidden.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Literal

Showing = Literal["value", "day", "place", "person"]
SAID: dict[Showing, str] = {
    "place": "positions are not shown",
    "person": "not shown: may tell who it is",
}

# messages on what was recorded; all others (profiles, settings, zones, sleep, weather ...) only list fields
OPEN = frozenset(
    (
        "file_id", "file_creator", "developer_data_id", "field_description", "device_info", "activity",
        "session", "lap", "length", "split", "split_summary", "set", "record", "event", "hrv", "gps_metadata",
        "sport", "timestamp_correlation",
    )
)  # fmt: skip
MEASURED = frozenset(
    ("record", "lap", "length", "session")
)  # a developer's field with a unit is shown here
SAMPLES = frozenset(
    ("record", "lap", "length")
)  # and one that nobody names where it is small
TEXTS = frozenset((("field_description", "field_name"), ("field_description", "units")))
SMALL = 2  # bytes; a position, a moment or a serial number takes four
LARGEST = 1e8  # a number of no known meaning above it may be a moment, a position or a serial number
DAYS = frozenset(("date_time",))
CLOCKS = frozenset(("local_date_time", "localtime_into_day"))
_ANGLES = frozenset(("semicircles", "deg", "degrees", "degree", "\N{DEGREE SIGN}"))
_PLACE = re.compile(
    r"(?<!power)(?<!cadence)(?:^|_)(lat|long?|lng|latitude|longitude|nec|swc|position|location|place|city)(?:$|_)",
    re.IGNORECASE,
)
_PERSON = re.compile(
    r"serial|uuid|name|descriptor|gender|birth|friendly|opponent|user|mail|resting|threshold|address"
    r"|operating_time|odometer|local_time|weight"
    r"|(^|_)(id|ids|ant|age|sex|height|device_number|identifier|clock)($|_)|^data(16)?$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """What a file's own words say of one field, before any of its values is looked at."""

    message: str
    name: str
    units: str = ""
    kind: str = ""  # the profile's type, as "date_time"; for others that of the values, as "uint16"
    size: int = 4  # bytes of one value
    named: bool = True  # by FIT's profile
    developer: bool = False  # described in the file itself
    listed: bool = False  # the profile has a word for each value

    @property
    def text(self) -> bool:
        """Whether it holds free text."""
        return self.kind == "string"


@cache
def showing(field: Field) -> Showing:
    """Return how a field may be shown: its values, the days alone, or not at all."""
    if field.kind in CLOCKS:
        return "person"
    if field.listed and field.kind not in DAYS:
        return "value" if field.message in OPEN else "person"
    if _placed(field):
        return "place"
    if field.message not in OPEN:
        return "person"
    if field.text:
        return "value" if (field.message, field.name) in TEXTS else "person"
    if _PERSON.search(field.name):
        return "person"
    if field.named:
        return "day" if field.kind in DAYS else "value"
    measured = field.developer and field.units and field.message in MEASURED
    small = field.size <= SMALL and field.message in SAMPLES
    return "value" if measured or small else "person"


def _placed(field: Field) -> bool:
    """Tell whether it may hold a position: by name, unit, or as a nameless one of a position's type."""
    nameless = (
        not field.named and not field.developer and field.kind in {"sint32", "byte"}
    )
    angle = field.units.lower() in _ANGLES and (
        not field.named or field.units == "semicircles"
    )
    return nameless or angle or bool(_PLACE.search(field.name))
