"""What an import refuses or can't write: each file is named once, the rest goes on, nothing is half-written."""  # noqa: E501

from __future__ import annotations

import os
import random
import sys
from pathlib import Path

import pytest

from importer import import_paths
from importer.model import Piece, Reading
from importer.reading import refuse_garbage, sort_of
from store import Workspace
from store.exceptions import EnvironmentRefused, InputError

RULES = "值班管理办法\n第一条 值班人员按时到岗。\n第二条 做好交接记录。\n"
COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    (tmp_path / "库" / "kb").mkdir(parents=True)
    return Workspace.open(tmp_path / "库")


@pytest.fixture
def share(tmp_path: Path) -> Path:
    folder = tmp_path / "共享"
    folder.mkdir()
    return folder


def test_a_compound_file_without_word_is_damaged(tmp_path: Path) -> None:
    path = tmp_path / "坏.doc"
    path.write_bytes(COMPOUND + bytes(range(1, 200)) * 20)
    with pytest.raises(InputError, match="损坏"):
        sort_of(path, path.name)
    path.write_bytes(COMPOUND + b"\0" * 600 + "WordDocument".encode("utf-16-le"))
    assert sort_of(path, path.name) == "office"


def test_garbage_is_no_text_and_rare_letters_are() -> None:
    rng = random.Random(7)
    noise = "".join(chr(rng.randrange(0x20, 0xD7FF)) for _ in range(400))
    noise += "".join(chr(rng.randrange(0xE000, 0xF000)) for _ in range(60))
    with pytest.raises(InputError, match="乱码"):
        refuse_garbage(Reading(pieces=[Piece(line=1, text=noise)]))
    refuse_garbage(Reading(pieces=[Piece(line=1, text="\uf0b7 一、值班 \uf0b7 二、交接" * 40)]))


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_a_linked_folder_is_named_and_not_followed(workspace, share: Path, tmp_path: Path) -> None:
    (tmp_path / "别处").mkdir()
    (share / "链接").symlink_to(tmp_path / "别处", target_is_directory=True)
    (share / "值班.txt").write_text(RULES, encoding="utf-8")
    result = import_paths(workspace, [share])
    assert [(source.name, "链接" in source.error) for source in result.failed] == [("链接", True)]
    assert len(result.documents) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="rights are others there")
def test_folders_and_files_without_rights_are_named(workspace, share: Path, monkeypatch) -> None:
    (share / "甲").mkdir()
    (share / "乙.txt").write_text(RULES, encoding="utf-8")
    (share / "丙.txt").write_text(RULES, encoding="utf-8")
    listed, opened = os.listdir, Path.open

    def listdir(path: str | Path) -> list[str]:
        if Path(path).name == "甲":
            raise PermissionError(13, "denied")
        return listed(path)

    def open_file(self: Path, *args: object, **more: object) -> object:
        if self.name == "乙.txt":
            raise PermissionError(13, "denied")
        return opened(self, *args, **more)  # type: ignore[call-overload]

    monkeypatch.setattr(os, "listdir", listdir)
    monkeypatch.setattr(Path, "open", open_file)
    result = import_paths(workspace, [share], dry_run=True)
    assert sorted(source.name for source in result.failed) == ["乙.txt", "甲"]
    assert all("没有权限" in source.error for source in result.failed)
    assert len(result.documents) == 1


def test_what_could_not_be_written_leaves_nothing_and_is_not_counted(
    workspace, share: Path, monkeypatch
) -> None:
    text = (
        "客户部2024年工作总结\n一、完成情况\n截至2024年12月30日，各项存款余额500万元，比年初增加40万元。\n"
        "二、存在问题\n人手不足，培训不够，需要进一步加强，逐项落实到人。\n"
    )
    (share / "总结.txt").write_text(text, encoding="utf-8")
    from importer import saving  # noqa: PLC0415

    write = saving.write_atomic

    def refuse(path: Path, data: bytes) -> None:
        if path.suffix == ".md":
            raise EnvironmentRefused("磁盘已满。")
        write(path, data)

    monkeypatch.setattr(saving, "write_atomic", refuse)
    result = import_paths(workspace, [share])
    assert [draft.action for draft in result.documents] == ["failed"]
    assert result.failed[0].error == "磁盘已满。"
    assert not list(workspace.kb.rglob("*.md"))
    assert not list(workspace.kb.rglob("*.yaml"))
    assert result.report is not None
    assert "导入 0 份文档" in result.report.read_text(encoding="utf-8")


def test_a_metric_file_that_is_there_is_not_overwritten(workspace, share: Path) -> None:
    text = (
        "客户部2024年工作总结\n一、完成情况\n"
        "截至2024年12月30日，各项存款余额500万元，比年初增加40万元。\n"
    )
    (share / "总结.txt").write_text(text, encoding="utf-8")
    kept = workspace.kb / "年终总结/数据/客户部2024年工作总结.yaml"
    kept.parent.mkdir(parents=True)
    kept.write_text("指标: []\n", encoding="utf-8")
    made = import_paths(workspace, [share]).documents[0]
    assert kept.read_text(encoding="utf-8") == "指标: []\n"
    assert "数据/客户部2024年工作总结-2.yaml" in Path(made.path).read_text(encoding="utf-8")


def test_a_document_that_appeared_meanwhile_is_not_overwritten(
    workspace, share: Path, monkeypatch
) -> None:
    (share / "考勤.txt").write_text(RULES, encoding="utf-8")
    (share / "总结.txt").write_text(
        "客户部2024年工作总结\n一、完成情况\n截至2024年12月30日，各项存款余额500万元，比年初增加40万元。\n",
        encoding="utf-8",
    )
    from importer import session  # noqa: PLC0415

    write = session.write

    def late(workspace, draft, origin, original):  # type: ignore[no-untyped-def]
        path = workspace.kb / f"{draft.id}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("别人的文本\n", encoding="utf-8")
        write(workspace, draft, origin, original)

    monkeypatch.setattr(session, "write", late)
    result = import_paths(workspace, [share])
    assert [draft.action for draft in result.documents] == ["failed", "failed"]
    assert all("没有覆盖" in source.error for source in result.failed)
    texts = {path.read_text(encoding="utf-8") for path in workspace.kb.rglob("*.md")}
    assert texts == {"别人的文本\n"}
    assert not list(workspace.kb.rglob("*.yaml"))


def test_the_same_bytes_of_a_run_that_was_cut_off_are_accepted(
    workspace, share: Path, monkeypatch
) -> None:
    (share / "考勤.txt").write_text(RULES, encoding="utf-8")
    from importer import session  # noqa: PLC0415

    write = session.write

    def twice(workspace, draft, origin, original):  # type: ignore[no-untyped-def]
        write(workspace, draft, origin, original)
        write(workspace, draft, origin, original)

    monkeypatch.setattr(session, "write", twice)
    result = import_paths(workspace, [share])
    assert [draft.action for draft in result.documents] == ["new"]
