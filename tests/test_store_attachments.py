"""Attachments: put beside a document, taken out, brought back; nothing is lost on the way."""

from __future__ import annotations

from contextlib import contextmanager

import pytest

from store import attachments
from store.attachments import MOST, add, file_of, listed, put_back, removed, take_out
from store.exceptions import ConflictError, NotFoundError, UsageError
from store.files import digest

ID = "管理制度/甲"
TEXT = "---\n标题: 甲\n类别: 管理制度\n状态: 草案\n---\n\n1. 条文。\n"


@pytest.fixture
def workspace(make_workspace):
    return make_workspace({ID: TEXT, "管理制度/乙": TEXT.replace("甲", "乙")})


def put(workspace, data=b"%PDF-1", name="扫描件.pdf", document=ID, **more):
    options = {"title": "盖章件", "type_name": "盖章扫描件"} | more
    seen = workspace.entry(document).hash
    return add(workspace, document, name, data, expected=seen, **options)


def test_a_file_lies_beside_the_document_and_is_named(workspace):
    assert put(workspace) == "附件/甲/扫描件.pdf"
    assert (workspace.kb / "管理制度/附件/甲/扫描件.pdf").read_bytes() == b"%PDF-1"
    row = {"名称": "盖章件", "文件": "附件/甲/扫描件.pdf", "类型": "盖章扫描件"}
    assert listed(workspace.entry(ID)) == [row]
    assert workspace.entry(ID).path.read_text(encoding="utf-8").endswith("\n\n1. 条文。\n")


def test_another_file_of_that_name_gets_a_number_the_same_does_not(workspace):
    put(workspace)
    assert put(workspace, b"%PDF-2") == "附件/甲/扫描件-2.pdf"
    assert put(workspace) == "附件/甲/扫描件.pdf"
    assert len(listed(workspace.entry(ID))) == 2


def test_taken_out_and_brought_back(workspace):
    name = put(workspace)
    one = take_out(workspace, ID, name, expected=workspace.entry(ID).hash)
    path = workspace.kb / "管理制度" / name
    assert not path.exists()
    assert listed(workspace.entry(ID)) == []
    assert (workspace.root / one.kept).read_bytes() == b"%PDF-1"
    assert [(r.document, file_of(r.row)) for r in removed(workspace)] == [(ID, name)]
    put_back(workspace, one.number)
    assert path.read_bytes() == b"%PDF-1"
    assert [file_of(row) for row in listed(workspace.entry(ID))] == [name]
    assert removed(workspace) == []
    with pytest.raises(NotFoundError):
        put_back(workspace, one.number)


def test_a_place_that_was_taken_meanwhile(workspace):
    name = put(workspace)
    one = take_out(workspace, ID, name, expected=workspace.entry(ID).hash)
    put(workspace, b"%PDF-new")
    put_back(workspace, one.number)
    assert [file_of(row) for row in listed(workspace.entry(ID))] == [
        "附件/甲/扫描件.pdf", "附件/甲/扫描件-2.pdf",
    ]  # fmt: skip


def test_a_file_that_another_document_names_stays(workspace):
    name = put(workspace)
    other = workspace.entry("管理制度/乙")
    row = f"附件:\n  - {{名称: 同一份, 文件: {name}, 类型: 其他}}\n---\n\n"
    other.path.write_text(TEXT.replace("甲", "乙").replace("---\n\n", row), encoding="utf-8")
    workspace.refresh()
    one = take_out(workspace, ID, name, expected=workspace.entry(ID).hash)
    assert one.kept == ""
    assert (workspace.kb / "管理制度" / name).is_file()
    put_back(workspace, one.number)
    assert [file_of(row) for row in listed(workspace.entry(ID))] == [name]


def test_a_file_outside_is_only_forgotten(workspace, tmp_path):
    outside = tmp_path / "外面.pdf"
    outside.write_bytes(b"%PDF-")
    row = "附件:\n  - {名称: 外面, 文件: ../../../外面.pdf, 类型: 其他}\n---\n\n"
    workspace.entry(ID).path.write_text(TEXT.replace("---\n\n", row), encoding="utf-8")
    workspace.refresh()
    seen = workspace.entry(ID).hash
    assert take_out(workspace, ID, "../../../外面.pdf", expected=seen).kept == ""
    assert outside.is_file()


