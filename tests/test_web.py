"""`serve` without a browser: who may ask, what is written, what is refused."""

import io
import json
import shutil
import signal
import sys
import threading
import time
import urllib.request

import pytest

from loadwatch.user_files import read_file

pytest.importorskip("flask")
pytest.importorskip("waitress")

from loadwatch.errors import LoadwatchError, SettingsError
from loadwatch.web.settings_form import change_values, read_values
from loadwatch.web.site import fingerprint_folder
from loadwatch.web.uploads import choose_name, copy_upload, explain_no_space
from tests.make_gpx import write_loop_runs
from tests.web_client import (
    HOST,
    HOSTILE,
    ORIGIN,
    PAGES,
    TOKEN,
    ask,
    copy_runs,
    open_site,
    send,
)
from tests.web_server import LONGEST_S, start_server


@pytest.fixture
def folder(tmp_path):
    """The last three weeks of the made-up runner."""
    return copy_runs(tmp_path / "me")


@pytest.fixture
def opened(folder):
    return open_site(folder)


@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_there_and_loads_nothing_from_elsewhere(opened, path):
    answer = ask(opened[1], path)
    assert answer.status_code == 200
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Frame-Options"] == "DENY"
    text = answer.get_data(as_text=True)
    assert 'src="http' not in text
    assert '<link rel="stylesheet" href="http' not in text


@pytest.mark.parametrize("path", [*PAGES, "/style.css", "/state", "/static/serve.js"])
def test_without_the_token_nothing_is_shown(opened, path):
    stranger = opened[1].application.test_client()
    answer = ask(stranger, path)
    assert answer.status_code == 403
    assert b"Ana" not in answer.data
    assert ask(stranger, f"{path}?token=wrong").status_code == 403


def test_the_token_leaves_the_address_at_once(opened):
    answer = ask(opened[1].application.test_client(), f"/runs?token={TOKEN}")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/runs")
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:80", "127.0.0.1:81", ""]
)
def test_another_host_is_refused(opened, host):
    answer = opened[1].get("/", headers={"Host": host})
    assert answer.status_code == 403


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "", "http://localhost:81"]
)
def test_forms_of_other_pages_write_nothing(opened, folder, origin):
    before = fingerprint_folder(folder)
    headers = {"Host": HOST}
    if origin:
        headers["Origin"] = origin
    data = {"pain": "3", "day": "2026-11-15"}
    assert opened[1].post("/pain", data=data, headers=headers).status_code == 403
    assert fingerprint_folder(folder) == before


def test_read_only_writes_nothing(folder):
    _, client = open_site(folder, read_only=True)
    before = fingerprint_folder(folder)
    for path in ("/pain", "/ground", "/drop", "/settings", "/undo"):
        assert send(client, path, {"pain": "3", "day": "2026-11-15"}).status_code == 403
    assert fingerprint_folder(folder) == before


def test_pain_is_a_line_of_the_diary_and_undo_takes_it_back(opened, folder):
    site, client = opened
    data = {"pain": "6", "day": "2026-11-16", "when": "after", "site": "low back"}
    answer = send(client, "/pain", data)
    assert answer.status_code == 303
    diary = folder / "diary.csv"
    assert "2026-11-16,6,after,low back" in diary.read_text()
    site.wait(60)
    assert site.analysis.diary.latest[-1].score == 6
    assert "Undo: a line of diary.csv" in ask(client, "/").get_data(as_text=True)
    send(client, "/undo", {})
    assert not diary.exists()


@pytest.mark.parametrize(
    "data",
    [
        {"pain": "11", "day": "2026-11-16"},
        {"pain": "x", "day": "2026-11-16"},
        {"pain": "3", "day": "soon"},
        {"pain": "3", "day": "2999-01-01"},
        {"pain": "3", "day": "2026-11-16", "red_flag": "no_such_sign"},
        {},
    ],
)
def test_what_is_no_pain_is_refused(opened, folder, data):
    answer = send(opened[1], "/pain", data)
    assert answer.status_code == 303
    assert not (folder / "diary.csv").exists()
    assert "Not written" in ask(opened[1], "/").get_data(as_text=True)


