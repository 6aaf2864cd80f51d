"""Nothing in the package can run what a file holds, or reach out of this machine."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "loadwatch"
# modules that run what they read, or that connect; distributed is imported for --cluster alone
FORBIDDEN = {
    *("pickle", "cPickle", "marshal", "shelve", "joblib", "dill", "cloudpickle"),
    *("socket", "http", "urllib", "ftplib", "smtplib", "requests", "ssl"),
}
# `serve` asks 127.0.0.1 whether a server of the folder is there already, and nobody else;
# compiled templates are read from where Python itself reads the bytecode of these modules
ALLOWED = {
    PACKAGE / "web" / "server.py": {"http"},
    PACKAGE / "report" / "template_cache.py": {"marshal"},
}
CALLS = {"eval", "exec", "compile", "__import__", "read_pickle", "to_pickle"}


def list_modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def find_imports(tree: ast.AST) -> set[str]:
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module)
    found.discard("urllib.parse")  # it writes addresses, and asks for none
    return {name.partition(".")[0] for name in found}


def find_calls(tree: ast.AST) -> set[str]:
    found = set()
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        if isinstance(node.func, ast.Name):
            found.add(node.func.id)
        elif isinstance(node.func, ast.Attribute) and node.func.attr != "compile":
            found.add(node.func.attr)
        for word in node.keywords:
            if word.arg == "allow_pickle":
                assert (
                    isinstance(word.value, ast.Constant) and word.value.value is False
                )
    return found


@pytest.mark.parametrize("path", list_modules(), ids=lambda path: path.name)
def test_a_module_runs_nothing_that_it_reads(path):
    tree = ast.parse(path.read_text("utf-8"))
    assert not find_calls(tree) & CALLS
    assert not find_imports(tree) & FORBIDDEN - ALLOWED.get(path, set())


def test_the_server_asks_this_machine_alone():
    """Neither a proxy of the environment nor a redirect leads elsewhere, as with urllib."""
    text = (PACKAGE / "web" / "server.py").read_text("utf-8")
    assert text.count("HTTPConnection(") == 1
    assert "http.client.HTTPConnection(HOST, int(port), timeout=ASK_S)" in text
    assert 'HOST = "127.0.0.1"' in text
