"""A Whoosh codec whose postings are the memory-mapped arrays of a segment.

Whoosh's own readers, searchers, matchers and results work over it. The codec reads only: segments
are written in bulk by `search.inversion`. Nothing is pickled: the schema is made here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from whoosh import fields
from whoosh.analysis.analyzers import IDAnalyzer
from whoosh.codec import base
from whoosh.filedb.filestore import RamStorage
from whoosh.matching.mcore import LeafMatcher, ReadTooFar
from whoosh.reading import MultiReader, SegmentReader, TermInfo
from whoosh.scoring import BM25F
from whoosh.searching import Searcher

from search.saturation import BYTE_LENGTHS, K1, B
from search.segment import GRAMS, WORDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from whoosh import formats
    from whoosh.reading import IndexReader

    from search.corpus import Corpus
    from search.segment import Field, Segment

_NOWHERE: Final = RamStorage()  # type: ignore[no-untyped-call]
_FIELD_NAMES: Final = (GRAMS, WORDS)


def schema() -> fields.Schema:
    """Words and pairs as ranked fields, the unit's number as stored field."""
    return fields.Schema(
        words=fields.TEXT(analyzer=IDAnalyzer(), phrase=False),
        grams=fields.TEXT(analyzer=IDAnalyzer(), phrase=True),
        unit=fields.STORED(),
    )


def searcher(corpus: Corpus) -> Searcher:
    """A Whoosh searcher over the segments of a corpus."""
    readers: list[IndexReader] = []
    for at, segment in enumerate(corpus.segments):
        marker = _WhooshSegment(segment, corpus, at)
        readers.append(SegmentReader(_NOWHERE, schema(), marker))
    reader = readers[0] if len(readers) == 1 else MultiReader(readers)
    return Searcher(reader, weighting=BM25F(B=B, K1=K1))


class _WhooshSegment(base.Segment):
    """A segment as Whoosh knows segments."""

    def __init__(self, segment: Segment, corpus: Corpus, at: int) -> None:
        super().__init__(segment.path.stem)  # type: ignore[no-untyped-call]
        self.arrays = segment
        self.alive = corpus.alive[at]

    def codec(self) -> ArrayCodec:
        return ArrayCodec()

    def doc_count_all(self) -> int:
        return self.arrays.units

    def doc_count(self) -> int:
        return int(self.alive.sum())

    def is_compound(self) -> bool:
        return False

    def is_deleted(self, docnum: int) -> bool:
        return not bool(self.alive[docnum])

    def deleted_docs(self) -> list[int]:
        return [int(unit) for unit in (~self.alive).nonzero()[0]]

    def deleted_count(self) -> int:
        return self.arrays.units - self.doc_count()

    def delete_document(self, docnum: int, delete: bool = True) -> None:  # noqa: FBT001, FBT002
        raise NotImplementedError


class ArrayCodec(base.Codec):
    """Reads postings and lengths from arrays."""

    def terms_reader(self, storage: object, segment: _WhooshSegment) -> _Terms:  # noqa: ARG002
        """The postings."""
        return _Terms(segment.arrays)

    def per_document_reader(self, storage: object, segment: _WhooshSegment) -> _Documents:  # noqa: ARG002
        """The lengths."""
        return _Documents(segment)

    def _read_only(self, *_args: object, **_keywords: object) -> None:
        """Segments are written in bulk elsewhere.

        Raises:
            NotImplementedError: Always.
        """
        raise NotImplementedError

    per_document_writer = field_writer = postings_writer = postings_reader = new_segment = (
        _read_only
    )


class _Terms(base.TermsReader):
    def cursor(self, fieldname: str, fieldobj: object) -> object:
        raise NotImplementedError

    def __init__(self, segment: Segment) -> None:
        self._segment = segment

    def _find(self, name: str, text: bytes) -> tuple[Field, int]:
        field = self._segment.fields[name]
        number = field.vocabulary.find(text.decode())
        if number < 0:
            raise KeyError((name, text))
        return field, number

    def __contains__(self, term: tuple[str, bytes]) -> bool:
        name, text = term
        found = self._segment.fields.get(name)
        return found is not None and found.vocabulary.find(text.decode()) >= 0

    def indexed_field_names(self) -> tuple[str, ...]:
        return _FIELD_NAMES

    def terms(self) -> Iterator[tuple[str, bytes]]:
        for name in _FIELD_NAMES:
            yield from self.terms_from(name, b"")

    def terms_from(self, fieldname: str, prefix: bytes) -> Iterator[tuple[str, bytes]]:
        vocabulary = self._segment.fields[fieldname].vocabulary
        first, _ = vocabulary.prefix(prefix.decode())
        for number in range(first, len(vocabulary)):
            yield fieldname, vocabulary.text(number).encode()

    def items(self) -> Iterator[tuple[tuple[str, bytes], TermInfo]]:
        return ((term, self.term_info(*term)) for term in self.terms())

    def items_from(
        self, fieldname: str, prefix: bytes
    ) -> Iterator[tuple[tuple[str, bytes], TermInfo]]:
        return ((term, self.term_info(*term)) for term in self.terms_from(fieldname, prefix))

    def term_info(self, fieldname: str, text: bytes) -> TermInfo:
        field, number = self._find(fieldname, text)
        units, tf = field.postings(number)
        lengths = BYTE_LENGTHS[field.lengths[units]]
        return TermInfo(  # type: ignore[no-untyped-call]
            weight=float(tf.sum()),
            df=len(units),
            minlength=int(lengths.min()),
            maxlength=int(lengths.max()),
            maxweight=float(tf.max()),
            minid=int(units[0]),
            maxid=int(units[-1]),
        )

    def frequency(self, fieldname: str, text: bytes) -> float:
        field, number = self._find(fieldname, text)
        return float(field.postings(number)[1].sum())

    def doc_frequency(self, fieldname: str, text: bytes) -> int:
        field, number = self._find(fieldname, text)
        return field.frequency(number)

    def matcher(
        self, fieldname: str, text: bytes, format_: formats.Format, scorer: object = None
    ) -> ArrayMatcher:
        field, number = self._find(fieldname, text)
        return ArrayMatcher(self._segment, field, number, (fieldname, text), format_, scorer)


