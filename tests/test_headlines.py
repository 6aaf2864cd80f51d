"""The first sentence of a page is read at a glance: 18 words, plain ones, whatever was run."""

import datetime as dt
import json
from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from loadwatch.assess.diary.red_flags import RED_FLAGS
from loadwatch.assess.rules import RULES, Exceeded
from loadwatch.settings import Settings
from loadwatch.tables import RAISED_LEVELS
from loadwatch.verdict import headline, raised_before
from loadwatch.verdict.phrases import MAX_WORDS, count_words, fit_clauses
from tests import read_headlines
from tests import report_cases as cases
from tests.builders import run, weekly_runs

BANNED = {"told", "stands", "lies", "steady", "nobody", "safe", "risk", "high"}
MONDAY = dt.date(2026, 1, 5)


def check_headline(analysis):
    """What holds for any headline; its words."""
    found = headline.build_verdict(analysis)
    text = f"{found.word}: {found.sentence}"
    assert count_words(text) <= MAX_WORDS, text
    words = {word.strip(".,:;()").lower() for word in text.split()}
    assert not BANNED & words, text
    assert text.endswith(".") and ".." not in text and "nan" not in words, text
    assert not set("{}[]") & set(text), text
    for wording in raised_before.list_growth(analysis)[:1]:
        assert wording in found.counts or "Twelve weeks ago" in found.sentence
    return text


week_of_runs = st.lists(
    st.tuples(
        st.integers(0, 6),
        st.one_of(st.none(), st.floats(0.3, 60)),
        st.one_of(st.none(), st.floats(0, 2500)),
        st.sampled_from(["hard_m", "soft_m", "unknown_m"]),
        st.booleans(),
    ),
    max_size=4,
)


@examples(max_examples=40)
@example(
    [[(0, None, None, "hard_m", False)]] * 2 + [[(0, 1.0, None, "hard_m", False)]],
    0,
    "metric",
    "distance",
)
@given(
    st.lists(week_of_runs, min_size=1, max_size=18),
    st.integers(0, 6),
    st.sampled_from(["metric", "imperial"]),
    st.sampled_from(["distance", "duration", "steps", "trimp", "srpe"]),
)
def test_any_headline_has_eighteen_words_at_most(plan, weekday, units, load):
    rows = []
    for number, week in enumerate(plan):
        for hour, (day, km, ascent, ground, planned) in enumerate(week):
            start = MONDAY + dt.timedelta(weeks=number, days=day)
            row = run(f"{start}T{6 + 4 * hour:02}:00", km or float("nan"))
            row |= {"duration_s": 3000.0, "planned": planned}
            if km:
                row |= {"unknown_m": 0.0, ground: km * 1000.0}
            if ascent is not None:
                row |= {"ascent_m": ascent, "downhill_m": ascent * 4}
            rows.append(row)
    today = MONDAY + dt.timedelta(weeks=len(plan) - 1, days=weekday)
    settings = Settings(units=units, load=load)
    check_headline(cases.analysis(rows, today=today, settings=settings))


@pytest.mark.parametrize(
    ("rule", "level"),
    [
        pytest.param(rule, level, id=f"{rule.id}-{level}")
        for rule in RULES
        for level in rule.levels
        if level in RAISED_LEVELS
    ],
)
def test_every_rule_leaves_place_for_what_came_before(rule, level):
    ana = cases.ana()
    newest = ana.weeks.index[-1].date()
    last = replace(
        rule.flag(
            newest - dt.timedelta(weeks=1),
            Exceeded(level, 1.1),
            value=2.0,
            amount=82_000.0,
            usual=50_000.0,
            template="",
        ),
        day=newest - dt.timedelta(days=2),
        event="x/1",
    )
    before = replace(last, week=newest - dt.timedelta(weeks=4), event="x/0")
    text = check_headline(replace(ana, flags=(before, last)))
    assert "Four weeks ago: " in text


@pytest.mark.parametrize(
    ("kms", "why"),
    [
        ((30, 30, 45, 30, 44), "for 44 km is within the most of the four weeks before"),
        (
            (30, 30, 30, 30, 38),
            "for 38 km is only 8 km over the most of the four weeks",
        ),
        (
            (6, 6, 6, 6, 8.5),
            "for 8.5 km is only 2.5 km over the most of the four weeks",
        ),
    ],
)
def test_a_week_with_more_that_raised_nothing_says_why(kms, why):
    rows = weekly_runs("2026-01-07", list(kms))
    spread = [row for km, row in zip(kms, rows, strict=True) for row in split(row, km)]
    found = headline.build_verdict(cases.analysis(spread, today=dt.date(2026, 2, 8)))
    assert found.state == "more"
    assert why in found.counts


