"""Make a large map extract of copies of a small one, and time reading one athlete's cells from it.

python -m tests.make_big_pbf SMALL.osm.pbf BIG.osm.pbf [COPIES]    writes BIG (about COPIES times SMALL)
python -m tests.make_big_pbf --time BIG.osm.pbf LAT LON            reads the 5 x 5 km around a place of it
"""

import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import osmium

ID_STEP = 20_000_000_000  # ids of today's map end below this
ACROSS, EAST_DEG, NORTH_DEG = 6, 0.6, 0.4


def _shifted(
    path: Path, kind: osmium.osm.osm_entity_bits, copy: int
) -> Iterator[tuple[str, object]]:
    """Yield the method of the writer and the changed object for each object of one kind."""
    add = copy * ID_STEP
    east, north = copy % ACROSS * EAST_DEG, copy // ACROSS * NORTH_DEG
    for item in osmium.FileProcessor(path, kind):
        if item.is_node():
            where = (item.location.lon + east, item.location.lat + north)
            yield "add_node", item.replace(id=item.id + add, location=where)
        elif item.is_way():
            yield (
                "add_way",
                item.replace(
                    id=item.id + add, nodes=[node.ref + add for node in item.nodes]
                ),
            )
        else:
            members = [
                (member.type, member.ref + add, member.role) for member in item.members
            ]
            yield "add_relation", item.replace(id=item.id + add, members=members)


def make(small: Path, big: Path, copies: int) -> None:
    """Write `copies` of `small` into `big`, each at another place and with other ids."""
    bits = osmium.osm
    with osmium.SimpleWriter(str(big), overwrite=True) as writer:
        for kind in (bits.NODE, bits.WAY, bits.RELATION):
            for copy in range(copies):
                for method, item in _shifted(small, kind, copy):
                    getattr(writer, method)(item)


def measure(big: Path, latitude: float, longitude: float) -> None:
    """Print seconds and peak memory of reading 25 cells, and the seconds of a second time."""
    from loadwatch.exposure.osm import open_extract

    row, column = int(latitude * 100), int(longitude * 100)
    cells = frozenset((row + i, column + j) for i in range(-2, 3) for j in range(-3, 4))
    folder = Path(tempfile.mkdtemp())
    try:
        for what in ("first time", "from the cache"):
            wall, cpu = time.perf_counter(), time.process_time()
            ground = open_extract(big, cells, folder, {})
            wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            print(
                f"{what}: {wall:.2f} s, {cpu:.2f} s CPU, peak {peak:.0f} MB, {ground.way_id.size} ways"
            )
        print(
            f"cache {sum(file.stat().st_size for file in folder.iterdir()) / 1e6:.1f} MB"
        )
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    if sys.argv[1] == "--time":
        measure(Path(sys.argv[2]), float(sys.argv[3]), float(sys.argv[4]))
    else:
        make(
            Path(sys.argv[1]),
            Path(sys.argv[2]),
            int(sys.argv[3]) if sys.argv[3:] else 36,
        )
