"""The formats: good files to begin with, how to change them, and what reading them may do."""

from __future__ import annotations

import dataclasses
import gzip
import tempfile
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import osmium

from tests import make_formats, make_map, make_vendors
from tests.fuzz import mutators, oracle
from tests.fuzz.mutate_pbf import mutate_pbf
from tests.make_fit import START, run
from tests.zoo import archives, fit, tables, xml

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

ROOT = Path(__file__).parents[2]
CASES = ROOT / "tests" / "cases"


@dataclasses.dataclass(frozen=True)
class Target:
    """One format. `check` returns what is wrong with a mutant of a good file, "" if nothing is."""

    seeds: Callable[[], list[bytes]]
    mutate: Callable[[bytes, bytes, random.Random], bytes]
    check: Callable[[bytes, bytes], str]


def read_cases(*patterns: str, most: int = 60_000) -> list[bytes]:
    """Return small case files that the tests hold anyway, none that holds parts twice."""
    found = [path for one in patterns for path in sorted(CASES.glob(one))]
    found = [path for path in found if "twice" not in path.name]
    return [path.read_bytes() for path in found if path.stat().st_size < most]


def make_fit_seeds() -> list[bytes]:
    names = (
        "good",
        "compressed_ts",
        "big_endian",
        "dev_uint64",
        "multisport",
        "pause",
    )
    return [
        run(seconds=60),
        run(seconds=90, every_s=3, sub_sport="trail", ascent_m=30),
        run(seconds=60) + run(START + timedelta(hours=9), 40),
        *(fit.make(name) for name in names),
        *read_cases("tracks/*.fit", most=30_000)[:8],
    ]


def shorten_gpx(data: bytes, points: int) -> bytes:
    """Return a track with its first points alone, and whole."""
    head, *rest = data.split(b"<trkpt")
    tail = rest[-1].partition(b"</trkpt>")[2]
    return b"<trkpt".join([head, *rest[:points]]) + tail


def shorten_table(data: bytes, rows: int) -> bytes:
    """Return a table with its first rows alone."""
    return b"".join(data.splitlines(keepends=True)[: rows + 1])


def make_gpx_seeds() -> list[bytes]:
    names = ("good", "multi_seg", "gpx10", "utf16")
    return [*(xml.make(name, "gpx") for name in names), shorten_gpx(make_formats.gpx(), 150),
            *read_cases("tracks/*.gpx", most=40_000)[:12]]  # fmt: skip


def make_tcx_seeds() -> list[bytes]:
    names = ("good", "no_pos", "cumulative_offset", "empty_track")
    return [
        *(xml.make(name, "tcx") for name in names),
        *read_cases("tracks/*.tcx", most=40_000)[:12],
    ]


def make_apple_seeds() -> list[bytes]:
    season = make_vendors.make_season(8)
    return [make_vendors.make_apple_xml(season, size=size) for size in (0, 3000)]


def make_csv_seeds() -> list[bytes]:
    names = ("strava", "german", "garmin_dashes", "utf16", "excel_date", "mixed_date")
    return [*(tables.make(name) for name in names), shorten_table(make_formats.table(), 250),
            *read_cases("lists/*.csv", "trouble/csv_series*.csv", most=20_000)]  # fmt: skip


def make_json_seeds() -> list[bytes]:
    return read_cases("lists/*.json", "trouble/*.json", most=40_000)


def make_zip_seeds() -> list[bytes]:
    names = ("garmin", "strava", "sfx", "dup_names", "symlink", "empty")
    return [*(archives.make_zip(name) for name in names),
            make_vendors.make_xlsx({"Runs": [["date", "distance_km"], ["2026-03-01", 5]]})]  # fmt: skip


def make_gzip_seeds() -> list[bytes]:
    return [
        gzip.compress(data, mtime=0)
        for data in (run(seconds=40), xml.make("good", "gpx"), tables.make("strava"))
    ]


def make_map_seeds() -> list[bytes]:
    """Return a map in three packings, and one of empty groups."""
    made = [(CASES / "trouble" / "pbf_empty_groups.osm.pbf").read_bytes()]
    with tempfile.TemporaryDirectory() as folder:
        source = make_map.write(Path(folder))
        for packing in ("zlib", "none", "zlib,pbf_dense_nodes=false"):
            path = Path(folder, "town.osm.pbf")
            file = osmium.io.File(path, f"pbf,pbf_compression={packing}")
            with osmium.SimpleWriter(file, overwrite=True) as writer:
                for item in osmium.FileProcessor(source):
                    writer.add(item)
            made.append(path.read_bytes())
    return made


def make_toml_seeds() -> list[bytes]:
    found = sorted((ROOT / "sample_data").glob("*/loadwatch.toml"))
    full = b'preset = "novice"\n[weeks]\ntz = "Europe/Zurich"\nsports = ["running"]\n[rules.downhill_jump]\nhigh = 2.0\n[surface.classes]\nground = "soft"\n'
    return [full, *(path.read_bytes() for path in found)]


def name_check(
    check: Callable[[bytes, bytes, str], str], name: str
) -> Callable[[bytes, bytes], str]:
    """Return the check of a file with this name."""
    return lambda data, whole: check(data, whole, name)


TARGETS = {
    "fit": Target(make_fit_seeds, mutators.mutate_fit, name_check(oracle.check_input, "a.fit")),
    "gpx": Target(make_gpx_seeds, mutators.mutate_xml, name_check(oracle.check_input, "a.gpx")),
    "tcx": Target(make_tcx_seeds, mutators.mutate_xml, name_check(oracle.check_input, "a.tcx")),
    "apple": Target(make_apple_seeds, mutators.mutate_xml, name_check(oracle.check_input, "export.xml")),
    "csv": Target(make_csv_seeds, mutators.mutate_csv, name_check(oracle.check_table, "a.csv")),
    "json": Target(make_json_seeds, mutators.mutate_json, name_check(oracle.check_document, "a.json")),
    "zip": Target(make_zip_seeds, mutators.mutate_zip, name_check(oracle.check_archive, "a.zip")),
    "gz": Target(make_gzip_seeds, mutators.mutate_gzip, name_check(oracle.check_archive, "a.gz")),
    "pbf": Target(make_map_seeds, mutate_pbf, name_check(oracle.check_map, "a.osm.pbf")),
    "toml": Target(make_toml_seeds, mutators.mutate_toml, oracle.check_settings),
}  # fmt: skip


@cache
def get_seeds(name: str) -> tuple[bytes, ...]:
    """Return the good files of a format."""
    return tuple(TARGETS[name].seeds())
