"""What an import did, as Markdown for people and as the JSON of DESIGN.md for programs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from importer.choices import is_written
from store.kinds import OTHER

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from importer.model import Draft, Figure
    from importer.result import Result, Source
    from store.kinds import Kind


def result_json(result: Result) -> dict[str, Any]:
    """The object that `wenshu import --json` prints."""
    return {"sources": [_source(source) for source in result.sources]}


def _source(source: Source) -> dict[str, Any]:
    return {
        "path": source.path,
        "encoding": source.encoding or None,
        "error": source.error or None,
        "unchanged": source.unchanged,
        "documents": [_document(draft, source.documents) for draft in source.documents],
    }


def _document(draft: Draft, siblings: Sequence[Draft]) -> dict[str, Any]:
    return {
        "id": draft.id,
        "path": draft.path or None,
        "title": draft.title,
        "kind": draft.kind,
        "confidence": draft.confidence,
        "line": draft.line,
        "parent": siblings[draft.parent].id if draft.parent >= 0 else None,
        "clauses": draft.clauses,
        "metrics": [_figure(figure) for figure in draft.figures],
        "warnings": [
            {"line": doubt.line, "code": doubt.code, "message": doubt.message}
            for doubt in draft.doubts
        ],
        "reasons": draft.reasons,
        "action": draft.action or None,
    }


def _figure(figure: Figure) -> dict[str, Any]:
    return {
        "name": figure.name,
        "value": _number(figure.value),
        "unit": figure.unit,
        "as_of": figure.as_of or None,
        "change_from_year_start": _number(figure.change),
        "completion_percent": _number(figure.completion),
        "yoy_percent": _number(figure.yoy),
        "share_percent": _number(figure.share),
        "approximate": figure.approximate or None,
        "line": figure.line,
        "text": figure.text,
    }


def _number(value: object) -> int | float | None:
    """A decimal as a JSON number, whole where it is whole."""
    if value is None:
        return None
    text = f"{value:f}"
    return float(text) if "." in text else int(text)


def count_clauses(draft: Draft) -> int:
    """How many numbered pieces a document has, nested ones included."""

    def count(clauses: object) -> int:
        listed = clauses if isinstance(clauses, list) else []
        return sum(1 + count(clause.get("children")) for clause in listed)

    return count(draft.clauses)


def report_markdown(result: Result, stamp: datetime, kinds: Mapping[str, Kind]) -> str:
    """The report: every document, and every doubt with its line in the source."""
    drafts = result.documents
    new = [draft for draft in drafts if is_written(draft)]
    doubts = sum(len(draft.doubts) for draft in new)
    summary = (
        f"{stamp:%Y-%m-%d %H:%M}，共 {len(result.sources)} 个文件，导入 {len(new)} 份文档，"
        f"存疑 {doubts} 处，未能读取 {len(result.failed)} 个文件。"
    )
    lines = [
        "# 导入报告",
        "",
        summary,
        "",
        "导入的制度类文档状态都是“效力待确认”，核对后请补上生效日期并改为“现行”。",
        "",
        "| 文档 | 类别 | 把握 | 条目 | 存疑 | 来源 |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for source in result.sources:
        lines += [
            f"| {_cell(draft.id)} | {_kind(draft, kinds)} | {draft.confidence:.0%} | {count_clauses(draft)} | {len(draft.doubts)} | {_cell(source.name)} 第{draft.line}行 |"  # noqa: E501
            for draft in source.documents
            if is_written(draft)
        ]
    lines += ["", *_failures(result), *_groups(result)]
    for source in result.sources:
        for draft in source.documents:
            if is_written(draft):
                lines += _doubts(draft, source, kinds)
    return "\n".join(lines).rstrip() + "\n"


def _kind(draft: Draft, kinds: Mapping[str, Kind]) -> str:
    """A kind's name for people."""
    return kinds.get(draft.kind, OTHER).name


def _named(reason: str, kinds: Mapping[str, Kind]) -> str:
    """A reason with the names of kinds in place of their slugs."""
    return re.sub(r"“([a-z-]+)”", lambda match: f"“{kinds.get(match[1], OTHER).name}”", reason)


def _failures(result: Result) -> list[str]:
    lines = []
    if result.failed:
        lines += ["## 未能读取的文件", ""]
        lines += [f"- {_plain(source.path)}：{_plain(source.error)}" for source in result.failed]
        lines.append("")
    same = [source for source in result.sources if source.unchanged]
    if same:
        lines += ["## 没有变化的文件", ""]
        lines += [
            f"- {_plain(source.path)}"
            + (f"（与 {_plain(source.twin)} 完全相同）" if source.twin else "")
            for source in same
        ]
        lines.append("")
    return lines


def _groups(result: Result) -> list[str]:
    if not result.groups:
        return []
    lines = ["## 内容相近的文档（拟作同一文档的不同版本，没有自动合并）", ""]
    for group in result.groups:
        lines.append(f"- {'、'.join(map(_plain, group.ids))}（相近程度 {group.likeness:.0%}）")
        lines += [f"    - {_plain(text)}" for text in group.differences]
    return [*lines, ""]


def _doubts(draft: Draft, source: Source, kinds: Mapping[str, Kind]) -> list[str]:
    lines = [f"## {_plain(draft.id)}", "", f"来源：{_plain(source.path)}，第 {draft.line} 行起。"]
    reasons = "；".join(_plain(_named(reason, kinds)) for reason in draft.reasons[:4])
    lines += [f"判断为“{_kind(draft, kinds)}”：{reasons}。", ""]
    if draft.places:
        lines += [f"待填的地方：{'、'.join(map(_plain, draft.places))}。", ""]
    if draft.figures:
        lines += [f"指标 {len(draft.figures)} 个，存在“数据”文件夹中。", ""]
    lines += [
        f"- 第 {doubt.line} 行（{doubt.code}）：{_plain(doubt.message)}" for doubt in draft.doubts
    ]
    return [*lines, ""]


def _plain(text: str) -> str:
    return text.replace("\n", " ").replace("<", "&lt;").replace("*", "\\*").replace("_", "\\_")


def _cell(text: str) -> str:
    return _plain(text).replace("|", "\\|")
