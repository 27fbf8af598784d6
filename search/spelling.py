"""Readings of the library's words: typed pinyin, initials, and words that sound the same."""

from __future__ import annotations

import re
from functools import cached_property
from itertools import product
from typing import TYPE_CHECKING, Final

from search.analysis import grams
from search.phrases import text_places
from search.readings import Readings, fuzzy
from search.segment import GRAMS, WORDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from search.corpus import Corpus
    from search.frozen import Analysis
    from search.places import Folder
    from search.readings import WordsBySound
    from search.segment import Segment

_LATIN: Final = re.compile(r"(?<![a-z0-9])[a-z]{2,24}(?![a-z0-9])")
_IDEOGRAPHS: Final = re.compile(r"[一-龥]{2,8}")
_CHOICES: Final = 8
_SHOWN: Final = 3
_COMMONER: Final = 10
_LONGEST_WORD: Final = 4
_REAL: Final = 8

# Characters that stand alone in sound sentences and are seldom what a typing mistake leaves.
_EVERYDAY: Final = frozenset(
    "天日月年时次个件份位名元人家说讲问看听做办给来去走回到上下前后里外内中多少几半每各某全再又还才就"
    "都也很最太更不没无别未已曾将能会可应该须得要想愿让叫使被把对向从往由于在与和或及并而但若如是有为"
    "的地得了着过吗呢吧啊这那哪谁何我你他她它们本其此请先后算完好大小新老高低长短早晚快慢"
)


class Speller:
    """Knows how the words of the library sound; reads its table when it is first needed."""

    def __init__(
        self,
        corpus: Corpus,
        analysis: Analysis,
        place: Folder,
        mark: tuple[str, int],
        names: Iterable[str] = (),
    ) -> None:
        """Take the corpus, the table's file, and names of posts and departments."""
        self._corpus = corpus
        self._analysis = analysis
        self._place = place
        self._mark = mark
        self._names = tuple(names)

    @cached_property
    def readings(self) -> Readings:
        """The frozen table of readings."""
        return Readings(self._place.read_json(*self._mark))

    # -- typed pinyin -----------------------------------------------------------------------------

    def typed(self, folded: str) -> list[tuple[str, list[str]]]:
        """Runs of Latin letters that are no words of the library but spell some."""
        found = []
        for match in _LATIN.finditer(folded):
            run = match.group()
            if self._corpus.frequency(WORDS, run):
                continue
            words = self.spelled(run)
            if words:
                found.append((run, words))
        return found

    def spelled(self, run: str) -> list[str]:
        """What a run of letters may spell, as pinyin or as initials, the likeliest first."""
        spelled, initials = self.readings.spelled, self.readings.by_initials
        fuzzed = fuzzy(run)
        direct = [*spelled.get(fuzzed)[:_SHOWN], *initials.get(run)[:_CHOICES]]
        splits = [*_splits(fuzzed, spelled, 3), *_splits(run, initials, 2)]
        joined = {"".join(words) for split in splits for words in product(*split)}
        return self._frequent([*direct, *sorted(joined)])

    def _frequent(self, words: Iterable[str]) -> list[str]:
        """The words that stand in the library most often; few of them need to be looked up."""
        most = [
            (word not in self._names, -self._at_most(word), word) for word in dict.fromkeys(words)
        ]
        found: list[tuple[bool, int, str]] = []
        for other, bound, word in sorted(most, key=lambda one: one[:2]):
            full = len(found) >= _SHOWN and found[_SHOWN - 1][:2] <= (other, bound)
            if bound and not full and (times := self.occurrences(word)):
                found.append((other, -times, word))
                found.sort(key=lambda one: one[:2])
        return [word for _, _, word in found[:_SHOWN]]

    def _at_most(self, word: str) -> int:
        """How often a word can stand in the library at most: as often as its rarest pair."""
        pairs = [gram for gram, _ in grams(word)]
        return min(sum(len(s.gram_places(pair)) for s in self._corpus.segments) for pair in pairs)

    def occurrences(self, text: str) -> int:
        """How often a text stands in the library."""
        fold = self._analysis.folder
        return sum(len(text_places(segment, text, fold)) for segment in self._corpus.segments)

    # -- typing mistakes --------------------------------------------------------------------------

    def mistakes(self, cut: list[tuple[str, int, int]]) -> Iterator[tuple[str, str]]:
        """Runs of the question that are no words here, and the word that sounds the same."""
        at = 0
        odd = [len(word) == 1 or not self._corpus.frequency(WORDS, word) for word, _, _ in cut]
        while at < len(cut):
            if not any(odd[at : at + 3]):
                at += 1
                continue
            for wrong, pieces in _runs(cut, at):
                right = self._same_sound(wrong, pieces, _touching(cut, at, at + len(pieces)))
                if right:
                    yield wrong, right
                    at += len(pieces) - 1
                    break
            at += 1

    def _same_sound(self, wrong: str, pieces: list[str], around: tuple[str, str]) -> str:
        if len(pieces) == 1 and self._corpus.frequency(WORDS, wrong):
            return ""
        if len(pieces) > 1 and all(len(piece) > 1 for piece in pieces):
            return ""
        if any(piece in _EVERYDAY for piece in pieces) or _EVERYDAY.issuperset(wrong):
            return ""
        spelled = self.readings.spelled
        if self._analysis.segmenter.is_real(wrong):
            return self._usual_sound(wrong, *around)
        for syllables in self.readings.spellings(wrong):
            for word in spelled.get(fuzzy("".join(syllables)))[:_SHOWN]:
                if word == wrong:
                    return ""
                if len(word) == len(wrong) and _shares(word, wrong) and self._commoner(word, wrong):
                    return word
        return ""

    def _usual_sound(self, wrong: str, before: str, after: str) -> str:
        """For a real word: one that is read the same, frequent here, and known beside the next."""
        usual = "".join(next(self.readings.spellings(wrong), ()))
        for word in self.readings.spelled.get(fuzzy(usual))[:_SHOWN]:
            same = "".join(next(self.readings.spellings(word), ())) == usual
            if same and len(word) == len(wrong) and _shares(word, wrong):
                frequent = self._corpus.frequency(WORDS, word) >= _REAL
                fits = not (before or after) or any(
                    self.occurrences(text) for text in (before + word, word + after) if text != word
                )
                return word if frequent and fits and self._commoner(word, wrong) else ""
        return ""

    def _commoner(self, word: str, wrong: str) -> bool:
        """Whether a word is so much more frequent here that the other is likely a mistake."""
        frequency = self._corpus.frequency(WORDS, word)
        if frequency < 2 or self._corpus.frequency(WORDS, wrong):
            return False
        pairs = (self._corpus.frequency(GRAMS, wrong[at : at + 2]) for at in range(len(wrong) - 1))
        if frequency > _COMMONER * min(pairs):
            return True
        return len(wrong) > 2 and frequency > _COMMONER * self.occurrences(wrong)


