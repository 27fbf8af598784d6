"""The pictures that stand in the template."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from generator.word.compiled import CompiledTemplate

_DRAWING: Final = re.compile(r"<w:drawing\b.*?</w:drawing>", re.DOTALL)
_NAMES: Final = re.compile(r"<(?:wp:docPr|pic:cNvPr)\b[^>]*>")
_WORDS: Final = re.compile(r'\b(?:name|title|descr)="([^"]*)"')
_BLIP: Final = re.compile(r'<a:blip\b[^>]*?r:embed="([^"]*)"')


def find_picture(template: CompiledTemplate, wanted: str) -> list[str]:
    """The media parts of pictures whose name, title or alternative text is that."""
    package = template.package
    parts = [package.main]
    parts += package.related(package.main, "/header") + package.related(package.main, "/footer")
    found: list[str] = []
    for part in parts:
        relations = package.relations(part)
        for drawing in _DRAWING.findall(package.text(part)):
            words = {
                html.unescape(word)
                for tag in _NAMES.findall(drawing)
                for word in _WORDS.findall(tag)
            }
            blip = _BLIP.search(drawing)
            if wanted in words and blip and blip[1] in relations:
                target = relations[blip[1]].target
                if target in template.entries and target not in found:
                    found.append(target)
    return found
