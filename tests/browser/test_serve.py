"""`serve` as a user has it, in Chromium: with script and without."""

import re
import shutil
import threading
import zipfile
from datetime import date
from pathlib import Path

import pytest

pytest.importorskip("flask")
pytest.importorskip("waitress")
pytest.importorskip("playwright")

from waitress.server import create_server

from loadwatch import environment
from loadwatch.pipeline import Options
from loadwatch.web.app import create_app
from loadwatch.web.club import Club
from loadwatch.web.site import Site, WatchedFolder
from tests.browser.steps import (
    PATIENCE_S,
    drag_onto,
    drop_files,
    expect,
    follow,
    open_patient_page,
)
from tests.browser.test_browser import browser  # noqa: F401 - a fixture
from tests.make_gpx import write_loop_runs
from tests.test_web_course import make_route
from tests.web_client import TOKEN

pytestmark = pytest.mark.browser
SAMPLE = Path(__file__).parents[2] / "sample_data" / "ana"
PAGES = (
    *("", "report", "weeks", "runs", "plan", "course", "shoes", "settings"),
    "files",
)
LAST_DAY = date(2026, 11, 18)  # of the made-up runners, by the clock of a club


class Served:
    """A running server of one folder."""

    def __init__(self, site):
        self.folder = site.folder
        self.site = site
        self.app = create_app(self.site, TOKEN)
        self.server = create_server(self.app, host="127.0.0.1", port=0, threads=4)
        self.root = f"http://127.0.0.1:{self.server.effective_port}/"
        self.thread = threading.Thread(target=self.server.run, daemon=True)
        self.thread.start()

    def read(self):
        self.site.refresh(at_once=True)
        self.site.wait(90)

    def close(self):
        self.server.close()


@pytest.fixture
def served(tmp_path):
    folder = tmp_path / "me"
    folder.mkdir()
    found = Served(Site(folder, Options()))
    yield found
    found.close()


@pytest.fixture
def club(tmp_path, monkeypatch):
    """A club of the two made-up runners and one of a list, as on the day of the last run."""
    monkeypatch.setattr(environment, "today_by_clock", lambda: LAST_DAY)
    root = tmp_path / "Hill Club"
    for name, runs in (("ana", 24), ("ben", 12)):
        (root / name).mkdir(parents=True)
        for path in sorted((SAMPLE.parent / name).glob("*.fit"))[-runs:]:
            shutil.copy(path, root / name / path.name)
    (root / "cleo").mkdir()
    (root / "cleo" / "runs.csv").write_text("date,distance_km\n2026-11-16,7.7\n")
    found = Served(Club(root, Options(now=LAST_DAY)))
    found.read()
    yield found
    found.close()


@pytest.fixture(autouse=True)
def patient_site(monkeypatch):
    """Pages wait for what is being read as long as a busy machine needs.

    Otherwise a slow reading ends after its page was shown, which then shows itself again.
    """
    wait = WatchedFolder.wait

    def wait_longer(site, seconds):
        wait(site, max(seconds, PATIENCE_S))

    monkeypatch.setattr(WatchedFolder, "wait", wait_longer)


def open_page(browser, served, *, script=True, width=1000, is_live=False):  # noqa: F811 - the fixture
    """A page that notes requests elsewhere and errors of scripts.

    Only one that `is_live` looks every few seconds whether the folder has changed: a page that
    reloads itself while a test looks at it has no answer.
    """
    page = open_patient_page(
        browser, viewport={"width": width, "height": 900}, java_script_enabled=script
    )
    if not is_live:
        page.add_init_script("window.setInterval = () => 0")
    page.problems = []
    page.on("request", lambda asked: check_request(page, asked.url, served.root))
    page.on("pageerror", lambda error: page.problems.append(str(error)))
    page.on("console", lambda message: page.problems.append(message.text))
    page.goto(f"{served.root}?token={TOKEN}")
    return page


