"""`serve` where the disk, the folder, an editor or another server does what it does not expect."""

import errno
import http.client
import io
import json
import os
import shutil
import socket
import subprocess
import sys
import threading
from datetime import date
from pathlib import Path

import pytest

pytest.importorskip("flask")
pytest.importorskip("waitress")

from loadwatch import environment
from loadwatch.errors import LoadwatchError
from loadwatch.pipeline import Options
from loadwatch.user_files import put_back
from loadwatch.web import server as web_server
from loadwatch.web.server import find_port, find_running, open_server, run_server
from loadwatch.web.site import Site
from tests.web_client import TOKEN, Visitor, copy_runs
from tests.web_server import LONGEST_S, Server, start_server

LIST = b"date,distance_km\n2026-11-18,7.7\n"
PAIN = {"pain": "3", "day": "2026-11-15"}


@pytest.fixture
def folder(tmp_path):
    return copy_runs(tmp_path / "me", 3)


@pytest.fixture
def visitor(folder):
    return Visitor(folder)


def read_anew(visitor):
    visitor.site.refresh(at_once=True)
    visitor.site.wait(60)


def test_a_folder_that_vanishes_is_said_and_read_again_when_it_is_back(visitor, folder):
    away = folder.with_name("away")
    folder.rename(away)
    read_anew(visitor)
    page = visitor.read("/")
    assert "The folder me is not there any more." in page
    assert "Last runs" in page
    for path, form in (
        ("/pain", PAIN),
        ("/settings", {"athlete.name": "Bea"}),
        ("/shoes", {"name": "Blue"}),
        ("/undo", {}),
    ):
        answer = visitor.send(path, form)
        assert answer.status_code in (303, 422), path
    dropped = {"files": (io.BytesIO(LIST), "more.csv")}
    assert visitor.send("/drop", dropped).status_code == 303
    assert not folder.exists()
    away.rename(folder)
    read_anew(visitor)
    assert "not there any more" not in visitor.read("/")
    assert visitor.send("/pain", PAIN).status_code == 303
    assert (folder / "diary.csv").exists()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_made_read_only_is_said(visitor, folder):
    folder.chmod(0o500)
    try:
        visitor.send("/pain", PAIN)
        assert "Not written" in visitor.read("/")
    finally:
        folder.chmod(0o700)


