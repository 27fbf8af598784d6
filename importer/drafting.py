"""A file's pieces into drafts of documents: noise out, cut, joined, outlined, judged, written."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from importer import classify, facts, figures
from importer.cleaning import scraping_marks, take_out_contents, take_out_noise
from importer.joining import Wrapping, join_broken, wrapping_of
from importer.lines import iso_day
from importer.markdown import write_body
from importer.model import Doubt, Draft, Node, Piece
from importer.outline import build
from importer.places import places_to_fill
from importer.signature import Signature, take_signature
from importer.similar import signature_of
from importer.splitting import Split, is_rule, split
from importer.titles import DATE_LINE, clean_title, take_title
from store.kinds import OTHER
from store.numerals import CHINESE_PATTERN

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from importer.model import Reading
    from store.kinds import Kind


def draft_all(
    reading: Reading,
    name: str,
    kinds: Mapping[str, Kind],
    given: Mapping[int, str] | None = None,
) -> list[Draft]:
    """The documents of one file, ready to be sent and written.

    Args:
        reading: What the reader made of it.
        name: The file's name, for a title where the text has none.
        kinds: The workspace's kinds.
        given: The kinds that a person gave to single documents, by their place.
    """
    drafts = outline_all(reading, name, kinds)
    for at, slug in (given or {}).items():
        if at < len(drafts):
            _rekind(drafts[at], slug, kinds)
    for draft in drafts:
        draft.clauses = clauses_json(draft.nodes)
        _set_levels(draft.clauses)
        draft.nodes = []
        draft.doubts = list(dict.fromkeys(sorted(draft.doubts, key=lambda doubt: doubt.line)))
    return drafts


def clauses_json(nodes: Sequence[Node]) -> list[dict[str, object]]:
    """The numbered pieces of an outline; what stands under an unnumbered heading moves up."""
    found: list[dict[str, object]] = []
    for node in nodes:
        if not node.label:
            found += clauses_json(node.children)
            continue
        found.append(
            {
                "label": node.label,
                "number": node.number,
                "level": 1,
                "text": node.text,
                "line": node.line,
                "recovered": node.recovered,
                "children": clauses_json(node.children),
            }
        )
    return found


def _set_levels(clauses: list[dict[str, object]], level: int = 1) -> None:
    for clause in clauses:
        clause["level"] = level
        children = clause["children"]
        assert isinstance(children, list)
        _set_levels(children, level + 1)


def outline_all(reading: Reading, name: str, kinds: Mapping[str, Kind]) -> list[Draft]:
    """The documents of one file with their outlines.

    Args:
        reading: What the reader made of it.
        name: The file's name, for a title where the text has none.
        kinds: The workspace's kinds.
    """
    if reading.raw:
        return [_taken_over(reading, name)]
    doubts: list[Doubt] = list(reading.doubts)
    ours = "文枢文档" in reading.facts
    pieces = reading.pieces
    if not ours:
        pieces = take_out_noise(take_out_contents(pieces, doubts), doubts)
    if not pieces:
        return []
    found = Split() if ours else split(pieces)
    wrapping = _wrapping(reading, pieces)
    if not found.cuts:
        return [_single(reading, pieces, name, kinds, doubts, wrapping)]
    drafts = _compilation(reading, pieces, found, kinds, wrapping)
    opening = opening_doubts(pieces[: found.cuts[0].at])
    first_line, spread = [draft.line for draft in drafts], [*opening, *doubts]
    for doubt in spread:
        at = max((i for i, line in enumerate(first_line) if line <= doubt.line), default=0)
        drafts[at].doubts.append(doubt)
    for line, ordinal in found.gaps:
        next(d for d in drafts if d.line == line).doubts.append(
            Doubt(line, "part-gap", f"“{ordinal}”之前的篇次不连续，没有补造。")
        )
    for draft in drafts:
        draft.doubts.sort(key=lambda doubt: doubt.line)
    return drafts


def _wrapping(reading: Reading, pieces: Sequence[Piece]) -> Wrapping:
    if reading.joined:
        return Wrapping(done=True)
    if not reading.encoding:
        return Wrapping()
    lines: list[str] = []
    for piece in pieces:
        lines += [""] * min(3, piece.line - len(lines) - 1) if piece.line > len(lines) + 1 else []
        lines += [piece.text]
    return wrapping_of(lines)


def _taken_over(reading: Reading, name: str) -> Draft:
    return Draft(
        title=reading.facts.get("标题") or name,
        line=1,
        raw=reading.raw,
        doubts=list(reading.doubts),
    )


def opening_doubts(pieces: Sequence[Piece]) -> list[Doubt]:
    """What stands above the first document of a compilation: its title, the page's date."""
    return [
        Doubt(
            piece.line,
            "compilation-opening",
            f"汇编本身的标题或说明，没有放进任何一篇：{piece.text.strip()}",
        )
        for piece in pieces
        if piece.text.strip()
    ]


