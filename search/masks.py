"""Which units a request allows: filters, what is in force, titles, articles, required texts."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from search.analysis import is_word_character
from search.labels import citation_key, label_key, normal_label
from search.library import short_title
from search.names import Names
from search.phrases import body_units, text_places
from search.segment import WORDS
from search.table import IN_FORCE
from store.units import citation

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from search import whoosh_queries as wq
    from search.generation import Generation
    from search.scoring import Evaluator, Matches
    from search.syntax import Request

    Array = NDArray[Any]

_READ_FOR_LABELS: Final = 5000


class Masks:
    """Makes masks over the units of a generation."""

    def __init__(self, generation: Generation) -> None:
        """Look at this generation."""
        self.generation = generation
        self.corpus = generation.corpus
        self.table = generation.table
        self._fold = generation.analysis.folder

    @cached_property
    def evaluator(self) -> Evaluator:
        """What runs AND, OR and NOT; words alone never need it, nor Whoosh's queries."""
        from search import whoosh_queries as wq  # noqa: PLC0415
        from search.scoring import Evaluator as Runner  # noqa: PLC0415

        found = Runner(self.corpus, self.field_mask)
        found.add(wq.Term, self._named_term)
        return found

    # -- rows -------------------------------------------------------------------------------------

    def rows(self, request: Request, day: int | None) -> Array | None:
        """Which documents a request allows; None for all."""
        masks = [self._any(name, values) for name, values in request.filters.items()]
        masks += [~self._any(name, values) for name, values in request.refused.items()]
        masks += [self._titled(request.titles)] if request.titles else []
        if day is not None:
            state = self.table.in_force(day)
            masks.append(state == IN_FORCE)
        return np.logical_and.reduce(masks) if masks else None

    def _any(self, name: str, values: Iterable[str]) -> Array:
        found = np.zeros(len(self.table), bool)
        for value in values:
            found |= self.row_mask(name, value)
        return found

    def row_mask(self, name: str, value: str) -> Array:
        """The documents with a value in a metadata field."""
        wanted = self._fold(value).strip()
        if name == "tag":
            return np.array([wanted in map(self._fold, r.tags) for r in self.table.rows], bool)
        if name == "title":
            return self._titled([value])
        if name == "year":
            wanted = wanted.removesuffix("年").removesuffix("年度")
        if name == "version":
            return self._of_edition(wanted)
        values, codes = self.table.codes(name)
        folded = [self._fold(known) for known in values]
        exact = [wanted == known for known in folded]
        if not any(exact) and name in {"department", "position", "number"}:
            exact = [wanted in known for known in folded]
        good: Array = np.array(exact, bool)[codes] if values else np.zeros(0, bool)
        return good

    def _of_edition(self, wanted: str) -> Array:
        values, codes = self.table.codes("version")
        same = [self._fold(v).removesuffix("版") == wanted.removesuffix("版") for v in values]
        good: Array = np.array(same, bool)[codes] if values else np.zeros(0, bool)
        return good

    def _titled(self, titles: Iterable[str]) -> Array:
        found = np.zeros(len(self.table), bool)
        for title in titles:
            wanted = self._fold(short_title(title))
            holding = self._names.holding(wanted)
            same = [
                row
                for row in np.flatnonzero(holding).tolist()
                if self._fold(short_title(self._names[row])) == wanted
            ]
            if same:
                found[same] = True
            else:
                found |= holding
        return found

    @cached_property
    def _names(self) -> Names:
        return Names(self.table.column("title"), self._fold, blanks=True)

    # -- units ------------------------------------------------------------------------------------

    def field_mask(self, name: str, value: str, at: int) -> Array:
        """The units of a segment whose document has a value."""
        return self.unit_mask(self.row_mask(name, value), at)

    def unit_mask(self, rows: Array, at: int) -> Array:
        """A mask of documents as a mask of the units of a segment."""
        owners = self.generation.rows_of[at]
        mask: Array = rows[owners] & (owners >= 0) if len(rows) else np.zeros(len(owners), bool)
        return mask

    def units(self, request: Request, rows: Array | None, *, headings: bool) -> list[Array | None]:
        """For each segment, which units a request allows; None for all.

        Args:
            request: The request.
            rows: Its documents.
            headings: Whether a quoted text may stand in title and heading, too.
        """
        key = np.uint64(label_key(request.label))
        placed = self._placed(request, rows) if request.place and rows is not None else None
        found: list[Array | None] = []
        for at, segment in enumerate(self.corpus.segments):
            masks = [] if rows is None else [self.unit_mask(rows, at)]
            if placed is not None:
                masks.append(np.isin(np.arange(segment.units) + self.corpus.offsets[at], placed))
            if request.label:
                masks.append(segment.labels == key)
            masks += [self.text_mask(text, at, whole=headings) for text in self._required(request)]
            masks += [~self.text_mask(text, at, whole=True) for text in request.excluded]
            if request.tree is not None:
                masks.append(self._tree_mask(request.tree, at))
            found.append(np.logical_and.reduce(masks) if masks else None)
        return found

    def _placed(self, request: Request, rows: Array) -> Array | None:
        """The units with the label that a citation gives; the rest of it names a part.

        None where there is no such label, or the title names half the library.
        """
        wanted, literal = citation_key(request.place), normal_label(request.place)
        owners = self.generation.unit_rows
        units = np.flatnonzero(rows[owners] & (owners >= 0))
        found: list[tuple[int, bool, int]] = []
        for unit in units.tolist() if len(units) <= _READ_FOR_LABELS else ():
            clause, _, heading, _, _ = self.corpus.info(unit)
            label = citation("", "", clause, heading=str(heading)).removeprefix("《》")
            key = citation_key(label)
            if key and f"{wanted}|".startswith(f"{key}|"):
                found.append((len(key), literal.startswith(normal_label(label)), unit))
        if not found:
            return None
        longest, exact, _ = max(found)
        request.part = wanted[longest:].strip("|") or request.part
        return np.array(
            [unit for length, same, unit in found if (length, same) == (longest, exact)]
        )

    @staticmethod
    def _required(request: Request) -> list[str]:
        return [] if request.tree is not None else request.phrases

    def text_mask(self, text: str, at: int, *, whole: bool) -> Array:
        """The units in which a text stands exactly."""
        segment = self.corpus.segments[at]
        folded = self._fold(text)
        mask = np.zeros(segment.units, bool)
        if not any(is_word_character(character) for character in folded):
            return mask
        units, inside = body_units(segment, text_places(segment, folded, self._fold))
        mask[units if whole else units[inside]] = True
        return mask

    def _tree_mask(self, tree: wq.Query, at: int) -> Array:
        mask = np.zeros(self.corpus.segments[at].units, bool)
        mask[self.evaluator.evaluate(tree, at).units] = True
        return mask

    def _named_term(self, node: wq.Term, at: int) -> Matches:
        """A term of the query language: exact text, or a text that may be several words."""
        if node.fieldname not in {"text", "exact"}:
            return self.evaluator.term(node, at)
        from search.scoring import Matches as Found  # noqa: PLC0415

        mask = self.text_mask(str(node.text), at, whole=True)
        if node.fieldname == "text":
            mask |= self._all_words(str(node.text), at)
        units = np.flatnonzero(mask & self.corpus.alive[at])
        return Found(units, np.ones(len(units)))

    def _all_words(self, text: str, at: int) -> Array:
        segment = self.corpus.segments[at]
        field = segment.fields[WORDS]
        words = self.generation.analysis.segmenter.words(self._fold(text))
        mask = np.zeros(segment.units, bool)
        for count, (word, _, _) in enumerate(words):
            number = field.vocabulary.find(word)
            here = np.zeros(segment.units, bool)
            if number >= 0:
                here[field.postings(number)[0]] = True
            mask = here if count == 0 else mask & here
        return mask
