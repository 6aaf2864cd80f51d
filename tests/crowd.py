"""Many processes at once on one store and on the user's own tables: is anything lost?

    python -m tests.crowd [PROCESSES [ROUNDS]]       (8 and 50)

In each round each process puts activities into the store, reads them back, and adds a line to
diary.csv and tags.csv. Counts what must be 0: processes that fail, rows and lines that are lost,
there twice or not whole.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections import Counter
from functools import partial
from pathlib import Path

from loadwatch.ingest.store import InputResult, open_store
from loadwatch.user_csv import append_row, parse_table
from loadwatch.user_files import edit_file

PER_ROUND = 5  # activities
TABLES = {
    "diary.csv": ("date", "pain", "note"),
    "tags.csv": ("match", "key", "note"),
}


def name_rounds(who: int, rounds: int) -> list[str]:
    return [f"{who}-{turn}" for turn in range(rounds)]


def add_line(data: bytes, *, table: str, word: str) -> bytes:
    """Return a table with one more line."""
    cells = dict(zip(TABLES[table], ("2026-03-01", "1", word), strict=True))
    return append_row(data, cells, TABLES[table])


def work(folder: Path, who: int, rounds: int) -> None:
    """Do what one process does."""
    for word in name_rounds(who, rounds):
        keys = [f"{word}-{number}" for number in range(PER_ROUND)]
        with open_store(folder / "store", "anna", "f") as store:
            for key in keys:
                row = {"name": key, "suffix": "", "cells": []}
                store.put_result(
                    key, f"digest {key}", InputResult(f"digest {key}", (row,))
                )
            store.flush()
            assert not store.trouble, store.trouble
            assert set(store.find_by_key(keys)) == set(keys)
        for table in TABLES:
            edit_file(folder / table, partial(add_line, table=table, word=word))


def count_losses(folder: Path, processes: int, rounds: int) -> Counter[str]:
    """Return how many rows and lines are lost, there twice or not whole."""
    words = [word for who in range(processes) for word in name_rounds(who, rounds)]
    keys = [f"{word}-{number}" for word in words for number in range(PER_ROUND)]
    bad: Counter[str] = Counter()
    with open_store(folder / "store", "anna", "f") as store:
        found = store.find_by_key(keys)
    bad["rows lost"] = len(keys) - len(found)
    bad["wrong rows"] = sum(one.rows[0]["name"] != key for key, one in found.items())
    for table in TABLES:
        parsed = parse_table((folder / table).read_bytes())
        notes = Counter(row.cells["note"] for row in parsed.rows)
        bad[f"lines of {table} lost"] = len(set(words) - set(notes))
        bad[f"lines of {table} twice or torn"] = notes.total() - len(
            set(words) & set(notes)
        )
    return +bad


def run_crowd(folder: Path, processes: int, rounds: int) -> Counter[str]:
    """Let the processes work at once; return what went wrong."""
    command = [sys.executable, "-m", "tests.crowd", "--work", str(folder)]
    crew = [
        subprocess.Popen([*command, str(who), str(rounds)]) for who in range(processes)
    ]
    failed = sum(process.wait() != 0 for process in crew)
    return +Counter({"processes failed": failed}) + count_losses(
        folder, processes, rounds
    )


def main(given: list[str]) -> int:
    if given[:1] == ["--work"]:
        work(Path(given[1]), int(given[2]), int(given[3]))
        return 0
    processes, rounds = map(int, [*given, *("8", "50")[len(given) :]])
    with tempfile.TemporaryDirectory() as name:
        bad = run_crowd(Path(name), processes, rounds)
    print(f"{processes} processes, {rounds} rounds: {dict(bad) or 'nothing lost'}")
    return bool(bad)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
