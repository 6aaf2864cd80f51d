"""inspect's text: all messages and fields, neither place nor person, bounded, whatever the bytes."""

import re
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadwatch.errors import NothingToRead, Unreadable
from loadwatch.ingest.readers import fit
from loadwatch.ingest.readers.fit import profile
from loadwatch.ingest.readers.fit.field_columns import decode_columns
from loadwatch.ingest.readers.fit.field_columns import read_strings as texts
from loadwatch.inspect import contents, inspection, reading_summary
from loadwatch.inspect.contents import describe_contents
from loadwatch.inspect.field_summary import FieldSummary, add_values, format_day_range
from loadwatch.inspect.shareable_fields import (
    HIDDEN_NOTES,
    RECORDED_MESSAGES,
    Field,
    choose_disclosure,
)
from loadwatch.settings import Settings
from tests.make_fit import START, FitBuilder, run

HIDDEN, PERSON = HIDDEN_NOTES["place"], HIDDEN_NOTES["person"]
STRING, SERIALS = (
    0x07,
    (0x8C, 0x8B),
)  # FIT's base types; uint32z and uint16z hold serial and ANT numbers


def row(text, name):
    return next(line for line in text.splitlines() if line.split()[:1] == [name])


def test_fit_by_fitparse():
    text = describe_contents(run(seconds=60, profile_name="Trail"), "a.fit")
    assert text.startswith("FIT, ")
    assert "header of 14 bytes, protocol 2.0" in text
    assert any(line.split()[:2] == ["record", "61"] for line in text.splitlines())
    assert row(text, "heart_rate").split() == ["heart_rate", "bpm", "61", "140"]
    assert row(text, "distance").split()[2:] == ["61", "0", "..", "90", "..", "180"]


def test_no_position_is_shown():
    data = run(seconds=60)
    for text in (
        describe_contents(data, "a.fit"),
        describe_contents(data[:-200], "a.fit"),
    ):
        masked = [line for line in text.splitlines() if "position_l" in line]
        assert masked
        assert all(line.endswith(HIDDEN) for line in masked)
        assert "119304" not in text  # 10 degrees in semicircles


def test_nameless_fields_of_a_positions_type_are_hidden():
    made = FitBuilder()
    made.raw(20, {200: (0x85, 119_304_647), 201: (0x84, 7)})
    for text in (describe_contents(made.bytes(), "x"), ours(made.bytes())):
        assert "119304647" not in text
        assert row(text, "unknown_200").endswith(HIDDEN)
        assert row(text, "unknown_201").endswith("7")


def ours(data):
    summaries = contents._summarize_by_decoder(contents.fit.decode(data))
    return "\n".join(
        one.format(key) for fields in summaries.values() for key, one in fields.items()
    )


def somebody():
    """A file that says who, where and when in every way we know of."""
    made = FitBuilder()
    made.add(
        "file_id",
        type="activity",
        manufacturer="garmin",
        serial_number=3_327_579_914,
        time_created=START,
    )
    made.add(
        "user_profile",
        friendly_name="Annabel",
        gender="female",
        age=41,
        height=1.71,
        weight=63.2,
    )
    made.add(
        "device_info",
        serial_number=3_327_579_914,
        ant_device_number=54_321,
        product_name="Annabel's",
    )
    made.add("activity", timestamp=START, local_timestamp=START + timedelta(hours=2))
    made.add("record", timestamp=START, heart_rate=151)
    made.add("record", timestamp=START + timedelta(seconds=2), heart_rate=155)
    made.raw(147, {1: (0x8B, 54_321), 2: (0x86, 967_543_417)})
    return made.bytes()


@pytest.mark.parametrize(
    "view", [lambda data: describe_contents(data, "annabel.fit"), ours]
)
def test_nobody_can_be_told_by_it(view):
    text = view(somebody())
    for name in ("serial_number", "friendly_name", "gender", "age", "height", "weight", "ant_device_number",
                 "product_name", "local_timestamp", "unknown_1", "unknown_2"):  # fmt: skip
        assert row(text, name).endswith(PERSON), name
        # how many
        assert (
            row(text, name).split()[1].isdigit() or row(text, name).split()[2].isdigit()
        )
    for secret in (
        "nnabel",
        "3327579914",
        "54321",
        "63.2",
        "1.71",
        "967543417",
        "female",
    ):
        assert secret not in text
    assert not re.search(r"\d\d:\d\d", text)
    assert row(text, "heart_rate").endswith("151 .. 153 .. 155")
    assert row(text, "manufacturer").endswith("garmin")
    assert re.search(r"timestamp  .*20\d\d-\d\d-\d\d, 2 s apart$", text, re.MULTILINE)


@given(
    name=st.text(max_size=20),
    kind=st.sampled_from(["uint8", "string", "date_time", "local_date_time"]),
)
def test_a_message_that_no_line_speaks_for_shows_nothing(name, kind):
    assert (
        choose_disclosure(Field(message="sleep_profile", name=name, type_name=kind))
        in HIDDEN_NOTES
    )
    assert (
        choose_disclosure(
            Field(message="sleep_profile", name=name, type_name=kind, enumerated=True)
        )
        in HIDDEN_NOTES
    )


