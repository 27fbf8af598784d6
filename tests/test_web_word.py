"""Edit in Word: download, change, upload, accept clause by clause; down to the file's lines."""

from __future__ import annotations

import copy
import io
import re
import shutil
import zipfile

import pytest
from docx import Document
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.text.paragraph import Paragraph
from test_web_attachments import PNG
from tools_web import BASE, csrf, log_in, make_app, post, text_of

from generator.render import render_document
from store.history import records
from store.office import convert
from web.returning import make_plan, read_back

ID = "管理制度/用印办法"
HEAD = """---
标题: 用印办法
类别: 管理制度
部门: 办公室
版本: 1.0
状态: 草案
备注: 原样保留   # 手写的说明
---
"""
BODY = """
## 总则

1. 为规范用印，制定本办法。
2. 印章由办公室*统一*管理，按[](#use)办理。
3. 印章分为：
    1. 公章；
    2. 合同专用章；
    3. 财务专用章。

## 用印

<!-- 这里是给编辑看的话 -->
1. 用印应当填写《用印申请单》，经部门负责人批准。{: #use}

    申请单保存三年。

    | 印章 | 批准人 |
    |:---|---:|
    | 公章 | 总经理 |
    | 合同专用章 | 分管副总 |

2. 用印登记簿保存十年。
3. 本办法自发布之日起施行。
"""


class Word:
    """The downloaded file, changed as one does in Word."""

    def __init__(self, data: bytes) -> None:
        self.document = Document(io.BytesIO(data))

    def find(self, text: str) -> Paragraph:
        return next(p for p in self.document.paragraphs if text in p.text)

    def write(self, paragraph: Paragraph, text: str) -> None:
        for run in paragraph.runs[1:]:
            run._r.getparent().remove(run._r)
        paragraph.runs[0].text = text

    def change(self, old: str, new: str) -> None:
        paragraph = self.find(old)
        self.write(paragraph, paragraph.text.replace(old, new))

    def insert_after(self, text: str, new: str) -> None:
        paragraph = self.find(text)
        made = copy.deepcopy(paragraph._p)
        for mark in made.findall(qn("w:bookmarkStart")) + made.findall(qn("w:bookmarkEnd")):
            made.remove(mark)
        paragraph._p.addnext(made)
        self.write(Paragraph(made, paragraph._parent), new)

    def remove(self, text: str) -> None:
        element = self.find(text)._p
        element.getparent().remove(element)

    def move_after(self, text: str, other: str) -> None:
        self.find(other)._p.addnext(self.find(text)._p)

    def cell(self, old: str, new: str) -> None:
        cells = [c for t in self.document.tables for r in t.rows for c in r.cells]
        next(c for c in cells if c.text == old).paragraphs[0].runs[0].text = new

    def track(self, text: str, *, new: str = "", whole: bool = False) -> None:
        """Delete a paragraph's text as a tracked change, and insert another."""
        paragraph = self.find(text)
        first = paragraph.runs[0]._r
        deleted, inserted = OxmlElement("w:del"), OxmlElement("w:ins")
        for mark in (deleted, inserted):
            mark.set(qn("w:id"), "9001")
            mark.set(qn("w:author"), "审稿人")
        first.addprevious(deleted)
        for run in [run._r for run in paragraph.runs]:
            for one in run.findall(qn("w:t")):
                one.tag = qn("w:delText")
            deleted.append(run)
        if new:
            run = OxmlElement("w:r")
            said = OxmlElement("w:t")
            said.text = new
            run.append(said)
            inserted.append(run)
            deleted.addnext(inserted)
        if whole:
            properties = OxmlElement("w:rPr")
            properties.append(OxmlElement("w:del"))
            paragraph._p.get_or_add_pPr().append(properties)

    def data(self) -> bytes:
        out = io.BytesIO()
        self.document.save(out)
        return out.getvalue()


