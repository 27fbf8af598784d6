"""Where the starter library lies: in the wheel, or in the checkout of an editable install."""

from __future__ import annotations

from functools import cache
from pathlib import Path


@cache
def starter_folder() -> Path:
    """The folder that holds the starter's `kb` and `templates`."""
    packaged = Path(__file__).parent / "_starter"
    return packaged if packaged.is_dir() else Path(__file__).parent.parent
