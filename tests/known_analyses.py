"""What the tests of outputs show: a runner, hostile names, a roster."""

import datetime as dt
import json

import pytest

from loadwatch.analysis import Roster
from loadwatch.verdict import roster_groups
from tests import report_cases as cases
from tests.hostile import NAMES


@pytest.fixture(scope="module")
def ana():
    return cases.ana()


@pytest.fixture(scope="module")
def hostile():
    return {key: cases.named(name) for key, name in NAMES.items()}


def roster(*known):
    lines = tuple(
        roster_groups.summarize_athlete(one, dt.date(2026, 11, 22)) for one in known
    )
    return Roster(name="Hill Striders", athletes=lines, today=dt.date(2026, 11, 22))


def strict(text):
    def refuse(word):
        raise AssertionError(word)

    return json.loads(text, parse_constant=refuse)
