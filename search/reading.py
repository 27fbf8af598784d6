"""The last stage: the best units are read.

Postings say that a word stands somewhere in title, heading or text. What answers a question says
it itself, gives a figure where one is asked for, and is not the clause on who explains the rules.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from search.analysis import grams
from search.entries import TITLE
from search.segment import GRAMS, WORDS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from search.corpus import Corpus
    from search.folding import Folder
    from search.terms import Question

    Array = NDArray[Any]

DEPTH: Final = 18
KEPT: Final = 4096  # texts of units, a few MB
OWN: Final = 0.5
TOGETHER: Final = 0.15
CLOSE, CLOSE_BY, MOST_PLACES = 0.06, 20, 12
SYNONYM, PARTLY, OUTSIDE = 0.85, 0.7, 0.6
NO_FIGURE, FAR_FIGURE, OTHER_FIGURE, NEAR = 0.85, 0.92, 0.96, 12
NO_LIST: Final = 0.93
FORMAL: Final = 0.7
ACROSS: Final = 0.5
UNSURE, UNSURE_LONG, UNSURE_STEP, SHORT = 0.5, 0.25, 0.04, 4
_NUMERAL: Final = r"[0-9.一二三四五六七八九十百千万两半]"
_SENTENCES: Final = re.compile("[。；！？\n]")
_PIECES: Final = re.compile("[。；！？\n，,;!?:：]")
_TIME: Final = re.compile(
    rf"{_NUMERAL}个?(?:工作日|自然日|日历日|天|日|小时|分钟|月|年|周|星期|季度)|当日|当天|次日|立即|当场"
)
_AMOUNT: Final = re.compile(rf"{_NUMERAL}[^\s，。；、]{{0,2}}|百分之|[%％]")
_UNITS: Final = (
    ("几天|几日|几个?工作日|多少天|多少日", r"个?(?:工作日|自然日|日历日|天|日)"),
    ("几个月|多少个?月", "个?月"),
    ("几年|多少年", "年"),
    ("几个?小时|多少个?小时|几分钟|多少分钟", "个?(?:小时|分钟)"),
)
_ASKS_TIME: Final = re.compile("多久|多长时间|什么时候|何时|时限|期限|时间要求")
_ASKS_AMOUNT: Final = re.compile("多少|几次|几级|几倍|几个|几人|几名|几点")
_ASKED: Final = (
    *((re.compile(asks), re.compile(_NUMERAL + unit)) for asks, unit in _UNITS),
    (_ASKS_TIME, _TIME),
    (_ASKS_AMOUNT, _AMOUNT),
)
_ASKS_LIST: Final = re.compile("哪些|哪几|几种|几类|什么情形|什么情况|分为几|包括什么")
_LIST: Final = re.compile("下列|以下|如下|包括|分为|[（(][一二1][)）]")
_FORMAL: Final = re.compile(
    r"(?:本|此)\w{2,8}由.{2,30}(?:负责|进行)?解释|(?:本|此)\w{2,8}自.{2,24}起(?:施行|实施|执行|生效)"
    r"|为了?[^。]{4,300}制定本\w{2,8}。"
)
_ASKS_FORMAL: Final = re.compile("施行|实施|生效|执行|解释|废止|目的|依据|制定|哪天起|什么时候起")


@dataclass(frozen=True)
class _Group:
    """A word of the question with what says the same, and how much it tells."""

    word: str
    synonyms: tuple[str, ...]
    weight: float
    pairs: tuple[str, ...]

    def stands(self, text: str) -> float:
        if self.word in text:
            return 1.0
        for term in self.synonyms:
            if term in text:
                return SYNONYM
        held = 0
        for pair in self.pairs:
            held += pair in text
        return PARTLY * held / len(self.pairs) if held else 0.0

    def places(self, text: str) -> list[int]:
        """Where the word stands, or the first synonym that does."""
        for said in (self.word, *self.synonyms):
            at = text.find(said)
            if at >= 0:
                break
        found: list[int] = []
        while at >= 0 and len(found) < MOST_PLACES:
            found.append(at)
            at = text.find(said, at + 1)
        return found


class Text(NamedTuple):
    """What is read of a unit, folded: title and heading, its own text, the sentences of that."""

    context: str
    own: str
    sentences: tuple[str, ...]


class Texts:
    """The texts of units; those read last are kept, since good clauses are read often."""

    def __init__(self, corpus: Corpus, fold: Folder) -> None:
        """Read from this corpus."""
        self.corpus = corpus
        self._fold = fold
        self._kept: dict[int, Text] = {}

    def of(self, unit: int) -> Text:
        """A unit's text; a title speaks for itself."""
        found = self._kept.get(unit)
        if found is None:
            if len(self._kept) >= KEPT:
                self._kept.clear()
            found = self._kept[unit] = self._made(unit)
        return found

    def _made(self, unit: int) -> Text:
        whole, start = self.corpus.whole_text(unit)
        whole = self._fold(whole)
        segment, local = self.corpus.place(unit)
        if int(segment.types[local]) == TITLE:
            start = 0
        own = whole[start:]
        return Text(whole[:start], own, tuple(_SENTENCES.split(own)))


