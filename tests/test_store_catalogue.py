from __future__ import annotations

import json
import os
import time
import tracemalloc
import unicodedata

import pytest
from tools_store import document

from store import Workspace, catalogue
from store.catalogue import FORMAT, Catalogue, scan
from store.checker import check_workspace
from store.exceptions import EnvironmentRefused, InputError

PAST = time.time_ns() - 60_000_000_000


def age(workspace) -> None:
    """Make every file a minute old, so that size and time vouch for its text."""
    for path in workspace.kb.rglob("*"):
        if path.is_file() and not path.is_symlink():
            os.utime(path, ns=(PAST, PAST))


def reads(monkeypatch) -> list[str]:
    """The names of the files that are read from now on."""
    names: list[str] = []
    whole = catalogue.read_bytes

    def noted(path):
        names.append(path.name)
        return whole(path)

    monkeypatch.setattr(catalogue, "read_bytes", noted)
    return names


@pytest.fixture
def aged(make_workspace):
    workspace = make_workspace({"甲": document(标题="甲"), "夹/乙": document(标题="乙")})
    age(workspace)
    assert len(workspace.entries) == 2
    return workspace


def ids(workspace) -> list[str]:
    return [entry.id for entry in workspace.entries]


def again(workspace) -> Workspace:
    return Workspace.open(workspace.root)


def cache_file(workspace):
    return workspace.cache / "catalogue.json"


# -- in step with the disk ----------------------------------------------------------------------


def test_what_is_catalogued_is_not_read_again(aged, monkeypatch):
    before = [(e.id, e.hash, e.values, e.lines, e.path) for e in aged.entries]
    names = reads(monkeypatch)
    other = again(aged)
    assert [(e.id, e.hash, e.values, e.lines, e.path) for e in other.entries] == before
    assert names == []
    assert other.refresh() is False
    assert names == []


def test_changed_added_and_removed_files(aged, monkeypatch):
    names = reads(monkeypatch)
    (aged.kb / "甲.md").write_text(document(标题="改了"), encoding="utf-8")
    assert aged.refresh() is True
    assert aged.entry("甲").meta.title == "改了"
    (aged.kb / "丙.md").write_text(document(标题="丙"), encoding="utf-8")
    assert aged.refresh() is True
    assert ids(aged) == ["丙", "夹/乙", "甲"]
    (aged.kb / "夹" / "乙.md").unlink()
    assert aged.refresh() is True
    assert ids(aged) == ["丙", "甲"]
    assert aged.catalogue.get("夹/乙") is None
    assert "乙.md" not in names
    assert ids(again(aged)) == ["丙", "甲"]


def test_versions_follow_a_refresh(aged):
    assert len(list(aged.versions.families())) == 2
    (aged.kb / "丙.md").write_text(document(标题="丙"), encoding="utf-8")
    aged.refresh()
    assert len(list(aged.versions.families())) == 3


@pytest.mark.parametrize("reopened", [True, False])
def test_a_change_within_the_clocks_tick_is_noticed(make_workspace, reopened):
    workspace = make_workspace({"甲": document(标题="甲一")})
    path = workspace.kb / "甲.md"
    now = time.time_ns()
    os.utime(path, ns=(now, now))
    assert workspace.entry("甲").meta.title == "甲一"
    path.write_text(document(标题="甲二"), encoding="utf-8")
    os.utime(path, ns=(now, now))
    if reopened:
        workspace = again(workspace)
    else:
        assert workspace.refresh() is True
    assert workspace.entry("甲").meta.title == "甲二"


def test_a_touched_file_is_the_same_entry(aged):
    before = aged.entry("甲")
    (aged.kb / "甲.md").touch()
    assert aged.refresh() is False
    assert aged.entry("甲") is before


@pytest.mark.parametrize(
    "damage",
    [
        b"",
        b"{",
        b"\xff\xfe\x00",
        b"[]",
        b"null",
        b'{"format": 3}',
        json.dumps({"format": FORMAT, "scanned": "x", "entries": []}).encode(),
        json.dumps({"format": FORMAT, "scanned": 9e18, "entries": [[]]}).encode(),
        json.dumps({"format": FORMAT, "scanned": 9e18, "entries": ["甲"]}).encode(),
        json.dumps({"format": FORMAT, "scanned": 9e18, "entries": {"甲": 1}}).encode(),
        b"[" * 100_000,
    ],
)
def test_a_damaged_cache_is_made_anew(aged, damage):
    cache_file(aged).write_bytes(damage)
    assert ids(again(aged)) == ["夹/乙", "甲"]
    assert json.loads(cache_file(aged).read_bytes())["format"] == FORMAT


