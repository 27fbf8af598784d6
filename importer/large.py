"""Text files too large to hold: two passes, one document in memory at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from importer.drafting import draft_all, opening_doubts
from importer.model import Doubt, Piece, Reading
from importer.splitting import could_be_title, split
from importer.text import encoding_of, printed_encoding, read_lines

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from importer.model import Draft
    from store.kinds import Kind

VOLUME: Final = 1024 * 1024
_OPENING: Final = 2000


def large_text(path: Path, name: str, kinds: dict[str, Kind]) -> Iterator[Draft | str]:
    """The documents of a large text, cut at counted titles, and at a size where there are none.

    Raises:
        InputError: The file holds no text.
    """
    encoding = encoding_of(path)
    shown = printed_encoding(encoding)
    yield shown
    marks = [piece for piece in read_lines(path, encoding) if could_be_title(piece.text)]
    cuts = {marks[cut.at].line: cut for cut in split(marks).cuts if cut.level == 1}
    part: list[Piece] = []
    opening: list[Piece] = []
    begun = False
    megabytes = path.stat().st_size >> 20
    size_note: Doubt | None = Doubt(
        1, "large-file", f"文件有 {megabytes} MB，逐份读取，所需时间可能超过 20 秒。"
    )
    size, count, ordinal, title = 0, 0, "", ""
    for piece in read_lines(path, encoding):
        cut = cuts.get(piece.line)
        if cut is not None and not begun:
            begun = True
            if sum(len(one.text) for one in part) < _OPENING:
                opening, part, size = part, [], 0
        if part and (cut is not None or size > VOLUME):
            count += 1
            for draft in _part(part, shown, name, kinds, (title, ordinal, count, cut is None)):
                draft.doubts[:0] = opening_doubts(opening)
                if count == 1 and size_note:
                    draft.doubts.insert(0, size_note)
                opening, size_note = [], None
                yield draft
            part, size = [], 0
        if cut is not None:
            title, ordinal = cut.title, cut.ordinal
            if cut.titled:
                part.append(Piece(line=piece.line, text=cut.title or piece.text, title=True))
                continue
        part.append(piece)
        size += len(piece.text)
    if part:
        yield from _part(part, shown, name, kinds, (title, ordinal, count + 1, size > VOLUME))


def _part(
    part: list[Piece], shown: str, name: str, kinds: dict[str, Kind],
    known: tuple[str, str, int, bool],
) -> Iterator[Draft]:  # fmt: skip
    title, ordinal, count, by_size = known
    first = part[0].line
    for draft in draft_all(
        Reading(pieces=part, encoding=shown), f"{name.rpartition('.')[0] or name}", kinds
    ):
        draft.ordinal = draft.ordinal or ordinal or f"第{count}部分"
        draft.line = draft.line or first
        if by_size:
            draft.doubts.insert(
                0,
                Doubt(
                    first,
                    "split-by-size",
                    f"文件很大，没有找到可以分开的题目，按大小分成几份（这是第 {count} 份）。",
                ),
            )
            draft.title = draft.title or title
        yield draft
