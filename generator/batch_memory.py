"""What a batch made before: a line a file, written as the files are made.

The record is only ever added to, so that an interruption of any sort loses nothing; a last line
that was cut short is passed over.
"""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING, Final, NamedTuple

from store import files

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

STATE_FILE: Final = ".wenshu-batch.jsonl"
_TEMPORARY: Final = ".~*.tmp"


class _Note(NamedTuple):
    """What is known of a file: the key of what it was made from, its hash, its pages."""

    key: str = ""
    digest: str = ""
    pages: int = 0


class Memory:
    """Which file came from which row: for going on after an interruption, and for mended rows."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files: dict[str, _Note] = {}
        self.reload()

    def reload(self) -> None:
        """Read what is written down; workers write too."""
        self._files = dict(_lines(self._folder))

    def knows(self, name: str) -> bool:
        """Whether a file of this name was made here."""
        return name in self._files

    def is_done(self, path: Path, key: str) -> bool:
        """Whether the file of this row is there as it was made, or as somebody edited it."""
        return self._files.get(path.name, _Note()).key == key and path.exists()

    def is_ours(self, path: Path) -> bool:
        """Whether a file is just as an earlier run made it."""
        known = self._files.get(path.name)
        try:
            return known is not None and files.digest(path.read_bytes()) == known.digest
        except OSError:
            return False

    def pages(self, path: Path) -> int:
        """How many pages a file had when it was made; 1 where nobody knows."""
        return self._files.get(path.name, _Note()).pages or 1

    def forget(self, path: Path) -> None:
        """A row that failed now has no file that counts; an old one of ours may be replaced."""
        known = self._files.get(path.name, _Note())
        if known.key:
            note(path, "", known.digest)
            self._files[path.name] = _Note("", known.digest)

    def made(self) -> int:
        """How many files of the record are there."""
        return sum(
            bool(known.key) and (self._folder / name).exists()
            for name, known in self._files.items()
        )

    def clean_up(self) -> None:
        """Remove the half-written files that a killed run left."""
        for path in self._folder.glob(_TEMPORARY):
            with suppress(OSError):
                path.unlink()


def note(path: Path, key: str, digest: str, pages: int = 0) -> None:
    """Add a line to the record: the file, what it came from, its hash, its pages."""
    line = "\n" + json.dumps([path.name, key, digest, pages], ensure_ascii=False) + "\n"
    with suppress(OSError), (path.parent / STATE_FILE).open("ab", buffering=0) as record:
        record.write(line.encode())


def _lines(folder: Path) -> Iterator[tuple[str, _Note]]:
    try:
        text = (folder / STATE_FILE).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return
    for line in text.split("\n"):
        with suppress(ValueError, TypeError):
            name, key, digest, *more = json.loads(line)
            yield str(name), _Note(str(key), str(digest), int(more[0]) if more else 0)
