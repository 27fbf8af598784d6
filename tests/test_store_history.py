from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tools_store import document

from store import files, history
from store.exceptions import (
    ConflictError,
    EnvironmentRefused,
    InputError,
    InvalidValue,
    NotFoundError,
    UsageError,
)
from store.files import digest, locked, read_bytes, remove, write_atomic
from store.history import (
    acting_as,
    current_user,
    delete,
    deleted,
    document_path,
    keep_file,
    lock_path,
    records,
    restore,
    save,
    text_of,
)

ONE = document("1. 第一稿。\n")
TWO = document("1. 第二稿。\n")
THREE = document("1. 第三稿。\n")


def leftovers(folder: Path) -> list[str]:
    return [path.name for path in folder.rglob("*") if path.name.endswith((".tmp", ".lock"))]


# -- saving -------------------------------------------------------------------------------------


def test_what_is_overwritten_is_kept(make_workspace, monkeypatch):
    monkeypatch.setenv("WENSHU_USER", "王芳")
    workspace = make_workspace({"制度/甲": ONE})
    first = workspace.entry("制度/甲").hash
    second = save(workspace, "制度/甲", TWO, expected=first, why="改错字")
    assert second == digest(TWO.encode())
    assert document_path(workspace, "制度/甲").read_text(encoding="utf-8") == TWO
    (record,) = records(workspace, "制度/甲")
    assert (record.number, record.who, record.action, record.why) == (1, "王芳", "保存", "改错字")
    assert record.hash == first
    assert record.when[:2] == "20"
    assert text_of(workspace, "制度/甲", 1).decode() == ONE
    assert leftovers(workspace.root) == []


def test_a_new_document_keeps_nothing_and_the_same_text_neither(make_workspace):
    workspace = make_workspace()
    seen = save(workspace, "新/甲", ONE, expected=None)
    assert save(workspace, "新/甲", ONE, expected=seen) == seen
    assert records(workspace, "新/甲") == []


@pytest.mark.parametrize(
    ("expected", "words"),
    [(None, "已经存在"), (digest(b"another"), "已被别人保存")],
)
def test_the_second_saver_is_told_and_nothing_is_overwritten(make_workspace, expected, words):
    workspace = make_workspace({"甲": ONE})
    with pytest.raises(ConflictError, match=words) as caught:
        save(workspace, "甲", TWO, expected=expected)
    assert caught.value.hint
    assert document_path(workspace, "甲").read_text(encoding="utf-8") == ONE
    assert records(workspace, "甲") == []


def test_a_text_that_went_meanwhile_is_not_written_again(make_workspace):
    workspace = make_workspace({"甲": ONE})
    seen = workspace.entry("甲").hash
    delete(workspace, "甲")
    with pytest.raises(ConflictError, match="已被删除"):
        save(workspace, "甲", TWO, expected=seen)
    assert not document_path(workspace, "甲").exists()


def test_two_processes_save_at_once(make_workspace):
    workspace = make_workspace({"甲": ONE})
    gate = workspace.root / "go"
    program = textwrap.dedent(f"""
        import sys, time
        from pathlib import Path
        from store import Workspace
        from store.exceptions import ConflictError
        from store.history import save
        workspace = Workspace.open({str(workspace.root)!r})
        seen = workspace.entry("甲").hash
        print("ready", flush=True)
        while not Path({str(gate)!r}).exists():
            time.sleep(0.001)
        try:
            save(workspace, "甲", sys.argv[1], expected=seen)
        except ConflictError:
            print("told", flush=True)
        else:
            print("saved", flush=True)
    """)
    environment = {**os.environ, "PYTHONUTF8": "1", "PYTHONPATH": str(Path(__file__).parents[1])}
    running = [
        subprocess.Popen(
            [sys.executable, "-c", program, text],
            stdout=subprocess.PIPE,
            encoding="utf-8",
            env=environment,
        )
        for text in (TWO, THREE)
    ]
    for process in running:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    gate.touch()
    answers = [process.communicate(timeout=30)[0].strip() for process in running]
    assert sorted(answers) == ["saved", "told"]
    written = document_path(workspace, "甲").read_text(encoding="utf-8")
    assert written == (TWO, THREE)[answers.index("saved")]
    assert [text_of(workspace, "甲", r.number).decode() for r in records(workspace, "甲")] == [ONE]
    assert leftovers(workspace.root) == []


def test_a_damaged_record_hides_no_other(make_workspace):
    workspace = make_workspace({"甲": ONE})
    seen = save(workspace, "甲", TWO, expected=digest(ONE.encode()))
    seen = save(workspace, "甲", THREE, expected=seen)
    (workspace.history / "甲" / "0001.json").write_text("{", encoding="utf-8")
    assert [(record.number, record.who != "") for record in records(workspace, "甲")] == [
        (1, False),
        (2, True),
    ]
    (workspace.history / "甲" / "1 副本.md").write_text("", encoding="utf-8")
    save(workspace, "甲", ONE, expected=seen)
    assert [record.number for record in records(workspace, "甲")] == [1, 2, 3]
    assert text_of(workspace, "甲", 1).decode() == ONE


