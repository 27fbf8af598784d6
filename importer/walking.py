"""Which files there are to import: folders and archives opened, leftovers named, limits kept."""

from __future__ import annotations

import os
import stat
import zipfile
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from store.files import reason

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

READABLE: Final = frozenset(
    [".docx", ".docm", ".dotx", ".dotm", ".doc", ".dot", ".wps", ".wpt", ".rtf", ".odt", ".txt", ".text", ".html", ".htm", ".xhtml", ".mht", ".mhtml", ".md", ".markdown", ".pdf", ".xlsx", ".xlsm", ".xls", ".et", ".ods", ".csv", ".zip"]  # noqa: E501
)  # fmt: skip
_SKIPPED: Final = frozenset({"thumbs.db", "desktop.ini", ".ds_store"})
MAX_MEMBER: Final = 200 * 1024 * 1024
MAX_ARCHIVE: Final = 1024 * 1024 * 1024
MAX_MEMBERS: Final = 20_000
MAX_RATIO: Final = 200
MAX_DEPTH: Final = 3


@dataclass(slots=True, frozen=True)
class Found:
    """A file to import.

    Attributes:
        path: Where its bytes lie (a copy, for members of archives).
        shown: How it is named to the user.
        name: Its own name.
        error: Why it cannot be read; nothing else holds then.
    """

    path: Path
    shown: str
    name: str
    error: str = ""


