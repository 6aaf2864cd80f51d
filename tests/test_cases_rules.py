"""Whole trainings with known right flags (cases/rules), and laws of planned runs and of events."""

import datetime as dt
import json
from itertools import combinations, pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from loadwatch.assess.rules import BY_ID, judge
from loadwatch.assess.weeks import build_weeks
from loadwatch.settings import Settings
from tests.builders import activities, run, weekly_runs

FOLDER = Path(__file__).parent / "cases" / "rules"
CASES = {
    name: case
    for name, case in json.loads((FOLDER / "cases.json").read_text("utf-8")).items()
    if not name.startswith("_")
}
STATES = {
    "high": "R",
    "watch": "R",
    "more": "+",
    "usual": "=",
    "less": "l",
    "unknown": "?",
    "so_far": "-",
}
# rules that the tables by week number say nothing of
LEFT_OUT = {"LW09", "LW12", "LW14", "LW15"}
BY_WEEK = {
    name: case for name, case in CASES.items() if "raised_by_week_number" in case
}
BY_RULE = {name: case for name, case in CASES.items() if name not in BY_WEEK}
MONDAY = dt.date(2026, 1, 5)


@pytest.fixture
def judged(call):
    """The answer of `weeks` on a case; `at_end`: today is the Monday after the last run's week."""

    def judge_case(name, *, at_end):
        more = ()
        if at_end:
            _, last = find_weeks(name)
            more = ("--today", (last + dt.timedelta(weeks=1)).isoformat())
        code, out, err = call(
            "weeks", FOLDER / name, "--format", "json", "--no-store", "--tz", "UTC", *more
        )  # fmt: skip
        assert code == 0, err
        return json.loads(out)

    return judge_case


def find_weeks(name):
    """The Mondays of the first and the last run of a case."""
    lines = (FOLDER / name / "runs.csv").read_text("utf-8").splitlines()[1:]
    days = sorted(
        dt.date.fromisoformat(line[:10]) for line in lines if line[:2] == "20"
    )
    first, last = days[0], days[-1]
    return (
        first - dt.timedelta(days=first.weekday()),
        last - dt.timedelta(days=last.weekday()),
    )


def number_week(name, week):
    first, _ = find_weeks(name)
    return (dt.date.fromisoformat(week) - first).days // 7 + 1


def list_expected(table):
    """(rule, week number, level, value) of a table by rule and week number."""
    for rule, weeks in table.items():
        for week, found in weeks.items():
            for level, value in found if isinstance(found[0], list) else [found]:
                yield rule, int(week), level, value


@pytest.mark.parametrize("name", BY_WEEK)
def test_raised_are_these_weeks_and_no_others(name, judged):
    case, got = BY_WEEK[name], judged(name, at_end=True)
    raised = [flag for flag in got["flags"] if flag["level"] != "info"]
    for flags, table in (
        ([f for f in raised if not f["planned"]], case["raised_by_week_number"]),
        ([f for f in raised if f["planned"]], case.get("planned", {})),
    ):
        found = sorted(
            (f["rule"], number_week(name, f["week"]), f["level"], f["value"])
            for f in flags
            if f["rule"] not in LEFT_OUT
        )
        expected = sorted(list_expected(table))
        assert [f[:3] for f in found] == [e[:3] for e in expected]
        assert [f[3] for f in found] == pytest.approx(
            [e[3] for e in expected], abs=0.0006
        )


@pytest.mark.parametrize("name", BY_WEEK)
def test_unknown_are_these_weeks_and_no_others(name, judged):
    got = judged(name, at_end=True)
    flagged = {(flag["rule"], number_week(name, flag["week"])) for flag in got["flags"]}
    for rule, weeks in BY_WEEK[name].get("unknown_week_numbers", {}).items():
        found = [
            number_week(name, gap["week"])
            for gap in got["unknown"]
            if gap["rule"] == rule
        ]
        # a week in which another run is flagged is not listed as unknown, too
        assert found == [week for week in weeks if (rule, week) not in flagged], rule


