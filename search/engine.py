"""The small interface behind which an engine stands.

The rest of the program knows no more of the engine than this: write documents, remove them, run a
request to hits and facets. Arrays behind Whoosh stand there today (`search.array_engine`,
`search.writing`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from search.entries import IndexedDocument
    from search.syntax import Request
    from search.table import Row
    from search.terms import Question


@dataclass(frozen=True)
class Found:
    """One unit that was found.

    Attributes:
        unit: Its number in the engine.
        row: Its document's number in the engine's table.
        score: The final score.
        first: The score of the first stage.
        share: What part of the question it carries.
        others: Units of other versions that are folded under it.
        meant: What nearness in meaning added to the score.
    """

    unit: int
    row: int
    score: float
    first: float
    share: float
    others: tuple[tuple[int, int], ...] = ()
    meant: float = 0.0


@dataclass
class Answer:
    """What the engine gives back.

    Attributes:
        total: How many hits there are in all.
        found: The best of them.
        facets: Counts, for each field, its values and how many hits have them.
        relaxed: What was loosened because nothing fitted: `headings`, `label`, `words`.
        answers: Whether a unit carries a fair part of the question.
    """

    total: int
    found: list[Found]
    facets: Callable[[], dict[str, dict[str, int]]]
    relaxed: list[str] = field(default_factory=list)
    answers: Callable[[int], bool] = lambda _unit: True


class EngineWriter(Protocol):
    """Writes into an engine; what is written is seen after `commit`."""

    def write(self, documents: Iterable[IndexedDocument]) -> None:
        """Add documents, each in place of the one with its id."""

    def remove(self, ids: Iterable[str]) -> None:
        """Remove documents."""

    def commit(self, rows: Iterable[Row], stamp: str) -> object:
        """Make it visible, all at once."""


class Engine(Protocol):
    """Answers requests."""

    def run(
        self, request: Request, question: Question, day: int, *, on: int | None, limit: int
    ) -> Answer:
        """Answer a request.

        Args:
            request: The query taken apart.
            question: Its plain part as terms.
            day: Today.
            on: The day whose versions are searched; None for all versions.
            limit: How many hits are wanted.
        """
