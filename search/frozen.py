"""The analysis of an index: frozen when it is built, changed at a rebuild only."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from search.analysis import ANALYSIS_VERSION, Segmenter
from search.arrays import DamagedFileError
from search.folding import Folder

if TYPE_CHECKING:
    from collections.abc import Iterable

    from search.places import Folder as Place


# The last analysis that was read: its segmenter holds a dictionary worth keeping.
_read: dict[tuple[str, int], Analysis] = {}
_segmenters: dict[tuple[str, ...], Segmenter] = {}


@dataclass(frozen=True)
class Analysis:
    """Folding table and the segmenter's own words."""

    folder: Folder
    words: tuple[str, ...]

    @cached_property
    def segmenter(self) -> Segmenter:
        """A segmenter that knows the words; the last one is kept, for it holds a dictionary."""
        found = _segmenters.get(self.words)
        if found is None:
            found = Segmenter(self.words)
            _segmenters.clear()
            _segmenters[self.words] = found
        return found

    @classmethod
    def build(cls, words: Iterable[str]) -> Analysis:
        """Make a new analysis; the words are folded."""
        folder = Folder.build()
        return cls(folder, tuple(sorted({folder(word) for word in words})))

    def to_json(self) -> dict[str, object]:
        """What is kept in the index."""
        return {
            "version": ANALYSIS_VERSION,
            "source": self.folder.source,
            "target": self.folder.target,
            "words": self.words,
        }

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Analysis:
        """Read what `to_json` gave.

        Raises:
            DamagedFileError: It is of another version or not complete.
        """
        try:
            if value["version"] != ANALYSIS_VERSION:
                raise DamagedFileError("analysis")
            words = tuple(str(word) for word in value["words"])
            return cls(Folder(str(value["source"]), str(value["target"])), words)
        except (KeyError, TypeError, ValueError) as error:
            raise DamagedFileError("analysis") from error

    @classmethod
    def load(cls, place: Place, name: str, checksum: int) -> Analysis:
        """Read the analysis of an index; one that was read before is used again."""
        place.check(name, checksum)
        key = (str(place.path / name), checksum)
        found = _read.get(key)
        if found is None:
            found = cls.from_json(place.read_json(name, checksum))
            _read.clear()
            _read[key] = found
        return found
