"""Two versions side by side, clause by clause, with what was put in and taken out."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Final, Literal

from markupsafe import Markup, escape

from store.model import Clause

if TYPE_CHECKING:
    from collections.abc import Iterator

    from store.document import Document
    from store.model import Block, Section

Change = Literal["same", "changed", "added", "removed"]
_NOTHING: Final = Markup("")
_ALIKE: Final = 0.45
_LONGEST: Final = 6000


@dataclass(frozen=True, slots=True)
class Piece:
    """A heading, a first-level clause with all under it, or a paragraph."""

    label: str
    text: str
    anchor: str = ""
    heading: bool = False


@dataclass(frozen=True, slots=True)
class Pair:
    """What stands beside what; either may be missing."""

    change: Change
    left: Piece | None
    right: Piece | None
    left_html: Markup = _NOTHING
    right_html: Markup = _NOTHING


def pieces(document: Document) -> list[Piece]:
    """A document as pieces that can be set side by side."""
    return list(_section(document.body.root))


def _section(section: Section) -> Iterator[Piece]:
    if section.level:
        yield Piece(section.label, section.heading, section.anchor, heading=True)
    for block in section.blocks:
        text = "\n".join(_lines(block))
        if text.strip():
            label = block.label if isinstance(block, Clause) else ""
            yield Piece(label, text, block.anchor)
    for child in section.sections:
        yield from _section(child)


def _lines(block: Block, depth: int = 0) -> Iterator[str]:
    if block.type == "table":
        yield from ("  ".join(cell.text for cell in row) for row in block.rows)
        return
    label = block.label if isinstance(block, Clause) and depth else ""
    if block.text:
        yield f"{label}{block.text}"
    for child in block.children:
        yield from _lines(child, depth + 1)


def compare(left: Document, right: Document) -> list[Pair]:
    """Set two versions side by side; what only got another number counts as the same."""
    old, new = pieces(left), pieces(right)
    matcher = SequenceMatcher(None, [_key(p) for p in old], [_key(p) for p in new], autojunk=False)
    found: list[Pair] = []
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag == "equal":
            found += [
                Pair("same", a, b, escape(a.text), escape(b.text))
                for a, b in zip(old[i1:i2], new[j1:j2], strict=True)
            ]
        else:
            found += _changed(old[i1:i2], new[j1:j2])
    return found


def _key(piece: Piece) -> tuple[bool, str]:
    return piece.heading, piece.text


def _changed(old: list[Piece], new: list[Piece]) -> list[Pair]:
    """Pair what is alike, in order; the rest was taken out or put in."""
    found: list[Pair] = []
    at = 0
    for piece in old:
        best = _best(piece, new[at:])
        if best is None:
            found.append(Pair("removed", piece, None, escape(piece.text)))
            continue
        found += [Pair("added", None, p, Markup(""), escape(p.text)) for p in new[at : at + best]]
        other = new[at + best]
        left_html, right_html = _marked(piece.text, other.text)
        found.append(Pair("changed", piece, other, left_html, right_html))
        at += best + 1
    found += [Pair("added", None, p, Markup(""), escape(p.text)) for p in new[at:]]
    return found


def _best(piece: Piece, candidates: list[Piece]) -> int | None:
    """Which of the candidates is the piece's new text: the likest one, the same number helps."""
    best, top = None, _ALIKE
    for number, other in enumerate(candidates[:40]):
        if piece.heading != other.heading:
            continue
        ratio = SequenceMatcher(
            None, piece.text[:_LONGEST], other.text[:_LONGEST], autojunk=False
        ).quick_ratio()
        ratio += 0.15 if piece.label and piece.label == other.label else 0.0
        ratio -= 0.004 * number
        if ratio > top:
            best, top = number, ratio
    return best


def _marked(old: str, new: str) -> tuple[Markup, Markup]:
    """Both texts with `<del>` and `<ins>`, character by character."""
    if max(len(old), len(new)) > _LONGEST:
        return Markup("<del>{}</del>").format(old), Markup("<ins>{}</ins>").format(new)
    left, right = [], []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            left.append(escape(old[i1:i2]))
            right.append(escape(new[j1:j2]))
            continue
        if i2 > i1:
            left.append(Markup("<del>{}</del>").format(old[i1:i2]))
        if j2 > j1:
            right.append(Markup("<ins>{}</ins>").format(new[j1:j2]))
    return Markup("").join(left), Markup("").join(right)
