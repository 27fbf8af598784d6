"""Metrics, charts and batches: loading beside openpyxl, a batch beside docxtpl, twelve charts.

    python benchmarks/metrics.py

Everything is made in a temporary folder; the role descriptions are those of the starter library.
"""

from __future__ import annotations

import io
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import docx  # noqa: E402
import openpyxl  # noqa: E402
import yaml  # noqa: E402
from docxtpl import DocxTemplate  # noqa: E402

from generator.charts import ChartBlock  # noqa: E402
from generator.word.template import WordTemplate  # noqa: E402
from store import Workspace  # noqa: E402
from store.metrics import load_metrics  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable

ROWS = 10_000
HEADER = ["指标", "单位", "性质", "谓语", "期末", "年初", "计划", "计划口径", "截至日期", "分组"]
DATA = """指标:
- {指标: 各项存款, 单位: 万元, 性质: 时点, 期末: 161131, 年初: 121338, 计划: 16000, 计划口径: 净增}
- {指标: 单位存款, 单位: 万元, 性质: 时点, 期末: 33989, 年初: 27841, 计划: 5000, 计划口径: 净增}
- {指标: 个人存款, 单位: 万元, 性质: 时点, 期末: 127141, 年初: 93496, 计划: 11000, 计划口径: 净增}
"""


def median(work: Callable[[], object], runs: int = 5) -> float:
    """Seconds that a call takes, the median of some runs after a first one."""
    work()
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def row(at: int) -> list[object]:
    """One metric of the large files."""
    return [
        f"指标{at}",
        "万元",
        "时点",
        "余额",
        at + 0.5,
        at,
        100,
        "净增",
        "2024-12-30",
        f"组{at % 50}",
    ]


def loading(folder: Path) -> None:
    """Ten thousand metrics from each sort of file."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("指标")
    sheet.append(HEADER)
    for at in range(ROWS):
        sheet.append(row(at))
    book.save(folder / "a.xlsx")
    lines = [",".join(HEADER), *(",".join(map(str, row(at))) for at in range(ROWS))]
    (folder / "a.csv").write_text("\n".join(lines), encoding="gb18030")
    pairs = (
        ", ".join(f"{k}: {v}" for k, v in zip(HEADER, row(at), strict=True)) for at in range(ROWS)
    )
    text = "指标:\n" + "".join(f"- {{{one}}}\n" for one in pairs)
    (folder / "a.yaml").write_text(text, encoding="utf-8")
    print(f"\n| {ROWS} metrics | s |\n|---|---:|")
    for name in ("a.xlsx", "a.csv", "a.yaml"):
        seconds = median(lambda name=name: load_metrics([folder / name]), 3)
        print(f"| Wenshu, {name[2:]} | {seconds:.2f} |")

    def peer() -> None:
        opened = openpyxl.load_workbook(folder / "a.xlsx", read_only=True)
        for _ in opened.active.iter_rows(values_only=True):
            pass

    print(f"| openpyxl, xlsx, cells only | {median(peer, 3):.2f} |")
    print(
        f"| PyYAML safe_load, yaml, values only | {median(lambda: yaml.safe_load(text), 1):.2f} |"
    )


def charts(folder: Path) -> None:
    """What twelve charts add to a document."""
    (folder / "m.yaml").write_text(DATA, encoding="utf-8")
    make = load_metrics([folder / "m.yaml"]).context()["图"]
    figures = [
        make("各项存款", "单位存款", "个人存款", 类型=kind)  # type: ignore[operator]
        for kind in ("柱形图", "折线图", "组合图", "饼图") * 3
    ]
    document = docx.Document()
    document.add_paragraph("正文")
    for at in range(12):
        document.add_paragraph(f"{{{{p 图{at} }}}}")
    buffer = io.BytesIO()
    document.save(buffer)
    template = WordTemplate(buffer.getvalue())
    without = dict.fromkeys((f"图{at}" for at in range(12)), "")
    filled = {f"图{at}": ChartBlock(figure) for at, figure in enumerate(figures)}
    bare = median(lambda: template.render(without), 20)
    full = median(lambda: template.render(filled), 20)
    print(f"\nTwelve charts with their workbooks add {(full - bare) * 1000:.1f} ms to a document.")


def cpu_of_children() -> float:
    """Seconds of CPU that finished child processes took; steadier than the clock when shared."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def batch(folder: Path) -> None:
    """A thousand role descriptions and notices by the command; docxtpl for the notices."""
    posts = [
        one.meta.position for one in Workspace.open(ROOT).entries if one.meta.kind == "job-duty"
    ]
    posts = [post for post in posts if post]
    lines = ["姓名,岗位", *(f"员工{at:04d},{posts[at % len(posts)]}" for at in range(1000))]
    (folder / "p.csv").write_text("\n".join(lines), encoding="utf-8")
    document = docx.Document()
    document.add_paragraph("{{ 姓名 }}同志：聘您为{{ 岗位 }}。")
    document.save(str(folder / "t.docx"))
    print("\n| 1,000 files | s | of CPU | peak of a process, MB |\n|---|---:|---:|---:|")
    notices = str(folder / "t.docx")
    for name, wanted in (("role descriptions", "岗位职责"), ("notices", notices)):
        command = [
            sys.executable,
            "-c",
            "from cli.main import main; main()",
            "batch",
            wanted,
            str(folder / "p.csv"),
            "-o",
            str(folder / name),
            "--workspace",
            str(ROOT),
        ]
        start, used = time.perf_counter(), cpu_of_children()
        subprocess.run(command, check=True, cwd=ROOT, stdout=subprocess.DEVNULL, timeout=300)
        seconds = time.perf_counter() - start
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        used = cpu_of_children() - used
        print(f"| Wenshu, {name} | {seconds:.1f} | {used:.1f} | {peak:.0f} |")
    start, used = time.perf_counter(), time.process_time()
    for at in range(100):
        template = DocxTemplate(folder / "t.docx")
        template.render({"姓名": f"员工{at}", "岗位": posts[at % len(posts)]})
        template.save(folder / f"{at}.docx")
    seconds, used = time.perf_counter() - start, time.process_time() - used
    print(f"| docxtpl, notices, one process | {seconds * 10:.1f} | {used * 10:.1f} | |")


def main() -> None:
    """Print every table."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        batch(folder)  # first: a child's peak begins with its parent's size
        charts(folder)
        loading(folder)


if __name__ == "__main__":
    main()
