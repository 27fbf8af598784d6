"""Drafts into files of `kb/`: names, versions, attachments, metric files. Nothing is overwritten."""  # noqa: E501

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Final

from importer.model import Doubt
from importer.similar import likeness, signature_of
from store import frontmatter
from store.files import digest, locked, write_atomic
from store.history import document_path, lock_path
from store.kinds import OTHER

if TYPE_CHECKING:
    from collections.abc import Iterator

    from importer.model import Draft, Figure
    from store.catalogue import Entry
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
ORIGINALS: Final = "原始文件"
SOURCE_KEY: Final = "来源"


def safe_name(title: str) -> str:
    """A title as a file's name on any system."""
    name = unicodedata.normalize("NFC", _FORBIDDEN.sub("", title))
    name = re.sub(r"\s+", "", name).strip(" .~")[:60] or "未命名"
    return f"_{name}" if _RESERVED.match(name) else name


def version_mark(name: str) -> str:
    """The version that a file's name tells: 终稿2, 2023版; empty when it tells none."""
    found = _VERSION_MARK.findall(Path(name).stem)
    return re.sub(r"[\s（()）]", "", found[-1]) if found else ""


@dataclass(slots=True)
class Known:
    """A document that is there already, or was proposed before: what a new one is compared with."""

    id: str
    title: str
    kind: str
    department: str
    version: str
    signature: tuple[int, ...] = ()
    number: str = ""
    source: dict[str, str] = field(default_factory=dict)


class Library:
    """What stands in `kb/` and what this import adds, for ids, families and repeats."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.known: dict[str, Known] = {}
        self.ids: set[str] = set()
        for entry in workspace.entries:
            self.known[entry.id] = _of_entry(entry)
            self.ids.add(_folded(entry.id))

    def imported(self, fingerprint: str) -> list[Known]:
        """Documents that came from a file with these very bytes."""
        return [one for one in self.known.values() if one.source.get("指纹") == fingerprint]

    def older(self, name: str, draft: Draft) -> Known | None:
        """The document that an earlier state of this file gave at this place."""
        for one in self.known.values():
            if (
                one.source.get("文件") == name
                and one.source.get("篇", "") == draft.ordinal
                and one.title.startswith(draft.title)
            ):
                return one
        return None

    def family_of(self, draft: Draft, department: str) -> list[Known]:
        """Documents that the checker would take for versions of the same text."""
        number = str(draft.fields.get("编号", ""))
        if number:
            return [one for one in self.known.values() if one.number == number]
        return [
            one for one in self.known.values()
            if (one.title, one.kind, one.department) == (draft.title, draft.kind, department) and not one.number  # noqa: E501
        ]  # fmt: skip

    def free_id(self, wanted: str) -> str:
        """This id, or the next one that is not taken."""
        number, found = 1, wanted
        while _folded(found) in self.ids or document_path(self.workspace, found).exists():
            number += 1
            found = f"{wanted}-{number}"
        self.ids.add(_folded(found))
        return found

    def signature(self, one: Known) -> tuple[int, ...]:
        """The text's signature, read from its file when needed."""
        if not one.signature:
            try:
                text = document_path(self.workspace, one.id).read_text(
                    encoding="utf-8", errors="replace"
                )
            except OSError:
                return ()
            parts = frontmatter.split(text)
            one.signature = signature_of(
                re.sub(r"^\s*\d+\.\s|[#*|]", "", parts[1] if parts else text, flags=re.MULTILINE)
            )
        return one.signature


def _folded(document_id: str) -> str:
    return unicodedata.normalize("NFKC", document_id).casefold()


def _of_entry(entry: Entry) -> Known:
    raw = entry.meta.extra.get(SOURCE_KEY)
    source = {str(key): str(value) for key, value in raw.items()} if isinstance(raw, dict) else {}
    return Known(
        entry.id, entry.meta.title, entry.meta.kind, entry.meta.department, entry.meta.version,
        number=entry.meta.number, source=source,
    )  # fmt: skip


@dataclass(slots=True)
class Origin:
    """The file that drafts came from."""

    path: Path
    name: str
    fingerprint: str


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
            return near.title, f"@{safe_name(version)}"
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


# -- writing ------------------------------------------------------------------------------------------  # noqa: E501


