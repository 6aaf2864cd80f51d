"""One sqlite file an athlete: what an input gave, by the digest of its bytes, so that it is read once.

A cache and nothing else. Whatever is wrong with it (torn, foreign, written by a newer loadwatch) it is
set aside and begun anew; a disk that is full or read-only costs the next run time, never this one its result.
"""

from __future__ import annotations

import json
import sqlite3
import zlib
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from loadwatch.activity import Skipped
from loadwatch.ingest.store import database

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    Row = dict[str, Any]

RESULTS_PER_WRITE = 64  # results written in one transaction
KEYS_PER_QUERY = 500  # keys in one query
PAGES_KEPT = 8  # kept of one athlete


@dataclass(frozen=True, slots=True)
class InputResult:
    """What one input gave: its exposure rows, and the parts of it that were left out."""

    digest: str
    rows: tuple[Row, ...]
    skipped: tuple[Skipped, ...] = ()


@dataclass(slots=True)
class Store:
    """An open store, or, without a path, one that knows nothing and keeps nothing."""

    path: Path | None
    fingerprint: str
    trouble: str = ""  # why nothing is kept, in words for the user
    connection: sqlite3.Connection | None = None
    fingerprint_id: int = 0  # of the fingerprint
    pending: list[tuple[str, str, InputResult]] = field(default_factory=list)

    def find_by_key(self, keys: Iterable[str]) -> dict[str, InputResult]:
        """Return what is known of inputs by their key: those whose file has not changed since."""
        query = (
            "SELECT input.key, result.digest, crc, value FROM input"
            " JOIN result ON result.digest = input.digest AND fingerprint = ? WHERE input.key IN ({})"
        )
        return self._query_results(query, list(keys))

    def find_by_digest(self, digests: Iterable[str]) -> dict[str, InputResult]:
        """Return what is known of contents by their digest."""
        query = "SELECT digest, digest, crc, value FROM result WHERE fingerprint = ? AND digest IN ({})"
        return self._query_results(query, list(digests))

    def put_result(self, key: str, digest: str, result: InputResult) -> None:
        """Keep what an input gave; `key` may be "" where the input has no lasting name."""
        if self.connection:
            self.pending.append((key, digest, result))
            if len(self.pending) >= RESULTS_PER_WRITE:
                self.flush()

    def find_page(self, key: str) -> str:
        """Return the page that was kept by `stamp`, "" if none was."""
        query = "SELECT crc, value FROM page WHERE stamp = ?"
        found = self._run_query(query, (key,))
        return next(
            (
                value
                for crc, value in found
                if isinstance(value, str) and _compute_checksum(key, value) == crc
            ),
            "",
        )

    def keep_page(self, key: str, page: str) -> None:
        """Keep a page by all that it shows; the oldest make room."""
        if not self.connection:
            return
        oldest = "DELETE FROM page WHERE id <= (SELECT max(id) FROM page) - ?"
        try:
            self.connection.execute("BEGIN IMMEDIATE")
            row = (key, _compute_checksum(key, page), page)
            self.connection.execute(
                "INSERT OR REPLACE INTO page (stamp, crc, value) VALUES (?, ?, ?)", row
            )
            self.connection.execute(oldest, (PAGES_KEPT,))
            self.connection.execute("COMMIT")
        except sqlite3.Error as error:
            self._handle_error(error)

    def flush(self) -> None:
        """Write what waits in one transaction."""
        waiting, self.pending = self.pending, []
        if not self.connection or not waiting:
            return
        results = [
            (self.fingerprint_id, digest, *_pack_result(digest, result))
            for _, digest, result in waiting
        ]
        inputs = [(key, digest) for key, digest, _ in waiting if key]
        try:
            self.connection.execute("BEGIN IMMEDIATE")
            self.connection.executemany(
                "INSERT OR REPLACE INTO result VALUES (?, ?, ?, ?)", results
            )
            self.connection.executemany(
                "INSERT OR REPLACE INTO input VALUES (?, ?)", inputs
            )
            self.connection.execute("COMMIT")
        except sqlite3.Error as error:
            self._handle_error(error)

    def _query_results(self, query: str, asked: list[str]) -> dict[str, InputResult]:
        found: dict[str, InputResult] = {}
        for at in range(0, len(asked), KEYS_PER_QUERY):
            part = asked[at : at + KEYS_PER_QUERY]
            found |= _unpack_results(
                self._run_query(
                    query.format(",".join("?" * len(part))),
                    (self.fingerprint_id, *part),
                )
            )
        return found

    def _run_query(self, query: str, values: tuple[object, ...]) -> list[Any]:
        """Return the rows that answer `query`; none from a store that is not there or fails."""
        try:
            return (
                self.connection.execute(query, values).fetchall()
                if self.connection
                else []
            )
        except sqlite3.Error as error:
            self._handle_error(error)
            return []

    def _handle_error(self, error: sqlite3.Error) -> None:
        """Go on without the store; begin it anew if it is damaged."""
        self.close()
        self.trouble = (
            f"The store cannot be used ({error}); nothing is kept for the next run."
        )
        if self.path and database.is_damage(error):
            self.connection, self.fingerprint_id = database.recreate_store(
                self.path, self.fingerprint
            )
            self.trouble = "The store was damaged; it was set aside and begun anew."

    def close(self) -> None:
        """Let go of the file."""
        connection, self.connection = self.connection, None
        if connection:
            connection.close()


@contextmanager
def open_store(folder: Path | None, athlete: str, fingerprint: str) -> Iterator[Store]:
    """Open the store of `athlete` in `folder`; without a folder, one that keeps nothing.

    `fingerprint` names all that changes a result beside the input: code version and settings.
    A result found under another one does not count.
    """
    name = blake2b(
        athlete.encode("utf-8", "backslashreplace"), digest_size=12
    ).hexdigest()
    store = Store(folder / f"{name}.sqlite" if folder else None, fingerprint)
    if store.path:
        try:
            database.make_private(store.path)
            store.connection, store.fingerprint_id = database.connect_store(
                store.path, fingerprint
            )
        except (sqlite3.Error, OSError) as error:
            store.trouble = (
                f"The store cannot be used ({error}); nothing is kept for the next run."
            )
    try:
        yield store
        store.flush()
    finally:
        store.close()


def _pack_result(digest: str, result: InputResult) -> tuple[int, str]:
    left = [(part.source, part.kind, part.why) for part in result.skipped]
    value = json.dumps([result.digest, result.rows, left], separators=(",", ":"))
    return _compute_checksum(digest, value), value


def _compute_checksum(digest: str, value: str) -> int:
    return zlib.crc32(
        value.encode("utf-8", "replace"), zlib.crc32(digest.encode("utf-8", "replace"))
    )


def _unpack_results(found: list[tuple[Any, Any, Any, Any]]) -> dict[str, InputResult]:
    """Return results by what they were asked for; one whose checksum is wrong is not known."""
    whole = [
        (key, value)
        for key, digest, crc, value in found
        if isinstance(digest, str)
        and isinstance(value, str)
        and _compute_checksum(digest, value) == crc
    ]
    try:
        values = json.loads(f"[{','.join(value for _, value in whole)}]")
    except (ValueError, RecursionError):
        return {}
    return {
        key: InputResult(digest, tuple(rows), tuple(Skipped(*part) for part in left))
        for (key, _), (digest, rows, left) in zip(whole, values, strict=True)
    }
