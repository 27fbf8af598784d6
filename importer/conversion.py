"""Old formats into .docx through LibreOffice: one start for many files, bad ones found out alone."""  # noqa: E501

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from store.office import convert

if TYPE_CHECKING:
    from collections.abc import Sequence

BATCH: Final = 60
SECONDS_FIRST: Final = 20.0
SECONDS_EACH: Final = 2.0
SECONDS_ALONE: Final = 20.0
_SUFFIXES: Final = frozenset({".doc", ".dot", ".wps", ".wpt", ".rtf", ".odt"})


def to_docx(paths: Sequence[Path], folder: Path, names: Sequence[str]) -> list[Path | None]:
    """Convert files; None for each that LibreOffice could not open.

    Args:
        paths: The files.
        folder: A folder of our own for copies and results.
        names: Their names, whose extensions tell LibreOffice what they are.

    Raises:
        OfficeAbsent: LibreOffice is not installed.
    """
    results: list[Path | None] = []
    for start in range(0, len(paths), BATCH):
        results += _batch(paths[start : start + BATCH], folder, names[start : start + BATCH])
    return results


def _batch(paths: Sequence[Path], folder: Path, names: Sequence[str]) -> list[Path | None]:
    work = Path(tempfile.mkdtemp(dir=folder))
    copies = []
    for number, (path, name) in enumerate(zip(paths, names, strict=True)):
        suffix = _suffix(path, name)
        copies.append(work / f"{number}{suffix}")
        shutil.copyfile(path, copies[-1])
    out = work / "out"
    out.mkdir()
    made = _convert(copies, out)
    for copy in copies:
        copy.unlink(missing_ok=True)
    return [made.get(copy) for copy in copies]


def _convert(copies: Sequence[Path], out: Path) -> dict[Path, Path]:
    """Convert files; the first that is missing is what stopped the rest, which go on without it."""
    made: dict[Path, Path] = {}
    waiting = list(copies)
    while waiting:
        alone = len(waiting) == 1
        seconds = SECONDS_ALONE if alone else SECONDS_FIRST + SECONDS_EACH * len(waiting)
        found = convert(waiting, "docx", out, seconds)
        made |= found
        missing = [copy for copy in waiting if copy not in found]
        if not missing or alone:
            break
        made |= convert(missing[:1], "docx", out, SECONDS_ALONE)
        waiting = missing[1:]
    return made


def _suffix(path: Path, name: str) -> str:
    """The extension that fits the bytes: an RTF named .doc is an RTF."""
    with path.open("rb") as handle:
        head = handle.read(8)
    if head.lstrip()[:5].lower() == b"{\\rtf":
        return ".rtf"
    suffix = f".{name.rpartition('.')[2].lower()}" if "." in name else ""
    return suffix if suffix in _SUFFIXES else ".doc"
