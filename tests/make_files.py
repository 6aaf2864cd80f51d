"""Makes sample_data/, and one run in four formats; the same bytes each time.

    python -m tests.make_files [FOLDER]        (default: sample_data)

Two runners who do not exist, on courses drawn over open sea. Ana: 28 weeks; hills in week 20, a jump
in load and a move to the road in week 26. Ben: 28 steady weeks. Both have a Garmin list for the older
weeks and FIT files for the newer ones, with three weeks in both.
"""

# ruff: noqa: DTZ001 - a plan is made by the wall clock

from __future__ import annotations

import csv
import io
import math
import random
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests import make_fit

SAMPLE = Path(__file__).parents[1] / "sample_data"
FIRST = datetime(2026, 5, 11)  # a Monday, wall clock like all starts below
WEEKS = 28
LIST_UNTIL, FILES_FROM = 18, 15  # weeks, counted from 0
WINTER = datetime(2026, 10, 25, 3)  # clocks go back: UTC+2 before, UTC+1 after
GRID_M = 10
EARTH_M = 111_195.0  # a degree of latitude


@dataclass(frozen=True)
class Outing:
    """One activity as planned; everything else follows from it."""

    start: datetime  # wall clock
    km: float
    kind: str  # street, trail, generic, treadmill or strength_training
    hill_m: float = 16.0  # height of each hill
    every_m: float = 2000.0  # from top to top
    title: str = ""
    pace_s: float = 355.0  # for a kilometre
    heart_bpm: int = 142

    @property
    def utc(self) -> datetime:
        return (self.start - timedelta(hours=self.offset_h)).replace(tzinfo=UTC)

    @property
    def offset_h(self) -> int:
        return 2 if self.start < WINTER else 1

    @property
    def seed(self) -> int:
        return (
            int(self.start.timestamp())
            if self.start.tzinfo
            else int(self.start.strftime("%m%d%H"))
        )

    @property
    def seconds(self) -> int:
        return round(self.km * self.pace_s) if self.km else 2400

    @property
    def climb_m(self) -> float:
        """Ascent, and descent, of the course out and back."""
        half = self.km * 500
        whole = int(half / self.every_m) * self.hill_m
        return 2 * (whole + abs(_height(self, half) - BASE_M)) if self.km else 0.0


BASE_M = 420.0


def _height(outing: Outing, metres: float) -> float:
    """Altitude on the way out: one hill after the other, from `BASE_M` up and down again."""
    return (
        BASE_M
        + outing.hill_m * (1 - math.cos(2 * math.pi * metres / outing.every_m)) / 2
    )


def altitude(outing: Outing):
    """Metres run -> what a barometer says: the hill, slow drift, 0.2 m steps."""
    draw = random.Random(outing.seed)
    length = outing.km * 1000
    noise, drift = [], 0.0
    for _ in range(int(length / GRID_M) + 3):
        drift = 0.95 * drift + draw.uniform(-0.12, 0.12)
        noise.append(drift)

    def at(metres: float) -> float:
        away = min(metres, max(length - metres, 0.0))
        step = min(int(metres / GRID_M), len(noise) - 1)
        return round((_height(outing, away) + noise[step]) * 5) / 5

    return at


def position(outing: Outing, home: tuple[float, float]):
    """Metres run -> latitude and longitude: a winding way from `home` over open sea, and back."""
    draw = random.Random(outing.seed + 1)
    length, heading = outing.km * 1000, draw.uniform(0, 2 * math.pi)
    way, turn = [home], 0.0
    for _ in range(int(length / 2 / GRID_M) + 2):
        turn = 0.9 * turn + draw.uniform(-0.05, 0.05)
        heading += turn
        latitude, longitude = way[-1]
        east = GRID_M * math.sin(heading) / math.cos(math.radians(latitude))
        way.append(
            (
                latitude + GRID_M * math.cos(heading) / EARTH_M,
                longitude + east / EARTH_M,
            )
        )

    def at(metres: float) -> tuple[float, float]:
        away = min(metres, max(length - metres, 0.0)) / GRID_M
        step = min(int(away), len(way) - 2)
        (a, b), (c, d) = way[step], way[step + 1]
        return a + (c - a) * (away - step), b + (d - b) * (away - step)

    return at


def _heart(outing: Outing):
    return lambda second: round(
        outing.heart_bpm - 25 * math.exp(-second / 180) + 4 * math.sin(second / 240)
    )


def _speed(outing: Outing):
    mean = 1000 / outing.pace_s
    # waves that fit, so that the mean stays
    whole = outing.seconds / round(outing.seconds / 600)
    return lambda second: mean * (1 + 0.04 * math.sin(2 * math.pi * second / whole))