class Desk:
    """Somebody at the page with one document."""

    def __init__(self, workspace, name: str = "zhi", doc_id: str = ID) -> None:
        self.workspace, self.id = workspace, doc_id
        self.app = make_app(workspace.root, people=True)
        self.client = log_in(self.app, name)
        self.page = f"/edit/word/{doc_id}"
        self.shown = ""
        self.address = ""

    @property
    def file(self) -> str:
        return (self.workspace.kb / f"{self.id}.md").read_text(encoding="utf-8")

    @property
    def body(self) -> str:
        return self.file.split("---\n", 2)[2]

    def download(self) -> Word:
        answer = self.client.get(f"/word/{self.id}", base_url=BASE)
        assert answer.status_code == 200
        return Word(answer.data)

    def upload(self, data: bytes, name: str = "改.docx"):
        token = csrf(self.client, self.page)
        answer = self.client.post(
            self.page, data={"csrf": token, "file": (io.BytesIO(data), name)}, base_url=BASE
        )
        if answer.status_code == 302:
            self.address = answer.headers["Location"]
            shown = self.client.get(self.address, base_url=BASE)
            self.shown = shown.get_data(as_text=True)
            return shown
        return answer

    def titles(self) -> list[str]:
        found = re.findall(r'<h2 class="small" id="c\d+">(.*?)</h2>', self.shown)
        return [re.sub(r"<[^>]+>", "", one) for one in found]

    def accept(self, *numbers: int, which: str = "chosen", **more: str):
        fields = {
            "upload": re.search(r'name="upload" value="([0-9a-f]{32})"', self.shown)[1],
            "seen": re.search(r'name="seen" value="([0-9a-f]{64})"', self.shown)[1],
            "accept": [str(number) for number in numbers],
            "which": which,
        }
        address = f"/edit/word-accept/{self.id}"
        return post(self.client, address, self.page, **(fields | more))


@pytest.fixture
def desk(make_workspace) -> Desk:
    return Desk(make_workspace({ID: HEAD + BODY}))


def test_one_clause_is_accepted_and_the_others_stay_to_the_byte(desk):
    word = desk.download()
    word.change("保存十年", "保存十五年")
    word.change("合同专用章；", "合同章；")
    word.change("为规范用印", "为了规范用印")
    desk.upload(word.data())
    assert desk.titles() == ["修改：第一条 · 总则", "修改：第三条 · 总则", "修改：第五条 · 用印"]
    assert "<ins>五</ins>" in desk.shown
    assert desk.accept(2).status_code == 302
    assert desk.file == (HEAD + BODY).replace("保存十年", "保存十五年")
    assert [(r.who, r.action) for r in records(desk.workspace, ID)] == [("zhi", "接受 Word 改动")]


def test_all_of_it(desk):
    word = desk.download()
    word.change("保存十年", "保存十五年")
    word.change("合同专用章；", "合同章；")
    desk.upload(word.data())
    assert desk.accept(which="all").status_code == 302
    expected = (
        (HEAD + BODY).replace("保存十年", "保存十五年").replace("2. 合同专用章；", "2. 合同章；")
    )
    assert desk.file == expected


def test_none_of_it(desk):
    word = desk.download()
    word.change("保存十年", "保存十五年")
    desk.upload(word.data())
    assert desk.accept(which="none").status_code == 302
    assert desk.file == HEAD + BODY
    assert desk.client.get(desk.address, base_url=BASE).status_code == 404


def test_a_change_keeps_the_reference_and_the_emphasis_beside_it(desk):
    word = desk.download()
    word.change("印章由办公室", "各类印章由办公室")
    desk.upload(word.data())
    assert desk.accept(0).status_code == 302
    assert "2. 各类印章由办公室*统一*管理，按[](#use)办理。" in desk.body


def test_a_reference_stays_until_it_is_changed_itself(desk):
    word = desk.download()
    word.change("按第四条办理", "按本办法第四条和第五条办理")
    desk.upload(word.data())
    desk.accept(0)
    assert "按本办法[](#use)和第五条办理" in desk.body
    assert "按本办法第四条和第五条办理" in re.sub(
        r"<[^>]+>", "", text_of(desk.client, f"/documents/{ID}")
    )
    word = desk.download()
    word.change("第四条和第五条", "第六条")
    desk.upload(word.data())
    assert "变成普通文字" in desk.shown
    desk.accept(0)
    assert "按本办法第六条办理" in desk.body


def test_an_inserted_clause_is_numbered_by_its_place(desk):
    word = desk.download()
    word.insert_after("为规范用印", "本办法适用于全体员工。")
    word.insert_after("合同专用章；", "发票专用章；")
    desk.upload(word.data())
    assert desk.titles() == ["新增：第二条 · 总则", "修改：第三条 · 总则"]
    desk.accept(which="all")
    assert re.search(r"制定本办法。\n\d+\. 本办法适用于全体员工。\n2\. 印章由", desk.body)
    assert re.search(
        r"    2\. 合同专用章；\n    \d+\. 发票专用章；\n    3\. 财务专用章。", desk.body
    )
    shown = text_of(desk.client, f"/documents/{ID}")
    assert "按第五条办理" in re.sub(r"<[^>]+>", "", shown)


