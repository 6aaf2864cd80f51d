"""Pages in a real browser: axe, width, requests, console. Needs Chromium; `pytest -m browser`."""

import datetime as dt
import os
import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

pytest.importorskip("playwright")

from loadwatch.analysis import Roster
from loadwatch.assess import guidance
from loadwatch.report import html
from loadwatch.verdict import roster_groups
from tests import report_cases as cases
from tests.browser.steps import expect, open_patient_page
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


def in_pain(known):
    """The same runner with a diary that ends in pain."""
    from loadwatch.assess.diary.answer import Answer

    last = known.today
    scores = tuple(
        (last - dt.timedelta(days=days), float(6 if days < 3 else days % 2))
        for days in range(80, -1, -1)
    )
    answer = Answer(state="not_enough", says="Not enough data", scores=scores)
    advice = guidance.choose_advice(known.flags, answer)
    return replace(known, diary=answer, advice=advice)


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
        "pain": in_pain(ana),
        **{f"hostile_{key}": cases.named(name) for key, name in NAMES.items()},
    }
    for name, one in known.items():
        (folder / f"{name}.html").write_text(html.format_report(one), encoding="utf-8")
    for name in ("ana", "pain", "two_weeks", "empty", "five_years"):
        one = known.get(name) or cases.five_years()
        (folder / f"handout_{name}.html").write_text(
            html.format_handout(one), encoding="utf-8"
        )
    lines = tuple(roster_groups.summarize_athlete(one, TODAY) for one in known.values())
    (folder / "roster.html").write_text(
        html.format_roster(Roster(name="Hills", athletes=lines, today=TODAY)),
        encoding="utf-8",
    )
    every = ["ana", "steady", "two_weeks", "pain"] * 4
    sixteen = tuple(
        replace(
            roster_groups.summarize_athlete(known[name], TODAY), name=f"{name} {at}"
        )
        for at, name in enumerate(every)
    )
    (folder / "roster_16.html").write_text(
        html.format_roster(Roster(name="Hills", athletes=sixteen, today=TODAY)),
        encoding="utf-8",
    )
    return folder


