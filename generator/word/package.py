"""The zip of a .docx: read within limits, written with unchanged parts' compressed bytes kept."""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from posixpath import dirname, join, normpath
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

from generator.word.errors import TemplateFileError
from generator.word.tokens import DECLARATION, check_xml, decode

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_FILE: Final = 300 * 1024 * 1024
MAX_UNPACKED: Final = 600 * 1024 * 1024
MAX_PART: Final = 120 * 1024 * 1024
MAX_ENTRIES: Final = 5000

CONTENT_TYPES: Final = "[Content_Types].xml"
_MAIN: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_MAIN_TYPES: Final = (f"{_MAIN}.document.main+xml", f"{_MAIN}.template.main+xml")
_STRICT: Final = "purl.oclc.org/ooxml"
_OFFICE_DOCUMENT: Final = "/officeDocument"
_LOCAL: Final = struct.Struct("<IHHHHHIIIHH")
_CENTRAL: Final = struct.Struct("<IHHHHHHIIIHHHHHII")
_END: Final = struct.Struct("<IHHHHIIH")
_DATE: Final = 0x21
"""1 January 1980, so that the same input gives the same bytes."""

_RELATION: Final = re.compile(r"<Relationship\b([^>]*?)/?>")
_ATTRIBUTE: Final = re.compile(r"""([\w:]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")


@dataclass(frozen=True, slots=True)
class Relation:
    """One relationship of a part.

    Attributes:
        id: Its id.
        type: The type's URI.
        target: For inner ones the full part name, for outer ones the address.
        external: Whether it points outside.
    """

    id: str
    type: str
    target: str
    external: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """A file in the zip with its compressed bytes."""

    name: str
    method: int
    crc: int
    size: int
    packed: bytes

    def unpack(self) -> bytes:
        """The bytes, at most as many as the directory says.

        Raises:
            TemplateFileError: The data is damaged or larger than it says.
        """
        if self.size > MAX_PART:
            raise TemplateFileError(
                f"部件 {self.name} 解压后有 {self.size // 1024 // 1024} MB，超过了上限。"
            )
        if self.method == zipfile.ZIP_STORED:
            data = self.packed
        else:
            try:
                data = zlib.decompressobj(-15).decompress(self.packed, self.size + 1)
            except zlib.error as exc:
                raise TemplateFileError(f"部件 {self.name} 的数据已损坏。") from exc
        if len(data) != self.size or zlib.crc32(data) != self.crc:
            raise TemplateFileError(f"部件 {self.name} 的数据已损坏。", hint="请重新保存模板。")
        return data


def pack(name: str, data: bytes, level: int = 6) -> Entry:
    """An entry of new bytes; pictures that are compressed already are stored."""
    if name.endswith((".png", ".jpg", ".gif", ".xlsx", ".docx", ".pptx")):
        return Entry(name, zipfile.ZIP_STORED, zlib.crc32(data), len(data), data)
    return pack_stream(name, (data,), level)


def pack_stream(name: str, portions: Iterable[bytes], level: int = 6) -> Entry:
    """An entry of bytes that come in portions; only what is packed stays in memory."""
    compressor = zlib.compressobj(level, zlib.DEFLATED, -15, 9)
    packed: list[bytes] = []
    crc = size = 0
    for portion in portions:
        crc = zlib.crc32(portion, crc)
        size += len(portion)
        packed.append(compressor.compress(portion))
    packed.append(compressor.flush())
    return Entry(name, zipfile.ZIP_DEFLATED, crc, size, b"".join(packed))


def local_record(entry: Entry) -> bytes:
    """An entry's header and compressed bytes."""
    name = entry.name.encode()
    return (
        _LOCAL.pack(
            0x04034B50, 20, 0x800, entry.method, 0, _DATE, entry.crc, len(entry.packed),
            entry.size, len(name), 0,
        )
        + name
        + entry.packed
    )  # fmt: skip


def central_record(entry: Entry, offset: int) -> bytes:
    """An entry's line in the directory."""
    name = entry.name.encode()
    return (
        _CENTRAL.pack(
            0x02014B50, 20, 20, 0x800, entry.method, 0, _DATE, entry.crc, len(entry.packed),
            entry.size, len(name), 0, 0, 0, 0, 0, offset,
        )
        + name
    )  # fmt: skip


class ZipBase:
    """The entries that all renderings share, laid out once.

    Args:
        entries: Them, in order.
    """

    def __init__(self, entries: Iterable[Entry]) -> None:
        records: list[bytes] = []
        central: list[bytes] = []
        offset = 0
        for entry in entries:
            record = local_record(entry)
            records.append(record)
            central.append(central_record(entry, offset))
            offset += len(record)
        self._records = b"".join(records)
        self._central = b"".join(central)
        self._count = len(records)

    def with_entries(self, entries: Iterable[Entry]) -> bytes:
        """The finished file: the shared entries and then these."""
        records = [self._records]
        central = [self._central]
        offset = len(self._records)
        count = self._count
        for entry in entries:
            record = local_record(entry)
            records.append(record)
            central.append(central_record(entry, offset))
            offset += len(record)
            count += 1
        size = sum(map(len, central))
        if offset + size > 0xFFFF_FFFF:
            raise TemplateFileError("生成的文件超过 4 GB。")
        end = _END.pack(0x06054B50, 0, 0, count, count, size, offset, 0)
        return b"".join((*records, *central, end))


def read_bytes(source: object) -> bytes:
    """The bytes of a template given as a path, bytes or an open file.

    Raises:
        TemplateFileError: There is none, or it is too large.
    """
    if isinstance(source, (bytes, bytearray, memoryview)):
        return bytes(source)
    read = getattr(source, "read", None)
    if read is not None:
        seek = getattr(source, "seek", None)
        if seek is not None:
            seek(0)
        return bytes(read())
    path = Path(str(source))
    try:
        if path.stat().st_size > MAX_FILE:
            raise TemplateFileError(f"模板“{path.name}”超过 {MAX_FILE // 1024 // 1024} MB。")
        return path.read_bytes()
    except FileNotFoundError as exc:
        raise TemplateFileError(f"没有找到模板文件“{path}”。", hint="请检查路径。") from exc
    except OSError as exc:
        raise TemplateFileError(f"读不了模板文件“{path}”：{exc.strerror}。") from exc


class WordPackage:
    """A .docx that has been opened: its entries, relationships and content types.

    Args:
        data: The file's bytes.

    Raises:
        TemplateFileError: It is no usable .docx.
    """

    def __init__(self, data: bytes) -> None:
        self.entries = _read_zip(data)
        self._relations: dict[str, dict[str, Relation]] = {}
        if CONTENT_TYPES not in self.entries:
            raise TemplateFileError(
                "这不是 Word 文件：缺少 [Content_Types].xml。", hint="请用 Word 另存为 .docx。"
            )
        self.content_types = self.text(CONTENT_TYPES)
        self.main = self._find_main()
        self._check_kind()

    def read(self, name: str) -> bytes:
        """A part's bytes."""
        return self.entries[name].unpack()

    def text(self, name: str, data: bytes | None = None) -> str:
        """A part's XML, checked, without declaration; `data` are its bytes if they are known.

        Raises:
            TemplateFileError: It is damaged or declares entities.
        """
        data = self.read(name) if data is None else data
        check_xml(data, name)
        try:
            return decode(data)
        except (UnicodeDecodeError, LookupError) as exc:
            raise TemplateFileError(f"部件 {name} 的编码无法识别。") from exc

    def relations(self, part: str) -> dict[str, Relation]:
        """The relationships of a part by id; of the package for an empty name."""
        if part not in self._relations:
            name = relations_name(part)
            xml = self.text(name) if name in self.entries else ""
            self._relations[part] = parse_relations(xml, part)
        return self._relations[part]

    def related(self, part: str, kind: str) -> list[str]:
        """The part names that a part refers to by relationships whose type ends so."""
        return [
            relation.target
            for relation in self.relations(part).values()
            if relation.type.endswith(kind) and not relation.external
        ]

    def content_type(self, name: str) -> str:
        """A part's content type."""
        override = re.search(
            rf'<Override\b[^>]*PartName="/{re.escape(name)}"[^>]*>', self.content_types
        )
        extension = name.rpartition(".")[2].lower()
        default = re.search(
            rf'<Default\b[^>]*Extension="{re.escape(extension)}"[^>]*>',
            self.content_types,
            re.IGNORECASE,
        )
        found = override or default
        match = re.search(r'ContentType="([^"]*)"', found[0]) if found else None
        return match[1] if match else ""

    def _find_main(self) -> str:
        if any(_STRICT in relation.type for relation in self.relations("").values()):
            raise TemplateFileError(
                "模板是“严格 Open XML”格式，无法用作模板。",
                hint="请用 Word 另存为普通的“Word 文档（*.docx）”。",
            )
        for target in self.related("", _OFFICE_DOCUMENT):
            if target in self.entries:
                return target
            raise TemplateFileError(
                f"模板文件不完整：缺少部件 {target}。", hint="请用 Word 打开并另存一次。"
            )
        raise TemplateFileError("这不是 Word 文件：没有正文部件。", hint="请用 Word 另存为 .docx。")

    def _check_kind(self) -> None:
        kind = self.content_type(self.main)
        if "macroEnabled" in kind or any(n.endswith("vbaProject.bin") for n in self.entries):
            raise TemplateFileError(
                "模板含有宏（.docm 或 .dotm），已拒绝。", hint="请用 Word 另存为不含宏的 .docx。"
            )
        if kind not in _MAIN_TYPES:
            raise TemplateFileError(
                "这不是 Word 文档（可能是 Excel 或 PowerPoint 文件）。", hint="请提供 .docx 文件。"
            )
        if kind == _MAIN_TYPES[1]:  # a .dotx, whose rendering is a document
            self.content_types = self.content_types.replace(kind, _MAIN_TYPES[0])
            types = f"{DECLARATION}{self.content_types}".encode()
            self.entries[CONTENT_TYPES] = pack(CONTENT_TYPES, types)
        for relation in self.relations(self.main).values():
            if not relation.external and relation.target not in self.entries:
                needed = relation.type.rpartition("/")[2]
                if needed in {"header", "footer", "styles", "numbering", "footnotes", "image"}:
                    raise TemplateFileError(
                        f"模板文件不完整：缺少部件 {relation.target}。",
                        hint="请用 Word 打开并另存一次。",
                    )


def _read_zip(data: bytes) -> dict[str, Entry]:
    if data[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        raise TemplateFileError(
            "文件已加密，或是旧版 .doc 格式，无法用作模板。",
            hint="请在 Word 中去掉打开密码，另存为 .docx。",
        )
    if len(data) > MAX_FILE:
        raise TemplateFileError(f"模板超过 {MAX_FILE // 1024 // 1024} MB。")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            infos = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, struct.error, NotImplementedError) as exc:
        raise TemplateFileError(
            "这不是 Word 文件（不是 zip 格式，或已损坏）。", hint="请提供完整的 .docx 文件。"
        ) from exc
    if len(infos) > MAX_ENTRIES:
        raise TemplateFileError(f"文件里有 {len(infos)} 个部件，超过了 {MAX_ENTRIES} 个的上限。")
    total = sum(info.file_size for info in infos)
    if total > MAX_UNPACKED:
        size = total // 1024 // 1024
        raise TemplateFileError(f"文件解压后有 {size} MB，超过了上限，可能是压缩炸弹。")
    entries: dict[str, Entry] = {}
    for info in infos:
        if info.is_dir():
            continue
        entry = _entry(data, info)
        if entry.name in entries:
            raise TemplateFileError(f"文件里的部件 {entry.name} 重复。", hint="请重新保存模板。")
        entries[entry.name] = entry
    return entries


def _entry(data: bytes, info: zipfile.ZipInfo) -> Entry:
    if info.flag_bits & 1:
        raise TemplateFileError("文件已加密，无法用作模板。", hint="请去掉密码后再保存。")
    if info.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        raise TemplateFileError("文件使用了 Word 不支持的压缩方式。", hint="请重新保存模板。")
    start = info.header_offset
    header = data[start : start + 30]
    if len(header) < 30 or header[:4] != b"PK\3\4":
        raise TemplateFileError("文件的 zip 结构已损坏。", hint="请重新保存模板。")
    name_length, extra_length = struct.unpack("<2H", header[26:30])
    start += 30 + name_length + extra_length
    packed = data[start : start + info.compress_size]
    if len(packed) != info.compress_size:
        raise TemplateFileError("文件不完整（下载或复制时被截断）。", hint="请重新取得模板。")
    return Entry(
        info.filename.replace("\\", "/").lstrip("/"),
        info.compress_type,
        info.CRC,
        info.file_size,
        packed,
    )


def relations_name(part: str) -> str:
    """Where the relationships of a part are."""
    folder, _, name = part.rpartition("/")
    return f"{folder}/_rels/{name}.rels".lstrip("/")


def parse_relations(xml: str, part: str) -> dict[str, Relation]:
    """Read a relationships part; targets become full names."""
    result: dict[str, Relation] = {}
    for body in _RELATION.findall(xml):
        values = {key: one or two for key, one, two in _ATTRIBUTE.findall(body)}
        external = values.get("TargetMode") == "External"
        target = values.get("Target", "")
        if not external:
            target = unquote(target)
            inside = target[1:] if target.startswith("/") else join(dirname(part), target)
            target = normpath(inside)
        result[values.get("Id", "")] = Relation(
            values.get("Id", ""), values.get("Type", ""), target, external
        )
    return result
