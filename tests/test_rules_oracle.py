"""The rules against a plain second program of theirs, on any training and on real logs; and laws."""

import datetime as dt
import math
import random

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from loadwatch.assess.rules import judge
from loadwatch.assess.weeks import build_weeks
from loadwatch.pipeline import Options, analyse_athlete
from loadwatch.settings import Settings
from tests import rules_oracle, test_budget
from tests.builders import activities, run
from tests.fired_table import list_logs

MONDAY = dt.datetime.fromisoformat("2026-01-05T07:00")
ONE_DAY = dt.timedelta(days=1)
MIN_RUNS = 20  # of a real log that is looked at
LOGS = 20  # at least


def find_raised(frame, settings, today):
    flags, _ = judge(frame, build_weeks(frame, settings, today), settings, today)
    return {
        (flag.week, flag.rule, flag.level, round(flag.value, 6), flag.activity_id)
        for flag in flags
        if flag.rule in rules_oracle.RULES
    }


# steps over each limit and just to it, short recordings, unknown distances, climbs and times
factor = st.sampled_from([0.5, 0.8, 1, 1, 1.1, 1.11, 1.13, 1.3, 1.31, 1.5, 2, 2.01, 3])
short = st.sampled_from([(0.01, 2), (0.3, 299), (0.49, 300), (0.5, 120), (None, 59)])
unknown = st.sampled_from([(None, 60), (None, 2700), (None, math.nan)])
ground = st.sampled_from(["hard_m", "soft_m", "treadmill_m", "unknown_m", "half"])
one_run = st.tuples(
    factor,
    st.one_of(*[st.none()] * 8, short, unknown),
    st.one_of(st.none(), factor),
    ground,
    st.booleans(),
)
hours = st.sampled_from(
    [0.2, 0.49, 0.5, 24, 24, 48, 48, 72, 96, 14 * 24, 20 * 24, 31 * 24]
)
trainings = st.lists(st.tuples(one_run, hours), min_size=4, max_size=45)


def build(plan, base_km, climb):
    rows, at = [], MONDAY
    for (times, odd, steep, where, is_dated), gap in plan:
        km, duration = odd or (base_km * times, base_km * times * 330.0)
        more = {"duration_s": float(duration), "date_only": is_dated and gap > 24}
        if steep is not None:
            more |= {"ascent_m": climb * steep, "downhill_m": climb * steep * 5}
        if km is not None and where == "half":
            more |= {"hard_m": km * 500.0, "soft_m": km * 300.0}
        elif km is not None and where != "unknown_m":
            more |= {where: km * 1000.0}
        rows.append(run(at.isoformat(), math.nan if km is None else km, **more))
        seconds = 0.0 if math.isnan(duration) else round(duration)
        at += dt.timedelta(seconds=seconds, hours=gap)
    return activities(*rows), at.date()


@examples(max_examples=60)
@given(
    trainings,
    st.sampled_from([3, 8, 20]),
    st.sampled_from([0, 60, 300]),
    st.integers(-2, 8),
)
def test_the_rules_raise_what_a_plain_program_raises(plan, base_km, climb, days):
    frame, last = build(plan, base_km, climb)
    today = last + days * ONE_DAY
    assert find_raised(frame, Settings(), today) == rules_oracle.find(
        frame, Settings(), today
    )


@pytest.fixture(scope="module")
def logs(corpus):
    """The real logs that hold some runs: name and analysis."""
    read = []
    for path in list_logs(corpus):
        analysis = analyse_athlete(path, options=Options(store=None))
        if len(analysis.activities) >= MIN_RUNS:
            read.append((path.name, analysis))
    assert len(read) >= LOGS
    return read


def list_days(analysis, name, count):
    """Some days of a log, the same ones each time."""
    days = sorted(
        {stamp.date() for stamp in analysis.activities["start_local"].dropna()}
    )
    chance = random.Random(name)
    return [
        day + chance.randrange(7) * ONE_DAY
        for day in chance.sample(days, min(count, len(days)))
    ]


@pytest.mark.slow
@pytest.mark.corpus
def test_real_logs_raise_what_a_plain_program_raises(logs):
    for name, log in logs:
        found = find_raised(log.activities, log.settings, log.today)
        assert found == rules_oracle.find(log.activities, log.settings, log.today), name


@pytest.mark.slow
@pytest.mark.corpus
def test_later_weeks_of_real_logs_change_no_earlier_flag(logs):
    for name, log in logs:
        frame, settings = log.activities, log.settings
        for day in list_days(log, name, 4):
            monday = day - day.weekday() * ONE_DAY
            part = judge(frame, build_weeks(frame, settings, day), settings, day)
            for found, before in zip((log.flags, log.unknown), part, strict=True):
                assert [
                    repr(f) for f in found if f.week < monday and day <= log.today
                ] == [
                    repr(f) for f in before if f.week < monday and day <= log.today
                ], (name, day)


@pytest.mark.slow
@pytest.mark.corpus
def test_the_budget_law_on_real_logs(logs):
    checked = 0
    for name, log in logs:
        for day in list_days(log, name, 1):
            until = pd.Timestamp(day + ONE_DAY)
            known = log.activities[(log.activities["start_local"] < until).to_numpy()]
            checked += test_budget.law(known, day)
            check_usual(known, day)
            check_unraised(known, day)
    assert checked > 50


def check_unraised(frame, day):
    """What is offered for a run rests on no run of these 30 days that was raised."""
    settings = Settings()
    weeks = build_weeks(frame, settings, day)
    flags, _ = judge(frame, weeks, settings, day)
    raised = {flag.activity_id for flag in flags if flag.level != "info"}
    runs = rules_oracle.join_rows(rules_oracle.list_rows(frame, settings, day))
    for limit in test_budget.limits(frame, day):
        if limit.measure != "longest_m" or math.isnan(limit.left):
            continue
        end = pd.Timestamp(limit.week + 9 * ONE_DAY, tz="UTC").timestamp()
        longest = max(
            run.known["distance_m"]
            for run in runs
            if run.at > end - 33 * rules_oracle.DAY
            if run.pieces[0]["activity_id"] not in raised
        )
        assert limit.left <= max(1.1 * longest, longest + 999.0)


def check_usual(frame, day):
    """What is offered for the week in all is never under usual while the week is open."""
    weeks = build_weeks(frame, Settings(), day)
    for limit in test_budget.limits(frame, day):
        if limit.measure.startswith("longest") or math.isnan(limit.left):
            continue
        if limit.week == weeks.index[-1].date() and not limit.why:
            usual = weeks[f"{limit.measure}_usual"].iloc[-1]
            assert limit.used + limit.left >= usual - 1.0