@pytest.mark.parametrize("name", BY_WEEK)
def test_the_state_of_each_week(name, judged):
    weeks = judged(name, at_end=True)["weeks"]
    found = "".join(
        STATES.get(week["state"], "x") if week["runs"] else "-" for week in weeks
    )
    assert found == BY_WEEK[name]["state"][: len(found)]


def list_specs(right):
    """(rule, what is expected of it) of a case by rule; None: not raised at all."""
    for rule, specs in right.items():
        if not rule.startswith("LW"):
            continue
        for spec in specs if isinstance(specs, list) else [specs]:
            yield rule, read_spec(spec)


def read_spec(spec):
    """A spec as a table: "high 4.0" and "watch" are short for level and ratio."""
    if spec is None or isinstance(spec, dict):
        return spec
    level, *rest = spec.split(" ")
    if level in ("not", "none"):
        return None
    if level not in ("info", "watch", "high"):
        return {}
    return {"level": level} | ({"ratio": float(rest[0])} if rest else {})


@pytest.mark.parametrize("name", BY_RULE)
def test_each_rule_finds_what_is_right(name, judged):
    flags = judged(name, at_end=False)["flags"]
    for rule, spec in list_specs(BY_RULE[name]["right"]):
        own = [flag for flag in flags if flag["rule"] == rule]
        if spec is None:
            assert not [flag for flag in own if flag["level"] != "info"], rule
            continue
        if "level" not in spec:
            continue
        at = [
            flag
            for flag in own
            if flag["week"] == spec.get("week", flag["week"])
            and flag["level"] == spec["level"]
        ]
        assert at, (rule, spec)
        for key, field, share in (
            ("ratio", "value", 0.001),
            ("pp", "value", 0.001),
            ("amount", "amount", 0.001),
            ("hard_m", "amount", 0.001),
            ("usual", "usual", 0.001),
            ("real_usual", "usual", 0.001),
            ("held_against", "held_against", 0.001),
        ):
            if key in spec:
                assert [f[field] for f in at] == [pytest.approx(spec[key], rel=share)]


def test_a_habit_of_five_weeks_is_raised_each_time(judged):
    # 24 km every 35 days, over 12 km: each lies outside the 30 days of the next
    flags = judged("habitual_long_run_every_5_weeks", at_end=False)["flags"]
    raised = [f for f in flags if f["rule"] == "LW01" and f["level"] != "info"]
    days = [dt.date.fromisoformat(f["week"]) for f in raised]
    assert len(days) >= 2
    assert {(later - day).days for day, later in pairwise(days)} == {35}


def test_rides_and_a_slow_growth_raise_nothing(judged):
    for name in ("triathlete_bike_triples", "creep_8_percent_12_weeks"):
        flags = judged(name, at_end=False)["flags"]
        assert {f["rule"] for f in flags if f["level"] != "info"} == set(), name
    # but for the first Sunday of the log, a note since only five days lie before it
    flags = judged("triathlete_bike_triples", at_end=False)["flags"]
    assert [(f["week"], f["rule"]) for f in flags if f["rule"] != "LW15"] == [
        ("2026-03-02", "LW01")
    ]


def test_a_race_with_its_climb_is_one_event(judged):
    flags = [
        f
        for f in judged("ultra_race", at_end=False)["flags"]
        if f["week"] == "2026-05-18"
    ]
    race = next(f for f in flags if f["rule"] == "LW01")
    events = {f["rule"]: f["event"] for f in flags}
    for rule in ("LW01", "LW02", "LW04", "LW06"):
        assert events[rule] == f"2026-05-18/{race['activity_id']}"
    assert events["LW10"] == ""


def test_a_run_of_2080_is_set_aside_as_a_clock_error(judged):
    got = judged("one_run_dated_2080", at_end=False)
    assert got["settings"]["today"] == "2026-05-10"


