"""The steps that make a draft of a document's pieces: joined, outlined, judged, written."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from importer import classify, facts, figures
from importer.cleaning import scraping_marks
from importer.joining import join_broken
from importer.lines import iso_day
from importer.markdown import write_body
from importer.model import Doubt, Node, Piece
from importer.outline import build
from importer.places import places_to_fill
from importer.signature import Signature, take_signature
from importer.similar import signature_of
from importer.splitting import is_rule
from importer.titles import DATE_LINE
from store.kinds import OTHER
from store.numerals import CHINESE_PATTERN

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from importer.joining import Wrapping
    from importer.model import Draft
    from store.kinds import Kind


def fill_draft(
    draft: Draft, pieces: Sequence[Piece], kinds: Mapping[str, Kind], wrapping: Wrapping,
    properties: Mapping[str, str],
) -> None:  # fmt: skip
    """Make a draft of a document's pieces.

    Args:
        draft: With its title; gets everything else.
        pieces: All of the document but its title.
        kinds: The workspace's kinds.
        wrapping: How the source breaks its lines.
        properties: What the file's properties say.
    """
    pieces = [piece for piece in pieces if not is_rule(piece)]
    pieces = unglued(join_broken(pieces, draft.doubts, wrapping))
    pieces = _without_date_line(pieces, draft)
    draft.doubts += scraping_marks(pieces)
    signature = Signature()
    if "文枢文档" not in properties:
        pieces, signature = take_signature(pieces, draft.doubts)
    draft.nodes = build(pieces, draft.doubts)
    verdict = classify.classify(draft.title, draft.nodes, known=frozenset(kinds))
    draft.kind, draft.confidence, draft.reasons = verdict.kind, verdict.confidence, verdict.reasons
    folder = properties.get("文枢文档", "").partition("/")[0]
    known = next((kind for kind in kinds.values() if folder and kind.name == folder), None)
    if known is not None:
        draft.kind, draft.confidence, draft.reasons = known.slug, 1.0, ["文件由文枢生成"]
    kind = kinds.get(draft.kind, OTHER)
    told = facts.fill(draft.title, kind, draft.nodes, properties)
    draft.fields = signature.fields | draft.fields | told
    if signature.department and not draft.fields.get("部门"):
        draft.fields["部门"] = signature.department
    draft.places = places_to_fill(draft.nodes)
    texts = [text for top in draft.nodes for node in top.walk() for text in _texts_of(node)]
    draft.length = sum(map(len, texts))
    draft.signature = signature_of("".join(texts))
    finish(draft, kinds)


def _texts_of(node: Node) -> Iterator[str]:
    """All words of a node: its text, its cells, what its term means."""
    yield node.text
    yield from (cell.text for row in node.piece.rows for cell in row)
    if node.piece.type == "definition":
        yield node.piece.caption


_GLUED: Final = re.compile(
    rf"^(第{CHINESE_PATTERN}{{1,4}}章[ 　]*[^第。，；：]{{1,16}}?)[ 　]*(第{CHINESE_PATTERN}{{1,5}}条.*)$"  # noqa: E501
)


def unglued(pieces: Sequence[Piece]) -> list[Piece]:
    """Pieces with a chapter's heading apart from the article that was glued to it."""
    found: list[Piece] = []
    for piece in pieces:
        match = _GLUED.match(piece.text) if piece.type == "text" else None
        if match is None:
            found.append(piece)
            continue
        found.append(Piece(line=piece.line, text=match[1].strip()))
        found.append(Piece(line=piece.line, text=match[2]))
    return found


def _without_date_line(pieces: list[Piece], draft: Draft) -> list[Piece]:
    """A date alone below the title is the page's, not the text's."""
    if not (pieces and DATE_LINE.match(pieces[0].text) and pieces[0].type == "text"):
        return pieces
    text = pieces[0].text.strip()
    told = "没有放进正文"
    if text.startswith("发布日期") and (day := iso_day(re.sub(r"^发布日期\s*[:：]", "", text))):
        draft.fields.setdefault("发布日期", day)
        told = "写入信息表"
    draft.doubts.append(Doubt(pieces[0].line, "page-date", f"题目下的日期{told}：{text}"))
    return pieces[1:]


def finish(draft: Draft, kinds: Mapping[str, Kind]) -> None:
    """Figures, the headings that the kind demands, the Markdown."""
    kind = kinds.get(draft.kind, OTHER)
    if kind.slug == "year-end-summary":
        found = figures.extract(draft.nodes)
        draft.figures = found.figures
        draft.doubts += found.doubts
    elif kind.slug == "deeds-report":
        for top in draft.nodes:
            for node in top.walk():
                draft.doubts += figures.deleted_figures(node.text, node.line)
    nodes = with_required_section(draft.nodes, draft.title, kind, draft.doubts)
    written = write_body(nodes, kind.numbering)
    draft.body = written.text
    draft.doubts += written.doubts


def with_required_section(
    nodes: list[Node], title: str, kind: Kind, doubts: list[Doubt]
) -> list[Node]:
    """The nodes under the heading that the kind demands, in the title's own words where it has them."""  # noqa: E501
    headings = [node.text for top in nodes for node in top.walk() if node.sort == "section"]
    for group in kind.required_sections:
        if any(name in re.sub(r"\s+", "", text) for name in group for text in headings):
            continue
        name = next((name for name in group if name in title), group[0])
        first = next((at for at, node in enumerate(nodes) if node.sort != "block"), 0)
        if nodes and nodes[first].sort == "section":
            first = 0
        line = nodes[first].line if nodes else 0
        heading = Node(sort="section", piece=Piece(line=line, text=name), text=name, rank=0)
        heading.children = nodes[first:]
        doubts.append(
            Doubt(
                line, "heading-added", f"原文没有分节，按类别的要求加了标题“{name}”（取自题目）。"
            )
        )
        nodes = [*nodes[:first], heading]
    return nodes
