"""The FIT files of the zoo: what decoders choked on, and what a runner must be told of."""

import math
from collections.abc import Callable
from datetime import UTC, datetime

from tests import make_formats
from tests.hostile import NAMES
from tests.make_fit import run
from tests.odd_fit import CASES, GOOD, compressed, named

HOSTILE = {
    "script": NAMES["script"],
    "attr": NAMES["attribute"],
    "svg": NAMES["svg"],
    "jsctx": "</script><script>alert(1)//",
    "tmpl": NAMES["template"],
    "md": NAMES["markdown"],
    "formula": NAMES["formula"],
    "formula2": "+1+1",
    "dde": NAMES["at"],
    "ansi": NAMES["ansi"],
    "cr": NAMES["return"],
    "bidi": NAMES["bidi"],
    "nul": "a\0b",
    "uncsv": 'a","b\n"c',
    "mathtext": NAMES["mathtext"],
}


def _spike(metres: float) -> float:
    return 3000.0 if 900 < metres < 906 else 50.0 + 10 * math.sin(metres / 100)


def _treadmill_zero() -> bytes:
    return run(speed_mps=0.0, position=None, sub_sport="treadmill")


# names of the zoo that stand under another name, or nowhere, among the cases of the FIT reader
OWN: dict[str, Callable[[], bytes]] = {
    "good_upper": lambda: GOOD,
    "epoch_1989": CASES["epoch_1998"][1],
    "alt_spike": lambda: run(altitude_m=_spike),
    "treadmill_zero": _treadmill_zero,
    "week_edge_cet": lambda: run(datetime(2026, 3, 1, 22, 30, tzinfo=UTC), 3600),
    "week_edge_utc_trap": lambda: run(datetime(2026, 3, 1, 23, 30, tzinfo=UTC)),
    "dst_spring": lambda: run(datetime(2026, 3, 29, 0, 30, tzinfo=UTC), 3600),
    "iso_week_2025W01": lambda: run(datetime(2024, 12, 30, 8, tzinfo=UTC)),
    "type_monitoring": CASES["type_monitoring_a"][1],
    "type_course_with_records": CASES["type_course_records"][1],
    "gpx_inside": make_formats.gpx,
    "long_200k": lambda: run(seconds=20_000, position=None, altitude_m=None),
    "compressed_ts_no_ref": lambda: compressed(reference=False),
    **{
        f"name_{key}": (lambda name=name: named(name[:200].encode("utf-8", "replace")))
        for key, name in HOSTILE.items()
    },
}


def make(name: str) -> bytes:
    """Return the bytes of `fit/<name>.fit`."""
    if name in OWN:
        return OWN[name]()
    return CASES[name][1]()