# -- one document a file ------------------------------------------------------------------------------  # noqa: E501


def _single(
    reading: Reading, pieces: list[Piece], name: str, kinds: Mapping[str, Kind],
    doubts: list[Doubt], wrapping: Wrapping,
) -> Draft:  # fmt: skip
    title = take_title(pieces, reading.facts.get("标题", ""), name, doubts)
    draft = Draft(title=title.text, line=title.line, files=reading.files)
    draft.facts = {k: v for k, v in reading.facts.items() if k.startswith("文枢") or k == "全文"}
    draft.doubts, draft.fields = doubts, title.fields
    _fill_draft(draft, title.pieces, kinds, wrapping, reading.facts)
    return draft


# -- several documents a file ------------------------------------------------------------------------  # noqa: E501


def _compilation(
    reading: Reading,
    pieces: list[Piece],
    found: Split,
    kinds: Mapping[str, Kind],
    wrapping: Wrapping,
) -> list[Draft]:
    drafts: list[Draft] = []
    ends = [cut.at for cut in found.cuts[1:]] + [len(pieces)]
    top = -1
    for cut, end in zip(found.cuts, ends, strict=True):
        start = cut.at + 1 if cut.titled else cut.at
        own = pieces[start:end]
        title = cut.title or (reading.facts.get("标题", "") if cut.level == 1 else "")
        draft = Draft(
            title=clean_title(title) or "未命名", line=pieces[cut.at].line, ordinal=cut.ordinal
        )
        if own and cut.title and clean_title(own[0].text) == draft.title:
            own = own[1:]
        if cut.level == 1:
            top = len(drafts)
        else:
            draft.parent = top
        draft.files = _files_of(own, reading.files)
        drafts.append(draft)
        _fill_draft(draft, own, kinds, wrapping, {})
        if not cut.title:
            draft.doubts.append(Doubt(draft.line, "title-missing", "这一篇没有题目。"))
    _settle_parents(drafts, kinds)
    return drafts


def _files_of(pieces: Sequence[Piece], files: Mapping[str, bytes]) -> dict[str, bytes]:
    wanted = {piece.target for piece in pieces} | {run.picture for p in pieces for run in p.runs}
    return {name: data for name, data in files.items() if name in wanted}


def _settle_parents(drafts: list[Draft], kinds: Mapping[str, Kind]) -> None:
    """A document that only holds parts is of their kind and lists them."""
    for at, parent in enumerate(drafts):
        children = [draft for draft in drafts if draft.parent == at]
        if not children:
            continue
        votes = [child.kind for child in children]
        common = max(sorted(set(votes)), key=votes.count)
        if not parent.nodes or parent.kind == "other":
            parent.kind = common
            parent.confidence = round(
                votes.count(common) / len(votes) * min(c.confidence for c in children), 2
            )
            parent.reasons = [f"{len(votes)} 个分篇中 {votes.count(common)} 个是这一类"]
            departments = {str(c.fields["部门"]) for c in children if c.fields.get("部门")}
            if "部门" not in parent.fields and len(departments) == 1:
                parent.fields["部门"] = departments.pop()
        for child in children:
            if child.kind == "other" and parent.kind in kinds:
                _rejudge(child, parent, kinds)


def _rejudge(child: Draft, parent: Draft, kinds: Mapping[str, Kind]) -> None:
    child.kind, child.confidence = parent.kind, round(parent.confidence * 0.6, 2)
    child.reasons = ["与同一汇编中的其他分篇同类"]
    _finish(child, kinds)


def _rekind(draft: Draft, slug: str, kinds: Mapping[str, Kind]) -> None:
    """Make a draft anew as another kind: its fields, its figures, its numbers."""
    if slug not in kinds or slug == draft.kind or not draft.nodes:
        return
    draft.kind, draft.confidence, draft.reasons = slug, 1.0, ["人工指定"]
    draft.figures = []
    draft.fields = facts.fill(draft.title, kinds[slug], draft.nodes, {}) | draft.fields
    _finish(draft, kinds)


# -- the steps of each -----------------------------------------------------------------------------------  # noqa: E501


def _fill_draft(
    draft: Draft, pieces: Sequence[Piece], kinds: Mapping[str, Kind], wrapping: Wrapping,
    properties: Mapping[str, str],
) -> None:  # fmt: skip
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
    _finish(draft, kinds)


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


def _finish(draft: Draft, kinds: Mapping[str, Kind]) -> None:
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
