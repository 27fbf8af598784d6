"""Attachments through the page: types, sizes, names, previews, and the document's rights."""

from __future__ import annotations

import io
import re
import shutil
import threading

import pytest
from tools_web import BASE, csrf, log_in, make_app, post, text_of

from web import previews

ID = "管理制度/甲"
SECRET = "管理制度/密"
TEXT = "---\n标题: 甲\n类别: 管理制度\n状态: 现行\n生效日期: 2024-01-01\n---\n\n1. 条文。\n"
HIDDEN = """---
标题: 密
类别: 管理制度
状态: 现行
生效日期: 2024-01-01
密级: 商密
附件:
  - {名称: 秘密, 文件: 附件/密.txt, 类型: 其他}
---

1. 机密。
"""
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c63"
    "606060f80f0001040100a5f645400000000049454e44ae426082"
)


def pdf(pages: int = 2) -> bytes:
    """A PDF with a word on each page, written by hand."""
    objects = ["<< /Type /Catalog /Pages 2 0 R >>"]
    kids = " ".join(f"{4 + 2 * n} 0 R" for n in range(pages))
    objects.append(f"<< /Type /Pages /Kids [{kids}] /Count {pages} >>")
    objects.append("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>")
    for n in range(pages):
        stream = f"BT /F1 24 Tf 72 700 Td (Page {n + 1} text) Tj ET"
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {5 + 2 * n} 0 R "
            "/Resources << /Font << /F1 3 0 R >> >> >>"
        )
        objects.append(f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream")
    out, places = b"%PDF-1.4\n", []
    for number, text in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n{text}\nendobj\n".encode()
    start = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    out += b"".join(f"{place:010d} 00000 n \n".encode() for place in places)
    return (
        out
        + f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF".encode()
    )


@pytest.fixture
def workspace(make_workspace):
    found = make_workspace({ID: TEXT, SECRET: HIDDEN})
    (found.kb / "管理制度/附件").mkdir()
    (found.kb / "管理制度/附件/密.txt").write_text("秘密内容", encoding="utf-8")
    return found


@pytest.fixture
def app(workspace):
    return make_app(workspace.root, people=True)


def upload(client, *files: tuple[bytes, str], doc: str = ID, **more: str):
    page = f"/edit/files/{doc}"
    shown = text_of(client, page)
    seen = re.search(r'name="seen" value="([0-9a-f]{64})"', shown)[1]
    data = {"csrf": csrf(client, page), "seen": seen, "type": "其他", **more}
    data["files"] = [(io.BytesIO(content), name) for content, name in files]
    return client.post(page, data=data, base_url=BASE)


def test_upload_preview_download_remove_and_bring_back(app, workspace):
    client = log_in(app, "zhi")
    assert upload(client, (PNG, "章.png"), title="盖章页", type="盖章扫描件").status_code == 302
    assert (workspace.kb / "管理制度/附件/甲/章.png").read_bytes() == PNG
    assert "盖章页" in text_of(client, f"/documents/{ID}")
    shown = text_of(client, f"/attachments/show/{ID}/-/附件/甲/章.png")
    assert 'class="file-picture"' in shown
    answer = client.get(f"/files/{ID}/-/附件/甲/章.png", base_url=BASE)
    assert answer.data == PNG
    assert answer.mimetype == "image/png"
    down = client.get(f"/files/{ID}/-/附件/甲/章.png?download=1", base_url=BASE)
    assert down.headers["Content-Disposition"].startswith("attachment")
    page = f"/edit/files/{ID}"
    seen = re.search(r'name="seen" value="([0-9a-f]{64})"', text_of(client, page))[1]
    gone = post(client, f"/edit/files-remove/{ID}", page, file="附件/甲/章.png", seen=seen)
    assert gone.status_code == 302
    assert not (workspace.kb / "管理制度/附件/甲/章.png").exists()
    assert client.get(f"/files/{ID}/-/附件/甲/章.png", base_url=BASE).status_code == 404
    assert "盖章页" in text_of(client, "/edit/bin")
    assert post(client, "/edit/files-restore", "/edit/bin", number="1").status_code == 302
    assert (workspace.kb / "管理制度/附件/甲/章.png").read_bytes() == PNG


def test_a_pdf_is_shown_page_by_page(app):
    client = log_in(app, "zhi")
    upload(client, (pdf(2), "制度.pdf"))
    shown = text_of(client, f"/attachments/show/{ID}/-/附件/甲/制度.pdf")
    assert shown.count('class="file-page"') == 2
    assert "Page 2 text" in shown
    for number in (1, 2):
        address = f"/attachments/page/{number}/{ID}/-/附件/甲/制度.pdf"
        picture = client.get(address, base_url=BASE)
        assert picture.data.startswith(b"\x89PNG\r\n")
        assert len(picture.data) > 2000
    assert (
        client.get(f"/attachments/page/3/{ID}/-/附件/甲/制度.pdf", base_url=BASE).status_code == 404
    )


def test_a_broken_pdf_can_still_be_downloaded(app):
    client = log_in(app, "zhi")
    upload(client, (b"%PDF-1.4 nothing more", "坏.pdf"))
    assert "打不开" in text_of(client, f"/attachments/show/{ID}/-/附件/甲/坏.pdf")


def word_file() -> bytes:
    from docx import Document  # noqa: PLC0415

    document = Document()
    document.add_paragraph("第一条 附件里的条文，写得清清楚楚。")
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def test_a_word_file_is_text_without_libreoffice(app, monkeypatch):
    monkeypatch.setattr("web.previews.find_office", lambda: None)
    client = log_in(app, "zhi")
    upload(client, (word_file(), "条文.docx"), ("一二三".encode("gb18030"), "说明.txt"))
    shown = text_of(client, f"/attachments/show/{ID}/-/附件/甲/条文.docx")
    assert "写得清清楚楚" in shown
    assert "没有安装 LibreOffice" in shown
    assert "一二三" in text_of(client, f"/attachments/show/{ID}/-/附件/甲/说明.txt")


@pytest.mark.skipif(shutil.which("soffice") is None, reason="no LibreOffice here")
def test_a_word_file_is_shown_as_its_pages(app):
    client = log_in(app, "zhi")
    upload(client, (word_file(), "条文.docx"))
    shown = text_of(client, f"/attachments/show/{ID}/-/附件/甲/条文.docx")
    assert 'class="file-page"' in shown
    assert "写得清清楚楚" in shown


@pytest.mark.parametrize(
    ("data", "name", "said"),
    [
        (b"MZ", "程序.exe", "可以作附件的文件"),
        (b"<script>", "页面.html", "可以作附件的文件"),
        (b"<svg/>", "图.svg", "可以作附件的文件"),
        (b"MZ\0", "伪装.pdf", "不符"),
        (b"a\0b", "二进制.txt", "不符"),
        (b"", "空.txt", "空的"),
        (b"%PDF-" + b"0" * (1 << 18), "大.pdf", "超过"),
    ],
)
def test_what_is_not_taken(app, workspace, monkeypatch, data, name, said):
    monkeypatch.setattr("web.pages.edit_files.MAX_FILE", 1 << 18)
    client = log_in(app, "zhi")
    answer = upload(client, (PNG, "好.png"), (data, name))
    assert answer.status_code == 400
    assert said in answer.get_data(as_text=True)
    assert not (workspace.kb / "管理制度/附件/甲").exists()


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("../../../逃.png", "逃.png"),
        ("a<b>:c|?.png", "a_b__c__.png"),
        ("CON.png", "_CON.png"),
        ("..png", None),
        ("长" * 200 + ".png", "长" * 60 + ".png"),
    ],
)
def test_names_are_made_safe(app, workspace, sent, kept):
    client = log_in(app, "zhi")
    upload(client, (PNG, sent))
    folder = workspace.kb / "管理制度/附件/甲"
    names = [path.name for path in folder.iterdir()] if folder.is_dir() else []
    assert names == ([kept] if kept else names)
    assert all(not name.startswith(".") for name in names)
    assert not list(workspace.root.rglob("逃.png")) or names == ["逃.png"]


