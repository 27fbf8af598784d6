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

    from numpy.typing import NDArray

    Array = NDArray[Any]

MAGIC: Final = b"WENSHU01"
_ALIGN: Final = 64
_TYPES: Final = frozenset({"|u1", "<u2", "<u4", "<u8", "<i4", "<i8", "<f4", "<f2", "|i1"})
_CHUNK: Final = 1 << 22


class DamagedFileError(Exception):
    """A file of the index is not what it should be."""


def write_arrays(path: Path, arrays: Mapping[str, Array], extra: Mapping[str, object]) -> int:
    """Write the arrays to a new file and flush it to the disk.

    Returns:
        The checksum of the whole file.
    """
    header, offset = {}, 0
    for name, array in arrays.items():
        kind = array.dtype.newbyteorder("<").str
        header[name] = (kind, len(array), offset)
        offset += -(-array.nbytes // _ALIGN) * _ALIGN
    head = json.dumps({"arrays": header, "extra": extra}, ensure_ascii=False).encode()
    head += b" " * (-(len(head) + 16) % _ALIGN)
    checksum = 0
    with path.open("wb") as file:
        pieces: list[bytes | memoryview] = [MAGIC + struct.pack("<Q", len(head)), head]
        for array in arrays.values():
            data = np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<"))
            pieces += [data.view(np.uint8).data, b"\0" * (-data.nbytes % _ALIGN)]
        for piece in pieces:
            if len(piece):
                file.write(piece)
                checksum = zlib.crc32(piece, checksum)
        file.flush()
        os.fsync(file.fileno())
    return checksum


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
