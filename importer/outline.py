"""Numbered pieces into a tree of headings, clauses and blocks.

Numbers nest by their rank (章 > 节 > 条 > 一、 > （一） > 1. > （1） > ①), except that a lesser number
which begins inside an item whose own list goes on later is nested below it, whatever its rank.
"""  # noqa: E501

from __future__ import annotations

from typing import TYPE_CHECKING

from importer.headings import (
    LOOSE_RANK,
    agree_on_headings,
    find_plain_headings,
    is_heading,
    split_run_ins,
)
from importer.model import Doubt, Node
from importer.recovery import number_pieces
from store.markers import is_article

if TYPE_CHECKING:
    from collections.abc import Sequence

    from importer.model import Piece, Run
    from importer.recovery import Numbered


def build(pieces: Sequence[Piece], doubts: list[Doubt]) -> list[Node]:
    """The nodes of one document, without its title."""
    numbered = number_pieces(pieces, doubts)
    flat = [_node(one, numbered, at) for at, one in enumerate(numbered)]
    _nest_lists(flat, doubts)
    find_plain_headings(flat)
    agree_on_headings(flat)
    flat = split_run_ins(flat)
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
    node.sort = "section" if is_heading(one, numbered, at) else "clause"
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
        if stack[place].sort == "clause" or node.rank <= LOOSE_RANK:
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
    if node.number != 1 or node.rank < LOOSE_RANK or outer.rank < LOOSE_RANK:
        return False
    for later in flat[at + 1 :]:
        if later.label and (later.rank < LOOSE_RANK or later.sort == "section"):
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