def fit(outing: Outing, home: tuple[float, float], serial: int) -> bytes:
    """The outing as a watch with a barometer would save it, a record every five seconds."""
    if outing.kind == "strength_training":
        return make_fit.run(
            outing.utc,
            outing.seconds,
            speed_mps=0.0,
            altitude_m=None,
            position=None,
            cadence_spm=None,
            heart_rate_bpm=lambda second: round(104 + 12 * math.sin(second / 90)),
            every_s=20,
            sport="training",
            sub_sport="strength_training",
            utc_offset_s=outing.offset_h * 3600,
            serial=serial,
            session={"avg_heart_rate": 104},
        )
    indoors = outing.kind == "treadmill"
    return make_fit.run(
        outing.utc,
        outing.seconds,
        speed_mps=_speed(outing),
        altitude_m=None if indoors else altitude(outing),
        position=None if indoors else position(outing, home),
        heart_rate_bpm=_heart(outing),
        cadence_spm=170,
        every_s=5,
        sub_sport=outing.kind,
        utc_offset_s=outing.offset_h * 3600,
        serial=serial,
        ascent_m=None if indoors else round(outing.climb_m),
        descent_m=None if indoors else round(outing.climb_m),
        session={"avg_heart_rate": outing.heart_bpm - 2},
    )


TYPES = {
    "street": "Street Running",
    "trail": "Trail Running",
    "generic": "Running",
    "treadmill": "Treadmill Running",
    "strength_training": "Strength Training",
}
HEADER = (
    "Activity Type,Date,Favorite,Title,Distance,Calories,Time,Avg HR,Max HR,Avg Run Cadence,Avg Pace,"
    "Total Ascent,Total Descent,Steps,Number of Laps,Moving Time,Elapsed Time,Min Elevation,Max Elevation"
)


def _clock(seconds: float) -> str:
    whole = round(seconds)
    return f"{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02}"


def garmin_list(outings: list[Outing]) -> bytes:
    """The list that Garmin Connect exports, newest first."""
    text = io.StringIO()
    out = csv.writer(text, lineterminator="\n")
    out.writerow(HEADER.split(","))
    for one in sorted(outings, key=lambda one: one.start, reverse=True):
        hours, ran = one.seconds / 3600, one.kind != "strength_training"
        hills = ran and one.kind != "treadmill"
        out.writerow(
            [
                TYPES[one.kind],
                one.start.isoformat(" "),
                "false",
                one.title or TYPES[one.kind],
                f"{one.km:.2f}",
                round(hours * (640 if ran else 300)),
                _clock(one.seconds),
                one.heart_bpm - 2 if ran else 104,
                one.heart_bpm + 16 if ran else 131,
                170 if ran else "--",
                f"{int(one.pace_s // 60)}:{round(one.pace_s % 60):02}" if ran else "--",
                round(one.climb_m) if hills else "--",
                round(one.climb_m) if hills else "--",
                f"{round(170 * one.seconds / 60):,}" if ran else "--",
                max(1, math.ceil(one.km)),
                _clock(one.seconds),
                _clock(one.seconds),
                round(BASE_M) if hills else "--",
                round(BASE_M + one.hill_m) if hills else "--",
            ]
        )
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def _at(week: int, day: int, clock: str) -> datetime:
    hour, minute = map(int, clock.split(":"))
    return FIRST + timedelta(days=7 * week + day, hours=hour, minutes=minute)


ROAD = {"hill_m": 16.0, "every_m": 2000.0}
TRAIL = {"every_m": 1500.0, "pace_s": 390.0, "heart_bpm": 147, "title": "Woods"}
MOUNTAIN = {
    "hill_m": 130.0,
    "every_m": 2400.0,
    "pace_s": 450.0,
    "heart_bpm": 153,
    "title": "Up to the hut",
}


def ana() -> list[Outing]:
    """Four runs a week, six tenths on trails, until the autumn goes wrong."""
    return [one for week in range(WEEKS) for one in _ana(week)]


def _ana(week: int) -> list[Outing]:
    if week == 12:  # ill
        return []
    more = (1.0, 1.04, 1.02, 0.88)[week % 4]
    tuesday = Outing(
        _at(week, 1, "06:45"), round(7 * more, 2), "street", title="Before work", **ROAD
    )
    if week == WEEKS - 1:
        return [tuesday]
    strength = (
        [Outing(_at(week, 2, "19:10"), 0, "strength_training", title="Core")]
        if week < 22
        else []
    )
    if week == 26:  # the marathon plan begins: farther, and all of it on the road
        kms = (
            (1, "06:45", 9.0),
            (3, "18:20", 9.5),
            (5, "08:30", 7.5),
            (6, "09:00", 19.0),
        )
        return [
            Outing(_at(week, day, clock), km, "street", title="Marathon plan", **ROAD)
            for day, clock, km in kms
        ]
    # flatter since summer
    height = (44.0 if week < 12 else 36.0) * (0.8 if week % 4 == 3 else 1.0)
    hills = MOUNTAIN if week == 20 else {"hill_m": height, **TRAIL}
    return [
        tuesday,
        *strength,
        Outing(_at(week, 3, "18:20"), round(8 * more, 2), "trail", **hills),
        Outing(
            _at(week, 5, "08:30"),
            round(5.5 * more, 2),
            "street",
            title="Round the town",
            **ROAD,
        ),
        Outing(_at(week, 6, "09:00"), round(12 * more, 2), "trail", **hills),
    ]