def printable(text: str) -> str:
    """A file's name that any console and JSON can hold, whatever its bytes."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raw = os.fsencode(text)
        for codec in ("utf-8", "gb18030"):
            try:
                return raw.decode(codec)
            except UnicodeDecodeError:
                continue
        return raw.decode("utf-8", "replace")
    return text


def walk(paths: Sequence[Path], folder: Path) -> Iterator[Found]:
    """Every file named or inside a folder or archive named.

    Args:
        paths: Files and folders.
        folder: A folder of our own for the members of archives.
    """
    seen: set[str] = set()
    for path in paths:
        shown = printable(os.path.abspath(path))  # noqa: PTH100 - links keep their names
        for found in _one(path, shown, folder, named=True):
            if found.shown not in seen:
                seen.add(found.shown)
                yield found


def _one(path: Path, shown: str, folder: Path, *, named: bool, depth: int = 0) -> Iterator[Found]:
    name = printable(path.name)
    try:
        mode = path.stat().st_mode
    except OSError as error:
        yield Found(path, shown, name, f"{reason(error)}。")
        return
    if stat.S_ISDIR(mode):
        yield from _folder(path, shown, folder, depth)
        return
    if (error_text := _unfit(path, name, mode, named=named)) is None:
        return
    if error_text:
        yield Found(path, shown, name, error_text)
    elif path.suffix.lower() == ".zip" and zipfile.is_zipfile(path):
        yield from _archive(path, shown, folder, depth)
    else:
        yield Found(path, shown, name)


def _unfit(path: Path, name: str, mode: int, *, named: bool) -> str | None:
    """Why a file is not read; empty when it is, None when it is passed over without a word."""
    if name.lower() in _SKIPPED or (name.startswith(".") and not named):
        return None
    if name.startswith(("~$", ".~lock.")):
        return "这是 Word 打开文件时留下的锁文件，不是文档，已跳过。"
    if not stat.S_ISREG(mode):
        return "不是普通文件，已跳过。"
    if path.suffix.lower() not in READABLE and not named:
        return f"不认识的文件类型“{path.suffix or '无扩展名'}”，已跳过。"
    return ""


def _folder(path: Path, shown: str, folder: Path, depth: int) -> Iterator[Found]:
    try:
        names = sorted(os.listdir(path))  # noqa: PTH208
    except OSError as error:
        yield Found(path, shown, printable(path.name), f"文件夹无法打开：{reason(error)}。")
        return
    for name in names:
        child = path / name
        if child.is_symlink() and child.is_dir():
            text = "是指向其他文件夹的链接，没有跟进；需要时请直接导入那个文件夹。"
            yield Found(child, f"{shown}{os.sep}{printable(name)}", printable(name), text)
            continue
        yield from _one(
            child, f"{shown}{os.sep}{printable(name)}", folder, named=False, depth=depth
        )


def _archive(path: Path, shown: str, folder: Path, depth: int) -> Iterator[Found]:
    name = printable(path.name)
    if depth >= MAX_DEPTH:
        yield Found(path, shown, name, f"压缩包套了 {MAX_DEPTH} 层以上，没有再打开。")
        return
    try:
        with zipfile.ZipFile(path) as archive:
            yield from _members(archive, path, shown, folder, depth)
    except (
        zipfile.BadZipFile,
        OSError,
        EOFError,
        NotImplementedError,
        RuntimeError,
        ValueError,
    ) as error:
        yield Found(path, shown, name, f"压缩包损坏或无法打开（{type(error).__name__}）。")


def _members(
    archive: zipfile.ZipFile, path: Path, shown: str, folder: Path, depth: int
) -> Iterator[Found]:
    members = [info for info in archive.infolist() if not info.is_dir()]
    total = sum(info.file_size for info in members)
    if len(members) > MAX_MEMBERS or total > MAX_ARCHIVE:
        text = f"压缩包解开后过大（{len(members)} 个文件，{total >> 20} MB；上限 {MAX_MEMBERS} 个、{MAX_ARCHIVE >> 20} MB），没有打开。"  # noqa: E501
        yield Found(path, shown, printable(path.name), text)
        return
    for number, info in enumerate(members):
        name = member_name(info)
        inner = f"{shown}!/{name}"
        short = PurePosixPath(name).name
        if short.lower() in _SKIPPED or short.startswith("._") or name.startswith("__MACOSX/"):
            continue
        if short.startswith("~$") or PurePosixPath(short).suffix.lower() not in READABLE:
            text = "锁文件，已跳过。" if short.startswith("~$") else "不认识的文件类型，已跳过。"
            yield Found(path, inner, short, text)
            continue
        if error := _member_error(info):
            yield Found(path, inner, short, error)
            continue
        target = folder / f"{abs(hash(shown)):x}-{number}{PurePosixPath(short).suffix.lower()}"
        try:
            _extract(archive, info, target)
        except (
            zipfile.BadZipFile,
            OSError,
            EOFError,
            RuntimeError,
            NotImplementedError,
            ValueError,
        ) as error:
            target.unlink(missing_ok=True)
            yield Found(
                path, inner, short, f"压缩包里的这个文件已损坏或有密码（{type(error).__name__}）。"
            )
            continue
        if target.suffix == ".zip" and zipfile.is_zipfile(target):
            yield from _archive(target, inner, folder, depth + 1)
        else:
            yield Found(target, inner, short)


def member_name(info: zipfile.ZipInfo) -> str:
    """A member's name; old Chinese archives hold GBK without saying so."""
    if info.flag_bits & 0x800:
        return info.filename
    try:
        raw = info.filename.encode("cp437")
    except UnicodeEncodeError:
        return info.filename
    for codec in ("utf-8", "gb18030"):
        try:
            return raw.decode(codec)
        except UnicodeDecodeError:
            continue
    return info.filename


def _member_error(info: zipfile.ZipInfo) -> str:
    if info.flag_bits & 1:
        return "压缩包有密码，请先解压再导入。"
    if info.file_size > MAX_MEMBER:
        return f"解开后有 {info.file_size >> 20} MB，超过 {MAX_MEMBER >> 20} MB 的上限。"
    if info.file_size > 1_000_000 and info.file_size > MAX_RATIO * max(info.compress_size, 1):
        return "压缩比异常（像是压缩炸弹），没有解开。"
    return ""


def _extract(archive: zipfile.ZipFile, info: zipfile.ZipInfo, target: Path) -> None:
    left = info.file_size + 1
    with archive.open(info) as source, target.open("wb") as sink:
        while chunk := source.read(min(1 << 20, left)):
            left -= len(chunk)
            if left <= 0:
                raise ValueError("larger than declared")
            sink.write(chunk)
