"""Word files to PDF: LibreOffice with a profile of its own and a time limit, several files a start.

On Windows without LibreOffice an installed Word or WPS does it; that way is small, kept in
`_office_command`, and has not been run on a real PC yet. Where the Chinese office fonts are missing
(a Linux server), LibreOffice is told which installed fonts stand in for them.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from store.exceptions import EnvironmentRefused, InputError
from store.files import write_atomic
from store.office import find_office, run_limited, start_office

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from store.office import Ended

TIMEOUT: Final = 180.0
_SONG: Final = ("Noto Serif CJK SC", "Source Han Serif SC", "Noto Sans CJK SC")
_HEI: Final = ("Noto Sans CJK SC", "Source Han Sans SC", "WenQuanYi Zen Hei")
_STAND_INS: Final[dict[str, tuple[str, ...]]] = {
    "仿宋": ("FangSong", "仿宋_GB2312", "FangSong_GB2312", "STFangsong", *_SONG),
    "仿宋_GB2312": ("FangSong", "STFangsong", *_SONG),
    "宋体": ("SimSun", *_SONG),
    "方正小标宋简体": ("方正小标宋_GBK", "STZhongsong", *_SONG),
    "黑体": ("SimHei", *_HEI),
    "楷体": ("KaiTi", "STKaiti", "AR PL UKai CN", *_SONG),
    "楷体_GB2312": ("KaiTi", "STKaiti", "AR PL UKai CN", *_SONG),
}
# A side that is left blank before an even one is a page of the PDF, for printing on both sides.
_PDF: Final = 'pdf:writer_pdf_Export:{"IsSkipEmptyPages":{"type":"boolean","value":"false"}}'
_WORD_SCRIPT: Final = (
    "$ErrorActionPreference='Stop';$app=New-Object -ComObject {program};$app.Visible=$false;"
    "try{{foreach($p in $args){{$d=$app.Documents.Open($p,$false,$true);"
    "$d.ExportAsFixedFormat([IO.Path]::ChangeExtension($p,'.pdf'),17);$d.Close($false)}}}}"
    "finally{{$app.Quit()}}"
)


@dataclass(frozen=True, slots=True)
class Converter:
    """A program that makes PDF files: its name for people, its kind, where it lies."""

    name: str
    kind: Literal["libreoffice", "word", "wps"]
    path: str

    def __str__(self) -> str:
        """The program as `doctor` shows it."""
        return f"{self.name}（{self.path}）"


class NoConverter(EnvironmentRefused):
    """No program here can make PDF files."""

    def __init__(self) -> None:
        super().__init__(
            "这台电脑上没有能生成PDF的程序，Word文件不受影响。",
            hint="请安装LibreOffice（免费），Windows上也可用已安装的Word或WPS；"
            "或者用Word、WPS打开Word文件后另存为PDF。",
        )


class ConversionFailed(EnvironmentRefused):
    """The program did not make the PDF."""


@cache
def find_converter() -> Converter | None:
    """The program that will make PDF files here, LibreOffice first; None if there is none."""
    if program := find_office():
        return Converter("LibreOffice", "libreoffice", program)
    return _installed_office() if sys.platform == "win32" else None


def _installed_office() -> Converter | None:  # pragma: no cover - Windows only, not run here
    import importlib  # noqa: PLC0415 - loaded where it is used

    registry = importlib.import_module("winreg")
    for kind, name, program in (
        ("word", "Microsoft Word", "Word.Application"),
        ("wps", "WPS文字", "KWPS.Application"),
    ):
        try:
            registry.CloseKey(registry.OpenKey(registry.HKEY_CLASSES_ROOT, program))
        except OSError:
            continue
        return Converter(name, "word" if kind == "word" else "wps", program)
    return None


def to_pdf(paths: Sequence[Path], *, timeout: float = TIMEOUT) -> list[Path]:
    """Make a PDF beside each Word file, with the same stem, in one start of the program.

    Args:
        paths: Word files.
        timeout: Seconds after which the program is stopped.

    Returns:
        The PDF files, in the order of `paths`.

    Raises:
        NoConverter: No program is installed that can do it.
        ConversionFailed: The program failed, or took too long.
        InputError: A file does not exist.
    """
    for path in paths:
        if not path.is_file():
            raise InputError(f"文件 {path} 不存在，无法生成PDF。", path=str(path))
    if not paths:
        return []
    converter = find_converter()
    if converter is None:
        raise NoConverter
    if converter.kind != "libreoffice":  # pragma: no cover - Windows only, not run here
        with _starting(converter):
            ended = run_limited(_office_command(converter, paths), timeout)
        _check(ended, converter, timeout)
        return [_wanted(path.with_suffix(".pdf"), converter) for path in paths]
    return _with_libreoffice(converter, paths, timeout)


def _with_libreoffice(converter: Converter, paths: Sequence[Path], timeout: float) -> list[Path]:
    """Convert copies with plain names in a folder of our own, then put the PDF in its place."""
    with tempfile.TemporaryDirectory(prefix="wenshu-pdf-") as folder:
        work = Path(folder)
        copies = [work / f"{number}{path.suffix}" for number, path in enumerate(paths)]
        for path, copy in zip(paths, copies, strict=True):
            shutil.copyfile(path, copy)
        environment = _environment(work)
        with _starting(converter):
            _, ended = start_office(
                converter.path, copies, _PDF, work, timeout, environment=environment
            )
        _check(ended, converter, timeout)
        for path, copy in zip(paths, copies, strict=True):
            pdf = _wanted(copy.with_suffix(".pdf"), converter)
            write_atomic(path.with_suffix(".pdf"), pdf.read_bytes())
    return [path.with_suffix(".pdf") for path in paths]


def _wanted(pdf: Path, converter: Converter) -> Path:
    if not pdf.is_file():
        raise ConversionFailed(
            f"{converter.name}没有生成PDF，Word文件可能已损坏。",
            hint="请用Word或WPS打开该文件，看能否正常显示。",
        )
    return pdf


@contextmanager
def _starting(converter: Converter) -> Iterator[None]:
    """Tell when the program cannot be started."""
    try:
        yield
    except OSError as error:
        raise ConversionFailed(
            f"无法启动{converter.name}（{converter.path}）。", hint="请检查它是否安装完整。"
        ) from error


def _check(ended: Ended, converter: Converter, timeout: float) -> None:
    """Tell when the program failed, or took too long."""
    if ended.code is None:
        raise ConversionFailed(
            f"{converter.name}在{timeout:.0f}秒内没有完成，已停止。",
            hint="文件很大时请分几次转换，或用Word、WPS打开后另存为PDF。",
        )
    if ended.code != 0:
        raise ConversionFailed(f"{converter.name}返回了错误{ended.code}。{ended.complaint[-200:]}")


def _environment(folder: Path) -> dict[str, str]:
    """Variables for LibreOffice: stand-ins for the office fonts where fontconfig rules."""
    if sys.platform in {"win32", "darwin"}:
        return {}
    path = folder / "fonts.conf"
    path.write_text(fonts_conf(), encoding="utf-8")
    return {"FONTCONFIG_FILE": str(path)}


def fonts_conf() -> str:
    """A fontconfig file: the system's own, and what stands in for each office font."""
    rules = "".join(
        f'<alias binding="same"><family>{name}</family><prefer><family>{name}</family>'
        + "".join(f"<family>{other}</family>" for other in others)
        + "</prefer></alias>"
        for name, others in _STAND_INS.items()
    )
    return (
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>'
        f'{rules}<include ignore_missing="yes">/etc/fonts/fonts.conf</include></fontconfig>'
    )


