"""A zip for Windows x64 PCs without internet: every wheel, and an install.bat that needs no admin.

    make offline            writes dist/wenshu-<version>-windows-offline.zip

The wheels are the platform's real ones, for the Python versions below, and pip itself checks that
they are complete. The batch file was never run on Windows by us; the README says so.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import tomllib
import zipfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
VERSIONS = ("3.11", "3.12", "3.13")
PLATFORM = "win_amd64"
README = """\
文枢离线安装包（Windows 64 位）

1. 电脑上要有 Python 3.11、3.12 或 3.13（安装时选“仅为我安装”，不需要管理员权限）。
2. 把本压缩包解压到任意文件夹，双击 install.bat。
3. 重新打开命令行窗口，输入：wenshu init 资料库

安装在 %LOCALAPPDATA%\\Wenshu，删除该文件夹即卸载。
生成 PDF、导入 .doc 需要 LibreOffice、Word 或 WPS，其余功能不需要。
"""


def main() -> int:
    """Gather, check, zip."""
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"][
        "version"
    ]
    target = ROOT / "dist" / f"wenshu-{version}-windows-offline.zip"
    target.parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        wheels = folder / "wheels"
        pip("wheel", "--quiet", "--no-deps", "-w", str(wheels), str(ROOT))
        own = next(wheels.glob("wenshu-*.whl"))
        for python in VERSIONS:
            gather(own, wheels, python)
            check(wheels, python)
        shutil.copy(ROOT / "tools" / "install.bat", folder / "install.bat")
        (folder / "说明.txt").write_bytes(README.replace("\n", "\r\n").encode("utf-8-sig"))
        shutil.copy(ROOT / "LICENSE", folder / "LICENSE.txt")
        write_zip(folder, target)
    sys.stdout.write(f"{target} ({target.stat().st_size / 2**20:.0f} MB)\n")
    return 0


def pip(*arguments: str) -> None:
    """Run pip; it says itself what is wrong."""
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", *arguments]
    subprocess.run(command, check=True, timeout=900)


def gather(own: Path, wheels: Path, python: str) -> None:
    """Download the wheels that this version wants on Windows."""
    pip(
        "download",
        "--quiet",
        "--only-binary=:all:",
        "--platform",
        PLATFORM,
        "--python-version",
        python,
        "--implementation",
        "cp",
        "-c",
        str(ROOT / "constraints.txt"),
        "-d",
        str(wheels),
        str(own),
        "pip",
    )


def check(wheels: Path, python: str) -> None:
    """Let pip resolve everything from the folder alone."""
    with tempfile.TemporaryDirectory() as empty:
        pip(
            "install",
            "--quiet",
            "--dry-run",
            "--no-index",
            "--find-links",
            str(wheels),
            "--only-binary=:all:",
            "--platform",
            PLATFORM,
            "--python-version",
            python,
            "--implementation",
            "cp",
            "--target",
            empty,
            "wenshu",
        )
    sys.stdout.write(f"Python {python}, {PLATFORM}: complete\n")


def write_zip(folder: Path, target: Path) -> None:
    """Zip the folder; wheels are compressed already."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                archive.write(path, path.relative_to(folder).as_posix())


if __name__ == "__main__":
    sys.exit(main())
