"""Rules on the text of one document: sections, places to fill, what each kind asks for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from store.model import Clause
from store.placeholders import placeholders
from store.templating import wants_rendering
from store.versions import DRAFT_STATUSES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from store.model import Problem, Section, Severity
    from store.subject import Subject

_PROMISE: Final = re.compile(
    r"[0-9０-９%％〇]|[一二两三四五六七八九十百千][个日天分小时次年月周%项份元]"
    r"|当[日天场]|即时|立即|随时|全程|零|不[收得予泄向以将]|绝不|严禁"
)
_VAGUE_PROMISE: Final = re.compile(r"及时|尽快|尽量|优质|热情|提高|努力|积极|按时|高效")
_PLEDGE_SECTION: Final = re.compile(r"承诺|标准|时限")
_SENTENCE: Final = re.compile(
    r"\{\{[^{}\n]*\.(?:短|详)?句\s*\}\}"
    r"(?=\s*(?:\Z|\{\{|[^\W_]|[-*+#]+\s)|[ \t]*\n[ \t]*\n)"
)
_NOT_READ: Final = re.compile(
    r"<!--.*?-->|^(`{3,}|~{3,}).*?^\1|`[^`\n]+`", re.DOTALL | re.MULTILINE
)
_JINJA: Final = re.compile(r"\{\{.+?\}\}|\{%.+?%\}", re.DOTALL)


def check_sections(subject: Subject) -> Iterator[Problem]:
    """The parts that the kind asks for; usual ones are only mentioned."""
    document = subject.document
    headings = [bare(section.heading) for section in document.body.root.walk() if section.level]
    headings += [
        bare(block.text)[:20]
        for block in document.body.root.blocks
        if isinstance(block, Clause) and block.literal
    ]
    parts: tuple[tuple[tuple[tuple[str, ...], ...], Severity, str, str], ...] = (
        (document.kind.required_sections, "error", "missing-section", "缺少"),
        (document.kind.usual_sections, "notice", "usual-section", "通常还应有"),
    )
    for groups, severity, code, word in parts:
        for group in groups:
            if not any(bare(name) in heading for name in group for heading in headings):
                message = f"{word}“{'”或“'.join(group[:3])}”部分。"
                yield subject.at(1, severity, code, message, f"请加一个标题：## {group[0]}")


def bare(text: str) -> str:
    """A text without white space, for comparing."""
    return re.sub(r"\s+", "", text)


def check_empty(subject: Subject) -> Iterator[Problem]:
    """Headings without a text, documents without a body."""
    root = subject.document.body.root
    for section in root.walk():
        if section.level and not section.blocks and not section.sections:
            message = f"“{section.title}”下面没有内容。"
            hint = "请补写，或删去这个标题。"
            yield subject.at(section.line, "warning", "empty-section", message, hint)
    if not root.blocks and not root.sections:
        hint = "请在信息表之后写正文。"
        yield subject.at(1, "error", "empty-body", "没有正文。", hint)


def check_placeholders(subject: Subject) -> Iterator[Problem]:
    """What an outline left to fill: an error once the text counts as finished."""
    drafting = subject.document.meta.status in {*DRAFT_STATUSES, "草稿", "效力待确认"}
    severity: Severity = "warning" if drafting else "error"
    for line, text in placeholders(subject.document):
        message = f"“{text}”还没有填写。"
        hint = "请换成实际内容，不需要的删去。"
        yield subject.at(line, severity, "unfilled-place", message, hint)


def check_tags(subject: Subject) -> Iterator[Problem]:
    """Tags that print as they stand because no data is named."""
    if subject.document.meta.data or wants_rendering(subject.document.source):
        return
    for section in subject.document.body.root.walk():
        for block in (block for top in section.blocks for block in top.walk()):
            if block.type not in {"code", "quote", "list"} and _JINJA.search(block.text):
                message = "正文里有 {{ }} 或 {% %}，但没有写明数据，会原样印出。"
                hint = "请在信息表中写“数据: 文件名”；确是正文时放进代码块。"
                yield subject.at(block.line, "warning", "tag-without-data", message, hint)


def check_full_stops(subject: Subject) -> Iterator[Problem]:
    """`{{ 各项存款.句 }}` prints no full stop: the author writes what stands behind it."""
    source = subject.document.source
    if not subject.document.meta.data or "句" not in source:
        return
    text = _NOT_READ.sub(lambda match: re.sub(r"[^\n]", "|", match[0]), source)
    for match in _SENTENCE.finditer(text):
        message = f"“{match[0]}”后面没有标点，印出来的句子不带句号。"
        line = text.count("\n", 0, match.start()) + 1
        yield subject.at(line, "notice", "no-full-stop", message, "请在 }} 后面写上“。”或“；”。")


def check_double_headings(subject: Subject) -> Iterator[Problem]:
    """Two headings of one name in one place."""
    for section in subject.document.body.root.walk():
        seen: dict[str, Section] = {}
        for child in section.sections:
            name = bare(child.heading)
            if name and name in seen:
                message = f"标题“{child.heading}”与第 {seen[name].line} 行重复。"
                hint = "请合并，或改一个标题。"
                yield subject.at(child.line, "warning", "double-heading", message, hint)
            seen.setdefault(name, child)


def check_promises(subject: Subject) -> Iterator[Problem]:
    """A pledge without a number or a time limit can't be kept to."""
    document = subject.document
    if document.kind.slug != "service-pledge":
        return
    if "本人" in document.source[:3000] and document.meta.subject != "单位":
        return
    promises = [
        (block, "".join(piece.text for piece in block.walk()))
        for section in document.body.root.walk()
        if _PLEDGE_SECTION.search(section.heading)
        for block in section.blocks
        if isinstance(block, Clause)
    ]
    hint = "请写明多少时间、多少次或达到什么比率。"
    for block, text in promises:
        if _VAGUE_PROMISE.search(text) and not _PROMISE.search(text):
            message = f"承诺“{block.text[:20]}…”没有数字或时限。"
            yield subject.at(block.line, "warning", "vague-promise", message, hint)
    if promises and not any(_PROMISE.search(text) for _, text in promises):
        line, message = promises[0][0].line, "整份承诺没有一处数字或时限。"
        yield subject.at(line, "warning", "pledge-without-number", message, hint)


TEXT_RULES: Final = (
    check_sections,
    check_empty,
    check_placeholders,
    check_tags,
    check_full_stops,
    check_double_headings,
    check_promises,
)
