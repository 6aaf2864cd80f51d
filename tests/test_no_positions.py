"""No command prints or writes where a runner runs: each is run over a log with positions.

The one exception is the box of `map`, on its standard output, rounded outward to 0.05 degrees.
"""

import math
import re
from datetime import UTC, datetime, timedelta

import pytest

from loadwatch.cli import cli
from loadwatch.geodesy import DEGREE_M
from loadwatch.pipeline import analyse_athlete
from tests.make_fit import FitBuilder
from tests.test_route import gpx, tcx

HOME = (-43.58312, 172.72147)
SPREAD_DEG = 0.06  # all files lie within
SEMICIRCLES = 2**31 / 180
CELLS_PER_DEG = 100  # of the cells that a map is cut by
NUMBER = re.compile(r"\d+(?:[.,]\d+)?")
START = datetime(2026, 3, 2, 7, tzinfo=UTC)
ROUNDED = {43.55, 43.6, 43.65, 172.65, 172.7, 172.75, 172.8}  # corners of the box


def way(kilometres, east_m=0.0):
    """Latitude, longitude and altitude each 12 m of a hilly way north of home."""
    shrink = math.cos(math.radians(HOME[0]))
    return [
        (
            HOME[0] + at / DEGREE_M,
            HOME[1] + east_m / DEGREE_M / shrink,
            60.0 + 25.0 * math.sin(at / 200.0),
        )
        for at in range(0, int(1000 * kilometres) + 1, 12)
    ]


def fit(places, start):
    builder = FitBuilder()
    builder.add("file_id", type="activity", manufacturer="garmin", product=3415)
    for at, (lat, lon, height) in enumerate(places):
        builder.add(
            "record",
            timestamp=start + timedelta(seconds=4 * at),
            position_lat=round(lat * SEMICIRCLES),
            position_long=round(lon * SEMICIRCLES),
            altitude=height,
            distance=12.0 * at,
        )
    return builder.bytes()