def _office_command(converter: Converter, paths: Sequence[Path]) -> list[str]:
    """PowerShell that lets Word or WPS save each file as PDF; untested on a real PC."""
    script = _WORD_SCRIPT.format(program=converter.path)
    quoted = " ".join("'" + str(path.absolute()).replace("'", "''") + "'" for path in paths)
    return ["powershell", "-NoProfile", "-NonInteractive", "-Command", f"& {{{script}}} {quoted}"]


def page_count(pdf: Path) -> int:
    """The number of pages of a PDF file."""
    import pypdfium2  # noqa: PLC0415 - loaded where it is used

    document = pypdfium2.PdfDocument(str(pdf))
    try:
        return len(document)
    finally:
        document.close()


def outline(pdf: Path) -> list[tuple[str, int]]:
    """The headings of a PDF as (text, page from 1), from its bookmarks."""
    import pypdfium2  # noqa: PLC0415 - loaded where it is used

    document = pypdfium2.PdfDocument(str(pdf))
    try:
        found = []
        for mark in document.get_toc(max_depth=9):
            destination = mark.get_dest()
            page = destination.get_index() if destination is not None else None
            if page is not None:
                found.append((mark.get_title(), page + 1))
        return found
    finally:
        document.close()


def link_targets(pdf: Path) -> list[tuple[int, int]]:
    """The links inside a PDF as (page, page they lead to), from 1, page after page."""
    import ctypes  # noqa: PLC0415 - loaded where it is used

    import pypdfium2  # noqa: PLC0415 - loaded where it is used
    from pypdfium2 import raw  # noqa: PLC0415 - loaded where it is used

    document = pypdfium2.PdfDocument(str(pdf))
    try:
        found = []
        for number, page in enumerate(document, 1):
            position, link = ctypes.c_int(0), raw.FPDF_LINK()
            while raw.FPDFLink_Enumerate(page.raw, position, link):
                target = raw.FPDFLink_GetDest(document.raw, link)
                index = raw.FPDFDest_GetDestPageIndex(document.raw, target) if target else -1
                if index >= 0:
                    found.append((number, index + 1))
        return found
    finally:
        document.close()
