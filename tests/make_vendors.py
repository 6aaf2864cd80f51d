"""Made-up exports of vendors, in the layouts that their apps write; nobody's data.

`python -m tests.make_vendors apple FILE.zip MEGABYTES` makes an Apple Health export of any size.
"""

from __future__ import annotations

import json
import random
import sys
import zipfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import IO

FIRST = datetime(2026, 6, 1, 16, 0, tzinfo=UTC)
HOME = timezone(timedelta(hours=2))
FOLDER = "apple_health_export"
DOCTYPE = """<!DOCTYPE HealthData [
<!-- HealthKit Export Version: 14 -->
<!ELEMENT HealthData (ExportDate,Me,(Record|Correlation|Workout|ActivitySummary)*)>
<!ATTLIST HealthData
  locale CDATA #REQUIRED
>
<!ELEMENT Record ((MetadataEntry|HeartRateVariabilityMetadataList)*)>
]>
"""
_RECORD = (
    ' <Record type="HKQuantityTypeIdentifier{kind}" sourceName="Watch"'
    ' sourceVersion="{version}" unit="{unit}" creationDate="{at}" startDate="{at}"'
    ' endDate="{at}" value="{value}"/>\n'
)
_KINDS = (
    ("HeartRate", "count/min", 40, 180),
    ("StepCount", "count", 1, 240),
    ("ActiveEnergyBurned", "kcal", 1, 90),
    ("DistanceWalkingRunning", "km", 1, 3),
)
_BLOCK = 5000  # records written at once
MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class Workout:
    """One made-up workout of Apple Health."""

    start: datetime
    minutes: float = 50.0
    km: float = 9.0
    sport: str = "Running"
    indoor: bool = False
    route: bool = True
    zone: str = "Europe/Zurich"
    climb_cm: int = 6000
    old: bool = False  # as until iOS 15: the distance is an attribute
    miles: bool = False

    @property
    def speed_mps(self) -> float:
        """The mean speed."""
        return self.km * 1000 / (self.minutes * 60)

    @property
    def route_name(self) -> str:
        """The path of the route file below the export's folder."""
        return f"workout-routes/route_{self.start:%Y-%m-%d_%H.%M}.gpx"


def make_season(days: int, seed: int = 1) -> list[Workout]:
    """Return workouts of so many days: outdoor and treadmill runs, rides and walks."""
    dice = random.Random(seed)
    made = []
    for day in range(days):
        start = FIRST + timedelta(days=day, minutes=dice.randrange(60))
        kind = day % 7
        if kind in {0, 4}:
            made.append(Workout(start, 50, dice.uniform(8, 10)))
        elif kind == 2:
            made.append(
                Workout(start, 40, dice.uniform(6, 8), indoor=True, route=False)
            )
        elif kind == 3:
            made.append(Workout(start, 60, dice.uniform(18, 24), "Cycling"))
        elif kind == 5:
            made.append(Workout(start, 30, dice.uniform(2, 2.7), "Walking"))
    return made


def format_workout(workout: Workout) -> str:
    """Return a workout as export.xml holds it."""
    begin = workout.start.astimezone(HOME)
    end = begin + timedelta(minutes=workout.minutes)
    clock = (
        f'startDate="{begin:%Y-%m-%d %H:%M:%S %z}" endDate="{end:%Y-%m-%d %H:%M:%S %z}"'
    )
    unit, distance = "km", workout.km
    if workout.miles:
        unit, distance = "mi", workout.km / 1.609344
    old = ""
    if workout.old:
        old = f' totalDistance="{distance:.4f}" totalDistanceUnit="{unit}"'
    return (
        f' <Workout workoutActivityType="HKWorkoutActivityType{workout.sport}"'
        f' duration="{workout.minutes}" durationUnit="min"{old} sourceName="Watch"'
        f' creationDate="{end:%Y-%m-%d %H:%M:%S %z}" {clock}>\n'
        f"{''.join(_format_details(workout, distance, unit, clock))} </Workout>\n"
    )


