"""The fonts of this computer."""

from __future__ import annotations

import re
import shutil
import subprocess
from functools import lru_cache
from typing import Final

_FC_LIST: Final = 20

# What Windows, Word, WPS and Chinese offices bring: these are never told as unknown.
KNOWN_FONTS: Final = frozenset({
    "宋体", "新宋体", "黑体", "楷体", "仿宋", "楷体_GB2312", "仿宋_GB2312", "微软雅黑", "等线",
    "隶书", "幼圆", "华文宋体", "华文中宋", "华文仿宋", "华文楷体", "华文细黑", "华文黑体",
    "华文行楷", "华文新魏", "华文隶书", "方正小标宋简体", "方正小标宋_GBK", "方正仿宋_GBK",
    "方正仿宋简体", "方正楷体_GBK", "方正楷体简体", "方正黑体_GBK", "方正黑体简体",
    "方正书宋_GBK", "方正书宋简体", "方正大标宋简体", "方正姚体", "方正舒体", "思源宋体",
    "思源黑体", "苹方", "SimSun", "NSimSun", "SimHei", "KaiTi", "FangSong", "Arial", "Calibri",
    "Cambria", "Georgia", "Tahoma", "Verdana", "Consolas", "Times New Roman", "Courier New",
    "Microsoft YaHei", "Source Han Serif SC", "Source Han Sans SC", "Noto Serif CJK SC",
    "Noto Sans CJK SC", "Segoe UI",
})  # fmt: skip


@lru_cache(maxsize=1)
def installed_fonts() -> frozenset[str] | None:
    """The families this computer has, in lower case; None where that cannot be told."""
    program = shutil.which("fc-list")
    if program is None:
        return None
    try:
        done = subprocess.run(  # noqa: S603 (a fixed command)
            [program, ":", "family"],
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=_FC_LIST,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    names = re.split(r"[,\n]", done.stdout)
    return frozenset(name.strip().lower() for name in names if name.strip())
