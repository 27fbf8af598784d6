"""A backup brings everything back: the same search, the same log-in, the same record."""

from __future__ import annotations

import io
import json
import sqlite3
import threading
import zipfile
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from tools_web import BASE, log_in, make_app, post, text_of

from cli.main import cli
from store import Workspace
from store.exceptions import EnvironmentRefused, InputError
from web.backup import NOTE, back_up, bring_back
from web.database import FILE_NAME, VERSION, Database, version_of

if TYPE_CHECKING:
    from pathlib import Path

ID = "制度/甲"
TEXT = "---\n标题: 甲办法\n类别: 管理制度\n状态: 草案\n---\n\n1. 苹果每日一个。\n"


@pytest.fixture
def workspace(make_workspace) -> Workspace:
    found: Workspace = make_workspace({ID: TEXT, "wenshu.toml": '[公司]\n名称 = "示例"\n'})
    return found


def test_backup_and_back_to_the_same_search_and_log_in(workspace, tmp_path):
    app = make_app(workspace.root, people=True)
    client = log_in(app, "zhi")
    page = f"/edit/text/{ID}"
    seen = text_of(client, page).split('name="seen" value="')[1][:64]
    post(client, page, page, body="1. 苹果每日两个。", seen=seen)
    before = client.get("/api/search?q=苹果", base_url=BASE).get_json()
    made = back_up(workspace, tmp_path / "备份.zip")
    assert made.files >= 5
    bring_back(made.path, tmp_path / "别处")
    other = make_app(tmp_path / "别处")
    again = log_in(other, "zhi")
    after = again.get("/api/search?q=苹果", base_url=BASE).get_json()
    assert [hit["text"] for hit in after["hits"]] == [hit["text"] for hit in before["hits"]]
    assert after["total"] == 1
    assert "每日一个" in text_of(again, f"/edit/history/{ID}?number=1")
    acts = [act.action for act in other.extensions["wenshu"].accounts.record()]
    assert "保存正文" in acts
    assert Workspace.open(tmp_path / "别处").settings.company == {"名称": "示例"}


def test_a_backup_is_consistent_while_people_write(workspace, tmp_path):
    app = make_app(workspace.root, people=True)
    accounts = app.extensions["wenshu"].accounts
    stop = threading.Event()

    def write() -> None:
        while not stop.is_set():
            accounts.note("zhi", "", "写", "x" * 200)

    thread = threading.Thread(target=write)
    thread.start()
    try:
        made = back_up(workspace, tmp_path / "b.zip")
    finally:
        stop.set()
        thread.join()
    bring_back(made.path, tmp_path / "c")
    with closing(sqlite3.connect(tmp_path / "c/.wenshu/data" / FILE_NAME)) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_writers_do_not_wait_for_a_backup_and_do_not_change_it(workspace, tmp_path, monkeypatch):
    """A save in the middle of packing goes through at once; the backup has the text before."""
    page, saved = f"/edit/text/{ID}", []
    client = make_app(workspace.root).test_client()
    write = zipfile.ZipFile.write

    def save_first(archive, path, name):
        if not saved:
            seen = text_of(client, page).split('name="seen" value="')[1][:64]
            saved.append(post(client, page, page, body="1. 苹果每日三个。", seen=seen).status_code)
        write(archive, path, name)

    monkeypatch.setattr(zipfile.ZipFile, "write", save_first)
    made = back_up(workspace, tmp_path / "b.zip")
    assert saved == [302]
    bring_back(made.path, tmp_path / "c")
    assert (tmp_path / "c/kb" / f"{ID}.md").read_text(encoding="utf-8") == TEXT
    assert "三个" in (workspace.root / "kb" / f"{ID}.md").read_text(encoding="utf-8")
    assert not list((workspace.root / ".wenshu").glob(".~backup-*"))


def test_where_files_have_one_name_only_writers_wait(workspace, tmp_path, monkeypatch):
    def refuse(*_arguments: object) -> None:
        raise OSError(1, "not here")

    monkeypatch.setattr("pathlib.Path.hardlink_to", refuse)
    made = back_up(workspace, tmp_path / "b.zip")
    bring_back(made.path, tmp_path / "c")
    assert (tmp_path / "c/kb" / f"{ID}.md").read_text(encoding="utf-8") == TEXT


