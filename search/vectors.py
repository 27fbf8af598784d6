"""Vectors of clauses beside the index: a file for each segment, memory-mapped, 8 bits a number.

A vector belongs to the text it was made of, by the text's hash: a new segment takes over what older
files have, so that one changed document costs its own clauses only. The folder may be deleted at
any time.
"""

from __future__ import annotations

import secrets
import time
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from search.arrays import ArrayFile, DamagedFileError, write_arrays

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from search.generation import Generation
    from search.segment import Segment

    Array = NDArray[Any]
    Encode = Callable[[Sequence[str]], Array]
    Progress = Callable[[int, int], None]

SIZE: Final = 512
LONGEST: Final = 600
_CHUNK: Final = 256
_SAVED_EVERY: Final = 16
_STEPS: Final = 127
_ABANDONED: Final = 3600


class SegmentVectors:
    """The vectors of one segment's units."""

    def __init__(self, file: ArrayFile) -> None:
        """Take the arrays of a file.

        Raises:
            DamagedFileError: They do not fit each other.
        """
        self.hashes, self.scales = file["v.hash"], file["v.scale"]
        if len(self.scales) != len(self.hashes) or len(file["v.codes"]) != SIZE * len(self.hashes):
            raise DamagedFileError(str(file.path))
        self.codes = file["v.codes"].reshape(-1, SIZE)
        self.complete = bool(file.extra.get("complete"))

    def similarity(self, units: Array, wanted: Array) -> Array:
        """The cosine of each unit with a vector."""
        found: Array = (self.codes[units].astype(np.float32) @ wanted) * self.scales[units]
        return found


class VectorFolder:
    """The vector files of one workspace, made by one model."""

    def __init__(self, path: Path, model: str) -> None:
        """Use this folder; it is made when something is written."""
        self.path = path
        self._model = model

    def open(self, segment: Segment) -> SegmentVectors | None:
        """The vectors of a segment, None where they are not all there."""
        found = self._read(self._file(segment))
        whole = found is not None and found.complete and len(found.hashes) == segment.units
        return found if whole else None

    def _file(self, segment: Segment) -> Path:
        return self.path / f"{segment.path.stem}.vec"

    def _read(self, path: Path) -> SegmentVectors | None:
        try:
            file = ArrayFile(path)
            return SegmentVectors(file) if file.extra.get("model") == self._model else None
        except (OSError, DamagedFileError):
            return None

    def missing(self, generation: Generation) -> int:
        """How many units have no vector yet."""
        known = self._known()
        drafts = (_Draft(segment, rows) for segment, rows in self._open_ended(generation))
        return sum(len(draft.texts(known)) for draft in drafts)

    def fill(self, generation: Generation, encode: Encode, progress: Progress) -> int:
        """Make what is missing; gives how many vectors were made.

        Args:
            generation: Whose units are meant.
            encode: From texts to vectors of length 1.
            progress: Told how many are done, of how many.
        """
        total, done = self.missing(generation), 0
        for segment, rows in self._open_ended(generation):
            draft, known = _Draft(segment, rows), self._known()
            texts = list(draft.texts(known).items())
            draft.take(known)
            for at in range(0, len(texts), _CHUNK):
                part = texts[at : at + _CHUNK]
                draft.put([name for name, _ in part], encode([text for _, text in part]))
                done += len(part)
                progress(done, total)
                if at // _CHUNK % _SAVED_EVERY == _SAVED_EVERY - 1:
                    self._write(segment, draft, complete=False)
            self._write(segment, draft, complete=True)
        self._sweep(generation.segments)
        return done

    def _open_ended(self, generation: Generation) -> list[tuple[Segment, Array]]:
        pairs = zip(generation.segments, generation.rows_of, strict=True)
        return [(segment, rows) for segment, rows in pairs if self.open(segment) is None]

    def _known(self) -> dict[int, tuple[SegmentVectors, int]]:
        """Where the vector of each text stands."""
        known = {}
        for path in sorted(self.path.glob("*.vec")) if self.path.is_dir() else ():
            found = self._read(path)
            if found is not None:
                for at in np.flatnonzero(found.scales > 0).tolist():
                    known[int(found.hashes[at])] = (found, at)
        return known

    def _write(self, segment: Segment, draft: _Draft, *, complete: bool) -> None:
        self.path.mkdir(parents=True, exist_ok=True)
        target = self._file(segment)
        temporary = target.with_name(f"{target.name}.{secrets.token_hex(4)}.tmp")
        arrays: dict[str, Array] = {
            "v.hash": draft.hashes,
            "v.scale": draft.scales,
            "v.codes": draft.codes.ravel(),
        }
        write_arrays(temporary, arrays, {"model": self._model, "complete": complete})
        temporary.replace(target)

    def _sweep(self, segments: Iterable[Segment]) -> None:
        """Remove what belongs to segments that are gone."""
        wanted = {self._file(segment).name for segment in segments}
        for path in self.path.iterdir() if self.path.is_dir() else ():
            if path.name in wanted:
                continue
            try:  # a reader on Windows may still have it open: removed the next time
                if path.suffix != ".tmp" or path.stat().st_mtime < time.time() - _ABANDONED:
                    path.unlink()
            except OSError:
                continue


class _Draft:
    """The vectors of a segment while they are made."""

    def __init__(self, segment: Segment, rows: Array) -> None:
        self._segment = segment
        self._living = np.flatnonzero(rows >= 0)
        self.hashes = np.zeros(segment.units, np.uint64)
        self.scales = np.zeros(segment.units, np.float32)
        self.codes = np.zeros((segment.units, SIZE), np.int8)
        self._texts: dict[int, str] = {}
        self._places: dict[int, list[int]] = {}
        for unit in self._living.tolist():
            text = segment.whole_text(unit)[segment.body_offset(unit) :][:LONGEST]
            digest = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
            name = int.from_bytes(digest, "little")
            self.hashes[unit] = name
            self._texts[name] = text
            self._places.setdefault(name, []).append(unit)

    def texts(self, known: dict[int, tuple[SegmentVectors, int]]) -> dict[int, str]:
        """The texts that have no vector yet, by their hashes."""
        return {name: text for name, text in self._texts.items() if name not in known}

    def take(self, known: dict[int, tuple[SegmentVectors, int]]) -> None:
        """Take over what others have."""
        for name, units in self._places.items():
            if name in known:
                other, at = known[name]
                self.scales[units] = other.scales[at]
                self.codes[units] = other.codes[at]

    def put(self, names: Sequence[int], vectors: Array) -> None:
        """Keep new vectors, each with its own scale."""
        highest = np.abs(vectors).max(axis=1)
        scales = np.where(highest > 0, highest / _STEPS, 1.0).astype(np.float32)
        codes = np.rint(vectors / scales[:, None]).astype(np.int8)
        for name, scale, code in zip(names, scales, codes, strict=True):
            self.scales[self._places[name]] = scale
            self.codes[self._places[name]] = code
