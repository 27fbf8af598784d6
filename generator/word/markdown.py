"""Markdown as a value: headings, lists with fresh numbering, tables, emphasis, pictures."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from generator.layout.model import Layout
    from generator.word.values import RenderPackage


class Markdown:
    """A Markdown text for ``{{p x }}``; in a template also ``{{p 简介|markdown }}``.

    It is read and written by the same code as the body of a document, in the template's styles.

    Args:
        text: The Markdown.
        folder: Where the paths of its pictures start; without one they are left out.
        layout: Styles for templates that lack them.
    """

    def __init__(
        self, text: str, *, folder: str | Path | None = None, layout: Layout | None = None
    ) -> None:
        self.text = text
        self._folder = Path(folder) if folder is not None else None
        self._layout = layout

    def __str__(self) -> str:
        return self.text

    def to_wordml(self, package: RenderPackage) -> str:
        """The paragraphs and tables."""
        from generator.body import BodyValue  # noqa: PLC0415
        from store.kinds import Numbering  # noqa: PLC0415
        from store.parser import parse_body  # noqa: PLC0415

        if not self.text.strip():
            return ""
        numbering = Numbering()
        body = parse_body(self.text, numbering)
        layout = self._layout or _default_layout()
        value = BodyValue(body, layout, numbering, self._folder, self._folder)
        return value.to_wordml(package)


@lru_cache(maxsize=1)
def _default_layout() -> Layout:
    """The starter's plainest layout."""
    from generator.layout.load import load_layouts  # noqa: PLC0415
    from store.starter import starter_folder  # noqa: PLC0415

    return load_layouts([starter_folder() / "templates" / "_layouts"]).get("文章", plain=True)


def markdown(value: object) -> object:
    """The filter ``markdown``: a text as `Markdown`; nothing stays nothing."""
    return Markdown(str(value)) if value is not None and value != "" else None
