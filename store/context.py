"""The names that a Jinja text may use, in their order of precedence.

Reserved words (正文 指标 图 指标表 文档 公司) > `--set` > front matter > metrics. Where a name of
lower rank is hidden, a warning says so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from store.schema import FIELDS
from store.templating import RESERVED

if TYPE_CHECKING:
    from collections.abc import Mapping

    from store.document import Meta


def front_matter_names(meta: Meta) -> dict[str, object]:
    """Front matter by Chinese name; absent keys are left out, lists read as 、-joined text."""
    names: dict[str, object] = {}
    for field in FIELDS:
        value = getattr(meta, field.attribute)
        if value is None or value in ("", ()):
            continue
        if field.sort == "texts":
            value = "、".join(value)
        elif field.sort == "flag":
            value = "是" if value else "否"
        elif field.sort == "period":
            value = str(value)
        names[field.name] = value
    for key, value in meta.extra.items():
        names.setdefault(key, value)
    return names


def build_context(
    meta: Meta,
    company: Mapping[str, str],
    metrics: Mapping[str, object],
    values: Mapping[str, object],
) -> tuple[dict[str, object], list[str]]:
    """The context of a document and the names that clash.

    Args:
        meta: The document's front matter.
        company: The table [公司] of `wenshu.toml`.
        metrics: 指标, 图, 指标表 and the metrics by name (`store.metrics`).
        values: What `--set` or a row of a batch gives.
    """
    fields = front_matter_names(meta)
    reserved: dict[str, object] = {"文档": fields, "公司": dict(company)}
    reserved |= {name: metrics[name] for name in RESERVED if name in metrics}
    bare = {name: value for name, value in metrics.items() if name not in RESERVED}
    warnings = [
        f"“{name}”是保留名称，--set 或数据列给出的值不起作用。"
        for name in RESERVED
        if name in values
    ]
    warnings += [
        f'“{name}”是保留名称，信息表中的这一项要写 文档["{name}"]。'
        for name in RESERVED
        if name in fields
    ]
    warnings += [
        f'指标“{name}”与{_owner(name, values)}同名，使用时请写 指标["{name}"]。'
        for name in bare
        if name in values or name in fields
    ]
    return {**bare, **fields, **values, **reserved}, warnings


def _owner(name: str, values: Mapping[str, object]) -> str:
    return "给出的数据" if name in values else "信息表中的项目"
