"""The whole way, from a path to what reports see: isolation, accounting, packing, order, machine."""

import gzip
import itertools
import json
import os
import random
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest

from loadwatch import pipeline
from loadwatch.errors import NothingToRead, SettingsError
from loadwatch.ingest.sources import Member, find_members
from loadwatch.pipeline import Options, athlete_lines, input_jobs
from tests import make_map, season
from tests.make_fit import FitBuilder, run
from tests.season import FIRST, analysed, short, told, weekly


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    return season.files()


@pytest.fixture(scope="module")
def home(files, tmp_path_factory) -> Path:
    """The season as a folder; nobody writes into it."""
    return season.write(tmp_path_factory.mktemp("season") / "home", files)


@pytest.fixture(scope="module")
def at_home(home):
    return analysed(home)


def bad() -> list[bytes]:
    """A hundred files of which none holds an activity."""
    draw = random.Random(7)
    settings, monitoring = FitBuilder(), FitBuilder()
    settings.add("file_id", type="settings", manufacturer="garmin")
    monitoring.add("file_id", type="monitoring_b", manufacturer="garmin")
    gpx = b'<?xml version="1.0"?><gpx><trk><trkseg><trkpt lat="1" lon="2"/></trkseg></trk></gpx>'
    kinds = [
        b"",
        b"\x00" * 400,
        b"PK\x05\x06",
        b"PK\x03\x04" + b"\xff" * 60,
        b"\x1f\x8b\x08\x00broken",
        gzip.compress(b"nothing here", mtime=0),
        b"\x89PNG\r\n\x1a\n" + bytes(50),
        b"%PDF-1.7\n",
        settings.bytes(),
        monitoring.bytes(),
        short(FIRST)[:14],
        b"\x0e\x20\x00\x00\xff\xff\xff\xff.FIT\x00\x00" + b"\x40" * 300,
        gpx,
        gpx[:60],
        b'<!DOCTYPE x [<!ENTITY a "b">]><gpx/>',
        "<gpx>".encode("utf-16"),
        b"<TrainingCenterDatabase/>",
        b'{"not": "ours"}',
        b"[" * 5000,
        b"date,distance_km\n",
        b'a,b\n"never closed',
        b"Date;Distance\nyesterday;far\n",
        b"\xff" * 100,
    ]
    noise = [draw.randbytes(draw.randrange(1, 900)) for _ in range(100 - len(kinds))]
    return [*kinds, *noise]


def test_a_hundred_bad_neighbours_change_no_row(files, home, at_home, tmp_path):
    crowd = {
        f"{('fit', 'four', 'zz')[i % 3]}/bad{i:03}.fit": data
        for i, data in enumerate(bad())
    }
    neighbours = analysed(season.write(tmp_path / "home", files | crowd))
    pd.testing.assert_frame_equal(
        neighbours.activities, at_home.activities, check_exact=True
    )
    pd.testing.assert_frame_equal(neighbours.weeks, at_home.weeks, check_exact=True)
    assert repr(neighbours.flags) == repr(at_home.flags)  # NaN is not equal to NaN
    left = {left.source for left in neighbours.skipped} - {
        left.source for left in at_home.skipped
    }
    assert {source.split("#")[0] for source in left} == set(crowd)


def bare(source: str) -> str:
    return source.rpartition("#")[0] or source


def test_every_file_is_accounted_for_once(home, at_home):
    sources = [*at_home.activities["source"], *(d.source for d in at_home.duplicates)]
    skipped = [left.source for left in at_home.skipped]
    assert not [source for source, n in Counter([*sources, *skipped]).items() if n > 1]
    labels = [
        found.label if isinstance(found, Member) else found.source
        for found in find_members([home])
    ]
    assert {bare(s) for s in sources} | {bare(s) for s in skipped} == set(labels)
    assert not {bare(s) for s in sources} & set(skipped)
    assert {d.of for d in at_home.duplicates} <= set(at_home.activities["source"])
    # by hand: 24 FIT, one run in four formats, one row of the list; the other row, text, photo and route
    assert (len(at_home.activities), len(at_home.duplicates), len(skipped)) == (
        26,
        3,
        4,
    )
    assert {d.of for d in at_home.duplicates} == {"four/run.fit"}
    assert [left.source for left in at_home.skipped] == [
        "list.csv#3",
        "notes.txt",
        "photo.jpg",
        "route.gpx",
    ]


