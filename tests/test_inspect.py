"""inspect's text: all messages and fields, no position, bounded, whatever the bytes."""

from loadwatch.report import inspect
from loadwatch.report.inspect import HIDDEN, describe
from tests.make_fit import START, FitFile, run


def test_fit_by_fitparse():
    words = describe(run(seconds=60, profile_name="Trail"), "a.fit")
    assert words.startswith("a.fit: FIT, ")
    assert "header of 14 bytes, protocol 2.0" in words
    assert any(line.split()[:2] == ["record", "61"] for line in words.splitlines())
    heart = next(line for line in words.splitlines() if line.startswith("  heart_rate"))
    assert heart.split() == ["heart_rate", "bpm", "61", "140"]
    distance = next(line for line in words.splitlines() if line.startswith("  distance"))
    assert distance.split()[2:] == ["61", "0", "..", "90", "..", "180"]


def test_no_position_is_shown():
    data = run(seconds=60)
    for words in (describe(data, "a.fit"), describe(data[:-200], "a.fit")):
        masked = [line for line in words.splitlines() if "position_l" in line]
        assert masked
        assert all(line.endswith(HIDDEN) for line in masked)
        assert "119304" not in words  # 10 degrees in semicircles


def test_nameless_fields_of_a_positions_type_are_hidden():
    made = FitFile()
    made.raw(20, {200: (0x85, 119_304_647), 201: (0x84, 7)})
    for words in (describe(made.bytes(), "x"), "\n".join(_ours(made.bytes()))):
        assert "119304647" not in words
        assert next(line for line in words.splitlines() if "unknown_200" in line).endswith(HIDDEN)
        assert next(line for line in words.splitlines() if "unknown_201" in line).endswith("7")


def _ours(data):
    seen = inspect._by_us(inspect.fit.decode(data))
    return [inspect._line(key, one) for fields in seen.values() for key, one in fields.items()]


def test_fitparse_fails_and_we_answer():
    made = FitFile()
    made.define(0, 999, [(1, 3, 0x84)])  # fitparse trips over a nameless field whose size does not fit
    made.data(0, b"abc")
    words = describe(made.bytes(), "x")
    assert "fitparse cannot read it" in words
    assert "unknown_999" in words


def test_fitparse_stops_and_that_is_said():
    words = describe(run(seconds=9)[:-30], "x")
    assert "fitparse stopped here" in words
    assert "problem: truncated" in words


def test_large_file_is_ours(monkeypatch):
    monkeypatch.setattr(inspect, "MAX_FITPARSE", 100)
    words = describe(run(seconds=9), "x")
    assert "too large for fitparse" in words
    assert "enhanced_altitude" in words


def test_bounded_and_harmless(monkeypatch):
    monkeypatch.setattr(inspect, "MAX_LINES", 5)
    assert len(describe(run(seconds=9), "x").splitlines()) == 6
    monkeypatch.undo()
    made = FitFile()
    made.add("sport", sport="running", name="\x1b[31mred\r" + "x" * 100)
    made.add("record", timestamp=START)
    words = describe(made.bytes(), "bad\x1bname")
    assert "\x1b" not in words
    assert "\r" not in words
    assert "\\x1b[31mred" in words


def test_other_files():
    assert "cannot be read: it starts like a JPEG image" in describe(b"\xff\xd8\xff\xe0", "a.jpg")
    assert describe(b"", "a") == "a: cannot be read: the file is empty"
    assert "fit" in describe(run(seconds=9) + b"", "a.fit")


def test_chain():
    words = describe(run(seconds=9) + run(seconds=9), "two.fit")
    assert "part 2: header" in words
