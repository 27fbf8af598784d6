"""Fixtures that tests of every package share."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from store import Workspace
from store.scaffold import init_workspace

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

# A busy machine is no failure: nothing is told from how long an example took.
settings.register_profile("wenshu", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("wenshu")

WorkspaceMaker = Callable[..., Workspace]


@pytest.fixture(scope="session")
def starter_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The starter library, written once by `init`; nobody may write into it."""
    root = tmp_path_factory.mktemp("starter") / "资料库"
    init_workspace(root)
    return root


@pytest.fixture(scope="session")
def starter(starter_root: Path) -> Workspace:
    """The starter library, opened once, for reading only."""
    return Workspace.open(starter_root)


@pytest.fixture
def starter_copy(starter_root: Path, tmp_path: Path) -> Workspace:
    """A starter library of one's own."""
    root = tmp_path / "我的 资料库"
    shutil.copytree(starter_root, root, ignore=shutil.ignore_patterns(".wenshu"))
    return Workspace.open(root)


@pytest.fixture
def make_workspace(tmp_path: Path) -> WorkspaceMaker:
    """A builder of small workspaces: `make_workspace({"制度/甲": text, "数据/a.yaml": data})`.

    Names without a known ending are documents; `wenshu.toml` goes to the root, `templates/…` too,
    everything else under `kb/`.
    """

    def make(files: Mapping[str, str | bytes] | None = None, *, name: str = "库") -> Workspace:
        root = tmp_path / name
        (root / "kb").mkdir(parents=True, exist_ok=True)
        for key, content in (files or {}).items():
            write_file(root, key, content)
        return Workspace.open(root)

    return make


def write_file(root: Path, name: str, content: str | bytes) -> Path:
    """Write one file of a workspace, see `make_workspace`."""
    at_root = name == "wenshu.toml" or name.startswith("templates/")
    path = (root if at_root else root / "kb") / name
    if "." not in path.name.partition("@")[0]:
        path = path.with_name(f"{path.name}.md")
    path.parent.mkdir(parents=True, exist_ok=True)
    data = content if isinstance(content, bytes) else content.encode("utf-8")
    path.write_bytes(data)
    return path