def test_attachments_of_any_sort_are_in_it(workspace, tmp_path):
    """Also those that look like backups, locks or the database."""
    for name in ("扫描件.zip", "设备.lock", "wenshu.db", "比例1:2.txt"):
        (workspace.root / "kb/制度" / name).write_bytes(b"abc")
    (workspace.root / "旧备份.zip").write_bytes(b"old")
    made = back_up(workspace, tmp_path / "b.zip")
    bring_back(made.path, tmp_path / "c")
    assert len(list((tmp_path / "c/kb/制度").iterdir())) == 5
    assert not (tmp_path / "c/旧备份.zip").exists()


def test_what_was_taken_out_is_in_it_whatever_its_ending(workspace, tmp_path):
    names = ("history/kb/制度/附件/甲/合同.zip", "history/kb/制度/附件/甲/设备.lock",
             "history/kb/制度/附件/甲/wenshu.db", "data/a.zip")  # fmt: skip
    left = ("data/imports/1/working.lock", "data/wenshu.db-wal")
    for name in names + left:
        path = workspace.root / ".wenshu" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"abc")
    made = back_up(workspace, tmp_path / "b.zip")
    bring_back(made.path, tmp_path / "c")
    assert all((tmp_path / "c/.wenshu" / name).read_bytes() == b"abc" for name in names)
    assert not any((tmp_path / "c/.wenshu" / name).exists() for name in left)


def test_nothing_is_overwritten(workspace, tmp_path):
    made = back_up(workspace, tmp_path / "b.zip")
    with pytest.raises(EnvironmentRefused, match="已经存在"):
        back_up(workspace, made.path)
    with pytest.raises(EnvironmentRefused, match="里已有文件"):
        bring_back(made.path, workspace.root)
    assert not list(tmp_path.glob(".~*"))


@pytest.mark.parametrize("name", ["../evil", "/etc/evil", "kb/../../evil", "bin/evil", "c:/evil"])
def test_what_leaves_the_folder_is_refused(tmp_path, name):
    path = tmp_path / "b.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(NOTE, json.dumps({"format": 1}))
        archive.writestr(name, "x")
    with pytest.raises(InputError, match="不该有的文件"):
        bring_back(path, tmp_path / "c")
    assert not (tmp_path / "evil").exists()


def test_what_is_no_backup_is_refused(tmp_path):
    path = tmp_path / "b.zip"
    path.write_bytes(b"no zip")
    with pytest.raises(InputError, match="备份"):
        bring_back(path, tmp_path / "c")
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("kb/x.md", "x")
    path.write_bytes(out.getvalue())
    with pytest.raises(InputError, match="不是文枢的备份"):
        bring_back(path, tmp_path / "c")
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(NOTE, json.dumps({"format": 99}))
    with pytest.raises(InputError, match="较新版本"):
        bring_back(path, tmp_path / "c")


def run(*args: str) -> str:
    result = CliRunner().invoke(cli, list(args), standalone_mode=False)
    if result.exception is not None:
        raise result.exception
    return result.output


def test_the_commands(workspace, tmp_path):
    root = str(workspace.root)
    assert "已备份" in run("-w", root, "backup", str(tmp_path / "b.zip"))
    told = run("restore-backup", str(tmp_path / "b.zip"), str(tmp_path / "c"))
    assert "已恢复到" in told
    assert (tmp_path / "c/kb/制度/甲.md").read_text(encoding="utf-8") == TEXT
    assert "已是最新格式" in run("-w", root, "upgrade")


def test_upgrade_backs_up_first(workspace):
    path: Path = workspace.data / FILE_NAME
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(path)) as old:
        old.execute("CREATE TABLE left_over (x)")
        old.commit()
    assert version_of(path) == 0
    told = run("-w", str(workspace.root), "upgrade")
    assert "已先备份" in told
    assert version_of(path) == VERSION
    assert len(list((workspace.root / ".wenshu/backups").glob("*.zip"))) == 1
    with closing(Database(path)) as database:
        assert database.version == VERSION
