"""One sqlite file per athlete: what an input gave, by the digest of its bytes.

It is a cache and nothing else. Whatever is wrong with it (torn, foreign, written by a newer
loadwatch), it is set aside and begun anew; a disk that is full or read-only costs the next run
time, never this run its result.
"""

from __future__ import annotations

import json
import sqlite3
import zlib
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from loadwatch.activity import Skipped
from loadwatch.ingest.store import database

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    Row = dict[str, Any]

RESULTS_PER_WRITE = 64  # in one transaction
KEYS_PER_QUERY = 500
PAGES_KEPT = 8  # of one athlete
UNUSABLE = "The store cannot be used ({error}); nothing is kept for the next run."
NOT_READ_BACK = "what was written is not read back"
DAMAGED = "The store was damaged; it was set aside and begun anew."

_FIND_BY_KEY = (
    "SELECT input.key, input.crc, result.digest, result.crc, value"
    " FROM input JOIN result"
    " ON result.digest = input.digest AND fingerprint = ? WHERE input.key IN ({})"
)
_FIND_BY_DIGEST = (
    "SELECT digest, NULL, digest, crc, value FROM result"
    " WHERE fingerprint = ? AND digest IN ({})"
)
_HAS_RESULTS = "SELECT EXISTS (SELECT 1 FROM result WHERE fingerprint = ?)"
_HAS_INPUT = "SELECT EXISTS (SELECT 1 FROM input WHERE key = ?)"
_FIND_PAGE = "SELECT crc, value FROM page WHERE cache_key = ?"
_KEEP_RESULTS = "INSERT OR REPLACE INTO result VALUES (?, ?, ?, ?)"
_KEEP_INPUTS = "INSERT OR REPLACE INTO input VALUES (?, ?, ?)"
_KEEP_PAGE = "INSERT OR REPLACE INTO page (cache_key, crc, value) VALUES (?, ?, ?)"
_DROP_OLD_PAGES = "DELETE FROM page WHERE id <= (SELECT max(id) FROM page) - ?"


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
    trouble: str = ""  # why nothing is kept, as a sentence for the user
    connection: sqlite3.Connection | None = None
    fingerprint_id: int = 0
    # results to be written: key, digest, result
    pending: list[tuple[str, str, InputResult]] = field(default_factory=list)

    def find_by_key(self, keys: Iterable[str]) -> dict[str, InputResult]:
        """Return what is known of inputs by their key: those whose file has not changed since."""
        return self._query_results(_FIND_BY_KEY, list(keys))

    def find_by_digest(self, digests: Iterable[str]) -> dict[str, InputResult]:
        """Return what is known of contents by their digest."""
        return self._query_results(_FIND_BY_DIGEST, list(digests))

    def has_results(self) -> bool:
        """Return whether any content is known, as it is read by these settings."""
        found = self._run_query(_HAS_RESULTS, (self.fingerprint_id,))
        return bool(found and found[0][0])

    def has_input(self, key: str) -> bool:
        """Return whether an input of that key was ever kept, whatever it gave."""
        found = self._run_query(_HAS_INPUT, (key,))
        return bool(found and found[0][0])

    def put_result(self, key: str, digest: str, result: InputResult) -> None:
        """Keep what an input gave; `key` may be "" where the input has no lasting name."""
        if self.connection:
            self.pending.append((key, digest, result))
            if len(self.pending) >= RESULTS_PER_WRITE:
                self.flush()

    def find_page(self, cache_key: str) -> str:
        """Return the page that was kept under `cache_key`, "" if none was."""
        for crc, value in self._run_query(_FIND_PAGE, (cache_key,)):
            if isinstance(value, str) and _compute_checksum(cache_key, value) == crc:
                return value
        return ""

    def keep_page(self, cache_key: str, page: str) -> None:
        """Keep a page by the key of all that it shows; the oldest pages are dropped."""
        if not self.connection:
            return
        row = (cache_key, _compute_checksum(cache_key, page), page)
        try:
            self.connection.execute("BEGIN IMMEDIATE")
            self.connection.execute(_KEEP_PAGE, row)
            self.connection.execute(_DROP_OLD_PAGES, (PAGES_KEPT,))
            self.connection.execute("COMMIT")
        except database.STORE_ERRORS as error:
            self._handle_error(error)

    def flush(self) -> None:
        """Write the pending results in one transaction, into a store begun anew if need be."""
        pending, self.pending = self.pending, []
        if not self.connection or not pending:
            return
        try:
            self._write_results(self.connection, pending)
        except database.STORE_ERRORS as error:
            self._handle_error(error)
            if self.connection:
                with suppress(*database.STORE_ERRORS):
                    self._write_results(self.connection, pending)

    def _write_results(
        self,
        connection: sqlite3.Connection,
        pending: Sequence[tuple[str, str, InputResult]],
    ) -> None:
        results = [
            (
                self.fingerprint_id,
                digest,
                *_pack_result(self.fingerprint, digest, result),
            )
            for _, digest, result in pending
        ]
        inputs = [
            (key, digest, _compute_checksum(key, digest))
            for key, digest, _ in pending
            if key
        ]
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(_KEEP_RESULTS, results)
        connection.executemany(_KEEP_INPUTS, inputs)
        connection.execute("COMMIT")
        keys = {key for key, *_ in inputs}
        if self.connection is connection and len(self.find_by_key(keys)) < len(keys):
            # an order that is no order any more: each run would read these inputs again
            raise sqlite3.DatabaseError(NOT_READ_BACK)

    def close(self) -> None:
        """Close the file."""
        connection, self.connection = self.connection, None
        if connection:
            with suppress(*database.STORE_ERRORS):  # a damaged log may fail here
                connection.close()

    def _query_results(self, query: str, keys: list[str]) -> dict[str, InputResult]:
        found: dict[str, InputResult] = {}
        for at in range(0, len(keys), KEYS_PER_QUERY):
            part = keys[at : at + KEYS_PER_QUERY]
            marks = ",".join("?" * len(part))
            values = (self.fingerprint_id, *part)
            rows = self._run_query(query.format(marks), values)
            found |= _unpack_results(self.fingerprint, rows)
        return found

    def _run_query(self, query: str, values: tuple[object, ...]) -> list[Any]:
        """Return the rows that answer `query`; none from a store that is missing or fails."""
        if not self.connection:
            return []
        try:
            return self.connection.execute(query, values).fetchall()
        except database.STORE_ERRORS as error:
            self._handle_error(error)
            return []

    def _handle_error(self, error: Exception) -> None:
        """Go on without the store; begin it anew if it is damaged."""
        self.close()
        self.trouble = _describe_trouble(error)
        if not self.path or not database.is_damage(error):
            return
        try:
            self.connection, self.fingerprint_id = database.recreate_store(
                self.path, self.fingerprint
            )
        except (*database.STORE_ERRORS, OSError) as again:
            self.trouble = _describe_trouble(again)
        else:
            self.trouble = DAMAGED