def test_a_deleted_clause_goes_and_its_comment_stays(desk):
    word = desk.download()
    word.remove("用印登记簿")
    desk.upload(word.data())
    assert desk.titles() == ["删去：第五条 · 用印"]
    desk.accept(0)
    assert desk.body == BODY.replace("2. 用印登记簿保存十年。\n", "")


def test_a_moved_clause_is_one_change(desk):
    word = desk.download()
    word.move_after("用印登记簿", "为规范用印")
    desk.upload(word.data())
    assert [title[:3] for title in desk.titles()] == ["移动："]
    desk.accept(0)
    assert "1. 为规范用印，制定本办法。\n2. 用印登记簿保存十年。\n2. 印章由办公室" in desk.body
    assert desk.body.count("用印登记簿") == 1


def test_a_table_cell_changes_in_its_place(desk):
    word = desk.download()
    word.cell("分管副总", "总经理｜书记|主任")
    desk.upload(word.data())
    desk.accept(0)
    assert desk.body == BODY.replace("分管副总", "总经理｜书记\\|主任")


def test_a_table_with_another_row_is_written_anew(desk):
    word = desk.download()
    table = next(t for t in word.document.tables if t.rows[0].cells[0].text == "印章")
    row = copy.deepcopy(table.rows[-1]._tr)
    table.rows[-1]._tr.addnext(row)
    table.rows[-1].cells[0].paragraphs[0].runs[0].text = "财务专用章"
    desk.upload(word.data())
    desk.accept(0)
    assert "    |:---|---:|" in desk.body or "    | :--- | ---: |" in desk.body
    assert "    | 合同专用章 | 分管副总 |\n    | 财务专用章 | 分管副总 |\n" in desk.body
    assert "申请单保存三年。" in desk.body


def test_a_heading_changes_and_a_chapter_comes_in(desk):
    word = desk.download()
    word.write(next(p for p in word.document.paragraphs if p.text == "用印"), "用印审批")
    word.insert_after("财务专用章。", "此外不得刻制其他印章，确需刻制的另行报批。")
    desk.upload(word.data())
    desk.accept(which="all")
    assert "## 用印审批\n" in desk.body
    assert "此外不得刻制其他印章" in desk.body


def test_tracked_changes_count_as_accepted(desk):
    word = desk.download()
    word.track("用印登记簿", new="用印登记簿长期保存。")
    word.track("本办法自发布", whole=True)
    desk.upload(word.data())
    assert desk.titles() == ["修改：第五条 · 用印", "删去：第六条 · 用印"]
    desk.accept(which="all")
    assert "2. 用印登记簿长期保存。\n" in desk.body
    assert "自发布之日" not in desk.body


def test_a_number_typed_by_hand_is_left_to_the_kind(desk):
    word = desk.download()
    word.insert_after("为规范用印", "第二条　手写编号的条文，也要保存。")
    made = word.find("手写编号")
    properties = made._p.pPr
    for mark in (properties.numPr, properties.pStyle):
        if mark is not None:
            properties.remove(mark)
    desk.upload(word.data())
    desk.accept(which="all")
    assert "手写编号的条文，也要保存。" in desk.body
    assert "第二条" not in desk.body
    assert "第三条" in text_of(desk.client, f"/documents/{ID}")


