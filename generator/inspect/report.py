"""The result of an inspection: every deviation with its place, what was found, what was wanted."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from pathlib import Path

    from generator.layout.model import Layout

Severity = Literal["error", "warning", "notice"]


@dataclass(frozen=True, slots=True)
class Deviation:
    """One point in which the file differs from the layout.

    Attributes:
        item: What was measured: 上边距, 正文字体, 页码, …
        place: Where: `第12段“…”`, `第1节`, `页脚`.
        found: The value in the file.
        wanted: The value of the layout.
        severity: How much it matters.
    """

    item: str
    place: str
    found: str
    wanted: str
    severity: Severity = "warning"

    def sentence(self) -> str:
        """The deviation for people."""
        return f"{self.place}：{self.item}为{self.found}，应为{self.wanted}。"


@dataclass(slots=True)
class Report:
    """What an inspection found."""

    path: Path
    layout: str
    deviations: list[Deviation] = field(default_factory=list)
    paragraphs: int = 0

    @property
    def ok(self) -> bool:
        """Whether the file keeps to the layout, notices aside."""
        return all(item.severity == "notice" for item in self.deviations)

    def to_json(self) -> dict[str, object]:
        """The report as plain data for `--json`."""
        return {
            "path": str(self.path),
            "layout": self.layout,
            "ok": self.ok,
            "paragraphs": self.paragraphs,
            "deviations": [asdict(item) for item in self.deviations],
        }


def inspect_document(path: Path, layout: Layout) -> Report:
    """Measure a Word file against a layout.

    Args:
        path: A .docx file.
        layout: What it should look like.

    Raises:
        InputError: The file does not open; it is never reported as being without problems.
    """
    from generator.inspect.checks import check  # noqa: PLC0415 - loaded where it is used
    from generator.inspect.reading import read_word_file  # noqa: PLC0415 - loaded where it is used

    found = read_word_file(path)
    return Report(path, layout.name, check(found, layout), len(found.paragraphs))
