from __future__ import annotations

import tomllib

import pytest
from conftest import write_file
from tools_store import document

from store import Workspace, toml
from store.exceptions import (
    AmbiguousDocument,
    ConflictError,
    DocumentNotFound,
    InputError,
    InvalidValue,
    KindNotFound,
    UsageError,
    WorkspaceNotFound,
)
from store.scaffold import init_workspace, new_document
from store.settings import load_settings
from store.workspace import ENVIRONMENT_VARIABLE

LIBRARY = {
    "岗位职责/柜员": document(
        标题="柜员岗位职责", 类别="岗位职责", 部门="营业部", 岗位="柜员", 编号="G-1"
    ),
    "制度/休假": document(标题="休假办法", 编号="X-1", 版本="2024", 生效日期="2024-01-01"),
    "制度/休假@2020": document(标题="休假办法", 编号="X-1", 版本="2020", 生效日期="2020-01-01"),
    "一部/通则": document(标题="通则", 部门="一部"),
    "二部/通则": document(标题="通则", 部门="二部"),
}


@pytest.fixture
def library(make_workspace):
    return make_workspace(LIBRARY)


# -- which document is meant --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ("制度/休假", "制度/休假"),
        ("制度/休假.md", "制度/休假"),
        ("制度\\休假", "制度/休假"),
        ("./制度/休假", "制度/休假"),
        ("kb/制度/休假", "制度/休假"),
        ("kb/制度/休假.md", "制度/休假"),
        ("制度/休假@2020", "制度/休假@2020"),
        ("休假@2020", "制度/休假@2020"),
        ("休假办法", "制度/休假"),
        ("《休假办法》", "制度/休假"),
        ("  休假办法 ", "制度/休假"),
        ("休假", "制度/休假"),
        ("X-1", "制度/休假"),
        ("G-1", "岗位职责/柜员"),
        ("柜员", "岗位职责/柜员"),
        ("一部/通则", "一部/通则"),
    ],
)
def test_resolve(library, wanted, expected):
    assert library.resolve(wanted).id == expected
    assert library.load(wanted).id == expected


def test_resolve_by_path(library, monkeypatch):
    absolute = library.kb / "制度" / "休假.md"
    assert library.resolve(str(absolute)).id == "制度/休假"
    assert library.resolve(str(absolute.with_suffix(""))).id == "制度/休假"
    monkeypatch.chdir(library.kb / "制度")
    for wanted in ("休假.md", "./休假.md", "休假", "../岗位职责/柜员.md", "../../kb/制度/休假.md"):
        assert library.resolve(wanted).id in {"制度/休假", "岗位职责/柜员"}
    assert library.resolve("../岗位职责/柜员.md").id == "岗位职责/柜员"


def test_ambiguous_titles_are_told_with_all_that_fit(library):
    with pytest.raises(AmbiguousDocument, match="2 份") as caught:
        library.resolve("通则")
    assert caught.value.candidates == ["一部/通则", "二部/通则"]
    assert "一部/通则、二部/通则" in caught.value.hint


@pytest.mark.parametrize(
    ("wanted", "near"),
    [
        ("休假办发", "制度/休假"),
        ("制度/休价", "制度/休假"),
        ("柜员岗位职", "岗位职责/柜员"),
        ("完全不相干的名字", None),
    ],
)
def test_near_names(library, wanted, near):
    with pytest.raises(DocumentNotFound, match=wanted) as caught:
        library.resolve(wanted)
    assert (near in caught.value.near) is (near is not None)
    assert caught.value.hint


@pytest.mark.parametrize("wanted", ["", " ", "/", ".", "..", "a\x00b", "../../..", "长" * 400, "~"])
def test_odd_names_are_not_found(library, wanted):
    with pytest.raises(DocumentNotFound):
        library.resolve(wanted)


def test_entry_wants_the_exact_id(library):
    assert library.entry("制度/休假").meta.title == "休假办法"
    with pytest.raises(DocumentNotFound) as caught:
        library.entry("休假办法")
    assert "制度/休假" in caught.value.near


