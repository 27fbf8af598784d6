"""`wenshu check`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from cli.common import json_option, open_workspace, workspace_option
from cli.output import emit, print_json, progress, width, wrap

if TYPE_CHECKING:
    from pathlib import Path

    from store.model import Problem

_SEVERITIES = {"error": ("错误", "red"), "warning": ("警告", "yellow"), "notice": ("提示", "cyan")}


@click.command(
    "check", help="检查文档的问题：哪个文件、哪一行、什么问题、怎样改。有错误时退出码为 1。"
)
@click.argument("paths", metavar="[PATH]...", nargs=-1)
@click.option("-q", "--quiet", is_flag=True, help="不显示“提示”一级。")
@workspace_option
@json_option
def command(
    paths: tuple[str, ...],
    quiet: bool,  # noqa: FBT001
    workspace_path: str | None,
    as_json: bool,  # noqa: FBT001
) -> int:
    """Check the whole workspace or some documents."""
    from store.checker import check_workspace  # noqa: PLC0415

    workspace = open_workspace(workspace_path)
    with progress("检查") as advance:
        problems = check_workspace(workspace, paths, advance)
    failed = any(problem.severity == "error" for problem in problems)
    if as_json:
        from dataclasses import asdict  # noqa: PLC0415

        print_json({"problems": [asdict(problem) for problem in problems]})
        return int(failed)
    shown = [p for p in problems if not (quiet and p.severity == "notice")]
    _print(shown, workspace.root)
    counts = {s: sum(p.severity == s for p in problems) for s in _SEVERITIES}
    emit(f"错误 {counts['error']} 处，警告 {counts['warning']} 处，提示 {counts['notice']} 处。")
    return int(failed)


def _print(problems: list[Problem], root: Path) -> None:
    last = ""
    for problem in problems:
        if problem.path != last:
            last = problem.path
            emit(click.style(_relative(last, root), bold=True))
        name, colour = _SEVERITIES[problem.severity]
        lines = wrap(f"第 {problem.line} 行  {problem.message}", width() - 8)
        emit(f"  {click.style(name, fg=colour)}  {lines[0]}")
        for line in lines[1:]:
            emit(f"        {line}")
        for line in wrap(problem.hint, width() - 8) if problem.hint else ():
            emit(click.style(f"        {line}", dim=True))


def _relative(path: str, root: Path) -> str:
    prefix = f"{root}"
    return path[len(prefix) + 1 :] if path.startswith(prefix) else path
