"""Settings: one frozen value, and where each part of it came from."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

RuleLimits = "Mapping[str, float | bool]"
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEKDAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LoadMethod = Literal["distance", "duration", "steps", "effort", "trimp", "srpe"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that changes a result. Immutable; `load()` builds it from files and options."""

    # [athlete]
    name: str = ""
    sex: Literal["", "m", "f"] = ""
    hr_rest: float = math.nan  # 1/min
    hr_max: float = math.nan  # 1/min
    birth_year: int = 0
    # [weeks]
    week_start: Weekday = "mon"
    tz: str = ""  # IANA zone for files that do not tell
    load: LoadMethod = "distance"
    sports: tuple[str, ...] = ("running",)
    # [surface]
    default_surface: str = ""  # hard, firm, soft, track, treadmill or "" (stay unknown)
    osm: str = ""  # path of a map extract
    classes: Mapping[str, str] = field(default_factory=dict)  # OSM value -> class, over our table
    # [lists]: what a CSV list cannot tell by itself
    distance_unit: Literal["", "km", "mi"] = ""
    elevation_unit: Literal["", "m", "ft"] = ""
    date_order: Literal["", "dmy", "mdy", "ymd"] = ""
    # [elevation]
    virtual_altitude: bool = False  # count climbs of treadmill and virtual runs
    # rules
    preset: Literal["default", "return", "novice"] = "default"
    rules: Mapping[str, Mapping[str, float | bool]] = field(default_factory=dict)
    # command line only
    today: date | None = None  # None: the date of the last activity
    units: Literal["metric", "imperial"] = "metric"
    origins: Mapping[str, str] = field(default_factory=dict, compare=False)  # key -> where from
