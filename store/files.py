"""Reading and writing files so that nothing is half read, half written or lost.

Every write goes to a temporary file in the same folder, is flushed to disk, and is then renamed
over the old one. A lock file in the workspace keeps two programs from saving at once, on network
shares too.
"""

from __future__ import annotations

import errno
import hashlib
import os
import secrets
import stat
import time
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from store.exceptions import EnvironmentRefused, InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_TEXT_BYTES: Final = 20 * 1024 * 1024
LOCK_SECONDS: Final = 10.0
STALE_LOCK_SECONDS: Final = 120.0


def digest(data: bytes) -> str:
    """SHA-256 of the bytes, hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def read_bytes(path: Path) -> bytes:
    """Read a whole file of at most 20 MiB.

    Raises:
        InputError: It is larger, is gone, or may not be read.
    """
    try:
        if path.stat().st_size > MAX_TEXT_BYTES:
            raise InputError(
                f"文件 {path.name} 超过 20 MB，不能当作文档读取。",
                hint="请拆成几份文档，图片请另存为文件。",
                path=str(path),
            )
        return path.read_bytes()
    except OSError as error:
        raise InputError(
            f"文件 {path} 无法读取：{reason(error)}。",
            hint="请检查文件是否还在、是否有权限。",
            path=str(path),
        ) from error


def decode(data: bytes, path: Path) -> str:
    """Bytes of a document as text.

    Raises:
        InputError: They are not UTF-8; the message says what they look like.
    """
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise InputError(
            f"文件不是 UTF-8 编码（像是 {_guess(data)}）。",
            hint="请用记事本打开，另存为 UTF-8 编码；或用 wenshu import 导入。",
            path=str(path),
            line=line,
        ) from error


def _guess(data: bytes) -> str:
    if data[:2] in {b"\xff\xfe", b"\xfe\xff"} or data[:200].count(0) > len(data[:200]) // 4:
        return "UTF-16"
    try:
        data.decode("gb18030")
    except UnicodeDecodeError:
        return "未知编码"
    return "GBK"


def reason(error: OSError) -> str:
    """Why the system refused, in Chinese."""
    match error.errno:
        case errno.ENOENT:
            return "文件不存在"
        case errno.EACCES | errno.EPERM:
            return "没有权限，或文件正被其他程序（如 Word）打开"
        case errno.EROFS:
            return "所在磁盘是只读的"
        case errno.ENOSPC | errno.EDQUOT:
            return "磁盘空间不足"
        case errno.EISDIR:
            return "这是一个文件夹"
        case errno.EEXIST:
            return "同名的文件已经存在"
        case errno.ENOTDIR:
            return "路径中有一段不是文件夹"
        case errno.ENAMETOOLONG:
            return "文件名过长"
        case errno.ELOOP:
            return "符号链接成环"
        case _:
            return error.strerror or str(error)


def write_reason(error: OSError) -> str:
    """Why the system refused a new file: what is missing then is never the file itself."""
    return "这个文件夹不能写入" if error.errno == errno.ENOENT else reason(error)


def write_hint(error: OSError) -> str:
    """What to do about a file that could not be written."""
    match error.errno:
        case errno.ENOENT | errno.EROFS | errno.ENOTDIR | errno.EISDIR | errno.ELOOP:
            return "请换一个可以写入的文件夹。"
        case errno.ENOSPC | errno.EDQUOT:
            return "请清理磁盘后重试，或换一个磁盘。"
        case errno.ENAMETOOLONG:
            return "请换一个短一些的文件名。"
        case _:
            return "请关闭打开该文件的程序，检查磁盘空间和文件夹权限后重试。"


def write_atomic(path: Path, data: bytes) -> None:
    """Write a whole file or nothing: temporary file, flush, rename.

    Raises:
        EnvironmentRefused: The disk is full, the folder is read-only, the file is open elsewhere.
    """
    if path.is_symlink():
        path = path.resolve()
    temporary = path.with_name(f".~{secrets.token_hex(6)}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("wb") as handle:
            handle.write(data)
            handle.flush()
            os.fsync(handle.fileno())
        with suppress(OSError):  # a file that others may write stays one
            temporary.chmod(stat.S_IMODE(path.stat().st_mode))
        temporary.replace(path)
        _sync_folder(path.parent)
    except OSError as error:
        _remove(temporary)
        raise EnvironmentRefused(
            f"无法写入 {path}：{write_reason(error)}。",
            hint=f"{write_hint(error)}原文件没有改动。",
        ) from error
    except BaseException:  # Ctrl-C
        _remove(temporary)
        raise


def _sync_folder(folder: Path) -> None:
    """Have the new name on the disk too; not every system can."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _remove(path: Path) -> None:
    with suppress(OSError):
        path.unlink()


