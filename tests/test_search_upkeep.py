"""The index keeps in step with `kb/`, survives being killed, and mends itself."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from filelock import FileLock

from search import IndexBusyError, SearchIndex
from search.array_engine import ArrayEngine
from search.generation import Generation
from search.library import Library
from search.places import CURRENT, Folder
from search.updating import Updater
from store import Workspace

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import WorkspaceMaker

RULE = """---
标题: {title}
类别: 管理制度
部门: {department}
状态: {status}
版本: {version}
生效日期: {effective}
标签: [{tag}]
---

第一条 {first}

第二条 {second}
"""


def rule(title: str, first: str, second: str = "本办法由办公室解释。", **fields: str) -> str:
    values = {
        "department": "办公室",
        "status": "现行",
        "version": "2024",
        "effective": "2024-01-01",
        "tag": "制度",
    }
    return RULE.format(title=title, first=first, second=second, **{**values, **fields})


@pytest.fixture
def workspace(make_workspace: WorkspaceMaker) -> Workspace:
    return make_workspace(
        {
            "管理制度/车辆管理办法": rule("车辆管理办法", "公务用车由车队统一调度。"),
            "管理制度/会议管理办法": rule(
                "会议管理办法", "会议室提前一天预订。", department="行政部"
            ),
        }
    )


def write(workspace: Workspace, name: str, text: str) -> None:
    path = workspace.kb / f"{name}.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def place_of(workspace: Workspace) -> Path:
    return workspace.cache / "search"


def found(workspace: Workspace, query: str) -> list[str]:
    return [hit.id.rpartition("/")[2] for hit in SearchIndex.open(workspace).search(query).hits]


def test_changes_are_noticed(workspace: Workspace) -> None:
    index = SearchIndex.open(workspace)
    assert not index.refresh()
    write(workspace, "管理制度/车辆管理办法", rule("车辆管理办法", "公务用车由平台统一派单。"))
    assert index.refresh()
    assert index.search('"平台统一派单"').total == 1
    assert index.search('"车队统一调度"').total == 0
    assert index.summary is not None
    assert (index.summary.added, index.summary.removed) == (1, 0)


def test_new_and_removed_documents(workspace: Workspace) -> None:
    SearchIndex.open(workspace)
    write(workspace, "管理制度/食堂管理办法", rule("食堂管理办法", "餐卡余额不足的及时充值。"))
    assert found(workspace, "餐卡充值") == ["食堂管理办法"]
    (workspace.kb / "管理制度/食堂管理办法.md").unlink()
    assert found(workspace, "餐卡充值") == []


def test_nothing_is_written_when_nothing_changed(workspace: Workspace) -> None:
    SearchIndex.open(workspace)
    before = sorted(p.name for p in place_of(workspace).iterdir())
    assert SearchIndex.open(workspace).summary is None
    assert sorted(p.name for p in place_of(workspace).iterdir()) == before


def test_many_changes_leave_few_segments(workspace: Workspace) -> None:
    index = SearchIndex.open(workspace)
    for number in range(14):
        write(workspace, f"管理制度/办法{number}", rule(f"办法{number}", f"独有词语甲{number}乙。"))
        assert index.refresh()
    segments = [p for p in place_of(workspace).iterdir() if p.name.startswith("segment-")]
    assert len(segments) <= 9
    for number in range(14):
        assert index.search(f'"甲{number}乙"').total == 1


def test_settings_kinds_and_data_make_it_stale(make_workspace: WorkspaceMaker) -> None:
    body = rule("通知", "投诉电话：{{ 公司.投诉电话 }}。").replace(
        "标签:", "数据: [表.yaml]\n标签:"
    )
    workspace = make_workspace(
        {
            "管理制度/通知": body,
            "wenshu.toml": '[公司]\n投诉电话 = "12345"\n',
        }
    )
    (workspace.kb / "管理制度" / "表.yaml").write_text("指标: []\n", encoding="utf-8")
    assert SearchIndex.open(workspace).search('"12345"').total == 1
    (workspace.root / "wenshu.toml").write_text('[公司]\n投诉电话 = "67890"\n', encoding="utf-8")
    again = Workspace.open(workspace.root)
    assert SearchIndex.open(again).search('"67890"').total == 1
    assert SearchIndex.open(again).summary is None
    (workspace.kb / "管理制度" / "表.yaml").write_text("指标: []\n# 变了\n", encoding="utf-8")
    assert SearchIndex.open(Workspace.open(workspace.root)).summary is not None


def test_a_label_that_another_document_prints_makes_it_stale(workspace: Workspace) -> None:
    write(
        workspace,
        "管理制度/报销办法",
        rule("报销办法", "打车照[](管理制度/车辆管理办法#car)执行。"),
    )
    write(workspace, "管理制度/车辆管理办法", rule("车辆管理办法", "统一调度。{: #car}"))
    index = SearchIndex.open(workspace)
    assert index.search('"照第一条执行"').total == 1
    moved = rule("车辆管理办法", "新的一条。", "统一调度。{: #car}")
    write(workspace, "管理制度/车辆管理办法", moved)
    assert index.refresh()
    assert index.summary is not None
    assert index.summary.added == 2
    assert index.search('"照第二条执行"').total == 1
    (workspace.kb / "管理制度" / "车辆管理办法.md").unlink()
    assert index.refresh()
    assert index.search('"照第二条执行"').total == 0


def test_a_member_of_a_roll_up_makes_its_report_stale(make_workspace: WorkspaceMaker) -> None:
    report = rule("月报", "存款{{ 存款.数 }}。").replace("标签:", "数据: [总.yaml]\n标签:")
    workspace = make_workspace({"管理制度/月报": report})
    folder = workspace.kb / "管理制度"
    figures = "指标:\n- 指标: 存款\n  本期: {}\n  单位: 万元\n"
    (folder / "总.yaml").write_text(
        "汇总:\n  一部: 一部.yaml\n  二部: 二部.yaml\n", encoding="utf-8"
    )
    (folder / "一部.yaml").write_text(figures.format(100), encoding="utf-8")
    (folder / "二部.yaml").write_text(figures.format(11), encoding="utf-8")
    index = SearchIndex.open(workspace)
    assert index.search('"存款111。"').total == 1
    assert not index.refresh()
    (folder / "二部.yaml").write_text(figures.format(2345), encoding="utf-8")
    assert index.refresh()
    assert index.search('"存款2445。"').total == 1


def test_versions_fold_and_follow_the_day(workspace: Workspace) -> None:
    write(
        workspace,
        "管理制度/差旅办法@2020",
        rule(
            "差旅办法",
            "住宿标准每日三百元。",
            version="2020",
            effective="2020-01-01",
            status="已废止",
        ),
    )
    write(workspace, "管理制度/差旅办法", rule("差旅办法", "住宿标准每日五百元。"))
    index = SearchIndex.open(workspace)
    results = index.search("住宿标准")
    assert results.total == 1
    assert results.hits[0].id == "管理制度/差旅办法"
    assert [v["id"] for v in results.hits[0].versions] == ["管理制度/差旅办法@2020"]
    assert [h.version for h in index.search("住宿标准", on="2022-05-01").hits] == ["2020"]
    assert index.search("住宿标准", on="2019-05-01").total == 0


def test_what_is_in_force_comes_first(workspace: Workspace) -> None:
    write(
        workspace,
        "管理制度/旧办法",
        rule("旧办法", "加油卡由专人保管。", status="已废止", effective="2001-01-01").replace(
            "标签:", "失效日期: 2010-01-01\n标签:"
        ),
    )
    write(
        workspace,
        "管理制度/新办法",
        rule("新办法", "油料费用据实报销，加油卡由专人保管并登记备查。"),
    )
    hits = SearchIndex.open(workspace).search("加油卡由专人保管").hits
    assert [(h.title, h.in_force) for h in hits] == [("新办法", True), ("旧办法", False)]


def damage_truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def damage_flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0xFF
    path.write_bytes(bytes(data))


def damage_empty(path: Path) -> None:
    path.write_bytes(b"")


def damage_remove(path: Path) -> None:
    path.unlink()


def damage_pickle(path: Path) -> None:
    path.write_bytes(b"cos\nsystem\n(S'touch pwned'\ntR.")


@pytest.mark.parametrize(
    "damage", [damage_truncate, damage_flip, damage_empty, damage_remove, damage_pickle]
)
@pytest.mark.parametrize("name", ["current", "generation", "segment", "analysis"])
def test_a_damaged_index_is_set_aside_and_made_again(
    workspace: Workspace, name: str, damage: Callable[[Path], None]
) -> None:
    SearchIndex.open(workspace)
    time.sleep(0.01)
    for path in place_of(workspace).iterdir():
        if path.name.startswith(name):
            damage(path)
    index = SearchIndex.open(workspace)
    assert index.search("公务用车").hits[0].title == "车辆管理办法"
    index.search("gwyc")  # the table of readings
    assert not Path("pwned").exists()
    if not (name == "current" and damage is damage_remove):
        assert index.summary is not None
        assert index.summary.rebuilt
    assert SearchIndex.open(workspace).summary is None


def test_an_index_of_another_version_is_made_again(workspace: Workspace) -> None:
    SearchIndex.open(workspace)
    current = place_of(workspace) / CURRENT
    value = json.loads(current.read_text(encoding="utf-8"))
    value["format"] = 999
    current.write_text(json.dumps(value), encoding="utf-8")
    index = SearchIndex.open(workspace)
    assert index.summary is not None
    assert index.summary.notes
    assert index.search('"公务用车"').total == 1


def test_an_index_that_was_copied_is_read_through_once(
    workspace: Workspace, tmp_path: Path
) -> None:
    SearchIndex.open(workspace)
    copy = tmp_path / "副本"
    shutil.copytree(workspace.root, copy)
    for path in (copy / ".wenshu" / "cache" / "search").iterdir():
        os.utime(path)
    assert found(Workspace.open(copy), '"公务用车"') == ["车辆管理办法"]


def test_a_reader_keeps_its_generation_while_another_writes(workspace: Workspace) -> None:
    reader = SearchIndex.open(workspace)
    write(workspace, "管理制度/食堂管理办法", rule("食堂管理办法", "餐卡余额不足的及时充值。"))
    writer = SearchIndex.open(Workspace.open(workspace.root))
    assert writer.search("餐卡").total == 1
    assert reader.search("餐卡").total == 0
    assert reader.search("公务用车").hits[0].text
    assert reader.refresh()
    assert reader.search("餐卡").total == 1


SCRIPT = """
import sys
from store import Workspace
from search import SearchIndex
SearchIndex.open(Workspace.open(sys.argv[1]), rebuild=len(sys.argv) > 2)
"""


def indexer(root: Path, *options: str) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    return subprocess.Popen([sys.executable, "-c", SCRIPT, str(root), *options], env=environment)


# The same, but everything is imported and loaded before a line on stdin lets it begin.
READY_SCRIPT = """
import sys
import search.updating, search.writing, search.batches, search.inversion
from search.folding import Folder
from store import Workspace
from search import SearchIndex
Folder.build()
print("ready", flush=True)
sys.stdin.readline()
SearchIndex.open(Workspace.open(sys.argv[1]), rebuild=len(sys.argv) > 2)
"""


def ready_indexer(root: Path, *options: str) -> subprocess.Popen[bytes]:
    """An indexer that waits for its start."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    command = [sys.executable, "-c", READY_SCRIPT, str(root), *options]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, env=environment, stdin=pipe, stdout=pipe)