def test_a_ticked_sign_says_what_to_do(opened):
    _, client = opened
    data = {"pain": "2", "day": "2026-11-16", "red_flag": "bladder_bowel"}
    send(client, "/pain", data)
    assert "You ticked" in ask(client, "/").get_data(as_text=True)


def find_id(site):
    return site.analysis.activities["activity_id"].iloc[-1]


def test_the_ground_of_a_run_is_a_line_of_tags(opened, folder):
    site, client = opened
    chosen = find_id(site)
    send(client, "/ground", {"activity_id": chosen, "surface": "soft"})
    assert "soft" in (folder / "tags.csv").read_text()
    site.wait(60)
    row = site.analysis.activities.set_index("activity_id").loc[chosen]
    assert row["soft_m"] == row["distance_m"]
    assert row["surface_source"] == "tag"


@pytest.mark.parametrize("surface", ["moon", "", "hard 75 soft"])
def test_what_is_no_ground_is_no_line_of_tags(opened, folder, surface):
    site, client = opened
    send(client, "/ground", {"activity_id": find_id(site), "surface": surface})
    assert "Not written: " in ask(client, "/").text
    assert not (folder / "tags.csv").exists()


def test_a_run_takes_shoe_effort_and_plan(opened, folder):
    site, client = opened
    chosen = find_id(site)
    page = f"/runs/{chosen}"
    data = {
        "surface": "hard 75 soft 25",
        "shoe": HOSTILE,
        "rpe": "6,5",
        "planned": "yes",
    }
    assert send(client, page, data).status_code == 303
    site.wait(60)
    row = site.analysis.activities.set_index("activity_id").loc[chosen]
    assert row["rpe"] == 6.5
    assert row["planned"]
    assert row["hard_m"] == pytest.approx(0.75 * row["distance_m"])
    text = ask(client, page).get_data(as_text=True)
    assert "<script>alert" not in text
    assert "\u202e" not in text
    assert (folder / "tags.csv").exists()


def test_a_run_shows_its_profile_and_course_here_and_in_no_report(tmp_path):
    write_loop_runs(tmp_path, runs=1)
    site, client = open_site(tmp_path)
    text = ask(client, f"/runs/{find_id(site)}").get_data(as_text=True)
    assert 'aria-label="Course.' in text
    assert 'aria-label="Profile.' in text
    assert "50.0" not in text  # drawn, not written
    assert "Course." not in ask(client, "/report").get_data(as_text=True)


def test_a_run_of_a_list_has_no_picture(tmp_path):
    (tmp_path / "runs.csv").write_text("date,distance_km\n2026-11-16,7.7\n")
    site, client = open_site(tmp_path)
    text = ask(client, f"/runs/{find_id(site)}").get_data(as_text=True)
    assert "<svg" not in text


@pytest.mark.parametrize(
    "data", [{"rpe": "11"}, {"rpe": "much"}, {"surface": "moon"}, {}]
)
def test_what_a_run_cannot_take_is_refused(opened, folder, data):
    send(opened[1], f"/runs/{find_id(opened[0])}", data)
    assert not (folder / "tags.csv").exists()


def test_an_effort_that_is_no_number_is_refused_in_plain_words(opened):
    page = f"/runs/{find_id(opened[0])}"
    send(opened[1], page, {"rpe": "much"})
    assert "Not written: effort is 0 to 10." in ask(opened[1], page).text


def test_a_run_that_is_not_there_is_404(opened):
    assert ask(opened[1], "/runs/nothing").status_code == 404
    answer = send(opened[1], "/ground", {"activity_id": "nothing", "surface": "soft"})
    assert answer.status_code == 303


def drop(client, *files):
    data = {"files": [(io.BytesIO(content), name) for name, content in files]}
    return client.post(
        "/drop",
        data=data,
        content_type="multipart/form-data",
        headers={"Host": HOST, "Origin": ORIGIN},
    )


