"""Numbered pieces into a tree of headings, clauses and blocks.

Numbers nest by their rank (章 > 节 > 条 > 一、 > （一） > 1. > （1） > ①), except that a lesser number
which begins inside an item whose own list goes on later is nested below it, whatever its rank.
"""  # noqa: E501

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from importer.joining import ends_sentence
from importer.model import Doubt, Node
from importer.recovery import number_pieces
from store.markers import is_article

if TYPE_CHECKING:
    from collections.abc import Sequence

    from importer.model import Piece, Run
    from importer.recovery import Numbered

_HEADING_RANK: Final = 3
_LOOSE_RANK: Final = 7
_LONGEST_HEADING: Final = 40
_LONGEST_PLAIN: Final = 24
_SIGNATURE: Final = re.compile(
    r"(?:公司|部|局|行|中心|处|会|室|科|站|厅|院|校|厂|店|签[字名章]|盖章|日期?|年|组|承诺人|签字人).{0,3}$|^[\d年月日\s.\-/]+$|[:：]|^[×xX_＿]+"  # noqa: RUF001
)
_RUN_IN: Final = re.compile(r"^([^。！？；;：:]{2,36})[。]")
_CAPTION: Final = re.compile(r"^(?:附?表|图)\s*[0-9一二三四五六七八九十]")
_DATE: Final = re.compile(r"^[\d〇零一二三四五六七八九十]{2,4}\s*[年\-/.]")


def build(pieces: Sequence[Piece], doubts: list[Doubt]) -> list[Node]:
    """The nodes of one document, without its title."""
    numbered = number_pieces(pieces, doubts)
    flat = [_node(one, numbered, at) for at, one in enumerate(numbered)]
    _nest_lists(flat, doubts)
    _plain_headings(flat)
    _agree_on_headings(flat)
    flat = _split_run_ins(flat)
    tree = _nest(flat)
    _report_numbers(tree, doubts)
    return tree


def _node(one: Numbered, numbered: list[Numbered], at: int) -> Node:
    mark = one.mark
    node = Node(sort="block", piece=one.piece, text=one.text, runs=_cut_runs(one))
    if mark is None:
        if one.piece.heading and one.piece.type == "text" and one.text:
            node.sort, node.rank = "section", 10 + one.piece.heading
        return node
    node.label, node.number, node.scheme, node.rank = (
        mark.label,
        mark.number,
        mark.scheme,
        mark.rank,
    )
    node.recovered = one.recovered
    node.sort = "section" if _is_heading(one, numbered, at) else "clause"
    return node


def _cut_runs(one: Numbered) -> tuple[Run, ...]:
    from dataclasses import replace  # noqa: PLC0415

    runs, skip = list(one.piece.runs), one.skip
    while runs and skip > 0:
        if len(runs[0].text) <= skip:
            skip -= len(runs[0].text)
            runs.pop(0)
        else:
            runs[0] = replace(runs[0], text=runs[0].text[skip:].lstrip(" \t\u3000"))
            skip = 0
    return tuple(runs)


def _is_heading(one: Numbered, numbered: list[Numbered], at: int) -> bool:
    mark = one.mark
    assert mark is not None
    if one.piece.heading:
        return True
    if is_article(mark.scheme) or mark.rank > _LOOSE_RANK + 3:
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


def _nest_lists(flat: list[Node], doubts: list[Doubt]) -> None:
    """Automatic lists whose levels all print alike nest by level; their numbers are computed."""
    levels: list[Node] = []
    told = False
    for node in flat:
        if not node.label or node.piece.depth < 0:
            levels = levels if not node.label else []
            continue
        while levels and levels[-1].piece.depth >= node.piece.depth:
            levels.pop()
        same = next((one for one in reversed(levels) if one.scheme == node.scheme), None)
        if same is not None:
            node.rank, node.nested = levels[-1].rank + 1, same.nested + 1
            node.sort, node.piece.counted = "clause", True
            if not told:
                said = f"多级编号的各级写法相同（“{node.label}”），下级按类别的写法编号。"
                doubts.append(Doubt(node.line, "number-levels", said))
                told = True
        levels.append(node)


# -- headings ----------------------------------------------------------------------------------------  # noqa: E501


def _plain_headings(flat: list[Node]) -> None:
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


def _agree_on_headings(flat: list[Node]) -> None:
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


def _split_run_ins(flat: list[Node]) -> list[Node]:
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


# -- nesting -------------------------------------------------------------------------------------------  # noqa: E501


def _nest(flat: list[Node]) -> list[Node]:
    root: list[Node] = []
    stack: list[Node] = []
    for at, node in enumerate(flat):
        if node.sort == "block":
            in_list = bool(stack) and stack[-1].sort == "clause"
            _place_block(node, stack, root, _next_number(flat, at) if in_list else None)
            continue
        if node.sort == "section":
            _close_for_section(stack, node)
        else:
            _close_for_clause(stack, node, flat, at, root)
        (stack[-1].children if stack else root).append(node)
        stack.append(node)
    return root