def _describe_trouble(error: Exception) -> str:
    """Return why nothing is kept, without the folders of this machine."""
    text = str(error)
    if isinstance(error, OSError) and error.strerror:
        text = error.strerror
    return UNUSABLE.format(error=text)


@contextmanager
def open_store(folder: Path | None, athlete: str, fingerprint: str) -> Iterator[Store]:
    """Open the store of `athlete` in `folder`; without a folder, one that keeps nothing.

    `fingerprint` names all that changes a result beside the input: code version and settings.
    A result found under another one does not count.
    """
    store = Store(None, fingerprint)
    if folder:
        store.path = locate_store(folder, athlete)
        try:
            database.make_private(store.path)
            store.connection, store.fingerprint_id = database.connect_store(
                store.path, fingerprint
            )
        except (*database.STORE_ERRORS, OSError) as error:
            store.trouble = _describe_trouble(error)
    try:
        yield store
        store.flush()
    finally:
        store.close()


def identify_athlete(places: Iterable[Path]) -> str:
    """Return by what the athlete is known whose data are at `places`, in whatever order."""
    return "|".join(sorted(str(place.resolve()) for place in places))


def locate_store(folder: Path, athlete: str) -> Path:
    """Return the file in `folder` that is the store of `athlete`; it need not be there."""
    text = athlete.encode("utf-8", "backslashreplace")
    return folder / f"{blake2b(text, digest_size=12).hexdigest()}.sqlite"


def _pack_result(fingerprint: str, digest: str, result: InputResult) -> tuple[int, str]:
    """Return a result as JSON, and its checksum before it."""
    skipped = [(part.source, part.kind, part.why) for part in result.skipped]
    value = json.dumps([result.digest, result.rows, skipped], separators=(",", ":"))
    return _compute_checksum(fingerprint + digest, value), value


def _compute_checksum(key: str, value: str) -> int:
    """Return a CRC-32 of a key and its value: a value under another key is wrong, too."""
    start = zlib.crc32(key.encode("utf-8", "replace"))
    return zlib.crc32(value.encode("utf-8", "replace"), start)


def _unpack_results(
    fingerprint: str, found: list[tuple[Any, Any, Any, Any, Any]]
) -> dict[str, InputResult]:
    """Return results by what was asked for; one with a wrong checksum is not known.

    `found` holds (key, checksum of key and digest or None, digest, checksum, value).
    """
    keys, texts = [], []
    for key, key_crc, digest, crc, value in found:
        if not all(isinstance(text, str) for text in (key, digest, value)):
            continue
        if key_crc is not None and _compute_checksum(key, digest) != key_crc:
            continue
        if _compute_checksum(fingerprint + digest, value) == crc:
            keys.append(key)
            texts.append(value)
    try:
        # one parse of all is faster than one per result
        values = json.loads(f"[{','.join(texts)}]")
        return {
            key: _build_result(*parts) for key, parts in zip(keys, values, strict=True)
        }
    except (ValueError, TypeError, RecursionError):
        return {}


def _build_result(
    digest: str, rows: list[Row], skipped: list[list[str]]
) -> InputResult:
    """Return a result of what JSON gave; TypeError where that is none of ours."""
    if not all(
        isinstance(row, dict) and {"suffix", "cells"} <= row.keys() for row in rows
    ):
        raise TypeError
    parts = tuple(Skipped(*part) for part in skipped)  # type: ignore[arg-type]  # JSON knows text
    return InputResult(digest, tuple(rows), parts)
