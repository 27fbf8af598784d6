"""Which reader a file needs: by its first bytes, and by its name where those say nothing."""

from __future__ import annotations

import unicodedata
import zipfile
from typing import TYPE_CHECKING, Final, Literal

from importer.model import Doubt, Reading
from store.exceptions import InputError
from store.files import reason

if TYPE_CHECKING:
    from pathlib import Path

Sort = Literal["docx", "office", "text", "html", "mht", "md", "pdf", "sheet"]
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OLD_WORD: Final = (b"\xdb\xa5", b"\x31\xbe\x00\x00")
_OLD_STREAMS: Final = ("WordDocument", "WPS", "CONTENTS", "MatOST", "Contents")
_MHT: Final = (b"mime-version:", b"from: <saved by", b"content-type: multipart/related")
_HTML: Final = (b"<!doctype html", b"<html", b"<head", b"<body")
_REFUSED: Final = (
    (
        (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM", b"II*\0", b"MM\0*"),
        "这是图片（可能是扫描件），没有可以导入的文字。",
    ),
    ((b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b"), "这种压缩包不能直接打开，请先解压再导入。"),
)
_TEXT_NAMES: Final[dict[str, Sort]] = {
    ".md": "md",
    ".markdown": "md",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".csv": "sheet",
    ".mht": "mht",
    ".mhtml": "mht",
}
_USUAL: Final = {
    "docx": (".docx", ".docm", ".dotx", ".dotm"),
    "office": (".doc", ".dot", ".wps", ".wpt", ".rtf", ".odt"),
    "html": (".html", ".htm", ".xhtml"),
    "pdf": (".pdf",),
    "sheet": (".xlsx", ".xlsm", ".xls", ".et", ".ods", ".csv"),
    "text": (".txt", ".text"),
    "md": (".md", ".markdown"),
    "mht": (".mht", ".mhtml"),
}
_NEVER_TEXT: Final = frozenset(
    {*_USUAL["docx"], *_USUAL["office"], *_USUAL["sheet"], *_USUAL["pdf"], ".zip"} - {".csv"}
) | {".jpg", ".jpeg", ".png", ".gif", ".bmp", ".tif", ".tiff", ".ppt", ".pptx", ".exe"}
_HEAD: Final = 8192
_ENOUGH_CHINESE: Final = 20
_JUDGED: Final = 20_000
_FEW_STRANGE: Final = 10
MAX_SOURCE: Final = 300 * 1024 * 1024


def sort_of(path: Path, name: str) -> Sort:
    """What a file really is.

    Raises:
        InputError: It is empty, has a password, is damaged, or is nothing that can be imported.
    """
    try:
        size = path.stat().st_size
        with path.open("rb") as handle:
            head = handle.read(_HEAD)
    except OSError as error:
        raise InputError(f"无法读取：{reason(error)}。", path=name) from error
    if size == 0 or not head.strip(b"\0 \t\r\n\xef\xbb\xbf"):
        raise InputError("文件是空的。", path=name)
    if size > MAX_SOURCE:
        raise InputError(f"文件有 {size >> 20} MB，超过 {MAX_SOURCE >> 20} MB 的上限。", path=name)
    if size == 162 and head[:1] and name.startswith("~"):
        raise InputError("这是 Word 打开文件时留下的锁文件，不是文档。", path=name)
    return _by_bytes(path, name, head)


def _by_bytes(path: Path, name: str, head: bytes) -> Sort:
    for starts, why in _REFUSED:
        if head.startswith(starts):
            raise InputError(why, path=name)
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zipped(path, name)
    if head.startswith(_OLE):
        return _compound(path, name)
    if b"%PDF-" in head[:1024]:
        return "pdf"
    if head.lstrip()[:5].lower() == b"{\\rtf" or head.startswith(_OLD_WORD):
        return "office"
    return _text_sort(name, head)


def _text_sort(name: str, head: bytes) -> Sort:
    """Which sort of text a file without a binary mark is."""
    suffix = f".{name.rpartition('.')[2].lower()}" if "." in name else ""
    start = head[:2048].lstrip().lower().replace(b"\0", b"")
    if start.startswith(_MHT):
        return "mht"
    anywhere = suffix not in {".md", ".markdown", ".txt"}
    if start.startswith(_HTML) or (anywhere and any(mark in start for mark in _HTML)):
        return "html"
    wide = head[:2] in {b"\xff\xfe", b"\xfe\xff"} or suffix == ".txt"
    if not wide and head.count(0) > len(head) // 3 + 8:
        raise InputError("文件不是文本，也不是认识的格式，可能已损坏。", path=name)
    if suffix in _NEVER_TEXT and not _is_chinese_text(head):
        raise InputError(f"扩展名是“{suffix}”，内容却不是这种文件，可能已损坏。", path=name)
    return _TEXT_NAMES.get(suffix, "text")


def _is_chinese_text(head: bytes) -> bool:
    """Whether the bytes read as Chinese text of some length, whatever the file is called."""
    for encoding in ("utf-8-sig", "gb18030"):
        text = head[: len(head) - 4 if len(head) == _HEAD else None].decode(encoding, "replace")
        if text.count("\ufffd") <= 1:
            return sum("\u4e00" <= char <= "\u9fff" for char in text) >= _ENOUGH_CHINESE
    return False


def _zipped(path: Path, name: str) -> Sort:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
            if "mimetype" in names and archive.getinfo("mimetype").file_size < 200:
                kind = archive.read("mimetype")
                return "sheet" if b"spreadsheet" in kind else "office"
    except (
        zipfile.BadZipFile,
        OSError,
        RuntimeError,
        ValueError,
        EOFError,
        NotImplementedError,
    ) as error:
        raise InputError(
            "文件已损坏，无法打开（Word 文件的压缩结构不完整）。", path=name
        ) from error
    if any(one.startswith("word/") for one in names) or any(
        one.endswith("document.xml") for one in names
    ):
        return "docx"
    if any(one.startswith("xl/") for one in names):
        return "sheet"
    if any(one.startswith("ppt/") for one in names):
        raise InputError("这是演示文稿，不能当作文档导入。", path=name)
    raise InputError("压缩包里没有文档，或文件已损坏。", path=name)


def _compound(path: Path, name: str) -> Sort:
    with path.open("rb") as handle:
        data = handle.read(64 * 1024 * 1024)

    def holds(stream: str) -> bool:
        return stream.encode("utf-16-le") in data

    if holds("EncryptedPackage") or holds("EncryptionInfo"):
        raise InputError("文件有打开密码，请用 Word 或 WPS 去掉密码后再导入。", path=name)
    if holds("Workbook") and not holds("WordDocument"):
        return "sheet"
    if holds("PowerPoint Document"):
        raise InputError("这是演示文稿，不能当作文档导入。", path=name)
    if not any(holds(stream) for stream in _OLD_STREAMS):
        raise InputError("文件里没有 Word 文档，可能已损坏。", path=name)
    return "office"


def wrong_name(sort: Sort, name: str) -> list[Doubt]:
    """A notice where a file's name says something else than its bytes."""
    suffix = f".{name.rpartition('.')[2].lower()}" if "." in name else ""
    if suffix in _USUAL[sort] or (sort == "office" and suffix in _USUAL["office"]):
        return []
    shown = {"docx": "Word（.docx）", "office": "Word（.doc）或 RTF", "html": "网页", "pdf": "PDF",
             "sheet": "表格", "text": "文本", "md": "Markdown", "mht": "网页归档"}[sort]  # fmt: skip  # noqa: E501
    return [
        Doubt(
            0, "wrong-extension", f"扩展名是“{suffix or '无'}”，内容其实是{shown}，已按内容读取。"
        )
    ]


def read(path: Path, name: str, sort: Sort | None = None) -> Reading:
    """Read a file into pieces.

    Raises:
        InputError: It cannot be read; the message says why.
    """
    sort = sort or sort_of(path, name)
    match sort:
        case "docx":
            from importer.docx import read_docx  # noqa: PLC0415

            found = read_docx(path)
        case "html":
            from importer.html import read_html  # noqa: PLC0415

            found = read_html(path.read_bytes())
        case "mht":
            from importer.html import read_mht  # noqa: PLC0415

            found = read_mht(path.read_bytes())
        case "pdf":
            from importer.pdf import read_pdf  # noqa: PLC0415

            found = read_pdf(path)
        case "sheet":
            from importer.sheet import read_sheet  # noqa: PLC0415

            found = read_sheet(path, name)
        case "md":
            found = _read_markdown(path)
        case "office":
            raise InputError("需要 LibreOffice 转换。", path=name)
        case _:
            found = _read_text(path)
    refuse_garbage(found)
    if path.suffix.lower() == f".{name.rpartition('.')[2].lower()}" or sort != "docx":
        found.doubts += wrong_name(sort, name)
    return found


def refuse_garbage(found: Reading) -> None:
    """Refuse what a program made of damaged bytes: letters that no language has.

    Raises:
        InputError: It is such a text.
    """
    text = "".join(piece.text for piece in found.pieces)[:_JUDGED]
    strange = sum(unicodedata.category(char) in {"Cn", "Co", "Cs"} for char in text)
    symbols = sum("\uf000" <= char <= "\uf0ff" for char in text)  # bullets of symbol fonts
    if strange - symbols > max(_FEW_STRANGE, len(text) // 50):
        raise InputError("读出来的是乱码，文件可能已损坏。")


def _read_text(path: Path) -> Reading:
    from importer.text import encoding_of, printed_encoding, read_lines  # noqa: PLC0415

    encoding = encoding_of(path)
    pieces = list(read_lines(path, encoding))
    found = Reading(pieces=pieces, encoding=printed_encoding(encoding))
    broken = sum(piece.text.count("\ufffd") for piece in pieces)
    if broken > sum(len(piece.text) for piece in pieces) // 10:
        raise InputError("文件不是文本，也不是认识的格式，可能已损坏。", path=str(path))
    if broken:
        first = next(piece.line for piece in pieces if "\ufffd" in piece.text)
        found.doubts.append(
            Doubt(
                first,
                "bad-bytes",
                f"有 {broken} 处字节不能按 {found.encoding} 读出，这些字已经丢失。",
            )
        )
    return found


def _read_markdown(path: Path) -> Reading:
    from importer.text import detect, printed_encoding  # noqa: PLC0415
    from store import frontmatter  # noqa: PLC0415

    data = path.read_bytes()
    encoding = detect(data)
    text = data.decode("big5hkscs" if encoding == "big5" else encoding, "replace").removeprefix(
        "\ufeff"
    )
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    found = Reading(encoding=printed_encoding(encoding))
    if frontmatter.split(text) is None:
        from importer.md import read_md_body  # noqa: PLC0415

        found.pieces = read_md_body(text)
        return found
    values = frontmatter.parse(text, str(path)).values
    found.raw = text
    found.facts["标题"] = str(values.get("标题") or values.get("title") or "")
    return found
