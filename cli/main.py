"""The entry point: the group of commands, loaded one by one, and errors turned into exit codes.

Exit codes: 0 done, 1 the content has errors or some rows or files failed, 2 wrong usage or input
that cannot be read, 3 the surroundings refuse, 130 Ctrl-C.
"""

from __future__ import annotations

import gc
import importlib
import os
import sys
from typing import TYPE_CHECKING, Any, Final

import click

from cli import chinese
from cli.output import echo_error, set_up_streams

if TYPE_CHECKING:
    from collections.abc import Sequence

COMMANDS: Final = {
    "init": "新建资料库，带入门文档",
    "list": "列出文档",
    "show": "查看一份文档",
    "new": "按提纲新建一份文档",
    "revise": "起草下一个版本",
    "publish": "发布，并使旧版到期；总结定稿",
    "correct": "登记一次文字更正",
    "history": "查看被改写过的文本",
    "restore": "取回被改写或删除的文本",
    "delete": "删除（移入回收站）",
    "import": "导入 Word、PDF、网页等旧文件",
    "check": "检查全部文档的问题",
    "search": "检索条款",
    "index": "更新检索索引",
    "render": "生成 Word 文件",
    "batch": "按表格逐行批量生成",
    "metrics": "查看指标及其算出的数",
    "template": "检查或制作 Word 模板",
    "inspect": "按版式标准检查 Word 文件",
    "serve": "打开网页，供浏览器使用",
    "user": "管理网页的账号",
    "backup": "备份成一个 zip",
    "restore-backup": "从备份恢复",
    "upgrade": "升级资料库的格式",
    "doctor": "检查运行环境",
}
GROUPS: Final = (
    ("查找", ("search", "list", "show", "history")),
    ("编写", ("new", "revise", "publish", "correct", "restore", "delete", "import", "check")),
    ("生成", ("render", "batch", "metrics", "template", "inspect")),
    ("管理", ("init", "index", "serve", "user", "backup", "restore-backup", "upgrade", "doctor")),
)
# A command makes many objects that live until it ends; looking through them for rings again and
# again took a third of the time of a list of 10,000 documents.
_COLLECT_SELDOM: Final = (50_000, 20, 50)


class WenshuGroup(click.Group):
    """Loads a command's module when it is called, and says what near name was meant."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's face
        """The names, in the order of the help."""
        return [name for _, names in GROUPS for name in names]

    def get_command(
        self,
        ctx: click.Context,  # noqa: ARG002 - click's face
        cmd_name: str,
    ) -> click.Command | None:
        """Import the command's module."""
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"cli.commands.{cmd_name.replace('-', '_')}")
        command: click.Command = module.command
        command.options_metavar = "[选项]"
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command; a near name is proposed."""
        name = args[0] if args else ""
        if name and not name.startswith("-") and name not in COMMANDS:
            from cli.common import near_names  # noqa: PLC0415 - only for a mistyped name

            near = near_names(name, COMMANDS)
            hint = f"是不是 {' 或 '.join(near)}？" if near else "用 wenshu --help 查看全部命令。"
            raise click.UsageError(f"没有“{name}”这个命令，{hint}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(
        self,
        ctx: click.Context,  # noqa: ARG002 - click's face
        formatter: click.HelpFormatter,
    ) -> None:
        """List the commands by what they are for; nothing is imported."""
        for title, names in GROUPS:
            with formatter.section(title):
                formatter.write_dl([(name, COMMANDS[name]) for name in names])


@click.group(
    cls=WenshuGroup,
    options_metavar="[选项]",
    subcommand_metavar="命令 [参数]...",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    help="文枢：公司文书的检索、编写与生成。",
    epilog="每个命令的用法：wenshu 命令 --help。说明见 README.zh-CN.md。",
)
@click.option(
    "-w", "--workspace", metavar="目录", help="资料库所在目录（缺省为当前目录往上查找）。"
)
@click.version_option(
    None,
    "-V",
    "--version",
    package_name="wenshu",
    message="wenshu %(version)s",
    help="显示版本号。",
)
@click.pass_context
def cli(ctx: click.Context, workspace: str | None) -> None:
    """Hold what all commands share."""
    ctx.ensure_object(dict)["workspace"] = workspace


def main(args: Sequence[str] | None = None) -> None:
    """Run the command line and leave with its exit code."""
    _want_utf8_names()
    set_up_streams()
    gc.set_threshold(*_COLLECT_SELDOM)
    sys.exit(run(args))


def _want_utf8_names() -> None:
    """Start again in UTF-8 mode where file names can't be Chinese (a POSIX locale without it)."""
    if sys.getfilesystemencoding().lower() == "utf-8" or sys.flags.utf8_mode or os.name == "nt":
        return
    environment = {**os.environ, "PYTHONUTF8": "1"}
    command = [sys.executable, "-m", "cli.main", *sys.argv[1:]]
    os.execve(sys.executable, command, environment)  # noqa: S606 - ourselves, with the same words


def run(args: Sequence[str] | None = None) -> int:
    """Run the command line and give its exit code."""
    chinese.install()
    try:
        result: Any = cli.main(args=args, prog_name="wenshu", standalone_mode=False)
        sys.stdout.flush()
    except click.exceptions.Exit as leaving:
        return leaving.exit_code
    except click.exceptions.NoArgsIsHelpError as wanted:
        click.echo(wanted.format_message())
        return 2
    except (click.Abort, KeyboardInterrupt):
        click.echo("\n已中断。", err=True)
        return 130
    except click.ClickException as error:
        return _show_usage_error(error)
    except BrokenPipeError:
        _close_quietly()
        return 0
    except Exception as error:  # noqa: BLE001 - no traceback reaches a user
        from cli.errors import explain  # noqa: PLC0415

        return explain(error)
    return result if isinstance(result, int) else 0


def _show_usage_error(error: click.ClickException) -> int:
    if isinstance(error, click.NoSuchOption) and error.possibilities:
        from cli.common import near_names  # noqa: PLC0415 - only for a mistyped name

        error.possibilities[:] = near_names(error.option_name, error.possibilities)
    context = getattr(error, "ctx", None)
    hint = f"用法：{context.get_usage().partition('：')[2].strip()}" if context else ""
    if context:
        hint += f"\n      详见 {context.command_path} --help"
    echo_error(error.format_message(), hint)
    return 2


def _close_quietly() -> None:
    """The reader of our pipe is gone: write nothing more, complain about nothing."""
    sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123


if __name__ == "__main__":
    main()
