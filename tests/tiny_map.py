"""Maps of a few ways, made in metres around a made-up place, and runs over them."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from tests.make_gpx import write_gpx
from tests.make_map import place

START = datetime(2026, 3, 2, 7, tzinfo=UTC)
Corners = Sequence[tuple[float, float]]  # metres east and north


class TinyMap:
    """Ways and relations; ways that share a corner are joined there."""

    def __init__(self) -> None:
        self.nodes: dict[tuple[float, float], int] = {}
        self.rows: list[str] = []
        self.add_way([(-3000, 1500), (0, 1500), (3000, 1500)], "highway=residential")

    def add_way(self, corners: Corners, tags: str) -> int:
        """Add a way; `tags` are "key=value" with blanks between."""
        refs = [self.nodes.setdefault(spot, len(self.nodes) + 1) for spot in corners]
        number = 100 + len(self.rows)
        inner = "".join(f'<nd ref="{ref}"/>' for ref in refs)
        self.rows.append(f'<way id="{number}" version="1">{inner}{_write(tags)}</way>')
        return number

    def add_relation(self, members: dict[int, str], tags: str) -> None:
        inner = "".join(
            f'<member type="way" ref="{way}" role="{role}"/>'
            for way, role in members.items()
        )
        number = 100 + len(self.rows)
        self.rows.append(
            f'<relation id="{number}" version="1">{inner}{_write(tags)}</relation>'
        )

    def write(self, file: Path) -> Path:
        nodes = []
        for spot, number in self.nodes.items():
            lat, lon = place(*spot)
            nodes.append(
                f'<node id="{number}" version="1" lat="{lat:.7f}" lon="{lon:.7f}"/>'
            )
        file.write_text(
            '<osm version="0.6">' + "".join([*nodes, *self.rows]) + "</osm>"
        )
        return file


def _write(tags: str) -> str:
    pairs = [pair.split("=", 1) for pair in tags.split()]
    return "".join(f'<tag k="{key}" v="{value}"/>' for key, value in pairs)


def draw_ring(radius_m: float, laps: int = 1) -> list[tuple[float, float]]:
    """Corners of a ring around the middle of the map, closed."""
    turn = np.arange(40 * laps + 1) % 40 * (2 * np.pi / 40)
    east, north = radius_m * np.cos(turn), radius_m * np.sin(turn)
    return list(zip(east.round(6).tolist(), north.round(6).tolist(), strict=True))


def write_run(
    file: Path, corners: Corners, lost_m: tuple[float, float] = (0.0, 0.0)
) -> None:
    """Write a run at 3 m/s with a fix each second but for those lost between two distances."""
    at = np.array(corners, float)
    along = np.append(0.0, np.cumsum(np.hypot(*np.diff(at, axis=0).T)))
    metres = np.arange(0.0, along[-1], 3.0)
    east, north = (np.interp(metres, along, side) for side in at.T)
    kept = (metres <= lost_m[0]) | (metres >= lost_m[1])
    places = [place(*spot) for spot in zip(east[kept], north[kept], strict=True)]
    write_gpx(file, places, START, seconds=(metres / 3.0)[kept])