def split(row, km):
    """A run as four on four days, so that no run is longer than those before."""
    day = row["start_local"]
    return [
        run(f"{day + dt.timedelta(days=i):%Y-%m-%dT%H:%M}", km / 4) for i in range(4)
    ]


def test_slow_growth_is_named_once():
    rows = [row for n in range(26) for row in cases.week(n, 20.0 * 1.06**n)]
    known = cases.analysis(rows)
    growth = raised_before.list_growth(known)
    assert growth[0].startswith("Twelve weeks ago your usual was ")
    found = headline.build_verdict(known)
    assert f"{found.sentence} {found.counts}".count("Twelve weeks ago") == 1


def test_the_second_clause_is_the_newest_of_the_highest_level():
    ana = cases.ana()
    newest = ana.weeks.index[-1].date()
    rule = next(r for r in RULES if r.id == "LW01")
    flags = tuple(
        rule.flag(
            newest - dt.timedelta(weeks=ago),
            Exceeded(level, 1.1),
            value=value,
            amount=1000.0 * ago,
            usual=500.0 * ago,
        )
        for ago, level, value in (
            (9, "high", 4.0),
            (7, "high", 3.0),
            (5, "watch", 1.9),
            (3, "watch", 1.2),
            (2, "info", 1.1),
        )
    )
    weeks = headline.build_verdict(ana).weeks
    for known, said in (
        (flags, "Seven weeks ago: a 7 km run."),
        (flags[2:], "Three weeks ago: a 3 km run."),
        (flags[4:], ""),
    ):
        shown = replace(ana, flags=known)
        assert raised_before.describe_earlier(shown, weeks) == said


@pytest.mark.parametrize("pain", [0, 3])
@pytest.mark.parametrize("sign", RED_FLAGS, ids=lambda sign: sign.column)
def test_a_sign_of_the_diary_comes_first_and_fits(sign, pain, call, tmp_path):
    (tmp_path / "runs.csv").write_text("date,distance_km\n2026-05-11,8\n")
    (tmp_path / "diary.csv").write_text(
        f"date,pain,{sign.column}\n2026-05-11,{pain},x\n"
    )
    page = tmp_path / "out.json"
    call("report", tmp_path, "-o", page, "--no-store", "--tz", "UTC")
    says = json.loads(page.read_text())["verdict"]["says"]
    assert sign.says.partition(",")[0] in says
    assert count_words(f"{headline.RED_FLAG_WORDS[sign.urgency]} {says}") <= MAX_WORDS


def test_pain_leaves_every_headline_short(call, tmp_path):
    lists = {
        "new": "2026-05-11,8,Run",
        "walker": "2026-05-11,8,Walk\n2026-05-12,30,Ride",
        "ahead": "2026-06-01,8,Run",
    }
    for name, rows in lists.items():
        folder = tmp_path / name
        folder.mkdir()
        (folder / "runs.csv").write_text(f"date,distance_km,type\n{rows}\n")
        (folder / "diary.csv").write_text("date,pain\n2026-05-12,4\n")
        page = folder / "out.json"
        call("report", folder, "-o", page, "--no-store", "--today", "2026-05-13")
        says = json.loads(page.read_text())["verdict"]["says"]
        assert "Pain 4 of 10 on 12 May." in says
        assert count_words(f"Not enough data: {says}") <= MAX_WORDS, says


def test_clauses_are_as_long_as_there_is_place():
    clauses = [
        ("one two three", "one"),
        (" four five", ""),
        (" six seven eight", " six"),
    ]
    assert (
        fit_clauses(clauses, [2, 0, 1], 9) == "one two three four five six seven eight"
    )
    assert fit_clauses(clauses, [2, 0, 1], 5) == "one six seven eight"
    assert fit_clauses(clauses, [0, 2, 1], 5) == "one two three six"
    assert fit_clauses(clauses, [0, 1, 2], 1) == "one six"  # no shorter wording


@pytest.mark.slow
@pytest.mark.corpus
def test_headlines_of_real_logs(corpus):
    logs = 0
    for _, analysis in read_headlines.read_long_logs(corpus, ()):
        logs += 1
        for day in read_headlines.list_mondays(analysis):
            check_headline(read_headlines.judge_as_of(analysis, day))
    assert logs >= 12
