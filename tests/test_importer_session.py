"""Whole imports: files written, repeats, versions, duplicates, bad input, the command."""

from __future__ import annotations

import json
import os
import shutil
import sys
import zipfile
from datetime import datetime
from pathlib import Path

import pytest
from docx import Document
from tools_importer import SEED, docx, kinds, p

from cli.main import run
from importer import import_paths
from importer.report import result_json
from importer.similar import likeness, signature_of
from importer.walking import walk
from importer.worker import LARGE_TEXT
from importer.workers import Task, read_all
from store import Workspace
from store.checker import check_workspace
from store.exceptions import InputError
from store.metrics import load_metrics
from store.office import find_office

RULES = "考勤管理办法\n第一条 按时上班，不得迟到早退，特殊情况应当提前报告。\n第二条 请假应当书面申请，由部门负责人批准后方可离岗。\n第三条 本办法自2023年1月1日起施行。\n"  # noqa: E501


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    (tmp_path / "库" / "kb").mkdir(parents=True)
    return Workspace.open(tmp_path / "库")


@pytest.fixture
def share(tmp_path: Path) -> Path:
    folder = tmp_path / "共享"
    folder.mkdir()
    return folder


def errors(workspace: Workspace) -> list[str]:
    fresh = Workspace.open(workspace.root)
    return [
        f"{x.path}:{x.line} {x.message}" for x in check_workspace(fresh) if x.severity == "error"
    ]


def written(workspace: Workspace) -> list[str]:
    return sorted(
        path.relative_to(workspace.kb).as_posix()
        for path in workspace.kb.rglob("*")
        if path.is_file()
    )


def test_a_document_is_written_with_its_source_and_no_status_by_guess(workspace, share) -> None:
    (share / "考勤.txt").write_text(RULES, encoding="gbk")
    result = import_paths(workspace, [share / "考勤.txt"])
    assert [draft.id for draft in result.documents] == ["管理制度/考勤管理办法"]
    text = (workspace.kb / "管理制度/考勤管理办法.md").read_text(encoding="utf-8")
    assert "状态: 效力待确认" in text
    assert "生效日期: 2023-01-01" in text
    assert "类型: 原始文件" in text
    assert (workspace.kb / "原始文件/考勤.txt").read_bytes() == (share / "考勤.txt").read_bytes()
    assert not errors(workspace)
    assert result.report is not None
    report = result.report.read_text(encoding="utf-8")
    assert "管理制度/考勤管理办法 | 管理制度 |" in report
    assert "policy" not in report


def test_a_dry_run_writes_nothing(workspace, share) -> None:
    (share / "考勤.txt").write_text(RULES, encoding="utf-8")
    result = import_paths(workspace, [share], dry_run=True)
    assert len(result.documents) == 1
    assert not written(workspace)
    assert not (workspace.root / "导入报告").exists()


def test_the_same_file_again_changes_nothing(workspace, share) -> None:
    (share / "考勤.txt").write_text(RULES, encoding="utf-8")
    import_paths(workspace, [share])
    before = {name: (workspace.kb / name).read_bytes() for name in written(workspace)}
    again = import_paths(Workspace.open(workspace.root), [share])
    assert again.sources[0].unchanged
    assert {name: (workspace.kb / name).read_bytes() for name in written(workspace)} == before


def test_an_altered_file_is_offered_as_a_new_version(workspace, share) -> None:
    path = share / "考勤.txt"
    path.write_text(RULES, encoding="utf-8")
    import_paths(workspace, [share])
    path.write_text(RULES.replace("书面申请", "在系统中申请"), encoding="utf-8")
    result = import_paths(Workspace.open(workspace.root), [share])
    made = result.documents[0]
    assert made.action == "version"
    assert made.id.startswith("管理制度/考勤管理办法@")
    assert "书面申请" in (workspace.kb / "管理制度/考勤管理办法.md").read_text(encoding="utf-8")
    assert not errors(workspace)


