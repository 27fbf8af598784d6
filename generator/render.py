"""A document of the workspace as a finished Word file.

    rendered = render_document(workspace, "考勤与休假管理办法")
    Path("考勤.docx").write_bytes(rendered.data)

The .docx template owns page, styles, header and footer; the layout maps the body's blocks to them.
A template that is unchanged since `wenshu template build` is built anew where the company's
settings or the fitting to a page ask for it; one that HR changed in Word is used as it is.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from generator import closing, imprint
from generator.body import HEADING_STYLES, BodyValue
from generator.charts import word_context
from generator.facts import page_facts, watermark
from generator.fitting import ONE_PAGE, ONE_PAGE_NAME, POINTS, Fitting
from generator.layout import build_template
from generator.layout.logo import load_logo
from generator.layout.styles import resolved
from generator.pages import measure_files, measure_pages
from generator.people import take_people
from generator.render_cache import RenderCache
from generator.toc import TocValue, toc_entries
from generator.word.contents import KnownHeading
from generator.wordml import bookmark_name
from store.loading import prepare

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from generator.estimate import Estimate
    from generator.layout import Layout
    from generator.templates import TemplateSource
    from generator.toc import TocEntry
    from generator.word.template import WordTemplate
    from store import Workspace
    from store.catalogue import Entry
    from store.document import Document

_MIN_HEADINGS: Final = 4
_ALL_LEVELS: Final = 9


@dataclass(slots=True)
class Rendered:
    """A finished Word file.

    Attributes:
        data: The .docx.
        title: The document's title, for file names.
        pages: How many pages it has, from LibreOffice's layout or estimated; None if unknown.
        pages_measured: `pages` comes from a real layout.
        warnings: Chinese sentences: problems of the content, of images, of fonts.
    """

    data: bytes
    title: str
    pages: int | None = None
    pages_measured: bool = False
    warnings: list[str] = field(default_factory=list)


def render_document(  # noqa: PLR0913 - the options of a rendering
    workspace: Workspace,
    wanted: str | Entry,
    *,
    template: str | None = None,
    data: Sequence[Path] = (),
    values: Mapping[str, object] | None = None,
    blank: bool = False,
    length: str | None = None,
    cache: RenderCache | None = None,
    measure: bool = True,
) -> Rendered:
    """Render a document into its kind's Word template.

    Args:
        workspace: The open workspace.
        wanted: An entry, an id, a path or a unique title.
        template: Another template by name or path (签收表, 回执, 签到册, 公文, …).
        data: Further metric files; a list of people (a column 姓名) fills the ready sheets.
        values: Further values by name (`--set`, a row of a batch).
        blank: Print each place to fill by hand as a blank.
        length: 详版, 简版 or 一页版 of a summary.
        cache: What a batch shares between its rows.
        measure: Ask LibreOffice for the page numbers of a table of contents; otherwise estimate.

    Raises:
        WenshuError: The document or template is not there, or cannot be read; a name is missing.
    """
    entry = workspace.resolve(wanted) if isinstance(wanted, str) else wanted
    cache = cache or RenderCache()
    values = dict(values or {})
    if template is not None:
        data, values = take_people(data, values)
    document = cache.document(
        entry.id,
        lambda: workspace.load(
            entry, data=data, values=values, blank=blank, length=length, strict=True
        ),
    )
    loading = prepare(workspace, entry, document.meta, data=data, values=values, length=length)
    source = cache.source(workspace, document, template)
    if length == ONE_PAGE_NAME:
        source = replace(source, layout=replace(source.layout, fit=ONE_PAGE))
    context = word_context(loading.context)
    job = _Job(workspace, entry, document, source, context, blank=blank, cache=cache)
    made = job.run(measure=measure)
    if length == ONE_PAGE_NAME and (made.pages or 1) > 1:
        hint = "请用〔可略〕标出可以略去的内容，或写短各段的第一句。"
        made.warnings.append(f"一页版仍约 {made.pages} 页。{hint}")
    return made


class _Job:
    """One rendering: the values of the page, the table of contents, the fitting."""

    def __init__(
        self,
        workspace: Workspace,
        entry: Entry,
        document: Document,
        source: TemplateSource,
        context: dict[str, object],
        *,
        blank: bool,
        cache: RenderCache,
    ) -> None:
        self.workspace = workspace
        self.document = document
        self.source = source
        self.layout = source.layout
        self.blank = blank
        self.cache = cache
        self.context = context
        self.mark = ""
        self.pages = 0
        if (self.layout.watermark and document.kind.life_cycle) or document.meta.status == "草稿":
            self.mark = watermark(document.meta, workspace.versions.in_force(entry))
        self.warnings = [
            f"{_place(problem.path, problem.line)}{problem.message}"
            for problem in document.problems
            if problem.severity != "notice"
        ]
        self.warnings += self.layout.remarks

    def run(self, *, measure: bool = True) -> Rendered:
        """Render once, and once more where the table of contents wants its page numbers."""
        entries = toc_entries(self.document.body, self.layout.contents_levels)
        long = self._is_long() and len(entries) >= _MIN_HEADINGS
        facts = page_facts(
            self.document,
            self.workspace.settings.company,
            self.context,
            title_line=self._title_line("title"),
            cover_line=self._title_line("封面标题"),
        )
        self.context["版面"] = {
            **facts,
            "封面": long,
            "目录": long,
            imprint.NAME: None,
            closing.NAME: self._closing(facts),
        }
        fitting = Fitting(self.document.body, self.layout, self.context, long, len(entries))
        template, guess, self.layout, remarks = self.cache.fitted(
            self.document, lambda: self._fit(fitting)
        )
        fitting.layout = self.layout
        self.pages = fitting.pages(guess)
        self.warnings += remarks
        self._look_at(template)
        if imprint.asks_for_even_page(self.context) and self._has_imprint():
            return self._with_imprint(template, fitting, guess, measure=measure)
        data = self._render(template, entries, guess.anchors)
        pages, measured = self.pages, False
        found = None
        if measure and entries and (long or self._has_contents(template)):
            found = measure_pages(data, self.document.body, self.workspace.cache)
        if found is not None:
            pages, anchors = found
            measured = True
            if any(anchors.get(item.anchor) != guess.anchors.get(item.anchor) for item in entries):
                data = self._render(template, entries, guess.anchors | anchors)
        return Rendered(data, self.document.meta.title, pages, measured, self.warnings)

    def _closing(self, facts: Mapping[str, object]) -> closing.Closing:
        sealed = str(self.context.get("用印") or "") != "否"
        signer, day = str(facts["署名"]), str(facts["成文日期"])
        return closing.Closing(signer, day, self.layout, sealed=sealed)

    def _has_imprint(self) -> bool:
        return any(imprint.NAME in piece.block for piece in self.layout.after)

    def _with_imprint(
        self, template: WordTemplate, fitting: Fitting, guess: Estimate, *, measure: bool
    ) -> Rendered:
        """An official document: where its text ends decides where 版记 stands."""
        entries = toc_entries(self.document.body, self.layout.contents_levels)
        anchors = guess.anchors
        plain = self._render(template, entries, anchors)
        without = self.context | {"印发机关": ""}
        found = None
        if measure:
            text = self._render(template, entries, anchors, context=without)
            found = measure_files((text, plain), self.document.body, self.workspace.cache)
        if found is not None:
            (alone, anchors), (pages, _) = found
        else:
            pages = self.pages
            alone = replace(fitting, context=without).pages(guess)
        even = imprint.even_page(alone, pages)
        facts: dict[str, object] = self.context["版面"]  # type: ignore[assignment]  # ours
        facts[imprint.NAME] = even
        data = self._render(template, entries, guess.anchors | anchors)
        last = even.last if even else pages
        return Rendered(data, self.document.meta.title, last, found is not None, self.warnings)

    def _fit(self, fitting: Fitting) -> tuple[WordTemplate, Estimate, Layout, list[str]]:
        """The template, tightened a little where that saves the page it is meant to save."""
        guess = fitting.estimate()
        wanted = self.layout.fit.pages
        needs = fitting.pages(guess)
        if wanted and self.source.standard and needs > wanted and (found := fitting.tighter(needs)):
            tight, remark = found
            logo = load_logo(self.workspace.root, tight.layout)
            template = self.cache.template(build_template(tight.layout, logo=logo))
            return template, tight.estimate(), tight.layout, [remark]
        return self.cache.template(self.source.data), guess, self.layout, []

    def _has_contents(self, template: WordTemplate) -> bool:
        """Whether a template made by hand has a table of contents, Word's or `{{p 目录 }}`."""
        if self.source.standard:
            return False
        return template.has_contents or "目录" in template.fields()

    def _look_at(self, template: WordTemplate) -> None:
        """Tell when a template made by hand has no place for the text."""
        if self.source.standard or not self.layout.body or "正文" in (names := template.fields()):
            return
        if not names or self.source.kind_own:
            self.warnings.append(
                "模板里没有 {{p 正文 }}，生成的文件没有正文。"
                "请在要放正文的地方单独写一段 {{p 正文 }}。"
            )

    def _title_line(self, key: str) -> float:
        """How many characters of the title fit into a line, a little less to look well."""
        style = resolved(self.layout, key)
        return self.layout.page.text_width * POINTS / style.size - 1

    def _is_long(self) -> bool:
        limit = self.layout.contents_from
        if not limit:
            return False
        return sum(len(block.text) for block in self.document.body.root.walk_blocks()) >= limit

    def _render(
        self,
        template: WordTemplate,
        entries: list[TocEntry],
        pages: Mapping[str, int],
        *,
        context: Mapping[str, object] | None = None,
    ) -> bytes:
        document = self.document
        body = BodyValue(
            document.body,
            self.layout,
            document.kind.numbering,
            folder=document.path.parent,
            workspace=self.workspace.kb,
            path=document.path.name,
            several_pages=self.pages > 1,
        )
        made = template.render(
            dict(context or self.context)
            | {
                "正文": self.cache.body(document, body),
                "目录": TocValue(entries, self.layout, self.layout.contents_levels, pages),
            },
            blank=self.blank,
            watermark=self.mark,
            properties=_provenance(document),
            headings=self._known_headings(pages),
        )
        self.warnings += [text for text in template.warnings if text not in self.warnings]
        return made

    def _known_headings(self, pages: Mapping[str, int]) -> dict[str, KnownHeading]:
        """The headings for a table of contents in a template made by hand; a form has none."""
        if self.layout.form is not None:
            return {}
        return {
            bookmark_name(item.anchor): KnownHeading(
                min(item.level, HEADING_STYLES), item.text, pages.get(item.anchor, 1)
            )
            for item in toc_entries(self.document.body, _ALL_LEVELS)
        }


def _place(path: str, line: int) -> str:
    name = path.replace("\\", "/").rpartition("/")[2]
    if not name:
        return ""
    return f"{name} 第{line}行：" if line else f"{name}："


def _provenance(document: Document) -> dict[str, str]:
    """What the file is made from, kept in its properties."""
    meta = document.meta
    return {
        "文枢文档": document.id,
        "文枢版本": meta.version,
        "文枢原文校验": document.content_hash,
    }
