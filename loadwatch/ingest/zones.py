"""Local time: which clock a run was run by, who says so, and what that makes of its start.

The ladder, first answer wins: FIT local timestamp where plausible > zone that the file states >
position > setting > the athlete's other activities > system. A setting is the user's word and so
stands above what other files suggest. Rows of a list are the exception: one list spans journeys,
so the athlete's own files speak first for them, then the setting. A list row that states its
wall clock keeps it, and where nobody knows its zone it keeps the clock without an offset.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
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
    from loadwatch.tables import Floats


QUARTER = timedelta(minutes=15)  # every offset in use today is a multiple of it
MAX_OFFSET = timedelta(hours=14)  # Kiribati
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
POSSIBLE_YEARS = (1900, 2200)
CLOCK_SLACK = timedelta(seconds=2)  # a watch may read its two clocks a moment apart
_OFFSET = re.compile(r"(?:UTC|GMT)?([+-]\d{1,2})(?::?([0-5]\d))?")
ZONE_COLUMNS = (
    "start_utc",
    "start_local",
    "zone",
    "zone_source",
    "zone_sure",
)  # a Zone, as a row holds it


@dataclass(frozen=True, slots=True)
class ZonedStart:
    """A start and its zone; what is not known (yet) is None or ""."""

    start_utc: datetime | None = None
    start_local: datetime | None = None
    zone: str = ""  # IANA name or offset
    source: str = ""  # one of tables.py's zone_source
    sure: bool = False  # the activity's own, not a guess for it


@cache
def tzinfo_of(name: str) -> tzinfo | None:
    """Return the zone that an IANA name or an offset (`+02:00`, `UTC-3`) means, None if none."""
    if name in {"Z", "UTC", "GMT"}:
        return UTC
    if found := _OFFSET.fullmatch(name):
        hours, minutes = int(found[1]), int(found[2] or 0)
        offset = timedelta(
            hours=hours, minutes=-minutes if found[1][0] == "-" else minutes
        )
        return timezone(offset) if abs(offset) <= MAX_OFFSET else None
    try:
        return ZoneInfo(name)
    except (
        ZoneInfoNotFoundError,
        ValueError,
        OSError,
    ):  # OSError: a name that is a folder of zones
        return None


def locate_start(
    session: Session, latitude_deg: Floats, longitude_deg: Floats, settings: Settings
) -> ZonedStart:
    """Return the start and zone of one activity, as far as it and the setting can tell.

    `sure` is false where the offset is not the activity's own; `settle` then goes on with the
    athlete's other activities. Of a wall clock without zone only `start_local` is set.

    Parameters
    ----------
    latitude_deg, longitude_deg : the activity's positions, gaps as NaN; the first fix decides. [deg]
    """
    utc, local = (
        _drop_impossible_date(session.start_utc),
        _drop_impossible_date(session.start_local),
    )
    place = _zone_at_first_fix(latitude_deg, longitude_deg)
    if utc is None:
        name = session.zone if tzinfo_of(session.zone) else place
        if local is None or not name:
            return ZonedStart(None, local, source="list" if local else "")
        return _from_wall(
            local, name, "file" if name == session.zone else "position", sure=True
        )
    stated = _round_offset(local - utc.replace(tzinfo=None)) if local else None
    if stated is not None and (
        session.format != "fit" or stated or _offset_at(place, utc) == stated
    ):
        names = (session.zone, place, _offset_name(stated))
        name = next(name for name in names if _offset_at(name, utc) == stated)
        return _from_utc(
            utc,
            name,
            "local_timestamp" if session.format == "fit" else "file",
            sure=True,
        )
    if tzinfo_of(session.zone):
        return _from_utc(utc, session.zone, "file", sure=True)
    if place:
        return _from_utc(utc, place, "position", sure=True)
    if tzinfo_of(settings.tz):
        return _from_utc(utc, settings.tz, "setting", sure=False)
    # a local clock equal to UTC and no position to contradict it: better than the machine's zone
    return ZonedStart(utc, source="" if stated is None else "local_timestamp")


def _zone_at_first_fix(latitude_deg: Floats, longitude_deg: Floats) -> str:
    """Return the zone at the first fix; (0, 0) is what a watch writes before it has one."""
    fixes = np.flatnonzero(
        np.isfinite(latitude_deg) & ((latitude_deg != 0) | (longitude_deg != 0))
    )
    return (
        zone_at(float(latitude_deg[fixes[0]]), float(longitude_deg[fixes[0]]))
        if fixes.size
        else ""
    )


def zone_at(latitude_deg: float, longitude_deg: float) -> str:
    """Return the IANA zone at a position, "" at sea, at (0, 0), off the globe or where unknown."""
    if not (abs(latitude_deg) <= 90 and abs(longitude_deg) <= 180):  # NaN fails too
        return ""
    from tzfpy import get_tz  # noqa: PLC0415  40 MB of borders, for those who need them

    name = get_tz(longitude_deg, latitude_deg)
    return "" if name.startswith("Etc/") or tzinfo_of(name) is None else name


def settle_zones(
    rows: pd.DataFrame, settings: Settings, system_zone: str
) -> pd.DataFrame:
    """Return `rows` with every start placed on the local clock, where there is a date at all.

    Rows without a zone of their own take that of the athlete's nearest activity with a sure
    one (by name where known, so that summer time is right), the setting or the system's zone,
    in the order said above.
    """
    if settings.tz and tzinfo_of(settings.tz) is None:
        raise SettingsError(
            settings.origins.get("tz", "tz"), f"no time zone is called {settings.tz!r}"
        )
    home = system_zone if tzinfo_of(system_zone) else "UTC"
    own = _collect_sure_zones(rows)
    settled = [
        _settle_start(
            ZonedStart(utc and utc.replace(tzinfo=UTC), *cells),
            own,
            settings.tz,
            home,
            listed=form == "list",
        )
        for utc, *cells, form in zip(
            *(_column_values(rows[name]) for name in (*ZONE_COLUMNS, "format")),
            strict=True,
        )
    ]
    utc_us = np.array(
        [zone.start_utc and zone.start_utc.replace(tzinfo=None) for zone in settled],
        "M8[us]",
    )
    return rows.assign(
        start=[
            _format_start(zone, day)
            for zone, day in zip(settled, rows["date_only"].tolist(), strict=True)
        ],
        start_utc=pd.Series(utc_us, rows.index).dt.tz_localize(UTC),
        start_local=np.array([zone.start_local for zone in settled], "M8[us]"),
        zone=[zone.zone for zone in settled],
        zone_source=[zone.source for zone in settled],
    )


def _format_start(zone: ZonedStart, date_only: bool) -> str:
    """Return a start as ISO 8601: no hour where only the day is known, no offset where no zone is."""
    utc, local = zone.start_utc, zone.start_local
    if utc is None or local is None:
        return ""
    if date_only:
        return local.date().isoformat()
    offset = timezone(local.replace(tzinfo=UTC) - utc) if zone.zone else None
    return local.replace(tzinfo=offset).isoformat(timespec="seconds")


@dataclass(frozen=True, slots=True, eq=False)
class _SureZones:
    """The athlete's activities with a sure zone, by time, and the zones by name, the commonest first."""

    at_us: NDArray[np.int64]
    zones: tuple[str, ...]
    names: tuple[str, ...]


