"""LibreOffice as a helper: found, started with a profile of its own, stopped when it hangs."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from store.exceptions import EnvironmentRefused

if TYPE_CHECKING:
    from collections.abc import Sequence

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
    program = find_office()
    if program is None:
        raise OfficeAbsent
    with tempfile.TemporaryDirectory(
        prefix="wenshu-office-", ignore_cleanup_errors=True
    ) as profile:
        command = [
            program, f"-env:UserInstallation={Path(profile).as_uri()}", "--headless", "--norestore",
            "--nolockcheck", "--nodefault", "--nofirststartwizard", "--convert-to", target,
            "--outdir", str(folder), *map(str, paths),
        ]  # fmt: skip
        _run(command, seconds)
    suffix = target.partition(":")[0]
    results = {path: folder / f"{path.stem}.{suffix}" for path in paths}
    return {path: made for path, made in results.items() if made.is_file() and made.stat().st_size}


def _run(command: Sequence[str], seconds: float) -> None:
    """Run the program until it ends or its time is over; a failure shows in what is missing."""
    try:
        process = subprocess.Popen(  # noqa: S603 - the program is the user's own LibreOffice
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            start_new_session=sys.platform != "win32", env=os.environ | {"SAL_USE_VCLPLUGIN": "svp"},  # noqa: E501
        )  # fmt: skip
    except OSError as error:
        raise OfficeAbsent from error
    try:
        process.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        stop(process)


def stop(process: subprocess.Popen[bytes]) -> None:
    """End a program and everything in its session."""
    if sys.platform != "win32":
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    process.kill()
    process.wait()
