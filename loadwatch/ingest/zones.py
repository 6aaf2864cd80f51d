"""Local time: the zone of each activity, what gives it, and the start on its clock.

The first of these that is known decides: FIT local timestamp where plausible > zone that the
file states > position > setting > the athlete's other activities > system. A setting is the
user's own statement, so it goes before what other files suggest. Rows of a list are the exception:
one list covers journeys, so for them the athlete's own files go before the setting. A list row
that states its wall clock keeps it, without an offset where no zone is known.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import cache, lru_cache
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
import pandas as pd

from loadwatch.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from loadwatch.activity import Session
    from loadwatch.settings import Settings
    from loadwatch.tables import Floats

QUARTER = timedelta(minutes=15)  # every offset in use today is a multiple of it
MAX_OFFSET = timedelta(hours=14)  # Kiribati
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
POSSIBLE_YEARS = (1900, 2200)
TRACK_FORMATS = frozenset({"fit", "gpx", "tcx"})
CLOCK_SLACK = timedelta(seconds=2)  # between the two clocks of a watch
_OFFSET = re.compile(r"(?:UTC|GMT)?([+-]\d{1,2})(?::?([0-5]\d))?")


class ZonedStart(NamedTuple):
    """A start and its zone; what is not known (yet) is None or ""."""

    start_utc: datetime | None = None
    start_local: datetime | None = None
    zone: str = ""  # IANA name or offset
    source: str = ""  # one of tables.py's zone_source
    sure: bool = False  # the activity's own, not inferred for it


@cache
def tzinfo_of(name: str) -> tzinfo | None:
    """Return the zone of an IANA name or an offset (`+02:00`, `UTC-3`), None if it is neither."""
    if name in {"Z", "UTC", "GMT"}:
        return UTC
    if found := _OFFSET.fullmatch(name):
        return _parse_offset(found[1], found[2] or "0")
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # OSError: a folder of zones
        return None


def _parse_offset(hours: str, minutes: str) -> timezone | None:
    """Return a zone of one offset, None where no clock on earth has it."""
    offset = timedelta(hours=int(hours))
    if hours.startswith("-"):
        offset -= timedelta(minutes=int(minutes))
    else:
        offset += timedelta(minutes=int(minutes))
    return timezone(offset) if abs(offset) <= MAX_OFFSET else None


def locate_start(
    session: Session, latitude_deg: Floats, longitude_deg: Floats, settings: Settings
) -> ZonedStart:
    """Return the start and zone of one activity, as far as it and the setting can tell.

    `sure` is false where the offset is not the activity's own; `settle_zones` then goes on with the
    athlete's other activities. Of a wall clock without zone only `start_local` is set.

    Parameters
    ----------
    latitude_deg, longitude_deg : positions, gaps as NaN; the first fix decides. [deg]
    """
    utc = _drop_impossible_date(session.start_utc)
    local = _drop_impossible_date(session.start_local)
    place = _zone_at_first_fix(latitude_deg, longitude_deg)
    if _is_virtual(session):
        place = ""
    if utc is None:
        return _locate_wall_clock(session, local, place)
    stated = _find_offset(utc, local)
    if stated is not None and _is_credible(session, stated, _offset_at(place, utc)):
        return _from_offset(session, utc, stated, place)
    answers = [(session.zone, "file"), (place, "position")]
    if stated is not None:  # an offset of 0 that the position contradicts
        answers.reverse()
    for name, source in answers:
        if tzinfo_of(name):
            return _from_utc(utc, name, source, sure=True)
    if tzinfo_of(settings.tz):
        return _from_utc(utc, settings.tz, "setting", sure=False)
    if stated is None:
        return ZonedStart(utc)
    # a local clock equal to UTC that no position contradicts: better than the machine's zone
    return ZonedStart(utc, source="local_timestamp")


def _find_offset(utc: datetime, local: datetime | None) -> timedelta | None:
    """Return the offset that two clocks state, None where there is none."""
    if local is None:
        return None
    return _round_offset(local - utc.replace(tzinfo=None))


def _locate_wall_clock(
    session: Session, local: datetime | None, place: str
) -> ZonedStart:
    """Return the start of an activity that knows no instant, by the zone it states or was in."""
    if local is None:
        return ZonedStart()
    if tzinfo_of(session.zone):
        return _from_wall(local, session.zone, "file", sure=True)
    if place:
        return _from_wall(local, place, "position", sure=True)
    return ZonedStart(None, local, source="list")


def _is_credible(
    session: Session, stated: timedelta, at_place: timedelta | None
) -> bool:
    """Return whether a stated offset is one: 0 may mean that the device knew none.

    A program that writes UTC as +00:00 states no zone; a position elsewhere shows that.
    """
    if stated or at_place == stated:
        return True
    if session.format == "fit":
        return False
    return session.format not in TRACK_FORMATS or at_place is None


def _from_offset(
    session: Session, utc: datetime, stated: timedelta, place: str
) -> ZonedStart:
    """Return the start by its stated offset, under the name of a zone that has that offset then."""
    names = (session.zone, place, _offset_name(stated))
    name = next(name for name in names if _offset_at(name, utc) == stated)
    source = "local_timestamp" if session.format == "fit" else "file"
    return _from_utc(utc, name, source, sure=True)


def _is_virtual(session: Session) -> bool:
    """Return whether an activity took place in a virtual world, whose positions are made up."""
    is_virtual = session.sub_sport == "virtual_activity"
    return is_virtual or session.device.casefold().startswith("zwift")


def _zone_at_first_fix(latitude_deg: Floats, longitude_deg: Floats) -> str:
    """Return the zone at the first fix; (0, 0) is what a watch writes before it has one."""
    if not latitude_deg.size:
        return ""
    is_zero = (latitude_deg == 0) & (longitude_deg == 0)
    fixes = np.flatnonzero(np.isfinite(latitude_deg) & ~is_zero)
    if not fixes.size:
        return ""
    return zone_at(float(latitude_deg[fixes[0]]), float(longitude_deg[fixes[0]]))


def zone_at(latitude_deg: float, longitude_deg: float) -> str:
    """Return the IANA zone at a position, "" at sea, at (0, 0), off the globe or where unknown."""
    if not (abs(latitude_deg) <= 90 and abs(longitude_deg) <= 180):  # NaN fails too
        return ""
    from tzfpy import get_tz  # noqa: PLC0415 - 40 MB of borders, for those who need them

    name = get_tz(longitude_deg, latitude_deg)
    if name.startswith("Etc/") or tzinfo_of(name) is None:
        return ""
    return name


def settle_zones(
    rows: pd.DataFrame, settings: Settings, system_zone: str
) -> pd.DataFrame:
    """Return `rows` with every start on the local clock, where there is a date at all.

    Rows without a zone of their own take that of the athlete's nearest activity with a sure
    one (by name where known, so that summer time is right), the setting or the system's zone,
    in the order given above.
    """
    if settings.tz and tzinfo_of(settings.tz) is None:
        origin = settings.origins.get("tz", "tz")
        raise SettingsError(origin, f"no time zone is called {settings.tz!r}")
    zones = _collect_zones(rows, settings.tz, system_zone)
    starts = [
        _settle_start(stated, zones, is_listed=form == "list")
        for stated, form in zip(
            _read_starts(rows), rows["format"].tolist(), strict=True
        )
    ]
    texts = [
        _format_start(start, day)
        for start, day in zip(starts, rows["date_only"].tolist(), strict=True)
    ]
    utc_us = np.array([_drop_tzinfo(start.start_utc) for start in starts], "M8[us]")
    return rows.assign(
        start=texts,
        start_utc=pd.Series(utc_us, rows.index).dt.tz_localize(UTC),
        start_local=np.array([start.start_local for start in starts], "M8[us]"),
        zone=[start.zone for start in starts],
        zone_source=[start.source for start in starts],
    )


def _read_starts(rows: pd.DataFrame) -> Iterator[ZonedStart]:
    """Yield what each row knows of its start.

    Times are Python's own naive datetime, whose zones are exact at clock changes, or None.
    """
    cells = (
        rows["start_utc"].to_numpy("M8[us]").tolist(),
        rows["start_local"].to_numpy("M8[us]").tolist(),
        *(rows[name].tolist() for name in ("zone", "zone_source", "zone_sure")),
    )
    for utc, *others in zip(*cells, strict=True):
        yield ZonedStart(utc and utc.replace(tzinfo=UTC), *others)


def _drop_tzinfo(instant: datetime | None) -> datetime | None:
    return instant and instant.replace(tzinfo=None)


def _format_start(start: ZonedStart, date_only: bool) -> str:
    """Return a start as ISO 8601: without hour or offset where these are not known."""
    utc, local = start.start_utc, start.start_local
    if utc is None or local is None:
        return ""
    if date_only:
        return local.date().isoformat()
    if start.zone:
        local = local.replace(tzinfo=_fix_offset(local.replace(tzinfo=UTC) - utc))
    return local.isoformat(timespec="seconds")


@lru_cache(maxsize=256)
def _fix_offset(offset: timedelta) -> timezone:
    """Return the zone of one offset; an athlete's runs share a few of them."""
    return timezone(offset)