def _collect_sure_zones(rows: pd.DataFrame) -> _SureZones:
    """Return what the athlete's own activities tell of the zones they were in."""
    known = rows[
        rows["zone_sure"].astype(bool) & rows["start_utc"].notna()
    ].sort_values(["start_utc", "zone"])
    zones = tuple(known["zone"].tolist())
    count = Counter(sorted(name for name in zones if not _OFFSET.fullmatch(name)))
    names = tuple(name for name, _ in count.most_common())
    return _SureZones(
        known["start_utc"].to_numpy(dtype="M8[us]").view(np.int64), zones, names
    )


def _find_nearest_zone(own: _SureZones, instant: datetime, tz: str) -> str:
    """Return the sure zone nearest in time, "" if there is none.

    Of two equally near it is the earlier.
    """
    if not own.zones:
        return ""
    at_us = (instant.replace(tzinfo=UTC) - EPOCH) // timedelta(microseconds=1)
    after = int(np.searchsorted(own.at_us, at_us))
    near = range(max(after - 1, 0), min(after + 1, len(own.zones)))
    best = min(near, key=lambda at: abs(int(own.at_us[at]) - at_us))
    return _name_offset(
        own.zones[best], EPOCH + timedelta(microseconds=int(own.at_us[best])), own, tz
    )


