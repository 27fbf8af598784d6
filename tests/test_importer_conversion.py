"""Old formats through LibreOffice: a program that hangs, crashes or is silent stops one file."""

from __future__ import annotations

import os
import sys
import time
from typing import TYPE_CHECKING

import pytest
from tools_importer import docx, p

from importer import conversion, import_paths
from importer.conversion import OfficeBroken, to_docx
from store import Workspace
from store.office import OfficeAbsent, convert_watched

if TYPE_CHECKING:
    from pathlib import Path

FAKE = """#!{python}
import pathlib, sys, time
out = pathlib.Path(sys.argv[sys.argv.index("--outdir") + 1])
for name in sys.argv[sys.argv.index("--outdir") + 2:]:
    text = pathlib.Path(name).read_text(encoding="utf-8", errors="replace")
    if "挂起" in text:
        time.sleep(60)
    if "崩溃" in text:
        sys.exit(139)
    if "打不开" in text:
        continue
    made = pathlib.Path({sample!r}).read_bytes()
    (out / (pathlib.Path(name).stem + ".docx")).write_bytes(made)
"""

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a script as the program")


@pytest.fixture
def office(tmp_path: Path, monkeypatch) -> Path:
    """A stand-in for LibreOffice, which misbehaves as its files say."""
    sample = tmp_path / "样本.docx"
    sample.write_bytes(
        docx(p("值班制度") + p("第一条 值班人员按时到岗。") + p("第二条 做好交接记录。"))
    )
    program = tmp_path / "soffice"
    program.write_text(FAKE.format(python=sys.executable, sample=str(sample)), encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("WENSHU_SOFFICE", str(program))
    monkeypatch.setattr(conversion, "SECONDS_ALONE", 1.5)
    return program


def files(folder: Path, *words: str) -> list[Path]:
    folder.mkdir(exist_ok=True)
    found = []
    for number, word in enumerate(words):
        found.append(folder / f"旧{number}.rtf")
        found[-1].write_text(f"{{\\rtf1 {word}{number}}}", encoding="utf-8")
    return found


@pytest.mark.parametrize("word", ["挂起", "崩溃", "打不开"])
def test_one_bad_file_is_left_out_and_the_rest_goes_on(tmp_path, office, word: str) -> None:
    paths = files(tmp_path / "旧", "好", "好", word, "好", "好")
    made = to_docx(paths, tmp_path, [path.name for path in paths])
    assert [one is not None for one in made] == [True, True, False, True, True]


@pytest.mark.parametrize("word", ["挂起", "崩溃"])
def test_a_bad_first_file_does_not_take_the_rest_with_it(tmp_path, office, word: str) -> None:
    paths = files(tmp_path / "旧", word, "好", "好")
    made = to_docx(paths, tmp_path, [path.name for path in paths])
    assert [one is not None for one in made] == [False, True, True]


def test_a_program_that_always_fails_is_given_up_soon(tmp_path, office) -> None:
    paths = files(tmp_path / "旧", *["崩溃"] * 30)
    began = time.monotonic()
    with pytest.raises(OfficeBroken):
        to_docx(paths, tmp_path, [path.name for path in paths])
    assert time.monotonic() - began < 20


def test_a_program_that_is_none_is_absent(tmp_path, monkeypatch) -> None:
    program = tmp_path / "soffice"
    program.write_bytes(b"\0")
    program.chmod(0o755)
    monkeypatch.setenv("WENSHU_SOFFICE", str(program))
    with pytest.raises(OfficeAbsent):
        convert_watched([tmp_path / "a.doc"], "docx", tmp_path, 5, idle=5)


def test_no_process_is_left_of_a_program_that_hangs(tmp_path, office) -> None:
    paths = files(tmp_path / "旧", "挂起")
    assert not convert_watched(paths, "docx", tmp_path, 1, idle=1).finished
    left = [
        one
        for one in (os.listdir("/proc") if os.path.isdir("/proc") else ())  # noqa: PTH112, PTH208
        if one.isdigit() and str(office) in _command(one)
    ]
    assert left == []


def _command(process: str) -> str:
    try:
        with open(f"/proc/{process}/cmdline", encoding="utf-8", errors="replace") as handle:  # noqa: PTH123
            return handle.read()
    except OSError:
        return ""


def test_an_import_names_what_could_not_be_converted(tmp_path, office) -> None:
    paths = files(tmp_path / "旧", "好", "崩溃", "打不开")
    (tmp_path / "库" / "kb").mkdir(parents=True)
    result = import_paths(Workspace.open(tmp_path / "库"), paths)
    assert [source.name for source in result.failed] == ["旧1.rtf", "旧2.rtf"]
    assert all("LibreOffice" in source.error for source in result.failed)
    assert [draft.title for draft in result.documents] == ["值班制度"]
