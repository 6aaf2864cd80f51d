"""Files served: what was left out, and the way back for a run that the runner left out."""

import pytest

pytest.importorskip("flask")

from loadwatch.errors import SettingsError
from loadwatch.exposure.tag_writer import clear_exclusion
from tests.hostile import NAMES
from tests.web_client import Visitor, copy_runs

BUTTON = "Count it again"


@pytest.fixture
def folder(tmp_path):
    return copy_runs(tmp_path / "me", 5)


@pytest.fixture
def visitor(folder):
    return Visitor(folder)


def list_ids(visitor):
    return visitor.site.analysis.activities["activity_id"].tolist()


def find_key(visitor):
    """Return the run that the first button of Files means."""
    _, _, rest = visitor.read("/files").partition('name="run" value="')
    return rest.partition('"')[0]


def test_a_run_that_was_left_out_counts_again_by_a_button(visitor, folder):
    ids = list_ids(visitor)
    assert BUTTON not in visitor.read("/files")
    chosen = f"/runs/{ids[2]}"
    visitor.send(chosen, {"shoe": "Blue", "rpe": "4"})
    visitor.send(chosen, {"exclude": "yes"})
    assert "the page Files can let it count again" in visitor.read("/runs")
    assert ids[2] not in list_ids(visitor)
    visitor.send("/files/count", {"run": find_key(visitor)})
    assert "counts again" in visitor.read("/files")
    assert list_ids(visitor) == ids
    rows = visitor.site.analysis.activities
    assert rows["shoe"].tolist()[2] == "Blue"
    assert BUTTON not in visitor.read("/files")
    visitor.send("/undo", {})
    assert ids[2] not in list_ids(visitor)
    assert len((folder / "tags.csv").read_text().splitlines()) == 2


def test_all_lines_on_the_run_and_no_other_count_again(visitor, folder):
    names = sorted(path.name for path in folder.glob("*.fit"))
    lines = [
        *("# mine", "file;exclude;shoe"),
        *(f"{names[0]};yes;", f"{names[1]};x;Red", f"{names[0]};yes;Blue"),
    ]
    (folder / "tags.csv").write_text("\n".join(lines))
    visitor.site.refresh(at_once=True)
    visitor.site.wait(60)
    assert len(list_ids(visitor)) == 3
    assert visitor.read("/files").count(BUTTON) == 2
    visitor.send("/files/count", {"run": names[0]})
    assert (folder / "tags.csv").read_text().splitlines() == [
        *("# mine", "file;exclude;shoe"),
        *(f"{names[0]};;", f"{names[1]};x;Red", f"{names[0]};;Blue"),
    ]
    assert len(list_ids(visitor)) == 4


@pytest.mark.parametrize("key", ["", "none.fit", "../x", "2026-11-16", "a\n=b"])
def test_what_no_line_leaves_out_changes_nothing(visitor, folder, key):
    tags = folder / "tags.csv"
    tags.write_text("file,exclude\nother.fit,yes\n")
    visitor.send("/files/count", {"run": key})
    assert "no line of it leaves this run out any more" in visitor.read("/files")
    assert tags.read_text() == "file,exclude\nother.fit,yes\n"


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_hostile_names_are_shown_harmless(visitor, folder, name):
    cell = name.replace('"', '""')
    (folder / "tags.csv").write_text(
        f'file,exclude\n"{cell}",yes\n', encoding="utf-8", errors="surrogateescape"
    )
    page = visitor.read("/files")
    assert "<script>" not in page
    assert "<img" not in page
    assert "49{%" not in page


def test_a_broken_tags_file_breaks_no_page(visitor, folder):
    (folder / "tags.csv").write_text("file,exclude\na.fit,perhaps\n")
    assert visitor.ask("/files").status_code == 200
    visitor.send("/files/count", {"run": "a.fit"})
    assert "tags.csv:2" in visitor.read("/files")


def test_read_only_shows_the_run_without_a_button(folder):
    (folder / "tags.csv").write_text("start,exclude\n2026-11-16,yes\n")
    visitor = Visitor(folder, read_only=True)
    page = visitor.read("/files")
    assert "Runs you left out" in page
    assert BUTTON not in page
    assert visitor.send("/files/count", {"run": "2026-11-16"}).status_code == 403


def test_a_file_without_such_a_line_is_an_error():
    with pytest.raises(SettingsError, match="any more"):
        clear_exclusion(b"", key="a.fit")
