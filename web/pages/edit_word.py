"""Edit in Word: take the file, change it, hand it in, accept what was changed, one by one."""

from __future__ import annotations

import json
import re
import secrets
import shutil
import time
from contextlib import closing, suppress
from typing import TYPE_CHECKING, Final

from flask import flash, redirect, render_template, request, url_for

from store import history, publishing
from store.exceptions import ConflictError, InputError, NotFoundError, UsageError, WenshuError
from store.files import decode, write_atomic
from store.history import acting_as
from store.kinds import OTHER
from web import gate
from web.drafts import body_of, edited, with_body
from web.pages.edit_meta import read_date
from web.pages.editing import blueprint, entry_to_edit, is_published, write_text
from web.refusals import BadUpload
from web.site import note, person, renew_view, site, view
from web.uploads import WORD, suffix_of

if TYPE_CHECKING:
    from pathlib import Path

    from werkzeug.wrappers import Response

    from store import Workspace
    from store.catalogue import Entry
    from store.kinds import Kind
    from web.comparing import Piece
    from web.returning import Plan, Returned

MAX_WORD: Final = 20 * 1024 * 1024
OF_DOCUMENT: Final = "文枢文档"
OF_TEXT: Final = "文枢原文校验"
_TOKEN: Final = re.compile(r"[0-9a-f]{32}")
_KEPT_SECONDS: Final = 24 * 3600


@blueprint.get("/word/<path:doc_id>")
def word_page(doc_id: str) -> str:
    """Download and upload; after an upload, what was changed."""
    entry = entry_to_edit(doc_id)
    token = request.args.get("upload", "")
    plan = _plan(entry, _folder(entry, token)) if token else None
    return _page(entry, token, plan)


def _page(entry: Entry, token: str = "", plan: Plan | None = None, error: str = "") -> str:
    return render_template(
        "word.html",
        entry=entry,
        token=token,
        plan=plan,
        error=error,
        seen=entry.hash,
        locked=is_published(entry),
        life=view().workspace.versions.has_life_cycle(entry),
        form=request.form,
    )


@blueprint.post("/word/<path:doc_id>")
def word_upload(doc_id: str) -> Response:
    """Keep the file that came back, and show what was changed in it."""
    entry = entry_to_edit(doc_id)
    upload = request.files.get("file")
    suffix_of(upload, WORD, "在 Word 里改好的 .docx 文件")
    assert upload is not None
    with closing(upload):
        data = upload.read(MAX_WORD + 1)
    if len(data) > MAX_WORD:
        raise BadUpload(f"文件超过 {MAX_WORD >> 20} MB。", hint="请压缩图片后再上传。")
    if not data.startswith(b"PK\x03\x04"):
        raise BadUpload("这不是 Word 的 .docx 文件，或文件已损坏。", hint="请另存为 .docx 再上传。")
    folder = _uploads() / secrets.token_hex(16)
    about = {"owner": person().name, "document": entry.id, "name": (upload.filename or "")[-80:]}
    write_atomic(folder / "about.json", json.dumps(about, ensure_ascii=False).encode())
    write_atomic(folder / "file.docx", data)
    note("上传 Word 修改稿", entry.id, about["name"])
    return redirect(url_for("edit.word_page", doc_id=entry.id, upload=folder.name))


@blueprint.post("/word-accept/<path:doc_id>")
def word_accept(doc_id: str) -> Response | tuple[str, int]:
    """Write the changes that were accepted."""
    entry = entry_to_edit(doc_id)
    token, which = request.form.get("upload", ""), request.form.get("which", "chosen")
    folder = _folder(entry, token)
    if which == "none":
        shutil.rmtree(folder, ignore_errors=True)
        flash("没有接受任何改动，文档还是原来的样子。", "good")
        return redirect(url_for("document.show", doc_id=entry.id))
    plan = _plan(entry, folder)
    if request.form.get("seen", "") != entry.hash:
        error = "对照以后这份文档又被别人保存过。下面已按现在的文本重新对照，请再看一遍。"
        return _page(entry, token, plan, error), 409
    numbers = _chosen(plan, which)
    if not numbers:
        return _page(entry, token, plan, "还没有勾选要接受的改动。"), 400
    try:
        with acting_as(person().name):
            target = _write(entry, plan.accept(numbers))
    except ConflictError as error:
        return _page(entry, token, plan, error.message), 409
    except WenshuError as error:
        return _page(entry, token, plan, f"{error.message}{error.hint}"), 400
    shutil.rmtree(folder, ignore_errors=True)
    note("接受 Word 改动", target, f"{len(numbers)} 处")
    renew_view()
    flash(f"已写入 {len(numbers)} 处改动，之前的文本可以在“历史”里取回。", "good")
    return redirect(url_for("document.show", doc_id=target))


def _chosen(plan: Plan, which: str) -> list[int]:
    """The numbers of the accepted changes."""
    can = [number for number, change in enumerate(plan.changes) if change.edits]
    if which == "all":
        return can
    sent = {int(one) for one in request.form.getlist("accept") if one.isdecimal()}
    return [number for number in can if number in sent]


