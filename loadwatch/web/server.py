"""The server on 127.0.0.1: found again by a second start, ended by Ctrl-C."""

from __future__ import annotations

import hashlib
import http.client
import json
import logging
import os
import secrets
import signal
from contextlib import contextmanager, suppress
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from waitress import wasyncore
from waitress.server import create_server
from werkzeug.http import parse_cookie

from loadwatch.errors import LoadwatchError
from loadwatch.user_files import write_file
from loadwatch.web.app import create_app
from loadwatch.web.body_limits import (
    MAX_DISCARDED_BYTES,
    check_bodies,
    refuse_size,
    refuse_stranger,
)
from loadwatch.web.guard import find_stranger, name_cookie
from loadwatch.web.uploads import choose_limit, explain_no_space

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from loadwatch.web.body_limits import Refusal
    from loadwatch.web.site import WatchedFolder

HOST = "127.0.0.1"
THREADS = 8
ASK_S = 10.0  # for an answer of a server that is there already
MAX_CONNECTIONS = 300
IDLE_S = 30  # a connection on which nothing whole comes is closed
CLEANUP_S = 10
RUNS_WRITING = (
    "loadwatch serve runs for this folder already, without --read-only: "
    "end it with Ctrl-C where it was started"
)


def run_server(
    site: WatchedFolder[Any],
    *,
    port: int,
    read_only: bool,
    places: Path,
    announce: Callable[[str], None],
) -> None:
    """Serve `site` until Ctrl-C; where a server of the folder is there already, announce that.

    Parameters
    ----------
    port : 0 takes one that is free.
    places : folder where a note of the running server is kept, readable by the user alone.
    announce : is called once with the address, which holds the token.

    Raises
    ------
    LoadwatchError : the port is taken, or a server that writes is there already and this one
        was to be read-only.
    """
    note = places / f"serve-{_name_folder(site.folder)}.json"
    running = find_running(note)
    if running:
        if read_only and not _read_note(note).get("read_only"):
            raise LoadwatchError(RUNS_WRITING)
        announce(running)
        return
    token = secrets.token_urlsafe(24)
    server = open_server(site, token, port=port, read_only=read_only)
    address = f"http://{HOST}:{find_port(server)}/?token={token}"
    with _end_by_signal(), _keep_note(note, address, read_only=read_only):
        site.refresh(at_once=True)
        with suppress(KeyboardInterrupt):  # also before it runs
            announce(address)
            server.run()


def open_server(
    site: WatchedFolder[Any], token: str, *, port: int = 0, read_only: bool = False
) -> Any:
    """Return a server that listens at a port and runs once `run` is called.

    Raises
    ------
    LoadwatchError : the port is taken, or not for this user.
    """
    for name in ("waitress", "waitress.queue"):  # a busy moment is no news to a runner
        logging.getLogger(name).setLevel(logging.CRITICAL)
    app = create_app(site, token, read_only=read_only)
    channels: dict[int, Any] = {}
    try:
        server: Any = create_server(
            app,
            map=channels,
            host=HOST,
            port=port,
            threads=THREADS,
            ident="loadwatch",
            max_request_body_size=MAX_DISCARDED_BYTES,
            connection_limit=MAX_CONNECTIONS,
            channel_timeout=IDLE_S,
            cleanup_interval=CLEANUP_S,
            asyncore_use_poll=True,
        )
    except OSError as error:
        wasyncore.close_all(channels)
        why = error.strerror or "unknown reason"
        hint = "without --port a free one is taken"
        raise LoadwatchError(f"port {port}: {why}; {hint}") from None
    port = find_port(server)
    app.config["SESSION_COOKIE_NAME"] += f"_{port}"
    check_bodies(server, partial(_check_body, token, port, site.folder))
    return server


def _check_body(
    token: str, port: int, folder: Path, headers: Mapping[str, str], path: str
) -> Refusal | None:
    """Return why a body is refused by its headers, None where it is taken."""
    why = find_stranger(
        token,
        port,
        host=headers.get("HOST", ""),
        origin=headers.get("ORIGIN", ""),
        cookie=parse_cookie(headers.get("COOKIE", "")).get(name_cookie(port), ""),
    )
    if why:
        return refuse_stranger(why)
    size = int(headers.get("CONTENT_LENGTH", "0"))
    limit = choose_limit(path, headers.get("CONTENT_TYPE", ""))
    if size > limit.most_bytes:
        return refuse_size(limit.why)
    why = explain_no_space(folder, size)
    return refuse_size(why) if why else None


def find_port(server: Any) -> int:
    """Return the port that a server listens at."""
    return int(server.effective_port)


def find_running(note: Path) -> str:
    """Return the address of a server that a note names and that answers, else ""."""
    address = find_note_address(note)
    root, _, token = address.partition("/?token=")
    port = root.removeprefix(f"http://{HOST}:")
    if not (port.isascii() and port.isdigit()) or root == port:
        return ""
    # this machine alone is asked: no proxy of the environment, no redirect
    asked = http.client.HTTPConnection(HOST, int(port), timeout=ASK_S)
    try:
        asked.request(
            "GET", "/state", headers={"Cookie": f"{name_cookie(port)}={token}"}
        )
        return address if asked.getresponse().status == HTTPStatus.OK else ""
    except (OSError, ValueError, http.client.HTTPException):
        return ""
    finally:
        asked.close()


def _name_folder(folder: Path) -> str:
    return hashlib.sha256(os.fsencode(folder.resolve())).hexdigest()[:16]


@contextmanager
def _end_by_signal() -> Iterator[None]:
    """Let SIGTERM end the server as Ctrl-C does."""

    def end(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def _keep_note(note: Path, address: str, *, read_only: bool) -> Iterator[None]:
    """Keep the note of the running server as long as it runs."""
    note.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    content = json.dumps({"address": address, "read_only": read_only})
    old = os.umask(0o077)
    try:
        note.unlink(missing_ok=True)  # what was there may be readable by others
        write_file(note, content.encode())
    finally:
        os.umask(old)
    try:
        yield
    finally:
        if find_note_address(note) == address:
            note.unlink(missing_ok=True)


def find_note_address(note: Path) -> str:
    """Return the address in a note, "" where it holds none."""
    return str(_read_note(note).get("address", ""))


def _read_note(note: Path) -> dict[str, Any]:
    try:
        found = json.loads(note.read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
