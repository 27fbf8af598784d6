from __future__ import annotations

import errno
import os
from datetime import date
from pathlib import Path

import pytest
from tools_store import document

from store.checker import check_workspace
from store.oddities import _MESSAGES

TODAY = date(2026, 11, 23)
SOUND = {
    "编号": "A-1",
    "部门": "办公室",
    "版本": "1.0",
    "状态": "现行",
    "生效日期": "2024-01-01",
    "适用范围": "全体",
    "解释部门": "办公室",
}
BODY = "## 总则\n\n1. 为规范管理，制定本办法。\n\n## 附则\n\n1. 本办法由办公室解释。\n"
PROCESS = "{讨论日期: 2023-11-01, 协商日期: 2023-11-10}"
NOTICE = "[{方式: 内网公示, 日期: 2023-12-01}]"


@pytest.fixture(autouse=True)
def fixed_day(monkeypatch):
    monkeypatch.setattr("store.versions.today", lambda: TODAY)


def rule(body: str = BODY, **fields: str) -> str:
    """A sound 管理制度 with some fields changed; `-` leaves a field out."""
    return document(body, **{**SOUND, **fields})


def found(workspace, *paths: str):
    return check_workspace(workspace, paths, today=TODAY)


def told(workspace, name: str = "甲.md") -> list[tuple[int, str, str]]:
    """(line, severity, code) of the problems of one file."""
    return [(p.line, p.severity, p.code) for p in found(workspace) if p.path.endswith(name)]


def test_a_good_document_has_no_problem(make_workspace):
    good = rule(涉及切身利益="是", 民主程序=PROCESS, 公示=NOTICE)
    assert found(make_workspace({"甲": good})) == []


# -- one document: front matter -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # front matter broken or missing
        ("没有信息表\n", (1, "error", "front-matter")),
        ("---\n标题: 甲\n", (1, "error", "front-matter")),
        ("---\n- 甲\n---\n", (2, "error", "front-matter")),
        ("---\n标题: 甲: 乙\n---\n", (2, "error", "front-matter")),
        ("---\n\t标题: 甲\n---\n", (2, "error", "front-matter")),
        # fields
        (rule(标题="-"), (1, "error", "missing-field")),
        (rule(标题=""), (2, "error", "missing-field")),
        (rule(类别="-"), (1, "error", "missing-field")),
        (rule(类别="岗位职责", 部门="-"), (1, "error", "missing-field")),
        (rule(类别="岗位职责", 部门=""), (5, "error", "missing-field")),
        (rule(解释部门="-"), (1, "notice", "usual-field")),
        (rule(适用范国="全体"), (11, "notice", "unknown-key")),
        (rule(类别="怪事"), (3, "error", "unknown-kind")),
        (rule(文号="A-2"), (11, "error", "double-key")),
        (
            rule().replace("部门: 办公室", "部门: 办公室\n部门: 人事部", 1),
            (6, "error", "double-key"),
        ),
        (rule(状态="生效中"), (7, "error", "unknown-status")),
        (rule(状态="定稿"), (7, "error", "unknown-status")),
        (rule(密级="绝密"), (11, "error", "unknown-confidentiality")),
        # dates
        (rule(生效日期="2024-02-30"), (8, "error", "bad-date")),
        (rule(发布日期="去年"), (11, "error", "bad-date")),
        (rule(期间="上旬"), (11, "error", "bad-period")),
        (rule(年度="24"), (11, "error", "bad-value")),
        (rule(涉及切身利益="也许"), (11, "error", "bad-value")),
        (rule(民主程序="开过会"), (11, "error", "bad-value")),
        (rule(发布日期="2024-02-01"), (8, "warning", "contradicting-dates")),
        (rule(状态="已废止", 失效日期="2023-01-01"), (11, "error", "contradicting-dates")),
        (rule(状态="已废止", 失效日期="2024-01-01"), (11, "error", "contradicting-dates")),
        (rule(状态="已失效", 有效期至="2023-01-01"), (11, "error", "contradicting-dates")),
        (
            rule(失效日期="2028-01-01", 有效期至="2028-12-31"),
            (11, "error", "contradicting-dates"),
        ),
        (rule(生效日期="-"), (7, "warning", "no-start-date")),
        # status and dates together
        (rule(状态="已废止"), (7, "error", "ended-without-date")),
        (rule(状态="已失效"), (7, "error", "ended-without-date")),
        (rule(失效日期="2025-01-01"), (7, "error", "in-force-after-end")),
        (rule(有效期至="2025-01-01"), (7, "error", "in-force-after-end")),
        (rule(状态="试行", 有效期至="2025-01-01"), (7, "warning", "trial-over")),
        (rule(生效日期="2027-01-01"), (7, "warning", "not-yet-in-force")),
        (rule(复审日期="2025-01-01"), (11, "notice", "review-due")),
        # 涉及切身利益
        (rule(涉及切身利益="是", 公示=NOTICE), (11, "error", "no-due-process")),
        (rule(涉及切身利益="是", 民主程序=PROCESS), (11, "error", "no-publicity")),
        (
            rule(涉及切身利益="是", 民主程序="{讨论日期: 2023-11-01}", 告知=NOTICE),
            (12, "warning", "due-process-incomplete"),
        ),
        (
            rule(修订记录="[{版本: 2, 日期: 2024-01-01}, {版本: 1, 日期: 2020-01-01}]"),
            (11, "warning", "revisions-out-of-order"),
        ),
        # links to what is not there
        (rule(替代="没有"), (11, "error", "dead-link")),
        (rule(上位依据="《没有》"), (11, "error", "dead-link")),
        (rule(附件="[{名称: 表, 文件: 没有.docx}]"), (11, "error", "dead-attachment")),
        (rule(附件="[{名称: 表}]"), (11, "error", "dead-attachment")),
        (rule(附件=f"[{{文件: {'长' * 120}}}]"), (11, "error", "dead-attachment")),
        (rule(附件="[{文件: 甲.md, 类型: 怪}]"), (11, "error", "bad-value")),
        (rule(数据="没有.yaml"), (11, "error", "dead-data")),
        (rule(数据="长" * 120), (11, "error", "dead-data")),
        (rule(数据="../../外面.yaml"), (11, "error", "data-outside")),
    ],
)
def test_front_matter(make_workspace, text, expected):
    workspace = make_workspace({"甲": text})
    assert expected in told(workspace)
    assert all(problem.message and problem.hint for problem in found(workspace))


