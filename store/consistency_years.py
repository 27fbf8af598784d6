"""This year's report against last year's: copied paragraphs, forgotten targets, opening figures."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from store import phrases
from store.consistency_text import UNIT, plain_source
from store.model import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from store.catalogue import Entry
    from store.document import Document
    from store.metric import Metric
    from store.metrics import MetricSet
    from store.workspace import Workspace

_SHORTEST_COPY: Final = 30
_PLAN_HEADING: Final = re.compile(r"^#+.*(?:打算|下年|明年|来年|下一步|计划|目标|展望|今后)")
_HEADING: Final = re.compile(r"^#+\s")
_TARGET: Final = re.compile(
    r"(?P<name>[\u4e00-\u9fffA-Za-z]{2,12}?)(?:要|须|应|将|力争|确保|争取|余额|全年|年内)*"
    r"(?:达到|达|净增|新增|增加|增长|实现|完成|控制在|不低于|不少于|不超过|压降到?)"
    rf"(?P<number>[0-9][0-9,.]*)\s*(?P<unit>{UNIT})"
)
_FILLER: Final = re.compile(
    r"^(?:到|至)?(?:年|月|日|底|末|前|内)*(?:全年|年末|年底|力争|确保|争取)?"
)


def last_year_entry(workspace: Workspace, document: Document) -> Entry | None:
    """Last year's report of the same department, subject and part of the year."""
    meta = document.meta
    period = meta.period
    if period is None:
        return None
    for entry in workspace.entries:
        other = entry.meta
        if (
            other.kind == meta.kind
            and other.period is not None
            and (other.period.year, other.period.part, other.period.index)
            == (period.year - 1, period.part, period.index)
            and (other.department, other.issued_by) == (meta.department, meta.issued_by)
            and other.subject == meta.subject
        ):
            return entry
    return None


def check_last_year(
    document: Document, metrics: MetricSet | None, workspace: Workspace
) -> Iterator[Problem]:
    """What last year's report says against this one."""
    entry = last_year_entry(workspace, document)
    if entry is None:
        return
    source, *_ = workspace.read(entry)
    before = _last_metrics(workspace, entry)
    yield from _copies(document, source, entry.id)
    yield from _forgotten(document, source, entry, metrics, before)
    if metrics is not None and before is not None:
        yield from opening_differences(metrics, before)


def _last_metrics(workspace: Workspace, entry: Entry) -> MetricSet | None:
    from store.metrics import load_workspace_metrics  # noqa: PLC0415 (only with a report of last year)

    paths = [path for path in workspace.data_paths(entry) if path.is_file()]
    return load_workspace_metrics(workspace, paths) if paths else None


def _copies(document: Document, source: str, last_id: str) -> Iterator[Problem]:
    """Paragraphs of thirty characters and more that stand word for word in last year's text."""
    before = {_bare(text): line for line, text in plain_source(source) if "{" not in text}
    for line, text in enumerate(document.source.split("\n"), 1):
        bare = _bare(text)
        if len(bare) < _SHORTEST_COPY or bare not in before or "{{" in text or "|" in text:
            continue
        message = f"这一段与上年《{last_id}》第 {before[bare]} 行一字不差：“{bare[:20]}……”。"
        hint = "请改写成本年的情况；确需沿用的，请至少补上本年的事例和数据。"
        yield Problem(str(document.path), line, "warning", "copied-from-last-year", message, hint)


def _bare(text: str) -> str:
    return re.sub(r"^\s*(?:#+|[0-9]+\.|[-*])\s+|\s+", "", text)


def _forgotten(
    document: Document,
    source: str,
    entry: Entry,
    metrics: MetricSet | None,
    before: MetricSet | None,
) -> Iterator[Problem]:
    """Targets of last year's plan of which this report says nothing."""
    now = document.source
    for line, name, target in targets(source, before):
        if name in now or (metrics is not None and metrics.get(name) is not None):
            continue
        message = f"上年《{entry.id}》第 {line} 行定下的目标“{target}”，本年没有报告完成情况。"
        hint = f"请写明“{name}”完成得怎样，没有完成的说明原因。"
        yield Problem(str(document.path), 1, "warning", "target-not-reported", message, hint)


def targets(source: str, metrics: MetricSet | None = None) -> Iterator[tuple[int, str, str]]:
    """The targets in a report's plan for the next year: line, what, and the words."""
    planned = False
    for line, text in plain_source(source):
        if _HEADING.match(text):
            level_one = text.startswith("## ")
            planned = bool(_PLAN_HEADING.match(text)) or (planned and not level_one)
            continue
        if not planned:
            continue
        for match in _TARGET.finditer(text):
            name = _named(match["name"], metrics)
            if len(name) > 1:
                yield line, name, match[0]


def _named(text: str, metrics: MetricSet | None) -> str:
    """The metric in the words before a target, else the words without their filler."""
    if metrics is not None:
        for name in sorted(metrics.names(), key=len, reverse=True):
            if name in text:
                return name
    return _FILLER.sub("", text).removesuffix("余额")


def opening_differences(metrics: MetricSet, before: MetricSet) -> Iterator[Problem]:
    """Opening figures that are not last year's closing ones, bases that are not last year's."""
    for metric in metrics:
        last = before.get(metric.name)
        if last is None or last.value is None or last.unit.dimension != metric.unit.dimension:
            continue
        closing = last.unit.convert(last.value, metric.unit)
        if metric.nature == "时点" and metric.year_start not in {None, closing}:
            yield _difference(metric, "年初", metric.year_start, closing, last)
        if metric.nature != "时点" and metric.last_year not in {None, closing}:
            yield _difference(metric, "上年同期", metric.last_year, closing, last)


def _difference(metric: Metric, key: str, mine: object, closing: object, last: Metric) -> Problem:
    from decimal import Decimal  # noqa: PLC0415

    assert isinstance(mine, Decimal)
    assert isinstance(closing, Decimal)
    shown = phrases.value_text(metric, mine), phrases.value_text(metric, closing)
    what = "期末数" if key == "年初" else "本期数"
    place = last.source.place("期末")
    message = f"“{metric.name}”的{key}数为{shown[0]}，上年数据文件（{place}）的{what}为{shown[1]}。"
    source = metric.source
    return Problem(
        source.path, source.line, "warning", "opening-mismatch", message,
        "若上年数经过调整，请在备注中写明；否则请改正其中一个。",
    )  # fmt: skip
