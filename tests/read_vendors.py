"""What is read of made-up exports of vendors."""

from __future__ import annotations

import json
from datetime import timedelta

from loadwatch.ingest import readers
from loadwatch.settings import Settings
from tests import make_vendors as make
from tests.make_vendors import FIRST, Run, Workout

LATER = FIRST + timedelta(days=2)


def read(data, name="export"):
    """Return the sessions of a file."""
    reading = readers.read(data, name, Settings())
    return [one.session for one in reading.activities]


def kinds(sessions):
    return [(one.sport, one.sub_sport) for one in sessions]


def build_rows(call, path, *options):
    """Return what `loadwatch activities` has of `path`."""
    answer = call(
        "activities", path, "--format", "json", "--tz", "Europe/Zurich", *options
    )
    return json.loads(answer[1])


EXPORTS = {
    "apple": make.make_apple_xml([Workout(FIRST)])[-1500:],
    "samsung": make.make_samsung([Run(1002)]),
    "zepp": make.make_zepp([Run(1)]),
    "google": make.make_user_exercises([Run("Run")]),
    "fitbit": make.make_fitbit([Run("Run")]),
    "fit": make.make_google_fit(Run("running")),
    "adidas": make.make_runtastic(Run(1)),
    "huawei": make.make_huawei([Run(4)]),
    "nike": make.make_nike(Run("run")),
    "endomondo": make.make_endomondo(Run("RUNNING")),
}
HEADER = ["Date", "Distance (km)", "Duration", "Type"]
