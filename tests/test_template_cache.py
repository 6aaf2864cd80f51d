"""Compiled templates are kept as bytecode of modules is, and never change a page."""

from __future__ import annotations

import sys
from pathlib import Path

import jinja2
import pytest

from loadwatch.report.template_cache import TemplateCache


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    monkeypatch.setattr(sys, "pycache_prefix", None)
    (tmp_path / "hello.html").write_text("Hello {{ name }}", encoding="utf-8")
    return tmp_path


def render(folder, *, trim=True):
    options = {"trim_blocks": trim}
    env = jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder),
        autoescape=True,
        bytecode_cache=TemplateCache(options),
        **options,
    )
    return env.get_template("hello.html").render(name="Ana")


def list_kept(folder):
    return sorted((folder / "__pycache__").glob("*"))


def test_a_template_is_compiled_once(folder, monkeypatch):
    assert render(folder) == "Hello Ana"
    (kept,) = list_kept(folder)
    assert kept.name == f"hello.html.{sys.implementation.cache_tag}.pyc"
    monkeypatch.setattr(jinja2.Environment, "compile", None)  # not called again
    assert render(folder) == "Hello Ana"


def test_a_changed_template_or_option_is_compiled_again(folder):
    render(folder)
    (kept,) = list_kept(folder)
    before = kept.read_bytes()
    render(folder, trim=False)
    assert kept.read_bytes() != before
    (folder / "hello.html").write_text("Good day {{ name }}", encoding="utf-8")
    assert render(folder) == "Good day Ana"
    assert list_kept(folder) == [kept]


@pytest.mark.parametrize("harm", ["torn", "flipped", "empty", "folder"])
def test_a_damaged_file_counts_as_none(folder, harm):
    render(folder)
    (kept,) = list_kept(folder)
    data = kept.read_bytes()
    kept.unlink()
    if harm == "folder":
        kept.mkdir()
    else:
        middle = len(data) // 2
        harmed = {
            "torn": data[:middle],
            "flipped": data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :],
            "empty": b"",
        }
        kept.write_bytes(harmed[harm])
    assert render(folder) == "Hello Ana"


def test_nothing_is_written_where_python_writes_no_bytecode(folder, monkeypatch):
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    assert render(folder) == "Hello Ana"
    assert not (folder / "__pycache__").exists()


def test_a_folder_that_cannot_be_written_costs_no_page(folder, monkeypatch):
    def fail(*_args, **_kwargs):
        raise PermissionError

    monkeypatch.setattr(Path, "write_bytes", fail)
    assert render(folder) == "Hello Ana"
