"""Rules on documents together: families, references to other documents, the folder itself."""

from __future__ import annotations

import os
import re
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING, Final

from store.dates import chinese_date
from store.files import is_file, reason
from store.model import Problem
from store.schema import line_of
from store.versions import start_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from store.catalogue import Entry
    from store.workspace import Workspace

_CLAIMING: Final = frozenset({"现行", "试行", "修订中"})
_LEFTOVERS: Final = (
    (re.compile(r"^~\$"), "Office 打开文件时留下的锁文件", "关闭 Word 后删除它。"),
    (
        re.compile(r"^\.~lock\.|^\.~[0-9a-f]{12}\.tmp$"),
        "程序中断留下的临时文件",
        "确认没有程序在用，然后删除。",
    ),
    (
        # 利益冲突管理办法 and 合同副本管理办法 are titles, not leftovers.
        re.compile(
            r"^(?:副本|复件)[ _-]|[-_ （(](?:副本|复件|冲突)|副本 ?[（(]?[0-9]*[）)]?(?:\.\w+)?$"
            r"|冲突(?:副本|版本|文件)|conflicted copy|[-_ .(（]conflict(?:ed)?[-_ )）.0-9]",
            re.IGNORECASE,
        ),
        "网盘或复制留下的副本",
        "核对内容后删除，或改成正式的名称。",
    ),
    (
        re.compile(r" ?[（(][0-9]+[)）]\.md$"),
        "重复下载或复制留下的副本",
        "核对内容后删除，或改成正式的名称。",
    ),
)


def check_families(workspace: Workspace, today: date) -> Iterator[Problem]:
    """Two versions in force together; two files that claim one version."""
    for members in workspace.versions.families():
        if len(members) < 2:
            continue
        yield from _same_version(members)
        if workspace.versions.has_life_cycle(members[0]):
            yield from _together(members, today)


def _same_version(members: list[Entry]) -> Iterator[Problem]:
    seen: dict[str, Entry] = {}
    for entry in sorted(members, key=lambda e: e.id):
        version = entry.meta.version
        if version in seen:
            yield Problem(
                str(entry.path),
                line_of("version", entry.lines),
                "error",
                "double-version",
                f"与“{seen[version].id}”同属一份文档，版本都是“{version or '（未写）'}”。",
                "请改正版本号或编号；不同的文档请用不同的编号。",
            )
        seen.setdefault(version, entry)


def _together(members: list[Entry], today: date) -> Iterator[Problem]:
    """Versions that all claim to be in force, with no end before the next one's start."""
    claiming = sorted(
        (entry for entry in members if entry.meta.status in _CLAIMING and start_of(entry.meta)),
        key=lambda entry: (start_of(entry.meta) or today, entry.id),
    )
    for at, earlier in enumerate(claiming):
        for later in claiming[at + 1 :]:
            begins = start_of(later.meta)
            if begins is None or begins > today or _own_end_by(earlier, begins):
                continue
            yield Problem(
                str(earlier.path),
                line_of("status", earlier.lines),
                "error",
                "two-in-force",
                f"与“{later.id}”同时标为有效（后者 {chinese_date(begins)}起生效）。",
                f"请给旧版写上“失效日期: {begins.isoformat()}”并把状态改为“已废止”。",
            )


def _own_end_by(entry: Entry, day: date) -> bool:
    meta = entry.meta
    if meta.expires is not None and meta.expires <= day:
        return True
    return meta.valid_through is not None and meta.valid_through < day