BOTH = pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])


@pytest.fixture
def page(browser, served, script):  # noqa: F811 - the fixture
    page = open_page(browser, served, script=script)
    yield page
    assert page.problems == []
    page.context.close()


def check_request(page, url, root):
    if not url.startswith((root, "data:")):
        page.problems.append(url)


def make_export(folder, *, runs=24):
    """A vendor's zip of the last runs of the made-up runner."""
    target = folder / "export.zip"
    with zipfile.ZipFile(target, "w") as export:
        for path in sorted(SAMPLE.glob("*.fit"))[-runs:]:
            export.write(path, f"activities/{path.name}")
    return target


def write_route(folder, name, times, climb=0.0):
    path = folder / name
    path.write_bytes(make_route(times, climb))
    return path


@BOTH
def test_from_an_empty_folder_to_a_plan(page, served, tmp_path):
    assert "This folder holds no runs yet." in page.inner_text("main")
    page.set_input_files("#drop-files", make_export(tmp_path))
    follow(page, "text=Copy into the folder")
    served.site.wait(90)
    page.goto(served.root)
    assert "Last runs" in page.inner_text("main")
    # the report
    page.goto(f"{served.root}report")
    assert "km" in page.inner_text("body")
    # pain, and it is on the axis of the report
    page.goto(served.root)
    page.check("input[name=pain][value='6']")
    page.fill("input[name=day]", "2026-11-16")
    page.fill("input[name=site]", "low back")
    follow(page, ".pain button")
    assert "Written to diary.csv" in page.inner_text("main")
    served.read()
    page.goto(f"{served.root}report")
    expect(page.locator(".pain").first).to_be_attached()
    # a warning sign: what to do at once, before and after it is written
    page.goto(served.root)
    page.check("input[name=pain][value='1']")
    page.fill("input[name=day]", "2026-11-17")
    page.click("text=Signs that need a doctor or physiotherapist")
    expect(page.locator(".call:visible")).to_have_count(0)
    page.check("input[value=leg_weakness]")
    expect(page.locator(".call:visible")).to_have_count(1)
    follow(page, ".pain button")
    assert "You ticked" in page.inner_text("main")
    # undo
    follow(page, "text=Undo: a line of diary.csv")
    assert "Undone: a line of diary.csv" in page.inner_text("main")
    assert (
        "leg_weakness" not in (served.folder / "diary.csv").read_text().splitlines()[-1]
    )


def let_fall(page, name, text):
    """Let a file fall onto the page."""
    carried = page.evaluate_handle(
        """([name, text]) => {
            const carried = new DataTransfer();
            carried.items.add(new File([text], name));
            return carried;
        }""",
        [name, text],
    )
    with page.expect_navigation():
        page.dispatch_event("body", "drop", {"dataTransfer": carried})


def test_files_may_be_let_fall_anywhere_on_the_page(browser, served, tmp_path):  # noqa: F811
    page = open_page(browser, served)
    let_fall(page, "runs.csv", "date,distance_km\n2026-11-16,7.7\n")
    assert "Copied runs.csv" in page.inner_text("main")
    assert (served.folder / "runs.csv").exists()
    served.read()
    page.goto(f"{served.root}course")
    route = write_route(tmp_path, "ring.gpx", 2, 10.0)
    let_fall(page, route.name, route.read_text())
    assert "ring.gpx ·" in page.inner_text("main")
    assert not (served.folder / "ring.gpx").exists()
    assert page.problems == []
    page.context.close()


