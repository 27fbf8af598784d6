from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tools_store import document

from store import versions as module
from store.versions import version_key

TODAY = date(2026, 11, 23)


@pytest.fixture(autouse=True)
def fixed_day(monkeypatch):
    monkeypatch.setattr(module, "today", lambda: TODAY)


def fields(row: str) -> dict[str, str]:
    """`生效=2024-01-01 状态=现行` as front matter."""
    long = {"生效": "生效日期", "失效": "失效日期", "发布": "发布日期", "至": "有效期至"}
    pairs = (part.split("=", 1) for part in row.split())
    return {long.get(key, key): value for key, value in pairs}


def library(make_workspace, *rows: str):
    """One document a row: `id 标题=… 生效=…`."""
    files = {}
    for row in rows:
        name, _, rest = row.partition(" ")
        files[name] = document(**fields(rest))
    return make_workspace(files)


def in_force(workspace, document_id: str, day: str) -> bool | None:
    return workspace.versions.in_force(workspace.entry(document_id), date.fromisoformat(day))


@pytest.mark.parametrize(
    ("row", "day", "expected"),
    [
        # the first day: 生效日期, else 发布日期
        ("状态=现行 生效=2024-01-01", "2023-12-31", False),
        ("状态=现行 生效=2024-01-01", "2024-01-01", True),
        ("状态=现行 发布=2024-01-01", "2023-12-31", False),
        ("状态=现行 发布=2024-01-01", "2024-01-01", True),
        ("状态=现行 发布=2023-01-01 生效=2024-01-01", "2023-06-01", False),
        ("状态=现行 发布=2024-03-01 生效=2024-01-01", "2024-02-01", True),
        # 失效日期 is the first day out, 有效期至 the last day in
        ("状态=已废止 生效=2024-01-01 失效=2025-01-01", "2024-12-31", True),
        ("状态=已废止 生效=2024-01-01 失效=2025-01-01", "2025-01-01", False),
        ("状态=已失效 生效=2024-01-01 至=2024-12-31", "2024-12-31", True),
        ("状态=已失效 生效=2024-01-01 至=2024-12-31", "2025-01-01", False),
        ("状态=现行 生效=2024-01-01 至=2024-12-31 失效=2024-07-01", "2024-07-01", False),
        ("状态=现行 生效=2024-01-01 至=2024-06-30 失效=2024-12-01", "2024-07-01", False),
        # 现行 after its end is a mistake of the status; the dates decide
        ("状态=现行 生效=2024-01-01 失效=2025-01-01", "2026-01-01", False),
        ("状态=试行 生效=2024-01-01 至=2024-12-31", "2025-06-01", False),
        ("状态=试行 生效=2024-01-01 至=2024-12-31", "2024-06-01", True),
        ("状态=修订中 生效=2024-01-01", "2025-01-01", True),
        # drafts never
        ("状态=草案 生效=2024-01-01", "2025-01-01", False),
        ("状态=征求意见 生效=2024-01-01", "2025-01-01", False),
        ("状态=审批中 生效=2024-01-01", "2025-01-01", False),
        ("状态=草案", "2025-01-01", False),
        # no date at all, or a status that says so: uncertain
        ("状态=现行", "2025-01-01", None),
        ("状态=修订中", "2025-01-01", None),
        ("编号=1", "2025-01-01", None),
        ("状态=效力待确认", "2025-01-01", None),
        ("状态=效力待确认 生效=2024-01-01", "2025-01-01", None),
        ("状态=效力待确认 生效=2024-01-01", "2023-01-01", False),
        ("状态=现行 失效=2025-01-01", "2024-01-01", None),
        ("状态=现行 失效=2025-01-01", "2025-01-01", False),
        # ended without an end date
        ("状态=已废止 生效=2024-01-01", "2025-01-01", None),
        ("状态=已失效 生效=2024-01-01", "2023-01-01", False),
        ("状态=已废止", "2025-01-01", None),
        # the status is missing: taken from the dates
        ("生效=2024-01-01", "2025-01-01", True),
        ("发布=2024-01-01", "2025-01-01", True),
    ],
)
def test_one_text_on_a_day(make_workspace, row, day, expected):
    workspace = library(make_workspace, f"甲 {row}")
    assert in_force(workspace, "甲", day) is expected


