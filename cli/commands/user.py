"""`wenshu user`: the accounts of the page."""

from __future__ import annotations

import sys
from contextlib import closing
from typing import TYPE_CHECKING

import click

from cli.common import open_workspace, workspace_option
from cli.output import echo_warning, emit, table

if TYPE_CHECKING:
    from web.accounts import Accounts
    from web.database import Database

_ROLES = ("员工", "部门负责人", "制度管理员", "系统管理员")


def _database(workspace_path: str | None) -> Database:
    from web.site import open_database  # noqa: PLC0415 - help needs no database

    return open_database(open_workspace(workspace_path))


def _accounts(database: Database) -> Accounts:
    from web.accounts import Accounts as Opened  # noqa: PLC0415

    return Opened(database)


def _note(accounts: Accounts, action: str, target: str, detail: str = "") -> None:
    from store.history import current_user  # noqa: PLC0415

    accounts.note(current_user(), "命令行", action, target, detail)


@click.group("user", options_metavar="[选项]", subcommand_metavar="命令 [参数]...")
def command() -> None:
    """管理网页的账号：新建、成批导入、停用、重设口令、列出。"""


def _ask(password: str | None) -> str:
    """The password given, read from the terminal, or from the first line of a pipe."""
    if password is not None:
        return password
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    return str(click.prompt("口令", hide_input=True, confirmation_prompt="再输一次"))


@command.command("add", help="新建一个账号。口令从键盘输入，也可从管道读入一行。")
@click.argument("name", metavar="账号")
@click.option("--role", type=click.Choice(_ROLES), default="员工", show_default=True, help="角色。")
@click.option("--display", metavar="姓名", default="", help="姓名。")
@click.option("--department", metavar="部门", default="", help="所在部门。")
@click.option("--level", metavar="密级", default="", help="可以看到的最高密级（缺省按角色）。")
@click.option("--password", metavar="口令", help="直接给出口令（会留在命令历史里，慎用）。")
@workspace_option
def add(
    name: str,
    role: str,
    display: str,
    department: str,
    level: str,
    password: str | None,
    workspace_path: str | None,
) -> None:
    """Make an account."""
    with closing(_database(workspace_path)) as database:
        accounts = _accounts(database)
        account = accounts.add(
            name, _ask(password), role=role, display=display, department=department, level=level
        )
        _note(accounts, "新建账号", account.name, account.role.value)
        emit(f"已建立账号：{account.name}（{account.role.value}）")


@command.command("list", help="列出全部账号。")
@workspace_option
def list_accounts(workspace_path: str | None) -> None:
    """Print all accounts."""
    with closing(_database(workspace_path)) as database:
        rows = [
            (a.name, a.display, a.role.value, a.department, a.level, "停用" if a.disabled else "")
            for a in _accounts(database).all()
        ]
    for line in table(("账号", "姓名", "角色", "部门", "密级", "状态"), rows):
        emit(line)
    emit(f"共 {len(rows)} 个账号。")


@command.command("import", help="从表格成批建立账号：列名 账号、姓名、角色、部门、密级、口令。")
@click.argument("file", metavar="FILE.xlsx", type=click.Path(exists=True, dir_okay=False))
@workspace_option
def import_accounts(file: str, workspace_path: str | None) -> int:
    """Make accounts from a table; rows with faults are told and the others done."""
    from pathlib import Path  # noqa: PLC0415

    from web.roster import import_roster  # noqa: PLC0415

    with closing(_database(workspace_path)) as database:
        accounts = _accounts(database)
        made = import_roster(accounts, Path(file))
        _note(accounts, "导入账号", Path(file).name, f"{len(made.added)} 个")
    for name, word in made.added:
        emit(f"已建立：{name}" + (f"，初始口令 {word}（首次登录须修改）" if word else ""))
    for row, why in made.failed:
        echo_warning(f"第 {row} 行：{why}")
    emit(f"建立 {len(made.added)} 个，未建立 {len(made.failed)} 行。")
    return int(bool(made.failed))


@command.command("disable", help="停用一个账号，或用 --enable 重新启用；已登录的立即退出。")
@click.argument("name", metavar="账号")
@click.option("--enable", is_flag=True, help="重新启用。")
@workspace_option
def disable(name: str, enable: bool, workspace_path: str | None) -> None:  # noqa: FBT001
    """Shut an account out, or let it in again."""
    with closing(_database(workspace_path)) as database:
        accounts = _accounts(database)
        accounts.disable(name, disabled=not enable)
        _note(accounts, "启用账号" if enable else "停用账号", name)
    emit(f"账号“{name}”已{'启用' if enable else '停用'}。")


@command.command("password", help="重设一个账号的口令；已登录的立即退出。")
@click.argument("name", metavar="账号")
@click.option("--password", metavar="口令", help="直接给出口令（会留在命令历史里，慎用）。")
@workspace_option
def password(name: str, password: str | None, workspace_path: str | None) -> None:
    """Set a password."""
    with closing(_database(workspace_path)) as database:
        accounts = _accounts(database)
        accounts.get(name)
        accounts.set_password(name, _ask(password))
        _note(accounts, "重设口令", name)
    emit(f"账号“{name}”的口令已重设。")
