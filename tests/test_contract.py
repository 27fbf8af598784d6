"""What scripts outside the repository rely on: the names, calls and JSON shapes of the design."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import docx
import pytest

from cli.main import COMMANDS, run
from generator import InlineImage, Listing, RichParagraph, RichText, SubDocument, WordTemplate
from search import SearchIndex
from store import Workspace

HIT = {
    "id", "title", "kind", "department", "status", "number", "version", "effective", "expires",
    "in_force", "clause", "sub_label", "citation", "anchor", "heading", "text", "snippet",
    "highlights", "score", "path", "line", "versions",
}  # fmt: skip
METRIC = {
    "name", "unit", "nature", "as_of", "value", "year_start", "last_year", "previous", "plan",
    "plan_basis", "change", "change_percent", "yoy_percent", "completion_percent", "share_percent",
    "sentence",
}  # fmt: skip


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("contract") / "w"
    assert run(["init", str(target)]) == 0
    return target


def output(capsys: pytest.CaptureFixture[str], *args: str | Path) -> Any:
    capsys.readouterr()
    assert run([*(str(arg) for arg in args), "--json"]) in {0, 1}
    return json.loads(capsys.readouterr().out)


def test_commands_of_the_design_are_there() -> None:
    wanted = (
        "init list show new revise publish history restore check search index render batch metrics "
        "import template inspect doctor"
    )
    assert set(wanted.split()) <= set(COMMANDS)


def test_search_object(library: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = output(capsys, "--workspace", library, "search", "客户投诉", "--limit", "5")
    assert {"query", "total", "took_ms", "suggestion", "facets", "hits"} <= set(found)
    assert {"kind", "department", "status", "year"} <= set(found["facets"])
    assert found["total"] >= len(found["hits"]) == 5
    for hit in found["hits"]:
        assert set(hit) >= HIT
        assert hit["citation"].startswith(f"《{hit['title']}》")
        assert hit["line"] >= 1
        assert Path(hit["path"]).is_absolute()
        lines = Path(hit["path"]).read_text(encoding="utf-8").splitlines()
        assert len(lines) >= hit["line"]
        for start, end in hit["highlights"]:
            assert 0 <= start < end <= len(hit["text"])
        assert ("<mark>" in hit["snippet"]) == bool(hit["highlights"])
    assert found["hits"][0]["highlights"]


def test_the_question_of_the_design_gets_its_article(
    library: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    hit = output(capsys, "search", "年假", "没休完", "-w", library)["hits"][0]
    assert (hit["title"], hit["version"], hit["clause"]) == (
        "考勤与休假管理办法",
        "2024",
        "第十二条",
    )
    assert hit["citation"].startswith("《考勤与休假管理办法》（2024版）第十二条")
    assert hit["in_force"] is True


def test_search_on_a_day_differs_where_versions_differ(
    library: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    then = output(capsys, "search", "请假", "--on", "2023-06-01", "-w", library)["hits"]
    now = output(capsys, "search", "请假", "-w", library)["hits"]
    assert then[0]["version"] == "2022"
    assert now[0]["version"] == "2024"
    assert {hit["in_force"] for hit in then} == {True}


@pytest.mark.parametrize(
    ("query", "title"),
    [
        ('"客户满意度"', None),
        ("khts", "客户投诉处理办法"),
        ("客戶投訴", "客户投诉处理办法"),
        ("考勤 第十二条", "考勤与休假管理办法"),
    ],
)
def test_queries_of_the_design(
    library: Path, capsys: pytest.CaptureFixture[str], query: str, title: str | None
) -> None:
    hits = output(capsys, "search", query, "-w", library)["hits"]
    assert hits
    if title:
        assert hits[0]["title"] == title
    else:
        assert all("客户满意度" in hit["text"] for hit in hits)


def test_minus_and_department(library: Path, capsys: pytest.CaptureFixture[str]) -> None:
    hits = output(capsys, "search", "投诉", "-电话", "部门:客户部", "-w", library, "-n", "100")[
        "hits"
    ]
    assert hits
    assert all("电话" not in hit["text"] and hit["department"] == "客户部" for hit in hits)


def test_metrics_object(library: Path, capsys: pytest.CaptureFixture[str]) -> None:
    name = "清河农商银行客户部2024年工作总结"
    metrics = {m["name"]: m for m in output(capsys, "metrics", name, "-w", library)["metrics"]}
    deposits = metrics["各项存款"]
    assert set(deposits) == METRIC
    assert deposits["value"] == 161131
    assert deposits["change"] == 39793
    assert deposits["completion_percent"] == 248.7
    assert deposits["sentence"] == "各项存款余额161131万元，比年初增加39793万元，完成计划的248.7%"


def test_python_face(library: Path, tmp_path: Path) -> None:
    workspace = Workspace.open(library)
    assert Workspace.discover(library / "kb").root == workspace.root
    index = SearchIndex.open(workspace)
    results = index.search("年假 没休完", limit=10, kind="policy")
    assert results.total >= 1
    hit = results.hits[0]
    assert hit.id == "管理制度/考勤与休假管理办法"
    assert hit.clause == "第十二条"
    assert hit.score > 0
    assert hit.line > 1
    path = tmp_path / "t.docx"
    document = docx.Document()
    document.add_paragraph("姓名：{{ 姓名 }}，{{r 富文本 }}")
    document.save(str(path))
    template = WordTemplate(path)
    data = template.render({"姓名": "a & b", "富文本": RichText("红", color="FF0000")})
    (tmp_path / "o.docx").write_bytes(data)
    assert docx.Document(str(tmp_path / "o.docx")).paragraphs[0].text == "姓名：a & b，红"
    assert set(template.fields()) == {"姓名", "富文本"}
    for name in ("replace_picture", "replace_media", "replace_embedded", "replace_zipname"):
        assert callable(getattr(template, name))
    assert all((InlineImage, Listing, RichParagraph, SubDocument))
