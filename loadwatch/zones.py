"""Local time: which clock a run was run by, who says so, and what that makes of its start.

The ladder, first answer wins: FIT local timestamp where plausible > zone that the file states >
position > setting > the athlete's other activities > system. A setting is the user's word and so
stands above what other files suggest. Rows of a list are the exception: one list spans journeys,
so the athlete's own files speak first for them, then the setting. A list row that states its
wall clock keeps it, and where nobody knows its zone it keeps the clock without an offset.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import cache
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
import pandas as pd

from loadwatch.errors import SettingsError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from loadwatch.activity import Session
    from loadwatch.settings import Settings

QUARTER = timedelta(minutes=15)  # every offset in use today is a multiple of it
FARTHEST = timedelta(hours=14)  # Kiribati
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
YEARS = (1900, 2200)
SLACK = timedelta(seconds=2)  # a watch may read its two clocks a moment apart
_OFFSET = re.compile(r"(?:UTC|GMT)?([+-]\d{1,2})(?::?([0-5]\d))?")
COLUMNS = ("start", "start_utc", "start_local", "zone", "zone_source", "zone_sure")


@dataclass(frozen=True, slots=True, kw_only=True)
class Zone:
    """A start and its zone, named as the columns of a row; what is not known yet is None or ""."""

    start: str = ""  # ISO 8601, local, with offset
    start_utc: datetime | None = None
    start_local: datetime | None = None
    zone: str = ""
    zone_source: str = ""
    zone_sure: bool = False


@cache
def tzinfo_of(name: str) -> tzinfo | None:
    """Return the zone that an IANA name or an offset (`+02:00`, `UTC-3`) means, None if none."""
    if name in {"Z", "UTC", "GMT"}:
        return UTC
    if found := _OFFSET.fullmatch(name):
        hours, minutes = int(found[1]), int(found[2] or 0)
        offset = timedelta(hours=hours, minutes=-minutes if found[1][0] == "-" else minutes)
        return timezone(offset) if abs(offset) <= FARTHEST else None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # OSError: a name that is a folder of zones
        return None


def locate(session: Session, latitude_deg: float, longitude_deg: float, settings: Settings) -> Zone:
    """Return the start and zone of one activity, as far as it and the setting can tell.

    `zone_sure` is false where the offset is not the activity's own; `settle` then goes on with
    the athlete's other activities. Of a wall clock without zone only `start_local` is set.

    Parameters
    ----------
    latitude_deg, longitude_deg : first valid fix, NaN where there is none. [deg]
    """
    utc, local = _dated(session.start_utc), _dated(session.start_local)
    place = zone_at(latitude_deg, longitude_deg)
    if utc is None:
        name = session.zone if tzinfo_of(session.zone) else place
        if local is None or not name:
            return Zone(start_local=local, zone_source="list" if local else "")
        return _from_wall(local, name, "file" if name == session.zone else "position", sure=True)
    stated = _plausible(local - utc.replace(tzinfo=None)) if local else None
    if stated is not None and (session.format != "fit" or stated or _offset(place, utc) == stated):
        names = (session.zone, place, _offset_name(stated))
        name = next(name for name in names if _offset(name, utc) == stated)
        return _from_utc(utc, name, "local_timestamp" if session.format == "fit" else "file", sure=True)
    if tzinfo_of(session.zone):
        return _from_utc(utc, session.zone, "file", sure=True)
    if place:
        return _from_utc(utc, place, "position", sure=True)
    if tzinfo_of(settings.tz):
        return _from_utc(utc, settings.tz, "setting", sure=False)
    # a local clock equal to UTC and no position to contradict it: better than the machine's zone
    return Zone(start_utc=utc, zone_source="" if stated is None else "local_timestamp")


def zone_at(latitude_deg: float, longitude_deg: float) -> str:
    """Return the IANA zone at a position, "" at sea, at (0, 0), off the globe or where unknown."""
    if not (abs(latitude_deg) <= 90 and abs(longitude_deg) <= 180):  # NaN fails too
        return ""
    from tzfpy import get_tz  # noqa: PLC0415  40 MB of borders, for those who need them

    name = get_tz(longitude_deg, latitude_deg)
    return "" if name.startswith("Etc/") or tzinfo_of(name) is None else name


def settle(rows: pd.DataFrame, settings: Settings, system_zone: str) -> pd.DataFrame:
    """Return `rows` with every start placed on the local clock, where there is a date at all.

    Rows without a zone of their own take that of the athlete's nearest activity with a sure
    one (by name where known, so that summer time is right), the setting or the system's zone,
    in the order said above.
    """
    if settings.tz and tzinfo_of(settings.tz) is None:
        raise SettingsError(settings.origins.get("tz", "tz"), f"no time zone is called {settings.tz!r}")
    home = system_zone if tzinfo_of(system_zone) else "UTC"
    columns = {name: rows[name].tolist() for name in COLUMNS}
    unsure = np.flatnonzero(~rows["zone_sure"].to_numpy(dtype=bool))
    own = _own(rows)
    listed, dated = rows["format"].eq("list").tolist(), rows["date_only"].tolist()
    for at in unsure:
        row = {name: _plain(values[at]) for name, values in columns.items()}
        zone = _settled(row, own, settings.tz, home, listed=listed[at])
        start = zone.start[:10] if dated[at] else zone.start  # a day has no hour to tell
        for name in COLUMNS:
            columns[name][at] = start if name == "start" else getattr(zone, name)
    return rows.assign(
        **{name: columns[name] for name in ("start", "zone", "zone_source")},
        start_utc=pd.Series(columns["start_utc"], rows.index, dtype="datetime64[us, UTC]"),
        start_local=pd.Series(columns["start_local"], rows.index, dtype="datetime64[us]"),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Own:
    """The athlete's activities with a sure zone, by time, and all zones among them."""

    at_us: NDArray[np.int64]
    zones: tuple[str, ...]
    names: tuple[str, ...]