@pytest.mark.parametrize(
    "fields",
    [
        {"状态": "草案", "涉及切身利益": "是"},
        {"状态": "已废止", "失效日期": "2025-01-01", "涉及切身利益": "是"},
        {"涉及切身利益": "否"},
        {"涉及切身利益": "是", "民主程序": PROCESS, "告知": NOTICE},
        {"状态": "试行", "有效期至": "2026-11-23"},
        {"失效日期": "2026-11-24"},
        {"生效日期": "2026-11-23"},
        {"失效日期": "2028-01-01", "有效期至": "2027-12-31"},
        {"密级": "内部"},
        {"复审日期": "2026-11-23"},
        {"状态": "-", "生效日期": "2024年1月1日"},
    ],
)
def test_front_matter_that_is_right(make_workspace, fields):
    assert found(make_workspace({"甲": rule(**fields)})) == []


# -- one document: the body ---------------------------------------------------------------------

FIRST = 13  # the line of a body's first line in `rule`


@pytest.mark.parametrize(
    ("body", "line", "severity", "code"),
    [
        ("", 1, "error", "empty-body"),
        ("## 总则\n\n## 附则\n\n1. 甲。\n", 0, "warning", "empty-section"),
        ("## 总则\n\n1. 甲。\n\n## 总则\n\n1. 乙。\n", 4, "warning", "double-heading"),
        ("1. 〔管理对象〕。\n", 0, "error", "unfilled-place"),
        # literal numbers
        ("第一条 甲。\n\n第三条 乙。\n", 2, "warning", "number-gap"),
        ("第一条 甲。\n\n第一条 乙。\n", 2, "warning", "number-double"),
        ("一、甲。\n三、乙。\n", 1, "warning", "number-gap"),
        ("## 第一章 总则\n\n甲。\n\n## 第三章 附则\n\n乙。\n", 4, "warning", "number-gap"),
        # lines that look like a marker
        ("文字。\n\n2024. 年\n", 2, "warning", "suspicious-marker"),
        ("1. 甲\n\n  - 乙\n", 2, "warning", "odd-indent"),
        ("1. 甲\n   2. 乙\n", 1, "warning", "odd-indent"),
        ("１．甲\n", 0, "warning", "full-width-item"),
        ("1. 甲\n２. 乙\n", 1, "warning", "full-width-item"),
        ("甲。\n\n    乙。\n", 2, "notice", "stray-indent"),
        ("2. 甲\n", 0, "warning", "list-start"),
        # headings
        ("# 总则\n\n甲。\n", 0, "warning", "heading-level-one"),
        ("## 总则\n\n#### 附则\n\n甲。\n", 2, "warning", "heading-jump"),
        ("##\n\n甲。\n", 0, "warning", "heading-empty"),
        # other marks
        ("<!-- 乙\n", 0, "warning", "comment-not-closed"),
        ("```\n甲\n", 0, "warning", "fence-not-closed"),
        ("1. 甲 {: #a}\n2. 乙 {: #a}\n", 1, "error", "double-anchor"),
        ("| 甲 |\n|---|\n| 1 | 2 |\n", 2, "warning", "table-row-too-long"),
        ("甲[^1]\n\n[^1]: 一\n[^1]: 二\n", 3, "warning", "footnote-double"),
        ("甲[^1]\n", 0, "error", "footnote-missing"),
        ("甲。\n\n[^1]: 一\n", 2, "warning", "footnote-unused"),
        # references
        ("1. 按[](#没有)办。\n", 0, "error", "dead-reference"),
        ("1. 按[](没有#第一条)办。\n", 0, "error", "dead-reference"),
        # Jinja
        ("甲。\n\n{{ 公司.没有 }}\n", 2, "error", "missing-name"),
        ("甲。\n\n{{ 公司.没有 + }}\n", 2, "error", "template-error"),
    ],
)
def test_bodies(make_workspace, body, line, severity, code):
    workspace = make_workspace({"甲": rule(body)})
    at = 1 if code == "empty-body" else FIRST + line
    assert (at, severity, code) in told(workspace)
    assert all(problem.message and problem.hint for problem in found(workspace))
    assert code not in [p.code for p in found(make_workspace({"甲": rule()}, name="好"))]


