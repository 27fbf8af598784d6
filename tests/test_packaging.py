"""The built wheel, installed elsewhere: all parts in, and no checkout in reach."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    code = f"from hatchling.build import build_wheel; print(build_wheel({str(folder)!r}))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr.decode(errors="replace")
    return next(folder.glob("*.whl"))


def test_wheel_holds_packages_and_starter(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    tops = {name.split("/")[0] for name in names if ".dist-info" not in name}
    assert tops == {"store", "search", "generator", "importer", "web", "cli"}
    assert "store/_starter/kb/管理制度/考勤与休假管理办法.md" in names
    assert "store/_starter/templates/policy/kind.toml" in names
    assert "store/_starter/templates/policy/标准.docx" in names
    assert any(name.startswith("search/lexicon") for name in names)
    assert {"web/templates/base.html", "web/static/wenshu.css", "web/py.typed"} <= set(names)
    assert not [name for name in names if "__pycache__" in name or "/." in name]


def test_wheel_works_without_the_checkout(wheel: Path, tmp_path: Path) -> None:
    home = tmp_path / "程序 目录"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(home)
    environment = {
        **{key: value for key, value in os.environ.items() if not key.startswith("WENSHU")},
        "PYTHONPATH": str(home), "PYTHONSAFEPATH": "1", "PYTHONUTF8": "1",
    }  # fmt: skip

    def run(*args: str) -> subprocess.CompletedProcess[bytes]:
        done = subprocess.run(
            [sys.executable, "-m", "cli.main", *args], cwd=tmp_path, env=environment,
            capture_output=True, check=False, timeout=120,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr.decode(errors="replace")
        return done

    where = "import store, search, generator, importer, cli; print(store.__file__, cli.__file__)"
    done = subprocess.run(
        [sys.executable, "-c", where],
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        check=True,
        timeout=60,
    )
    assert str(home) in done.stdout.decode("utf-8")
    library = tmp_path / "资料 库"
    run("init", str(library))
    run("-w", str(library), "check")
    found = json.loads(run("-w", str(library), "search", "客户投诉", "--json").stdout)
    assert found["hits"][0]["citation"].startswith("《")
    output = tmp_path / "岗位.docx"
    run("-w", str(library), "render", "信贷客户部岗位职责", "-o", str(output))
    assert zipfile.ZipFile(output).testzip() is None
