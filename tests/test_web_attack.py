"""`serve` under attack, each kind as a test: docs/SECURITY.md lists what each gets."""

import contextlib
import gzip
import html.parser
import io
import re
import threading
import time
import zipfile

import pytest

pytest.importorskip("flask")
pytest.importorskip("waitress")

from loadwatch.pipeline import Options
from loadwatch.web import server as web_server
from loadwatch.web import uploads
from loadwatch.web.app import create_app
from loadwatch.web.club import Club
from loadwatch.web.guard import name_cookie
from loadwatch.web.site import fingerprint_folder
from tests.hostile import NAMES
from tests.make_gpx import write_loop_runs
from tests.web_client import HOST, ORIGIN, TOKEN, copy_runs
from tests.web_server import LONGEST_S, Server, read_all

SENT = {key: name.encode("utf-8", "replace").decode() for key, name in NAMES.items()}
PAIN = "pain=3&day=2026-11-15"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return copy_runs(tmp_path_factory.mktemp("attack") / "me", 4)


@pytest.fixture(scope="module")
def server(folder):
    found = Server(folder)
    yield found
    found.close()


@pytest.fixture(autouse=True)
def nothing_is_written(folder):
    """Unless a test says so, an attack changes nothing."""
    before = fingerprint_folder(folder)
    yield
    assert fingerprint_folder(folder) == before
    assert not [name for name in folder.iterdir() if name.name.startswith(".")]


def list_addresses(server):
    """Return (method, path) of every page and form."""
    for rule in server.app.url_map.iter_rules():
        path = re.sub("<[^>]*>", "x", rule.rule)
        for method in sorted(rule.methods - {"HEAD", "OPTIONS"}):
            yield method, path


@pytest.mark.parametrize(
    "headers",
    [
        {"Cookie": None},
        {"Cookie": "loadwatch_token=wrong"},
        {"Cookie": f"loadwatch_token={TOKEN}"},  # of no port
        {"Cookie": f"{name_cookie(1)}={TOKEN}"},  # of another server
        {"Host": "evil.example"},
        {"Host": "127.0.0.1"},
        {"Host": "127.0.0.1:1"},
        {"Host": None},
    ],
)
def test_no_address_answers_a_stranger(server, headers):
    for method, path in list_addresses(server):
        status, _, text = server.ask(method, path, **headers)
        assert status == 403, (method, path)
        assert "run" not in text.lower().replace("running", "")


def test_a_wrong_token_in_the_address_opens_nothing(server):
    for token in ("", "wrong", TOKEN[:-1], f"{TOKEN}x", "%00", "%ff"):
        status, headers, _ = server.ask("GET", f"/?token={token}", Cookie=None)
        assert (status, headers["Set-Cookie"]) == (403, None)


@pytest.mark.parametrize(
    "origin",
    [None, "null", "http://evil.example", "https://{host}", "http://{host}.evil.com"],
)
def test_no_form_of_another_page_is_taken(server, origin):
    sent = origin and origin.format(host=server.host)
    for method, path in list_addresses(server):
        if method == "POST":
            status, _, _ = server.send(path, PAIN, Origin=sent)
            assert status == 403, path


def test_pictures_and_scripts_of_other_sites_get_nothing(server):
    for site in ("cross-site", "same-site"):
        headers = {"Sec_Fetch_Site": site, "Sec_Fetch_Mode": "no-cors"}
        assert server.ask("GET", "/state", **headers)[0] == 403
    headers = {"Sec_Fetch_Site": "none", "Sec_Fetch_Mode": "navigate"}
    assert server.ask("GET", "/", **headers)[0] == 200


def test_no_answer_may_be_framed_kept_or_read_elsewhere(server):
    for method, path in list_addresses(server):
        for cookie in (server.cookie, "none=1"):
            _, headers, _ = server.ask(method, path, Cookie=cookie)
            policy = headers["Content-Security-Policy"]
            assert "frame-ancestors 'none'" in policy
            assert "default-src 'none'" in policy
            assert "script-src 'self';" in policy
            assert headers["X-Frame-Options"] == "DENY"
            assert headers["Referrer-Policy"] == "same-origin"
            assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
            assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
            assert headers["Cache-Control"] == "no-store"
            assert headers["Access-Control-Allow-Origin"] is None


