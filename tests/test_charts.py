"""Pictures: the palette as eyes see it, the band, the marks, and SVG that a page can hold."""

import datetime as dt
import itertools
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from coloraide import Color
from matplotlib.colors import to_hex
from matplotlib.lines import Line2D
from matplotlib.patches import PathPatch
from matplotlib.path import Path as Path_
from matplotlib.text import Text

from loadwatch.assess import weeks
from loadwatch.date_filter import Period
from loadwatch.report import charts, shown_weeks
from loadwatch.report.charts import canvas, markers, year_calendar
from loadwatch.report.palette import DARK, LIGHT, ROLES, format_css_variables
from loadwatch.settings import Settings
from tests import report_cases
from tests.builders import activities, run, weekly_runs
from tests.colour import EYES, contrast, delta_e00, view_as


@pytest.fixture(scope="module")
def ana():
    return report_cases.ana()


DRAW = {
    "load": charts.draw_weekly_load,
    "surfaces": charts.draw_surfaces,
    "climb": charts.draw_climb,
}


def drawn(analysis, which="load"):
    if which == "year":
        runs = weeks.select_runs(analysis.activities, analysis.settings)
        return charts.draw_year(runs, analysis.weeks, analysis.today)
    return DRAW[which](analysis.weeks, analysis.flags, analysis.settings, last=26)


def test_delta_e00_of_published_pairs():
    # Sharma 2005, table 1, pairs 1, 7, 13 and 17
    for one, other, difference in (
        ((50, 2.6772, -79.7751), (50, 0, -82.7485), 2.0425),
        ((50, 0, 0), (50, -1, 2), 2.3669),
        ((50, 2.5, 0), (50, 0, -2.5), 4.3065),
        ((50, 2.5, 0), (73, 25, -18), 27.1492),
    ):
        pair = Color("lab-d65", one), Color("lab-d65", other)
        assert abs(delta_e00(*pair) - difference) < 1e-4


def test_contrast_of_black_on_white_is_21():
    assert abs(contrast("#000000", "#ffffff") - 21.0) < 1e-3


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_text_reaches_four_and_a_half_and_shapes_three(palette):
    for role in ("ink", "soft", "bar", "watch", "high", "none"):
        for ground in (palette.bg, palette.card):
            assert contrast(getattr(palette, role), ground) >= 4.5, (role, ground)
    for role in ("bar", "watch", "high", "none"):
        assert contrast(getattr(palette, role), palette.bg) >= 3.0, role


@pytest.mark.parametrize("eye", EYES)
@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_levels_stay_apart_for_every_eye(palette, eye):
    levels = [palette.bar, palette.watch, palette.high]
    apart = [
        delta_e00(view_as(a, eye), view_as(b, eye))
        for a, b in itertools.combinations(levels, 2)
    ]
    assert min(apart) >= 18.0


def test_every_role_is_a_variable_of_the_page():
    assert format_css_variables(DARK).count("--") == len(ROLES)
    assert format_css_variables(LIGHT).startswith("--bg:#ffffff;--card:")


def test_band_spans_the_weeks_behind_usual():
    # weeks of 10, 20, none, 30, 40 km: behind the fifth stand 10, 20 and 30; behind the fourth only two
    table = activities(*weekly_runs("2026-01-07", [10, 20, None, 30, 40]))
    frame = weeks.build_weeks(table, Settings(), dt.date(2026, 2, 8))
    low, high = shown_weeks.compute_usual_range(frame, ["distance_m"])
    assert np.isnan(low["distance_m"].iloc[3])
    assert (low["distance_m"].iloc[4], high["distance_m"].iloc[4]) == (
        10_000.0,
        30_000.0,
    )
    assert (
        np.isnan(low["distance_m"].to_numpy()).tolist()
        == frame["distance_m_usual"].isna().tolist()
    )


def test_season_cuts_what_is_shown_and_not_what_is_behind(ana):
    cut = shown_weeks.select_weeks(
        ana.weeks,
        ["load"],
        Period(dt.date(2026, 11, 11), dt.date(2026, 11, 15)),
    )
    assert cut.starts == (dt.date(2026, 11, 9),)  # the week that holds the 11th
    assert cut.high["load"].iloc[0] == 52_000.0