def ben() -> list[Outing]:
    """Three runs a week, all alike, by a watch that is always set to plain running."""
    return [one for week in range(WEEKS) for one in _ben(week)]


def _ben(week: int) -> list[Outing]:
    more = (1.0, 1.03, 0.97, 1.01)[week % 4]
    wednesday = Outing(
        _at(week, 2, "12:15"),
        round(8 * more, 2),
        "generic",
        title="Lunch run",
        pace_s=330.0,
    )
    if week == WEEKS - 1:
        return [wednesday]
    belt = week % 6 == 5
    friday = Outing(
        _at(week, 4, "06:30"),
        round(6 * more, 2),
        "treadmill" if belt else "generic",
        pace_s=345.0,
    )
    sunday = Outing(
        _at(week, 6, "10:00"),
        round(11 * more, 2),
        "generic",
        title="River loop",
        pace_s=340.0,
    )
    return [
        wednesday,
        friday,
        Outing(_at(week, 0, "18:30"), 0, "strength_training"),
        sunday,
    ]


ANA_TOML = """\
# Settings of this runner. Every line is optional: `loadwatch settings` shows them all.
[athlete]
name = "Ana (made up)"
sex = "f"
hr_rest = 52           # beats a minute: with hr_max they turn heart rate into load (TRIMP)
hr_max = 188

[weeks]
tz = "Europe/Zurich"   # for files that do not tell; the Garmin list knows no zone
"""
BEN_TOML = """\
# Ben's watch is always set to plain "Run", so it says nothing of the ground: he runs on roads.
[athlete]
name = "Ben (made up)"

[weeks]
tz = "Europe/Zurich"

[surface]
default_surface = "hard"
"""
BEN_TAGS = """\
start,surface,shoe,rpe,name
2026-10-04 10:00,soft,,4,River loop on the towpath
2026-10-11 10:00,,Blue pair,5,
2026-10-18 10:00,,Blue pair,4,
2026-10-25 10:00,,Blue pair,6,Club 11 km
2026-11-01 10:00,,Red pair,4,
2026-11-08 10:00,,Red pair,4,
2026-11-15 10:00,,Red pair,5,
"""


def ben_diary() -> bytes:
    """A line every other day, mostly nothing to tell."""
    draw = random.Random(7)
    lines = ["date,pain,when,site,note"]
    for day in range(0, 7 * WEEKS - 4, 2):
        pain = max(0, draw.choice((0, 0, 0, 1, 1, 2)))
        when = f"{FIRST + timedelta(days=day):%Y-%m-%d}"
        lines.append(
            f"{when},{pain},{'after' if pain else ''},{'low back' if pain else ''},"
        )
    return ("\n".join(lines) + "\n").encode()


def sample_data() -> dict[str, bytes]:
    """Every file of sample_data, by its path."""
    files = {
        "ana/loadwatch.toml": ANA_TOML.encode(),
        "ben/loadwatch.toml": BEN_TOML.encode(),
        "ben/tags.csv": BEN_TAGS.encode(),
        "ben/diary.csv": ben_diary(),
    }
    for name, outings, home, serial in (
        ("ana", ana(), (-36.9, -21.4), 1_000_001),
        ("ben", ben(), (-37.6, -22.3), 1_000_002),
    ):
        older, newer = (
            FIRST + timedelta(weeks=LIST_UNTIL),
            FIRST + timedelta(weeks=FILES_FROM),
        )
        files[f"{name}/Activities.csv"] = garmin_list(
            [one for one in outings if one.start < older]
        )
        for one in outings:
            if one.start >= newer:
                files[f"{name}/{one.start:%Y-%m-%d-%H%M}.fit"] = fit(one, home, serial)
    return files


def main(folder: Path) -> None:
    """Write sample_data, and take away what is no longer part of it."""
    files = sample_data()
    for path in (path for path in folder.rglob("*") if path.is_file()):
        if path.relative_to(folder).as_posix() not in files:
            path.unlink()
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    print(f"{len(files)} files, {sum(map(len, files.values())):,} bytes in {folder}")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else SAMPLE)
