"""What can go wrong with a search, as sentences a user can act on.

The tree::

    UsageError
      QueryError               the query cannot be understood        (exit code 2)
        UnknownFieldError      it filters by a field that does not exist
    EnvironmentRefused
      IndexBusyError           another program writes the index      (exit code 3)
      IndexNotWritableError    the folder of the index cannot be written
"""

from __future__ import annotations

from store.exceptions import EnvironmentRefused, UsageError


class QueryError(UsageError):
    """A query that cannot be understood."""


class UnknownFieldError(QueryError):
    """A query filters by a field that does not exist."""

    def __init__(self, name: str, known: list[str]) -> None:
        """Name the field and those that exist."""
        super().__init__(
            f"查询中没有“{name}”这个字段。",
            hint="可用的字段：" + "、".join(known) + "。若冒号是正文的一部分，请给这段文字加引号。",
        )
        self.name = name


class IndexBusyError(EnvironmentRefused):
    """Another program writes the index, for too long."""

    def __init__(self) -> None:
        """Say so."""
        super().__init__("另一个程序正在更新索引。", hint="请等它完成后再试。")


class IndexNotWritableError(EnvironmentRefused):
    """The folder of the index cannot be written."""

    def __init__(self, path: str, reason: str = "") -> None:
        """Name the folder and the reason."""
        detail = f"（{reason}）" if reason else ""
        super().__init__(f"索引文件夹无法写入：{path}{detail}", hint="请检查磁盘空间和文件夹权限。")
