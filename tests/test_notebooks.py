"""The notebooks run from top to bottom on the sample data; docs show what they print."""

import functools
import re

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

from tests.render_notebooks import (  # noqa: E402 - after what skips
    NOTEBOOKS,
    TARGET,
    format_notebook,
    run_notebook,
)

run_once = functools.cache(run_notebook)


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
def test_it_runs_from_top_to_bottom(path):
    book = run_once(path)
    shown = [cell for cell in book.cells if cell.cell_type == "code"]
    # all but the one that reads
    assert sum(bool(cell.outputs) for cell in shown) >= len(shown) - 1
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


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_docs_have_each_cell_and_each_picture(path):
    """Written anew by `python -m tests.render_notebooks`."""
    text = (TARGET / f"{path.stem}.md").read_text(encoding="utf-8")
    end = 0
    for cell in notebook(path).cells:
        at = text.find(cell.source, end)
        assert at >= 0, cell.source
        end = at + len(cell.source)
    pictures = re.findall(r"\]\((\w+\.png)\)", text)
    assert pictures == sorted(p.name for p in TARGET.glob(f"{path.stem}_*.png"))
    size = sum((TARGET / name).stat().st_size for name in pictures)
    assert size <= 100_000


@pytest.mark.slow
@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_docs_show_what_a_run_prints(path):
    text, _ = format_notebook(run_once(path), path.stem)
    kept = (TARGET / f"{path.stem}.md").read_text(encoding="utf-8")
    assert text.split() == kept.split()