@pytest.mark.parametrize("place", [4, 5])
def test_a_damaged_row_is_read_anew(aged, place):
    data = json.loads(cache_file(aged).read_bytes())
    for row in data["entries"]:
        row[place] = "damaged"
    cache_file(aged).write_text(json.dumps(data), encoding="utf-8")
    assert sorted(entry.meta.title for entry in again(aged).entries) == ["乙", "甲"]


def test_a_cache_of_another_format_is_left(aged, monkeypatch):
    data = json.loads(cache_file(aged).read_bytes())
    data["format"] = FORMAT - 1
    cache_file(aged).write_text(json.dumps(data), encoding="utf-8")
    names = reads(monkeypatch)
    assert ids(again(aged)) == ["夹/乙", "甲"]
    assert sorted(names) == ["乙.md", "甲.md"]


# -- files that are no documents ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "line", "code", "words"),
    [
        (document(标题="甲").encode("gbk"), 2, "unreadable", "GBK"),
        (document(标题="甲").encode("utf-16"), 1, "unreadable", "UTF-16"),
        (b"---\n" + b"\xff" * 40, 2, "unreadable", "未知编码"),
        (bytes(300), 1, "front-matter", "没有信息表"),
        (b"", 1, "front-matter", "没有信息表"),
        ("只有正文。\n".encode(), 1, "front-matter", "没有信息表"),
        ("---\n标题: 甲\n".encode(), 1, "front-matter", "没有结束"),
        ("---\n- 甲\n- 乙\n---\n".encode(), 2, "front-matter", "列表"),
        ("---\n标题: 甲\n类别: 甲: 乙\n---\n".encode(), 3, "front-matter", "语法"),
        ("---\n标题: 甲\n\t类别: 乙\n---\n".encode(), 3, "front-matter", "语法"),
    ],
)
def test_broken_files_are_told_with_a_hint(make_workspace, data, line, code, words):
    workspace = make_workspace({"好": document(), "夹/坏": data})
    assert ids(workspace) == ["好"]
    (broken,) = workspace.catalogue.broken
    assert (broken.id, broken.path) == ("夹/坏", workspace.kb / "夹" / "坏.md")
    problem = broken.problem
    assert (problem.line, problem.severity, problem.code) == (line, "error", code)
    assert words in problem.message
    assert problem.hint
    assert problem in check_workspace(workspace)
    for wanted in ("夹/坏", "坏", "kb/夹/坏.md"):
        with pytest.raises(InputError) as caught:
            workspace.resolve(wanted)
        assert caught.value.line == line


def test_a_broken_file_does_not_rewrite_the_cache_and_may_heal(make_workspace):
    workspace = make_workspace({"好": document(), "坏": b"x"})
    age(workspace)
    assert ids(workspace) == ["好"]
    before = cache_file(workspace).stat().st_mtime_ns
    assert ids(again(workspace)) == ["好"]
    assert cache_file(workspace).stat().st_mtime_ns == before
    (workspace.kb / "坏.md").write_text(document(标题="坏"), encoding="utf-8")
    assert workspace.refresh() is True
    assert (len(workspace.entries), workspace.catalogue.broken) == (2, [])


def test_a_file_removed_while_it_is_read(make_workspace, monkeypatch):
    workspace = make_workspace({"甲": document(), "乙": document(标题="乙")})
    whole = catalogue.read_bytes

    def removing(path):
        if path.name == "甲.md":
            path.unlink()
        return whole(path)

    monkeypatch.setattr(catalogue, "read_bytes", removing)
    assert ids(workspace) == ["乙"]
    assert "文件不存在" in workspace.catalogue.broken[0].problem.message
    assert workspace.refresh() is False
    assert workspace.catalogue.broken == []


def test_a_file_removed_after_it_was_catalogued(aged):
    entry = aged.entry("甲")
    entry.path.unlink()
    with pytest.raises(InputError, match="文件不存在"):
        aged.load(entry)
    assert [p.code for p in check_workspace(aged) if p.path == str(entry.path)] == ["unreadable"]


# -- what belongs to the catalogue --------------------------------------------------------------


def test_hidden_folders_lock_files_and_others_are_left_out(make_workspace):
    workspace = make_workspace(
        {
            "甲": document(),
            ".git/乙": document(),
            "__MACOSX/丙": document(),
            "node_modules/丁.md": document(),
            "~$戊.md": b"x",
            "._己.md": b"x",
            "庚.txt": b"x",
        }
    )
    assert ids(workspace) == ["甲"]


