"""Start-up, listing, checking, loading and searching on many documents, as whole processes.

    python -m benchmarks.store [--documents N]

Makes a library of N documents (10,000) out of the starter's in a temporary folder.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

STARTER = Path(__file__).parent.parent / "kb"
RUNS = 5


LOAD = """
import sys
from store import Workspace
workspace = Workspace.open(sys.argv[1])
print(sum(len(workspace.load(entry).source) for entry in workspace.entries))
"""
WENSHU = [sys.executable, "-m", "cli.main"]


@dataclass(frozen=True)
class Run:
    """One process: wall and CPU seconds, the most memory it held."""

    wall: float
    cpu: float
    megabytes: float


def main() -> int:
    """Measure and print a table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--documents", type=int, default=10_000)
    count = parser.parse_args().documents
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        make_library(root, count)
        time.sleep(2.5)  # a file as young as that is read again, since its time may not tell
        on = [*WENSHU, "-w", str(root)]
        print("| what | wall s | CPU s | peak MB |\n|---|---:|---:|---:|")
        show("wenshu --version", median([*WENSHU, "--version"]))
        show(f"wenshu list, the first of {count:,} documents", once([*on, "list"]))
        show("wenshu list, catalogued", median([*on, "list"]))
        show("wenshu list --json, catalogued", median([*on, "list", "--json"]))
        show("every document loaded, one after another", once([sys.executable, "-c", LOAD, folder]))
        checked = once([*on, "check"])
        show(f"wenshu check ({count / checked.cpu:.0f} documents a second of CPU)", checked)
        show("wenshu index, from nothing", once([*on, "index"]))
        show("wenshu index, nothing new", median([*on, "index"]))
        show("wenshu search, index up to date", median([*on, "search", "年假", "没休完"]))
        show("wenshu search of a question", median([*on, "search", "年假没休完能折钱吗"]))
    return 0


def show(name: str, run: Run) -> None:
    """Print a row."""
    print(f"| {name} | {run.wall:.2f} | {run.cpu:.2f} | {run.megabytes:.0f} |", flush=True)


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


def once(command: list[str]) -> Run:
    """Run a command to its end and ask what its process took."""
    started = time.perf_counter()
    with tempfile.TemporaryFile() as errors:
        done = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=errors)
        _, status, used = os.wait4(done.pid, 0)
        wall = time.perf_counter() - started
        if os.waitstatus_to_exitcode(status) not in {0, 1}:
            errors.seek(0)
            raise SystemExit(errors.read().decode("utf-8", "replace"))
    return Run(wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def median(command: list[str]) -> Run:
    """The run of several whose wall time is in the middle."""
    return sorted((once(command) for _ in range(RUNS)), key=lambda run: run.wall)[RUNS // 2]


if __name__ == "__main__":
    raise SystemExit(main())
