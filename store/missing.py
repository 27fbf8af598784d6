"""What a template wants and nobody gave: gathered during a rendering, told all together.

A `Session` is open while something is rendered. `MissingValue` is what Jinja puts in the place of
an absent name: it is false, compares as unequal, lets attributes and arithmetic pass through, and
reports itself only where it would print or be looped over.
"""

from __future__ import annotations

import difflib
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from jinja2 import Undefined
from jinja2.exceptions import SecurityError
from jinja2.utils import missing

from store.exceptions import MissingNamesError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_MAX_NEAR: Final = 3


@dataclass(frozen=True, slots=True)
class MissingName:
    """One name that was wanted where it would print.

    Attributes:
        name: The name as the template writes it (``部门.名称``).
        near: Names that exist and look alike, best first.
        places: Where it is wanted, in words, when the front end knows.
    """

    name: str
    near: tuple[str, ...] = ()
    places: tuple[str, ...] = ()

    def __str__(self) -> str:
        text = f"“{self.name}”"
        if self.places:
            text += "（" + "；".join(self.places[:3]) + "）"
        if self.near:
            text += "，是不是" + "或".join(f"“{name}”" for name in self.near) + "？"
        return text


class MissingNames(MissingNamesError):
    """缺少要填写的内容。"""

    def __init__(self, names: Iterable[MissingName]) -> None:
        """Tell all names in one sentence."""
        self.names = tuple(names)
        listed = "；".join(str(name) for name in self.names)
        super().__init__(
            f"缺少 {len(self.names)} 项要填写的内容：{listed}" + "。" * (not listed.endswith("？")),
            hint="请补上；允许为空的，在模板中写 {{ 名称|default('') }} 或 {{ 名称|手填(8) }}。",
        )


@dataclass(slots=True)
class Session:
    """The notes of one rendering: missing names, warnings, and whether blanks are wanted.

    Attributes:
        known: The names of the context, from which near names are proposed.
        blank: Whether the form is printed empty, so that each ``手填`` is a blank.
    """

    known: tuple[str, ...] = ()
    blank: bool = False
    warnings: list[str] = field(default_factory=list)
    _missing: dict[str, tuple[tuple[str, ...], dict[str, None]]] = field(default_factory=dict)

    def report(self, name: str, owner: object = None, place: str = "") -> None:
        """Note a missing name; `owner` is the object that lacks it, `place` where it is wanted."""
        _near, places = self._missing.setdefault(name, (self._near(name, owner), {}))
        if place:
            places[place] = None

    def _near(self, name: str, owner: object) -> tuple[str, ...]:
        if owner is None:
            return near_names(name.partition(".")[0], self.known)
        keys = owner if isinstance(owner, dict) else (key for key in dir(owner) if key[0] != "_")
        return near_names(name.rpartition(".")[2], [str(key) for key in keys])

    @property
    def missing(self) -> list[MissingName]:
        """All names reported so far, in the order of their first appearance."""
        return [
            MissingName(name, near, tuple(places)) for name, (near, places) in self._missing.items()
        ]

    def raise_missing(self) -> None:
        """Raise `MissingNames` if anything was reported."""
        if self._missing:
            raise MissingNames(self.missing)


_SESSION: ContextVar[Session | None] = ContextVar("wenshu_render_session", default=None)


def current_session() -> Session | None:
    """The session of the rendering under way, if there is one."""
    return _SESSION.get()


@contextmanager
def open_session(context: Mapping[str, object], *, blank: bool = False) -> Iterator[Session]:
    """Open a session for one rendering; a rendering inside another has its own."""
    session = Session(known=tuple(map(str, context)), blank=blank)
    token = _SESSION.set(session)
    try:
        yield session
    finally:
        _SESSION.reset(token)


def near_names(name: str, candidates: Iterable[str]) -> tuple[str, ...]:
    """The existing names that look most like `name`, best first, at most three."""
    pool = [candidate for candidate in candidates if candidate != name][:2000]
    folded = name.casefold().replace("_", "").replace(" ", "")
    same = [c for c in pool if c.casefold().replace("_", "").replace(" ", "") == folded]
    inside = [c for c in pool if len(folded) > 1 and (name in c or (len(c) > 1 and c in name))]
    close = difflib.get_close_matches(name, pool, n=_MAX_NEAR, cutoff=0.5)
    return tuple(dict.fromkeys(same + close + inside))[:_MAX_NEAR]


class LenientValue(Undefined):
    """An absent name that prints nothing, whatever is asked of it."""

    __slots__ = ()

    def _check(self) -> None:
        if self._undefined_exception is SecurityError:
            self._fail_with_undefined_error()

    def _seen(self) -> None:
        """Note that the value was wanted; the lenient one does not mind."""
        self._check()

    def __str__(self) -> str:
        self._seen()
        return ""

    def __html__(self) -> str:
        return str(self)

    def __iter__(self) -> Iterator[object]:
        self._seen()
        return iter(())

    def __getattr__(self, name: str) -> LenientValue:
        if name[:2] == "__":
            raise AttributeError(name)
        self._check()
        owner = self._undefined_name
        return type(self)(name=f"{owner}.{name}" if owner else name)

    def __getitem__(self, key: object) -> LenientValue:  # type: ignore[override]
        self._check()
        return type(self)(name=f"{self._undefined_name}[{key!r}]")

    def _pass(self, *_args: object, **_kwargs: object) -> LenientValue:
        self._check()
        return self

    def _false(self, _other: object) -> bool:
        return False

    # Jinja declares these as never returning; here they do.
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = _pass  # type: ignore[assignment]
    __truediv__ = __rtruediv__ = __floordiv__ = __rfloordiv__ = _pass  # type: ignore[assignment]
    __mod__ = __rmod__ = __pow__ = __rpow__ = __pos__ = __neg__ = __call__ = _pass  # type: ignore[assignment]
    __lt__ = __le__ = __gt__ = __ge__ = __contains__ = _false  # type: ignore[assignment]
    __hash__ = Undefined.__hash__


class MissingValue(LenientValue):
    """An absent name that reports itself to the session where it would print."""

    __slots__ = ()

    def _seen(self) -> None:
        self._check()
        self.report()

    def report(self, place: str = "") -> None:
        """Tell the session that this name was wanted here."""
        self._check()
        session = current_session()
        if session is not None and self._undefined_name is not None:
            owner = self._undefined_obj
            named = owner is not missing and (isinstance(owner, dict) or hasattr(owner, "__dict__"))
            known = owner if named else None
            session.report(str(self._undefined_name), known, place)
