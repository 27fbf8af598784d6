"""Several segments into one, removed units left out.

Terms are merged range by range: in each range the postings of all segments are gathered and brought
into order by term; units stay in order because the segments are taken in order. So memory is
bounded by the result, not by sorting everything at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from search.arrays import pack_strings
from search.inversion import term_tops
from search.segment import GRAMS, WORDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from search.segment import Segment

    Array = NDArray[Any]

_RANGE_TERMS: Final = 60_000
_RANGE_POSTINGS: Final = 4_000_000


def merge(
    segments: Sequence[Segment], alive: Sequence[Array]
) -> tuple[dict[str, Array], dict[str, object]]:
    """The arrays and header of one segment that replaces these."""
    units = _Units(segments, alive)
    arrays = units.arrays()
    words = sorted({word.encode() for s in segments for word in _all_words(s)})
    blob, starts = pack_strings([word.decode() for word in words])
    arrays |= {"w.blob": blob, "w.starts": starts}
    word_numbers = {word: number for number, word in enumerate(words)}
    maps = [
        np.array([word_numbers[word.encode()] for word in _all_words(s)], np.int64)
        for s in segments
    ]
    arrays |= _merge_field(units, WORDS, maps, len(words))
    codes = np.unique(np.concatenate([s.file["g.codes"] for s in segments]))
    maps = [codes.searchsorted(s.file["g.codes"]) for s in segments]
    arrays |= _merge_field(units, GRAMS, maps, len(codes))
    arrays |= _merge_places(units, maps, len(codes))
    arrays["g.codes"] = codes
    totals = {name: units.total(name) for name in (WORDS, GRAMS)}
    extra = {"units": units.count, "documents": units.documents, "totals": totals}
    return arrays, extra


def _all_words(segment: Segment) -> Iterator[str]:
    vocabulary = segment.fields[WORDS].vocabulary
    return (vocabulary.text(number) for number in range(len(vocabulary)))


class _Units:
    """How units, documents and running text are renumbered."""

    def __init__(self, segments: Sequence[Segment], alive: Sequence[Array]) -> None:
        self.segments = segments
        self.kept = [np.flatnonzero(mask) for mask in alive]
        self.numbers: list[Array] = []
        self.shifts: list[Array] = []
        self.documents: list[tuple[str, str]] = []
        self.owners: list[Array] = []
        self.count = 0
        base = 0
        for segment, kept in zip(segments, self.kept, strict=True):
            numbers = np.full(segment.units, -1, np.int64)
            numbers[kept] = np.arange(self.count, self.count + len(kept))
            self.count += len(kept)
            lengths = np.diff(segment.base.astype(np.int64))[kept]
            starts = base + np.concatenate(([0], np.cumsum(lengths)))
            shifts = np.zeros(segment.units, np.int64)
            shifts[kept] = starts[:-1] - segment.base[:-1].astype(np.int64)[kept]
            base = int(starts[-1])
            self.numbers.append(numbers)
            self.shifts.append(shifts)
            self._take_documents(segment, kept)
        self.end = base

    def _take_documents(self, segment: Segment, kept: Array) -> None:
        old = np.unique(segment.owners[kept])
        numbers = np.zeros(len(segment.documents), np.int64)
        numbers[old] = np.arange(len(self.documents), len(self.documents) + len(old))
        self.documents += [segment.documents[at] for at in old.tolist()]
        self.owners.append(numbers[segment.owners[kept]])

    def arrays(self) -> dict[str, Array]:
        pairs = list(zip(self.segments, self.kept, strict=True))
        shifted = list(zip(self.segments, self.kept, self.shifts, strict=True))
        base = [s.base[:-1].astype(np.int64)[kept] + shift[kept] for s, kept, shift in shifted]
        bodies = [s.bodies.astype(np.int64)[kept] + shift[kept] for s, kept, shift in shifted]
        arrays = {
            "u.base": np.append(np.concatenate(base), self.end).astype(np.uint32),
            "u.body": np.concatenate(bodies).astype(np.uint32),
            "u.doc": np.concatenate(self.owners).astype(np.uint32),
            "u.label": np.concatenate([s.labels[kept] for s, kept in pairs]),
            "u.type": np.concatenate([s.types[kept] for s, kept in pairs]),
        }
        for name in ("u.text", "u.info"):
            arrays |= self._strings(name)
        for name in ("w.len", "g.len"):
            arrays[name] = np.concatenate([s.file[name][kept] for s, kept in pairs])
        return arrays

    def _strings(self, name: str) -> dict[str, Array]:
        pieces: list[Array] = []
        lengths: list[Array] = []
        for segment, kept in zip(self.segments, self.kept, strict=True):
            blob, starts = segment.file[name], segment.file[f"{name}_at"]
            edges = np.flatnonzero(np.diff(kept) != 1) + 1
            pieces.extend(
                blob[int(starts[run[0]]) : int(starts[run[-1] + 1])]
                for run in np.split(kept, edges)
                if len(run)
            )
            lengths.append(np.diff(starts)[kept])
        at = np.concatenate(([0], np.cumsum(np.concatenate(lengths))))
        joined = np.concatenate(pieces) if pieces else np.zeros(0, np.uint8)
        return {name: joined, f"{name}_at": at.astype(np.int64)}

    def total(self, name: str) -> int:
        """The length of a field; segments with removed units are counted from their postings."""
        total = 0
        for segment, kept in zip(self.segments, self.kept, strict=True):
            field = segment.fields[name]
            if len(kept) == segment.units:
                total += field.total
            else:
                mask = np.zeros(segment.units, bool)
                mask[kept] = True
                total += int(field.tf[mask[field.docs]].sum(dtype=np.int64))
        return total


def _merge_field(units: _Units, name: str, maps: list[Array], terms: int) -> dict[str, Array]:
    fields = [segment.fields[name] for segment in units.segments]
    counts = np.zeros(terms, np.int64)
    docs_out, tf_out = [], []
    for low, high in _ranges([field.at for field in fields], maps, terms):
        numbers, docs, tf = [], [], []
        for field, mapping, renumber in zip(fields, maps, units.numbers, strict=True):
            first, last = mapping.searchsorted(low), mapping.searchsorted(high)
            start, end = int(field.at[first]), int(field.at[last])
            unit = renumber[field.docs[start:end]]
            keep = unit >= 0
            term = np.repeat(mapping[first:last] - low, np.diff(field.at[first : last + 1]))
            numbers.append(term[keep].astype(np.uint16))
            docs.append(unit[keep].astype(np.uint32))
            tf.append(field.tf[start:end][keep])
        number = np.concatenate(numbers)
        order = np.argsort(number, kind="stable")
        counts[low:high] = np.bincount(number, minlength=high - low)
        docs_out.append(np.concatenate(docs)[order])
        tf_out.append(np.concatenate(tf)[order])
    return _finish(units, name, counts, np.concatenate(docs_out), np.concatenate(tf_out))


def _finish(units: _Units, name: str, counts: Array, docs: Array, tf: Array) -> dict[str, Array]:
    letter = name[0]
    at = np.concatenate(([0], np.cumsum(counts)))
    pairs = zip(units.segments, units.kept, strict=True)
    lengths = np.concatenate([s.fields[name].lengths[kept] for s, kept in pairs])
    tops = np.zeros(len(counts), np.float32)
    present = np.flatnonzero(counts)
    average = units.total(name) / max(units.count, 1)
    tops[present] = term_tops(docs, tf, lengths, at[:-1][present], average)
    return {f"{letter}.at": at, f"{letter}.docs": docs, f"{letter}.tf": tf, f"{letter}.top": tops}


def _merge_places(units: _Units, maps: list[Array], terms: int) -> dict[str, Array]:
    counts = np.zeros(terms, np.int64)
    out = []
    starts = [segment.occurrence_at for segment in units.segments]
    for low, high in _ranges(starts, maps, terms):
        numbers, places = [], []
        for at, segment in enumerate(units.segments):
            mapping = maps[at]
            first, last = mapping.searchsorted(low), mapping.searchsorted(high)
            start, end = int(starts[at][first]), int(starts[at][last])
            old = segment.occurrences[start:end]
            unit = segment.unit_of_place(old)
            keep = units.numbers[at][unit] >= 0
            term = np.repeat(mapping[first:last] - low, np.diff(starts[at][first : last + 1]))
            numbers.append(term[keep].astype(np.uint16))
            places.append((old.astype(np.int64) + units.shifts[at][unit])[keep].astype(np.uint32))
        number = np.concatenate(numbers)
        counts[low:high] = np.bincount(number, minlength=high - low)
        out.append(np.concatenate(places)[np.argsort(number, kind="stable")])
    at_all = np.concatenate(([0], np.cumsum(counts)))
    return {"g.occ": np.concatenate(out), "g.occ_at": at_all}


def _ranges(starts: list[Array], maps: list[Array], terms: int) -> Iterator[tuple[int, int]]:
    """Ranges of new terms with a bounded number of terms and postings each."""
    weights = np.zeros(terms, np.int64)
    for start, mapping in zip(starts, maps, strict=True):
        weights[mapping] += np.diff(start)
    ends = np.cumsum(weights)
    low = 0
    while low < terms:
        before = int(ends[low - 1]) if low else 0
        high = int(ends.searchsorted(before + _RANGE_POSTINGS, side="right"))
        high = min(max(high, low + 1), low + _RANGE_TERMS, terms)
        yield low, high
        low = high
    if not terms:
        yield 0, 0
