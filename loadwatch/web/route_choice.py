"""Which routes a form names: those uploaded, and those among the runner's own files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from loadwatch.errors import LoadwatchError
from loadwatch.web.route_shelf import list_own_routes

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from werkzeug.datastructures import FileStorage

    from loadwatch.web.site import Site


def list_routes(site: Site) -> dict[str, Path]:
    """Return the file of each route by its name, an uploaded one before one's own."""
    own: dict[str, Path] = {}
    if site.analysis is not None:
        own = list_own_routes(site.analysis, site.folder)
    shelf = {name: site.routes.find_route(name) for name in site.routes.names}
    return own | {name: path for name, path in shelf.items() if path is not None}


def find_route(site: Site, name: str) -> Path:
    """Return the file of a route that a form names; LoadwatchError where there is none."""
    path = list_routes(site).get(name)
    if path is None:
        raise LoadwatchError(f"the route {name[:60]} is not here any more")
    return path


def keep_uploads(
    site: Site, uploads: Iterable[FileStorage]
) -> tuple[list[str], list[str]]:
    """Keep uploaded routes for this session; return their names, and what was refused."""
    kept, problems = [], []
    for upload in uploads:
        if not upload.filename:
            continue
        try:
            kept.append(site.routes.add_route(upload.filename, upload.stream))
        except LoadwatchError as error:
            problems.append(str(error))
    return kept, problems
