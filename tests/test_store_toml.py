from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store import toml
from store.exceptions import InputError
from store.kinds import load_kinds
from store.settings import load_settings


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ('名称 ＝ "甲"', 1, "英文等号"),
        ("名称：甲", 1, "英文等号"),
        ("名称 = “甲”", 1, "英文引号"),
        ("名称 = 某某公司", 1, "加英文引号"),
        ('[公司]\n名称 = "甲" 乙 = "丙"', 2, "名称 = "),
        ('[公司\n名称 = "甲"', 1, "方括号"),
        ("［公司］", 1, "英文方括号"),
        ('名称 = "甲', 1, "没有成对"),
        ('甲 = 1\n名称 = """甲\n乙', 3, "没有成对"),
        ("名称 = [1,", 1, "没有成对"),
        ("名称 =", 1, "没有写完"),
        ('名称 = "甲"\n名称 = "乙"', 2, "写了两次"),
        ("[公司]\n[公司]", 2, "写了两次"),
        ('名称 "甲"', 1, "等号"),
        ('路径 = "C:\\q"', 1, "反斜杠"),
        ("甲 = " + "[" * 100_000, 1, "表名"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(tmp_path, text, line, words):
    path = tmp_path / "wenshu.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        toml.read(path, "设置文件")
    error = caught.value
    assert (error.path, error.line) == (str(path), line)
    assert words in error.hint
    assert f"{path} 第 {line} 行" in error.message


def test_a_key_may_hold_blanks():
    assert toml.loads('甲 乙 = "丙"') == {"甲 乙": "丙"}


def test_only_keys_are_quoted():
    text = '甲 = { 乙 = ["丙", "丁 = 1"] } # 戊 = 1\n\'己\' = "庚.辛 = 1"\n[ 壬 . 癸 ]\n子 = true'
    assert toml.loads(text) == {
        "甲": {"乙": ["丙", "丁 = 1"]},
        "己": "庚.辛 = 1",
        "壬": {"癸": {"子": True}},
    }


@given(st.dictionaries(st.text(alphabet="甲乙丙a1_-", min_size=1), st.text(max_size=8), max_size=4))
def test_any_text_as_a_value(table):
    def quoted(text: str) -> str:
        return '"' + "".join(f"\\U{ord(char):08x}" for char in text) + '"'

    text = "\n".join(f"{key} = {quoted(value)}" for key, value in table.items())
    assert toml.loads(text) == table


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('aliases = "甲"', "aliases 应为列表"),
        ("aliases = [1]", "aliases 应为加引号的文字"),
        ("fields = 1", "fields 应为表"),
        ('weight = "重"', "weight 应为数字"),
        ("weight = true", "weight 应为数字"),
        ('life_cycle = "否"', "true 或 false"),
        ("name = 1", "name 应为加引号的文字"),
        ("sections = { required = [[1]] }", "required 应为加引号的文字"),
    ],
)
def test_a_kind_with_a_value_of_the_wrong_sort(tmp_path, line, words):
    folder = tmp_path / "memo"
    folder.mkdir()
    (folder / "kind.toml").write_text(line, encoding="utf-8")
    with pytest.raises(InputError, match=words):
        load_kinds([tmp_path])


def test_an_empty_kind_has_everything_it_needs(tmp_path):
    folder = tmp_path / "memo"
    folder.mkdir()
    (folder / "kind.toml").write_text("[numbering]\nclauses = []\n", encoding="utf-8")
    kind = load_kinds([tmp_path])["memo"]
    assert (kind.name, kind.life_cycle, kind.numbering.clauses) == ("memo", False, ("1.", "（1）"))


@pytest.mark.parametrize(
    ("value", "text"),
    [('"甲"', "甲"), ("12", "12"), ("true", "是"), ("false", "否"), ('["甲", "乙"]', "甲、乙")],
)
def test_what_the_company_table_prints(tmp_path, value, text):
    path = tmp_path / "wenshu.toml"
    path.write_text(f"[公司]\n名称 = {value}\n", encoding="utf-8")
    assert load_settings(path).company == {"名称": text}


def test_the_company_table_holds_texts_only(tmp_path):
    path = tmp_path / "wenshu.toml"
    path.write_text('[公司.总部]\n名称 = "甲"\n', encoding="utf-8")
    with pytest.raises(InputError, match="“总部”应为文字"):
        load_settings(path)
