"""The page under load: 16 clients at once over 10,000 documents, beside Datasette over the same.

    python -m benchmarks.web                       # the table of README.md
    python -m benchmarks.web --library PATH        # a library that is there; nothing in kb/ changes
    python -m benchmarks.web --documents 1000 --seconds 3
    python -m benchmarks.web --datasette PATH      # the peer's program; else looked for on PATH

Loopback only, bounded in time. Server time is what the server itself measures (Server-Timing):
"computing" without and "in all" with the wait for a place. "New" means that no question is asked
twice in the run, so that nothing kept helps. CPU is that of all serving processes for a request.
"""

from __future__ import annotations

import argparse
import itertools
import os
import random
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from benchmarks.http_load import free_port, get, load, wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from benchmarks.http_load import Measured

ROOT = Path(__file__).resolve().parent.parent
CLIENTS = 16
QUERIES = (
    "年假", "客户投诉 答复", "印章 使用登记", "报销 期限", "信息保密", "培训 考核", "值班 交接",
    "合同 审批", "档案 保管 年限", "绩效 工资", "第十二条", "出差 住宿 标准",
)  # fmt: skip
WORDS = (
    "年假", "客户", "投诉", "答复", "印章", "使用", "登记", "报销", "期限", "信息", "保密", "培训",
    "考核", "值班", "交接", "合同", "审批", "档案", "保管", "绩效", "工资", "出差", "住宿", "标准",
    "采购", "车辆", "资产", "会议", "公文", "检查", "备案", "公示", "书面",
    "工作日", "核对", "安全",
)  # fmt: skip
TOPICS = (
    "考勤休假", "客户投诉", "印章", "费用报销", "信息保密", "员工培训", "值班", "合同", "档案",
    "绩效工资", "差旅", "采购", "安全生产", "车辆", "固定资产", "会议", "公文", "廉洁从业",
)  # fmt: skip
ACTS = ("登记", "审批", "答复", "核对", "保管", "考核", "公示", "交接", "备案", "检查")
WHO = ("客户部", "人力资源部", "办公室", "财务部", "营业厅", "信息技术部", "审计部", "后勤部")


def write_library(kb: Path, count: int) -> None:
    """So many rules of twelve articles each, every fourth with an older version."""
    rng = random.Random(8)
    for number in range(count):
        topic, who = TOPICS[number % len(TOPICS)], WHO[number % len(WHO)]
        title = f"{who}{topic}管理办法（第{number // 36 + 1}号）"
        old = number % 4 == 3
        lines = [
            f"---\n标题: {title}\n类别: 管理制度\n编号: BM-{number:05d}\n部门: {who}",
            f"版本: {2020 + number % 6}\n状态: {'已废止' if old else '现行'}",
            f"生效日期: {2020 + number % 6}-01-01" + ("\n失效日期: 2026-01-01" if old else ""),
            f"密级: {'公开' if number % 3 else '内部'}\n---\n\n## 总则\n",
        ]
        for article in range(1, 13):
            act, days = rng.choice(ACTS), rng.randint(1, 30)
            other = rng.choice(TOPICS)
            lines.append(
                f"{article}. {who}办理{topic}事项，应当在{days}个工作日内完成{act}，"
                f"涉及{other}的，同时按规定{rng.choice(ACTS)}并书面{rng.choice(ACTS)}。"
            )
            if article == 6:
                lines.append("\n## 管理与监督\n")
        path = kb / f"制度/{number % 100:02d}/{number:05d}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def questions() -> list[str]:
    """Questions of two and three words, each once, always in the same order."""
    found = [" ".join(words) for words in itertools.permutations(WORDS, 2)]
    found += [" ".join(words) for words in itertools.combinations(WORDS, 3)]
    random.Random(16).shuffle(found)
    return found


def prefixes() -> list[str]:
    """What one has typed of a question, each once."""
    found = dict.fromkeys(text[:cut] for text in questions() for cut in range(1, 8))
    return list(found)


def cpu_seconds(process: int) -> float:
    """CPU seconds of a process and its children so far; 0 where the system does not tell."""
    total, waiting = 0.0, [process]
    while waiting:
        number = waiting.pop()
        try:
            told = Path(f"/proc/{number}/stat").read_text(encoding="utf-8").rpartition(")")[2]
            tasks = Path(f"/proc/{number}/task/{number}/children").read_text(encoding="utf-8")
        except OSError:
            continue
        fields = told.split()
        total += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
        waiting += [int(child) for child in tasks.split()]
    return total


def spread(values: Sequence[float]) -> str:
    """Median and 95 % of some milliseconds."""
    if not values:
        return "-"
    ordered = sorted(values)
    return f"{ordered[len(ordered) // 2]:.1f} / {ordered[int(len(ordered) * 0.95)]:.1f}"


def row(name: str, found: Sequence[Measured], seconds: float, cpu: float) -> str:
    """A line of the table."""
    own = spread([m.computing for m in found if m.computing is not None])
    whole = spread([m.computing + m.waiting for m in found if m.computing is not None])
    size = sum(m.size for m in found) / max(len(found), 1) / 1024
    wire = spread([m.wire for m in found])
    each = f"{cpu * 1000 / max(len(found), 1):.1f}" if cpu else "-"
    return (
        f"| {name} | {len(found) / seconds:.0f} | {own} | {whole} | {wire} | {each} | {size:.0f} |"
    )