def _format_details(
    workout: Workout, distance: float, unit: str, clock: str
) -> Iterator[str]:
    yield f'  <MetadataEntry key="HKIndoorWorkout" value="{int(workout.indoor)}"/>\n'
    if workout.zone:
        yield f'  <MetadataEntry key="HKTimeZone" value="{workout.zone}"/>\n'
    if workout.climb_cm:
        climb = f"{workout.climb_cm} cm"
        yield f'  <MetadataEntry key="HKElevationAscended" value="{climb}"/>\n'
    kind = "Cycling" if workout.sport == "Cycling" else "WalkingRunning"
    if not workout.old:
        yield (
            f'  <WorkoutStatistics type="HKQuantityTypeIdentifierDistance{kind}"'
            f' {clock} sum="{distance:.4f}" unit="{unit}"/>\n'
        )
    yield (
        f'  <WorkoutStatistics type="HKQuantityTypeIdentifierHeartRate" {clock}'
        ' average="150" minimum="90" maximum="170" unit="count/min"/>\n'
    )
    if workout.route:
        path = f"/{workout.route_name}"
        yield f'  <WorkoutRoute {clock}><FileReference path="{path}"/></WorkoutRoute>\n'


def make_route(workout: Workout, step_s: int = 10) -> str:
    """Return the GPX file of a workout's route: northward at its mean speed."""
    points = []
    for second in range(0, int(workout.minutes * 60) + 1, step_s):
        latitude = 47.3 + workout.speed_mps * second / 111195
        at = workout.start + timedelta(seconds=second)
        points.append(
            f'<trkpt lon="8.500000" lat="{latitude:.6f}"><ele>400.0</ele>'
            f"<time>{at:%Y-%m-%dT%H:%M:%SZ}</time><extensions><speed>"
            f"{workout.speed_mps:.3f}</speed></extensions></trkpt>"
        )
    body = "\n".join(points)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<gpx version="1.1" creator="Apple Health Export" '
        'xmlns="http://www.topografix.com/GPX/1/1">'
        f"<trk><name>Route</name><trkseg>{body}</trkseg></trk></gpx>\n"
    )


def write_export_xml(
    file: IO[bytes], workouts: Sequence[Workout], size: int = 0, doctype: str = DOCTYPE
) -> None:
    """Write export.xml: records up to `size` bytes, then the workouts, as Apple orders them."""
    head = f'<?xml version="1.0" encoding="UTF-8"?>\n{doctype}<HealthData locale="en_GB">\n'
    written = file.write(head.encode())
    dice = random.Random(2)
    while written < size:
        written += file.write(_make_records(dice).encode())
    for workout in workouts:
        file.write(format_workout(workout).encode())
    file.write(b"</HealthData>\n")


def _make_records(dice: random.Random) -> str:
    """Return a block of records, no two alike, so that it does not zip without end."""
    lines = []
    at = FIRST - timedelta(seconds=dice.randrange(10**8))
    for _ in range(_BLOCK):
        at += timedelta(seconds=dice.randrange(1, 900))
        kind, unit, low, high = dice.choice(_KINDS)
        value = round(dice.uniform(low, high), dice.randrange(7))
        clock = at.isoformat(" ") + " +0200"
        lines.append(
            _RECORD.format(
                kind=kind, unit=unit, version=dice.randrange(9), at=clock, value=value
            )
        )
    return "".join(lines)


