"""What lies under a runner's feet, by a map extract that the runner supplies. Offline.

    open_extract(path, cells(latitude, longitude), cache_folder, classes) -> Ground
    match(ground, latitude, longitude, time_s) -> Matched

Surface data in an extract is (c) OpenStreetMap contributors, ODbL; pages that use it say so.
"""

from loadwatch.exposure.osm.classes import INFERRED, SOURCES, TAGGED
from loadwatch.exposure.osm.extract import cells, open_extract
from loadwatch.exposure.osm.ground import Cells, Ground
from loadwatch.exposure.osm.match import Matched, match
from loadwatch.exposure.osm.read import MapError, NoOsmium

CREDIT = "Surface data © OpenStreetMap contributors (ODbL)"

__all__ = [
    "CREDIT",
    "INFERRED",
    "SOURCES",
    "TAGGED",
    "Cells",
    "Ground",
    "MapError",
    "Matched",
    "NoOsmium",
    "cells",
    "match",
    "open_extract",
]
