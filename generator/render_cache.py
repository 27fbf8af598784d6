"""What renderings of one workspace may share: compiled templates, parsed documents, their fitting.

A batch keeps one `RenderCache` in each worker process. It is never shared between threads, and it
does not notice changed files: it lives as long as one batch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from generator.replay import SharedBody
from generator.templates import find_template
from generator.word.template import WordTemplate

if TYPE_CHECKING:
    from collections.abc import Callable

    from generator.body import BodyValue
    from generator.estimate import Estimate
    from generator.layout import Layout
    from generator.templates import TemplateSource
    from store import Workspace
    from store.document import Document

    Fitted = tuple[WordTemplate, Estimate, Layout, list[str]]


class RenderCache:
    """The memory of one batch; a rendering on its own gets an empty one."""

    def __init__(self) -> None:
        self._templates: dict[bytes, WordTemplate] = {}
        self._sources: dict[tuple[str, str | None], TemplateSource] = {}
        self._documents: dict[str, Document] = {}
        self._fitted: dict[int, Fitted] = {}
        self._bodies: dict[tuple[int, int, bool], SharedBody] = {}

    def template(self, data: bytes) -> WordTemplate:
        """The compiled template of these bytes."""
        if (template := self._templates.get(data)) is None:
            template = self._templates[data] = WordTemplate(data)
        return template

    def source(self, workspace: Workspace, document: Document, name: str | None) -> TemplateSource:
        """The template for a document's kind."""
        key = (document.kind.slug, name)
        if key not in self._sources:
            self._sources[key] = find_template(workspace, document.kind, name)
        return self._sources[key]

    def document(self, key: str, load: Callable[[], Document]) -> Document:
        """The document, parsed once if its body asks for no values."""
        if (document := self._documents.get(key)) is not None:
            return document
        document = load()
        if "{{" not in document.source and "{%" not in document.source:
            self._documents[key] = document
        return document

    def body(self, document: Document, value: BodyValue) -> BodyValue | SharedBody:
        """The body as a value of the template; that of a document parsed once is written once."""
        if self._documents.get(document.id) is not document:
            return value
        key = (id(document), id(value.layout), value.several_pages)
        if key not in self._bodies:
            self._bodies[key] = SharedBody(value)
        return self._bodies[key]

    def fitted(self, document: Document, fit: Callable[[], Fitted]) -> Fitted:
        """The template fitted to a document; remembered for documents that are."""
        if self._documents.get(document.id) is not document:
            return fit()
        if (found := self._fitted.get(id(document))) is None:
            found = self._fitted[id(document)] = fit()
        return found
