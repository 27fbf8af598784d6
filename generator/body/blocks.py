"""Sections, clauses and all other blocks of the model into block-level WordprocessingML."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, cast

from generator.body.captions import write_caption
from generator.body.inlines import plain_run, write_runs
from generator.body.numbers import NumberedList, literal_gap
from generator.body.pictures import write_picture
from generator.body.tables import cell_properties, gap, keep_next, row_head, table_xml, write_table
from generator.wordml import bookmark_name, paragraph, pt, run
from store.captions import TABLE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from generator.body.context import BodyContext
    from store.model import Block, Clause, Section

HEADING_STYLES: Final = 4
_CLAUSES: Final = 5
_TERM_SHARE: Final = 0.2
_FIRST_CHARACTER: Final = re.compile(
    r'(<w:r>(?:<w:rPr>(?:(?!</w:rPr>).)*</w:rPr>)?<w:t xml:space="preserve">)([^<&])(?=[^<]{16})'
)
_RULE: Final = (
    '<w:p><w:pPr><w:pBdr><w:bottom w:val="single" w:sz="4" w:space="1" w:color="7F7F7F"/></w:pBdr>'
    '<w:spacing w:before="0" w:after="120" w:line="120" w:lineRule="exact"/></w:pPr></w:p>'
)
_PAGE_BREAK: Final = '<w:p><w:r><w:br w:type="page"/></w:r></w:p>'
_BULLET_ROOM: Final = 1.5


class BlockWriter:
    """Writes sections and blocks one after the other; keeps the numbering going."""

    def __init__(self, context: BodyContext, *, small: bool = False) -> None:
        """Prepare a writer; `small` writes for the cells of a form."""
        self.context = context
        self.small = small
        numbering, layout, package = context.numbering, context.layout, context.package
        self.headings = NumberedList(package, layout, numbering.headings, "heading")
        prefix = "formclause" if small else "clause"
        self.clauses = NumberedList(package, layout, numbering.clauses, prefix)
        self._bullets = 0
        self._writers: dict[str, Callable[[Block], str]] = {
            "paragraph": self._paragraph,
            "clause": self._clause,
            "list": self._list,
            "quote": self._quote,
            "image": lambda block: write_picture(self.context, block),
            "code": self._code,
            "chart": self._chart,
            "break": lambda block: _RULE if block.text == "rule" else _PAGE_BREAK,
        }

    # -- sections ----------------------------------------------------------------------------

    def stream(self, section: Section) -> Iterator[str]:
        """A section with its heading and all below it, each paragraph or row in one piece."""
        if section.level:
            yield self.heading(section)
        yield from self.stream_blocks(section.blocks)
        for child in section.sections:
            yield from self.stream(child)

    def section(self, section: Section) -> str:
        """A section with its heading and all below it, in one text."""
        return "".join(self.stream(section))

    def heading(self, section: Section) -> str:
        """The heading's paragraph; deep headings look like the deepest style."""
        level = min(section.level, HEADING_STYLES)
        style = self.context.styles["formtext" if self.small else f"heading{level}"]
        number, label = self._number(self.headings, section, section.level)
        content = label + write_runs(self.context, section.inlines, section.heading, section.line)
        if self.small:
            number = "<w:keepNext/>" + number
        return paragraph(self.marked(section.anchor, content), style, number)

    def _number(
        self, numbers: NumberedList, target: Section | Clause, level: int
    ) -> tuple[str, str]:
        """The `w:numPr` of a computed label, or the run of one that prints as it stands."""
        if not target.label:
            return "", ""
        if not target.literal and target.number > 0:
            properties = numbers.properties(target.scheme, level, target.number)
            if properties:
                return properties, ""
        return "", run(target.label + literal_gap(target.label))

    def marked(self, anchor: str, content: str) -> str:
        """Content between the two ends of its bookmark."""
        if not anchor:
            return content
        name = bookmark_name(anchor)
        if name in self.context.used_bookmarks:
            return content
        self.context.used_bookmarks.add(name)
        number = self.context.package.next_id()
        start = f'<w:bookmarkStart w:id="{number}" w:name="{name}"/>'
        end = f'<w:bookmarkEnd w:id="{number}"/>'
        # Behind a mark that ends a full line, the end of a bookmark makes LibreOffice add an empty
        # line; so in text that may fill lines the bookmark holds the first character only.
        if found := _FIRST_CHARACTER.match(content):
            head, first, rest = found[1], found[2], content[found.end() :]
            return f"{start}{head}{first}</w:t></w:r>{end}{head}{rest}"
        return f"{start}{content}{end}"

    # -- blocks ------------------------------------------------------------------------------

    def blocks(self, blocks: Sequence[Block]) -> str:
        """Blocks one after the other, in one text."""
        return "".join(self.stream_blocks(blocks))

    def stream_blocks(self, blocks: Iterable[Block]) -> Iterator[str]:
        """Blocks one after the other; neighbouring definitions become one table."""
        terms: list[Block] = []
        for block in blocks:
            if block.type == "definition":
                terms.append(block)
                continue
            if terms:
                # A form above a text belongs to it: both stand on one page.
                yield self._definitions(terms, keep=block.type in {"paragraph", "quote"})
                terms = []
            if block.type == "table":
                yield from write_table(self.context, block)
            else:
                yield self._writers[block.type](block)
        if terms:
            yield self._definitions(terms)

    def _style(self, key: str) -> str:
        return self.context.styles["formtext" if self.small else key]

    def _paragraph(self, block: Block) -> str:
        if block.caption_label and not self.small:
            return write_caption(self.context, block, above=block.caption_label[0] == TABLE)
        return self._running(block, "body")

    def _running(self, block: Block, style: str) -> str:
        """A paragraph of running text, indented where the template has no style that does it."""
        content = write_runs(self.context, block.inlines, block.text, block.line)
        direct = "" if self.small else self.context.styles.body_indent
        return paragraph(
            self.marked(block.anchor, content), self._style(style), loosened(content) + direct
        )

    def _clause(self, block: Block) -> str:
        clause = cast("Clause", block)
        level = min(max(clause.level, 1), _CLAUSES)
        number, label = self._number(self.clauses, clause, clause.level)
        content = label + write_runs(self.context, clause.inlines, clause.text, clause.line)
        style = self._style(f"clause{level}")
        number += loosened(content)
        parts = [paragraph(self.marked(clause.anchor, content), style, number)]
        if clause.children:
            parts.append(self._children(clause.children))
        return "".join(parts)

    def _children(self, children: Sequence[Block]) -> str:
        parts: list[str] = []
        others: list[Block] = []
        for child in children:
            if child.type == "paragraph":
                parts.append(self.blocks(others))
                others = []
                parts.append(self._running(child, "continuation"))
            else:
                others.append(child)
        parts.append(self.blocks(others))
        return "".join(parts)

    def _list(self, block: Block) -> str:
        if not self._bullets:
            start = 0.0 if self.small else 2.0
            bullets = bullets_xml(start, self.context.size("formtext" if self.small else "list"))
            self._bullets = self.context.package.add_numbering(bullets)
        return self._items(block, 0)

    def _items(self, block: Block, level: int) -> str:
        style = self._style("list")
        depth = min(level, 8)
        number = f'<w:numPr><w:ilvl w:val="{depth}"/><w:numId w:val="{self._bullets}"/></w:numPr>'
        parts: list[str] = []
        for item in block.children:
            if item.type == "list":
                parts.append(self._items(item, level + 1))
                continue
            if item.type != "paragraph":
                parts.append(self.blocks([item]))
                continue
            content = write_runs(self.context, item.inlines, item.text, item.line)
            parts.append(paragraph(self.marked(item.anchor, content), style, number))
            for child in item.children:
                nested = child.type == "list"
                parts.append(self._items(child, level + 1) if nested else self.blocks([child]))
        return "".join(parts)

    def _quote(self, block: Block) -> str:
        style = self.context.styles["quote"]
        if not block.children:
            return paragraph(write_runs(self.context, block.inlines, block.text, block.line), style)
        parts: list[str] = []
        for child in block.children:
            if child.type == "paragraph":
                content = write_runs(self.context, child.inlines, child.text, child.line)
                parts.append(paragraph(content, style))
            else:
                parts.append(self.blocks([child]))
        return "".join(parts)

    def _code(self, block: Block) -> str:
        style = self.context.styles["code"]
        return "".join(
            paragraph(plain_run(self.context, line, "", block.line) if line else "", style)
            for line in block.text.split("\n")
        )

    def _chart(self, block: Block) -> str:
        from generator.charts import chart_to_wordml  # noqa: PLC0415 - few documents have charts

        return chart_to_wordml(block.figure, self.context.package)

    def _definitions(self, terms: Sequence[Block], *, keep: bool = False) -> str:
        """Terms and their descriptions as the two columns of a form."""
        context = self.context
        longest = max(len(term.text) for term in terms)
        size = context.size("formlabel")
        left = min(
            max(round((longest + 1) * size * 20) + 220, round(context.width * _TERM_SHARE)),
            context.width // 3,
        )
        widths = [left, context.width - left]
        rows = "".join(self._definition(term, widths) for term in terms)
        if keep:
            rows = keep_next(rows)
        return gap(80, keep=True) + table_xml(context, widths, rows) + gap(keep=keep)

    def _definition(self, term: Block, widths: Sequence[int]) -> str:
        context = self.context
        shade = context.layout.tables.header_shade
        label = paragraph(
            write_runs(context, term.inlines, term.text, term.line), context.styles["formlabel"]
        )
        texts = [
            paragraph(
                write_runs(context, child.inlines, child.text, child.line),
                context.styles["formtext"],
            )
            if child.type == "paragraph" and not child.children
            else self.blocks([child])
            for child in term.children
        ]
        content = "".join(texts) or paragraph("", context.styles["formtext"])
        if not content.endswith("</w:p>"):
            content += "<w:p/>"
        return (
            f"<w:tr>{row_head()}"
            f"<w:tc>{cell_properties(widths[0], shade=shade)}{label}</w:tc>"
            f"<w:tc>{cell_properties(widths[1])}{content}</w:tc></w:tr>"
        )


def bullets_xml(start: float, size: float) -> str:
    """An `w:abstractNum` of bullets, the first `start` characters from the margin."""
    levels = []
    for level, mark in enumerate("●○●○●○●○●"):
        left = start + _BULLET_ROOM * (level + 1)
        levels.append(
            f'<w:lvl w:ilvl="{level}"><w:start w:val="1"/><w:numFmt w:val="bullet"/>'
            f'<w:lvlText w:val="{mark}"/><w:lvlJc w:val="left"/><w:pPr>'
            f'<w:ind w:leftChars="{round(left * 100)}" w:left="{pt(left * size)}" '
            f'w:hangingChars="{round(_BULLET_ROOM * 100)}" w:hanging="{pt(_BULLET_ROOM * size)}"/>'
            "</w:pPr></w:lvl>"
        )
    return (
        '<w:abstractNum w:abstractNumId="0"><w:multiLevelType w:val="hybridMultilevel"/>'
        f"{''.join(levels)}</w:abstractNum>"
    )


def loosened(content: str) -> str:
    """Free the line height of a paragraph with a picture; a fixed one would cut the picture off."""
    return '<w:spacing w:line="240" w:lineRule="auto"/>' if "<w:drawing" in content else ""
