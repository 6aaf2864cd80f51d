"""Dates that cannot be right are set aside, listed, and never set today."""

from datetime import date

import pandas as pd
import pytest

from loadwatch.ingest.stray_dates import set_aside_strays

CLOCK = date(2026, 5, 12)


def rows(*days):
    return pd.DataFrame(
        {
            "source": [f"{number}.fit" for number in range(len(days))],
            "start_local": pd.to_datetime(list(days), format="ISO8601"),
        }
    )


def left_out(*days, last_day=CLOCK):
    kept, skipped = set_aside_strays(rows(*days), last_day)
    assert len(kept) + len(skipped) == len(days)
    return {item.source: item.why for item in skipped}


def test_a_day_more_than_the_clock_is_another_time_zone_and_two_are_an_error():
    found = left_out("2026-05-12", "2026-05-13T23:00", "2026-05-14", "2080-09-16")
    assert found == {
        "2.fit": "dated 2026-05-14, after today: a clock error",
        "3.fit": "dated 2080-09-16, after today: a clock error",
    }


def test_without_a_clock_nothing_is_too_late():
    assert left_out("2080-09-16", last_day=None) == {}


@pytest.mark.parametrize(
    ("first", "is_stray"),
    [("2016-05-10", False), ("2016-05-01", True), ("1989-12-31", True)],
)
def test_one_ten_years_before_all_others_is_a_watch_without_a_clock(first, is_stray):
    # ten years are 3,652 days: 2016-05-10 to 2026-05-10 is one day short of that in leap years
    found = left_out(first, "2026-05-09", "2026-05-10")
    assert list(found) == ["0.fit"] * is_stray


def test_two_old_ones_are_a_log_with_a_long_break():
    assert left_out("2010-05-01", "2010-05-08", "2026-05-09") == {}


def test_a_single_activity_and_unknown_days_stay():
    assert left_out("1999-01-01") == {}
    assert left_out(None, "2026-05-01", None) == {}
