"""Points taken out by a pattern are those of the parser, whatever is between them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loadwatch.errors import LoadwatchError, NotActivity, OverLimit, Unreadable
from loadwatch.ingest import readers
from loadwatch.ingest.readers.xml import point_pattern
from loadwatch.settings import Settings
from tests.make_xml import gpx, join_tracks, lap, only, point, read, run, tcx


def _slowly(data: bytes, monkeypatch) -> object:
    monkeypatch.setattr(point_pattern, "learn_pattern", lambda *_: None)
    found = read(data)
    monkeypatch.undo()
    return found


@pytest.mark.parametrize(
    "data",
    [
        gpx(run(50), run(50)),
        join_tracks(3600),
        gpx(run(30, extra="<x><y>1</y></x><z/>")),
    ],
)
def test_points_taken_out_by_pattern_are_those_of_the_parser(data, monkeypatch):
    _same(read(data), _slowly(data, monkeypatch))


def _same(one, two):
    # NaN differs from itself, its text does not
    assert [repr(a.session) for a in one.activities] == [
        repr(a.session) for a in two.activities
    ]
    for a, b in zip(one.activities, two.activities, strict=True):
        assert a.records.equals(b.records)


def test_points_in_a_comment_do_not_count():
    hidden = gpx(
        run(50)
        + "<!--"
        + "".join(point(k) for k in range(100, 200))
        + "-->"
        + point(60)
    )
    assert len(only(hidden).records) == 51


def test_a_file_that_holds_our_marker_is_read_the_slow_way():
    assert len(only(gpx(run(50) + f"<{point_pattern.MARK}/>" * 3)).records) == 50


def test_large_files_are_taken_in_windows(monkeypatch):
    whole = only(gpx(run(900)))
    monkeypatch.setattr(point_pattern, "WINDOW", 5_000)
    assert only(gpx(run(900))).records.equals(whole.records)
    monkeypatch.setattr("loadwatch.ingest.readers.xml.point_columns.BATCH", 7)
    monkeypatch.setattr(point_pattern, "learn_pattern", lambda *_: None)
    assert only(gpx(run(900))).records.equals(whole.records)


EXTRAS = st.sampled_from(
    [
        "",
        "<extensions><g:hr>120</g:hr></extensions>",
        "<extensions/>",
        "<g:hr>9e9</g:hr>",
        "<!-- x -->",
        "<ele/>",
        "&amp;",
    ]
)


@given(st.lists(EXTRAS, min_size=1, max_size=12), st.integers(0, 300))
@settings(deadline=None, max_examples=50)
def test_mixed_layouts_and_cuts_give_the_same_both_ways(extras, cut):
    data = gpx("".join(point(k, extra=extra) for k, extra in enumerate(extras)))
    data = data[: len(data) - cut]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(point_pattern, "learn_pattern", lambda *_: None)
        slow = _outcome(data)
    assert _outcome(data) == slow


def _outcome(data: bytes) -> object:
    try:
        return [
            (a.session, a.records.to_csv()) for a in read(data).activities
        ].__repr__()
    except (NotActivity, Unreadable, OverLimit) as error:
        return type(error).__name__, error.why


@given(st.data())
@settings(deadline=None, max_examples=60)
def test_any_damage_gives_an_activity_or_a_reason(data):
    whole = bytearray(data.draw(st.sampled_from([gpx(run(5)), tcx(lap())])))
    for _ in range(data.draw(st.integers(1, 5))):
        at = data.draw(st.integers(0, len(whole) - 1))
        whole[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=4))
    try:
        readers.read(bytes(whole), "x", Settings())
    except LoadwatchError as error:
        assert str(error)


def test_a_window_of_points_is_made_when_it_is_asked_for():
    """The texts of all windows at once take four times the file."""
    data = "".join(point(k) for k in range(20)).encode()
    pattern = point_pattern.learn_pattern(data, "trkpt")
    windows = point_pattern.split_points(data, "trkpt", pattern)
    assert iter(windows) is windows
    assert sum(sum(window.streaks) for window in windows) == 20
