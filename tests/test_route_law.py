"""Law on real logs: what `course` would raise is what is raised once the run is in the log."""

import random
import shutil
from datetime import timedelta

import pytest

import loadwatch

DAYS = 3  # of each log
EARLIER = 15  # runs that a log holds at least before the day
LOGS = ("irving-2021", "irving-2018", "ClF3-2025", "tiny656-huawei")


def choose_runs(rows):
    """Return some runs with a course of their own file, each after enough others."""
    runs = rows[(rows["sport"] == "running") & (rows["signature"] != "")]
    later = runs.sort_values("start_local").iloc[EARLIER:]
    alone = later[~later["member"].isin(rows["member"][rows["member"].duplicated()])]
    places = sorted(random.Random(11).sample(range(len(alone)), DAYS))
    return alone.iloc[places]


def copy_before(log, rows, run, target):
    """Copy the files of all that was recorded before a run."""
    earlier = rows[rows["start_local"] < run["start_local"]]
    for member in set(earlier["member"]) - {run["member"]}:
        if (log / member).is_file():
            (target / member).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(log / member, target / member)


def list_flags(flags, week):
    return {
        (flag.rule, flag.level, round(flag.value, 3), round(flag.limit, 3))
        for flag in flags
        if flag.week == week
    }


@pytest.mark.slow
@pytest.mark.corpus
@pytest.mark.parametrize("name", LOGS)
def test_flags_of_a_route_are_those_of_the_run(corpus, tmp_path, name):
    log = corpus / name
    rows = loadwatch.analyse(log).data.activities
    for at, run in enumerate(choose_runs(rows).to_dict("records")):
        me = tmp_path / f"me-{at}"
        me.mkdir()
        copy_before(log, rows, run, me)
        day = run["start_local"].date()
        week = day - timedelta(days=day.weekday())
        tried = loadwatch.course(log / run["member"], me, date=day, today=day)
        added = me / f"added-{(log / run['member']).name}"
        shutil.copy(log / run["member"], added)
        after = loadwatch.analyse(me, today=week + timedelta(days=6))
        # what earlier runs of the week raised themselves is not the route's
        raised = [
            flag
            for flag in after.flags
            if not flag.activity_id or added.name in flag.source
        ]
        assert list_flags(tried.plan.flags, week) == list_flags(raised, week), day