# laws, on any training


def find(frame, today):
    chosen = Settings()
    return judge(frame, build_weeks(frame, chosen, today), chosen, today)


week_of_runs = st.lists(
    st.tuples(
        st.integers(0, 6),
        st.floats(1, 30),  # over before the next one, four hours later
        st.one_of(st.none(), st.floats(0, 900)),
        st.booleans(),
    ),
    max_size=4,
)
trainings = st.lists(week_of_runs, min_size=5, max_size=10)


def build(plan, *, with_planned=True):
    rows = [run(MONDAY.isoformat(), 5, ascent_m=50.0)]
    for i, week in enumerate(plan):
        for hour, (day, km, ascent, planned) in enumerate(week):
            start = f"{MONDAY + dt.timedelta(days=7 * i + day)}T{6 + 4 * hour:02}:00"
            more = {"planned": planned and with_planned}
            if ascent is not None:
                more |= {"ascent_m": ascent, "downhill_m": ascent * 5}
            rows.append(run(start, km, **more))
    return activities(*rows), MONDAY + dt.timedelta(days=7 * len(plan))


def plain(flag):
    return flag.week, flag.rule, flag.level, flag.value, flag.activity_id, flag.event


@examples(max_examples=15)
@given(trainings)
def test_planned_changes_how_a_flag_is_shown_and_nothing_that_is_found(plan):
    frame, today = build(plan)
    without, _ = build(plan, with_planned=False)
    flags, unknown = find(frame, today)
    others, open_others = find(without, today)
    assert [repr(plain(flag)) for flag in flags] == [
        repr(plain(flag)) for flag in others
    ]
    assert unknown == open_others
    assert not any(flag.planned for flag in others)
    runs = frame[frame["planned"].to_numpy(bool)]
    ids = set(runs["activity_id"])
    weeks = {
        day.date() - dt.timedelta(days=day.weekday()) for day in runs["start_local"]
    }
    for flag in flags:
        if flag.activity_id:
            assert flag.planned == (flag.activity_id in ids)
        elif flag.planned:
            assert flag.week in weeks


@examples(max_examples=15)
@given(trainings)
def test_planned_flags_do_not_count_as_fired(plan):
    flags, _ = find(*build(plan))
    for flag in flags:
        first = flag.week - dt.timedelta(weeks=25)
        assert flag.fired_26w == len(
            {
                other.week
                for other in flags
                if other.rule == flag.rule
                and other.level != "info"
                and not other.planned
                and first <= other.week <= flag.week
            }
        )


@examples(max_examples=15)
@given(trainings)
def test_no_look_ahead_with_planned_runs(plan):
    frame, today = build(plan)
    cut = today - dt.timedelta(weeks=2)
    flags, unknown = find(frame, today)
    before, open_before = find(frame, cut)
    assert [repr(f) for f in flags if f.week < cut] == [
        repr(f) for f in before if f.week < cut
    ]
    assert [u for u in unknown if u.week < cut] == [
        u for u in open_before if u.week < cut
    ]


SHARED = {"LW01": "distance", "LW02": "distance", "LW11": "distance"}
SHARED |= {"LW04": "hills", "LW05": "hills", "LW06": "hills"}
SHARED |= {"LW08": "ground", "LW09": "ground"}


@examples(max_examples=15)
@given(trainings)
def test_events_join_what_rests_on_the_same_run_or_the_same_kind(plan):
    flags, _ = find(*build(plan))
    for flag in flags:
        if flag.rule == "LW10":
            assert flag.event == ""
            continue
        week, name = flag.event.split("/")
        assert week == flag.week.isoformat()
        members = [f for f in flags if f.event == flag.event]
        on_runs = [f for f in members if f.activity_id]
        if on_runs:
            best = min(f.evidence for f in on_runs)
            assert name in {f.activity_id for f in on_runs if f.evidence == best}
        else:
            assert name == SHARED.get(flag.rule, flag.rule)
    for one, other in combinations((f for f in flags if f.event), 2):
        if one.week != other.week:
            assert one.event != other.event
            continue
        same_run = one.activity_id and one.activity_id == other.activity_id
        same_kind = one.rule in SHARED and SHARED[one.rule] == SHARED.get(other.rule)
        if same_run or same_kind:
            assert one.event == other.event


