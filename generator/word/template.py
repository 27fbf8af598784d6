"""`WordTemplate`, the face of the engine."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from generator.word.compiled import CompiledTemplate
from generator.word.contents import measured_pages
from generator.word.errors import ValueRefused
from generator.word.images import read_image
from generator.word.package import read_bytes
from generator.word.pictures import find_picture

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from jinja2 import Environment

    from generator.word.contents import KnownHeading
    from generator.word.rendering import Rendering
    from generator.word.subdocument import SubDocument
    from store.sandbox import UndefinedMode


class WordTemplate:
    """A .docx with Jinja tags: opened, cleaned and compiled once, rendered many times.

    ::

        template = WordTemplate("通知.docx")
        data = template.render({"姓名": "张三", "奖金": Decimal("5000")})

    One object may be used by several threads at once, and passed to worker processes (it is
    compiled anew there).

    Args:
        source: Path, bytes or open file.
        filters: More Jinja filters by name.
        undefined: ``"error"`` tells all names that are missing where they would print;
            ``"blank"`` prints nothing for them and drops text beside structural tags, as docxtpl.
        environment: A Jinja environment whose filters, tests and globals are taken over.
        illegal: ``"remove"`` leaves out characters that XML cannot hold and warns; ``"refuse"``
            raises.
        level: How hard to compress, 1 to 9.

    Raises:
        TemplateFileError: The file is no usable .docx.
        TemplateMistake: A tag is wrong; the message says where and how to mend it.
    """

    def __init__(
        self,
        source: object,
        filters: Mapping[str, Callable[..., object]] | None = None,
        undefined: UndefinedMode = "error",
        *,
        environment: Environment | None = None,
        illegal: str = "remove",
        level: int = 6,
    ) -> None:
        self._data = read_bytes(source)
        self._options = {
            "filters": filters,
            "undefined": undefined,
            "environment": environment,
            "refuse_illegal": illegal == "refuse",
            "level": level,
        }
        self._compiled = CompiledTemplate(self._data, **self._options)  # type: ignore[arg-type]
        self.warnings: list[str] = list(self._compiled.warnings)
        self.allow_missing_pictures = False
        self.reset_replacements()

    def __getstate__(self) -> dict[str, object]:
        state = self.__dict__.copy()
        del state["_compiled"]
        return state

    def __setstate__(self, state: dict[str, object]) -> None:
        self.__dict__.update(state)
        self._compiled = CompiledTemplate(self._data, **self._options)  # type: ignore[arg-type]

    # -- rendering -------------------------------------------------------------------------------

    def render(
        self,
        context: Mapping[str, object],
        *,
        blank: bool = False,
        watermark: str = "",
        properties: Mapping[str, str] | None = None,
        measure: bool = False,
        headings: Mapping[str, KnownHeading] | None = None,
    ) -> bytes:
        """Fill the template in.

        Args:
            context: The values by name.
            blank: Print a form to be filled in by hand: each ``手填`` is a blank, and what is
                missing prints nothing.
            watermark: A text behind every page (草案, 现行).
            properties: Custom document properties (provenance).
            measure: Let LibreOffice, where it is installed, measure the page numbers of a table
                of contents in the template; else they are estimated (Word counts them anew).
            headings: Headings for that table by bookmark, where a value that writes them knows
                how they print (with their number) and on which page.

        Returns:
            A complete .docx. `warnings` then holds the sentences of this rendering.

        Raises:
            MissingNames: Names are missing where they would print; all are told at once.
            RenderFailed: An expression failed; the message says where.
            ValueRefused: A value cannot be held by a Word file.
        """

        def prepare(rendering: Rendering) -> None:
            if watermark:
                rendering.set_watermark(watermark)
            for name, value in (properties or {}).items():
                rendering.set_property(name, value)
            for replace in self._replacements:
                replace(rendering)

        data, warnings = self._compiled.render(
            context, blank=blank, prepare=prepare, headings=headings
        )
        if measure and self._compiled.has_contents and (pages := measured_pages(data)):
            data, warnings = self._compiled.render(
                context, blank=blank, prepare=prepare, pages=pages
            )
        self.warnings = [*self._compiled.warnings, *warnings]
        return data

    @property
    def has_contents(self) -> bool:
        """Whether the template has a table of contents made in Word."""
        return self._compiled.has_contents

    def fields(self, context: Mapping[str, object] | None = None) -> set[str]:
        """The names the template wants, or those of them that a context lacks."""
        return self._compiled.names() - set(context or ())

    # -- replacing -------------------------------------------------------------------------------

    def reset_replacements(self) -> None:
        """Forget all replacements."""
        self._replacements: list[_Replacement] = []

    def replace_picture(self, old: str, new: object) -> None:
        """Show another picture where the template has one.

        Args:
            old: The name, title or alternative text of the picture in the template.
            new: Bytes, path or open file.
        """
        self._replacements.append(_Picture(old, read_bytes(new), self))

    def replace_media(self, old: object, new: object) -> None:
        """Replace a picture that has the same bytes as `old`, wherever it is used."""
        self._replacements.append(_SameBytes("word/media/", read_bytes(old), read_bytes(new)))

    def replace_embedded(self, old: object, new: object) -> None:
        """Replace an embedded file that has the same bytes as `old`."""
        self._replacements.append(_SameBytes("word/embeddings/", read_bytes(old), read_bytes(new)))

    def replace_zipname(self, name: str, new: object) -> None:
        """Replace the part with that name in the package."""
        self._replacements.append(_Named(name, read_bytes(new)))

    # -- values that need the template -----------------------------------------------------------

    def new_subdoc(self, source: object = None) -> SubDocument:
        """A sub-document: an empty one to build with python-docx's calls, or a whole .docx."""
        from generator.word.subdocument import SubDocument  # noqa: PLC0415

        return SubDocument(source, template=self._data)

    def build_url_id(self, url: str) -> str:
        """An id for `RichText.add(url_id=…)`."""
        urls = self._compiled.urls
        for number, known in urls.items():
            if known == url:
                return number
        number = f"wenshu:{len(urls) + 1}"
        urls[number] = url
        return number

    # -- the names of docxtpl --------------------------------------------------------------------

    replace_pic = replace_picture
    get_undeclared_template_variables = fields