def test_near_duplicates_are_grouped_and_none_is_dropped(workspace, share) -> None:
    (share / "考勤终稿.txt").write_text(RULES, encoding="utf-8")
    (share / "考勤终稿2.txt").write_text(
        RULES.replace("提前报告", "提前一天报告"), encoding="utf-8"
    )
    result = import_paths(workspace, [share])
    assert len(result.documents) == 2
    assert len(result.groups) == 1
    assert "提前" in result.groups[0].differences[0]
    assert not errors(workspace)


def test_equal_titles_with_other_texts_get_different_ids_and_no_error(workspace, share) -> None:
    for number, words in enumerate(
        (
            "负责接待来访客户，登记来意。",
            "负责维修公共设施，建立台账。",
            "负责收取物业费用，开具票据。",
        )
    ):
        (share / f"{number}.txt").write_text(
            f"物业部岗位职责\n1.{words}\n2.完成第{number}类交办工作并按月报告。\n", encoding="utf-8"
        )
    result = import_paths(workspace, [share])
    assert len({draft.id for draft in result.documents}) == 3
    assert {draft.title for draft in result.documents} == {"物业部岗位职责"}
    assert not errors(workspace)


def test_bad_files_are_named_and_the_rest_goes_on(workspace, share) -> None:
    (share / "好.txt").write_text(RULES, encoding="utf-8")
    (share / "空.docx").write_bytes(b"")
    (share / "坏.docx").write_bytes(docx(p("x"))[:200])
    (share / "~$锁.docx").write_bytes(b"\x05user" + b"\0" * 157)
    (share / "图.png").write_bytes(b"\x89PNG")
    result = import_paths(workspace, [share])
    assert len(result.documents) == 1
    assert {source.name for source in result.failed} == {
        "空.docx",
        "坏.docx",
        "~$锁.docx",
        "图.png",
    }
    assert all(source.error for source in result.failed)
    assert not [name for name in written(workspace) if ".tmp" in name]


@pytest.mark.skipif(sys.platform == "win32", reason="names are Unicode there")
def test_names_that_are_not_utf8(workspace, share) -> None:
    raw = os.fsencode(share) + b"/" + "考勤".encode("gbk") + b".txt"
    with open(raw, "w", encoding="utf-8") as handle:  # noqa: PTH123 - a name in bytes
        handle.write(RULES)
    result = import_paths(workspace, [share])
    assert result.sources[0].name == "考勤.txt"
    assert len(result.documents) == 1
    json.dumps(result_json(result), ensure_ascii=False).encode("utf-8")


