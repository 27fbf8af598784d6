"""Values that are written piece by piece while the part is compressed.

Where such a value stands, the rendered part holds a mark. When the package is put together, the
part goes to the compressor up to the mark, then the value's pieces, then the rest: a body of three
hundred pages never stands in memory as a whole. No value can contain a mark, since its character
is not allowed in XML.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Protocol, runtime_checkable

from generator.word.errors import ValueRefused
from generator.word.tokens import FragmentCheck

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from generator.word.compiler import Site
    from generator.word.values import RenderPackage

STREAM_MARK: Final = re.compile("<w:p>\x01(\\d+)\x01</w:p>")
_ENOUGH: Final = 1 << 16


@runtime_checkable
class StreamValue(Protocol):
    """A block value that gives its WordprocessingML in pieces.

    It streams where it stands directly in the text of the document, and is asked only after all
    tags have been printed. Elsewhere (a cell, a header) its `to_wordml` is called.
    """

    def stream_wordml(self, package: RenderPackage) -> Iterator[str]:
        """Pieces of block-level XML; only all of them together need be well-formed."""
        ...


@dataclass(frozen=True, slots=True)
class Stream:
    """A value to be streamed, and the tag that asked for it."""

    value: StreamValue
    site: Site


class StreamFailed(Exception):
    """A value could not be written; the cause says why."""

    def __init__(self, site: Site) -> None:
        super().__init__()
        self.site = site


@dataclass(slots=True)
class Streams:
    """The values of one rendering that wait for the end."""

    waiting: list[Stream] = field(default_factory=list)

    def defer(self, value: StreamValue, site: Site) -> str:
        """The mark that stands for the value."""
        self.waiting.append(Stream(value, site))
        return f"<w:p>\x01{len(self.waiting) - 1}\x01</w:p>"

    def write(self, xml: str, package: RenderPackage) -> Iterator[bytes]:
        """A part, each value written where its mark stands.

        Raises:
            StreamFailed: A value cannot be written.
        """
        for index, piece in enumerate(STREAM_MARK.split(xml)):
            if index % 2 == 0:
                yield piece.encode()
                continue
            stream = self.waiting[int(piece)]
            try:
                yield from _written(stream, package)
            except Exception as exc:
                raise StreamFailed(stream.site) from exc


def _written(stream: Stream, package: RenderPackage) -> Iterator[bytes]:
    """The value's pieces, in portions worth compressing, checked on the way."""
    check = FragmentCheck()
    for portion in _portions(stream.value.stream_wordml(package)):
        check.feed(portion)
        yield portion
    if problem := check.problem():
        name = type(stream.value).__name__
        raise ValueRefused(f"{name} 生成的内容不是正确的 XML：{problem}。")


def _portions(pieces: Iterable[str]) -> Iterator[bytes]:
    """Small pieces gathered into portions."""
    held: list[str] = []
    size = 0
    for piece in pieces:
        held.append(piece)
        size += len(piece)
        if size >= _ENOUGH:
            yield "".join(held).encode()
            held.clear()
            size = 0
    if held:
        yield "".join(held).encode()
