"""Whether a Word file that Wenshu made still says exactly what its document says."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from store.exceptions import WenshuError
from store.model import Clause
from store.parser import parse_body
from store.references import fill_references

if TYPE_CHECKING:
    from collections.abc import Iterator

    from importer.model import Draft
    from store.document import Document
    from store.model import Block, Section
    from store.workspace import Workspace

_SENTENCE: Final = 6
_CAPTION: Final = re.compile(r"^[表图]\d{1,3}(?!\d)[：:、]?")
_SHARE: Final = re.compile(r"（\s*(?:占比|权重|比重)?\s*[\d.]+\s*[%％]\s*）")


def is_present_text(workspace: Workspace, draft: Draft) -> bool:
    """Whether a file that Wenshu made still says exactly what its document in `kb/` says."""
    entry = workspace.catalogue.get(draft.facts.get("文枢文档", ""))
    if entry is None or entry.hash != draft.facts.get("文枢原文校验"):
        return False
    try:
        document = workspace.load(entry)
    except WenshuError:
        return False
    if not same_text(document, draft):
        return False
    draft.id, draft.path, draft.action = entry.id, str(entry.path), "unchanged"
    draft.title, draft.kind, draft.confidence = document.meta.title, document.meta.kind, 1.0
    draft.reasons, draft.doubts = ["文枢生成的文件，文字与资料库中的文档一致"], []
    draft.clauses = model_json(document.body.root)
    draft.facts, draft.body, draft.files = {}, "", {}
    return True


def same_text(document: Document, draft: Draft) -> bool:
    """Whether all of a document stands in a printed file in order, and the file says nothing more."""  # noqa: E501
    printed = _bare(draft.facts.get("全文", ""))
    at = 0
    for block in document.body.root.walk_blocks():
        text = _bare(block.text) if block.type in {"paragraph", "clause"} else ""
        found = printed.find(text, at) if len(text) > _SENTENCE else at
        if found < 0:
            return False
        at = max(at, found)
    known = "".join(_texts_of(document.body.root))
    there = parse_body(draft.body, document.kind.numbering)
    fill_references(there)
    said = (_CAPTION.sub("", text) for text in _texts_of(there.root))
    return all(text in known for text in said if len(text) > _SENTENCE)


def _texts_of(root: Section) -> Iterator[str]:
    """Every text of a body: headings, blocks, cells, captions."""
    for section in root.walk():
        yield _bare(section.heading)
    for block in root.walk_blocks():
        yield from (_bare(cell.text) for row in block.rows for cell in row)
        if not block.rows:
            yield _bare(block.text)
        yield _bare(block.caption)


def _bare(text: str) -> str:
    """Text without white space, and without shares, which a form prints in a column."""
    return _SHARE.sub("", re.sub(r"\s+", "", text))


def model_json(section: Section, level: int = 1) -> list[dict[str, object]]:
    """The numbered pieces of a parsed body as JSON has them."""
    found = [piece for block in section.blocks for piece in _block_json(block, level)]
    for child in section.sections:
        inner = model_json(child, level + 1 if child.label else level)
        if not child.label:
            found += inner
            continue
        found.append(
            _piece_json(child.label, child.number, level, child.heading, child.line, inner)
        )
    return found


def _block_json(block: Block, level: int) -> list[dict[str, object]]:
    if not isinstance(block, Clause):
        return [piece for child in block.children for piece in _block_json(child, level)]
    inner = [piece for child in block.children for piece in _block_json(child, level + 1)]
    return [_piece_json(block.label, block.number, level, block.text, block.line, inner)]


def _piece_json(
    label: str, number: int, level: int, text: str, line: int, children: list[dict[str, object]]
) -> dict[str, object]:
    return {
        "label": label, "number": number, "level": level, "text": text, "line": line,
        "recovered": False, "children": children,
    }  # fmt: skip
