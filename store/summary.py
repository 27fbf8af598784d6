"""The outline of a new summary: last year's plan to answer, last year's figures as bases."""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from store.consistency_text import plain_source
from store.dates import parse_period
from store.metric_writer import to_yaml
from store.metric_years import next_year, roll_up
from store.metrics import MetricSet, load_workspace_metrics

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from store.catalogue import Entry
    from store.metric import Metric
    from store.model import Period
    from store.workspace import Workspace

_PLAN: Final = re.compile(r"^##+\s.*(?:打算|下年|明年|来年|下一步|下半年.*计划|今后)")
_ITEM: Final = re.compile(r"^\s*(?:\d+[.)、]|[-*]|（[一二三四五六七八九十]+）)\s*(.+)$")
_OPEN: Final = "〔填好数据文件后在这里引用指标，句子、指标表和图会自动生成，写法见自带的年终总结〕"
KIND: Final = "year-end-summary"
_FOLDER: Final = "年终总结"
_MAX_ITEMS: Final = 20
SUBJECTS: Final = ("单位", "部门", "个人")
_EMPTY_DATA: Final = """\
# 指标数据：一行一个指标，填好后正文中的句子、表和图都取自这里。
# 也可以把财务的表格放在本文件旁边，并在信息表的“数据”一栏写上它的文件名。
截至日期: {day}
指标: []
#  - {{指标: 各项存款, 分组: 负债业务, 单位: 万元, 性质: 时点, 谓语: 余额, 期末: 0, 年初: 0,
#     计划: 0, 计划口径: 净增}}
"""


@dataclass(slots=True)
class Outline:
    """A new summary: its title, further front matter, its body, and its data file."""

    title: str
    values: dict[str, object] = field(default_factory=dict)
    body: str = ""
    data_name: str = ""
    data_text: str = ""
    last: str = ""


def usual_title(department: str, period: str, subject: str) -> str:
    """清河客户部2024年工作总结, 2024年上半年述职报告."""
    kind = "述职报告" if subject == "个人" else "工作总结"
    return f"{department}{parse_period(period)}{kind}"


def summary_outline(
    workspace: Workspace, *, title: str, department: str, period: str, subject: str = ""
) -> Outline:
    """The outline of a department's or a person's summary.

    Args:
        workspace: Where last year's summary is looked for.
        title: The title; empty for the usual one.
        department: The department, or the unit, or the person.
        period: 2024年, 2024年上半年, 2024年第三季度, 2024年11月.
        subject: 单位, 部门 or 个人.

    Raises:
        ValueError: The period is none.
    """
    when = parse_period(period)
    subject = subject or "部门"
    last = _last_entry(workspace, department, subject, when)
    metrics = _last_metrics(workspace, last)
    title = title or usual_title(department, period, subject)
    outline = Outline(title, data_name=f"数据/{title}.yaml", last=last.id if last else "")
    outline.values = {"主体": subject, "数据": [outline.data_name]}
    coming = MetricSet(tuple(replace(one, as_of=None) for one in next_year(metrics)))
    outline.data_text = _data_text(coming, when)
    members = department_files(workspace, when) if subject == "单位" else {}
    if members:
        coming = roll_up(
            {name: load_workspace_metrics(workspace, paths) for name, paths in members.items()}
        ).total
        outline.data_text = _sum_text(members, workspace.kb / _FOLDER, when)
    plans = _last_plans(workspace, last) if last else []
    outline.body = _body(coming, when, department, plans, outline.last)
    return outline


def department_files(workspace: Workspace, when: Period) -> dict[str, list[Path]]:
    """The data of the departments' summaries of a period, to be added up to the unit's."""
    found: dict[str, list[Path]] = {}
    for entry in workspace.entries:
        meta = entry.meta
        if meta.kind != KIND or meta.period != when or meta.subject not in {"", "部门"}:
            continue
        paths = [path for path in workspace.data_paths(entry) if path.is_file()]
        if meta.department and len(paths) == 1:  # one file a department can be named in 汇总
            found.setdefault(meta.department, paths)
    return found


def _sum_text(members: Mapping[str, Sequence[Path]], folder: Path, when: Period) -> str:
    """A data file that adds up those of the departments."""
    lines = [
        "# 各部门的数据相加；部门报数后，本单位的数自动跟着变。各部门没有的指标可写在“指标”下。",
        f"截至日期: {when.last.isoformat()}",
        "汇总:",
    ]
    for name, paths in members.items():
        file = os.path.relpath(paths[0], folder / "数据").replace(os.sep, "/")
        lines.append(f"  {json.dumps(name, ensure_ascii=False)}: "
                     f"{json.dumps(file, ensure_ascii=False)}")  # fmt: skip
    return "\n".join(lines) + "\n"


