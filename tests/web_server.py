"""A running server of `serve` on a port of 127.0.0.1, and requests as no browser sends them."""

import contextlib
import http.client
import os
import socket
import subprocess
import sys
import threading

from loadwatch.pipeline import Options
from loadwatch.web.app import create_app
from loadwatch.web.guard import name_cookie
from loadwatch.web.server import find_port, open_server
from loadwatch.web.site import Site
from tests.web_client import TOKEN

BORDER = "a-border-between-parts"
LONGEST_S = 120  # of one answer or one end of a process, on a busy machine


def start_server(folder, cache, *options):
    """Start `loadwatch serve` of a folder as a process; its first line is the address."""
    env = {**os.environ, "XDG_CACHE_HOME": str(cache), "PYTHONUNBUFFERED": "1"}
    command = [sys.executable, "-m", "loadwatch", "serve", str(folder), "--no-browser"]
    return subprocess.Popen(
        [*command, *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=env,
    )


class Server:
    """The pages of one folder, served by waitress in a thread."""

    def __init__(self, folder, **more):
        self.folder = folder
        self.site = Site(folder, Options())
        self.read()
        self._server = open_server(self.site, TOKEN, **more)
        self.app = create_app(self.site, TOKEN)  # the same pages, to look at
        self.port = find_port(self._server)
        self.host = f"127.0.0.1:{self.port}"
        self.cookie = f"{name_cookie(self.port)}={TOKEN}"
        self.own = {
            "Host": self.host,
            "Origin": f"http://{self.host}",
            "Cookie": self.cookie,
        }
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()

    def read(self):
        self.site.refresh(at_once=True)
        self.site.wait(90)

    def close(self):
        self._server.close()
        self._thread.join(LONGEST_S)

    def ask(self, method, path, body=None, **headers):
        """Return (status, headers, text) of a request; None as a header leaves that out."""
        sent = {**self.own, **headers}
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=LONGEST_S)
        with contextlib.closing(line):
            line.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            for name, value in sent.items():
                if value is not None:
                    line.putheader(name.replace("_", "-"), value)
            if body is not None:
                line.putheader("Content-Length", str(len(body)))
            line.endheaders(body)
            answer = line.getresponse()
            return answer.status, answer.headers, answer.read().decode()

    def send(self, path, body="", **headers):
        kind = "application/x-www-form-urlencoded"
        headers.setdefault("Content_Type", kind)
        return self.ask("POST", path, body.encode(), **headers)

    def drop(self, *files, **headers):
        """Send files, (name, bytes), as a browser does, names as they are."""
        body = b""
        for name, content in files:
            head = f'form-data; name="files"; filename="{name}"'
            body += f"--{BORDER}\r\nContent-Disposition: {head}\r\n\r\n".encode()
            body += content + b"\r\n"
        body += f"--{BORDER}--\r\n".encode()
        kind = f"multipart/form-data; boundary={BORDER}"
        return self.ask("POST", "/drop", body, Content_Type=kind, **headers)

    def connect(self):
        return socket.create_connection(("127.0.0.1", self.port), timeout=LONGEST_S)

    def talk(self, data):
        """Send bytes; return all that comes back until the server closes or is quiet."""
        with self.connect() as line:
            line.sendall(data)
            return read_all(line)


def read_all(line):
    found = b""
    line.settimeout(LONGEST_S)
    with contextlib.suppress(TimeoutError, ConnectionResetError):
        while piece := line.recv(65_536):
            found += piece
            if b"\r\n\r\n" in found and len(found) >= expect_length(found):
                break
    return found


def expect_length(found):
    head, _, _ = found.partition(b"\r\n\r\n")
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return len(head) + 4 + int(line.split(b":")[1])
    return 1 << 40