def test_the_token_leaves_the_address_and_is_on_no_page(server):
    status, headers, text = server.ask("GET", f"/runs?token={TOKEN}", Cookie=None)
    assert (status, headers["Location"]) == (303, "/runs")
    assert TOKEN not in text
    assert headers["Referrer-Policy"] == "same-origin"
    cookie = headers["Set-Cookie"]
    assert cookie.startswith(f"{name_cookie(server.port)}={TOKEN};")
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert "Domain" not in cookie
    for page in ("/", "/report", "/runs", "/plan", "/files", "/settings", "/shoes"):
        assert TOKEN not in server.ask("GET", page)[2]
    # a token that a referrer holds opens nothing
    referrer = f"http://{server.host}/?token={TOKEN}"
    assert server.ask("GET", "/", Cookie=None, Referer=referrer)[0] == 403


@pytest.mark.parametrize(
    "path", ["//evil.example/", "/\\evil.example/", "///evil.example"]
)
def test_no_redirect_leads_elsewhere(server, path):
    for cookie in (server.cookie, None):
        status, headers, _ = server.ask("GET", f"{path}?token={TOKEN}", Cookie=cookie)
        if status == 303:
            assert re.match(r"/[^/\\]", headers["Location"])


def test_no_header_can_be_split(server):
    answer = server.talk(
        f"GET /runs%0d%0aSet-Cookie:%20a=b?token={TOKEN} HTTP/1.1\r\n"
        f"Host: {server.host}\r\n\r\n".encode()
    )
    assert b"\r\nSet-Cookie: a=b" not in answer
    status, headers, _ = server.send("/runs/x%0d%0aX-Evil:%201", "rpe=3")
    assert (status, headers["X-Evil"]) == (404, None)


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "PATCH", "TRACE"])
def test_only_post_writes(server, method):
    for kind, path in list_addresses(server):
        if kind == "POST" and ("GET", path) not in list_addresses(server):
            assert server.ask(method, f"{path}?{PAIN}")[0] in (404, 405), path
    if method not in ("GET", "HEAD"):
        assert server.ask(method, "/settings?athlete.name=x")[0] in (403, 405)


def test_options_grants_nothing(server):
    headers = {"Origin": "http://evil.example", "Access_Control_Request_Method": "POST"}
    status, answered, _ = server.ask("OPTIONS", "/pain", **headers)
    assert status == 403
    assert not [name for name in answered if name.lower().startswith("access-control")]


def test_head_is_get_without_a_body(server):
    status, headers, text = server.ask("HEAD", "/")
    assert (status, text) == (200, "")
    assert int(headers["Content-Length"]) > 1000


def test_a_stranger_sends_no_byte_of_a_body(server):
    """Two gigabytes are announced, and the answer is there before any of them."""
    for headers in (
        f"Host: {server.host}\r\nOrigin: http://{server.host}\r\n",
        f"Host: evil.example\r\nCookie: {server.cookie}\r\n",
        f"Host: {server.host}\r\nCookie: {server.cookie}\r\nOrigin: http://a.b\r\n",
    ):
        answer = server.talk(
            f"POST /drop HTTP/1.1\r\n{headers}Content-Length: {2 << 30}\r\n\r\n".encode()
        )
        assert answer.startswith(b"HTTP/1.1 403"), answer


def test_a_refused_body_is_no_second_request(server):
    inner = f"GET / HTTP/1.1\r\nHost: {server.host}\r\nCookie: {server.cookie}\r\n\r\n"
    answer = server.talk(
        f"POST /pain HTTP/1.1\r\nHost: {server.host}\r\nOrigin: http://evil.example\r\n"
        f"Cookie: {server.cookie}\r\nContent-Length: {len(inner)}\r\n\r\n{inner}".encode()
    )
    assert answer.count(b"HTTP/1.1 ") == 1
    assert answer.startswith(b"HTTP/1.1 403")


def write_head(server, length):
    own = "".join(f"{name}: {text}\r\n" for name, text in server.own.items())
    return f"POST /drop HTTP/1.1\r\n{own}{length}\r\n\r\n".encode()


def test_a_body_of_unknown_length_is_not_taken(server):
    chunked = write_head(server, "Transfer-Encoding: chunked") + b"5\r\nhello\r\n"
    assert server.talk(chunked).startswith(b"HTTP/1.1 411")
    both = write_head(server, "Transfer-Encoding: chunked\r\nContent-Length: 5")
    assert server.talk(both + b"hello").split()[1] in (b"400", b"411")
    for wrong in ("-1", "1e9", "9" * 30, "0x10", ""):
        answer = server.talk(write_head(server, f"Content-Length: {wrong}"))
        assert answer == b"" or answer.split()[1] in (b"400", b"413", b"303"), wrong


