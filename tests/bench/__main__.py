"""What loadwatch costs, beside its peers: CPU time as ratios, all in one run on one machine.

    LOADWATCH_CORPUS=folder python -m tests.bench [SECTION ...]

A section is a function (corpus, cache) -> text; a new one is one line in SECTIONS. Peers are installed
by pip, each into a venv of its own in the cache folder, and read the same files as we do.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from tests.bench import club, fit, gpx_tcx, scale

if TYPE_CHECKING:
    from collections.abc import Callable

SECTIONS: dict[str, Callable[[Path, Path], str]] = {
    "fit": fit.table,
    "hour": fit.hour,
    "xml": gpx_tcx.table,
    **scale.SECTIONS,
    "club": club.table,
}


def main(names: list[str]) -> int:
    corpus = Path(os.environ.get("LOADWATCH_CORPUS", ""))
    cache = Path(tempfile.gettempdir()) / "loadwatch-bench"
    cache.mkdir(exist_ok=True)
    for name in names or SECTIONS:
        print(SECTIONS[name](corpus, cache), flush=True)
        print()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
