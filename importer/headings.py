"""Which of a document's lines are headings: by their number, their look, and what stands below."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from importer.joining import ends_sentence
from importer.model import Node
from store.markers import is_article

if TYPE_CHECKING:
    from importer.recovery import Numbered

LOOSE_RANK: Final = 7
_LONGEST_HEADING: Final = 40
_LONGEST_PLAIN: Final = 24
_SIGNATURE: Final = re.compile(
    r"(?:公司|部|局|行|中心|处|会|室|科|站|厅|院|校|厂|店|签[字名章]|盖章|日期?|年|组|承诺人|签字人).{0,3}$|^[\d年月日\s.\-/]+$|[:：]|^[×xX_＿]+"  # noqa: RUF001
)
_RUN_IN: Final = re.compile(r"^([^。！？；;：:]{2,36})[。]")
_CAPTION: Final = re.compile(r"^(?:附?表|图)\s*[0-9一二三四五六七八九十]")
_DATE: Final = re.compile(r"^[\d〇零一二三四五六七八九十]{2,4}\s*[年\-/.]")
_HEADING_RANK: Final = 3


def is_heading(one: Numbered, numbered: list[Numbered], at: int) -> bool:
    """Whether a numbered piece is a heading and no clause."""
    mark = one.mark
    assert mark is not None
    if one.piece.heading:
        return True
    if is_article(mark.scheme) or mark.rank > LOOSE_RANK + 3:
        return False
    if mark.rank <= _HEADING_RANK:
        return len(one.text) <= _LONGEST_HEADING
    if mark.scheme in {"（1）", "1）", "①"}:
        return False
    return _reads_like_heading(one.text) and _has_content_below(numbered, at)


def _reads_like_heading(text: str) -> bool:
    return (
        1 < len(text) <= _LONGEST_HEADING and not ends_sentence(text) and text[-1] not in "，,、：:"
    )


def _has_content_below(numbered: list[Numbered], at: int) -> bool:
    """Whether text or lesser numbers stand between this number and the next of its rank."""
    own = numbered[at].mark
    following = numbered[at + 1] if at + 1 < len(numbered) else None
    if own is None or following is None or following.piece.heading:
        return False
    if following.mark is not None:
        return following.mark.rank > own.rank
    return following.piece.type in {"table", "image", "bullet"} or len(following.text) > 1


def find_plain_headings(flat: list[Node]) -> None:
    """Short lines without a number and without punctuation, with longer text below.

    Where the source has headings of its own, only bold lines are taken for further ones.
    """
    styled = sum(bool(node.piece.heading) for node in flat) > 2
    for at, node in enumerate(flat):
        following = flat[at + 1] if at + 1 < len(flat) else None
        if following is None or node.sort != "block" or node.label or node.piece.type != "text":
            continue
        if not _plain_candidate(node):
            continue
        bold = node.piece.bold and following.sort == "block" and not following.piece.bold
        if bold or (not styled and _heads(following, first=at == 0)):
            node.sort, node.rank = "section", 10


def _heads(following: Node, *, first: bool) -> bool:
    """Whether what follows a short line is what stands below a heading."""
    if following.sort != "block":
        return following.number == 1
    if following.piece.type != "text" or (first and len(following.text) < 40):
        return False
    return len(following.text) >= 40 or bool(re.match(r"\[\d+\]", following.text))


def _plain_candidate(node: Node) -> bool:
    text = node.text
    if node.piece.caption or _CAPTION.match(text):
        return False
    if not 2 <= len(text) <= _LONGEST_PLAIN or ends_sentence(text) or text[-1] in "，,、”":
        return False
    return not _SIGNATURE.search(text) and not _DATE.match(text)


def agree_on_headings(flat: list[Node]) -> None:
    """Numbers of one list are all headings or all clauses: what most of them look like.

    An item that runs on after a short first sentence (（一）加强宣传。元月份，…) goes with either.
    """
    for run in _lists(flat):
        marked = [node for node in run if node.rank > _HEADING_RANK and not node.piece.heading]
        if len(marked) < 2:
            continue
        headings = [node for node in marked if node.sort == "section"]
        plain = [node for node in marked if node.sort == "clause"]
        if not headings or not plain:
            continue
        run_in = [node for node in plain if _runs_in(node.text)]
        bare = [node for node in plain if _reads_like_heading(node.text)]
        if len(run_in) + len(bare) == len(plain):
            for node in plain:
                node.sort = "section"
        elif len(headings) <= len(plain):
            for node in headings:
                node.sort = "clause"


def _runs_in(text: str) -> bool:
    """Whether a short first sentence is followed by more."""
    match = _RUN_IN.match(text)
    return match is not None and match.end() < len(text)


def _lists(flat: list[Node]) -> list[list[Node]]:
    """The runs of numbers of one scheme and depth that a number of a lesser rank does not end."""
    runs: list[list[Node]] = []
    open_runs: dict[tuple[str, int], list[Node]] = {}
    for node in flat:
        if not node.label:
            if node.sort == "section" and node.piece.heading:
                open_runs = {}
            continue
        open_runs = {form: run for form, run in open_runs.items() if run[-1].rank <= node.rank}
        run = open_runs.get((node.scheme, node.rank))
        if run is None or node.number <= run[-1].number:
            run = open_runs[node.scheme, node.rank] = []
            runs.append(run)
        run.append(node)
    return runs


def split_run_ins(flat: list[Node]) -> list[Node]:
    """A heading that runs into its paragraph becomes a heading and a paragraph."""
    found: list[Node] = []
    for node in flat:
        found.append(node)
        match = _RUN_IN.match(node.text) if node.sort == "section" and node.label else None
        if match is None or match.end() >= len(node.text):
            if node.sort == "section" and len(node.text) > 1 and node.label:
                node.text = node.text.removesuffix("。") if not node.piece.heading else node.text
            continue
        rest = node.text[match.end() :].lstrip(" 　")
        node.text, node.runs = match[1], ()
        found.append(Node(sort="block", piece=node.piece, text=rest))
    return found