def _touching(cut: list[tuple[str, int, int]], start: int, end: int) -> tuple[str, str]:
    """The characters right before and behind some pieces."""
    before = cut[start - 1][0][-1:] if start and cut[start - 1][2] == cut[start][1] else ""
    follows = end < len(cut) and cut[end][1] == cut[end - 1][2]
    return before, cut[end][0][:1] if follows else ""


def _shares(first: str, second: str) -> bool:
    return any(a == b for a, b in zip(first, second, strict=True))


def _runs(cut: list[tuple[str, int, int]], at: int) -> Iterator[tuple[str, list[str]]]:
    """Joined neighbouring pieces of 2 to 4 ideographs that begin here, the longest first."""
    runs = []
    pieces: list[str] = []
    end = cut[at][1]
    for word, start, stop in cut[at : at + _LONGEST_WORD]:
        if start != end:
            break
        pieces.append(word)
        end = stop
        text = "".join(pieces)
        if len(text) > _LONGEST_WORD:
            break
        if len(text) > 1 and _IDEOGRAPHS.fullmatch(text):
            runs.append((text, list(pieces)))
    return reversed(runs)


def _splits(run: str, known: WordsBySound, most: int) -> list[list[list[str]]]:
    """Ways to cut a run into 2 to `most` known keys, each with its likeliest words."""
    found: list[list[list[str]]] = []

    def walk(rest: str, parts: list[list[str]]) -> None:
        if len(found) > _CHOICES:
            return
        if not rest:
            if len(parts) > 1:
                found.append(parts)
            return
        if len(parts) == most:
            return
        for length in range(len(rest), 1, -1):
            if words := known.get(rest[:length]):
                walk(rest[length:], [*parts, words[: _CHOICES if most == 2 else 3]])

    if len(run) >= 4:
        walk(run, [])
    return found


def word_frequencies(segments: Iterable[Segment], names: Iterable[str]) -> dict[str, int]:
    """The words of the library made of ideographs, and in how many units each stands."""
    found: dict[str, int] = dict.fromkeys(names, 3)
    for segment in segments:
        field = segment.fields[WORDS]
        counts = (field.at[1:] - field.at[:-1]).tolist()
        first, last = field.vocabulary.prefix("一")[0], field.vocabulary.prefix("龥")[1]
        for number in range(first, last):
            word = field.vocabulary.text(number)
            if _IDEOGRAPHS.fullmatch(word):
                found[word] = found.get(word, 0) + counts[number]
    return found
