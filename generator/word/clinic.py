"""The template clinic: what a template wants, what is wrong with it, and how it looks filled in."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from generator.fonts import installed_fonts
from generator.word.braces import elements, odd_braces, text_of
from generator.word.compiled import CompiledTemplate
from generator.word.errors import TemplateMistake, part_title
from generator.word.package import WordPackage, read_bytes
from generator.word.schema import TYPE_NAMES, SchemaReader
from generator.word.tokens import attribute, build_tree, tokenise
from store.exceptions import WenshuError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from generator.word.schema import Field
    from generator.word.tokens import Element

_MAX_MISTAKES: Final = 50
_CJK: Final = re.compile("[\u3400-\u9fff\uf900-\ufaff]")


@dataclass(frozen=True, slots=True)
class Mistake:
    """Something wrong in a template, or worth a look.

    Attributes:
        severity: ``error`` where the template cannot be rendered, else ``warning``.
        message: What is wrong.
        hint: How to mend it.
        place: Where, in words.
        tag: The tag in question.
    """

    severity: str
    message: str
    hint: str = ""
    place: str = ""
    tag: str = ""

    def __str__(self) -> str:
        parts = [f"{self.place}：" if self.place else ""]
        parts.append(f"标签 {self.tag} " if self.tag else "")
        return "".join(parts) + self.message + self.hint

    def to_json(self) -> dict[str, str]:
        """As plain data."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(slots=True)
class TemplateReport:
    """The result of `check_template`.

    Attributes:
        path: The file.
        fields: The names the template wants.
        mistakes: What is wrong, errors first.
        mended: Tags that Word had split and that were put together.
        fonts: All fonts the template names.
        missing_fonts: Those of them that this computer lacks.
        latin_only: Places where Chinese text has a Latin font set and no East Asian one.
        preview: The template filled with samples, unless it has errors.
    """

    path: str
    fields: list[Field] = field(default_factory=list)
    mistakes: list[Mistake] = field(default_factory=list)
    mended: list[Mistake] = field(default_factory=list)
    fonts: list[str] = field(default_factory=list)
    missing_fonts: list[str] = field(default_factory=list)
    latin_only: list[str] = field(default_factory=list)
    preview: bytes | None = None

    @property
    def ok(self) -> bool:
        """Whether the template can be rendered."""
        return not any(mistake.severity == "error" for mistake in self.mistakes)

    def field_rows(self) -> list[tuple[str, str, str]]:
        """The fields as lines of a table: name, type, first place."""
        rows: list[tuple[str, str, str]] = []
        for item in self.fields:
            _rows(item, "", rows)
        return rows

    def sentences(self) -> list[str]:
        """What is wrong or worth a look, in words."""
        lines = [str(mistake) for mistake in self.mistakes]
        if self.mended:
            shown = "、".join(dict.fromkeys(mistake.tag for mistake in self.mended))
            lines.append(f"有 {len(self.mended)} 处标签被 Word 拆开，已自动拼好：{shown[:200]}。")
        if self.missing_fonts:
            lines.append("本机没有这些字体：" + "、".join(self.missing_fonts) + "。")
        lines += [f"{place}。" for place in self.latin_only]
        return lines

    def to_json(self) -> dict[str, object]:
        """As plain data; the preview is left out."""
        return {
            "path": self.path,
            "ok": self.ok,
            "fields": [item.to_json() for item in self.fields],
            "mistakes": [mistake.to_json() for mistake in self.mistakes],
            "mended": [mistake.to_json() for mistake in self.mended],
            "fonts": self.fonts,
            "missing_fonts": self.missing_fonts,
            "latin_only": self.latin_only,
        }


def _rows(item: Field, prefix: str, rows: list[tuple[str, str, str]]) -> None:
    name = f"{prefix}{item.name}"
    kind = TYPE_NAMES[item.type] + ("（可空）" if item.optional else "")
    rows.append((name, kind, item.places[0] if item.places else ""))
    inside = f"{name}[]." if item.type == "list" else f"{name}."
    for child in item.fields.values():
        _rows(child, inside, rows)


