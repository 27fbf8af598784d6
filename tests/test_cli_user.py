"""`wenshu user` and `wenshu serve` on the command line."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import urllib.request
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
import tools_web
from click.testing import CliRunner
from openpyxl import Workbook

from cli.main import cli
from web.accounts import Accounts
from web.database import FILE_NAME, Database

if TYPE_CHECKING:
    from pathlib import Path

PASSWORD = tools_web.PASSWORD


@pytest.fixture
def root(make_workspace) -> Path:
    root: Path = make_workspace({"甲": "---\n标题: 甲\n类别: 文章\n---\n\n苹果。\n"}).root
    return root


def run(root: Path, *args: str, text: str = "", code: int = 0) -> str:
    result = CliRunner().invoke(cli, ["-w", str(root), *args], input=text, standalone_mode=False)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert (result.return_value or 0) == code
    return result.output


def test_accounts_are_made_listed_disabled_and_reset(root):
    assert "已建立账号：wang（制度管理员）" in run(
        root,
        "user",
        "add",
        "wang",
        "--role",
        "制度管理员",
        "--department",
        "办公室",
        text=f"{PASSWORD}\n",
    )
    assert "办公室" in run(root, "user", "list")
    run(root, "user", "disable", "wang")
    assert "停用" in run(root, "user", "list")
    run(root, "user", "disable", "wang", "--enable")
    run(root, "user", "password", "wang", text="another-word-9\n")
    with closing(Database(root / ".wenshu/data" / FILE_NAME)) as database:
        accounts = Accounts(database)
        assert accounts.log_in("wang", "another-word-9", "a") is not None
        acts = {act.action for act in accounts.record()}
    assert acts == {"新建账号", "停用账号", "启用账号", "重设口令"}


def test_accounts_come_from_a_table(root, tmp_path):
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (
        ["员工名册"],
        ["工号", "姓名", "角色", "部门", "初始密码"],
        [1001, "王芳", "部门负责人", "客户部", ""],
        [1002, "李强", "", "营业厅", "given-word-5"],
        [1003, "赵四", "老板", "营业厅", ""],
        [1001, "重名", "", "", ""],
    ):
        sheet.append(row)
    path = tmp_path / "名册.xlsx"
    book.save(path)
    told = run(root, "user", "import", str(path), code=1)
    assert "已建立：1001，初始口令 " in told
    assert "建立 2 个，未建立 2 行" in told
    with closing(Database(root / ".wenshu/data" / FILE_NAME)) as database:
        account = Accounts(database).get("1001")
    assert (account.display, account.department, account.must_change) == ("王芳", "客户部", True)


def test_serve_refuses_other_addresses_without_accounts(root):
    from store.exceptions import UsageError  # noqa: PLC0415

    with pytest.raises(UsageError, match="建立账号"):
        run(root, "serve", "--host", "0.0.0.0", "--port", "0")


def test_serve_says_that_a_port_is_taken(root):
    from store.exceptions import EnvironmentRefused  # noqa: PLC0415

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(EnvironmentRefused, match="无法在"):
            run(root, "serve", "--port", str(taken.getsockname()[1]))


def test_serve_answers_and_survives_being_killed(root):
    process = subprocess.Popen(
        [sys.executable, "-m", "cli.main", "-w", str(root), "serve", "--port", "0"],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONUTF8": "1", "PYTHONUNBUFFERED": "1"},
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline().decode("utf-8")
        address = line.partition("：")[2].strip()
        assert address.startswith("http://127.0.0.1:")
        with urllib.request.urlopen(
            f"{address}api/search?q=%E8%8B%B9%E6%9E%9C", timeout=20
        ) as answer:
            assert json.load(answer)["total"] == 1
    finally:
        process.kill()
        process.communicate(timeout=20)
    with closing(Database(root / ".wenshu/data" / FILE_NAME)) as database:
        assert database.version >= 1