class _Replacement:
    """Something that is replaced in each rendering."""

    def __call__(self, rendering: Rendering) -> None:
        raise NotImplementedError


class _Named(_Replacement):
    def __init__(self, name: str, data: bytes) -> None:
        self._name = name
        self._data = data

    def __call__(self, rendering: Rendering) -> None:
        if self._name not in rendering.template.entries:
            raise ValueRefused(f"模板中没有部件 {self._name}。")
        rendering.replace_part(self._name, self._data)


class _SameBytes(_Replacement):
    def __init__(self, folder: str, old: bytes, new: bytes) -> None:
        self._folder = folder
        self._key = (zlib.crc32(old), len(old))
        self._data = new

    def __call__(self, rendering: Rendering) -> None:
        for name, entry in rendering.template.entries.items():
            if name.startswith(self._folder) and (entry.crc, entry.size) == self._key:
                rendering.replace_part(name, self._data)


class _Picture(_Replacement):
    def __init__(self, old: str, data: bytes, template: WordTemplate) -> None:
        read_image(data)
        self._old = old
        self._data = data
        self._template = template

    def __call__(self, rendering: Rendering) -> None:
        names = find_picture(rendering.template, self._old)
        if not names and not self._template.allow_missing_pictures:
            raise ValueRefused(
                f"模板中没有名为“{self._old}”的图片。", hint="名称、标题或替换文字之一要与它相同。"
            )
        for name in names:
            rendering.replace_part(name, self._data)
