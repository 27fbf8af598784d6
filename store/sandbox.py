"""The sandboxed Jinja environment in which every template of Wenshu runs.

Markdown bodies (`store.templating`) and Word templates (`generator.word`) are two front ends of
it. It adds to Jinja's immutable sandbox: limits on loops, text and output; missing names gathered
and told together (`store.missing`); a quick way into plain dictionaries; Chinese filters; no
attribute that begins with an underscore, refused already when the template is compiled::

    env = SandboxEnvironment(undefined="error")
    text = env.render_text(env.from_string("共{{ 金额|万元 }}万元"), {"金额": 120000})

A front end that draws blanks itself gives `draw_blank`; one that must know the place of each
value opens the session itself with `store.missing.open_session`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import wraps
from itertools import chain, repeat
from typing import TYPE_CHECKING, Any, Final, Literal

from jinja2 import TemplateSyntaxError, Undefined, nodes
from jinja2.compiler import CodeGenerator
from jinja2.filters import FILTERS
from jinja2.runtime import Context, str_join
from jinja2.sandbox import ImmutableSandboxedEnvironment

from store import filters as chinese
from store import growth
from store.blank import Blank
from store.exceptions import ContentError
from store.missing import LenientValue, MissingValue, open_session

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from jinja2 import Template
    from jinja2.compiler import Frame

UndefinedMode = Literal["error", "blank"]

_DICT_NAMES: Final = frozenset(dir(dict))
_TICK: Final = "\0tick"
_TAKES_MISSING: Final = frozenset({"default", "d", "手填"})
_WIDE_FORMAT: Final = re.compile(r"[%:.][^%{}]*?(?:\d{5,}|\*)|\{[^{}]*\{")
_MAX_BITS: Final = 100_000


class LimitExceeded(ContentError):
    """模板超出了允许的规模。"""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one rendering may use.

    Attributes:
        loops: Turns of all loops together.
        output: Characters printed, all together, for one text or document part.
        text: Characters of one text made inside an expression.
    """

    loops: int = 2_000_000
    output: int = 400_000_000
    text: int = 20_000_000


class LimitedContext(Context):
    """A context that counts the turns of loops."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        limits = getattr(self.environment, "limits", None) or Limits()
        self.tick = chain(repeat(None, limits.loops), _exhausted(limits.loops)).__next__


def _exhausted(loops: int) -> Iterator[None]:
    """What the counter of turns gives when it has run out."""
    if loops >= 0:
        raise LimitExceeded(f"模板中的循环超过了 {loops} 次，可能没有尽头。")
    yield


class SandboxCodeGenerator(CodeGenerator):
    """Jinja's code generator with a tick in each turn of a loop and measured ``~``."""

    def visit_ExprStmt(self, node: nodes.ExprStmt, frame: Frame) -> None:  # noqa: N802
        """Write a statement; the mark that `_with_ticks` leaves becomes the tick."""
        if isinstance(node.node, nodes.Const) and node.node.value == _TICK:
            self.writeline("context.tick()")
        else:
            super().visit_ExprStmt(node, frame)

    def visit_Concat(self, node: nodes.Concat, frame: Frame) -> None:  # noqa: N802
        """Write ``a ~ b`` as a call that measures its result."""
        self.write("environment.join_text((")
        for part in node.nodes:
            self.visit(part, frame)
            self.write(", ")
        self.write("))")


