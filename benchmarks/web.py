"""The page under load: 16 clients at once over 10,000 documents, beside Datasette over the same.

    python -m benchmarks.web                       # the table of README.md
    python -m benchmarks.web --documents 1000 --seconds 3
    python -m benchmarks.web --datasette PATH      # the peer's program; else looked for on PATH

Loopback only, bounded in time. Server time is what the server itself measures (Server-Timing).
"""

from __future__ import annotations

import argparse
import http.client
import os
import random
import re
import shutil
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ROOT = Path(__file__).resolve().parent.parent
CLIENTS = 16
NARROW = quote("客户部")
QUERIES = (
    "年假", "客户投诉 答复", "印章 使用登记", "报销 期限", "信息保密", "培训 考核", "值班 交接",
    "合同 审批", "档案 保管 年限", "绩效 工资", "第十二条", "出差 住宿 标准",
)  # fmt: skip
PREFIXES = ("年", "客户", "tousu", "pei", "合同", "档案", "yz", "报销")
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


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def wait_for(port: int, path: str, process: subprocess.Popen[bytes], seconds: float) -> float:
    """Seconds until a page is answered."""
    started = time.perf_counter()
    while time.perf_counter() - started < seconds:
        try:
            ask(http.client.HTTPConnection("127.0.0.1", port, timeout=60), path)
        except (OSError, http.client.HTTPException):
            if process.poll() is not None:
                raise SystemExit("the server ended") from None
            time.sleep(0.02)
        else:
            return time.perf_counter() - started
    raise SystemExit("the server does not answer")


def ask(connection: http.client.HTTPConnection, path: str) -> tuple[float, float, int]:
    """One request: seconds over the wire, the server's own milliseconds, bytes."""
    started = time.perf_counter()
    connection.request("GET", path)
    answer = connection.getresponse()
    body = answer.read()
    if answer.status != 200:
        raise http.client.HTTPException(f"{answer.status} {path}")
    told = re.search(r"dur=([0-9.]+)", answer.headers.get("Server-Timing", ""))
    return time.perf_counter() - started, float(told[1]) if told else float("nan"), len(body)


def load(port: int, paths: Sequence[str], seconds: float) -> list[tuple[float, float, int]]:
    """What all clients measured."""
    found: list[tuple[float, float, int]] = []
    lock = threading.Lock()
    end = time.perf_counter() + seconds

    def run(seed: int) -> None:
        rng = random.Random(seed)
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        mine = []
        while time.perf_counter() < end:
            mine.append(ask(connection, rng.choice(paths)))
        with lock:
            found.extend(mine)

    threads = [threading.Thread(target=run, args=(seed,)) for seed in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def row(name: str, found: Sequence[tuple[float, float, int]], seconds: float) -> str:
    """A line of the table."""
    wire = sorted(item[0] * 1000 for item in found)
    server = sorted(item[1] for item in found)
    ninety = int(len(found) * 0.95)
    size = statistics.fmean(item[2] for item in found) / 1024
    own = (
        "" if server[0] != server[0] else f"{statistics.median(server):.1f} / {server[ninety]:.1f}"
    )
    return (
        f"| {name} | {len(found) / seconds:.0f} | {own} | "
        f"{statistics.median(wire):.1f} / {wire[ninety]:.1f} | {size:.0f} |"
    )


def wenshu(root: Path, seconds: float) -> Iterator[str]:
    """The lines of our own page."""
    port = free_port()
    command = [sys.executable, "-m", "cli.main", "-w", str(root), "serve", "--port", str(port)]
    environment = {**os.environ, "PYTHONUTF8": "1"}
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
    try:
        took = wait_for(port, "/health", process, 120)
        first = wait_for(port, "/search?q=" + quote("年假"), process, 60)
        sys.stdout.write(f"start until it answers: {took:.2f} s; first search: {first:.2f} s\n\n")
        pages = {
            "search page": [f"/search?q={quote(query)}" for query in QUERIES],
            "search, narrowed": [
                f"/search?q={quote(q)}&department={quote('客户部')}" for q in QUERIES
            ],
            "suggestion": [f"/suggest?q={quote(prefix)}" for prefix in PREFIXES],
            "document page": [
                f"/documents/{quote(f'制度/{n % 100:02d}/{n:05d}')}" for n in range(0, 300, 7)
            ],
            "first page": ["/"],
        }
        for name, paths in pages.items():
            load(port, paths, min(1.0, seconds))
            yield row(f"Wenshu, {name}", load(port, paths, seconds), seconds)
    finally:
        process.terminate()
        process.wait(timeout=30)


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
        words = [query.split()[-1] for query in QUERIES if len(query.split()[-1]) > 2] + ["工作日"]
        searches = [f"/peer/clause?_search={quote(word)}" for word in words]
        pages = [f"/peer/clause/{number}" for number in range(1, 300, 7)]
        for name, paths in (("search page", searches), ("row page", pages)):
            load(port, paths, min(1.0, seconds))
            yield row(f"Datasette, {name}", load(port, paths, seconds), seconds)
    finally:
        process.terminate()
        process.wait(timeout=30)


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=10_000)
    parser.add_argument("--seconds", type=float, default=6.0)
    parser.add_argument("--datasette", default=shutil.which("datasette") or "")
    parser.add_argument("--keep", default="", help="a folder in which the library stays")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="wenshu-load-") as temporary:
        root = Path(options.keep or temporary) / "library"
        if not root.is_dir():
            write_library(root / "kb", options.documents)
        command = [sys.executable, "-m", "cli.main", "-w", str(root), "index"]
        subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
        sys.stdout.write(
            f"{options.documents} documents, {CLIENTS} clients, {os.cpu_count()} cores\n"
        )
        lines = wenshu(root, options.seconds)
        first = next(lines)
        sys.stdout.write(
            "| page | requests/s | server ms, median / 95 % | wire ms, median / 95 % | KB |\n"
            "|---|---|---|---|---|\n"
        )
        sys.stdout.write(first + "\n")
        for line in lines:
            sys.stdout.write(line + "\n")
        if options.datasette:
            for line in datasette(options.datasette, root, Path(temporary), options.seconds):
                sys.stdout.write(line + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