def test_somebody_else_saved_in_between(app, workspace):
    client = log_in(app, "zhi")
    page = f"/edit/files/{ID}"
    data = {"csrf": csrf(client, page), "seen": "0" * 64, "type": "其他"}
    data["files"] = [(io.BytesIO(PNG), "章.png")]
    assert client.post(page, data=data, base_url=BASE).status_code == 409
    assert "附件" not in (workspace.kb / f"{ID}.md").read_text(encoding="utf-8")


def test_rights_of_the_document_hold_for_its_files(app):
    editor, reader = log_in(app, "zhi"), log_in(app, "yuan")
    upload(editor, (PNG, "章.png"))
    assert reader.get(f"/files/{ID}/-/附件/甲/章.png", base_url=BASE).status_code == 200
    assert "管理附件" not in text_of(reader, f"/attachments/show/{ID}/-/附件/甲/章.png")
    for address in (f"/files/{SECRET}/-/附件/密.txt", f"/attachments/show/{SECRET}/-/附件/密.txt"):
        assert reader.get(address, base_url=BASE).status_code == 403
        assert editor.get(address, base_url=BASE).status_code == 200
    assert reader.get(f"/edit/files/{ID}", base_url=BASE).status_code == 403
    answer = post(reader, f"/edit/files-remove/{ID}", "/account/", file="附件/甲/章.png")
    assert answer.status_code == 403