@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
def test_links_are_followed_once(make_workspace):
    workspace = make_workspace({"夹/深/甲": document()})
    (workspace.kb / "夹" / "深" / "环").symlink_to(workspace.kb, target_is_directory=True)
    (workspace.kb / "另名").symlink_to(workspace.kb / "夹" / "深", target_is_directory=True)
    (workspace.kb / "自己").symlink_to(workspace.kb / "自己")
    (workspace.kb / "断.md").symlink_to(workspace.kb / "没有.md")
    outside = workspace.root / "外面"
    outside.mkdir()
    (outside / "乙.md").write_text(document(标题="乙"), encoding="utf-8")
    (workspace.kb / "链").symlink_to(outside, target_is_directory=True)
    assert [row[0] for row in scan(workspace.kb)] == ["夹/深/甲", "链/乙"]
    assert check_workspace(workspace) is not None


@pytest.mark.parametrize("name", ["甲 乙", "😀通知", "a'b", "é", "（试行）甲", "１２"])
def test_odd_names(make_workspace, name):
    workspace = make_workspace({f"夹 子/{name}": document(标题="题")})
    assert ids(workspace) == [f"夹 子/{name}"]
    assert workspace.resolve("题").id == f"夹 子/{name}"


def test_ids_are_nfc_and_the_file_is_found_as_it_is_spelled(make_workspace):
    spelled = unicodedata.normalize("NFD", "café")
    workspace = make_workspace({spelled: document()})
    age(workspace)
    for opened in (workspace, again(workspace), again(workspace)):
        assert ids(opened) == ["café"]
        assert opened.entry(spelled).path.is_file()
        assert opened.load("café").meta.title == "甲办法"


def test_a_missing_title_is_the_files_name(make_workspace):
    workspace = make_workspace({"夹/甲@2024": document(标题="-")})
    (entry,) = workspace.entries
    assert (entry.meta.title, entry.name, repr(entry)) == ("甲", "甲", "Entry('夹/甲@2024')")


# -- surroundings -------------------------------------------------------------------------------


def test_a_read_only_workspace_uses_the_users_cache(aged, tmp_path, monkeypatch):
    mine = tmp_path / "mine"
    monkeypatch.setattr(os, "access", lambda *_args, **_kwargs: False)
    monkeypatch.setattr("platformdirs.user_cache_dir", lambda *_args, **_kwargs: str(mine))
    other = again(aged)
    assert other.cache.is_relative_to(mine)
    assert ids(other) == ["夹/乙", "甲"]
    assert (other.cache / "catalogue.json").is_file()
    assert again(aged).cache == other.cache


def test_a_network_drive_uses_the_users_cache(aged, tmp_path, monkeypatch):
    monkeypatch.setattr("store.workspace.is_network_path", lambda _path: True)
    monkeypatch.setattr(
        "platformdirs.user_cache_dir", lambda *_args, **_kwargs: str(tmp_path / "m")
    )
    assert again(aged).cache.is_relative_to(tmp_path / "m")


def test_with_no_place_for_a_cache_documents_are_listed_all_the_same(aged, tmp_path, monkeypatch):
    (tmp_path / "file").write_bytes(b"")
    monkeypatch.setattr(os, "access", lambda *_args, **_kwargs: False)
    monkeypatch.setattr(
        "platformdirs.user_cache_dir", lambda *_args, **_kwargs: str(tmp_path / "file")
    )
    other = again(aged)
    assert ids(other) == ["夹/乙", "甲"]
    with pytest.raises(EnvironmentRefused, match="缓存"):
        _ = other.cache


def test_a_cache_that_cannot_be_written_is_given_up(aged, monkeypatch):
    def refuse(*_args):
        raise EnvironmentRefused

    monkeypatch.setattr(catalogue, "write_atomic", refuse)
    cache_file(aged).unlink()
    found = Catalogue(aged.kb, cache_file(aged), aged.find_kind)
    assert (len(found.entries), found.store) == (2, None)


# -- many ---------------------------------------------------------------------------------------


def test_two_thousand_documents_hold_no_bodies(make_workspace):
    body = "".join(
        f"{n}. 第{n}条的内容，写得长一些，好让正文占去文件的大部分。\n" for n in range(1, 41)
    )
    files = {
        f"部门{n % 20}/制度{n}": document(
            body, 标题=f"制度{n}", 编号=f"A-{n}", 生效日期="2024-01-01"
        )
        for n in range(2000)
    }
    workspace = make_workspace(files)
    age(workspace)
    tracemalloc.start()
    assert len(workspace.entries) == 2000
    rows = [(entry.meta.title, workspace.versions.in_force(entry)) for entry in workspace.entries]
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(rows) == 2000
    assert held < 20 * 1024 * 1024
    tracemalloc.start()
    other = again(workspace)
    assert len(other.entries) == 2000
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert held < 12 * 1024 * 1024
    for entry in other.entries[:50]:
        assert len(other.load(entry).body.root.blocks) == 40
