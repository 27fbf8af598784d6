"""The Jinja environment of Word templates: chunks and sites instead of template data."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from jinja2 import Undefined, nodes

from generator.word.errors import ValueRefused
from generator.word.markdown import markdown
from generator.word.richtext import colour
from generator.word.sites import Wordml, join_block
from generator.word.tokens import escape_text
from store.sandbox import SandboxCodeGenerator, SandboxEnvironment, passing_missing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from jinja2.compiler import Frame

    from generator.word.compiler import PartSource
    from generator.word.rendering import Rendering

_MARK: Final = re.compile("\x02(\\d+)\x02\n")
_MAX_SPAN: Final = 63


class WordCodeGenerator(SandboxCodeGenerator):
    """Writes each run of output as one joined text, values through their site's function."""

    def visit_Output(self, node: nodes.Output, frame: Frame) -> None:  # noqa: N802
        """Write the chunks and values of one output node."""
        environment = self.environment
        assert isinstance(environment, WordEnvironment)
        pieces: list[str | nodes.Expr] = []
        for child in node.nodes:
            if isinstance(child, nodes.TemplateData):
                text = environment.expand(child.data)
                if pieces and isinstance(pieces[-1], str):
                    pieces[-1] += text
                elif text:
                    pieces.append(text)
            else:
                pieces.append(child)
        if not pieces:
            return
        self.newline(node)
        self.write("yield (" if frame.buffer is None else f"{frame.buffer}.append(")
        if len(pieces) > 1:
            self.write("join((")
        for piece in pieces:
            self._piece(piece, frame)
            if len(pieces) > 1:
                self.write(", ")
        self.write(")))" if len(pieces) > 1 else ")")

    def _piece(self, piece: str | nodes.Expr, frame: Frame) -> None:
        if isinstance(piece, str):
            self.write(repr(piece))
        else:
            self.newline(piece)
            self.write(f"site{piece.lineno - 1}(")
            self.visit(piece, frame)
            self.write(")")

    def start_write(self, frame: Frame, node: nodes.Node | None = None) -> None:
        """Begin to write the result of a call block, filter block or recursive loop."""
        super().start_write(frame, node)
        self.write("environment.escape_result(")

    def end_write(self, frame: Frame) -> None:
        """End it."""
        self.write(")")
        super().end_write(frame)


class WordEnvironment(SandboxEnvironment):
    """The sandbox with what Word tags need.

    Args:
        current: Gives the rendering under way.
        options: What `SandboxEnvironment` takes.
    """

    code_generator_class = WordCodeGenerator

    def __init__(self, current: Callable[[], Rendering], **options: Any) -> None:
        super().__init__(**options)
        self.current = current
        self.concat = join_block  # type: ignore[assignment]
        self._chunks: list[str] = []
        self.filters.setdefault("markdown", passing_missing(markdown))
        self.filters["_span"] = span
        self.filters["_colour"] = fill
        self.globals.update(
            _merge=merge_state,
            _merged=is_merged,
            _next_id=lambda: current().next_id(),
            _bookmark=lambda number: current().bookmark(number),
            _bookmark_end=lambda number: current().bookmark_end(number),
            _bookmark_name=lambda name: current().bookmark_name(name),
            _list=lambda *args: current().list_number(*args),
        )

    def expand(self, data: str) -> str:
        """Template data with the marks replaced by their chunks; other text was in ``raw``."""
        parts = _MARK.split(data)
        for index, part in enumerate(parts):
            parts[index] = self._chunks[int(part)] if index % 2 else escape_text(part)
        return "".join(parts)

    def escape_result(self, value: object) -> str:
        """The result of a block or a recursive loop: finished XML, or text."""
        return value if isinstance(value, Wordml) else escape_text(str(value))

    def compile_part(
        self, part: PartSource, emitters: dict[str, Callable[[object], str]]
    ) -> Callable[[Any], Iterator[str]]:
        """Compile a part's Jinja source to a function that yields its XML.

        Raises:
            jinja2.TemplateSyntaxError: A tag is no Jinja; its line is the tag's number plus one.
        """
        self._chunks = part.chunks
        code = self.compile(part.source, part.name, f"<{part.name}>")
        namespace: dict[str, Any] = {"environment": self, "join": "".join, **emitters}
        exec(code, namespace)  # noqa: S102 (what Jinja's own loader does)
        root: Callable[[Any], Iterator[str]] = namespace["root"]
        self.blocks = namespace["blocks"]
        return root


def span(value: Any) -> Any:
    """How many columns: a whole number, at least 1."""
    if isinstance(value, Undefined):
        return value
    try:
        return max(1, min(int(value), _MAX_SPAN))
    except (TypeError, ValueError) as exc:
        raise ValueRefused(f"合并列数“{value}”不是整数。") from exc


def fill(value: Any) -> Any:
    """A cell's background as Word writes it."""
    if isinstance(value, Undefined):
        return value
    return colour(value) if value else "auto"


def merge_state(loop: Any, number: int, value: object = None) -> str:
    """``restart`` for the first row of a vertically merged group, ``continue`` for the others."""
    if isinstance(loop, Undefined):
        return "restart"
    states: dict[int, tuple[object, bool]] = loop.__dict__.setdefault("_wenshu_merges", {})
    known = states.get(number)
    continued = known is not None and known[0] == value
    states[number] = (value, continued)
    return "continue" if continued else "restart"


def is_merged(loop: Any, number: int) -> bool:
    """Whether the last `merge_state` of that cell continued a group."""
    if isinstance(loop, Undefined):
        return False
    return bool(loop.__dict__["_wenshu_merges"][number][1])
