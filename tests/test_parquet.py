"""Parquet datasets: the sums of JSON, typed, one partition per athlete, nothing that should not be there."""

import json
import math
import re
import shutil
from pathlib import Path

import pytest

from loadwatch import tables
from loadwatch.report import as_parquet
from tests.make_files import SAMPLE

pq = pytest.importorskip("pyarrow.parquet")
pd = pytest.importorskip("pandas")


@pytest.fixture
def club(tmp_path) -> Path:
    """Ana, Ben, and one who cannot be read."""
    folder = tmp_path / "club"
    for name in ("ana", "ben"):
        shutil.copytree(SAMPLE / name, folder / name)
    (folder / "broken.zip").write_bytes(b"PK\x05\x06 no zip")
    return folder


def read(folder: Path, name: str) -> pd.DataFrame:
    return pd.read_parquet(folder / name)


def sum_known(rows: list[dict[str, object]], key: str) -> float:
    return math.fsum(row[key] for row in rows if row[key] is not None)


def test_sums_are_those_of_json(call, club, tmp_path):
    out = tmp_path / "out"
    assert call("parquet", club, "-o", out, "--no-store")[0] == 0
    for name in ("ana", "ben"):
        _, activities, _ = call(
            "activities", club / name, "--format", "json", "--no-store"
        )
        _, weeks, _ = call("weeks", club / name, "--format", "json", "--no-store")
        documents = {
            "exposures": json.loads(activities)["activities"],
            "weeks": json.loads(weeks)["weeks"],
            "flags": json.loads(weeks)["flags"],
        }
        for dataset, rows in documents.items():
            frame = read(out, dataset)
            own = frame[frame["athlete"] == name]
            assert len(own) == len(rows) > 0
            assert [*frame.columns] == [*rows[0], "athlete"]
            for key, dtype in as_parquet.COLUMNS[dataset].items():
                if dtype in {"float", "int"}:
                    known = own[key].dropna().tolist()
                    assert math.fsum(known) == sum_known(rows, key)
                    assert len(known) == sum(row[key] is not None for row in rows)


def test_the_schema_is_the_same_for_all_and_typed(call, club, tmp_path):
    out = tmp_path / "out"
    call("parquet", club, "-o", out, "--no-store")
    for dataset in as_parquet.COLUMNS:
        schemas = {
            str(pq.read_schema(path).remove_metadata())
            for path in (out / dataset).rglob("*.parquet")
        }
        assert len(schemas) == 1
    schema = pq.read_schema(out / "weeks" / "athlete=ana" / "part-0.parquet")
    assert str(schema.field("week").type) == "date32[day]"
    assert str(schema.field("runs").type) == "int64"
    assert str(schema.field("distance_m").type) == "double"
    assert set(tables.column_names(tables.EXPOSURES)) == {
        *as_parquet.COLUMNS["exposures"]
    }


def test_nothing_new_is_not_written_again_and_who_left_is_removed(call, club, tmp_path):
    out, store = tmp_path / "out", ("--store", tmp_path / "store")
    _, _, first = call("parquet", club, "-o", out, *store)
    assert "of 2 athletes" in first and "Could not be read: broken" in first
    times = {path: path.stat().st_mtime_ns for path in out.rglob("*.parquet")}
    assert len(times) == 6
    _, _, again = call("parquet", club, "-o", out, *store)
    assert "of 0 athletes" in again and "2 unchanged" in again
    assert times == {path: path.stat().st_mtime_ns for path in out.rglob("*.parquet")}
    (out / "weeks" / "athlete=ana" / "part-0.parquet").write_bytes(b"torn")
    assert "of 1 athlete to" in call("parquet", club, "-o", out, *store)[2]
    (club / "ben").rename(tmp_path / "ben")
    assert "1 dropped" in call("parquet", club, "-o", out, *store)[2]
    assert {path.parent.name for path in out.rglob("*.parquet")} == {"athlete=ana"}


