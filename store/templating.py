"""Markdown bodies as Jinja texts: figures are filled in first, and every line keeps its number.

Before rendering, each line of the source gets a mark with its number; the marks survive loops and
conditions, so that every line that comes out knows the line it was written on. Inserted values are
shielded (`store.shield`), so that they can't be taken for Markdown.
"""

from __future__ import annotations

import re
import traceback
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Final, cast

from store.exceptions import WenshuError
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
_MARK: Final = re.compile("\ufdd0([0-9]+)\ufdd1")
_LEAD: Final = re.compile("(?:[ \t]|\ufdd0[0-9]+\ufdd1)*")
_NONCHARACTERS: Final = re.compile("[\ufdd0-\ufdef]")
_ALWAYS_TEMPLATE: Final = re.compile(r"\{\{[^{}]*(?:公司\s*[.\[]|文档\s*[.\[]|\|\s*手填)")
_TEMPLATE_NAME: Final = "<正文>"

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
    return list(enumerate(_NONCHARACTERS.sub("", body).split("\n"), first_line))


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

    body = _NONCHARACTERS.sub("", body)
    environment = _environment()
    try:
        marked, tag_lines = mark_lines(body, environment)
        template = environment.from_string(marked)
    except jinja2.TemplateSyntaxError as error:
        line = first_line + (error.lineno or 1) - 1
        return _failed(body, first_line, path, line, _syntax_message(error))
    except (WenshuError, RecursionError) as error:
        return _failed(body, first_line, path, first_line, str(error) or "模板嵌套过深。")
    return _run(template, body, first_line, tag_lines, context, path=path, blank=blank)


def _run(
    template: Template,
    body: str,
    first_line: int,
    tag_lines: set[int],
    context: Mapping[str, object],
    *,
    path: str,
    blank: bool,
) -> RenderedBody:
    from store.missing import open_session  # noqa: PLC0415

    environment = cast("SandboxEnvironment", template.environment)
    figures: list[BlockSource] = []
    token = _figures.set(figures)
    try:
        with open_session(context, blank=blank) as session:
            text = environment.join_output(environment.stream(template, context))
    except Exception as error:  # noqa: BLE001 - whatever a template does is a content problem
        line = first_line + _line_of(error, template) - 1
        return _failed(body, first_line, path, line, _runtime_message(error))
    finally:
        _figures.reset(token)
    lines = [(first_line + number - 1, line) for number, line in unmark(text, tag_lines)]
    problems = [_missing_problem(name, body, first_line, path) for name in session.missing]
    return RenderedBody(lines, figures, session.missing, problems, list(session.warnings))


def _failed(body: str, first_line: int, path: str, line: int, message: str) -> RenderedBody:
    problem = Problem(
        path,
        line,
        "error",
        "template-error",
        message,
        "请检查这一行的 {{ }} 与 {% %}；写法见自带的年终总结。",
    )
    return RenderedBody(plain_lines(body, first_line), problems=[problem])


def _missing_problem(name: MissingName, body: str, first_line: int, path: str) -> Problem:
    wanted = re.compile(r"\{[{%][^{}]*" + r"\s*\.\s*".join(map(re.escape, name.name.split("."))))
    match = wanted.search(body)
    line = first_line + (body.count("\n", 0, match.end()) if match else 0)
    near = (
        f"是不是“{'”或“'.join(name.near)}”？"
        if name.near
        else "请在数据文件或信息表中补上，或用 --set 给出。"
    )
    return Problem(path, line, "error", "missing-name", f"正文用到的“{name.name}”没有值。", near)


