"""Finishing a report: its figures are frozen, the Word file that was sent is filed and compared."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from lxml import etree

from store import dates, files, frontmatter
from store.checker import check_entry
from store.consistency_judge import judge
from store.consistency_tables import find_table_errors
from store.consistency_text import find_claims
from store.exceptions import ContentError, InputError, UsageError
from store.history import save
from store.metric_years import freeze
from store.metrics import load_workspace_metrics
from store.model import Problem
from store.placeholders import UnfinishedText, find_placeholders
from store.schema import ALIASES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from store.catalogue import Entry
    from store.metrics import MetricSet
    from store.workspace import Workspace

ATTACHMENTS: Final = "附件"
COPY_TYPE: Final = "定稿件"
SHOWN: Final = 4
MAX_XML: Final = 100 * 1024 * 1024
_W: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


class FaultyText(ContentError):
    """文本里还有错误。"""

    def __init__(self, entry: Entry, errors: list[Problem]) -> None:
        """Name the first few errors with their lines."""
        listed = "".join(f"{_place(entry, error)}{error.message}" for error in errors[:SHOWN])
        more = "…" if len(errors) > SHOWN else ""
        super().__init__(
            f"“{entry.id}”有 {len(errors)} 处错误，没有定稿：{listed}{more}",
            hint="请改好再定稿，wenshu check 列出全部错误和改法；"
            "确要照现在的样子定稿，用 wenshu publish --force。",
        )


def _place(entry: Entry, error: Problem) -> str:
    name = Path(error.path).name if error.path != str(entry.path) else ""
    return f"{name and name + ' '}第 {error.line} 行，"


def finish(workspace: Workspace, wanted: str, *, force: bool = False) -> Path:
    """Set a report to 定稿 and keep its figures with their hashes; gives the file of the figures.

    Args:
        workspace: The open workspace.
        wanted: The report.
        force: Finish it although the check finds errors.

    Raises:
        UsageError: The document has a life cycle, or no metric file.
        InputError: A metric file is missing.
        UnfinishedText: Places are left to fill.
        FaultyText: The check finds errors.
    """
    entry = workspace.resolve(wanted)
    kind = workspace.kinds.get(entry.meta.kind)
    if kind is not None and kind.life_cycle:
        raise UsageError(f"{kind.name}用 wenshu publish 发布，不用定稿。")
    data = _data(workspace, entry)
    source, *_ = workspace.read(entry)
    if unfilled := find_placeholders(source):
        raise UnfinishedText(entry.id, unfilled)
    found = [] if force else check_entry(workspace, entry, dates.today())
    if errors := [problem for problem in found if problem.severity == "error"]:
        raise FaultyText(entry, sorted(errors, key=lambda error: error.line))
    _edit(workspace, entry, {"状态": "定稿"}, "定稿")
    return freeze(entry.path, data, load_workspace_metrics(workspace, data))


def _data(workspace: Workspace, entry: Entry) -> list[Path]:
    paths = workspace.data_paths(entry)
    if not paths:
        raise UsageError(
            f"《{entry.meta.title}》没有指标数据。", hint="请在信息表的“数据”一栏写明数据文件。"
        )
    if missing := [path.name for path in paths if not path.is_file()]:
        raise InputError(f"没有找到指标文件 {'、'.join(missing)}。", path=str(entry.path))
    return paths


def _edit(workspace: Workspace, entry: Entry, changes: Mapping[str, object], action: str) -> None:
    before = files.read_bytes(entry.path)
    text = frontmatter.edit(files.decode(before, entry.path), changes, ALIASES)
    if text.encode() != before:
        save(workspace, entry.id, text, expected=files.digest(before), action=action)
        workspace.refresh()


def file_copy(workspace: Workspace, wanted: str, copy: Path) -> tuple[Path, list[Problem]]:
    """File the Word document that was sent beside its report, and compare its figures.

    Args:
        workspace: The open workspace.
        wanted: The report.
        copy: The .docx as it was sent.

    Returns:
        Where it was filed, and every figure in it that disagrees with the data.

    Raises:
        InputError: The file is no Word document, or another file of its name is filed already.
    """
    entry = workspace.resolve(wanted)
    data = files.read_bytes(copy)
    problems = compare_copy(data, copy, load_workspace_metrics(workspace, _data(workspace, entry)))
    target = entry.path.parent / ATTACHMENTS / f"{entry.path.stem}.定稿件.docx"
    if target.exists() and target.read_bytes() != data:
        hint = "若要更换，请先移走旧的定稿件。"
        raise InputError(f"{target.name} 已经存在，内容不同。", hint=hint, path=str(target))
    files.write_atomic(target, data)
    listed = entry.meta.raw.get("附件") or entry.meta.raw.get("attachments") or []
    known = [item for item in listed if isinstance(item, dict)] if isinstance(listed, list) else []
    file = f"{ATTACHMENTS}/{target.name}"
    if all(item.get("文件") != file for item in known):
        added = {"名称": entry.meta.title, "文件": file, "类型": COPY_TYPE}
        _edit(workspace, entry, {"附件": [*known, added]}, "存定稿件")
    return target, problems


def compare_copy(data: bytes, path: Path, metrics: MetricSet) -> list[Problem]:
    """Every figure of a Word file that disagrees with the data; lines are its paragraphs.

    Raises:
        InputError: The file is no Word document.
    """
    text = "\n".join(_lines(data, path))
    problems = []
    for claim in find_claims(text, metrics):
        verdict = judge(claim, metrics)
        if verdict is not None:
            message = f"第 {claim.line} 段“{claim.metric.name}”的“{claim.text}”与数据不一致："
            message += f"数据为{verdict.expected}。"
            hint = "请核对是数据后来改了，还是文件中改了数。"
            problems.append(Problem(str(path), claim.line, "warning", verdict.code, message, hint))
    problems += [
        Problem(str(path), line, "warning", "table-mismatch", message, "请核对表格。")
        for line, message, _ in find_table_errors(text, metrics)
    ]
    return problems


def _lines(data: bytes, path: Path) -> Iterator[str]:
    """The paragraphs of a Word file, tables as pipe tables, as the checks read them."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if archive.getinfo("word/document.xml").file_size > MAX_XML:
                raise InputError(f"文件 {path.name} 过大，无法核对。", path=str(path))
            parser = etree.XMLParser(resolve_entities=False, no_network=True)
            root = etree.fromstring(archive.read("word/document.xml"), parser)
            headings = _heading_styles(archive)
    except (zipfile.BadZipFile, KeyError, etree.XMLSyntaxError) as error:
        hint = "请给出发出的 .docx 文件。"
        raise InputError(f"{path.name} 不是 Word 文件。", hint=hint, path=str(path)) from error
    body = root.find(f"{_W}body")
    for block in body if body is not None else ():
        if block.tag == f"{_W}tbl":
            for row in block.iter(f"{_W}tr"):
                cells = [_text(cell).replace("|", "/") for cell in row.iter(f"{_W}tc")]
                yield "| " + " | ".join(cells) + " |"
            yield ""
        else:
            style = block.find(f"{_W}pPr/{_W}pStyle")
            is_heading = style is not None and style.get(f"{_W}val") in headings
            yield ("## " if is_heading else "") + re.sub(r"^[#|]+", "", _text(block))


def _heading_styles(archive: zipfile.ZipFile) -> frozenset[str]:
    """The ids of the styles that are headings."""
    if "word/styles.xml" not in archive.namelist():
        return frozenset()
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    root = etree.fromstring(archive.read("word/styles.xml"), parser)
    found = set()
    for style in root.iter(f"{_W}style"):
        name = style.find(f"{_W}name")
        if name is not None and str(name.get(f"{_W}val")).lower().startswith(("heading", "标题")):
            found.add(str(style.get(f"{_W}styleId")))
    return frozenset(found)


def _text(element: etree._Element) -> str:
    return "".join(text.text or "" for text in element.iter(f"{_W}t")).replace("\n", " ")