def write_apple_zip(
    path: Path | BytesIO, workouts: Sequence[Workout], size: int = 0
) -> None:
    """Write Apple Health's export.zip with an export.xml of at least `size` bytes."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=4) as archive:
        for workout in workouts:
            if workout.route:
                name = f"{FOLDER}/{workout.route_name}"
                archive.writestr(name, make_route(workout))
        with archive.open(f"{FOLDER}/export.xml", "w", force_zip64=True) as file:
            write_export_xml(file, workouts, size)
        clinical = '<?xml version="1.0"?><ClinicalDocument xmlns="urn:hl7-org:v3"/>'
        archive.writestr(f"{FOLDER}/export_cda.xml", clinical)


def make_apple_xml(
    workouts: Sequence[Workout], doctype: str = DOCTYPE, size: int = 0
) -> bytes:
    """Return export.xml with records up to `size` bytes, and the workouts."""
    file = BytesIO()
    write_export_xml(file, workouts, size, doctype)
    return file.getvalue()


# --- spreadsheets --------------------------------------------------------------------

_XLSX = {
    "[Content_Types].xml": (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType='
        '"application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        '<Override PartName="/xl/workbook.xml" ContentType="application/vnd.'
        'openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>'
    ),
    "_rels/.rels": (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/'
        'relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/'
        'officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/>'
        "</Relationships>"
    ),
    "xl/styles.xml": (
        '<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        '<cellXfs count="3"><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="46"/>'
        "</cellXfs></styleSheet>"
    ),
}
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
DAY_ZERO = datetime(1899, 12, 30)  # noqa: DTZ001  the day from which Excel counts


def _format_xlsx_cell(value: object) -> str:
    """Return a cell; dates and durations are numbers with a style, as Excel stores them."""
    if isinstance(value, datetime):
        number = (value - DAY_ZERO) / timedelta(days=1)
        return f'<c s="1"><v>{number}</v></c>'
    if isinstance(value, timedelta):
        return f'<c s="2"><v>{value / timedelta(days=1)}</v></c>'
    if isinstance(value, int | float):
        return f"<c><v>{value}</v></c>"
    return f'<c t="inlineStr"><is><t>{value}</t></is></c>'


def make_xlsx(sheets: dict[str, list[list[object]]]) -> bytes:
    """Return a workbook of Excel's kind with so many sheets."""
    names, relations, parts = "", "", dict(_XLSX)
    for number, (title, rows) in enumerate(sheets.items(), 1):
        names += f'<sheet name="{title}" sheetId="{number}" r:id="rId{number}"/>'
        relations += (
            f'<Relationship Id="rId{number}" Type="{_RELATION}/worksheet" '
            f'Target="worksheets/sheet{number}.xml"/>'
        )
        body = "".join(
            f"<row>{''.join(map(_format_xlsx_cell, row))}</row>" for row in rows
        )
        sheet = f'<worksheet xmlns="{_MAIN}"><sheetData>{body}</sheetData></worksheet>'
        parts[f"xl/worksheets/sheet{number}.xml"] = sheet
    relations += (
        f'<Relationship Id="rId99" Type="{_RELATION}/styles" Target="styles.xml"/>'
    )
    parts["xl/workbook.xml"] = (
        f'<workbook xmlns="{_MAIN}" xmlns:r="{_RELATION}">'
        f"<sheets>{names}</sheets></workbook>"
    )
    parts["xl/_rels/workbook.xml.rels"] = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/'
        f'relationships">{relations}</Relationships>'
    )
    return _pack(parts)


def make_ods(rows: list[list[object]]) -> bytes:
    """Return an OpenDocument spreadsheet of one sheet; all cells are texts or numbers."""
    office = "urn:oasis:names:tc:opendocument:xmlns:office:1.0"
    table = "urn:oasis:names:tc:opendocument:xmlns:table:1.0"
    text = "urn:oasis:names:tc:opendocument:xmlns:text:1.0"
    body = ""
    for row in rows:
        cells = "".join(
            f'<table:table-cell office:value-type="string"><text:p>{cell}</text:p>'
            "</table:table-cell>"
            for cell in row
        )
        body += f"<table:table-row>{cells}</table:table-row>"
    content = (
        f'<office:document-content xmlns:office="{office}" xmlns:table="{table}" '
        f'xmlns:text="{text}"><office:body><office:spreadsheet>'
        f'<table:table table:name="Runs">{body}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    manifest = (
        '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:'
        f'manifest:1.0"><manifest:file-entry manifest:media-type="{kind}" '
        'manifest:full-path="/"/></manifest:manifest>'
    )
    parts = {"mimetype": kind, "content.xml": content}
    return _pack(parts | {"META-INF/manifest.xml": manifest})


