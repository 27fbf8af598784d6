"""The parts of a Word file, each opened within limits: damage, bombs and entities are refused."""

from __future__ import annotations

import posixpath
import zipfile
from typing import TYPE_CHECKING, Final

from lxml import etree

from store.exceptions import InputError

if TYPE_CHECKING:
    from pathlib import Path

    from lxml.etree import _Element

MAX_PART: Final = 120 * 1024 * 1024
MAX_RATIO: Final = 250


class Package:
    """The parts of a Word file, each opened within limits."""

    def __init__(self, path: Path) -> None:
        """Open the file.

        Raises:
            InputError: It is damaged, or grows beyond the limits.
        """
        self.path = path
        try:
            self.archive = zipfile.ZipFile(path)
            self.infos = {info.filename.lstrip("/"): info for info in self.archive.infolist()}
        except (zipfile.BadZipFile, OSError, ValueError) as error:
            raise InputError("文件已损坏，无法打开。", path=str(path)) from error
        for info in self.infos.values():
            ratio = info.file_size / max(info.compress_size, 1)
            if info.file_size > MAX_PART or (info.file_size > 4_000_000 and ratio > MAX_RATIO):
                raise InputError(
                    f"文件里的 {info.filename} 解开后有 {info.file_size >> 20} MB，不像正常的文档，没有打开。"  # noqa: E501
                )

    def bytes_of(self, name: str) -> bytes | None:
        """A part's bytes, None when it is not there.

        Raises:
            InputError: The part is damaged or larger than it says.
        """
        info = self.infos.get(name)
        if info is None:
            return None
        try:
            with self.archive.open(info) as handle:
                data = handle.read(info.file_size + 1)
        except (
            zipfile.BadZipFile,
            OSError,
            EOFError,
            RuntimeError,
            NotImplementedError,
            ValueError,
        ) as error:
            raise InputError(f"文件已损坏（{name} 无法解开）。", path=str(self.path)) from error
        except Exception as error:  # zlib.error has no public base
            raise InputError(f"文件已损坏（{name} 无法解开）。", path=str(self.path)) from error
        return data

    def xml(self, name: str) -> _Element | None:
        """A part as XML; external entities are never fetched.

        Raises:
            InputError: The part is no XML.
        """
        data = self.bytes_of(name)
        if data is None:
            return None
        parser = etree.XMLParser(
            resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True,  # noqa: E501
            remove_pis=True,
        )  # fmt: skip
        try:
            root = etree.fromstring(data, parser)
        except etree.XMLSyntaxError as error:
            raise InputError(
                f"文件已损坏（{name} 不是有效的 XML）。", path=str(self.path)
            ) from error
        if b"<!DOCTYPE" in data[:4096] or b"<!ENTITY" in data[:4096]:
            raise InputError(
                "文件含有外部实体声明，不是正常的 Word 文件，没有读取。", path=str(self.path)
            )
        return root

    def relations(self, name: str) -> dict[str, tuple[str, str]]:
        """The relations of a part: id → (last word of the type, target as a part's name or address)."""  # noqa: E501
        folder, _, base = name.rpartition("/")
        root = self.xml(f"{folder}/_rels/{base}.rels" if folder else f"_rels/{base}.rels")
        found: dict[str, tuple[str, str]] = {}
        for one in root if root is not None else ():
            target = one.get("Target", "")
            if one.get("TargetMode") != "External":
                target = (
                    target.lstrip("/")
                    if target.startswith("/")
                    else posixpath.normpath(f"{folder}/{target}")
                )
            found[one.get("Id", "")] = (one.get("Type", "").rpartition("/")[2], target)
        return found
