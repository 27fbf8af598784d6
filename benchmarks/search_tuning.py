"""Tuning on one half of the development questions, reported on the other."""

from __future__ import annotations

from contextlib import contextmanager
from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from benchmarks.search_set import HELD_OUT, TUNED, difference, ndcg, ranked

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from benchmarks.search_set import Asked
    from search import SearchIndex

_WORTH_IT = 0.001


class Knob(NamedTuple):
    """A constant of the ranking and the values that are tried."""

    module: str
    name: str
    values: tuple[float, ...]


KNOBS = (
    Knob("array_engine", "SUPPORT", (0.2, 0.3, 0.4)),
    Knob("array_engine", "COVERED", (0.15, 0.3, 0.45)),
    Knob("reading", "OWN", (0.35, 0.5, 0.65)),
    Knob("reading", "TOGETHER", (0.0, 0.15, 0.3)),
    Knob("reading", "CLOSE", (0.0, 0.06, 0.12)),
    Knob("reading", "OUTSIDE", (0.5, 0.6, 0.7)),
    Knob("terms", "EXPANSION_WEIGHT", (0.6, 0.8, 1.0)),
)
MEANING_KNOB = Knob("array_engine", "MEANING", (0.0, 0.5, 0.75, 1.0, 1.25))


def tune(index: SearchIndex, asked: Sequence[Asked], knobs: Sequence[Knob]) -> dict[Knob, float]:
    """The best value of each constant in turn, on these questions; small gains are not taken."""
    chosen = {knob: _present(knob) for knob in knobs}
    best = _mean(index, asked, chosen)
    for knob in knobs:
        for value in knob.values:
            tried = {**chosen, knob: value}
            reached = _mean(index, asked, tried) if value != chosen[knob] else best
            if reached > best + _WORTH_IT:
                best, chosen = reached, tried
    return chosen


def tuning(name: str, index: SearchIndex, asked: Sequence[Asked], knobs: Sequence[Knob]) -> str:
    """What tuning on one half would bring on the other, beside what is shipped."""
    chosen = tune(index, asked[TUNED], knobs)
    changed = {knob.name: value for knob, value in chosen.items() if value != _present(knob)}
    held_out = asked[HELD_OUT]
    before, after = _gains(index, held_out, {}), _gains(index, held_out, chosen)
    told = ", ".join(f"{key} {value:g}" for key, value in changed.items()) or "what is shipped"
    return (
        f"- {name}, tuned on one half ({told}): held-out half {np.mean(after):.4f}, "
        f"against what is shipped {difference(before, after)}"
    )


def _gains(index: SearchIndex, asked: Sequence[Asked], values: Mapping[Knob, float]) -> list[float]:
    with _turned(values):
        return [ndcg(ranked(index, one.text, limit=10), one.answers) for one in asked]


def _mean(index: SearchIndex, asked: Sequence[Asked], values: Mapping[Knob, float]) -> float:
    return float(np.mean(_gains(index, asked, values)))


def _present(knob: Knob) -> float:
    return float(getattr(import_module(f"search.{knob.module}"), knob.name))


@contextmanager
def _turned(values: Mapping[Knob, float]) -> Iterator[None]:
    """The constants at other values for a while."""
    before = {knob: _present(knob) for knob in values}
    try:
        for knob, value in values.items():
            setattr(import_module(f"search.{knob.module}"), knob.name, value)
        yield
    finally:
        for knob, value in before.items():
            setattr(import_module(f"search.{knob.module}"), knob.name, value)