@pytest.mark.parametrize("status", ["草稿", "定稿", "已归档", "现行"])
@pytest.mark.parametrize("day", ["1990-01-01", "2030-01-01"])
def test_kinds_without_a_life_cycle_are_always_in(make_workspace, status, day):
    workspace = library(make_workspace, f"甲 类别=文章 状态={status} 生效=2024-01-01")
    assert in_force(workspace, "甲", day) is True


def test_an_unknown_kind_has_no_life_cycle(make_workspace):
    workspace = library(make_workspace, "甲 类别=怪事 生效=2024-01-01")
    assert in_force(workspace, "甲", "1990-01-01") is True


def test_without_a_day_today_counts(make_workspace):
    workspace = library(make_workspace, "甲 生效=2026-11-23", "乙 标题=乙 生效=2026-11-24")
    states = [workspace.versions.in_force(entry) for entry in workspace.entries]
    assert dict(zip([e.id for e in workspace.entries], states, strict=True)) == {
        "甲": True,
        "乙": False,
    }


@pytest.mark.parametrize(
    ("rows", "document_id", "day", "expected"),
    [
        # a later version of the family takes over on its first day
        (["甲@1 生效=2020-01-01", "甲 生效=2024-01-01"], "甲@1", "2023-12-31", True),
        (["甲@1 生效=2020-01-01", "甲 生效=2024-01-01"], "甲@1", "2024-01-01", False),
        (["甲@1 生效=2020-01-01", "甲 生效=2024-01-01"], "甲", "2024-01-01", True),
        # also where its status says ended, and between three of them
        (["甲@1 状态=已废止 生效=2020-01-01", "甲 生效=2024-01-01"], "甲@1", "2021-01-01", True),
        (
            ["甲@1 生效=2018-01-01", "甲@2 生效=2020-01-01", "甲 生效=2024-01-01"],
            "甲@1",
            "2020-01-01",
            False,
        ),
        # a draft replaces nothing; nor does what has no day
        (["甲 生效=2020-01-01", "甲@2 状态=草案 生效=2024-01-01"], "甲", "2025-01-01", True),
        (["甲 生效=2020-01-01", "甲@2 状态=审批中 生效=2024-01-01"], "甲", "2025-01-01", True),
        (["甲 生效=2020-01-01", "甲@2 状态=现行"], "甲", "2025-01-01", True),
        # 替代, by 编号, id and title
        (
            ["甲 编号=A 生效=2020-01-01", "乙 标题=乙 编号=B 替代=A 生效=2024-01-01"],
            "甲",
            "2024-01-01",
            False,
        ),
        (
            ["甲 编号=A 生效=2020-01-01", "乙 标题=乙 编号=B 替代=甲 生效=2024-01-01"],
            "甲",
            "2023-12-31",
            True,
        ),
        (
            ["甲 生效=2020-01-01", "乙 标题=乙 替代=《甲办法》 生效=2024-01-01"],
            "甲",
            "2024-01-01",
            False,
        ),
        (
            ["甲 生效=2020-01-01", "乙 标题=乙 状态=草案 替代=甲 生效=2024-01-01"],
            "甲",
            "2025-01-01",
            True,
        ),
        (["甲 生效=2020-01-01", "乙 标题=乙 替代=甲"], "甲", "2025-01-01", True),
        # a text without dates, replaced: out from that day, uncertain before
        (["甲", "乙 标题=乙 替代=甲 生效=2024-01-01"], "甲", "2024-01-01", False),
        (["甲", "乙 标题=乙 替代=甲 生效=2024-01-01"], "甲", "2023-01-01", None),
        # marked as ended, the end known from what replaces it
        (
            ["甲 状态=已废止 生效=2020-01-01", "乙 标题=乙 替代=甲 生效=2024-01-01"],
            "甲",
            "2023-01-01",
            True,
        ),
        # both name the family's title: the later one stays
        (
            [
                "甲@1 生效=2018-01-01",
                "甲@2 生效=2020-01-01 替代=甲办法",
                "甲 生效=2024-01-01 替代=甲办法",
            ],
            "甲",
            "2025-01-01",
            True,
        ),
        (["甲 生效=2020-01-01 替代=甲"], "甲", "2025-01-01", True),
    ],
)
def test_replacement(make_workspace, rows, document_id, day, expected):
    workspace = library(make_workspace, *rows)
    assert in_force(workspace, document_id, day) is expected


