"""From units to the arrays of a segment, in bulk.

All units of a segment are laid end to end. Words become (term, unit) keys and pairs of characters
become (pair, place) keys; one sort of 64-bit numbers each inverts the whole segment.
"""

from __future__ import annotations

import json
from collections import defaultdict
from itertools import chain, count
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from whoosh.util.numeric import length_to_byte

from search.analysis import SHIFT, is_word, is_word_character
from search.arrays import pack_strings
from search.labels import label_key

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from search.analysis import Segmenter
    from search.entries import IndexedDocument, IndexedUnit
    from search.folding import Folder

    Array = NDArray[Any]

_LIMIT: Final = 0xFFFFFFFF
_TF_LIMIT: Final = 255
_HALF: Final = np.uint64(32)
_FULL: Final = 2_000_000


class SegmentBuilder:
    """Gathers documents and turns them into the arrays of one segment."""

    def __init__(self, folder: Folder, segmenter: Segmenter) -> None:
        """Start an empty segment with a frozen analysis."""
        self._folder = folder
        self._segmenter = segmenter
        self._vocabulary: defaultdict[str, int] = defaultdict(count().__next__)
        self._context_cache: dict[str, list[int]] = {}
        self._terms: list[list[int]] = []
        self._texts: list[str] = []
        self._folded: list[str] = []
        self._bodies: list[int] = []
        self._infos: list[str] = []
        self._labels: list[int] = []
        self._types: list[int] = []
        self._owners: list[int] = []
        self._documents: list[str] = []
        self.characters = 0

    def __len__(self) -> int:
        return len(self._documents)

    @property
    def is_full(self) -> bool:
        """Whether it is time to write it: some 60 bytes of memory are needed a character."""
        return self.characters >= _FULL

    def add(self, document: IndexedDocument) -> None:
        """Take one document in."""
        owner = len(self._documents)
        self._documents.append(document.id)
        for unit in document.units:
            self._add_unit(unit, owner)

    def _add_unit(self, unit: IndexedUnit, owner: int) -> None:
        text = f"{unit.context}\n{unit.text}"
        folded = self._folder(text)
        body = len(unit.context) + 1
        self._terms.append(self._context_terms(folded[:body]) + self._word_terms(folded[body:]))
        self._texts.append(text)
        self._folded.append(folded)
        self._bodies.append(body)
        record = [unit.clause, unit.anchor, unit.heading, unit.line, unit.parts]
        self._infos.append(json.dumps(record, ensure_ascii=False, separators=(",", ":")))
        self._labels.append(label_key(unit.clause))
        self._types.append(unit.type)
        self._owners.append(owner)
        self.characters += len(text) + 1

    def _word_terms(self, text: str) -> list[int]:
        return list(map(self._vocabulary.__getitem__, self._segmenter.search_words(text)))

    def _context_terms(self, text: str) -> list[int]:
        terms = self._context_cache.get(text)
        if terms is None:
            terms = self._context_cache[text] = self._word_terms(text)
        return terms

    def arrays(self) -> tuple[dict[str, Array], dict[str, object]]:
        """The arrays of the segment and what goes into its header."""
        units = len(self._texts)
        arrays = self._unit_arrays()
        words, word_total = self._invert_words()
        grams, gram_total = self._invert_grams(arrays["u.base"])
        arrays |= words | grams
        extra = {
            "units": units,
            "documents": self._documents,
            "totals": {"words": word_total, "grams": gram_total},
        }
        return arrays, extra

    def _unit_arrays(self) -> dict[str, Array]:
        base = np.zeros(len(self._texts) + 1, np.uint64)
        np.cumsum([len(text) + 1 for text in self._folded], out=base[1:])
        if int(base[-1]) > _LIMIT:
            raise OverflowError("a segment holds at most 4 billion characters")
        text, text_at = pack_strings(self._texts)
        info, info_at = pack_strings(self._infos)
        return {
            "u.base": base.astype(np.uint32),
            "u.body": (base[:-1] + np.array(self._bodies, np.uint64)).astype(np.uint32),
            "u.text": text,
            "u.text_at": text_at,
            "u.info": info,
            "u.info_at": info_at,
            "u.doc": np.array(self._owners, np.uint32),
            "u.label": np.array(self._labels, np.uint64),
            "u.type": np.array(self._types, np.uint8),
        }

    def _invert_words(self) -> tuple[dict[str, Array], int]:
        counts = np.array([len(terms) for terms in self._terms], np.int64)
        flat = np.fromiter(chain.from_iterable(self._terms), np.int64, int(counts.sum()))
        owners = np.repeat(np.arange(len(counts), dtype=np.uint64), counts)
        vocabulary = list(self._vocabulary)
        order = sorted(range(len(vocabulary)), key=lambda at: vocabulary[at].encode())
        kept = [at for at in order if is_word(vocabulary[at])]
        rank = np.full(len(vocabulary), -1, np.int64)
        rank[kept] = np.arange(len(kept))
        flat = rank[flat]
        good = flat >= 0
        keys = flat[good].astype(np.uint64) << _HALF | owners[good]
        keys.sort()
        blob, starts = pack_strings([vocabulary[at] for at in kept])
        postings, total = _postings(*_halves(keys), len(counts), "w")
        return postings | {"w.blob": blob, "w.starts": starts}, total

    def _invert_grams(self, base: Array) -> tuple[dict[str, Array], int]:
        codes = np.frombuffer(
            "\n".join(self._folded).encode("utf-32-le", "surrogatepass"), np.uint32
        )
        keys, alphabet = _gram_keys(codes)
        keys.sort()
        pairs, places = _halves(keys)
        del keys, codes
        owner = np.arange(len(base) - 1, dtype=np.uint32).repeat(np.diff(base))
        postings, total = _postings(pairs, owner[places], len(base) - 1, "g")
        first = _changes(pairs)
        left, right = np.divmod(pairs[first], len(alphabet))
        codes = alphabet[left].astype(np.uint64) << np.uint64(SHIFT) | alphabet[right].astype(
            np.uint64
        )
        places_at = np.append(first, len(places)).astype(np.int64)
        return postings | {"g.codes": codes, "g.occ": places, "g.occ_at": places_at}, total


