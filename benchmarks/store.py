"""Start-up, listing, checking, loading and searching on many documents, as whole processes.

    python -m benchmarks.store [--documents N]

Makes a library of N documents (10,000) out of the starter's in a temporary folder.
"""

from __future__ import annotations

import argparse
import random
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

STARTER = Path(__file__).parent.parent / "kb"
RUNS = 5


def main() -> int:
    """Measure and print a table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--documents", type=int, default=10_000)
    count = parser.parse_args().documents
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        make_library(root, count)
        base = ["-w", str(root)]
        rows = [measure("wenshu --version", ["--version"])]
        rows.append(once(f"first list of {count:,} documents", [*base, "list"]))
        time.sleep(2.5)
        rows.append(measure("list, catalogued", [*base, "list"]))
        small = root / "kb" / "类1"
        part = len(list(small.glob("*.md")))
        name, wall, cpu, memory = once(f"check of {part} documents", [*base, "check", str(small)])
        rows.append((f"{name} ({part / cpu:.0f} a second of CPU)", wall, cpu, memory))
        rows.append(once("index, from nothing", [*base, "index"]))
        rows.append(measure("search, index up to date", [*base, "search", "年假", "没休完"]))
    print("| what | wall s | CPU s | largest process MB |\n|---|---:|---:|---:|")
    for name, wall, cpu, memory in rows:
        print(f"| {name} | {wall:.2f} | {cpu:.2f} | {memory:.0f} |")
    return 0


def make_library(root: Path, count: int) -> None:
    """Starter documents over and over under names of their own."""
    random.seed(1)
    paths = [path for path in sorted(STARTER.rglob("*.md")) if "年终总结" not in path.parts]
    texts = [path.read_text(encoding="utf-8") for path in paths]
    for number in range(count):
        text = random.choice(texts)
        text = re.sub(r"(?m)^标题: (.*)$", rf"标题: \g<1>{number}", text, count=1)
        text = re.sub(r"(?m)^编号: .*$", f"编号: X-{number}", text, count=1)
        text = re.sub(r"(?m)^(?:替代|上位依据): .*\n", "", text)
        folder = root / "kb" / f"类{number % 40}"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"文档{number}.md").write_text(text, encoding="utf-8")


def once(name: str, args: list[str]) -> tuple[str, float, float, float]:
    """One run of the command: wall and CPU seconds, the largest process so far in MB."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.perf_counter()
    command = [sys.executable, "-m", "cli.main", *args]
    subprocess.run(command, capture_output=True, check=False, timeout=3600)
    wall = time.perf_counter() - started
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return name, wall, cpu, after.ru_maxrss / 1024


def measure(name: str, args: list[str]) -> tuple[str, float, float, float]:
    """The medians of several runs."""
    runs = [once(name, args) for _ in range(RUNS)]
    return (
        name,
        statistics.median(run[1] for run in runs),
        statistics.median(run[2] for run in runs),
        runs[-1][3],
    )


if __name__ == "__main__":
    sys.exit(main())
