"""A Word file that Wenshu rendered imports back to the same model."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest
from tools_importer import model, parsed

from generator.render import render_document
from importer import import_paths
from importer.drafting import outline_all
from importer.reading import read
from store import Workspace
from store.starter import starter_folder

if TYPE_CHECKING:
    from pathlib import Path

# What the printed form does not show: the heading row over names and values, a band without a name.
UNPRINTED = frozenset({"项目", "内容", "填写"})


@pytest.fixture(scope="module")
def library(tmp_path_factory) -> Workspace:
    root = tmp_path_factory.mktemp("库")
    for name in ("kb", "templates"):
        shutil.copytree(starter_folder() / name, root / name)
    return Workspace.open(root)


@pytest.fixture(scope="module")
def printed(library, tmp_path_factory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("打印")
    found = {}
    for number, entry in enumerate(library.entries):
        found[entry.id] = folder / f"{number}.docx"
        found[entry.id].write_bytes(render_document(library, entry).data)
    return found


def words(rows: list[tuple[int, str, str, str]]) -> list[tuple[int, str, str, str]]:
    """Rows without what a form leaves unprinted: its first heading, the heading row of its pairs."""  # noqa: E501
    found = []
    for depth, sort, label, text in rows:
        if sort == "section" and text in {"基本信息", "部门信息"}:
            continue
        if sort in {"table", "definition"} or (
            sort == "paragraph" and depth and found and found[-1][1] in {"table", "definition"}
        ):
            parts = [part for part in text.split("|") if part not in UNPRINTED]
            before = found.pop()[3] if found and found[-1][1] == "table" and sort != "table" else ""
            found.append((0, "table", "", "|".join([before, *parts]).strip("|")))
            continue
        found.append((depth, sort, label, text))
    return [row for at, row in enumerate(found) if not _is_caption(row, found[at + 1 : at + 2])]


def _is_caption(row: tuple[int, str, str, str], following: list[tuple[int, str, str, str]]) -> bool:
    """A table's caption prints as a short line above it."""
    above = bool(following) and following[0][1] == "table"
    return above and row[1] == "paragraph" and len(row[3]) < 25 and row[3][-1] not in "。：；"


def test_every_printed_document_reads_back(library, printed) -> None:
    different = []
    for entry in library.entries:
        path = printed[entry.id]
        document = library.load(entry)
        made = outline_all(read(path, path.name), path.name, library.kinds)
        back = parsed(made[0], document.kind.numbering)
        if (len(made), made[0].title, made[0].kind) != (1, document.meta.title, document.meta.kind):
            different.append((entry.id, made[0].title))
        elif words(back) != words(model(document.body.root)):
            different.append((entry.id, "model"))
    assert different == []


def test_a_printed_file_is_told_to_be_its_document(library, printed) -> None:
    before = {path: path.read_bytes() for path in library.kb.rglob("*.md")}
    result = import_paths(library, list(printed.values()))
    assert [draft.action for draft in result.documents] == ["unchanged"] * len(printed)
    assert sorted(draft.id for draft in result.documents) == sorted(printed)
    assert {path: path.read_bytes() for path in library.kb.rglob("*.md")} == before


def test_import_render_import_gives_the_same_model(library, printed, tmp_path) -> None:
    (tmp_path / "kb").mkdir()
    shutil.copytree(library.root / "templates", tmp_path / "templates")
    empty = Workspace.open(tmp_path)
    result = import_paths(empty, list(printed.values()))
    assert not result.failed
    empty = Workspace.open(tmp_path)
    different = []
    for draft in result.documents:
        entry = empty.entry(draft.id)
        first = empty.load(entry)
        again = tmp_path / "again.docx"
        again.write_bytes(render_document(empty, entry).data)
        second = outline_all(read(again, again.name), again.name, empty.kinds)[0]
        if words(parsed(second, first.kind.numbering)) != words(model(first.body.root)):
            different.append(draft.id)
    assert different == []


def test_an_edited_file_is_a_new_version_and_not_the_document(library, printed, tmp_path) -> None:
    from docx import Document  # noqa: PLC0415

    key = "管理制度/印章管理办法"
    document = Document(str(printed[key]))
    document.add_paragraph(
        "第一百条 另行规定的事项，由办公室会同有关部门另行通知，自通知之日起执行。"
    )
    path = tmp_path / "改过.docx"
    document.save(str(path))
    made = import_paths(library, [path], dry_run=True).documents[0]
    assert made.action != "unchanged"
    assert made.id != key


def test_a_form_whose_last_table_is_long_reads_back_whole(library, tmp_path) -> None:
    """Such a table prints in parts: first and last rows nested, the end in a table of its own."""
    rows = "".join(f"| 指标{n} | {n}% | 目标{n} |\n" for n in range(1, 31))
    text = (
        "---\n标题: 仓库主管岗位职责\n类别: 岗位职责\n部门: 采购部\n---\n\n## 基本信息\n\n岗位名称\n: 仓库主管\n\n"  # noqa: E501
        "## 岗位职责\n\n"
        + "".join(f"{n}. 负责第{n}项仓库管理工作，按月检查并报告。\n" for n in range(1, 25))
        + f"\n## 考核指标\n\n| 指标 | 权重 | 目标值 |\n|---|---|---|\n{rows}"
    )
    root = tmp_path / "库"
    shutil.copytree(library.root / "templates", root / "templates")
    (root / "kb" / "岗位职责").mkdir(parents=True)
    (root / "kb" / "岗位职责" / "仓库主管岗位职责.md").write_text(text, encoding="utf-8")
    workspace = Workspace.open(root)
    [entry] = workspace.entries
    path = tmp_path / "仓库.docx"
    path.write_bytes(render_document(workspace, entry).data)
    made = outline_all(read(path, path.name), path.name, workspace.kinds)[0]
    document = workspace.load(entry)
    back = parsed(made, document.kind.numbering)
    assert words(back) == words(model(document.body.root))
