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
    from collections.abc import Callable, Mapping, Sequence

_MAC: Final = "/Applications/LibreOffice.app/Contents/MacOS/soffice"
_WINDOWS: Final = r"LibreOffice\program\soffice.exe"
_PROGRAM_FOLDERS: Final = ("ProgramFiles", "ProgramFiles(x86)")
_WATCH: Final = 0.3
_COMPLAINT: Final = 400


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
    roots = [root for name in _PROGRAM_FOLDERS if (root := os.environ.get(name))]
    candidates = [
        named,
        *map(shutil.which, ("soffice", "libreoffice")),
        _MAC,
        *(str(Path(root) / _WINDOWS) for root in roots),
    ]
    return next((one for one in candidates if one and Path(one).is_file()), None)


@dataclass(slots=True, frozen=True)
class Ended:
    """How a program ended.

    Attributes:
        code: Its exit code; None where it was stopped because its time was over.
        complaint: The end of what it said.
    """

    code: int | None
    complaint: str = ""


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
    try:
        made, ended = start_office(program, paths, target, folder, seconds, idle=idle)
    except OSError as error:
        raise OfficeAbsent from error
    return Conversion(made, ended.code == 0)


def start_office(
    program: str,
    paths: Sequence[Path],
    target: str,
    folder: Path,
    seconds: float,
    *,
    idle: float | None = None,
    environment: Mapping[str, str] | None = None,
) -> tuple[dict[Path, Path], Ended]:
    """Start LibreOffice once, with a profile of its own, to convert files.

    Args:
        program: The program.
        paths: Files with different stems.
        target: What to make, as `--convert-to` takes it.
        folder: Where the results go.
        seconds: How long all of it may take.
        idle: How long one file may take; None for no limit.
        environment: Further variables.

    Returns:
        The result of each source that was converted, and how the program ended.

    Raises:
        OSError: It cannot be started.
    """
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
        ended = run_limited(
            command,
            seconds,
            idle=idle,
            count=lambda: sum(map(Path.is_file, results.values())),
            environment={"SAL_USE_VCLPLUGIN": "svp"} | dict(environment or {}),
        )
    made = {path: made for path, made in results.items() if made.is_file() and made.stat().st_size}
    return made, ended


def run_limited(
    command: Sequence[str],
    seconds: float,
    *,
    idle: float | None = None,
    count: Callable[[], int] = lambda: 0,
    environment: Mapping[str, str] | None = None,
) -> Ended:
    """Run a program until it ends or its time is over; what it started ends with it.

    Args:
        command: The program and its arguments.
        seconds: How long it may take.
        idle: How long it may go on without a result more; None for no limit.
        count: Counts the results.
        environment: Further variables.

    Raises:
        OSError: It cannot be started.
    """
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(  # noqa: S603 - a program found on this PC, no shell
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=said,
            start_new_session=sys.platform != "win32", env=os.environ | dict(environment or {}),
        )  # fmt: skip
        try:
            code = _watched(process, seconds, seconds if idle is None else idle, count)
        finally:
            if process.poll() is None:
                stop(process)
        said.seek(0)
        return Ended(code, said.read().decode("utf-8", "replace").strip()[-_COMPLAINT:])


def _watched(
    process: subprocess.Popen[bytes], seconds: float, idle: float, count: Callable[[], int]
) -> int | None:
    """Its exit code; None when its time is over."""
    began = moved = time.monotonic()
    results = 0
    while time.monotonic() < min(began + seconds, moved + idle):
        with contextlib.suppress(subprocess.TimeoutExpired):
            return process.wait(timeout=_WATCH)
        if (now := count()) != results:
            results, moved = now, time.monotonic()
    return None


def stop(process: subprocess.Popen[bytes]) -> None:
    """End a program and everything in its session."""
    if sys.platform != "win32":
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    process.kill()
    process.wait()
