"""A known document, mangled as old files are, comes back with its numbers.

Each example loses numbers, changes their form, breaks lines, glues headings and changes the encoding; the
recovery rate over all examples is printed at the end and held at 95 % for numbers whose neighbours remain.
"""  # noqa: E501

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tools_importer import kinds

from importer.drafting import outline_all
from importer.reading import read
from store.numerals import CIRCLED, to_chinese

if TYPE_CHECKING:
    from pathlib import Path

SENTENCES = (
    "负责客户来访的接待和登记", "每月检查一次台账并签字确认", "发现问题应当在两个工作日内报告", "按规定保管印章和凭证",  # noqa: E501
    "组织培训并留存签到记录", "资料不全的一次告知需要补充的内容", "对外提供数据须经负责人批准", "离岗前完成工作交接手续",  # noqa: E501
    "不得将文件带出办公场所", "投诉应当在当日受理并逐件登记", "重要事项由两人以上共同办理", "每季度通报一次执行情况",  # noqa: E501
)  # fmt: skip
CHAPTERS = ("总则", "接待管理", "档案管理", "监督检查", "附则")


@dataclass
class Tally:
    kept: int = 0
    proved: int = 0
    recovered: int = 0
    wrong: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)


TALLY = Tally()

FORMS = {
    "第一条": lambda n: f"第{to_chinese(n)}条 ",
    "第1条": lambda n: f"第{n}条　",
    "一、": lambda n: f"{to_chinese(n)}、",
    "一.": lambda n: f"{to_chinese(n)}．",
    "1.": lambda n: f"{n}.",
    "1、": lambda n: f"{n}、",
    "１．": lambda n: "".join(chr(0xFF10 + int(d)) for d in str(n)) + "．",
    "（1）": lambda n: f"（{n}）",
    "(1)": lambda n: f"({n})",
    "（一）": lambda n: f"（{to_chinese(n)}）",
    "1)": lambda n: f"{n})",
    "①": lambda n: CIRCLED[n - 1],
}
LOST = ("___", "____", "口", "□、", "、", "")


@st.composite
def mangled(draw) -> tuple[list[str], list[int], list[int | None], dict[str, object]]:
    """Lines of a document, the true numbers of its items, and where a number was lost."""
    form = draw(st.sampled_from(sorted(FORMS)))
    count = draw(st.integers(4, 18))
    chance = draw(st.sampled_from((0.0, 0.1, 0.25)))
    rng = random.Random(draw(st.integers(0, 10**6)))
    mark = draw(st.sampled_from(LOST))
    headed = draw(st.booleans()) and form.startswith("第")
    lines = ["客户服务管理办法"]
    size = draw(st.sampled_from((1, 2, 4)))
    glued = draw(st.booleans())
    truth: list[int] = []
    lost: list[int | None] = []
    for number in range(1, count + 1):
        if headed and number % 5 == 1:
            chapter = number // 5 + 1
            heading = f"第{to_chinese(chapter)}章{rng.choice(('', ' ', '　'))}{CHAPTERS[(chapter - 1) % 5]}"  # noqa: E501
            lines.append(heading)
        text = f"{'，'.join(rng.sample(SENTENCES, size))}。"
        gone = rng.random() < chance and 1 < number < count and (not lost or lost[-1] is None)
        lines.append((mark if gone else FORMS[form](number)) + text)
        if glued and headed and number % 5 == 1 and not gone and form == "第一条":
            lines[-2:] = ["".join(lines[-2:])]
        truth.append(number)
        lost.append(number if gone else None)
    style = {
        "codec": draw(st.sampled_from(("utf-8", "utf-8-sig", "gb18030", "utf-16"))),
        "gap": draw(st.sampled_from(("\n", "\n\n", "\r\n", "\r\n\r\n"))),
        "indent": draw(st.sampled_from(("", "　　", "    "))),
        "advert": draw(st.booleans()),
        "wrap": draw(st.sampled_from((0, 0, 20, 32))) if size == 4 else 0,
    }
    return lines, truth, lost, style


def wrapped(line: str, width: int) -> list[str]:
    return [line[at : at + width] for at in range(0, len(line), width)]


@settings(
    max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(case=mangled())
def test_numbers_come_back(tmp_path: Path, case) -> None:
    lines, truth, lost, style = case
    if style["wrap"]:
        lines = [part for line in lines for part in wrapped(line, style["wrap"])]
        style = style | {
            "gap": style["gap"][: max(1, len(style["gap"]) // 2)]
            .replace("\r", "\r\n")
            .replace("\n\n", "\n"),
            "indent": "",
        }
    text = style["gap"].join(
        style["indent"] + line if at else line for at, line in enumerate(lines)
    )
    if style["advert"]:
        text += f"{style['gap']}本文来自 某某范文网（www.example.com），转载请保留网址{style['gap']}上一篇：其他"  # noqa: E501
    path = tmp_path / "办法.txt"
    path.write_bytes(text.encode(style["codec"]))
    made = outline_all(read(path, path.name), path.name, kinds())
    found = [
        (node.number, node.recovered)
        for draft in made
        for top in draft.nodes
        for node in top.walk()
        if node.sort == "clause" or (node.label and "章" not in node.label)
    ]
    assert len(made) == 1
    assert "转载" not in made[0].body
    numbers = [number for number, _ in found]
    for number, gone in zip(truth, lost, strict=True):
        TALLY.kept += gone is None and number in numbers
        if gone is None:
            if number not in numbers:
                TALLY.wrong.append(f"{number} of {lines}")
            continue
        TALLY.proved += 1
        TALLY.recovered += (number, True) in found
        if (number, True) not in found:
            TALLY.missed.append(f"{number} {style} {lines}")
    if style["wrap"]:
        assert (
            max(len(node.text) for draft in made for top in draft.nodes for node in top.walk()) > 40
        )
    assert len(numbers) == len(set(numbers))
    assert set(numbers) <= set(truth)


@pytest.fixture(scope="module", autouse=True)
def _report():
    yield
    rate = TALLY.recovered / max(TALLY.proved, 1)
    print(  # noqa: T201
        f"\n编号恢复率：{TALLY.recovered}/{TALLY.proved} = {rate:.1%}；未丢失的编号 {TALLY.kept} 个，读错 {len(TALLY.wrong)} 个"  # noqa: E501
    )
    assert not TALLY.wrong[:3]
    assert rate >= 0.95, TALLY.missed[:3]
