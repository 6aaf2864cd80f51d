"""One recorded activity: its samples and what its file says of it as a whole."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from datetime import datetime

    import pandas as pd

NAN = math.nan
Kind = Literal["ignored", "rejected", "limited"]
Format = Literal["fit", "tcx", "gpx", "csv", "json", "list"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """What a file (or one row of a list) states about one activity. SI units, NaN or "" = unknown.

    Nothing here is worked out from the records except where a field says so: that is
    `exposure.row`'s work. `sport` and `sub_sport` are FIT's words ("running", "trail",
    "treadmill", "indoor_running", "track", "street", "strength_training" ...), whatever
    the format; a word that no table knows is "unknown".
    """

    format: Format
    sport: str = "unknown"
    sub_sport: str = "unknown"
    name: str = ""
    start_utc: datetime | None = (
        None  # aware, UTC; None where the file knows no instant
    )
    start_local: datetime | None = (
        None  # naive wall clock, as the file states it, unchecked
    )
    zone: str = ""  # IANA name or "+02:00", where the file states one
    date_only: bool = False  # a list that knows the day but not the time
    timer_s: float = NAN  # pauses taken out, by the device
    moving_s: float = NAN
    elapsed_s: float = NAN
    distance_m: float = NAN
    ascent_m: float = NAN
    descent_m: float = NAN
    steps: float = NAN  # foot strikes (both feet)
    cadence_spm: float = NAN  # steps a minute (both feet)
    heart_rate_bpm: float = NAN
    rpe: float = NAN  # 0-10
    device_load: float = NAN
    stance_balance_pct: float = NAN
    vertical_oscillation_mm: float = NAN
    dirt_m: float = NAN  # Strava's "Dirt Distance"
    surface: str = ""  # class named by a plain list: hard, firm, soft, track, treadmill
    device: str = ""  # maker and product, "garmin fr965"
    serial: str = ""  # of the device
    shoe: str = ""
    linked: str = ""  # the file that a list row names as its own
    parent: bool = False  # a multisport whole whose legs stand beside it
    line: int = 0  # list rows: line of the row in its file, from 1; else 0
    part: int = 1  # number of the session in its file, from 1
    notes: tuple[str, ...] = ()  # data problems, each "code: words"


@dataclass(frozen=True, slots=True, eq=False)
class Activity:
    """One activity. `records` is a RECORDS frame (tables.py), empty for a list row."""

    records: pd.DataFrame
    session: Session


@dataclass(frozen=True, slots=True)
class Skipped:
    """An input that gave no activity, and why; shown in every report."""

    source: str
    kind: Kind
    why: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What one input gave: activities, and parts of it left out with their reason."""

    activities: tuple[Activity, ...] = ()
    skipped: tuple[Skipped, ...] = field(
        default=()
    )  # source is "" or "#line": the reader knows no name