def test_who_acts(monkeypatch):
    monkeypatch.setenv("WENSHU_USER", "系统")
    with acting_as("李雷"):
        assert current_user() == "李雷"
    assert current_user() == "系统"
    monkeypatch.delenv("WENSHU_USER")

    def nobody() -> str:
        raise KeyError

    monkeypatch.setattr("getpass.getuser", nobody)
    assert current_user() == "未知"


# -- the bin ------------------------------------------------------------------------------------


def test_delete_and_restore(make_workspace):
    workspace = make_workspace({"制度/甲": ONE, "乙": ONE})
    record = delete(workspace, "制度/甲", "重复")
    assert (record.action, record.why) == ("删除", "重复")
    assert not document_path(workspace, "制度/甲").exists()
    assert [(name, r.number) for name, r in deleted(workspace)] == [("制度/甲", 1)]
    restore(workspace, "制度/甲")
    assert document_path(workspace, "制度/甲").read_text(encoding="utf-8") == ONE
    assert deleted(workspace) == []


def test_restore_keeps_what_stood_there(make_workspace):
    workspace = make_workspace({"甲": ONE})
    seen = save(workspace, "甲", TWO, expected=digest(ONE.encode()))
    save(workspace, "甲", THREE, expected=seen)
    restore(workspace, "甲", 1)
    assert document_path(workspace, "甲").read_text(encoding="utf-8") == ONE
    kept = [text_of(workspace, "甲", r.number).decode() for r in records(workspace, "甲")]
    assert kept == [ONE, TWO, THREE]
    with pytest.raises(UsageError, match="相同"):
        restore(workspace, "甲", 1)


def test_what_cannot_be_restored_is_told(make_workspace):
    workspace = make_workspace({"甲": ONE})
    with pytest.raises(NotFoundError, match="没有留存"):
        restore(workspace, "甲")
    with pytest.raises(NotFoundError, match="第 3 次"):
        restore(workspace, "甲", 3)
    delete(workspace, "甲")
    with pytest.raises(NotFoundError) as caught:
        restore(workspace, "甲", 3)
    assert "现有：1" in caught.value.hint
    with pytest.raises(NotFoundError, match="没有文档"):
        delete(workspace, "甲")


def test_other_files_are_kept_too(make_workspace):
    workspace = make_workspace({"templates/policy/标准.docx": b"one"})
    path = workspace.root / "templates" / "policy" / "标准.docx"
    copies = [keep_file(workspace, path, data) for data in (b"one", b"two", b"three")]
    assert [copy.read_bytes() for copy in copies] == [b"one", b"two", b"three"]


# -- names --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "..",
        "../甲",
        "制度/../../甲",
        "/甲",
        "制度//甲",
        "",
        " ",
        ".隐藏",
        "~$甲",
        "CON",
        "con.2024",
        "制度/Lpt1",
        "甲.",
        "甲 ",
        "制度./甲",
        "a<b",
        "a>b",
        "甲:乙",
        '甲"乙',
        "甲|乙",
        "甲?",
        "甲*",
        "甲\\乙",
        "甲\n乙",
        "甲\x00",
        "甲\x7f",
        "甲\u2028乙",
        "甲\udc80",
        "字" * 81,
    ],
)
def test_names_that_are_refused(make_workspace, name):
    workspace = make_workspace()
    with pytest.raises(InvalidValue) as caught:
        save(workspace, name, ONE, expected=None)
    assert caught.value.hint
    for act in (delete, restore, records):
        with pytest.raises(InvalidValue):
            act(workspace, name)
    assert list(workspace.kb.iterdir()) == []


@pytest.mark.parametrize(
    "name",
    [
        "甲 乙",
        "😀 通知",
        "甲@2024",
        "制度/（试行）甲——乙",
        "a.b",
        "conx",
        "com",
        "字" * 80,
        "甲'乙&丙",
    ],
)
def test_names_that_are_accepted(make_workspace, name):
    workspace = make_workspace()
    seen = save(workspace, name, ONE, expected=None)
    save(workspace, name, TWO, expected=seen)
    workspace.refresh()
    assert [entry.id for entry in workspace.entries] == [name]
    delete(workspace, name)
    assert [found[0] for found in deleted(workspace)] == [name]


@given(st.text(max_size=30))
def test_a_name_is_refused_or_stays_inside(tmp_path_factory, name):
    workspace = inside_workspace(tmp_path_factory)
    try:
        path = document_path(workspace, name)
    except InvalidValue:
        return
    assert path.resolve().is_relative_to(workspace.kb.resolve())
    assert path.name.endswith(".md")


