"""One vocabulary of sports: a word reads the same in every format, and only a file without one is inferred."""

import csv
import io
import json
import tomllib
from datetime import UTC, datetime, timedelta
from importlib.resources import files

import pytest
from fitparse.profile import FIELD_TYPES

from loadwatch.activity import Session
from loadwatch.exposure.row import build_row
from loadwatch.ingest import readers
from loadwatch.ingest.readers import sports
from loadwatch.settings import Settings
from tests.make_fit import run

START = datetime(2026, 3, 1, 7, 0, tzinfo=UTC)
SECONDS = range(61)
DEGREE_M = 110_611.0  # of latitude, at 10 deg
PLAIN = Settings(tz="UTC")

WORDS = {
    "Kayaking": ("kayaking", "generic"),
    "paddling": ("paddling", "generic"),
    "Traillauf": ("running", "trail"),
    "Laufband": ("running", "treadmill"),
    "Laufen": ("running", "generic"),
    "indoor rowing": ("fitness_equipment", "indoor_rowing"),
    "e bike ride": ("cycling", "generic"),
    "E-Bike Ride": ("cycling", "generic"),
    "speed walking": ("walking", "generic"),
    "obstacle racing": ("running", "obstacle"),
    "Running": ("running", "generic"),
    "Biking": ("cycling", "generic"),
    "Other": ("generic", "generic"),
    "course à pied": ("running", "generic"),
    "ランニング": ("running", "generic"),
    "strength_training": ("training", "strength_training"),
}
TABLE = tomllib.loads(
    files("loadwatch.ingest.readers").joinpath("sports.toml").read_text("utf-8")
)
KNOWN = [
    word
    for target, words in TABLE["words"].items()
    if not target.startswith("skip")
    for word in words
]


def escape(text: str) -> str:
    return text.replace("&", "&amp;").replace('"', "&quot;")


def gpx(word: str | None, speed: float = 2.2) -> bytes:
    points = "".join(
        f'<trkpt lat="{10 + k * speed / DEGREE_M:.9f}" lon="20">'
        f"<time>{START + timedelta(seconds=k):%Y-%m-%dT%H:%M:%SZ}</time></trkpt>"
        for k in SECONDS
    )
    kind = "" if word is None else f"<type>{escape(word)}</type>"
    return f"<gpx><trk>{kind}<trkseg>{points}</trkseg></trk></gpx>".encode()


def tcx(word: str | None, speed: float = 2.2) -> bytes:
    points = "".join(
        f"<Trackpoint><Time>{START + timedelta(seconds=k):%Y-%m-%dT%H:%M:%SZ}</Time>"
        f"<DistanceMeters>{k * speed}</DistanceMeters></Trackpoint>"
        for k in SECONDS
    )
    sport = "" if word is None else f' Sport="{escape(word)}"'
    return (
        f"<TrainingCenterDatabase><Activities><Activity{sport}><Id>2026-03-01T07:00:00Z</Id>"
        f'<Lap StartTime="2026-03-01T07:00:00Z"><TotalTimeSeconds>60</TotalTimeSeconds>'
        f"<DistanceMeters>{60 * speed}</DistanceMeters><Track>{points}</Track></Lap>"
        "</Activity></Activities></TrainingCenterDatabase>"
    ).encode()


def table(word: str | None, speed: float = 2.2) -> bytes:
    """A list of a vendor's kind: one that leaves the type blank names no run."""
    out = io.StringIO()
    head = ["Activity Date", "Activity Type", "Elapsed Time", "Distance"]
    csv.writer(out).writerows(
        [head, ["2026-03-01 07:00:00", word or "", "60", speed * 60 / 1000]]
    )
    return out.getvalue().encode()


def garmin(word: str | None, speed: float = 2.2) -> bytes:
    one = {
        "activityId": 1,
        "activityType": word,
        "beginTimestamp": START.timestamp() * 1000,
        "duration": 60_000.0,
        "distance": 6000.0 * speed,
    }
    return json.dumps([{"summarizedActivitiesExport": [one]}]).encode()


def suunto(word: str | None, speed: float = 2.2) -> bytes:
    one = {"DateTime": "2026-03-01T07:00:00", "Duration": "60", "Activity": word}
    return json.dumps([one | {"Distance": str(60 * speed)}]).encode()


def polar(word: str | None, speed: float = 2.2) -> bytes:
    metres = ",".join(str(k * speed) for k in SECONDS)
    one = {
        "polar_user": "x",
        "start_time": "2026-03-01T07:00:00",
        "start_time_utc_offset": 0,
        "duration": "PT60S",
        "detailed_sport_info": word,
        "samples": [{"recording_rate": 1, "sample_type": 10, "data": metres}],
    }
    return json.dumps([one]).encode()


def goldencheetah(word: str | None, speed: float = 2.2) -> bytes:
    ride = {
        "STARTTIME": "2026/03/01 07:00:00 UTC",
        "TAGS": {} if word is None else {"Sport": word},
        "SAMPLES": [{"SECS": k, "KM": k * speed / 1000} for k in SECONDS],
    }
    return json.dumps({"RIDE": ride}).encode()


def polar_table(word: str | None, speed: float = 2.2) -> bytes:
    rows = "".join(f",00:{k // 60:02}:{k % 60:02},,{k * speed},\n" for k in SECONDS)
    return (
        "Name,Sport,Date,Start time,Duration,Total distance (km),Notes,\n"
        f"A Name,{word or ''},01-03-2026,07:00:00,00:01:00,0.132,,\n"
        "Sample rate,Time,HR (bpm),Distances (m),\n" + rows
    ).encode()


