"""LibreOffice as a helper: found, started with a profile of its own, stopped when it hangs."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from store.exceptions import EnvironmentRefused

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_WATCH: Final = 0.3
_PLACES: Final = (
    "/Applications/LibreOffice.app/Contents/MacOS/soffice",
    r"C:\Program Files\LibreOffice\program\soffice.exe",
    r"C:\Program Files (x86)\LibreOffice\program\soffice.exe",
)


class OfficeAbsent(EnvironmentRefused):
    """没有找到 LibreOffice。"""

    def __init__(self) -> None:
        """Say what it is needed for."""
        super().__init__(
            "没有找到 LibreOffice，.doc、.wps、.rtf、.odt 文件无法读取。",
            hint="请安装 LibreOffice（免费），或用 Word、WPS 把这些文件另存为 .docx 后再导入。",
        )


def find_office() -> str | None:
    """The program: what WENSHU_SOFFICE names, else on the path, else in the usual places."""
    named = os.environ.get("WENSHU_SOFFICE")
    candidates = [named] if named else []
    candidates += [found for name in ("soffice", "libreoffice") if (found := shutil.which(name))]
    return next((one for one in [*candidates, *_PLACES] if one and Path(one).is_file()), None)


@dataclass(slots=True, frozen=True)
class Conversion:
    """What a start of LibreOffice made, source by source.

    `finished` says that the program ended by itself: what is missing then is unreadable. Else the
    first source that is missing behind the last result is what it broke at.
    """

    made: dict[Path, Path]
    finished: bool


def convert(paths: Sequence[Path], target: str, folder: Path, seconds: float) -> dict[Path, Path]:
    """Convert many files in one start.

    Args:
        paths: Files with different stems.
        target: What to make, such as `docx`.
        folder: Where the results go, each with the stem of its source.
        seconds: How long all of it may take; the program and what it started end then.

    Returns:
        The result of each source that was converted; the others failed.

    Raises:
        OfficeAbsent: LibreOffice is not installed.
    """
    return convert_watched(paths, target, folder, seconds, idle=seconds).made


def convert_watched(
    paths: Sequence[Path], target: str, folder: Path, seconds: float, *, idle: float
) -> Conversion:
    """Convert many files in one start, which ends when no further result comes for a while.

    Args:
        paths: Files with different stems.
        target: What to make, such as `docx`.
        folder: Where the results go, each with the stem of its source.
        seconds: How long all of it may take.
        idle: How long one file may take.

    Raises:
        OfficeAbsent: LibreOffice is not installed.
    """
    program = find_office()
    if program is None:
        raise OfficeAbsent
    suffix = target.partition(":")[0]
    results = {path: folder / f"{path.stem}.{suffix}" for path in paths}
    with tempfile.TemporaryDirectory(
        prefix="wenshu-office-", ignore_cleanup_errors=True
    ) as profile:
        command = [
            program, f"-env:UserInstallation={Path(profile).as_uri()}", "--headless", "--norestore",
            "--nolockcheck", "--nodefault", "--nofirststartwizard", "--convert-to", target,
            "--outdir", str(folder), *map(str, paths),
        ]  # fmt: skip
        finished = _run(command, seconds, idle, lambda: sum(map(Path.is_file, results.values())))
    made = {path: made for path, made in results.items() if made.is_file() and made.stat().st_size}
    return Conversion(made, finished)


def _run(command: Sequence[str], seconds: float, idle: float, count: Callable[[], int]) -> bool:
    """Run the program until it ends, or its time is over; whether it ended by itself and well."""
    try:
        process = subprocess.Popen(  # noqa: S603 - the program is the user's own LibreOffice
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            start_new_session=sys.platform != "win32", env=os.environ | {"SAL_USE_VCLPLUGIN": "svp"},  # noqa: E501
        )  # fmt: skip
    except OSError as error:
        raise OfficeAbsent from error
    began = moved = time.monotonic()
    results = 0
    try:
        while time.monotonic() < min(began + seconds, moved + idle):
            with contextlib.suppress(subprocess.TimeoutExpired):
                return process.wait(timeout=_WATCH) == 0
            if (now := count()) != results:
                results, moved = now, time.monotonic()
        return False
    finally:
        if process.poll() is None:
            stop(process)


def stop(process: subprocess.Popen[bytes]) -> None:
    """End a program and everything in its session."""
    if sys.platform != "win32":
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    process.kill()
    process.wait()