class SandboxEnvironment(ImmutableSandboxedEnvironment):
    """Jinja's immutable sandbox with limits, gathered missing names and Chinese filters.

    Args:
        undefined: ``"error"`` gathers names that are missing where they would print;
            ``"blank"`` prints nothing for them.
        filters: More filters by name; they win over the built-in ones.
        limits: What one rendering may use.
        draw_blank: How the front end writes a `Blank` as text.
    """

    code_generator_class = SandboxCodeGenerator
    context_class = LimitedContext
    intercepted_binops = frozenset({"*", "**", "+", "%"})

    def __init__(
        self,
        undefined: UndefinedMode = "error",
        *,
        filters: Mapping[str, Callable[..., object]] | None = None,
        limits: Limits | None = None,
        draw_blank: Callable[[Blank], str] = str,
    ) -> None:
        kind: type[Undefined] = MissingValue if undefined == "error" else LenientValue
        super().__init__(
            undefined=kind,
            extensions=["jinja2.ext.do", "jinja2.ext.loopcontrols"],
            finalize=lambda value: plain_text(value, draw_blank),
            keep_trailing_newline=True,
            cache_size=0,
        )
        self.limits = limits or Limits()
        self.globals.pop("lipsum", None)
        self._add_filters(filters or {}, gathering=undefined == "error")

    def _add_filters(self, more: Mapping[str, Callable[..., object]], *, gathering: bool) -> None:
        for name, function in (FILTERS | chinese.FILTERS).items():
            wrapped = function
            if name in growth.FILTERS:
                wrapped = self._measured(name, wrapped)
            if gathering and name not in _TAKES_MISSING:
                wrapped = passing_missing(wrapped)
            self.filters[name] = wrapped
        self.filters["replace"] = self._replace
        self.filters["format"] = self._format
        self.filters.update(more)

    # -- looking things up -------------------------------------------------------------------

    def getattr(self, obj: Any, attribute: str) -> Any:
        """``obj.attribute``: the item first for a plain dictionary, else as Jinja does."""
        if obj.__class__ is dict and attribute not in _DICT_NAMES:
            try:
                return obj[attribute]
            except KeyError:
                return self.undefined(obj=obj, name=attribute)
        return super().getattr(obj, attribute)

    # -- limits ------------------------------------------------------------------------------

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """Compute ``left operator right`` unless the result would be huge."""
        limit = self.limits.text
        if operator == "+":
            if isinstance(left, (str, bytes, list, tuple)) and len(left) * 2 > limit:
                raise LimitExceeded("模板中拼接的文字过长。")
        elif operator == "*":
            self._check_product(left, right)
        elif operator == "**":
            self._check_power(left, right)
        elif isinstance(left, str):
            self._check_format(left, right if isinstance(right, tuple) else (right,))
        return super().call_binop(context, operator, left, right)

    def _check_product(self, left: Any, right: Any) -> None:
        for one, other in ((left, right), (right, left)):
            if isinstance(one, (str, bytes, list, tuple)) and isinstance(other, int):
                if len(one) * other > self.limits.text:
                    raise LimitExceeded("模板中重复出来的文字过长。")
            elif isinstance(one, int) and one.bit_length() > _MAX_BITS:
                raise LimitExceeded("模板中算出的数过大。")

    def _check_power(self, left: object, right: object) -> None:
        if isinstance(right, (int, float, Decimal)) and isinstance(left, (int, float, Decimal)):
            size = left.bit_length() if isinstance(left, int) else 1
            if size * abs(float(right)) > _MAX_BITS:
                raise LimitExceeded("模板中算出的数过大。")

    def join_text(self, parts: Iterable[object]) -> str:
        """Join the sides of ``~``, unless the text grows past the limit."""
        text = str_join("" if part is None else part for part in parts)
        if len(text) > self.limits.text:
            raise LimitExceeded("模板中拼接的文字过长。")
        return text

    def wrap_str_format(self, value: Any) -> Callable[..., str] | None:
        """Wrap ``str.format``, with the widths of its pattern checked."""
        wrapped = super().wrap_str_format(value)
        if wrapped is None:
            return None

        @wraps(wrapped)
        def measured(*args: Any, **kwargs: Any) -> str:
            self._check_format(str(value.__self__), (*args, *kwargs.values()))
            return str(wrapped(*args, **kwargs))

        return measured

    def call(self, context: Context, obj: Any, /, *args: Any, **kwargs: Any) -> Any:
        """Call from a template, minding methods of texts that can grow without measure."""
        owner = getattr(obj, "__self__", None)
        if isinstance(owner, (str, bytes)):
            name = getattr(obj, "__name__", "")
            if name in growth.STREAMS and args:
                args = (list(args[0]), *args[1:])
            self._check_growth(growth.METHODS.get(name), owner, args, kwargs)
        return super().call(context, obj, *args, **kwargs)

    def _check_growth(
        self,
        bound: Callable[..., int] | None,
        value: object,
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
    ) -> None:
        if bound is not None and bound(value, args, kwargs) > self.limits.text:
            raise LimitExceeded("模板中的一处会生成过长的文字（宽度、个数或重复太多）。")

    def _measured(self, name: str, function: Callable[..., object]) -> Callable[..., object]:
        """A filter that is refused when its result would be too long."""
        position = 1 if hasattr(function, "jinja_pass_arg") else 0
        bound = growth.FILTERS[name]

        @wraps(function)
        def measured(*args: Any, **kwargs: Any) -> object:
            value = args[position]
            if name in growth.STREAMS and not isinstance(value, (Undefined, str)):
                value = list(value)
            if not isinstance(value, Undefined):
                self._check_growth(bound, value, args[position + 1 :], kwargs)
            return function(*args[:position], value, *args[position + 1 :], **kwargs)

        return measured

    def _replace(self, value: Any, old: str, new: str, count: int = -1) -> Any:
        """The filter ``replace``, measured."""
        if isinstance(value, Undefined):
            return value
        text = plain_text(value)
        self._check_growth(growth.METHODS["replace"], text, (old, str(new)), {})
        return text.replace(str(old), str(new), count if count is not None else -1)

    def _format(self, value: str, *args: object, **kwargs: object) -> str:
        """The filter ``format``, measured."""
        self._check_format(str(value), (*args, *kwargs.values()))
        return str(value) % (kwargs or args)

    def _check_format(self, pattern: str, args: Iterable[object]) -> None:
        """Refuse a format that asks for a great width, or for one given as a value."""
        given = [
            item for one in args for item in (one.values() if isinstance(one, dict) else [one])
        ]
        if _WIDE_FORMAT.search(pattern) or growth.formatted(pattern, given) > self.limits.text:
            raise LimitExceeded("模板中给出的宽度或个数过大。")

    # -- compiling and rendering -------------------------------------------------------------

    def _generate(
        self,
        source: nodes.Template,
        name: str | None,
        filename: str | None,
        defer_init: bool = False,  # noqa: FBT001, FBT002
    ) -> str:
        refuse_internals(source, name)
        _add_ticks(source)
        return super()._generate(source, name, filename, defer_init=defer_init)

    def render_text(
        self, template: Template, context: Mapping[str, object], *, blank: bool = False
    ) -> str:
        """Render in a session of its own and raise `MissingNames` if any name was missing.

        Args:
            template: Compiled by this environment.
            context: The values by name.
            blank: Whether each ``手填`` prints its blank even where there is a value.
        """
        with open_session(context, blank=blank) as session:
            text = self.join_output(self.stream(template, context))
        session.raise_missing()
        return text

    def stream(self, template: Template, context: Mapping[str, object]) -> Iterator[str]:
        """The pieces of a rendering, as they come."""
        return template.root_render_func(template.new_context(dict(context)))

    def join_output(self, pieces: Iterator[str]) -> str:
        """Join the pieces, minding the limits on loops and output."""
        parts: list[str] = []
        total = 0
        for piece in pieces:
            parts.append(piece)
            total += len(piece)
            if total > self.limits.output:
                raise LimitExceeded("模板输出的内容过长。")
        return "".join(parts)


