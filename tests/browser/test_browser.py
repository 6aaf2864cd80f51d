"""Pages in a real browser: axe, width, requests, console. Needs Chromium; `pytest -m browser`."""

import datetime as dt
import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from loadwatch.analysis import Roster
from loadwatch.assess import guidance
from loadwatch.report import html
from loadwatch.verdict import roster_groups
from tests import report_cases as cases
from tests.hostile import NAMES

pytestmark = pytest.mark.browser
TODAY = dt.date(2026, 11, 22)
CHROMIUM = (
    os.environ.get("LOADWATCH_CHROMIUM")
    or shutil.which("chromium")
    or "/usr/bin/chromium"
)


@pytest.fixture(scope="module")
def browser():
    if not Path(CHROMIUM).exists():
        pytest.skip("no Chromium on this machine")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        # as root in a container Chromium starts only without its sandbox; the pages are our own
        found = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield found
        found.close()


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pages")
    ana = cases.ana()
    known = {
        "ana": replace(ana, advice=guidance.choose_advice(ana.flags)),
        "steady": cases.steady(),
        "two_weeks": cases.two_weeks(),
        "empty": cases.empty(),
        "hostile": cases.named("".join(NAMES.values())[:400]),
        **{
            f"hostile_{key}": cases.named(NAMES[key])
            for key in ("script", "image", "svg", "attribute")
        },
    }
    for name, one in known.items():
        (folder / f"{name}.html").write_text(html.format_report(one), encoding="utf-8")
    lines = tuple(roster_groups.summarize_athlete(one, TODAY) for one in known.values())
    (folder / "roster.html").write_text(
        html.format_roster(Roster(name="Hills", athletes=lines, today=TODAY)),
        encoding="utf-8",
    )
    return folder


def opened(browser, path, width, scheme):
    """A page, and all it asked for or printed while it loaded."""
    page = browser.new_page(
        viewport={"width": width, "height": 800}, color_scheme=scheme
    )
    events = []
    page.on("request", lambda request: events.append(request.url))
    page.on("console", lambda message: events.append(message.text))
    page.on("dialog", lambda dialog: (events.append(dialog.message), dialog.dismiss()))
    page.on("pageerror", lambda error: events.append(str(error)))
    page.goto(path.as_uri())
    return page, events[1:]


@pytest.mark.parametrize("width", [1000, 320])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["ana", "steady", "two_weeks", "empty", "roster"])
def test_axe_finds_nothing(browser, pages, name, scheme, width):
    from axe_playwright_python.sync_playwright import Axe

    page, _ = opened(browser, pages / f"{name}.html", width, scheme)
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    found = Axe().run(page)
    violations = [
        (
            v["id"],
            [(n["html"][:120], n["failureSummary"][:200]) for n in v["nodes"][:3]],
        )
        for v in found.response["violations"]
    ]
    page.close()
    assert violations == []


@pytest.mark.parametrize("width", [1000, 320])
def test_no_page_is_wider_than_the_window_and_none_speaks(browser, pages, width):
    for path in sorted(pages.glob("*.html")):
        page, events = opened(browser, path, width, "light")
        page.evaluate(
            "document.querySelectorAll('details').forEach(d => d.open = true)"
        )
        wide = page.evaluate("document.documentElement.scrollWidth")
        page.close()
        assert events == [] and wide <= width, path.name


def test_dark_mode_recolours_the_pictures(browser, pages):
    colours = []
    for scheme in ("light", "dark"):
        page, _ = opened(browser, pages / "ana.html", 1000, scheme)
        ours = "[...document.querySelectorAll('svg path')].filter(p => p.style.fill.startsWith('var'))"
        colours.append(set(page.evaluate(f"{ours}.map(p => getComputedStyle(p).fill)")))
        page.close()
    assert colours[0] and colours[0].isdisjoint(colours[1])


@pytest.mark.parametrize("name", ["ana", "hostile", "roster"])
def test_every_cell_is_within_a_phone(browser, pages, name):
    page, _ = opened(browser, pages / f"{name}.html", 320, "light")
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    outside = "[...document.querySelectorAll('tbody :is(th,td):not(.none)')].map(c => c.getBoundingClientRect())"
    lost = page.evaluate(
        f"{outside}.filter(r => r.left < 0 || r.right > 320 || r.width < 1).length"
    )
    heads = "[...document.querySelectorAll('table.stack td')].map(c => getComputedStyle(c, '::before').content)"
    found = set(page.evaluate(heads))
    page.close()
    assert lost == 0
    assert not {"none", "normal", '""'} & found


def test_a_stacked_table_is_still_a_table(browser, pages):
    page, _ = opened(browser, pages / "ana.html", 320, "light")
    table = page.get_by_role("table").first
    assert table.get_by_role("columnheader").count() == 9
    assert table.get_by_role("row").count() == 9
    assert (
        table.get_by_role("rowheader").count() == table.get_by_role("row").count() - 1
    )
    page.close()


@pytest.mark.parametrize("width", [700, 840, 1000])
def test_no_cell_of_a_roster_runs_into_the_next(browser, pages, width):
    page, _ = opened(browser, pages / "roster.html", width, "light")
    over = "[...document.querySelectorAll('.roster :is(th,td)')].filter(c => c.scrollWidth > c.clientWidth + 1)"
    found = page.evaluate(f"{over}.map(c => c.textContent)")
    page.close()
    assert found == []


def test_paper_is_short_and_says_what_is_left_out(browser, pages):
    page, _ = opened(browser, pages / "ana.html", 1000, "light")
    assert not page.get_by_text("Not printed:").is_visible()
    page.emulate_media(media="print")
    assert page.get_by_text("Not printed:").is_visible()
    assert page.get_by_text("When to get help").is_visible()
    for title in (
        "The checks, how often each fired",
        "Popular load figures, for",
        "Warm up by moving",
    ):
        assert not page.get_by_text(title).is_visible()
    sizes = "['.why li', '.why .small', '.soft'].map(s => getComputedStyle(document.querySelector(s)).fontSize)"
    text, small, soft = (
        float(size.removesuffix("px")) for size in page.evaluate(sizes)
    )
    sheets = page.pdf(format="A4").count(b"/Type /Page\n")
    page.close()
    assert small < text and soft <= text
    assert 2 <= sheets <= 4


def test_print_shows_what_was_folded(browser, pages):
    page, _ = opened(browser, pages / "ana.html", 1000, "dark")
    page.emulate_media(media="print", color_scheme="dark")
    height = page.evaluate(
        "document.querySelector('details ul').getBoundingClientRect().height"
    )
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.close()
    assert height > 0 and ground == "rgb(255, 255, 255)"
