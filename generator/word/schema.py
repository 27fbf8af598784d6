"""What a template wants, told from how its tags use each name."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal

from jinja2 import nodes

if TYPE_CHECKING:
    from collections.abc import Iterable

    from generator.word.compiler import PartSource
    from generator.word.environment import WordEnvironment

FieldType = Literal["text", "number", "date", "yes/no", "list", "group", "block", "picture"]

TYPE_NAMES: Final[dict[FieldType, str]] = {
    "text": "文字",
    "number": "数字",
    "date": "日期",
    "yes/no": "是否",
    "list": "列表",
    "group": "一组",
    "block": "段落内容",
    "picture": "图片",
}
_NUMBER_FILTERS: Final = frozenset(
    {
        *("万元", "亿元", "千分位", "四舍五入", "百分比", "大写金额", "中文数字"),
        *("round", "abs", "int", "float", "sum"),
    }
)
_LIST_FILTERS: Final = frozenset(
    {"join", "first", "last", "length", "count", "sort", "groupby", "sum", "map", "batch", "unique"}
)
_RANK: Final[dict[FieldType, int]] = {
    "yes/no": 0, "text": 1, "number": 2, "date": 2, "picture": 3, "block": 3, "group": 4, "list": 5,
}  # fmt: skip


@dataclass(slots=True)
class Field:
    """One name that a template wants.

    Attributes:
        name: As the template writes it.
        type: Guessed from its use; a name that only ``if`` asks for is a yes or no.
        optional: Whether it may be absent: it stands in ``default`` or ``手填``, or only in an
            ``if`` or behind one that asks for it.
        places: Where it is used, in words.
        fields: The names inside it, for groups and for the items of lists.
    """

    name: str
    type: FieldType = "yes/no"
    optional: bool = True
    places: list[str] = field(default_factory=list)
    fields: dict[str, Field] = field(default_factory=dict)

    def child(self, name: str) -> Field:
        """The field inside with that name."""
        return self.fields.setdefault(name, Field(name))

    def note(self, kind: FieldType) -> None:
        """Note a use; what says more about the type wins."""
        if _RANK[kind] > _RANK[self.type]:
            self.type = kind

    def to_json(self) -> dict[str, object]:
        """As plain data."""
        return {
            "name": self.name,
            "type": self.type,
            "optional": self.optional,
            "places": self.places,
            "fields": [item.to_json() for item in self.fields.values()],
        }

    def sample(self, index: int = 1) -> object:
        """A value of the guessed type, for the preview."""
        if self.type == "list":
            return [self._item(number) for number in (1, 2)]
        if self.type == "group":
            return {name: item.sample(index) for name, item in self.fields.items()}
        samples: dict[FieldType, object] = {
            "number": 1234.5 * index,
            "date": "2024-01-05",
            "yes/no": True,
            "picture": None,
        }
        return samples.get(self.type, f"〔{self.name}{index if index > 1 else ''}〕")

    def _item(self, index: int) -> object:
        if not self.fields:
            return f"〔{self.name}{index}〕"
        return {name: item.sample(index) for name, item in self.fields.items()}


class SchemaReader:
    """Reads the fields of all parts of a template.

    Args:
        environment: Parses the sources and knows which names are its own.
    """

    def __init__(self, environment: WordEnvironment) -> None:
        self._environment = environment
        self._root = Field("")
        self._part: PartSource | None = None
        self._guarded: list[Field] = []

    def read(self, parts: Iterable[PartSource]) -> list[Field]:
        """The fields, in the order of their first use."""
        for part in parts:
            self._part = part
            tree = self._environment.parse(part.source)
            self._body(tree.body, {})
        return list(self._root.fields.values())

    # -- statements ------------------------------------------------------------------------------

    def _body(self, body: list[nodes.Node], scope: dict[str, Field | None]) -> None:
        for node in body:
            self._statement(node, scope)

    def _statement(self, node: nodes.Node, scope: dict[str, Field | None]) -> None:
        if isinstance(node, nodes.Output):
            for child in node.nodes:
                if not isinstance(child, nodes.TemplateData):
                    self._use(child, scope, self._printed_type(child), needed=True)
        elif isinstance(node, nodes.For):
            self._loop(node, scope)
        elif isinstance(node, nodes.If):
            self._test(node.test, scope)
            before = len(self._guarded)
            self._guarded += self._asked(node.test, scope)
            self._body(node.body, dict(scope))
            del self._guarded[before:]
            self._body(list(node.elif_), dict(scope))
            self._body(node.else_, dict(scope))
        elif isinstance(node, (nodes.Macro, nodes.CallBlock)):
            self._macro(node, scope)
        elif isinstance(node, nodes.Assign):
            self._use(node.node, scope, "text", needed=True)
            if isinstance(node.target, nodes.Name):
                scope[node.target.name] = None
        else:
            self._other(node, scope)

    def _asked(self, test: nodes.Node, scope: dict[str, Field | None]) -> list[Field]:
        """The names that are there wherever a test holds."""
        if isinstance(test, nodes.And):
            return self._asked(test.left, scope) + self._asked(test.right, scope)
        found = self._named(test, scope)
        return [found] if found is not None else []

    def _macro(self, node: nodes.Macro | nodes.CallBlock, scope: dict[str, Field | None]) -> None:
        inner = scope | {argument.name: None for argument in node.args}
        self._body(node.body, inner)
        if isinstance(node, nodes.Macro):
            scope[node.name] = None

    def _other(self, node: nodes.Node, scope: dict[str, Field | None]) -> None:
        for child in node.iter_child_nodes():
            if isinstance(child, nodes.Stmt):
                self._statement(child, scope)
            elif isinstance(child, nodes.Expr):
                self._use(child, scope, "text", needed=False)

    def _loop(self, node: nodes.For, scope: dict[str, Field | None]) -> None:
        items = self._use(node.iter, scope, "list", needed=True)
        inner = dict(scope) | {"loop": None}
        targets = node.target.items if isinstance(node.target, nodes.Tuple) else [node.target]
        for target in targets:
            if isinstance(target, nodes.Name):
                inner[target.name] = items if len(targets) == 1 else None
        self._body(node.body, inner)
        self._body(node.else_, dict(scope))

    # -- expressions -----------------------------------------------------------------------------

    def _printed_type(self, node: nodes.Node) -> FieldType:
        part = self._part
        site = part.sites[node.lineno - 1] if part and node.lineno <= len(part.sites) else None
        if site is None:
            return "text"
        if site.tag.lifted == "picture" or site.tag.lifted.startswith("blip"):
            return "picture"
        return "block" if site.tag.lifted == "p" else "text"

    def _test(self, node: nodes.Node, scope: dict[str, Field | None]) -> None:
        if isinstance(node, (nodes.Name, nodes.Getattr)):
            self._use(node, scope, "yes/no", needed=False)
        elif isinstance(node, nodes.Not):
            self._test(node.node, scope)
        elif isinstance(node, (nodes.And, nodes.Or)):
            self._test(node.left, scope)
            self._test(node.right, scope)
        elif isinstance(node, nodes.Compare):
            constant = node.ops[0].expr
            number = isinstance(constant, nodes.Const) and isinstance(constant.value, (int, float))
            self._use(node.expr, scope, "number" if number else "text", needed=False)
            for operand in node.ops:
                self._use(operand.expr, scope, "text", needed=False)
        else:
            self._use(node, scope, "text", needed=False)

    def _use(
        self, node: nodes.Node, scope: dict[str, Field | None], kind: FieldType, *, needed: bool
    ) -> Field | None:
        """Note how an expression uses names; give the field it names, if it is one."""
        found = self._named(node, scope)
        if found is not None:
            found.note(kind)
            if needed and not any(found is guarded for guarded in self._guarded):
                found.optional = False
            self._place(found, node.lineno)
            return found
        if isinstance(node, nodes.Filter) and node.node is not None:
            return self._filtered(node, scope, kind, needed=needed)
        if isinstance(node, nodes.BinExpr) and not isinstance(node, (nodes.And, nodes.Or)):
            self._use(node.left, scope, "number", needed=needed)
            self._use(node.right, scope, "number", needed=needed)
            return None
        if isinstance(node, nodes.CondExpr):
            self._test(node.test, scope)
            self._use(node.expr1, scope, kind, needed=False)
            if node.expr2 is not None:
                self._use(node.expr2, scope, kind, needed=False)
            return None
        for child in node.iter_child_nodes():
            self._use(child, scope, "text", needed=needed and not isinstance(node, nodes.Test))
        return None

    def _filtered(
        self, node: nodes.Filter, scope: dict[str, Field | None], kind: FieldType, *, needed: bool
    ) -> Field | None:
        name = node.name
        if name in _NUMBER_FILTERS:
            kind = "number"
        elif name == "中文日期":
            kind = "date"
        elif name in _LIST_FILTERS:
            kind = "list"
        elif name == "markdown":
            kind = "block"
        if name in {"default", "d", "手填"}:
            needed = False
        for argument in node.args:
            self._use(argument, scope, "text", needed=False)
        assert node.node is not None
        return self._use(node.node, scope, kind, needed=needed)

    def _named(self, node: nodes.Node, scope: dict[str, Field | None]) -> Field | None:
        if isinstance(node, nodes.Name):
            if node.name in scope:
                return scope[node.name]
            if node.name in self._environment.globals:
                return None
            return self._root.child(node.name)
        name: object = None
        if isinstance(node, nodes.Getattr):
            name = node.attr
        elif isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Const):
            name = node.arg.value
        if not isinstance(name, str):
            return None
        assert isinstance(node, (nodes.Getattr, nodes.Getitem))
        owner = self._named(node.node, scope)
        if owner is None:
            return None
        owner.optional = False
        if owner.type != "list":
            owner.note("group")
        return owner.child(name)

    def _place(self, found: Field, line: int) -> None:
        part = self._part
        site = part.sites[line - 1] if part is not None and line <= len(part.sites) else None
        if site is not None:
            place = str(site.tag.place)
            if place not in found.places:
                found.places.append(place)