def test_a_large_number_is_never_shown():
    made = FitBuilder()
    made.add("event", timestamp=START, event="timer", event_type="start")
    made.add("lap", timestamp=START, total_distance=2e9 / 100)
    assert row(describe_contents(made.bytes(), "x"), "total_distance").endswith(
        "20000000"
    )
    assert (
        choose_disclosure(
            Field(
                message="record",
                name="epoch",
                units="s",
                in_profile=False,
                developer=True,
            )
        )
        == "value"
    )
    summary = FieldSummary("s", "value", [1_600_000_000.0], 1)
    assert summary.format("epoch").endswith(PERSON)


def test_fields_of_one_name_shown_in_two_ways_are_hidden():
    fields = {}
    for size in (2, 4):
        described = Field(
            message="record",
            name="unknown_9",
            type_name="uint",
            value_bytes=size,
            in_profile=False,
        )
        add_values(fields, described, [7])
    assert fields["unknown_9"].format("unknown_9").endswith(PERSON)


def test_fitparse_fails_and_we_answer():
    made = FitBuilder()
    # fitparse trips over a nameless field whose size does not fit
    made.define(0, 999, [(1, 3, 0x84)])
    made.data(0, b"abc")
    text = describe_contents(made.bytes(), "x")
    assert "fitparse cannot read it" in text
    assert "unknown_999" in text


def test_fitparse_stops_and_that_is_said():
    text = describe_contents(run(seconds=9)[:-30], "x")
    assert "fitparse stopped here" in text
    assert "problem: truncated" in text


def test_large_file_is_ours(monkeypatch):
    monkeypatch.setattr(contents, "MAX_FITPARSE_BYTES", 100)
    text = describe_contents(run(seconds=9), "x")
    assert "too large for fitparse" in text
    assert "enhanced_altitude" in text
    assert re.search(r"sport +\d+ +running", text)


def test_bounded_and_harmless(monkeypatch):
    monkeypatch.setattr(contents, "MAX_LINES", 5)
    assert len(describe_contents(run(seconds=9), "x").splitlines()) == 6
    monkeypatch.undo()
    made = FitBuilder()
    made.add("field_description", field_name="\x1b[31mred\r" + "x" * 100)
    made.add("record", timestamp=START)
    text = describe_contents(made.bytes(), "bad\x1bname")
    assert "\x1b" not in text
    assert "\r" not in text
    assert "\\x1b[31mred" in text


def test_what_cannot_be_read_is_refused():
    for data, why in (
        (b"\xff\xd8\xff\xe0", "it starts like a JPEG image"),
        (b"", "the file is empty"),
    ):
        with pytest.raises(Unreadable, match=why):
            describe_contents(data, "a.jpg")


def test_a_list_says_each_remark_once():
    rows = "".join(f"2026-01-{day:02} 07:30,{day},Kanupolo\n" for day in range(1, 10))
    text = describe_contents(
        b"date,distance_km,type\n" + rows.encode(), "runs.csv"
    ).splitlines()
    assert "9 activities" in text[0]
    assert (
        text[1]
        == "  list unknown/generic: 9, 2026-01-01 .. 2026-01-09, 45.00 km by the file, 0 samples"
    )
    assert sum("Kanupolo" in line for line in text) == 1
    assert any(line.endswith("(9 times)") for line in text)


def test_a_gpx_shows_days_sizes_and_no_place():
    point = '<trkpt lat="46.123456" lon="8.654321"><ele>{}</ele><time>2026-05-01T0{}:00:00Z</time></trkpt>'
    track = "".join(point.format(400 + n, n) for n in (5, 6))
    gpx = f'<gpx xmlns="http://www.topografix.com/GPX/1/1"><trk><name>At Anna\'s</name><trkseg>{track}</trkseg></trk></gpx>'
    text = describe_contents(gpx.encode(), "a.gpx")
    assert "1 activity" in text
    assert "2026-05-01, no distance stated, 2 samples" in text
    assert row(text, "altitude_m").endswith("405 .. 405.5 .. 406")
    assert row(text, "latitude_deg").endswith(HIDDEN)
    assert not re.search(r"46\.1|8\.6|Anna|\d\d:\d\d|nan", text)


def test_remarks_quote_no_name_and_no_time_of_day():
    expected = {
        "track At Anna's: it has no times": "track: it has no times",
        "file: the list names no file but activities/123.fit": "file: the list names no file but one",
        'its date, "2026-05-01 06:45:10", cannot be read': 'its date, "2026-05-01 cannot be read',
    }
    assert {
        note: reading_summary._anonymize_note(note) for note in expected
    } == expected


def test_the_unit_of_a_list_is_taken_from_the_settings():
    data = b"Date,Distance\n2026-01-01,10\n"
    text = describe_contents(data, "runs.csv", settings=Settings(distance_unit="mi"))
    assert "16.09 km" in text  # 10 mi of 1609.344 m


def test_chain():
    text = describe_contents(run(seconds=9) + run(seconds=9), "two.fit")
    assert "part 2: header" in text


