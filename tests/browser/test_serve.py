"""`serve` as a user has it, in Chromium: with script and without."""

import shutil
import threading
import zipfile
from pathlib import Path

import pytest

pytest.importorskip("flask")
pytest.importorskip("waitress")

from waitress.server import create_server

from loadwatch.pipeline import Options
from loadwatch.web.app import create_app
from loadwatch.web.site import Site
from tests.browser.test_browser import browser  # noqa: F401 - a fixture
from tests.make_gpx import write_loop_runs

pytestmark = pytest.mark.browser
SAMPLE = Path(__file__).parents[2] / "sample_data" / "ana"
TOKEN = "a-token-of-a-test"
PAGES = ("", "report", "runs", "plan", "shoes", "settings", "files")


class Served:
    """A running server of one folder."""

    def __init__(self, folder):
        self.folder = folder
        self.site = Site(folder, Options())
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
    found = Served(folder)
    yield found
    found.close()


@pytest.fixture(params=[True, False], ids=["script", "no script"])
def page(browser, served, request):  # noqa: F811 - the fixture
    context = browser.new_context(
        viewport={"width": 1000, "height": 900}, java_script_enabled=request.param
    )
    page = context.new_page()
    page.problems = []
    page.on("request", lambda asked: check_request(page, asked.url, served.root))
    page.on("pageerror", lambda error: page.problems.append(str(error)))
    page.goto(f"{served.root}?token={TOKEN}")
    yield page
    assert page.problems == []
    context.close()


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


def test_from_an_empty_folder_to_a_plan(page, served, tmp_path):
    assert "This folder holds no runs yet." in page.inner_text("main")
    page.set_input_files("#drop-files", make_export(tmp_path))
    page.click("text=Copy into the folder")
    served.site.wait(90)
    page.goto(served.root)
    assert "Copied export.zip" in page.inner_text("main") or "Last runs" in (
        page.inner_text("main")
    )
    # the report
    page.goto(f"{served.root}report")
    assert "km" in page.inner_text("body")
    # pain, and it is on the axis of the report
    page.goto(served.root)
    page.check("input[name=pain][value='6']")
    page.fill("input[name=day]", "2026-11-16")
    page.fill("input[name=site]", "low back")
    page.click("text=Write it down")
    assert "Written to diary.csv" in page.inner_text("main")
    served.read()
    page.goto(f"{served.root}report")
    assert page.locator(".pain").count() >= 1
    # a warning sign
    page.goto(served.root)
    page.check("input[name=pain][value='1']")
    page.fill("input[name=day]", "2026-11-17")
    page.click("summary")
    page.check("input[value=leg_weakness]")
    page.click("text=Write it down")
    assert "You ticked" in page.inner_text("main")
    # undo
    page.click("text=Undo: a line of diary.csv")
    assert "Undone: a line of diary.csv" in page.inner_text("main")
    assert (
        "leg_weakness" not in (served.folder / "diary.csv").read_text().splitlines()[-1]
    )
    # a run
    served.read()
    page.goto(f"{served.root}runs")
    page.click("tbody a >> nth=0")
    page.fill("input[name=surface]", "soft")
    page.fill("input[name=shoe]", "Blue pair")
    page.click("form.fields button")
    assert "soft" in (served.folder / "tags.csv").read_text()
    # a plan that raises, and one that does not
    page.goto(f"{served.root}plan")
    page.fill("input[name=distance_km_1]", "60")
    page.click("button:text('Check')")
    page.wait_for_selector(".flag.high, .flag.watch")
    page.fill("input[name=distance_km_1]", "4")
    page.click("button:text('Check')")
    page.wait_for_selector(".flag.usual")
    # settings
    page.goto(f"{served.root}settings")
    page.fill("input[name='athlete.name']", "Bea")
    page.click("text=Write it down")
    assert "Written to loadwatch.toml" in page.inner_text("main")
    served.read()
    page.goto(served.root)
    assert "Bea" in page.inner_text("h1")


def test_a_tap_answers_for_the_same_ground(page, served):
    write_loop_runs(served.folder, runs=6)
    served.read()
    page.goto(served.root)
    assert "which ground is it?" in page.inner_text("main")
    page.click("button[value=soft]")
    served.read()
    assert "Written to tags.csv" in page.inner_text("main")
    sources = served.site.analysis.activities["surface_source"].tolist()
    assert sources.count("tag") == 1
    assert sources.count("course") == 5
    page.goto(f"{served.root}report")
    assert "which ground is it?" not in page.inner_text("body")


@pytest.mark.parametrize("width", [1000, 390])
def test_pages_are_accessible_and_fit(browser, served, width):  # noqa: F811 - fixture
    from axe_playwright_python.sync_playwright import Axe

    for path in sorted(SAMPLE.glob("*.fit"))[-20:]:
        shutil.copy(path, served.folder / path.name)
    served.read()
    context = browser.new_context(viewport={"width": width, "height": 900})
    page = context.new_page()
    messages = []
    page.on("console", lambda message: messages.append(message.text))
    page.goto(f"{served.root}?token={TOKEN}")
    chosen = served.site.analysis.activities["activity_id"].iloc[-1]
    for name in (*PAGES, f"runs/{chosen}"):
        page.goto(f"{served.root}{name}")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
        found = Axe().run(page)
        assert found.violations_count == 0, (name, found.generate_report())
    assert messages == []
    context.close()


def test_what_is_typed_stays_when_the_folder_changes(browser, served):  # noqa: F811
    shutil.copy(max(SAMPLE.glob("*.fit")), served.folder / "one.fit")
    served.read()
    page = browser.new_page()
    page.goto(f"{served.root}?token={TOKEN}")
    page.fill("input[name=note]", "long sit before")
    (served.folder / "more.csv").write_text("date,distance_km\n2026-11-16,7.7\n")
    served.read()
    page.wait_for_selector("text=Your folder has changed", timeout=15_000)
    assert page.input_value("input[name=note]") == "long sit before"
    page.close()