def test_marks_take_the_highest_level_and_leave_info_out(ana):
    starts = shown_weeks.select_weeks(ana.weeks, []).starts
    assert shown_weeks.find_marks(ana.flags, ("LW15",), starts) == []
    found = shown_weeks.find_marks(ana.flags, shown_weeks.CLIMB, starts)
    assert shown_weeks.WeekMark(24, "watch") in found
    assert len({mark.at for mark in found}) == len(found)


def svg(analysis, which="load"):
    return charts.render_picture(drawn(analysis, which), "svg").decode()


def texts(figure):
    """Every text of a figure that has words in it."""
    return [t.get_text() for t in figure.findobj(Text) if t.get_text().strip()]


def squares(analysis, role):
    """How many squares of the calendar are drawn in one colour."""
    (axes,) = drawn(analysis, "year").axes
    paths = [
        p
        for p in axes.patches + axes.artists
        if to_hex(p.get_facecolor()) == getattr(LIGHT, role)
    ]
    return sum(int((p.get_path().codes == Path_.MOVETO).sum()) for p in paths)


def pauses(*kms, **more):
    """A run each Wednesday from 7 January on, None = no files; hard ground and a climb of 15 m/km."""
    known = [0.0 if km is None else float(km) for km in kms]
    columns = {
        "hard_m": [km * 1000.0 for km in known],
        "ascent_m": [km * 15.0 for km in known],
    }
    columns |= {"descent_m": columns["ascent_m"], "unknown_m": 0.0}
    return report_cases.analysis(
        weekly_runs("2026-01-07", list(kms), **(columns | more))
    )


def test_marks_of_a_picture_are_of_its_own_measure():
    # seven weeks: 20 km, of them 4 on hard ground, then 28 km on hard ground alone
    hard = {"hard_m": [4e3] * 6 + [28e3, 0.0], "soft_m": [16e3] * 6 + [0.0, 8e3]}
    analysis = pauses(*[20] * 6, 28, 8, **hard)
    raised = {
        (flag.rule, flag.level)
        for flag in analysis.flags
        if flag.week == dt.date(2026, 2, 16)
    }
    assert {("LW02", "watch"), ("LW08", "high"), ("LW10", "info")} <= raised
    starts = shown_weeks.select_weeks(analysis.weeks, []).starts
    assert shown_weeks.find_marks(analysis.flags, shown_weeks.LOAD, starts) == [
        shown_weeks.WeekMark(6, "watch")
    ]
    assert shown_weeks.find_marks(analysis.flags, shown_weeks.SURFACE, starts) == [
        shown_weeks.WeekMark(6, "high")
    ]


def test_weeks_without_files_are_hatched_everywhere_and_named_once():
    analysis = pauses(10, 10, 10, None, None, 10, 10, None, 10, 10)
    for which, named in (("load", 1), ("surfaces", 0), ("climb", 1)):
        text = svg(analysis, which)
        assert "<pattern" in text, which
        assert text.count(">no files<") == named, which
        assert "<pattern" not in svg(pauses(*[10] * 10), which), which


def test_the_calendar_leaves_weeks_without_files_empty():
    # Wednesday to Wednesday: 9 weeks and 3 days; seven days of them in a week without files
    whole, gap = pauses(*[10] * 10), pauses(10, 10, 10, 10, None, 10, 10, 10, 10, 10)
    assert (squares(whole, "line"), squares(gap, "line")) == (66 - 10, 66 - 9 - 7)


def test_the_calendar_begins_with_the_first_file_of_its_year():
    rows = weekly_runs("2024-01-03", [10]) + weekly_runs("2025-12-03", [10] * 6)
    analysis = report_cases.analysis(rows)
    starts, metres, ran = shown_weeks.sum_days(
        analysis.activities, analysis.weeks, analysis.today
    )
    assert (starts[0], len(starts)) == (dt.date(2025, 12, 1), 6)
    assert (metres.sum(), ran.sum(), len(metres)) == (60_000.0, 6, 38)


