"""What can go wrong with a search, as sentences a user can act on."""

from __future__ import annotations

from store.exceptions import EnvironmentRefused, UsageError


class QueryError(UsageError):
    """查询语句无法理解。"""


class UnknownField(QueryError):
    """查询中没有这个字段。"""

    def __init__(self, name: str, known: list[str]) -> None:
        """Name the field and those that exist."""
        super().__init__(
            f"查询中没有“{name}”这个字段。",
            hint="可用的字段：" + "、".join(known) + "。若冒号是正文的一部分，请给这段文字加引号。",
        )
        self.name = name


class IndexBusy(EnvironmentRefused):
    """另一个程序正在更新索引，请稍后再试。"""


class IndexNotWritable(EnvironmentRefused):
    """索引文件夹无法写入。"""

    def __init__(self, path: str, reason: str = "") -> None:
        """Name the folder."""
        super().__init__(
            f"索引文件夹无法写入：{path}{'（' + reason + '）' if reason else ''}",
            hint="请检查磁盘空间和文件夹权限。",
        )