def inside_workspace(factory):
    from store import Workspace  # noqa: PLC0415

    root = factory.getbasetemp() / "inside"
    (root / "kb").mkdir(parents=True, exist_ok=True)
    return Workspace.open(root)


# -- locks --------------------------------------------------------------------------------------


def test_a_held_lock_is_waited_for_and_told(tmp_path):
    path = tmp_path / "a" / "saving.lock"
    with (
        locked(path),
        pytest.raises(EnvironmentRefused, match="另一个程序正在保存") as caught,
        locked(path, seconds=0.1),
    ):
        pytest.fail("two held the lock")
    assert str(path) in caught.value.hint
    assert not path.exists()


def test_a_stale_lock_is_removed(make_workspace):
    workspace = make_workspace({"甲": ONE})
    path = lock_path(workspace)
    path.parent.mkdir(parents=True)
    path.write_text("1 dead", encoding="ascii")
    old = time.time() - files.STALE_LOCK_SECONDS - 60
    os.utime(path, (old, old))
    save(workspace, "甲", TWO, expected=digest(ONE.encode()))
    assert not path.exists()


def test_a_lock_of_somebody_else_is_left(tmp_path):
    path = tmp_path / "saving.lock"
    with locked(path):
        path.write_text("somebody else", encoding="ascii")
    assert path.read_text(encoding="ascii") == "somebody else"


def test_a_lock_goes_after_an_error(tmp_path):
    path = tmp_path / "saving.lock"
    with pytest.raises(KeyboardInterrupt), locked(path):
        raise KeyboardInterrupt
    assert not path.exists()


def test_a_lock_that_could_not_be_written_keeps_nobody_out(tmp_path, monkeypatch):
    path = tmp_path / "saving.lock"
    opened = Path.open

    def full(self, *args, **kwargs):
        handle = opened(self, *args, **kwargs)

        class Full:
            def __enter__(self):
                return self

            def __exit__(self, *_):
                handle.close()

            def write(self, _text):
                raise OSError(errno.ENOSPC, "No space left on device")

        return Full()

    monkeypatch.setattr(Path, "open", full)
    with pytest.raises(EnvironmentRefused, match="磁盘空间不足"), locked(path):
        pytest.fail("the lock was not written")
    monkeypatch.undo()
    assert not path.exists()


def test_a_lock_in_a_folder_that_refuses(tmp_path, monkeypatch):
    def refuse(*_args, **_kwargs):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(EnvironmentRefused, match="没有权限"), locked(tmp_path / "saving.lock"):
        pytest.fail("the lock was not written")


# -- writing whole ------------------------------------------------------------------------------


def fail_at(monkeypatch, step: str, error: BaseException) -> None:
    """Let one step of `write_atomic` fail."""

    def refuse(*_args, **_kwargs):
        raise error

    if step == "write":
        opened = Path.open

        def broken(self, mode="r", *args, **kwargs):
            handle = opened(self, mode, *args, **kwargs)
            if "w" not in mode:
                return handle

            class Handle:
                def __enter__(self):
                    return self

                def __exit__(self, *_):
                    handle.close()

                def write(self, data):
                    handle.write(data[: len(data) // 2])
                    raise error

            return Handle()

        monkeypatch.setattr(Path, "open", broken)
    elif step == "fsync":
        monkeypatch.setattr(files.os, "fsync", refuse)
    else:
        monkeypatch.setattr(Path, "replace", refuse)


@pytest.mark.parametrize("step", ["write", "fsync", "rename"])
@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, "磁盘空间不足"),
        (errno.EDQUOT, "磁盘空间不足"),
        (errno.EACCES, "没有权限"),
        (errno.EROFS, "只读"),
    ],
)
def test_a_failed_write_leaves_the_old_file(tmp_path, monkeypatch, step, number, words):
    path = tmp_path / "甲.md"
    path.write_bytes(b"old")
    fail_at(monkeypatch, step, OSError(number, "refused"))
    with pytest.raises(EnvironmentRefused, match=words) as caught:
        write_atomic(path, b"a new text")
    monkeypatch.undo()
    assert "原文件没有改动" in caught.value.hint
    assert path.read_bytes() == b"old"
    assert [found.name for found in tmp_path.iterdir()] == ["甲.md"]


