"""Course and Plan served: what a route measures and raises, and that nothing of it is kept."""

import io
import json
import re
from pathlib import Path

import pytest

pytest.importorskip("flask")
pytest.importorskip("waitress")

from loadwatch.web.route_shelf import MAX_ROUTES, RouteShelf
from loadwatch.web.site import fingerprint_folder
from tests.make_gpx import list_square, write_loop_runs
from tests.web_client import HOST, HOSTILE, ORIGIN, ask, open_site, send

DAY = "2026-11-19"
JSON = ("--format", "json", "--no-store", "-q")
MARKDOWN = ("--format", "md", "--no-store", "-q")


def make_route(times=1, climb=0.0):
    """A planner's route: the square so many times, with an altitude and without times."""
    points = list_square() * times
    half = len(points) / 2
    text = "".join(
        f'<trkpt lat="{lat:.6f}" lon="{lon:.6f}">'
        f"<ele>{100 + climb * (1 - abs(at - half) / half):.1f}</ele></trkpt>"
        for at, (lat, lon) in enumerate(points)
    )
    return (
        '<gpx version="1.1" creator="made up" '
        'xmlns="http://www.topografix.com/GPX/1/1">'
        f"<trk><trkseg>{text}</trkseg></trk></gpx>"
    ).encode()


@pytest.fixture
def folder(tmp_path):
    place = tmp_path / "me"
    place.mkdir()
    write_loop_runs(place, runs=24)
    (place / "tags.csv").write_text("file,surface\n2026-11-16.gpx,soft\n")
    return place


@pytest.fixture
def opened(folder):
    return open_site(folder)


def upload(client, *routes, page="/course", **more):
    data = {
        "routes": [(io.BytesIO(content), name) for name, content in routes],
        "day": DAY,
        **more,
    }
    return client.post(
        page,
        data=data,
        content_type="multipart/form-data",
        headers={"Host": HOST, "Origin": ORIGIN},
    )


def check(client, *routes, **more):
    answer = upload(client, *routes, **more)
    assert answer.status_code == 303
    return ask(client, answer.headers["Location"]).get_data(as_text=True)


def words(text):
    return re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", text)).replace("\xa0", " ")


def test_a_route_says_what_it_measures_and_what_it_would_raise(opened):
    text = words(check(opened[1], ("hill.gpx", make_route(times=4, climb=90))))
    assert "hill.gpx · 19 November 2026" in text
    assert "Distance 16 km, climb 90 m" in text
    assert "soft 16 km" in text  # by the answer for the runs there
    assert "would be a" in text
    assert "Would stay below" in text


def test_of_several_the_mildest_comes_first(opened):
    text = check(
        opened[1], ("far.gpx", make_route(times=6)), ("near.gpx", make_route())
    )
    assert text.index("1. near.gpx") < text.index("2. far.gpx")


def test_the_page_has_the_lines_of_the_command(opened, folder, tmp_path, call):
    path = tmp_path / "far.gpx"
    path.write_bytes(make_route(times=5, climb=40))
    _, out, _ = call("course", path, folder, "--date", DAY, *JSON)
    (route,) = json.loads(out)["routes"]
    text = words(check(opened[1], ("far.gpx", path.read_bytes())))
    for flag in route["flags"]:
        assert flag["rule"]
    raised = text.count("would be a")
    events = {(flag["week"], flag["event"]) for flag in route["flags"]}
    assert raised == len(events) > 0
    for one in route["below"]:
        assert f"({one['rule']})" in text


def test_a_route_is_coloured_by_ground_and_holds_no_position(opened):
    text = check(opened[1], ("loop.gpx", make_route()))
    assert 'class="way s-loose"' in text
    assert "Ground: soft 100" in text.replace("\xa0", " ")
    assert "50.0" not in text


def test_nothing_is_written_beside_the_runs_and_a_route_can_be_forgotten(
    opened, folder
):
    site, client = opened
    before = fingerprint_folder(folder)
    check(client, ("loop.gpx", make_route()))
    kept = site.routes.find_route("loop.gpx")
    assert kept.is_file()
    assert folder not in kept.parents
    send(client, "/course/forget", {"route": "loop.gpx"})
    assert not kept.exists()
    assert site.routes.names == []
    assert fingerprint_folder(folder) == before


def test_a_route_among_the_runners_own_files_can_be_chosen(folder):
    (folder / "routes").mkdir()
    (folder / "routes" / "ring.gpx").write_bytes(make_route())
    _, client = open_site(folder)
    assert 'value="routes/ring.gpx"' in ask(client, "/course").get_data(as_text=True)
    page = ask(client, f"/course?route=routes/ring.gpx&day={DAY}")
    assert "Distance 4 km" in words(page.get_data(as_text=True))


def test_routes_of_one_name_in_two_folders_are_told_apart(folder):
    for place, times in (("near", 1), ("far", 3)):
        (folder / place).mkdir()
        (folder / place / "ring.gpx").write_bytes(make_route(times, climb=40))
    _, client = open_site(folder)
    page = ask(client, f"/course?route=near/ring.gpx&route=far/ring.gpx&day={DAY}").text
    near, far = re.findall(r'<section class="route">.*?</section>', page, re.DOTALL)
    assert "1. near/ring.gpx" in near and "Distance 4 km" in words(near)
    assert "2. far/ring.gpx" in far and "Distance 12 km" in words(far)
    pictures = [re.findall(r'points="[^"]+"', part) for part in (near, far)]
    assert pictures[0] and pictures[0] != pictures[1]


