"""No position, path, user, host or mail address in anything that loadwatch writes.

An athlete is laid out below a folder whose names tell who and where; titles, shoes, tags and file
names hold mail addresses and what else strangers write; the FIT and GPX files hold positions.
"""

import getpass
import itertools
import os
import re
import shutil
import socket
import sys
from pathlib import Path

import numpy as np
import pytest

from loadwatch import cli
from loadwatch.errors import LoadwatchError
from loadwatch.ingest.readers import read
from loadwatch.ingest.sources import find_members
from loadwatch.settings import Settings
from tests import make_formats
from tests.hostile import NAMES

SAMPLE = Path(__file__).parent.parent / "sample_data" / "ana"
MAIL = "jo.secret@mail.example"
SECRETS = ("jo.secret", "Users-of-secrethost", "secret-home")
# a position beside its name; shapes of a picture are numbers in pairs by nature
NAMED = re.compile(
    r"\b(?:lat|lon|latitude|longitude|position_lat|position_long)\b\W{1,4}[-+]?\d",
    re.IGNORECASE,
)
NUMBER = re.compile(r"[-+\N{MINUS SIGN}]?\d+(?:\.\d+)?")
SEMICIRCLES = 2**31 / 180.0
MARGIN_DEG = 0.01


def boxes(folder):
    """Where each file of `folder` was recorded: least and most latitude and longitude."""
    found = set()
    for member in find_members([folder]):
        try:
            activities = (
                read(member.read(), member.label, Settings()).activities
                if hasattr(member, "read")
                else ()
            )
        except LoadwatchError:
            continue
        for activity in activities:
            place = activity.records.get(["latitude_deg", "longitude_deg"])
            if place is not None and len(place := place.dropna()):
                found.add((*place.min().round(4), *place.max().round(4)))
    return found