def _next_number(flat: list[Node], at: int) -> Node | None:
    """The next piece with a number, if no other heading stands before it."""
    for node in flat[at + 1 :]:
        if node.label:
            return node
        if node.sort == "section":
            return None
    return None


def _place_block(node: Node, stack: list[Node], root: list[Node], following: Node | None) -> None:
    """Text after an article belongs to it; after another clause only when its list goes on."""
    article = next(
        (
            place
            for place, one in enumerate(stack)
            if one.sort == "clause" and is_article(one.scheme)
        ),
        None,
    )
    if article is not None:
        if node.piece.type == "text":
            del stack[article + 1 :]
        stack[-1].children.append(node)
        return
    inner = node.piece.type in {"table", "image", "bullet"} or node.piece.level > 0
    while stack and stack[-1].sort == "clause":
        if inner or (following is not None and _goes_on(stack, following)):
            break
        stack.pop()
    (stack[-1].children if stack else root).append(node)


def _goes_on(stack: list[Node], following: Node) -> bool:
    """Whether the innermost list, or one around it, goes on with the next number."""
    last = stack[-1]
    return (
        following.sort == "clause"
        and (following.scheme, following.nested) == (last.scheme, last.nested)
        and following.number == last.number + 1
    )


def _close_for_section(stack: list[Node], node: Node) -> None:
    while stack and (stack[-1].sort == "clause" or not _holds(stack[-1], node)):
        stack.pop()


def _holds(outer: Node, inner: Node) -> bool:
    """Whether a section holds another: by the source's levels, else by rank."""
    if outer.piece.heading and inner.piece.heading:
        if outer.piece.heading != inner.piece.heading:
            return outer.piece.heading < inner.piece.heading
        return bool(outer.label and inner.label) and outer.rank < inner.rank
    if outer.label and inner.label:
        return outer.rank < inner.rank
    return False


def _close_for_clause(
    stack: list[Node], node: Node, flat: list[Node], at: int, root: list[Node]
) -> None:
    forms = [(one.scheme, one.nested) for one in stack]
    form = (node.scheme, node.nested)
    if form in forms and node.scheme != "1.1":
        place = len(forms) - 1 - forms[::-1].index(form)
        if stack[place].sort == "clause" or node.rank <= _LOOSE_RANK:
            if stack[place].sort == "section":
                place += 1
            del stack[place:]
            return
    while stack and stack[-1].sort == "clause":
        siblings = stack[-2].children if len(stack) > 1 else root
        if _goes_below(stack[-1], node, flat, at) or _is_habit(stack[-1], node, siblings):
            break
        stack.pop()
    while (
        stack
        and stack[-1].sort == "section"
        and stack[-1].label
        and stack[-1].rank >= node.rank
        and not stack[-1].piece.heading
    ):
        stack.pop()


def _is_habit(outer: Node, node: Node, siblings: list[Node]) -> bool:
    """Whether an item before this one of the same list has numbers of this sort below it."""
    return node.number == 1 and any(
        one is not outer
        and (one.scheme, one.nested) == (outer.scheme, outer.nested)
        and any(inner.scheme == node.scheme for inner in one.children)
        for one in siblings
    )


def _goes_below(outer: Node, node: Node, flat: list[Node], at: int) -> bool:
    if outer.rank < node.rank:
        return True
    if node.number != 1 or node.rank < _LOOSE_RANK or outer.rank < _LOOSE_RANK:
        return False
    for later in flat[at + 1 :]:
        if later.label and (later.rank < _LOOSE_RANK or later.sort == "section"):
            return False
        if (later.scheme, later.nested) == (outer.scheme, outer.nested):
            return later.number == outer.number + 1
    return False


# -- what the numbers say ------------------------------------------------------------------------------  # noqa: E501


def _report_numbers(
    nodes: list[Node], doubts: list[Doubt], articles: list[int] | None = None
) -> None:
    """Gaps and doubles, list by list; articles count through the whole document."""
    articles = [] if articles is None else articles
    last: dict[str, int] = {}
    for node in nodes:
        if node.label and "之" not in node.label:
            _compare(node, last, articles, doubts)
        elif node.sort == "section":
            last = {scheme: number for scheme, number in last.items() if not scheme.endswith("、")}
        _report_numbers(node.children, doubts, articles)


def _compare(node: Node, last: dict[str, int], articles: list[int], doubts: list[Doubt]) -> None:
    if is_article(node.scheme):
        before = articles[-1] if articles else 0
        articles.append(node.number)
    else:
        before = last.get(node.scheme, 0)
        last[node.scheme] = node.number
    if node.number == before + 1 or (node.number == 1 and not is_article(node.scheme)):
        return
    if node.number == before:
        doubts.append(Doubt(node.line, "number-double", f"编号“{node.label}”重复，原样保留。"))
    elif node.number < before:
        doubts.append(
            Doubt(node.line, "number-restart", f"编号“{node.label}”小于前面的编号，原样保留。")
        )
    else:
        missing = node.number - before - 1
        doubts.append(
            Doubt(node.line, "number-gap", f"“{node.label}”之前缺 {missing} 个编号，没有补造。")
        )