# -- where the workspace is ---------------------------------------------------------------------


def test_discover_looks_upward(library, monkeypatch, tmp_path):
    monkeypatch.delenv(ENVIRONMENT_VARIABLE, raising=False)
    deep = library.kb / "制度"
    assert Workspace.discover(deep).root == library.root
    monkeypatch.chdir(deep)
    assert Workspace.discover().root == library.root
    other = tmp_path / "别处"
    (other / "kb").mkdir(parents=True)
    monkeypatch.setenv(ENVIRONMENT_VARIABLE, str(other))
    assert Workspace.discover().root == other
    assert Workspace.discover(deep).root == library.root


def test_no_workspace_is_told(tmp_path, monkeypatch):
    with pytest.raises(WorkspaceNotFound) as caught:
        Workspace.open(tmp_path)
    assert "wenshu init" in caught.value.hint
    monkeypatch.setenv(ENVIRONMENT_VARIABLE, str(tmp_path / "没有"))
    with pytest.raises(WorkspaceNotFound, match="没有"):
        Workspace.discover()


def test_a_workspace_without_anything_else(make_workspace):
    workspace = make_workspace()
    assert (workspace.entries, workspace.settings.company, workspace.refresh()) == ([], {}, False)
    assert workspace.kind("policy").name == "管理制度"


# -- what the indexed text depends on -----------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("甲.md", document("1. 另文。\n", 数据="数.yaml")),
        ("数.yaml", "存款: 123456789\n"),
        ("wenshu.toml", '[公司]\n投诉电话 = "2"\n'),
        ("templates/policy/kind.toml", '[numbering]\nclauses = ["1."]\n'),
        ("templates/policy/kind.toml", "weight = 0.5\n"),
        ("templates/policy/kind.toml", "life_cycle = false\n"),
    ],
)
def test_the_fingerprint_changes(make_workspace, name, content):
    files = {"甲": document(数据="数.yaml"), "数.yaml": "存款: 1\n"}
    workspace = make_workspace(files)
    before = workspace.fingerprint(workspace.entry("甲"))
    assert before == workspace.fingerprint(workspace.entry("甲"))
    write_file(workspace.root, name, content)
    other = Workspace.open(workspace.root)
    assert other.fingerprint(other.entry("甲")) != before


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("乙.md", document("1. 先。\n2. 甲。{: #pay}\n", 标题="乙")),
        ("数/二部.yaml", "存款: 12345\n"),
        ("数/三部.yaml", "存款: 12345\n"),
        ("丙.md", document(标题="丙")),
    ],
)
def test_the_fingerprint_changes_with_what_a_document_refers_to(make_workspace, name, content):
    text = "1. 见[](乙#pay)、[](<乙#pay>)、[本条](乙#pay)、[](#own)、[](丙 (一)#a)、[](丙#a)。\n"
    files = {
        "甲": document(text, 数据="总.yaml"),
        "乙": document("1. 甲。{: #pay}\n", 标题="乙"),
        "总.yaml": "汇总:\n  二部: 数/二部.yaml\n  三部: 数/分.yaml\n",
        "数/分.yaml": "汇总:\n  三部: 三部.yaml\n  总部: 分.yaml\n",
        "数/二部.yaml": "存款: 1\n",
    }
    workspace = make_workspace(files)
    entry = workspace.entry("甲")
    assert workspace.referred(entry) == ("乙", "丙 (一)", "丙")
    before = workspace.fingerprint(entry)
    assert before == workspace.fingerprint(entry, workspace.referred(entry))
    write_file(workspace.root, name, content)
    other = Workspace.open(workspace.root)
    assert other.fingerprint(other.entry("甲")) != before


def test_metric_files_that_cannot_be_read_add_nothing_up(make_workspace):
    files = {
        "甲": document(数据="[坏.yaml, 单.yaml, 没有.xlsx]"),
        "坏.yaml": "汇总: [\n",
        "单.yaml": "汇总: 一\n",
    }
    workspace = make_workspace(files)
    found = workspace.metric_files(workspace.entry("甲"))
    assert [path.name for path in found] == ["坏.yaml", "单.yaml", "没有.xlsx"]