def test_a_folder_that_falls_onto_the_page_is_taken_with_what_it_holds(
    browser,  # noqa: F811 - the fixture
    served,
    tmp_path,
):
    watch = tmp_path / "watch"
    (watch / "2026" / "deep er" / "ünï").mkdir(parents=True)
    (watch / "empty").mkdir()
    many = watch / "2025"
    many.mkdir()
    for number in range(130):  # a browser lists a hundred at a time
        (many / f"{number}.csv").write_text(f"date,distance_km\n2025-01-01,{number}\n")
    for path in sorted(SAMPLE.glob("*.fit"))[-2:]:
        shutil.copy(path, watch / "2026" / "deep er" / "ünï" / path.name)
    (watch / "photo.jpg").write_bytes(b"no run")
    (watch / "RUN.CSV").write_text("date,distance_km\n2026-11-16,7.7\n")
    (tmp_path / "one.csv").write_text("date,distance_km\n2026-11-17,8.8\n")
    page = open_page(browser, served)
    drag_onto(page, watch, tmp_path / "one.csv")
    assert "and 131 more" in page.inner_text("main")
    names = {path.name for path in served.folder.iterdir()}
    assert len(names) == 134
    assert {"RUN.CSV", "one.csv", "0.csv", "129.csv"} <= names
    assert "photo.jpg" not in names
    assert page.problems == []
    page.context.close()


def test_a_folder_without_a_run_that_falls_onto_the_page_is_said(
    browser,  # noqa: F811 - the fixture
    served,
    tmp_path,
):
    (tmp_path / "pictures").mkdir()
    (tmp_path / "pictures" / "a.jpg").write_bytes(b"no run")
    page = open_page(browser, served)
    drop_files(page, tmp_path / "pictures")
    expect(page.locator("#state")).to_contain_text("holds no file that can be read")
    assert list(served.folder.iterdir()) == []
    assert page.problems == []
    page.context.close()


@pytest.fixture
def running(served):
    """The folder of the made-up runner, read."""
    for path in sorted(SAMPLE.glob("*.fit"))[-24:]:
        shutil.copy(path, served.folder / path.name)
    served.read()
    return served


@BOTH
def test_a_run_takes_ground_and_shoe_and_has_words_for_its_pictures(running, page):
    page.goto(f"{running.root}runs")
    follow(page, "tbody a >> nth=0")
    expect(page.locator("svg.course")).to_have_count(1)
    page.focus("summary:has-text('Length by length')")
    page.keyboard.press("Enter")
    expect(page.locator("table", has_text="Heart rate")).to_be_visible()
    page.fill("input[name=surface]", "soft")
    page.fill("input[name=shoe]", "Blue pair")
    follow(page, "text=Write it down")
    assert "soft" in (running.folder / "tags.csv").read_text()
    running.read()
    page.goto(running.root)
    page.click("details.day >> nth=0")
    page.select_option("details[open] select[name=rpe]", "7")
    follow(page, "details[open] >> text=Write it down")
    assert "Written to tags.csv: rpe 7" in page.inner_text("main")


@BOTH
def test_a_plan_that_raises_and_one_that_does_not(running, page, script, tmp_path):
    page.goto(f"{running.root}plan")
    for km, level in (("60", ".flag.high, .flag.watch"), ("4", ".flag.usual")):
        page.fill("input[name=distance_km_1]", km)
        if not script:
            follow(page, "button:text('Check')")
        page.wait_for_selector(level)
    # a route in the place of kilometres
    page.click("text=Other days, or a route file")
    page.set_input_files("input[name=routes]", write_route(tmp_path, "far.gpx", 15))
    follow(page, "text=Take them")
    page.fill("input[name=distance_km_1]", "")
    page.select_option("select[name=course_2]", "far.gpx")
    follow(page, "button:text('Check')")
    page.wait_for_selector(".flag.high, .flag.watch")
    assert page.input_value("input[name=distance_km_1]") == ""


