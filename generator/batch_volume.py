"""A batch as one zip or one booklet: the parts lie hidden beside it until it is complete.

A volume is written when every row was tried. Where rows failed, it holds the others and says so;
its parts are kept, so that the next run makes what is missing and writes the volume anew.
"""

from __future__ import annotations

import shutil
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from generator.batch_binding import bind_booklet, bind_zip
from store import files
from store.exceptions import EnvironmentRefused

if TYPE_CHECKING:
    from pathlib import Path

    from generator.batch import BatchResult

_MARK: Final = ".wenshu-volume"
_LONGEST: Final = 200


class Volume:
    """The one file that a batch gives.

    Args:
        target: A .zip or .docx.
        overwrite: Replace a file that is in the way.

    Attributes:
        folder: Where the parts are made.
    """

    def __init__(self, target: Path, *, overwrite: bool = False) -> None:
        self._target = target
        self._overwrite = overwrite
        name = target.name.encode()[:_LONGEST].decode(errors="ignore")
        self.folder = target.parent / f".{name}.parts"

    def refuse_existing(self) -> None:
        """Refuse a file that is in the way, before anything is rendered.

        Raises:
            EnvironmentRefused: The file is there, and is not our own incomplete one.
        """
        if self._target.exists() and not self._overwrite and not self._is_ours():
            raise EnvironmentRefused(
                f"“{self._target.name}”已经存在，没有覆盖。",
                hint="请换一个文件名，或加 --overwrite。",
            )

    def _is_ours(self) -> bool:
        """Whether the file is an incomplete volume just as an earlier run wrote it."""
        try:
            known = (self.folder / _MARK).read_text(encoding="utf-8")
            return files.digest(self._target.read_bytes()) == known
        except OSError:
            return False

    def bind(self, result: BatchResult) -> None:
        """Write the volume of what was made; the result's outputs become the volume.

        Raises:
            EnvironmentRefused: It cannot be written.
            InputError: There are too many files.
        """
        self.refuse_existing()
        missing = [failure.message for failure in result.failed]
        if result.outputs:
            if self._target.suffix.lower() == ".zip":
                bind_zip(result.outputs, self._target, missing=missing, overwrite=True)
            else:
                bind_booklet(
                    result.outputs,
                    self._target,
                    pages=result.pages,
                    missing=missing,
                    overwrite=True,
                )
            result.outputs = [self._target]
        if not missing:
            shutil.rmtree(self.folder, ignore_errors=True)
        elif result.outputs:
            with suppress(EnvironmentRefused):
                digest = files.digest(self._target.read_bytes())
                files.write_atomic(self.folder / _MARK, digest.encode())
