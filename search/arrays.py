"""Named arrays in one file, memory-mapped when read.

A file is: eight bytes of magic, the length of the header, the header as JSON (name, type, shape,
offset of each array, and whatever else was given as `extra`), and the arrays, each aligned to 64
bytes. Nothing in it is code: reading a foreign file can give wrong numbers and no more.
"""

from __future__ import annotations

import json
import mmap
import os
import struct
import zlib
from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from typing import Self

    from numpy.typing import NDArray

    Array = NDArray[Any]

MAGIC: Final = b"WENSHU01"
_ALIGN: Final = 64
_TYPES: Final = frozenset({"|u1", "<u2", "<u4", "<u8", "<i4", "<i8", "<f4", "<f2", "|i1"})
_CHUNK: Final = 1 << 22


class DamagedFileError(Exception):
    """A file of the index is not what it should be."""


class ArrayWriter:
    """Writes a new file whose arrays come piece by piece, each in any order with the others.

    Args:
        path: The file.
        layout: Type and length of each array.
        extra: What else the header says.
    """

    def __init__(
        self,
        path: Path,
        layout: Mapping[str, tuple[np.dtype[Any], int]],
        extra: Mapping[str, object],
    ) -> None:
        """Write the header."""
        header, offset = {}, 0
        for name, (kind, count) in layout.items():
            header[name] = (kind.newbyteorder("<").str, count, offset)
            offset += -(-kind.itemsize * count // _ALIGN) * _ALIGN
        head = json.dumps({"arrays": header, "extra": extra}, ensure_ascii=False).encode()
        head += b" " * (-(len(head) + 16) % _ALIGN)
        self._kinds = {name: np.dtype(kind) for name, (kind, _, _) in header.items()}
        self._places = {name: len(head) + 16 + at for name, (_, _, at) in header.items()}
        self._path = path
        self._file = path.open("wb")
        self._file.write(MAGIC + struct.pack("<Q", len(head)) + head)
        self._file.truncate(len(head) + 16 + offset)
        self.checksum = 0

    def write(self, name: str, piece: Array) -> None:
        """Add a piece to an array."""
        data = np.ascontiguousarray(piece, self._kinds[name])
        self._file.seek(self._places[name])
        self._file.write(data.view(np.uint8).data)
        self._places[name] += data.nbytes

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        """Flush to the disk and count the checksum of the whole file."""
        with self._file:
            if kind is None:
                self._file.flush()
                os.fsync(self._file.fileno())
        if kind is None:
            self.checksum = file_checksum(self._path)


def write_arrays(path: Path, arrays: Mapping[str, Array], extra: Mapping[str, object]) -> int:
    """Write the arrays to a new file and flush it to the disk.

    Returns:
        The checksum of the whole file.
    """
    layout = {name: (array.dtype, len(array)) for name, array in arrays.items()}
    with ArrayWriter(path, layout, extra) as writer:
        for name, array in arrays.items():
            writer.write(name, array)
    return writer.checksum


def file_checksum(path: Path) -> int:
    """The checksum of a file as `write_arrays` counts it."""
    checksum = 0
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            checksum = zlib.crc32(chunk, checksum)
    return checksum


class ArrayFile:
    """The arrays of one file, mapped into memory when they are first asked for."""

    def __init__(self, path: Path) -> None:
        """Map the file and read its header.

        Raises:
            DamagedFileError: The file is not complete or not of this form.
        """
        try:
            with path.open("rb") as file:
                self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
            self._read_header()
        except (ValueError, KeyError, TypeError, struct.error, UnicodeDecodeError) as error:
            raise DamagedFileError(str(path)) from error
        self.path = path

    def _read_header(self) -> None:
        view = memoryview(self._map)
        if bytes(view[:8]) != MAGIC:
            raise ValueError("wrong magic")
        (length,) = struct.unpack("<Q", view[8:16])
        head = json.loads(bytes(view[16 : 16 + length]))
        start = 16 + length
        self.extra: dict[str, Any] = head["extra"]
        self._arrays: dict[str, Array] = {}
        for name, (kind, count, offset) in head["arrays"].items():
            if kind not in _TYPES or not isinstance(count, int) or count < 0 or offset < 0:
                raise ValueError("unknown array")
            self._arrays[name] = np.frombuffer(view, np.dtype(kind), count, start + offset)

    def __getitem__(self, name: str) -> Array:
        """The array of that name.

        Raises:
            DamagedFileError: There is none.
        """
        try:
            return self._arrays[name]
        except KeyError:
            raise DamagedFileError(str(self.path)) from None

    def __contains__(self, name: str) -> bool:
        return name in self._arrays

    def release(self) -> None:
        """Let go of the memory of what was read so far; reading on maps it again."""
        if hasattr(mmap, "MADV_DONTNEED"):
            self._map.madvise(mmap.MADV_DONTNEED)


class Strings:
    """Many strings in two arrays: the UTF-8 bytes and where each begins."""

    def __init__(self, blob: Array, starts: Array) -> None:
        """Keep the arrays; a string is decoded when it is asked for."""
        self._blob = blob.data
        self._starts = starts

    def __len__(self) -> int:
        return len(self._starts) - 1

    def raw(self, at: int) -> bytes:
        """The bytes of one string."""
        return bytes(self._blob[int(self._starts[at]) : int(self._starts[at + 1])])

    def __getitem__(self, at: int) -> str:
        if not 0 <= at < len(self):
            raise IndexError(at)
        return self.raw(at).decode("utf-8", "surrogatepass")

    def first_at_least(self, key: bytes) -> int:
        """Where `key` is or would stand; the strings must be sorted by their bytes."""
        low, high = 0, len(self)
        while low < high:
            middle = (low + high) // 2
            if self.raw(middle) < key:
                low = middle + 1
            else:
                high = middle
        return low

    def find(self, key: str) -> int:
        """Where a string stands in the sorted strings, -1 when it does not."""
        wanted = key.encode()
        at = self.first_at_least(wanted)
        return at if at < len(self) and self.raw(at) == wanted else -1

    def prefix_range(self, prefix: str) -> tuple[int, int]:
        """The range of sorted strings that begin with a prefix."""
        key = prefix.encode()
        return self.first_at_least(key), self.first_at_least(key + b"\xff")


def pack_strings(strings: list[str]) -> tuple[Array, Array]:
    """The two arrays of `Strings`."""
    encoded = [text.encode("utf-8", "surrogatepass") for text in strings]
    starts = np.zeros(len(encoded) + 1, np.int64)
    np.cumsum([len(piece) for piece in encoded], out=starts[1:])
    return np.frombuffer(b"".join(encoded), np.uint8), starts
