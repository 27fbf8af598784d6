"""How a generation notes a segment file, and the writing of one."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from search.arrays import write_arrays

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    Array = NDArray[Any]


@dataclass(frozen=True)
class SegmentMark:
    """A segment as the generation notes it."""

    name: str
    size: int
    mtime_ns: int
    checksum: int


def write_segment(folder: Path, arrays: dict[str, Array], extra: dict[str, object]) -> SegmentMark:
    """Write a new segment; nothing refers to it yet."""
    path = new_segment(folder)
    return mark_segment(path, write_arrays(path, arrays, extra))


def new_segment(folder: Path) -> Path:
    """A name for a segment that no other has."""
    return folder / f"segment-{os.getpid():x}{secrets.token_hex(4)}.bin"


def mark_segment(path: Path, checksum: int) -> SegmentMark:
    """A segment that was written."""
    status = path.stat()
    return SegmentMark(path.name, status.st_size, status.st_mtime_ns, checksum)
