"""Files through the API: Word and PDF, batches, booklets, sending lists."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Final

from flask import send_file

from generator.templates import available
from store.exceptions import UsageError
from web import gate
from web import making as files
from web.api.parameters import FORMAT, TEMPLATE
from web.api.shapes import FILE, FLAG, form, listed, one_of, ref, text
from web.api.table import exact, route
from web.attached import refuse_pictures
from web.pages.printing import as_pdf, file_name, pdf, word
from web.rights import Act
from web.site import note, view
from web.uploads import DOCX_TYPE, SHEETS, WORD, XLSX_TYPE, on_disk, suffix_of

if TYPE_CHECKING:
    from flask import Response
    from werkzeug.datastructures import FileStorage

    from store.catalogue import Entry
    from web.api.table import Call

_PDF: Final = "application/pdf"
_ZIP: Final = "application/zip"
_CSV: Final = "text/csv"
_VALUES: Final = {
    "type": "object",
    "additionalProperties": {"type": ["string", "integer", "number", "boolean"], "maxLength": 4000},
    "maxProperties": 200,
}
_LENGTHS: Final = ("", "详版", "简版", "一页版")


@route("GET", "/render/{id}", "Word 或 PDF 文件", (DOCX_TYPE, _PDF), query=(FORMAT, TEMPLATE))
def render(call: Call) -> Response:
    """The file as the page gives it; 姓名 and the other names of the page may be given too."""
    return pdf(call.id) if call.text("format") == "pdf" else word(call.id)


@route(
    "POST", "/render/{id}", "填入各项后的 Word 或 PDF 文件", (DOCX_TYPE, _PDF), act=Act.READ,
    body=form(
        format=one_of("docx", "pdf"), template=text(100), values=_VALUES, blank=FLAG,
        length=one_of(*_LENGTHS),
    ),
)  # fmt: skip
def render_with(call: Call) -> Response:
    """The file with values, as `wenshu render --set` makes it."""
    from generator.render import render_document  # noqa: PLC0415 - slow to import

    entry = view().entry(call.id)
    refuse_pictures(view(), entry)
    with gate.outside():
        made = render_document(
            view().workspace,
            entry,
            template=_template(entry, call.text("template")),
            values=call.table("values"),
            blank=call.flag("blank"),
            length=call.text("length") or None,
        )
    name = file_name(entry)
    if call.text("format") == "pdf":
        note("下载 PDF", entry.id)
        return _file(as_pdf(made.data), f"{name}.pdf", _PDF)
    note("下载 Word", entry.id)
    return _file(made.data, f"{name}.docx", DOCX_TYPE)


def _template(entry: Entry, name: str) -> str | None:
    """A template by name alone, never by a path.

    Raises:
        UsageError: The kind has none of this name.
    """
    kind = view().workspace.kinds.get(entry.meta.kind)
    if not name:
        return None
    if kind is None or name not in available(view().workspace, kind):
        raise UsageError(f"没有“{name[:40]}”这个版式。")
    return name


@route(
    "POST", "/batch", "按表格逐行生成，一行一个 Word，装成一个压缩包或合订成册",
    (_ZIP, DOCX_TYPE), act=Act.ACCOUNT,
    form=form(
        ("file",), file=FILE, word=FILE, document=text(400), template=text(100), name=text(100),
        blank=FLAG, format=one_of("zip", "docx"),
    ),
)  # fmt: skip
def batch(call: Call) -> Response:
    """A batch; how many rows failed stands in the header `Wenshu-Failed`, which in the file."""
    table = _upload(call, "file")
    assert table is not None  # the form demands it
    suffix = suffix_of(table, SHEETS, "一张表格")
    own = _upload(call, "word")
    if own is not None:
        suffix_of(own, WORD, "一个 Word 模板")
    elif not call.text("document"):
        raise UsageError("请写明文档或类别（document），或上传一个 Word 模板（word）。")
    ending = f".{call.text('format') or 'zip'}"
    wish = files.Wish(
        call.text("document"), ending, call.text("template"), call.text("name"),
        call.flag("blank"), own.read() if own is not None else b"",
    )  # fmt: skip
    with on_disk(table.read(), suffix) as path:
        made = files.make_batch(view(), path, wish)
    note("批量生成", call.text("document") or "Word 模板", f"{made.count} 份")
    answer = _file(made.data, f"批量{ending}", _ZIP if ending == ".zip" else DOCX_TYPE)
    answer.headers["Wenshu-Count"] = str(made.count)
    answer.headers["Wenshu-Failed"] = str(len({one["row"] for one in made.failed}))
    return answer


@route(
    "POST", "/messages/{id}", "短信发送名单：上传客户表，逐人写好短信；客户表不保存",
    ("application/json", XLSX_TYPE, _CSV), act=Act.ACCOUNT, as_json=ref("Messages"),
    form=form(("file",), file=FILE, scene=text(100), format=one_of("json", "xlsx", "csv")),
)  # fmt: skip
def messages(call: Call) -> Response:
    """A sending list as JSON or as a file."""
    entry = view().entry(call.id)
    suffix = suffix_of(call.file, SHEETS, "一张客户表")
    with on_disk(call.file.read(), suffix) as path:
        made = files.make_messages(view(), entry.id, call.text("scene"), path)
    note("发送名单", entry.id, f"{made.scene}，{len(made.messages)} 条")
    wanted = call.text("format") or "json"
    if wanted != "json":
        kind = XLSX_TYPE if wanted == "xlsx" else _CSV
        data = files.messages_file(made, f".{wanted}")
        return _file(data, f"发送名单-{made.scene}.{wanted}", kind)
    fields = ("phone", "text", "length", "parts")
    return exact(
        {
            "scene": made.scene,
            "messages": [{name: getattr(one, name) for name in fields} for one in made.messages],
            "failed": [
                {"row": one.row, "field": one.field or None, "message": one.message}
                for one in made.removed
            ],
        }
    )


@route(
    "POST", "/booklet", "合订成册：写明各份文档，或取一个类别现行的全部", (DOCX_TYPE,),
    act=Act.ACCOUNT,
    body=form(documents=listed(text(400, 1), files.MOST_ROWS), kind=text(100), title=text(80)),
)  # fmt: skip
def booklet(call: Call) -> Response:
    """One Word file of many documents."""
    title = call.text("title") or "文件汇编"
    data = files.make_booklet(view(), call.texts("documents"), call.text("kind"), title)
    note("合订成册", title)
    return _file(data, f"{title}.docx", DOCX_TYPE)


def _upload(call: Call, name: str) -> FileStorage | None:
    return next((file for file in call.files if file.name == name), None)


def _file(data: bytes, name: str, kind: str) -> Response:
    return send_file(io.BytesIO(data), mimetype=kind, as_attachment=True, download_name=name)
