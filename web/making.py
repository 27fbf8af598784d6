"""Files from tables of rows: a batch as one zip or booklet, a sending list of messages.

Used by pages and API alike. Whoever asks gets only documents that they may see.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from store.exceptions import ContentError, UsageError
from web import gate
from web.attached import refuse_pictures
from web.refusals import AccessDenied

if TYPE_CHECKING:
    from collections.abc import Sequence

    from generator.batch import BatchResult
    from generator.batch_rows import BatchTable
    from generator.sending_list import SendingList
    from web.library import View

MOST_ROWS: Final = 1000


@dataclass(frozen=True, slots=True)
class Made:
    """A finished file, with what could not be made.

    Attributes:
        data: Its bytes.
        failed: Row, column and reason of what is missing in it.
        count: How many rows are in it.
        warnings: What is worth a look.
    """

    data: bytes
    failed: list[dict[str, object]]
    count: int
    warnings: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Wish:
    """What is wanted of a batch.

    Attributes:
        document: An id or a kind whose documents the column 岗位 picks.
        ending: `.zip` or `.docx` for a booklet.
        template: Another template of the documents.
        pattern: The pattern of the file names.
        blank: Print places to fill by hand as blanks.
        word: A Word template of one's own, in place of documents.
    """

    document: str = ""
    ending: str = ".zip"
    template: str = ""
    pattern: str = ""
    blank: bool = False
    word: bytes = b""


def make_batch(view: View, path: Path, wish: Wish) -> Made:
    """One Word file a row of the table at `path`, all in one file.

    Raises:
        UsageError: There are too many rows, or what is wanted cannot be used with them.
        AccessDenied: A row wants a document that the person may not see.
        ContentError: No row could be made.
    """
    from generator.batch import Batch  # noqa: PLC0415 - few requests
    from generator.batch_render import BatchSource  # noqa: PLC0415
    from generator.batch_rows import read_table  # noqa: PLC0415
    from generator.batch_volume import Volume  # noqa: PLC0415

    table = read_table(path)
    if len(table.rows) > MOST_ROWS:
        raise UsageError(
            f"一次最多 {MOST_ROWS} 行，这张表有 {len(table.rows)} 行。",
            hint="请分成几张表，或在命令行用 wenshu batch。",
        )
    with gate.outside(), tempfile.TemporaryDirectory(prefix="wenshu-batch-") as folder:
        word = Path(folder) / "模板.docx"
        if wish.word:
            word.write_bytes(wish.word)
        root = None if wish.word else view.workspace.root
        source = BatchSource(
            template_file=word if wish.word else None,
            workspace=root,
            template=wish.template or None,
            blank=wish.blank,
        )
        if not wish.word:
            _refuse_hidden(view, source, wish.document, table)
        volume = Volume(Path(folder) / f"批量{wish.ending}")
        wanted = "" if wish.word else wish.document
        batch = Batch(
            source, table, volume.folder, wanted=wanted, pattern=wish.pattern, processes=1
        )
        result = batch.run()
        count = len(result.outputs)
        if not count:
            raise ContentError("一行也没有生成。", hint=_reasons(result))
        volume.bind(result)
        return Made(result.outputs[0].read_bytes(), _failed(result), count, result.warnings)


def _refuse_hidden(view: View, source: object, wanted: str, table: BatchTable) -> None:
    """Refuse the whole batch where a row picks what the person may not see."""
    from generator.batch_choice import Chooser  # noqa: PLC0415
    from generator.batch_render import BatchSource  # noqa: PLC0415

    assert isinstance(source, BatchSource)
    chooser = Chooser(source, wanted, table)
    looked_at: set[str] = set()
    for row in table.rows:
        documents, _, _ = chooser.choose(row)
        if not set(documents) <= view.ids:
            raise AccessDenied(
                f"第 {row.line} 行要用的文档，您的账号不能查看。", hint="请联系制度管理员。"
            )
        for document_id in set(documents) - looked_at:
            refuse_pictures(view, view.entry(document_id))
            looked_at.add(document_id)


def _failed(result: BatchResult) -> list[dict[str, object]]:
    return [
        {"row": one.row, "field": one.field or None, "message": one.message}
        for one in result.failed
    ]


def _reasons(result: BatchResult, shown: int = 5) -> str:
    return "；".join(one.message for one in result.failed[:shown])


def make_messages(view: View, document_id: str, scene: str, path: Path) -> SendingList:
    """The messages for the customers of a table; nothing of them is kept.

    Raises:
        UsageError: The scene is not there, or no column holds phone numbers.
    """
    from generator.batch_rows import read_table  # noqa: PLC0415
    from generator.sending_list import make_sending_list  # noqa: PLC0415

    return make_sending_list(view.workspace, f"{document_id}#{scene}", read_table(path))


def messages_file(made: SendingList, ending: str) -> bytes:
    """A sending list as .xlsx or .csv."""
    from generator.sending_list import write_sending_list  # noqa: PLC0415

    with tempfile.TemporaryDirectory(prefix="wenshu-list-") as folder:
        target = Path(folder) / f"list{ending}"
        write_sending_list(made, target)
        return target.read_bytes()


def make_booklet(view: View, ids: Sequence[str], kind: str, title: str) -> bytes:
    """Documents bound into one: those named, or what is in force of a kind.

    Raises:
        UsageError: Nothing is named, or too much.
        AccessDenied: One of them may not be seen.
    """
    from generator.booklet import render_booklet  # noqa: PLC0415

    entries = [view.entry(one) for one in dict.fromkeys(ids)]
    if kind:
        known = view.workspace.kind(kind)
        entries += [
            entry
            for entry in view.entries
            if entry.meta.kind == known.slug
            and view.workspace.versions.in_force(entry) is not False
            and entry not in entries
        ]
    if not entries or len(entries) > MOST_ROWS:
        raise UsageError(f"请写明要合订的文档，1 到 {MOST_ROWS} 份。")
    company = view.workspace.settings.company.get("名称", "")
    with gate.outside():
        return render_booklet(
            view.workspace, entries, title=title, cover=[company] if company else []
        )[0]
