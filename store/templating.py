"""Markdown bodies as Jinja texts: figures are filled in first, and every line keeps its number.

Marks carry the numbers of the lines through the rendering (`store.line_marks`). Inserted values are
shielded (`store.shield`), so that they can't be taken for Markdown; what a macro or a `set` block
of the text itself gives back is text, not a value.
"""

from __future__ import annotations

import re
import traceback
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Final, cast

from store.exceptions import WenshuError
from store.jinja_messages import explain_failure, explain_syntax
from store.line_marks import OPEN, mark_lines, unmark
from store.model import Problem
from store.shield import blank_token, figure_token, shield

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jinja2 import Template

    from store.blank import Blank
    from store.cursor import Line
    from store.missing import MissingName
    from store.model import BlockSource
    from store.sandbox import SandboxEnvironment

RESERVED: Final = ("正文", "指标", "图", "指标表", "文档", "公司")
_NONCHARACTERS: Final = re.compile("[\ufdd0-\ufdef]")
_ALWAYS_TEMPLATE: Final = re.compile(r"\{\{[^{}]*(?:公司\s*[.\[]|文档\s*[.\[]|\|\s*手填)")
_TEMPLATE_FILE: Final = "<template>"
_MAX_OUTPUT: Final = 20_000_000
_HINT: Final = "请检查这一行的 {{ }} 与 {% %}；写法见自带的年终总结。"

_figures: ContextVar[list[BlockSource] | None] = ContextVar("wenshu_body_figures", default=None)


@dataclass(slots=True)
class RenderedBody:
    """A body with its figures in.

    Attributes:
        lines: (line in the file, text) pairs for `store.parser.parse_lines`.
        figures: What the figure tokens in the lines stand for.
        missing: Names that were wanted where they would print.
        problems: Errors of the Jinja text, with their lines.
        warnings: What the filters and values remarked.
    """

    lines: list[Line]
    figures: list[BlockSource] = field(default_factory=list)
    missing: list[MissingName] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def wants_rendering(body: str) -> bool:
    """Whether a body without data of its own still asks for values (公司, 文档, 手填)."""
    return "{{" in body and bool(_ALWAYS_TEMPLATE.search(body))


def plain_lines(body: str, first_line: int) -> list[Line]:
    """The lines of a body that is no Jinja text."""
    return list(enumerate(_normalised(body).split("\n"), first_line))


def _normalised(body: str) -> str:
    """The body with one sort of line end, and without characters that are our own tokens."""
    if "\r" in body:
        body = body.replace("\r\n", "\n").replace("\r", " ")
    return _NONCHARACTERS.sub("", body)


def render_body(
    body: str,
    first_line: int,
    context: Mapping[str, object],
    *,
    path: str = "",
    blank: bool = False,
) -> RenderedBody:
    """Render a body.

    An error in the Jinja text is a problem with its line, and the text comes out as it was typed;
    missing names print nothing, are listed, and are problems too.

    Args:
        body: The body without front matter.
        first_line: Its first line in the file.
        context: The names it may use.
        path: The file, for the problems.
        blank: Print each place to fill by hand as a blank even where there is a value.
    """
    import jinja2  # noqa: PLC0415 - most documents hold no figures

    source = _normalised(body)
    environment = _environment()
    try:
        marked, statements = mark_lines(source, environment)
        template = environment.from_string(marked)
    except jinja2.TemplateSyntaxError as error:
        reason, hint = explain_syntax(str(error.message))
        message = f"正文中的模板语句有错：{reason}"
        return _failed(source, first_line, path, error.lineno, message, hint)
    except (WenshuError, RecursionError) as error:
        return _failed(source, first_line, path, 1, _runtime_message(error))
    return _Run(source, first_line, path, statements, template).render(context, blank=blank)


@dataclass(slots=True)
class _Run:
    """One rendering of a compiled body."""

    source: str
    first_line: int
    path: str
    statements: set[int]
    template: Template

    def render(self, context: Mapping[str, object], *, blank: bool) -> RenderedBody:
        from store.missing import open_session  # noqa: PLC0415 - Jinja is loaded where it is used

        environment = cast("SandboxEnvironment", self.template.environment)
        figures: list[BlockSource] = []
        token = _figures.set(figures)
        try:
            with open_session(context, blank=blank) as session:
                text = environment.join_output(environment.stream(self.template, context))
        except Exception as error:  # noqa: BLE001 - whatever a template does is a content problem
            line = _line_of(error, self.template)
            hint = error.hint if isinstance(error, WenshuError) else ""
            message = _runtime_message(error)
            return _failed(self.source, self.first_line, self.path, line, message, hint)
        finally:
            _figures.reset(token)
        above = self.first_line - 1
        lines = [(above + number, line) for number, line in unmark(text, self.statements)]
        problems = [self._missing(name) for name in session.missing]
        return RenderedBody(lines, figures, session.missing, problems, list(session.warnings))

    def _missing(self, name: MissingName) -> Problem:
        parts = r"\s*\.\s*".join(re.escape(part) for part in name.name.split("."))
        match = re.search(r"\{[{%][^{}]*" + parts, self.source)
        line = self.first_line + (self.source.count("\n", 0, match.end()) if match else 0)
        hint = "请在数据文件或信息表中补上，或用 --set 给出。"
        if name.near:
            hint = f"是不是“{'”或“'.join(name.near)}”？"
        message = f"正文用到的“{name.name}”没有值。"
        return Problem(self.path, line, "error", "missing-name", message, hint)


def _failed(
    source: str, first_line: int, path: str, line: int, message: str, hint: str = ""
) -> RenderedBody:
    """The body as it was typed, and what is wrong on a line of it."""
    number = first_line + line - 1
    problem = Problem(path, number, "error", "template-error", message, hint or _HINT)
    return RenderedBody(plain_lines(source, first_line), problems=[problem])


def _runtime_message(error: Exception) -> str:
    if isinstance(error, WenshuError):
        return error.message
    return f"正文中的模板语句无法计算：{explain_failure(error)}。"


def _line_of(error: Exception, template: Template) -> int:
    """The innermost line of the text that an exception came from."""
    found = 1
    for frame, number in traceback.walk_tb(error.__traceback__):
        if frame.f_code.co_filename in {_TEMPLATE_FILE, template.filename}:
            found = template.get_corresponding_lineno(number)
    return found


@cache
def _environment() -> SandboxEnvironment:
    from store.blank import Blank as BlankValue  # noqa: PLC0415
    from store.sandbox import Limits, plain_text  # noqa: PLC0415
    from store.sandbox import SandboxEnvironment as Environment  # noqa: PLC0415

    def draw_blank(blank: Blank) -> str:
        return blank_token(blank.width)

    def finalize(value: object) -> str:
        figures = _figures.get()
        if figures is not None and hasattr(type(value), "to_block"):
            figures.append(cast("BlockSource", value))
            return figure_token(len(figures) - 1)
        if isinstance(value, BlankValue):
            return draw_blank(value)
        if isinstance(value, str) and OPEN in value:
            return value
        return shield(plain_text(value, draw_blank))

    environment = Environment(draw_blank=draw_blank, limits=Limits(output=_MAX_OUTPUT))
    environment.finalize = finalize
    return environment