@pytest.mark.parametrize("step", ["write", "fsync", "rename"])
def test_ctrl_c_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch, step):
    path = tmp_path / "甲.md"
    path.write_bytes(b"old")
    fail_at(monkeypatch, step, KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        write_atomic(path, b"a new text")
    monkeypatch.undo()
    assert path.read_bytes() == b"old"
    assert [found.name for found in tmp_path.iterdir()] == ["甲.md"]


@pytest.mark.parametrize("step", ["write", "fsync", "rename"])
def test_a_full_disk_while_saving(make_workspace, monkeypatch, step):
    workspace = make_workspace({"甲": ONE})
    fail_at(monkeypatch, step, OSError(errno.ENOSPC, "full"))
    with pytest.raises(EnvironmentRefused, match="磁盘空间不足"):
        save(workspace, "甲", TWO, expected=digest(ONE.encode()))
    monkeypatch.undo()
    assert document_path(workspace, "甲").read_text(encoding="utf-8") == ONE
    assert leftovers(workspace.root) == []
    save(workspace, "甲", TWO, expected=digest(ONE.encode()))
    assert [text_of(workspace, "甲", r.number).decode() for r in records(workspace, "甲")] == [ONE]


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="rights do not bind this user")
def test_a_read_only_folder(tmp_path):
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(EnvironmentRefused, match="没有权限"):
            write_atomic(tmp_path / "甲.md", b"x")
    finally:
        tmp_path.chmod(0o700)


def test_a_file_in_the_place_of_a_folder(tmp_path):
    (tmp_path / "甲").write_bytes(b"")
    with pytest.raises(EnvironmentRefused):
        write_atomic(tmp_path / "甲" / "乙.md", b"x")


def test_a_file_that_cannot_go_is_told(tmp_path):
    with pytest.raises(EnvironmentRefused, match="文件不存在"):
        remove(tmp_path / "甲.md")


def test_reading_tells_what_is_wrong(tmp_path, monkeypatch):
    with pytest.raises(InputError, match="文件不存在"):
        read_bytes(tmp_path / "甲.md")
    path = tmp_path / "乙.md"
    path.write_bytes(b"12345")
    monkeypatch.setattr(files, "MAX_TEXT_BYTES", 4)
    with pytest.raises(InputError, match="超过 20 MB") as caught:
        read_bytes(path)
    assert caught.value.hint


def test_records_are_plain_json(make_workspace):
    workspace = make_workspace({"甲": ONE})
    save(workspace, "甲", TWO, expected=digest(ONE.encode()), why="原因")
    data = json.loads((workspace.history / "甲" / "0001.json").read_text(encoding="utf-8"))
    assert data["why"] == "原因"


# -- what a careful writer minds -------------------------------------------------------------------


@pytest.mark.skipif(os.name == "nt", reason="rights of POSIX")
def test_the_rights_of_a_file_stay(tmp_path):
    path = tmp_path / "a.md"
    path.write_bytes(b"1")
    path.chmod(0o664)
    write_atomic(path, b"2")
    assert path.read_bytes() == b"2"
    assert path.stat().st_mode & 0o777 == 0o664


def test_a_link_stays_a_link(tmp_path):
    target, link = tmp_path / "b.md", tmp_path / "a.md"
    target.write_bytes(b"1")
    try:
        link.symlink_to(target)
    except OSError:  # pragma: no cover - Windows without the right to link
        pytest.skip("no links here")
    write_atomic(link, b"2")
    assert link.is_symlink()
    assert target.read_bytes() == b"2"


def test_a_lock_is_judged_by_the_clock_of_its_own_disk(tmp_path, monkeypatch):
    """A server whose clock is behind ours must not have its locks taken for leftovers."""
    path = tmp_path / "saving.lock"
    path.write_text("somebody", encoding="ascii")
    now = time.time()
    monkeypatch.setattr(files.time, "time", lambda: now + 3600)
    with pytest.raises(EnvironmentRefused, match="正在保存"), locked(path, seconds=0.1):
        raise AssertionError
    assert path.read_text(encoding="ascii") == "somebody"
    assert [p.name for p in tmp_path.iterdir()] == ["saving.lock"]


def test_one_program_at_a_time_removes_a_stale_lock(tmp_path):
    path = tmp_path / "saving.lock"
    path.write_text("somebody", encoding="ascii")
    breaker = tmp_path / "saving.lock.stale"
    breaker.write_text("", encoding="ascii")
    old = time.time() - files.STALE_LOCK_SECONDS - 10
    os.utime(path, (old, old))
    with pytest.raises(EnvironmentRefused), locked(path, seconds=0.1):
        raise AssertionError
    os.utime(breaker, (old, old))
    with locked(path, seconds=1):
        assert path.read_text(encoding="ascii") != "somebody"
    assert list(tmp_path.iterdir()) == []


def test_a_text_that_somebody_else_saved_is_not_deleted(make_workspace):
    workspace = make_workspace({"甲": ONE})
    path = workspace.kb / "甲.md"
    path.write_text(TWO, encoding="utf-8")
    with pytest.raises(ConflictError):
        history.delete(workspace, "甲", expected=digest(ONE.encode()))
    assert path.read_text(encoding="utf-8") == TWO
    history.delete(workspace, "甲", expected=digest(path.read_bytes()))
    assert not path.exists()