def wenshu(root: Path, seconds: float, processes: int) -> Iterator[str]:
    """The lines of our own page."""
    port = free_port()
    command = [sys.executable, "-m", "cli.main", "-w", str(root), "serve", "--port", str(port)]
    command += ["--processes", str(processes)]
    environment = {**os.environ, "PYTHONUTF8": "1"}
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
    try:
        took = wait_for(port, "/health", process, 120)
        spent = cpu_seconds(process.pid)
        first = get(port, "/search?q=" + quote("年假")).wire / 1000
        sys.stdout.write(
            f"start until it answers: {took:.2f} s ({spent:.2f} s of CPU); "
            f"first search: {first:.2f} s\n"
        )
        sys.stdout.write(f"the heaviest page with all its files: {heaviest(port):.0f} KB\n\n")
        new, typed = itertools.cycle(questions()), itertools.cycle(prefixes())
        narrow = f"&department={quote('客户部')}"
        documents = [f"/documents/{quote(name)}" for name in some_documents(root)]
        pages: dict[str, tuple[Iterator[str], float]] = {
            "search page, new": ((f"/search?q={quote(q)}" for q in new), 0),
            "search page, new, narrowed": ((f"/search?q={quote(q)}{narrow}" for q in new), 0),
            "search page, new, a second's pause": ((f"/search?q={quote(q)}" for q in new), 1.0),
            "search page, asked before": (
                itertools.cycle([f"/search?q={quote(q)}" for q in QUERIES]),
                0,
            ),
            "suggestion, new": ((f"/suggest?q={quote(p)}" for p in typed), 0),
            "document page": (itertools.cycle(documents), 0),
            "first page": (itertools.cycle(["/"]), 0),
        }
        for name, (paths, pause) in pages.items():
            load(port, paths, min(1.0, seconds), CLIENTS, pause)
            before = cpu_seconds(process.pid)
            found = load(port, paths, seconds, CLIENTS, pause)
            yield row(f"Wenshu, {name}", found, seconds, cpu_seconds(process.pid) - before)
    finally:
        process.terminate()
        process.wait(timeout=30)


def some_documents(root: Path) -> list[str]:
    """The ids of fifty documents from all over the library."""
    files = sorted((root / "kb").rglob("*.md"))
    chosen = files[:: max(1, len(files) // 50)]
    return [file.relative_to(root / "kb").with_suffix("").as_posix() for file in chosen]


def heaviest(port: int) -> float:
    """KB over the wire of the heaviest of the large pages, with style, script and seal."""
    pages = ["/", f"/search?q={quote('工作日')}", "/library", "/library/problems", "/posts"]
    sizes = []
    for path in pages:
        answer = get(port, path)
        files = set(re.findall(r'(?:href|src)="(/static/[^"]+)"', answer.text))
        sizes.append(answer.size + sum(get(port, file).size for file in sorted(files)))
    return max(sizes) / 1024


def datasette(program: str, root: Path, folder: Path, seconds: float) -> Iterator[str]:
    """The same texts as rows of SQLite FTS5 behind Datasette: its search page and a row page."""
    path = folder / "peer.db"
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE clause (id INTEGER PRIMARY KEY, document TEXT, text TEXT)")
        rows = (
            (str(file.relative_to(root / "kb")), line)
            for file in sorted((root / "kb").rglob("*.md"))
            for line in file.read_text(encoding="utf-8").splitlines()
            if re.match(r"\d+\. ", line)
        )
        database.executemany("INSERT INTO clause (document, text) VALUES (?, ?)", rows)
        database.execute(
            "CREATE VIRTUAL TABLE clause_fts USING fts5 (text, content=clause, content_rowid=id, "
            "tokenize='trigram')"
        )
        database.execute("INSERT INTO clause_fts (clause_fts) VALUES ('rebuild')")
    database.close()
    port = free_port()
    command = [program, "serve", str(path), "-p", str(port)]
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder
    )
    try:
        wait_for(port, "/-/versions.json", process, 60)
        joined = dict.fromkeys(text.replace(" ", "") for text in questions())
        pages = {
            "search page, new": (f"/peer/clause?_search={quote(word)}" for word in joined),
            "row page": itertools.cycle([f"/peer/clause/{number}" for number in range(1, 300, 7)]),
        }
        for name, paths in pages.items():
            load(port, paths, min(1.0, seconds), CLIENTS)
            before = cpu_seconds(process.pid)
            found = load(port, paths, seconds, CLIENTS)
            yield row(f"Datasette, {name}", found, seconds, cpu_seconds(process.pid) - before)
    finally:
        process.terminate()
        process.wait(timeout=30)


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=10_000)
    parser.add_argument("--seconds", type=float, default=6.0)
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--datasette", default=shutil.which("datasette") or "")
    parser.add_argument("--library", default="", help="a library that is there already")
    parser.add_argument("--keep", default="", help="a folder in which the made library stays")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="wenshu-load-") as temporary:
        root = Path(options.library or Path(options.keep or temporary) / "library")
        if not root.is_dir():
            write_library(root / "kb", options.documents)
        command = [sys.executable, "-m", "cli.main", "-w", str(root), "index"]
        subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
        count = sum(1 for _ in (root / "kb").rglob("*.md"))
        sys.stdout.write(
            f"{count} documents, {CLIENTS} clients, {os.cpu_count()} cores, "
            f"{options.processes} serving processes, {time.strftime('%Y-%m-%d')}\n"
        )
        lines = wenshu(root, options.seconds, options.processes)
        first = next(lines)
        sys.stdout.write(
            "| page | requests/s | computing, ms, median / 95 % | in all | over the wire | "
            "CPU, ms | KB |\n|---|---:|---:|---:|---:|---:|---:|\n"
        )
        peer = options.datasette
        others = datasette(peer, root, Path(temporary), options.seconds) if peer else ()
        for line in itertools.chain([first], lines, others):
            sys.stdout.write(line + "\n")
            sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