def test_what_cannot_be_done_says_so(workspace):
    with pytest.raises(UsageError, match="类型"):
        put(workspace, type_name="随便")
    with pytest.raises(ConflictError):
        add(workspace, ID, "a.pdf", b"%PDF-", title="", type_name="其他", expected="0" * 64)
    with pytest.raises(NotFoundError):
        take_out(workspace, ID, "没有.pdf", expected=workspace.entry(ID).hash)
    rows = "".join(f"  - {{文件: {n}.pdf}}\n" for n in range(MOST))
    text = TEXT.replace("---\n\n", f"附件:\n{rows}---\n\n")
    workspace.entry(ID).path.write_text(text, encoding="utf-8")
    workspace.refresh()
    with pytest.raises(UsageError, match="最多"):
        put(workspace)


def test_a_deleted_document_does_not_take_its_attachment_back(workspace):
    name = put(workspace)
    one = take_out(workspace, ID, name, expected=workspace.entry(ID).hash)
    workspace.entry(ID).path.unlink()
    workspace.refresh()
    with pytest.raises(NotFoundError, match="已不在资料库里"):
        put_back(workspace, one.number)


def test_rows_are_those_of_the_file_not_of_the_catalogue(workspace):
    """Somebody else, by another program, added one and changed the text meanwhile."""
    name = put(workspace)
    one = take_out(workspace, ID, name, expected=workspace.entry(ID).hash)
    path = workspace.entry(ID).path
    row = "附件:\n  - {名称: 别的, 文件: 别的.pdf, 类型: 其他}\n---\n\n"
    path.write_text(TEXT.replace("---\n\n", row), encoding="utf-8")
    put_back(workspace, one.number)
    assert [file_of(row) for row in listed(workspace.entry(ID))] == ["别的.pdf", name]
    path.write_text(TEXT.replace("---\n\n", row).replace("别的", "新的"), encoding="utf-8")
    seen = digest(path.read_bytes())
    add(workspace, ID, "b.pdf", b"%PDF-", title="", type_name="其他", expected=seen)
    assert [file_of(row) for row in listed(workspace.entry(ID))] == ["新的.pdf", "附件/甲/b.pdf"]
    path.write_text(TEXT.replace("---\n\n", row), encoding="utf-8")
    take_out(workspace, ID, "别的.pdf", expected=digest(path.read_bytes()))
    assert listed(workspace.entry(ID)) == []


def test_brought_back_once_by_two(workspace, monkeypatch):
    name = put(workspace)
    one = take_out(workspace, ID, name, expected=workspace.entry(ID).hash)
    taken, done = attachments.locked, []

    @contextmanager
    def late(path):
        if not done:
            done.append(path)
            put_back(workspace, one.number)
        with taken(path):
            yield

    monkeypatch.setattr(attachments, "locked", late)
    with pytest.raises(NotFoundError, match="回收站里没有"):
        put_back(workspace, one.number)


@pytest.mark.parametrize(
    ("file", "fields", "body"),
    [
        ("图.png", "", "![](图.png)"),
        ("流程 图.png", "", "见 ![图](<流程 图.png>)。"),
        ("图.png", "", "![](%E5%9B%BE.png)"),
        ("a_b.png", "", "![](a\\_b.png)"),
        ("数.xlsx", "数据: 数.xlsx\n", "1. 条文。"),
    ],
)
@pytest.mark.parametrize("owner", [ID, "管理制度/乙"])
def test_a_file_that_a_text_uses_otherwise_stays(workspace, file, fields, body, owner):
    (workspace.kb / "管理制度" / file).write_bytes(b"x")
    row = f"附件:\n  - {{名称: 图, 文件: {file}, 类型: 其他}}\n"
    for one in (ID, "管理制度/乙"):
        text = TEXT.replace("---\n\n", (row if one == ID else "") + "---\n\n")
        if one == owner:
            text = text.replace("状态", f"{fields}状态").replace("1. 条文。", body)
        workspace.entry(one).path.write_text(text, encoding="utf-8")
    workspace.refresh()
    one = take_out(workspace, ID, file, expected=workspace.entry(ID).hash)
    assert one.kept == ""
    assert (workspace.kb / "管理制度" / file).read_bytes() == b"x"
    assert listed(workspace.entry(ID)) == []


@pytest.mark.parametrize("file", ["乙.md", "设置.toml", "数据.yaml"])
def test_documents_and_data_are_never_moved(workspace, file):
    path = workspace.kb / "管理制度" / file
    path.touch()
    row = f"附件:\n  - {{名称: 图, 文件: {file}, 类型: 其他}}\n---\n\n"
    workspace.entry(ID).path.write_text(TEXT.replace("---\n\n", row), encoding="utf-8")
    workspace.refresh()
    assert take_out(workspace, ID, file, expected=workspace.entry(ID).hash).kept == ""
    assert path.is_file()
    assert listed(workspace.entry(ID)) == []
