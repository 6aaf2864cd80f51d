"""A season of small files of every format, and analyses of it as the JSON that users get."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from loadwatch import pipeline
from loadwatch.pipeline import Options
from loadwatch.report import as_json
from tests import make_formats
from tests.make_fit import run

if TYPE_CHECKING:
    from pathlib import Path

    from loadwatch.analysis import Analysis

FIRST = datetime(2026, 7, 6, 6, 30, tzinfo=UTC)  # a Monday
LIST = (
    "date,distance_km,duration,type,surface,shoe,rpe,name\n"
    "2026-08-31 18:00,14,1:20:00,Run,hard,Old pair,7,Only in the list\n"  # 2.2 times the longest before
    "2026-09-42 18:00,5,0:30:00,Run,hard,,,A slip of the pen\n"
)


def short(start: datetime, minutes: float = 25, **more: Any) -> bytes:
    """One run as a watch tells it, a sample a minute."""
    told = {
        "every_s": 60,
        "ascent_m": 40.0,
        "descent_m": 40.0,
        "utc_offset_s": -7200,
    } | more
    return run(start, int(minutes * 60), **told)


def files() -> dict[str, bytes]:
    """Eight weeks of FIT, one run in four formats, a list, and some files that are no activities."""
    found = {
        f"fit/{week:02}-{day}.fit": short(
            FIRST + timedelta(weeks=week, days=day),
            20 + 3 * day,
            sub_sport=("generic", "trail")[day % 2],
        )
        for week in range(8)
        for day in (0, 2, 5)
    }
    found |= {f"four/{name}": make() for name, make in make_formats.FORMATS.items()}
    found |= {
        "list.csv": LIST.encode(),
        "notes.txt": b"rain\n",
        "photo.jpg": b"\xff\xd8\xff\xe0" + bytes(99),
    }
    found["route.gpx"] = b'<gpx version="1.1"><rte><rtept lat="1" lon="2"/></rte></gpx>'
    return found


def write(folder: Path, found: dict[str, bytes]) -> Path:
    for name, data in found.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


def zipped(found: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in found.items():
            archive.writestr(name, data)
    return out.getvalue()


def gzipped(found: dict[str, bytes]) -> dict[str, bytes]:
    return {f"{name}.gz": gzip.compress(data, mtime=0) for name, data in found.items()}


def analysed(*paths: Path, **options: Any) -> Analysis:
    return pipeline.analyse_athlete(*paths, options=Options(**options))


def told(analysis: Analysis) -> tuple[str, str]:
    """All that the two large JSON documents say."""
    return as_json.format_activities(analysis), as_json.format_weeks(analysis)


def weekly(analysis: Analysis) -> str:
    """The weeks, and the flags but for where their run lay, as JSON."""
    document = json.loads(as_json.format_weeks(analysis))
    flags = [
        {key: value for key, value in flag.items() if key != "source"}
        for flag in document["flags"]
    ]
    return json.dumps([document["weeks"], flags, document["unknown"]])
