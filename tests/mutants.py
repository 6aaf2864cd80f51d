"""Mutants of FIT files: what a bad cable, a bad disk, a bad encoder or a bad person makes of them.

    python -m tests.mutants FOLDER COUNT [SEED]     (COUNT mutants of each of up to eleven small files)

Deterministic by seed. `find_problems(data)` lists impossible values that no note of a reading mentions.
"""

from __future__ import annotations

import random
import re
import resource
import struct
import sys
import time
from pathlib import Path

import numpy as np

from loadwatch.errors import NotActivity, OverLimit, Unreadable
from loadwatch.ingest.readers import fit, read
from loadwatch.settings import Settings
from tests.make_fit import compute_crc

OPERATORS = 15
# the header of a definition, its reserved byte, its architecture; they may overlap
DEFINITION = re.compile(rb"(?=[\x40-\x7f]\x00[\x00\x01])")


def _sign_file(data: bytes) -> bytes:
    """The file with a right length and a right checksum, so that only its content is odd."""
    if len(data) < 16:
        return data
    head = data[0] if 12 <= data[0] < len(data) - 2 else 14
    whole = data[:4] + struct.pack("<I", len(data) - head - 2) + data[8:-2]
    return whole + struct.pack("<H", fit.crc.compute_crc(whole))


def make_mutant(data: bytes, other: bytes, seed: int) -> bytes:
    """One mutant of `data`; `other` serves for splices."""
    draw = random.Random(seed)
    out = bytearray(data)
    for _ in range(draw.choice((1, 1, 1, 2, 4, 16))):
        _apply_operator(out, other, draw)
    return _sign_file(bytes(out)) if draw.random() < 0.36 else bytes(out)


def _apply_operator(out: bytearray, other: bytes, draw: random.Random) -> None:
    size = len(out)
    if size < 20:
        return
    at = draw.randrange(size)
    length = draw.choice((1, 2, 4, 8, 64, 512))
    kind = draw.randrange(OPERATORS)
    heads = [match.start() for match in DEFINITION.finditer(out, 14, 3008)]
    heads = [head for head in heads if head < min(size - 8, 3000)]
    define = draw.choice(heads) if heads else min(at, size - 9)
    if kind == 0:
        out[at] ^= 1 << draw.randrange(8)
    elif kind == 1:
        out[at] = draw.randrange(256)
    elif kind == 2:
        out[at : at + length] = bytes([draw.choice((0, 0xFF, 0x7F, 0x80))]) * len(
            out[at : at + length]
        )
    elif kind == 3:
        del out[at : at + length]
    elif kind == 4:
        out[at:at] = draw.randbytes(length)
    elif kind == 5:
        out[at:at] = out[at : at + length]
    elif kind == 6:
        del out[at:]
    elif kind == 7:
        start = draw.randrange(len(other))
        out[at : at + length] = other[start : start + length]
    elif kind == 8:
        out[4:8] = struct.pack(
            "<I", draw.choice((0, 1, size, 2**32 - 1, draw.randrange(2**32)))
        )
    elif kind == 9:
        out[define + 2] = draw.choice((0, 1, 2, 255))
    elif kind == 10:
        out[min(define + 5, size - 1)] = draw.randrange(256)
    elif kind == 11:
        out[min(define + 7 + 3 * draw.randrange(6), size - 1)] = draw.choice(
            (0, 1, 3, 255, draw.randrange(256))
        )
    elif kind == 12:
        out[min(define + 8 + 3 * draw.randrange(6), size - 1)] = draw.choice(
            (0, 7, 13, 0x88, 0x8F, draw.randrange(256))
        )
    elif kind == 13:
        out[0] = draw.choice((0, 12, 13, 14, 255, draw.randrange(256)))
    else:
        out += other


def find_problems(data: bytes) -> list[str]:
    """Impossible values that a reading hands over without a note; raises what the reader raises."""
    found = []
    for one in read(data, "x.fit", Settings()).activities:
        if not one.session.notes:
            found += list_problems(one)
    return found


def list_problems(activity) -> list[str]:
    """Impossible values among the samples of an activity."""
    found = []
    frame = activity.records
    limits = {
        "heart_rate_bpm": (20, 250),
        "speed_mps": (0, 50),
        "latitude_deg": (-90, 90),
        "longitude_deg": (-180, 180),
        "altitude_m": (-500, 9000),
        "distance_m": (0, 1e6),
    }
    for column, (low, high) in limits.items():
        if column in frame and ((frame[column] < low) | (frame[column] > high)).any():
            found.append(f"{column} outside {low} to {high}")
    if len(frame) and not (
        frame.index[0].year >= 1999 and frame.index[-1].year <= 2035
    ):
        found.append(f"time {frame.index[0]} to {frame.index[-1]}")
    if len(frame) > 1:
        step = np.diff(frame.index.asi8)
        if step.max() > 86_400e9 * _scale_index(frame):
            found.append("a jump of more than a day")
        if step.min() < 0:
            found.append("time runs backwards")
    if "distance_m" in frame:
        step = np.diff(frame["distance_m"].dropna())
        if len(step) and (step.min() < -10 or step.max() > 20_000):
            found.append("the distance jumps")
    return found


def _scale_index(frame) -> float:
    """Nanoseconds of a tick of the frame's index, over those of a nanosecond index."""
    return {"ns": 1.0, "us": 1e-3, "ms": 1e-6, "s": 1e-9}[frame.index.unit]


def main(arguments: list[str]) -> int:
    small = [
        path
        for path in sorted(Path(arguments[0]).rglob("*.fit"))
        if 150 < path.stat().st_size < 30_000
    ]
    seeds = [path.read_bytes() for path in small[:: max(1, len(small) // 11)][:11]]
    count, first = int(arguments[1]), int(arguments[2]) if len(arguments) > 2 else 0
    verdicts: dict[str, int] = {}
    slowest = 0.0
    for index, data in enumerate(seeds):
        for number in range(count):
            made = make_mutant(
                data,
                seeds[(index + 1) % len(seeds)],
                first + index * 1_000_003 + number,
            )
            begun = time.process_time()
            try:
                wrong = find_problems(made)
                verdict = f"garbage: {wrong[0]}" if wrong else "read"
            except (Unreadable, NotActivity, OverLimit) as error:
                verdict = type(error).__name__
            except BaseException as error:  # noqa: BLE001 - that is what is counted
                verdict = (
                    f"UNCAUGHT {type(error).__name__}: {error} (seed {index}, {number})"
                )
            slowest = max(slowest, time.process_time() - begun)
            verdicts[verdict] = verdicts.get(verdict, 0) + 1
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    for verdict, times in sorted(verdicts.items()):
        print(f"{times:8d}  {verdict}")
    print(
        f"slowest {slowest:.3f} s CPU, peak {peak:.0f} MB, checksum {compute_crc(b'123456789'):04x}"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
