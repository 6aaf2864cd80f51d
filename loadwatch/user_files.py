"""Small files that the user keeps beside the exports: written whole or not at all.

diary.csv, tags.csv, notes.csv and loadwatch.toml are written by `edit_file` alone. It holds
a lock on the folder, gives what the file holds to a function, writes what that returns to a
hidden file beside it, syncs it and moves it into place. A reader, and whoever looks after a
crash or a full disk, finds the old bytes or the new ones, never a part of them.
A link that leads out of the folder is followed neither to read nor to write.
"""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import stat
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from loadwatch.errors import LoadwatchError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

try:
    import fcntl
except ImportError:  # pragma: no cover - Windows has no lock on a folder
    fcntl = None  # type: ignore[assignment]  # mypy knows the module, Windows does not

_HAS_FOLDER_LOCKS = fcntl is not None
MAX_FILE_BYTES = 4_000_000  # a lifetime of daily lines is below 2 MB
_BESIDE_SUFFIX = ".loadwatch-new"  # of the hidden file that is moved into place
_LOCK_S = 10.0  # the longest wait for another process
_LOCK_STEP_S = 0.02
_EDITS = 5  # how often an edit is made again because another program wrote, too
_BUSY = (errno.EWOULDBLOCK, errno.EAGAIN, errno.EACCES)
_READ_FLAGS = (
    os.O_RDONLY
    | getattr(os, "O_NONBLOCK", 0)  # a pipe does not block
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_BINARY", 0)
    | getattr(os, "O_CLOEXEC", 0)
)
_NEW_FLAGS = (
    os.O_WRONLY
    | os.O_CREAT
    | os.O_EXCL
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_BINARY", 0)
    | getattr(os, "O_CLOEXEC", 0)
)
# device, inode, bytes, time of the last change [ns]; None where there is no file
_Identity = tuple[int, int, int, int] | None


def find_file(folder: Path, name: str) -> Path | None:
    """Return the real path of the file `name` directly in `folder`, to be read.

    None where there is none, where it is no regular file, and where it is a link that leads
    out of the folder.
    """
    try:
        path = _resolve_inside(folder / name)
        is_regular = stat.S_ISREG(path.stat().st_mode)
    except (OSError, LoadwatchError):
        return None
    return path if is_regular else None


def read_file(folder: Path, name: str) -> bytes | None:
    """Return what the file `name` directly in `folder` holds; None as for `find_file`.

    One byte more than MAX_FILE_BYTES is read at most, so that a reader sees that it is too
    large. A file that cannot be read raises LoadwatchError.
    """
    path = find_file(folder, name)
    if path is None:
        return None
    try:
        return _read_bytes(path)
    except OSError as error:
        why = error.strerror or "unknown reason"
        raise LoadwatchError(f"cannot read {name}: {why}") from error


def edit_file(path: Path, edit: Callable[[bytes], bytes]) -> None:
    """Replace the content of the file at `path` by `edit` of it, whole or not at all.

    Parameters
    ----------
    path : the file; made where it is missing. Its folder must be there.
    edit : takes the bytes that the file holds, b"" where it is missing, and returns those
        that it is to hold. It may raise, which changes nothing, and it may be called again
        where another program wrote in between.

    Raises
    ------
    LoadwatchError : the file is a link out of its folder, no regular file, too large,
        read-only, or the disk refuses. The file is then as it was.
    """
    try:
        target = _resolve_inside(path)
        with _lock_folder(target.parent) as is_locked:
            if is_locked:
                _remove_leftovers(target)
            _edit_locked(path, target, edit)
    except OSError as error:
        raise LoadwatchError(_format_refusal(path, error)) from error


def put_back(path: Path, content: bytes, before: bytes | None) -> bool:
    """Give the file at `path` what it held before, where it still holds `content`.

    `before` is None where there was no file: it is removed. Returns False, and changes nothing,
    where it holds something else by now. Otherwise as `edit_file`.
    """
    try:
        target = _resolve_inside(path)
        with _lock_folder(target.parent):
            identity = _identify_file(target)
            if identity is None or _read_bytes(target) != content:
                return False
            if before is not None:
                check = partial(_has_identity, target, identity)
                return _write_beside(target, before, check)
            target.unlink()
            sync_folder(target.parent)
    except OSError as error:
        raise LoadwatchError(_format_refusal(path, error)) from error
    return True


def write_file(path: Path, content: bytes) -> None:
    """Write an output file of ours whole or not at all; OSError where the disk refuses.

    It replaces what is at `path`, without a lock; the caller makes sure that this is no input.
    """
    _write_beside(path, content, None)