@dataclass(frozen=True, slots=True, eq=False)
class _AthleteZones:
    """Zones for the rows that have none of their own."""

    at_us: NDArray[np.int64]  # start of each activity with a sure zone, in order
    sure: tuple[str, ...]  # the zone of each of those
    names: tuple[str, ...]  # names among them, the commonest first
    setting: str  # "" if there is none
    home: str  # of this machine


def _collect_zones(rows: pd.DataFrame, setting: str, system_zone: str) -> _AthleteZones:
    """Return the zones of the athlete's own activities, of the setting and of the machine."""
    has_zone = rows["zone_sure"].astype(bool) & rows["start_utc"].notna()
    known = rows[has_zone].sort_values(["start_utc", "zone"])
    sure = tuple(known["zone"].tolist())
    count = Counter(sorted(name for name in sure if not _OFFSET.fullmatch(name)))
    return _AthleteZones(
        at_us=known["start_utc"].to_numpy(dtype="M8[us]").view(np.int64),
        sure=sure,
        names=tuple(name for name, _ in count.most_common()),
        setting=setting,
        home=system_zone if tzinfo_of(system_zone) else "UTC",
    )


def _settle_start(
    stated: ZonedStart, zones: _AthleteZones, *, is_listed: bool
) -> ZonedStart:
    """Return the start of a row by its own zone, or by the athlete's where that is not sure."""
    utc, local = stated.start_utc, stated.start_local
    if stated.sure and utc is not None:
        return _rename_zone(stated, _name_offset(stated.zone, utc, zones))
    if local is not None and (utc is None or stated.source == "list"):
        name, source = _choose_zone(zones, local, is_listed=is_listed)
        return _from_wall(local, name, source or "list", sure=False)
    if utc is None:
        return ZonedStart()
    name, source = _choose_zone(zones, utc, is_listed=is_listed)
    if name:
        return _from_utc(utc, name, source, sure=False)
    if stated.source == "local_timestamp":  # a clock equal to UTC, as it states
        return _from_utc(utc, "+00:00", stated.source, sure=False)
    return _from_utc(utc, zones.home, "system", sure=False)