@BOTH
def test_routes_are_checked_and_the_mildest_comes_first(running, page, tmp_path):
    page.goto(f"{running.root}course")
    routes = [write_route(tmp_path, "far.gpx", 15, 300.0)]
    routes.append(write_route(tmp_path, "near.gpx", 1, 5.0))
    page.set_input_files("input[name=routes]", routes)
    follow(page, "text=Check")
    text = page.inner_text("main")
    assert text.index("1. near.gpx") < text.index("2. far.gpx")
    assert "Would stay below" in text
    expect(page.locator(".flag, .high, .watch").first).to_be_attached()
    expect(page.locator("svg.course")).to_have_count(2)
    page.uncheck("input[value='far.gpx']")
    follow(page, "text=Check")
    assert "far.gpx ·" not in page.inner_text("main")


@BOTH
def test_a_bar_of_the_report_leads_to_its_week_and_the_diary_there(running, page):
    page.goto(f"{running.root}report")
    page.locator("svg a[href='#w-2026-11-09']").focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("#w-2026-11-09$"))
    follow(page, "#w-2026-11-09 >> text=Its runs and its diary")
    assert "Week of 9 November 2026" in page.inner_text("h2 >> nth=0")
    expect(page.locator(".reason").first).to_be_attached()
    page.click("summary:has-text('Thursday, 12 Nov')")
    page.select_option("details[open] select[name=pain]", "3")
    page.fill("details[open] input[name=note]", "long sit before")
    follow(page, "details[open] >> text=Write it down")
    assert "pain 3 of 10; long sit before" in page.inner_text("main")
    page.click("summary:has-text('Thursday, 12 Nov')")
    page.select_option("details[open] select[name=pain]", "2")
    follow(page, "details[open] >> text=Write it down")
    lines = (running.folder / "diary.csv").read_text().splitlines()
    assert len(lines) == 2
    assert lines[1].startswith("2026-11-12,2,")
    follow(page, "a[rel=prev]")
    assert "Week of 2 November 2026" in page.inner_text("h2 >> nth=0")


@BOTH
def test_settings_and_shoes_are_kept(running, page):
    page.goto(f"{running.root}settings")
    page.fill("input[name='athlete.name']", "Bea")
    follow(page, "text=Write it down")
    assert "Written to loadwatch.toml" in page.inner_text("main")
    page.goto(f"{running.root}shoes")
    page.fill("input[name=name]", "Blue pair")
    page.fill("input[name=start_km]", "120")
    follow(page, "text=Write it down")
    running.read()
    page.goto(running.root)
    assert "Bea" in page.inner_text("h1")
    assert "Blue pair" in (running.folder / "loadwatch.toml").read_text()


@BOTH
def test_a_run_is_left_out_and_counts_again(running, page):
    page.goto(f"{running.root}runs")
    expect(page.locator("tbody tr")).to_have_count(24)
    follow(page, "tbody a >> nth=2")
    follow(page, "text=Leave this run out")
    assert "Files can let it count again" in page.inner_text("main")
    expect(page.locator("tbody tr")).to_have_count(23)
    follow(page, "nav >> text=Files")
    follow(page, "button:has-text('Count it again')")
    assert "counts again" in page.inner_text("main")
    expect(page.get_by_text("Runs you left out")).to_have_count(0)
    page.goto(f"{running.root}runs")
    expect(page.locator("tbody tr")).to_have_count(24)


@BOTH
def test_a_tap_answers_for_the_same_ground(page, served):
    write_loop_runs(served.folder, runs=6)
    served.read()
    page.goto(served.root)
    assert "which ground is it?" in page.inner_text("main")
    follow(page, "button[value=soft]")
    served.read()
    assert "Written to tags.csv" in page.inner_text("main")
    sources = served.site.analysis.activities["surface_source"].tolist()
    assert sources.count("tag") == 1
    assert sources.count("course") == 5
    page.goto(f"{served.root}report")
    assert "which ground is it?" not in page.inner_text("body")
    page.goto(f"{served.root}runs")
    follow(page, "tbody a >> nth=3")
    expect(page.locator(".way.s-loose").first).to_be_attached()


