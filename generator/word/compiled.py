"""A template compiled once: its parts as functions, its unchanged parts as bytes."""

from __future__ import annotations

import re
from collections import OrderedDict
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote

from jinja2 import Environment, TemplateSyntaxError, UndefinedError, meta
from jinja2.exceptions import TemplateError

from generator.word.braces import odd_braces
from generator.word.compiler import compile_part
from generator.word.contents import Contents, has_contents
from generator.word.environment import WordEnvironment
from generator.word.errors import Place, RenderFailed, TemplateFileError, TemplateMistake
from generator.word.numbering import NumberedParagraphs
from generator.word.package import WordPackage, ZipBase
from generator.word.rendering import Rendering
from generator.word.repair import repair
from generator.word.sites import make_emitter
from generator.word.streams import StreamFailed
from generator.word.tags import has_tags
from store.exceptions import WenshuError
from store.jinja_messages import explain_failure, explain_syntax
from store.missing import MissingNames, open_session

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from generator.word.compiler import PartSource, Site
    from generator.word.contents import KnownHeading
    from generator.word.package import Entry
    from store.sandbox import UndefinedMode

_CANDIDATE: Final = re.compile(
    r"word/(?!(?:styles|settings|theme/.*|fontTable|webSettings|numbering|stylesWithEffects)\.xml$)"
    r"(?:[^/]+\.xml|charts/[^/]+\.xml|diagrams/[^/]+\.xml|_rels/[^/]+\.rels)"
    r"|docProps/(?:core|custom)\.xml"
)
_ENCODED: Final = re.compile(r'(Target=")([^"]*%7B%7B[^"]*)(")', re.IGNORECASE)
_IDS: Final = re.compile(r'<(?:wp:docPr|w:bookmarkStart)\b[^>]*?\b(?:w:)?id="(\d+)"')
_SECTION: Final = re.compile(r"<w:sectPr\b.*", re.DOTALL)
_MAX_BASES: Final = 8
# A brace, a full-width one, or an encoded one in an address.
_TAGGED: Final = re.compile(rb"{|\xef\xbd\x9b|%7B%7B", re.IGNORECASE)

_RENDERING: ContextVar[Rendering] = ContextVar("wenshu_word_rendering")


@dataclass(slots=True)
class CompiledPart:
    """One part as a function of the context."""

    source: PartSource
    root: Callable[[Any], Iterator[str]]
    blocks: dict[str, Any]
    owner: str


