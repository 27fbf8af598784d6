"""The errors a user can cause, one class a situation, each with a Chinese sentence.

The tree::

    WenshuError
      UsageError               the request itself is wrong                       (exit code 2)
        NotFoundError          no such document, kind, template, version
          DocumentNotFound
          KindNotFound
        AmbiguousDocument
        InvalidValue           a value that cannot be read: a date, a number, a status
      InputError               a file that cannot be read as what it should be   (exit code 2)
        FrontMatterError
        TemplateSyntax         a Jinja text with an error
      ContentError             the content has errors                            (exit code 1)
        MissingNamesError      names that are wanted where they would print
        LockedDocument         a published text is changed by a revision only
        ConflictError          somebody else saved the document in between
      EnvironmentRefused       disk full, rights, a lock, a program that is absent (exit code 3)

Content problems that do not stop the work are values instead (`store.problems.Problem`).
Exit codes and HTTP statuses are given at the edge (``cli``, ``web``) by class.
"""

from __future__ import annotations


class WenshuError(Exception):
    """Base of all errors whose text is meant for a user."""

    def __init__(self, message: str = "", *, hint: str = "") -> None:
        """Keep the sentence and, where there is one, how to mend it."""
        super().__init__(message or (self.__doc__ or "").strip())
        self.hint = hint

    @property
    def message(self) -> str:
        """The sentence without the hint."""
        return str(self.args[0])


class UsageError(WenshuError):
    """用法有误。"""


class NotFoundError(UsageError):
    """找不到所要的内容。"""


class DocumentNotFound(NotFoundError):
    """没有这份文档。"""

    def __init__(self, wanted: str, near: list[str] | None = None) -> None:
        """Name what was wanted and the nearest ids."""
        hint = "您要找的是不是：" + "、".join(near) if near else "用 wenshu list 查看全部文档。"
        super().__init__(f"没有找到文档“{wanted}”。", hint=hint)
        self.wanted = wanted
        self.near = near or []


class KindNotFound(NotFoundError):
    """没有这个类别。"""

    def __init__(self, wanted: str, near: list[str] | None = None) -> None:
        """Name what was wanted and the nearest kinds."""
        hint = "可用的类别：" + "、".join(near or [])
        super().__init__(f"没有“{wanted}”这个类别。", hint=hint)
        self.wanted = wanted
        self.near = near or []


class AmbiguousDocument(UsageError):
    """不止一份文档符合。"""

    def __init__(self, wanted: str, candidates: list[str]) -> None:
        """Name all that fit."""
        super().__init__(
            f"“{wanted}”对应 {len(candidates)} 份文档。",
            hint="请写明是哪一份：" + "、".join(candidates[:8]),
        )
        self.candidates = candidates


class WorkspaceNotFound(NotFoundError):
    """没有找到资料库。"""

    def __init__(self, start: str) -> None:
        """Name where the search began."""
        super().__init__(
            f"从“{start}”往上没有找到资料库（含 kb 文件夹的目录）。",
            hint="用 wenshu init 目录名 新建一个，或用 --workspace 指明位置。",
        )


class InvalidValue(UsageError, ValueError):
    """给出的值无法识别。"""


class InputError(WenshuError):
    """文件无法读取。"""

    def __init__(self, message: str = "", *, hint: str = "", path: str = "", line: int = 0) -> None:
        """Keep the file and the line where they are known."""
        super().__init__(message, hint=hint)
        self.path = path
        self.line = line


class FrontMatterError(InputError):
    """文件开头的信息表无法识别。"""


class TemplateSyntax(InputError):
    """正文中的模板语句有误。"""


class ContentError(WenshuError):
    """内容有错误。"""


class MissingNamesError(ContentError):
    """缺少要填写的内容。"""


class LockedDocument(ContentError):
    """已发布的文档不能直接修改。"""


class ConflictError(ContentError):
    """文档在此期间已被别人保存。"""


class EnvironmentRefused(WenshuError):
    """系统环境不允许。"""