def test_dropped_files_are_copied_under_new_names(folder):
    moved = max(folder.glob("*.fit"))
    content = moved.read_bytes()
    moved.unlink()
    site, client = open_site(folder)
    runs = len(site.analysis.activities)
    drop(client, (moved.name, content))
    site.wait(60)
    assert len(site.analysis.activities) == runs + 1
    drop(client, (moved.name, content))
    assert (folder / f"{moved.stem}-2.fit").read_bytes() == content


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("run.fit", "run.fit"),
        ("../../etc/run.fit", "run.fit"),
        ("C:\\Users\\me\\run.FIT", "run.FIT"),
        ("a\x00b\u202e.gpx", "a_b_.gpx"),
        ("  .hidden.gpx", "hidden.gpx"),
        ("x" * 300 + ".csv", "x" * 96 + ".csv"),
    ],
)
def test_a_name_is_never_a_path(given, kept):
    assert choose_name(given) == kept


@pytest.mark.parametrize(
    "given", ["", "run", "run.exe", "..", "tags.csv", "Diary.CSV", "loadwatch.toml"]
)
def test_what_is_no_recording_or_ours_is_not_copied(given):
    with pytest.raises(LoadwatchError, match="was not copied"):
        choose_name(given)


def test_a_torn_upload_leaves_nothing(tmp_path):
    class Torn(io.BytesIO):
        def read(self, *_):
            raise OSError(5, "Input/output error")

    with pytest.raises(LoadwatchError, match="Input/output error"):
        copy_upload(tmp_path, "run.fit", Torn())
    assert list(tmp_path.iterdir()) == []


def test_more_than_the_disk_holds_is_refused(tmp_path):
    assert explain_no_space(tmp_path, 1000) == ""
    assert "4 GB" in explain_no_space(tmp_path, 5 << 30)
    free = shutil.disk_usage(tmp_path).free
    if free < 3 << 30:
        assert "free" in explain_no_space(tmp_path, free)


def test_a_request_beyond_bounds_is_413(opened):
    opened[1].application.config["MAX_CONTENT_LENGTH"] = 1000
    answer = drop(opened[1], ("run.fit", b"x" * 5000))
    assert answer.status_code == 413
    assert b"by hand" in answer.data


def test_a_plan_is_judged_and_nothing_is_kept(opened, folder):
    before = fingerprint_folder(folder)
    quiet = send(opened[1], "/plan", {"distance_km_1": "5"}).get_data(as_text=True)
    assert 'class="flag usual"' in quiet
    loud = send(opened[1], "/plan", {"distance_km_1": "60"}, **{"X-Part": "answer"})
    text = loud.get_data(as_text=True)
    assert 'class="flag high"' in text
    assert "<html" not in text
    wrong = send(opened[1], "/plan", {"distance_km_1": HOSTILE}).get_data(as_text=True)
    assert "problem" in wrong
    assert "<script>alert" not in wrong
    typed = send(opened[1], "/plan", {"distance_km_1": "zehn"}).get_data(as_text=True)
    assert "is no number for km" in typed  # as the box is called
    assert fingerprint_folder(folder) == before


COMMENTED = b"""# mine
[athlete]
name = "Ana" # the name
hr_max = 188

[rules.shoe_km] # off
enabled = false
"""


def test_settings_keep_comments_and_other_keys():
    new = change_values(COMMENTED, {"athlete.name": "Bea", "weeks.week_start": "sun"})
    text = new.decode()
    for kept in ("# mine", "# the name", "hr_max = 188", "[rules.shoe_km] # off"):
        assert kept in text
    values = read_values(new)
    assert values["athlete.name"] == "Bea"
    assert values["weeks.week_start"] == "sun"
    gone = change_values(new, {"athlete.hr_max": "", "weeks.week_start": ""})
    assert b"hr_max" not in gone


@pytest.mark.parametrize(
    "changed",
    [
        {"athlete.hr_max": "9000"},
        {"athlete.hr_max": "fast"},
        {"weeks.tz": "Nowhere"},
        {".preset": "wild"},
    ],
)
def test_a_setting_that_cannot_be_is_refused(changed):
    with pytest.raises(SettingsError):
        change_values(COMMENTED, changed)


def test_settings_are_merged_with_what_an_editor_wrote_meanwhile(opened, folder):
    _, client = opened
    (folder / "loadwatch.toml").write_bytes(COMMENTED)
    answer = send(
        client,
        "/settings",
        {"athlete.name": "Bea", "was.athlete.name": "Ana", "was.athlete.hr_max": ""},
    )
    assert answer.status_code == 303
    text = (folder / "loadwatch.toml").read_text()
    assert 'name = "Bea"' in text
    assert "hr_max = 188" in text


