"""The commands as a user runs them: what they print, write, and leave as exit codes."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from cli.main import run
from cli.output import cell_width


@pytest.fixture(scope="module")
def starter(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("starter") / "资料 库"
    assert run(["init", str(target)]) == 0
    return target


@pytest.fixture
def library(starter: Path, tmp_path: Path) -> Path:
    """A copy of the starter that a test may change."""
    target = tmp_path / "库"
    shutil.copytree(starter, target)
    return target


def wenshu(capsys: pytest.CaptureFixture[str], *args: str | Path) -> tuple[int, str, str]:
    capsys.readouterr()
    code = run([str(arg) for arg in args])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def as_json(capsys: pytest.CaptureFixture[str], *args: str | Path) -> Any:
    code, out, _ = wenshu(capsys, *args, "--json")
    assert code in {0, 1}
    return json.loads(out)


# -- init, list, show ---------------------------------------------------------------------------


def test_init_refuses_a_folder_with_content(
    starter: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _, err = wenshu(capsys, "init", starter)
    assert code == 2
    assert "已有内容" in err


def test_starter_checks_with_notices_only(
    starter: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = wenshu(capsys, "check", "-w", starter)
    assert code == 0
    assert "错误 0 处，警告 0 处" in out
    problems = as_json(capsys, "check", "-w", starter)["problems"]
    assert {problem["severity"] for problem in problems} <= {"notice"}


def test_list_json_has_the_agreed_fields(starter: Path, capsys: pytest.CaptureFixture[str]) -> None:
    documents = as_json(capsys, "list", "-w", starter)["documents"]
    assert len(documents) >= 36
    assert set(documents[0]) == {
        "id", "title", "kind", "department", "position", "status", "version", "effective",
        "in_force", "year", "path",
    }  # fmt: skip
    kinds = [document["kind"] for document in documents]
    for kind, least in (
        ("job-duty", 10), ("code-of-conduct", 6), ("service-pledge", 4), ("year-end-summary", 5),
        ("policy", 6), ("message-template", 2), ("deeds-report", 1), ("article", 1),
    ):  # fmt: skip
        assert kinds.count(kind) >= least, kind
    assert sum("@" in document["id"] for document in documents) >= 3


def test_list_filters_by_kind_alias_and_day(
    starter: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = as_json(capsys, "list", "-w", starter, "--kind", "规章制度")["documents"]
    assert {document["kind"] for document in found} == {"policy"}
    then = as_json(capsys, "list", "-w", starter, "--kind", "policy", "--on", "2023年6月1日")
    ids = {document["id"] for document in then["documents"]}
    assert "管理制度/考勤与休假管理办法@2022" in ids
    assert "管理制度/考勤与休假管理办法" not in ids


def test_list_fits_eighty_columns(
    starter: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    _, out, _ = wenshu(capsys, "list", "-w", starter)
    assert max(cell_width(line) for line in out.splitlines()) <= 80


def test_show_json_gives_clauses_with_labels_and_lines(
    starter: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shown = as_json(capsys, "show", "考勤与休假管理办法", "-w", starter)
    assert shown["id"] == "管理制度/考勤与休假管理办法"
    lines = (starter / "kb" / f"{shown['id']}.md").read_text(encoding="utf-8").splitlines()
    clauses = [b for s in shown["sections"] for b in s["blocks"] if b["type"] == "clause"]
    assert clauses[11]["label"] == "第十二条"
    assert set(clauses[0]) == {
        "type", "label", "number", "level", "text", "anchor", "line", "children",
    }  # fmt: skip
    for clause in clauses:
        assert clause["text"][:6] in lines[clause["line"] - 1]


def test_show_html_escapes_and_anchors(starter: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = wenshu(capsys, "show", "印章管理办法", "--html", "-w", starter)
    assert code == 0
    assert 'id="第一条"' in out
    assert out.startswith('<article class="document"><h1>印章管理办法</h1>')


def test_a_near_name_is_proposed(starter: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = wenshu(capsys, "show", "考勤休假管理办法", "-w", starter)
    assert code == 2
    assert "管理制度/考勤与休假管理办法" in err


# -- wrong usage --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["serch", "x"], "search"),
        (["list", "--knd", "x"], "--kind"),
        (["list", "--on", "昨天"], "不是有效日期"),
        (["list", "--kind", "管理制"], "管理制度"),
        (["search"], "缺少"),
        (["search", "年假", "--unknown"], "--unknown"),
        (["render", "印章管理办法", "-o", "x.pdf"], ".docx"),
        (["render", "印章管理办法", "--set", "姓名"], "名=值"),
        (["render", "印章管理办法", "--data", "没有.yaml"], "不存在"),
    ],
)
def test_wrong_usage_is_a_sentence_and_code_two(
    starter: Path, capsys: pytest.CaptureFixture[str], args: list[str], words: str
) -> None:
    code, out, err = wenshu(capsys, "-w", starter, *args)
    assert code == 2
    assert words in err
    assert "Traceback" not in err
    assert not out
    assert "用法：wenshu" in err or "用法" not in err


def test_no_workspace_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("WENSHU_WORKSPACE", raising=False)
    code, _, err = wenshu(capsys, "list")
    assert code == 2
    assert "wenshu init" in err


def test_ctrl_c_is_130(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def interrupted(*_args: object, **_kwargs: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("cli.main.cli.main", interrupted)
    assert wenshu(capsys, "list")[0] == 130


def test_an_unforeseen_error_is_a_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_args: object, **_kwargs: object) -> None:
        raise ValueError("boom")

    monkeypatch.setattr("cli.main.cli.main", broken)
    code, _, err = wenshu(capsys, "list")
    assert code == 3
    assert "boom" in err
    assert "Traceback" not in err


# -- documents that are broken ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ("标题: 甲\n".encode(), "没有信息表"),
        ("---\n- 甲\n---\n".encode(), "键: 值"),
        ("---\n标题: 甲: 乙\n---\n".encode(), "引号"),
        ("---\n标题: 甲\n\t类别: 乙\n---\n".encode(), "Tab"),
        ("---\n标题: 甲\n---\n正文".encode("gbk"), "GBK"),
        ("---\n标题: 甲\n---\n正文".encode("utf-16"), "UTF-16"),
    ],
)
def test_check_tells_file_line_and_mend(
    library: Path, capsys: pytest.CaptureFixture[str], data: bytes, words: str
) -> None:
    path = library / "kb" / "管理制度" / "坏 文件.md"
    path.write_bytes(data)
    found = as_json(capsys, "check", str(path), "-w", library)["problems"]
    assert len(found) == 1
    problem = found[0]
    assert problem["path"] == str(path)
    assert problem["line"] >= 1
    assert words in problem["message"] + problem["hint"]
    assert wenshu(capsys, "check", "-w", library)[0] == 1
    assert wenshu(capsys, "list", "-w", library)[0] == 0


# -- versions -----------------------------------------------------------------------------------


def test_new_revise_publish_history_restore(
    library: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    base = ["-w", library]
    assert (
        wenshu(capsys, "new", "管理制度", "差旅管理办法", "--department", "财务部", *base)[0] == 0
    )
    assert wenshu(capsys, "new", "管理制度", "差旅管理办法", *base)[0] == 1
    code, _, err = wenshu(capsys, "publish", "差旅管理办法", "--effective", "2025-01-01", *base)
    assert code == 1
    assert "没有填写" in err
    draft = library / "kb" / "管理制度" / "差旅管理办法.md"
    draft.write_text(
        re.sub("〔[^〕]*〕", "差旅事项", draft.read_text(encoding="utf-8")), encoding="utf-8"
    )
    assert wenshu(capsys, "publish", "差旅管理办法", "--effective", "2025-01-01", *base)[0] == 0
    listed = as_json(capsys, "list", "--department", "财务部", *base)["documents"]
    assert [(d["status"], d["effective"], d["in_force"]) for d in listed] == [
        ("现行", "2025-01-01", True)
    ]
    path = Path(listed[0]["path"])
    path.write_text(path.read_text(encoding="utf-8") + "\n再加一句。\n", encoding="utf-8")
    codes = {p["code"] for p in as_json(capsys, "check", "差旅管理办法", *base)["problems"]}
    assert "published-text-changed" in codes
    assert wenshu(capsys, "correct", "差旅管理办法", "--why", "补正", *base)[0] == 0
    codes = {p["code"] for p in as_json(capsys, "check", "差旅管理办法", *base)["problems"]}
    assert "published-text-changed" not in codes
    code, out, _ = wenshu(capsys, "revise", "差旅管理办法", "--effective", "2026-01-01", *base)
    assert code == 0
    assert "差旅管理办法@2.0" in out
    assert wenshu(capsys, "publish", "管理制度/差旅管理办法@2.0", *base)[0] == 0
    documents = {
        d["id"]: d for d in as_json(capsys, "list", "--on", "2025-06-01", *base)["documents"]
    }
    assert documents["管理制度/差旅管理办法@1.0"]["in_force"] is True
    assert "管理制度/差旅管理办法" not in documents
    history = as_json(capsys, "history", "差旅管理办法", *base)
    assert history["history"]
    assert {entry["action"] for entry in history["published"]} == {"发布", "文字更正"}
    before = path.read_bytes()
    code, _, err = wenshu(capsys, "restore", "管理制度/差旅管理办法@1", *base)
    assert code == 1
    assert "wenshu revise" in err
    assert path.read_bytes() == before


def test_delete_goes_to_the_bin_and_back(library: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = library / "kb" / "管理制度" / "印章管理办法.md"
    before = path.read_bytes()
    assert wenshu(capsys, "delete", "印章管理办法", "--why", "重复", "-w", library)[0] == 0
    assert not path.exists()
    assert as_json(capsys, "history", "-w", library)["deleted"][0]["id"] == "管理制度/印章管理办法"
    assert wenshu(capsys, "restore", "管理制度/印章管理办法", "-w", library)[0] == 0
    assert path.read_bytes() == before


# -- render -------------------------------------------------------------------------------------


def test_render_overwrites_nothing_unasked(
    starter: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert wenshu(capsys, "render", "印章管理办法", "-w", starter)[0] == 0
    path = tmp_path / "印章管理办法.docx"
    assert path.read_bytes()[:2] == b"PK"
    code, _, err = wenshu(capsys, "render", "印章管理办法", "-w", starter)
    assert code == 3
    assert "没有覆盖" in err
    made = as_json(capsys, "render", "印章管理办法", "-w", starter, "-o", "印章管理办法.docx")
    assert set(made) == {"output", "pdf", "pages", "warnings"}
    assert made["output"] == str(path)
    assert made["warnings"] == []
    made = as_json(capsys, "render", "印章管理办法", "-w", starter, "-o", "新/夹/印章.docx")
    assert made["warnings"] == [f"文件夹 {tmp_path / '新'} 原来没有，已新建。"]


def test_a_template_is_measured_against_a_layout(
    starter: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    official = starter / "templates" / "_common" / "公文.docx"
    args = ("template", "check", official, "-w", starter, "--layout")
    code, out, _ = wenshu(capsys, *args, "公文")
    assert (code, "符合“公文”版式" in out) == (0, True)
    code, out, _ = wenshu(capsys, *args, "规章制度")
    assert (code, "处不符合“规章制度”版式" in out) == (1, True)
    found = as_json(capsys, *args, "规章制度")
    assert "上边距" in {item["item"] for item in found["deviations"]}


def test_render_tells_where_the_word_file_lies_when_no_pdf_can_be_made(
    starter: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("generator.pdf.find_converter", lambda: None)
    made = tmp_path / "印章.docx"
    code, _, err = wenshu(capsys, "render", "印章管理办法", "-w", starter, "-o", made, "--pdf")
    assert code == 3
    assert made.is_file()
    assert f"已生成 {made}，但没有 PDF" in "".join(err.split("\n"))
    assert "LibreOffice" in err


def test_render_stops_where_a_figure_is_missing(
    library: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = library / "kb" / "年终总结" / "清河农商银行客户部2024年工作总结.md"
    text = path.read_text(encoding="utf-8")
    path.write_text(text + "\n{{ 各项存宽.句 }}\n", encoding="utf-8")
    out = tmp_path / "x.docx"
    code, _, err = wenshu(capsys, "render", path, "-w", library, "-o", out)
    assert code == 1
    assert "各项存宽" in err
    assert "各项存款" in err
    assert not out.exists()


def test_doctor_json(starter: Path, capsys: pytest.CaptureFixture[str]) -> None:
    findings = as_json(capsys, "doctor", "-w", starter)["findings"]
    assert any(finding["name"] == "资料库" for finding in findings)


# -- the process itself -------------------------------------------------------------------------


def process(args: list[str], **extra: str) -> subprocess.CompletedProcess[bytes]:
    environment = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith(("PYTHON", "LC_", "LANG"))
    }
    return subprocess.run(
        [sys.executable, "-m", "cli.main", *args],
        capture_output=True, check=False, timeout=120, env={**environment, **extra},
    )  # fmt: skip


@pytest.mark.parametrize(
    "extra",
    [
        {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"},
        {"PYTHONIOENCODING": "gbk"},
        {"PYTHONIOENCODING": "cp936"},
    ],
)
def test_chinese_survives_narrow_consoles(starter: Path, extra: dict[str, str]) -> None:
    done = process(["-w", str(starter), "check"], **extra)
    assert done.returncode == 0, done.stderr
    done = process(["-w", str(starter), "list", "--json"], **extra)
    assert json.loads(done.stdout.decode("utf-8"))["documents"]
    done = process(["-w", str(starter), "show", "没有这份"], **extra)
    assert done.returncode == 2
    assert b"Traceback" not in done.stderr


def test_messages_are_gbk(starter: Path) -> None:
    for args in (["--help"], ["list", "--help"], ["-w", str(starter), "list"], ["doctor"]):
        process(args, PYTHONUTF8="1").stdout.decode("utf-8").encode("gbk")


def test_version_imports_little() -> None:
    code = (
        "import sys; from cli.main import run; run(['--version']);"
        "heavy = {'store', 'jinja2', 'lxml', 'numpy', 'yaml', 'whoosh'} & set(sys.modules);"
        "print(sorted(heavy), file=sys.stderr); sys.exit(bool(heavy))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
