"""New workspaces and new documents."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from store import frontmatter
from store.dates import parse_period
from store.exceptions import EnvironmentRefused, InvalidValue, UsageError
from store.files import reason, write_atomic
from store.history import save
from store.settings import FILE_NAME
from store.starter import starter_folder

if TYPE_CHECKING:
    from pathlib import Path

    from store.kinds import Kind
    from store.workspace import Workspace

SETTINGS_TEXT = """\
# 文枢资料库设置。改好保存即可，不必重启。

[公司]
# 正文和 Word 模板里写 {{ 公司.名称 }}、{{ 公司.投诉电话 }} 等即可引用。
名称 = "示例公司"
简称 = "本公司"
投诉电话 = "0000-1234567"
地址 = "示例市示例路 1 号"

# [版式] 下可以改字体、页边距等，见 README.zh-CN.md。
"""


def init_workspace(target: Path) -> int:
    """Copy the starter library into a new folder; gives the number of documents.

    Raises:
        UsageError: The folder holds something already.
        EnvironmentRefused: It cannot be written.
    """
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise UsageError(f"“{target}”已有内容，没有改动。", hint="请给出一个新的或空的目录。")
    source = starter_folder()
    ignore = shutil.ignore_patterns("__pycache__", ".*", "~$*")
    try:
        target.mkdir(parents=True, exist_ok=True)
        for name in ("kb", "templates"):
            shutil.copytree(source / name, target / name, ignore=ignore, dirs_exist_ok=True)
    except (OSError, shutil.Error) as error:
        detail = reason(error) if isinstance(error, OSError) and error.errno else str(error)
        raise EnvironmentRefused(f"无法建立“{target}”：{detail}。") from error
    write_atomic(target / FILE_NAME, SETTINGS_TEXT.encode("utf-8"))
    return sum(1 for _ in (target / "kb").rglob("*.md"))


def new_document(
    workspace: Workspace,
    kind_name: str,
    title: str,
    *,
    department: str = "",
    period: str = "",
    subject: str = "",
) -> str:
    """Write a new document from its kind's outline; gives its id.

    A summary whose period is given gets last year's plans to answer and last year's figures.

    Raises:
        KindNotFound: There is no such kind.
        InvalidValue: The title is no file name, or the period is none.
        ConflictError: A document of this name is there already.
    """
    kind = workspace.kind(kind_name)
    title = title.strip()
    summary = None
    if kind.slug == "year-end-summary" and period:
        from store.summary import summary_outline  # noqa: PLC0415 - summaries only

        summary = summary_outline(
            workspace, title=title, department=department, period=_period(period), subject=subject
        )
        title = summary.title
    if not title:
        raise InvalidValue("题目不能为空。")
    values: dict[str, object] = {"标题": title, "类别": kind.name}
    if department:
        values["部门"] = department
    if period:
        values["期间"] = _period(period)
    for key in (*kind.required_fields, *kind.usual_fields):
        values.setdefault(key, "")
    if kind.life_cycle:
        values["版本"] = values.get("版本") or "1.0"
        values["状态"] = "草案"
    else:
        values["状态"] = "草稿"
    document_id = f"{kind.name}/{title}"
    if summary is not None:
        values |= summary.values
    outline = _outline(kind) if summary is None else summary.body
    text = f"{frontmatter.dump(values)}\n{outline}"
    save(workspace, document_id, text, expected=None, action="新建")
    workspace.refresh()
    if summary is not None:
        data = workspace.entry(document_id).path.parent / summary.data_name
        if not data.exists():
            write_atomic(data, summary.data_text.encode())
    return document_id


def _period(text: str) -> str:
    try:
        return str(parse_period(text))
    except ValueError as error:
        raise InvalidValue(
            f"期间“{text}”无法识别。",
            hint="请写成 2024年、2024年上半年、2024年第三季度 或 2024年11月。",
        ) from error


def _outline(kind: Kind) -> str:
    path = kind.find("outline.md")
    if path is None:
        return "## 正文\n\n〔请在此编写〕\n"
    return path.read_text(encoding="utf-8-sig").lstrip("\n")
