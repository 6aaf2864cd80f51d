"""Venvs for peers, and CPU time of a reader over files: `python peers.py READER ROUNDS FILE...` prints JSON.

Imports nothing of ours, so that it runs in a peer's venv as it stands.
"""

from __future__ import annotations

import io
import json
import subprocess
import sys
import time
import venv
from collections.abc import Callable, Sequence
from pathlib import Path

Reader = Callable[[bytes], object]


def fitparse_all() -> Reader:
    import fitparse

    return lambda data: [
        message.get_values() for message in fitparse.FitFile(data).get_messages()
    ]


def fitdecode_all() -> Reader:
    import fitdecode

    def read(data: bytes) -> object:
        with fitdecode.FitReader(data) as frames:
            return [
                {one.name: one.value for one in frame.fields}
                for frame in frames
                if isinstance(frame, fitdecode.FitDataMessage)
            ]

    return read


def garmin_all() -> Reader:
    from garmin_fit_sdk import Decoder, Stream

    return lambda data: Decoder(Stream.from_byte_array(bytearray(data))).read()


def native_all() -> Reader:
    import pyfitparsernative

    return pyfitparsernative.parse_fit_bytes


def gpxpy_all() -> Reader:
    import gpxpy

    return lambda data: gpxpy.parse(data.decode())


def tcxreader_all() -> Reader:
    from tcxreader.tcxreader import TCXReader

    return lambda data: TCXReader().read(io.BytesIO(data))


READERS = {
    "fitparse": fitparse_all,
    "fitdecode": fitdecode_all,
    "garmin": garmin_all,
    "native": native_all,
    "gpxpy": gpxpy_all,
    "tcxreader": tcxreader_all,
}


def cpu_s(read: Reader, data: bytes, rounds: int) -> float:
    """Least CPU time of some rounds: what a reading costs when nothing disturbs it."""
    times = []
    for _ in range(rounds):
        begun = time.process_time()
        read(data)
        times.append(time.process_time() - begun)
    return min(times)


def python_with(cache: Path, package: str) -> Path:
    """The interpreter of a venv that holds `package`; made when it is first asked for."""
    folder = cache / package.replace("=", "")
    python = folder / "bin" / "python"
    if not (folder / "ready").exists():
        venv.create(folder, clear=True, with_pip=True)
        subprocess.run(
            [python, "-m", "pip", "install", "-q", package],
            check=True,
            capture_output=True,
        )
        (folder / "ready").touch()
    return python


def peer(
    cache: Path, package: str, reader: str, files: Sequence[Path], rounds: int
) -> list[float]:
    """CPU seconds of a peer for each file."""
    command = [python_with(cache, package), __file__, reader, str(rounds), *files]
    return json.loads(
        subprocess.run(command, check=True, capture_output=True, text=True).stdout
    )


if __name__ == "__main__":
    reader_ = READERS[sys.argv[1]]()
    print(
        json.dumps(
            [
                cpu_s(reader_, Path(one).read_bytes(), int(sys.argv[2]))
                for one in sys.argv[3:]
            ]
        )
    )
