"""Real FIT files: our decoder against fitparse, and what becomes of each file."""

from collections import Counter

import pytest

from loadwatch.activity import Reading
from loadwatch.errors import NotActivity, Unreadable
from loadwatch.ingest.readers import read
from loadwatch.settings import Settings
from tests.compare_fitparse import KNOWN, compare_file, list_fit_files

SMALL = 12_000  # bytes; every file up to this size is compared
SAMPLE = 600_000  # bytes of larger ones, spread over the corpus; fitparse reads 80 to 200 kB a second
BROKEN = sorted(KNOWN)

pytestmark = pytest.mark.corpus


def chosen(corpus):
    """All small files, and every so manieth larger one, deterministic."""
    whole = [(path, path.stat().st_size) for path in list_fit_files(corpus)]
    large = [one for one in whole if SMALL < one[1] < SAMPLE / 6]
    step = max(1, sum(size for _, size in large) // SAMPLE)
    return [path for path, size in whole if size <= SMALL] + [
        path for path, _ in large[::step]
    ]


@pytest.mark.slow
def test_same_as_fitparse(corpus):
    compared = 0
    for path in chosen(corpus):
        name = path.relative_to(corpus).as_posix()
        result = compare_file(path.read_bytes())
        if name not in KNOWN:
            assert (name, result.differences, result.stopped) == (name, [], "")
        compared += result.raw + result.scaled + result.enum_names
    assert compared > 100_000


@pytest.mark.parametrize("name", BROKEN)
def test_broken_files_keep_what_is_whole(corpus, name):
    """Up to where fitparse stops, the values are the same."""
    data = (corpus / name).read_bytes()
    if len(data) > 100_000:
        data = data[:100_000]
    result = compare_file(data)
    # there fitparse reads nothing at all
    assert result.messages > 0 or "no length" in KNOWN[name]
    assert all("fitparse has more" in one for one in result.differences)


@pytest.mark.slow
def test_every_file_has_its_place(corpus):
    """Activities, something else, or not readable: no other error, and hardly any rejected."""
    kinds = Counter()
    for path in sorted(corpus.rglob("*")):
        if path.suffix.lower() == ".fit":
            try:
                made = read(path.read_bytes(), path.name, Settings())
            except (NotActivity, Unreadable) as error:
                kinds[type(error).__name__] += 1
                assert error.why
            else:
                assert isinstance(made, Reading)
                kinds["read"] += 1
                kinds["activities"] += len(made.activities)
    assert kinds["read"] > 0.9 * (
        kinds["read"] + kinds["NotActivity"] + kinds["Unreadable"]
    )
    assert kinds["Unreadable"] < 10
