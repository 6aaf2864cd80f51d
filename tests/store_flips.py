"""How a store bears flipped bits: `python -m tests.store_flips [COUNT] [SEED]`.

Page 1 is gone through bit by bit before bits are chosen by chance. Each time the store is
opened and asked for every key, written to and opened again. Counts what must be 0: errors,
rows of another file, and stores that know nothing after they were written to.
"""

import random
import sys
import tempfile
from collections import Counter
from pathlib import Path

from loadwatch.activity import Skipped
from loadwatch.ingest.store import InputResult, open_store

RUNS = 40


def build_result(number: int) -> InputResult:
    row = {"name": f"run {number}", "distance_m": 5000.5, "suffix": "", "cells": []}
    return InputResult(f"digest{number}", (row,), (Skipped("#3", "ignored", "rest"),))


def fill_store(folder: Path) -> Path:
    with open_store(folder, "anna", "f") as store:
        for number in range(RUNS):
            store.put_result(f"key{number}", f"digest{number}", build_result(number))
        store.keep_page("page", "<html>")
        assert store.path
        return store.path


def read_rows(folder: Path) -> dict[str, str]:
    with open_store(folder, "anna", "f") as store:
        found = store.find_by_key(f"key{number}" for number in range(RUNS))
        if store.find_page("page") not in {"", "<html>"}:
            return {"page": "wrong"}
        return {key: one.rows[0]["name"] for key, one in found.items()}


def try_flip(folder: Path, path: Path, whole: bytes, at: int) -> str:
    """Return what went wrong with the bit at `at` flipped, "" if nothing did."""
    for old in folder.iterdir():
        old.unlink()
    data = bytearray(whole)
    data[at // 8] ^= 1 << at % 8
    path.write_bytes(bytes(data))
    try:
        for key, name in read_rows(folder).items():
            if name != f"run {key[3:]}":
                return "wrong row"
        fill_store(folder)
        if len(read_rows(folder)) < RUNS:
            return "knows nothing"
    except Exception as error:  # noqa: BLE001 - what is counted
        return f"uncaught {type(error).__name__}"
    return ""


def main() -> None:
    given = dict(enumerate(map(int, sys.argv[1:])))
    count, seed = given.get(0, 2000), given.get(1, 1)
    choose = random.Random(seed)
    bad: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = fill_store(folder)
        whole = path.read_bytes()
        page_bits = 8 * 4096
        step = max(1, 2 * page_bits // max(count, 1))
        places = list(range(0, page_bits, step))
        places += [choose.randrange(8 * len(whole)) for _ in range(count - len(places))]
        for at in places[:count]:
            bad[try_flip(folder, path, whole, at)] += 1
    good = bad.pop("", 0)
    print(f"{good + bad.total()} bits flipped: {good} fine, {dict(bad) or 'none bad'}")
    sys.exit(bool(bad))


if __name__ == "__main__":
    main()
