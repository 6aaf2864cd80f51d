"""Coverage-guided fuzzing of one reader: `python -m tests.fuzz.atheris_targets NAME [SECONDS]`.

NAME is a format of `tests.fuzz`, or `apple`; the oracle is that of the mutants. It needs the
package atheris, which the tests do not: `pip install atheris`. Ends after SECONDS of CPU time
(300) or at the first input that is wrong, which is then a file `crash-...` in the folder it was
begun in. The last line gives the number of executions.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

USAGE = "python -m tests.fuzz.atheris_targets NAME [SECONDS]; NAME is one of {}"
LONGEST = 60_000  # bytes of an input
# of memory: tables of libFuzzer and atheris grow to 2,400 in 300 s of FIT, whereas what our
# readers may take is bounded to 512 by `tests.fuzz`
MAX_MB = 4000


class Wrong(Exception):
    """An input over which a rule of docs/SECURITY.md is broken."""


def main(given: list[str]) -> int:
    try:
        import atheris
    except ImportError:
        print("coverage-guided fuzzing needs the package atheris: pip install atheris")
        return 2
    with atheris.instrument_imports(include=["loadwatch"]):
        from tests.fuzz.__main__ import limit_threads
        from tests.fuzz.targets import TARGETS, get_seeds
    if not given or given[0] not in TARGETS:
        print(USAGE.format(", ".join(TARGETS)))
        return 2
    limit_threads()
    name = given[0]
    check = TARGETS[name].check
    seconds = int(given[1]) if len(given) > 1 else 300
    executions, end = 0, time.process_time() + seconds

    def test_one(data: bytes) -> None:
        nonlocal executions
        executions += 1
        wrong = check(data, b"")
        if wrong:
            raise Wrong(wrong)
        if time.process_time() > end:
            print(
                f"{name}: {executions:,} executions in {seconds} s of CPU, none wrong"
            )
            sys.stdout.flush()
            shutil.rmtree(folder)
            os._exit(0)  # libFuzzer knows wall time alone

    folder = tempfile.mkdtemp()
    for number, seed in enumerate(get_seeds(name)):
        Path(folder, f"{number}").write_bytes(seed)
    options = [
        f"-max_len={LONGEST}",
        "-timeout=60",
        f"-rss_limit_mb={MAX_MB}",
        folder,
    ]
    atheris.Setup([sys.argv[0], *options], test_one)
    atheris.Fuzz()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
