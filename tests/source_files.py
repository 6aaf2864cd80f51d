"""Files and archives for the tests of sources, and what is found in them."""

import io
import zipfile
from pathlib import Path

from loadwatch.activity import Skipped
from loadwatch.errors import OverLimit, Unreadable
from loadwatch.ingest.sources import Member, find_members

# good enough for a source
FIT = b"\x0e\x10\x00\x00\x00\x00\x00\x00.FIT\x00\x00" + bytes(range(256)) * 8


def zipped(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(
                zipfile.ZipInfo(name) if method == zipfile.ZIP_STORED else name, data
            )
    return held.getvalue()


def listed(*paths: Path, stdin: bytes | None = None) -> dict[str, object]:
    """Label -> bytes, or the Skipped that reading gives."""
    found: dict[str, object] = {}
    for part in find_members(paths, stdin=stdin):
        label = part.source if isinstance(part, Skipped) else part.label
        assert label not in found
        found[label] = part if isinstance(part, Skipped) else _bytes(part)
    return found


def _bytes(member: Member) -> object:
    try:
        return member.read()
    except (Unreadable, OverLimit) as error:
        return Skipped(
            member.label,
            "limited" if isinstance(error, OverLimit) else "rejected",
            error.why,
        )


def kinds(found: dict[str, object]) -> dict[str, str]:
    return {
        name: part.kind if isinstance(part, Skipped) else "ok"
        for name, part in found.items()
    }


def put(folder: Path, name: str, data: bytes) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path
