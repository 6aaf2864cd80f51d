"""Steps of a test in the browser that wait for what they bring about, on a busy machine, too.

A click returns before the page that it asks for is there. What reads the page right after it
finds the old page, or none. So a click that leads elsewhere is `follow`, and what a page works
out by itself is asked for with `expect`, which tries again until it holds.
"""

from pathlib import Path

from playwright.sync_api import Browser, Page, expect

PATIENCE_S = 90  # no test is slower where all is well
expect.set_options(timeout=PATIENCE_S * 1000)


def open_patient_page(browser: Browser, **context: object) -> Page:
    """Return a page of its own context, with time for a machine that has other work."""
    page = browser.new_context(**context).new_page()
    page.set_default_timeout(PATIENCE_S * 1000)
    return page


def follow(page: Page, selector: str) -> None:
    """Click what leads to another page, or sends a form; return when that page is there."""
    with page.expect_navigation():
        page.click(selector)


def drop_files(page: Page, *paths: Path) -> None:
    """Let files and folders of the disk fall onto the page, as the browser does it for a hand.

    A script of a page could make files to drop, but no folder.
    """
    session = page.context.new_cdp_session(page)
    dragged = {"items": [], "files": [str(path) for path in paths]}
    place = {"x": 200, "y": 200, "data": {**dragged, "dragOperationsMask": 1}}
    for step in ("dragEnter", "dragOver", "drop"):
        session.send("Input.dispatchDragEvent", {"type": step, **place})


def drag_onto(page: Page, *paths: Path) -> None:
    """Let files fall onto the page; return when the page that answers is there."""
    with page.expect_navigation():
        drop_files(page, *paths)