class Reader:
    """Reads units for one question."""

    def __init__(self, texts: Texts, question: Question) -> None:
        """Take the question's words."""
        corpus = texts.corpus
        self._corpus = corpus
        self._texts = texts
        self._asked = question.folded
        self._words = len(question.words)
        self._groups = _groups(corpus, question)
        self._whole = sum(group.weight for group in self._groups)
        self._figure = self._wanted_figure()
        self._list = bool(_ASKS_LIST.search(self._asked))
        self._contexts: dict[str, list[float]] = {}
        self._factors: dict[Text, float] = {}

    def _wanted_figure(self) -> re.Pattern[str] | None:
        """The sort of figure that is asked for; notes the word to which it belongs."""
        for asks, figure in _ASKED:
            if found := asks.search(self._asked):
                self._measured = self._next_to(found.start(), found.end())
                return figure
        return None

    def _next_to(self, start: int, end: int) -> tuple[str, ...]:
        """The word of the question that stands next to a place, with what says the same."""

        def apart(group: _Group) -> int:
            at = self._asked.find(group.word)
            after = at - end if at >= end else start - at - len(group.word)
            return after if at >= 0 and after >= 0 else len(self._asked)

        longer = [group for group in self._groups if len(group.word) > 1]
        nearest = min(longer, key=apart, default=None)
        return (nearest.word, *nearest.synonyms) if nearest else ()

    def factors(self, units: Sequence[int]) -> Array:
        """What each unit's score is multiplied by, at most 1."""
        return np.array([self._factor(unit) for unit in units], np.float64)

    def _factor(self, unit: int) -> float:
        text = self._texts.of(unit)
        found = self._factors.get(text)
        if found is None:  # versions and copies say the same
            found = self._factors[text] = self._factor_of(text)
        return found

    def _factor_of(self, text: Text) -> float:
        own = text.own
        inside = [group.stands(own) for group in self._groups]
        factor = 1 - OWN + OWN * self._share(text.context, inside)
        factor *= 1 - TOGETHER + TOGETHER * self._together(text.sentences, inside)
        factor *= 1 - CLOSE + CLOSE * self._closeness(own, inside)
        if self._figure is not None:
            factor *= self._figured(self._figure, own)
        if self._list and not _LIST.search(own):
            factor *= NO_LIST
        if _FORMAL.match(own) and not _ASKS_FORMAL.search(self._asked):
            factor *= FORMAL
        return factor

    def _figured(self, figure: re.Pattern[str], own: str) -> float:
        """Whether a figure of the sort that is asked for stands near a word of the question."""
        if not figure.search(own):
            return NO_FIGURE
        for piece in _PIECES.split(own):
            if figure.search(piece) and any(word in piece for word in self._measured):
                return 1.0
        words = [word for group in self._groups for word in (group.word, *group.synonyms)]
        places = (own.find(word) for word in words)
        near = (own[max(0, at - NEAR) : at + 2 * NEAR] for at in places if at >= 0)
        return OTHER_FIGURE if any(figure.search(piece) for piece in near) else FAR_FIGURE

    def _share(self, context: str, inside: Sequence[float]) -> float:
        """What part of the question a text holds, with what only its heading holds."""
        if not self._whole:
            return 1.0
        held = 0.0
        around = self._in_context(context)
        for group, own, outside in zip(self._groups, inside, around, strict=True):
            stands = max(own, OUTSIDE * outside) if own < OUTSIDE else own
            held += group.weight * stands
        return held / self._whole

    def _in_context(self, context: str) -> list[float]:
        """What stands in title and heading; clauses of one chapter share theirs."""
        found = self._contexts.get(context)
        if found is None:
            found = [group.stands(context) if context else 0.0 for group in self._groups]
            self._contexts[context] = found
        return found

    def _together(self, sentences: Sequence[str], inside: Sequence[float]) -> float:
        """What part of the question the best sentence holds; at most what the text holds."""
        if len(self._groups) < 2:
            return 1.0
        present = [g for g, stands in zip(self._groups, inside, strict=True) if stands]
        most = sum(g.weight * stands for g, stands in zip(self._groups, inside, strict=True))
        best = 0.0
        for sentence in sentences if present else ():
            held = 0.0
            for group in present:
                stands = 1.0 if group.word in sentence else group.stands(sentence)
                held += group.weight * stands
            best = max(best, held)
            if best >= most:
                break
        return best / max(self._whole, 1e-9)

    def _closeness(self, own: str, inside: Sequence[float]) -> float:
        """How near words that follow each other in the question stand in the text."""
        groups = [g for g, stands in zip(self._groups, inside, strict=True) if stands >= SYNONYM]
        found = [group.places(own) for group in groups]
        near = whole = 0.0
        for at in range(len(groups) - 1):
            weight = min(groups[at].weight, groups[at + 1].weight)
            apart = _apart(found[at], found[at + 1])
            near += weight / (1 + max(apart - 2, 0) / CLOSE_BY)
            whole += weight
        return near / whole if whole else 1.0

    def answers(self, unit: int) -> bool:
        """Whether a unit with its heading carries a fair part of the question.

        Half of a short one; long ones hold much besides, of twelve words a quarter is enough.
        """
        text = self._texts.of(unit)
        whole = f"{text.context} {text.own}"
        stands = [group.stands(whole) * self._as_word(group, unit) for group in self._groups]
        wanted = max(UNSURE_LONG, UNSURE - UNSURE_STEP * max(0, self._words - SHORT))
        return self._share("", stands) >= wanted

    def _as_word(self, group: _Group, unit: int) -> float:
        """Less for what stands across words only, as 出差 does in 提出差别."""
        segment, local = self._corpus.place(unit)
        field = segment.fields[WORDS]
        number = field.vocabulary.find(group.word)
        units = field.postings(number)[0] if number >= 0 else ()
        if not len(units):
            return 1.0
        at = int(np.searchsorted(units, local))
        return 1.0 if at < len(units) and units[at] == local else ACROSS