def let_go(process: subprocess.Popen[bytes]) -> None:
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stdout.readline().strip() == b"ready"
    process.stdin.write(b"\n")
    process.stdin.flush()


def close(process: subprocess.Popen[bytes]) -> None:
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            stream.close()


@pytest.mark.slow
def test_killed_at_fifty_instants(workspace: Workspace) -> None:
    """kill -9 while indexing, then a search: right results each time, nothing to repair."""
    for at in range(8):
        write(workspace, f"管理制度/办法{at}", rule(f"办法{at}", f"独有词语甲{at}。" * 40))
    first = ready_indexer(workspace.root)
    let_go(first)
    started = time.monotonic()
    assert first.wait(timeout=60) == 0
    close(first)
    whole = time.monotonic() - started
    rng = random.Random(7)
    following = ready_indexer(workspace.root)
    for at in range(50):
        marker = f"标记甲{at}乙"
        write(workspace, "管理制度/印章管理办法", rule("印章管理办法", marker))
        process = following
        let_go(process)
        time.sleep(rng.uniform(0.02, 1.1) * whole)
        process.send_signal(signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)
        process.wait(timeout=30)
        close(process)
        following = ready_indexer(workspace.root, *([] if at % 2 else ["rebuild"]))
        index = SearchIndex.open(Workspace.open(workspace.root))
        assert index.search(f'"{marker}"').total == 1
        assert index.search("公务用车").hits[0].title == "车辆管理办法"
        assert index.summary is None or index.summary.set_aside is None
    following.kill()
    following.wait(timeout=30)
    close(following)
    assert not [p.name for p in place_of(workspace).iterdir() if p.name.endswith(".tmp")]


