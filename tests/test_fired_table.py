"""The table of how often checks fire, on sample_data; on real logs each over a fifth has its remark."""

import datetime as dt
from pathlib import Path

import pytest

from loadwatch import analyse
from loadwatch.assess.rules import format_often, is_raised
from tests import fired_table

ANA = Path(__file__).parent.parent / "sample_data" / "ana"


def test_the_table_of_ana():
    found = {row.rule: row for row in fired_table.count_rows(analyse(ANA))}
    assert found["LW08"].fired == 1 and found["LW08"].worst.startswith("1/")
    assert "LW03" not in found  # context is no check
    assert all(row.fired <= row.judged for row in found.values())
    assert "weeks with runs" in fired_table.format_table("ana", analyse(ANA))


def build_answer(levels, *, planned=()):
    """An answer of `weeks`: a run every week, the last week open; `levels` by week number."""
    weeks = [dt.date(2026, 1, 5) + dt.timedelta(weeks=i) for i in range(15)]
    rows = [{"week": f"{week}", "runs": 1, "complete": True} for week in weeks]
    rows[-1]["complete"] = False
    flags = [
        {"week": f"{weeks[i]}", "rule": rule, "level": level, "planned": i in planned}
        for i, rule, level in levels
    ]
    return {"weeks": rows, "flags": flags}


def test_pooled_weeks_leave_out_the_first_five_notes_and_what_was_planned():
    raised = [(2, "LW01", "high"), (7, "LW01", "watch"), (7, "LW02", "watch")]
    raised += [(9, "LW07", "info"), (11, "LW01", "high"), (14, "LW01", "high")]
    log = fired_table.count_log("log", build_answer(raised, planned=[11]))
    assert (log.weeks, log.apart) == (9, 0)
    assert log.raised == {"any": 1, "two weeks": 2, "high": 0, "LW01": 1, "LW02": 1}


def test_a_flag_of_the_last_week_dropped_still_counts_for_two_weeks():
    log = fired_table.count_log("log", build_answer([(4, "LW01", "high")]))
    assert log.raised["two weeks"] == 1 and log.raised["any"] == 0


def test_a_short_log_is_not_counted_and_several_are_added_up():
    answer = build_answer([(6, "LW01", "watch")])
    short = {**answer, "weeks": answer["weeks"][:11]}
    assert fired_table.count_log("short", short) is None
    one = fired_table.count_log("one", answer)
    both = fired_table.pool_logs([one, one])
    assert (both.weeks, both.raised["any"]) == (18, 2)
    assert both.share("any") == pytest.approx(1 / 9)


@pytest.mark.slow
@pytest.mark.corpus
def test_checks_are_raised_as_seldom_as_they_should_be(corpus):
    counted = [fired_table.count_log(*log) for log in fired_table.read_answers(corpus)]
    pooled = fired_table.pool_logs([log for log in counted if log is not None])
    assert pooled.weeks > 1000
    assert pooled.share("any") <= 0.28
    assert pooled.share("two weeks") <= 0.43
    assert pooled.share("high") <= 0.03
    assert pooled.share("LW02") <= 0.085
    assert 0.13 <= pooled.share("LW01") <= 0.17


@pytest.mark.slow
@pytest.mark.corpus
@pytest.mark.parametrize(
    "name", ["irving-2021", "csv-strava/JoBoSo-2014-2025", "csv-garmin/RGazzaneo-pt-BR"]
)
def test_what_fires_in_more_than_a_fifth_of_the_weeks_says_so(corpus, name):
    analysis = analyse(corpus / name)
    with_runs = [stamp.date() for stamp, runs in analysis.weeks["runs"].items() if runs]
    for flag in analysis.flags:
        recent = [week for week in with_runs if 0 <= (flag.week - week).days < 26 * 7]
        fired = {
            f.week
            for f in analysis.flags
            if f.rule == flag.rule and is_raised(f) and f.week in set(recent)
        }
        assert bool(format_often(flag)) == (
            len(fired) >= 3 and len(fired) > 0.2 * len(recent)
        ), flag


@pytest.mark.corpus
def test_downhill_of_a_watch_with_rare_distances_is_that_of_the_next_watch(corpus):
    """irving-2021 ran the same hills with an Ambit3, then an Enduro: metres downhill a metre of ascent agree."""
    rows = analyse(corpus / "irving-2021").activities
    share = rows.groupby("device")[["downhill_m", "descent_m"]].sum()
    steep = (share["downhill_m"] / share["descent_m"]).to_dict()
    assert steep["suunto Suunto Ambit3 Peak"] == pytest.approx(
        steep["garmin enduro"], rel=0.35
    )
