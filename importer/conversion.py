"""Old formats into .docx through LibreOffice: few starts for many files, bad ones found out."""

from __future__ import annotations

import os
import shutil
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Final

from store.exceptions import EnvironmentRefused
from store.office import convert_watched

if TYPE_CHECKING:
    from collections.abc import Sequence

BATCH: Final = 60
SIDE_BY_SIDE: Final = 2
WORTH_ANOTHER: Final = 12
SECONDS_ALONE: Final = 20.0
_MOST_BARREN: Final = 3
_SUFFIXES: Final = frozenset({".doc", ".dot", ".wps", ".wpt", ".rtf", ".odt"})


class OfficeBroken(EnvironmentRefused):
    """LibreOffice 没有反应，或一启动就退出。"""

    def __init__(self) -> None:
        """Say what helps."""
        super().__init__(
            "LibreOffice 没有反应，或一启动就退出，旧格式的文件没有读取。",
            hint="请重新安装 LibreOffice，或用 Word、WPS 把文件另存为 .docx 后再导入。",
        )


def to_docx(paths: Sequence[Path], folder: Path, names: Sequence[str]) -> list[Path | None]:
    """Convert files; None for each that LibreOffice could not open.

    Args:
        paths: The files.
        folder: A folder of our own for copies and results.
        names: Their names, whose extensions tell LibreOffice what they are.

    Raises:
        OfficeAbsent: LibreOffice is not installed.
        OfficeBroken: It is, but converts nothing at all.
    """
    copies = _copies(paths, Path(tempfile.mkdtemp(dir=folder)), names)
    batches = _batches(copies)
    with ThreadPoolExecutor(min(SIDE_BY_SIDE, len(batches)) or 1) as pool:
        made: dict[Path, Path] = {}
        for found in pool.map(_convert, batches):
            made |= found
    for copy in copies:
        copy.unlink(missing_ok=True)
    return [made.get(copy) for copy in copies]


def _copies(paths: Sequence[Path], work: Path, names: Sequence[str]) -> list[Path]:
    """Copies with plain names and the extensions that fit the bytes."""
    found = []
    for number, (path, name) in enumerate(zip(paths, names, strict=True)):
        found.append(work / f"{number}{_suffix(path, name)}")
        shutil.copyfile(path, found[-1])
    return found


def _batches(copies: Sequence[Path]) -> list[Sequence[Path]]:
    """One start of LibreOffice each: as few as will do, two side by side where that pays."""
    processors = min(SIDE_BY_SIDE, os.cpu_count() or 1)
    parts = max(1, min(processors, len(copies) // WORTH_ANOTHER))
    size = min(BATCH, -(-len(copies) // parts)) or 1
    return [copies[start : start + size] for start in range(0, len(copies), size)]


def _convert(batch: Sequence[Path]) -> dict[Path, Path]:
    """Convert files; the one at which the program broke is left out, and the rest goes on.

    A first start that gives nothing is tried again, since it may only have been slow.
    """
    out = Path(tempfile.mkdtemp(dir=batch[0].parent))
    made: dict[Path, Path] = {}
    waiting = list(batch)
    barren = 0
    while waiting:
        done = convert_watched(
            waiting, "docx", out, SECONDS_ALONE * (len(waiting) + 1), idle=SECONDS_ALONE
        )
        made |= done.made
        if done.finished:
            break
        if not done.made:
            barren += 1
            if not made and barren == _MOST_BARREN and len(batch) > 1:
                raise OfficeBroken
        last = max((at for at, copy in enumerate(waiting) if copy in done.made), default=-1)
        retried = not done.made and barren == 1 and len(waiting) > 1
        waiting = waiting[last + (1 if retried else 2) :]
    return made


def _suffix(path: Path, name: str) -> str:
    """The extension that fits the bytes: an RTF named .doc is an RTF."""
    with path.open("rb") as handle:
        head = handle.read(8)
    if head.lstrip()[:5].lower() == b"{\\rtf":
        return ".rtf"
    suffix = f".{name.rpartition('.')[2].lower()}" if "." in name else ""
    return suffix if suffix in _SUFFIXES else ".doc"
