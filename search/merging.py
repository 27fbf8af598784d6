"""Several segments into one, removed units left out.

Terms are merged range by range: in each range the postings of all segments are gathered, brought
into order by term and written; units stay in order because the segments are taken in order. So
memory is bounded by a range and by what is known of each unit and term, not by the postings.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from search.arrays import ArrayWriter, pack_strings
from search.segment import GRAMS, WORDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from search.segment import Segment

    Array = NDArray[Any]
    Read = Callable[[int, int], tuple[Array, tuple[Array, ...]]]

_RANGE_TERMS: Final = 60_000
_RANGE_POSTINGS: Final = 1_000_000
_PIECE: Final = 1 << 22
_STRINGS: Final = ("u.text", "u.info")


def merge(path: Path, segments: Sequence[Segment], alive: Sequence[Array]) -> tuple[int, list[str]]:
    """Write one segment that replaces these.

    Args:
        path: The new file.
        segments: What is merged, in order.
        alive: For each, which units are kept.

    Returns:
        The checksum of the file, and the documents in it.
    """
    units = _Units(segments, alive)
    words, word_maps = _all_words(segments)
    codes = np.unique(np.concatenate([s.file["g.codes"] for s in segments]))
    code_maps = [codes.searchsorted(s.file["g.codes"]) for s in segments]
    arrays = units.arrays() | {"g.codes": codes}
    arrays["w.blob"], arrays["w.starts"] = pack_strings(words)
    kept = {name: units.kept_postings(name) for name in (WORDS, GRAMS)}
    layout = {name: (array.dtype, len(array)) for name, array in arrays.items()}
    layout |= {name: (np.dtype(np.uint8), int(arrays[f"{name}_at"][-1])) for name in _STRINGS}
    for letter, terms, (count, _) in zip(
        "wg", (len(words), len(codes)), kept.values(), strict=True
    ):
        layout[f"{letter}.at"] = np.dtype(np.int64), terms + 1
        layout[f"{letter}.docs"] = np.dtype(np.uint32), count
        layout[f"{letter}.tf"] = np.dtype(np.uint8), count
    layout["g.occ_at"] = np.dtype(np.int64), len(codes) + 1
    layout["g.occ"] = np.dtype(np.uint32), units.kept_places()
    totals = {name: total for name, (_, total) in kept.items()}
    extra = {"units": units.count, "documents": units.documents, "totals": totals}
    with ArrayWriter(path, layout, extra) as writer:
        for name, array in arrays.items():
            writer.write(name, array)
        units.write_strings(writer)
        _write_lists(writer, units.postings(WORDS, word_maps), ("w.at", "w.docs", "w.tf"), words)
        _write_lists(writer, units.postings(GRAMS, code_maps), ("g.at", "g.docs", "g.tf"), codes)
        _write_lists(writer, units.places(code_maps), ("g.occ_at", "g.occ"), codes)
    return writer.checksum, units.documents


def _all_words(segments: Sequence[Segment]) -> tuple[list[str], list[Array]]:
    """The words of all segments in order, and where those of each segment are among them."""
    own = [segment.words() for segment in segments]
    words = sorted({word for found in own for word in found})
    numbers = {word: number for number, word in enumerate(words)}
    maps = [np.fromiter(map(numbers.__getitem__, found), np.int64, len(found)) for found in own]
    return [word.decode("utf-8", "surrogatepass") for word in words], maps


class _Lists(NamedTuple):
    """For each term of a segment a list: where it begins, the term's new number, its values."""

    starts: Array
    mapping: Array
    read: Read
    release: Callable[[], None]


