"""One synthetic run as FIT, GPX, TCX and per-second CSV: the same samples, as four exports write them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from tests import make_files

RUN = make_files.Outing(
    datetime(2026, 10, 4, 9),  # noqa: DTZ001  a wall clock, two hours before UTC
    12.48,
    "trail",
    hill_m=60.0,
    every_m=1500.0,
    pace_s=390.0,
)
HOME = (-36.9, -21.4)
EVERY_S = 5


def samples(
    run: make_files.Outing = RUN, home: tuple[float, float] = HOME
) -> list[dict[str, Any]]:
    """Every fifth second of the run, as the FIT encoder samples it."""
    altitude, position = make_files.altitude(run), make_files.position(run, home)
    speed, heart = make_files._speed(run), make_files._heart(run)
    out, metres = [], 0.0
    for second in range(run.seconds + 1):
        if second % EVERY_S == 0 or second == run.seconds:
            latitude, longitude = position(metres)
            out.append(
                {
                    "second": second,
                    "time": run.utc + timedelta(seconds=second),
                    "metres": metres,
                    "altitude": altitude(metres),
                    "latitude": latitude,
                    "longitude": longitude,
                    "heart": heart(second),
                    "speed": speed(second),
                }
            )
        metres += speed(second)
    return out


def fit() -> bytes:
    return make_files.fit(RUN, HOME, 1_000_001)


def gpx() -> bytes:
    """Garmin Connect's flavour: heart rate and steps a leg in its TrackPointExtension."""
    points = "".join(
        f'<trkpt lat="{s["latitude"]:.8f}" lon="{s["longitude"]:.8f}"><ele>{s["altitude"]:.1f}</ele>'
        f"<time>{s['time']:%Y-%m-%dT%H:%M:%S.000Z}</time><extensions><ns3:TrackPointExtension>"
        f"<ns3:hr>{s['heart']}</ns3:hr><ns3:cad>85</ns3:cad>"
        "</ns3:TrackPointExtension></extensions></trkpt>\n"
        for s in samples()
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<gpx creator="Garmin Connect" version="1.1" xmlns="http://www.topografix.com/GPX/1/1" '
        'xmlns:ns3="http://www.garmin.com/xmlschemas/TrackPointExtension/v1">\n'
        "<trk><name>Woods</name><type>trail_running</type><trkseg>\n"
        f"{points}</trkseg></trk></gpx>\n"
    ).encode()


def tcx() -> bytes:
    """Garmin Connect's flavour: one lap, strides a minute of one leg, no word for a trail."""
    points = "".join(
        f"<Trackpoint><Time>{s['time']:%Y-%m-%dT%H:%M:%S.000Z}</Time><Position>"
        f"<LatitudeDegrees>{s['latitude']:.8f}</LatitudeDegrees>"
        f"<LongitudeDegrees>{s['longitude']:.8f}</LongitudeDegrees></Position>"
        f"<AltitudeMeters>{s['altitude']:.1f}</AltitudeMeters><DistanceMeters>{s['metres']:.2f}</DistanceMeters>"
        f"<HeartRateBpm><Value>{s['heart']}</Value></HeartRateBpm><Extensions>"
        '<TPX xmlns="http://www.garmin.com/xmlschemas/ActivityExtension/v2">'
        f"<Speed>{s['speed']:.3f}</Speed><RunCadence>85</RunCadence></TPX></Extensions></Trackpoint>\n"
        for s in samples()
    )
    start, metres = f"{RUN.utc:%Y-%m-%dT%H:%M:%S.000Z}", samples()[-1]["metres"]
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<TrainingCenterDatabase xmlns="http://www.garmin.com/xmlschemas/TrainingCenterDatabase/v2">'
        f'<Activities><Activity Sport="Running"><Id>{start}</Id><Lap StartTime="{start}">'
        f"<TotalTimeSeconds>{RUN.seconds}</TotalTimeSeconds><DistanceMeters>{metres:.2f}</DistanceMeters>"
        f"<Intensity>Active</Intensity><TriggerMethod>Manual</TriggerMethod><Track>\n{points}</Track></Lap>"
        "</Activity></Activities></TrainingCenterDatabase>\n"
    ).encode()


def table() -> bytes:
    """A row every five seconds, with the time of day on each."""
    lines = ["time,distance_m,altitude_m,latitude,longitude,heart_rate,cadence_spm"]
    lines += [
        f"{s['time']:%Y-%m-%dT%H:%M:%SZ},{s['metres']:.2f},{s['altitude']:.1f},"
        f"{s['latitude']:.8f},{s['longitude']:.8f},{s['heart']},170"
        for s in samples()
    ]
    return ("\n".join(lines) + "\n").encode()


FORMATS = {"run.fit": fit, "run.gpx": gpx, "run.tcx": tcx, "run.csv": table}