SAMPLED = {
    "gpx": gpx,
    "tcx": tcx,
    "polar json": polar,
    "goldencheetah json": goldencheetah,
    "polar csv": polar_table,
}
LISTS = {"csv": table, "garmin json": garmin, "suunto json": suunto}
FORMATS = SAMPLED | LISTS


def row_of(data: bytes) -> dict:
    (activity,) = readers.read(data, "x", PLAIN).activities
    return build_row(activity, "digest", PLAIN)


def codes(row: dict) -> set[str]:
    return {note.split(":")[0] for note in row["notes"]}


@pytest.mark.parametrize("make", FORMATS.values(), ids=FORMATS)
@pytest.mark.parametrize(("word", "sport"), WORDS.items(), ids=WORDS)
def test_a_word_reads_the_same_in_every_format(make, word, sport):
    row = row_of(make(word))
    assert (row["sport"], row["sub_sport"]) == sport
    assert not codes(row) & {"type", "sport_inferred"}


@pytest.mark.parametrize("make", FORMATS.values(), ids=FORMATS)
def test_every_word_of_the_vocabulary_reads_the_same_in_every_format(make):
    for word in KNOWN:
        (activity,) = readers.read(make(word), "x", PLAIN).activities
        found = activity.session.sport, activity.session.sub_sport
        assert found == sports.find_sport(word), word


@pytest.mark.parametrize("make", FORMATS.values(), ids=FORMATS)
@pytest.mark.parametrize("word", ["Quidditch", "Ruhetag", "..."])
def test_an_unknown_word_is_no_run_and_noted(make, word):
    if word == "Ruhetag" and make in {table, garmin}:
        return  # a day of rest in a list is no activity at all
    row = row_of(make(word, 3.0))
    assert (row["sport"], row["sub_sport"]) == ("unknown", "generic")
    (note,) = [note for note in row["notes"] if note.startswith("type:")]
    assert note == f"type: no kind of activity is known as {word}"
    assert "sport_inferred" not in codes(row)


@pytest.mark.parametrize("make", SAMPLED.values(), ids=SAMPLED)
@pytest.mark.parametrize(
    ("speed", "sport"), [(1.2, "walking"), (3.0, "running"), (7.0, "cycling")]
)
@pytest.mark.parametrize("word", [None, "", "  ", "Unknown"])
def test_a_recording_without_a_sport_gets_it_from_its_speed(make, speed, sport, word):
    row = row_of(make(word, speed))
    assert (row["sport"], row["sub_sport"]) == (sport, "generic")
    assert "sport_inferred" in codes(row)
    assert "type" not in codes(row)


def test_a_fit_file_s_unnamed_sport_is_no_run_and_noted():
    row = row_of(run(seconds=60, speed_mps=3.0, sport=199))
    assert (row["sport"], row["sub_sport"]) == ("unknown", "generic")
    assert "type: no kind of activity is known as FIT sport 199" in row["notes"]
    assert "sport_inferred" not in codes(row)


def test_a_fit_file_without_a_sport_gets_it_from_its_speed():
    row = row_of(run(seconds=60, speed_mps=3.0, sport=None, sub_sport=None))
    assert (row["sport"], row["sub_sport"]) == ("running", "generic")
    assert "sport_inferred" in codes(row)


@pytest.mark.parametrize("sport", ["generic", "training", "fitness_equipment"])
def test_a_fit_file_s_general_sport_is_a_sport(sport):
    row = row_of(run(seconds=60, speed_mps=3.0, sport=sport))
    assert (row["sport"], row["sub_sport"]) == (sport, "generic")
    assert not codes(row) & {"type", "sport_inferred"}


def test_strava_s_numbers_are_of_gpx_alone():
    for number, sport in {
        "1": ("cycling", "generic"),
        "3": ("alpine_skiing", "backcountry"),
        "9": ("running", "generic"),
        "10": ("walking", "generic"),
        "16": ("swimming", "generic"),
    }.items():
        row = row_of(gpx(number, 3.0))
        assert (row["sport"], row["sub_sport"]) == sport
    assert row_of(table("9"))["sport"] == "unknown"
    assert row_of(gpx("8"))["sport"] == "unknown"


def test_polar_s_numbers_are_its_own():
    assert sports.read_sport("1", "polar_numbers").sport == "running"
    assert sports.read_sport("1", "strava_numbers").sport == "cycling"
    assert sports.read_sport("1").sport == "unknown"


def test_a_session_states_no_sport_unless_it_is_given_one():
    session, stated = Session(format="gpx"), sports.StatedSport()
    assert (session.sport, session.sub_sport) == (stated.sport, stated.sub_sport)
    assert not session.unknown_sport


def test_case_blanks_and_punctuation_do_not_matter():
    assert sports.find_sport(" Trail_Running ") == ("running", "trail")
    assert sports.find_sport("treadmill_running") == ("running", "treadmill")
    assert sports.find_sport("street running") == ("running", "street")
    assert sports.find_sport("jkljkl") is None


def test_the_vocabulary_is_in_fit_s_own_words():
    kinds = set(FIELD_TYPES["sport"].values.values())
    special = set(FIELD_TYPES["sub_sport"].values.values())
    for targets in TABLE.values():
        for target in targets:
            sport, _, sub_sport = target.partition("/")
            assert sport in kinds | {sports.SKIP, "unknown"}
            assert not sub_sport or sub_sport in special or sport == sports.SKIP


@pytest.mark.parametrize("name", TABLE)
def test_no_word_occurs_twice(name):
    words = [
        word
        for target in TABLE[name].values()
        for word in {sports.normalize_word(word) for word in target}
    ]
    assert len(words) == len(set(words))