def _pack(parts: dict[str, str]) -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, text in parts.items():
            archive.writestr(zipfile.ZipInfo(name), text)
    return file.getvalue()


# --- the other vendors ---------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Run:
    """One made-up activity; `kind` is the vendor's own number or word."""

    kind: str | int
    start: datetime = FIRST
    seconds: int = 3000
    metres: float = 9000.0


def make_samsung(
    runs: Sequence[Run], offset: str = "UTC+0900", table: str = "exercise"
) -> bytes:
    """Return `com.samsung.shealth.exercise.*.csv`; rows end in one comma more than the header."""
    prefix = "com.samsung.health.exercise."
    names = [
        "start_time",
        "end_time",
        "time_offset",
        "exercise_type",
        "duration",
        "distance",
        "mean_heart_rate",
        "altitude_gain",
        "count",
        "datauuid",
    ]
    header = ",".join(["title", *(prefix + name for name in names)])
    lines = [f"com.samsung.shealth.{table},7006011,17", header]
    for run in runs:
        end = run.start + timedelta(seconds=run.seconds)
        lines.append(
            f",{run.start:%Y-%m-%d %H:%M:%S}.000,{end:%Y-%m-%d %H:%M:%S}.000,{offset},"
            f"{run.kind},{run.seconds * 1000},{run.metres},150,60,8000,uuid,"
        )
    return ("\ufeff" + "\n".join(lines) + "\n").encode()


def make_zepp(runs: Sequence[Run], *, old: bool = False) -> bytes:
    """Return `SPORT_*.csv`; in an `old` one the distance stands in the column minPace."""
    header = (
        "type,startTime,sportTime(s),maxPace(/meter),minPace(/meter),distance(m),"
        "avgPace(/meter),calories(kcal)"
    )
    lines = [header]
    for run in runs:
        pace = run.seconds / run.metres if run.metres > 0 else -1.0
        start: str | int = f"{run.start:%Y-%m-%d %H:%M:%S%z}"
        columns = f"0.3,{run.metres}"
        if old:
            start, columns = int(run.start.timestamp()), f"{run.metres},1.8"
        lines.append(f"{run.kind},{start},{run.seconds},0.0,{columns},{pace:.6f},500.0")
    return ("\n".join(lines) + "\n").encode()


def make_user_exercises(runs: Sequence[Run], offset: str = "+02:00") -> bytes:
    """Return Google Takeout's `UserExercises_*.csv`."""
    header = (
        "exercise_id,exercise_start,exercise_end,utc_offset,activity_name,log_type,"
        "tracker_total_steps,tracker_total_distance_mm,tracker_total_altitude_mm,"
        "tracker_avg_heart_rate,manually_logged_total_distance_mm"
    )
    lines = [header]
    for number, run in enumerate(runs):
        end = run.start + timedelta(seconds=run.seconds)
        lines.append(
            f"{number},{run.start:%Y-%m-%d %H:%M:%S%z},{end:%Y-%m-%d %H:%M:%S%z},"
            f"{offset},{run.kind},TRACKER,8000,{run.metres * 1000:.0f},60000,150,"
        )
    return ("\n".join(lines) + "\n").encode()


def make_fitbit(runs: Sequence[Run], unit: str = "Mile") -> bytes:
    """Return Fitbit's `exercise-0.json`."""
    metres = {"Mile": 1609.344, "Kilometer": 1000.0}[unit]
    made = [
        {
            "logId": number,
            "activityName": run.kind,
            "startTime": f"{run.start:%m/%d/%y %H:%M:%S}",
            "duration": run.seconds * 1000,
            "activeDuration": run.seconds * 1000,
            "distance": run.metres / metres,
            "distanceUnit": unit,
            "steps": 8000,
            "averageHeartRate": 150,
            "elevationGain": 100.0,
        }
        for number, run in enumerate(runs)
    ]
    return json.dumps(made).encode()


