"""Which documents a row of a batch takes: by its column 文档, by its post, or the same for all."""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import asdict
from typing import TYPE_CHECKING, Final

from generator.batch_work import failure
from store import files
from store.exceptions import UsageError, WenshuError
from store.missing import near_names

if TYPE_CHECKING:
    from collections.abc import Sequence

    from generator.batch_render import BatchSource
    from generator.batch_rows import BatchRow, BatchTable
    from generator.batch_work import Failure
    from store import Workspace
    from store.catalogue import Entry

DOCUMENT_COLUMNS: Final = ("文档", "文件", "材料")
POST_COLUMNS: Final = ("岗位", "岗位名称")
_TAIL: Final = re.compile(r"\([^()]*\)$")
_SEPARATORS: Final = "；;、+\n"


class Chooser:
    """Picks the documents of a row: by its column 文档, by its post, or the same for all."""

    def __init__(self, source: BatchSource, wanted: str, table: BatchTable) -> None:
        from store import Workspace as Opened  # noqa: PLC0415 (a template alone needs none)

        assert source.workspace is not None
        self._source = source
        self._table = table.path
        self._workspace: Workspace = Opened.open(source.workspace)
        self._column = next((name for name in DOCUMENT_COLUMNS if name in table.columns), "")
        self._post = next((name for name in POST_COLUMNS if name in table.columns), "")
        self._kind = self._workspace.find_kind(wanted) if wanted else None
        self._same: Entry | None = None
        self._looked: set[str] = set()
        if self._kind is None and wanted:
            self._same = self._workspace.resolve(wanted)
        if self._same is None and not self._column and not (self._kind and self._post):
            raise UsageError(
                "没有说明每一行用哪份文档。",
                hint="请写文档的编号或标题；写类别时表格须有“岗位”列；也可用“文档”列逐行指定。",
            )

    def choose(self, row: BatchRow) -> tuple[tuple[str, ...], str, list[Failure]]:
        """The ids of the row's documents and the first one's title, or why there are none."""
        names = _split(str(row.values.get(self._column) or "")) if self._column else []
        try:
            if names:
                entries = [self._workspace.resolve(name) for name in names]
            else:
                entries = [self._same or self._by_post(row)]
        except WenshuError as error:
            column = self._column if names else self._post
            return (), "", [failure(row, column, f"{error.message}{error.hint}")]
        self._look_for_template(entries)
        return tuple(entry.id for entry in entries), entries[0].meta.title, []

    @property
    def workspace(self) -> Workspace:
        """The workspace the documents come from."""
        return self._workspace

    def other_posts(self, rows: Sequence[BatchRow]) -> str:
        """A warning where one document is for all rows, and rows name another post; or empty."""
        if self._same is None or not self._post or not self._same.meta.position:
            return ""
        meta = self._same.meta
        kind = self._workspace.kinds[meta.kind].name
        count = 0
        for row in rows:
            post = str(row.values.get(self._post) or "")
            own = bool(self._column and row.values.get(self._column))
            count += bool(post) and not own and not _same_post(self._same, post)
        if not count:
            return ""
        return (
            f"有 {count} 行的“{self._post}”与“{meta.title}”的岗位“{meta.position}”不同，"
            f"这些行用的也是这份文档。要按“{self._post}”列逐行取文档，请把文档写成类别："
            f"wenshu batch {kind} {self._table.name} -o 输出；也可以加“文档”列逐行指定。"
        )

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that pick documents."""
        if self._column:
            return (self._column, self._post)
        return () if self._same else (self._post,)

    def _look_for_template(self, entries: list[Entry]) -> None:
        """Refuse the whole batch, once, where the template that was asked for is not there.

        Raises:
            NotFoundError: There is no template of that name; the error lists the others.
        """
        from generator.templates import find_template  # noqa: PLC0415 (a template alone needs none)

        if self._source.template is None or len(entries) > 1:
            return
        slug = entries[0].meta.kind
        if slug not in self._looked:
            self._looked.add(slug)
            find_template(self._workspace, self._workspace.kinds[slug], self._source.template)

    def _by_post(self, row: BatchRow) -> Entry:
        """The document of the kind that belongs to the row's post.

        Raises:
            UsageError: The post is empty, or no document belongs to it.
        """
        post = str(row.values.get(self._post) or "") if self._post else ""
        if not post or self._kind is None:
            column = self._post or self._column
            raise UsageError(f"表格第 {row.line} 行的“{column}”是空的，不知道用哪份文档。")
        slug = self._kind.slug
        known = [entry for entry in self._workspace.entries if entry.meta.kind == slug]
        current = [entry for entry in known if "@" not in entry.id]
        fitting = [entry for entry in current if entry.meta.position == post]
        loose = [entry for entry in current if _same_post(entry, post)]
        if not fitting and len(loose) == 1:
            return loose[0]
        if not fitting:
            near = near_names(post, [entry.meta.position for entry in known])
            hint = f"是不是：{'、'.join(near)}？" if near else ""
            raise UsageError(f"没有岗位“{post}”的{self._kind.name}。", hint=hint)
        return fitting[0]

    def fingerprint(self, documents: tuple[str, ...]) -> str:
        """What the documents are made from."""
        entries = [self._workspace.entry(wanted) for wanted in documents]
        prints = [self._workspace.fingerprint(entry) for entry in entries]
        prints += [files.digest(path.read_bytes()) for path in self._source.data]
        options = {key: str(value) for key, value in asdict(self._source).items()}
        return json.dumps([prints, options], ensure_ascii=False)


def _same_post(entry: Entry, post: str) -> bool:
    """Whether a post is the document's, or its title; a bracket that one of them lacks is none."""
    wanted, own = _folded(post), _folded(entry.meta.position)
    if wanted in {own, _folded(entry.meta.title)}:
        return True
    return bool(own) and (wanted == _TAIL.sub("", own) or _TAIL.sub("", wanted) == own)


def _folded(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())


def _split(text: str) -> list[str]:
    for separator in _SEPARATORS[1:]:
        text = text.replace(separator, _SEPARATORS[0])
    return [part.strip() for part in text.split(_SEPARATORS[0]) if part.strip()]
