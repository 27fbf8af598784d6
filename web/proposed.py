"""The text of a document that is not in the library yet, as HTML."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from store import frontmatter
from store.document import Document, Meta
from store.kinds import OTHER
from store.parser import parse_body
from web.markup import page_html

if TYPE_CHECKING:
    from store import Workspace

_PICTURE: Final = re.compile(r"<img[^>]*>")


def proposed_html(workspace: Workspace, text: str, *, title: str, kind: str, name: str) -> str:
    """A Markdown text, its table cut off, numbered as its kind numbers.

    Args:
        workspace: Whose kinds are meant.
        text: The Markdown.
        title: The document's title.
        kind: Its kind's slug.
        name: The id that it would have.
    """
    parts = frontmatter.split(text)
    known = workspace.kinds.get(kind, OTHER)
    body = parse_body(parts[1] if parts else text, known.numbering)
    path = workspace.kb / f"{name}.md"
    document = Document(
        id=name, path=path, meta=Meta(title=title, kind=kind), kind=known, source=text, body=body
    )
    # Its pictures are not in the library yet.
    return _PICTURE.sub('<span class="tag plain">图</span>', page_html(document, tools=False))
