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
_FULL: Final = 3_000_000


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
        """Whether it is time to write it: about 40 bytes of memory are needed a character."""
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
        keys = np.sort(flat[good].astype(np.uint64) << np.uint64(32) | owners[good])
        blob, starts = pack_strings([vocabulary[at] for at in kept])
        postings, total = _postings(keys, len(counts), "w")
        return postings | {"w.blob": blob, "w.starts": starts}, total

    def _invert_grams(self, base: Array) -> tuple[dict[str, Array], int]:
        codes = np.frombuffer(
            "\n".join(self._folded).encode("utf-32-le", "surrogatepass"), np.uint32
        )
        keys, alphabet = _gram_keys(codes)
        keys.sort()
        places = (keys & np.uint64(_LIMIT)).astype(np.uint32)
        pairs = (keys >> np.uint64(32)).astype(np.int64)
        units = len(base) - 1
        owners = np.searchsorted(base, places, side="right") - 1
        first = np.flatnonzero(np.diff(pairs, prepend=-1))
        numbers = pairs[first]
        counts = np.diff(np.append(first, len(pairs)))
        term = np.arange(len(first), dtype=np.uint64).repeat(counts)
        postings, total = _postings(term << np.uint64(32) | owners.astype(np.uint64), units, "g")
        width = len(alphabet)
        left = alphabet[numbers // width].astype(np.uint64)
        right = alphabet[numbers % width].astype(np.uint64)
        return postings | {
            "g.codes": left << np.uint64(SHIFT) | right,
            "g.occ": places,
            "g.occ_at": np.append(first, len(places)).astype(np.int64),
        }, total


def _gram_keys(codes: Array) -> tuple[Array, Array]:
    """(pair, place) keys of every gram, and the characters in the order of their numbers."""
    present = np.bincount(codes)
    alphabet = np.flatnonzero(present)
    word = np.array([is_word_character(chr(code)) for code in alphabet.tolist()], bool)
    alphabet = np.concatenate(([0], alphabet))
    word = np.concatenate(([False], word))
    if len(alphabet) > 0xFFFF:
        raise OverflowError("too many different characters")
    present[alphabet[1:]] = np.arange(1, len(alphabet))
    numbers = present[codes].astype(np.uint64)
    marks = np.concatenate(([False], word[numbers], [False]))
    here, after, before = marks[1:-1], marks[2:], marks[:-2]
    paired = np.flatnonzero(here & after)
    alone = np.flatnonzero(here & ~after & ~before)
    width = np.uint64(len(alphabet))
    pairs = np.concatenate((numbers[paired] * width + numbers[paired + 1], numbers[alone] * width))
    places = np.concatenate((paired, alone)).astype(np.uint64)
    return pairs << np.uint64(32) | places, alphabet


def _postings(keys: Array, units: int, name: str) -> tuple[dict[str, Array], int]:
    """Postings of sorted (term, unit) keys, one key an occurrence."""
    new = np.flatnonzero(np.diff(keys, prepend=np.uint64(_LIMIT << 32)) != 0) if len(keys) else keys
    new = new.astype(np.int64)
    frequency = np.diff(np.append(new, len(keys)))
    keys = keys[new]
    docs = (keys & np.uint64(_LIMIT)).astype(np.uint32)
    terms = (keys >> np.uint64(32)).astype(np.int64)
    starts = np.flatnonzero(np.diff(terms, prepend=-1)) if len(terms) else terms
    lengths = np.bincount(docs, frequency, units).astype(np.int64)
    coded = np.array([length_to_byte(length) for length in range(int(lengths.max(initial=0)) + 1)])
    coded = coded.astype(np.uint8)[lengths]
    tf = np.minimum(frequency, _TF_LIMIT).astype(np.uint8)
    total = int(lengths.sum())
    return {
        f"{name}.at": np.append(starts, len(docs)).astype(np.int64),
        f"{name}.docs": docs,
        f"{name}.tf": tf,
        f"{name}.len": coded,
    }, total