def test_no_document_lends_its_rights_to_anothers_file(workspace):
    """Who may write a summary can name any file in it; that opens nothing."""
    body = (
        "---\n标题: 总结\n类别: 年终总结\n部门: 客户部\n期间: 2025年\n状态: 草稿\n"
        "附件:\n  - {名称: 偷, 文件: 管理制度/附件/密.txt}\n---\n\n"
        "![](管理制度/密.md)\n\n![](管理制度/附件/密.txt)\n"
    )
    (workspace.kb / "总结.md").write_text(body, encoding="utf-8")
    client = log_in(make_app(workspace.root, people=True), "fu")
    for name in ("管理制度/附件/密.txt", "管理制度/密.md", "../wenshu.toml"):
        for address in (f"/files/总结/-/{name}", f"/attachments/show/总结/-/{name}"):
            assert client.get(address, base_url=BASE).status_code == 404, address


def test_when_too_many_previews_are_made_one_can_still_download(app, monkeypatch):
    busy = threading.BoundedSemaphore(1)
    busy.acquire()
    monkeypatch.setattr("web.previews._waiting", busy)
    client = log_in(app, "zhi")
    upload(client, (pdf(1), "制度.pdf"))
    assert "预览太多" in text_of(client, f"/attachments/show/{ID}/-/附件/甲/制度.pdf")
    busy.release()
    assert 'class="file-page"' in text_of(client, f"/attachments/show/{ID}/-/附件/甲/制度.pdf")


def test_no_text_of_ones_own_prints_the_pictures_of_a_hidden_one(workspace):
    """A page, a file of the API, Word and PDF alike; one's own pictures are printed."""
    folder = workspace.kb / "管理制度"
    (folder / "图").mkdir()
    for name in ("图/密 (1).png", "附件/密.png", "图/自.png"):
        (folder / name).write_bytes(PNG)
    hidden = HIDDEN.replace("密.txt", "密.png") + "\n![流程](<图/密 (1).png>)\n"
    (folder / "密.md").write_text(hidden, encoding="utf-8")
    text = "---\n标题: 总结\n类别: 年终总结\n部门: 客户部\n期间: 2025年\n状态: 草稿\n---\n\n"
    for at, name in enumerate(("图/密%20(1).png", "附件/密.png", "图/自.png")):
        body = f"{text}正文。\n\n![图](管理制度/{name})\n"
        (workspace.kb / f"总结{at}.md").write_text(body, encoding="utf-8")
    app = make_app(workspace.root, people=True)
    client, editor = log_in(app, "fu"), log_in(app, "zhi")
    for at, refused in ((0, True), (1, True), (2, False)):
        wanted = 403 if refused else 200
        assert editor.get(f"/word/总结{at}", base_url=BASE).status_code == 200
        assert client.get(f"/word/总结{at}", base_url=BASE).status_code == wanted
        assert client.get(f"/api/render/总结{at}", base_url=BASE).status_code == wanted
    assert client.get("/pdf/总结0", base_url=BASE).status_code == 403
    assert client.get("/files/总结1/-/管理制度/附件/密.png", base_url=BASE).status_code == 404
    for name in ("管理制度/图/密%20(1).png", "管理制度/图/密%2520(1).png"):
        assert client.get(f"/files/总结0/-/{name}", base_url=BASE).status_code == 404
    assert client.get("/files/总结2/-/管理制度/图/自.png", base_url=BASE).status_code == 200


def test_a_preview_that_was_cut_off_is_put_right(tmp_path):
    folder, place = tmp_path / "kept", tmp_path / "new"
    folder.mkdir()
    (folder / "0.png").write_bytes(b"half")
    place.mkdir()
    (place / "about.json").write_text("{}", encoding="utf-8")
    (place / "1.png").write_bytes(PNG)
    assert previews._keep(place, folder)
    assert {path.name for path in folder.iterdir()} == {"about.json", "1.png"}
    place.joinpath("about.json").write_text("[]", encoding="utf-8")
    assert previews._keep(place, folder)  # another was first
    assert (folder / "about.json").read_text(encoding="utf-8") == "{}"
