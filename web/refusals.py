"""What the page refuses, one class a situation; HTTP statuses are given in `web.errors`."""

from __future__ import annotations

from store.exceptions import UsageError, WenshuError


class AccessDenied(WenshuError):
    """您的账号没有这项权限。"""


class LoginNeeded(WenshuError):
    """请先登录。"""


class LoginRefused(AccessDenied):
    """统一登录没有成功。"""


class TooManyTries(WenshuError):
    """尝试次数过多。"""

    def __init__(self, seconds: int) -> None:
        """Say how long to wait."""
        minutes = max(1, -(-seconds // 60))
        super().__init__(
            "登录尝试次数过多，已暂时停用。",
            hint=f"请在 {minutes} 分钟后再试；忘记口令请联系系统管理员重设。",
        )
        self.seconds = seconds


class ForgedRequest(WenshuError):
    """页面已过期或请求不是从本页面发出的，没有执行。"""


class WrongHost(UsageError):
    """不能用这个网址访问。"""


class BadUpload(UsageError):
    """上传的文件不能使用。"""


class ConditionMissing(UsageError):
    """修改要写明改的是哪一个文本（If-Match）。"""


class Outdated(WenshuError):
    """您读取以后，这份文档已被别人改过，没有写入。"""


class NotJson(UsageError):
    """这里要的是 JSON。"""