def test_a_file_that_changed_since_is_not_undone(opened, folder):
    _, client = opened
    send(client, "/pain", {"pain": "1", "day": "2026-11-16"})
    diary = folder / "diary.csv"
    diary.write_text(diary.read_text() + "2026-11-17,2,,,\n")
    send(client, "/undo", {})
    assert "2026-11-17,2" in diary.read_text()
    assert "has changed since" in ask(client, "/").get_data(as_text=True)


def test_two_tabs_and_an_editor_lose_nothing(opened, folder):
    app = opened[1].application

    def log_days(tab):
        client = app.test_client()
        ask(client, f"/?token={TOKEN}")
        for day in range(1, 6):
            data = {"pain": str(tab), "day": f"2026-10-{10 * tab + day}"}
            assert send(client, "/pain", data).status_code == 303

    tabs = [threading.Thread(target=log_days, args=(tab,)) for tab in (1, 2)]
    for tab in tabs:
        tab.start()
    for tab in tabs:
        tab.join()
    lines = (folder / "diary.csv").read_text().splitlines()
    assert len(lines) == 1 + 10
    assert len(set(lines)) == 11


def test_a_changed_folder_is_noticed(opened, folder):
    site, client = opened
    version = json.loads(ask(client, "/state").data)["version"]
    (folder / "more.csv").write_text("date,distance_km\n2026-11-16,7.7\n")
    site.refresh(at_once=True)
    site.wait(60)
    assert json.loads(ask(client, "/state").data)["version"] == version + 1
    assert "more.csv" in {
        source.split("#")[0] for source in site.analysis.activities["source"]
    }


def test_a_broken_settings_file_is_said_and_the_last_analysis_stays(opened, folder):
    site, client = opened
    (folder / "loadwatch.toml").write_text("[weeks]\nweek_strat = 'sun'\n")
    site.refresh(at_once=True)
    site.wait(60)
    text = ask(client, "/").get_data(as_text=True)
    assert "week_strat" in text
    assert "Last runs" in text


def test_an_empty_folder_asks_for_files(tmp_path):
    _, client = open_site(tmp_path)
    text = ask(client, "/").get_data(as_text=True)
    assert "This folder holds no runs yet." in text
    assert str(tmp_path) not in text


@pytest.mark.slow
@pytest.mark.usefixtures("interruptible")
def test_the_server_runs_is_found_again_and_ends_clean(folder, tmp_path):
    first = start_server(folder, tmp_path / "cache")
    try:
        address = first.stdout.readline().strip()
        assert address.startswith("http://127.0.0.1:")
        opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
        page = ""
        end_s = time.monotonic() + LONGEST_S
        while "Last runs" not in page and time.monotonic() < end_s:
            page = opener.open(address, timeout=LONGEST_S).read().decode()
        assert "Last runs" in page
        second = start_server(folder, tmp_path / "cache")
        assert second.stdout.readline().strip() == address
        assert second.wait(LONGEST_S) == 0
        second.communicate()
    finally:
        first.send_signal(signal.SIGINT)
        _, err = first.communicate(timeout=LONGEST_S)
    assert first.returncode == 0
    assert "Traceback" not in err
    assert address.partition("token=")[2] not in err
    assert not list((tmp_path / "cache").rglob("serve-*.json"))


def test_serve_shows_a_folder_and_no_stdin(call, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, out, err = call("serve", "-", "--no-browser")
    assert (code, out) == (2, "")
    assert "serve shows a folder" in err
    assert list(tmp_path.iterdir()) == []


def test_without_the_extra_serve_says_how_to_get_it(call, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "loadwatch.web.server", None)
    code, _, err = call("serve", tmp_path)
    assert code == 1
    assert "pip install '.[web]'" in err


def test_read_only_makes_no_folder(call, tmp_path):
    code, _, err = call("serve", tmp_path / "none", "--read-only")
    assert code == 1
    assert "--read-only makes no folder" in err
    assert not (tmp_path / "none").exists()


def test_what_is_read_for_the_form_follows_no_link_out(folder, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text('[athlete]\nname = "secret"\n')
    (folder / "loadwatch.toml").symlink_to(secret)
    assert read_file(folder, "loadwatch.toml") is None
