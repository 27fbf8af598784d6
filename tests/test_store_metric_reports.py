"""The year-end summary as a whole: new, three lengths, one number everywhere, finished, filed."""

from __future__ import annotations

import io
import re
import shutil
import zipfile
from datetime import date
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner
from docx import Document
from tools_word import pdf_of, pdf_pages

from cli.commands.publish import command as publish
from generator.render import render_document
from store import Workspace
from store.checker import check_entry
from store.consistency import check_figures
from store.exceptions import InputError, UsageError
from store.finishing import compare_copy, file_copy, finish
from store.metric_years import check_frozen, freeze
from store.metrics import load_metrics, to_json
from store.sandbox import SandboxEnvironment
from store.scaffold import new_document
from store.summary import summary_outline, usual_title

ROOT = Path(__file__).resolve().parent.parent
BANK = "年终总结/清河农商银行客户部2024年工作总结"


@pytest.fixture
def library(tmp_path):
    shutil.copytree(ROOT / "kb" / "年终总结", tmp_path / "kb" / "年终总结")
    return Workspace.open(tmp_path)


def words(data):
    """Every text of a Word file: body and tables, charts, workbooks."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        body = re.sub(r"<[^>]+>", " ", archive.read("word/document.xml").decode())
        charts = [
            re.findall(r"<c:v>([^<]*)</c:v>", archive.read(name).decode())
            for name in archive.namelist()
            if re.fullmatch(r"word/charts/chart\d+\.xml", name)
        ]
        books = [
            [cell for row in openpyxl.load_workbook(io.BytesIO(archive.read(name))).active.values
             for cell in row]
            for name in archive.namelist() if name.endswith(".xlsx")
        ]  # fmt: skip
    return body, charts, books


def test_each_figure_of_the_bank_is_that_of_the_data(library):
    entry = library.entry(BANK)
    metrics = load_metrics(library.data_paths(entry))
    data = render_document(library, entry).data
    assert compare_copy(data, Path("a.docx"), metrics) == []
    body, charts, books = words(data)
    for figure in ("161131", "39793", "248.7%", "6148", "123%", "33645", "305.9%", "78.9%"):
        assert figure in body.replace(" ", ""), figure
    assert any("161131" in chart for chart in charts)
    assert any(161131 in book for book in books)


CHANGES = [
    # the opening balance of all deposits: text, table, chart, and what is computed from it
    ("年初: 121338,", "年初: 121438,", {
        "121338": "121438", "39793": "39693", "248.7": "248.1", "1.9": "1.8",
    }, (True, True, True)),
    # a loan that no chart shows
    ("期末: 2061,", "期末: 2071,", {"2061": "2071"}, (True, False, False)),
    # a slice of the pie
    ("期末: 96,", "期末: 97,", {"96": "97"}, (True, True, True)),
]  # fmt: skip


@pytest.mark.parametrize(("cell", "changed", "figures", "places"), CHANGES)
def test_one_cell_changes_all_places_and_nothing_else(library, cell, changed, figures, places):
    entry = library.entry(BANK)
    path = library.data_paths(entry)[0]
    before = words(render_document(library, entry).data)
    text = path.read_text(encoding="utf-8")
    assert text.count(cell) == 1
    path.write_text(text.replace(cell, changed), encoding="utf-8")
    after = words(render_document(library, entry).data)
    seen = set()
    for old, new, touched in zip(before, after, places, strict=True):
        pairs = zip(numbers(old), numbers(new), strict=True)
        told = {pair for pair in pairs if pair[0] != pair[1]}
        assert bool(told) == touched
        assert NUMBER.sub("", str(old)) == NUMBER.sub("", str(new))
        seen |= told
    assert seen == set(figures.items())
    assert next(iter(figures)) not in numbers(after[1:])


NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?")


def numbers(texts):
    return NUMBER.findall(str(texts))


# Every indicator of a bank's client department: unit, value, change since the year's start, and
# completion of the plan, computed from it (with the plan) or as the planning department gave it.
INDICATORS = """
各项存款 万元 161131 39793 248.7 净增16000
单位存款 万元 33989 6148 123 净增5000
个人存款 万元 127141 33645 305.9 净增11000
法人客户人民币贷款 万元 14067 - - -
流动资金贷款净增额 万元 4180 - - -
借新还旧贷款 万元 9537 - - -
信用证贷款 万美元 120.02 - - -
全额质押承兑 万元 2289 - - -
非住房个人贷款 万元 792 210 - -
个人生产经营贷款 万元 314 - - -
个人生产经营贷款累放额 万元 344 - - -
个人综合消费贷款 万元 50 - - -
个人综合消费贷款累放额 万元 25 - - -
个人汽车消费贷款 万元 96 - - -
个人汽车消费贷款累放额 万元 38 - - -
个人质押贷款 万元 121 - - -
个人质押贷款累放额 万元 855 - - -
农户小额贷款累放笔数 笔 86 - - -
农户小额贷款累放额 万元 234 - - -
农户小额贷款笔数 笔 78 - - -
农户小额贷款 万元 211 - - -
个人住房贷款 万元 2061 - - -
个人住房贷款累放额 万元 620.5 - - -
个人住房不良贷款清收额 万元 81.8 - - -
银行卡业务收入 万元 382.4 - 78 -
贷记卡新增发卡 张 3308 - 119 -
惠农卡新增发卡 张 2604 - 104.2 -
贷记卡激活率 % 84.5 - - -
转账电话 部 173 - 108.1 -
个人网银新增客户 户 3739 - 304 -
企业网银新增客户 户 8 - 44.4 -
电话银行新增客户 户 318 - 106 -
银联特约商户新增 户 23 - 135.3 -
代理基金新开户 户 293 - 24.4 -
基金销售收入 万元 30.4 - 15.2 -
代理新单保额 万元 2649 - 125 -
代理保险费收入 万元 79 - 100 -
国际结算量 万美元 1063 - 42.5 -
国际结算业务收入 万元 9.1 - 91 -
结售汇业务量 万美元 968 - 56.9 -
结售汇收入 万元 11 - 44 -
常年财务顾问收入 万元 13.5 - 90 -
三方存管新增开户 户 368 - 55.8 -
一季度各项存款增加额 万元 5763 - - -
新拓展对公客户 户 16 - - -
新拓展客户存款 万元 960 - - -
"""


@pytest.fixture(scope="module")
def bank_report(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bank")
    shutil.copytree(ROOT / "kb" / "年终总结", folder / "kb" / "年终总结")
    workspace = Workspace.open(folder)
    entry = workspace.entry(BANK)
    body, *_ = words(render_document(workspace, entry).data)
    return load_metrics(workspace.data_paths(entry)), re.sub(r"\s", "", body)


@pytest.mark.parametrize("line", INDICATORS.split("\n")[1:-1])
def test_each_indicator_of_the_bank(bank_report, line):
    metrics, body = bank_report
    name, unit, value, change, completion, plan = line.split()
    metric = metrics[name]
    row = next(row for row in to_json(metrics) if row["name"] == name)
    assert (row["unit"], row["value"]) == (unit, Decimal(value))
    assert row["change"] == (None if change == "-" else Decimal(change))
    assert row["completion_percent"] == (None if completion == "-" else Decimal(completion))
    assert f"{metric.plan_basis or ''}{metric.plan or ''}" == plan.strip("-")
    assert metric.completion_is_given == (completion != "-" and plan == "-")
    if completion != "-":
        assert f"完成计划的{completion}%" in row["sentence"]
        assert f"完成计划的{completion}%" in body
    if change != "-":
        assert f"比年初增加{change}{unit}" in row["sentence"]
        assert f"比年初增加{change}{unit}" in body
    assert f"{value}{unit}" in row["sentence"]
    assert re.search(rf"(?<![0-9.]){value}{unit}", body)


@pytest.mark.parametrize("entry", [
    "云锦物业客服部2025年年终总结", "清河供电公司营业厅2025年年终总结",
    "碧湖高尔夫俱乐部会员服务专员2024年上半年工作总结", "通联电信集团客户部2026年第三季度工作总结",
])  # fmt: skip
def test_the_other_summaries_agree_with_their_data(library, entry):
    found = library.resolve(entry)
    data = render_document(library, found).data
    assert compare_copy(data, Path("a.docx"), load_metrics(library.data_paths(found))) == []


def test_three_lengths_have_the_same_figures(library):
    path = library.entry(BANK).path
    text = path.read_text(encoding="utf-8")
    text = text.replace("### 合并部门", "〔可略〕细节一段。\n\n### 〔可略〕合并部门")
    path.write_text(text, encoding="utf-8")
    library.refresh()
    metrics = load_metrics(library.data_paths(library.entry(BANK)))
    lengths = {}
    for length in (None, "详版", "简版", "一页版"):
        data = render_document(library, BANK, length=length).data
        assert compare_copy(data, Path("a.docx"), metrics) == []
        lengths[length] = re.sub(r"\s", "", words(data)[0])
    assert "可略" not in lengths[None]
    assert "细节一段" in lengths[None]
    assert "细节一段" in lengths["详版"]
    assert "细节一段" not in lengths["简版"]
    assert "合并部门，先把" not in lengths["简版"]
    sizes = [len(lengths[length]) for length in ("详版", "简版", "一页版")]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[2] < sizes[0] / 2
    for length in lengths.values():
        assert "161131万元" in length
        assert "248.7%" in length


def test_phrases_typed_in_word_are_short_in_short_versions(library, tmp_path):
    template = Document()
    for text in ("{{ 各项存款.句 }}", "{{p 正文 }}"):
        template.add_paragraph(text)
    template.save(str(tmp_path / "版.docx"))
    said = {}
    for length in ("详版", "简版"):
        data = render_document(
            library, BANK, template=str(tmp_path / "版.docx"), length=length
        ).data
        said[length] = Document(io.BytesIO(data)).paragraphs[0].text
    assert said == {
        "详版": "各项存款余额161131万元，比年初增加39793万元，完成计划的248.7%",
        "简版": "各项存款余额161131万元，完成计划的248.7%",
    }


@pytest.mark.parametrize(("tag", "message", "hint"), [
    ('{{ 图("各项存歀") }}', "数据中没有指标“各项存歀”", "各项存款"),
    ('{{ 指标表("负债业各") }}', "数据中没有指标“负债业各”", "负债业务"),
    ('{{ 图("各项存款", 类型="雷达图") }}', "没有“雷达图”这种图", "柱形图、折线图"),
    ("{{ 各项存款 + 个人网银新增客户 }}", "单位不同", "同一类单位"),
])  # fmt: skip
def test_what_a_text_asks_wrongly_is_told_with_its_mend(library, tag, message, hint):
    path = library.entry(BANK).path
    path.write_text(path.read_text(encoding="utf-8") + f"\n{tag}\n", encoding="utf-8")
    with pytest.raises(InputError, match=message) as caught:
        render_document(library, BANK)
    assert hint in caught.value.hint


def test_one_page_is_one_page(library, tmp_path):
    for entry in library.entries:
        made = render_document(library, entry, length="一页版")
        assert made.pages == 1, entry.id
        path = tmp_path / f"{entry.name}.docx"
        path.write_bytes(made.data)
        assert len(pdf_pages(pdf_of(path))) == 1, entry.id


def test_one_page_that_cannot_be_is_told(library):
    path = library.entry(BANK).path
    items = "".join(
        f"{at}. 第{at}项打算，到年末完成〔可略〕之外的一件实事。\n" for at in range(1, 90)
    )
    path.write_text(path.read_text(encoding="utf-8") + f"\n## 五、补充\n\n{items}", "utf-8")
    made = render_document(library, BANK, length="一页版")
    assert made.pages is not None
    assert made.pages > 1
    assert made.warnings[-1].startswith(f"一页版仍约 {made.pages} 页。请用〔可略〕")


# -- new summaries ---------------------------------------------------------------------------


def test_a_new_summary_answers_last_years_plan(library):
    identity = new_document(library, "年终总结", "", department="客户部", period="2025年")
    assert identity == "年终总结/客户部2025年工作总结"
    entry = library.entry(identity)
    text = entry.path.read_text(encoding="utf-8")
    assert "## 上年打算落实情况" in text
    assert "1. 上年提出：" in text
    assert "{{ 各项存款.句 }}" in text
    assert "{{ 指标表(" in text
    metrics = load_metrics(library.data_paths(entry))
    assert metrics["各项存款"].year_start == 161131
    assert metrics["各项存款"].value is None
    data = library.data_paths(entry)[0]
    filled = re.sub(r"(性质: 时点[^}]*)}", r"\1, 期末: 200000}", data.read_text(encoding="utf-8"))
    filled = re.sub(r"(性质: 时期[^}]*)}", r"\1, 本期: 500}", filled)
    filled = re.sub(r"(性质: 比率[^}]*)}", r"\1, 本期: 85}", filled)
    data.write_text(filled, encoding="utf-8")
    assert render_document(library, identity).data[:2] == b"PK"


def test_a_summary_without_last_year(library):
    outline = summary_outline(library, title="", department="新设部", period="2025年上半年")
    assert outline.title == "新设部2025年上半年工作总结"
    assert outline.last == ""
    assert "指标: []" in outline.data_text
    assert "上年打算" not in outline.body
    assert usual_title("王芳", "2025年", "个人") == "王芳2025年述职报告"
    with pytest.raises(ValueError, match="not a period"):
        summary_outline(library, title="", department="甲", period="去年")


def test_a_units_summary_adds_up_its_departments(library):
    entry = library.entry(BANK)
    folder = entry.path.parent
    data = library.data_paths(entry)[0]
    text = entry.path.read_text(encoding="utf-8")
    other = text.replace("部门: 客户部", "部门: 公司部", 1).replace(data.name, "公司部.yaml")
    other = other.replace("标题: 清河农商银行客户部", "标题: 公司部")
    (folder / "公司部2024年工作总结.md").write_text(other, encoding="utf-8")
    figures = data.read_text(encoding="utf-8").replace("期末: 161131", "期末: 100000")
    (folder / "数据" / "公司部.yaml").write_text(figures, encoding="utf-8")
    library.refresh()
    identity = new_document(
        library, "年终总结", "", department="清河农商银行", period="2024年", subject="单位"
    )
    body = library.entry(identity).path.read_text(encoding="utf-8")
    assert "从各部门看，各项存款最好的是{{ 各项存款.最好 }}" in body
    assert "单位存款.最好" not in body  # both departments have the same
    document = library.load(identity)
    text = "\n".join(block.text for block in document.body.root.walk_blocks())
    assert "各项存款余额261131万元，比年初增加18455万元，完成计划的57.7%" in text
    assert "各项存款最好的是客户部（161131万元），最后的是公司部（100000万元）" in text
    assert document.metrics is not None
    assert [one.department for one in document.metrics.standings["各项存款"]] == [
        "客户部",
        "公司部",
    ]


def test_departments_that_share_a_place(tmp_path):
    for name in "甲乙丙":
        text = f"指标:\n- {{指标: 存款, 单位: 户, 本期: {3 if name == '丙' else 5}}}\n"
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "全.yaml").write_text("汇总: {甲: 甲.yaml, 乙: 乙.yaml, 丙: 丙.yaml}\n", "utf-8")
    context = load_metrics([tmp_path / "全.yaml"]).context()
    said = SandboxEnvironment().from_string("{{ 存款.最好 }}，{{ 存款.最差 }}").render(context)
    assert said == "甲、乙（5户），丙（3户）"


def test_a_summary_of_a_person(library):
    outline = summary_outline(
        library, title="述职", department="客户部", period="2025年", subject="个人"
    )
    assert outline.values["主体"] == "个人"
    assert outline.last == ""


# -- finished --------------------------------------------------------------------------------


def test_finished_reports_tell_later_changes(library):
    kept = finish(library, BANK)
    assert kept.name.endswith(".定稿数据.json")
    entry = library.entry(BANK)
    document = library.load(entry)
    assert check_figures(document, document.metrics, library) == []
    path = library.data_paths(entry)[0]
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("期末: 2061,", "期末: 2071,"), encoding="utf-8")
    document = library.load(entry)
    problems = check_figures(document, document.metrics, library)
    assert [problem.code for problem in problems] == ["frozen-changed"]
    assert "定稿时为2061万元，现为2071万元" in problems[0].message


def test_finished_by_hand_is_told_and_publish_finishes(library):
    entry = library.entry(BANK)
    frozen = entry.path.with_suffix(".定稿数据.json")
    frozen.unlink(missing_ok=True)
    told = [p for p in check_entry(library, entry, date(2025, 1, 10)) if p.severity == "warning"]
    assert [problem.code for problem in told] == ["finished-not-frozen"]
    assert f"wenshu publish {BANK}" in told[0].hint
    result = CliRunner().invoke(publish, [BANK, "-w", str(library.root)])
    assert result.exit_code == 0
    assert "已定稿" in result.output
    assert frozen.is_file()
    assert not [
        p for p in check_entry(library, entry, date(2025, 1, 10)) if p.severity == "warning"
    ]
    text = entry.path.read_text(encoding="utf-8").replace("状态: 定稿\n", "")
    frozen.unlink()
    entry.path.write_text(text, encoding="utf-8")
    library.refresh()
    assert not [p for p in check_entry(library, library.entry(BANK), date(2025, 1, 10))
                if p.severity == "warning"]  # fmt: skip


def test_a_frozen_roll_up_tells_changes_of_its_members(library):
    folder = library.entry(BANK).path.parent
    data = folder / "数据" / "全行.yaml"
    member = folder / "数据" / "甲.yaml"
    member.write_text("指标:\n- {指标: 存款, 单位: 户, 性质: 时点, 期末: 5}\n", encoding="utf-8")
    data.write_text("汇总: {甲: 甲.yaml}\n", encoding="utf-8")
    report = folder / "全行.md"
    freeze(report, [data])
    assert check_frozen(report, [data], load_metrics([data])) == []
    member.write_text(member.read_text(encoding="utf-8").replace("5", "6"), encoding="utf-8")
    (told,) = check_frozen(report, [data], load_metrics([data]))
    assert "定稿时为5户，现为6户" in told.message


def test_wording_is_checked_without_any_data(library):
    path = library.entry(BANK).path.with_name("无数据.md")
    path.write_text(
        "---\n标题: 2024年总结\n类别: 年终总结\n期间: 2024年\n---\n\n"
        "不良率比年初下降0.3%，成本下降2倍，截止12月底收入增长-5%。\n", encoding="utf-8",
    )  # fmt: skip
    library.refresh()
    codes = {
        p.code for p in check_entry(library, library.entry("年终总结/无数据"), date(2025, 1, 1))
    }
    assert codes >= {
        "points-not-percent", "times-with-decrease", "until-not-as-of", "sign-after-verb",
    }  # fmt: skip


def test_the_sent_file_is_filed_and_compared(library, tmp_path):
    sent = tmp_path / "发出.docx"
    sent.write_bytes(render_document(library, BANK).data)
    filed, problems = file_copy(library, BANK, sent)
    assert problems == []
    assert filed.read_bytes() == sent.read_bytes()
    attachments = library.entry(BANK).meta.attachments
    assert [(one.type, one.file) for one in attachments] == [("定稿件", f"附件/{filed.name}")]
    assert file_copy(library, BANK, sent)[0] == filed
    assert len(library.entry(BANK).meta.attachments) == 1
    document = Document(str(sent))
    for paragraph in document.paragraphs:
        for run in paragraph.runs:
            run.text = run.text.replace("248.7%", "284.7%")
    for table in document.tables:
        for cell in table._cells:
            if cell.text == "121338":
                cell.paragraphs[0].runs[0].text = "121388"
    document.save(str(sent))
    with pytest.raises(InputError, match="已经存在"):
        file_copy(library, BANK, sent)
    found = compare_copy(
        sent.read_bytes(), sent, load_metrics(library.data_paths(library.entry(BANK)))
    )
    assert {problem.code for problem in found} == {"completion-mismatch", "table-mismatch"}
    assert "284.7%" in found[0].message
    assert "248.7%" in found[0].message


def test_what_cannot_be_finished(library, tmp_path):
    (tmp_path / "kb" / "制度.md").write_text(
        "---\n标题: 制度\n类别: 管理制度\n---\n\n文。\n", "utf-8"
    )
    (tmp_path / "kb" / "文.md").write_text("---\n标题: 文\n类别: 文章\n---\n\n文。\n", "utf-8")
    library.refresh()
    with pytest.raises(UsageError, match="wenshu publish"):
        finish(library, "制度")
    with pytest.raises(UsageError, match="没有指标数据"):
        finish(library, "文")
    library.data_paths(library.entry(BANK))[0].unlink()
    with pytest.raises(InputError, match="没有找到指标文件"):
        finish(library, BANK)
    with pytest.raises(InputError, match="不是 Word 文件"):
        compare_copy(b"no", Path("a.docx"), load_metrics([]))


def test_a_word_file_without_styles(monkeypatch):
    buffer = io.BytesIO()
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("word/document.xml", f'<w:document xmlns:w="{space}"/>')
    assert compare_copy(buffer.getvalue(), Path("a.docx"), load_metrics([])) == []
    monkeypatch.setattr("store.finishing.MAX_XML", 5)
    with pytest.raises(InputError, match="过大"):
        compare_copy(buffer.getvalue(), Path("a.docx"), load_metrics([]))