def test_two_indexers_at_once(starter_copy: Workspace) -> None:
    first, second = (indexer(starter_copy.root, "rebuild") for _ in range(2))
    assert first.wait(timeout=90) == second.wait(timeout=90) == 0
    index = SearchIndex.open(Workspace.open(starter_copy.root))
    assert index.summary is None
    assert index.search("客户投诉").hits[0].title == "客户投诉处理办法"


def test_who_waits_too_long_uses_the_older_index(workspace: Workspace) -> None:
    SearchIndex.open(workspace)
    write(workspace, "管理制度/食堂管理办法", rule("食堂管理办法", "餐卡余额不足的及时充值。"))
    with FileLock(place_of(workspace) / "lock"):
        other = SearchIndex.open(Workspace.open(workspace.root), wait=0.05)
        assert other.search('"公务用车"').total == 1
        assert other.search("餐卡").total == 0
        with pytest.raises(IndexBusyError, match="另一个程序"):
            Updater(Folder(place_of(workspace)), Library(workspace)).run(wait=0.05)


def test_several_workers_write_what_one_writes(
    starter_copy: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = SearchIndex.open(starter_copy)
    one = [hit.to_json() for hit in alone.search("客户投诉 回访", limit=30)]
    monkeypatch.setattr("search.batches._PARALLEL_FROM", 2)
    monkeypatch.setattr("search.batches.os.cpu_count", lambda: 3)
    seen: list[tuple[int, int]] = []
    together = SearchIndex.open(
        starter_copy, rebuild=True, progress=lambda done, total: seen.append((done, total))
    )
    assert [hit.to_json() for hit in together.search("客户投诉 回访", limit=30)] == one
    assert seen[-1][0] == seen[-1][1] == together.documents


def test_a_worker_that_fails_is_replaced(
    starter_copy: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("search.batches._PARALLEL_FROM", 2)
    monkeypatch.setattr("search.batches.os.cpu_count", lambda: 2)
    monkeypatch.setattr("search.batches.sys.executable", "没有这个程序")
    index = SearchIndex.open(starter_copy, rebuild=True)
    assert index.search("客户投诉").hits[0].title == "客户投诉处理办法"


def test_an_unreadable_document_is_left_out_of_nothing_else(workspace: Workspace) -> None:
    (workspace.kb / "管理制度" / "坏.md").write_bytes(b"---\n\xff\xfe: [\n---\n")
    write(workspace, "管理制度/模板错", rule("模板错", "{% if %}"))
    index = SearchIndex.open(workspace)
    assert index.search('"公务用车"').total == 1
    again = SearchIndex.open(workspace)
    assert again.summary is None, "a file that cannot be read does not make the index stale"
    assert again.search("模板错").hits[0].id == "管理制度/模板错"


def test_an_empty_library(make_workspace: WorkspaceMaker) -> None:
    index = SearchIndex.open(make_workspace({}))
    assert index.search("投诉").total == 0
    assert index.search('"投诉"').wider
    assert index.suggest("投") == []
    assert (index.documents, index.units) == (0, 0)


def test_the_engine_reads_what_the_generation_names(workspace: Workspace) -> None:
    SearchIndex.open(workspace)
    generation = Generation.open(Folder(place_of(workspace)))
    assert generation is not None
    assert len(generation.table) == 2
    assert ArrayEngine(generation).prior(0).shape == (2,)