def check_template(source: str | Path | bytes) -> TemplateReport:
    """Examine a template.

    Args:
        source: Its path, or its bytes.

    Raises:
        TemplateFileError: It is no usable .docx.
    """
    data = read_bytes(source)
    path = "" if isinstance(source, bytes) else str(Path(source).absolute())
    report = TemplateReport(path)
    template = _compile(data, report)
    if template is not None:
        report.fields = SchemaReader(template.environment).read(
            part.source for part in template.parts
        )
        for part in template.parts:
            report.mended += [
                Mistake("notice", mended.reason, place=str(mended.place), tag=mended.tag)
                for mended in part.source.mended
            ]
        report.mistakes += [Mistake("warning", text) for text in template.warnings]
    package = WordPackage(data)
    if template is None:
        for name, xml in _parts(package):
            report.mistakes += [Mistake("warning", text) for text in odd_braces(name, xml)]
    _look_at_fonts(package, report)
    report.mistakes.sort(key=lambda mistake: mistake.severity)
    if template is not None and report.ok:
        _preview(template, report)
    return report


def _compile(data: bytes, report: TemplateReport) -> CompiledTemplate | None:
    """Compile, leaving out each tag that is wrong, until the rest is right."""
    ignored: set[tuple[str, str]] = set()
    while len(ignored) < _MAX_MISTAKES:
        try:
            return CompiledTemplate(data, ignored=frozenset(ignored))
        except TemplateMistake as exc:
            report.mistakes.append(
                Mistake("error", exc.problem, exc.hint, str(exc.place or ""), exc.tag)
            )
            key = (exc.tag, exc.place.paragraph if exc.place else "")
            if not exc.tag or key in ignored:
                return None
            ignored.add(key)
    return None


def _preview(template: CompiledTemplate, report: TemplateReport) -> None:
    context = {item.name: item.sample() for item in report.fields}
    try:
        report.preview, _ = template.render(context, blank=True)
    except WenshuError as exc:
        report.mistakes.append(
            Mistake("warning", f"用示例数据试填时出错：{exc.message}", "请用真实数据再试一次。")
        )


# -- texts and fonts ----------------------------------------------------------------------------


def _parts(package: WordPackage) -> Iterator[tuple[str, str]]:
    names = [package.main, *package.related(package.main, "/header")]
    for name in names + package.related(package.main, "/footer"):
        yield name, package.text(name)


def _look_at_fonts(package: WordPackage, report: TemplateReport) -> None:
    fonts: dict[str, None] = {}
    for name in package.related(package.main, "/styles"):
        for element in elements(build_tree(tokenise(package.text(name))), "w:rFonts"):
            fonts.update(dict.fromkeys(_names(element)))
    for name, xml in _parts(package):
        for run in elements(build_tree(tokenise(xml)), "w:r"):
            properties = run.find("w:rPr")
            named = properties.find("w:rFonts") if properties else None
            if named is None:
                continue
            fonts.update(dict.fromkeys(_names(named)))
            text = text_of(run)
            latin = attribute(named, "w:ascii") or attribute(named, "w:hAnsi")
            east = attribute(named, "w:eastAsia") or attribute(named, "w:eastAsiaTheme")
            if latin and not east and _CJK.search(text):
                report.latin_only.append(
                    f"{part_title(name)}：“{text[:20]}”只设置了西文字体 {latin}，没有中文字体"
                )
    report.fonts = sorted(fonts)
    installed = installed_fonts()
    if installed is not None:
        report.missing_fonts = [font for font in report.fonts if font.lower() not in installed]


def _names(element: Element) -> list[str]:
    values = (attribute(element, f"w:{slot}") for slot in ("ascii", "hAnsi", "eastAsia", "cs"))
    return [value for value in values if value]
