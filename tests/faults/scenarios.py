"""Commands that write, each with what must hold whatever call of it fails."""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from tests import make_map
from tests.faults import serve_forms
from tests.make_gpx import write_gpx

if TYPE_CHECKING:
    from collections.abc import Callable

SAMPLE = Path(__file__).parents[2] / "sample_data" / "ben"
OWN = ("diary.csv", "tags.csv", "notes.csv", "loadwatch.toml")
DATASETS = ("exposures", "flags", "weeks")
OLD_MAP = b"an old map"
OLD_PAGE = "<!doctype html>\nold\n"
LINES = ["date,pain,when,site,note", "2026-11-01,1,,,ok", ""]


@dataclass(frozen=True)
class Scenario:
    """One command. `prepare` makes its folder, `arguments` follow `loadwatch`."""

    name: str
    arguments: tuple[str, ...]
    prepare: Callable[[Path, Callable[..., object]], None]
    check: Callable[[Path, int], str]


def make_runner(home: Path, count: int = 3) -> Path:
    place = home / "ben"
    place.mkdir(parents=True)
    for path in sorted(SAMPLE.glob("*.fit"))[-count:]:
        shutil.copy(path, place)
    return place


def digest_inputs(home: Path) -> str:
    """Return a digest of all recordings, which nothing may change."""
    digest = hashlib.sha256()
    for path in sorted(home.rglob("*.fit")):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()


def prepare_first(home: Path, _run: Callable[..., object]) -> None:
    make_runner(home)


def prepare_more(home: Path, run: Callable[..., object]) -> None:
    place = make_runner(home)
    run("weeks", "ben", "--store", "store", "-q")
    for path in sorted(SAMPLE.glob("*.fit"))[:2]:
        shutil.copy(path, place)


def prepare_foreign(home: Path, run: Callable[..., object]) -> None:
    make_runner(home)
    run("weeks", "ben", "--store", "store", "-q")
    (path,) = (home / "store").glob("*.sqlite")
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()


def prepare_page(home: Path, _run: Callable[..., object]) -> None:
    make_runner(home)
    (home / "page.html").write_text(OLD_PAGE)
    (home / "page.svg").write_text("<svg>old</svg>")


def prepare_club(home: Path, _run: Callable[..., object]) -> None:
    make_runner(home / "club")
    shutil.copytree(home / "club" / "ben", home / "club" / "cat")


def prepare_diary(home: Path, _run: Callable[..., object]) -> None:
    place = make_runner(home, 1)
    (place / "diary.csv").write_text("\n".join(LINES))


def prepare_tags(home: Path, _run: Callable[..., object]) -> None:
    place = make_runner(home, 1)
    (place / "tags.csv").write_text(
        "# mine\nstart,shoe,weather\n2020-01-01,Blue,rain\n"
    )


def prepare_settings(home: Path, _run: Callable[..., object]) -> None:
    place = make_runner(home, 1)
    (place / "loadwatch.toml").write_bytes(serve_forms.SETTINGS)


def prepare_undo(home: Path, _run: Callable[..., object]) -> None:
    place = make_runner(home, 1)
    (place / "diary.csv").write_text("\n".join(LINES) + "2026-11-02,3,,,new\n")


def prepare_one(home: Path, _run: Callable[..., object]) -> None:
    make_runner(home, 1)


def prepare_map(home: Path, _run: Callable[..., object]) -> None:
    """Make a runner with a track, a map of the street it is on, and an old small map."""
    from tests.town_map import as_pbf

    place = home / "ben"
    place.mkdir()
    line = [make_map.place(metres, 0) for metres in range(-390, 390, 12)]
    write_gpx(place / "a.gpx", line * 4, datetime(2026, 3, 2, 7, tzinfo=UTC))
    as_pbf(make_map.write(home), home / "whole.osm.pbf")
    (home / "small.osm.pbf").write_bytes(OLD_MAP)


def check_nothing(_home: Path, _code: int) -> str:
    return ""


def check_map(home: Path, code: int) -> str:
    content = (home / "small.osm.pbf").read_bytes()
    if content != OLD_MAP and not can_be_read(home / "small.osm.pbf"):
        return "a torn map"
    if len([*home.glob("*.osm.pbf")]) != 2:
        return "a map too many"
    return check_answer(code, done=content != OLD_MAP)


def can_be_read(path: Path) -> bool:
    """Tell whether a map is whole, in a process without faults."""
    import osmium

    try:
        return any(entity.is_way() for entity in osmium.FileProcessor(path))
    except RuntimeError:
        return False


def check_datasets(home: Path, code: int) -> str:
    """Every file is whole, and where all was done there is one for each athlete and dataset."""
    import pyarrow.parquet as pq

    paths = list((home / "out").rglob("*.parquet"))
    for path in paths:
        try:
            pq.read_table(path, partitioning=None)
        except (OSError, ValueError) as error:  # ArrowInvalid is a ValueError
            return f"a torn dataset {path.parent.name}: {error}"
    is_whole = len(paths) == 2 * len(DATASETS)
    return "a dataset is missing, and exit 0" if code == 0 and not is_whole else ""


