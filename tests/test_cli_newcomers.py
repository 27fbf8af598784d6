"""What a newcomer reads: future versions, all versions of a title, other days, near names."""

from __future__ import annotations

import errno
import json
import shutil
from typing import TYPE_CHECKING

import pytest

from cli.common import force_text, near_names
from cli.main import COMMANDS, run
from cli.output import cell_width
from store.files import write_hint, write_reason

if TYPE_CHECKING:
    from pathlib import Path

TITLE = "印章管理办法"


@pytest.fixture(scope="module")
def future(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The starter with a version that begins in the far future, and a broken document."""
    target = tmp_path_factory.mktemp("future") / "库"
    assert run(["init", str(target)]) == 0
    place = ["-w", str(target)]
    assert run(["revise", TITLE, "--effective", "2099-01-01", *place]) == 0
    draft = next((target / "kb" / "管理制度").glob(f"{TITLE}@*.md"))
    assert run(["publish", f"管理制度/{draft.stem}", *place]) == 0
    (target / "kb" / "管理制度" / "坏.md").write_text("没有信息表", encoding="utf-8")
    return target


def wenshu(capsys: pytest.CaptureFixture[str], *args: str | Path, code: int = 0) -> tuple[str, str]:
    capsys.readouterr()
    assert run([str(arg) for arg in args]) == code
    captured = capsys.readouterr()
    return captured.out, captured.err


def test_list_names_the_first_day_of_a_future_version(
    future: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    out, _ = wenshu(capsys, "list", "-w", future)
    lines = [line for line in out.splitlines() if line.startswith(TITLE)]
    assert any(line.endswith("2099-01-01起") for line in lines)
    assert "不在有效期" not in "".join(lines)
    assert max(map(cell_width, out.splitlines())) <= 80


def test_what_has_ended_or_not_begun_is_told_apart() -> None:
    assert force_text(in_force=False, begins="2099-01-01") == "未生效"
    assert force_text(in_force=False, begins="2001-01-01") == "不在有效期"
    assert force_text(in_force=False) == "不在有效期"


def test_a_title_has_the_history_of_all_its_versions(
    future: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, _ = wenshu(capsys, "history", TITLE, "-w", future)
    assert out.count("管理制度/印章管理办法") >= 2
    assert "管理制度/印章管理办法（" in out
    one, _ = wenshu(capsys, "history", "管理制度/印章管理办法", "-w", future)
    assert "管理制度/印章管理办法（" not in one


def test_restore_says_which_version_it_answers_for(
    future: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for wanted in (TITLE, f"{TITLE}@9"):
        capsys.readouterr()
        assert run(["restore", wanted, "-w", str(future)]) != 0
        assert "其他版本请写 ID：" in capsys.readouterr().err


def test_search_says_since_when_a_text_fits(
    future: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, err = wenshu(capsys, "search", "年假", "--on", "2019-01-01", "-w", future)
    assert "2019-01-01 当日没有有效的相关文本" in out
    assert "自 2022-01-01 起" in out
    assert "有 1 份文档读不出，用 wenshu check 查看。" in err
    out, err = wenshu(capsys, "search", "年假", "--on", "2019-01-01", "--json", "-w", future)
    assert list(json.loads(out)) == ["query", "total", "took_ms", "suggestion", "facets", "hits"]
    assert not err


def test_only_near_names_are_proposed() -> None:
    assert near_names("serch", COMMANDS) == ["search"]
    assert near_names("--lenght", ["--set", "--length", "--help"]) == ["--length"]
    assert near_names("qqqq", COMMANDS) == []


def test_the_hint_fits_what_hinders_writing() -> None:
    missing = OSError(errno.ENOENT, "No such file or directory")
    assert write_reason(missing) == "这个文件夹不能写入"
    assert "请关闭" not in write_hint(missing)
    assert "请关闭" in write_hint(OSError(errno.EACCES, "Permission denied"))
    assert "磁盘" in write_hint(OSError(errno.ENOSPC, "No space left on device"))


@pytest.mark.parametrize("query", ["怀孕了可以请多久假", "产假几天"])
def test_days_of_maternity_leave_are_among_the_first_two(
    future: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], query: str
) -> None:
    place = tmp_path / "库"
    shutil.copytree(future, place)
    out, _ = wenshu(capsys, "search", query, "--json", "-w", place)
    hits = json.loads(out)["hits"][:2]
    assert any("产假 | 98天" in hit["text"] or hit["clause"] == "第十条" for hit in hits)