def _last_entry(workspace: Workspace, department: str, subject: str, when: Period) -> Entry | None:
    """Last year's summary of the same department and part of the year."""
    for entry in workspace.entries:
        meta = entry.meta
        period = meta.period
        if meta.kind != KIND or period is None or meta.department != department:
            continue
        same = (period.year + 1, period.part, period.index) == (when.year, when.part, when.index)
        if same and meta.subject in {"", subject}:
            return entry
    return None


def _last_metrics(workspace: Workspace, last: Entry | None) -> MetricSet:
    paths = [path for path in workspace.data_paths(last) if path.is_file()] if last else []
    return load_workspace_metrics(workspace, paths) if paths else MetricSet()


def _last_plans(workspace: Workspace, last: Entry) -> list[str]:
    """The items of last year's 下一步打算."""
    source, *_ = workspace.read(last)
    items: list[str] = []
    planned = False
    for _, text in plain_source(source):
        if text.startswith("#"):
            planned = bool(_PLAN.match(text)) or (planned and text.startswith("###"))
        elif planned and (match := _ITEM.match(text)) and len(items) < _MAX_ITEMS:
            items.append(re.sub(r"\s*\{:[^}]*\}\s*$", "", match[1]).strip())
    return items


def _data_text(metrics: MetricSet, when: Period) -> str:
    if not len(metrics):
        return _EMPTY_DATA.format(day=when.last.isoformat())
    head = "# 名称、单位和基数取自上年；请填写每个指标的期末（本期）和计划。\n"
    text = to_yaml(metrics)
    return f"{head}截至日期: {when.last.isoformat()}\n{text}"


def _body(
    metrics: MetricSet, when: Period, department: str, plans: Sequence[str], last: str
) -> str:
    who = department or "〔单位或部门〕"
    parts = [
        f"{when}，{who}在〔上级〕的领导下，围绕〔年度工作目标〕，〔总体评价〕。现将工作总结如下。",
        "## 主要指标完成情况",
        *_indicators(metrics),
        *_answers(plans, last),
        "## 主要工作与做法",
        "### 〔第一项工作〕",
        "〔做了什么、怎样做的、谁来做的〕。如〔月份〕，〔典型事例：对象、过程、结果〕，〔成效数据〕。",
        "### 〔第二项工作〕",
        "〔可略〕〔做法的细节，简版和一页版中不出现〕。",
        "## 存在问题",
        "1. 〔问题一：用数据或事例说明，并写明原因〕。\n2. 〔问题二〕。",
        "## 下一步打算",
        (
            "1. 〔目标一〕：到〔时间〕，〔指标〕达到〔数值〕。"
            "主要措施：〔措施〕，责任人〔姓名〕。\n2. 〔目标二〕。"
        ),
    ]
    return "\n\n".join(parts) + "\n"


def fill_in(body: str, metrics: MetricSet) -> str:
    """A body whose place for figures is still open, with sentences, tables and charts in it."""
    return body.replace(_OPEN, "\n\n".join(_indicators(metrics))) if len(metrics) else body


def _indicators(metrics: MetricSet) -> list[str]:
    """A sentence, a table and a chart for each group of last year's metrics."""
    if not len(metrics):
        return [_OPEN]
    parts: list[str] = []
    groups = metrics.groups or [""]
    for group in groups:
        members = metrics.group(group)
        if group:
            parts.append(f"### {group}")
        parts.append("；".join(f"{{{{ {_reference(one)}.句 }}}}" for one in members) + "。")
        parts += [text for text in (_ranks(metrics, members),) if text]
        quoted = f'"{group}"' if group else ""
        title = f'标题="{group or "主要指标"}完成情况"'
        parts.append("{{ 指标表(" + ", ".join(text for text in (quoted, title) if text) + ") }}")
        if group and len({one.unit.dimension for one in members}) == 1:
            parts.append("{{ 图(" + quoted + ") }}")
    return parts


def _ranks(metrics: MetricSet, members: Sequence[Metric]) -> str:
    """Of a roll-up: which departments lead and which come last."""
    compared = [
        one
        for one in members
        if len({standing.value for standing in metrics.standings.get(one.name, ())}) > 1
    ]
    said = [
        f"{one.name}最好的是{{{{ {_reference(one)}.最好 }}}}，"
        f"最后的是{{{{ {_reference(one)}.最差 }}}}"
        for one in compared
    ]
    return f"从各部门看，{'；'.join(said)}。" if said else ""


def _reference(metric: Metric) -> str:
    return metric.name if metric.name.isidentifier() else f'指标["{metric.name}"]'


def _answers(plans: Sequence[str], last: str) -> list[str]:
    """Last year's plan, item by item, to be answered."""
    if not plans:
        return []
    items = [
        f"{number}. 上年提出：{text.rstrip('。；')}。〔完成情况：完成得怎样，没有完成的说明原因〕。"
        for number, text in enumerate(plans, 1)
    ]
    return [
        "## 上年打算落实情况",
        f"〔以下各项取自上年《{last}》的打算，请逐项作答〕",
        "\n".join(items),
    ]
