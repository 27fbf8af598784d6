"""The folder of an index: which files make a generation, and how it is switched at once.

::

    current.json          names the generation and holds its checksum
    generation-N.json     segments with their checksums, the table of documents, stamps
    segment-X.bin         arrays of one segment, never changed once written
    analysis-X.json       folding table, segmenter words, readings: frozen until a rebuild
    lock                  held by the one writer

A reader opens what `current.json` names. A writer writes everything else first and replaces
`current.json` last; whatever a killed writer left is not named anywhere and swept away later.
"""

from __future__ import annotations

import json
import os
import shutil
import time
import zlib
from typing import TYPE_CHECKING, Any, Final

from search.arrays import DamagedFileError, file_checksum

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

FORMAT: Final = 4
CURRENT: Final = "current.json"


class Folder:
    """The files of one index."""

    def __init__(self, path: Path) -> None:
        """Use this folder; it is made when something is written."""
        self.path = path

    def write_json(self, name: str, value: object) -> int:
        """Write a file whole and flush it; returns its checksum."""
        data = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode(
            "utf-8", "surrogatepass"
        )
        temporary = self.path / f"{name}.{os.getpid()}.tmp"
        with temporary.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        _replace(temporary, self.path / name)
        return zlib.crc32(data)

    def read_json(self, name: str, checksum: int | None = None) -> dict[str, Any]:
        """Read a file.

        Raises:
            DamagedFileError: It is not what was written.
        """
        try:
            data = (self.path / name).read_bytes()
            if checksum is not None and zlib.crc32(data) != checksum:
                raise DamagedFileError(name)
            value = json.loads(data.decode("utf-8", "surrogatepass"))
        except (OSError, ValueError) as error:
            raise DamagedFileError(name) from error
        if not isinstance(value, dict):
            raise DamagedFileError(name)
        return value

    def check(self, name: str, checksum: int) -> None:
        """Make sure that a small file is as it was written.

        Raises:
            DamagedFileError: It is missing or different.
        """
        try:
            same = file_checksum(self.path / name) == checksum
        except OSError as error:
            raise DamagedFileError(name) from error
        if not same:
            raise DamagedFileError(name)

    def current(self) -> dict[str, Any] | None:
        """What the present generation is called, None when there is none.

        Raises:
            DamagedFileError: The file is there but cannot be understood.
        """
        if not (self.path / CURRENT).exists():
            return None
        value = self.read_json(CURRENT)
        if value.get("format") != FORMAT or not isinstance(value.get("file"), str):
            raise DamagedFileError(CURRENT)
        return value

    def switch(self, number: int, generation: Mapping[str, object]) -> None:
        """Write a generation and make it the present one."""
        name = f"generation-{number}.json"
        checksum = self.write_json(name, generation)
        self.write_json(
            CURRENT, {"format": FORMAT, "file": name, "checksum": checksum, "number": number}
        )

    def check_segment(self, name: str, size: int, mtime_ns: int, checksum: int) -> None:
        """Make sure that a segment is as it was written.

        Size and time are enough where both are as noted; a file that was copied or touched is read
        through once.

        Raises:
            DamagedFileError: It is missing or different.
        """
        path = self.path / name
        try:
            status = path.stat()
            same = status.st_size == size
            if same and status.st_mtime_ns != mtime_ns:
                same = file_checksum(path) == checksum
        except OSError as error:
            raise DamagedFileError(name) from error
        if not same:
            raise DamagedFileError(name)

    def sweep(self, keep: Iterable[str]) -> None:
        """Remove the index files that the present generation does not name."""
        wanted = {CURRENT, "lock", *keep}
        for path in self.path.iterdir():
            if path.name in wanted or not _is_ours(path.name):
                continue
            try:
                path.unlink()
            except OSError:  # a reader on Windows still has it open: the next writer removes it
                continue

    def set_aside(self) -> Path | None:
        """Move the damaged index out of the way; returns where it lies now."""
        target = self.path.with_name(f"{self.path.name}-damaged")
        try:
            shutil.rmtree(target, ignore_errors=True)
            target.mkdir(parents=True, exist_ok=True)
            for path in self.path.iterdir():
                if path.name != "lock":
                    path.replace(target / path.name)
        except OSError:
            self._drop_current()
            return None
        return target

    def _drop_current(self) -> None:
        try:
            (self.path / CURRENT).unlink(missing_ok=True)
        except OSError:
            return


def _is_ours(name: str) -> bool:
    return name.endswith(".tmp") or name.startswith(("generation-", "segment-", "analysis-"))


def _replace(source: Path, target: Path) -> None:
    """Replace a file; on Windows another program may hold it for a moment."""
    for wait in (0.01, 0.05, 0.2, 0.5):
        try:
            source.replace(target)
        except PermissionError:
            time.sleep(wait)
        else:
            return
    source.replace(target)