def look(path):
    return inspection.inspect_path(path, Settings(), None)


def test_one_file_is_shown_whole_without_its_name(tmp_path):
    (tmp_path / "annabel_57663434396.fit").write_bytes(run(seconds=20))
    found = look(tmp_path / "annabel_57663434396.fit")
    assert "annabel" not in found.text
    assert "Metres by grade" in found.text
    assert found.why == ""


def test_of_few_files_each_is_whole_and_of_many_a_line_each(tmp_path, monkeypatch):
    for n in range(3):
        (tmp_path / f"{n}.fit").write_bytes(run(seconds=20 + n))
    assert [f"file {n}: FIT" in look(tmp_path).text for n in (1, 2, 3)] == [True] * 3
    (tmp_path / "x.jpg").write_bytes(b"\xff\xd8\xff\xe0")
    lines = look(tmp_path).text.splitlines()
    assert re.fullmatch(
        r"0\.fit: fit running/\w+, \d{4}-\d\d-\d\d, 0\.06 km by the file, 21 samples",
        lines[0],
    )
    assert lines[3] == "x.jpg: cannot be read: it starts like a JPEG image"
    assert "loadwatch inspect FILE" in "\n".join(lines[4:])
    monkeypatch.setattr(inspection, "MAX_FILES", 4)
    (tmp_path / "y.fit").write_bytes(run(seconds=9))
    assert "... and 1 more file; loadwatch activities PATH" in look(tmp_path).text


def test_a_refused_file_is_a_reason_and_a_refused_fit_both(tmp_path):
    photo, broken = tmp_path / "a.jpg", tmp_path / "a.fit"
    photo.write_bytes(b"\xff\xd8\xff\xe0")
    assert look(photo) == inspection.Inspection(
        "", "a.jpg cannot be read: it starts like a JPEG image"
    )
    broken.write_bytes(b"\x0e\x10\x00\x00\x00\x00\x00\x00.FIT\x00\x00")
    found = look(broken)
    assert found.text.startswith("FIT, 14 bytes")
    assert "cannot be read" in found.why
    assert look(tmp_path).why.count("cannot be read") == 2
    with pytest.raises(NothingToRead):
        (tmp_path / "empty").mkdir()
        look(tmp_path / "empty")


def test_a_course_is_readable_and_no_activity(tmp_path):
    made = FitBuilder()
    made.add("file_id", type="course")
    (tmp_path / "c.fit").write_bytes(made.bytes())
    found = look(tmp_path / "c.fit")
    assert "No activity: " in found.text and found.why == ""


def secrets(data):
    """Texts and serial numbers of a FIT file that may not be shown, from our own decoder."""
    for link in fit.decode(data).files:
        for table in link.tables:
            message = profile.name_message(table.layout.number)
            for one in table.layout.fields:
                if one.base_type == STRING and message != "field_description":
                    yield from (word for word in texts(table, one.key) if len(word) > 5)
            for column in decode_columns(table).values():
                if column.base_type in SERIALS:
                    yield from (
                        f"{int(value)}" for value in column.first if value >= 1e5
                    )


@pytest.mark.slow
@pytest.mark.corpus
def test_no_real_file_says_who_where_or_when(corpus, monkeypatch):
    """All files in our own view, and in fitparse's those small enough to be quick."""
    looked = 0
    monkeypatch.setattr(contents, "MAX_FITPARSE_BYTES", 8_000)
    for path in sorted(corpus.rglob("*")):
        if path.suffix.lower() != ".fit" or not fit.sniff(data := path.read_bytes()):
            continue
        text = describe_contents(data, path.name)
        rows = text.split("\n\n", 1)[-1]
        listed = {line.split()[0] for line in rows.splitlines() if line.strip()}
        found = {word for word in secrets(data) if word in rows and word not in listed}
        # a profile's own word may also be a text, as "running"
        found = {
            word
            for word in found
            if word not in ENUM_NAMES and word not in described(data)
        }
        assert (path.name, found) == (path.name, set())
        assert not re.search(r"\d\d:\d\d:\d\d|(?<![\d.])[1-9]\d{8,}", rows), path.name
        message = ""
        for line in rows.splitlines():
            message = line if line and not line.startswith(" ") else message
            if line.startswith("  ") and message not in RECORDED_MESSAGES:
                assert line.endswith((PERSON, HIDDEN, "unknown")), (
                    path.name,
                    message,
                    line,
                )
        looked += 1
    assert looked > 600


ENUM_NAMES = {
    str(word)
    for kind in profile.FIELD_TYPES.values()
    for word in (kind.values or {}).values()
}


def described(data):
    """What a file's own descriptions of its developer fields say."""
    return {
        word
        for link in fit.decode(data).files
        for table in link.find_tables(profile.find_message_number("field_description"))
        for one in table.layout.fields
        for word in (texts(table, one.key) if one.base_type == STRING else ())
    }


def test_days_are_shown_as_days():
    assert (
        format_day_range([date(2026, 5, 3), date(2026, 5, 1)])
        == "2026-05-01 .. 2026-05-03"
    )
