"""XML that is hostile or broken: what is refused, within which limits, and why."""

from datetime import timedelta

import pytest

from loadwatch.errors import LoadwatchError, NotActivity, OverLimit, Unreadable
from loadwatch.ingest import readers
from loadwatch.ingest.readers.xml import tree
from loadwatch.settings import Settings
from tests.make_xml import (
    HEAD,
    START,
    activity_of,
    codes,
    gpx,
    join_tracks,
    lap,
    only,
    point,
    read,
    run,
    tcx,
)

LAUGHS = '<!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;&lol;">]>'


@pytest.mark.parametrize(
    "head",
    [
        HEAD + LAUGHS,
        HEAD + '<!DOCTYPE gpx SYSTEM "http://example.org/x.dtd">',
        HEAD + '<!DOCTYPE gpx [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        HEAD + '<!DOCTYPE gpx [<!ENTITY % p SYSTEM "file:///etc/passwd"> %p;]>',
        HEAD + "<!DOCTYPE gpx>",
    ],
)
def test_any_doctype_is_refused(head):
    with pytest.raises(Unreadable, match="DOCTYPE"):
        read(gpx(run(3), head=head))


def test_limits_of_depth_attributes_elements_and_points(monkeypatch):
    deep = "<a>" * 200_000
    with pytest.raises(OverLimit, match="64 deep"):
        read(gpx(run(3), rest=deep))
    with pytest.raises(OverLimit, match="64 attributes"):
        read(
            gpx(run(3), rest="<a " + " ".join(f'a{k}="1"' for k in range(1000)) + "/>")
        )
    spaces = "<a " + " ".join(f'xmlns:a{k}="u"' for k in range(1000)) + "/>"
    assert only(gpx(run(3), rest=spaces)).session.sport == "running"
    with pytest.raises(OverLimit, match="endless track point"):
        read(gpx(point(0) + '<trkpt lat="1" lon="2">' + "<a>" * 700_000))
    monkeypatch.setattr(tree, "MAX_NODES", 50)
    with pytest.raises(OverLimit, match="more than 50 elements"):
        read(gpx(run(3), rest="<a/>" * 60))
    monkeypatch.setattr("loadwatch.ingest.readers.xml.gpx.MAX_PARTS", 1)
    monkeypatch.setattr("loadwatch.ingest.readers.xml.tcx.MAX_PARTS", 1)
    monkeypatch.setattr(tree, "MAX_NODES", 500)
    with pytest.raises(OverLimit, match="more than 1 recordings"):
        read(join_tracks(3600))
    with pytest.raises(OverLimit, match="more than 1 activities"):
        read(
            tcx(
                body=f"<Activities>{activity_of(lap(3))}{activity_of(lap(3))}</Activities>"
            )
        )
    monkeypatch.setattr("loadwatch.ingest.readers.xml.MAX_BYTES", 100)
    with pytest.raises(OverLimit, match="more than 0 MiB"):
        read(gpx(run(3)))


@pytest.mark.parametrize(
    "data",
    [
        gpx(run(3)).replace(b"UTF-8", b"x-unknown"),
        gpx(run(3)).replace(b"UTF-8", b"UTF-7"),
        b"<gpx",
        b"<?xml version='1.0'?><!-- <gpx -->",
        b"<gpx><trk>",
        HEAD.encode() + b"<gpx><metadata>&#27;</metadata>",
    ],
)
def test_what_cannot_be_parsed_has_a_reason(data):
    with pytest.raises((Unreadable, NotActivity)) as error:
        read(data)
    assert error.value.why


def test_xml_of_another_kind():
    with pytest.raises(Unreadable, match="KML map"):
        read(b"<kml><!-- a <gpx once --></kml>")
    with pytest.raises(Unreadable, match="neither GPX nor TCX"):
        read(b"<plan><!-- a <gpx once --></plan>")


@pytest.mark.parametrize("count", [12, 300])
def test_a_point_that_begins_within_another_one_ends_no_segment(count):
    points = [point(k) for k in range(count)]
    points[5] = points[5].replace("</trkpt>\n", "")  # which holds the sixth one then
    points[8] += "</trkpt>\n"
    (activity,) = readers.read(gpx("".join(points)), "a.gpx", Settings()).activities
    assert len(activity.records) == count - 1
    assert [
        note.text for note in activity.session.notes if note.code == "truncated"
    ] == ["1 track point(s) begin within another one"]


@pytest.mark.parametrize(
    ("written", "name"),
    [
        (
            "Run &#55357;&#56832;!",
            "Run \U0001f600!",
        ),  # an emoji in halves, by JavaScript
        ("Run &#xD83D;&#xDE00;!", "Run \U0001f600!"),
        ("&#65;&#55357;&#56832;&#x1F600;", "A\U0001f600\U0001f600"),
        ("&#xD800;&#xDC00;&#56319;&#57343;", "\U00010000\U0010ffff"),
        ("Run \x0b\x1b&#65;&#66;", "Run AB"),
    ],
)
def test_a_name_of_characters_that_xml_forbids_costs_no_point(written, name):
    text = HEAD + (
        f'<gpx version="1.1" creator="x"><trk><name>{written}</name><type>running</type>'
        f"<trkseg>{''.join(point(k) for k in range(100))}</trkseg></trk></gpx>"
    )
    (activity,) = readers.read(text.encode(), "a.gpx", Settings()).activities
    assert len(activity.records) == 100
    assert activity.session.name == name
    assert any(note.code == "text" for note in activity.session.notes)


@pytest.mark.parametrize(
    "reference", ["&#27;", "&#xD83D;", "&#56832;&#55357;", "&#56320;&#56320;", "&#0;"]
)
def test_a_reference_to_no_character_ends_the_file(reference):
    """As XML 1.0 has it (section 4.1, "Legal Character")."""
    text = (
        HEAD
        + f'<gpx version="1.1" creator="x"><trk><name>{reference}</name></trk></gpx>'
    )
    with pytest.raises(LoadwatchError, match="breaks off before its first point"):
        readers.read(text.encode(), "a.gpx", Settings())


@pytest.mark.filterwarnings("error::RuntimeWarning")
@pytest.mark.parametrize("number", ["1e308", "-1e308", "1e200", "inf", "nan"])
@pytest.mark.parametrize(
    "name", ["lat", "lon", "ele", "hr", "cad", "speed", "distance"]
)
def test_numbers_without_bounds_warn_of_nothing(name, number):
    """Also where the clock steps back, so that the way decides about the order of points."""
    values = {"lat": "10", "lon": "20", "ele": "5", "hr": "140", "cad": "80"}
    values |= {"speed": "3", "distance": "3"}
    marks = []
    for at in range(300):
        own = dict(values, lat=f"{10 + at / 30_000:.6f}", distance=str(3 * at))
        if at % 3 == 0:
            own[name] = number
        clock = START + timedelta(seconds=at + 50 * (at // 20 % 2))
        inner = "".join(f"<{key}>{own[key]}</{key}>" for key in list(values)[3:])
        marks.append(
            f'<trkpt lat="{own["lat"]}" lon="{own["lon"]}"><ele>{own["ele"]}</ele>'
            f"<time>{clock:%Y-%m-%dT%H:%M:%SZ}</time><extensions>{inner}</extensions>"
            "</trkpt>"
        )
    activity = only(gpx("".join(marks)))
    assert len(activity.records)
    if name in ("hr", "cad", "speed", "distance"):
        assert "bad_values" in codes(activity)
