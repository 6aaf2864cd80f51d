"""GPX and TCX of a made-up run, point by point, and what is read of them."""

from datetime import UTC, datetime, timedelta

from loadwatch.ingest import readers
from loadwatch.settings import Settings

START = datetime(2026, 3, 1, 7, 0, tzinfo=UTC)
LATITUDE, LONGITUDE = 10.0, 20.0  # nowhere anyone runs: the Sahara
NORTH_M = 110_611.0  # metres in a degree of latitude at 10 deg, WGS 84: 111132.954 - 559.822 cos 20 deg + ...
HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'


def point(
    k: int,
    step_m: float = 3.0,
    *,
    extra: str = "",
    at: str = "",
    lat: str = "",
    lon: str = "",
) -> str:
    lat = lat or f"{LATITUDE + k * step_m / NORTH_M:.9f}"
    lon = lon or f"{LONGITUDE}"
    at = at or f"{(START + timedelta(seconds=k)).isoformat().replace('+00:00', 'Z')}"
    time = "" if at == "none" else f"<time>{at}</time>"
    return f'<trkpt lat="{lat}" lon="{lon}">\n <ele>100.5</ele>\n {time}{extra}\n</trkpt>\n'


def gpx(
    *segments: str,
    kind: str = "running",
    head: str = HEAD,
    rest: str = "",
    root: str = "",
) -> bytes:
    body = "".join(f"<trkseg>\n{segment}</trkseg>\n" for segment in segments)
    kind = f"<type>{kind}</type>" if kind else ""
    text = (
        f'{head}<gpx version="1.1" creator="test watch - http://example.org" '
        f'xmlns="http://www.topografix.com/GPX/1/1">{root}<trk><name>Morning</name>{kind}{rest}\n{body}</trk></gpx>'
    )
    return text.encode()


def run(count: int = 600, **odd: str) -> str:
    return "".join(point(k, **odd) for k in range(count))


def read(data: bytes):
    return readers.read(data, "x", Settings())


def only(data: bytes):
    (activity,) = read(data).activities
    return activity


def codes(activity) -> set[str]:
    return {note.code for note in activity.session.notes}


def join_tracks(gap_s: int, second: str = "running") -> bytes:
    one = f"<trk><type>running</type><trkseg>{run(60)}</trkseg></trk>"
    later = "".join(point(k + 60 + gap_s) for k in range(60))
    two = f"<trk><type>{second}</type><trkseg>{later}</trkseg></trk>"
    return f"{HEAD}<gpx>{two}{one}</gpx>".encode()


def trackpoint(
    k: int,
    distance: float | None,
    *,
    heart: int = 140,
    position: bool = True,
    extra: str = "",
) -> str:
    where = (
        f"<Position><LatitudeDegrees>{LATITUDE + k * 3 / NORTH_M:.9f}</LatitudeDegrees>"
        f"<LongitudeDegrees>{LONGITUDE}</LongitudeDegrees></Position>"
    )
    metres = "" if distance is None else f"<DistanceMeters>{distance}</DistanceMeters>"
    return (
        f"<Trackpoint><Time>{(START + timedelta(seconds=k)).isoformat().replace('+00:00', 'Z')}</Time>"
        f"{where if position else ''}<AltitudeMeters>50</AltitudeMeters>{metres}"
        f"<HeartRateBpm><Value>{heart}</Value></HeartRateBpm>{extra}</Trackpoint>\n"
    )


def lap(
    count: int = 600,
    first: int = 0,
    at_m: float | None = 0.0,
    total_m: str = "",
    seconds: str = "",
    **odd: object,
) -> str:
    points = "".join(
        trackpoint(first + k, None if at_m is None else at_m + k * 3, **odd)
        for k in range(count)  # type: ignore[arg-type]
    )
    total_m = total_m or f"{max(0, count - 1) * 3}"
    return (
        f'<Lap StartTime="{(START + timedelta(seconds=first)).isoformat().replace("+00:00", "Z")} ">'
        f"<TotalTimeSeconds>{seconds or count}</TotalTimeSeconds><DistanceMeters>{total_m}</DistanceMeters>"
        f"<AverageHeartRateBpm><Value>141</Value></AverageHeartRateBpm><Track>{points}</Track></Lap>"
    )


def activity_of(*laps: str, sport: str = "Running", rest: str = "") -> str:
    return f'<Activity Sport="{sport}"><Id>2026-03-01T07:00:00Z</Id>{"".join(laps)}{rest}</Activity>'


def tcx(*laps: str, body: str = "", rest: str = "") -> bytes:
    inner = body or f"<Activities>{activity_of(*laps, rest=rest)}</Activities>"
    return f"{HEAD}<TrainingCenterDatabase xmlns='x'>{inner}</TrainingCenterDatabase>".encode()
