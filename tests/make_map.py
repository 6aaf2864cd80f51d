"""A small map made by hand: streets, a trail, a park, a track, a bridge, in made-up places near 10 N 20 E."""

from pathlib import Path

from loadwatch.geodesy import DEGREE_M

NORTH, EAST = 10.005, 20.005  # the middle of a cell; metres are counted from here
SHRINK = 0.98478  # cos of 10.005 degrees

# nodes: number -> metres east and north
NODES = {
    1: (-400, 0), 2: (0, 0), 3: (400, 0),  # Street from west to east over the crossing 2
    4: (0, 400), 5: (0, -400),  # Trail from north to south
    6: (-400, 30), 7: (400, 30),  # Cycleway beside the street, not joined to it
    10: (100, 100), 11: (300, 100), 12: (300, 300), 13: (100, 300),  # Park
    14: (150, 150), 15: (200, 150), 16: (200, 200), 17: (150, 200),  # Pitch in the park
    20: (-300, -300), 21: (-200, -300), 22: (-200, -250), 23: (-300, -250),  # Oval
    30: (-100, -400), 31: (-100, 400),  # Bridge over the street
    40: (220, 220), 41: (260, 220), 42: (260, 260), 43: (220, 260),  # hole of the pond in the park
    50: (380, -380), 51: (390, -380), 52: (390, -300),  # steps
    60: (9000, 0), 61: (9100, 0),  # far away
}  # fmt: skip

NODES |= {
    1000 + k: (-380 + k, -380 + (k % 7)) for k in range(150)
}  # a long path with many corners

WAYS = {
    100: ([1, 2, 3], {"highway": "residential", "surface": "asphalt"}),
    101: ([4, 2, 5], {"highway": "path", "surface": "dirt"}),
    102: ([6, 7], {"highway": "cycleway", "surface": "compacted"}),
    103: ([14, 15, 16, 17, 14], {"leisure": "pitch", "surface": "artificial_turf"}),
    104: ([20, 21, 22, 23, 20], {"leisure": "track", "sport": "athletics"}),
    105: ([30, 31], {"highway": "tertiary", "bridge": "yes", "layer": "1"}),
    106: (
        [10, 11, 12, 13, 10],
        {},
    ),  # the park's outline: its tags are those of the relation
    107: ([40, 41, 42, 43, 40], {}),  # and its hole
    108: ([50, 51, 52], {"highway": "steps"}),
    109: ([60, 61], {"highway": "residential"}),
    110: ([1, 3], {"highway": "motorway"}),
    112: (
        list(range(1000, 1150)),
        {"highway": "path", **{f"note:{k}": f"word {k}" for k in range(150)}},
    ),
    111: ([1, 3], {"power": "line"}),
}
RELATIONS = {
    200: ({106: "outer", 107: "inner"}, {"type": "multipolygon", "leisure": "park"})
}


def place(east_m: float, north_m: float) -> tuple[float, float]:
    """Return latitude and longitude of a place on the map."""
    return NORTH + north_m / DEGREE_M, EAST + east_m / DEGREE_M / SHRINK


def xml() -> str:
    """Return the map as .osm XML."""
    rows = ['<osm version="0.6" generator="by hand">']
    for number, metres in NODES.items():
        lat, lon = place(*metres)
        rows.append(
            f'<node id="{number}" version="1" lat="{lat:.7f}" lon="{lon:.7f}"/>'
        )
    for number, (nodes, tags) in WAYS.items():
        rows.append(f'<way id="{number}" version="1">')
        rows += [f'<nd ref="{node}"/>' for node in nodes]
        rows += [f'<tag k="{key}" v="{value}"/>' for key, value in tags.items()]
        rows.append("</way>")
    for number, (members, tags) in RELATIONS.items():
        rows.append(f'<relation id="{number}" version="1">')
        rows += [
            f'<member type="way" ref="{way}" role="{role}"/>'
            for way, role in members.items()
        ]
        rows += [f'<tag k="{key}" v="{value}"/>' for key, value in tags.items()]
        rows.append("</relation>")
    return "\n".join([*rows, "</osm>"])


def write(folder: Path) -> Path:
    """Write the map into a folder and return its path."""
    path = folder / "town.osm"
    path.write_text(xml(), encoding="utf-8")
    return path