def test_a_season_raises_the_flags_it_was_made_for(at_home):
    # 14 km after weeks of runs of at most 6.3 km
    assert "LW01" in {flag.rule for flag in at_home.flags if flag.level == "high"}


@pytest.mark.parametrize(
    "packing", ["zip", "zip in zip", "gz", "zip of gz", "gz of zip"]
)
def test_packing_changes_nothing(files, at_home, tmp_path, packing):
    packed = season.zipped(files)
    path = tmp_path / "home"
    if packing == "gz":
        season.write(path, season.gzipped(files))
    else:
        path.write_bytes(
            {
                "zip": packed,
                "zip in zip": season.zipped({"inner.zip": packed}),
                "zip of gz": season.zipped(season.gzipped(files)),
                "gz of zip": gzip.compress(packed, mtime=0),
            }[packing]
        )
    analysis = analysed(path)
    assert weekly(analysis) == weekly(at_home)
    assert (
        analysis.activities["activity_id"].tolist()
        == at_home.activities["activity_id"].tolist()
    )
    assert len(analysis.duplicates) == len(at_home.duplicates)


def test_the_order_of_files_changes_nothing(files, home, at_home, tmp_path):
    backwards = season.write(tmp_path / "home", dict(reversed(files.items())))
    assert told(analysed(backwards)) == told(at_home)
    parts = [home / "fit", home / "four", home / "list.csv"]
    weeks = {weekly(analysed(*order)) for order in itertools.permutations(parts)}
    assert weeks == {weekly(at_home)}


PROGRAM = """
import sys
from pathlib import Path
import tzlocal
from loadwatch.pipeline.executors import open_pool
from tests.season import analysed, told

if __name__ == "__main__":
    with open_pool(int(sys.argv[2]), preload=()) as each:
        each = each if sys.argv[2] == "2" else map
        print(*told(analysed(Path(sys.argv[1]), map_jobs=each, system_zone=tzlocal.get_localzone_name())))
"""