def _edit_locked(path: Path, target: Path, edit: Callable[[bytes], bytes]) -> None:
    for _ in range(_EDITS):
        identity = _identify_file(target)
        if identity and not os.access(target, os.W_OK):
            raise PermissionError(errno.EACCES, "it is read-only")
        old = _read_bytes(target) if identity else b""
        if len(old) > MAX_FILE_BYTES:
            limit = f"it is larger than {MAX_FILE_BYTES // 1_000_000} MB"
            raise LoadwatchError(f"cannot write {path}: {limit}")
        new = edit(old)
        if new == old:
            return
        if _write_beside(target, new, partial(_has_identity, target, identity)):
            return
    raise LoadwatchError(f"cannot write {path}: another program keeps changing it")


def _resolve_inside(path: Path) -> Path:
    """Return the real path of `path`; LoadwatchError where a link leads out of its folder."""
    folder = Path(os.path.realpath(path.parent))
    target = Path(os.path.realpath(folder / path.name))
    if not target.is_relative_to(folder):
        raise LoadwatchError(
            f"{path}: a link that leads out of its folder; put the file itself there"
        )
    return target


def _identify_file(path: Path) -> _Identity:
    """Return what changes whenever the file does; OSError where it is no regular file."""
    try:
        about = path.lstat()
    except FileNotFoundError:
        return None
    if not stat.S_ISREG(about.st_mode):
        raise OSError(errno.EINVAL, "it is no regular file")
    return (about.st_dev, about.st_ino, about.st_size, about.st_mtime_ns)


def _has_identity(path: Path, identity: _Identity) -> bool:
    return _identify_file(path) == identity


def _read_bytes(path: Path) -> bytes:
    """Return what the file holds, at most one byte more than MAX_FILE_BYTES."""
    handle = os.open(path, _READ_FLAGS)
    with open(handle, "rb") as file:  # noqa: PTH123 - a handle, not a path
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise OSError(errno.EINVAL, "it is no regular file")
        return file.read(MAX_FILE_BYTES + 1)


@contextlib.contextmanager
def _lock_folder(folder: Path) -> Iterator[bool]:
    """Hold the lock on a folder; yield whether there is one.

    Windows and some network disks have none. There an edit that another program crosses is
    made again, which is nearly as good.
    """
    if not _HAS_FOLDER_LOCKS:
        yield False
        return
    handle = os.open(folder, os.O_RDONLY | getattr(os, "O_CLOEXEC", 0))
    try:
        yield _wait_for_lock(handle)
    finally:
        os.close(handle)


def _wait_for_lock(handle: int) -> bool:
    """Take the lock of an open folder; return False where its file system has none."""
    end = time.monotonic() + _LOCK_S
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno not in _BUSY:
                return False
            if time.monotonic() > end:
                raise OSError(errno.EBUSY, "another program is writing there") from None
            time.sleep(_LOCK_STEP_S)
        else:
            return True


def _write_beside(
    path: Path, content: bytes, may_replace: Callable[[], bool] | None
) -> bool:
    """Write a hidden file beside `path`, synced, and move it there.

    Returns False, and changes nothing, where `may_replace` says no before the move.
    """
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}{_BESIDE_SUFFIX}")
    handle = os.open(beside, _NEW_FLAGS, 0o666)  # less the umask
    is_moved = False
    try:
        with open(handle, "wb") as file:  # noqa: PTH123 - a handle, not a path
            file.write(content)
            file.flush()
            os.fsync(handle)
        with contextlib.suppress(FileNotFoundError):
            beside.chmod(stat.S_IMODE(path.stat().st_mode))
        if may_replace and not may_replace():
            return False
        beside.replace(path)
        is_moved = True
    finally:
        if not is_moved:
            with contextlib.suppress(OSError):
                beside.unlink()
    sync_folder(path.parent)
    return True


def sync_folder(folder: Path) -> None:
    """Flush the move of a file to the disk; some file systems cannot, and need not."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY | getattr(os, "O_CLOEXEC", 0))
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _remove_leftovers(target: Path) -> None:
    """Remove the hidden files that processes left which died on the way; the lock is held."""
    start = f".{target.name}."
    with contextlib.suppress(OSError):
        for name in os.listdir(target.parent):  # noqa: PTH208 - any name, not a Path
            if name.startswith(start) and name.endswith(_BESIDE_SUFFIX):
                (target.parent / name).unlink()


def _format_refusal(path: Path, error: OSError) -> str:
    return f"cannot write {path}: {error.strerror or 'unknown reason'}"