@pytest.mark.parametrize(
    ("rows", "families"),
    [
        (["甲 编号=A", "乙 标题=乙 编号=A", "丙 标题=甲办法 编号=B"], ["丙", "乙+甲"]),
        (["甲", "甲@1"], ["甲+甲@1"]),
        (["甲 部门=一部", "甲@1 部门=二部"], ["甲", "甲@1"]),
        (["甲", "乙 类别=服务承诺"], ["乙", "甲"]),
        (["甲", "乙 标题=乙 替代=甲"], ["乙+甲"]),
        (["甲 编号=A", "乙 标题=乙 替代=A"], ["乙+甲"]),
        (["甲 编号=A", "乙 标题=乙 编号=B 替代=A"], ["乙", "甲"]),
        (["甲", "乙 标题=乙 替代=甲", "丙 标题=丙 替代=乙"], ["丙+乙+甲"]),
        (["丙 标题=丙 编号=C", "乙 标题=乙 替代=C", "甲 编号=A 替代=乙"], ["丙+乙", "甲"]),
        # merged, split, ambiguous: what is new is no version of what was
        (["甲 标题=甲", "乙 标题=乙", "丙 标题=丙 替代=甲、乙"], ["丙", "乙", "甲"]),
        (["甲 标题=甲", "乙 标题=乙 替代=甲", "丙 标题=丙 替代=甲"], ["丙", "乙", "甲"]),
        (["甲 标题=甲", "乙 标题=乙 替代=丙", "丙 标题=丙 替代=乙"], ["丙+乙", "甲"]),
        (["甲 部门=一", "乙 部门=二", "丙 标题=丙 替代=甲办法"], ["丙", "乙", "甲"]),
        (["甲 编号=012", "乙 标题=乙 编号=12"], ["乙", "甲"]),
    ],
)
def test_families(make_workspace, rows, families):
    workspace = library(make_workspace, *rows)
    found = ["+".join(sorted(e.id for e in family)) for family in workspace.versions.families()]
    assert sorted(found) == sorted(families)


def test_a_family_is_ordered_newest_first(make_workspace):
    workspace = library(
        make_workspace,
        "甲@1.9 版本=1.9 生效=2024-01-01",
        "甲@1.10 版本=1.10 生效=2024-01-01",
        "甲@1.2 版本=1.2 生效=2022-01-01",
        "甲@草 版本=2.0 状态=草案",
    )
    family = workspace.versions.family(workspace.entry("甲@1.2"))
    assert [e.meta.version for e in family] == ["2.0", "1.10", "1.9", "1.2"]


@pytest.mark.parametrize(
    ("rows", "day", "expected"),
    [
        (["甲@1 生效=2020-01-01", "甲 生效=2024-01-01"], "2021-01-01", "甲@1"),
        (["甲@1 生效=2020-01-01", "甲 生效=2024-01-01"], "2025-01-01", "甲"),
        (["甲@1 生效=2020-01-01", "甲 生效=2024-01-01"], "2010-01-01", "甲"),
        (["甲 生效=2020-01-01", "甲@2 状态=草案"], "2025-01-01", "甲"),
        (["甲", "甲@2 状态=草案"], "2025-01-01", "甲"),
        (["甲 状态=草案"], "2025-01-01", "甲"),
    ],
)
def test_the_present_version(make_workspace, rows, day, expected):
    workspace = library(make_workspace, *rows)
    versions = workspace.versions
    for entry in workspace.entries:
        assert versions.present(entry, date.fromisoformat(day)).id == expected