def _own(rows: pd.DataFrame) -> _Own:
    """Return what the athlete's own activities tell of the zones they were in."""
    known = rows[rows["zone_sure"].astype(bool) & rows["start_utc"].notna()].sort_values(
        ["start_utc", "zone"]
    )
    zones = tuple(known["zone"].tolist())
    names = tuple(sorted({name for name in zones if not _OFFSET.fullmatch(name)}))
    return _Own(known["start_utc"].to_numpy(dtype="M8[us]").view(np.int64), zones, names)


def _nearest(own: _Own, instant: datetime, tz: str) -> str:
    """Return the sure zone nearest in time, "" if there is none.

    Of two equally near it is the earlier. An offset is given the name of a zone that the athlete
    was in, or set, and that had this offset then: a name knows summer time, an offset does not.
    """
    if not own.zones:
        return ""
    at_us = (instant.replace(tzinfo=UTC) - EPOCH) // timedelta(microseconds=1)
    after = int(np.searchsorted(own.at_us, at_us))
    near = range(max(after - 1, 0), min(after + 1, len(own.zones)))
    best = min(near, key=lambda at: abs(int(own.at_us[at]) - at_us))
    zone = own.zones[best]
    if not _OFFSET.fullmatch(zone):
        return zone
    then = EPOCH + timedelta(microseconds=int(own.at_us[best]))
    fitting = (name for name in (tz, *own.names) if _offset(name, then) == _offset(zone, then))
    return next(fitting, zone)


def _settled(row: dict[str, Any], own: _Own, tz: str, home: str, *, listed: bool) -> Zone:
    """Return the start of one row that does not know its zone."""
    utc, local, source = row["start_utc"], row["start_local"], row["zone_source"]
    wall = local is not None and (utc is None or source == "list")
    instant = local if wall else utc
    if instant is None:
        return Zone()
    athlete = (_nearest(own, instant, tz), "athlete")
    ladder = [athlete, (tz, "setting")] if listed else [(tz, "setting"), athlete]
    name, who = next((rung for rung in ladder if rung[0]), ("", ""))
    if wall:
        return _from_wall(instant, name, who or "list", sure=False)
    if name:
        return _from_utc(instant, name, who, sure=False)
    if source == "local_timestamp":  # a clock equal to UTC that nothing contradicts
        return _from_utc(instant, "+00:00", source, sure=False)
    return _from_utc(instant, home, "system", sure=False)


def _from_utc(utc: datetime, name: str, source: str, *, sure: bool) -> Zone:
    """Return the start of an instant on the clocks of the zone called `name`."""
    local = utc.astimezone(tzinfo_of(name) or UTC)
    return Zone(
        start=local.isoformat(timespec="seconds"),
        start_utc=utc,
        start_local=local.replace(tzinfo=None),
        zone=name,
        zone_source=source,
        zone_sure=sure,
    )


def _from_wall(local: datetime, name: str, source: str, *, sure: bool) -> Zone:
    """Return the start of a wall clock in the zone called `name`, "" if nobody knows it.

    An hour that the clocks show twice is taken as its first, one that they leave out by the
    offset before the change. Without a zone the clock is kept without an offset, and counts as
    UTC where an instant is needed: the distance between two such starts is right.
    """
    aware = local.replace(tzinfo=tzinfo_of(name) if name else UTC)
    return Zone(
        start=(aware if name else local).isoformat(timespec="seconds"),
        start_utc=aware.astimezone(UTC),
        start_local=local,
        zone=name,
        zone_source=source,
        zone_sure=sure,
    )


def _dated(instant: datetime | None) -> datetime | None:
    """Return a date that a runner can have run on, None for a clock gone wild."""
    return instant if instant and YEARS[0] <= instant.year <= YEARS[1] else None


def _plain(value: Any) -> Any:
    """Return a cell as Python's own datetime (its zones are exact at clock changes), None for none."""
    if isinstance(value, pd.Timestamp):
        return value.to_pydatetime(warn=False)
    return None if pd.isna(value) else value


def _plausible(offset: timedelta) -> timedelta | None:
    """Return a stated offset as whole quarter hours, None where no clock on earth has it."""
    quarters = round(offset / QUARTER) * QUARTER
    return quarters if abs(offset - quarters) <= SLACK and abs(quarters) <= FARTHEST else None


def _offset(name: str, instant: datetime) -> timedelta | None:
    """Return the offset of the zone called `name` at an instant, None for no zone."""
    zone = tzinfo_of(name) if name else None
    return instant.astimezone(zone).utcoffset() if zone else None


def _offset_name(offset: timedelta) -> str:
    """Return an offset as `+02:00`."""
    minutes = offset // timedelta(minutes=1)
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"
