"""Pictures: the palette as eyes see it, the band, the marks, and SVG that a page can hold."""

import datetime as dt
import itertools
import re
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from loadwatch import charts, weeks
from loadwatch.charts import canvas, season
from loadwatch.charts.palette import DARK, LIGHT, ROLES, SENTINEL, variables
from loadwatch.settings import Settings
from tests import report_cases
from tests.builders import activities, run, weekly_runs
from tests.colour import BLIND, contrast, delta_e00, seen


@pytest.fixture(scope="module")
def ana():
    return report_cases.ana()


def drawn(analysis, which="load"):
    if which == "year":
        runs = weeks.runs(analysis.activities, analysis.settings)
        return charts.year(runs, analysis.weeks, analysis.today)
    return getattr(charts, which)(analysis.weeks, analysis.flags, analysis.settings, charts.Period(26))


def test_delta_e00_of_published_pairs():
    # Sharma 2005, table 1, pairs 1, 7, 13 and 17
    assert abs(delta_e00((50, 2.6772, -79.7751), (50, 0, -82.7485)) - 2.0425) < 1e-4
    assert abs(delta_e00((50, 0, 0), (50, -1, 2)) - 2.3669) < 1e-4
    assert abs(delta_e00((50, 2.5, 0), (50, 0, -2.5)) - 4.3065) < 1e-4
    assert abs(delta_e00((50, 2.5, 0), (73, 25, -18)) - 27.1492) < 1e-4


def test_contrast_of_black_on_white_is_21():
    assert abs(contrast("#000000", "#ffffff") - 21.0) < 1e-3


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_text_reaches_four_and_a_half_and_shapes_three(palette):
    for role in ("ink", "soft", "steady", "watch", "high", "none"):
        for ground in (palette.bg, palette.card):
            assert contrast(getattr(palette, role), ground) >= 4.5, (role, ground)
    for role in ("bar", "watch", "high", "none"):
        assert contrast(getattr(palette, role), palette.bg) >= 3.0, role


@pytest.mark.parametrize("eye", BLIND)
@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_levels_stay_apart_for_every_eye(palette, eye):
    levels = [palette.steady, palette.watch, palette.high]
    apart = [delta_e00(seen(a, eye), seen(b, eye)) for a, b in itertools.combinations(levels, 2)]
    assert min(apart) >= 18.0


def test_roles_are_told_apart_by_their_stand_ins():
    assert len({getattr(SENTINEL, role) for role in ROLES}) == len(ROLES)
    assert variables(LIGHT).startswith("--bg:#ffffff;--card:")


def test_band_spans_the_weeks_behind_usual():
    # weeks of 10, 20, none, 30, 40 km: behind the fifth stand 10, 20 and 30; behind the fourth only two
    table = activities(*weekly_runs("2026-01-07", [10, 20, None, 30, 40]))
    frame = weeks.weekly(table, Settings(), dt.date(2026, 2, 8))
    low, high = season.usual_range(frame, ["distance_m"])
    assert np.isnan(low["distance_m"].iloc[3])
    assert (low["distance_m"].iloc[4], high["distance_m"].iloc[4]) == (10_000.0, 30_000.0)
    assert np.isnan(low["distance_m"].to_numpy()).tolist() == frame["distance_m_usual"].isna().tolist()


def test_season_cuts_what_is_shown_and_not_what_is_behind(ana):
    cut = season.season(ana.weeks, ["load"], season.Period(0, dt.date(2026, 11, 11), dt.date(2026, 11, 15)))
    assert cut.starts == (dt.date(2026, 11, 9),)  # the week that holds the 11th
    assert cut.high["load"].iloc[0] == 52_000.0


def test_marks_take_the_highest_level_and_leave_info_out(ana):
    starts = season.season(ana.weeks, []).starts
    assert season.marks(ana.flags, ("LW15",), starts) == []
    found = season.marks(ana.flags, season.CLIMB, starts)
    assert canvas.Mark(24, "high") in found
    assert len({mark.at for mark in found}) == len(found)


