"""Markdown body to Word: Wenshu beside pandoc and beside markdown + python-docx.

    python benchmarks/page.py            # the table of README.md
    python benchmarks/page.py --memory   # texts that grow, up to 1,000 pages
    python benchmarks/page.py --pages    # the estimate of pages beside LibreOffice's layout

The same text in one run: a management rule of about 4,500 characters with five tables. Then texts
of up to 1,000 pages, for time and memory, each measured in a process of its own. Times are those of
the processor, so that other work on the machine does not count.
"""

from __future__ import annotations

import argparse
import gc
import io
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import tracemalloc
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import docx  # noqa: E402
import markdown  # noqa: E402

from generator.body import BodyValue  # noqa: E402
from generator.layout import build_template, load_layouts  # noqa: E402
from generator.toc import TocValue  # noqa: E402
from generator.word.template import WordTemplate  # noqa: E402
from store.kinds import load_kinds  # noqa: E402
from store.parser import parse_body  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable

KIND = load_kinds([ROOT / "templates"])["policy"]
RULE = load_layouts([ROOT / "templates" / "_layouts"]).get(KIND.layout)
SENTENCE = (
    "承办部门应当自收到申请之日起{days}个工作日内完成第{number}项审核，并将结果书面通知申请人。"
)
TABLE = (
    "\n| 序号 | 事项 | 责任部门 | 时限 |\n|---|---|---|---|\n"
    + "".join(
        f"| {n} | 第{n}类业务的受理与登记 | 客户部 | {n + 1}个工作日 |\n" for n in range(1, 9)
    )
    + "\n"
)
CHARACTERS_A_PAGE = 720
GROWING = (15, 50, 150, 500)
SELF = (sys.executable, str(Path(__file__).resolve()))
FACTS: dict[str, object] = {
    **dict.fromkeys(("标题", "页眉", "页脚", "题注", "署名", "成文日期"), "业务管理办法"),
    **dict.fromkeys(("封面", "目录", "个人"), False),
    "修订记录": [],
}


def text(chapters: int, tables: int, articles: int = 10) -> str:
    """A rule: chapters of articles, some of them with sub-items, and tables between."""
    parts: list[str] = []
    for chapter in range(1, chapters + 1):
        parts.append(f"\n## 第{chapter}部分管理要求\n")
        for number in range(1, articles + 1):
            parts.append(f"{number}. " + SENTENCE.format(days=number, number=number) * 2)
            if number % 5 == 0:
                parts += [
                    f"    {item}. {SENTENCE.format(days=item, number=item)}" for item in (1, 2, 3)
                ]
        if chapter <= tables:
            parts.append(TABLE)
    return "\n".join(parts) + "\n"


def wenshu(source: str, template: WordTemplate) -> bytes:
    """The whole way: parse, lay out, write the package."""
    body = parse_body(source, KIND.numbering)
    value = BodyValue(body, RULE, KIND.numbering)
    toc = TocValue([], RULE)
    return template.render({"标题": "业务管理办法", "版面": FACTS, "正文": value, "目录": toc})


def with_python_docx(source: str) -> bytes:
    """What one would write first: HTML by `markdown`, then an element at a time."""
    from lxml import html  # noqa: PLC0415 - loaded where it is used

    document = docx.Document()
    page = html.fromstring(markdown.markdown(source, extensions=["tables", "sane_lists"]))
    for element in page.iter("h2", "p", "li", "table"):
        if element.tag == "table":
            rows = element.xpath(".//tr")
            table = document.add_table(len(rows), len(rows[0]), "Table Grid")
            for cells, row in zip(table.rows, rows, strict=True):
                for cell, source_cell in zip(cells.cells, row, strict=True):
                    cell.text = source_cell.text_content()
        elif element.tag == "h2":
            document.add_heading(element.text_content(), 1)
        elif element.tag == "li":
            document.add_paragraph(element.text or "", "List Number")
        else:
            document.add_paragraph(element.text_content())
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def with_pandoc(source: str, folder: Path) -> bytes:
    """The pandoc process."""
    target = folder / "pandoc.docx"
    command = ["pandoc", "-f", "markdown", "-o", str(target)]
    subprocess.run(command, input=source.encode(), check=True, timeout=120)
    return target.read_bytes()


def cpu() -> float:
    """The processor's seconds of this process and of the children it has waited for."""
    times = os.times()
    return time.process_time() + times.children_user + times.children_system


def median_ms(make: Callable[[], bytes], runs: int, *, together: int = 5) -> float:
    """The median of so many runs after one to warm up, each of several calls."""
    make()
    times = []
    for _ in range(runs):
        begun = cpu()
        for _ in range(together):
            make()
        times.append((cpu() - begun) * 1000 / together)
    return statistics.median(times)