def test_archives_are_opened_and_bombs_are_not(workspace, share) -> None:
    with zipfile.ZipFile(share / "旧制度.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("制度/考勤.txt", RULES)
        archive.writestr("制度/炸弹.txt", b"\n" * 40_000_000)
        archive.writestr("../../出逃.txt", RULES.replace("考勤", "值班"))
    result = import_paths(workspace, [share])
    assert sorted(draft.title for draft in result.documents) == ["值班管理办法", "考勤管理办法"]
    assert "压缩炸弹" in result.failed[0].error
    assert not (share.parent / "出逃.txt").exists()


def test_old_archives_with_names_in_gbk(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("XX.txt", "x")
    path.write_bytes(path.read_bytes().replace(b"XX.txt", "考".encode("gbk") + b".txt"))
    assert [found.name for found in walk([path], tmp_path)] == ["考.txt"]


def test_a_missing_path_is_an_error(workspace) -> None:
    with pytest.raises(InputError, match="不存在"):
        import_paths(workspace, [Path("没有这个文件")])


def test_metrics_are_written_where_the_program_reads_them(workspace, share) -> None:
    text = (
        "客户部2024年工作总结\n一、指标完成情况\n截至12月30日，各项存款余额500万元，比年初增加40万元，完成计划的120%。其中，单位存款余额200万元；个人存款余额300万元。\n"
        "截至2024年11月末，实现手续费收入12.5万元，完成计划的96%。\n二、存在问题\n人手不足，培训不够，需要进一步加强，逐项落实到人。\n"
    )
    (share / "总结.txt").write_text(text, encoding="utf-8")
    made = import_paths(workspace, [share]).documents[0]
    metrics = load_metrics([workspace.kb / f"年终总结/数据/{Path(made.path).stem}.yaml"])
    assert not [problem for problem in metrics.problems if problem.severity == "error"]
    deposits = metrics.get("各项存款")
    assert deposits is not None
    assert (str(deposits.value), str(deposits.year_start), str(deposits.completion_percent)) == (
        "500",
        "460",
        "120",
    )
    assert not errors(workspace)


def test_figures_become_references_only_when_asked(workspace, share) -> None:
    text = "客户部2024年工作总结\n一、完成情况\n截至2024年12月30日，各项存款余额500万元，比年初增加40万元。\n二、存在问题\n人手不足，培训不够，需要进一步加强，逐项落实到人。\n"  # noqa: E501
    (share / "总结.txt").write_text(text, encoding="utf-8")
    made = import_paths(workspace, [share], link_metrics=True).documents[0]
    source = Path(made.path).read_text(encoding="utf-8")
    assert '{{ 指标["各项存款"].值 }}' in source
    document = Workspace.open(workspace.root).load(made.id)
    assert any(
        "各项存款余额500万元，比年初增加40万元" in block.text
        for block in document.body.root.walk_blocks()
    )


def test_markdown_with_a_table_keeps_it(workspace, share) -> None:
    (share / "a.md").write_text(
        "---\n标题: 考勤办法\n类别: 管理制度\n自定义: 保留\n---\n\n1. 按时。\n", encoding="utf-8"
    )
    made = import_paths(workspace, [share]).documents[0]
    text = Path(made.path).read_text(encoding="utf-8")
    assert "自定义: 保留" in text
    assert "来源:" in text
    assert not errors(workspace)


# -- workers -----------------------------------------------------------------------------------------  # noqa: E501


def test_a_file_that_takes_too_long_is_given_up(tmp_path: Path, monkeypatch) -> None:
    for name in ("慢.txt", "快.txt"):
        (tmp_path / name).write_text(RULES, encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    (tmp_path / "sitecustomize.py").write_text(
        "import importer.worker as w, time\nold = w.documents_of\n"
        "def slow(path, name, *more):\n    if '慢' in name: time.sleep(60)\n    yield from old(path, name, *more)\nw.documents_of = slow\n",  # noqa: E501
        encoding="utf-8",
    )
    tasks = [Task(n, tmp_path / name, name) for n, name in enumerate(("慢.txt", "快.txt"))]
    answers = list(read_all(tasks, kinds(), seconds=4, processes=1))
    assert [a.value for a in answers if a.sort == "error" and a.index == 0] == [
        "读取超过 4 秒，已停止并跳过。"
    ]
    assert [a.index for a in answers if a.sort == "draft"] == [1]


def test_a_worker_that_dies_does_not_stop_the_others(tmp_path: Path, monkeypatch) -> None:
    for name in ("崩.txt", "好.txt"):
        (tmp_path / name).write_text(RULES, encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    (tmp_path / "sitecustomize.py").write_text(
        "import importer.worker as w, os\nold = w.documents_of\n"
        "def dying(path, name, *more):\n    if '崩' in name: os._exit(9)\n    yield from old(path, name, *more)\nw.documents_of = dying\n",  # noqa: E501
        encoding="utf-8",
    )
    tasks = [Task(n, tmp_path / name, name) for n, name in enumerate(("崩.txt", "好.txt"))]
    answers = list(read_all(tasks, kinds(), processes=1))
    assert "异常退出" in next(str(a.value) for a in answers if a.sort == "error")
    assert [a.index for a in answers if a.sort == "draft"] == [1]


def test_large_texts_are_read_part_by_part(workspace, share, monkeypatch) -> None:
    paragraph = "本办法适用于全体员工，各部门应当组织学习，认真贯彻执行，不得擅自变更。" * 30
    with (share / "汇编.txt").open("w", encoding="utf-8") as handle:
        handle.write("制度汇编\n")
        for number in range(1, 13):
            handle.write(f"考勤管理制度 第{number}篇\n")
            handle.writelines(f"第{clause}条 {number}号{paragraph}\n" for clause in range(1, 180))
    assert (share / "汇编.txt").stat().st_size > LARGE_TEXT
    result = import_paths(workspace, [share], dry_run=True, keep_clauses=False)
    assert not result.failed
    assert [draft.ordinal for draft in result.documents] == [
        f"第{number}篇" for number in range(1, 13)
    ]


# -- likeness ----------------------------------------------------------------------------------------  # noqa: E501


def test_likeness_tells_copies_from_others() -> None:
    one = signature_of(RULES * 3)
    assert likeness(one, signature_of((RULES * 3).replace("书面", "口头"))) > 0.7
    assert (
        likeness(one, signature_of("完全不同的文字，讲的是印章的保管和使用，与考勤没有关系。" * 3))
        < 0.1
    )
    assert likeness((), one) == 0.0


# -- the command ---------------------------------------------------------------------------------------  # noqa: E501


def test_the_command_prints_json(workspace, share, capsysbinary) -> None:
    (share / "考勤.txt").write_text(RULES, encoding="utf-8")
    code = run(["import", str(share), "--dry-run", "--json", "-w", str(workspace.root)])
    source = json.loads(capsysbinary.readouterr().out)["sources"][0]
    document = source["documents"][0]
    assert code == 0
    assert (source["encoding"], source["error"]) == ("UTF-8", None)
    assert {
        "id",
        "path",
        "title",
        "kind",
        "confidence",
        "line",
        "parent",
        "clauses",
        "metrics",
        "warnings",
    } <= set(document)
    assert document["clauses"][1] == {
        "label": "第二条", "number": 2, "level": 1, "line": 3, "recovered": False, "children": [],
        "text": "请假应当书面申请，由部门负责人批准后方可离岗。",
    }  # fmt: skip


def test_the_command_lists_documents_and_fails_with_one_when_a_file_fails(
    workspace, share, capsys
) -> None:
    (share / "考勤.txt").write_text(RULES, encoding="utf-8")
    (share / "坏.docx").write_bytes(b"PK\x03\x04")
    code = run(["import", str(share), "-w", str(workspace.root)])
    out, err = capsys.readouterr()
    assert code == 1
    assert "考勤管理办法" in out
    assert "坏.docx" in err
    assert "导入报告" in out


def test_reports_of_the_same_second_are_all_kept(workspace, share, monkeypatch) -> None:
    class Clock(datetime):
        @classmethod
        def now(cls, tz=None):
            return cls(2026, 11, 23, 18, 43, 33, tzinfo=tz)

    monkeypatch.setattr("importer.session.datetime", Clock)
    reports = []
    for name in ("考勤", "值班", "用印"):
        path = share / f"{name}.txt"
        path.write_text(RULES.replace("考勤", name), encoding="utf-8")
        reports.append(import_paths(workspace, [path]).report)
    stem = "2026-11-23-184333"
    assert [one.name for one in reports] == [f"{stem}.md", f"{stem}-2.md", f"{stem}-3.md"]
    assert all(
        f"{name}.txt" in one.read_text(encoding="utf-8")
        for one, name in zip(reports, ("考勤", "值班", "用印"), strict=True)
    )


def test_the_command_refuses_a_missing_path(workspace, capsys) -> None:
    assert run(["import", "没有", "-w", str(workspace.root)]) == 2
    assert "不存在" in capsys.readouterr().err


@pytest.mark.skipif(not SEED.is_file(), reason="the seed text is not here")
def test_the_seed_imports_without_check_errors(workspace) -> None:
    result = import_paths(workspace, [SEED])
    assert len(result.documents) == 24
    assert len({draft.id for draft in result.documents}) == 24
    parents = [
        source_document
        for source_document in result_json(result)["sources"][0]["documents"]
        if source_document["parent"]
    ]
    assert len(parents) == 7
    assert len({document["parent"] for document in parents}) == 1
    assert not errors(workspace)


@pytest.mark.slow
@pytest.mark.skipif(find_office() is None, reason="LibreOffice is not installed")
def test_old_word_files_are_converted_in_one_start(workspace, share, tmp_path) -> None:
    from importer.conversion import to_docx  # noqa: PLC0415
    from store.office import convert  # noqa: PLC0415

    for number in range(3):
        document = Document()
        for text in (
            "考勤管理办法",
            f"第一条 按时上班，第{number}次通知全体员工知悉。",
            "第二条 下班打卡。",
        ):
            document.add_paragraph(text)
        document.save(str(share / f"{number}.docx"))
    made = convert([share / f"{n}.docx" for n in range(3)], "doc", share, 60)
    assert len(made) == 3
    for path in share.glob("*.docx"):
        path.unlink()
    shutil.copy(share / "0.doc", share / "坏.doc")
    (share / "坏.doc").write_bytes((share / "0.doc").read_bytes()[:1500])
    result = import_paths(workspace, [share])
    assert sorted(source.name for source in result.sources if source.documents) == [
        "0.doc",
        "1.doc",
        "2.doc",
    ]
    assert [source.name for source in result.failed] == ["坏.doc"]
    folder = tmp_path / "f"
    folder.mkdir()
    (share / "其实.doc").write_bytes(b"{\\rtf1\\ansi \\'c4\\'e3 text}")
    assert to_docx([share / "其实.doc"], folder, ["其实.doc"])[0] is not None


def test_without_libreoffice_old_files_are_named(workspace, share, monkeypatch) -> None:
    (share / "旧.doc").write_bytes(b"{\\rtf1 x}")
    monkeypatch.setattr("store.office.find_office", lambda: None)
    result = import_paths(workspace, [share])
    assert "LibreOffice" in result.failed[0].error


def test_ids_do_not_depend_on_who_reads_faster(tmp_path: Path, share) -> None:
    for number in range(12):
        words = (
            "登记来访客户、整理客户档案、回访重点客户"
            if number % 2
            else "巡查设施、记录故障、联系维修"
        )
        (share / f"{number:02d}.txt").write_text(
            f"客户部岗位职责\n1.负责{words}，第{number}组每日完成。\n2.完成第{number}项交办工作。\n"
            + "3.按月报告。\n" * (number % 3),
            encoding="utf-8",
        )
    outcomes = []
    for name in ("一", "二"):
        (tmp_path / name / "kb").mkdir(parents=True)
        result = import_paths(Workspace.open(tmp_path / name), [share])
        outcomes.append(
            [(source.name, [draft.id for draft in source.documents]) for source in result.sources]
        )
    assert outcomes[0] == outcomes[1]


def test_one_number_for_two_texts_is_not_believed(workspace, share) -> None:
    (share / "a.txt").write_text(
        "考勤办法\n编号：GS-01\n第一条 员工应当按时上班，不得迟到。\n第二条 请假应当书面申请。\n",
        encoding="utf-8",
    )
    (share / "b.txt").write_text(
        "印章办法\n编号：GS-01\n第一条 印章由办公室专人保管。\n第二条 用印应当逐次登记。\n",
        encoding="utf-8",
    )
    result = import_paths(workspace, [share])
    assert "number-taken" in [doubt.code for doubt in result.documents[1].doubts]
    assert not errors(workspace)