def test_a_disk_that_refuses_is_said_and_nothing_is_half_written(
    visitor, folder, monkeypatch
):

    def refuse(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", refuse)
    before = sorted(path.name for path in folder.iterdir())
    visitor.send("/pain", PAIN)
    assert "No space left on device" in visitor.read("/")
    answer = visitor.send("/shoes", {"name": "Blue"})
    assert "No space left on device" in answer.get_data(as_text=True)
    dropped = {"files": (io.BytesIO(LIST), "more.csv")}
    visitor.send("/drop", dropped)
    assert "more.csv was not copied: No space left" in visitor.read("/")
    assert sorted(path.name for path in folder.iterdir()) == before


def test_an_undo_that_the_disk_refuses_can_be_done_again(visitor, folder, monkeypatch):
    visitor.send("/pain", PAIN)

    def refuse(*_):
        raise LoadwatchError("cannot write diary.csv: No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr("loadwatch.web.site.put_back", refuse)
        visitor.send("/undo", {})
        assert "No space left" in visitor.read("/")
    visitor.send("/undo", {})
    assert not (folder / "diary.csv").exists()


def test_a_file_is_put_back_only_where_nobody_changed_it(tmp_path):
    path = tmp_path / "diary.csv"
    path.write_bytes(b"new")
    assert not put_back(path, b"other", b"old")
    assert path.read_bytes() == b"new"
    assert put_back(path, b"new", b"old")
    assert path.read_bytes() == b"old"
    assert put_back(path, b"old", None)
    assert not path.exists()
    assert not put_back(path, b"old", None)


def test_lines_that_an_editor_writes_meanwhile_stay(visitor, folder):
    diary = folder / "diary.csv"
    diary.write_text("date,pain,note\n2026-11-01,2,mine\n")
    visitor.read("/")
    diary.write_text("date,pain,note\n2026-11-01,2,mine\n2026-11-02,4,from an editor\n")
    visitor.send("/pain", PAIN)
    lines = diary.read_text().splitlines()
    assert lines[:3] == [
        "date,pain,note",
        "2026-11-01,2,mine",
        "2026-11-02,4,from an editor",
    ]
    assert lines[3].startswith("2026-11-15,3")


def test_a_write_during_a_reading_is_read_after_it(folder):
    site = Site(folder, Options())
    begun, may_end = threading.Event(), threading.Event()
    original = site._analyse

    def analyse(options):
        begun.set()
        may_end.wait(LONGEST_S)
        return original(options)

    site._analyse = analyse
    site.refresh(at_once=True)
    assert begun.wait(LONGEST_S)
    path = folder / "diary.csv"
    site.write(path, lambda: path.write_text("date,pain\n2026-11-15,5\n"), "a line")
    may_end.set()
    site.wait(60)
    assert site.analysis.diary.latest[-1].score == 5


def test_two_servers_of_one_folder_lose_nothing(folder):
    servers = [Server(folder), Server(folder)]
    try:
        tabs = [
            threading.Thread(target=log_days, args=(server, month))
            for month, server in enumerate(servers * 2, 5)
        ]
        for tab in tabs:
            tab.start()
        for tab in tabs:
            tab.join(LONGEST_S)
        lines = (folder / "diary.csv").read_text().splitlines()
        assert len(lines) == len(set(lines)) == 1 + 4 * 4
        # the token of one opens nothing of the other, and both cookies fit in one browser
        both = "; ".join(server.cookie for server in servers)
        for server in servers:
            assert server.ask("GET", "/state", Cookie=both)[0] == 200
    finally:
        for server in servers:
            server.close()


def log_days(server, month):
    for day in range(1, 5):
        form = f"pain=2&day=2026-{month:02}-{day:02}"
        assert server.send("/pain", form)[0] == 303


def test_a_taken_port_is_one_line(folder):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(LoadwatchError, match=f"port {port}: .*without --port"):
            open_server(Site(folder, Options()), TOKEN, port=port)


@pytest.mark.parametrize(
    "note",
    [
        b"",
        b"[]",
        b"[" * 100_000,
        b'{"address": 5}',
        b'{"address": "http://evil.example:80/?token=x"}',
        b'{"address": "http://127.0.0.1:99999/?token=x"}',
        b'{"address": "http://127.0.0.1:1/?token=a\\r\\nX: b"}',
        b'{"address": "http://127.0.0.1:x/?token=x"}',
    ],
)
def test_a_note_that_is_none_finds_no_server(tmp_path, note):
    path = tmp_path / "serve.json"
    path.write_bytes(note)
    assert find_running(path) == ""
    assert find_running(tmp_path / "none.json") == ""


def test_the_search_for_a_server_uses_no_proxy_and_no_redirect(
    tmp_path, monkeypatch, folder
):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    server = Server(folder)
    try:
        note = tmp_path / "serve.json"
        address = f"http://{server.host}/?token={TOKEN}"
        note.write_text(json.dumps({"address": address}))
        assert find_running(note) == address
        note.write_text(json.dumps({"address": f"http://{server.host}/?token=old"}))
        assert find_running(note) == ""
    finally:
        server.close()


def test_a_server_that_writes_is_not_taken_for_one_that_is_read_only(
    folder, tmp_path, monkeypatch
):
    said = []
    monkeypatch.setattr(web_server, "find_running", lambda _: "http://127.0.0.1:5/")
    more = {"port": 0, "places": tmp_path, "announce": said.append}
    with pytest.raises(LoadwatchError, match="without --read-only"):
        run_server(Site(folder, Options()), read_only=True, **more)
    run_server(Site(folder, Options()), read_only=False, **more)
    assert said == ["http://127.0.0.1:5/"]


@pytest.mark.slow
def test_a_killed_server_leaves_no_half_upload_and_starts_again(folder, tmp_path):
    """Kill -9 in the middle of an upload; later the rest of it is removed."""
    first = start_server(folder, tmp_path / "cache")
    address = first.stdout.readline().strip()
    port, token = address.removeprefix("http://127.0.0.1:").split("/?token=")
    line = http.client.HTTPConnection("127.0.0.1", int(port), timeout=LONGEST_S)
    line.putrequest("POST", "/drop")
    line.putheader("Cookie", f"loadwatch_token_{port}={token}")
    line.putheader("Origin", f"http://127.0.0.1:{port}")
    line.putheader("Content-Type", "multipart/form-data; boundary=b")
    line.putheader("Content-Length", "1000000")
    line.endheaders()
    line.send(
        b'--b\r\nContent-Disposition: form-data; name="files"; filename="a.csv"\r\n'
    )
    first.kill()
    first.communicate()
    line.close()
    assert sorted(path.suffix for path in folder.iterdir()) == [".fit"] * 3
    # what a death while the parts are written leaves
    left = folder / ".1-abcd.loadwatch-part"
    left.write_bytes(b"half")
    os.utime(left, (1, 1))
    second = start_server(folder, tmp_path / "cache", "--read-only")
    try:
        again = second.stdout.readline().strip()
        assert again.startswith("http://127.0.0.1:")
        assert again != address
    finally:
        second.terminate()
        _, err = second.communicate(timeout=LONGEST_S)
    assert second.returncode == 0
    assert "Traceback" not in err
    visitor = Visitor(folder)
    visitor.send("/drop", {"files": (io.BytesIO(LIST), "more.csv")})
    assert not left.exists()
    assert (folder / "more.csv").exists()


CONNECTIONS = """
import sys
seen = []
sys.addaudithook(
    lambda event, args: seen.append((event, args[1:]))
    if event in ("socket.connect", "socket.sendto", "socket.getaddrinfo")
    else None
)
import io
from pathlib import Path
from tests.web_client import Visitor
visitor = Visitor(Path(sys.argv[1]))
for path in ("/", "/report", "/runs", "/plan", "/course", "/shoes", "/settings", "/files"):
    assert visitor.ask(path).status_code == 200, path
chosen = visitor.site.analysis.activities["activity_id"].iloc[-1]
assert visitor.ask(f"/runs/{chosen}").status_code == 200
visitor.send("/pain", {"pain": "3", "day": "2026-11-15"})
visitor.send("/plan", {"distance_km_1": "9"})
visitor.send("/drop", {"files": (io.BytesIO(b"date,distance_km\\n2026-11-18,7\\n"), "a.csv")})
visitor.send("/undo", {})
print(seen)
"""


@pytest.mark.slow
def test_no_page_and_no_form_connects_to_anything(folder):
    done = subprocess.run(
        [sys.executable, "-c", CONNECTIONS, str(folder)],
        capture_output=True,
        check=False,
        text=True,
        cwd=Path.cwd(),
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert done.stdout.strip() == "[]", done.stderr


def test_what_was_dropped_and_cannot_be_read_is_said_with_its_reason(visitor, folder):

    run = min(folder.glob("*.fit"))
    files = [
        (io.BytesIO(b"\x0e\x20broken"), "torn.fit"),
        (io.BytesIO(b"hello"), "photo.jpg"),
        (io.BytesIO(run.read_bytes()), f"Runs/2026/{run.name}"),
        (io.BytesIO(b'{"a": 1}'), "other.json"),
    ]
    visitor.send("/drop", {"files": files})
    page = visitor.read("/")
    assert f"{run.stem}-2.fit" in page
    assert "photo.jpg was not copied: none of" in page
    assert "torn.fit was not read: " in page
    assert "other.json was not read: " in page
    listed = visitor.read("/files")
    assert "torn.fit" in listed
    assert f"{run.stem}-2.fit" in listed  # the same run twice counts once
    assert len(visitor.site.analysis.activities) == 3


def test_a_page_that_fails_says_so_without_a_traceback(visitor, monkeypatch, capfd):
    from loadwatch.web import files

    monkeypatch.setattr(files, "build_table", lambda *_: 1 / 0)
    answer = visitor.ask("/files")
    assert answer.status_code == 500
    assert "loadwatch itself failed (ZeroDivisionError)" in answer.get_data(
        as_text=True
    )
    assert capfd.readouterr() == ("", "")
    assert visitor.ask("/").status_code == 200


def test_the_server_has_a_port_of_its_own(folder):
    server = open_server(Site(folder, Options()), TOKEN)
    assert find_port(server) > 0
    assert server.effective_host == "127.0.0.1"
    server.close()
    shutil.rmtree(folder)


def test_a_server_that_runs_for_days_knows_the_day(folder, monkeypatch):
    """Runs of the days after its start are no errors of a clock."""
    day = date(2026, 11, 17)
    monkeypatch.setattr(environment, "today_by_clock", lambda: day)
    site = Site(folder, Options(now=day))
    site.refresh(at_once=True)
    site.wait(60)
    version = site.progress.version
    site.refresh(at_once=True)
    site.wait(60)
    assert site.progress.version == version
    day = date(2026, 11, 28)
    (folder / "more.csv").write_bytes(b"date,distance_km\n2026-11-27,7.7\n")
    site.refresh(at_once=True)
    site.wait(60)
    assert site.analysis.today == date(2026, 11, 27)


def test_pages_read_no_folder_and_judge_nothing_again(visitor, monkeypatch):
    from loadwatch.assess import rules
    from loadwatch.report import html

    drawn = []
    draw = html.format_report
    monkeypatch.setattr(
        html,
        "format_report",
        lambda *args, **more: drawn.append(1) or draw(*args, **more),
    )
    monkeypatch.setattr(rules, "judge", lambda *_: 1 / 0)
    monkeypatch.setattr("loadwatch.web.site.analyse_athlete", lambda *_, **__: 1 / 0)
    for path in ("/", "/report", "/report", "/runs", "/plan", "/shoes", "/settings"):
        assert visitor.ask(path).status_code == 200
    assert len(drawn) == 1
    assert visitor.site.error == ""
