"""Results as the rest of the program sees them; snippets, facets and suggestion come when asked."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from search.entries import TITLE
from search.snippets import find_ranges, snippet
from search.table import IN_FORCE, UNKNOWN
from store.units import citation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import date

    from search.engine import Answer, Found
    from search.explanation import Explanation
    from search.generation import Generation
    from search.snippets import Range
    from search.syntax import Request
    from search.table import Row
    from search.terms import Question


UNSURE_NOTE: Final = "可能没有直接规定这一问题的条款，以下是最接近的。"


class Hit:
    """One found clause, title or piece of text.

    `clause`, `sub_label`, `citation` and the other names are those that `--json` prints.
    """

    def __init__(self, found: Found, results: Results) -> None:
        """Take what the engine found."""
        self._found = found
        self._results = results
        self._generation = results.generation
        self.row: Row = self._generation.table.rows[found.row]
        self.id = self.row.id
        self.title = self.row.title
        self.kind = self.row.kind
        self.department = self.row.department
        self.status = self.row.status
        self.number = self.row.number
        self.version = self.row.version
        self.effective = self.row.effective
        self.expires = self.row.expires
        self.path = self.row.path
        self.score = round(found.score, 4)

    def __repr__(self) -> str:
        return f"Hit({self.citation!r}, {self.score})"

    @cached_property
    def _info(self) -> list[Any]:
        return self._generation.corpus.info(self._found.unit)

    @property
    def clause(self) -> str | None:
        """The label of the unit, None for titles and unnumbered text."""
        label = self._info[0]
        return None if label is None else str(label)

    @property
    def unit_anchor(self) -> str:
        """Where a link to the unit points."""
        return str(self._info[1])

    @property
    def heading(self) -> str:
        """The heading path."""
        return str(self._info[2])

    @cached_property
    def text(self) -> str:
        """The plain text."""
        return self._generation.corpus.text(self._found.unit)

    @property
    def is_title(self) -> bool:
        """Whether the document itself was found: its title and opening."""
        segment, local = self._generation.corpus.place(self._found.unit)
        return int(segment.types[local]) == TITLE

    @cached_property
    def highlights(self) -> list[Range]:
        """Code-point ranges in `text`."""
        return find_ranges(self.text, self._results.marked, self._generation.analysis.folder)

    @cached_property
    def _part(self) -> tuple[int, int, str, str] | None:
        """The piece inside in which most is marked, or which was asked for."""
        parts = self._info[4]
        if not parts:
            return None
        wanted = self._results.part
        if wanted:
            for part in parts:
                if wanted(str(part[2])):
                    return _as_part(part)
        if len(parts) < 2 or not self.highlights:
            return None
        weights = self._part_weights(parts)
        top = max(weights)
        if weights[0] >= top:  # the opening stands for the whole unless all the rest says nothing
            return None if any(weights[1:]) else _as_part(parts[0])
        return _as_part(parts[weights.index(top)])

    def _part_end(self, start: int) -> int:
        return min((int(p[0]) for p in self._info[4] if int(p[0]) > start), default=len(self.text))

    def _part_weights(self, parts: Sequence[Any]) -> list[float]:
        ends = [int(part[0]) for part in parts[1:]] + [len(self.text)]
        terms = self._results.term_weights
        fold = self._generation.analysis.folder
        weights = []
        for part, end in zip(parts, ends, strict=True):
            piece = fold(self.text[int(part[0]) : end])
            weights.append(sum(weight for term, weight in terms.items() if term in piece))
        return weights

    @property
    def sub_label(self) -> str | None:
        """Where in the unit the match lies: 第二款第（三）项."""
        return (self._part[2] or None) if self._part else None

    @property
    def line(self) -> int:
        """The line in the file, of the piece inside if one is named."""
        return self._part[1] if self._part and self._part[2] else int(self._info[3])

    @property
    def anchor(self) -> str:
        """Where a link to the match points."""
        return self._part[3] if self._part and self._part[2] else self.unit_anchor

    @property
    def citation(self) -> str:
        """《考勤与休假管理办法》（2024版）第十二条第二款."""
        return citation(self.title, self.version, self.clause, self.sub_label or "", self.heading)

    @cached_property
    def snippet(self) -> str:
        """The best piece of the text as escaped HTML with `<mark>`."""
        part = self._part
        inside = (part[0], self._part_end(part[0])) if part and part[2] else None
        return snippet(self.text, self.highlights, part=inside)

    @property
    def in_force(self) -> bool | None:
        """Whether the version is in force on the day of the search; None: 效力待确认."""
        return self._results.in_force(self._found.row)

    @cached_property
    def versions(self) -> list[dict[str, object]]:
        """The same clause in other versions, the newest first."""
        found: list[dict[str, object]] = []
        for unit, at in self._found.others:
            row = self._generation.table.rows[at]
            clause, anchor, heading, line, _ = self._generation.corpus.info(unit)
            found.append(
                {
                    "id": row.id,
                    "title": row.title,
                    "version": row.version,
                    "status": row.status,
                    "effective": row.effective,
                    "expires": row.expires,
                    "in_force": self._results.in_force(at),
                    "clause": clause,
                    "citation": citation(row.title, row.version, clause, heading=str(heading)),
                    "anchor": anchor,
                    "path": row.path,
                    "line": line,
                }
            )
        return found

    def explain(self) -> Explanation:
        """Which terms, which fields and which weights made the score."""
        from search.explanation import explain  # noqa: PLC0415

        return explain(self._generation, self._found, self._results.question, self._results.day)

    def to_json(self) -> dict[str, object]:
        """The hit as `--json` prints it."""
        names = (
            "id title kind department status number version effective expires in_force clause "
            "sub_label citation anchor heading text snippet highlights score path line versions"
        )
        values = {name: getattr(self, name) for name in names.split()}
        for name in ("department", "status", "number", "version", "anchor", "heading"):
            values[name] = values[name] or None
        values["highlights"] = [list(pair) for pair in self.highlights]
        return values


def _as_part(part: Sequence[Any]) -> tuple[int, int, str, str]:
    return int(part[0]), int(part[1]), str(part[2]), str(part[3])


class Results:
    """The hits of one search.

    Attributes:
        query: As typed.
        total: How many hits there are in all.
        hits: The best of them.
        took_ms: How long it took.
        notes: What the user should know about how the query was read.
    """

    def __init__(  # noqa: PLR0913
        self,
        *,
        query: str,
        request: Request,
        question: Question,
        answer: Answer,
        generation: Generation,
        day: date,
        took_ms: float,
        suggest: Callable[[], str | None],
    ) -> None:
        """Keep what was asked and found."""
        self.query = query
        self.request = request
        self.question = question
        self.generation = generation
        self.day = day
        self.took_ms = took_ms
        self.total = answer.total
        self._count = answer.facets
        self.relaxed = answer.relaxed
        self.notes = list(request.notes)
        self._suggest = suggest
        self.hits = [Hit(found, self) for found in answer.found]
        if self._is_unsure(answer):
            self.notes.append(UNSURE_NOTE)

    def _is_unsure(self, answer: Answer) -> bool:
        """Whether the best hits carry less than half of a plain question."""
        request = self.request
        exact = request.phrases or request.label or request.place or request.tree is not None
        if exact or not answer.found or not self.question.words:
            return False
        return not answer.answers(answer.found[0].unit)

    def __len__(self) -> int:
        return len(self.hits)

    def __iter__(self) -> Iterator[Hit]:
        return iter(self.hits)

    @cached_property
    def facets(self) -> dict[str, dict[str, int]]:
        """How many hits there are of each kind, department, status and year."""
        return self._count()

    @cached_property
    def suggestion(self) -> str | None:
        """A better spelling, when there is one."""
        return self._suggest()

    @property
    def expansions(self) -> list[tuple[str, tuple[str, ...]]]:
        """Words of the query and the official terms that were searched as well."""
        return self.question.expansions

    @cached_property
    def marked(self) -> list[str]:
        """The folded texts that are marked in hits."""
        fold = self.generation.analysis.folder
        phrases = [fold(phrase) for phrase in self.request.phrases]
        words = [word for word in self.question.words if len(word) > 1 or not word.isalpha()]
        words += self.question.marked or []
        if not words and not phrases:
            words = self.question.words
        return list(dict.fromkeys([*phrases, *words]))

    @cached_property
    def term_weights(self) -> dict[str, float]:
        """The marked texts with how much each tells."""
        corpus = self.generation.corpus
        return {term: corpus.idf("grams", term[:2]) for term in self.marked if term}

    @property
    def part(self) -> Callable[[str], bool] | None:
        """Whether a part's label is the one that was asked for."""
        if not self.request.part:
            return None
        from search.labels import normal_label  # noqa: PLC0415

        wanted = normal_label(self.request.part).replace("(", "").replace(")", "")
        return lambda label: normal_label(label).replace("(", "").replace(")", "") == wanted

    def in_force(self, row: int) -> bool | None:
        """Whether a document is in force on the day of the search."""
        state = int(self._states[row])
        return None if state == UNKNOWN else state == IN_FORCE

    @cached_property
    def _states(self) -> Any:
        return self.generation.table.in_force(self.day.toordinal())

    @property
    def wider(self) -> list[str]:
        """Wider queries to offer when nothing was found."""
        from search.widening import wider  # noqa: PLC0415

        return wider(self.request, self.question)

    def to_json(self) -> dict[str, object]:
        """The results as `--json` prints them."""
        return {
            "query": self.query,
            "total": self.total,
            "took_ms": round(self.took_ms, 2),
            "suggestion": self.suggestion,
            "facets": self.facets,
            "hits": [hit.to_json() for hit in self.hits],
        }