def _halves(keys: Array) -> tuple[Array, Array]:
    """The upper and the lower half of 64-bit keys."""
    return (keys >> _HALF).astype(np.uint32), keys.astype(np.uint32)


def _changes(values: Array, others: Array | None = None) -> Array:
    """Where values differ from those before them; the first differs."""
    new = np.ones(len(values), bool)
    np.not_equal(values[1:], values[:-1], out=new[1:])
    if others is not None:
        new[1:] |= others[1:] != others[:-1]
    return np.flatnonzero(new)


def _gram_keys(codes: Array) -> tuple[Array, Array]:
    """(pair, place) keys of every gram, and the characters in the order of their numbers."""
    numbers = np.bincount(codes)
    alphabet = np.concatenate(([0], np.flatnonzero(numbers)))
    if len(alphabet) > 0xFFFF:
        raise OverflowError("too many different characters")
    word = np.array([is_word_character(chr(code)) for code in alphabet.tolist()], bool)
    word[0] = False
    numbers[alphabet[1:]] = np.arange(1, len(alphabet))
    codes = numbers.astype(np.uint32)[codes]
    marks = np.concatenate(([False], word[codes], [False]))
    here, after, before = marks[1:-1], marks[2:], marks[:-2]
    paired = np.flatnonzero(here & after)
    alone = np.flatnonzero(here & ~after & ~before)
    width = np.uint32(len(alphabet))
    pairs = np.concatenate((codes[paired] * width + codes[paired + 1], codes[alone] * width))
    keys = pairs.astype(np.uint64) << _HALF
    keys[: len(paired)] |= paired.view(np.uint64)
    keys[len(paired) :] |= alone.view(np.uint64)
    return keys, alphabet


def _postings(terms: Array, owners: Array, units: int, name: str) -> tuple[dict[str, Array], int]:
    """Postings of sorted (term, unit) pairs, one an occurrence."""
    new = _changes(terms, owners)
    frequency = np.diff(np.append(new, len(terms)))
    docs = owners[new]
    starts = _changes(terms[new])
    lengths = np.bincount(docs, frequency, units).astype(np.int64)
    coded = np.array([length_to_byte(length) for length in range(int(lengths.max(initial=0)) + 1)])
    return {
        f"{name}.at": np.append(starts, len(docs)).astype(np.int64),
        f"{name}.docs": docs,
        f"{name}.tf": np.minimum(frequency, _TF_LIMIT).astype(np.uint8),
        f"{name}.len": coded.astype(np.uint8)[lengths],
    }, int(lengths.sum())
