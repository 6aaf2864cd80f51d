"""Runs the notebooks and writes them with their outputs as Markdown into docs/notebooks.

    python -m tests.render_notebooks

A picture becomes a small PNG beside the page, a table stays HTML, which forges show as a table.
"""

from __future__ import annotations

import base64
import io
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nbformat import NotebookNode

ROOT = Path(__file__).parent.parent
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
TARGET = ROOT / "docs" / "notebooks"
COLOURS = 48  # of a picture: its lines and marks need few
HEAD = "<!-- written by python -m tests.render_notebooks -->\n"
# what pandas adds to a table for a notebook's own page
_ORNAMENT = re.compile(
    r'<style.*?</style>\n?|</?div>|\s(?:border|class|style)="[^"]*"', re.DOTALL
)


def run_notebook(path: Path) -> NotebookNode:
    """Return a notebook with the outputs of a run from top to bottom."""
    import nbclient
    import nbformat

    book = nbformat.read(path, as_version=4)
    client = nbclient.NotebookClient(
        book, timeout=120, resources={"metadata": {"path": str(path.parent)}}
    )
    before = os.environ.get("PYTHONPATH", "")
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(ROOT), before]))
    try:
        client.execute()
    finally:
        os.environ["PYTHONPATH"] = before
    return book


def format_notebook(book: NotebookNode, stem: str) -> tuple[str, dict[str, bytes]]:
    """Return a notebook as Markdown, and its pictures by file name."""
    pictures: dict[str, bytes] = {}
    parts = [HEAD]
    for cell in book.cells:
        if cell.cell_type == "markdown":
            parts.append(f"{cell.source}\n")
            continue
        parts.append(f"```python\n{cell.source}\n```\n")
        for output in cell.outputs:
            name = f"{stem}_{len(pictures) + 1}.png"
            data = output.get("data", {})
            if "image/png" in data:
                pictures[name] = _shrink_picture(base64.b64decode(data["image/png"]))
                parts.append(f"![Picture {len(pictures)} of this notebook]({name})\n")
            else:
                parts.append(_format_output(output))
    open_link = f"[The notebook itself](../../notebooks/{stem}.ipynb)."
    return "\n".join([*parts, f"{open_link}\n"]), pictures


def _format_output(output: Any) -> str:
    """Return a table as plain HTML, any other text as it was printed."""
    data = output.get("data", {})
    if "text/html" in data:
        return f"{_ORNAMENT.sub('', data['text/html']).strip()}\n"
    text = output.get("text") or data.get("text/plain", "")
    return f"```text\n{text.rstrip()}\n```\n"


def _shrink_picture(png: bytes) -> bytes:
    from PIL import Image

    out = io.BytesIO()
    picture = Image.open(io.BytesIO(png)).convert("RGB")
    picture.quantize(COLOURS).save(out, "PNG", optimize=True)
    return out.getvalue()


def write_pages() -> None:
    """Write the page and the pictures of each notebook."""
    TARGET.mkdir(exist_ok=True)
    for path in NOTEBOOKS:
        text, pictures = format_notebook(run_notebook(path), path.stem)
        (TARGET / f"{path.stem}.md").write_text(text, encoding="utf-8")
        for name, content in pictures.items():
            (TARGET / name).write_bytes(content)


if __name__ == "__main__":
    write_pages()