@pytest.mark.parametrize("count", [1, 2, 5, 13])
def test_a_short_log_fills_its_picture(count):
    analysis = pauses(*[10] * count)
    for which in ("load", "surfaces", "climb"):
        figure = drawn(analysis, which)
        assert figure.get_size_inches()[0] == canvas.compute_width_in(count)
        assert figure.axes[-1].get_xlim() == (-0.6, count - 0.4)
    calendar = drawn(analysis, "year")
    assert calendar.get_size_inches()[0] == 0.9 + year_calendar.DAY_IN * max(
        count, year_calendar.MIN_COLUMNS
    )


def test_width_grows_with_the_log_to_that_of_the_page():
    widths = [canvas.compute_width_in(count) for count in range(60)]
    assert widths == sorted(widths)
    assert (widths[0], widths[5], widths[26]) == (4.0, 4.0, 9.0)


def test_rows_of_ground_tell_last_week_beside_an_unfinished_one():
    analysis = pauses(*[12.7] * 8, 45, 6.2)
    (label,) = [t for t in texts(drawn(analysis, "surfaces")) if t.startswith("Hard")]
    assert (
        label.replace("\xa0", " ")
        == "Hard last week 45 km, usual 12.7 km, so far 6.2 km"
    )


def test_rows_of_ground_tell_no_files_and_no_usual():
    assert "last week no\xa0files" in "".join(
        texts(drawn(pauses(10, 10, None, 10), "surfaces"))
    )
    assert "usual" not in "".join(texts(drawn(pauses(10, 10), "surfaces")))


def test_the_newest_marked_bar_is_told_but_not_that_of_the_headline():
    analysis = pauses(20, 20, 20, 20, 20, 45, 20, 6)
    assert (
        shown_weeks.find_marks(
            analysis.flags,
            shown_weeks.LOAD,
            shown_weeks.select_weeks(analysis.weeks, []).starts,
        )[-1].at
        == 5
    )
    assert "45\xa0km" in texts(drawn(analysis))
    newest = pauses(20, 20, 20, 20, 20, 45)
    assert "This week so far 45\xa0km" in texts(
        drawn(newest)
    ) and "45\xa0km" not in texts(drawn(newest))


def test_among_thin_bars_only_a_clear_amount_is_told():
    flags = [
        shown_weeks.WeekMark(20, "high"),
        shown_weeks.WeekMark(60, "watch"),
        shown_weeks.WeekMark(99, "high"),
    ]
    tops = np.full(100, 20.0)
    tops[[20, 60, 63, 99]] = 50.0, 40.0, 45.0, 60.0
    # 60 has a longer neighbour, 99 has the headline
    assert markers.pick_labelled_mark(flags, tops) == flags[0]
    # bars wide enough for words
    assert markers.pick_labelled_mark(flags[:2], tops[:70]) == flags[1]
    assert markers.pick_labelled_mark(flags, np.tile(tops, 2)) is None  # many years


def test_an_amount_finds_room_above_its_bar():
    # shape and amount take 23 pt above the flagged bar; the longest bar of a row is 25 pt
    analysis = pauses(*[20] * 5, 45, 20, 6)
    for which in ("load", "climb"):
        (axes,) = drawn(analysis, which).axes
        top = max(
            line.get_ydata().max()
            for line in axes.lines
            if line.get_marker() in ("^", "D")
        )
        height = 72 * (axes.get_position().height * axes.figure.get_size_inches()[1])
        low, high = axes.get_ylim()
        assert (high - top) / (
            high - low
        ) * height >= markers.MARK_PT + markers.AMOUNT_PT - 0.1, which


def test_the_edge_of_the_band_is_drawn_over_the_bars():
    # five weeks of 10 to 30 km before one of 40: both ends of its range lie within its bar
    (axes,) = drawn(pauses(10, 30, 20, 20, 40, 5)).axes
    over = [p for p in axes.findobj(PathPatch) if p.get_zorder() == 2.5]
    (path,) = [p.get_path() for p in over]
    week = path.vertices[np.abs(path.vertices[:, 0] - 4) < 0.5]
    assert sorted(set(week[:, 1].round(6))) == [10.0, 30.0]