def test_the_fingerprint_stays(make_workspace):
    workspace = make_workspace({"甲": document(数据="没有.yaml"), "乙": document(标题="乙")})
    before = workspace.fingerprint(workspace.entry("甲"))
    write_file(workspace.root, "乙", document("1. 改。\n", 标题="乙"))
    write_file(workspace.root, "wenshu.toml", '[版式]\n字体 = "宋体"\n')
    write_file(workspace.root, "templates/article/kind.toml", "weight = 0.1\n")
    other = Workspace.open(workspace.root)
    assert other.fingerprint(other.entry("甲")) == before


# -- wenshu.toml --------------------------------------------------------------------------------


def test_chinese_bare_keys(make_workspace):
    text = (
        '密级 = ["公开", "绝密"]\n\n[公司]\n名称 = "某某公司"\n投诉电话 = 0000\n'.replace(
            "0000", '"0000"'
        )
        + '[版式.管理制度]\n正文 = { 字体 = "宋体", 字号 = 12 }\n'
    )
    settings = make_workspace({"wenshu.toml": text}).settings
    assert settings.company == {"名称": "某某公司", "投诉电话": "0000"}
    assert settings.layout == {"管理制度": {"正文": {"字体": "宋体", "字号": 12}}}
    assert settings.confidentiality == ("公开", "绝密")
    assert settings.unknown == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('名称 = "甲"', {"名称": "甲"}),
        ('"名称" = "甲"', {"名称": "甲"}),
        ("名称 = '甲 = 乙' # 注", {"名称": "甲 = 乙"}),
        ('甲.乙 = "丙"', {"甲": {"乙": "丙"}}),
        ("甲.b.丙 = 1", {"甲": {"b": {"丙": 1}}}),
        ("[[表]]\n甲 = 1\n[[表]]\n甲 = 2", {"表": [{"甲": 1}, {"甲": 2}]}),
        ('甲 = { 乙 = 1, c = 2, "丁" = 3 }', {"甲": {"乙": 1, "c": 2, "丁": 3}}),
        ('甲 = { 乙 = "{丙 = 1}" }', {"甲": {"乙": "{丙 = 1}"}}),
        ('甲 = "用{姓名 = 张三}"', {"甲": "用{姓名 = 张三}"}),
        ('甲 = "a\\"{乙 = 1"', {"甲": 'a"{乙 = 1'}),
        ('甲 = [\n  "乙", # 注\n  "丙",\n]', {"甲": ["乙", "丙"]}),
        ('甲 = [["乙", "丙"],\n ["丁"]]', {"甲": [["乙", "丙"], ["丁"]]}),
        ('甲 = """\n乙 = 1\n[丙]\n"""', {"甲": "乙 = 1\n[丙]\n"}),
        ("甲 = '''\n乙 = 1'''\n丁 = 2", {"甲": "乙 = 1", "丁": 2}),
        ("# 甲 = 1\n", {}),
        ("a = 1\r\n甲 = 2\r\n", {"a": 1, "甲": 2}),
    ],
)
def test_toml(text, expected):
    assert toml.loads(text) == expected


def test_toml_errors_keep_their_line():
    with pytest.raises(tomllib.TOMLDecodeError, match="line 2"):
        toml.loads("甲 = 1\n乙 = 丙\n")


@pytest.mark.parametrize(
    "content",
    ["[公司\n", "公司 = 1\n", "版式 = []\n", '密级 = "内部"\n', "甲 = 乙\n", "甲".encode("gbk")],
)
def test_bad_settings_are_told(make_workspace, content):
    workspace = make_workspace({"wenshu.toml": content})
    with pytest.raises(InputError, match=r"wenshu\.toml") as caught:
        _ = workspace.settings
    assert caught.value.hint


def test_settings_with_a_byte_order_mark(tmp_path):
    path = tmp_path / "wenshu.toml"
    path.write_text('[公司]\n名称 = "甲"\n', encoding="utf-8-sig")
    assert load_settings(path).company == {"名称": "甲"}


