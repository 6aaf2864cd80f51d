"""Forms of `serve`, sent without a browser: what a fault does to each write of the pages."""

from __future__ import annotations

import io
import sys
from pathlib import Path

FOLDER = Path("ben")
TOKEN = "a-token-of-a-test"
HOST = "localhost:80"
SETTINGS = b"# mine\n[athlete]\nname = 'Ben' # kept\n"
FORMS: dict[str, tuple[str, dict[str, object]]] = {
    "pain": ("/pain", {"pain": "3", "day": "2026-11-02", "note": "ok"}),
    "ground": ("/ground", {"surface": "soft"}),
    "settings": ("/settings", {"athlete.hr_max": "188"}),
    "shoes": ("/shoes", {"name": "Blue pair", "start_km": "120"}),
    "drop": ("/drop", {}),
    "undo": ("/undo", {}),
}


def send_form(name: str) -> int:
    """Send a form; return 0 where the page calls it done, and 1 with a line where it does not."""
    from loadwatch.pipeline import Options
    from loadwatch.web.app import create_app
    from loadwatch.web.site import Change, Site

    site = Site(FOLDER, Options())
    site.refresh(at_once=True)
    site.wait(60)
    client = create_app(site, TOKEN).test_client()
    headers = {"Host": HOST, "Origin": f"http://{HOST}"}
    client.get(f"/?token={TOKEN}", headers=headers)
    path, form = FORMS[name]
    data = dict(form)
    if name == "settings":  # what the form held: the name of the file
        data |= {"athlete.name": "Ben", "was.athlete.name": "Ben"}
    if name == "ground":
        assert site.analysis is not None
        data["activity_id"] = site.analysis.activities["activity_id"].iloc[-1]
    if name == "drop":
        data["files"] = [
            (io.BytesIO(b"date,distance_km\n2026-11-02,5\n"), f"{word}.csv")
            for word in ("one", "two")
        ]
    if name == "undo":
        diary = FOLDER / "diary.csv"
        if not diary.read_text().endswith("new\n"):
            return 0  # it was undone before
        old = diary.read_bytes().removesuffix(b"2026-11-02,3,,,new\n")
        change = Change(diary, old, diary.read_bytes(), "a line of diary.csv")
        site._changes.append(change)
    answer = client.post(path, data=data, headers=headers)
    site.wait(60)
    text = answer.get_data(as_text=True)
    if answer.status_code == 303:
        text = client.get("/", headers=headers).get_data(as_text=True)
    wrong = "Not written" in text or answer.status_code not in (200, 303)
    if wrong or "was not copied" in text:
        print("Error: the page says that it was not done", file=sys.stderr)
        if answer.status_code == 500:
            print(f"itself failed: {text[:200]}", file=sys.stderr)
        return 1
    return 0


def check_settings(home: Path, code: int) -> str:
    """Return what is wrong with the settings after a form, "" if nothing is."""
    data = (home / FOLDER / "loadwatch.toml").read_bytes()
    if not data.startswith(SETTINGS):
        return f"settings are torn {data!r}"
    if data not in (SETTINGS, SETTINGS + b"hr_max = 188\n"):
        return f"settings are torn {data!r}"
    return check_done(code, done=data != SETTINGS)


def check_shoes(home: Path, code: int) -> str:
    """Return what is wrong with the settings after a pair was added, "" if nothing is."""
    data = (home / FOLDER / "loadwatch.toml").read_bytes()
    new = b'[shoes."Blue pair"]\nstart_km = 120\n'
    if not data.startswith(SETTINGS) or data[len(SETTINGS) :].strip() not in (
        b"",
        new.strip(),
    ):
        return f"settings are torn {data!r}"
    return check_done(code, done=data != SETTINGS)


def check_drop(home: Path, code: int) -> str:
    """Return what is wrong with dropped files, "" if nothing is."""
    found = [path.read_bytes() for path in (home / FOLDER).glob("*.csv")]
    if any(data != b"date,distance_km\n2026-11-02,5\n" for data in found):
        return f"a torn copy {found}"
    if code == 0 and len(found) < 2:
        return "not done, and exit 0"
    return "done, and exit 1" if code == 1 and len(found) >= 2 else ""


def check_undo(home: Path, code: int) -> str:
    """Return what is wrong with a diary after undo, "" if nothing is."""
    text = (home / FOLDER / "diary.csv").read_text()
    before = "date,pain,when,site,note\n2026-11-01,1,,,ok\n"
    if text not in (before, f"{before}2026-11-02,3,,,new\n"):
        return f"a torn diary {text!r}"
    return check_done(code, done=text == before)


def check_done(code: int, *, done: bool) -> str:
    """Return what a page says wrongly of a write, "" if nothing."""
    if code == 0 and not done:
        return "not done, and the page says it was"
    return "done, and the page says it was not" if code == 1 and done else ""