def test_what_replaces_a_text_is_known(make_workspace):
    workspace = library(make_workspace, "甲 生效=2020-01-01", "乙 标题=乙 替代=甲 生效=2024-01-01")
    versions, old = workspace.versions, workspace.entry("甲")
    assert [entry.id for entry in versions.replacers(old)] == ["乙"]
    assert versions.replaced_on(old) == versions.ends_on(old) == date(2024, 1, 1)
    assert versions.ends_on(workspace.entry("乙")) is None


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ("制度/甲", ["制度/甲"]),
        ("A-1", ["制度/甲", "制度/甲@1"]),
        ("《甲办法》", ["制度/甲", "制度/甲@1"]),
        (" 甲办法 ", ["制度/甲", "制度/甲@1"]),
        ("甲", []),
        ("", []),
    ],
)
def test_find(make_workspace, wanted, expected):
    workspace = library(make_workspace, "制度/甲 编号=A-1", "制度/甲@1 编号=A-1")
    assert sorted(e.id for e in workspace.versions.find(wanted)) == expected


def test_find_leaves_out_who_asks(make_workspace):
    workspace = library(make_workspace, "甲 编号=A", "乙 编号=A")
    asking = workspace.entry("甲")
    find = workspace.versions.find
    assert [[e.id for e in find(w, besides=asking)] for w in ("A", "甲办法", "甲")] == [
        ["乙"],
        ["乙"],
        [],
    ]


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ("1.9", "1.10"),
        ("1", "1.1"),
        ("2023", "2024"),
        ("2024", "2024.1"),
        ("V1.9", "V2.0"),
        ("第9版", "第10版"),
        ("", "1.0"),
    ],
)
def test_version_key_counts_numbers(earlier, later):
    assert version_key(earlier) < version_key(later)


@given(st.text(max_size=40))
def test_version_key_takes_anything(version):
    key = version_key(version)
    assert len(key) <= 6
    assert all(number >= 0 for number in key)


@pytest.mark.parametrize("gap", [1, 30, 3650])
def test_of_two_versions_exactly_one_is_in_force_each_day(make_workspace, gap):
    begin = date(2020, 1, 1)
    change = begin + timedelta(gap)
    workspace = library(make_workspace, f"甲@1 生效={begin}", f"甲 生效={change}")
    for shift in (0, gap - 1, gap, gap + 1):
        day = begin + timedelta(shift)
        states = [workspace.versions.in_force(entry, day) for entry in workspace.entries]
        assert sorted(map(bool, states)) == [False, True]


@pytest.mark.parametrize(
    "summary",
    [
        "替代=甲",
        "替代=A-1",
        "替代=《用印办法》",
        "编号=A-1",
        "编号=A-1 替代=甲",
        "标题=用印办法 部门=办公室 替代=甲",
    ],
)
def test_what_never_comes_into_force_ends_no_rule(make_workspace, summary):
    workspace = library(
        make_workspace,
        "甲 标题=用印办法 编号=A-1 部门=办公室 状态=现行 生效=2024-01-01",
        f"总结 类别=年终总结 状态=定稿 生效=2025-01-01 标题=总结 {summary}",
    )
    rule, versions = workspace.entry("甲"), workspace.versions
    assert versions.in_force(rule, TODAY) is True
    assert versions.replaced_on(rule) is None
    assert [entry.id for entry in versions.family(rule)] == ["甲"]
    assert versions.replacers(rule) == []


def test_a_summary_of_one_title_takes_no_replacement_away(make_workspace):
    workspace = library(
        make_workspace,
        "旧 标题=用印办法 编号=A-1 状态=现行 生效=2024-01-01",
        "新 标题=印章办法 编号=A-2 状态=现行 生效=2025-01-01 替代=《用印办法》",
        "总结 类别=年终总结 状态=定稿 标题=用印办法",
    )
    assert workspace.versions.in_force(workspace.entry("旧"), TODAY) is False


def test_plain_texts_of_one_number_are_versions_of_one_another(make_workspace):
    workspace = library(
        make_workspace,
        "一 类别=年终总结 编号=B-1 版本=1",
        "二 类别=年终总结 编号=B-1 版本=2",
    )
    assert [e.id for e in workspace.versions.family(workspace.entry("一"))] == ["二", "一"]
