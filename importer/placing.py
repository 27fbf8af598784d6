"""Where a draft goes: its id, its version among its family, its front matter in order."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING, Final

from importer.library import SOURCE_KEY, Known
from importer.model import Doubt
from importer.similar import likeness
from store import frontmatter
from store.history import document_path
from store.kinds import OTHER
from store.schema import ALIASES, convert

if TYPE_CHECKING:
    from importer.library import Library, Origin
    from importer.model import Draft
    from store.kinds import Kind
    from store.workspace import Workspace

_ORDER: Final = (
    "标题", "类别", "编号", "部门", "岗位", "期间", "主体", "版本", "状态", "发布日期", "生效日期", "失效日期",  # noqa: E501
    "起草", "审核", "批准", "发布单位", "解释部门", "适用范围", "作者",
)  # fmt: skip
_FORBIDDEN: Final = re.compile(r'[<>:"/\\|?*\x00-\x1f#\[\]()（）《》]')
_RESERVED: Final = re.compile(r"^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)", re.IGNORECASE)
_VERSION_MARK: Final = re.compile(
    r"(?:最终版|终稿|定稿|修订稿|修订版?|修改稿|初稿|草稿|征求意见稿|送审稿|副本|复件|新版|旧版|[vV]\d+(?:\.\d+)*|(?:19|20)\d{2}(?:年|版|年版)?)\s*[（(]?\d{0,3}[)）]?"
)
ALIKE: Final = 0.5
_SAME_FILE: Final = 0.2
UNKNOWN_DEPARTMENT: Final = "待补"


def safe_name(title: str) -> str:
    """A title as a file's name on any system."""
    name = unicodedata.normalize("NFC", _FORBIDDEN.sub("", title))
    name = re.sub(r"\s+", "", name).strip(" .~")[:60] or "未命名"
    return f"_{name}" if _RESERVED.match(name) else name


def version_mark(name: str) -> str:
    """The version that a file's name tells: 终稿2, 2023版; empty when it tells none."""
    found = _VERSION_MARK.findall(Path(name).stem)
    return re.sub(r"[\s（()）]", "", found[-1]) if found else ""


class Placer:
    """Gives drafts their ids and front matter."""

    def __init__(self, library: Library) -> None:
        self.library = library
        self.kinds = library.workspace.kinds

    def place(self, draft: Draft, origin: Origin) -> None:
        """Settle id, title, version and front matter of a draft."""
        kind = self.kinds.get(draft.kind, OTHER)
        fields = draft.fields
        if "部门" in kind.required_fields and not fields.get("部门"):
            fields["部门"] = UNKNOWN_DEPARTMENT
            draft.doubts.append(
                Doubt(draft.line, "department-missing", "没有找到部门，写作“待补”，请补上。")
            )
        department = str(fields.get("部门", ""))
        title, suffix = self._title(draft, origin, department, fields)
        draft.fields = self._ordered(draft, kind, title, origin)
        wanted = f"{draft.folder or kind.name}/{safe_name(draft.title)}{suffix}"
        draft.id = self.library.free_id(wanted)
        draft.path = str(document_path(self.library.workspace, draft.id))
        known = Known(
            draft.id, title, draft.kind, department, str(fields.get("版本", "")), draft.signature,
            str(fields.get("编号", "")), {"文件": origin.name, "指纹": origin.fingerprint, "篇": draft.ordinal},  # noqa: E501
        )  # fmt: skip
        self.library.known[draft.id] = known

    def _title(
        self, draft: Draft, origin: Origin, department: str, fields: dict[str, object]
    ) -> tuple[str, str]:
        """The title to write and what the id adds: equal titles are versions, or told apart."""
        older = self.library.older(origin.name, draft)
        family = self.library.family_of(draft, department)
        if (
            older is not None
            and older.source.get("指纹") != origin.fingerprint
            and older not in family
        ):
            family = [older, *family]
        if not family:
            return draft.title, ""
        near = max(family, key=lambda one: likeness(draft.signature, self.library.signature(one)))
        alike = likeness(draft.signature, self.library.signature(near))
        if alike >= ALIKE or (near is older and alike >= _SAME_FILE):
            version = self._version(fields, family, origin)
            fields["版本"] = version
            draft.action = "version"
            draft.doubts.append(
                Doubt(
                    draft.line,
                    "proposed-version",
                    f"与“{near.id}”相近（约 {alike:.0%}），作为新版本“{version}”提出，请核对差异。",
                )
            )
            same_number = near.number and near.number == fields.get("编号")
            return draft.title if same_number else near.title, f"@{safe_name(version)}"
        if fields.get("编号") and near.number == fields["编号"]:
            number_text = fields.pop("编号")
            draft.doubts.append(
                Doubt(
                    draft.line,
                    "number-taken",
                    f"编号“{number_text}”已属于内容不同的“{near.id}”，没有采用，请核对。",
                )
            )
            return self._title(draft, origin, department, fields)
        mark = draft.ordinal or f"导入{len(family) + 1}"
        title = f"{draft.title}（{mark}）"
        taken = {one.title for one in self.library.known.values()}
        number = 1
        while title in taken:
            number += 1
            title = f"{draft.title}（{mark}-{number}）"
        draft.doubts.append(
            Doubt(
                draft.line, "equal-title", f"与“{near.id}”题目相同而内容不同，标题写作“{title}”。"
            )
        )
        return title, ""

    @staticmethod
    def _version(fields: dict[str, object], family: list[Known], origin: Origin) -> str:
        taken = {one.version for one in family}
        suffix = f"{Path(origin.name).suffix[1:].upper()}版"
        for version in (str(fields.get("版本", "")), version_mark(origin.name), suffix):
            if version and version not in taken:
                return version
        return f"导入{origin.fingerprint[:6]}"

    def _ordered(self, draft: Draft, kind: Kind, title: str, origin: Origin) -> dict[str, object]:
        fields = dict(draft.fields) | {"标题": title, "类别": kind.name}
        if kind.life_cycle:
            fields["状态"] = "效力待确认"
        found = {name: fields[name] for name in _ORDER if fields.get(name)}
        found |= {name: value for name, value in fields.items() if name not in found and value}
        if draft.places:
            found["待填"] = draft.places
        source: dict[str, object] = {"文件": origin.name, "指纹": origin.fingerprint}
        if draft.line:
            source["行"] = draft.line
        if draft.ordinal:
            source["篇"] = draft.ordinal
        found[SOURCE_KEY] = source
        return found


def place_taken_over(workspace: Workspace, placer: Placer, draft: Draft, origin: Origin) -> None:
    """A Markdown file with its table: its own place, its own kind."""
    found = frontmatter.parse(draft.raw)
    meta = convert(found.values, workspace.find_kind).meta
    draft.kind, draft.confidence, draft.reasons = meta.kind, 1.0, ["信息表中写明"]
    draft.title = meta.title or draft.title
    draft.fields |= {"部门": meta.department, "编号": meta.number, "版本": meta.version}
    kept = dict(draft.fields)
    placer.place(draft, origin)
    changes: dict[str, object | None] = {SOURCE_KEY: draft.fields[SOURCE_KEY]}
    for name in ("标题", "版本"):
        if (
            draft.fields.get(name)
            and draft.fields[name] != kept.get(name)
            and draft.fields[name] != meta.title
        ):
            changes[name] = draft.fields[name]
    if not {"类别", "kind"} & set(found.values):
        changes["类别"] = str(draft.fields["类别"])
    draft.raw = frontmatter.edit(draft.raw, changes, ALIASES)
