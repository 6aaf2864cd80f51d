"""Where the disk for temporary files fails while a map is read, that is one line and no crash."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from loadwatch.exposure.osm import map_reader
from loadwatch.exposure.osm.map_reader import MapError
from tests import make_map

osmium = pytest.importorskip("osmium")

COPY = """
import resource, sys
from pathlib import Path
import osmium
from loadwatch.exposure.osm.map_reader import MapError, copy_ways, raise_map_errors
resource.setrlimit(resource.RLIMIT_FSIZE, (40, resource.RLIM_INFINITY))
source, target = map(Path, sys.argv[1:])
try:
    with raise_map_errors(osmium, source):
        copy_ways(osmium, source, target)
except MapError as error:
    print(error)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs limits of a process")
def test_a_temporary_file_that_cannot_be_written_does_not_end_the_process(tmp_path):
    """libosmium closes its writer again when it is deleted, and would abort the process."""
    command = [sys.executable, "-c", COPY, make_map.write(tmp_path), tmp_path / "w.pbf"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "not readable as an OpenStreetMap extract" in done.stdout


@pytest.mark.parametrize("kind", [RuntimeError, OSError])
def test_a_full_disk_for_temporary_files_says_what_to_do(tmp_path, kind):
    words = os.strerror(errno.ENOSPC)
    error = OSError(errno.ENOSPC, words) if kind is OSError else kind(f"x: {words}")
    with (
        pytest.raises(MapError, match="disk for temporary files is full.*TMPDIR"),
        map_reader.raise_map_errors(osmium, tmp_path / "a.osm.pbf"),
    ):
        raise error


def test_an_error_names_no_folder_of_this_machine(tmp_path):
    path = tmp_path / "a.fit"
    path.write_bytes(b"no map")
    with pytest.raises(MapError, match="not readable as") as caught:
        map_reader.read_excerpt(path, frozenset({(0, 0)}), {})
    assert str(tmp_path) not in str(caught.value)


@pytest.mark.skipif(not Path("/dev/fd").is_dir(), reason="no list of open files here")
def test_no_file_is_left_open_and_on_the_disk(tmp_path):
    """libosmium's index of places never closes its file, so that the disk would keep it."""
    whole = make_map.write(tmp_path)
    cells = frozenset({(0, 0)})
    before = len(list(Path("/dev/fd").iterdir()))
    for _ in range(3):
        map_reader.read_excerpt(whole, cells, {})
    assert len(list(Path("/dev/fd").iterdir())) == before
