"""Rules on one document, and those on its front matter: fields, status, cut values."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from store.life_rules import LIFE_RULES
from store.locks import changed_since_published
from store.model import Problem
from store.reference_rules import REFERENCE_RULES
from store.schema import FIELDS, field_of
from store.subject import Subject
from store.text_rules import TEXT_RULES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from store.catalogue import Entry
    from store.document import Document
    from store.workspace import Workspace

_CUT: Final = re.compile(r"""^[^#"']*\s(#[^\s#][^"']*)$""")


def check_document(
    workspace: Workspace, entry: Entry, document: Document, today: date
) -> list[Problem]:
    """All that is wrong with one document as it stands."""
    subject = Subject(workspace, entry, document, today)
    problems: list[Problem] = []
    for rule in (*_RULES, *LIFE_RULES, *TEXT_RULES, *REFERENCE_RULES):
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


_RULES = (
    _required_fields,
    _misspelt_keys,
    _status,
    _cut_values,
    _published,
)