@pytest.mark.slow
def test_workers_the_machines_zone_and_the_hash_seed_change_nothing(files, tmp_path):
    zoned = {
        name: data for name, data in files.items() if name != "list.csv"
    }  # a list tells no zone
    place = season.write(tmp_path / "home", zoned)
    script = tmp_path / "script.py"
    script.write_text(PROGRAM)
    printed = [
        subprocess.run(
            [sys.executable, str(script), str(place), workers],
            env={
                **os.environ,
                "TZ": zone,
                "PYTHONHASHSEED": seed,
                "PYTHONPATH": os.pathsep.join(
                    [str(Path(__file__).parent.parent), *sys.path]
                ),
            },
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for zone, seed, workers in (
            ("Asia/Kathmandu", "1", "2"),
            ("America/St_Johns", "77", "1"),
        )
    ]
    assert printed[0] == printed[1]
    assert printed[0] == " ".join(told(analysed(place))) + "\n"


def test_several_paths_are_one_athlete(home, at_home):
    analysis = analysed(home / "fit", home / "four")
    assert len(analysis.activities) == 25
    assert {source.split("/")[0] for source in analysis.activities["source"]} == {
        "fit",
        "four",
    }
    twice = analysed(home / "fit", home / "fit" / "00-0.fit")
    assert len(twice.activities) == 24
    assert [left.why for left in twice.skipped] == [
        "the very same file as fit/00-0.fit"
    ]


def test_stdin_is_a_file_or_an_archive(files, at_home):
    piped = analysed(Path("-"), stdin=files["fit/00-0.fit"])
    assert (piped.name, piped.activities["source"].tolist()) == ("runner", ["stdin"])
    assert weekly(analysed(Path("-"), stdin=season.zipped(files))) == weekly(at_home)


def test_a_folder_with_tags_diary_and_settings(files, tmp_path):
    own = {
        "loadwatch.toml": b'[athlete]\nname = "Ida"\n[surface]\ndefault_surface = "firm"\n',
        "tags.csv": b"start,surface,shoe,exclude,file\n2026-07-06 04:30,track,Spikes,,\n,,,yes,fit/00-2.fit\n"
        b"2020-01-01 10:00,soft,,,\n",
        "diary.csv": b"date,pain\n2026-07-07,2\n2026-07-08,0\n",
    }
    analysis = analysed(season.write(tmp_path / "home", files | own))
    rows = analysis.activities.set_index("source")
    assert analysis.name == "Ida"
    first = rows.loc["fit/00-0.fit"]
    assert (first["surface_source"], first["track_m"], first["shoe"]) == (
        "tag",
        first["distance_m"],
        "Spikes",
    )
    assert rows.loc["fit/01-0.fit", "surface_source"] == "default"
    assert rows.loc["fit/00-5.fit", "surface_source"] == "label"  # trail
    assert "fit/00-2.fit" not in rows.index
    why = {left.source: left.why for left in analysis.skipped}
    assert why["fit/00-2.fit"] == "left out by tags.csv line 3"
    assert (
        why["tags.csv"]
        == why["diary.csv"]
        == why["loadwatch.toml"]
        == "loadwatch's own file"
    )
    assert any("2020-01-01" in remark for remark in analysis.remarks)
    assert analysis.diary is not None
    assert "firm" not in (tmp_path / "home" / "tags.csv").read_text()


def test_a_broken_settings_file_names_its_line(files, tmp_path):
    place = season.write(
        tmp_path,
        {"a.fit": files["fit/00-0.fit"], "loadwatch.toml": b"[weeks]\ntzz = 1\n"},
    )
    with pytest.raises(
        SettingsError,
        match=r"loadwatch.toml:2: unknown key 'tzz' in \[weeks\]. Did you mean 'tz'",
    ):
        analysed(place)


def test_today_is_that_of_the_last_activity_or_as_told(home, at_home):
    assert at_home.today == date(2026, 10, 4)  # the run in four formats
    later = analysed(home, overrides={"today": (date(2026, 10, 20), "--today")})
    assert later.today == date(2026, 10, 20)
    assert len(later.weeks) == len(at_home.weeks) + 3  # 4 October is a Sunday
    assert not later.weeks["recorded"].iloc[-2:].any()
    before = analysed(home, overrides={"today": (date(2026, 8, 1), "--today")})
    assert before.weeks.index[-1] == pd.Timestamp("2026-07-27")


def test_nothing_to_read_says_why_and_what_to_do(tmp_path):
    with pytest.raises(NothingToRead, match="no file or folder at"):
        analysed(tmp_path / "missing")
    with pytest.raises(NothingToRead, match="it is empty") as error:
        analysed(tmp_path)
    assert error.value.hint == pipeline.EXPORT_HINT
    with pytest.raises(NothingToRead, match="no folder of athletes"):
        pipeline.analyse_roster(tmp_path / "missing")
    with pytest.raises(NothingToRead, match="is empty"):
        pipeline.analyse_roster(tmp_path)
    (tmp_path / "a.txt").write_text("not a run")
    # that is for the caller to tell: the reasons are all there
    analysis = analysed(tmp_path)
    assert (len(analysis.activities), len(analysis.skipped), len(analysis.weeks)) == (
        0,
        1,
        0,
    )


def test_a_part_left_out_of_a_file_is_a_note_and_no_second_source(tmp_path):
    point = '<trkpt lat="10" lon="-30.{0:03}">{1}</trkpt>'
    timed = "".join(
        point.format(i, f"<time>2026-03-02T07:{i:02}:00Z</time>") for i in range(20)
    )
    planned = "".join(point.format(i, "") for i in range(20))
    tracks = "".join(
        f"<trk><name>{name}</name><trkseg>{points}</trkseg></trk>"
        for name, points in (("run", timed), ("plan", planned), ("other", planned))
    )
    (tmp_path / "two.gpx").write_text(f'<gpx version="1.1" creator="x">{tracks}</gpx>')
    analysis = analysed(tmp_path)
    assert (analysis.skipped, analysis.activities["source"].tolist()) == (
        (),
        ["two.gpx"],
    )
    left = [
        str(note) for note in analysis.activities["notes"][0] if note.code == "left_out"
    ]
    assert left == [
        "left_out: track plan: it has no times; track other: it has no times"
    ]


def test_a_roster_lists_an_athlete_that_fails(files, tmp_path):
    for name in ("ana", "ben"):
        season.write(
            tmp_path / name, {k: v for k, v in files.items() if k.startswith("fit/")}
        )
    season.write(
        tmp_path / "bad", {"loadwatch.toml": b"x = ", "a.fit": files["fit/00-0.fit"]}
    )
    season.write(
        tmp_path / "map",
        {"loadwatch.toml": b'[surface]\nosm = "no.osm"\n', "a.fit": short(FIRST)},
    )
    (tmp_path / "empty").mkdir()
    (tmp_path / "zip.zip").write_bytes(season.zipped({"a.fit": files["fit/00-0.fit"]}))
    (tmp_path / "loadwatch.toml").write_text('[surface]\ndefault_surface = "soft"\n')
    roster = pipeline.analyse_roster(tmp_path)
    by_name = {athlete.name: athlete for athlete in roster.athletes}
    assert set(by_name) == {"ana", "ben", "bad", "empty", "map", "zip"}
    assert by_name["bad"].says.startswith("loadwatch.toml: ")
    assert "no map extract at" in by_name["map"].says
    assert "it is empty" in by_name["empty"].says
    assert {by_name[name].group for name in ("bad", "empty", "map")} == {"unknown"}
    ana = by_name["ana"].analysis
    assert ana is not None
    assert set(ana.activities["surface_source"]) == {
        "label",
        "default",
    }  # the roster's own setting
    assert roster.today == FIRST.date() + timedelta(weeks=7, days=5)


def test_one_athletes_files_say_nothing_of_anothers(files, tmp_path):
    season.write(tmp_path / "both" / "ana", files)
    season.write(tmp_path / "both" / "ben", {"a.fit": short(FIRST, 90)})
    options = Options(store=tmp_path / "store")
    alone = analysed(tmp_path / "both" / "ben")
    for _ in range(2):
        ben = pipeline.analyse_roster(tmp_path / "both", options).athletes[1].analysis
        assert ben is not None
        assert told(ben) == told(alone)


def along_the_street(metres: float) -> tuple[float, float]:
    return make_map.place(-380 + metres, 0.0)


def test_a_map_tells_the_surface_and_once_is_enough(tmp_path):
    place = tmp_path / "home"
    place.mkdir()
    # 720 m at 3 m/s
    (place / "street.fit").write_bytes(run(FIRST, 240, position=along_the_street))
    (place / "sea.fit").write_bytes(run(FIRST + timedelta(days=1), 240))
    (place / "belt.fit").write_bytes(
        run(FIRST + timedelta(days=2), 240, position=None, sub_sport="treadmill")
    )
    town = make_map.write(tmp_path)
    read = []

    def each(function, jobs):
        for job in jobs:
            read.append(job.label)
            yield function(job)

    with_map = {
        "store": tmp_path / "store",
        "map_jobs": each,
        "overrides": {"osm": (str(town), "--osm")},
    }
    first = analysed(place, **with_map)
    rows = first.activities.set_index("source")
    assert rows["surface_source"].to_dict() == {
        "street.fit": "map",
        "sea.fit": "none",
        "belt.fit": "label",
    }
    street = rows.loc["street.fit"]
    assert street["hard_m"] == pytest.approx(720, abs=15)  # asphalt, but for its ends
    assert street["tagged_m"] == pytest.approx(720, abs=15)
    assert rows.loc["sea.fit", "outside_m"] == pytest.approx(720, abs=1)
    assert json.loads(told(first)[0])["settings"]["osm"] == "town.osm"
    assert sorted(read) == [
        "belt.fit",
        "sea.fit",
        "sea.fit",
        "street.fit",
        "street.fit",
    ]
    read.clear()
    assert told(analysed(place, **with_map)) == told(first)
    assert read == []
    town.write_text(make_map.xml().replace("asphalt", "ground"), encoding="utf-8")
    again = analysed(place, **with_map).activities.set_index("source")
    assert again.loc["street.fit", "soft_m"] == pytest.approx(720, abs=15)
    assert sorted(read) == ["sea.fit", "street.fit"]  # only what the map can change
    with pytest.raises(SettingsError, match="--osm: no map extract at .*loadwatch map"):
        analysed(place, overrides={"osm": (str(tmp_path / "no.osm"), "--osm")})


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("Activities.csv", "Your running"),
        ("export_123 (1).zip", "Your running"),
        ("Nils.csv", "Nils"),
    ],
)
def test_a_vendors_file_name_is_no_runners_name(tmp_path, file, name):
    path = tmp_path / file
    path.write_text("Date,Distance,Time\n2026-01-05,5.0,00:30:00\n")
    assert analysed(path).name == name