def _rename_zone(start: ZonedStart, name: str) -> ZonedStart:
    return start if name == start.zone else start._replace(zone=name)


def _choose_zone(
    zones: _AthleteZones, instant: datetime, *, is_listed: bool
) -> tuple[str, str]:
    """Return name and source of the zone of a row without one, ("", "") if nothing tells it."""
    if zones.setting and not is_listed:
        return zones.setting, "setting"
    if nearest := _find_nearest_zone(zones, instant):
        return nearest, "athlete"
    if zones.setting:
        return zones.setting, "setting"
    return "", ""


def _find_nearest_zone(zones: _AthleteZones, instant: datetime) -> str:
    """Return the sure zone nearest in time, of two equally near the earlier; "" without one."""
    if not zones.sure:
        return ""
    at_us = (instant.replace(tzinfo=UTC) - EPOCH) // timedelta(microseconds=1)
    after = int(np.searchsorted(zones.at_us, at_us))
    near = range(max(after - 1, 0), min(after + 1, len(zones.sure)))
    best = min(near, key=lambda at: abs(int(zones.at_us[at]) - at_us))
    then = EPOCH + timedelta(microseconds=int(zones.at_us[best]))
    return _name_offset(zones.sure[best], then, zones)


def _name_offset(zone: str, then: datetime, zones: _AthleteZones) -> str:
    """Return an offset by the name of the setting's or the athlete's zone that had it then.

    A name knows summer time, an offset does not.
    """
    if not _OFFSET.fullmatch(zone):
        return zone
    offset = _offset_at(zone, then)
    for name in (zones.setting, *zones.names):
        if _offset_at(name, then) == offset:
            return name
    return zone


def _from_utc(utc: datetime, name: str, source: str, *, sure: bool) -> ZonedStart:
    """Return the start of an instant on the clocks of the zone called `name`."""
    local = utc.astimezone(tzinfo_of(name) or UTC).replace(tzinfo=None)
    return ZonedStart(utc, local, name, source, sure)


def _from_wall(local: datetime, name: str, source: str, *, sure: bool) -> ZonedStart:
    """Return the start of a wall clock in the zone called `name`, "" if it is not known.

    An hour that the clocks show twice is taken as its first, one that they leave out by the
    offset before the change. Without a zone the clock is kept without an offset, and counts as
    UTC where an instant is needed: the distance between two such starts is right.
    """
    zone = (name and tzinfo_of(name)) or UTC
    utc = local.replace(tzinfo=zone).astimezone(UTC)
    return ZonedStart(utc, local, name, source, sure)


def _drop_impossible_date(instant: datetime | None) -> datetime | None:
    """Return a date on which a runner can have run, None for a clock that was never set."""
    if instant and POSSIBLE_YEARS[0] <= instant.year <= POSSIBLE_YEARS[1]:
        return instant
    return None


def _round_offset(offset: timedelta) -> timedelta | None:
    """Return a stated offset as whole quarter hours, None where no clock on earth has it."""
    quarters = round(offset / QUARTER) * QUARTER
    if abs(offset - quarters) > CLOCK_SLACK or abs(quarters) > MAX_OFFSET:
        return None
    return quarters


def _offset_at(name: str, instant: datetime) -> timedelta | None:
    """Return the offset of the zone called `name` at an instant, None for no zone."""
    zone = tzinfo_of(name) if name else None
    if zone is None:
        return None
    return instant.astimezone(zone).utcoffset()


def _offset_name(offset: timedelta) -> str:
    """Return an offset as `+02:00`."""
    hours, minutes = divmod(abs(offset) // timedelta(minutes=1), 60)
    sign = "-" if offset < timedelta() else "+"
    return f"{sign}{hours:02}:{minutes:02}"
