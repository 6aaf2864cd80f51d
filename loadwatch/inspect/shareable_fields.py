"""Which fields of a file may be shown to everybody: enough for a bug report, no person or place.

What is shown is chosen, not what is hidden: a field that no line here allows stays hidden.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Literal

Disclosure = Literal["value", "day", "place", "person"]
HIDDEN_NOTES: dict[Disclosure, str] = {  # shown instead of the values
    "place": "positions are not shown",
    "person": "not shown: may tell who it is",
}

# messages of what was recorded; of all others (profiles, settings, zones, sleep, weather ...)
# only the fields are listed
RECORDED_MESSAGES = frozenset(
    (
        "file_id", "file_creator", "developer_data_id", "field_description", "device_info",
        "activity", "session", "lap", "length", "split", "split_summary", "set", "record", "event",
        "hrv", "gps_metadata", "sport", "timestamp_correlation",
    )
)  # fmt: skip
# a developer field with a unit is shown in these messages
MEASURED_MESSAGES = frozenset(("record", "lap", "length", "session"))
# and in these one that the profile does not name, where its values are small
SAMPLE_MESSAGES = frozenset(("record", "lap", "length"))
SHAREABLE_TEXTS = frozenset(
    (("field_description", "field_name"), ("field_description", "units"))
)
MAX_NAMELESS_BYTES = 2  # a position, a timestamp or a serial number takes four
# a number of no known meaning above it may be a timestamp, a position or a serial number
MAX_SHAREABLE_NUMBER = 1e8
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
    """What a file states of one field, before any of its values is read."""

    message: str
    name: str
    units: str = ""
    # of the profile, as "date_time"; else of the values, as "uint16"
    type_name: str = ""
    value_bytes: int = 4  # size of one value
    in_profile: bool = True  # FIT's profile names it
    developer: bool = False  # described in the file itself
    enumerated: bool = False  # the profile names each of its values

    @property
    def is_text(self) -> bool:
        """Whether it holds free text."""
        return self.type_name == "string"


@cache
def choose_disclosure(field: Field) -> Disclosure:
    """Return how a field may be shown: its values, the days alone, or not at all."""
    if field.type_name in LOCAL_TIME_TYPES:
        return "person"
    is_date = field.type_name in DATE_TYPES
    if field.enumerated and not is_date:
        return "value" if field.message in RECORDED_MESSAGES else "person"
    if _may_hold_position(field):
        return "place"
    if not _is_shareable(field):
        return "person"
    if field.in_profile and is_date:
        return "day"
    return "value"


def _may_hold_position(field: Field) -> bool:
    """Return whether it may be a position by its name or unit, or by its type if it has no name."""
    nameless = not field.in_profile and not field.developer
    if nameless and field.type_name in {"sint32", "byte"}:
        return True
    units = field.units.lower()
    if units in _ANGLE_UNITS and (not field.in_profile or units == "semicircles"):
        return True
    return bool(_PLACE_NAME.search(field.name))


def _is_shareable(field: Field) -> bool:
    """Return whether a field that is no position may be shown to everybody."""
    if field.message not in RECORDED_MESSAGES:
        return False
    if field.is_text:
        return (field.message, field.name) in SHAREABLE_TEXTS
    if _PERSON_NAME.search(field.name):
        return False
    return field.in_profile or _is_measured(field) or _is_small_sample(field)


def _is_measured(field: Field) -> bool:
    return field.developer and field.units != "" and field.message in MEASURED_MESSAGES


def _is_small_sample(field: Field) -> bool:
    return field.value_bytes <= MAX_NAMELESS_BYTES and field.message in SAMPLE_MESSAGES