def test_places_to_fill_are_a_warning_while_drafting(make_workspace):
    workspace = make_workspace({"甲": rule("1. 〔甲〕。\n", 状态="草案")})
    assert (FIRST, "warning", "unfilled-place") in told(workspace)


def test_every_oddity_has_a_sentence_and_a_hint():
    for severity, message, hint in _MESSAGES.values():
        assert severity in {"warning", "notice", "error"}
        assert message.endswith("。")
        assert hint.endswith(("。", "```。"))


@pytest.mark.parametrize(
    ("kind", "body", "expected"),
    [
        ("岗位职责", "## 基本信息\n\n甲。\n", [("error", "missing-section")]),
        ("岗位职责", "## 岗位职责\n\n甲。\n", [("notice", "usual-section")]),
        ("服务承诺", "## 一般\n\n甲。\n", [("error", "missing-section")]),
        ("管理制度", "1. 甲。\n", [("notice", "usual-section")]),
    ],
)
def test_sections(make_workspace, kind, body, expected):
    codes = [
        (severity, code)
        for _, severity, code in told(make_workspace({"甲": rule(body, 类别=kind)}))
    ]
    assert [found for found in codes if found in expected]
    assert ("error", "missing-section") in expected or ("error", "missing-section") not in codes


@pytest.mark.parametrize(
    ("text", "vague"),
    [
        ("及时受理客户投诉。", True),
        ("努力提高服务质量。", True),
        ("尽快答复。", True),
        ("接到投诉后24小时内及时答复。", False),
        ("三个工作日内尽快办结。", False),
        ("及时服务，全程陪同，零距离。", False),
        ("微笑服务。", False),
    ],
)
def test_pledges_want_a_number_or_a_time_limit(make_workspace, text, vague):
    body = f"## 服务承诺\n\n1. {text}\n"
    workspace = make_workspace({"甲": rule(body, 类别="服务承诺")})
    assert ((FIRST + 2, "warning", "vague-promise") in told(workspace)) is vague


# -- documents together -------------------------------------------------------------------------


