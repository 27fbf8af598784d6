"""Rules on one document: fields, dates, status, sections, what each kind asks for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from store.model import Clause, Problem
from store.placeholders import placeholders
from store.publishing import changed_since_published
from store.schema import BY_ATTRIBUTE, FIELDS, field_of
from store.versions import DRAFT_STATUSES, ENDED_STATUSES, has_ended, start_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from store.catalogue import Entry
    from store.document import Document
    from store.model import Section, Severity
    from store.workspace import Workspace

_PROMISE: Final = re.compile(
    r"[0-9０-９%％〇]|[一二两三四五六七八九十百千][个日天分小时次年月周%项份元]|当[日天场]|即时|立即|随时|全程|零|不[收得予泄向以将]|绝不|严禁"
)
_VAGUE_PROMISE: Final = re.compile(r"及时|尽快|尽量|优质|热情|提高|努力|积极|按时|高效")
_EMPTY_VALUES: Final = ("", (), None)


@dataclass(slots=True, frozen=True)
class Subject:
    """What the rules look at."""

    workspace: Workspace
    entry: Entry
    document: Document
    today: date

    def line_of(self, attribute: str) -> int:
        """The line of a front-matter key, 1 where it is missing."""
        for key, line in self.entry.lines.items():
            field = field_of(key)
            if field is not None and field.attribute == attribute:
                return line
        return 1

    def problem(
        self, attribute: str, severity: Severity, code: str, message: str, hint: str
    ) -> Problem:
        """A problem at a front-matter key."""
        line = self.line_of(attribute)
        return Problem(str(self.entry.path), line, severity, code, message, hint)


def check_document(
    workspace: Workspace, entry: Entry, document: Document, today: date
) -> list[Problem]:
    """All that is wrong with one document as it stands."""
    subject = Subject(workspace, entry, document, today)
    problems: list[Problem] = []
    for rule in _RULES:
        problems.extend(rule(subject))
    return problems


def _required_fields(subject: Subject) -> Iterator[Problem]:
    raw, kind = subject.document.meta.raw, subject.document.kind
    present = {
        field.name
        for key, value in raw.items()
        if value not in ("", [], {}) and (field := field_of(key)) is not None
    }
    present |= {key for key, value in raw.items() if value}
    for name in ("标题", "类别", *kind.required_fields):
        if name not in present:
            field = field_of(name)
            yield subject.problem(
                field.attribute if field else name,
                "error",
                "missing-field",
                f"缺少“{name}”。",
                f"请在开头的信息表里加一行“{name}: …”。",
            )
    for name in kind.usual_fields:
        if name not in present:
            yield subject.problem(
                name, "notice", "usual-field", f"通常还应有“{name}”。", "不需要时可以不写。"
            )


def _misspelt_keys(subject: Subject) -> Iterator[Problem]:
    import difflib  # noqa: PLC0415

    names = [field.name for field in FIELDS]
    for key in subject.document.meta.extra:
        near = difflib.get_close_matches(key, names, n=1, cutoff=0.74)
        if near and len(key) > 2:
            line = subject.entry.lines.get(key, 1)
            yield Problem(
                str(subject.entry.path),
                line,
                "notice",
                "unknown-key",
                f"“{key}”不是已知的项目，会原样保留。",
                f"是不是“{near[0]}”？",
            )


def _status(subject: Subject) -> Iterator[Problem]:
    meta, kind = subject.document.meta, subject.document.kind
    if kind.slug != "other" and meta.status not in kind.statuses:
        yield subject.problem(
            "status",
            "error",
            "unknown-status",
            f"“{kind.name}”没有“{meta.status}”这种状态。",
            f"可用：{'、'.join(kind.statuses)}。",
        )
    levels = subject.workspace.settings.confidentiality
    if meta.confidentiality and meta.confidentiality not in levels:
        yield subject.problem(
            "confidentiality",
            "error",
            "unknown-confidentiality",
            f"没有“{meta.confidentiality}”这个密级。",
            f"可用：{'、'.join(levels)}（在 wenshu.toml 中设定）。",
        )


def _dates(subject: Subject) -> Iterator[Problem]:
    meta = subject.document.meta
    pairs: tuple[tuple[str, str, str, Severity], ...] = (
        ("published", "effective", "生效日期早于发布日期", "warning"),
        ("effective", "expires", "失效日期早于或等于生效日期", "error"),
        ("effective", "valid_through", "有效期至早于生效日期", "error"),
        ("published", "expires", "失效日期早于或等于发布日期", "error"),
    )
    for first, second, message, severity in pairs:
        one, two = getattr(meta, first), getattr(meta, second)
        if one is None or two is None:
            continue
        if two < one or (second == "expires" and two == one):
            names = f"{BY_ATTRIBUTE[first].name} {one}，{BY_ATTRIBUTE[second].name} {two}"
            yield subject.problem(
                second, severity, "contradicting-dates", f"{message}（{names}）。", "请核对日期。"
            )
    if meta.expires and meta.valid_through and (meta.expires - meta.valid_through).days != 1:
        yield subject.problem(
            "expires",
            "error",
            "contradicting-dates",
            f"有效期至 {meta.valid_through} 与失效日期 {meta.expires} 不一致。",
            "失效日期是不再有效的第一天，有效期至是有效的最后一天；只写一个即可。",
        )


def _life_cycle(subject: Subject) -> Iterator[Problem]:
    if not subject.document.kind.life_cycle:
        return
    meta, versions, entry = subject.document.meta, subject.workspace.versions, subject.entry
    start = start_of(meta)
    ended = has_ended(meta, subject.today)
    if meta.status in ENDED_STATUSES and versions.ends_on(entry) is None:
        yield subject.problem(
            "status",
            "error",
            "ended-without-date",
            f"状态是“{meta.status}”，但没有失效日期。",
            "请写明失效日期，或由替代它的文档在“替代”中指明。",
        )
    if meta.status == "现行" and ended:
        yield subject.problem(
            "status",
            "error",
            "in-force-after-end",
            "状态是“现行”，但已过失效日期。",
            "请把状态改为“已废止”或“已失效”，或改正日期。",
        )
    if meta.status == "试行" and ended:
        yield subject.problem(
            "status",
            "warning",
            "trial-over",
            "试行期已过。",
            "请转为正式（wenshu revise 后发布），或改为“已失效”。",
        )
    if meta.status in {"现行", "试行"} and start is not None and start > subject.today:
        yield subject.problem(
            "status",
            "warning",
            "not-yet-in-force",
            f"{start} 才生效，状态已是“{meta.status}”。",
            "生效前可用“审批中”；检索会按日期判断是否有效。",
        )
    if meta.status in {"现行", "试行"} and start is None:
        yield subject.problem(
            "status",
            "warning",
            "no-start-date",
            "没有发布日期和生效日期，效力待确认。",
            "请补上生效日期。",
        )
    if meta.review_due is not None and meta.review_due < subject.today and versions.in_force(entry):
        yield subject.problem(
            "review_due",
            "notice",
            "review-due",
            f"已过复审日期 {meta.review_due}。",
            "请复审并更新日期。",
        )


def _interests(subject: Subject) -> Iterator[Problem]:
    """劳动合同法第四条: discussion, negotiation, then publication or notification."""
    meta = subject.document.meta
    if not meta.affects_interests or meta.status in {*DRAFT_STATUSES, *ENDED_STATUSES}:
        return
    hint = "见《劳动合同法》第四条：先讨论、协商，再公示或告知；请补记并保留材料。"
    if meta.due_process is None:
        yield subject.problem(
            "affects_interests",
            "error",
            "no-due-process",
            "涉及切身利益，但没有“民主程序”的记录。",
            hint,
        )
    elif not (meta.due_process.discussed and meta.due_process.negotiated):
        yield subject.problem(
            "due_process",
            "warning",
            "due-process-incomplete",
            "“民主程序”缺少讨论日期或协商日期。",
            hint,
        )
    if not meta.publicity and not meta.notice:
        yield subject.problem(
            "affects_interests",
            "error",
            "no-publicity",
            "涉及切身利益，但没有“公示”或“告知”的记录。",
            hint,
        )


def _sections(subject: Subject) -> Iterator[Problem]:
    document = subject.document
    headings = [_bare(section.heading) for section in document.body.root.walk() if section.level]
    headings += [
        _bare(block.text)[:20]
        for block in document.body.root.blocks
        if isinstance(block, Clause) and block.literal
    ]
    parts: tuple[tuple[tuple[tuple[str, ...], ...], Severity, str, str], ...] = (
        (document.kind.required_sections, "error", "missing-section", "缺少"),
        (document.kind.usual_sections, "notice", "usual-section", "通常还应有"),
    )
    for groups, severity, code, word in parts:
        for group in groups:
            if not any(_bare(name) in heading for name in group for heading in headings):
                names = "”或“".join(group[:3])
                yield Problem(
                    str(subject.entry.path),
                    1,
                    severity,
                    code,
                    f"{word}“{names}”部分。",
                    f"请加一个标题：## {group[0]}",
                )


def _bare(text: str) -> str:
    return re.sub(r"[\s\u3000]+", "", text)


def _empty_sections(subject: Subject) -> Iterator[Problem]:
    for section in subject.document.body.root.walk():
        if section.level and not section.blocks and not section.sections:
            yield Problem(
                str(subject.entry.path),
                section.line,
                "warning",
                "empty-section",
                f"“{section.title}”下面没有内容。",
                "请补写，或删去这个标题。",
            )
    if not subject.document.body.root.blocks and not subject.document.body.root.sections:
        yield Problem(
            str(subject.entry.path),
            1,
            "error",
            "empty-body",
            "没有正文。",
            "请在信息表之后写正文。",
        )


def _placeholders(subject: Subject) -> Iterator[Problem]:
    """What an outline left to fill: an error once the text counts as finished."""
    drafting = subject.document.meta.status in {*DRAFT_STATUSES, "草稿", "效力待确认"}
    severity: Severity = "warning" if drafting else "error"
    for line, text in placeholders(subject.document):
        message = f"“{text}”还没有填写。"
        hint = "请换成实际内容，不需要的删去。"
        path = str(subject.entry.path)
        yield Problem(path, line, severity, "unfilled-place", message, hint)


def _double_headings(subject: Subject) -> Iterator[Problem]:
    for section in subject.document.body.root.walk():
        seen: dict[str, Section] = {}
        for child in section.sections:
            name = _bare(child.heading)
            if name and name in seen:
                yield Problem(
                    str(subject.entry.path),
                    child.line,
                    "warning",
                    "double-heading",
                    f"标题“{child.heading}”与第 {seen[name].line} 行重复。",
                    "请合并，或改一个标题。",
                )
            seen.setdefault(name, child)


def _promises(subject: Subject) -> Iterator[Problem]:
    """A promise without a number or a time limit can't be kept to."""
    if subject.document.kind.slug != "service-pledge":
        return
    if "本人" in subject.document.source[:3000] and subject.document.meta.subject != "单位":
        return
    for section in subject.document.body.root.walk():
        if not re.search(r"承诺|标准|时限", section.heading):
            continue
        for block in section.blocks:
            if not isinstance(block, Clause):
                continue
            text = "".join(piece.text for piece in block.walk())
            if _VAGUE_PROMISE.search(text) and not _PROMISE.search(text):
                yield Problem(
                    str(subject.entry.path),
                    block.line,
                    "warning",
                    "vague-promise",
                    f"承诺“{block.text[:20]}…”没有数字或时限。",
                    "请写明多少时间、多少次或达到什么比率。",
                )


