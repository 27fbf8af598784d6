"""Why a hit stands where it stands."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

from search.saturation import BYTE_LENGTHS, K1, saturation

if TYPE_CHECKING:
    from search.engine import Found
    from search.generation import Generation
    from search.terms import Question


@dataclass(frozen=True)
class TermShare:
    """What one term gave: weight x idf x saturation."""

    field: str
    term: str
    added: bool
    weight: float
    idf: float
    frequency: int
    score: float

    def line(self, field_name: str) -> str:
        """One line of `--explain`."""
        added = "（扩展）" if self.added else ""
        return (
            f"  {field_name} {self.term}{added}：{self.score:.2f}"
            f"（权重 {self.weight:.2f} x 稀有度 {self.idf:.2f}，出现 {self.frequency} 次）"
        )


@dataclass(frozen=True)
class Explanation:
    """The parts of a score.

    Attributes:
        terms: What each term gave, the most first.
        first: Their sum, the BM25 score of the first stage.
        authority: Factor of the kind's weight and of how often others cite the document.
        force: Whether the version is in force on the day; None: uncertain.
        share: What part of the question the unit carries.
        final: The final score, with the support of the document's other units.
        meaning: What nearness in meaning added to it.
    """

    first: float
    authority: float
    force: bool | None
    share: float
    final: float
    meaning: float = 0.0
    terms: list[TermShare] = field(default_factory=list)

    def to_json(self) -> dict[str, object]:
        """As `--explain --json` prints it."""
        return asdict(self)

    def lines(self) -> list[str]:
        """As `--explain` prints it, in Chinese."""
        force = {True: "现行有效", False: "不在有效期内（降低）", None: "效力待确认（略降）"}[
            self.force
        ]
        head = [
            f"得分 {self.final:.2f}：文字 {self.first:.2f} x 权威 {self.authority:.2f}，{force}，",
            f"另加同一文档其他条款的支持，并看条文本身；覆盖问题的 {min(self.share, 1):.0%}。",
        ]
        if self.meaning:
            head.append(f"其中语义相近 {self.meaning:.2f}。")
        names = {"words": "词", "grams": "字对"}
        return head + [t.line(names[t.field]) for t in self.terms]


def explain(generation: Generation, found: Found, question: Question, day: object) -> Explanation:
    """Compute the parts of a hit's score again, term by term."""
    from datetime import date  # noqa: PLC0415

    assert isinstance(day, date)
    terms = [share for share in _shares(generation, found, question) if share.score > 0]
    terms.sort(key=lambda share: -share.score)
    state = int(generation.table.in_force(day.toordinal())[found.row])
    return Explanation(
        first=round(found.first, 4),
        authority=round(float(generation.table.authority[found.row]), 4),
        force={0: False, 1: True}.get(state),
        share=round(found.share, 4),
        final=round(found.score, 4),
        meaning=round(found.meant, 4),
        terms=terms,
    )


def _shares(generation: Generation, found: Found, question: Question) -> list[TermShare]:
    corpus = generation.corpus
    segment, unit = corpus.place(found.unit)
    shares = []
    for wanted in question.wanted:
        field_ = segment.fields[wanted.field]
        number = field_.vocabulary.find(wanted.term)
        if number < 0:
            continue
        units, tf = field_.postings(number)
        at = int(units.searchsorted(unit))
        if at == len(units) or units[at] != unit:
            continue
        length = BYTE_LENGTHS[field_.lengths[unit]]
        below = float(saturation(length, corpus.averages[wanted.field]))
        count = int(tf[at])
        idf = corpus.idf(wanted.field, wanted.term)
        score = wanted.weight * idf * count * (K1 + 1) / (count + below)
        shares.append(
            TermShare(
                wanted.field,
                wanted.term,
                not wanted.counts,
                wanted.weight,
                round(idf, 4),
                count,
                round(score, 4),
            )
        )
    return shares