def test_an_upload_that_is_too_large_is_read_to_its_end_and_kept_nowhere(
    server, monkeypatch
):
    monkeypatch.setattr(uploads, "MAX_BODY_BYTES", 1_000_000)
    status, _, text = server.drop(("run.fit", b"x" * 3_000_000))
    assert status == 413
    assert "by hand" in text
    status, _, text = server.send("/pain", "note=" + "x" * 70_000_000)
    assert status == 413
    assert server.ask("GET", "/state")[0] == 200


def test_an_upload_larger_than_the_disk_is_refused_at_its_head(server, monkeypatch):
    usage = type(uploads.shutil.disk_usage("/"))
    full = usage(10**9, 10**9 - 10**6, 10**6)
    monkeypatch.setattr(uploads.shutil, "disk_usage", lambda _: full)
    status, _, text = server.drop(("run.fit", b"x" * 1000))
    assert status == 413
    assert "1 MB free" in text


def test_headers_without_end_are_cut(server):
    with server.connect() as line:
        line.sendall(b"GET / HTTP/1.1\r\nX: ")
        with contextlib.suppress(ConnectionError):
            for _ in range(40):
                line.sendall(b"y" * 10_000)
        answer = read_all(line)
    assert answer == b"" or answer.split()[1] == b"431"


@pytest.mark.parametrize(
    "name",
    [
        "../../escaped.gpx",
        "/etc/cron.d/escaped.gpx",
        "..\\\\..\\\\escaped.gpx",
        "C:\\\\escaped.gpx",
        "a/../../../escaped.gpx",
        "%2e%2e%2fescaped.gpx",
        "....//....//escaped.gpx",
    ],
)
def test_a_name_is_no_path(server, folder, name):
    outside = fingerprint_folder(folder.parent)
    before = set(folder.iterdir())
    assert server.drop((name, b"<gpx/>"))[0] == 303
    server.site.wait(60)
    (new,) = set(folder.iterdir()) - before
    assert new.parent == folder
    assert new.name.endswith("escaped.gpx")
    new.unlink()
    assert fingerprint_folder(folder.parent) == outside