def write(workspace: Workspace, draft: Draft, origin: Origin, original: str) -> None:
    """Write a document with its images, its metric file and its place in the originals.

    Args:
        workspace: The workspace.
        draft: A draft with its id.
        origin: Where it came from.
        original: The kept source file relative to `kb/`; empty when it is not kept.

    Raises:
        EnvironmentRefused: The disk is full, or the folder cannot be written.
    """
    path = document_path(workspace, draft.id)
    fields = dict(draft.fields)
    depth = draft.id.count("/")
    for name, data in draft.files.items():
        target = path.parent / name
        if not target.exists():
            write_atomic(target, data)
    if draft.figures:
        name = f"数据/{path.stem}.yaml"
        write_atomic(path.parent / name, metrics_yaml(draft, origin).encode("utf-8"))
        fields["数据"] = [name]
    if original:
        fields["附件"] = [
            {"名称": origin.name, "文件": "../" * depth + original, "类型": "原始文件"}
        ]
    source = fields.pop(SOURCE_KEY, None)
    if source is not None:
        fields[SOURCE_KEY] = source
    body = draft.body if draft.body.startswith("\n") else f"\n{draft.body}"
    text = draft.raw or frontmatter.dump(fields) + body
    with locked(lock_path(workspace)):
        write_atomic(path, text.encode("utf-8", "replace"))


def keep_original(workspace: Workspace, origin: Origin) -> str:
    """Keep a source file among the originals; gives its place relative to `kb/`."""
    if origin.path.suffix.lower() in {".md", ".markdown"} or origin.name.lower().endswith(
        (".md", ".markdown")
    ):
        return ""
    data = origin.path.read_bytes()
    name = re.sub(r'[<>:"/\\|?*\x00-\x1f]', "_", unicodedata.normalize("NFC", origin.name)).lstrip(
        "~."
    )[-80:]
    target = workspace.kb / ORIGINALS / name
    if target.exists() and digest(target.read_bytes()) != digest(data):
        target = target.with_name(f"{target.stem}-{origin.fingerprint[:8]}{target.suffix}")
    if not target.exists():
        write_atomic(target, data)
    return f"{ORIGINALS}/{target.name}"


def metrics_yaml(draft: Draft, origin: Origin) -> str:
    """The metric file of a summary: what the text says, and the start of year that follows from it."""  # noqa: E501
    lines = [f"# 由 {origin.name} 导入；数字照录原文，年初数由余额减增加额得出。", "指标:"]
    whole = complete_wholes(draft.figures)
    lines += [f"  - {frontmatter.dump_value(_metric(figure, whole))}" for figure in draft.figures]
    return "\n".join(lines) + "\n"


def complete_wholes(figures: list[Figure]) -> dict[str, Figure]:
    """The figures whose named parts add up to them within rounding: only those are called wholes."""  # noqa: E501
    found: dict[str, Figure] = {}
    for whole in figures:
        parts = [part for part in figures if _is_part(part, whole)]
        digits = max((_digits(one.value) for one in (whole, *parts)), default=0)
        tolerance = (len(parts) + 1) * Decimal(1).scaleb(-digits) / 2
        if len(parts) > 1 and abs(sum(part.value for part in parts) - whole.value) <= tolerance:
            found[whole.name] = whole
    return found


def _is_part(part: Figure, whole: Figure) -> bool:
    return (part.parent, part.unit, part.nature) == (whole.name, whole.unit, whole.nature)


def _digits(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    return -exponent if isinstance(exponent, int) and exponent < 0 else 0


def _metric(figure: Figure, wholes: dict[str, Figure]) -> dict[str, object]:
    values: dict[str, object] = {"指标": figure.name}
    notes = []
    if figure.group:
        values["分组"] = figure.group
    whole = wholes.get(figure.parent)
    if whole is not None and _is_part(figure, whole):
        values["上级指标"] = figure.parent
    elif figure.parent and figure.parent != figure.name:
        notes.append(f"其中项，属于{figure.parent}")
    values |= {"单位": figure.unit, "性质": figure.nature}
    if figure.predicate:
        values["谓语"] = figure.predicate
    values["本期" if figure.nature == "时期" else "期末"] = plain(figure.value)
    if figure.change is not None and figure.nature != "时期":
        values["年初"] = plain(figure.value - figure.change)
    if figure.completion is not None:
        values["完成率"] = plain(figure.completion)
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", figure.as_of):
        values["截至日期"] = figure.as_of
    values["备注"] = "；".join([*notes, *_notes(figure)])
    return values


def _notes(figure: Figure) -> Iterator[str]:
    """What the text says of a figure that a metric file has no key for."""
    if figure.as_of.startswith("--"):
        month, _, day = figure.as_of.strip("-").partition("-")
        end = f"{int(day)}日" if day else "末"
        yield f"截至{int(month)}月{end}，原文没有年份"
    for name, value in (
        ("同比", figure.yoy),
        ("比年初增幅", figure.change_percent),
        ("占比", figure.share),
    ):
        if value is not None:
            yield f"原文{name}{plain(value)}%"
    if figure.approximate:
        yield f"约数（{figure.approximate}）"
    yield f"原文第{figure.line}行"


def plain(value: Decimal) -> str:
    """A number without exponent."""
    return f"{value:f}"
