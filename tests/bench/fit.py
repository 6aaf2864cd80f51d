"""FIT: decoding 12 real files beside four peers, and an hour of running to its exposure row."""

from __future__ import annotations

import importlib.util
import math
from typing import TYPE_CHECKING

from loadwatch.ingest.readers import fit
from loadwatch.settings import Settings
from tests.bench.peers import cpu_s, peer
from tests.make_fit import run

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

ROUNDS = 3  # for us and each peer alike: the least of as many, else the ratio flatters one side
# package, reader in peers.py, what it delivers
PEERS = (
    ("python-fitparse==2.7.0", "fitparse", "every field of every message as a dict"),
    ("fitdecode==0.11.0", "fitdecode", "every field of every message as a dict"),
    (
        "garmin-fit-sdk==21.218.0",
        "garmin",
        "every field of every message as a dict, components expanded",
    ),
    (
        "pyfitparsernative==0.2.3",
        "native",
        "every field of every message as a dict (Rust)",
    ),
)


def records(data: bytes) -> object:
    """What the product needs: sessions and cleaned RECORDS frames."""
    return fit.read(data, "", Settings())


def everything(data: bytes) -> object:
    """Every field of every message, raw and scaled, as columns."""
    return [
        fit.field_columns.decode_columns(table)
        for fit_file in fit.decode(data).files
        for table in fit_file.tables
    ]


def geometric(ratios: Sequence[float]) -> float:
    return math.exp(sum(map(math.log, ratios)) / len(ratios))


def chosen(corpus: Path) -> list[Path]:
    """Twelve files, spread over the folder."""
    files = sorted((corpus / "irving-2025").glob("*.fit"))
    return files[:: max(1, len(files) // 12)][:12]


def ours(read: Callable[[bytes], object], files: Sequence[Path]) -> list[float]:
    return [cpu_s(read, one.read_bytes(), ROUNDS) for one in files]


def table(corpus: Path, cache: Path) -> str:
    """CPU time over 12 files of irving-2025, and each peer's as a multiple of ours."""
    files = chosen(corpus)
    if not files:
        return "fit: LOADWATCH_CORPUS names no folder with irving-2025"
    mine = {
        "RECORDS and sessions": ours(records, files),
        "every field": ours(everything, files),
    }
    size = sum(one.stat().st_size for one in files)
    lines = [
        f"FIT: {len(files)} files of irving-2025, {size / 1e6:.2f} MB; CPU, geometric mean of ratios"
    ]
    lines += [
        f"  loadwatch, {name:<22}{sum(times) * 1000:9.1f} ms"
        for name, times in mine.items()
    ]
    lines.append(
        f"  {'':<27}{'CPU':>9}   {'x RECORDS':>10} {'x every field':>14}   delivers"
    )
    for package, reader, delivers in PEERS:
        theirs = peer(cache, package, reader, files, ROUNDS)
        ratios = [
            geometric([their / my for their, my in zip(theirs, times, strict=True)])
            for times in mine.values()
        ]
        lines.append(
            f"  {package:<27}{sum(theirs) * 1000:6.0f} ms   {ratios[0]:10.1f} {ratios[1]:14.1f}   {delivers}"
        )
    return "\n".join(lines)


def hour(_corpus: Path, _cache: Path) -> str:
    """One hour at 1 Hz with position, altitude, heart rate and cadence: bytes to exposure row."""
    data = run(seconds=3600, altitude_m=lambda metres: 50 + 20 * math.sin(metres / 300))
    lines = ["One hour at 1 Hz, CPU"]
    lines.append(
        f"  bytes to RECORDS and session  {cpu_s(records, data, ROUNDS) * 1000:6.2f} ms"
    )
    if importlib.util.find_spec("loadwatch.exposure.row"):
        from loadwatch.exposure.row import build_row

        def whole(data: bytes) -> object:
            return build_row(
                fit.read(data, "", Settings()).activities[0], "0" * 32, Settings(), None
            )

        lines.append(
            f"  bytes to exposure row         {cpu_s(whole, data, ROUNDS) * 1000:6.2f} ms"
        )
    return "\n".join(lines)
