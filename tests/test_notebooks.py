"""The notebooks run from top to bottom on the sample data, and are kept without outputs."""

import os
from pathlib import Path

import pytest

nbformat = pytest.importorskip(
    "nbformat", reason="notebooks need nbformat: pip install '.[notebooks]'"
)
nbclient = pytest.importorskip(
    "nbclient", reason="notebooks need nbclient: pip install '.[notebooks]'"
)
pytest.importorskip(
    "ipykernel", reason="notebooks need ipykernel: pip install '.[notebooks]'"
)

ROOT = Path(__file__).parent.parent
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


def notebook(path):
    return nbformat.read(path, as_version=4)


def words(cell):
    """What a run cell printed or showed, as text."""
    return "".join(
        output.get("text", "") + output.get("data", {}).get("text/plain", "")
        for output in cell.get("outputs", [])
    )


def test_there_are_three():
    assert [path.stem for path in NOTEBOOKS] == [
        "a_coachs_monday",
        "weekly_load_pictures",
        "your_own_export",
    ]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_it_is_kept_without_outputs_and_begins_with_words(path):
    book = notebook(path)
    nbformat.validate(book)
    assert book.cells[0].cell_type == "markdown"
    for cell in book.cells:
        if cell.cell_type == "code":
            assert cell.outputs == []
            assert cell.execution_count is None


@pytest.mark.slow
@pytest.mark.filterwarnings("default")  # jupyter_client and zmq warn of their own loops
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_it_runs_from_top_to_bottom(path, monkeypatch):
    before = os.environ.get("PYTHONPATH", "")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, [str(ROOT), before])))
    book = notebook(path)
    client = nbclient.NotebookClient(
        book, timeout=120, resources={"metadata": {"path": str(path.parent)}}
    )
    client.execute()
    shown = [cell for cell in book.cells if cell.cell_type == "code"]
    assert (
        sum(bool(cell.outputs) for cell in shown) >= len(shown) - 1
    )  # all but the one that reads
    assert not any(
        output.get("name") == "stderr" for cell in shown for output in cell.outputs
    )
    if path.stem == "your_own_export":
        assert "activities from" in words(shown[1])
    if path.stem == "weekly_load_pictures":
        assert (
            sum(
                "image/png" in o.get("data", {}) for cell in shown for o in cell.outputs
            )
            == len(shown) - 1
        )
    if path.stem == "a_coachs_monday":
        assert "Ana" in words(shown[1]) and "Ben" in words(shown[1])
