"""Which fields of a file may be shown to everybody: what a bug report needs, and no person or place.

What is shown is chosen, not what is hidden: a field that no line here speaks for stays hidden.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Literal

Disclosure = Literal["value", "day", "place", "person"]
HIDDEN_NOTES: dict[Disclosure, str] = {
    "place": "positions are not shown",
    "person": "not shown: may tell who it is",
}

# messages on what was recorded; all others (profiles, settings, zones, sleep, weather ...) only list fields
RECORDED_MESSAGES = frozenset(
    (
        "file_id", "file_creator", "developer_data_id", "field_description", "device_info", "activity",
        "session", "lap", "length", "split", "split_summary", "set", "record", "event", "hrv", "gps_metadata",
        "sport", "timestamp_correlation",
    )
)  # fmt: skip
MEASURED_MESSAGES = frozenset(
    ("record", "lap", "length", "session")
)  # a developer's field with a unit is shown here
SAMPLE_MESSAGES = frozenset(
    ("record", "lap", "length")
)  # and one that nobody names where it is small
SHAREABLE_TEXTS = frozenset(
    (("field_description", "field_name"), ("field_description", "units"))
)
MAX_NAMELESS_BYTES = 2  # bytes; a position, a moment or a serial number takes four
MAX_SHAREABLE_NUMBER = 1e8  # a number of no known meaning above it may be a moment, a position or a serial number
DATE_TYPES = frozenset(("date_time",))
LOCAL_TIME_TYPES = frozenset(("local_date_time", "localtime_into_day"))
_ANGLE_UNITS = frozenset(("semicircles", "deg", "degrees", "degree", "\N{DEGREE SIGN}"))
_PLACE_NAME = re.compile(
    r"(?<!power)(?<!cadence)(?:^|_)(lat|long?|lng|latitude|longitude|nec|swc|position|location|place|city)(?:$|_)",
    re.IGNORECASE,
)
_PERSON_NAME = re.compile(
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
    type_name: str = ""  # the profile's type, as "date_time"; for others that of the values, as "uint16"
    value_bytes: int = 4  # bytes of one value
    in_profile: bool = True  # by FIT's profile
    developer: bool = False  # described in the file itself
    enumerated: bool = False  # the profile has a word for each value

    @property
    def is_text(self) -> bool:
        """Whether it holds free text."""
        return self.type_name == "string"


@cache
def choose_disclosure(field: Field) -> Disclosure:
    """Return how a field may be shown: its values, the days alone, or not at all."""
    if field.type_name in LOCAL_TIME_TYPES:
        return "person"
    if field.enumerated and field.type_name not in DATE_TYPES:
        return "value" if field.message in RECORDED_MESSAGES else "person"
    if _may_hold_position(field):
        return "place"
    if field.message not in RECORDED_MESSAGES:
        return "person"
    if field.is_text:
        return "value" if (field.message, field.name) in SHAREABLE_TEXTS else "person"
    if _PERSON_NAME.search(field.name):
        return "person"
    if field.in_profile:
        return "day" if field.type_name in DATE_TYPES else "value"
    measured = field.developer and field.units and field.message in MEASURED_MESSAGES
    small = field.value_bytes <= MAX_NAMELESS_BYTES and field.message in SAMPLE_MESSAGES
    return "value" if measured or small else "person"


def _may_hold_position(field: Field) -> bool:
    """Tell whether it may hold a position: by name, unit, or as a nameless one of a position's type."""
    nameless = (
        not field.in_profile
        and not field.developer
        and field.type_name in {"sint32", "byte"}
    )
    angle = field.units.lower() in _ANGLE_UNITS and (
        not field.in_profile or field.units == "semicircles"
    )
    return nameless or angle or bool(_PLACE_NAME.search(field.name))