def test_a_footnote_changes_in_its_place(make_workspace):
    body = "\n1. 为规范用印[^a]，制定本办法。\n2. 印章统一管理。\n\n[^a]: 用印指加盖印章。\n"
    desk = Desk(make_workspace({ID: HEAD + body}))
    word = desk.download()
    data = word.data()
    changed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(changed, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "word/footnotes.xml":
                content = content.replace("加盖印章".encode(), "加盖公司印章".encode())
            new.writestr(name, content)
    desk.upload(changed.getvalue())
    assert desk.titles() == ["修改：脚注1"]
    desk.accept(which="all")
    assert desk.body == body.replace("加盖印章", "加盖公司印章")


def test_a_title_and_a_picture_are_told(desk):
    word = desk.download()
    word.write(next(p for p in word.document.paragraphs if p.text == "用印办法"), "用印细则")
    word.find("财务专用章").add_run().add_picture(io.BytesIO(PNG))
    desk.upload(word.data())
    assert "标题在 Word 里写作“用印细则”" in desk.shown
    assert "新加的图片没有带回来" in desk.shown


def test_typed_numbers_stay_typed(make_workspace):
    body = "\n第一条 为规范用印，制定本办法。\n\n第二条 印章由办公室统一管理。\n"
    desk = Desk(make_workspace({ID: HEAD + body}))
    word = desk.download()
    word.change("统一管理", "集中管理")
    desk.upload(word.data())
    desk.accept(which="all")
    assert desk.body == body.replace("统一管理", "集中管理")


def test_figures_in_the_text_stay_figures(make_workspace):
    data = "指标:\n  - {指标: 各项存款, 单位: 万元, 期末: 161131, 年初: 121338}\n"
    head = "---\n标题: 工作总结\n类别: 年终总结\n部门: 客户部\n期间: 2025年\n状态: 草稿\n"
    head += "数据: 数据/指标.yaml\n---\n"
    body = "\n## 主要工作\n\n今年业绩稳步增长。{{ 各项存款.句 }}，完成任务。\n"
    files = {"总结": head + body, "数据/指标.yaml": data}
    desk = Desk(make_workspace(files), doc_id="总结")
    word = desk.download()
    word.change("稳步增长", "大幅增长")
    desk.upload(word.data())
    desk.accept(which="all")
    assert desk.body == body.replace("稳步增长", "大幅增长")
    word = desk.download()
    word.change("161131", "170000")
    desk.upload(word.data())
    assert "变成普通文字" in desk.shown
    desk.accept(which="all")
    assert "各项存款余额170000万元" in desk.body


def test_what_others_changed_meanwhile_is_not_taken_back(desk):
    word = desk.download()
    word.change("保存十年", "保存十五年")
    other = desk.file.replace("申请单保存三年", "申请单保存五年")
    page = f"/edit/text/{ID}"
    seen = re.search(r'name="seen" value="([0-9a-f]{64})"', text_of(desk.client, page))[1]
    post(desk.client, page, page, body=other.split("---\n", 2)[2], seen=seen)
    desk.upload(word.data())
    assert desk.titles() == ["修改：第五条 · 用印"]
    assert "别人改的地方没有列在下面" in desk.shown
    desk.accept(which="all")
    assert "申请单保存五年" in desk.body
    assert "保存十五年" in desk.body


def test_a_save_in_between_shows_the_comparison_anew(desk):
    word = desk.download()
    word.change("保存十年", "保存十五年")
    desk.upload(word.data())
    path = desk.workspace.kb / f"{ID}.md"
    path.write_text(desk.file.replace("三年", "五年"), encoding="utf-8")
    answer = desk.accept(0)
    assert answer.status_code == 409
    assert "重新对照" in answer.get_data(as_text=True)
    assert "十五年" not in desk.file


def published(desk: Desk) -> None:
    act = f"/edit/act/{ID}"
    page = f"/edit/text/{ID}"
    answer = post(desk.client, act, page, act="publish", effective="2026-01-01")
    assert answer.status_code == 302


def test_a_published_text_becomes_a_revision(desk):
    published(desk)
    before = desk.file
    word = desk.download()
    word.change("保存十年", "保存十五年")
    desk.upload(word.data())
    assert desk.accept(0).status_code == 400
    answer = desk.accept(0, way="revise", effective="2027-01-01")
    assert answer.status_code == 302
    assert desk.file == before
    draft = (desk.workspace.kb / f"{ID}@2.0.md").read_text(encoding="utf-8")
    assert "保存十五年" in draft
    assert "状态: 草案" in draft
    assert "*统一*管理，按[](#use)办理" in draft


def test_a_published_text_is_corrected_with_a_reason(desk):
    published(desk)
    word = desk.download()
    word.change("保存十年", "保存拾年")
    desk.upload(word.data())
    refused = desk.accept(0, way="correct")
    assert refused.status_code == 400
    assert "原因" in refused.get_data(as_text=True)
    assert desk.accept(0, way="correct", why="统一写法").status_code == 302
    assert "保存拾年" in desk.file
    assert "统一写法" in text_of(desk.client, f"/edit/history/{ID}")


def test_the_same_file_has_no_changes(desk):
    desk.upload(desk.download().data())
    assert "没有不同" in desk.shown


@pytest.mark.parametrize(
    ("data", "name", "status"),
    [
        (b"PK\x03\x04 broken", "a.docx", 422),
        (b"%PDF-", "a.docx", 400),
        (b"PK\x03\x04", "a.exe", 400),
    ],
)
def test_what_is_no_word_file_is_refused(desk, data, name, status):
    assert desk.upload(data, name).status_code == status


def test_another_documents_file_is_refused(make_workspace):
    other = "管理制度/甲办法"
    files = {ID: HEAD + BODY, other: HEAD.replace("用印办法", "甲办法") + "\n1. 甲。\n"}
    desk = Desk(make_workspace(files))
    data = desk.client.get(f"/word/{other}", base_url=BASE).data
    answer = desk.upload(data)
    assert answer.status_code == 422
    assert "另一份文档" in answer.get_data(as_text=True)


def test_only_editors_and_only_ones_own_upload(desk):
    word = desk.download()
    word.change("保存十年", "保存十五年")
    desk.upload(word.data())
    reader = log_in(desk.app, "yuan")
    assert reader.get(desk.page, base_url=BASE).status_code == 403
    colleague = log_in(desk.app, "xi")
    assert colleague.get(desk.address, base_url=BASE).status_code == 404
    bad = f"{desk.page}?upload=" + "0" * 32
    assert desk.client.get(bad, base_url=BASE).status_code == 404


def test_one_change_in_any_printed_document_is_one_line_of_its_file(starter):
    """Forms, summaries with figures, pledges: whatever the layout, only that line changes."""
    seen = {}
    for entry in starter.entries:
        seen.setdefault(f"{entry.meta.kind} {entry.id[-1]}", entry)
    jobs = []
    for entry in seen.values():
        document = starter.load(entry)
        printed = render_document(starter, entry, measure=False).data
        jobs.append((entry, document, printed, *changed_somewhere(document, printed)))
    files = [(data, "a.docx") for job in jobs for data in (job[2], job[3])]
    read = [one.pieces for one in read_back(files, starter.kinds)]
    for at, (entry, document, _, _, text) in enumerate(jobs):
        ours, theirs = (pieces(document.kind) for pieces in read[2 * at : 2 * at + 2])
        plan = make_plan(starter, entry, document, ours, theirs)
        assert len(plan.changes) == 1, entry.id
        before, after = document.source.split("\n"), plan.accept([0]).split("\n")
        assert len(before) == len(after), entry.id
        lines = [(a, b) for a, b in zip(before, after, strict=True) if a != b]
        assert len(lines) == 1, (entry.id, text, lines)
        assert "【改】" in lines[0][1]
        assert lines[0][1].replace("【改】", text, 1) == lines[0][0]


@pytest.mark.skipif(shutil.which("soffice") is None, reason="no LibreOffice here")
def test_saving_it_in_another_program_changes_nothing(desk, tmp_path):
    path = tmp_path / "存过.docx"
    path.write_bytes(desk.download().data())
    (tmp_path / "out").mkdir()
    saved = convert([path], "docx", tmp_path / "out", 120)[path]
    assert saved.read_bytes() != path.read_bytes()
    desk.upload(saved.read_bytes())
    assert "没有不同" in desk.shown


def changed_somewhere(document, printed: bytes) -> tuple[bytes, str]:
    """The printed file with six characters of one clause changed, and those characters."""
    word = Word(printed)
    blocks = [b for b in document.body.root.walk_blocks() if b.type in {"clause", "paragraph"}]
    texts = [b.text.rpartition("：")[2] for b in blocks if all(i.type == "text" for i in b.inlines)]
    texts = [text for text in texts if len(text) > 16]
    for text in texts[len(texts) // 2 :] + texts:
        for paragraph in word.document.element.body.iter(qn("w:p")):
            runs = list(paragraph.iter(qn("w:t")))
            said = "".join(run.text or "" for run in runs)
            if text[:14] in said:
                runs[0].text = said.replace(text[2:8], "【改】", 1)
                for run in runs[1:]:
                    run.text = ""
                return word.data(), text[2:8]
    raise AssertionError(document.id)
