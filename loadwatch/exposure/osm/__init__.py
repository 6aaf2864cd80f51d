"""The surface under each point of a track, by a map extract that the runner supplies; offline.

    open_extract(path, track_cells(latitude, longitude), cache_folder, classes) -> Ground
    match_track(ground, latitude, longitude, time_s) -> TrackMatch

Surface data in an extract is (c) OpenStreetMap contributors, ODbL; pages that use it say so.
"""

from loadwatch.exposure.osm.classes import INFERRED_SOURCES, SOURCES, TAGGED_SOURCES
from loadwatch.exposure.osm.extract import open_extract, track_cells
from loadwatch.exposure.osm.ground import Cells, Ground
from loadwatch.exposure.osm.map_reader import MapError, NoOsmium
from loadwatch.exposure.osm.matching import TrackMatch, match_track

CREDIT = "Surface data © OpenStreetMap contributors (ODbL)"

__all__ = [
    "CREDIT",
    "INFERRED_SOURCES",
    "SOURCES",
    "TAGGED_SOURCES",
    "Cells",
    "Ground",
    "MapError",
    "NoOsmium",
    "TrackMatch",
    "match_track",
    "open_extract",
    "track_cells",
]