class CompiledTemplate:
    """The result of opening a template; it does not change any more.

    Args:
        data: The .docx.
        undefined: What absent names do.
        filters: More filters by name.
        environment: A Jinja environment whose filters, tests and globals are taken over.
        refuse_illegal: Whether characters that XML cannot hold are refused.
        level: How hard to compress, 1 to 9.
        ignored: Tags that are left as text (the clinic goes on after a mistake).
    """

    def __init__(
        self,
        data: bytes,
        *,
        undefined: UndefinedMode = "error",
        filters: Mapping[str, Callable[..., object]] | None = None,
        environment: Environment | None = None,
        refuse_illegal: bool = False,
        level: int = 6,
        ignored: frozenset[tuple[str, str]] = frozenset(),
    ) -> None:
        self.package = WordPackage(data)
        self.entries = self.package.entries
        self.level = level
        self.urls: dict[str, str] = {}
        self.warnings: list[str] = []
        self._refuse = refuse_illegal
        self._lenient = undefined == "blank"
        self._ignored = ignored
        self.environment = WordEnvironment(_RENDERING.get, undefined=undefined, filters=filters)
        if environment is not None:
            self._take_over(environment)
        self.first_free_id = 1000
        self.main_section = ""
        self.has_contents = False
        self.parts: list[CompiledPart] = []
        self._compile_parts()
        self._bases: OrderedDict[frozenset[str], ZipBase] = OrderedDict()

    def _take_over(self, other: Environment) -> None:
        """Add what another environment has beyond Jinja's own."""
        plain = Environment()  # noqa: S701 (only its lists of names are looked at)
        for kind in ("filters", "tests", "globals"):
            known: dict[str, Any] = getattr(plain, kind)
            given: dict[str, Any] = getattr(other, kind)
            mine: dict[str, Any] = getattr(self.environment, kind)
            mine.update({name: v for name, v in given.items() if known.get(name) is not v})

    # -- compiling -------------------------------------------------------------------------------

    def _compile_parts(self) -> None:
        numbering = self.related_text("/numbering")
        numbers = NumberedParagraphs(numbering)
        for name in list(self.entries):
            if not _CANDIDATE.fullmatch(name):
                continue
            raw = self.entries[name].unpack()
            if name != self.package.main and not _TAGGED.search(raw):
                continue
            xml = self.package.text(name, raw)
            self.warnings += odd_braces(name, xml)
            if name == self.package.main:
                self._note_main(xml)
            if name.endswith(".rels"):
                xml = _ENCODED.sub(lambda m: m[1] + unquote(m[2]) + m[3], xml)
                if "{{" not in xml:
                    continue
            elif not has_tags(xml):
                continue
            self._compile_part(name, xml, numbers)

    def _note_main(self, xml: str) -> None:
        if "xmlns:w=" not in xml[: xml.find(">") + 1]:
            raise TemplateFileError(
                "正文部件没有使用通常的 w: 前缀，无法用作模板。", hint="请用 Word 打开并另存一次。"
            )
        self.first_free_id = max([1000, *map(int, _IDS.findall(xml))])
        if self.first_free_id > 2_000_000_000:
            self.first_free_id = 100_000
        start = xml.rfind("<w:sectPr")
        self.main_section = xml[start:] if start >= 0 else ""
        self.has_contents = has_contents(xml)

    def _compile_part(self, name: str, xml: str, numbers: NumberedParagraphs) -> None:
        part = compile_part(
            name,
            xml,
            lenient=self._lenient,
            warnings=self.warnings,
            numbers=numbers,
            ignored=self._ignored,
        )
        emitters = {
            f"site{site.number}": make_emitter(site, _RENDERING.get)
            for site in part.sites
            if site is not None and site.tag.kind == "{{"
        }
        try:
            root = self.environment.compile_part(part, emitters)
        except TemplateSyntaxError as exc:
            raise self._mistake(part, exc) from exc
        except TemplateError as exc:
            raise TemplateMistake(explain_syntax(str(exc))[0], place=Place(name)) from exc
        owner = name
        if name.endswith(".rels"):
            owner = name.replace("_rels/", "").removesuffix(".rels")
        self.parts.append(CompiledPart(part, root, self.environment.blocks, owner))

    def _mistake(self, part: PartSource, exc: TemplateSyntaxError) -> TemplateMistake:
        problem, hint = explain_syntax(exc.message or "")
        site = _site_at(part, exc.lineno)
        if site is None:
            return TemplateMistake(problem, place=Place(part.name), hint=hint)
        return TemplateMistake(problem, place=site.tag.place, tag=site.tag.source, hint=hint)

    # -- looking ---------------------------------------------------------------------------------

    def related_text(self, kind: str) -> str:
        """The source of a part that belongs to the main document, or nothing."""
        names = self.package.related(self.package.main, kind)
        return self.package.text(names[0]) if names and names[0] in self.entries else ""

    def names(self) -> set[str]:
        """The names that the template takes from its context."""
        found: set[str] = set()
        for part in self.parts:
            tree = self.environment.parse(part.source.source)
            found |= meta.find_undeclared_variables(tree)
        return found - set(self.environment.globals) - {"loop"}

    # -- rendering -------------------------------------------------------------------------------

    def render(
        self,
        context: Mapping[str, object],
        *,
        blank: bool = False,
        prepare: Callable[[Rendering], None] | None = None,
        pages: Sequence[tuple[str, int]] | None = None,
        headings: Mapping[str, KnownHeading] | None = None,
    ) -> tuple[bytes, list[str]]:
        """Render all parts and write the file; also give the warnings.

        Args:
            context: The values by name.
            blank: Print the form empty.
            prepare: Called with the rendering before the file is put together.
            pages: Headings and their pages, for the table of contents.
            headings: Those of the text known beforehand, by bookmark.
        """
        rendering = Rendering(self, refuse_illegal=self._refuse)
        token = _RENDERING.set(rendering)
        try:
            with open_session(context, blank=blank) as session:
                rendered = self._render_parts(context, rendering)
                rendering.warnings.extend(session.warnings)
            if not blank:
                session.raise_missing()
            if self.has_contents:
                self._fill_contents(rendering, rendered, pages, headings)
            if prepare is not None:
                prepare(rendering)
            changes = self._finish(rendering, rendered)
        finally:
            _RENDERING.reset(token)
        return self._assemble(changes), rendering.warnings

    def _render_parts(self, context: Mapping[str, object], rendering: Rendering) -> dict[str, str]:
        environment = self.environment
        names = {**environment.globals, **context}
        rendered: dict[str, str] = {}
        for part in self.parts:
            source = part.source
            rendering.part = part.owner
            rendering.marked = source.guarded
            scope = environment.context_class(environment, names, source.name, part.blocks)
            try:
                text = environment.join_output(part.root(scope))
            except (MissingNames, TemplateMistake, RenderFailed):
                raise
            except Exception as exc:
                site = _site_at(source, _failing_line(part, exc))
                raise _failure(source.name, site, exc) from exc
            rendered[source.name] = repair(text) if rendering.marked else text
        return rendered

    def _fill_contents(
        self,
        rendering: Rendering,
        rendered: dict[str, str],
        pages: Sequence[tuple[str, int]] | None,
        headings: Mapping[str, KnownHeading] | None,
    ) -> None:
        """Fill the table of contents; a text whose headings are not known is written for that."""
        main = self.package.main
        xml = rendered.get(main) or self.package.text(main)
        if headings is None:
            xml = b"".join(rendering.streams.write(xml, rendering)).decode()
            rendering.streams.waiting.clear()
        contents = Contents(self.related_text("/styles"), rendering.next_id, pages, headings)
        rendered[main] = contents.fill(xml)

    def _finish(self, rendering: Rendering, rendered: dict[str, str]) -> dict[str, Entry]:
        try:
            return rendering.finish(rendered)
        except StreamFailed as exc:
            cause = exc.__cause__
            assert isinstance(cause, Exception)
            if isinstance(cause, (MissingNames, TemplateMistake, RenderFailed)):
                raise cause from None
            raise _failure(self.package.main, exc.site, cause) from cause

    def _assemble(self, changes: dict[str, Entry]) -> bytes:
        replaced = frozenset(changes)
        base = self._bases.get(replaced)
        if base is None:
            base = ZipBase(e for name, e in self.entries.items() if name not in replaced)
            self._bases[replaced] = base
            while len(self._bases) > _MAX_BASES:
                self._bases.popitem(last=False)
        return base.with_entries(changes.values())


