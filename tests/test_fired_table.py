"""The table of how often checks fire, on sample_data; on real logs each over a fifth has its remark."""

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
