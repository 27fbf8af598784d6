"""Files that are handed in: their types, and a place for the time that they are read."""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from web.refusals import BadUpload

if TYPE_CHECKING:
    from collections.abc import Iterator

    from werkzeug.datastructures import FileStorage

SHEETS: Final = frozenset({".xlsx", ".xls", ".csv"})
WORD: Final = frozenset({".docx"})
XLSX_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DOCX_TYPE: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def suffix_of(upload: FileStorage | None, allowed: frozenset[str], what: str) -> str:
    """The ending of an upload's name.

    Raises:
        BadUpload: There is no file, or it is of another type.
    """
    name = (upload.filename or "") if upload is not None else ""
    suffix = Path(name.replace("\\", "/")).suffix.lower()
    if suffix not in allowed:
        known = "、".join(sorted(one[1:] for one in allowed))
        raise BadUpload(f"请选择{what}。", hint=f"可用的类型：{known}。")
    return suffix


@contextmanager
def on_disk(data: bytes, suffix: str, name: str = "table") -> Iterator[Path]:
    """A file with these bytes while the block runs; nothing of it is kept."""
    with tempfile.TemporaryDirectory(prefix="wenshu-upload-") as folder:
        path = Path(folder) / f"{name}{suffix}"
        path.write_bytes(data)
        yield path
