"""The formats: good files to begin with, how to change them, and what reading them may do."""

from __future__ import annotations

import dataclasses
import gzip
import math
import tempfile
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from loadwatch.assess import rules
from loadwatch.errors import LoadwatchError, NotActivity, OverLimit, Unreadable
from loadwatch.exposure.row import build_row
from loadwatch.ingest import readers
from loadwatch.ingest.sources import Member, find_members
from loadwatch.settings import Settings, load
from loadwatch.tables import PLAUSIBLE
from tests import make_formats, make_map, make_vendors
from tests.fuzz import mutators
from tests.make_fit import run
from tests.mutants import list_problems
from tests.zoo import archives, fit, tables, xml

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

ROOT = Path(__file__).parents[2]
CASES = ROOT / "tests" / "cases"
REFUSALS = (Unreadable, NotActivity, OverLimit)


@dataclasses.dataclass(frozen=True)
class Target:
    """One format. `check` returns what is wrong with what it was given, "" if nothing is."""

    seeds: Callable[[], list[bytes]]
    mutate: Callable[[bytes, bytes, random.Random], bytes]
    check: Callable[[bytes], str]


def check_input(data: bytes, name: str) -> str:
    """Read one file and build its rows; return an impossible value that no note tells of."""
    try:
        reading = readers.read(data, name, Settings())
    except REFUSALS:
        return ""
    wrong = ""
    for activity in reading.activities:
        row = build_row(activity, "digest", Settings(), None)
        if not row["notes"]:
            wrong = wrong or find_garbage(activity, row)
    return wrong


def find_garbage(activity: Any, row: dict[str, Any]) -> str:
    """Return an impossible value of an activity without a note, "" if there is none."""
    for name, limits in PLAUSIBLE.items():
        value = row.get(name)
        is_known = isinstance(value, float) and not math.isnan(value)
        if is_known and not limits.low <= value <= limits.high:
            return f"{name} = {value}"
    problems = list_problems(activity)
    return problems[0] if problems else ""


def check_archive(data: bytes, name: str) -> str:
    """Walk an archive, open each member and read it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, name)
        path.write_bytes(data)
        wrong = ""
        for member in find_members([path]):
            if not isinstance(member, Member):
                continue
            try:
                content = member.read()
            except REFUSALS:
                continue
            wrong = wrong or check_input(content, member.label)
        return wrong


def check_map(data: bytes, name: str) -> str:
    """Read a map extract around one place."""
    from loadwatch.exposure import osm

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, name)
        path.write_bytes(data)
        with suppress(LoadwatchError):
            osm.open_extract(path, frozenset([(0, 0), (4700, 800)]), None, {})
    return ""


def check_settings(data: bytes) -> str:
    """Read a settings file."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "loadwatch.toml")
        path.write_bytes(data)
        with suppress(LoadwatchError):
            load([path], {}, rules.list_setting_keys())
    return ""


def read_cases(*patterns: str, most: int = 60_000) -> list[bytes]:
    """Return small case files that the tests hold anyway."""
    found = [path for one in patterns for path in sorted(CASES.glob(one))]
    return [path.read_bytes() for path in found if path.stat().st_size < most]


def make_fit_seeds() -> list[bytes]:
    names = (
        "good",
        "chain_two_runs",
        "compressed_ts",
        "big_endian",
        "dev_uint64",
        "multisport",
        "pause",
    )
    return [
        run(seconds=60),
        run(seconds=90, every_s=3, sub_sport="trail", ascent_m=30),
        *(fit.make(name)[:20_000] for name in names),
        *read_cases("tracks/*.fit", most=30_000)[:8],
    ]


def make_gpx_seeds() -> list[bytes]:
    names = ("good", "multi_seg", "gpx10", "utf16")
    return [*(xml.make(name, "gpx") for name in names), make_formats.gpx()[:40_000],
            *read_cases("tracks/*.gpx", most=40_000)[:12]]  # fmt: skip


def make_tcx_seeds() -> list[bytes]:
    names = ("good", "no_pos", "cumulative_offset", "empty_track")
    return [
        *(xml.make(name, "tcx") for name in names),
        *read_cases("tracks/*.tcx", most=40_000)[:12],
    ]


def make_csv_seeds() -> list[bytes]:
    names = ("strava", "german", "garmin_dashes", "utf16", "excel_date", "mixed_date")
    return [*(tables.make(name) for name in names), make_formats.table()[:20_000],
            *read_cases("lists/*.csv", "trouble/csv_series*.csv", most=20_000)]  # fmt: skip


def make_json_seeds() -> list[bytes]:
    return read_cases("lists/*.json", "trouble/*.json", most=40_000)


def make_zip_seeds() -> list[bytes]:
    names = ("garmin", "strava", "sfx", "dup_names", "symlink", "empty")
    return [*(archives.make_zip(name) for name in names),
            make_vendors.make_xlsx({"Runs": [["date", "distance_km"], ["2026-03-01", 5]]})]  # fmt: skip


def make_gzip_seeds() -> list[bytes]:
    return [
        gzip.compress(data)
        for data in (run(seconds=40), xml.make("good", "gpx"), tables.make("strava"))
    ]


def make_map_seeds() -> list[bytes]:
    made = [(CASES / "trouble" / "pbf_empty_groups.osm.pbf").read_bytes()]
    with tempfile.TemporaryDirectory() as folder:
        made.append(make_map.write(Path(folder)).read_bytes())
    return made


def make_toml_seeds() -> list[bytes]:
    found = sorted((ROOT / "sample_data").glob("*/loadwatch.toml"))
    full = b'preset = "novice"\n[weeks]\ntz = "Europe/Zurich"\nsports = ["running"]\n[rules.downhill_jump]\nhigh = 2.0\n[surface.classes]\nground = "soft"\n'
    return [full, *(path.read_bytes() for path in found)]


def make_check(check: Callable[[bytes, str], str], name: str) -> Callable[[bytes], str]:
    return lambda data: check(data, name)


TARGETS = {
    "fit": Target(make_fit_seeds, mutators.mutate_fit, make_check(check_input, "a.fit")),
    "gpx": Target(make_gpx_seeds, mutators.mutate_xml, make_check(check_input, "a.gpx")),
    "tcx": Target(make_tcx_seeds, mutators.mutate_xml, make_check(check_input, "a.tcx")),
    "csv": Target(make_csv_seeds, mutators.mutate_csv, make_check(check_input, "a.csv")),
    "json": Target(make_json_seeds, mutators.mutate_json, make_check(check_input, "a.json")),
    "zip": Target(make_zip_seeds, mutators.mutate_zip, make_check(check_archive, "a.zip")),
    "gz": Target(make_gzip_seeds, mutators.mutate_gzip, make_check(check_archive, "a.gz")),
    "pbf": Target(make_map_seeds, mutators.mutate_pbf, make_check(check_map, "a.osm.pbf")),
    "toml": Target(make_toml_seeds, mutators.mutate_toml, check_settings),
}  # fmt: skip


@cache
def get_seeds(name: str) -> tuple[bytes, ...]:
    """Return the good files of a format."""
    return tuple(TARGETS[name].seeds())
