"""The file that a list row names as its own, found among the inputs."""

from __future__ import annotations

import posixpath
from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


def find_linked_rows(rows: pd.DataFrame) -> dict[int, list[int]]:
    """Return, by place of a list row, the places of the rows that its own file gave.

    A name is taken from the list's folder on, as the vendor wrote it; then as the end of any one
    input's path, for lists that were moved. `.gz` counts as nothing: unpacked by hand or not.
    """
    linked, members = rows["linked"].tolist(), rows["member"].tolist()
    if not any(linked):
        return {}
    by_path: dict[str, list[int]] = defaultdict(list)
    by_name: dict[str, set[str]] = defaultdict(set)
    for row, (member, form) in enumerate(
        zip(members, rows["format"].tolist(), strict=True)
    ):
        if form != "list":
            path = _without_gz(member)
            by_path[path].append(row)
            by_name[posixpath.basename(path)].add(path)
    found = {
        row: _resolve_linked_path(members[row], name, by_path, by_name)
        for row, name in enumerate(linked)
        if name
    }
    return {row: by_path[path] for row, path in found.items() if path}


def _resolve_linked_path(
    member: str, name: str, by_path: dict[str, list[int]], by_name: dict[str, set[str]]
) -> str:
    """Return the path that `name` in the list `member` means, "" if it is not here."""
    wanted = _without_gz(name.replace("\\", "/").lstrip("./"))
    beside = posixpath.join(posixpath.dirname(member), wanted)
    if beside in by_path:
        return beside
    ending = [
        path
        for path in by_name[posixpath.basename(wanted)]
        if f"/{path}".endswith(f"/{wanted}")
    ]
    return ending[0] if len(ending) == 1 else ""


def _without_gz(path: str) -> str:
    return path.removesuffix(".gz")
