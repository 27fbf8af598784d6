"""The consistency check of figures: text against data, data against itself, this year against last.

`check_figures` gathers everything as problems with file, line and both values; it changes nothing
and refuses nothing.
"""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from store import phrases
from store.amounts import add, plain
from store.consistency_judge import judge
from store.consistency_scales import check_scales
from store.consistency_tables import find_table_errors
from store.consistency_text import find_claims
from store.consistency_wording import find_remarks
from store.model import Problem
from store.units_of_measure import UnitMismatch

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from store.consistency_judge import Verdict
    from store.consistency_text import Claim
    from store.document import Document
    from store.metric import Metric
    from store.metrics import MetricSet
    from store.model import Period
    from store.workspace import Workspace

_YEAR: Final = re.compile(r"(?:19|20)\d\d(?=年)")
_AS_OF_YEAR: Final = re.compile(r"截[至止]((?:19|20)\d\d)年")
_BASES: Final = (("value", "期末（本期）"), ("year_start", "年初"), ("last_year", "上年同期"))
_MESSAGES: Final = {
    "figure-mismatch": "与数据不一致",
    "change-mismatch": "与数据不一致",
    "growth-mismatch": "与数据不一致",
    "completion-mismatch": "与按计划计算的不一致",
    "share-mismatch": "与数据不一致",
    "wrong-verb": "的增减方向与数据相反",
    "points-not-percent": "是两个比率之差，应写“个百分点”",
    "percent-not-points": "不是比率之差，不能写“个百分点”",
}
_WARNINGS: Final = frozenset({"until-not-as-of", "percent-not-points"})


def check_figures(
    document: Document, metric_set: MetricSet | None, workspace: Workspace | None
) -> list[Problem]:
    """Every disagreement between the figures of a document, its data and last year's report.

    Args:
        document: The document; its raw source is read.
        metric_set: Its metrics, None or empty where it has none.
        workspace: Where last year's report is looked for; None leaves that out.
    """
    problems = list(_check_wording(document))
    if metric_set is not None and len(metric_set):
        problems += _check_text(document, metric_set)
        problems += _check_parts(metric_set)
        problems += check_scales(metric_set)
        problems += _check_days(document, metric_set)
        problems += _check_frozen(document, metric_set)
    problems += _check_years(document)
    if workspace is not None and document.kind.slug == "year-end-summary":
        from store.consistency_years import check_last_year  # noqa: PLC0415 (summaries only)

        problems += check_last_year(document, metric_set, workspace)
    return sorted(_unique(problems), key=lambda problem: (problem.path, problem.line))


def _unique(problems: Sequence[Problem]) -> list[Problem]:
    """One problem a line and code; a rule of wording and the data may find the same thing."""
    found: dict[tuple[str, int, str, str], Problem] = {}
    for problem in problems:
        key = problem.code if problem.code == "points-not-percent" else problem.message
        found.setdefault((problem.path, problem.line, problem.code, key), problem)
    return list(found.values())


def _check_wording(document: Document) -> Iterator[Problem]:
    for remark in find_remarks(document.source):
        yield Problem(
            str(document.path), remark.line, _severity(remark.code), remark.code, remark.message,
            remark.hint,
        )  # fmt: skip


def _severity(code: str) -> Literal["error", "warning"]:
    return "warning" if code in _WARNINGS else "error"


def _check_text(document: Document, metrics: MetricSet) -> Iterator[Problem]:
    path = str(document.path)
    for claim in find_claims(document.source, metrics):
        verdict = judge(claim, metrics)
        if verdict is not None:
            yield _claim_problem(path, claim, verdict)
    for line, message, expected in find_table_errors(document.source, metrics):
        hint = f"请改为{expected}，或改正数据；也可用 指标表(…) 自动生成。"
        yield Problem(path, line, "error", "table-mismatch", message, hint)


def _claim_problem(path: str, claim: Claim, verdict: Verdict) -> Problem:
    typed = claim.text.strip("，、")
    odd = verdict.code in {"points-not-percent", "percent-not-points"}
    says = "应写" if odd else "数据为"
    message = (
        f"“{claim.metric.name}”的“{typed}”{_MESSAGES[verdict.code]}：{says}{verdict.expected}。"
    )
    source = claim.metric.source
    place = f"{Path(source.path).name or '指标文件'} {source.place('期末')}".strip()
    hint = f"请改正正文，或改正数据（{place}）；"
    hint += f"也可改用引用，如 {{{{ {claim.metric.name}.句 }}}}。"
    return Problem(path, claim.line, _severity(verdict.code), verdict.code, message, hint)


# -- data against itself ---------------------------------------------------------------------


def _check_parts(metrics: MetricSet) -> Iterator[Problem]:
    """Two or more parts should give their whole, within what rounding can do."""
    for whole in metrics:
        parts = metrics.parts(whole)
        if len(parts) < 2 or whole.is_rate:
            continue
        for key, name in _BASES:
            yield from _check_sum(whole, parts, key, name)


