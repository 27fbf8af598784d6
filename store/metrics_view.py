"""`指标` in a template: all metrics of a set, by name, in groups, added up, in turn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from store import phrases
from store.amounts import add, plain
from store.exceptions import InvalidValue
from store.metric_view import MetricView

if TYPE_CHECKING:
    from collections.abc import Iterator

    from store.metric_set import MetricSet
    from store.metric_several import SeveralView
    from store.phrases import Style

_FUNCTIONS: Final = {"合计": "total", "分组": "group", "分别": "in_turn"}


class MetricsView:
    """`指标` in a template: `指标["POS机"]`, `指标.各项存款`, and all of them in order."""

    def __init__(self, metrics: MetricSet, style: Style = phrases.STANDARD) -> None:
        self._set = metrics
        self._style = style

    def __getitem__(self, name: str) -> MetricView:
        """The metric of that name or alias.

        Raises:
            KeyError: There is none; Jinja reports it with the nearest names.
        """
        metric = self._set.get(name) if isinstance(name, str) else None
        if metric is None:
            raise KeyError(name)
        return MetricView(self._set, metric, self._style)

    def __getattr__(self, name: str) -> object:
        """A metric of that name; else `合计`, `分别` and `分组`, the functions."""
        if name.startswith("_"):
            raise AttributeError(name)
        try:
            return self[name]
        except KeyError as error:
            if name in _FUNCTIONS:
                return getattr(self, _FUNCTIONS[name])
            raise AttributeError(name) from error

    def __dir__(self) -> list[str]:
        return list(self._set.names())

    def __iter__(self) -> Iterator[MetricView]:
        return (MetricView(self._set, metric, self._style) for metric in self._set)

    def __len__(self) -> int:
        return len(self._set)

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and self._set.get(name) is not None

    def group(self, name: str) -> list[MetricView]:
        """The metrics of a group, in their order."""
        return [MetricView(self._set, metric, self._style) for metric in self._set.group(name)]

    def in_turn(self, *names: str) -> SeveralView:
        """Several metrics in one sentence: `指标.分别("个人存款", "单位存款").句`.

        Raises:
            InvalidValue: Fewer than two are named.
            NotFoundError: A metric is not in the data.
        """
        from store.metric_several import SeveralView as Several  # noqa: PLC0415 (few texts)

        views = [MetricView(self._set, metric, self._style) for metric in self._set.select(names)]
        return Several(views, self._style)

    def total(self, *names: str) -> str:
        """The sum of metrics of one dimension, in the unit of the first.

        Raises:
            UnitMismatch: They measure different things.
            NotFoundError: A metric is not in the data.
        """
        chosen = self._set.select(names)
        quantities = [MetricView(self._set, metric).to_quantity() for metric in chosen]
        if not quantities:
            raise InvalidValue("没有写明要合计的指标。")
        unit = quantities[0].unit
        total = quantities[0].value
        for quantity in quantities[1:]:
            total = add(total, quantity.to(unit).value)
        digits = max(metric.print_digits for metric in chosen)
        return plain(total, digits, strip=True) + unit.name
