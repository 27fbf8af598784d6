"""Rules on the front matter of one document: fields, dates, status, records."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from store.dates import chinese_date
from store.locks import changed_since_published
from store.model import Problem
from store.schema import BY_ATTRIBUTE, FIELDS, field_of
from store.subject import Subject
from store.text_rules import TEXT_RULES
from store.versions import DRAFT_STATUSES, ENDED_STATUSES, has_ended, start_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from store.catalogue import Entry
    from store.document import Document
    from store.model import Severity
    from store.workspace import Workspace

_CUT: Final = re.compile(r"""^[^#"']*\s(#[^\s#][^"']*)$""")


def check_document(
    workspace: Workspace, entry: Entry, document: Document, today: date
) -> list[Problem]:
    """All that is wrong with one document as it stands."""
    subject = Subject(workspace, entry, document, today)
    problems: list[Problem] = []
    for rule in (*_RULES, *TEXT_RULES):
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
    elif meta.status in {"现行", "试行"} and (other := _replacer(subject)) is not None:
        begins = chinese_date(start_of(other.meta) or subject.today)
        yield subject.problem(
            "status",
            "error",
            "in-force-after-end",
            f"{begins}起已被“{other.id}”替代，状态仍是“{meta.status}”。",
            "请写明失效日期，并把状态改为“已废止”。",
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


def _replacer(subject: Subject) -> Entry | None:
    """The document of another family that has taken the place of this one."""
    versions, entry = subject.workspace.versions, subject.entry
    for other in versions.replacers(entry):
        begins = start_of(other.meta)
        if begins is None or begins > subject.today or other.meta.status in DRAFT_STATUSES:
            continue
        if versions.family_name(other) != versions.family_name(entry):
            return other
    return None


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


def _cut_values(subject: Subject) -> Iterator[Problem]:
    """`编号: 甲 #1`: what stands behind a blank and a hash is a comment and is not read."""
    first = min(subject.entry.lines.values(), default=1)
    last = max(subject.entry.lines.values(), default=0)
    lines = subject.document.source.split("\n")[first - 1 : last]
    for number, text in enumerate(lines, first):
        if match := _CUT.search(text):
            message = f"“{match[1][:20]}”前面有空格和 #，被当作注释，没有读取。"
            hint = '属于内容时请给整个值加上英文引号，如 编号: "甲 #1"；是注释时请在 # 后空一格。'
            yield subject.at(number, "notice", "hash-in-value", message, hint)


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
    _cut_values,
    _published,
    _revision_table,
)
