"""The sqlite file of a store: checked when opened; if it is damaged, set aside and begun anew."""

from __future__ import annotations

import os
import sqlite3
import stat
from contextlib import suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

APPLICATION_ID = 0x6C776172  # "lwar"
VERSION = 4  # of the tables below; a store of another version is begun anew
BUSY_MS = 30_000
FINGERPRINTS_KEPT = 4  # sets of settings; the one used longest ago is dropped first
_NOT_OURS, _NOT_WHOLE = "not a store of this version", "not whole"
# what sqlite and Python's module for it raise over a damaged file
STORE_ERRORS = (sqlite3.Error, ValueError, TypeError, OverflowError, MemoryError)
_PLACE_CODES = frozenset(
    (
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_INTERRUPT,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
    )
)
_PRAGMAS = (
    "trusted_schema = OFF",
    "cell_size_check = ON",
    "synchronous = NORMAL",
    "mmap_size = 0",
    "journal_mode = WAL",
)
_TABLES = """
CREATE TABLE fingerprint (
    id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE, used INTEGER NOT NULL
);
CREATE TABLE input (
    key TEXT PRIMARY KEY, digest TEXT NOT NULL, crc INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE result (
    fingerprint INTEGER NOT NULL, digest TEXT NOT NULL, crc INTEGER NOT NULL, value TEXT NOT NULL,
    PRIMARY KEY (fingerprint, digest)
);
CREATE TABLE page (
    id INTEGER PRIMARY KEY, cache_key TEXT NOT NULL UNIQUE, crc INTEGER NOT NULL,
    value TEXT NOT NULL
);
"""

_FIND_FINGERPRINT = (  # its id, and whether it is the newest
    "SELECT id, used = (SELECT max(used) FROM fingerprint)"
    " FROM fingerprint WHERE text = ?"
)
_RENEW_FINGERPRINT = (
    "INSERT INTO fingerprint (text, used)"
    " SELECT ?, coalesce(max(used), 0) + 1 FROM fingerprint WHERE true"
    " ON CONFLICT (text) DO UPDATE SET used = excluded.used"
)
_OLD_FINGERPRINTS = "SELECT id FROM fingerprint ORDER BY used DESC LIMIT -1 OFFSET ?"
_DROP_OLD_FINGERPRINTS = (
    f"DELETE FROM result WHERE fingerprint IN ({_OLD_FINGERPRINTS})",  # noqa: S608 - constants
    f"DELETE FROM fingerprint WHERE id IN ({_OLD_FINGERPRINTS})",  # noqa: S608 - constants
)


def make_private(path: Path) -> None:
    """Make the folder (0700) and the file (0600); raise OSError for a link or a foreign file."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    flags = os.O_RDWR | os.O_CREAT
    for name in ("O_NOFOLLOW", "O_CLOEXEC", "O_NONBLOCK"):  # not on every system
        flags |= getattr(os, name, 0)
    number = os.open(path, flags, 0o600)
    try:
        about = os.fstat(number)
        if not stat.S_ISREG(about.st_mode):
            raise OSError("it is no regular file")
        if hasattr(os, "getuid") and about.st_uid != os.getuid():
            raise PermissionError("it belongs to somebody else")
        if stat.S_IMODE(about.st_mode) != 0o600 and hasattr(os, "fchmod"):
            os.fchmod(number, 0o600)
    finally:
        os.close(number)


def connect_store(path: Path, fingerprint: str) -> tuple[sqlite3.Connection, int]:
    """Return a connection to the store, and the id of `fingerprint` in it.

    A store that is damaged, foreign or of another version is begun anew.
    """
    wal = _wal_path(path)
    # a log that was not written back: a run died, or another is at work
    is_suspicious = wal.exists() and wal.stat().st_size > 0
    try:
        return _open_checked(path, fingerprint, check_pages=is_suspicious)
    except STORE_ERRORS as error:
        if not is_damage(error):
            raise
        return recreate_store(path, fingerprint)


def recreate_store(path: Path, fingerprint: str) -> tuple[sqlite3.Connection, int]:
    """Set the store aside, with what sqlite keeps beside it, and begin an empty one."""
    with suppress(FileNotFoundError):
        path.replace(path.with_suffix(".set-aside"))
    for beside in (_wal_path(path), path.with_name(path.name + "-shm")):
        beside.unlink(missing_ok=True)
    make_private(path)
    return _open_checked(path, fingerprint, check_pages=False)


def is_damage(error: Exception) -> bool:
    """Return whether the file is at fault, not its place (locked, full, read-only).

    A code of sqlite that is none of the place's is damage, and so is every error that Python's
    own module raises while it reads: text that is no UTF-8, a number out of range.
    """
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT)
    return (code & 0xFF) not in _PLACE_CODES


def _wal_path(path: Path) -> Path:
    return path.with_name(path.name + "-wal")


def _open_checked(
    path: Path, fingerprint: str, *, check_pages: bool
) -> tuple[sqlite3.Connection, int]:
    """Return a connection to a store that is ours and whole, and the id of `fingerprint` in it."""
    connection = sqlite3.connect(path, timeout=BUSY_MS / 1000, isolation_level=None)
    try:
        for pragma in _PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")
        _ensure_tables(connection)
        _check_tables(connection)
        if check_pages:
            _check_pages(connection)
        return connection, _use_fingerprint(connection, fingerprint)
    except BaseException:
        connection.close()
        raise


def _ensure_tables(connection: sqlite3.Connection) -> None:
    """Make the tables if there are none."""
    if _has_tables(connection):
        return
    connection.execute("BEGIN IMMEDIATE")
    if not _has_tables(connection):  # another process may have been quicker
        for statement in _list_statements():
            connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {VERSION}")
    connection.execute("COMMIT")


def _has_tables(connection: sqlite3.Connection) -> bool:
    query = "SELECT count(*) FROM sqlite_master"
    return bool(connection.execute(query).fetchone()[0])


def _check_tables(connection: sqlite3.Connection) -> None:
    """Raise DatabaseError if the tables are not those of this version."""
    is_ours = _read_pragma(connection, "application_id") == APPLICATION_ID
    is_current = _read_pragma(connection, "user_version") == VERSION
    query = "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL"
    statements = {sql for (sql,) in connection.execute(query)}
    if not (is_ours and is_current and statements == set(_list_statements())):
        raise sqlite3.DatabaseError(_NOT_OURS)


def _check_pages(connection: sqlite3.Connection) -> None:
    """Raise DatabaseError if the pages of the file are not whole."""
    if _read_pragma(connection, "quick_check(1)") != "ok":
        raise sqlite3.DatabaseError(_NOT_WHOLE)


def _read_pragma(connection: sqlite3.Connection, name: str) -> Any:
    return connection.execute(f"PRAGMA {name}").fetchone()[0]


def _list_statements() -> list[str]:
    return [statement.strip() for statement in _TABLES.split(";") if statement.strip()]


def _use_fingerprint(connection: sqlite3.Connection, fingerprint: str) -> int:
    """Return the id of `fingerprint`, the newest now; those used longest ago are dropped."""
    row = connection.execute(_FIND_FINGERPRINT, (fingerprint,)).fetchone()
    if row and row[1]:
        return int(row[0])
    connection.execute("BEGIN IMMEDIATE")
    connection.execute(_RENEW_FINGERPRINT, (fingerprint,))
    for statement in _DROP_OLD_FINGERPRINTS:
        connection.execute(statement, (FINGERPRINTS_KEPT,))
    connection.execute("COMMIT")
    row = connection.execute(_FIND_FINGERPRINT, (fingerprint,)).fetchone()
    return int(row[0])
