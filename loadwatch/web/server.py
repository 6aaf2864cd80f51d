"""The server on 127.0.0.1: found again by a second start, ended by Ctrl-C."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import urllib.error
import urllib.request
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from waitress.server import create_server

from loadwatch.user_files import write_file
from loadwatch.web.app import create_app
from loadwatch.web.uploads import MAX_BODY_BYTES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from loadwatch.web.site import WatchedFolder

HOST = "127.0.0.1"
THREADS = 8
ASK_S = 2.0  # for an answer of a server that is there already


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
    """
    note = places / f"serve-{_name_folder(site.folder)}.json"
    running = find_running(note)
    if running:
        announce(running)
        return
    token = secrets.token_urlsafe(24)
    app = create_app(site, token, read_only=read_only)
    server = create_server(
        app,
        host=HOST,
        port=port,
        threads=THREADS,
        ident=None,
        max_request_body_size=MAX_BODY_BYTES,
    )
    address = f"http://{HOST}:{_find_port(server)}/?token={token}"
    with _keep_note(note, address):
        site.refresh(at_once=True)
        announce(address)
        server.run()  # returns after Ctrl-C


def _find_port(server: Any) -> int:
    """Return the port that a server listens at."""
    port: int = server.effective_port
    return port


def find_running(note: Path) -> str:
    """Return the address of a server that a note names and that answers, else ""."""
    try:
        address: str = json.loads(note.read_bytes())["address"]
        token = address.partition("?token=")[2]
        root = address.partition("?")[0]
        if not root.startswith(f"http://{HOST}:"):
            return ""
        asked = urllib.request.Request(  # noqa: S310 - http to this machine, as checked
            f"{root}state", headers={"Cookie": f"loadwatch_token={token}"}
        )
        with urllib.request.urlopen(asked, timeout=ASK_S) as answer:  # noqa: S310 - as above
            return address if answer.status == 200 else ""
    except (OSError, ValueError, KeyError, TypeError, urllib.error.URLError):
        return ""


def _name_folder(folder: Path) -> str:
    return hashlib.sha256(os.fsencode(folder.resolve())).hexdigest()[:16]


@contextmanager
def _keep_note(note: Path, address: str) -> Iterator[None]:
    """Keep the note of the running server as long as it runs."""
    note.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    old = os.umask(0o077)
    try:
        write_file(note, json.dumps({"address": address}).encode())
    finally:
        os.umask(old)
    try:
        yield
    finally:
        if find_note_address(note) == address:
            note.unlink(missing_ok=True)


def find_note_address(note: Path) -> str:
    """Return the address in a note, "" where it holds none."""
    try:
        return str(json.loads(note.read_bytes())["address"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""