def test_the_clock_tells_a_roster_who_fell_silent_and_nothing_else(tmp_path):
    season.write(tmp_path / "club" / "ida", season.files())
    last = analysed(tmp_path / "club" / "ida").today
    soon, late = (
        pipeline.analyse_roster(
            tmp_path / "club", Options(now=last + timedelta(days=days))
        ).athletes[0]
        for days in (13, 14)
    )
    assert not soon.silent and soon.group != "unknown"
    assert (
        late.silent
        and late.group == "talk"  # the last week was raised
        and late.says.startswith("No files since")
    )
    alone = pipeline.analyse_roster(tmp_path / "club").athletes[0]
    assert (soon.group, soon.says, soon.level) == (alone.group, alone.says, alone.level)


def test_a_line_is_kept_until_something_it_rests_on_changes(tmp_path, monkeypatch):
    home = season.write(tmp_path / "club" / "ida", season.files())
    read = []
    analyse = athlete_lines.analyse_athlete
    monkeypatch.setattr(
        athlete_lines,
        "analyse_athlete",
        lambda *a, **more: read.append(a) or analyse(*a, **more),
    )
    options = Options(store=tmp_path / "store", now=date(2027, 6, 1))

    def line(**more):
        read.clear()
        found = pipeline.analyse_roster(
            tmp_path / "club", replace(options, **more)
        ).athletes[0]
        return len(read), repr(replace(found, load=None))

    first = line()
    assert first[0] == 1
    assert line() == (0, first[1])
    # another day by the clock changes the view, not the line
    assert line(now=date(2028, 6, 1))[0] == 0
    assert "silent=True" in line(now=date(2028, 6, 1))[1]
    for change in (
        lambda: (home / "tags.csv").write_text("start,name\n2026-03-02,x\n"),
        lambda: (home / "loadwatch.toml").write_text('[weeks]\nload = "duration"\n'),
        lambda: (home / "diary.csv").write_text("date,pain\n2026-03-02,3\n"),
        lambda: (tmp_path / "club" / "loadwatch.toml").write_text(
            '[weeks]\nweek_start = "sun"\n'
        ),
        lambda: min(home.rglob("*.fit")).unlink(),
    ):
        change()
        assert line()[0] == 1
        assert line()[0] == 0
    assert line(system_zone="Asia/Tokyo")[0] == 1
    assert line(store=None)[0] == 1