def check_demo(home: Path, code: int) -> str:
    page = home / "out" / "loadwatch-demo.html"
    if page.exists() and not page.read_text("utf-8").rstrip().endswith("</html>"):
        return "a torn page"
    return check_answer(code, done=page.exists())


def check_page(home: Path, code: int) -> str:
    text = (home / "page.html").read_text("utf-8")
    is_old = text == OLD_PAGE
    is_new = text.startswith("<!doctype html>") and text.rstrip().endswith("</html>")
    if not is_old and not is_new:
        return "a torn page"
    if code == 0 and is_old:
        return "no page, and exit 0"
    return ""


def check_picture(home: Path, code: int) -> str:
    text = (home / "page.svg").read_text("utf-8")
    is_old = text == "<svg>old</svg>"
    if not is_old and not text.rstrip().endswith("</svg>"):
        return "a torn picture"
    return "no picture, and exit 0" if code == 0 and is_old else ""


def check_club(home: Path, code: int) -> str:
    pages = list((home / "out").rglob("*.html")) if (home / "out").exists() else []
    for page in pages:
        if page.name.startswith("."):
            continue
        if not page.read_text("utf-8").rstrip().endswith("</html>"):
            return f"a torn page {page.name}"
    return "a page is missing, and exit 0" if code == 0 and len(pages) < 3 else ""


def check_diary(home: Path, code: int) -> str:
    path = home / "ben" / "diary.csv"
    lines = path.read_text("utf-8").split("\n")
    added = lines[len(LINES) - 1 :]
    if lines[: len(LINES) - 1] != LINES[:-1]:
        return "old lines are gone"
    is_added = (
        len(added) == 2 and added[0].startswith("2026-11-02,3") and added[1] == ""
    )
    if added != [""] and not is_added:
        return f"a torn line {added}"
    return check_answer(code, done=is_added)


def check_new_diary(home: Path, code: int) -> str:
    path = home / "ben" / "diary.csv"
    if not path.exists():
        return check_answer(code, done=False)
    lines = path.read_text("utf-8").split("\n")
    if len(lines) != 3 or not lines[1].startswith("2026-11-02,3"):
        return f"a torn diary {lines}"
    return check_answer(code, done=True)


def check_tags(home: Path, code: int) -> str:
    text = (home / "ben" / "tags.csv").read_text("utf-8")
    if not text.startswith("# mine\n") or "2020-01-01,Blue,rain" not in text:
        return "old lines are gone"
    rows = text.count("\n")
    if rows not in {3, 4} or not text.endswith("\n"):
        return "a torn line"
    return check_answer(code, done="soft" in text)


def check_answer(code: int, *, done: bool) -> str:
    """Exit 0 says that it was done, 1 that it was not; a process that died says nothing."""
    if code == 0 and not done:
        return "not done, and exit 0"
    return "done, and exit 1" if code == 1 and done else ""


SERVE_FORM = "serve form"
MAP = ("ben", "--osm", "whole.osm.pbf", "-q")
LOG = ("diary", "ben", "log", "--pain", "3", "--date", "2026-11-02")
SCENARIOS = (
    Scenario("first run", ("weeks", "ben", "--store", "store", "-q"), prepare_first, check_nothing),
    Scenario("two files more", ("weeks", "ben", "--store", "store", "-q"), prepare_more, check_nothing),
    Scenario("foreign store", ("weeks", "ben", "--store", "store", "-q"), prepare_foreign, check_nothing),
    Scenario("report", ("report", "ben", "-o", "page.html", "--store", "store"), prepare_page, check_page),
    Scenario("handout", ("report", "ben", "--handout", "-o", "page.html", "--no-store"), prepare_page, check_page),
    Scenario("demo", ("demo", "-o", "out"), prepare_first, check_demo),
    Scenario("map", ("weeks", *MAP, "--store", "store"), prepare_map, check_nothing),
    Scenario("map cut", ("map", *MAP, "--cut", "small.osm.pbf", "--no-store"), prepare_map, check_map),
    Scenario("parquet", ("parquet", "club", "-o", "out", "--no-store"), prepare_club, check_datasets),
    Scenario("plot", ("plot", "ben", "-o", "page.svg", "--no-store"), prepare_page, check_picture),
    Scenario("roster", ("roster", "club", "-o", "out", "--store", "store"), prepare_club, check_club),
    Scenario("diary", LOG, prepare_diary, check_diary),
    Scenario("new diary", LOG, prepare_first, check_new_diary),
    Scenario("tag", ("tag", "ben", "--from", "2026-01-01", "--surface", "soft", "--no-store"), prepare_tags, check_tags),
    Scenario("serve pain", (SERVE_FORM, "pain"), prepare_diary, check_diary),
    Scenario("serve ground", (SERVE_FORM, "ground"), prepare_tags, check_tags),
    Scenario("serve settings", (SERVE_FORM, "settings"), prepare_settings, serve_forms.check_settings),
    Scenario("serve shoes", (SERVE_FORM, "shoes"), prepare_settings, serve_forms.check_shoes),
    Scenario("serve drop", (SERVE_FORM, "drop"), prepare_one, serve_forms.check_drop),
    Scenario("serve undo", (SERVE_FORM, "undo"), prepare_undo, serve_forms.check_undo),
)  # fmt: skip
