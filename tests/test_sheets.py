"""Spreadsheets: read sheet by sheet, the same as .xlsx and .ods, and never unpacked without end."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime, timedelta

import pytest

from loadwatch.errors import OverLimit, Unreadable
from loadwatch.ingest.sources import find_members, origin
from tests import make_vendors as make
from tests.read_vendors import HEADER, build_rows, kinds, read


def test_a_workbook_is_read_sheet_by_sheet():
    pytest.importorskip("python_calamine")
    day = datetime(2026, 6, 1)  # noqa: DTZ001  a date in a cell
    runs = [day, 9.5, timedelta(minutes=50), "Run"]
    older = [day - timedelta(days=365), 7, timedelta(minutes=40), "Treadmill"]
    book = make.make_xlsx(
        {"2026": [HEADER, runs], "Notes": [["hello"]], "2025": [HEADER, older]}
    )
    sessions = read(book)
    assert kinds(sessions) == [("running", "generic"), ("running", "treadmill")]
    assert [one.distance_m for one in sessions] == [9500, 7000]
    assert [one.timer_s for one in sessions] == [3000, 2400]
    assert [one.line for one in sessions] == [2, 5]
    assert sessions[0].start_local == day


def test_an_open_document_is_read_alike(tmp_path, call):
    pytest.importorskip("python_calamine")
    path = tmp_path / "runs.ods"
    path.write_bytes(make.make_ods([HEADER, ["2026-06-01", "9.5", "0:50:00", "Run"]]))
    (row,) = build_rows(call, path)["activities"]
    assert (row["source"], row["distance_m"]) == ("runs.ods#2", 9500)


def test_a_workbook_without_the_extra_names_it(tmp_path, monkeypatch):
    monkeypatch.setattr(origin, "find_spec", lambda _: None)
    path = tmp_path / "runs.xlsx"
    path.write_bytes(make.make_xlsx({"Runs": [HEADER]}))
    (member,) = find_members([path])
    with pytest.raises(Unreadable, match=r"loadwatch\[sheets\].*CSV"):
        member.read()


def test_a_text_document_and_a_plain_zip_are_no_lists(tmp_path):
    path = tmp_path / "a.odt"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        archive.writestr("content.xml", "<a/>")
    (skipped,) = find_members([path])
    assert "office document" in skipped.why
    plain = io.BytesIO()
    with zipfile.ZipFile(plain, "w") as archive:
        archive.writestr("a.txt", "a")
    with pytest.raises(Unreadable, match="zip archive"):
        read(plain.getvalue())


def test_a_workbook_made_to_explode_is_refused(monkeypatch):
    book = make.make_xlsx({"Runs": [HEADER] * 2000})
    monkeypatch.setattr("loadwatch.ingest.readers.csv.sheets.MEMBER_BYTES", 10_000)
    with pytest.raises(OverLimit):
        read(book)


def test_a_broken_workbook_is_refused():
    pytest.importorskip("python_calamine")
    book = make.make_xlsx({"Runs": [HEADER]}).replace(b"<sheetData>", b"<sheetDat\0>")
    with pytest.raises(Unreadable):
        read(book)
