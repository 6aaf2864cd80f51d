"""Every case of the zoo: read through the door of the pipeline, and judged by its verdict."""

import datetime as dt
import json
import time
from pathlib import Path

import pytest

from loadwatch.pipeline import Options, analyse_athlete
from tests.zoo import archives, fit, tables, xml

CASES = {
    case["path"]: case
    for case in json.loads((Path(__file__).parent / "cases.json").read_text("utf-8"))
}
REAL = {path for path in CASES if "/real_" in path}
# what counts as each verdict: how the input ended
ENDS = {
    "ok": {"read"},
    "flag": {"noted", "rejected", "ignored"},
    "partial": {"noted"},
    "ignore": {"ignored"},
    "reject": {"rejected"},
    "limit": {"limited", "listed"},
}
# notes that every file of our encoder would get: level ground, a belt
PLAIN = ("altitude_constant:", "indoor:")
OWN_FILE = "its own file is here"  # of a list's row, as in every Strava export
# a file that is read whole and right, though another end was asked for: nothing is left to say
SAFER = {
    "xml/hash_ns.gpx": {
        "read"
    },  # a namespace costs nothing: prefixes are not looked up
    "xml/unbound_prefix.gpx": {"read"},  # and so one that nobody declared loses nothing
}
CPU_S = 10.0
SLOW = {
    "zip/many_entries.zip",
    "zip/bomb_flat.zip",
    "zip/size_lie.zip",
    "csv/huge_field.csv",
    "gz/bomb_1g.fit.gz",
    "fit/long_200k.fit",
}


def make(path: str) -> bytes:
    kind, name = path.split("/")
    stem = name.partition(".")[0]
    if kind == "fit":
        return fit.make(stem)
    if kind == "xml":
        return xml.make(stem, name.rpartition(".")[2])
    if kind == "csv":
        return tables.make(stem)
    return archives.make_gzip(name) if kind == "gz" else archives.make_zip(stem)


def judge(place: Path, *, is_to_be_noted: bool) -> tuple[set[str], str]:
    """Return how the file at `place` ended, and all that was said of it.

    That it holds no distance is a remark only where one is asked for.
    """
    options = Options(now=dt.date(2026, 11, 29))
    begun = time.process_time()
    analysis = analyse_athlete(place, options=options)
    assert time.process_time() - begun < CPU_S
    rows = analysis.activities
    notes = [str(note) for notes in rows["notes"] for note in notes]
    plain = PLAIN if is_to_be_noted else (*PLAIN, "no_distance:")
    notes = [note for note in notes if not note.startswith(plain)]
    kinds = {part.kind for part in analysis.skipped}
    said = notes + [f"{part.source}: {part.why}" for part in analysis.skipped]
    said += [pair.why for pair in analysis.duplicates]
    assert "itself failed" not in " ".join(said)
    labels = [*rows["source"], *(part.source for part in analysis.skipped)]
    for label in labels:
        assert ".." not in label.split("/") and not label.startswith("/")
    if not len(rows):
        ends = {max(kinds, key=("ignored", "rejected", "limited").index)}
        if len(analysis.skipped) > 1000:
            ends.add("listed")
        return ends, " | ".join(said[:9])
    rows_left_out = any("#" in part.source for part in analysis.skipped)
    doubles = [pair for pair in analysis.duplicates if pair.why != OWN_FILE]
    is_noted = bool(notes or doubles or rows_left_out or kinds - {"ignored"})
    return {"noted" if is_noted else "read"}, " | ".join(said[:9])


def mark_slow(path: str) -> object:
    return pytest.param(path, marks=pytest.mark.slow if path in SLOW else ())


@pytest.mark.parametrize("path", [*map(mark_slow, sorted(set(CASES) - REAL))])
def test_verdict(path, tmp_path):
    place = tmp_path / Path(path).name
    place.write_bytes(make(path))
    expected = CASES[path]["expect"]
    ends, said = judge(place, is_to_be_noted=expected == "flag")
    right = ENDS[expected] | SAFER.get(path, set())
    assert ends & right, f"{CASES[path]['why']}: {sorted(ends)}, not {right}: {said}"
    left = {one.name for one in tmp_path.iterdir()}
    assert left == {place.name}  # nothing unpacked


@pytest.mark.parametrize("path", sorted(REAL))
def test_verdict_of_a_real_file(path, corpus, tmp_path):
    name = Path(path).name.removeprefix("real_")
    found = sorted(corpus.rglob(name))
    if not found:
        pytest.skip(f"the folder of real files has no {name}")
    place = tmp_path / name
    place.write_bytes(found[0].read_bytes())
    ends, said = judge(place, is_to_be_noted=True)
    assert ends & ENDS[CASES[path]["expect"]], f"{sorted(ends)}: {said}"