def make_bomb(size):
    """Return a zip of `size` zeros in a file called like a run."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as bomb,
        bomb.open("run.gpx", "w") as member,
    ):
        for _ in range(size >> 20):
            member.write(bytes(1 << 20))
    return out.getvalue()


@pytest.mark.slow
def test_bombs_are_left_out_and_the_server_answers(server, folder):
    before = set(folder.iterdir())
    bombs = (
        ("bomb.zip", make_bomb(512 << 20)),
        ("bomb.gpx.gz", gzip.compress(bytes(256 << 20))),
        ("deep.gpx", b"<gpx>" + b"<a>" * 200_000),
    )
    assert server.drop(*bombs)[0] == 303
    server.site.wait(120)
    assert server.site.error == ""
    kept = {item.source.split("/")[0] for item in server.site.analysis.skipped}
    assert {name for name, _ in bombs} <= kept
    assert "bomb.zip" in server.ask("GET", "/files")[2]
    for path in set(folder.iterdir()) - before:
        path.unlink()
    server.read()


def test_200_requests_at_once_are_all_answered(server, capfd):
    statuses = []

    def ask(path):
        statuses.append(server.ask("GET", path)[0])

    pages = ("/", "/runs", "/report", "/settings", "/state")
    visits = [
        threading.Thread(target=ask, args=(pages[number % 5],)) for number in range(200)
    ]
    for visit in visits:
        visit.start()
    for visit in visits:
        visit.join(120)
    assert statuses == [200] * 200
    assert capfd.readouterr() == ("", "")


def test_half_requests_are_closed_and_keep_nobody_waiting(folder, monkeypatch):
    monkeypatch.setattr(web_server, "IDLE_S", 1)
    monkeypatch.setattr(web_server, "CLEANUP_S", 1)
    server = Server(folder)
    with contextlib.ExitStack() as stack:
        stack.callback(server.close)
        lines = [stack.enter_context(server.connect()) for _ in range(60)]
        for line in lines:
            line.sendall(b"GET / HTTP/1.1\r\nHost: ")
        assert server.ask("GET", "/state")[0] == 200
        end_s = time.monotonic() + LONGEST_S
        while lines and time.monotonic() < end_s:
            time.sleep(0.2)  # a byte now and then does not keep them open
            lines = [line for line in lines if is_open(line)]
        assert lines == []


def is_open(line):
    try:
        line.sendall(b"x")
        line.setblocking(False)
        return line.recv(100) != b""
    except BlockingIOError:
        return True
    except OSError:
        return False
    finally:
        line.setblocking(True)


class Marks(html.parser.HTMLParser):
    """The elements and attributes of a page."""

    def __init__(self, text):
        super().__init__()
        self.found = set()
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.found.add((tag, ""))
        for name, text in attributes:
            self.found.add((tag, name))
            if name in ("href", "src", "action"):
                link = (text or "").lower()
                assert not link.startswith(("http:", "javascript", "//"))
                assert link.startswith("https://doi.org/10.") or "://" not in link


PAGES = ("/", "/report", "/runs", "/shoes", "/settings", "/plan", "/course", "/files")


@pytest.mark.slow
@pytest.mark.parametrize("name", ["script", "attribute", "template", "bidi", "closing"])
def test_hostile_words_in_every_field_are_text(tmp_path, name):
    """One site with harmless words and one with hostile ones have the same elements."""
    harmless, hostile = (
        read_filled_pages(tmp_path / kind, text)
        for kind, text in (("harmless", "plain"), ("hostile", SENT[name]))
    )
    for page in PAGES:
        assert Marks(hostile[page]).found <= Marks(harmless[page]).found, page
        assert "\u202e" not in hostile[page]


def read_filled_pages(folder, text):
    """Return path -> page of a folder in which every field holds `text`."""
    folder.mkdir()
    write_loop_runs(folder, runs=2)
    server = Server(folder)
    try:
        form = {"pain": "3", "day": "2026-01-02", "site": text, "note": text}
        send_form(server, "/pain", form)
        chosen = server.site.analysis.activities["activity_id"].iloc[-1]
        # names of shoes and athletes are one line
        line = " ".join(text.split())
        send_form(server, f"/runs/{chosen}", {"shoe": line, "rpe": text})
        send_form(server, f"/runs/{chosen}", {"shoe": line, "rpe": "3"})
        send_form(server, "/shoes", {"name": line})
        send_form(server, "/settings", {"athlete.name": line})
        server.drop(
            (text.replace('"', "%22").replace("\n", " ") + ".csv", b"a,b\n1,2\n")
        )
        form = {"distance_km_1": text, "surface_1": text, "first": text}
        wrong = send_form(server, "/plan", form)
        server.read()
        pages = {path: server.ask("GET", path)[2] for path in PAGES}
        assert Marks(wrong).found
        pages["/runs"] += server.ask("GET", f"/runs/{chosen}")[2]
        return pages
    finally:
        server.close()


def send_form(server, path, form):
    from urllib.parse import urlencode

    text = server.send(path, urlencode(form))[2]
    server.site.wait(60)
    return text


@pytest.mark.parametrize("path", ["/pain", "/settings", "/shoes", "/runs/x"])
@pytest.mark.parametrize("body", ["a=1&" * 1_000_000, "note=" + "x" * 300_000])
def test_a_form_of_too_much_text_is_refused_by_its_own_limit(server, path, body):
    status, _, text = server.send(path, body)
    assert status == 413
    assert "200 kB of text" in text
    assert "4 GB" not in text


def test_routes_that_are_too_large_are_refused_by_their_own_limit(server, monkeypatch):
    monkeypatch.setattr(uploads, "MAX_FORM_BYTES", 2_000_000)
    kind = "multipart/form-data; boundary=b"
    for path in ("/course", "/plan"):
        status, _, text = server.ask("POST", path, b"x" * 3_000_000, Content_Type=kind)
        assert status == 413
        assert "2 MB at once" in text
        assert "4 GB" not in text


@pytest.mark.slow
def test_a_drop_of_too_many_files_is_refused(server):
    files = [("x.gpx", b"")] * (uploads.MAX_FILES + 200)
    status, _, text = server.drop(*files)
    assert status == 413
    assert str(uploads.MAX_FILES) in text


def test_no_address_of_a_club_answers_a_stranger(tmp_path):
    copy_runs(tmp_path / "club" / "ana", 2)
    copy_runs(tmp_path / "club" / "ben", 2)
    club = Club(tmp_path / "club", Options())
    club.refresh(at_once=True)
    club.wait(60)
    app = create_app(club, TOKEN)
    headers = {"Host": HOST, "Origin": ORIGIN}
    stranger = app.test_client()
    for rule in app.url_map.iter_rules():
        path = re.sub("<runner>", "ana", rule.rule)
        path = re.sub("<[^>]*>", "x", path)
        for method in rule.methods - {"OPTIONS"}:
            answer = stranger.open(path, method=method, headers=headers)
            assert answer.status_code == 403, (method, path)
    member = app.test_client()
    member.get(f"/?token={TOKEN}", headers=headers)
    for name in ("..", "%2e%2e", "../ben", "ana%00", "-", "<b>", "x" * 5000):
        for page in ("", "report", "files"):
            answer = member.get(f"/runners/{name}/{page}", headers=headers)
            assert answer.status_code in (308, 404), name