def test_two_versions_in_force_together(make_workspace):
    workspace = make_workspace(
        {"甲@1": rule(版本="1"), "甲": rule(版本="2", 生效日期="2025-01-01")}
    )
    (problem,) = found(workspace)
    assert (problem.line, problem.severity, problem.code) == (7, "error", "two-in-force")
    assert problem.path.endswith("甲@1.md")
    assert "失效日期: 2025-01-01" in problem.hint


@pytest.mark.parametrize(
    "fields",
    [
        {"状态": "已废止", "失效日期": "2025-01-01"},
        {"状态": "已失效", "有效期至": "2024-12-31"},
        {"状态": "草案"},
    ],
)
def test_one_version_in_force(make_workspace, fields):
    files = {"甲@1": rule(版本="1", **fields), "甲": rule(版本="2", 生效日期="2025-01-01")}
    assert found(make_workspace(files)) == []


def test_one_version_twice(make_workspace):
    closed = {"状态": "已废止", "失效日期": "2024-06-01"}
    workspace = make_workspace({"甲": rule(), "甲的另一份": rule(**closed)})
    assert told(workspace, "甲的另一份.md") == [(6, "error", "double-version")]


@pytest.mark.parametrize("key", ["替代", "上位依据"])
def test_ambiguous_links(make_workspace, key):
    others = {name: rule(标题="乙", 编号=name, 部门=name) for name in ("乙", "丙")}
    workspace = make_workspace({"甲": rule(**{key: "《乙》"}), **others})
    assert (11, "error", "ambiguous-link") in told(workspace)
    fine = make_workspace({"甲": rule(**{key: "丙"}), **others}, name="好")
    assert "ambiguous-link" not in [p.code for p in found(fine)]


def test_an_ambiguous_reference(make_workspace):
    others = {f"{name}/乙": rule(标题="乙", 编号=name) for name in "一二"}
    workspace = make_workspace({"甲": rule("1. 按[](乙#第一条)办。\n"), **others})
    assert (FIRST, "error", "ambiguous-reference") in told(workspace)


def test_links_that_are_right(make_workspace):
    workspace = make_workspace(
        {
            "甲": rule(
                "## 总则\n\n1. 按[](乙#第一条)和[](#b)办。\n\n## 附则\n\n1. 乙 {: #b}\n",
                上位依据="《乙》",
                附件="[{名称: 表, 文件: 附件/表.docx, 类型: 表单}]",
            ),
            "乙": rule(标题="乙", 编号="B"),
            "附件/表.docx": b"x",
        }
    )
    assert found(workspace) == []


# -- the folder ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "~$制度.docx",
        ".~lock.制度.docx#",
        ".~0123456789ab.tmp",
        "制度 - 副本.md",
        "制度副本.md",
        "制度副本(2).docx",
        "制度的副本.md",
        "副本 制度.md",
        "复件 制度.md",
        "制度(冲突_王芳_2024-01-05).md",
        "制度 (王芳的冲突副本 2024-01-05).md",
        "制度（冲突版本）.md",
        "制度 (Bob's conflicted copy 2024-01-05).md",
        "制度.sync-conflict-20240105-101010.md",
        "制度(1).md",
        "制度（2）.md",
    ],
)
def test_leftovers(make_workspace, name):
    workspace = make_workspace({f"夹/{name}": rule()})
    problems = [p for p in found(workspace) if p.code == "leftover"]
    assert [(p.path, p.line, p.severity) for p in problems] == [
        (str(workspace.kb / "夹" / name), 1, "warning")
    ]
    assert problems[0].hint


@pytest.mark.parametrize(
    "name",
    [
        "利益冲突管理办法",
        "防止利益冲突",
        "部门之间的冲突处理",
        "合同副本管理办法",
        "甲（试行）",
        "甲@2024",
    ],
)
def test_titles_that_are_no_leftovers(make_workspace, name):
    assert found(make_workspace({name: rule()})) == []


def test_names_that_differ_in_case_or_width_only(make_workspace):
    workspace = make_workspace({"a甲": rule(), "Ａ甲": rule(编号="B", 标题="乙")})
    assert [(p.line, p.severity) for p in found(workspace) if p.code == "double-id"] == [
        (1, "error")
    ]