def _write(entry: Entry, text: str) -> str:
    """Save in the way that the document's state asks for; gives the id of what was written.

    Raises:
        UsageError: A published text is to be changed, and neither a revision nor a reason is given.
    """
    seen = request.form.get("seen", "")
    if not is_published(entry):
        write_text(entry, text, seen, action="接受 Word 改动")
        return entry.id
    way, why = request.form.get("way", ""), request.form.get("why", "").strip()
    if way == "correct":
        if not why:
            raise UsageError("文字更正要写明原因。")
        write_text(entry, text, seen, why)
        return entry.id
    if way != "revise":
        raise UsageError("这份文本已经发布，请选择“起草修订”或“文字更正”。")
    workspace = site().library.for_writing()
    day = read_date(request.form.get("effective", ""), "生效日期")
    draft = publishing.revise(workspace, entry.id, effective=day)
    made, _, _, _, draft_seen = workspace.read(workspace.entry(draft))
    history.save(
        workspace, draft, with_body(made, body_of(text)), expected=draft_seen,
        action="接受 Word 改动",
    )  # fmt: skip
    return draft


# -- what was changed --------------------------------------------------------------


def _print(workspace: Workspace, entry: Entry) -> bytes:
    from generator.render import render_document  # noqa: PLC0415 - few requests

    return render_document(workspace, entry, measure=False).data


def _plan(entry: Entry, folder: Path) -> Plan:
    data = (folder / "file.docx").read_bytes()
    key = ("returned", entry.id, folder.name, entry.hash, view().state.number)
    return site().library.cached(key, lambda: _compare(entry, data))


def _compare(entry: Entry, data: bytes) -> Plan:
    workspace = view().workspace
    kind = workspace.kinds.get(entry.meta.kind, OTHER)
    from web.returning import make_plan  # noqa: PLC0415 - few requests

    printed = _print(workspace, entry)
    ours, theirs = _read([(printed, "原文.docx"), (data, "修改稿.docx")])
    told, base = _base(workspace, entry, kind, theirs)
    document = workspace.load(entry)
    plan = make_plan(workspace, entry, document, ours.pieces(kind), theirs.pieces(kind), base)
    plan.warnings += told
    if theirs.title != ours.title:
        plan.warnings.append(f"标题在 Word 里写作“{theirs.title}”；要改标题请到“改信息”。")
    if theirs.pictures > ours.pictures:
        plan.warnings.append("在 Word 里新加的图片没有带回来，请另存后作为附件上传。")
    return plan


def _read(files: list[tuple[bytes, str]]) -> list[Returned]:
    from web.returning import read_back  # noqa: PLC0415 - few requests

    with gate.outside():  # another process reads them
        return read_back(files, view().workspace.kinds)


def _base(
    workspace: Workspace, entry: Entry, kind: Kind, theirs: Returned
) -> tuple[list[str], list[Piece] | None]:
    """What to say of the file's origin, and the text it was made from if that is another one.

    Raises:
        InputError: The file belongs to another document.
    """
    named, of_text = theirs.facts.get(OF_DOCUMENT, ""), theirs.facts.get(OF_TEXT, "")
    if not named:
        return ["这个文件不像是从这里下载的，对照可能不准，请逐条核对。"], None
    if named != entry.id and named in view().ids:
        raise InputError(f"这是另一份文档的文件：{named}。", hint="请到那份文档的页面上传。")
    if of_text in {"", entry.hash}:
        return [], None
    for record in reversed(history.records(workspace, entry.id)):
        if record.hash == of_text:
            text = decode(history.text_of(workspace, entry.id, record.number), entry.path)
            old = edited(workspace, text)
            printed = _print(old, old.entry(entry.id))
            return (
                ["下载以后，这份文档又改过；别人改的地方没有列在下面，也不会被改回去。"],
                _read([(printed, "下载时.docx")])[0].pieces(kind),
            )
    return ["下载以后，这份文档又改过；下面是和现在的文本对照，请逐条核对。"], None


# -- files that wait --------------------------------------------------------------


def _uploads() -> Path:
    """Where files wait to be accepted; old ones are swept."""
    folder = view().workspace.cache / "returned"
    folder.mkdir(parents=True, exist_ok=True)
    for path in folder.iterdir():
        with suppress(OSError):  # another process swept it
            if path.is_dir() and time.time() - path.stat().st_mtime > _KEPT_SECONDS:
                shutil.rmtree(path, ignore_errors=True)
    return folder


def _folder(entry: Entry, token: str) -> Path:
    """The folder of an upload of this person for this document.

    Raises:
        NotFoundError: There is none, or it is another's.
    """
    gone = NotFoundError("这份上传的文件已经不在了。", hint="请重新上传。")
    if not _TOKEN.fullmatch(token):
        raise gone
    folder = view().workspace.cache / "returned" / token
    try:
        about = json.loads((folder / "about.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise gone from None
    if (about.get("owner"), about.get("document")) != (person().name, entry.id):
        raise gone
    return folder
