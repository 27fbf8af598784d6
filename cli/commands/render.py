"""`wenshu render`."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli.common import complete_ids, json_option, open_workspace, workspace_option
from cli.output import echo_warning, emit, print_json

if TYPE_CHECKING:
    from collections.abc import Iterable

_UNSAFE = re.compile(r'[<>:"/\\|?*\x00-\x1f]')


@click.command(
    "render",
    help="生成一份文档的 Word 文件。不给 -o 时存为当前目录下的“题目.docx”，已有同名文件则不覆盖。",
)
@click.argument("wanted", metavar="ID", shell_complete=complete_ids)
@click.option(
    "-o",
    "--output",
    metavar="文件",
    help="输出的 .docx；给出时会覆盖同名文件，没有的文件夹会新建。",
)
@click.option(
    "--template",
    metavar="模板",
    help="改用另一个 Word 模板：名称（如 签收表、公文）或 .docx 路径。",
)
@click.option(
    "--data", "data", multiple=True, metavar="文件", help="另外的指标数据文件，可多次给出。"
)
@click.option(
    "--set", "values", multiple=True, metavar="名=值", help="直接给出一个值，可多次给出。"
)
@click.option("--blank", is_flag=True, help="手填处一律留空，打印空白表。")
@click.option("--length", type=click.Choice(["详版", "简版", "一页版"]), help="总结的篇幅。")
@click.option(
    "--pdf", "want_pdf", is_flag=True, help="同时生成 PDF（需要 LibreOffice、Word 或 WPS）。"
)
@workspace_option
@json_option
def command(  # noqa: PLR0913, PLR0917 - click passes each option
    wanted: str,
    output: str | None,
    template: str | None,
    data: tuple[str, ...],
    values: tuple[str, ...],
    blank: bool,  # noqa: FBT001
    length: str | None,
    want_pdf: bool,  # noqa: FBT001
    workspace_path: str | None,
    as_json: bool,  # noqa: FBT001
) -> None:
    """Render, write, and say where the file lies."""
    from generator.render import render_document  # noqa: PLC0415 - help needs no generator
    from store.files import write_atomic  # noqa: PLC0415

    workspace = open_workspace(workspace_path)
    files, pairs = _data_files(data), _pairs(values)
    path = _target(output, workspace.resolve(wanted).meta.title)
    rendered = render_document(
        workspace,
        wanted,
        template=template,
        data=files,
        values=pairs,
        blank=blank,
        length=length,
    )
    if made := _new_folder(path):
        rendered.warnings.append(f"文件夹 {made} 原来没有，已新建。")
    write_atomic(path, rendered.data)
    pdf, pages = None, rendered.pages
    if want_pdf:
        pdf, pages = _make_pdf(path)
    if as_json:
        print_json(
            {
                "output": str(path),
                "pdf": str(pdf) if pdf else None,
                "pages": pages,
                "warnings": rendered.warnings,
            }
        )
        return
    for warning in rendered.warnings:
        echo_warning(warning)
    count = f"（{'' if want_pdf or rendered.pages_measured else '约 '}{pages} 页）" if pages else ""
    emit(f"已生成：{path}{count}")
    if pdf:
        emit(f"PDF：{pdf}")


def _make_pdf(path: Path) -> tuple[Path, int | None]:
    from generator.pdf import page_count, to_pdf  # noqa: PLC0415
    from store.exceptions import EnvironmentRefused  # noqa: PLC0415

    if sys.stderr.isatty():
        click.echo("正在转换为 PDF……", err=True)
    try:
        pdf = to_pdf([path])[0]
    except EnvironmentRefused as error:
        told = f"已生成 {path}，但没有 PDF：{error.message}"
        raise EnvironmentRefused(told, hint=error.hint) from error
    return pdf, page_count(pdf)


def _target(output: str | None, title: str) -> Path:
    """Where the file goes; without `-o` nothing is overwritten."""
    from store.exceptions import EnvironmentRefused, UsageError  # noqa: PLC0415

    if output is not None:
        path = Path(output).expanduser().absolute()
        if path.is_dir():
            path /= f"{safe_name(title)}.docx"
        elif path.suffix.lower() != ".docx":
            raise UsageError(f"输出文件“{output}”应以 .docx 结尾。")
        return path
    path = Path.cwd() / f"{safe_name(title)}.docx"
    if path.exists():
        raise EnvironmentRefused(
            f"“{path.name}”已经存在，没有覆盖。",
            hint="请用 -o 指定文件名；用 -o 给出同名文件即覆盖。",
        )
    return path


def _new_folder(path: Path) -> Path | None:
    """The outermost folder that writing the file makes; a mistyped one should be noticed."""
    missing = [folder for folder in path.parents if not folder.exists()]
    return missing[-1] if missing else None


def safe_name(title: str) -> str:
    """A title as a file name on every system."""
    return _UNSAFE.sub("_", title).strip(" .")[:80] or "未命名"


def _data_files(names: Iterable[str]) -> list[Path]:
    from store.exceptions import InputError  # noqa: PLC0415

    paths = [Path(name).expanduser().absolute() for name in names]
    for path in paths:
        if not path.is_file():
            raise InputError(f"数据文件“{path}”不存在。", hint="请核对路径。", path=str(path))
    return paths


def _pairs(values: Iterable[str]) -> dict[str, object]:
    from store.exceptions import UsageError  # noqa: PLC0415

    found: dict[str, object] = {}
    for pair in values:
        name, equals, value = pair.partition("=")
        if not equals or not name.strip():
            raise UsageError(f"--set 的“{pair}”应写成 名=值。", hint="例如：--set 姓名=王芳")
        found[name.strip()] = value
    return found