def test_unknown_settings(make_workspace):
    workspace = make_workspace({"甲": rule(), "wenshu.toml": '[公 司]\n名称 = "甲"\n'})
    (problem,) = found(workspace)
    assert (problem.severity, problem.code) == ("warning", "unknown-setting")
    assert "公 司" in problem.message


def test_confidentiality_is_what_the_settings_say(make_workspace):
    workspace = make_workspace(
        {"甲": rule(密级="绝密"), "wenshu.toml": '密级 = ["公开", "绝密"]\n'}
    )
    assert found(workspace) == []


# -- the checker itself -------------------------------------------------------------------------


def test_only_what_is_named_is_checked(make_workspace):
    workspace = make_workspace(
        {"一/甲": rule(状态="怪"), "二/乙": rule(标题="乙", 编号="B", 状态="怪"), "二/坏": b"x"}
    )
    assert [p.path[-7:] for p in found(workspace, "一/甲")] == ["/一/甲.md"[-7:]]
    assert sorted(p.code for p in found(workspace, "二")) == ["front-matter", "unknown-status"]
    assert sorted(p.code for p in found(workspace, "kb/二/坏.md", "二/坏")) == ["front-matter"]
    assert len(found(workspace, ".")) in {0, 3}
    assert len(found(workspace, str(workspace.root))) == 3


def test_progress_is_told(make_workspace):
    steps: list[tuple[int, int]] = []
    workspace = make_workspace({"甲": rule(), "乙": rule(标题="乙", 编号="B")})
    check_workspace(workspace, advance=lambda done, total: steps.append((done, total)))
    assert steps == [(1, 2), (2, 2)]


def test_problems_are_in_order_and_told_once(make_workspace):
    workspace = make_workspace({"乙": rule("２. 甲\n\n{{ 没 }}\n", 状态="怪"), "甲": b"x"})
    problems = found(workspace)
    assert [(p.path, p.line) for p in problems] == sorted((p.path, p.line) for p in problems)
    assert len(set(problems)) == len(problems)


def test_a_large_document_is_checked(make_workspace):
    body = (
        "## 总则\n\n"
        + "".join(f"{n}. {'内容' * 40}。\n" for n in range(1, 901))
        + BODY.split("\n\n", 2)[2]
    )
    workspace = make_workspace({"甲": rule(body)})
    assert found(workspace) == []


def test_the_starter_library_gives_notices_only(starter):
    problems = found(starter)
    assert [p for p in problems if p.severity != "notice"] == []


# -- more of what a folder may hold ---------------------------------------------------------------


def test_files_that_are_not_read_are_told(make_workspace):
    workspace = make_workspace({"甲": document(), "乙.MD": document()})
    folder = workspace.kb
    try:
        (folder / "丙.md").symlink_to(folder / "没有.md")
        (folder / "丁.md").symlink_to(folder / "丁.md")
    except OSError:  # pragma: no cover - Windows without the right to link
        pytest.skip("no links here")
    found = {
        (Path(p.path).name, p.code)
        for p in check_workspace(workspace, today=TODAY)
        if p.severity == "error"
    }
    assert found == {
        ("乙.MD", "wrong-extension"),
        ("丙.md", "unreadable"),
        ("丁.md", "unreadable"),
    }


def test_a_folder_that_cannot_be_opened_is_told(make_workspace, monkeypatch):
    workspace = make_workspace({"甲": document(), "密/乙": document()})
    entries = list(workspace.entries)
    listed = os.scandir

    def refuse(path="."):
        if str(path).endswith("密"):
            raise PermissionError(errno.EACCES, "no", str(path))
        return listed(path)

    monkeypatch.setattr(os, "scandir", refuse)
    (problem,) = [p for p in check_workspace(workspace, today=TODAY) if p.code == "unreadable"]
    assert "密" in problem.message
    assert "没有权限" in problem.message
    assert len(entries) == 2


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"编号": "甲 #1"}, {"hash-in-value"}),
        ({"编号": '"甲 #1"'}, set()),
        ({"编号": "甲#1"}, set()),
        ({"编号": "甲 # 一"}, set()),
    ],
)
def test_what_stands_behind_a_hash(make_workspace, fields, code):
    workspace = make_workspace({"甲": document(**fields)})
    found = [p for p in check_workspace(workspace, today=TODAY) if p.code == "hash-in-value"]
    assert {p.code for p in found} == code
    assert [p.line for p in found] == [4] * len(code)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("1. 共{{ 存款 }}。\n", [6]),
        ("1. 甲。\n\n| {{ 存款 }} |\n|---|\n", [8]),
        ("{% if 甲 %}\n", [6]),
        ("```\n{{ 存款 }}\n```\n", []),
        ("1. {{ 公司.名称|default('甲') }}{{ 存款|default('') }}。\n", []),
        ("集合{甲}。\n", []),
    ],
)
def test_tags_without_data(make_workspace, body, expected):
    workspace = make_workspace({"甲": document(body)})
    problems = check_workspace(workspace, today=TODAY)
    assert [p.line for p in problems if p.code == "tag-without-data"] == expected