def opened(browser, path, width, scheme):
    """A page, and all it asked for or printed while it loaded."""
    page = open_patient_page(
        browser, viewport={"width": width, "height": 800}, color_scheme=scheme
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
@pytest.mark.parametrize(
    "name",
    ["ana", "steady", "two_weeks", "empty", "pain", "roster", "handout_pain"],
)
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
    page.context.close()
    assert violations == []


@pytest.mark.parametrize("width", [1400, 1000, 390, 320])
def test_no_page_is_wider_than_the_window_and_none_speaks(browser, pages, width):
    for path in sorted(pages.glob("*.html")):
        page, events = opened(browser, path, width, "light")
        page.evaluate(
            "document.querySelectorAll('details').forEach(d => d.open = true)"
        )
        wide = page.evaluate("document.documentElement.scrollWidth")
        page.context.close()
        assert events == [] and wide <= width, path.name


def test_dark_mode_recolours_the_pictures(browser, pages):
    colours = []
    for scheme in ("light", "dark"):
        page, _ = opened(browser, pages / "ana.html", 1000, scheme)
        bars = "[...document.querySelectorAll('.season [class^=g-]')]"
        colours.append(set(page.evaluate(f"{bars}.map(p => getComputedStyle(p).fill)")))
        page.context.close()
    assert colours[0] and colours[0].isdisjoint(colours[1])


@pytest.mark.parametrize("name", ["ana", "pain", "hostile", "roster"])
def test_every_cell_is_within_a_phone(browser, pages, name):
    page, _ = opened(browser, pages / f"{name}.html", 320, "light")
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    page.add_style_tag(content=".panel{display:block!important}")
    outside = "[...document.querySelectorAll('tbody :is(th,td):not(.none)')].filter(c => c.offsetParent).map(c => c.getBoundingClientRect())"
    lost = page.evaluate(
        f"{outside}.filter(r => r.left < 0 || r.right > 320 || r.width < 1).length"
    )
    heads = "[...document.querySelectorAll('table.stack td')].map(c => getComputedStyle(c, '::before').content)"
    found = set(page.evaluate(heads))
    page.context.close()
    assert lost == 0
    assert not {"none", "normal", '""'} & found


def test_a_stacked_table_is_still_a_table(browser, pages):
    page, _ = opened(browser, pages / "ana.html", 320, "light")
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    table = page.locator("table.many").first
    expect(table.get_by_role("columnheader")).to_have_count(9)
    expect(table.get_by_role("row")).to_have_count(27)
    expect(table.get_by_role("rowheader")).to_have_count(26)
    page.context.close()


@pytest.mark.parametrize("width", [700, 840, 1000, 1400])
def test_no_cell_of_a_roster_runs_into_the_next(browser, pages, width):
    page, _ = opened(browser, pages / "roster.html", width, "light")
    over = "[...document.querySelectorAll('.roster :is(th,td)')].filter(c => c.scrollWidth > c.clientWidth + 1)"
    found = page.evaluate(f"{over}.map(c => c.textContent)")
    page.context.close()
    assert found == []


def test_every_bar_opens_its_week_and_no_other(browser, pages):
    page, _ = opened(browser, pages / "ana.html", 1000, "light")
    shown = page.locator(".panel:visible")
    expect(shown).to_have_id("w-2026-11-16")
    targets = page.evaluate(
        "[...document.querySelectorAll('.season a')].map(a => a.getAttribute('href'))"
    )
    assert len(targets) == 26
    for number, target in enumerate(targets):
        link = page.locator(".season a").nth(number)
        link.focus()
        page.keyboard.press("Enter")
        expect(page).to_have_url(re.compile(f"{target}$"))
        expect(shown).to_have_id(target.removeprefix("#"))
    page.context.close()


def test_every_link_within_a_page_shows_its_target(browser, pages):
    for name in ("ana", "steady", "pain", "two_weeks"):
        page, _ = opened(browser, pages / f"{name}.html", 1000, "light")
        targets = page.evaluate(
            "[...document.querySelectorAll('main > nav a, .do a, .tile a, .lines a')]"
            ".map(a => a.getAttribute('href'))"
        )
        for target in set(targets):
            page.locator(f'a[href="{target}"]:visible').first.click()
            expect(page).to_have_url(re.compile(f"{target}$"))
            expect(page.locator(target), f"{target} of {name}").to_be_visible()
        page.context.close()


def test_the_first_screen_holds_headline_numbers_and_picture(browser, pages):
    for name in ("ana", "steady", "pain"):
        page, _ = opened(browser, pages / f"{name}.html", 1000, "light")
        page.set_viewport_size({"width": 1000, "height": 900})
        for part in (".lede", ".tiles", ".season"):
            place = f"document.querySelector('{part}').getBoundingClientRect().bottom"
            assert page.evaluate(place) <= 900, (name, part)
        page.context.close()


def test_pages_are_short(browser, pages):
    for name, words, height in (("ana", 600, 5000), ("pain", 900, 6000)):
        page, _ = opened(browser, pages / f"{name}.html", 1000, "light")
        assert len(page.evaluate("document.body.innerText").split()) <= words, name
        page.set_viewport_size({"width": 320, "height": 800})
        assert page.evaluate("document.documentElement.scrollHeight") <= height, name
        page.context.close()


@pytest.mark.parametrize("name", ["ana", "pain", "steady", "two_weeks"])
def test_paper_is_short_and_says_what_is_left_out(browser, pages, name):
    page, _ = opened(browser, pages / f"{name}.html", 1000, "light")
    expect(page.get_by_text("Not printed:")).to_be_hidden()
    page.emulate_media(media="print")
    expect(page.get_by_text("Not printed:")).to_be_visible()
    expect(page.get_by_text("When to get help", exact=True).last).to_be_visible()
    for title in (
        "The checks, how often each fired",
        "Popular load figures, for",
        "Background",
    ):
        expect(page.get_by_text(title).first).to_be_hidden()
    sheets = page.pdf(format="A4").count(b"/Type /Page\n")
    page.context.close()
    assert sheets <= 3


@pytest.mark.parametrize("name", ["ana", "pain", "two_weeks", "empty", "five_years"])
def test_a_handout_is_two_sides_and_nothing_is_cut(browser, pages, name):
    page, _ = opened(browser, pages / f"handout_{name}.html", 1000, "light")
    assert page.pdf(format="A4", prefer_css_page_size=True).count(b"/Type /Page\n") == 2
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 703, "height": 1000})  # A4 without its margins
    cut = "[...document.querySelectorAll('.side')].map(s => s.scrollHeight - s.clientHeight)"
    assert max(page.evaluate(cut)) <= 1
    page.context.close()


def test_a_roster_prints_on_one_sheet(browser, pages):
    page, _ = opened(browser, pages / "roster_16.html", 1400, "light")
    sheets = page.pdf(prefer_css_page_size=True).count(b"/Type /Page\n")
    page.context.close()
    assert sheets == 1


def test_print_shows_what_was_folded(browser, pages):
    page, _ = opened(browser, pages / "ana.html", 1000, "dark")
    page.emulate_media(media="print", color_scheme="dark")
    height = page.evaluate(
        "document.querySelector('.exercises ol').getBoundingClientRect().height"
    )
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.context.close()
    assert height > 0 and ground == "rgb(255, 255, 255)"