def street():
    """A map of one street, along `way`."""
    nodes = "".join(
        f'<node id="{at}" lat="{lat:.7f}" lon="{lon:.7f}" version="1"/>'
        for at, (lat, lon, _) in enumerate(way(3)[::20], start=1)
    )
    marks = "".join(f'<nd ref="{at + 1}"/>' for at in range(len(way(3)[::20])))
    return (
        f'<osm version="0.6">{nodes}<way id="1" version="1">{marks}'
        '<tag k="highway" v="residential"/><tag k="surface" v="asphalt"/></way></osm>'
    )


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A runner's folder: two months of runs, their own lists, and files that cannot be read."""
    place = tmp_path_factory.mktemp("club")
    me = place / "me"
    me.mkdir()
    for day in range(0, 60, 2):
        start = START + timedelta(days=day)
        east_m = 400.0 * (day % 4 > 0)
        (me / f"run {day:02}.gpx").write_text(gpx(way(5 + day % 3, east_m), start))
    (me / "watch.fit").write_bytes(fit(way(6), START + timedelta(days=61)))
    torn = gpx(way(4), START)
    (me / "torn.gpx").write_text(torn[: len(torn) // 2])
    (me / "words.gpx").write_text(torn.replace('lat="-43', 'lat="S -43', 3))
    (me / "cut.fit").write_bytes(fit(way(6), START)[:3000])
    (me / "tags.csv").write_text(
        "start,surface,planned\n2026-04-01,hard 60 soft 40,yes\n"
    )
    days = "".join(f"2026-03-{day:02},{day % 5}\n" for day in range(1, 31))
    (me / "diary.csv").write_text(f"date,pain\n{days}")
    routes = place.parent / f"{place.name}-routes"
    routes.mkdir()
    (routes / "own.gpx").write_text(gpx(way(9)))
    (routes / "bare.gpx").write_text(gpx(way(6), altitude=False))
    (routes / "half.tcx").write_text(tcx(way(12, 20.0)))
    far = [HOME, (HOME[0] + 2.0, HOME[1])]
    (routes / "far.gpx").write_text(gpx([(*spot, 1.0) for spot in far]))
    (routes / "torn.gpx").write_text(torn[: len(torn) // 2])
    (routes / "plan.csv").write_text(
        "date,course\n2026-05-05,own.gpx\n2026-05-06,bare.gpx\n"
    )
    (routes / "street.osm").write_text(street())
    return me


@pytest.fixture
def street_map(home, tmp_path):
    pytest.importorskip("osmium")
    from tests.town_map import as_pbf

    return as_pbf(find_routes(home) / "street.osm", tmp_path / "street.osm.pbf")


def find_routes(home):
    return home.parent.parent / f"{home.parent.name}-routes"


def find_places(text):
    """Return the numbers in a text that lie near home: degrees, semicircles or numbers of cells."""
    found = []
    for number in NUMBER.findall(text):
        value = abs(float(number.replace(",", ".")))
        decimals = len(re.split("[.,]", number)[1]) if re.search("[.,]", number) else 0
        for side in map(abs, HOME):
            near_degrees = decimals >= 2 and abs(value - side) <= SPREAD_DEG
            near_cell = not decimals and abs(value - side * CELLS_PER_DEG) <= 2
            near_raw = abs(value / SEMICIRCLES - side) <= SPREAD_DEG
            if near_degrees or near_cell or near_raw:
                found.append(number)
    return found


@pytest.fixture(scope="module")
def signatures(home):
    """What the hidden columns of the log keep of each run's course."""
    drawn = set(analyse_athlete(home).activities["signature"]) - {""}
    assert len(drawn) > 5
    return [text[:40] for text in drawn]


COMMANDS = {
    "activities": [["ME", "--format", form] for form in ("table", "json", "csv", "md")],
    "weeks": [["ME", "--format", form] for form in ("table", "json", "csv", "md")],
    "flags": [["ME", "--format", form, "-v"] for form in ("table", "json", "csv", "md")],
    "report": [["ME", "-o", f"OUT/page.{form}"] for form in ("html", "md", "json")],
    "plot": [["ME", "-o", f"OUT/plot.{form}"] for form in ("svg", "png")],
    "budget": [
        ["ME"],
        ["ME", "--format", "json"],
        ["ME", "--plan", "ROUTES/plan.csv"],
        ["ME", "--plan", "ROUTES/plan.csv", "--format", "json"],
    ],
    "course": [
        ["ROUTES/own.gpx", "ROUTES/bare.gpx", "ROUTES/half.tcx", "ME"],
        ["ROUTES/own.gpx", "ROUTES/bare.gpx", "ME", "--format", "json"],
        ["ROUTES/far.gpx", "ME"],
        ["ROUTES/torn.gpx", "ME"],
        ["ROUTES/own.gpx", "ME", "--date", "2020-01-01"],
    ],
    "inspect": [
        ["ME/watch.fit"],
        ["ME/run 02.gpx"],
        ["ME/torn.gpx"],
        ["ME/words.gpx"],
        ["ME/cut.fit"],
        ["ROUTES/half.tcx"],
        ["ME"],
    ],
    "tag": [
        ["ME", "--list-unknown"],
        ["ME", "--list-unknown", "--format", "json"],
        ["ME", "--date", "2026-03-04", "--same-course", "--surface", "soft"],
        ["ME", "--date", "1999-01-01", "--surface", "soft"],
    ],
    "diary": [["ME"], ["ME", "--format", "json"]],
    "roster": [["CLUB", "-o", "OUT/club"], ["CLUB", "--format", "json"]],
    "parquet": [["CLUB", "-o", "OUT/data"]],
    "settings": [["ME"]],
    "rules": [[], ["LW04"]],
    "columns": [[]],
    "help": [["export"]],
    "demo": [["-o", "OUT/demo"]],
}  # fmt: skip
REFUSED = [
    ["ROUTES/far.gpx", "ME"],
    ["ROUTES/own.gpx", "ME", "--date", "2020-01-01"],
    ["ME", "--date", "1999-01-01", "--surface", "soft"],
]
ELSEWHERE = {
    "map": "the test of its box below",
    "serve": "answers this machine alone; tests of its pages",
}
CASES = [(name, arguments) for name, calls in COMMANDS.items() for arguments in calls]


def fill(arguments, home, tmp_path):
    places = {
        "ME": home,
        "ROUTES": find_routes(home),
        "CLUB": home.parent,
        "OUT": tmp_path / "out",
    }
    (tmp_path / "out").mkdir(exist_ok=True)
    filled = []
    for argument in arguments:
        first, slash, rest = argument.partition("/")
        filled.append(f"{places[first]}{slash}{rest}" if first in places else argument)
    return filled


def read_written(folder):
    texts = []
    for path in sorted(folder.rglob("*")):
        if path.suffix == ".parquet":
            parquet = pytest.importorskip("pyarrow.parquet")
            texts.append(parquet.read_table(path).to_pandas().to_csv())
        elif path.is_file() and path.suffix != ".png":
            texts.append(path.read_text(encoding="utf-8"))
    return "\n".join(texts)


def test_every_command_is_looked_at():
    assert set(COMMANDS) | set(ELSEWHERE) == set(cli.commands)


@pytest.mark.parametrize(
    ("name", "arguments"),
    CASES,
    ids=lambda part: " ".join(part) if isinstance(part, list) else part,
)
def test_no_command_tells_where(
    call, home, signatures, tmp_path, monkeypatch, name, arguments
):
    monkeypatch.chdir(tmp_path)
    code, out, err = call(name, *fill(arguments, home, tmp_path))
    assert (code != 0) == (arguments in REFUSED), err
    text = "\n".join((out, err, read_written(tmp_path / "out")))
    assert find_places(text) == []
    assert not [drawn for drawn in signatures if drawn in text]


@pytest.mark.parametrize("name", ["activities", "report", "course", "roster"])
def test_nor_with_a_map(call, home, tmp_path, monkeypatch, street_map, name):
    monkeypatch.chdir(tmp_path)
    for arguments in COMMANDS[name][:2]:
        filled = fill(arguments, home, tmp_path)
        _, out, err = call(name, *filled, "--osm", street_map)
        text = "\n".join((out, err, read_written(tmp_path / "out")))
        assert find_places(text) == []


@pytest.mark.parametrize("more", [[], ["--format", "json"]])
def test_the_box_of_a_map_is_rounded_and_on_stdout_alone(
    call, home, tmp_path, street_map, more
):
    cut = tmp_path / "cut.osm.pbf"
    for options in (more, [*more, "--osm", street_map, "--cut", cut]):
        code, out, err = call("map", home, "--store", tmp_path / "store", *options)
        assert code == 0
        found = find_places(out)
        assert {float(number) for number in found} <= ROUNDED
        assert find_places(err) == []
    assert cut.is_file()


def test_a_place_would_be_found():
    for text in ("-43.58", "43.5831", "172,7214", '"lon":172.72147', "17272", "-4359"):
        assert find_places(text), text
    semicircles = round(HOME[0] * SEMICIRCLES)
    assert find_places(str(semicircles))
    assert find_places("43 km, 172 bpm; 43.5 km; 2026-03-04; 4,358 m in 43:58") == []
