"""Other engines beside ours, each given the same words and pairs of characters of the same text."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from whoosh.scoring import BM25F

from search import whoosh_queries as wq
from search.analysis import grams, is_word
from search.segment import GRAMS, WORDS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from search.corpus import Corpus
    from search.frozen import Analysis

Terms = tuple[list[str], list[str]]


class Engine(Protocol):
    """An engine under test."""

    name: str

    def build(self, texts: Sequence[Terms]) -> None:
        """Index the terms of every unit."""

    def ask(self, terms: Terms, limit: int) -> list[int]:
        """The best units for a question's terms."""


class OnDisk(Engine, Protocol):
    """An engine that is given a folder for its index."""

    def __init__(self, folder: Path) -> None:
        """Write into this folder."""


def all_terms(analysis: Analysis, corpus: Corpus) -> list[Terms]:
    """The words and pairs of every unit; equal texts and terms are kept once."""
    texts: dict[str, Terms] = {}
    known: dict[str, str] = {}
    found = []
    for unit in range(corpus.units):
        text, body = corpus.whole_text(unit)
        if text not in texts:
            words, pairs = _unit_terms(analysis, text, body)
            texts[text] = (
                [known.setdefault(word, word) for word in words],
                [known.setdefault(pair, pair) for pair in pairs],
            )
        found.append(texts[text])
    return found


def _unit_terms(analysis: Analysis, text: str, body: int) -> Terms:
    """Heading path and text are cut apart, as they are indexed."""
    folded = analysis.folder(text)
    cut = analysis.segmenter.search_words
    words = [word for word in [*cut(folded[:body]), *cut(folded[body:])] if is_word(word)]
    return words, [gram for gram, _ in grams(folded)]


def whoosh_terms(terms: Terms) -> list[wq.Query]:
    """A question's terms for Whoosh."""
    return [
        wq.Term(name, term)
        for name, found in zip((WORDS, GRAMS), terms, strict=True)
        for term in found
    ]


def question_terms(analysis: Analysis, text: str) -> Terms:
    """The words and pairs of a question."""
    folded = analysis.folder(text)
    words = [word for word, _, _ in analysis.segmenter.words(folded)]
    return list(dict.fromkeys(words)), list(dict.fromkeys(gram for gram, _ in grams(folded)))


class Fts5:
    """SQLite FTS5 on segmented text, two columns."""

    name = "SQLite FTS5"

    def __init__(self, folder: Path) -> None:
        """Use a file in this folder."""
        self._connection = sqlite3.connect(folder / "fts5.db")

    def build(self, texts: Sequence[Terms]) -> None:
        """Fill the table in one transaction."""
        run = self._connection.execute
        run("PRAGMA synchronous=OFF")
        run("CREATE VIRTUAL TABLE units USING fts5(words, grams, content='', detail=full)")
        self._connection.executemany(
            "INSERT INTO units(rowid, words, grams) VALUES (?, ?, ?)",
            ((at, " ".join(w), " ".join(g)) for at, (w, g) in enumerate(texts)),
        )
        self._connection.commit()

    def ask(self, terms: Terms, limit: int) -> list[int]:
        """BM25 over both columns."""
        parts = [
            f'{column}:"{term}"'
            for column, found in zip(("words", "grams"), terms, strict=True)
            for term in found
            if '"' not in term
        ]
        rows = self._connection.execute(
            "SELECT rowid FROM units WHERE units MATCH ? ORDER BY rank LIMIT ?",
            (" OR ".join(parts), limit),
        )
        return [row[0] for row in rows]


