"""A set of metrics: looked up by name, grouped, summed up to wholes, handed to templates."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Final

from store import phrases
from store.amounts import normalise
from store.exceptions import NotFoundError
from store.metric_view import MetricView
from store.metrics_view import MetricsView
from store.model import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date
    from decimal import Decimal
    from pathlib import Path

    from store.metric import Metric

_NEAR: Final = 3


class MetricNotFoundError(NotFoundError):
    """A metric that is not in the data."""

    def __init__(self, wanted: str, near: Sequence[str] = ()) -> None:
        """Name what was wanted and the nearest names."""
        hint = "您要找的是不是：" + "、".join(near) if near else "请检查指标文件中的名称。"
        super().__init__(f"数据中没有指标“{wanted}”。", hint=hint)
        self.wanted = wanted
        self.near = tuple(near)


@dataclass(slots=True, frozen=True)
class Standing:
    """One department's figure in a roll-up and its place, 1 for the best."""

    department: str
    value: Decimal
    place: int


@dataclass(frozen=True)
class MetricSet:
    """Metrics in their order, with what was odd about their files.

    Attributes:
        metrics: Every metric, names unique.
        problems: What was odd about the files.
        as_of: The day of the report (截至日期 at the head of the file).
        head: The top-level values of the files.
        paths: The files.
        standings: Of a roll-up: the departments behind each metric, best first.
    """

    metrics: tuple[Metric, ...] = ()
    problems: list[Problem] = field(default_factory=list)
    as_of: date | None = None
    head: Mapping[str, object] = field(default_factory=dict)
    paths: tuple[Path, ...] = ()
    standings: Mapping[str, tuple[Standing, ...]] = field(default_factory=dict)

    @cached_property
    def _by_name(self) -> dict[str, Metric]:
        found = {folded(metric.name): metric for metric in self.metrics}
        for metric in self.metrics:
            for alias in metric.aliases:
                found.setdefault(folded(alias), metric)
        return found

    def __iter__(self) -> Iterator[Metric]:
        return iter(self.metrics)

    def __len__(self) -> int:
        return len(self.metrics)

    def get(self, name: str) -> Metric | None:
        """The metric of that name or alias; width and spaces do not matter."""
        return self._by_name.get(folded(name))

    def __getitem__(self, name: str) -> Metric:
        """The metric of that name or alias.

        Raises:
            MetricNotFoundError: There is none; the error proposes the nearest names.
        """
        if (metric := self.get(name)) is None:
            raise MetricNotFoundError(name, self.near(name))
        return metric

    def select(self, names: Iterable[str]) -> list[Metric]:
        """The metrics of those names, in that order.

        Raises:
            MetricNotFoundError: One is not there.
        """
        return [self[name] for name in names]

    def names(self) -> Iterator[str]:
        """Every name, then every alias."""
        yield from (metric.name for metric in self.metrics)
        yield from (alias for metric in self.metrics for alias in metric.aliases)

    def near(self, name: str) -> list[str]:
        """The names that look most like that one, best first."""
        pool = list(dict.fromkeys(self.names()))
        close = difflib.get_close_matches(name, pool, n=_NEAR, cutoff=0.5)
        inside = [other for other in pool if other in name or name in other]
        return list(dict.fromkeys([*close, *inside]))[:_NEAR]

    @property
    def groups(self) -> list[str]:
        """The groups in the order of their first metric."""
        return list(dict.fromkeys(metric.group for metric in self.metrics if metric.group))

    def group(self, name: str) -> list[Metric]:
        """The metrics of a group."""
        return [metric for metric in self.metrics if metric.group == name]

    def whole(self, metric: Metric) -> Metric | None:
        """The metric that this one is a part of."""
        return self.get(metric.parent) if metric.parent else None

    def parts(self, metric: Metric) -> list[Metric]:
        """The metrics that name this one as their whole."""
        return [part for part in self.metrics if part.parent and self.whole(part) is metric]

    def rank(self, metric: Metric) -> int | None:
        """The metric's place in its group, 1 for the best; None where nothing compares.

        A part is held against the other parts of its whole, never against the whole itself.
        """
        whole = self.whole(metric)
        rivals = [
            other.unit.convert(other.value, metric.unit)
            for other in self.group(metric.group)
            if other.value is not None
            and other.unit.dimension == metric.unit.dimension
            and self.whole(other) is whole
        ]
        value = metric.value
        if not metric.group or value is None or len(rivals) < 2:
            return None
        if metric.lower_is_better:
            return 1 + sum(rival < value for rival in rivals)
        return 1 + sum(rival > value for rival in rivals)

    def context(self, length: str | None = None) -> dict[str, object]:
        """What a template gets: 指标, 图, 指标表, and each metric that is an identifier.

        Args:
            length: 简版 and 一页版 make every phrase short.
        """
        from store.figures import FigureMaker  # noqa: PLC0415 (figures need a set)

        maker = FigureMaker(self)
        short = length in {"简版", "一页版"}
        style = phrases.Style(length="简") if short else phrases.STANDARD
        bare: dict[str, object] = {
            name: MetricView(self, metric, style)
            for metric in reversed(self.metrics)
            for name in (*metric.aliases, metric.name)
            if name.isidentifier()
        }
        return {**bare, "指标": MetricsView(self, style), "图": maker.chart, "指标表": maker.table}

    def merged(self, other: MetricSet) -> MetricSet:
        """Both sets; where a name stands in both, the other's metric counts, with a warning."""
        problems = [*self.problems, *other.problems]
        metrics = {metric.name: metric for metric in self.metrics}
        for metric in other.metrics:
            mine = metrics.get(metric.name)
            if mine is not None and replace(mine, source=metric.source) != metric:
                problems.append(_overridden(mine, metric))
            metrics[metric.name] = metric
        return MetricSet(
            metrics=tuple(metrics.values()),
            problems=problems,
            as_of=other.as_of or self.as_of,
            head={**self.head, **other.head},
            paths=(*self.paths, *other.paths),
            standings={**self.standings, **other.standings},
        )


def folded(name: str) -> str:
    """A name without what does not tell names apart: width, spaces, capitals."""
    return "".join(normalise(name).split()).casefold()


def _overridden(mine: Metric, theirs: Metric) -> Problem:
    def shown(metric: Metric) -> str:
        return "无" if metric.value is None else phrases.value_text(metric, metric.value)

    return Problem(
        path=theirs.source.path,
        line=theirs.source.line,
        severity="warning",
        code="metric-overridden",
        message=f"指标“{mine.name}”在两份数据中都有：{shown(mine)}、{shown(theirs)}，以后一份为准。",
        hint="若不是有意更新，请删去其中一份。",
    )
