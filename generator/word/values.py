"""What may stand in a tag besides text and numbers: the protocols.

A value that writes WordprocessingML itself has one of two methods.

`BlockValue.to_wordml(package)` gives whole paragraphs and tables; it stands in ``{{p x }}``, or
alone in a paragraph as ``{{ x }}``, in the body, a cell, a header, a footer or a note.
`RunValue.to_runs(package, properties)` gives runs for the inside of a paragraph.

Both get the `RenderPackage` of the rendering under way, through which they add what they need to
the finished file. The XML may use these prefixes without declaring them: w r wp a pic c mc v o w10
w14 w15 wps wpg m. Text in it is escaped by the value (`generator.wordml.escape`); the engine checks
that the XML is well-formed and that it is closed by a paragraph where Word wants one (at the end of
a cell, between two tables).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Mapping

RELATIONSHIPS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


class RenderPackage(Protocol):
    """The file being made, as a value sees it.

    Attributes:
        part: The part that is being written (``word/document.xml``, ``word/header1.xml``).
            Relationship ids belong to it.
        warnings: Chinese sentences for the user; a value may append.
    """

    part: str
    warnings: list[str]

    def next_id(self) -> int:
        """A number not used before in this file, for ``wp:docPr``, bookmarks and the like."""
        ...

    def unique_name(self, pattern: str) -> str:
        """A free part name: ``word/charts/chart{}.xml`` gives ``word/charts/chart3.xml``."""
        ...

    def add_part(
        self, name: str, content_type: str, data: bytes, reltype: str, *, source: str | None = None
    ) -> str:
        """Add a part and relate it.

        Args:
            name: The part's full name without a leading slash, see `unique_name`.
            content_type: Its content type.
            data: Its bytes.
            reltype: The relationship's type URI.
            source: The part that refers to it; None is the part being written. A chart that owns
                a workbook adds the chart first, then the workbook with the chart's name here.

        Returns:
            The relationship id in the source.
        """
        ...

    def add_image(self, data: bytes) -> str:
        """Add a picture (the same bytes only once) and give its relationship id.

        Raises:
            ValueRefused: The bytes are no picture Word can show, or too large.
        """
        ...

    def add_hyperlink(self, url: str) -> str:
        """Relate an outside address and give its relationship id."""
        ...

    def add_numbering(self, abstract: str, *, starts: Mapping[int, int] | None = None) -> int:
        """A fresh numbering instance.

        Args:
            abstract: A ``<w:abstractNum>`` element (its id is replaced; equal ones are added only
                once), or the id of a paragraph style of the template that numbers its paragraphs.
            starts: Where levels begin in this instance; ``{0: 1}`` restarts the first level.

        Returns:
            The ``w:numId`` to use in ``w:numPr``. Numbering that begins afresh needs a call of its
            own for each list.
        """
        ...

    def has_style(self, style_id: str) -> bool:
        """Whether the template or an earlier call brought this style."""
        ...

    def style_id(self, name: str, kind: str = "paragraph") -> str | None:
        """The id of the style with that name (``heading 1``, ``Table Grid``), if there is one."""
        ...

    def ensure_style(self, style: str) -> str:
        """Add a ``<w:style>`` element unless a style with its id is there; give the id."""
        ...

    def add_footnote(self, content: str) -> int:
        """Add a footnote of block-level XML and give the id for ``w:footnoteReference``.

        The content's first paragraph gets the reference mark in front. The part, its separators,
        its settings entry and its styles are made when the template has none.
        """
        ...

    def set_property(self, name: str, value: str) -> None:
        """Set a custom document property (provenance: id, version, hashes)."""
        ...

    def set_watermark(self, text: str) -> None:
        """Put a slanting grey text behind every page of the document."""
        ...

    def new_section(self, kind: str, *, footers: bool = True) -> str:
        """End the section here: the paragraphs that do it.

        Args:
            kind: How the rest of the document begins, such as ``evenPage``.
            footers: Whether its pages keep the footers (page numbers).
        """
        ...

    def text_width(self) -> int:
        """Twips between the margins of the last section."""
        ...


@runtime_checkable
class BlockValue(Protocol):
    """A value that is paragraphs and tables."""

    def to_wordml(self, package: RenderPackage) -> str:
        """Block-level WordprocessingML: ``w:p``, ``w:tbl``, ``w:sdt``. Called once per place."""
        ...


@runtime_checkable
class RunValue(Protocol):
    """A value that is runs within a paragraph."""

    def to_runs(self, package: RenderPackage, properties: str) -> str:
        """Run-level WordprocessingML: ``w:r``, ``w:hyperlink``, ``w:fldSimple``.

        Args:
            package: The file being made.
            properties: The finished ``w:rPr`` element of the tag's own run, or an empty text.
        """
        ...