def positions(text, places):
    """Two numbers in a row that lie where a file was recorded, in degrees or in FIT's semicircles."""
    values = [
        float(number.replace("\N{MINUS SIGN}", "-"))
        for number in NUMBER.findall(text.replace(",", ", "))
    ]
    pairs = np.array(
        [(a, b) for a, b in itertools.pairwise(values) if a != int(a) or abs(a) > 1e6]
    )
    found = []
    for south, west, north, east in places if len(pairs) else ():
        for scale in (1.0, SEMICIRCLES):
            low = np.array([south - MARGIN_DEG, west - MARGIN_DEG]) * scale
            high = np.array([north + MARGIN_DEG, east + MARGIN_DEG]) * scale
            for ordered in (pairs, pairs[:, ::-1]):
                found += [
                    tuple(pair)
                    for pair in ordered[
                        ((ordered >= low) & (ordered <= high)).all(axis=1)
                    ].tolist()
                ]
    return found


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A folder of two athletes, named so that any leak is found."""
    place = tmp_path_factory.mktemp("secret-home") / "Users-of-secrethost"
    ana = place / "ana"
    shutil.copytree(SAMPLE, ana)
    files = sorted(ana.glob("*.fit"))
    for path, key in zip(
        files[-6:],
        ("script", "formula", "markdown", "bidi", "at", "apostrophe"),
        strict=True,
    ):
        path.rename(path.with_name(NAMES[key].replace("/", "_")[:80] + ".fit"))
    files[0].rename(ana / f"{MAIL}_1234.fit")
    (ana / f"{MAIL}_5678.gpx").write_bytes(make_formats.gpx())
    (ana / "torn.fit").write_bytes(files[1].read_bytes()[:200])
    titles = "".join(
        f'{day},{shoe},"{name}"\n'
        for day, shoe, name in (
            ("2026-11-07", "Blue pair", f"with {MAIL} to 47.37123, 8.54123"),
            ("2026-11-08", MAIL, NAMES["image"].replace('"', "'")),
        )
    )
    (ana / "tags.csv").write_text(f"start,shoe,name\n{titles}", encoding="utf-8")
    (ana / "diary.csv").write_text(
        f"date,pain,note\n2026-11-07,2,ask {MAIL}\n", encoding="utf-8"
    )
    shutil.copytree(SAMPLE.parent / "ben", place / "ben")
    return place


@pytest.fixture
def call(monkeypatch, capsys, tmp_path, tmp_path_factory):
    for name in os.environ:
        if name.startswith("LOADWATCH_") and name != "LOADWATCH_CORPUS":
            monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.getbasetemp() / "cache"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.chdir(tmp_path)

    def invoke(*arguments):
        monkeypatch.setattr(sys, "argv", ["loadwatch", *map(str, arguments)])
        with pytest.raises(SystemExit) as done:
            cli.main()
        assert done.value.code in (0, 3)
        printed = capsys.readouterr()
        return (printed.out + printed.err).encode("utf-8", "surrogateescape")

    return invoke


def words_of(data: bytes, secrets=(), places=()):
    """What a written file or a printed text tells of who and where, beyond what was asked for."""
    text = data.decode("utf-8", "replace")
    own = {getpass.getuser(), socket.gethostname(), socket.getfqdn()} - {
        "root",
        "localhost",
    }
    found = [
        word
        for word in (*secrets, str(Path.home()), str(Path.cwd()))
        if len(word) > 1 and word in text
    ]
    found += [
        name
        for name in own
        if len(name) > 3 and re.search(rf"\b{re.escape(name)}\b", text)
    ]
    found += re.findall(r"[\w.+-]+@[\w-]+\.[a-z]{2,}", text)
    return found + NAMED.findall(text) + positions(text, places)


COMMANDS = (
    ("report", "-o", "out.html"),
    ("report", "-o", "out.md"),
    ("report", "-o", "out.json"),
    ("plot", "-o", "out.svg"),
    ("plot", "-o", "out.png"),
    ("plot", "-o", "out.pdf"),
    *((name, "--format", form) for name in ("weeks", "flags", "activities") for form in ("table", "json", "csv", "md")),
    ("budget", "--format", "table"),
    ("budget", "--format", "json"),
    ("diary",),
    ("tag", "--list-unknown"),
    ("tag", "--list-unknown", "--format", "json"),
)  # fmt: skip


def written(folder):
    return b"\n".join(
        p.read_bytes() for p in sorted(folder.glob("out*")) if p.is_file()
    )


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_nothing_of_who_and_where(call, home, tmp_path, command):
    name, *options = command
    told = call(name, home / "ana", *options, "-j1", "-v") + written(tmp_path)
    places = [
        (lat - 0.1, lon - 0.1, lat + 0.1, lon + 0.1)
        for lat, lon in (make_formats.HOME, (-37.6, -22.3))
    ]
    assert words_of(told, SECRETS, places) == []


def test_a_roster_and_its_pages(call, home, tmp_path):
    told = call("roster", home, "-o", "out", "-j1")
    pages = sorted((tmp_path / "out").rglob("*.html"))
    assert len(pages) == 3
    for page in pages:
        assert words_of(page.read_bytes(), (MAIL, "secret-home")) == [], page.name
    assert words_of(told, (MAIL, "secret-home")) == []


def test_an_anonymous_roster_names_nobody_and_no_shoe(call, tmp_path):
    ben = tmp_path / "Secret Club" / "Benjamin"
    ben.mkdir(parents=True)
    days = "".join(
        f"2026-10-{day:02},10,0:55:00,Bens own pair\n" for day in range(1, 32)
    )
    (ben / "runs.csv").write_text(
        f"date,distance_km,duration,shoe\n{days}", encoding="utf-8"
    )
    (ben / "loadwatch.toml").write_text(
        "[rules.shoe_km]\ninfo_m = 1000\nwatch_m = 305000\n", encoding="utf-8"
    )
    for more in ((), ("--anonymise",)):
        call("roster", ben.parent, "-o", f"out{len(more)}", *more, "-j1")
    plain, hidden = (
        "".join(
            page.read_text(encoding="utf-8")
            for page in (tmp_path / out).rglob("*.html")
        )
        for out in ("out0", "out1")
    )
    words = ("Benjamin", "Bens own pair", "Secret Club")
    assert all(word in plain for word in words)
    assert "Athlete 1" in hidden and "the pair (name left out) has run" in hidden
    assert not any(word in hidden for word in words)


@pytest.mark.parametrize("form", ["fit", "gpx"])
def test_inspect_shows_no_position(call, tmp_path, form):
    path = tmp_path / f"{MAIL}.{form}"
    path.write_bytes(getattr(make_formats, form)())
    text = call("inspect", path)
    latitude, longitude = make_formats.HOME
    for near in (latitude, longitude, latitude * SEMICIRCLES, longitude * SEMICIRCLES):
        assert f"{near:.1f}".encode()[:5] not in text.replace(b",", b"")
    assert words_of(text) == []


@pytest.mark.corpus
@pytest.mark.parametrize(
    "name",
    [
        "irving-2025",
        "tiny656-huawei",
        "csv-strava/archipelagic",
        "csv-runkeeper/jezcope",
    ],
)
def test_real_logs_tell_nothing_of_where(call, corpus, tmp_path, name):
    places = boxes(corpus / name)
    assert places or name.startswith("csv-runkeeper")  # a list without positions
    store = tmp_path / "store"
    told = [
        call(command, corpus / name, "--format", "json", "--store", store, "-j1")
        for command in ("activities", "weeks")
    ]
    for target in ("out.html", "out.md", "out.svg"):
        call(
            "plot" if target == "out.svg" else "report",
            corpus / name,
            "-o",
            target,
            "--store",
            store,
            "-j1",
            "-q",
        )
        told.append((tmp_path / target).read_bytes())
    for text in told:
        assert words_of(text, (str(corpus), str(corpus.parent)), places) == []


def test_a_position_would_be_found():
    place = (47.30, 8.50, 47.40, 8.60)
    for text in (
        '<path d="M47.371 8.541"/>',
        '{"a": 8.5412, "b": 47.3711}',
        "564993024, 101896208",
    ):
        assert positions(text, [place]), text
    assert positions("47 km, 8 runs; 47.3 of 120.0", [place]) == []
    assert words_of(b"latitude: 12") and words_of(b"jo@mail.example")
