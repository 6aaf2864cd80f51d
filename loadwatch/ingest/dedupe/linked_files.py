"""The file that a list row names as its own, found among the inputs."""

from __future__ import annotations

import posixpath
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


FILE_SEPARATOR = "\n"  # between the names, where a row names several files


@dataclass(frozen=True, slots=True)
class _InputPaths:
    """Paths of the inputs that are no lists, without `.gz`."""

    rows: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    by_name: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))


def find_linked_rows(rows: pd.DataFrame) -> dict[int, list[int]]:
    """Return, by place of a list row, the places of the rows that its own file gave.

    A name is looked for from the list's folder on, as the vendor wrote it; then as the end of any
    one input's path, for lists that were moved. `.gz` is ignored: unpacked by hand or not.
    """
    linked, members = rows["linked"].tolist(), rows["member"].tolist()
    if not any(linked):
        return {}
    paths = _InputPaths()
    formats = rows["format"].tolist()
    for row, (member, file_format) in enumerate(zip(members, formats, strict=True)):
        if file_format != "list":
            path = _without_gz(member)
            paths.rows[path].append(row)
            paths.by_name[posixpath.basename(path)].add(path)
    found = {}
    for row, names in enumerate(linked):
        places: list[int] = []
        for name in filter(None, names.split(FILE_SEPARATOR)):
            path = _resolve_linked_path(members[row], name, paths)
            places += paths.rows.get(path, [])
        if places:
            found[row] = places
    return found


def _resolve_linked_path(member: str, name: str, paths: _InputPaths) -> str:
    """Return the path that `name` in the list `member` means, "" if it is not here."""
    wanted = _without_gz(name.replace("\\", "/").lstrip("./"))
    beside = posixpath.join(posixpath.dirname(member), wanted)
    if beside in paths.rows:
        return beside
    same_name = paths.by_name[posixpath.basename(wanted)]
    ending = [path for path in same_name if f"/{path}".endswith(f"/{wanted}")]
    return ending[0] if len(ending) == 1 else ""


def _without_gz(path: str) -> str:
    return path.removesuffix(".gz")