def _check_sum(whole: Metric, parts: Sequence[Metric], key: str, name: str) -> Iterator[Problem]:
    expected: Decimal | None = getattr(whole, key)
    figures = [getattr(part, key) for part in parts]
    if expected is None or any(figure is None for figure in figures):
        return
    total = Decimal(0)
    try:
        for part, figure in zip(parts, figures, strict=True):
            total = add(total, part.unit.convert(figure, whole.unit))
    except UnitMismatch:
        return
    step = max(Decimal(1).scaleb(-_step_digits(metric, whole)) for metric in (whole, *parts))
    tolerance = step * (len(parts) + 1) / 2
    if abs(total - expected) <= tolerance:
        return
    more = total > expected
    said = phrases.value_text(whole, expected)
    summed = plain(whole.rounded(total), strip=True) + whole.unit.name
    names = "、".join(part.name for part in parts)
    message = (
        f"“{whole.name}”的{name}为{said}，各组成部分（{names}）合计为{summed}，"
        f"{'多' if more else '少'}{phrases.value_text(whole, abs(total - expected))}。"
    )
    hint = "请核对各部分的数；若列出的只是一部分，请补上“其他”一项或去掉“上级指标”。"
    source = whole.source
    yield Problem(
        source.path, source.line, "error" if more else "warning", "parts-not-whole", message, hint
    )  # fmt: skip


def _step_digits(metric: Metric, whole: Metric) -> int:
    """Digits behind the point of a metric's figures, in the unit of the whole."""
    ratio = metric.unit.factor / whole.unit.factor
    return metric.print_digits - ratio.adjusted()


def _check_days(document: Document, metrics: MetricSet) -> Iterator[Problem]:
    """A metric's day should lie in the report's period."""
    period = document.meta.period
    if period is None:
        return
    for metric in metrics:
        day = metric.as_of
        if day is not None and not period.first <= day <= period.last:
            source = metric.source
            message = (
                f"“{metric.name}”的截至日期{day.isoformat()}不在文档期间“{period}”内"
                f"（{period.first.isoformat()}至{period.last.isoformat()}）。"
            )
            yield Problem(
                source.path, source.line, "warning", "period-mismatch", message,
                "请核对数据是否是这一期的，或改正“期间”。",
            )  # fmt: skip


def _check_frozen(document: Document, metrics: MetricSet) -> list[Problem]:
    """Figures that were changed after the report was finished (定稿)."""
    from store.metric_years import check_frozen, frozen_path  # noqa: PLC0415 (reports only)

    meta = document.meta
    finished = meta.raw.get("状态") or meta.raw.get("status")
    if meta.data and finished == "定稿" and not frozen_path(document.path).is_file():
        message = "状态是“定稿”，却没有存下定稿时的数，以后数据被改动不会发现。"
        hint = f"请用 wenshu publish {document.id} 定稿；还没有定稿的，把状态改为“草稿”。"
        return [Problem(str(document.path), 1, "warning", "finished-not-frozen", message, hint)]
    return check_frozen(document.path, [document.path.parent / name for name in meta.data], metrics)


# -- years -----------------------------------------------------------------------------------


def _check_years(document: Document) -> Iterator[Problem]:
    """The title, the opening and each 截至 should speak of the report's own year."""
    period = document.meta.period
    if period is None:
        return
    path, year = str(document.path), str(period.year)
    titled = _YEAR.findall(document.meta.title)
    if titled and year not in titled:
        message = f"标题写的是{titled[0]}年，期间是{period}。"
        yield Problem(path, 1, "error", "period-mismatch", message, "请改正标题或期间。")
    yield from _check_body_years(document, period)


def _check_body_years(document: Document, period: Period) -> Iterator[Problem]:
    path, opening = str(document.path), True
    start_line = _body_start(document)
    for line, text in enumerate(document.source.split("\n"), 1):
        if line < start_line or not text.strip():
            continue
        for match in _AS_OF_YEAR.finditer(text):
            if match[1] != str(period.year):
                message = f"“{match[0]}”与文档期间“{period}”不是同一年。"
                hint = "请核对日期，或改正“期间”。"
                yield Problem(path, line, "warning", "period-mismatch", message, hint)
        if opening and not text.startswith("#"):
            opening = False
            start = _YEAR.match(text.strip())
            if start and start[0] != str(period.year):
                message = f"开头写的是{start[0]}年，期间是{period}。"
                yield Problem(path, line, "error", "period-mismatch", message, "请改正正文或期间。")


def _body_start(document: Document) -> int:
    lines = document.source.split("\n")
    if lines[0].strip() != "---":
        return 1
    return next((at + 1 for at, line in enumerate(lines[1:], 1) if line.strip() == "---"), 0) + 1
