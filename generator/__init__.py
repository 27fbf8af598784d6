"""Wenshu's generator: Word templates, Markdown bodies in Word, layouts, charts, batches.

The names below are the public face; they are imported when first used, so that importing the
package costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from generator.word.breaks import PageBreak, SectionBreak
    from generator.word.errors import RenderFailed, TemplateFileError, TemplateMistake, ValueRefused
    from generator.word.images import InlineImage
    from generator.word.markdown import Markdown
    from generator.word.richtext import Listing, RichParagraph, RichText
    from generator.word.subdocument import SubDocument
    from generator.word.template import WordTemplate

__all__ = [
    "InlineImage",
    "Listing",
    "Markdown",
    "PageBreak",
    "RenderFailed",
    "RichParagraph",
    "RichText",
    "SectionBreak",
    "SubDocument",
    "TemplateFileError",
    "TemplateMistake",
    "ValueRefused",
    "WordTemplate",
]

_HOMES = {
    "InlineImage": "generator.word.images",
    "Listing": "generator.word.richtext",
    "Markdown": "generator.word.markdown",
    "PageBreak": "generator.word.breaks",
    "RenderFailed": "generator.word.errors",
    "RichParagraph": "generator.word.richtext",
    "RichText": "generator.word.richtext",
    "SectionBreak": "generator.word.breaks",
    "SubDocument": "generator.word.subdocument",
    "TemplateFileError": "generator.word.errors",
    "TemplateMistake": "generator.word.errors",
    "ValueRefused": "generator.word.errors",
    "WordTemplate": "generator.word.template",
}


def __getattr__(name: str) -> object:
    if name in _HOMES:
        value = getattr(import_module(_HOMES[name]), name)
        globals()[name] = value
        return value
    raise AttributeError(f"module 'generator' has no attribute {name!r}")