def test_pseudonyms_last_and_name_nobody(call, club, tmp_path):
    out = tmp_path / "out"
    (club / "ana" / "tags.csv").write_text("file,shoe\n2026-11-22-run.fit,Red Ana\n")
    for _ in range(2):
        code, _, errors = call("parquet", club, "-o", out, "--anonymise", "--no-store")
        assert code == 0
    assert "unchanged" in errors and "dropped" not in errors
    names = {path.parent.name for path in out.rglob("*.parquet")}
    assert len(names) == 2
    assert all(re.fullmatch(r"athlete=runner-[0-9a-f]{12}", name) for name in names)
    words = "".join(
        read(out, dataset).to_csv() for dataset in as_parquet.COLUMNS
    ).lower()
    for word in ("ana,", "red ana", "fenix", "garmin", str(tmp_path).lower(), ".fit"):
        assert word not in words
    key = tmp_path / "config" / "loadwatch" / "pseudonym.key"
    assert key.stat().st_mode & 0o077 == 0
    key.unlink()
    call("parquet", club, "-o", out, "--anonymise", "--no-store")
    assert {path.parent.name for path in out.rglob("*.parquet")}.isdisjoint(names)


def test_an_athlete_whose_name_is_a_number_stays_text(call, club, tmp_path):
    out = tmp_path / "out"
    (club / "ana").rename(club / "#2 跑者")
    (club / "ben").rename(club / "2026-03-02")
    shutil.copytree(club / "#2 跑者", club / "NaN")
    call("parquet", club, "-o", out, "--no-store")
    names = sorted(set(read(out, "weeks")["athlete"].astype(object)))
    assert names == ["runner-2", "runner-2026-03-02", "runner-nan"]


def test_a_name_of_other_letters_stays_the_same_whoever_comes(call, club, tmp_path):
    out = tmp_path / "out"
    (club / "ben").rename(club / "日本")
    call("parquet", club, "-o", out, "--no-store")
    before = {path.name for path in (out / "weeks").iterdir()}
    shutil.copytree(club / "日本", club / "中国")
    call("parquet", club, "-o", out, "--no-store")
    after = {path.name for path in (out / "weeks").iterdir()}
    assert before < after
    assert all(
        re.fullmatch(r"athlete=(ana|runner-[0-9a-f]{8})", name) for name in after
    )


def test_who_cannot_be_read_is_named_with_the_reason(call, club, tmp_path):
    (club / "ben" / "loadwatch.toml").write_text("[weeks\n")
    (club / "cut.zip").write_bytes(b"PK\x03\x04cut")
    _, _, errors = call("parquet", club, "-o", tmp_path / "out", "--no-store")
    assert "Could not be read: ben: loadwatch.toml:1: Expected" in errors
    assert "Could not be read: cut-zip: nothing could be read: a broken zip" in errors
    hidden = ("-o", tmp_path / "hidden", "--anonymise", "--no-store")
    _, _, errors = call("parquet", club, *hidden)
    reasons = [line for line in errors.splitlines() if line.startswith("Could not")]
    assert len(reasons) == 3
    assert all(line.endswith(": nothing could be read") for line in reasons)


def test_who_cannot_be_read_any_more_keeps_what_was_written(call, club, tmp_path):
    out = tmp_path / "out"
    call("parquet", club, "-o", out, "--no-store")
    before = read(out, "weeks")
    for file in [*(club / "ben").rglob("*.*")]:
        file.write_bytes(b"PK\x05\x06 no zip")
    _, _, errors = call("parquet", club, "-o", out, "--no-store")
    assert "Could not be read: ben: loadwatch.toml:1: Expected" in errors
    assert read(out, "weeks").equals(before)


def test_no_position_and_no_absolute_path(call, club, tmp_path):
    out = tmp_path / "out"
    call("parquet", club, "-o", out, "--no-store")
    for path in out.rglob("*.parquet"):
        table = pq.read_table(path)
        assert not {"cells", "latitude_deg", "longitude_deg"} & {*table.column_names}
        assert str(tmp_path) not in table.to_pandas().to_csv()
        assert str(tmp_path).encode() not in path.read_bytes()


def test_datasets_do_not_go_into_the_folder_that_is_read(call, club):
    code, _, errors = call("parquet", club, "-o", club / "out", "--no-store")
    assert (code, "lies in the folder" in errors) == (2, True)


def test_without_pyarrow_it_says_how_to_get_it(call, club, tmp_path, monkeypatch):
    monkeypatch.setattr("loadwatch.cli.parquet.find_spec", lambda _: None)
    code, _, errors = call("parquet", club, "-o", tmp_path / "out")
    assert (code, "pip install '.[parquet]'" in errors) == (1, True)