def test_an_event_without_a_run_is_named_by_its_kind():
    rows = [
        row
        for day in ("2026-01-05", "2026-01-07", "2026-01-09", "2026-01-11")
        for row in weekly_runs(day, [8, 8, 8, 8], ascent_m=50.0, hard_m=0.0, soft_m=8e3)
    ]
    # six runs of 8 km: no run is long or hilly, but the week is, and on the road
    days = (
        "2026-02-02",
        "2026-02-03",
        "2026-02-04",
        "2026-02-05",
        "2026-02-06",
        "2026-02-07",
    )
    rows += [run(day, 8, ascent_m=100.0, hard_m=8e3) for day in days]
    flags, _ = find(activities(*rows), dt.date(2026, 2, 9))
    events = {f.rule: f.event for f in flags if f.week == dt.date(2026, 2, 2)}
    assert events == {
        "LW02": "2026-02-02/distance",  # 48 km after 32
        "LW04": "2026-02-02/hills",  # 600 m after 200
        "LW08": "2026-02-02/ground",
        "LW09": "2026-02-02/ground",
        "LW10": "",
    }


def test_a_planned_race_is_planned_with_its_warm_up():
    rows = weekly_runs("2026-01-07", [10] * 6)
    # three kilometres, ten minutes of waiting, then the race: one run, known by its first piece
    warm_up = run("2026-02-14T08:00", 3, activity_id="warm-up")
    race = run("2026-02-14T08:28", 21, activity_id="race", planned=True)
    flags, _ = find(activities(*rows, warm_up, race), dt.date(2026, 2, 16))
    spike = next(f for f in flags if f.rule == "LW01" and f.level == "high")
    assert (spike.activity_id, spike.amount) == ("warm-up", 24_000.0)
    assert spike.planned
    assert spike.fired_26w == 0


def test_a_week_that_is_raised_without_its_planned_run_too_is_not_planned():
    rows = weekly_runs("2026-01-07", [30] * 5)
    race = run("2026-02-14", 21, planned=True)
    for others, planned in (([10.0], True), ([10.0, 15.0, 15.0], False)):
        days = ("2026-02-09", "2026-02-10", "2026-02-11")
        week = [run(day, km) for day, km in zip(days, others, strict=False)]
        flags, _ = find(activities(*rows, *week, race), dt.date(2026, 2, 16))
        # 31 km do not pass 1.30 x 30 km; 40 + 21 do with the race and without it
        raised = [f.planned for f in flags if f.rule == "LW02"]
        assert raised == ([] if len(others) == 1 else [planned])


def test_a_planned_week_is_no_yardstick_either():
    rows = weekly_runs("2026-01-07", [30] * 5)
    race = run("2026-02-14", 30, planned=True)
    again = [run(day, 30) for day in ("2026-02-11", "2026-02-18", "2026-02-21")]
    flags, _ = find(activities(*rows, race, *again), dt.date(2026, 2, 23))
    # 60 km of which 30 are planned; the week after is held against 30 km, not 60
    found = [
        (f.week.isoformat(), f.planned, f.held_against)
        for f in flags
        if f.rule == "LW02"
    ]
    assert found == [("2026-02-09", True, 30_000.0), ("2026-02-16", False, 30_000.0)]


def test_every_family_of_events_has_its_rules():
    families = {rule.id: rule.event_family for rule in BY_ID.values()}
    assert {id_: families[id_] for id_ in SHARED} == SHARED
    assert [
        id_
        for id_, family in families.items()
        if family == "none" and BY_ID[id_].is_judged
    ] == ["LW10"]