def _apart(first: Sequence[int], second: Sequence[int]) -> int:
    """How far the nearest places of two ascending rows are from each other."""
    one = other = 0
    nearest = abs(first[0] - second[0])
    while nearest and one < len(first) and other < len(second):
        apart = second[other] - first[one]
        if apart > 0:
            one += 1
        else:
            apart = -apart
            other += 1
        nearest = min(nearest, apart)
    return nearest


def _groups(corpus: Corpus, question: Question) -> list[_Group]:
    """The question's words; those of an everyday expression are one group."""
    found: dict[str, tuple[str, ...]] = {}
    expansions = [pair for pair in question.expansions if pair[0] in question.folded]
    said = [word for word, _ in expansions]
    for word, terms in expansions:
        found[word] = (*found.get(word, ()), *terms)
    for word in question.words:
        if not any(word in other for other in said):
            found.setdefault(word, ())
    return [
        _Group(word, terms, _idf(corpus, word), tuple(gram for gram, _ in grams(word)))
        for word, terms in found.items()
    ]


def _idf(corpus: Corpus, word: str) -> float:
    """How much a word tells; several words joined tell what their rarest pair tells."""
    pairs = [corpus.idf(GRAMS, gram) for gram, _ in grams(word)]
    if corpus.frequency(WORDS, word) or len(word) <= 2 or not pairs:
        return corpus.idf(WORDS, word)
    return max(pairs)
