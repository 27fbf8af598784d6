"""Write docs/commands.md from the commands' own help, or check that it is up to date.

python tools/command_help.py [--check]
"""

from __future__ import annotations

import sys
from pathlib import Path

import click

from cli import chinese
from cli.main import COMMANDS, cli

TARGET = Path(__file__).parent.parent / "docs" / "commands.md"
HEAD = """\
# 命令一览

这一页由 `make docs` 按各命令自己的说明生成，请勿手改。

退出码：0 完成（没有命中也是 0）；1 内容有错误，或有的行、文件没有成功；2 用法有误或输入无法读取；
3 环境不允许（没有 LibreOffice、磁盘已满、被占用、没有权限）；130 按 Ctrl-C 中断。
"""


def document() -> str:
    """The whole page."""
    chinese.install()
    parts = [HEAD, "```\n" + _help(cli, "wenshu") + "\n```\n"]
    context = click.Context(cli, info_name="wenshu")
    for name in COMMANDS:
        command = cli.get_command(context, name)
        if command is None:
            raise SystemExit(f"no such command: {name}")
        parts.append(f"## wenshu {name}\n\n```\n{_help(command, name, context)}\n```\n")
        if isinstance(command, click.Group):
            inner = click.Context(command, info_name=name, parent=context)
            for child in command.list_commands(inner):
                found = command.get_command(inner, child)
                if found is not None:
                    parts.append(
                        f"### wenshu {name} {child}\n\n```\n{_help(found, child, inner)}\n```\n"
                    )
    return "\n".join(parts)


def _help(command: click.Command, name: str, parent: click.Context | None = None) -> str:
    with click.Context(
        command,
        info_name=name,
        parent=parent,
        max_content_width=80,
        terminal_width=80,
        help_option_names=["-h", "--help"],
    ) as context:
        return command.get_help(context).rstrip()


def main() -> int:
    """Write or check."""
    text = document()
    if "--check" not in sys.argv:
        TARGET.parent.mkdir(exist_ok=True)
        TARGET.write_text(text, encoding="utf-8")
        return 0
    if TARGET.read_text(encoding="utf-8") != text:
        sys.stderr.write("docs/commands.md is not up to date: run `make docs`\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