class Tantivy:
    """tantivy, two fields of given terms."""

    name = "tantivy"

    def __init__(self, folder: Path) -> None:
        """Write into this folder."""
        import tantivy  # noqa: PLC0415

        self._library: Any = tantivy
        builder = tantivy.SchemaBuilder()
        for name in (WORDS, GRAMS):
            builder.add_text_field(name, tokenizer_name="whitespace", index_option="freq")
        builder.add_unsigned_field("unit", stored=True, fast=True)
        self._schema = builder.build()
        self._index: Any = tantivy.Index(self._schema, path=str(folder))

    def build(self, texts: Sequence[Terms]) -> None:
        """One thread, one commit, one segment."""
        writer = self._index.writer(256_000_000, 1)
        for at, (words, pairs) in enumerate(texts):
            document = self._library.Document()
            document.add_text(WORDS, " ".join(words))
            document.add_text(GRAMS, " ".join(pairs))
            document.add_unsigned("unit", at)
            writer.add_document(document)
        writer.commit()
        writer.wait_merging_threads()
        self._index.reload()
        self._searcher = self._index.searcher()

    def ask(self, terms: Terms, limit: int) -> list[int]:
        """A boolean query of all terms."""
        query, occur = self._library.Query, self._library.Occur.Should
        parts = [
            (occur, query.term_query(self._schema, name, term, "freq"))
            for name, found in zip((WORDS, GRAMS), terms, strict=True)
            for term in found
        ]
        hits = self._searcher.search(query.boolean_query(parts), limit, count=False).hits
        return [self._searcher.doc(address)["unit"][0] for _, address in hits]


class Bm25s:
    """bm25s: scores of numpy, words and pairs in one field."""

    name = "bm25s"

    def __init__(self, folder: Path) -> None:  # noqa: ARG002 - it is kept in memory
        """Nothing to open."""
        import bm25s  # noqa: PLC0415

        self._engine: Any = bm25s.BM25(k1=1.2, b=0.75)

    def build(self, texts: Sequence[Terms]) -> None:
        """Index lists of terms."""
        known: dict[int, list[str]] = {}
        joined = []
        for terms in texts:
            if id(terms) not in known:
                known[id(terms)] = [*terms[0], *(f"\t{pair}" for pair in terms[1])]
            joined.append(known[id(terms)])
        self._engine.index(joined, show_progress=False)

    def ask(self, terms: Terms, limit: int) -> list[int]:
        """Retrieve on one thread."""
        words, pairs = terms
        query = [[*words, *(f"\t{pair}" for pair in pairs)]]
        found, _ = self._engine.retrieve(query, k=limit, show_progress=False, n_threads=1)
        return [int(unit) for unit in np.asarray(found)[0]]


class StockWhoosh:
    """Whoosh as it comes: its writer, its postings, its BM25F."""

    name = "Whoosh, stock"

    def __init__(self, folder: Path) -> None:
        """Write into this folder."""
        from whoosh.analysis import SpaceSeparatedTokenizer  # noqa: PLC0415
        from whoosh.fields import TEXT, Schema  # noqa: PLC0415
        from whoosh.index import create_in  # noqa: PLC0415

        blanks: Any = SpaceSeparatedTokenizer
        schema = Schema(words=TEXT(blanks(), phrase=False), grams=TEXT(blanks(), phrase=False))
        self._index: Any = create_in(str(folder), schema)

    def build(self, texts: Sequence[Terms]) -> None:
        """One writer, one commit."""
        writer = self._index.writer(limitmb=512)
        for words, pairs in texts:
            writer.add_document(words=" ".join(words), grams=" ".join(pairs))
        writer.commit()
        self._searcher = self._index.searcher(weighting=BM25F(B=0.75, K1=1.2))

    def ask(self, terms: Terms, limit: int) -> list[int]:
        """An Or of all terms."""
        query = wq.Or(whoosh_terms(terms))
        return [unit for _, unit in self._searcher.search(query, limit=limit).top_n]

    def best(self, query: wq.Query, limit: int) -> list[tuple[float, int]]:
        """The best units with each unit scored in full, see `tests/test_search_engine.py`."""
        found: list[tuple[float, int]] = self._searcher.search(query, limit=None).top_n[:limit]
        return found