def _published(subject: Subject) -> Iterator[Problem]:
    lock = changed_since_published(subject.workspace, subject.entry, subject.document.source)
    if lock is not None:
        yield subject.problem(
            "status",
            "error",
            "published-text-changed",
            f"{lock.when[:10]} 发布后，正文被直接改动过。",
            "内容变化请恢复原文后用 wenshu revise 起草新版；"
            f"错别字请用 wenshu correct {subject.entry.id} --why 原因 登记。",
        )


def _revision_table(subject: Subject) -> Iterator[Problem]:
    for row in subject.document.meta.revisions:
        if not row.note:
            message = f"修订记录中 {row.version or '有一行'} 没有写明修订了什么。"
            hint = "请在“说明”里写一句话。"
            yield subject.problem("revisions", "notice", "revision-without-note", message, hint)
    rows = [row for row in subject.document.meta.revisions if row.date]
    for earlier, later in pairwise(rows):
        if earlier.date and later.date and later.date < earlier.date:
            yield subject.problem(
                "revisions",
                "warning",
                "revisions-out-of-order",
                f"修订记录中 {later.date} 排在 {earlier.date} 之后。",
                "请按日期先后排列。",
            )
            return


_RULES = (
    _required_fields,
    _misspelt_keys,
    _status,
    _dates,
    _life_cycle,
    _interests,
    _sections,
    _empty_sections,
    _placeholders,
    _double_headings,
    _promises,
    _published,
    _revision_table,
)
