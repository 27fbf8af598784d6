"""A body's text into the document model.

`parse_body` reads plain Markdown, `parse_lines` text whose lines already carry their numbers (a
Jinja body after rendering, see `store.templating`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from store.blocks import parse_blocks
from store.captions import number_captions
from store.model import Body
from store.oddities import problem_of
from store.references import check_footnotes, fill_references
from store.structure import build_notes, build_tree

if TYPE_CHECKING:
    from collections.abc import Sequence

    from store.cursor import Line
    from store.kinds import Numbering
    from store.model import BlockSource
    from store.references import Resolver


def parse_body(text: str, numbering: Numbering, first_line: int = 1, path: str = "") -> Body:
    """Parse the Markdown of a body.

    Args:
        text: The body without front matter.
        numbering: How the document's kind numbers headings and clauses.
        first_line: The line of the body's first line in the file.
        path: The file, for the problems found.
    """
    lines = list(enumerate(text.split("\n"), first_line))
    return parse_lines(lines, numbering, path=path)


def parse_lines(
    lines: Sequence[Line],
    numbering: Numbering,
    *,
    path: str = "",
    figures: Sequence[BlockSource] = (),
    resolve: Resolver | None = None,
) -> Body:
    """Parse lines that carry their numbers.

    Args:
        lines: (line number, text) pairs.
        numbering: How the document's kind numbers.
        path: The file, for the problems found.
        figures: What the figure tokens in the lines stand for.
        resolve: Looks up a reference into another document (`id#anchor`) and gives its label;
            None leaves such references for later.
    """
    scan = parse_blocks(lines, figures)
    oddities = scan.oddities
    root = build_tree(scan.pieces, numbering, oddities)
    footnotes = {key: build_notes(blocks, oddities) for key, blocks in scan.footnotes.items()}
    body = Body(root, footnotes)
    number_captions(body)
    problems = [problem_of(oddity, path) for oddity in oddities]
    problems += fill_references(body, path, resolve)
    problems += check_footnotes(body, scan.footnote_lines, path)
    body.problems = sorted(problems, key=lambda problem: problem.line)
    return body
