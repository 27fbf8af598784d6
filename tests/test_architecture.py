"""The house keeps its order: imports run one way, content holds no code, names are real."""

from __future__ import annotations

import ast
import importlib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parent.parent
PACKAGES = ("store", "search", "generator", "importer", "web", "cli")
PRESENT = [name for name in PACKAGES if (ROOT / name / "__init__.py").is_file()]
ALLOWED = {
    "store": set(),
    "search": {"store"},
    "generator": {"store"},
    "importer": {"store"},
    "web": {"store", "search", "generator", "importer"},
    "cli": {"store", "search", "generator", "importer", "web"},
}


def modules(package: str) -> list[Path]:
    return sorted((ROOT / package).rglob("*.py"))


def imported(path: Path) -> Iterator[tuple[int, str]]:
    """The first names of all modules that a file imports, wherever in it the import stands."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"), str(path))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name.partition(".")[0]) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: relative import"
            yield node.lineno, str(node.module).partition(".")[0]


@pytest.mark.parametrize("package", PRESENT)
def test_imports_run_one_way(package):
    forbidden = set(PACKAGES) - ALLOWED[package] - {package}
    wrong = [
        f"{path.relative_to(ROOT)}:{line} imports {name}"
        for path in modules(package)
        for line, name in imported(path)
        if name in forbidden
    ]
    assert wrong == []


def test_every_package_is_looked_at():
    assert {"store", "search", "generator", "cli"} <= set(PRESENT)
    assert all(modules(package) for package in PRESENT)


@pytest.mark.parametrize("folder", ["kb", "templates"])
def test_content_holds_no_python(folder):
    found = [path for path in (ROOT / folder).rglob("*") if path.suffix in {".py", ".pyc", ".pyi"}]
    assert found == []
    assert any((ROOT / folder).iterdir())


@pytest.mark.parametrize("package", PRESENT)
def test_the_public_names_are_real(package):
    module = importlib.import_module(package)
    names = getattr(module, "__all__", [])
    assert len(names) == len(set(names))
    assert [name for name in names if not hasattr(module, name)] == []


def test_the_store_offers_what_the_contract_says():
    assert set(importlib.import_module("store").__all__) >= {"Workspace"}


@pytest.mark.parametrize("package", PRESENT)
def test_packages_are_typed(package):
    assert (ROOT / package / "py.typed").is_file()


@pytest.mark.parametrize("package", PRESENT)
def test_every_opened_file_names_its_encoding(package):
    """`open` and `read_text` without an encoding read GBK on a Chinese Windows."""
    wrong = []
    for path in modules(package):
        wrong += [
            f"{path.relative_to(ROOT)}:{node.lineno}"
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, ast.Call) and _opens_text(node)
        ]
    assert wrong == []


def _opens_text(call: ast.Call) -> bool:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    keywords = {keyword.arg for keyword in call.keywords}
    if name in {"read_text", "write_text"}:
        first = 0 if name == "read_text" else 1
        return "encoding" not in keywords and len(call.args) <= first
    return False


@pytest.mark.parametrize("package", PRESENT)
def test_messages_can_be_printed_on_a_chinese_windows(package):
    """Every Chinese text constant has only characters that GBK has."""
    wrong = []
    for path in modules(package):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        silent = _docstrings(tree)
        wrong += [
            f"{path.relative_to(ROOT)}:{node.lineno} {node.value[:30]!r}"
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in silent
            and _is_sentence(node.value)
            and not _has_gbk(node.value)
        ]
    assert wrong == []


def _is_sentence(text: str) -> bool:
    return text.endswith(("。", "？", "！")) and len(text) > 5


def _has_gbk(text: str) -> bool:
    try:
        text.encode("gbk")
    except UnicodeEncodeError:
        return False
    return True


def _docstrings(tree: ast.Module) -> set[int]:
    found = set()
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list) and body and isinstance(body[0], ast.Expr):
            found.add(id(body[0].value))
    return found