def compare(runs: int) -> None:
    """Print the table of times."""
    source = text(5, 5, articles=6)
    template = WordTemplate(build_template(RULE))
    ours = median_ms(lambda: wenshu(source, template), runs)
    print(f"{len(source)} characters, 5 tables; medians of {runs} runs\n")
    print("| program | CPU ms | times Wenshu |\n|---|---:|---:|")
    print(f"| Wenshu (parse, layout, package) | {ours:.1f} | 1 |")
    theirs = median_ms(lambda: with_python_docx(source), max(runs // 4, 5))
    print(f"| markdown + python-docx | {theirs:.1f} | {theirs / ours:.1f} |")
    if shutil.which("pandoc"):
        with tempfile.TemporaryDirectory() as folder:
            process = median_ms(lambda: with_pandoc(source, Path(folder)), max(runs // 4, 5))
        print(f"| pandoc (process) | {process:.1f} | {process / ours:.1f} |")
    parse = median_ms(lambda: repr(parse_body(source, KIND.numbering)).encode()[:1], runs)
    print(f"\nof ours, parsing the Markdown (with a repr): {parse:.1f} ms")


def large() -> None:
    """Time and memory of texts of growing length: the memory beside the text must not grow."""
    print(
        "\n| characters | about pages | CPU s | the text's model, MB | rendering adds, MB |", end=""
    )
    print(" process adds, MB | file, KB |\n|---:|---:|---:|---:|---:|---:|---:|")
    for chapters in GROWING:
        traced, plain = (
            json.loads(subprocess.check_output([*SELF, way, str(chapters)], timeout=600))
            for way in ("--trace", "--plain")
        )
        print(
            f"| {plain['characters']:,} | {plain['characters'] / CHARACTERS_A_PAGE:.0f} "
            f"| {plain['seconds']:.2f} | {traced['model']:.1f} | {traced['peak']:.1f} "
            f"| {plain['resident']:.1f} | {plain['file']} |"
        )


def one(chapters: int, *, trace: bool) -> None:
    """Print what one text costs, as JSON; with `trace`, what Python holds, else the process."""
    template = WordTemplate(build_template(RULE))
    wenshu(text(2, 2), template)
    source = text(chapters, chapters)
    gc.collect()
    if trace:
        tracemalloc.start()
    body = parse_body(source, KIND.numbering)
    gc.collect()
    model = tracemalloc.get_traced_memory()[0] if trace else 0
    if trace:
        tracemalloc.reset_peak()
    before, begun = resident(), time.process_time()
    value = BodyValue(body, RULE, KIND.numbering)
    data = template.render(
        {"标题": "办法", "版面": FACTS, "正文": value, "目录": TocValue([], RULE)}
    )
    found = {
        "characters": len(source),
        "seconds": time.process_time() - begun,
        "resident": resident() - before,
        "model": model / 1e6,
        "peak": (tracemalloc.get_traced_memory()[1] - model) / 1e6 if trace else 0,
        "file": len(data) // 1024,
    }
    print(json.dumps(found))


def resident() -> float:
    """The most memory the process has had so far, in MB."""
    import resource  # noqa: PLC0415 - not on Windows

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / (1e6 if sys.platform == "darwin" else 1e3)


def pages() -> None:
    """The estimate of pages beside LibreOffice, for every document of the starter library."""
    from generator.pages import measure_pages  # noqa: PLC0415 - loaded where it is used
    from generator.render import render_document  # noqa: PLC0415 - loaded where it is used
    from store import Workspace  # noqa: PLC0415 - loaded where it is used

    workspace = Workspace.open(ROOT)
    exact, off, worst = 0, 0, 0
    for entry in workspace.entries:
        guessed = render_document(workspace, entry, measure=False)
        document = workspace.load(entry)
        found = measure_pages(guessed.data, document.body, None)
        if found is None or guessed.pages is None:
            print("LibreOffice is absent")
            return
        difference = guessed.pages - found[0]
        exact += difference == 0
        off += abs(difference) == 1
        worst = max(worst, abs(difference))
        if difference:
            print(f"{entry.id}: estimated {guessed.pages}, LibreOffice {found[0]}")
    print(f"exact {exact}, off by one {off}, worst {worst}, documents {len(workspace.entries)}")


def main() -> None:
    """Run what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--pages", action="store_true")
    parser.add_argument("--memory", action="store_true")
    parser.add_argument("--trace", type=int, default=0, help=argparse.SUPPRESS)
    parser.add_argument("--plain", type=int, default=0, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.trace or options.plain:
        one(options.trace or options.plain, trace=bool(options.trace))
    elif options.pages:
        pages()
    else:
        if not options.memory:
            compare(options.runs)
        large()


if __name__ == "__main__":
    main()