class ArrayMatcher(LeafMatcher):
    """Walks the postings of one term, for what is not scored on arrays."""

    def __init__(
        self,
        segment: Segment,
        field: Field,
        number: int,
        term: tuple[str, bytes],
        format_: formats.Format,
        scorer: Any,
    ) -> None:
        """Stand at the first posting."""
        self._segment = segment
        self._field = field
        self._number = number
        self._term = term
        self.format = format_
        self.scorer = scorer
        self._units, self._tf = field.postings(number)
        self._at = 0

    def copy(self) -> ArrayMatcher:
        """Another matcher at the same place."""
        other = ArrayMatcher(
            self._segment, self._field, self._number, self._term, self.format, self.scorer
        )
        other._at = self._at
        return other

    def is_active(self) -> bool:
        """Whether there is a posting here."""
        return self._at < len(self._units)

    def reset(self) -> None:
        """Go back to the first."""
        self._at = 0

    def id(self) -> int:
        """The unit."""
        return int(self._units[self._at])

    def next(self) -> None:
        """Go to the next posting."""
        if not self.is_active():
            raise ReadTooFar
        self._at += 1

    def skip_to(self, id: int) -> None:  # noqa: A002
        """Go to this unit or the next behind it."""
        if not self.is_active():
            raise ReadTooFar
        self._at = max(self._at, int(self._units.searchsorted(id)))

    def skip_to_quality(self, minquality: float) -> int:
        """Postings are one block: nothing is skipped unless nothing in it is good enough."""
        if self.block_quality() > minquality:
            return 0
        self._at = len(self._units)
        return 1

    def weight(self) -> float:
        """How often the term stands in the unit."""
        return float(self._tf[self._at])

    def value(self) -> bytes:
        """Nothing is encoded: `value_as` gives the places."""
        return b""

    def value_as(self, astype: str) -> Any:
        """The places in the unit, or how many they are."""
        if astype != "positions":
            return self.weight()
        places = self._segment.gram_places(self._term[1].decode())
        unit = self.id()
        low, high = self._segment.base[unit], self._segment.base[unit + 1]
        inside = places[places.searchsorted(low) : places.searchsorted(high)]
        return (inside.astype(int) - int(low)).tolist()

    def max_quality(self) -> float:
        """The best score there can be."""
        return float(self.scorer.max_quality())

    def block_quality(self) -> float:
        """The same: postings are one block."""
        return float(self.scorer.max_quality())


class _Documents(base.PerDocumentReader):
    def __init__(self, segment: _WhooshSegment) -> None:
        self._arrays = segment.arrays
        self._alive = segment.alive

    def doc_count(self) -> int:
        return int(self._alive.sum())

    def doc_count_all(self) -> int:
        return self._arrays.units

    def has_deletions(self) -> bool:
        return not bool(self._alive.all())

    def is_deleted(self, docnum: int) -> bool:
        return not bool(self._alive[docnum])

    def deleted_docs(self) -> list[int]:
        return [int(unit) for unit in (~self._alive).nonzero()[0]]

    def doc_field_length(self, docnum: int, fieldname: str, default: int = 0) -> int:
        field = self._arrays.fields.get(fieldname)
        return default if field is None else int(BYTE_LENGTHS[field.lengths[docnum]])

    def field_length(self, fieldname: str) -> int:
        return self._arrays.fields[fieldname].total

    def min_field_length(self, fieldname: str) -> int:
        return int(BYTE_LENGTHS[self._arrays.fields[fieldname].lengths.min()])

    def max_field_length(self, fieldname: str) -> int:
        return int(BYTE_LENGTHS[self._arrays.fields[fieldname].lengths.max()])

    def stored_fields(self, docnum: int) -> dict[str, int]:
        return {"unit": docnum}
