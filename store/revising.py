"""The next version of a text, drafted beside the present one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from store import frontmatter
from store.dates import today
from store.exceptions import UsageError
from store.history import save
from store.schema import ALIASES
from store.versions import DRAFT_STATUSES

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from store.workspace import Workspace

_YEAR: Final = re.compile(r"((?:19|20)[0-9]{2})(?:\.([0-9]+))?(年版|年|版)?")


def next_version(version: str, effective: date | None) -> str:
    """The name of the version after this one: 2024 → the new year, 1.0 → 2.0, 1.2 → 1.3."""
    if yearly := _YEAR.fullmatch(version):
        year = (effective or today()).year
        if year <= int(yearly[1]):
            return f"{yearly[1]}.{int(yearly[2] or 0) + 1}{yearly[3] or ''}"
        return f"{year}{yearly[3] or ''}"
    match = re.fullmatch(r"(.*?)([0-9]+)(?:\.([0-9]+))?(\D*)", version)
    if not match:
        return "2.0"
    prefix, major, minor, suffix = match.groups()
    if minor is None:
        return f"{prefix}{int(major) + 1}{suffix}"
    if int(minor) == 0:
        return f"{prefix}{int(major) + 1}.0{suffix}"
    return f"{prefix}{major}.{int(minor) + 1}{suffix}"


def revise(
    workspace: Workspace, wanted: str, *, effective: date | None = None, version: str | None = None
) -> str:
    """Write the next version of a document as a draft beside it; gives the draft's id.

    Raises:
        UsageError: The kind has no versions in force, or a draft of it lies there already.
    """
    entry = workspace.resolve(wanted)
    if not workspace.versions.has_life_cycle(entry):
        raise UsageError(f"“{entry.id}”不是有效期管理的文档，直接修改即可。")
    entry = workspace.versions.present(entry)
    for other in workspace.versions.family(entry):
        if other.meta.status in DRAFT_STATUSES:
            raise UsageError(
                f"“{entry.meta.title}”已有草案：{other.id}。",
                hint=f"请修改它，再用 wenshu publish {other.id} 发布。",
            )
    text, _, meta, _, _ = workspace.read(entry)
    new = version or next_version(meta.version, effective)
    draft_id = f"{plain_id(entry.id)}@{new}"
    changes: dict[str, object | None] = {
        "版本": new,
        "状态": "草案",
        "发布日期": None,
        "生效日期": effective.isoformat() if effective else None,
        "失效日期": None,
        "有效期至": None,
        "公示": None,
        "告知": None,
        "修订记录": _revised(meta.raw, new),
    }
    if meta.affects_interests:
        changes["民主程序"] = None
    save(
        workspace, draft_id, frontmatter.edit(text, changes, ALIASES), expected=None, action="修订"
    )
    workspace.refresh()
    return draft_id


def plain_id(document_id: str) -> str:
    """The id without `@version`."""
    head, slash, name = document_id.rpartition("/")
    return f"{head}{slash}{name.partition('@')[0]}"


def _revised(raw: Mapping[str, object], version: str) -> list[object]:
    rows = raw.get("修订记录", raw.get("revisions", []))
    earlier = list(rows) if isinstance(rows, list) else []
    return [*earlier, {"版本": version, "说明": ""}]