# -- kinds --------------------------------------------------------------------------------------


def test_a_workspace_overlays_a_kind_key_by_key(make_workspace):
    workspace = make_workspace(
        {
            "甲": document("1. 甲。\n2. 乙。\n"),
            "templates/policy/kind.toml": 'name = "规定"\n[numbering]\nclauses = ["1."]\n',
            "templates/policy/outline.md": "## 自己的大纲\n",
        }
    )
    kind = workspace.kind("policy")
    assert (kind.name, kind.numbering.clauses) == ("规定", ("1.",))
    assert kind.numbering.headings == ("第一章", "第一节")
    assert kind.life_cycle
    assert "规章制度" in kind.aliases
    assert kind.find("outline.md") == workspace.root / "templates" / "policy" / "outline.md"
    assert kind.find("标准.docx") is not None
    assert kind.find("没有.docx") is None
    assert workspace.find_kind("规定") is workspace.find_kind("规章制度") is kind


def test_a_company_adds_a_kind(make_workspace):
    text = (
        'name = "会议纪要"\naliases = ["纪要"]\n[sections]\nrequired = ["议题", ["决议", "决定"]]\n'
    )
    workspace = make_workspace(
        {"甲": document("## 决定\n\n甲。\n", 类别="纪要"), "templates/minutes/kind.toml": text}
    )
    assert workspace.entry("甲").meta.kind == "minutes"
    assert workspace.kind("纪要").required_sections == (("议题",), ("决议", "决定"))
    assert new_document(workspace, "会议纪要", "一季度会") == "会议纪要/一季度会"


@pytest.mark.parametrize("name", ["管理制度", "POLICY", " policy ", "管理办法"])
def test_kinds_are_found_by_any_name(library, name):
    assert library.kind(name).slug == "policy"


def test_an_unknown_kind_is_told_with_the_nearest(library):
    with pytest.raises(KindNotFound) as caught:
        library.kind("管理制渡")
    assert "管理制度" in caught.value.near
    with pytest.raises(KindNotFound) as caught:
        library.kind("xyz")
    assert len(caught.value.near) >= 8


@pytest.mark.parametrize(
    "text",
    [
        "name = \n",
        'aliases = "甲"\n',
        "fields = 1\n",
        "weight = []\n",
        "[sections]\nrequired = 1\n",
    ],
)
def test_bad_kinds_are_told(make_workspace, text):
    workspace = make_workspace({"templates/policy/kind.toml": text})
    with pytest.raises(InputError, match=r"kind\.toml") as caught:
        _ = workspace.kinds
    assert caught.value.hint


# -- new workspaces and documents ---------------------------------------------------------------


def test_init_refuses_a_folder_with_something_in_it(tmp_path):
    (tmp_path / "x").write_bytes(b"")
    for target in (tmp_path, tmp_path / "x"):
        with pytest.raises(UsageError, match="已有内容"):
            init_workspace(target)
    assert [path.name for path in tmp_path.iterdir()] == ["x"]


def test_init_counts_the_documents(starter):
    assert len(starter.entries) >= 36
    assert starter.catalogue.broken == []


def test_every_kind_has_an_outline_that_checks(starter_copy):
    from store.checker import check_workspace  # noqa: PLC0415

    for kind in starter_copy.kinds.values():
        name = new_document(starter_copy, kind.slug, "新写的一份", department="办公室")
        errors = [p for p in check_workspace(starter_copy, [name]) if p.severity == "error"]
        assert [p.code for p in errors if p.code != "missing-field"] == [], kind.name
        with pytest.raises(ConflictError):
            new_document(starter_copy, kind.slug, "新写的一份", department="办公室")


@pytest.mark.parametrize(("title", "period"), [("", ""), ("a<b", ""), ("..", ""), ("甲", "上旬")])
def test_bad_titles_and_periods(library, title, period):
    with pytest.raises(InvalidValue):
        new_document(library, "文章", title, period=period)
    assert len(list(library.kb.rglob("*.md"))) == len(LIBRARY)
