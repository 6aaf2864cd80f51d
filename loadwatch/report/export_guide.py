"""How to get one's files from each vendor, as a table."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from loadwatch.report.display_tables import DisplayTable, build_table

GUIDE_PATH = Path(__file__).with_name("export_guide.toml")
HEADERS = {
    "From": True,
    "One activity or a list": True,
    "Everything at once": True,
}
INTRODUCTION = (
    "Give loadwatch the file, the folder or the zip as you got it; "
    "unpack, rename and sort nothing. Menus move."
)


@cache
def _read_guide() -> list[dict[str, Any]]:
    with GUIDE_PATH.open("rb") as file:
        vendors: list[dict[str, Any]] = tomllib.load(file)["vendor"]
    return vendors


def build_export_table() -> DisplayTable:
    """Return one row per vendor: its name, the quick way, and everything at once."""
    rows = [(vendor["name"], vendor["one"], vendor["all"]) for vendor in _read_guide()]
    return build_table(HEADERS, rows)
