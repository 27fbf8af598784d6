"""The Word templates of the kinds: which there are, examined, replaced, tried, brought back.

A template that is handed in is examined first (`generator.word.clinic`) and tried with a document;
what it replaces goes to `.wenshu/history/templates/`, from where it can be brought back.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from generator.batch_names import safe_file_name
from generator.layout.build import COMMON
from store.exceptions import ContentError, InvalidValue, NotFoundError, UsageError
from store.files import locked, read_bytes, write_atomic
from store.history import keep_file, lock_path

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from generator.word.clinic import TemplateReport
    from store import Workspace

MOST_BYTES: Final = 20 * 1024 * 1024
COMMON_NAME: Final = "通用"
BODY: Final = "正文"
_STAMP: Final = re.compile(r"(\d{4})(\d\d)(\d\d)-(\d\d)(\d\d)(\d\d)(?:-\d+)?")
_LONGEST_NAME: Final = 40


@dataclass(frozen=True, slots=True)
class Former:
    """An earlier state of a template: its key in addresses, when it was replaced."""

    key: str
    when: str
    path: Path


@dataclass(frozen=True, slots=True)
class Slot:
    """A place for a template.

    Attributes:
        kind: The kind's slug, `_common` for those of every kind.
        kind_name: In words.
        name: The template's name.
        path: The file in use; None where there is none yet.
        own: It is the workspace's, not the built-in one.
        default: The kind's documents take it unasked.
        formers: What it replaced, the newest first.
    """

    kind: str
    kind_name: str
    name: str
    path: Path | None
    own: bool
    default: bool = False
    formers: tuple[Former, ...] = field(default=())

    @property
    def data(self) -> bytes:
        """The bytes in use.

        Raises:
            NotFoundError: There is no such template.
        """
        if self.path is None:
            raise NotFoundError(f"还没有“{self.name}”这个模板。")
        return read_bytes(self.path)


class WordTemplates:
    """The templates of one workspace."""

    def __init__(self, workspace: Workspace) -> None:
        """Look into this workspace and the built-in templates."""
        self._workspace = workspace

    def all(self) -> list[Slot]:
        """Every template, by kind."""
        kinds = [*self._workspace.kinds, COMMON]
        return [slot for kind in kinds for slot in self._of_kind(kind)]

    def _of_kind(self, kind: str) -> Iterator[Slot]:
        names: dict[str, None] = {}
        for folder in self._folders(kind):
            for path in sorted(folder.glob("*.docx")):
                if not path.name.startswith(("~$", ".")):
                    names[path.stem] = None
        first = self._default(kind)
        yield from (self.get(kind, name) for name in sorted(names, key=lambda n: (n != first, n)))

    def _default(self, kind: str) -> str:
        known = self._workspace.kinds.get(kind)
        return known.template.removesuffix(".docx") if known is not None else ""

    def _folders(self, kind: str) -> list[Path]:
        return [folder / kind for folder in self._workspace.template_folders()]

    def get(self, kind: str, name: str) -> Slot:
        """A place for a template, whether one is there or not.

        Raises:
            NotFoundError: There is no such kind.
            InvalidValue: The name is no file name.
        """
        known = self._workspace.kinds.get(kind)
        if known is None and kind != COMMON:
            raise NotFoundError(f"没有类别“{kind[:40]}”。")
        if (
            not name
            or len(name) > _LONGEST_NAME
            or name[0] in "~._"
            or safe_file_name(name) != name
        ):
            raise InvalidValue(f"“{name[:40]}”不能用作模板名。", hint="可用汉字、字母和数字。")
        own = self._workspace.root / "templates" / kind / f"{name}.docx"
        paths = [folder / f"{name}.docx" for folder in self._folders(kind)]
        path = next((path for path in paths if path.is_file()), None)
        return Slot(
            kind,
            known.name if known is not None else COMMON_NAME,
            name,
            path,
            path == own,
            name == self._default(kind),
            tuple(self._formers(kind, name)),
        )

    def _formers(self, kind: str, name: str) -> Iterator[Former]:
        folder = self._workspace.history / "templates" / kind
        found = []
        for path in folder.glob("*.docx"):
            match = _STAMP.fullmatch(path.stem.removeprefix(f"{name}-"))
            if match and path.stem.startswith(f"{name}-"):
                when = "{}-{}-{} {}:{}:{}".format(*match.groups())
                found.append(Former(match[0], when, path))
        yield from sorted(found, key=lambda former: former.key, reverse=True)

    def former(self, slot: Slot, key: str) -> Former:
        """An earlier state.

        Raises:
            NotFoundError: There is none.
        """
        for former in slot.formers:
            if former.key == key:
                return former
        raise NotFoundError("没有这个旧模板。")

    # -- examining and replacing --------------------------------------------------------------

    def examine(self, slot: Slot, data: bytes) -> TemplateReport:
        """What the clinic finds; where documents print their text, 正文 has to be there.

        Raises:
            TemplateFileError: It is no usable .docx.
            UsageError: It is too large.
        """
        from generator.word.clinic import Mistake, check_template  # noqa: PLC0415 - few requests

        if len(data) > MOST_BYTES:
            raise UsageError(f"模板超过 {MOST_BYTES >> 20} MB。", hint="请压缩里面的图片。")
        report = check_template(data)
        body = next((one for one in report.fields if one.name == BODY), None)
        if self._wants_body(slot) and report.ok and (body is None or body.type != "block"):
            hint = "请在要放正文的地方单独写一段 {{p 正文 }}。"
            report.mistakes.insert(
                0, Mistake("error", "模板里没有 {{p 正文 }}，生成的文件没有正文。", hint)
            )
        return report

    def _wants_body(self, slot: Slot) -> bool:
        """Whether documents print their text with it: not the ready sheets (签收表, 回执)."""
        if slot.kind != COMMON:
            return True
        if slot.path is None:
            return False
        from generator.word.clinic import check_template  # noqa: PLC0415

        return any(one.name == BODY for one in check_template(slot.data).fields)

    def replace(self, slot: Slot, data: bytes) -> Slot:
        """Put a template in its place; what was in use is kept.

        Raises:
            ContentError: The clinic found mistakes.
        """
        report = self.examine(slot, data)
        if not report.ok:
            first = next(m for m in report.mistakes if m.severity == "error")
            raise ContentError(f"这个模板还不能用：{first}")
        return self._put(slot, data)

    def restore(self, slot: Slot, key: str) -> Slot:
        """Bring an earlier state back; the present one is kept.

        Raises:
            NotFoundError: There is no such state.
        """
        return self._put(slot, read_bytes(self.former(slot, key).path))

    def _put(self, slot: Slot, data: bytes) -> Slot:
        target = self._workspace.root / "templates" / slot.kind / f"{slot.name}.docx"
        with locked(lock_path(self._workspace)):
            if slot.path is not None and (before := slot.data) != data:
                keep_file(self._workspace, target, before)
            write_atomic(target, data)
        return self.get(slot.kind, slot.name)
