"""Errors as pages and as JSON: the only place where HTTP statuses are given."""

from __future__ import annotations

import errno
import logging
from typing import TYPE_CHECKING, Final

from flask import Response, jsonify, redirect, render_template, request, url_for
from werkzeug.exceptions import HTTPException

from store.exceptions import (
    AmbiguousDocument,
    ConflictError,
    ContentError,
    DocumentNotFound,
    EnvironmentRefused,
    InputError,
    LockedDocument,
    NotFoundError,
    UsageError,
    WenshuError,
)
from store.files import reason
from web.refusals import (
    AccessDenied,
    BadUpload,
    ConditionMissing,
    ForgedRequest,
    LoginNeeded,
    NotJson,
    Outdated,
    TooManyTries,
)

if TYPE_CHECKING:
    from flask import Flask
    from werkzeug.wrappers import Response as AnyResponse

LOG: Final = logging.getLogger("wenshu.web")
_STATUSES: Final[tuple[tuple[type[WenshuError], int, str], ...]] = (
    (LoginNeeded, 401, "需要登录"),
    (AccessDenied, 403, "没有权限"),
    (ForgedRequest, 403, "没有执行"),
    (TooManyTries, 429, "请稍后再试"),
    (ConditionMissing, 428, "要写明改的是哪个文本"),
    (Outdated, 412, "已被别人改过"),
    (NotJson, 415, "格式不支持"),
    (NotFoundError, 404, "没有找到"),
    (AmbiguousDocument, 409, "不止一份"),
    (LockedDocument, 409, "已发布，不能直接修改"),
    (ConflictError, 409, "有冲突"),
    (BadUpload, 400, "文件不能使用"),
    (UsageError, 400, "填写有误"),
    (InputError, 422, "文件无法读取"),
    (ContentError, 422, "内容有错误"),
    (EnvironmentRefused, 503, "系统环境不允许"),
)
_HTTP: Final = {
    400: ("请求有误", "浏览器发来的内容不完整或无法识别。", "请返回上一页重试。"),
    404: ("没有这个页面", "网址可能写错了，或者页面已经移走。", "可以从首页检索。"),
    405: ("不能这样访问", "这个网址不接受这种操作。", "请从页面上的按钮进入。"),
    413: (
        "内容过大",
        "上传的文件或提交的内容超过了上限。",
        "请减小文件，或联系系统管理员调整上限。",
    ),
    415: ("格式不支持", "提交的内容格式不支持。", ""),
    500: ("程序内部出错", "文件没有改动。", "请重试；仍然出错请把时间告诉系统管理员。"),
}


def set_up(app: Flask) -> None:
    """Answer every error with a sentence."""
    app.register_error_handler(WenshuError, _known)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(OSError, _system)
    app.register_error_handler(Exception, _unknown)


def status_of(error: WenshuError) -> tuple[int, str]:
    """The HTTP status and the heading of an error by its class."""
    for kind, status, title in _STATUSES:
        if isinstance(error, kind):
            return status, title
    return 422, "不能完成"


def _known(error: WenshuError) -> tuple[Response, int] | AnyResponse:
    status, title = status_of(error)
    if isinstance(error, LoginNeeded) and not _wants_json() and request.method == "GET":
        target = request.full_path.rstrip("?")
        return redirect(url_for("account.login", next=target if target != "/" else None))
    hint = error.hint
    near: list[str] = []
    if isinstance(error, DocumentNotFound):
        near, hint = error.near, "" if error.near else "可以从首页检索，或在资料目录中查找。"
    return _answer(status, title, error.message, _for_page(hint), near)


def _for_page(hint: str) -> str:
    """Hints of the core speak of commands; a page keeps only what a page's reader can do."""
    return "" if "wenshu " in hint and "--" not in hint and not _wants_json() else hint


def _http(error: HTTPException) -> tuple[Response, int] | AnyResponse:
    status = error.code or 500
    if status < 400:
        return error.get_response()
    title, message, hint = _HTTP.get(status, _HTTP[400 if status < 500 else 500])
    answer = _answer(status, title, message, hint)
    if isinstance(answer, tuple) and (allowed := dict(error.get_headers()).get("Allow")):
        answer[0].headers["Allow"] = allowed
    return answer


def _system(error: OSError) -> tuple[Response, int]:
    LOG.error("system error at %s", request.path, exc_info=error)
    status = 507 if error.errno == errno.ENOSPC else 503
    return _answer(status, "系统环境不允许", f"{reason(error)}。", "请告诉系统管理员。")


def _unknown(error: Exception) -> tuple[Response, int]:
    LOG.error("unexpected error at %s", request.path, exc_info=error)
    return _answer(500, *_HTTP[500])


def _wants_json() -> bool:
    return request.path.startswith("/api/")


def _answer(
    status: int, title: str, message: str, hint: str, near: list[str] | None = None
) -> tuple[Response, int]:
    if _wants_json():
        body = {
            "error": {"status": status, "title": title, "message": message, "hint": hint or None}
        }
        return jsonify(body), status
    page = render_template(
        "error.html", status=status, title=title, message=message, hint=hint, near=near or []
    )
    return Response(page, mimetype="text/html"), status