def _failure(name: str, site: Site | None, exc: Exception) -> RenderFailed:
    """What is told when a tag of a part fails."""
    if isinstance(exc, WenshuError):
        problem = exc.message
    elif isinstance(exc, UndefinedError) and isinstance(exc.__context__, WenshuError):
        problem = str(exc.__context__)
    else:
        problem = explain_failure(exc)
    place = site.tag.place if site else Place(name)
    tag = site.tag.source if site else ""
    failure = RenderFailed(problem, place=place, tag=tag)
    failure.hint = exc.hint if isinstance(exc, WenshuError) else ""
    return failure


def _site_at(part: PartSource, line: int | None) -> Site | None:
    number = (line or 0) - 1
    return part.sites[number] if 0 < number < len(part.sites) else None


def _failing_line(part: CompiledPart, exc: Exception) -> int | None:
    """The line of the Jinja source at which an exception arose."""
    filename = f"<{part.source.name}>"
    line = None
    trace = exc.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == filename:
            line = trace.tb_lineno
            debug = trace.tb_frame.f_globals.get("debug_info", "")
        trace = trace.tb_next
    if line is None:
        return None
    pairs = [tuple(map(int, pair.split("="))) for pair in debug.split("&") if pair]
    return next((source for source, code in reversed(pairs) if code <= line), None)
