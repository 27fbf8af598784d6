"""Rules on the life of one document: its dates, its status on a day, what the law asks for."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final

from store.dates import chinese_date
from store.schema import BY_ATTRIBUTE
from store.versions import DRAFT_STATUSES, ENDED_STATUSES, has_ended, start_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from store.catalogue import Entry
    from store.model import Problem, Severity
    from store.subject import Subject


def check_dates(subject: Subject) -> Iterator[Problem]:
    """Dates that contradict each other."""
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


def check_life_cycle(subject: Subject) -> Iterator[Problem]:
    """A status that the dates, or a text that took over, contradict."""
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


def check_interests(subject: Subject) -> Iterator[Problem]:
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


def check_revision_table(subject: Subject) -> Iterator[Problem]:
    """Revisions without a note or out of order."""
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


LIFE_RULES: Final = (check_dates, check_life_cycle, check_interests, check_revision_table)
