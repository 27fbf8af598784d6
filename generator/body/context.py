"""What the writers of a body share: the package, styles, layout, anchors, and the warnings."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from generator.body.styles import StyleMap
from generator.layout.styles import resolved

if TYPE_CHECKING:
    from pathlib import Path

    from generator.layout.model import Layout
    from generator.word.values import RenderPackage
    from store.kinds import Numbering
    from store.model import Block, Clause, Section


@dataclass(slots=True)
class BodyContext:
    """The surroundings of a body being written.

    Attributes:
        package: The Word file being made.
        layout: Measures and indents.
        numbering: How the kind prints its numbers.
        anchors: What references may point at: sections and clauses.
        blocks: Other blocks with an anchor, each with the number of its caption or nothing.
        footnotes: The notes of the body by key.
        folder: Where image paths start from; `workspace` the folder they must not leave.
        path: The document's file as it is named in warnings.
        signed_later: Signatures follow that may come to stand on another page.
    """

    package: RenderPackage
    layout: Layout
    numbering: Numbering
    anchors: dict[str, Section | Clause] = field(default_factory=dict)
    blocks: dict[str, str] = field(default_factory=dict)
    footnotes: dict[str, list[Block]] = field(default_factory=dict)
    folder: Path | None = None
    workspace: Path | None = None
    path: str = ""
    styles: StyleMap = field(init=False)
    used_bookmarks: set[str] = field(default_factory=set)
    counters: dict[str, int] = field(default_factory=dict)
    width: int = 0
    signed_later: bool = False

    def __post_init__(self) -> None:
        """Look the styles up in the template, take the width of its text area."""
        self.styles = StyleMap(self.package, self.layout)
        self.width = self.package.text_width()

    def warn(self, line: int, message: str) -> None:
        """Tell the user about something in the text, with its place; each thing once."""
        place = f"{self.path} 第{line}行：" if line else f"{self.path}：" if self.path else ""
        text = f"{place}{message}"
        if text not in self.package.warnings:
            self.package.warnings.append(text)

    def size(self, key: str) -> float:
        """The font size of a style in points."""
        return resolved(self.layout, key).size
