"""GPX and TCX: real files beside the peer that reads each, bytes to RECORDS and sessions."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

from loadwatch.errors import LoadwatchError
from loadwatch.ingest.readers import xml
from loadwatch.settings import Settings
from tests.bench.fit import geometric
from tests.bench.peers import cpu_s, peer

if TYPE_CHECKING:
    from pathlib import Path

ROUNDS = 5
FILES = 10  # the largest below 2 MB, so that neither side's start counts
LARGEST = 2_000_000
# suffix, package, reader in peers.py, what it delivers
PEERS = (
    (".gpx", "gpxpy==1.6.2", "gpxpy", "every element as an object"),
    (".tcx", "tcxreader==0.4.11", "tcxreader", "track points as objects, one activity"),
)


def records(data: bytes) -> object:
    """What the product needs: sessions and cleaned RECORDS frames with distance."""
    return xml.read(data, "", Settings())


def chosen(corpus: Path, cache: Path, suffix: str) -> list[Path]:
    """The largest recordings of one kind that we read, unpacked where they are packed."""
    found = []
    for path in [
        *corpus.rglob(f"*{suffix}"),
        *corpus.rglob(f"*{suffix}.gz"),
        *corpus.rglob("*.TCX.gz"),
    ]:
        data = path.read_bytes()
        data = gzip.decompress(data) if path.suffix == ".gz" else data
        if (
            not path.name.lower().removesuffix(".gz").endswith(suffix)
            or len(data) > LARGEST
        ):
            continue
        try:
            records(data)
        except LoadwatchError:
            continue
        found.append((len(data), path.name, data))
    folder = cache / "xml"
    folder.mkdir(exist_ok=True)
    files = []
    for _, name, data in sorted(found, reverse=True)[:FILES]:
        files.append(folder / name.removesuffix(".gz").lower())
        files[-1].write_bytes(data)
    return files


def table(corpus: Path, cache: Path) -> str:
    """CPU time over ten real files of each kind, and the peer's as a multiple of ours."""
    lines = [
        "GPX and TCX: CPU, geometric mean of ratios; ours delivers cleaned RECORDS frames and sessions"
    ]
    for suffix, package, reader, delivers in PEERS:
        files = chosen(corpus, cache, suffix)
        if not files:
            lines.append(
                f"  {suffix}: LOADWATCH_CORPUS names no folder with such files"
            )
            continue
        mine = [cpu_s(records, path.read_bytes(), ROUNDS) for path in files]
        theirs = peer(cache, package, reader, files, 2)
        ratio = geometric([their / my for their, my in zip(theirs, mine, strict=True)])
        size = sum(path.stat().st_size for path in files) / 1e6
        lines.append(
            f"  {len(files)} {suffix} files, {size:.1f} MB: loadwatch {sum(mine) * 1000:.0f} ms,"
            f" {package} {sum(theirs) * 1000:.0f} ms, {ratio:.1f} x   {delivers}"
        )
    return "\n".join(lines)