def remove(path: Path) -> None:
    """Delete a file.

    Raises:
        EnvironmentRefused: It is open elsewhere, or the folder is read-only.
    """
    try:
        path.unlink()
    except OSError as error:
        raise EnvironmentRefused(
            f"无法删除 {path}：{reason(error)}。", hint="请关闭打开该文件的程序后重试。"
        ) from error


def is_file(path: Path) -> bool:
    """Whether a file lies there; a name that the system refuses is none."""
    try:
        return path.is_file()
    except OSError:
        return False


@contextmanager
def locked(path: Path, seconds: float = LOCK_SECONDS) -> Iterator[None]:
    """Hold a lock file that works on network shares too.

    A lock whose program has ended on this computer, or one older than two minutes, is taken for a
    leftover of a crash and removed.

    Raises:
        EnvironmentRefused: Another program holds it for longer than `seconds`, or the folder
            cannot be written.
    """
    token = _acquire(path, time.monotonic() + seconds)
    try:
        yield
    finally:
        with suppress(OSError):
            if path.read_text(encoding="ascii") == token:
                path.unlink()


def _acquire(path: Path, deadline: float) -> str:
    token = f"{os.getpid()} {_computer()} {secrets.token_hex(8)}"
    while True:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            _create(path, token)
        except FileExistsError:
            _drop_stale(path)
        except PermissionError as error:
            if not path.exists():  # Windows says so too while the file is being removed
                _refuse_lock(path, error, deadline)
        except OSError as error:
            raise EnvironmentRefused(f"无法写入 {path.parent}：{reason(error)}。") from error
        else:
            return token
        if time.monotonic() > deadline:
            raise EnvironmentRefused(
                "另一个程序正在保存，请稍后再试。", hint=f"若没有别的程序在运行，请删除 {path}。"
            )
        time.sleep(0.02)


def _create(path: Path, token: str) -> None:
    handle = path.open("x", encoding="ascii")
    try:
        with handle:
            handle.write(token)
    except BaseException:  # a full disk, Ctrl-C: an empty lock would keep everyone out
        _remove(path)
        raise


def _refuse_lock(path: Path, error: OSError, deadline: float) -> None:
    if os.name != "nt" or time.monotonic() > deadline:
        raise EnvironmentRefused(f"无法写入 {path.parent}：{reason(error)}。") from error


def _drop_stale(path: Path) -> None:
    """Remove a lock that a crash left.

    Its age is told by the clock of the disk it lies on, which may be a server's, by the help of a
    second file; that file also lets only one program at a time remove the lock.
    """
    breaker = path.with_name(f"{path.name}.stale")
    with suppress(OSError):
        if time.time() - path.stat().st_mtime <= STALE_LOCK_SECONDS and not _is_orphan(path):
            return
        with suppress(FileNotFoundError):
            if time.time() - breaker.stat().st_mtime > STALE_LOCK_SECONDS:
                breaker.unlink()
        breaker.open("x", encoding="ascii").close()
        try:
            old = breaker.stat().st_mtime - path.stat().st_mtime > STALE_LOCK_SECONDS
            if old or _is_orphan(path):
                path.unlink()
        finally:
            breaker.unlink()


@cache
def _computer() -> str:
    import platform  # noqa: PLC0415 - slow to import, and few programs write

    return platform.node().encode("ascii", "replace").decode().replace(" ", "_") or "-"


def _is_orphan(path: Path) -> bool:
    """Whether the program that made a lock ran on this computer and has ended."""
    if os.name == "nt":  # there, asking a process by its number would end it
        return False
    number, _, rest = path.read_text(encoding="ascii", errors="replace").partition(" ")
    if rest.partition(" ")[0] != _computer() or not number.isdigit():
        return False
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return True
    except OSError:  # it runs, as somebody else
        return False
    return False


def is_network_path(path: Path) -> bool:
    """Whether a path lies on a network drive (best knowledge, False in doubt)."""
    text = str(path)
    if os.name == "nt":
        return text.startswith("\\\\") or _is_remote_drive(path)
    return _mount_type(text) in {"nfs", "nfs4", "cifs", "smb3", "smbfs", "fuse.sshfs", "afs", "9p"}


def _is_remote_drive(path: Path) -> bool:  # pragma: no cover - Windows only
    import ctypes  # noqa: PLC0415

    windll: Any = getattr(ctypes, "windll", None)
    return windll is not None and windll.kernel32.GetDriveTypeW(f"{path.drive}\\") == 4


def _mount_type(text: str) -> str:
    best, found = "", ""
    try:
        mounts = Path("/proc/mounts").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    for line in mounts.splitlines():
        parts = line.split(" ")
        if (
            len(parts) > 2
            and (text + "/").startswith(parts[1].rstrip("/") + "/")
            and len(parts[1]) >= len(best)
        ):
            best, found = parts[1], parts[2]
    return found