class _Units:
    """How units, documents and running text are renumbered."""

    def __init__(self, segments: Sequence[Segment], alive: Sequence[Array]) -> None:
        self.segments = segments
        self.kept = [np.flatnonzero(mask) for mask in alive]
        self.whole = [bool(mask.all()) for mask in alive]
        self.numbers: list[Array] = []
        self.shifts: list[Array] = []
        self.documents: list[str] = []
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
        """What is known of each unit, texts left out."""
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
        for name in ("w.len", "g.len"):
            arrays[name] = np.concatenate([s.file[name][kept] for s, kept in pairs])
        for name in _STRINGS:
            lengths = [np.diff(s.file[f"{name}_at"])[kept] for s, kept in pairs]
            arrays[f"{name}_at"] = np.concatenate(([0], np.cumsum(np.concatenate(lengths))))
        return arrays

    def write_strings(self, writer: ArrayWriter) -> None:
        """Texts and what is told of each unit, in runs of kept units."""
        for name in _STRINGS:
            for segment, kept in zip(self.segments, self.kept, strict=True):
                blob, starts = segment.file[name], segment.file[f"{name}_at"]
                edges = np.flatnonzero(np.diff(kept) != 1) + 1
                for run in np.split(kept, edges) if len(kept) else ():
                    end = int(starts[run[-1] + 1])
                    for at in range(int(starts[run[0]]), end, _PIECE):
                        writer.write(name, blob[at : min(at + _PIECE, end)])
                segment.file.release()

    def kept_postings(self, name: str) -> tuple[int, int]:
        """How many postings of a field stay, and the length of the field."""
        count = total = 0
        for at, segment in enumerate(self.segments):
            field = segment.fields[name]
            if self.whole[at]:
                count, total = count + len(field.docs), total + field.total
                continue
            for low in range(0, len(field.docs), _PIECE):
                keep = self.numbers[at][field.docs[low : low + _PIECE]] >= 0
                count += int(keep.sum())
                total += int(field.tf[low : low + _PIECE][keep].sum(dtype=np.int64))
        return count, total

    def kept_places(self) -> int:
        """How many places of pairs in the running text stay."""
        count = 0
        for at, segment in enumerate(self.segments):
            if self.whole[at]:
                count += len(segment.occurrences)
                continue
            for low in range(0, len(segment.occurrences), _PIECE):
                units = segment.unit_of_place(segment.occurrences[low : low + _PIECE])
                count += int((self.numbers[at][units] >= 0).sum())
        return count

    def postings(self, name: str, maps: Sequence[Array]) -> list[_Lists]:
        """The units of each term with their counts."""
        return [
            _Lists(
                segment.fields[name].at,
                maps[at],
                _posting_reader(segment, name, self.numbers[at]),
                segment.file.release,
            )
            for at, segment in enumerate(self.segments)
        ]

    def places(self, maps: Sequence[Array]) -> list[_Lists]:
        """The places of each pair."""
        return [
            _Lists(
                segment.occurrence_at,
                maps[at],
                _place_reader(segment, self.numbers[at], self.shifts[at]),
                segment.file.release,
            )
            for at, segment in enumerate(self.segments)
        ]


def _posting_reader(segment: Segment, name: str, numbers: Array) -> Read:
    field = segment.fields[name]

    def read(start: int, end: int) -> tuple[Array, tuple[Array, ...]]:
        units = numbers[field.docs[start:end]]
        keep = units >= 0
        return keep, (units[keep].astype(np.uint32), field.tf[start:end][keep])

    return read


def _place_reader(segment: Segment, numbers: Array, shifts: Array) -> Read:
    def read(start: int, end: int) -> tuple[Array, tuple[Array, ...]]:
        old = segment.occurrences[start:end]
        units = segment.unit_of_place(old)
        keep = numbers[units] >= 0
        return keep, ((old + shifts[units])[keep].astype(np.uint32),)

    return read


def _write_lists(
    writer: ArrayWriter, sources: list[_Lists], names: tuple[str, ...], terms: Sequence[Any] | Array
) -> None:
    """Merge the lists of each term; the first name is that of where they begin."""
    counts = np.zeros(len(terms) + 1, np.int64)
    for low, high in _ranges(sources, len(terms)):
        numbers, columns = [], []
        for starts, mapping, read, release in sources:
            first, last = mapping.searchsorted(low), mapping.searchsorted(high)
            keep, found = read(int(starts[first]), int(starts[last]))
            term = np.repeat(mapping[first:last] - low, np.diff(starts[first : last + 1]))
            numbers.append(term.astype(np.uint16)[keep])
            columns.append(found)
            release()
        number = np.concatenate(numbers)
        counts[low + 1 : high + 1] = np.bincount(number, minlength=high - low)
        order = np.argsort(number, kind="stable")
        for name, pieces in zip(names[1:], zip(*columns, strict=True), strict=True):
            writer.write(name, np.concatenate(pieces)[order])
    writer.write(names[0], np.cumsum(counts))


def _ranges(sources: Sequence[_Lists], terms: int) -> Iterator[tuple[int, int]]:
    """Ranges of new terms with a bounded number of terms and postings each."""
    weights = np.zeros(terms, np.int64)
    for source in sources:
        weights[source.mapping] += np.diff(source.starts)
    ends = np.cumsum(weights)
    low = 0
    while low < terms:
        before = int(ends[low - 1]) if low else 0
        high = int(ends.searchsorted(before + _RANGE_POSTINGS, side="right"))
        high = min(max(high, low + 1), low + _RANGE_TERMS, terms)
        yield low, high
        low = high