def _name_offset(zone: str, then: datetime, own: _SureZones, tz: str) -> str:
    """Return an offset by the name of a zone set, or that the athlete was in, which had it then.

    A name knows summer time, an offset does not.
    """
    if not _OFFSET.fullmatch(zone):
        return zone
    fitting = (
        name
        for name in (tz, *own.names)
        if _offset_at(name, then) == _offset_at(zone, then)
    )
    return next(fitting, zone)


def _settle_start(
    stated: ZonedStart, own: _SureZones, tz: str, home: str, *, listed: bool
) -> ZonedStart:
    """Return the start of a row by what it told itself, or by the ladder where it is not sure."""
    utc, local, source = stated.start_utc, stated.start_local, stated.source
    if stated.sure and utc is not None:
        name = _name_offset(stated.zone, utc, own, tz)
        return stated if name == stated.zone else replace(stated, zone=name)
    wall = local is not None and (utc is None or source == "list")
    instant = local if wall else utc
    if instant is None:
        return ZonedStart()
    athlete = (_find_nearest_zone(own, instant, tz), "athlete")
    ladder = [athlete, (tz, "setting")] if listed else [(tz, "setting"), athlete]
    name, who = next((rung for rung in ladder if rung[0]), ("", ""))
    if wall:
        return _from_wall(instant, name, who or "list", sure=False)
    if name:
        return _from_utc(instant, name, who, sure=False)
    if source == "local_timestamp":  # a clock equal to UTC that nothing contradicts
        return _from_utc(instant, "+00:00", source, sure=False)
    return _from_utc(instant, home, "system", sure=False)


def _from_utc(utc: datetime, name: str, source: str, *, sure: bool) -> ZonedStart:
    """Return the start of an instant on the clocks of the zone called `name`."""
    local = utc.astimezone(tzinfo_of(name) or UTC).replace(tzinfo=None)
    return ZonedStart(utc, local, name, source, sure)


def _from_wall(local: datetime, name: str, source: str, *, sure: bool) -> ZonedStart:
    """Return the start of a wall clock in the zone called `name`, "" if nobody knows it.

    An hour that the clocks show twice is taken as its first, one that they leave out by the
    offset before the change. Without a zone the clock is kept without an offset, and counts as
    UTC where an instant is needed: the distance between two such starts is right.
    """
    aware = local.replace(tzinfo=(tzinfo_of(name) if name else None) or UTC)
    return ZonedStart(aware.astimezone(UTC), local, name, source, sure)


def _drop_impossible_date(instant: datetime | None) -> datetime | None:
    """Return a date that a runner can have run on, None for a clock gone wild."""
    return (
        instant
        if instant and POSSIBLE_YEARS[0] <= instant.year <= POSSIBLE_YEARS[1]
        else None
    )


def _column_values(column: pd.Series[Any]) -> list[Any]:
    """Return cells, times as Python's own naive datetime (its zones are exact at clock changes) or None."""
    return (column.to_numpy("M8[us]") if column.dtype.kind == "M" else column).tolist()


def _round_offset(offset: timedelta) -> timedelta | None:
    """Return a stated offset as whole quarter hours, None where no clock on earth has it."""
    quarters = round(offset / QUARTER) * QUARTER
    return (
        quarters
        if abs(offset - quarters) <= CLOCK_SLACK and abs(quarters) <= MAX_OFFSET
        else None
    )


def _offset_at(name: str, instant: datetime) -> timedelta | None:
    """Return the offset of the zone called `name` at an instant, None for no zone."""
    zone = tzinfo_of(name) if name else None
    return instant.astimezone(zone).utcoffset() if zone else None


def _offset_name(offset: timedelta) -> str:
    """Return an offset as `+02:00`."""
    minutes = offset // timedelta(minutes=1)
    return (
        f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"
    )
