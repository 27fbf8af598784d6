"""Import of old files, type by type: files, seconds, failures, clauses that came back.

    python benchmarks/importing.py [--files 1000] [--old 40] [--text-mb 50]

The material is made here: Word files by python-docx and by the importer's own kinds of text,
.doc, .rtf, .odt, .html and .pdf from them by LibreOffice, further .html, .odt and .rtf by pandoc
where it is installed. On a machine that others use, read the column of processor seconds.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from importer import import_paths  # noqa: E402
from importer.report import count_clauses  # noqa: E402
from store import Workspace  # noqa: E402
from store.numerals import to_chinese  # noqa: E402
from store.office import convert, find_office  # noqa: E402

ITEMS = 8
WORDS = (
    "按时上下班", "登记来访客户", "核对台账", "整理档案", "接受监督", "按期报告", "妥善保管印章", "办理交接手续",  # noqa: E501
    "参加培训", "回访客户", "处理投诉", "检查安全", "填写日志", "复核凭证", "公示结果", "保守秘密",
)  # fmt: skip


def texts(number: int) -> list[str]:
    """A small rule of its own: a title and eight articles."""
    rng = random.Random(number)
    lines = [f"第{number}网点工作管理办法"]
    for clause in range(1, ITEMS + 1):
        words = "，".join(rng.sample(WORDS, 4))
        lines.append(f"第{to_chinese(clause)}条 第{number}网点员工应当{words}，不得拖延。")
    return lines


def make_docx(folder: Path, count: int) -> None:
    """Word files by python-docx."""
    import docx  # noqa: PLC0415

    folder.mkdir(parents=True)
    for number in range(1, count + 1):
        document = docx.Document()
        for text in texts(number):
            document.add_paragraph(text)
        document.save(str(folder / f"办法{number}.docx"))


def make_texts(folder: Path, count: int) -> None:
    """Text files in three encodings."""
    folder.mkdir(parents=True)
    for number in range(1, count + 1):
        data = "\r\n".join(texts(number)).encode(("utf-8", "gb18030", "utf-16")[number % 3])
        (folder / f"办法{number}.txt").write_bytes(data)


def make_large(path: Path, megabytes: int) -> None:
    """One large text of many documents."""
    path.parent.mkdir(parents=True)
    with path.open("w", encoding="utf-8") as handle:
        number, size = 0, 0
        while size < megabytes * 1_000_000:
            number += 1
            body = "\n".join(
                f"第{to_chinese(c)}条 {number}号网点应当{'，'.join(WORDS)}，逐日登记。"
                for c in range(1, 40)
            )
            part = f"网点管理制度 第{number}篇\n{body}\n"
            handle.write(part)
            size += len(part.encode())


def processor_seconds() -> float:
    """What this process and those it started have used."""
    return sum(os.times()[:4])


def row(name: str, folder: Path, *, check: bool = True) -> None:
    """Import a folder into a new workspace and print what came of it."""
    with tempfile.TemporaryDirectory() as root:
        (Path(root) / "kb").mkdir()
        workspace = Workspace.open(root)
        started, before = time.perf_counter(), processor_seconds()
        result = import_paths(workspace, [folder], keep_clauses=False)
        seconds, used = time.perf_counter() - started, processor_seconds() - before
        files, failed = len(result.sources), len(result.failed)
        full = sum(count_clauses(draft) >= ITEMS for draft in result.documents)
        share = f"{full}/{len(result.documents)}" if check else f"{len(result.documents)} 份"
        print(
            f"| {name} | {files} | {seconds:.1f} | {files / seconds:.1f} | {used:.1f} | {failed} | {share} |",  # noqa: E501
            flush=True,
        )


def reader_peak(path: Path) -> float:
    """Megabytes that a process needs which does nothing but read this file into drafts."""
    script = (
        "import resource, sys; from pathlib import Path; from importer.worker import documents_of; "
        "from store import Workspace; from store.starter import starter_folder; "
        "kinds = Workspace(starter_folder()).kinds; path = Path(sys.argv[1]); "
        "count = sum(1 for _ in documents_of(path, path.name, kinds, {})); "
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(path)],
        capture_output=True,
        check=True,
        timeout=600,
        cwd=ROOT,
    )
    return int(done.stdout) / 1024


def main() -> None:
    """Make the material, import it, print the table."""
    options = argparse.ArgumentParser()
    options.add_argument("--files", type=int, default=1000)
    options.add_argument("--old", type=int, default=40)
    options.add_argument("--text-mb", type=int, default=50)
    wanted = options.parse_args()
    print("| 类型 | 文件 | 秒 | 文件/秒 | 处理器秒 | 失败 | 条文齐全的文档 |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        make_docx(folder / "docx", wanted.files)
        row(".docx", folder / "docx")
        make_texts(folder / "txt", wanted.files)
        row(".txt（UTF-8、GB18030、UTF-16）", folder / "txt")
        make_large(folder / "large" / "汇编.txt", wanted.text_mb)
        row(f".txt 一个 {wanted.text_mb} MB", folder / "large", check=False)
        old_formats(folder, wanted.old)
        for megabytes in (1, wanted.text_mb // 5, wanted.text_mb):
            path = folder / f"{megabytes}" / "汇编.txt"
            make_large(path, megabytes)
            print(f"\n读取 {megabytes} MB 文本的进程，内存峰值 {reader_peak(path):.0f} MB")


def old_formats(folder: Path, count: int) -> None:
    """What LibreOffice and pandoc make of the same Word files."""
    sources = sorted((folder / "docx").glob("*.docx"))[:count]
    if find_office() is not None:
        for suffix in ("doc", "rtf", "odt", "html", "pdf"):
            target = folder / suffix
            target.mkdir()
            convert(sources, suffix, target, 300)
            row(f".{suffix}（LibreOffice 生成）", target)
    if pandoc := shutil.which("pandoc"):
        for suffix in ("html", "odt", "rtf"):
            target = folder / f"pandoc-{suffix}"
            target.mkdir()
            for path in sources:
                subprocess.run(
                    [pandoc, str(path), "-s", "-o", str(target / f"{path.stem}.{suffix}")],
                    check=True,
                    timeout=60,
                    capture_output=True,
                )
            row(f".{suffix}（pandoc 生成）", target)


if __name__ == "__main__":
    main()
