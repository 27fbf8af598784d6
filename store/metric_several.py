"""Several metrics in one sentence: 个人存款、单位存款分别比年初增加33645万元和6148万元.

`{{ 指标.分别("个人存款", "单位存款").句 }}`. What the phrases share is said once; where the verbs
differ, each keeps its own (分别比年初增加5万元、减少3万元).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from store import phrases
from store.exceptions import InvalidValue

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from store.metric import Metric
    from store.metric_view import MetricView
    from store.phrases import Phrase, Style

_PARTS: Final = re.compile(
    r"(?P<base>(?:比|较)年初|同比|环比|)(?P<verb>[^0-9]*)(?P<amount>[0-9][^，]*)"
)


class SeveralView:
    """Metrics that are spoken of in turn, as templates see them."""

    def __init__(self, views: Sequence[MetricView], style: Style) -> None:
        if len(views) < 2:
            raise InvalidValue("“分别”至少要有两个指标。", hint="如 指标.分别(“甲”, “乙”).句。")
        self._views = views
        self._style = style

    def __getattr__(self, name: str) -> object:
        """The phrase of that Chinese name.

        Raises:
            AttributeError: There is none.
        """
        if name == "句":
            return self.sentence()
        if name not in _PHRASES:
            raise AttributeError(name)
        return self._names() + self.say(name) if self.say(name) else ""

    def __dir__(self) -> list[str]:
        return ["句", *_PHRASES]

    def __str__(self) -> str:
        return str(self.sentence())

    def _names(self) -> str:
        return "、".join(view.metric.name for view in self._views)

    def say(self, key: str) -> str:
        """分别比年初增加…和…; nothing, with a warning, where one of them cannot be said."""
        texts = [view.say(key, _PHRASES[key](view.metric, self._style)) for view in self._views]
        return in_turn(texts) if all(texts) else ""

    def sentence(self) -> object:
        """Values, movement and completion, as far as all of them have it."""
        values = [view.figure("值", view.metric.value) for view in self._views]
        if missing := [value for value in values if not isinstance(value, str)]:
            return missing[0]
        subjects = "、".join(
            phrases.subject(view.metric).removesuffix("为") for view in self._views
        )
        said = [f"{subjects}{in_turn([f'为{value}' for value in values])}"]
        for key in ("较年初", "同比", "完成计划"):
            found = [_PHRASES[key](view.metric, self._style) for view in self._views]
            if all(found) and not (key == "同比" and len(said) > 1):
                said.append(in_turn([phrase.text for phrase in found]))
        return "，".join(said)


def in_turn(texts: Sequence[str]) -> str:
    """Phrases said of several things in their order, what they share said once."""
    if len(set(texts)) == 1:
        return f"均{texts[0]}"
    parts = [_PARTS.fullmatch(text) for text in texts]
    if not all(parts):
        return "分别" + "、".join(texts)
    found = [(part["base"], part["verb"], part["amount"]) for part in parts if part]
    if len({(base, verb) for base, verb, _ in found}) == 1:
        amounts = [amount for *_, amount in found]
        head = found[0][0] + found[0][1]
        return f"分别{head}{'、'.join(amounts[:-1])}和{amounts[-1]}"
    if len({base for base, *_ in found}) == 1:
        return f"分别{found[0][0]}" + "、".join(verb + amount for _, verb, amount in found)
    return "分别" + "、".join(texts)


_PHRASES: Final[dict[str, Callable[[Metric, Style], Phrase]]] = {
    "较年初": phrases.since_year_start,
    "增幅": phrases.growth_since_year_start,
    "同比": phrases.year_on_year,
    "环比": phrases.period_on_period,
    "完成计划": phrases.completion,
    "超计划": lambda metric, _: phrases.beyond_plan(metric),
}
