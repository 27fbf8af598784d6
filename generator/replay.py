"""A body that many renderings share: written once, and what it asked of the package done again.

A document without values of its own has the same body in every row of a batch. What the body does
to the file being made (numbering, pictures, bookmarks) is a list of calls with their results; the
next file gets the same calls, and when it answers the same, the text of the first one fits.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, cast

if TYPE_CHECKING:
    from collections.abc import Iterator

    from generator.body import BodyValue
    from generator.word.values import RenderPackage

_LONGEST: Final = 500_000  # what is longer is streamed, and never held as a whole


@dataclass(slots=True, frozen=True)
class _Call:
    """One call of a method of the package, and what it gave."""

    name: str
    args: tuple[Any, ...]
    options: dict[str, Any]
    result: object


class _Recorder:
    """A package that notes what is asked of it."""

    def __init__(self, package: RenderPackage) -> None:
        self._package = package
        self.calls: list[_Call] = []

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._package, name)
        if not callable(value):
            return value

        def noted(*args: Any, **options: Any) -> Any:
            result = value(*args, **options)
            self.calls.append(_Call(name, args, options, result))
            return result

        return noted


@dataclass(slots=True)
class SharedBody:
    """A `BodyValue` for many renderings with the same template."""

    body: BodyValue
    _calls: list[_Call] | None = None
    _text: str = ""
    _warnings: list[str] = field(default_factory=list)

    def to_wordml(self, package: RenderPackage) -> str:
        """The whole body."""
        return "".join(self.stream_wordml(package))

    def stream_wordml(self, package: RenderPackage) -> Iterator[str]:
        """The body, as it was written for an earlier file where that fits."""
        if self._calls is not None and self._done_again(self._calls, package):
            package.warnings.extend(self._warnings)
            yield self._text
            return
        recorder = _Recorder(package)
        before = len(package.warnings)
        pieces: list[str] = []
        size = 0
        for piece in self.body.stream_wordml(cast("RenderPackage", recorder)):
            size += len(piece)
            if size <= _LONGEST:
                pieces.append(piece)
            yield piece
        if size <= _LONGEST and self._calls is None:
            self._calls, self._text = recorder.calls, "".join(pieces)
            self._warnings = package.warnings[before:]

    @staticmethod
    def _done_again(calls: list[_Call], package: RenderPackage) -> bool:
        """Whether this package answers every call as the first one did."""
        return all(
            getattr(package, call.name)(*call.args, **call.options) == call.result for call in calls
        )