@pytest.mark.parametrize("which", ["load", "surfaces", "climb", "year"])
def test_inline_svg_is_ready_for_a_page(ana, which):
    text = charts.inline(drawn(ana, which), "k", "A & <title>", "told $x$")
    root = ET.fromstring(text.replace("xlink:href", "href"))
    assert root.get("role") == "img"
    assert [child.tag for child in root][:2] == ["title", "desc"]
    assert root.get("aria-labelledby") == f"{root[0].get('id')} {root[1].get('id')}"
    assert root[0].text == "A & <title>"
    ids = re.findall(r' id="([^"]+)"', text)
    assert len(ids) == len(set(ids)) and all(name.startswith("k-") for name in ids)
    assert set(re.findall(r'(?:url\(#|href="#)([^")]+)', text)) <= set(ids)
    assert "http" not in text and "<image" not in text and "DejaVu" not in text
    assert not re.search(r"#0b0c\d\d", text)
    assert set(re.findall(r"var\(--(\w+)\)", text)) <= set(ROLES)
    assert not re.search(r"#[0-9a-f]{6}", text)  # no colour that dark mode cannot follow
    assert len(text) <= 20_000


def test_inline_svg_is_the_same_twice(ana):
    once, again = (charts.inline(drawn(ana), "a", "t", "d") for _ in range(2))
    assert once == again


def test_a_wide_span_of_weeks_stays_small():
    years = report_cases.five_years()
    assert (
        len(
            charts.inline(
                charts.load(years.weeks, years.flags, years.settings, charts.Period()), "a", "t", "d"
            )
        )
        < 60_000
    )


@pytest.mark.parametrize("form", ["png", "svg", "pdf"])
def test_pictures_are_whole_files_the_same_twice_and_tell_nothing(ana, form):
    one, two = (charts.picture(charts.plot(ana, ("distance", "hard_m")), form) for _ in range(2))
    assert one == two
    assert one.startswith({"png": b"\x89PNG", "svg": b"<?xml", "pdf": b"%PDF"}[form])
    for told in (b"Matplotlib", b"Date>", b"CreationDate", str(Path.home()).encode() + b"/"):
        assert told not in one


def test_names_are_drawn_as_they_stand_or_as_a_mark():
    assert canvas.safe("$\\frac{1}{0}$") == "$\\frac{1}{0}$"
    assert canvas.safe("Anna 李") == "Anna ?"
    assert canvas.safe("a\rb") == "a\\x0db"
    assert len(canvas.safe("x" * 500)) == 80
    charts.picture(charts.plot(report_cases.two_weeks(name="$\\frac{$ \x1b[31m 李")), "png")


def test_plot_names_the_measures_there_are(ana):
    with pytest.raises(ValueError, match="no measure 'speed'; there is duration_s, distance_m"):
        charts.plot(ana, ("speed",))
    assert len(charts.plot(ana, ("ascent", "downhill_m", "load")).axes) == 3


def test_unknown_weeks_are_hatched_and_named():
    rows = weekly_runs("2026-01-07", [10] * 8, ascent_m=[100.0] * 4 + [np.nan] * 4)
    analysis = report_cases.analysis(rows)
    text = charts.picture(charts.plot(analysis, ("ascent",)), "svg").decode()
    assert ">unknown<" in text
    assert ">no files<" not in text


def test_a_pause_is_told_from_a_week_without_files():
    rows = [*weekly_runs("2026-01-07", [10, 10, 10, None, None, 10, 10, 10])]
    rows += [run("2026-01-28", sport="cycling", duration_s=3600.0)]
    text = charts.picture(charts.plot(report_cases.analysis(rows)), "svg").decode()
    assert ">no runs<" in text and ">no files<" in text


def test_nothing_at_all_still_draws():
    nobody = report_cases.empty()
    charts.picture(charts.plot(nobody), "svg")
    for which in ("load", "surfaces", "climb", "year"):
        charts.inline(drawn(nobody, which), "a", "t", "d")


def test_pyplot_is_never_imported():
    assert "matplotlib.pyplot" not in sys.modules