@pytest.mark.parametrize("day", ["9999-12-31", "2101-01-01", "0001-01-01", "soon"])
def test_a_day_that_cannot_be_is_said(opened, day):
    page = ask(opened[1], f"/course?day={day}")
    assert page.status_code == 200
    plan = send(opened[1], "/plan", {"first": day, "distance_km_0": "5"})
    assert plan.status_code == 200
    assert 'class="note problem"' in plan.text


@pytest.mark.parametrize(
    "name", ["../secret.gpx", "/etc/passwd", "nothing.gpx", HOSTILE, ""]
)
def test_a_name_that_is_no_route_here_is_refused(opened, tmp_path, name):
    (tmp_path / "secret.gpx").write_bytes(make_route())
    answer = opened[1].get(
        "/course",
        query_string={"route": name, "day": DAY},
        headers={"Host": HOST},
    )
    text = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert "not here any more" in text
    assert "Distance" not in text
    assert "<script>alert" not in text


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("empty.gpx", b"", "empty.gpx"),
        ("broken.gpx", b"<gpx", "broken.gpx"),
        ("list.csv", b"a,b", "is no route"),
        ("run.exe", b"MZ", "was not copied"),
    ],
)
def test_what_is_no_route_is_said_and_the_others_are_tried(opened, name, content, why):
    text = words(check(opened[1], (name, content), ("loop.gpx", make_route())))
    assert why in text
    assert "Distance 4 km" in text


@pytest.mark.parametrize("day", ["2020-01-01", "soon", "2026-13-40"])
def test_a_day_that_cannot_be_is_refused(opened, day):
    text = words(check(opened[1], ("loop.gpx", make_route()), day=day))
    assert "day" in text
    assert "Distance" not in text


def test_without_a_route_the_page_asks_for_one(opened):
    assert "Choose a route" in check(opened[1])


def test_routes_are_bounded(tmp_path):
    shelf = RouteShelf()
    for _ in range(MAX_ROUTES):
        shelf.add_route("a.gpx", io.BytesIO(b"x"))
    assert len(set(shelf.names)) == MAX_ROUTES
    with pytest.raises(Exception, match="forget some"):
        shelf.add_route("a.gpx", io.BytesIO(b"x"))


def test_reading_only_still_checks_routes_and_plans(folder):
    _, client = open_site(folder, read_only=True)
    assert "Distance 4 km" in words(check(client, ("loop.gpx", make_route())))
    assert send(client, "/plan", {"distance_km_0": "9"}).status_code == 200
    assert send(client, "/pain", {"pain": "1", "day": DAY}).status_code == 403


def read_lines(text):
    return re.findall(r"Week of [^<]*?would be a [^<]*", text)


def test_a_plan_has_the_events_of_the_command(opened, folder, tmp_path, call):
    plan = tmp_path / "plan.csv"
    rows = ["2026-11-18,30,900,hard", "2026-11-20,12,,", "2026-11-21,9,20,soft"]
    plan.write_text("\n".join(["date,distance_km,ascent_m,surface", *rows]) + "\n")
    _, out, _ = call("budget", folder, "--plan", plan, *MARKDOWN)
    expected = out.replace("\xa0", " ")
    form = {"first": "2026-11-18"}
    for row in rows:
        day, *cells = row.split(",")
        at = int(day[-2:]) - 18
        names = ("distance_km", "ascent_m", "surface")
        form |= {f"{name}_{at}": cell for name, cell in zip(names, cells, strict=True)}
    text = send(opened[1], "/plan", form).get_data(as_text=True)
    lines = read_lines(text.replace("\xa0", " ").replace("&#39;", "'"))
    assert lines
    for line in lines:
        assert line.strip() in expected
    assert len(lines) == expected.count("would be a")


def test_a_planned_day_may_be_a_route(opened):
    client = opened[1]
    upload(client, ("far.gpx", make_route(times=8, climb=120)))
    page = ask(client, "/plan").get_data(as_text=True)
    assert "<option>far.gpx</option>" in page
    loud = send(client, "/plan", {"first": DAY, "course_0": "far.gpx"})
    assert "would be a" in loud.get_data(as_text=True)
    gone = send(client, "/plan", {"first": DAY, "course_0": "gone.gpx"})
    assert "not here any more" in gone.get_data(as_text=True)


def test_a_route_can_be_taken_on_the_page_of_the_plan(opened):
    answer = upload(
        opened[1], ("ring.gpx", make_route()), page="/plan", distance_km_1="7"
    )
    text = answer.get_data(as_text=True)
    assert "<option>ring.gpx</option>" in text
    assert 'name="distance_km_1"' in text
    assert 'value="7"' in text


def test_a_first_day_that_cannot_be_is_said(opened):
    text = send(opened[1], "/plan", {"first": "soon", "distance_km_0": "5"})
    assert "the day is to be" in text.get_data(as_text=True)


def test_the_folder_of_routes_goes_with_the_shelf():
    shelf = RouteShelf()
    shelf.add_route("a.gpx", io.BytesIO(b"x"))
    place = Path(shelf.find_route("a.gpx")).parent
    del shelf
    assert not place.exists()
