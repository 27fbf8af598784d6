"""What a page says about its document besides the body: the values under 版面 in a Word template.

Everything here is text (or a list of texts) ready to print; a part that a document lacks is empty,
so that a template asks with `{% if 版面.页脚 %}`. The keys are the contract with the layouts.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

from generator.titles import balance_title
from store.dates import chinese_date, parse_date

if TYPE_CHECKING:
    from collections.abc import Mapping

    from store.document import Document, Meta

DRAFTS: Final = {"草案": "草案", "征求意见": "征求意见稿", "审批中": "草案", "草稿": "草稿"}
ENDED: Final = ("已废止", "已失效")
SHORT_HASH: Final = 8
_BLANK_ROWS: Final = 18
_PERSONAL: Final = "个人"
_SUMMARY: Final = 220
_GAP: Final = "　"


def page_facts(
    document: Document,
    company: Mapping[str, str],
    values: Mapping[str, object],
    *,
    title_line: float = 0,
    cover_line: float = 0,
) -> dict[str, object]:
    """The values under 版面.

    Args:
        document: The document to print.
        company: The table [公司] of wenshu.toml.
        values: Front matter and what was given on the command line, by name.
        title_line: How many characters of the title fit into a line; 0 leaves it as it is.
        cover_line: The same for the title on a cover.
    """
    meta = document.meta
    unit = meta.issued_by or company.get("名称", "")
    short = document.content_hash[:SHORT_HASH]
    personal = meta.subject == _PERSONAL
    return {
        "标题": balance_title(meta.title, title_line),
        "封面标题": balance_title(meta.title, cover_line),
        "附件": attachments(values.get("附件说明")),
        "单位": unit,
        "发布日期": _day(meta.published),
        "生效日期": _day(meta.effective),
        "题注": _note(document, values),
        "修订记录": revisions(meta),
        "页眉": _GAP.join(part for part in (unit, meta.title) if part),
        "页脚": _GAP.join(_identity(meta)),
        "表头": bool(_identity(meta)),
        "表头左": _GAP.join(_identity(meta)[:2]) if meta.number else "",
        "表头右": f"生效日期：{_day(meta.effective)}" if meta.effective else "",
        "署名": _signer(document, unit, values),
        "成文日期": _signing_day(meta, values),
        "个人": personal,
        "对象": "集体" if meta.subject == "集体" else "个人",
        "集体": meta.subject == "集体",
        "对象名": "集体名称" if meta.subject == "集体" else "姓　名",
        "对象值": str(values.get("集体名称" if meta.subject == "集体" else "姓名") or ""),
        "本人": str(values.get("姓名") or "本人"),
        "摘要": _summary(document) if document.kind.slug == "deeds-report" else "",
        "短码": short,
        "印发日期": _given_day(values.get("印发日期")),
        "文号": str(values.get("文号") or meta.number),
        "核对": _GAP.join([*_identity(meta), f"文本校验码 {short}"]),
        "文件": _exact(meta, short),
        "人员": people(values.get("人员"), values.get("行数")),
    }


def revisions(meta: Meta) -> list[dict[str, str]]:
    """The rows of the table of revisions; a first issue alone needs none."""
    if len(meta.revisions) < 2:
        return []
    return [
        {
            "版本": revision.version,
            "日期": revision.date.isoformat() if revision.date else "",
            "说明": revision.note,
            "修订人": revision.revised_by,
            "批准人": revision.approved_by,
        }
        for revision in meta.revisions
    ]


def attachments(listed: object) -> list[dict[str, str]]:
    """The lines of 附件说明: one is named alone, several are numbered (GB/T 9704-2012, 7.3.4)."""
    if isinstance(listed, str):
        listed = [name.strip() for name in listed.replace("\n", "；").split("；")]
    names = [str(name) for name in listed if name] if isinstance(listed, list | tuple) else []
    if len(names) == 1:
        return [{"字头": "附件：", "名称": names[0]}]
    return [
        {"字头": f"{'附件：' if number == 1 else '　　　'}{number}.", "名称": name}
        for number, name in enumerate(names, 1)
    ]


def watermark(meta: Meta, in_force: bool | None, day: date | None = None) -> str:  # noqa: FBT001
    """What stands slanting behind the text of what is not in force; empty for what is."""
    if meta.status in DRAFTS:
        return DRAFTS[meta.status]
    if meta.status in ENDED:
        return meta.status
    if in_force is False:
        start = meta.effective or meta.published
        today = day or date.today()  # noqa: DTZ011 - the office's own day
        return "尚未施行" if start is not None and start > today else "已废止"
    return ""


def people(listed: object, rows: object) -> list[dict[str, str]]:
    """The rows of a sheet: the people given, else so many empty ones."""
    names = ("姓名", "部门", "岗位")
    found: list[dict[str, str]] = []
    for number, person in enumerate(listed if isinstance(listed, list | tuple) else (), 1):
        texts = (
            {name: str(person.get(name) or "") for name in names}
            if isinstance(person, dict)
            else {"姓名": str(person), "部门": "", "岗位": ""}
        )
        found.append({"序号": str(number), **texts})
    if found:
        return found
    count = int(str(rows)) if str(rows).isdigit() and 0 < int(str(rows)) <= 2000 else _BLANK_ROWS
    return [{"序号": str(number), **dict.fromkeys(names, "")} for number in range(1, count + 1)]


def _day(day: date | None) -> str:
    return chinese_date(day) if day else ""


def _identity(meta: Meta) -> list[str]:
    """Number, version and effective day, as the footer names a text."""
    parts = []
    if meta.number:
        parts.append(f"编号：{meta.number}")
    if meta.version:
        parts.append(f"版本：{meta.version}")
    if meta.effective:
        parts.append(f"{_day(meta.effective)}起施行")
    return parts


def _exact(meta: Meta, short: str) -> str:
    """The words that tie a signature to one exact text."""
    inner = "，".join([*_identity(meta), f"文本校验码 {short}"])
    return f"《{meta.title}》（{inner}）"


def _note(document: Document, values: Mapping[str, object]) -> str:
    """The line under the title."""
    meta = document.meta
    given = values.get("副标题")
    if given:
        return str(given)
    if document.kind.slug in {"policy", "code-of-conduct"}:
        days = [
            f"{_day(meta.published)}发布" if meta.published else "",
            f"{_day(meta.effective)}起施行" if meta.effective else "",
        ]
        text = _GAP.join(day for day in days if day)
        return f"（{text}）" if text else ""
    if document.kind.slug == "article":
        author = values.get("作者") or meta.drafted_by or meta.department
        return _GAP.join(part for part in (str(author or ""), _day(meta.published)) if part)
    return ""


def _signer(document: Document, unit: str, values: Mapping[str, object]) -> str:
    meta = document.meta
    given = values.get("署名")
    if given:
        return str(given)
    if document.kind.slug == "year-end-summary":
        if meta.subject == _PERSONAL:
            return meta.drafted_by or meta.department
        if meta.subject == "部门" and meta.department:
            return f"{unit}{meta.department}" if meta.department not in unit else unit
    return unit or meta.department


def _signing_day(meta: Meta, values: Mapping[str, object]) -> str:
    for name in ("成文日期", "日期"):
        if given := _given_day(values.get(name)):
            return given
    return _day(meta.published or meta.effective)


def _given_day(value: object) -> str:
    """A day that front matter or the command line gives, as a page says it."""
    if isinstance(value, date):
        return chinese_date(value)
    text = str(value or "").strip()
    try:
        return chinese_date(parse_date(text))
    except ValueError:
        return text


def _summary(document: Document) -> str:
    """The opening of a deeds report, for the form's box."""
    texts: list[str] = []
    for block in document.body.root.walk_blocks():
        if block.type in {"paragraph", "clause"} and block.text:
            texts.append(block.text)
        if sum(map(len, texts)) > _SUMMARY:
            break
    return _cut("".join(texts))


def _cut(text: str) -> str:
    """At most so many characters, ended at a full stop."""
    if len(text) <= _SUMMARY:
        return text
    end = text.rfind("。", 0, _SUMMARY)
    return text[: end + 1] if end > _SUMMARY // 2 else text[: _SUMMARY - 1] + "…"
