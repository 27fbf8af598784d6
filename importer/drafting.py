"""A file's pieces into drafts of documents: noise out, cut, joined, outlined, judged, written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from importer import facts
from importer.cleaning import take_out_contents, take_out_noise
from importer.filling import fill_draft, finish
from importer.joining import Wrapping, wrapping_of
from importer.model import Doubt, Draft
from importer.splitting import Split, split
from importer.titles import clean_title, take_title

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from importer.model import Node, Piece, Reading
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
    fill_draft(draft, title.pieces, kinds, wrapping, reading.facts)
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
        fill_draft(draft, own, kinds, wrapping, {})
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
    finish(child, kinds)


def _rekind(draft: Draft, slug: str, kinds: Mapping[str, Kind]) -> None:
    """Make a draft anew as another kind: its fields, its figures, its numbers."""
    if slug not in kinds or slug == draft.kind or not draft.nodes:
        return
    draft.kind, draft.confidence, draft.reasons = slug, 1.0, ["人工指定"]
    draft.figures = []
    draft.fields = facts.fill(draft.title, kinds[slug], draft.nodes, {}) | draft.fields
    finish(draft, kinds)