def plain_text(value: object, draw_blank: Callable[[Blank], str] = str) -> str:
    """A value as text: nothing for None, no exponent for numbers."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, Blank):
        return draw_blank(value)
    if isinstance(value, Decimal):
        return format(value, "f") if value.is_finite() else str(value)
    text = str(value)
    if isinstance(value, float) and "e" in text:
        return format(Decimal(text), "f")
    return text


def passing_missing(function: Callable[..., Any]) -> Callable[..., Any]:
    """Let an absent value pass through a filter, to be reported where it prints."""
    position = 1 if hasattr(function, "jinja_pass_arg") else 0

    @wraps(function)
    def passing(*args: Any, **kwargs: Any) -> Any:
        if len(args) > position and isinstance(args[position], MissingValue):
            return args[position]
        return function(*args, **kwargs)

    return passing


def refuse_internals(tree: nodes.Template, name: str | None = None) -> None:
    """Refuse ``x.__class__`` and its like before anything runs."""
    for node in tree.find_all(nodes.Getattr):
        if node.attr.startswith("_"):
            raise TemplateSyntaxError(
                f"access to internal attribute {node.attr!r}", node.lineno, name
            )


def _add_ticks(tree: nodes.Template) -> None:
    for loop in tree.find_all(nodes.For):
        mark = nodes.ExprStmt(nodes.Const(_TICK, lineno=loop.lineno), lineno=loop.lineno)
        loop.body.insert(0, mark)