def _syntax_message(error: Exception) -> str:
    text = str(getattr(error, "message", error))
    known = (
        ("unexpected end of template", "缺少结束语句（如 {% endfor %} 或 {% endif %}）"),
        ("Unexpected end of template", "缺少结束语句（如 {% endfor %} 或 {% endif %}）"),
        ("Encountered unknown tag", "有不认识的语句，或结束语句没有对应的开始"),
        ("No filter named", "用了不存在的过滤器"),
        ("expected token", "语句没有写完整，或用了中文括号、引号"),
        ("unexpected char", "语句里有不能识别的字符（可能是中文标点）"),
    )
    reason = next((chinese for english, chinese in known if english in text), "语句有误")
    name = re.search(r"'([^']+)'", text)
    return f"正文中的模板语句有错：{reason}{f'（{name[1]}）' if name else ''}。"


def _runtime_message(error: Exception) -> str:
    if isinstance(error, WenshuError):
        return error.message
    if isinstance(error, ZeroDivisionError):
        return "正文中的算式除以了零。"
    if type(error).__name__ == "SecurityError":
        return "正文中的模板语句访问了不允许的内容。"
    return f"正文中的模板语句无法计算（{type(error).__name__}：{error}）。"


def _line_of(error: Exception, template: Template) -> int:
    """The template line that an exception came from."""
    for frame, number in traceback.walk_tb(error.__traceback__):
        if frame.f_globals is template.globals or frame.f_code.co_filename in {
            "<template>",
            _TEMPLATE_NAME,
            template.filename,
        }:
            return template.get_corresponding_lineno(number)
    return 1


@cache
def _environment() -> SandboxEnvironment:
    from store.blank import Blank as BlankValue  # noqa: PLC0415
    from store.sandbox import SandboxEnvironment as Environment  # noqa: PLC0415
    from store.sandbox import plain_text  # noqa: PLC0415

    def draw_blank(blank: Blank) -> str:
        return blank_token(blank.width)

    def finalize(value: object) -> str:
        figures = _figures.get()
        if figures is not None and hasattr(type(value), "to_block"):
            figures.append(cast("BlockSource", value))
            return figure_token(len(figures) - 1)
        if isinstance(value, BlankValue):
            return draw_blank(value)
        return shield(plain_text(value, draw_blank))

    environment = Environment(draw_blank=draw_blank)
    environment.finalize = finalize
    return environment


def mark_lines(source: str, environment: SandboxEnvironment) -> tuple[str, set[int]]:
    """Put a mark with its number in front of each line that is not inside a tag.

    Returns:
        The marked source, and the numbers of the lines that hold nothing but statements and
        comments, which leave no line behind.
    """
    pieces = ["\ufdd01\ufdd1"]
    texts: dict[int, str] = {}
    statements: set[int] = set()
    variables: set[int] = set()
    for number, kind, value in environment.lex(source):
        if kind == "data":
            first, *further = value.split("\n")
            pieces.append(f"\ufdd0{number}\ufdd1{first}")
            texts[number] = texts.get(number, "") + first
            for offset, line in enumerate(further, 1):
                pieces.append(f"\n\ufdd0{number + offset}\ufdd1{line}")
                texts[number + offset] = texts.get(number + offset, "") + line
            continue
        if kind in {"block_begin", "comment_begin", "raw_begin", "raw_end"}:
            statements.add(number)
        elif kind == "variable_begin":
            variables.add(number)
        pieces.append(value)
    tag_lines = {n for n in statements - variables if not texts.get(n, "").strip()}
    return "".join(pieces), tag_lines


def unmark(text: str, tag_lines: set[int]) -> list[Line]:
    """Take the marks off rendered text: (source line, text) pairs."""
    lines: list[Line] = []
    current = 1
    for line in text.split("\n"):
        lead = _LEAD.match(line)
        marks = _MARK.findall(lead[0]) if lead else []
        content = _MARK.sub("", line)
        own = int(marks[-1]) if marks else current
        all_marks = _MARK.findall(line)
        current = int(all_marks[-1]) if all_marks else current
        if marks and not content.strip() and all(int(mark) in tag_lines for mark in marks):
            continue
        lines.append((own, content))
    return lines
