"""The file of a store: private, ours, whole; or set aside and begun anew."""

from __future__ import annotations

import os
import sqlite3
import stat
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

APPLICATION_ID = 0x6C776172  # "lwar"
VERSION = 2  # of the tables below; another one is begun anew
BUSY_MS = 30_000
FINGERPRINTS_KEPT = 4  # sets of settings kept; the one used longest ago goes first
_NOT_OURS, _NOT_WHOLE = "not a store of this version", "not whole"
_PRAGMAS = (
    "trusted_schema = OFF",
    "cell_size_check = ON",
    "synchronous = NORMAL",
    "mmap_size = 0",
    "journal_mode = WAL",
)
_TABLES = """
CREATE TABLE fingerprint (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE, used INTEGER NOT NULL);
CREATE TABLE input (key TEXT PRIMARY KEY, digest TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE result (
    fingerprint INTEGER NOT NULL, digest TEXT NOT NULL, crc INTEGER NOT NULL, value TEXT NOT NULL,
    PRIMARY KEY (fingerprint, digest)
);
CREATE TABLE page (
    id INTEGER PRIMARY KEY, stamp TEXT NOT NULL UNIQUE, crc INTEGER NOT NULL, value TEXT NOT NULL
);
"""


def make_private(path: Path) -> None:
    """Make the folder (0700) and the file (0600); a link, or a file of someone else, is not used."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    flags = (
        os.O_RDWR
        | os.O_CREAT
        | getattr(os, "O_NOFOLLOW", 0)
        | getattr(os, "O_CLOEXEC", 0)
    )
    number = os.open(path, flags | getattr(os, "O_NONBLOCK", 0), 0o600)
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
    """Open the store; one that is damaged, foreign or of another version is begun anew."""
    unclosed = (
        _wal_path(path).exists() and _wal_path(path).stat().st_size > 0
    )  # a run died, or another is at work
    try:
        return _open_checked(path, fingerprint, suspicious=unclosed)
    except sqlite3.Error as error:
        if not is_damage(error):
            raise
        return recreate_store(path, fingerprint)


def recreate_store(path: Path, fingerprint: str) -> tuple[sqlite3.Connection, int]:
    """Set the store aside, with what sqlite keeps beside it, and begin an empty one."""
    aside = path.with_suffix(".set-aside")
    for old, new in (
        (path, aside),
        (_wal_path(path), None),
        (path.with_name(path.name + "-shm"), None),
    ):
        with suppress(FileNotFoundError):
            old.replace(new) if new else old.unlink()
    make_private(path)
    return _open_checked(path, fingerprint, suspicious=False)


def _wal_path(path: Path) -> Path:
    return path.with_name(path.name + "-wal")


def _open_checked(
    path: Path, fingerprint: str, *, suspicious: bool
) -> tuple[sqlite3.Connection, int]:
    """Return a connection to a store that is ours and whole, and the number of `fingerprint` in it."""
    connection = sqlite3.connect(path, timeout=BUSY_MS / 1000, isolation_level=None)
    try:
        for pragma in _PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")
        _ensure_tables(connection, suspicious=suspicious)
        return connection, _use_fingerprint(connection, fingerprint)
    except BaseException:
        connection.close()
        raise


def _ensure_tables(connection: sqlite3.Connection, *, suspicious: bool) -> None:
    """Make the tables if there are none; raise DatabaseError if what is there is not ours or not whole."""
    if not connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
        connection.execute("BEGIN IMMEDIATE")  # another process may have been quicker
        if not connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            for statement in _list_statements():
                connection.execute(statement)
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            connection.execute(f"PRAGMA user_version = {VERSION}")
        connection.execute("COMMIT")
    marks = [
        connection.execute(f"PRAGMA {name}").fetchone()[0]
        for name in ("application_id", "user_version")
    ]
    made = {
        sql
        for (sql,) in connection.execute(
            "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL"
        )
    }
    if marks != [APPLICATION_ID, VERSION] or made != set(_list_statements()):
        raise sqlite3.DatabaseError(_NOT_OURS)
    if suspicious and connection.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
        raise sqlite3.DatabaseError(_NOT_WHOLE)


def _list_statements() -> list[str]:
    return [statement.strip() for statement in _TABLES.split(";") if statement.strip()]


def _use_fingerprint(connection: sqlite3.Connection, fingerprint: str) -> int:
    """Return the number of `fingerprint`, the newest now; those used longest ago are forgotten."""
    row = connection.execute(
        "SELECT id, used = (SELECT max(used) FROM fingerprint) FROM fingerprint WHERE text = ?",
        (fingerprint,),
    ).fetchone()
    if row and row[1]:
        return int(row[0])
    connection.execute("BEGIN IMMEDIATE")
    connection.execute(
        "INSERT INTO fingerprint (text, used) SELECT ?, coalesce(max(used), 0) + 1 FROM fingerprint"
        " WHERE true ON CONFLICT (text) DO UPDATE SET used = excluded.used",
        (fingerprint,),
    )
    old = "SELECT id FROM fingerprint ORDER BY used DESC LIMIT -1 OFFSET ?"
    for table, column in (("result", "fingerprint"), ("fingerprint", "id")):
        forget = f"DELETE FROM {table} WHERE {column} IN ({old})"  # noqa: S608  constants
        connection.execute(forget, (FINGERPRINTS_KEPT,))
    connection.execute("COMMIT")
    found = connection.execute(
        "SELECT id FROM fingerprint WHERE text = ?", (fingerprint,)
    ).fetchone()
    return int(found[0])


def is_damage(error: sqlite3.Error) -> bool:
    """Tell whether the file is at fault, not its place (locked, full, read-only)."""
    return type(error) is sqlite3.DatabaseError or isinstance(
        error, sqlite3.IntegrityError | sqlite3.DataError
    )
