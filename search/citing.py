"""When the best hit only refers to the clause that rules, that clause comes first.

A duty says `达到《信贷业务管理办法》第三十三条受托支付标准的`: its words are those of the
question, the answer stands in the article it names.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from search.library import short_title
from store.numerals import CHINESE_PATTERN

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from search.generation import Generation

    Array = NDArray[Any]

_DEPTH: Final = 30
_LEAST: Final = 0.5
_ABOVE: Final = 1.01
_REFERENCE: Final = re.compile(
    rf"(?:《([^《》\n]+)》|[本该此]\w{{1,4}})(第(?:{CHINESE_PATTERN}|[0-9])+条)"
)


def named_first(generation: Generation, units: Array, scores: Array) -> Array:
    """What is added to the scores: the article that the best unit names rises above it.

    Args:
        generation: To which the units belong.
        units: The best units.
        scores: Their scores.
    """
    added: Array = np.zeros(len(units))
    if len(units) < 2:
        return added
    first, *others = np.argsort(-scores, kind="stable")[:_DEPTH].tolist()
    others = [at for at in others if scores[at] >= _LEAST * scores[first]]
    corpus = generation.corpus
    references = _REFERENCE.findall(corpus.text(int(units[first]))) if others else []
    if references:
        titles = _titles(generation, units)
        wanted = {(short_title(title or titles[first]), label) for title, label in references}
        for at in others:
            if (short_title(titles[at]), corpus.info(int(units[at]))[0]) in wanted:
                added[at] = _ABOVE * scores[first] - scores[at]
    return added


def _titles(generation: Generation, units: Array) -> list[str]:
    rows = generation.table.rows
    return [rows[at].title for at in generation.unit_rows[units].tolist()]