@BOTH
def test_a_club_has_groups_notes_and_each_runners_pages(browser, club, script):  # noqa: F811
    page = open_page(browser, club, script=script)
    assert "Talk to first" in page.inner_text("main")
    page.click("summary:has-text('Message') >> nth=0")
    assert page.inner_text(".message").startswith("Hi ")
    page.click(".write summary >> nth=0")
    page.fill(".write[open] input[name=note]", "spoke; race on the 29th")
    follow(page, ".write[open] button")
    assert "spoke; race on the 29th" in page.inner_text("main table >> nth=0")
    assert "spoke" in (club.folder / "notes.csv").read_text()
    follow(page, "button:has-text('Undo')")
    assert not (club.folder / "notes.csv").exists()
    # one runner's own pages, and back
    follow(page, "a[href='/runners/ana/']")
    expect(page.locator("h1")).to_contain_text("ana")
    for name in PAGES[1:]:
        page.goto(f"{club.root}runners/ana/{name}")
        assert "ana" in page.inner_text("body")
    page.goto(f"{club.root}runners/ana/")
    page.check("input[name=pain][value='7']")
    page.fill("input[name=day]", "2026-11-16")
    follow(page, ".pain button")
    assert (club.folder / "ana" / "diary.csv").exists()
    club.read()
    follow(page, "nav >> text=Club")
    assert "Call today" in page.inner_text("main")
    assert page.problems == []
    page.context.close()


def check_page(page, name, width):
    """A page fits, and axe finds nothing, folded or unfolded."""
    from axe_playwright_python.sync_playwright import Axe

    for step in ("folded", "unfolded"):
        if step == "unfolded":
            page.evaluate(
                "for (const one of document.querySelectorAll('details')) one.open = true"
            )
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
        found = Axe().run(page)
        assert found.violations_count == 0, (name, step, found.generate_report())


@pytest.mark.slow
@pytest.mark.parametrize("width", [1000, 390])
def test_pages_are_accessible_and_fit(browser, running, width, tmp_path):  # noqa: F811
    page = open_page(browser, running, width=width)
    chosen = running.site.analysis.activities["activity_id"].iloc[-1]
    for name in (*PAGES, f"runs/{chosen}", "weeks/2026-11-09"):
        page.goto(f"{running.root}{name}")
        check_page(page, name, width)
    page.goto(f"{running.root}course")
    page.set_input_files("input[name=routes]", write_route(tmp_path, "a.gpx", 9, 90.0))
    follow(page, "text=Check")
    check_page(page, "a route", width)
    page.goto(f"{running.root}plan")
    page.fill("input[name=distance_km_1]", "60")
    follow(page, "button:text('Check')")
    check_page(page, "a plan", width)
    assert page.problems == []
    page.context.close()


@pytest.mark.parametrize("width", [1000, 390])
def test_the_question_and_the_empty_page_are_accessible(browser, served, width):  # noqa: F811
    page = open_page(browser, served, width=width)
    check_page(page, "empty", width)
    write_loop_runs(served.folder, runs=6)
    served.read()
    page.goto(served.root)
    assert "which ground is it?" in page.inner_text("main")
    check_page(page, "question", width)
    page.context.close()


@pytest.mark.parametrize("width", [1000, 390])
def test_the_club_is_accessible_and_fits(browser, club, width):  # noqa: F811 - fixture
    page = open_page(browser, club, width=width)
    check_page(page, "club", width)
    page.goto(f"{club.root}runners/ben/")
    check_page(page, "runner", width)
    assert page.problems == []
    page.context.close()


@pytest.fixture
def live(browser, served):  # noqa: F811 - the fixture
    """A page of one run, whose folder is about to change."""
    shutil.copy(max(SAMPLE.glob("*.fit")), served.folder / "one.fit")
    served.read()
    page = open_page(browser, served, is_live=True)
    yield page
    page.context.close()