def test_a_kept_line_can_still_be_opened(tmp_path):
    season.write(tmp_path / "club" / "ida", season.files())
    options = Options(store=tmp_path / "store")
    fresh, kept = (
        pipeline.analyse_roster(tmp_path / "club", options).athletes[0]
        for _ in range(2)
    )
    assert fresh.analysis is not None and kept.analysis is not None
    assert kept.analysis is kept.analysis  # read once
    assert told(kept.analysis) == told(fresh.analysis)
    assert kept.page_digest == fresh.page_digest


def test_a_line_is_not_kept_while_an_input_was_lost(tmp_path, monkeypatch):
    season.write(tmp_path / "club" / "ida", season.files())
    options = Options(
        store=tmp_path / "store",
        map_jobs=lambda _, jobs: [input_jobs.build_lost_result(job) for job in jobs],
    )
    died = pipeline.analyse_roster(tmp_path / "club", options).athletes[0]
    fresh = pipeline.analyse_roster(
        tmp_path / "club", replace(options, map_jobs=map)
    ).athletes[0]
    assert died.last_activity is None
    # tried again, and not answered by the line of the accident
    assert fresh.last_activity is not None


def test_an_athlete_called_like_a_page_is_an_athlete(tmp_path):
    for name in ("index.html", "b.pdf"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.fit").write_bytes(short(FIRST))
    (tmp_path / "page.html").write_text("an earlier page")
    names = {athlete.name for athlete in pipeline.analyse_roster(tmp_path).athletes}
    assert names == {"index.html", "b.pdf"}