def check_links(workspace: Workspace, entry: Entry) -> Iterator[Problem]:
    """替代, 上位依据 and 附件 must name something, and one thing only."""
    meta = entry.meta
    for attribute, name, wanted in (
        *(("supersedes", "替代", item) for item in meta.supersedes),
        *(("basis", "上位依据", item) for item in meta.basis),
    ):
        found = workspace.versions.find(wanted, besides=entry)
        if attribute == "supersedes":  # one of its like is meant; the others are told of below
            found = workspace.versions.replaced_by(entry, wanted) or found
        families = {workspace.versions.family_name(other) for other in found}
        line = line_of(attribute, entry.lines)
        if not found:
            yield Problem(
                str(entry.path),
                line,
                "error",
                "dead-link",
                f"“{name}”中的“{wanted}”在资料库里找不到。",
                "请写文档的路径、编号或《准确题目》；库外文件请写在正文里。",
            )
        elif len(families) > 1:
            names = "、".join(other.id for other in found[:5])
            yield Problem(
                str(entry.path),
                line,
                "error",
                "ambiguous-link",
                f"“{name}”中的“{wanted}”对应多份文档。",
                f"请写明是哪一份：{names}",
            )
    yield from _crossings(workspace, entry)
    for attachment in meta.attachments:
        path = entry.path.parent / attachment.file
        if not attachment.file or not is_file(path):
            yield Problem(
                str(entry.path),
                line_of("attachments", entry.lines),
                "error",
                "dead-attachment",
                f"附件“{attachment.name or attachment.file}”的文件“{attachment.file}”不存在。",
                "路径相对于文档所在的文件夹，请核对。",
            )


def _crossings(workspace: Workspace, entry: Entry) -> Iterator[Problem]:
    """替代 or 编号 between a text that comes into force and one that does not."""
    versions, path = workspace.versions, str(entry.path)
    for wanted in entry.meta.supersedes:
        if versions.find(wanted, besides=entry) and not versions.replaced_by(entry, wanted):
            message = f"“替代”中的“{wanted}”和本文一份分时效、一份不分时效，不能互相替代。"
            hint = "只有制度这类有生效和失效的文档才能替代制度；请删去这一项，或改正类别。"
            line = line_of("supersedes", entry.lines)
            yield Problem(path, line, "error", "crossing-link", message, hint)
    if strangers := versions.strangers_of_number(entry):
        message = f"编号“{entry.meta.number}”与“{strangers[0].id}”相同，两者一份分时效、一份不分。"
        hint = "它们不是同一份文档的各版，请改正编号或类别。"
        line = line_of("number", entry.lines)
        yield Problem(path, line, "error", "crossing-number", message, hint)


def check_folder(workspace: Workspace) -> Iterator[Problem]:
    """Leftovers in `kb/`, files that can't be reached, names that clash, unknown settings."""
    refused: list[OSError] = []
    seen: dict[str, Path] = {}
    for folder, folders, files in os.walk(workspace.kb, onerror=refused.append):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for path in (Path(folder, name) for name in sorted(files)):
            yield from _leftover(path)
            if path.suffix.lower() == ".md":
                yield from _document_file(path, seen)
    for error in refused:
        message = f"文件夹“{error.filename}”打不开：{reason(error)}，里面的文档没有读取。"
        hint = "请检查文件夹的权限。"
        yield Problem(str(error.filename), 1, "error", "unreadable", message, hint)
    for name in workspace.settings.unknown:
        yield Problem(
            str(workspace.root / "wenshu.toml"),
            1,
            "warning",
            "unknown-setting",
            f"wenshu.toml 中的“{name}”不是已知的设置。",
            "请核对写法。",
        )


def _document_file(path: Path, seen: dict[str, Path]) -> Iterator[Problem]:
    """A Markdown file by its name alone: whether it is read, and elsewhere as itself."""
    if path.suffix != ".md":
        message = f"“{path.name}”的扩展名不是小写的 .md，没有当作文档读取。"
        yield Problem(str(path), 1, "error", "wrong-extension", message, "请把扩展名改为 .md。")
    elif path.is_symlink() and not is_file(path):
        message = f"“{path.name}”是一个失效的链接，没有指向任何文件。"
        yield Problem(
            str(path), 1, "error", "unreadable", message, "请删去它，或恢复它指向的文件。"
        )
    key = unicodedata.normalize("NFKC", str(path)).casefold()
    if key in seen:
        yield Problem(
            str(path),
            1,
            "error",
            "double-id",
            f"与“{seen[key].name}”的名称只差大小写或全半角，在别的电脑上会互相覆盖。",
            "请改名。",
        )
    seen.setdefault(key, path)


def _leftover(path: Path) -> Iterator[Problem]:
    for pattern, what, hint in _LEFTOVERS:
        if pattern.search(path.name):
            yield Problem(str(path), 1, "warning", "leftover", f"“{path.name}”像是{what}。", hint)
            return
