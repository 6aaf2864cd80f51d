"""Helpers of the tests of `serve`: a site of an athlete, and its pages without a browser."""

import shutil
from pathlib import Path

from loadwatch.pipeline import Options
from loadwatch.web.app import create_app
from loadwatch.web.site import Site

SAMPLE = Path(__file__).parent.parent / "sample_data"
TOKEN = "a-token-of-a-test"
HOST = "localhost:80"
ORIGIN = f"http://{HOST}"
PAGES = ("/", "/report", "/runs", "/plan", "/shoes", "/settings", "/files")
HOSTILE = '<script>alert("x")</script>&\u202egnp'


def copy_runs(place, runs=14):
    """Copy the last runs of the made-up runner into the new folder `place`."""
    place.mkdir(parents=True)
    for path in sorted((SAMPLE / "ana").glob("*.fit"))[-runs:]:
        shutil.copy(path, place / path.name)
    return place


class Visitor:
    """Somebody who holds the token of the pages of `folder`."""

    def __init__(self, folder, options=None, **more):
        self.site = Site(folder, options or Options())
        self.site.refresh(at_once=True)
        self.site.wait(60)
        self.app = create_app(self.site, TOKEN, **more)
        self.client = self.app.test_client()
        self.ask(f"/?token={TOKEN}")

    def ask(self, path, **headers):
        return self.client.get(path, headers={"Host": HOST, **headers})

    def read(self, path):
        """Return the text of a page."""
        return self.ask(path).get_data(as_text=True)

    def send(self, path, data, **headers):
        answer = self.client.post(
            path, data=data, headers={"Host": HOST, "Origin": ORIGIN, **headers}
        )
        self.site.wait(60)
        return answer


def open_site(folder, **more):
    """Return the site of a folder, and a client that holds the token of its pages."""
    visitor = Visitor(folder, **more)
    return visitor.site, visitor.client


def ask(client, path, **more):
    return client.get(path, headers={"Host": HOST}, **more)


def send(client, path, data, **headers):
    """Send a form, without waiting for what is read after it."""
    return client.post(
        path, data=data, headers={"Host": HOST, "Origin": ORIGIN, **headers}
    )