def change_folder(served):
    (served.folder / "more.csv").write_text("date,distance_km\n2026-11-16,77.7\n")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("path", "field"),
    [("", "note"), ("plan", "distance_km_3"), ("settings", "athlete.name")],
)
def test_what_is_typed_stays_when_the_folder_changes(live, served, path, field):
    live.goto(f"{served.root}{path}")
    live.fill(f"input[name='{field}']", "9")
    change_folder(served)
    live.wait_for_selector("text=Your folder has changed")
    assert live.input_value(f"input[name='{field}']") == "9"


@pytest.mark.slow
def test_a_changed_folder_shows_itself_where_nothing_is_typed(live, served):
    change_folder(served)
    live.wait_for_selector("text=77.7")


def find_violations(page):
    from axe_playwright_python.sync_playwright import Axe

    return [found["id"] for found in Axe().run(page).response["violations"]]


@BOTH
def test_shoes_and_settings_are_forms_that_say_what_is_wrong(page, served, script):
    for path in sorted(SAMPLE.glob("*.fit"))[-6:]:
        shutil.copy(path, served.folder / path.name)
    (served.folder / "loadwatch.toml").write_text("# mine\n[athlete]\nhr_max = 188\n")
    served.read()
    # a pair more, which a run is then given
    page.goto(f"{served.root}shoes")
    page.fill("input[name=name]", "Blue pair")
    page.fill("input[name=start_km]", "far")
    follow(page, "text=Write it down")
    assert "should be a number from 0 to 20000" in page.inner_text(".wrong")
    assert page.input_value("input[name=name]") == "Blue pair"
    page.fill("input[name=start_km]", "120,5")
    follow(page, "text=Write it down")
    served.read()
    page.goto(f"{served.root}shoes")
    follow(page, "button:text('Retire')")
    served.read()
    page.goto(f"{served.root}shoes")
    assert "Blue pair (retired)" in page.inner_text("main")
    follow(page, "text=Undo: the pair Blue pair")
    served.read()
    page.goto(f"{served.root}shoes")
    assert "(retired)" not in page.inner_text("tbody")
    assert not script or find_violations(page) == []
    # two settings that cannot be, each beside its field; then one that can
    page.goto(f"{served.root}settings")
    page.fill("input[name='athlete.hr_max']", "9000")
    page.fill("input[name='weeks.tz']", "Zurich")
    follow(page, "text=Write it down")
    expect(page.locator(".wrong")).to_have_count(2)
    assert "Europe/Zurich" in page.inner_text("main")
    assert not script or find_violations(page) == []
    page.fill("input[name='athlete.hr_max']", "190")
    page.fill("input[name='weeks.tz']", "Europe/Zurich")
    follow(page, "text=Write it down")
    assert "Written to loadwatch.toml" in page.inner_text("main")
    text = (served.folder / "loadwatch.toml").read_text()
    assert text.startswith("# mine\n[athlete]\nhr_max = 190\n")
    assert "start_km = 120.5" in text
    # the browser's own console names the status of a refused form
    page.problems = [text for text in page.problems if "status of 422" not in text]


@BOTH
def test_a_whole_folder_is_taken_with_what_it_holds(page, served, tmp_path):
    given = tmp_path / "watch" / "Activities"
    given.mkdir(parents=True)
    for path in sorted(SAMPLE.glob("*.fit"))[-2:]:
        shutil.copy(path, given / path.name)
    (given / "photo.jpg").write_bytes(b"no run")
    (given / "torn.fit").write_bytes(b"\x0e\x20broken")
    page.set_input_files("#drop-folder", tmp_path / "watch")
    follow(page, "text=Copy into the folder")
    expect(page.get_by_text("Copied")).to_be_visible()
    text = page.inner_text("main")
    assert "photo.jpg was not copied" in text
    assert "torn.fit was not read" in text
    names = sorted(path.name for path in served.folder.glob("*"))
    assert len(names) == 3
    assert "torn.fit" in names