def make_google_fit(run: Run) -> bytes:
    """Return a session of Google Fit."""
    end = run.start + timedelta(seconds=run.seconds)
    return json.dumps(
        {
            "fitnessActivity": run.kind,
            "startTime": f"{run.start:%Y-%m-%dT%H:%M:%S}Z",
            "endTime": f"{end:%Y-%m-%dT%H:%M:%S}Z",
            "duration": f"{run.seconds}s",
            "aggregate": [
                {"metricName": "com.google.distance.delta", "floatValue": run.metres},
                {"metricName": "com.google.step_count.delta", "intValue": 8000},
            ],
        }
    ).encode()


def make_runtastic(run: Run, surface: str = "road", *, old: bool = False) -> bytes:
    """Return a session of adidas Running; in an `old` one the totals stand beside the rest."""
    start_ms = int(run.start.timestamp() * 1000)
    totals = {
        "distance": run.metres,
        "elevation_gain": 60,
        "elevation_loss": 55,
        "surface": surface,
    }
    session = {
        "id": "a",
        "sport_type_id": str(run.kind),
        "start_time": start_ms,
        "end_time": start_ms + run.seconds * 1000,
        "start_time_timezone_offset": 7200000,
        "duration": run.seconds * 1000,
        "pause": 0,
    }
    if old:
        return json.dumps(session | totals).encode()
    session["features"] = [{"type": "track_metrics", "attributes": totals}]
    return json.dumps(session).encode()


def make_huawei(runs: Sequence[Run]) -> bytes:
    """Return `motion path detail data.json`, whose numbers as names have no quotes."""
    parts = []
    for run in runs:
        start_ms = int(run.start.timestamp() * 1000)
        summary = '{\\"avgHeartRate\\":155,\\"creepingWave\\":6000,\\"map\\":{1:2}}'
        attribute = (
            f"HW_EXT_TRACK_DETAIL@istp=lbs;k=0;\\n&&HW_EXT_TRACK_SIMPLIFY@is{summary}"
        )
        parts.append(
            f'{{"sportType":{run.kind},"startTime":{start_ms},'
            f'"endTime":{start_ms + run.seconds * 1000},"totalTime":{run.seconds * 1000},'
            f'"totalDistance":{run.metres},"totalSteps":8000,"timeZone":"+0200",'
            f'"partTimeMap":{{1.0:333.0,2.0:666.0}},"attribute":"{attribute}"}}'
        )
    return f"[{','.join(parts)}]".encode()


def make_nike(run: Run) -> bytes:
    """Return an activity of Nike Run Club."""
    start_ms = int(run.start.timestamp() * 1000)
    return json.dumps(
        {
            "id": "a",
            "type": run.kind,
            "start_epoch_ms": start_ms,
            "end_epoch_ms": start_ms + run.seconds * 1000,
            "active_duration_ms": run.seconds * 1000,
            "summaries": [
                {"metric": "distance", "summary": "total", "value": run.metres / 1000},
                {"metric": "pace", "summary": "mean", "value": 5.5},
            ],
            "tags": {"com.nike.name": "Evening run", "location": "outdoors"},
        }
    ).encode()


def make_endomondo(run: Run) -> bytes:
    """Return a workout of Endomondo's archive."""
    return json.dumps(
        [
            {"sport": run.kind},
            {"start_time": f"{run.start:%Y-%m-%d %H:%M:%S}.0"},
            {"duration_s": run.seconds},
            {"distance_km": run.metres / 1000},
            {"ascend_m": 60},
            {"points": [[{"distance_km": 0}]]},
        ]
    ).encode()


def main() -> None:
    """Write an Apple Health export: path and size of its export.xml in MB."""
    _, path, megabytes = sys.argv[1:4]
    write_apple_zip(Path(path), make_season(365), int(megabytes) * 10**6)


if __name__ == "__main__":
    main()
