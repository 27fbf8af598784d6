"""From a plain question to weighted terms: words, pairs, official terms, readings, mended typos."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from math import sqrt
from typing import TYPE_CHECKING, Final

from search.analysis import grams
from search.ranking import Wanted, brevity
from search.recutting import recut
from search.segment import GRAMS, WORDS

if TYPE_CHECKING:
    from search.corpus import Corpus
    from search.frozen import Analysis
    from search.lexicon import Lexicon
    from search.spelling import Speller

    Piece = tuple[str, int, int]

EXPANSION_WEIGHT: Final = 0.8
QUESTION_WEIGHT: Final = 0.4
MISTAKE_WEIGHT: Final = 0.5
LITERAL_SHARE: Final = 0.8
_MOST_TERMS: Final = 160
# What makes a question of a sentence and says nothing about its subject.
QUESTION_WORDS: Final = frozenset(
    (  # noqa: SIM905
        "怎么办 怎么 怎样 如何 吗 呢 吧 啊 么 是否 能否 可否 能 能不能 可以 可不可以 哪些 哪个 "
        "哪里 什么 为什么 多少 几 谁 应该 有 没有 我 我们 你 他 她 它 的 地 得 了 着 在 是 是不是 "
        "和 与 或 及 被 把 要 会 该 人 后 时 应 应当 对 不 请问 需要 想 想要 一个 这 那 这个 那个 "
        "到 给 让 就 都 也 还 又 如果 但 但是 因为 所以 知道 告诉 一下 "
        "多久 多长 几天 几个 几次 怎么样"
    ).split()
)


@dataclass
class Question:
    """A plain question as terms.

    Attributes:
        folded: The folded text, typing mistakes mended.
        wanted: The weighted terms.
        words: Words of the question that are worth marking.
        expansions: (as typed, what was searched as well) for showing.
        marked: Added terms that are worth marking.
        mended: The typing mistakes and what they were mended into.
        missing: Words that the library does not have at all.
        kinds: Kinds that it names: a question with 短信 asks for message templates first.
    """

    folded: str
    wanted: list[Wanted] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    expansions: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    marked: list[str] = field(default_factory=list)
    mended: list[tuple[str, str]] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    kinds: frozenset[str] = frozenset()


def understand(
    text: str,
    analysis: Analysis,
    corpus: Corpus,
    lexicon: Lexicon | None,
    speller: Speller,
    *,
    mend: bool = True,
) -> Question:
    """Make terms of a plain question.

    Args:
        text: The question.
        analysis: The frozen analysis.
        corpus: For what the library knows.
        lexicon: Folded; None without expansion.
        speller: Knows readings.
        mend: Whether words that the library does not have are replaced by what sounds the same.
    """
    question = Question(analysis.folder(text))
    added = _take_typed(question, speller)
    cut = analysis.segmenter.words(question.folded) if question.folded else []
    if mend:
        cut = _mend(question, cut, analysis, speller, added)
    cut = recut(cut, corpus)
    weights = dict(list(_counts(question.folded, cut).items())[:_MOST_TERMS])
    question.wanted = [Wanted(name, term, weight) for (name, term), weight in weights.items()]
    question.words = list(dict.fromkeys(word for word, _, _ in cut if word not in QUESTION_WORDS))
    said = _expand(question, cut, lexicon, added) if lexicon is not None else {}
    most = LITERAL_SHARE / max(brevity(question.wanted), 0.1)
    _add(question, added, _Weigher(analysis, corpus, said, most), set(weights))
    question.missing = [
        word
        for word in question.words
        if len(word) > 1
        and not corpus.frequency(WORDS, word)
        and not corpus.frequency(GRAMS, word[:2])
    ]
    return question


def _take_typed(question: Question, speller: Speller) -> dict[str, float]:
    """Put words in the place of pinyin and initials; gives what else they may spell."""
    added: dict[str, float] = {}
    for typed, found in speller.typed(question.folded):
        question.expansions.append((typed, tuple(found)))
        question.folded = question.folded.replace(typed, " ".join(found[:1]), 1)
        added |= dict.fromkeys(found[1:], EXPANSION_WEIGHT)
    return added


def _expand(
    question: Question, cut: list[Piece], lexicon: Lexicon, added: dict[str, float]
) -> dict[str, str]:
    """Add the official terms of everyday words; gives the everyday word of each."""
    said: dict[str, str] = {}
    edges = frozenset(at for _, start, end in cut for at in (start, end))
    for expansion in lexicon.find(question.folded, edges):
        question.expansions.append((expansion.word, expansion.terms))
        weight = EXPANSION_WEIGHT / sqrt(len(expansion.terms))
        added |= dict.fromkeys(expansion.terms, weight)
        said |= dict.fromkeys(expansion.terms, expansion.word)
    return said


def _counts(folded: str, cut: list[Piece]) -> dict[tuple[str, str], float]:
    """Words and pairs of a question with their weights; words that only ask weigh less."""
    counts: defaultdict[tuple[str, str], float] = defaultdict(float)
    for word, _, _ in cut:
        counts[WORDS, word] += QUESTION_WEIGHT if word in QUESTION_WORDS else 1
    for gram, _ in grams(folded):
        counts[GRAMS, gram] += 1
    return counts


def _mend(
    question: Question,
    cut: list[Piece],
    analysis: Analysis,
    speller: Speller,
    added: dict[str, float],
) -> list[Piece]:
    """Ask with what sounds the same in the place of what the library does not have.

    What was typed is searched as well, with less weight. Gives the new cut.
    """
    question.mended = list(speller.mistakes(cut))
    for wrong, right in question.mended:
        added.setdefault(wrong, MISTAKE_WEIGHT)
        question.folded = question.folded.replace(wrong, right, 1)
    return analysis.segmenter.words(question.folded) if question.mended else cut


@dataclass
class _Weigher:
    """What an official term may weigh: less than the word for which it stands.

    Attributes:
        analysis: Cuts terms.
        corpus: For what the library knows.
        said: The everyday word of each official term.
        most: How many times as much as its everyday word a term may weigh; long questions hold
            much besides.
    """

    analysis: Analysis
    corpus: Corpus
    said: dict[str, str]
    most: float

    def pieces(self, text: str) -> list[tuple[str, str]]:
        """Words and pairs of a text."""
        found = [(WORDS, word) for word, _, _ in self.analysis.segmenter.words(text)]
        return found + [(GRAMS, gram) for gram, _ in grams(text)]

    def heaviness(self, pieces: list[tuple[str, str]]) -> float:
        """What pieces tell together where the library has them."""
        known = [piece for piece in pieces if self.corpus.frequency(*piece)]
        return sum(self.corpus.idf(*piece) for piece in known)

    def weight(self, term: str, weight: float) -> float:
        """A term's weight, lowered where its many pieces would outweigh the literal word."""
        word = self.said.get(term)
        literal = self.heaviness(self.pieces(word)) if word else 0.0
        own = self.heaviness(self.pieces(term))
        if not literal or not own or not self.corpus.frequency(GRAMS, (word or "")[:2]):
            return weight
        return min(weight, self.most * literal / own)


def _add(
    question: Question, added: dict[str, float], weigher: _Weigher, present: set[tuple[str, str]]
) -> None:
    weights: dict[tuple[str, str], float] = {}
    for term, full in added.items():
        question.marked.append(term)
        weight = weigher.weight(term, full)
        for piece in weigher.pieces(term):
            if piece not in present:
                weights[piece] = max(weight, weights.get(piece, 0.0))
    question.wanted += [Wanted(*piece, weight, counts=False) for piece, weight in weights.items()]