def test_many_years_are_drawn_plain():
    analysis = report_cases.five_years()
    figure = charts.draw_measures(analysis)
    assert not [p for p in figure.findobj(PathPatch) if p.get_hatch()]
    assert texts(figure).count("no files") == 1
    assert [
        line
        for line in texts(figure)
        if line.startswith("Pale band: range of the four weeks before")
    ]
    assert any(line.endswith("grey: no files") for line in texts(figure))
    sizes = {
        line.get_marker(): line.get_markersize() for line in figure.findobj(Line2D)
    }
    assert sizes["D"] == 2.0


def test_a_key_names_what_the_plot_holds_and_no_more(ana):
    assert any(
        "\u25b2 large change: raised a check" in text
        for text in texts(charts.draw_measures(ana, ("downhill",)))
    )
    gaps = pauses(10, 10, None, 10, 10, 10, ascent_m=[100.0] * 4 + [np.nan] * 2)
    assert any(
        text.endswith("hatched: no files or unknown")
        for text in texts(charts.draw_measures(gaps, ("ascent",)))
    )
    short = charts.draw_measures(report_cases.two_weeks())
    assert not any("band" in t or "check" in t or "files" in t for t in texts(short))


@pytest.mark.parametrize("form", ["png", "svg", "pdf"])
def test_pictures_are_whole_files_the_same_twice_and_tell_nothing(ana, form):
    one, two = (
        charts.render_picture(charts.draw_measures(ana, ("distance", "hard_m")), form)
        for _ in range(2)
    )
    assert one == two
    assert one.startswith({"png": b"\x89PNG", "svg": b"<?xml", "pdf": b"%PDF"}[form])
    for trace in (
        b"Matplotlib",
        b"Date>",
        b"CreationDate",
        str(Path.home()).encode() + b"/",
    ):
        assert trace not in one


def test_names_are_drawn_as_they_stand_or_as_a_mark():
    assert canvas.clean_label("$\\frac{1}{0}$") == "$\\frac{1}{0}$"
    assert canvas.clean_label("Anna 李") == "Anna ?"
    assert canvas.clean_label("a\rb") == "a\\x0db"
    assert len(canvas.clean_label("x" * 500)) == 80
    charts.render_picture(
        charts.draw_measures(report_cases.two_weeks(name="$\\frac{$ \x1b[31m 李")),
        "png",
    )


def test_plot_names_the_measures_there_are(ana):
    with pytest.raises(
        ValueError, match="no measure 'speed'; there is duration_s, distance_m"
    ):
        charts.draw_measures(ana, ("speed",))
    assert len(charts.draw_measures(ana, ("ascent", "downhill_m", "load")).axes) == 3


def test_unknown_weeks_are_hatched_and_named():
    rows = weekly_runs("2026-01-07", [10] * 8, ascent_m=[100.0] * 4 + [np.nan] * 4)
    analysis = report_cases.analysis(rows)
    text = charts.render_picture(
        charts.draw_measures(analysis, ("ascent",)), "svg"
    ).decode()
    assert ">unknown<" in text
    assert ">no files<" not in text


def test_a_pause_is_told_from_a_week_without_files():
    rows = [*weekly_runs("2026-01-07", [10, 10, 10, None, None, 10, 10, 10])]
    rows += [run("2026-01-28", sport="cycling", duration_s=3600.0)]
    text = charts.render_picture(
        charts.draw_measures(report_cases.analysis(rows)), "svg"
    ).decode()
    assert ">no runs<" in text and ">no files<" in text


def test_nothing_at_all_still_draws():
    nobody = report_cases.empty()
    charts.render_picture(charts.draw_measures(nobody), "svg")
    for which in ("load", "surfaces", "climb", "year"):
        charts.render_picture(drawn(nobody, which), "svg")


def test_pyplot_is_never_imported():
    assert "matplotlib.pyplot" not in sys.modules


def test_pages_are_imported_without_matplotlib():
    code = "import sys, loadwatch.report.html; sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