@pytest.mark.parametrize(
    ("text", "told_of"),
    [
        ("{{ 存款.句 }}。", False),
        ("{{ 存款.简.句 }}；{{ 贷款.短句 }}。", False),
        ("其中{{ 存款.句 }}，", False),
        ("`{{ 存款.句 }}`。", False),
        ("<!-- {{ 存款.句 }} -->", False),
        ("{{ 存款.句 }}", True),
        ("{{ 存款.句 }}\n\n下一段。", True),
        ("{{ 存款.句 }}{{ 贷款.句 }}。", True),
        ("{{ 存款.句 }} 贷款也好。", True),
        ("- {{ 存款.句 }}\n- 贷款。", True),
    ],
)
def test_a_sentence_without_a_full_stop(make_workspace, text, told_of):
    body = f"## 总则\n\n{text}\n"
    codes = told(make_workspace({"甲": rule(body, 数据="[甲.yaml]")}))
    assert ("no-full-stop" in {code for *_, code in codes}) == told_of
    plain = told(make_workspace({"甲": rule(body)}))
    assert "no-full-stop" not in {code for *_, code in plain}


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        ("1. 微笑服务。\n2. 文明用语。\n", {"pledge-without-number"}),
        ("1. 微笑服务。\n2. 三日内答复。\n", set()),
        ("1. 尽快答复。\n2. 文明用语。\n", {"pledge-without-number", "vague-promise"}),
    ],
)
def test_a_pledge_wants_one_number_at_least(make_workspace, items, expected):
    text = document(f"## 服务承诺\n\n{items}", 类别="服务承诺", 生效日期="2024-01-01")
    problems = check_workspace(make_workspace({"甲": text}), today=TODAY)
    codes = {p.code for p in problems if p.severity == "warning"}
    assert codes & {"pledge-without-number", "vague-promise"} == expected


@pytest.mark.parametrize(
    ("day", "status", "errors"),
    [
        ("2024-01-01", "现行", 1),
        ("2024-01-01", "已废止", 0),
        ("2027-01-01", "现行", 0),
    ],
)
def test_a_text_that_another_replaced_is_no_longer_in_force(make_workspace, day, status, errors):
    old = document(编号="A", 生效日期="2020-01-01", 状态=status)
    new = document(标题="乙", 编号="B", 替代="A", 生效日期=day)
    workspace = make_workspace({"甲": old, "乙": new})
    found = [p for p in check_workspace(workspace, today=TODAY) if p.code == "in-force-after-end"]
    assert len(found) == errors
    assert all("“乙”" in p.message for p in found)


@pytest.mark.parametrize(
    ("fields", "code", "key"),
    [
        ({"替代": "甲"}, "crossing-link", "替代"),
        ({"替代": "甲", "编号": "B-7"}, "crossing-link", "替代"),
        ({"编号": "A-1"}, "crossing-number", "编号"),
    ],
)
def test_what_comes_into_force_and_what_does_not_are_kept_apart(make_workspace, fields, code, key):
    text = document("## 一\n\n1. 正文。\n", 标题="总结", 类别="年终总结", 状态="定稿", **fields)
    line = next(at for at, one in enumerate(text.split("\n"), 1) if one.startswith(key))
    workspace = make_workspace({"甲": rule(编号="A-1"), "总结": text})
    assert (line, "error", code) in told(workspace, "总结.md")
    rules = told(workspace, "甲.md")
    assert ("crossing-number" in [row[2] for row in rules]) == (fields.get("编号") == "A-1")
