"""What is asked often, for suggestions: a small count of queries that found something.

Kept beside the index, never backed up, and off with `常用查询 = false` under `[检索]`. A line is a
query and a number, no more: not who asked and not when. Only words that stand in the library itself
are kept, so that the name, the number or the account of a customer who was looked for is not.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Final

from search.terms import QUESTION_WORDS

if TYPE_CHECKING:
    from pathlib import Path

    from search.results import Results
    from store import Workspace

FILE_NAME: Final = "queries.tsv"
_OFTEN: Final = 2
_KEPT: Final = 300
_LARGEST: Final = 32_000
_LONGEST: Final = 20
_FIGURES: Final = re.compile(r"\d{4}|[^\w\s《》？?，,、]|_")


class PastQueries:
    """The queries of one workspace that found something, with how often each was asked."""

    def __init__(self, workspace: Workspace) -> None:
        """Read and write below the workspace's cache; nothing is read before it is needed."""
        self._workspace = workspace
        self._counts: Counter[str] = Counter()
        self._seen: tuple[int, int] | None = None

    @property
    def on(self) -> bool:
        """Whether the workspace wants them kept and offered."""
        wanted = self._workspace.settings.raw.get("检索", {})
        return not isinstance(wanted, dict) or wanted.get("常用查询") is not False

    @property
    def _path(self) -> Path:
        return self._workspace.cache / FILE_NAME

    def beginning(self, typed: str, limit: int) -> list[str]:
        """The most frequent that begin so and say more."""
        self._read()
        found = [
            (-count, text)
            for text, count in self._counts.items()
            if count >= _OFTEN and text.startswith(typed) and text != typed
        ]
        return [text for _, text in sorted(found)[:limit]]

    @property
    def often(self) -> int:
        """How many queries are asked often."""
        self._read()
        return sum(count >= _OFTEN for count in self._counts.values())

    def add(self, results: Results) -> bool:
        """Count a query that found something; False where it is not one to be kept."""
        if not self.on or not _is_fit(results):
            return False
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._path.open("a", encoding="utf-8", newline="\n") as file:
                file.write(f"{_plain(results)}\t1\n")
                full = file.tell() > _LARGEST
            if full:
                self._shorten()
        except OSError:  # a folder that cannot be written has no past
            return False
        return True

    def _shorten(self) -> None:
        """Sum the lines up; of many queries the most frequent stay."""
        self._read()
        best = sorted(self._counts.items(), key=lambda pair: (-pair[1], pair[0]))[:_KEPT]
        temporary = self._path.with_suffix(".tmp")
        lines = "".join(f"{text}\t{count}\n" for text, count in best)
        temporary.write_text(lines, encoding="utf-8", newline="\n")
        temporary.replace(self._path)

    def _read(self) -> None:
        try:
            status = self._path.stat() if self.on else None
            seen = (status.st_size, status.st_mtime_ns) if status else None
            if seen == self._seen:
                return
            lines = self._path.read_text(encoding="utf-8", errors="replace") if seen else ""
        except OSError:
            seen, lines = None, ""
        self._seen, self._counts = seen, Counter()
        for line in lines.splitlines():
            text, _, count = line.rpartition("\t")
            if text and count.isascii() and count.isdigit() and len(count) < 9:
                self._counts[text] += int(count)


def _plain(results: Results) -> str:
    return " ".join(results.question.folded.split())


def _is_fit(results: Results) -> bool:
    """A short plain question with an answer, in words that the library has itself."""
    request, question = results.request, results.question
    plain = _plain(results)
    if not results.hits or results.notes or question.mended or question.missing:
        return False
    if request.plain != " ".join(request.text.split()) or not 2 <= len(plain) <= _LONGEST:
        return False
    return not _FIGURES.search(plain) and _is_known(results)


def _is_known(results: Results) -> bool:
    corpus = results.generation.corpus
    alone = 0
    for word, _, _ in results.generation.analysis.segmenter.words(_plain(results)):
        if word in QUESTION_WORDS:
            alone = 0
            continue
        if not corpus.frequency("words", word):
            return False
        alone = alone + 1 if len(word) == 1 else 0
        if alone > 1:  # characters in a row that are no word: perhaps a name
            return False
    return True
