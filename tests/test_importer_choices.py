"""What a person says of an import before it is written: that is what is written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from importer import import_paths
from importer.choices import Choice

if TYPE_CHECKING:
    from pathlib import Path

    from importer.model import Draft
    from store import Workspace

RULE = """\
图书借阅管理办法

第一章 总则
第一条 为规范图书借阅，制定本办法。
第二条 本办法适用于全体员工。
第二章 借阅
第三条 每人每次借阅不超过三本，期限三十日。
"""
NOTE = "读书心得\n\n一、缘起\n春天读了一本书。\n二、收获\n收获很多，写在这里。\n"

DUTIES = (
    "一、负责客户接待，热情周到。\n二、负责资料整理，按时上报。\n三、完成领导交办的其他工作。\n"
)
COMPILATION = (
    f"某部 第1篇\n某部职责\n{DUTIES}某部职责篇2\n{DUTIES}"
    f"某部职责篇3\n{DUTIES}某部制度 第2篇\n{RULE}"
)


def bring(workspace: Workspace, folder: Path, **more):
    return import_paths(workspace, [folder / "a.txt", folder / "b.txt"], **more)


def files(tmp_path: Path) -> Path:
    folder = tmp_path / "旧"
    folder.mkdir()
    (folder / "a.txt").write_text(RULE, encoding="utf-8")
    (folder / "b.txt").write_text(NOTE, encoding="utf-8")
    return folder


def test_each_document_is_shown_with_its_text_and_nothing_is_written(make_workspace, tmp_path):
    workspace, seen = make_workspace({}), {}
    folder = files(tmp_path)

    def look(place: tuple[int, int], draft: Draft) -> None:
        seen[place] = (draft.id, draft.body)

    bring(workspace, folder, dry_run=True, look=look)
    assert [seen[place][0] for place in sorted(seen)] == [
        "管理制度/图书借阅管理办法",
        "其他/读书心得",
    ]
    assert "每人每次借阅不超过三本" in seen[0, 0][1]
    assert list(workspace.kb.rglob("*.md")) == []


def test_a_document_that_is_not_wanted_is_not_written(make_workspace, tmp_path):
    workspace = make_workspace({})
    result = bring(workspace, files(tmp_path), choices={(1, 0): Choice(wanted=False)})
    assert [path.stem for path in workspace.kb.rglob("*.md")] == ["图书借阅管理办法"]
    assert [draft.action for draft in result.documents] == ["new", "skipped"]
    assert result.report is not None
    assert "读书心得" not in result.report.read_text(encoding="utf-8")


def test_kind_title_department_and_folder_are_taken_as_corrected(make_workspace, tmp_path):
    workspace = make_workspace({})
    said = {
        (0, 0): Choice(title="图书管理办法", department="工会", folder="工会/制度"),
        (1, 0): Choice(kind="policy"),
    }
    bring(workspace, files(tmp_path), choices=said)
    entries = {entry.id: entry.meta for entry in workspace.entries}
    assert set(entries) == {"工会/制度/图书管理办法", "管理制度/读书心得"}
    meta = entries["工会/制度/图书管理办法"]
    assert (meta.title, meta.department, meta.kind) == ("图书管理办法", "工会", "policy")
    assert entries["管理制度/读书心得"].kind == "policy"
    document = workspace.load("管理制度/读书心得")
    headings = [section.label for section in document.body.root.sections]
    assert headings == ["一、", "二、"]  # the numbers of the source, though rules count 第一章


def test_a_compilation_without_one_of_its_parts(make_workspace, tmp_path):
    workspace = make_workspace({})
    path = tmp_path / "汇编.txt"
    path.write_text(COMPILATION, encoding="utf-8")
    shown = import_paths(workspace, [path], dry_run=True)
    places = [(0, at) for at, draft in enumerate(shown.documents) if draft.parent >= 0]
    assert places
    result = import_paths(workspace, [path], choices={places[0]: Choice(wanted=False)})
    left_out = shown.documents[places[0][1]].id
    assert left_out not in {entry.id for entry in workspace.entries}
    kept = [draft.id for draft in shown.documents if draft.id != left_out]
    assert [draft.id for draft in result.documents if draft.action != "skipped"] == kept


def test_a_markdown_file_of_ones_own_is_corrected_in_its_table(make_workspace, tmp_path):
    workspace = make_workspace({})
    path = tmp_path / "甲.md"
    path.write_text("---\n标题: 甲\n类别: 文章\n---\n\n正文。\n", encoding="utf-8")
    import_paths(workspace, [path], choices={(0, 0): Choice(title="乙", department="工会")})
    (entry,) = workspace.entries
    assert (entry.meta.title, entry.meta.department) == ("乙", "工会")


def test_an_import_that_was_cut_off_goes_on_where_it_was(make_workspace, tmp_path):
    workspace = make_workspace({})
    path = tmp_path / "汇编.txt"
    path.write_text(COMPILATION, encoding="utf-8")
    whole = import_paths(make_workspace({}, name="另一库"), [path])
    later = {(0, at): Choice(wanted=False) for at in range(2, len(whole.documents))}
    import_paths(workspace, [path], choices=later)
    written = {entry.id: entry.hash for entry in workspace.entries}
    assert len(written) == 2
    result = import_paths(workspace, [path], resume=True)
    assert [draft.id for draft in result.documents] == [draft.id for draft in whole.documents]
    entries = {entry.id: entry.hash for entry in workspace.entries}
    assert set(entries) == {draft.id for draft in whole.documents}
    kept = {name for name, digest in written.items() if entries[name] == digest}
    assert "某部" in "".join(kept)
    assert import_paths(workspace, [path]).sources[0].unchanged
