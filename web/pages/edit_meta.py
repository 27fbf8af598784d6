"""The form for what stands in front of a document: metadata without YAML."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from flask import flash, redirect, render_template, request, url_for

from store import frontmatter, history, publishing
from store.dates import parse_date
from store.exceptions import ConflictError, InvalidValue, WenshuError
from store.files import decode
from store.history import acting_as
from store.placeholders import UnfinishedText, refuse_unfilled
from store.schema import ALIASES, BY_ATTRIBUTE, convert
from web import metacheck, metaform
from web.pages.editing import blueprint, entry_to_edit
from web.site import note, person, renew_view, rights, site, view

if TYPE_CHECKING:
    from datetime import date

    from werkzeug.wrappers import Response

    from store.catalogue import Entry
    from store.document import Meta
    from web.metaform import Values

_DATA_SUFFIXES: Final = frozenset({".yaml", ".yml", ".xlsx", ".xls", ".csv", ".ods", ".toml"})
FINISHED: Final = "定稿"


@blueprint.get("/meta/<path:doc_id>")
def meta(doc_id: str) -> str:
    """The form for what stands in the front matter."""
    entry = entry_to_edit(doc_id)
    return _form(entry, _values(entry.meta), {}, entry.hash)


def _values(found: Meta) -> Values:
    kind = view().workspace.kinds.get(found.kind)
    return metaform.from_meta(found, kind.name if kind else "")


def _form(
    entry: Entry, values: Values, errors: dict[str, str], seen: str, *, error: str = "",
    blank: str = "",
) -> str:  # fmt: skip
    workspace = view().workspace
    kind = workspace.find_kind(values.single["kind"])
    everything = rights().sees_everything
    return render_template(
        "meta.html",
        entry=entry,
        values=values,
        errors=errors,
        error=error,
        seen=seen,
        blank=blank,
        groups=metaform.GROUPS,
        tables=metaform.TABLES,
        due=metaform.DUE_PROCESS,
        texts=metaform.TEXTS,
        fields=BY_ATTRIBUTE,
        days=metaform.DAYS,
        kinds=[one.name for one in workspace.kinds.values()],
        statuses=kind.statuses if kind else (),
        levels=rights().levels,
        departments=sorted({e.meta.department for e in view().entries} - {""}),
        everything=everything,
        sets=rights().sets,
        extra={key: frontmatter.dump_value(value) for key, value in entry.meta.extra.items()},
    )


@blueprint.post("/meta/<path:doc_id>")
def meta_save(doc_id: str) -> Response | str | tuple[str, int]:
    """Save the form, or give it one row more or less."""
    entry = entry_to_edit(doc_id)
    seen = request.form.get("seen", "")
    values = metaform.from_form(request.form, _values(entry.meta))
    if "add" in request.form or "remove" in request.form:
        _without_row(values, request.form.get("remove", ""))
        return _form(entry, values, {}, seen, blank=request.form.get("add", ""))
    if seen != entry.hash:
        return _conflict(entry, values, seen), 409
    return _save(entry, values, seen)


def _without_row(values: Values, name: str) -> None:
    """Take a row out by its name: `revisions-2`."""
    attribute, _, at = name.rpartition("-")
    rows = values.rows.get(attribute, [])
    if at.isdecimal() and int(at) < len(rows) and attribute != "due_process":
        rows.pop(int(at))


def _save(entry: Entry, values: Values, seen: str) -> Response | tuple[str, int]:
    workspace = view().workspace
    attributes = metaform.changed(_values(entry.meta), values)
    errors = _errors(entry, values, attributes)
    if errors:
        return _form(entry, values, errors, seen), 400
    finishing = _finishes(values, attributes)
    freezing = finishing and bool(values.rows["data"])
    written = [name for name in attributes if not (freezing and name == "status")]
    text = workspace.read(entry)[0]
    edited = frontmatter.edit(text, metaform.to_write(written, values, entry.meta.raw), ALIASES)
    frozen = False
    try:
        if finishing:
            slug = kind.slug if (kind := workspace.find_kind(values.single["kind"])) else ""
            refuse_unfilled(entry.id, edited, slug)  # before anything is written
        with acting_as(person().name):
            if edited != text:
                publishing.save_text(site().library.for_writing(), entry.id, edited, expected=seen)
            if freezing:
                from store.concluding import conclude  # noqa: PLC0415 - few requests

                frozen = conclude(site().library.for_writing(), entry.id)
    except ConflictError:
        return _conflict(renew_view().entry(entry.id), values, seen), 409
    except UnfinishedText as error:
        return _form(entry, values, {"status": f"{error.message}{error.hint}"}, seen), 400
    except WenshuError as error:
        now = renew_view().entry(entry.id)
        return _form(now, values, {}, now.hash, error=f"{error.message}{error.hint}"), 400
    note("修改信息", entry.id, "、".join(BY_ATTRIBUTE[name].name for name in attributes))
    renew_view()
    done = "已定稿，数字已封存。" if frozen else "已定稿。"
    flash(done if finishing else "信息已保存。", "good")
    return redirect(url_for("document.show", doc_id=entry.id))


def _finishes(values: Values, attributes: list[str]) -> bool:
    """Whether a document without a life cycle becomes 定稿, which it also is without a status."""
    kind = view().workspace.find_kind(values.single["kind"])
    plain = kind is None or not kind.life_cycle
    return plain and "status" in attributes and values.single["status"] in {"", FINISHED}


def _errors(entry: Entry, values: Values, attributes: list[str]) -> dict[str, str]:
    """What is wrong, by the name of the control beside which it is said."""
    workspace = view().workspace
    kind = workspace.find_kind(values.single["kind"])
    found = metacheck.errors(
        values, attributes, kind=kind, levels=rights().levels, find_kind=workspace.find_kind
    )
    for name in attributes:
        if not rights().sets(name):
            found[name] = "这一项只有制度管理员能改。"
    for attribute, column in (("data", "value"), ("attachments", "file")):
        if attribute in attributes:
            found |= _bad_files(entry, values, attribute, column)
    return found


def _bad_files(entry: Entry, values: Values, attribute: str, column: str) -> dict[str, str]:
    """Files that were not named before must lie in the library, and be no documents."""
    before = {row[column] for row in _values(entry.meta).rows[attribute]}
    found = {}
    for at, row in enumerate(values.rows[attribute]):
        name = row[column]
        if name in before:
            continue
        if why := why_not_file(entry, name, data=attribute == "data"):
            found[f"{attribute}-{at}-{column}"] = why
    return found


def why_not_file(entry: Entry, name: str, *, data: bool) -> str:
    """Why a file may not be named in the table: it is none, lies elsewhere, or may be hidden."""
    root = (site().library.root / "kb").resolve()
    path = (entry.path.parent / name).resolve()
    suffix = PurePosixPath(name).suffix.lower()
    if not rights().sees_everything:
        return "请用上传的办法添加文件。"
    if not name or not path.is_relative_to(root) or (data and suffix not in _DATA_SUFFIXES):
        return "请写资料库里的文件，例如 数据/指标.yaml。" if data else "请写资料库里的文件。"
    if suffix == ".md" or not path.is_file():
        return f"没有找到文件“{name[:60]}”。"
    return ""


def _conflict(entry: Entry, mine: Values, seen: str) -> str:
    """The form with both people's changes; where they meet, both are named."""
    theirs = _values(entry.meta)
    base = _base(entry, seen)
    errors: dict[str, str] = {}
    for name in metaform.changed(theirs, mine):
        changed_by_me = base is None or base.of(name) != mine.of(name)
        if not changed_by_me:
            _take(mine, theirs, name)
            errors[name] = f"别人已改为“{_shown(theirs, name)}”，这里已跟着更新。"
        elif base is None or base.of(name) != theirs.of(name):
            errors[name] = f"别人写的是“{_shown(theirs, name)}”；这里是您写的，保存时以这里为准。"
    said = "您打开以后，这份文档已被别人保存过，您的修改还没有写入。请核对标出的各项后再保存。"
    return _form(entry, mine, errors, entry.hash, error=said)


def _base(entry: Entry, seen: str) -> Values | None:
    """The front matter that a person began with, if its text was kept."""
    workspace = view().workspace
    for record in reversed(history.records(workspace, entry.id)):
        if record.hash == seen:
            text = decode(history.text_of(workspace, entry.id, record.number), entry.path)
            parsed = frontmatter.parse(text)
            return _values(convert(parsed.values, workspace.find_kind).meta)
    return None


def _take(mine: Values, theirs: Values, name: str) -> None:
    if name in theirs.rows:
        mine.rows[name] = theirs.rows[name]
    else:
        mine.single[name] = theirs.single[name]


def _shown(values: Values, name: str) -> str:
    if name not in values.rows:
        return values.single[name] or "（空）"
    rows = [" ".join(v for k, v in row.items() if v and k != "was") for row in values.rows[name]]
    return "；".join(row for row in rows if row)[:300] or "（空）"


def read_date(text: str, name: str) -> date | None:
    """A day from a form.

    Raises:
        InvalidValue: It is none.
    """
    if not text.strip():
        return None
    try:
        return parse_date(text)
    except ValueError:
        raise InvalidValue(f"{name}“{text[:40]}”无法识别，请写成 2024-01-05。") from None
